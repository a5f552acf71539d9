// Sums and their like, and what runs along an axis.
#include "core/graph/batching/rule.h"
#include "core/ops/order/order.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/reduce/scan.h"
#include "triptych/core/ops.h"

namespace triptych::batching {
namespace {

/// Attributes with the axes that are reduced; `like_input` has them.
template <class A>
Tensors reduced(const Call& c, std::size_t like_input) {
  A attributes = c.attributes_as<A>();
  const int rank = c.rank(like_input);
  attributes.axes = attributes.axes.empty() ? example_axes(rank) : moved_back(attributes.axes, rank);
  if (rank > 0) return c.run(c.all(), &attributes);
  if (c.count() > 1) return {};
  attributes.axes = 1;  // a single element, with an axis of its own
  attributes.keepdims = false;
  return c.run({unsqueeze(c.all(0), 1)}, &attributes);
}

template <class A>
Tensors reduced_first(const Call& c) {
  return reduced<A>(c, 0);
}
template <class A>
Tensors reduced_second(const Call& c) {
  return reduced<A>(c, 1);
}

/// As x and another tensor of its shape.
Tensors reduced_alike(const Call& c) {
  if (c.rank(0) == 0) return {};
  return reduced<ReduceAttributes>(c, 0);
}

/// The place among all elements is that in a row of them.
Tensors placed(const Call& c) {
  ReduceAttributes attributes = c.attributes_as<ReduceAttributes>();
  if (!attributes.axes.empty() && c.rank(0) > 0) return reduced<ReduceAttributes>(c, 0);
  attributes = {1, false};
  const Tensor rows = c.rank(0) == 0 ? unsqueeze(c.all(0), 1) : flatten(c.all(0), 1, -1);
  return {reshape(c.run({rows}, &attributes)[0], c.with_size(c.result()))};
}

/// A sum that undoes a broadcast: over axes in front, and those of length one.
Tensors summed_to(const Call& c) {
  const Shape &from = c.shape(0), &to = c.shape(1);
  if (!from.known() || !to.known()) return {};
  Axes axes;
  const int lead = from.rank() - to.rank();
  for (int i = 0; i < from.rank(); ++i)
    if (i < lead || (to[i - lead] == 1 && from[i] != 1)) axes.append(i + 1);
  const Tensor x = c.all(0);
  return {axes.empty() ? x : reshape(sum(x, axes), c.with_size(to))};
}

}  // namespace

void add_reduction_rules(Rules& rules) {
  add(rules, reduced_first<ReduceAttributes>, {"sum", "mean", "max", "min", "prod", "any", "all", "logsumexp", "norm"});
  add(rules, reduced_first<CountAttributes>, {"var", "std"});
  add(rules, reduced_alike, {"tie_shares", "prod_of_others", "prod_of_others_grad"});
  add(rules, reduced_second<ReduceAttributes>, {"sum_grad"});
  add(rules, reduced_second<CountAttributes>, {"divide_by_count"});
  add(rules, placed, {"argmax", "argmin"});
  add(rules, summed_to, {"sum_to_like"});
  add(rules, along_axis<ScanAttributes>, {"cumsum", "cumprod", "logcumsumexp", "fading_sum", "cummax", "cummin"});
  add(rules, along_axis<SortAttributes>, {"sort"});
  add(rules, along_axis<TopkAttributes>, {"topk"});
}

}  // namespace triptych::batching
