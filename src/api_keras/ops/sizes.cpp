#include "triptych/keras/ops/sizes.h"

#include <ostream>

#include "triptych/core/ops.h"

namespace triptych::keras::ops {

namespace {

/// The line of what is computed of both.
Location line_of(const Size& a, const Size& b) { return a.where() ? a.where() : b.where(); }

}  // namespace

Size::Size(const Tensor& of, int axis, Location where)
    : number_(of.shape(where).dim(axis, where).raw()),
      of_(of),
      axis_(axis < 0 ? axis + of.ndim(where) : axis),
      where_(where) {}

Size::operator std::int64_t() const { return known() || !of_.defined() ? number_ : of_.shape()[axis_]; }

Tensor Size::zeros(DType dtype) const {
  const Frame frame(where_);
  if (!of_.defined()) return triptych::zeros({number_}, dtype);
  Tensor line = of_;
  for (int axis = of_.ndim() - 1; axis >= 0; --axis)
    if (axis != axis_) line = select(line, axis, 0);
  return cast(zeros_like(line), dtype);
}

Tensor Size::tensor(DType dtype) const {
  const Frame frame(where_);
  if (known()) return triptych::full({}, number_, dtype);
  return cast(sum(zeros(int64) + 1), dtype);
}

Size operator+(const Size& a, const Size& b) {
  const Location where = line_of(a, b);
  const Frame frame(where);
  if (a.known() && b.known()) return Size(std::int64_t{a} + std::int64_t{b}, where);
  return Size(concat({a.zeros(boolean), b.zeros(boolean)}, 0), 0, where);
}
Size operator*(const Size& a, const Size& b) {
  const Location where = line_of(a, b);
  const Frame frame(where);
  if (a.known() && b.known()) return Size(std::int64_t{a} * std::int64_t{b}, where);
  return Size(flatten(logical_or(unsqueeze(a.zeros(boolean), 1), b.zeros(boolean)), 0), 0, where);
}
Size detail::less(const Size& a, std::int64_t b) {
  const Frame frame(a.where());
  if (a.known()) return Size(std::int64_t{a} - b, a.where());
  return b < 0 ? a + Size(-b, a.where()) : Size(slice(a.zeros(boolean), 0, Slice(b)), 0, a.where());
}
Size detail::divided(const Size& a, std::int64_t b) {
  const Frame frame(a.where());
  if (b < 1) throw ArgumentError("shape", "a size is divided by less than 1", std::to_string(b), "", a.where());
  if (a.known()) return Size(std::int64_t{a} / b, a.where());
  return Size(slice(a.zeros(boolean), 0, Slice(b - 1, none, b)), 0, a.where());
}

namespace {

/// The size in the tensor's dtype, and the tensor, as `compute` takes them.
template <class F>
Tensor with_tensor(const Size& size, const Tensor& tensor, F compute) {
  const Frame frame(size.where());
  return compute(size.tensor(tensor.dtype(size.where())), tensor);
}

}  // namespace

Tensor operator*(const Size& a, const Tensor& b) {
  return with_tensor(a, b, [](const Tensor& size, const Tensor& t) { return size * t; });
}
Tensor operator*(const Tensor& a, const Size& b) {
  return with_tensor(b, a, [](const Tensor& size, const Tensor& t) { return t * size; });
}
Tensor operator+(const Size& a, const Tensor& b) {
  return with_tensor(a, b, [](const Tensor& size, const Tensor& t) { return size + t; });
}
Tensor operator+(const Tensor& a, const Size& b) {
  return with_tensor(b, a, [](const Tensor& size, const Tensor& t) { return t + size; });
}
Tensor operator-(const Size& a, const Tensor& b) {
  return with_tensor(a, b, [](const Tensor& size, const Tensor& t) { return size - t; });
}
Tensor operator-(const Tensor& a, const Size& b) {
  return with_tensor(b, a, [](const Tensor& size, const Tensor& t) { return t - size; });
}
Tensor operator/(const Tensor& a, const Size& b) {
  return with_tensor(b, a, [](const Tensor& size, const Tensor& t) { return t / size; });
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
  for (const std::int64_t size : shape) sizes_.emplace_back(size, Location());
}

Sizes Sizes::of(const Tensor& x, Location where) {
  Sizes sizes;
  for (int axis = 0; axis < x.ndim(where); ++axis) sizes.sizes_.emplace_back(x, axis, where);
  return sizes;
}

std::size_t Sizes::place(At axis) const {
  const auto rank = static_cast<std::int64_t>(sizes_.size());
  const std::int64_t place = axis.number() < 0 ? axis.number() + rank : axis.number();
  if (place < 0 || place >= rank)
    throw ArgumentError("shape", "there is no such axis", std::to_string(axis.number()) + " of " + std::to_string(rank),
                        "", axis.where());
  return static_cast<std::size_t>(place);
}

Size Sizes::operator[](At axis) const { return Size(sizes_[place(axis)], axis.where()); }

Sizes Sizes::with(At axis, const Size& size) const {
  if (size.known() && static_cast<std::int64_t>(size) < 0)
    throw ArgumentError("shape", "a size is negative", std::to_string(static_cast<std::int64_t>(size)), "",
                        axis.where());
  Sizes sizes = *this;
  sizes.sizes_[place(axis)] = size;
  return sizes;
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

Tensor detail::filled(const Sizes& shape, Scalar value, std::optional<DType> dtype, Location where) {
  if (shape.known()) return triptych::full(shape, value, dtype, where);
  const Frame frame(where);
  const Tensor one = triptych::full({}, value, dtype, where);
  return full_like(shape.zeros(one.dtype(), where), value);
}
Tensor detail::broadcast(const Arg& x, const Sizes& shape) {
  if (shape.known()) return triptych::broadcast_to(x, shape);
  const Frame frame(x.where());
  return expand_as(x, shape.zeros(int64, x.where()));
}

namespace {

/// How often `parts` goes into the elements of x, where a run knows it: a place is one of the first of the quotient's
/// if `parts` times its number is below their count.
Size quotient(const Tensor& x, const Size& parts) {
  const Tensor all = zeros_like(flatten(x, 0)), ones = cast(all, int64) + 1;
  return Size(masked_select(all, triptych::less((cumsum(ones, 0) - 1) * parts.tensor(int64), sum(ones))), 0);
}

}  // namespace

Tensor detail::reshaped(const Arg& x, const Sizes& shape) {
  const int rank = static_cast<int>(shape.size());
  int unknown_ones = 0, inferred = -1;
  for (int i = 0; i < rank; ++i) {
    unknown_ones += shape[i].known() ? 0 : 1;
    if (shape[i].is_open() && inferred >= 0) return triptych::reshape(x, static_cast<Shape>(shape));  // an error
    if (shape[i].is_open()) inferred = i;
  }
  if (unknown_ones <= 1) return triptych::reshape(x, static_cast<Shape>(shape));
  const Frame frame(x.where());
  if (inferred < 0) return reshape_like(x, shape.zeros(boolean, x.where()));
  Size others = 1;
  for (int i = 0; i < rank; ++i)
    if (i != inferred) others = others * shape[i];
  return reshape_like(x, shape.with(inferred, quotient(x.tensor(), others)).zeros(boolean, x.where()));
}

Tensor detail::arange(std::int64_t start, const Size& stop, std::int64_t step, std::optional<DType> dtype,
                      Location where) {
  if (stop.known()) return triptych::arange(start, std::int64_t{stop}, step, dtype, where);
  const Frame frame(where);
  if (start < 0 || step < 1)
    throw UnsupportedError("arange", "up to a size that is not known yet it goes up from 0 or above",
                           std::to_string(start) + " in steps of " + std::to_string(step), "", where);
  const Tensor numbers = cumsum(stop.zeros(dtype.value_or(int64)) + 1, 0) - 1;
  return slice(numbers, 0, Slice(start, none, step));
}

Tensor zeros(std::initializer_list<Size> shape, DType dtype, Location where) {
  return detail::filled(Sizes(shape, where), 0, dtype, where);
}
Tensor ones(std::initializer_list<Size> shape, DType dtype, Location where) {
  return detail::filled(Sizes(shape, where), 1, dtype, where);
}
Tensor full(std::initializer_list<Size> shape, Scalar value, std::optional<DType> dtype, Location where) {
  return detail::filled(Sizes(shape, where), value, dtype, where);
}
Tensor reshape(const Arg& x, std::initializer_list<Size> shape) { return detail::reshaped(x, Sizes(shape, x.where())); }
Tensor broadcast_to(const Arg& x, std::initializer_list<Size> shape) {
  return detail::broadcast(x, Sizes(shape, x.where()));
}

}  // namespace triptych::keras::ops
