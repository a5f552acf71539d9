#include "triptych/keras/ops/sizes.h"

#include <ostream>

#include "triptych/core/ops.h"

namespace triptych::keras::ops {

Size::Size(const Tensor& of, int axis, Location where)
    : number_(of.shape(where).dim(axis, where).raw()), of_(of), axis_(axis < 0 ? axis + of.ndim(where) : axis) {}

Size::operator std::int64_t() const { return known() || !of_.defined() ? number_ : of_.shape()[axis_]; }

Tensor Size::zeros(DType dtype) const {
  if (!of_.defined()) return triptych::zeros({number_}, dtype);
  Tensor line = of_;
  for (int axis = of_.ndim() - 1; axis >= 0; --axis)
    if (axis != axis_) line = select(line, axis, 0);
  return cast(zeros_like(line), dtype);
}

Sizes::Sizes(std::initializer_list<Size> sizes, Location where) : sizes_(sizes) {
  if (sizes.size() > Shape::max_rank)
    throw ArgumentError("shape", "there are more than " + std::to_string(Shape::max_rank) + " sizes",
                        std::to_string(sizes.size()), "", where);
  for (const Size& size : sizes)
    if (size.known() && static_cast<std::int64_t>(size) < 0)
      throw ArgumentError("shape", "a size is negative", std::to_string(static_cast<std::int64_t>(size)), "", where);
}

Sizes::Sizes(const Shape& shape) {
  for (const std::int64_t size : shape) sizes_.emplace_back(size);
}

Sizes Sizes::of(const Tensor& x, Location where) {
  Sizes sizes;
  for (int axis = 0; axis < x.ndim(where); ++axis) sizes.sizes_.emplace_back(x, axis, where);
  return sizes;
}

Size Sizes::operator[](At axis) const {
  const auto rank = static_cast<std::int64_t>(sizes_.size());
  const std::int64_t place = axis.number() < 0 ? axis.number() + rank : axis.number();
  if (place < 0 || place >= rank)
    throw ArgumentError("shape", "there is no such axis", std::to_string(axis.number()) + " of " + std::to_string(rank),
                        "", axis.where());
  return sizes_[static_cast<std::size_t>(place)];
}

bool Sizes::known() const {
  for (const Size& size : sizes_)
    if (!size.known()) return false;
  return true;
}

Sizes::operator Shape() const {
  Shape shape;
  for (const Size& size : sizes_) shape.append(size.known() ? static_cast<std::int64_t>(size) : unknown);
  return shape;
}

Tensor Sizes::zeros(DType dtype, Location where) const {
  const Frame frame(where);
  Shape known_ones;
  for (const Size& size : sizes_) known_ones.append(size.known() ? static_cast<std::int64_t>(size) : 1);
  Tensor sum = triptych::zeros(known_ones, dtype, where);
  for (std::size_t i = 0; i < sizes_.size(); ++i) {
    if (sizes_[i].known()) continue;
    Shape along;
    for (std::size_t j = 0; j < sizes_.size(); ++j) along.append(j == i ? unknown : 1);
    sum = sum + reshape(sizes_[i].zeros(dtype), along);
  }
  return sum;
}

std::ostream& operator<<(std::ostream& stream, const Sizes& sizes) { return stream << static_cast<Shape>(sizes); }

}  // namespace triptych::keras::ops
