// Branches and loops of values, by the ops of their functions.
#include <algorithm>

#include "core/graph/control_flow.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

std::vector<Tensor> joined(std::initializer_list<std::span<const Tensor>> lists) {
  std::vector<Tensor> all;
  for (const auto& list : lists) all.insert(all.end(), list.begin(), list.end());
  return all;
}

std::vector<Tensor> branch_of(const BranchAttributes& a, std::span<const Tensor> inputs) {
  const Tensor& selector = inputs[0];
  const auto last = static_cast<std::int64_t>(a.branches.size()) - 1;
  std::int64_t place = selector.dtype() == boolean ? !selector.item<bool>() : selector.item<std::int64_t>();
  if (place < 0 || place > last) place = last;
  return call_subgraph(a.branches[static_cast<std::size_t>(place)], inputs.subspan(1));
}

std::optional<std::vector<Tensor>> loop_of(const LoopAttributes& a, std::span<const Tensor> inputs) {
  const auto carried = static_cast<std::size_t>(a.carried), scanned = static_cast<std::size_t>(a.scanned);
  std::vector<Tensor> variables(inputs.begin() + 1, inputs.begin() + 1 + a.carried);
  const auto stacks = inputs.subspan(1 + carried, scanned), rest = inputs.subspan(1 + carried + scanned);
  std::int64_t most = inputs[0].item<std::int64_t>();
  for (const Tensor& stack : stacks) most = std::min(most, stack.size(0));
  std::vector<std::vector<Tensor>> rows(a.rows());
  std::int64_t count = 0;
  for (; count < most; ++count) {
    if (!a.condition.outputs.empty() && !call_subgraph(a.condition, joined({variables, rest}))[0].item<bool>()) break;
    std::vector<Tensor> row;
    for (const Tensor& stack : stacks) row.push_back(select(stack, 0, a.reverse ? most - 1 - count : count));
    const std::vector<Tensor> next = call_subgraph(a.body, joined({variables, row, rest}));
    variables.assign(next.begin(), next.begin() + a.carried);
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i].push_back(next[carried + i]);
  }
  if (count == 0) return {};
  std::vector<Tensor> results = variables;
  for (std::vector<Tensor>& made : rows) {
    if (a.reverse) std::reverse(made.begin(), made.end());
    results.push_back(stack(made, 0));
  }
  results.push_back(full({}, count, int64));
  results.resize(a.output_count());  // histories are for the gradient of the op
  return results;
}

}  // namespace

std::optional<std::vector<Tensor>> unrolled(const Op& op, const void* attributes, std::span<const Tensor> inputs) {
  if (op.attributes == &attribute_type<BranchAttributes>)
    return branch_of(*static_cast<const BranchAttributes*>(attributes), inputs);
  if (op.attributes == &attribute_type<LoopAttributes>)
    return loop_of(*static_cast<const LoopAttributes*>(attributes), inputs);
  return {};
}

}  // namespace triptych
