#include "choices.h"

#include <algorithm>
#include <utility>

#include "triptych/core/ops.h"

namespace programs {
namespace {

bool is_whole(const Tensor& x) { return !tt::is_floating(x.dtype()); }
bool is_floating(const Tensor& x) { return tt::is_floating(x.dtype()); }
bool is_image(const Tensor& x) { return is_floating(x) && x.ndim() == 4 && x.numel() > 0 && x.numel() <= 4000; }

}  // namespace

// --- Operands, by what functions take ---

bool any_one(Chooser& c) { return c.take(); }
bool floating_one(Chooser& c) { return c.take_floating(); }
bool any_two(Chooser& c) {
  if (!c.take()) return false;
  c.take_broadcastable(0, {}, c.dice.once_in(3) ? c.dtype() : c.operand(0).dtype());
  return true;
}
bool floating_two(Chooser& c) {
  if (!c.take_floating()) return false;
  c.take_broadcastable(0, is_floating, c.operand(0).dtype());
  return true;
}
bool whole_one(Chooser& c) { return c.take(is_whole); }
bool whole_two(Chooser& c) {
  if (!c.take(is_whole)) return false;
  c.take_broadcastable(0, is_whole, c.operand(0).dtype());
  return true;
}
bool with_number(Chooser& c) {
  c.choose_number();
  c.a.n = c.dice.between(1, 4);
  return c.take();
}
bool choice(Chooser& c) {
  if (!c.take()) return false;
  c.take_broadcastable(
      0, [](const Tensor& x) { return x.dtype() == tt::boolean; }, tt::boolean);
  c.take_broadcastable(0, {}, c.operand(0).dtype());
  return true;
}
bool interpolation(Chooser& c) {
  if (!floating_two(c)) return false;
  c.take_broadcastable(0, is_floating, c.operand(0).dtype());
  return true;
}
bool one_and_like(Chooser& c) {  // x, and what it broadcasts to
  if (!c.take()) return false;
  tt::Shape shape = c.operand(0).shape();
  for (int axis = 0; axis < shape.rank(); ++axis)
    if (shape[axis] == 1) shape.set(axis, c.length());
  if (shape.rank() < 4 && c.dice.once_in(2)) shape.insert(0, c.length());
  c.take_like(shape, c.dtype());
  return true;
}
bool sum_to(Chooser& c) {
  if (!c.take()) return false;
  std::vector<std::int64_t> dims = c.operand(0).shape().to_vector();
  for (std::int64_t& dim : dims)
    if (c.dice.once_in(2)) dim = 1;
  if (!dims.empty() && c.dice.once_in(2)) dims.erase(dims.begin());
  c.take_like(dims, c.dtype());
  return true;
}

// --- Axes and shapes ---

bool axis_of_any(Chooser& c) {
  c.a.flag = c.dice.once_in(2);
  return c.take([](const Tensor& x) { return x.ndim() > 0; }) && c.choose_axis();
}
bool axis_of_floating(Chooser& c) {
  return c.take([](const Tensor& x) { return is_floating(x) && x.ndim() > 0; }) && c.choose_axis();
}
bool reduction(Chooser& c) {
  c.a.flag = c.dice.once_in(2);
  if (!c.take()) return false;
  c.choose_axes();
  return true;
}
bool floating_reduction(Chooser& c) {
  c.a.flag = c.dice.once_in(2);
  c.a.number = static_cast<double>(c.dice.between(0, 1));
  if (!c.take_floating()) return false;
  c.choose_axes();
  return true;
}
bool even_axis(Chooser& c) {
  return c.take([](const Tensor& x) { return x.ndim() > 0 && x.size(-1) % 2 == 0 && is_floating(x); });
}
bool reshaped(Chooser& c) {
  if (!c.take([](const Tensor& x) { return x.numel() > 0; })) return false;
  std::int64_t left = c.operand(0).numel();
  for (int i = 0; i < 3 && left > 1; ++i) {
    std::vector<std::int64_t> divisors;
    for (std::int64_t d = 1; d <= left && d <= 9; ++d)
      if (left % d == 0) divisors.push_back(d);
    c.a.shape.push_back(c.dice.of(divisors));
    left /= c.a.shape.back();
  }
  if (left > 1 || c.dice.once_in(3))
    c.a.shape.insert(c.a.shape.begin() + c.dice.between(0, static_cast<std::int64_t>(c.a.shape.size())), left);
  if (!c.a.shape.empty() && c.dice.once_in(3)) c.a.shape.back() = -1;
  return true;
}
bool flattened(Chooser& c) {
  if (!c.take()) return false;
  if (c.rank() == 0) return c.a.start = 0, c.a.stop = -1, true;
  c.a.start = c.dice.between(0, c.rank() - 1);
  c.a.stop = c.dice.between(c.a.start, c.rank() - 1);
  return true;
}
bool new_axis(Chooser& c) {
  if (!c.take([](const Tensor& x) { return x.ndim() < 5; })) return false;
  c.a.axis = c.dice.between(-c.rank() - 1, c.rank());
  return true;
}
bool axes_of_length_one(Chooser& c) {
  if (!c.take()) return false;
  for (std::int64_t i = 0; i < c.rank(); ++i)
    if (c.operand(0).size(static_cast<int>(i)) == 1 && c.dice.once_in(2)) c.a.axes.push_back(i);
  return true;
}
bool permuted(Chooser& c) {
  if (!c.take()) return false;
  c.a.axes = c.dice.order(c.rank());
  return true;
}
bool two_axes(Chooser& c) {
  if (!axis_of_any(c)) return false;
  c.a.other = c.dice.between(-c.rank(), c.rank() - 1);
  return true;
}
bool of_two_axes(Chooser& c) {
  c.a.n = c.dice.between(-1, 1);
  if (!c.take([](const Tensor& x) { return x.ndim() > 1; }) || !c.choose_axis()) return false;
  c.a.other = (c.a.axis + c.rank() + c.dice.between(1, c.rank() - 1)) % c.rank();
  return true;
}
bool windowed(Chooser& c) {
  if (!axis_of_any(c) || c.rank() > 5) return false;
  const std::int64_t length = c.operand(0).size(static_cast<int>(c.a.axis));
  if (length == 0) return false;
  c.a.n = c.dice.between(1, length);
  c.a.step = c.dice.between(1, 3);
  return true;
}
bool strided(Chooser& c) {
  if (!c.take([](const Tensor& x) { return x.numel() > 0; })) return false;
  c.a.n = c.dice.between(1, c.operand(0).numel());
  c.a.start = c.dice.between(0, c.operand(0).numel() - c.a.n);
  return true;
}
bool expanded(Chooser& c) {
  if (!c.take([](const Tensor& x) { return x.ndim() < 5; })) return false;
  c.a.shape = c.operand(0).shape().to_vector();
  for (std::int64_t& dim : c.a.shape) dim = dim == 1 ? c.length() : c.dice.once_in(2) ? -1 : dim;
  if (c.dice.once_in(2)) c.a.shape.insert(c.a.shape.begin(), c.length());
  return true;
}
bool tiled(Chooser& c) {
  if (!c.take([](const Tensor& x) { return x.numel() <= 500; })) return false;
  for (std::int64_t i = 0; i < c.rank(); ++i) c.a.axes.push_back(c.dice.between(1, 2));
  return true;
}
bool repeated(Chooser& c) {
  c.a.n = c.dice.between(1, 3);
  return axis_of_any(c) && c.operand(0).numel() <= 500;
}
bool rolled(Chooser& c) {
  c.a.n = c.dice.between(-4, 4);
  return axis_of_any(c);
}
bool matrix_part(Chooser& c) {
  c.a.n = c.dice.between(-2, 2);
  return c.take([](const Tensor& x) { return x.ndim() >= 2; });
}
bool diagonal(Chooser& c) {
  c.a.n = c.dice.between(-1, 1);
  return c.take([](const Tensor& x) { return x.ndim() == 2 || (x.ndim() == 1 && x.numel() < 30); });
}
bool joined(Chooser& c) {
  if (!axis_of_any(c)) return false;
  tt::Shape shape = c.operand(0).shape();
  for (std::int64_t i = c.dice.between(0, 2); i > 0; --i) {
    if (c.dice.once_in(2)) shape.set(static_cast<int>((c.a.axis + c.rank()) % c.rank()), c.length());
    c.take_like(shape, c.dice.once_in(4) ? c.dtype() : c.operand(0).dtype());
  }
  return true;
}
bool stacked(Chooser& c) {
  if (!new_axis(c)) return false;
  for (std::int64_t i = c.dice.between(0, 2); i > 0; --i) c.take_like(c.operand(0).shape(), c.operand(0).dtype());
  return true;
}
bool parts(Chooser& c) {
  if (!axis_of_any(c)) return false;
  const std::int64_t length = c.operand(0).size(static_cast<int>(c.a.axis));
  c.a.n = c.dice.between(1, std::max<std::int64_t>(1, length));
  const std::int64_t first = c.dice.between(0, length);
  c.a.shape = {first, length - first};
  return length / c.a.n <= 6;
}
bool sliced(Chooser& c) {
  if (!axis_of_any(c)) return false;
  const std::int64_t length = c.operand(0).size(static_cast<int>(c.a.axis));
  c.a.start = c.dice.between(-length, length);
  c.a.stop = c.dice.between(-length, length + 1);
  c.a.step = c.dice.of<std::int64_t>({1, 1, 1, 2, 3, -1, -2});
  return true;
}
bool one_of_axis(Chooser& c) {
  if (!axis_of_any(c)) return false;
  const std::int64_t length = c.operand(0).size(static_cast<int>(c.a.axis));
  if (length == 0) return false;
  c.a.n = c.dice.between(-length, length - 1);
  return true;
}
bool some_of_axis(Chooser& c) {
  if (!one_of_axis(c)) return false;
  c.a.n = c.dice.between(1, c.operand(0).size(static_cast<int>(c.a.axis)));
  return true;
}
bool part_and_value(Chooser& c) {
  if (!c.take([](const Tensor& x) { return x.ndim() > 0 && x.size(0) > 0; })) return false;
  tt::Shape shape = c.operand(0).shape();
  c.a.start = c.dice.between(0, shape[0] - 1);
  c.a.stop = c.dice.between(c.a.start, shape[0]);
  c.a.dtype = c.operand(0).dtype();
  shape.set(0, c.dice.once_in(3) ? 1 : c.a.stop - c.a.start);
  c.take_like(shape, c.operand(0).dtype());
  return true;
}
bool padded(Chooser& c) {
  c.choose_number();
  c.a.n = c.dice.between(0, 1);
  if (!c.take([](const Tensor& x) { return x.numel() <= 2000; })) return false;
  for (std::int64_t i = 0; i < c.rank(); ++i) c.a.pairs.emplace_back(c.dice.between(0, 2), c.dice.between(0, 1));
  return true;
}

// --- Indices ---

bool gathered(Chooser& c) {
  if (!axis_of_any(c)) return false;
  tt::Shape shape = c.operand(0).shape();
  const int axis = static_cast<int>((c.a.axis + c.rank()) % c.rank());
  const std::int64_t length = shape[axis];
  if (length == 0) return false;
  shape.set(axis, c.dice.between(1, 4));
  c.add_indices(shape, length);
  return true;
}
bool scattered(Chooser& c) {
  if (!gathered(c)) return false;
  c.take_like(c.operand(1).shape(), c.operand(0).dtype());
  return true;
}
bool selected(Chooser& c) {
  if (!axis_of_any(c) || c.operand(0).size(static_cast<int>(c.a.axis)) == 0) return false;
  c.add_indices({c.dice.between(0, 4)}, c.operand(0).size(static_cast<int>(c.a.axis)));
  return true;
}
bool added_at(Chooser& c) {
  if (!selected(c)) return false;
  tt::Shape shape = c.operand(0).shape();
  shape.set(static_cast<int>((c.a.axis + c.rank()) % c.rank()), c.operand(1).numel());
  c.take_like(shape, c.operand(0).dtype());
  return true;
}
bool masked(Chooser& c) {
  if (!c.take()) return false;
  c.take_like(c.operand(0).shape(), tt::boolean);
  return true;
}
bool masked_source(Chooser& c) {
  if (!masked(c)) return false;
  c.take_like(c.operand(0).shape(), c.operand(0).dtype());
  return true;
}
bool indices(Chooser& c) {
  c.a.n = c.dice.between(1, 6);
  c.a.dtype = c.dtype();
  c.add_indices(c.shape(static_cast<int>(c.dice.between(0, 2))), c.a.n);
  return true;
}
bool table_and_indices(Chooser& c) {
  c.a.n = c.dice.between(-1, 0);
  if (!c.take([](const Tensor& x) { return is_floating(x) && x.ndim() == 2 && x.numel() > 0; }))
    c.add_fresh({5, 3}, c.floating());
  c.add_indices(c.shape(static_cast<int>(c.dice.between(0, 2))), c.operand(0).size(0));
  return true;
}

// --- Products, images, normalization ---

bool product(Chooser& c) {
  if (!c.take([](const Tensor& x) { return x.dtype() != tt::boolean && x.ndim() >= 1; })) return false;
  std::vector<std::int64_t> dims = c.operand(0).shape().to_vector();
  const std::int64_t inner = dims.back();
  if (dims.size() < 3 || c.dice.once_in(2)) dims.clear();  // no batch: a matrix or a vector
  if (dims.empty() && c.dice.once_in(4)) return c.take_like({inner}, c.operand(0).dtype()), true;
  if (dims.empty()) dims = {0, 0};
  dims[dims.size() - 2] = inner;
  dims.back() = std::max<std::int64_t>(1, c.length());
  c.take_like(dims, c.operand(0).dtype());
  return true;
}
bool affine(Chooser& c) {
  if (!c.take([](const Tensor& x) { return is_floating(x) && x.ndim() >= 1 && x.ndim() <= 3; })) return false;
  const std::int64_t in = c.operand(0).size(-1), out = std::max<std::int64_t>(1, c.length());
  c.take_like({out, in}, c.operand(0).dtype());
  c.take_like({out}, c.operand(0).dtype());
  return true;
}
bool affine_by_hand(Chooser& c) {
  if (!c.take([](const Tensor& x) { return is_floating(x) && x.ndim() == 2; })) return false;
  const std::int64_t in = c.operand(0).size(-1), out = std::max<std::int64_t>(1, c.length());
  c.take_like({in, out}, c.operand(0).dtype());
  c.take_like({out}, c.operand(0).dtype());
  return true;
}
bool square(Chooser& c) {
  const std::int64_t n = c.a.n = c.dice.between(1, 4);
  c.add_fresh(c.dice.once_in(2) ? tt::Shape{n, n} : tt::Shape{c.dice.between(1, 3), n, n},
              c.dice.once_in(3) ? tt::float64 : tt::float32);
  return true;
}
bool square_and_columns(Chooser& c) {
  if (!square(c)) return false;
  tt::Shape shape = c.operand(0).shape();
  shape.set(-1, c.dice.between(1, 4));
  c.add_fresh(shape, c.operand(0).dtype());
  return true;
}
namespace {

void take_image(Chooser& c) {
  if (!c.dice.once_in(2) && c.take(is_image)) return;
  c.add_fresh({c.dice.between(1, 2), c.dice.between(1, 4), c.dice.between(3, 7), c.dice.between(3, 7)}, c.floating());
}

}  // namespace

bool convolution(Chooser& c) {
  take_image(c);
  const std::int64_t channels = c.operand(0).size(1);
  c.a.other = c.dice.once_in(4) ? channels : 1;  // groups
  const std::int64_t out = c.a.other * c.dice.between(1, 3);
  c.a.n = c.dice.between(1, 2);      // stride
  c.a.start = c.dice.between(0, 2);  // padding
  c.a.step = c.dice.once_in(4) ? 2 : 1;
  c.take_like({out, channels / c.a.other, c.dice.between(1, 3), c.dice.between(1, 3)}, c.operand(0).dtype());
  c.take_like({out}, c.operand(0).dtype());
  return true;
}
bool wide_convolution(Chooser& c) {
  if (!c.dice.once_in(4)) return false;  // they take long
  c.add_fresh({3, 32, 16, c.dice.between(16, 20)}, tt::float32);
  c.add_fresh({32, 32, 3, 3}, tt::float32);
  return true;
}
bool transposed_convolution(Chooser& c) {
  take_image(c);
  const std::int64_t channels = c.operand(0).size(1), out = c.dice.between(1, 3);
  c.a.other = c.dice.once_in(4) ? channels : 1;  // groups
  c.a.n = c.dice.between(1, 2);                  // stride
  c.a.start = c.dice.between(0, 1);              // padding
  c.take_like({channels, out, c.dice.between(1, 3), c.dice.between(1, 3)}, c.operand(0).dtype());
  c.take_like({out * c.a.other}, c.operand(0).dtype());
  return true;
}
bool columns(Chooser& c) {
  c.add_fresh({c.dice.between(1, 2), 4 * c.dice.between(1, 2), 6}, c.floating());
  return true;
}
bool maxima_and_places(Chooser& c) {
  const tt::Shape shape{c.dice.between(1, 2), c.dice.between(1, 3), 3, 3};
  c.add_fresh(shape, c.floating());
  c.add_indices(shape, 36);
  return true;
}
bool image_and_grid(Chooser& c) {
  const std::int64_t images = c.dice.between(1, 2);
  c.add_fresh({images, c.dice.between(1, 3), c.dice.between(1, 4), c.dice.between(1, 4)}, c.floating());
  c.take_like({images, c.dice.between(1, 3), c.dice.between(1, 3), 2}, c.operand(0).dtype());
  return true;
}
bool blocks_of_channels(Chooser& c) {
  c.add_fresh({c.dice.between(1, 2), 4 * c.dice.between(1, 2), c.dice.between(1, 3), c.dice.between(1, 3)},
              c.floating());
  return true;
}
bool pooling(Chooser& c) {
  take_image(c);
  c.a.n = c.dice.between(1, 3);
  c.a.step = c.dice.between(1, 2);
  c.a.start = c.dice.between(0, c.a.n / 2);
  c.a.flag = c.dice.once_in(3);
  return true;
}
bool whole_image(Chooser& c) {
  c.a.flag = c.dice.once_in(2);
  take_image(c);
  return true;
}
bool batch(Chooser& c) {
  if (!c.take([](const Tensor& x) { return is_floating(x) && x.ndim() >= 2 && x.numel() > x.size(1); })) return false;
  const tt::Shape channels{c.operand(0).size(1)};
  const tt::DType dtype = c.operand(0).dtype() == tt::float64 ? tt::float64 : tt::float32;
  c.take_state(channels, dtype);
  c.add_input(tt::abs(c.values(channels, dtype)) + 0.5, Kind::state);
  c.take_like(channels, dtype);
  c.take_like(channels, dtype);
  return true;
}
bool rows(Chooser& c) {
  if (!c.take([](const Tensor& x) { return is_floating(x) && x.ndim() >= 1; })) return false;
  const std::vector<std::int64_t> dims = c.operand(0).shape().to_vector();
  c.a.shape.assign(dims.begin() + c.dice.between(0, static_cast<std::int64_t>(dims.size()) - 1), dims.end());
  const tt::DType dtype = c.operand(0).dtype();
  c.take_like(c.a.shape, dtype);
  c.take_like(c.a.shape, dtype);
  return true;
}

bool grouped(Chooser& c) {
  if (!c.take([](const Tensor& x) { return is_floating(x) && x.ndim() >= 2 && x.numel() > 0; })) return false;
  const std::int64_t channels = c.operand(0).size(1);
  c.a.n = c.dice.once_in(3) ? channels : channels % 2 == 0 ? 2 : 1;
  const tt::DType dtype = c.operand(0).dtype();
  c.take_like({channels}, dtype);
  c.take_like({channels}, dtype);
  return true;
}

// --- Sequences ---

namespace {

/// An input (T, N, width), and weights of `gates` gates.
bool recurrent(Chooser& c, std::int64_t gates, int biases) {
  c.a.flag = c.dice.once_in(2);
  if (!c.take([](const Tensor& x) { return is_floating(x) && x.ndim() == 3 && x.numel() > 0 && x.numel() <= 200; }))
    c.add_fresh({3, 2, 4}, c.floating());
  const std::int64_t hidden = c.dice.between(1, 4);
  const tt::DType dtype = c.operand(0).dtype();
  c.take_like({gates * hidden, c.operand(0).size(2)}, dtype);
  c.take_like({gates * hidden, hidden}, dtype);
  for (int i = 0; i < biases; ++i) c.take_like({gates * hidden}, dtype);
  return true;
}

}  // namespace

bool four_gates(Chooser& c) { return recurrent(c, 4, 1); }
bool three_gates(Chooser& c) { return recurrent(c, 3, 2); }
bool one_gate(Chooser& c) { return recurrent(c, 1, 1); }
bool aligned(Chooser& c) {
  if (!c.take([](const Tensor& x) {
        return is_floating(x) && x.ndim() == 3 && x.size(0) > 2 && x.size(1) > 0 && x.size(2) > 1 && x.numel() <= 500;
      }))
    c.add_fresh({4, 2, 3}, c.floating());
  const std::int64_t batch = c.operand(0).size(1);
  c.add_indices({batch, 2}, c.operand(0).size(2));
  c.add_indices({batch}, c.operand(0).size(0) + 1);
  c.add_indices({batch}, 3);
  return true;
}

// --- Losses ---

bool labelled(Chooser& c) {
  if (!c.take([](const Tensor& x) { return is_floating(x) && x.ndim() == 2 && x.size(0) > 0 && x.size(1) > 0; }))
    c.add_fresh({3, 4}, c.floating());
  c.a.number = c.dice.once_in(2) ? 0 : 0.1;
  c.add_indices({c.operand(0).size(0)}, c.operand(0).size(1));
  return true;
}
bool with_target(Chooser& c) {
  if (!c.take_floating()) return false;
  c.take_like(c.operand(0).shape(), c.operand(0).dtype());
  return true;
}
bool with_probabilities(Chooser& c) {
  if (!c.take([](const Tensor& x) { return is_floating(x) && x.ndim() == 2 && x.numel() > 0; })) return false;
  c.take_like(c.operand(0).shape(), c.operand(0).dtype());
  return true;
}

// --- Creation, random numbers, state ---

bool created(Chooser& c) {
  c.choose_number();
  c.a.shape = c.shape(static_cast<int>(c.dice.between(0, 3))).to_vector();
  c.a.dtype = c.dtype();
  if (!tt::is_floating(c.a.dtype)) c.a.number = 1;
  c.a.n = c.dice.between(1, 6);
  c.a.other = c.dice.between(1, 6);
  return true;
}
bool drawn(Chooser& c) {
  created(c);
  c.a.dtype = c.floating();
  c.take_stream();
  return true;
}
bool drawn_whole(Chooser& c) {
  drawn(c);
  c.a.dtype = c.dice.of<tt::DType>({tt::int64, tt::int32, tt::uint8, tt::int8});
  return true;
}
bool drawn_like(Chooser& c) {
  c.take_stream();
  return c.take_floating();
}
bool drawn_by(Chooser& c) {
  c.take_stream();
  const tt::Shape shape = c.shape(static_cast<int>(c.dice.between(1, 2)));
  if (shape.size() == 0) return false;
  c.add_input(tt::abs(c.values(shape, c.floating())) * 0.4 + 0.05, Kind::fed);
  c.a.n = c.dice.between(1, 3);
  c.a.flag = true;
  return true;
}
bool drawn_by_two(Chooser& c) {
  c.take_stream();
  const tt::Shape shape = c.shape(static_cast<int>(c.dice.between(1, 2)));
  if (shape.size() == 0) return false;
  const tt::DType dtype = c.floating();
  c.add_input(tt::round(tt::abs(c.values(shape, dtype)) * 4), Kind::fed);
  c.add_input(tt::abs(c.values(shape, dtype)) * 0.4 + 0.05, Kind::fed);
  return true;
}
bool dropped(Chooser& c) {
  if (!c.take_floating()) return false;
  c.a.number = c.dice.of<double>({0.5, 0.25, 0});
  c.take_stream();
  return true;
}
bool state_and_value(Chooser& c) {
  const bool existing = c.take([](const Tensor& x) { return x.numel() <= 200; });
  if (!existing) return false;
  const Tensor value = c.operand(0);
  c.take_state(value.shape(), value.dtype());
  std::swap(c.operands[0], c.operands[1]);
  return true;
}
bool updated(Chooser& c) {
  const tt::DType dtype = c.floating();
  const tt::Shape shape = c.shape(static_cast<int>(c.dice.between(0, 2)));
  c.add_input(tt::tensor(0.125, tt::float64), Kind::fed);
  c.take_state(shape, dtype);
  c.take_like(shape, dtype);
  for (int i = 0; i < 3; ++i) c.add_input(tt::abs(c.values(shape, dtype)), Kind::state);
  c.add_input(tt::tensor(c.dice.between(0, 3)), Kind::state);
  c.a.flag = c.dice.once_in(2);
  return true;
}
bool loss_scale(Chooser& c) {
  c.add_input(tt::tensor(8.0, tt::float32), Kind::state);
  c.add_input(tt::tensor(c.dice.between(0, 3)), Kind::state);
  c.add_input(tt::tensor(c.dice.once_in(2) ? 1.0 : 0.0, tt::float32), Kind::fed);
  return true;
}
bool in_place(Chooser& c) {
  if (!c.take([](const Tensor& x) { return x.numel() <= 2000; })) return false;
  c.a.dtype = c.operand(0).dtype();
  std::vector<std::int64_t> dims = c.operand(0).shape().to_vector();
  for (std::int64_t& dim : dims)
    if (c.dice.once_in(4)) dim = 1;
  c.take_like(dims, c.operand(0).dtype());
  return true;
}
bool filled(Chooser& c) {
  c.choose_number();
  c.a.n = c.dice.between(0, 3);
  return c.take();
}

}  // namespace programs
