#include "api_keras/layers/axes.h"

#include <algorithm>

namespace triptych::keras {

NormalizedAxes::NormalizedAxes(const LayerBase& layer, const Axes& axes, const Shape& input) {
  for (const std::int64_t axis : axes) axes_.push_back(normalize_axis(layer.class_name(), axis, input.rank()));
  std::sort(axes_.begin(), axes_.end());
  const auto fail = [&](const char* wrong, const char* hint) {
    throw ArgumentError(layer.class_name(), wrong, "layer '" + layer.name() + "' got " + input.text(), hint);
  };
  if (axes_[0] == 0) fail("the axis of the batch is among those to normalize", "Each example is normalized alone");
  if (std::adjacent_find(axes_.begin(), axes_.end()) != axes_.end()) fail("an axis is given twice", "");
  for (const int axis : axes_) {
    if (!input.dim(axis).known()) fail("a normalized axis is not known", "Give Input its size");
    sizes_.append(input.dim(axis));
  }
}

void NormalizedAxes::check(const LayerBase& layer, const Tensor& x) const {
  if (axes_.back() >= x.ndim())
    throw ArgumentError(
        layer.class_name(), "an axis to normalize is out of range",
        "axis " + std::to_string(axes_.back()) + ", layer '" + layer.name() + "' got " + x.shape().text());
}

std::vector<std::int64_t> NormalizedAxes::last_order(int rank) const {
  std::vector<std::int64_t> order;
  for (int axis = 0; axis < rank; ++axis)
    if (std::find(axes_.begin(), axes_.end(), axis) == axes_.end()) order.push_back(axis);
  order.insert(order.end(), axes_.begin(), axes_.end());
  return order;
}

std::vector<std::int64_t> NormalizedAxes::order_back(int rank) const {
  const std::vector<std::int64_t> order = last_order(rank);
  std::vector<std::int64_t> back(order.size());
  for (std::size_t i = 0; i < order.size(); ++i)
    back[static_cast<std::size_t>(order[i])] = static_cast<std::int64_t>(i);
  return back;
}

}  // namespace triptych::keras
