#include "chooser.h"

#include <algorithm>

#include "triptych/core/ops.h"

namespace programs {

void Chooser::use(const Ref& ref) {
  operands.push_back(ref);
  chosen_.push_back(values_.of_steps[static_cast<std::size_t>(ref.step)][static_cast<std::size_t>(ref.output)]);
}

bool Chooser::take(const Fits& fits) {
  std::vector<Ref> candidates;
  for (const Ref& ref : values_.usable) {
    const Tensor& value = values_.of_steps[static_cast<std::size_t>(ref.step)][static_cast<std::size_t>(ref.output)];
    if (!fits || fits(value)) candidates.push_back(ref);
  }
  if (candidates.empty() || dice.once_in(12)) {
    const Tensor value = values(shape(static_cast<int>(dice.between(0, 4))), dtype());
    if (!fits || fits(value)) return add_input(value, Kind::fed), true;
  }
  if (candidates.empty()) return false;
  // One of the last few, so that programs grow deep.
  const auto count = static_cast<std::int64_t>(candidates.size());
  const std::int64_t first = dice.once_in(3) ? 0 : std::max<std::int64_t>(0, count - 4);
  use(candidates[static_cast<std::size_t>(dice.between(first, count - 1))]);
  return true;
}

bool Chooser::take_floating() {
  return take([](const Tensor& x) { return tt::is_floating(x.dtype()); });
}

void Chooser::take_like(const tt::Shape& shape, tt::DType dtype) {
  std::vector<Ref> candidates;
  for (const Ref& ref : values_.usable) {
    const Tensor& value = values_.of_steps[static_cast<std::size_t>(ref.step)][static_cast<std::size_t>(ref.output)];
    if (value.shape() == shape && value.dtype() == dtype) candidates.push_back(ref);
  }
  if (candidates.empty() || dice.once_in(6)) return add_fresh(shape, dtype);
  use(dice.of(candidates));
}

void Chooser::take_broadcastable(std::size_t with, const Fits& fits, tt::DType otherwise) {
  const tt::Shape shape = operand(with).shape();
  std::vector<Ref> candidates;
  for (const Ref& ref : values_.usable) {
    const Tensor& value = values_.of_steps[static_cast<std::size_t>(ref.step)][static_cast<std::size_t>(ref.output)];
    tt::Shape result;
    if (tt::broadcast(shape, value.shape(), result) && result.size() <= 20000 && (!fits || fits(value)))
      candidates.push_back(ref);
  }
  if (!candidates.empty() && !dice.once_in(5)) return use(dice.of(candidates));
  // Of the same shape, or with ones in it, or without its first axes.
  std::vector<std::int64_t> dims = shape.to_vector();
  for (std::int64_t& dim : dims)
    if (dice.once_in(3)) dim = 1;
  if (dice.once_in(4)) dims.erase(dims.begin(), dims.begin() + dice.between(0, static_cast<std::int64_t>(dims.size())));
  add_fresh(dims, otherwise);
}

void Chooser::take_stream() {
  if (!values_.streams.empty() && !dice.once_in(3)) return use(dice.of(values_.streams));
  add_input(tt::tensor(std::vector<std::int64_t>{dice.between(0, 1 << 20), dice.between(0, 9)}), Kind::stream);
}

void Chooser::take_state(const tt::Shape& shape, tt::DType dtype) {
  std::vector<Ref> candidates;
  for (const Ref& ref : values_.usable) {
    if (!program_.steps[static_cast<std::size_t>(ref.step)].is_state()) continue;
    const Tensor& value = values_.of_steps[static_cast<std::size_t>(ref.step)][0];
    if (value.shape() == shape && value.dtype() == dtype) candidates.push_back(ref);
  }
  if (!candidates.empty() && !dice.once_in(4)) return use(dice.of(candidates));
  add_input(values(shape, dtype), Kind::state);
}

void Chooser::add_input(const Tensor& value, Kind kind) {
  operands.push_back({static_cast<int>(program_.steps.size() + inputs.size()), 0});
  chosen_.push_back(value);
  inputs.push_back({.value = value, .kind = kind});
}

void Chooser::add_fresh(const tt::Shape& shape, tt::DType dtype) {
  add_input(values(shape, dtype), dice.once_in(4) ? Kind::constant : Kind::fed);
}

void Chooser::add_indices(const tt::Shape& shape, std::int64_t n) {
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(shape.size()));
  for (std::int64_t& number : numbers) number = dice.between(0, n - 1);
  add_input(tt::tensor(numbers, shape), dice.once_in(3) ? Kind::constant : Kind::fed);
}

tt::DType Chooser::dtype() {
  if (dice.once_in(2)) return tt::float32;
  return static_cast<tt::DType>(dice.between(0, tt::dtype_count - 1));
}

tt::DType Chooser::floating() { return dice.once_in(2) ? tt::float32 : static_cast<tt::DType>(dice.between(0, 3)); }

std::int64_t Chooser::length() {
  if (dice.once_in(50)) return 0;
  if (large_ && dice.once_in(2)) return dice.between(20, 300);
  return dice.once_in(4) ? 1 : dice.between(2, dice.once_in(4) ? 9 : 4);
}

tt::Shape Chooser::shape(int rank) {
  while (true) {
    std::vector<std::int64_t> dims;
    for (int i = 0; i < rank; ++i) dims.push_back(length());
    if (const tt::Shape result(dims); result.size() <= (large_ ? 100000 : 2000)) return result;
  }
}

Tensor Chooser::values(const tt::Shape& shape, tt::DType dtype) {
  std::vector<double> numbers(static_cast<std::size_t>(shape.size()));
  const bool coarse = dice.once_in(3), positive = dice.once_in(4);  // coarse: with zeros, ones and equal elements
  for (double& number : numbers) {
    number =
        coarse ? static_cast<double>(dice.between(-4, 4)) / 2 : static_cast<double>(dice.between(-2000, 2000)) / 999;
    if (!tt::is_floating(dtype)) number = static_cast<double>(dice.between(dtype == tt::uint8 ? 0 : -3, 5));
    if (dtype == tt::boolean) number = static_cast<double>(dice.between(0, 1));
    if (positive && number < 0) number = -number;
  }
  return tt::cast(tt::tensor(numbers, shape), dtype);
}

bool Chooser::choose_axis() {
  if (rank() == 0) return false;
  a.axis = dice.between(-rank(), rank() - 1);
  return true;
}

void Chooser::choose_axes() {
  a.axes.clear();
  if (rank() == 0 || dice.once_in(20)) return;
  a.axes = dice.order(rank());
  a.axes.resize(static_cast<std::size_t>(dice.between(1, rank())));
  for (std::int64_t& axis : a.axes)
    if (dice.once_in(3)) axis -= rank();
}

void Chooser::choose_number() { a.number = dice.of<double>({0.5, 0.25, 1, 1, 2, -1.5, 0, -0.0, 0.1, 3}); }

}  // namespace programs
