#include "core/ops/update/update.h"

#include <utility>

#include "core/ops/written_once.h"
#include "core/support/inline_vector.h"
#include "triptych/core/ops/cast.h"
#include "triptych/core/ops/loss_scaling.h"

namespace triptych {

void infer_update(Infer& infer, int group, bool has_step, int scalars) {
  const bool flag = has_skip_flag(static_cast<std::size_t>(infer.input_count()), static_cast<std::size_t>(group));
  const int end = infer.input_count() - flag;
  infer.check(
      end % group == 1 && infer.dtype(0) == float64 && infer.shape(0).rank() == 0,
      "the inputs are not the learning rate (a 0-d float64 tensor), then each parameter with its gradient and state");
  infer.check(!flag || (infer.dtype(end) == float32 && infer.shape(end).rank() == 0),
              "what says whether the update is skipped is not a 0-d float32 tensor");
  for (int p = 1; p < end; p += group) {
    infer.check(is_floating(infer.dtype(p)), "a parameter is not floating-point");
    const int tensors = group - has_step - scalars;
    for (int i = p + 1; i < p + tensors; ++i)
      if (!infer.shape(p).compatible(infer.shape(i)) || infer.dtype(p) != infer.dtype(i))
        infer.fail("a gradient or buffer differs from its parameter in shape or dtype",
                   "parameter " + std::to_string((p - 1) / group) + " is " + std::string(dtype_name(infer.dtype(p))) +
                       " " + infer.shape(p).text() + ", its " + (i == p + 1 ? "gradient " : "buffer ") +
                       std::string(dtype_name(infer.dtype(i))) + " " + infer.shape(i).text());
    for (int i = p + tensors; i < p + tensors + scalars; ++i)
      infer.check(infer.dtype(i) == float64 && infer.shape(i).rank() == 0,
                  "a number that is kept with a parameter is not a 0-d float64 tensor");
    if (has_step)
      infer.check(infer.dtype(p + group - 1) == int64 && infer.shape(p + group - 1).rank() == 0,
                  "a step is not a 0-d int64 tensor");
  }
}

namespace {

/// How many tensors an update has for each parameter; 0 for other ops and for those that count no steps.
template <int... groups>
std::size_t counting_group(const Op& op, std::integer_sequence<int, groups...>) {
  std::size_t result = 0;
  ((op.writes == update_writes<groups + 3> ? result = groups + 3 : 0), ...);
  return result;
}

}  // namespace

bool counts_steps(const Op& op, std::size_t i) {
  const std::size_t group = counting_group(op, std::make_integer_sequence<int, 6>());
  return group > 0 && i > 0 && i % group == 0;
}

void apply_update(const Op& op, const Tensor& learning_rate, std::initializer_list<std::span<const Tensor>> lists,
                  const void* attributes, Location where, std::size_t scalars) {
  const std::size_t group = lists.size(), count = lists.begin()->size();
  for (const std::span<const Tensor>& list : lists)
    if (list.size() != count)
      throw ArgumentError(op.name, "the lists differ in length",
                          std::to_string(count) + " parameters, another list has " + std::to_string(list.size()), "",
                          where);
  const Tensor* skip = SkipUpdates::current();
  InlineVector<Tensor, 16> inputs(1 + count * group + (skip ? 1 : 0));
  inputs[0] = learning_rate;
  if (skip) inputs[inputs.size() - 1] = *skip;
  if (const Tensor* first = lists.begin()->data(); count && first->defined() && learning_rate.defined()) {
    inputs[0] = to(Arg(learning_rate, where), first->device());
    if (skip) inputs[inputs.size() - 1] = to(Arg(*skip, where), first->device());
  }
  std::size_t member = 1;
  for (const std::span<const Tensor>& list : lists) {
    for (std::size_t i = 0; i < count; ++i) inputs[member + i * group] = list[i];
    ++member;
  }
  if (scalars == 0) {
    check_written_once(op, inputs.span(), where);
  } else {
    InlineVector<Tensor, 16> checked(inputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const bool scalar = i > 0 && (i - 1) % group + 1 + scalars >= group;
      bool repeats = false;
      for (std::size_t before = i; scalar && before > group && !repeats;) {
        before -= group;
        repeats = inputs[i].is_same(inputs[before]);
      }
      if (!repeats) checked[i] = inputs[i];
    }
    check_written_once(op, checked.span(), where);
  }
  apply(op, inputs.span(), attributes, {}, where);
}

}  // namespace triptych
