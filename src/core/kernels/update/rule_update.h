// The kernel of any rule of core/formulas/update_rules.h.
#pragma once

#include "core/formulas/update_rules.h"
#include "core/kernels/update/update.h"

namespace triptych {

template <class Rule, class T>
void rule_piece(const typename Rule::template Step<compute_type<T>>& step, std::int64_t n, T* p, const T* g,
                T* const* buffers) {
  using C = compute_type<T>;
  constexpr int count = Rule::buffers;
  T* from[count + 1] = {};
  for (int k = 0; k < count; ++k) from[k] = buffers[k];
  for (std::int64_t i = 0; i < n; ++i) {
    C value = static_cast<C>(p[i]), kept[count + 1] = {};
    for (int k = 0; k < count; ++k) kept[k] = static_cast<C>(from[k][i]);
    step(value, static_cast<C>(g[i]), kept);
    for (int k = 0; k < count; ++k) from[k][i] = T(kept[k]);
    p[i] = T(value);
  }
}

/// Groups are the parameter, its gradient, its buffers, its scalars and its step.
template <class Rule>
void rule_update_run(const KernelCall& call) {
  constexpr std::size_t scalars_at = 2 + Rule::buffers, group = scalars_at + Rule::scalars + 1;
  const auto& attributes = call.attributes_as<typename Rule::Attributes>();
  const double learning_rate = *call.inputs[0].as<double>();
  for_each_piece(call, group, [&](std::size_t at, std::int64_t begin, std::int64_t end) {
    visit_floating(call.inputs[at].dtype(), [&](auto* type) {
      using T = std::remove_pointer_t<decltype(type)>;
      double scalars[Rule::scalars + 1] = {};
      for (int k = 0; k < Rule::scalars; ++k)
        scalars[k] = *call.inputs[at + scalars_at + static_cast<std::size_t>(k)].as<double>();
      T* buffers[Rule::buffers + 1] = {};
      for (int k = 0; k < Rule::buffers; ++k)
        buffers[k] = call.inputs[at + 2 + static_cast<std::size_t>(k)].as<T>() + begin;
      const std::int64_t step = *call.inputs[at + group - 1].as<std::int64_t>() + 1;
      rule_piece<Rule, T>(Rule::template Step<compute_type<T>>::of(attributes, learning_rate, step, scalars),
                          end - begin, call.inputs[at].as<T>() + begin, call.inputs[at + 1].as<const T>() + begin,
                          buffers);
    });
  });
  if constexpr (Rule::scalars > 0)
    for (std::size_t at = 1; at < call.inputs.size(); at += group) {
      double* scalars[Rule::scalars];
      bool seen = false;
      for (int k = 0; k < Rule::scalars; ++k)
        scalars[k] = call.inputs[at + scalars_at + static_cast<std::size_t>(k)].as<double>();
      for (std::size_t before = 1; before < at && !seen; before += group)
        seen = call.inputs[before + scalars_at].as<double>() == scalars[0];
      if (!seen) Rule::advance(attributes, learning_rate, *call.inputs[at + group - 1].as<std::int64_t>() + 1, scalars);
    }
  advance_steps(call, group);
}

template <class Rule>
inline constexpr Kernel rule_update_kernel{
    .run = unless_skipped<3 + Rule::buffers + Rule::scalars, rule_update_run<Rule>>};

}  // namespace triptych
