#include "triptych/core/shape.h"

#include <algorithm>
#include <ostream>

#include "core/support/checked.h"
#include "triptych/core/error.h"

namespace triptych {
namespace {

constexpr const char* dimension = "a dimension";

void check_dim(Dim dim, Location where) {
  if (dim.raw() < unknown)
    throw ArgumentError("shape", "a dimension is negative", std::to_string(dim.raw()), "", where);
}

[[noreturn]] void too_many(const Shape& shape, Location where) {
  if (std::find(shape.begin(), shape.end(), 0) != shape.end())
    throw ArgumentError("shape", "dimensions beside the one of length 0 multiply to more than 2^59", shape.text(), "",
                        where);
  throw ArgumentError("shape", "a tensor has more than 2^59 elements", shape.text(), "", where);
}

}  // namespace

Dim operator+(Dim a, Dim::Right b) {
  return a.known() && b.known() ? Dim(checked_add(a.raw(), b.raw(), dimension, b.where())) : Dim(unknown);
}
Dim operator-(Dim a, Dim::Right b) {
  if (!a.known() || !b.known()) return unknown;
  if (a.raw() < b.raw())
    throw ArgumentError("shape", "a dimension is negative", std::to_string(a.raw()) + " - " + std::to_string(b.raw()),
                        "", b.where());
  return a.raw() - b.raw();
}
Dim operator*(Dim a, Dim::Right b) {
  return a.known() && b.known() ? Dim(checked_multiply(a.raw(), b.raw(), dimension, b.where())) : Dim(unknown);
}
Dim operator/(Dim a, Dim::Right b) {
  return a.known() && b.known() ? Dim(checked_divide(a.raw(), b.raw(), dimension, b.where())) : Dim(unknown);
}

std::int64_t Dim::value(Location where) const {
  if (value_ < 0)
    throw ArgumentError("shape", "the value of an unknown dimension was asked for",
                        "a dimension that the graph's feeds decide",
                        "Use ops that take the dimension from a tensor (reshape with -1, zeros_like), or give the "
                        "placeholder a fixed shape",
                        where);
  return value_;
}

Shape::Shape(std::span<const std::int64_t> dims, Location where) {
  if (dims.size() > max_rank)
    throw ArgumentError("shape", "a tensor has more than 8 dimensions", std::to_string(dims.size()) + " were given", "",
                        where);
  for (const std::int64_t d : dims) {
    check_dim(d, where);
    dims_[static_cast<std::size_t>(rank_++)] = d;
  }
}

Shape::Shape(std::initializer_list<std::int64_t> dims, Location where)
    : Shape(std::span(dims.begin(), dims.size()), where) {}

Dim Shape::dim(int axis, Location where) const {
  return dims_[static_cast<std::size_t>(normalize_axis("shape", axis, rank_, where))];
}

std::int64_t Shape::operator[](At axis) const {
  const int i = normalize_axis("shape", axis.number(), rank_, axis.where());
  return Dim(dims_[static_cast<std::size_t>(i)]).value(axis.where());
}

void Shape::set(int axis, Dim dim, Location where) {
  check_dim(dim, where);
  dims_[static_cast<std::size_t>(normalize_axis("shape", axis, rank_, where))] = dim.raw();
}

void Shape::append(Dim dim, Location where) { insert(rank_, dim, where); }

void Shape::insert(int axis, Dim dim, Location where) {
  if (rank_ == max_rank)
    throw ArgumentError("shape", "a tensor has more than 8 dimensions", text() + " and one more", "", where);
  check_dim(dim, where);
  const auto place = dims_.begin() + normalize_axis("shape", axis, rank_ + 1, where);
  std::copy_backward(place, dims_.begin() + rank_, dims_.begin() + rank_ + 1);
  *place = dim.raw();
  ++rank_;
}

void Shape::erase(int axis, Location where) {
  const auto removed = dims_.begin() + normalize_axis("shape", axis, rank_, where);
  std::copy(removed + 1, dims_.begin() + rank_, removed);
  --rank_;
}

namespace {

/// The number of elements where all dimensions are known, none is 0, and there are not too many; else 0.
std::int64_t usual_size(const Shape& shape) {
  std::int64_t product = 1;
  bool usual = true;
  for (const std::int64_t length : shape) {  // of lengths above 0 the product never falls
    usual &= length > 0;
    usual &= !__builtin_mul_overflow(product, length, &product);
  }
  return usual && product <= Shape::most_elements ? product : 0;
}

}  // namespace

std::int64_t Shape::size(Location where) const {
  const std::int64_t count = usual_size(*this);
  return count > 0 ? count : numel(where).value(where);
}

Dim Shape::numel(Location where) const {
  std::int64_t product = 1;
  bool empty = false, open = false, fits = true;
  for (const std::int64_t length : *this) {
    empty |= length == 0;
    open |= length < 0;
    if (length > 0) fits &= !__builtin_mul_overflow(product, length, &product) && product <= most_elements;
  }
  if (!fits) [[unlikely]]
    too_many(*this, where);
  return open ? Dim(unknown) : Dim(empty ? 0 : product);
}

void Shape::check_size(Location where) const {
  if (usual_size(*this) == 0) static_cast<void>(numel(where));
}

bool Shape::compatible(const Shape& other) const {
  if (rank_ != other.rank_) return false;
  for (std::size_t i = 0; i < static_cast<std::size_t>(rank_); ++i)
    if (conflict(dims_[i], other.dims_[i])) return false;
  return true;
}

std::string Shape::text() const {
  std::string result = "(";
  for (int i = 0; i < rank_; ++i) {
    const Dim d = dims_[static_cast<std::size_t>(i)];
    if (i) result += ", ";
    result += d.known() ? std::to_string(d.raw()) : "?";
  }
  return result + (rank_ == 1 ? ",)" : ")");
}

std::ostream& operator<<(std::ostream& out, const Shape& shape) { return out << shape.text(); }

Axes::Axes(std::span<const std::int64_t> axes, Location where) {
  for (std::int64_t axis : axes) append(axis, where);
}

void Axes::append(std::int64_t value, Location where) {
  if (count_ == Shape::max_rank)
    throw ArgumentError("shape", "a tensor has more than 8 dimensions", "a list of more than 8 axes was given", "",
                        where);
  values_[static_cast<std::size_t>(count_++)] = value;
}

void Axes::out_of_range(At i) const {
  throw ArgumentError("axes", "the list has no such entry",
                      "entry " + std::to_string(i.number()) + " of " + std::to_string(count_), "", i.where());
}

Strides contiguous_strides(const Shape& shape) {
  Strides strides{};
  std::int64_t step = 1;
  for (int i = shape.rank() - 1; i >= 0; --i) {
    strides[static_cast<std::size_t>(i)] = step;
    // May wrap: that there are too many elements is found by who asks for their number.
    step = static_cast<std::int64_t>(static_cast<std::uint64_t>(step) * static_cast<std::uint64_t>(shape.begin()[i]));
  }
  return strides;
}

bool broadcast(const Shape& a, const Shape& b, Shape& result) {
  const Shape &longer = a.rank() >= b.rank() ? a : b, &shorter = a.rank() >= b.rank() ? b : a;
  const int lead = longer.rank() - shorter.rank();
  Shape out = longer;
  for (int i = 0; i < shorter.rank(); ++i) {
    const Dim x = longer.dim(lead + i), y = shorter.dim(i);
    if (x.raw() == 1)
      out.set(lead + i, y);
    else if (y.raw() == 1 || x.raw() == y.raw())
      continue;
    else if (!x.known())
      out.set(lead + i, y);  // y is known and not 1, or unknown too
    else if (y.known())
      return false;
  }
  result = out;
  return true;
}

namespace {

/// Apart, so that the check costs next to nothing where it holds.
[[noreturn, gnu::cold, gnu::noinline]] void no_such_axis(std::string_view op, std::int64_t axis, int rank,
                                                         Location where) {
  throw ArgumentError(op, "the axis is out of range",
                      "axis " + std::to_string(axis) + " of a tensor with " + std::to_string(rank) + " dimensions",
                      rank ? "Axes run from " + std::to_string(-rank) + " to " + std::to_string(rank - 1)
                           : "A 0-d tensor has no axes",
                      where);
}

}  // namespace

int normalize_axis(std::string_view op, std::int64_t axis, int rank, Location where) {
  if (axis < -rank || axis >= rank) [[unlikely]]
    no_such_axis(op, axis, rank, where);
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

}  // namespace triptych
