// The kernel of any rule of core/formulas/update_rules.h.
#pragma once

#include <algorithm>
#include <vector>

#include "core/formulas/update_rules.h"
#include "cuda/kernels/update/update.h"
#include "cuda/shared_memory.h"

namespace triptych::cuda {

template <class Rule>
inline constexpr std::size_t rule_group = 3 + Rule::buffers + Rule::scalars;

/// The step's numbers are made once per block: powers of doubles take long.
template <class Rule, class T>
__global__ void rule_kernel(UpdateTable<rule_group<Rule>> table, const double* learning_rate,
                            typename Rule::Attributes attributes, const float* skip) {
  if (is_skipped(skip)) return;
  using C = compute_type<T>;
  using Step = typename Rule::template Step<C>;
  constexpr int count = Rule::buffers;
  const auto piece = table.piece(static_cast<int>(blockIdx.x));
  struct alignas(Step) Place {
    unsigned char bytes[sizeof(Step)];
  };
  TRIPTYCH_SHARED(place, Place);
  auto* shared = reinterpret_cast<Step*>(&place);
  if (threadIdx.x == 0) {
    double scalars[Rule::scalars + 1] = {};
    for (int k = 0; k < Rule::scalars; ++k)
      scalars[k] = *table.template member<const double>(piece.parameter, static_cast<std::size_t>(2 + count + k));
    const std::int64_t step = *table.template member<const std::int64_t>(piece.parameter, rule_group<Rule> - 1) + 1;
    *shared = Step::of(attributes, *learning_rate, step, scalars);
  }
  __syncthreads();
  const Step step = *shared;
  T* p = table.template member<T>(piece.parameter, 0);
  const T* g = table.template member<const T>(piece.parameter, 1);
  T* buffers[count + 1] = {};
  for (int k = 0; k < count; ++k)
    buffers[k] = table.template member<T>(piece.parameter, static_cast<std::size_t>(2 + k));
  for (std::int64_t i = piece.begin + threadIdx.x; i < piece.end; i += blockDim.x) {
    C value = static_cast<C>(p[i]), kept[count + 1] = {};
    for (int k = 0; k < count; ++k) kept[k] = static_cast<C>(buffers[k][i]);
    step(value, static_cast<C>(g[i]), kept);
    for (int k = 0; k < count; ++k) buffers[k][i] = T(kept[k]);
    p[i] = T(value);
  }
}

/// Scalars, each of them once, with the step that they belong to.
template <class Rule>
struct ScalarTable {
  static constexpr int members = Rule::scalars + 1;
  static constexpr int capacity = static_cast<int>(3600 / (sizeof(void*) * members));
  int count = 0;
  double* scalars[capacity][Rule::scalars] = {};
  const std::int64_t* steps[capacity] = {};
};

template <class Rule>
__global__ void advance_scalars_kernel(ScalarTable<Rule> table, const double* learning_rate,
                                       typename Rule::Attributes attributes, const float* skip) {
  if (is_skipped(skip)) return;
  for (std::int64_t k = thread_index(); k < table.count; k += thread_count())
    Rule::advance(attributes, *learning_rate, *table.steps[k] + 1, table.scalars[k]);
}

template <class Rule>
void advance_scalars(const Skippable& update) {
  const KernelCall& call = update.call;
  const auto& attributes = call.attributes_as<typename Rule::Attributes>();
  std::vector<double*> seen;
  ScalarTable<Rule> table;
  const auto flush = [&] {
    if (table.count > 0)
      run(call, advance_scalars_kernel<Rule>, 1, block_threads, 0, table, call.inputs[0].as<const double>(), attributes,
          update.skip);
    table.count = 0;
  };
  for (std::size_t at = 1; at < call.inputs.size(); at += rule_group<Rule>) {
    auto* first = call.inputs[at + 2 + Rule::buffers].template as<double>();
    if (std::find(seen.begin(), seen.end(), first) != seen.end()) continue;
    seen.push_back(first);
    for (int k = 0; k < Rule::scalars; ++k)
      table.scalars[table.count][k] = call.inputs[at + 2 + Rule::buffers + static_cast<std::size_t>(k)].template as<double>();
    table.steps[table.count++] = call.inputs[at + rule_group<Rule> - 1].template as<const std::int64_t>();
    if (table.count == ScalarTable<Rule>::capacity) flush();
  }
  flush();
}

template <class Rule>
void rule_update_run(const KernelCall& all) {
  constexpr std::size_t group = rule_group<Rule>;
  const Skippable update(all, group);
  const KernelCall& call = update.call;
  for_each_table<group>(call, [&](const UpdateTable<group>& table, auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    run(call, rule_kernel<Rule, T>, static_cast<unsigned>(table.blocks), block_threads, 0, table,
        call.inputs[0].as<const double>(), call.attributes_as<typename Rule::Attributes>(), update.skip);
  });
  if constexpr (Rule::scalars > 0) advance_scalars<Rule>(update);
  advance_steps(update, group);
}

template <class Rule>
inline constexpr Kernel rule_update_kernel{.run = rule_update_run<Rule>};

}  // namespace triptych::cuda
