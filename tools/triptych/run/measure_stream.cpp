// An epoch over a file that tensors have no room for.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "run/machine.h"
#include "run/measure.h"
#include "run/perceptron.h"
#include "triptych/core/memory.h"

namespace triptych::compare {

int measure_stream(const Job& job) {
  set_memory_limit(job.memory_limit);
  nlohmann::json result;
  try {
    const data::IdxDataset dataset(job.images, job.labels);
    const Clock::time_point start = Clock::now();
    perceptron_epoch(job.style, {.side = 28, .hidden = 64}, dataset, job.batch_size);
    result["samples_per_second"] = static_cast<double>(dataset.size()) / milliseconds(Clock::now() - start) * 1000;
  } catch (const std::exception& error) {
    result["error"] = error.what();
  }
  result["peak_mb"] = peak_resident_mb();
  result["peak_tensor_mb"] = static_cast<double>(statistics().peak_bytes_in_use) / (1 << 20);
  std::printf("%s\n", nlohmann::json{{"stream", result}}.dump().c_str());
  return 0;
}

}  // namespace triptych::compare
