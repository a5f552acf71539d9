#include "measure.h"

#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstring>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

#include "experiment.h"

equal::Outcome cnn_lowlevel(const equal::Settings&);
equal::Outcome cnn_eager(const equal::Settings&);
equal::Outcome cnn_keras(const equal::Settings&);
equal::Outcome mlp_lowlevel(const equal::Settings&);
equal::Outcome mlp_eager(const equal::Settings&);
equal::Outcome mlp_keras(const equal::Settings&);

namespace {

namespace tt = triptych;
using Clock = std::chrono::steady_clock;

double milliseconds(Clock::duration duration) { return std::chrono::duration<double, std::milli>(duration).count(); }

double peak_resident_mb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

/// FNV-1a over the bits of the values.
std::string fingerprint(const std::vector<tt::Tensor>& tensors) {
  std::uint64_t hash = 14695981039346656037u;
  for (const tt::Tensor& tensor : tensors) {
    for (const float value : tensor.to_vector<float>()) {
      std::uint32_t bits;
      std::memcpy(&bits, &value, sizeof bits);
      for (int shift = 0; shift < 32; shift += 8) hash = (hash ^ (bits >> shift & 0xff)) * 1099511628211u;
    }
  }
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash));
  return text;
}

}  // namespace

int run_measure(const MeasureOptions& options) {
  const std::map<std::string, std::function<equal::Outcome(const equal::Settings&)>> programs = {
      {"cnn/lowlevel", cnn_lowlevel}, {"cnn/eager", cnn_eager},       {"cnn/keras", cnn_keras},
      {"cnn/keras_eager", cnn_keras}, {"mlp/lowlevel", mlp_lowlevel}, {"mlp/eager", mlp_eager},
      {"mlp/keras", mlp_keras},       {"mlp/keras_eager", mlp_keras}};
  if (options.threads > 0) tt::set_num_threads(options.threads);

  const Clock::time_point start = Clock::now();
  Clock::time_point loaded, previous;
  tt::Statistics at_load, at_first, at_last;
  std::int64_t step = 0;
  double first_step_ms = 0;
  equal::Settings settings;
  settings.epochs = options.epochs;
  settings.max_steps = options.max_steps;
  settings.train_samples = options.train_samples;
  settings.test_samples = options.test_samples;
  settings.seed = options.seed;
  settings.numerics = options.numerics == "fast" ? tt::Numerics::fast : tt::Numerics::exact;
  settings.run_eagerly = options.style == "keras_eager";
  settings.on_loaded = [&] {
    tt::reset_statistics();
    at_load = tt::statistics();
    loaded = previous = Clock::now();
  };
  settings.on_step = [&](double loss) {
    const Clock::time_point now = Clock::now();
    const double ms = milliseconds(now - previous);
    at_last = tt::statistics();
    if (step++ == 0) {
      first_step_ms = milliseconds(now - loaded);
      at_first = at_last;
    }
    std::printf("{\"loss\":%.9g,\"ms\":%.4f}\n", loss, ms);
    std::fflush(stdout);
    previous = Clock::now();
    return true;
  };
  const equal::Outcome outcome = programs.at(options.model + "/" + options.style)(settings);
  const Clock::time_point end = Clock::now();

  const auto per_step = [&](std::int64_t last, std::int64_t first) {
    return step > 1 ? static_cast<double>(last - first) / static_cast<double>(step - 1) : 0.0;
  };
  const nlohmann::json result = {
      {"accuracy", outcome.accuracy},
      {"weights", fingerprint(outcome.weights)},
      {"load_ms", milliseconds(loaded - start)},
      {"first_step_ms", first_step_ms},
      {"total_ms", milliseconds(end - loaded)},
      {"peak_resident_mb", peak_resident_mb()},
      {"peak_tensor_mb", static_cast<double>(at_last.peak_bytes_in_use - at_load.bytes_in_use) / (1 << 20)},
      {"launches_per_step", per_step(at_last.kernel_launches, at_first.kernel_launches)},
      {"allocations_per_step", per_step(at_last.allocations, at_first.allocations)},
      {"copies_per_step", per_step(at_last.hidden_copies, at_first.hidden_copies)},
      {"threads", tt::num_threads()}};
  std::printf("%s\n", nlohmann::json{{"result", result}}.dump().c_str());
  return 0;
}
