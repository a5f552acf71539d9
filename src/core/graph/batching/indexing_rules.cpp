// Ops that pick elements and put them.
#include <algorithm>

#include "core/graph/batching/rule.h"
#include "core/ops/indexing/gather.h"
#include "core/ops/indexing/pick.h"
#include "triptych/core/ops.h"

namespace triptych::batching {
namespace {

/// Along an axis at places that all examples share.
Tensors at_shared_places(const Call& c) {
  if (c.batched(1)) return {};
  AlongAxisAttributes attributes = c.attributes_as<AlongAxisAttributes>();
  attributes.axis = moved_back(attributes.axis, c.rank(0))[0];
  Tensors inputs;
  for (std::size_t i = 0; i < c.count(); ++i) inputs.push_back(i == 1 ? c.inputs[i].tensor : c.all(i));
  return c.run(inputs, &attributes);
}

/// The number of axes of the index tensors, inputs from `first` on, together.
int index_rank(const Call& c, std::size_t first) {
  int rank = 0;
  for (std::size_t i = first; i < c.count(); ++i) rank = std::max(rank, c.rank(i));
  return rank;
}

bool own_places(const Call& c, std::size_t first) {
  bool own = false;
  for (std::size_t i = first; i < c.count(); ++i) own |= c.batched(i);
  return own;
}

/// The numbers of the examples, then the index tensors, with the examples in front.
void append_indices(const Call& c, std::size_t first, Tensors& inputs) {
  const int rank = index_rank(c, first);
  const DType dtype = c.examples[first]->dtype;
  inputs.push_back(reshape(to(arange(0, c.size, 1, dtype), inputs[0].device()), [&] {
    Shape shape{c.size};
    for (int i = 0; i < rank; ++i) shape.append(1);
    return shape;
  }()));
  for (std::size_t i = first; i < c.count(); ++i) inputs.push_back(c.aligned(i, rank));
}

Axes with_examples(const Axes& axes, int rank) {
  Axes result = 0;
  for (const std::int64_t axis : moved_back(axes, rank)) result.append(axis);
  return result;
}

/// From where the indices' axes stand in front, behind the examples, to where they belong; or back.
Tensor moved(const Tensor& x, int rank, std::int64_t place, bool back) {
  Axes axes = 0;
  const int kept = x.ndim() - 1 - rank, at = static_cast<int>(place);
  for (int i = 0; i < at; ++i) axes.append(1 + rank + i);
  for (int i = 0; i < rank; ++i) axes.append(1 + i);
  for (int i = at; i < kept; ++i) axes.append(1 + rank + i);
  if (!back) return permute(x, axes);
  Axes inverse = axes;
  for (int i = 0; i < axes.size(); ++i) inverse[static_cast<int>(axes[i])] = i;
  return permute(x, inverse);
}

Tensors picked(const Call& c) {
  const auto& of_one = c.attributes_as<IndexAttributes>();
  Tensors inputs{c.all(0)};
  if (!own_places(c, 1)) {
    const IndexAttributes attributes{moved_back(of_one.axes, c.rank(0)), of_one.place + 1};
    for (std::size_t i = 1; i < c.count(); ++i) inputs.push_back(c.inputs[i].tensor);
    return c.run(inputs, &attributes);
  }
  if (c.count() == Shape::max_rank + 1) return {};
  const IndexAttributes attributes{with_examples(of_one.axes, c.rank(0)), 0};
  append_indices(c, 1, inputs);
  return {moved(c.run(inputs, &attributes)[0], index_rank(c, 1), of_one.place, false)};
}

Tensors put_there(const Call& c) {
  const auto& of_one = c.attributes_as<IndexPutAttributes>();
  const int rank = index_rank(c, 2), part = c.rank(0) - of_one.axes.size() + rank;
  if (!own_places(c, 2)) {
    const IndexPutAttributes attributes{moved_back(of_one.axes, c.rank(0)), of_one.place + 1, of_one.combine};
    Tensors inputs{c.all(0), c.aligned(1, part)};
    for (std::size_t i = 2; i < c.count(); ++i) inputs.push_back(c.inputs[i].tensor);
    return c.run(inputs, &attributes);
  }
  if (c.count() == Shape::max_rank + 2) return {};
  Tensor value = c.inputs[1].tensor;
  value = c.batched(1) ? value : unsqueeze(value, 0);
  value = moved(spaced(value, part - c.rank(1)), rank, of_one.place, true);
  Tensors inputs{c.all(0), value};
  const IndexPutAttributes attributes{with_examples(of_one.axes, c.rank(0)), 0, of_one.combine};
  append_indices(c, 2, inputs);
  return c.run(inputs, &attributes);
}

}  // namespace

void add_indexing_rules(Rules& rules) {
  add(rules, along_axis<AlongAxisAttributes>, {"gather", "scatter_add"});
  add(rules, along_axis<ScatterAttributes>, {"scatter"});
  add(rules, at_shared_places, {"index_select", "index_add"});
  add(rules, picked, {"index"});
  add(rules, put_there, {"index_put"});
}

}  // namespace triptych::batching
