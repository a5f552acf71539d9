// A whole training: the loss and time of each step, and what it took in all.
#include <cmath>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>

#include "run/machine.h"
#include "run/measure.h"
#include "triptych/core/memory.h"

namespace triptych::compare {
namespace {

/// FNV-1a over the bits of the values.
std::string fingerprint(const std::vector<Tensor>& tensors) {
  std::uint64_t hash = 14695981039346656037u;
  for (const Tensor& tensor : tensors) {
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

nlohmann::json to_json(const StepReport& step) {
  nlohmann::json passes = nlohmann::json::array();
  for (const PassReport& pass : step.passes)
    passes.push_back({pass.name, pass.nodes_before, pass.nodes_after, pass.rewrites});
  return {{"graph_nodes", step.graph_nodes},
          {"needed_nodes", step.needed_nodes},
          {"kernel_calls", step.kernel_calls},
          {"views", step.views},
          {"copies", step.copies},
          {"arena_bytes", step.arena_bytes},
          {"unplanned_bytes", step.unplanned_bytes},
          {"passes", passes}};
}

/// The process's counters; what concerns memory is the device's.
Statistics statistics_with(Device device) {
  Statistics counts = statistics();
  const Statistics memory = statistics(device);
  counts.bytes_in_use = memory.bytes_in_use;
  counts.peak_bytes_in_use = memory.peak_bytes_in_use;
  counts.allocations = memory.allocations;
  return counts;
}

}  // namespace

int measure_training(const Job& job, const std::vector<Model>& models) {
  const Clock::time_point start = Clock::now();
  Clock::time_point loaded = start, previous = start;
  const Device device = Device::from_text(job.device);
  Statistics at_load, at_first, at_last;
  std::int64_t step = 0;
  double first_step_ms = 0;
  Settings settings = settings_of(job);
  settings.on_loaded = [&] {
    reset_statistics();
    if (device != Device::cpu()) reset_statistics(device);
    at_load = statistics_with(device);
    loaded = previous = Clock::now();
  };
  settings.on_step = [&](double loss) {
    const Clock::time_point now = Clock::now();
    const double ms = milliseconds(now - previous);
    at_last = statistics_with(device);
    if (step++ == 0) {
      first_step_ms = milliseconds(now - loaded);
      at_first = at_last;
    }
    if (std::isfinite(loss))
      std::printf("{\"loss\":%.9g,\"ms\":%.4f}\n", loss, ms);
    else
      std::printf("{\"loss\":null,\"ms\":%.4f}\n", ms);  // JSON has no NaN
    std::fflush(stdout);
    previous = Clock::now();
    return true;
  };
  const Outcome outcome = program_of(models, job)(settings);
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
      {"step", to_json(outcome.step)}};
  std::printf("%s\n", nlohmann::json{{"result", result}}.dump().c_str());
  return 0;
}

}  // namespace triptych::compare
