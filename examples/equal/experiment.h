// What the six programs of this folder share: one setting for all, so that one model is trained three times, bit for
// bit.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "triptych/compare.h"
#include "triptych/core.h"

namespace equal {

namespace tt = triptych;

using tt::compare::Outcome;
using tt::compare::Settings;

/// The training and test images that the settings ask for.
inline tt::data::Mnist load(const Settings& settings) {
  static const tt::data::Mnist all = tt::data::mnist({.data_format = "channels_first"});  // read once
  tt::data::Mnist mnist = all;
  const auto take = [](tt::data::TensorDataset& set, std::int64_t count) {
    if (count > 0 && count < set.size())
      set = tt::data::TensorDataset(tt::slice(set.x, 0, tt::Slice(0, count)), tt::slice(set.y, 0, tt::Slice(0, count)));
  };
  take(mnist.train, settings.train_samples);
  take(mnist.test, settings.test_samples);
  settings.on_loaded();
  return mnist;
}

/// main() of each program: `PROGRAM [--device cuda:0] [epochs]`. Models and batches made in a DeviceScope are there;
/// the programs themselves are the same on every device.
inline int run(Outcome (*program)(const Settings&), int argc, char** argv) {
  Settings settings;
  tt::Device device;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--device" && i + 1 < argc)
      device = tt::Device::from_text(argv[++i]);
    else
      settings.epochs = std::atoll(argv[i]);
  }
  const tt::DeviceScope scope(device);
  std::int64_t step = 0;
  settings.on_step = [&](double loss) {
    if (++step % 50 == 0) std::printf("step %lld, loss %.6f\n", static_cast<long long>(step), loss);
    return true;
  };
  std::printf("accuracy %.4f\n", program(settings).accuracy);
  return 0;
}

}  // namespace equal

// The comparison includes these programs as functions.
#ifdef TRIPTYCH_NO_MAIN
#define EQUAL_MAIN(program)
#else
#define EQUAL_MAIN(program) \
  int main(int argc, char** argv) { return equal::run(program, argc, argv); }
#endif
