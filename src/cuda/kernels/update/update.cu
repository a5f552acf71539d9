#include <algorithm>
#include <vector>

#include "cuda/kernels/update/update.h"

namespace triptych::cuda {
namespace {

/// Step counters, each of them once.
struct StepTable {
  static constexpr int capacity = 400;
  int count = 0;
  std::int64_t* steps[capacity] = {};
};

__global__ void advance_kernel(StepTable table, const float* skip) {
  if (is_skipped(skip)) return;
  for (std::int64_t k = thread_index(); k < table.count; k += thread_count()) ++*table.steps[k];
}

}  // namespace

void advance_steps(const Skippable& update, std::size_t group) {
  const KernelCall& call = update.call;
  std::vector<std::int64_t*> steps;
  for (std::size_t last = group; last < call.inputs.size(); last += group)
    steps.push_back(call.inputs[last].as<std::int64_t>());
  std::sort(steps.begin(), steps.end());
  steps.erase(std::unique(steps.begin(), steps.end()), steps.end());
  for (std::size_t begin = 0; begin < steps.size(); begin += StepTable::capacity) {
    StepTable table;
    table.count = static_cast<int>(std::min<std::size_t>(StepTable::capacity, steps.size() - begin));
    std::copy_n(steps.begin() + static_cast<std::ptrdiff_t>(begin), table.count, table.steps);
    run(call, advance_kernel, 1, block_threads, 0, table, update.skip);
  }
}

}  // namespace triptych::cuda
