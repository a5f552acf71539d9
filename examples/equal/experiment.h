// What the six programs of this folder share: one setting for all, so that one model is trained three times, bit for
// bit.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "triptych/core.h"

namespace equal {

namespace tt = triptych;

struct Settings {
  std::int64_t epochs = 1;
  std::int64_t batch_size = 128;
  double learning_rate = 1e-3, beta_1 = 0.9, beta_2 = 0.999, epsilon = 1e-7;
  std::uint64_t seed = 7;
  /// Stop after so many steps; 0: after the epochs.
  std::int64_t max_steps = 0;
  /// Use the first so many images of the training and test sets; 0: all.
  std::int64_t train_samples = 0, test_samples = 0;
  tt::Numerics numerics = tt::Numerics::exact;
  /// Keras only: its eager engine.
  bool run_eagerly = false;
  /// Called when the data is in memory.
  std::function<void()> on_loaded = [] {};
  /// Sees the loss of every step; false ends the training.
  std::function<bool(double loss)> on_step = [](double) { return true; };
};

struct Outcome {
  double accuracy = 0;
  /// Kernels and biases from the first layer to the last: convolutions as (out, in, h, w), dense ones as (in, out).
  std::vector<tt::Tensor> weights = {};
};

/// The training and test images that the settings ask for.
inline tt::data::Mnist load(const Settings& settings) {
  tt::data::Mnist mnist = tt::data::mnist({.data_format = "channels_first"});
  const auto take = [](tt::data::TensorDataset& set, std::int64_t count) {
    if (count > 0 && count < set.size())
      set = tt::data::TensorDataset(tt::slice(set.x, 0, tt::Slice(0, count)), tt::slice(set.y, 0, tt::Slice(0, count)));
  };
  take(mnist.train, settings.train_samples);
  take(mnist.test, settings.test_samples);
  settings.on_loaded();
  return mnist;
}

/// main() of each program: `PROGRAM [epochs]`.
inline int run(Outcome (*program)(const Settings&), int argc, char** argv) {
  Settings settings;
  if (argc > 1) settings.epochs = std::atoll(argv[1]);
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
