// What programs are made of: a line for each call of a public function. Every registered op must occur in what these
// give and in their gradients (coverage.cpp), so a new op needs a line here.
#include "chooser.h"
#include "triptych/core/ops.h"
#include "triptych/core/random.h"

namespace programs {
namespace {

Tensors results(Tensor x) { return {std::move(x)}; }
Tensors results(Tensors x) { return x; }

// A call, and its text.
#define CALL(...)                                                            \
  [](Operands& x, const Arguments& a) -> Tensors {                           \
    return static_cast<void>(x), static_cast<void>(a), results(__VA_ARGS__); \
  },                                                                         \
      #__VA_ARGS__
#define EFFECT(...) \
  [](Operands& x, const Arguments& a) -> Tensors { return static_cast<void>(a), __VA_ARGS__, Tensors(); }, #__VA_ARGS__
#define UNARY(name) \
  { #name, any_one, CALL(tt::name(x[0])) }
#define FLOATING(name) \
  { #name, floating_one, CALL(tt::name(x[0])) }
#define BINARY(name) \
  { #name, any_two, CALL(tt::name(x[0], x[1])) }
#define BITWISE(name) \
  { #name, whole_two, CALL(tt::name(x[0], x[1])) }
#define REDUCTION(name) \
  {#name, reduction, CALL(tt::name(x[0], a.axes, a.flag))}, { #name "_all", any_one, CALL(tt::name(x[0])) }
#define IN_PLACE(method, function) \
  { #method, in_place, CALL(x.target().method(x[1])), CALL(tt::cast(tt::function(x[0], x[1]), a.dtype)) }

bool is_whole(const Tensor& x) { return !tt::is_floating(x.dtype()); }
bool is_floating(const Tensor& x) { return tt::is_floating(x.dtype()); }
bool is_image(const Tensor& x) { return is_floating(x) && x.ndim() == 4 && x.numel() > 0 && x.numel() <= 4000; }

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
/// The numbers multiply to the number of elements.
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
/// x, and a value for the part of its first axis that start and stop tell.
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
/// x (..., in), weight (out, in), bias (out).
bool affine(Chooser& c) {
  if (!c.take([](const Tensor& x) { return is_floating(x) && x.ndim() >= 1 && x.ndim() <= 3; })) return false;
  const std::int64_t in = c.operand(0).size(-1), out = std::max<std::int64_t>(1, c.length());
  c.take_like({out, in}, c.operand(0).dtype());
  c.take_like({out}, c.operand(0).dtype());
  return true;
}
/// matmul(x, w) + b: what the compiler fuses.
bool affine_by_hand(Chooser& c) {
  if (!c.take([](const Tensor& x) { return is_floating(x) && x.ndim() == 2; })) return false;
  const std::int64_t in = c.operand(0).size(-1), out = std::max<std::int64_t>(1, c.length());
  c.take_like({in, out}, c.operand(0).dtype());
  c.take_like({out}, c.operand(0).dtype());
  return true;
}
void take_image(Chooser& c) {
  if (!c.dice.once_in(2) && c.take(is_image)) return;
  c.add_fresh({c.dice.between(1, 2), c.dice.between(1, 4), c.dice.between(3, 7), c.dice.between(3, 7)}, c.floating());
}
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

std::vector<Word> words() {
  return {
      // arithmetic
      BINARY(add),
      BINARY(sub),
      BINARY(mul),
      BINARY(div),
      BINARY(floor_divide),
      BINARY(remainder),
      BINARY(pow),
      BINARY(maximum),
      BINARY(minimum),
      BINARY(hypot),
      BINARY(atan2),
      UNARY(neg),
      UNARY(abs),
      UNARY(sign),
      UNARY(square),
      UNARY(sqrt),
      UNARY(rsqrt),
      UNARY(reciprocal),
      {"add_number", with_number, CALL(tt::add(x[0], a.number))},
      {"add_whole", with_number, CALL(tt::add(a.n, x[0]))},
      {"sub_number", with_number, CALL(tt::sub(x[0], a.number))},
      {"sub_from_number", with_number, CALL(tt::sub(a.number, x[0]))},
      {"mul_number", with_number, CALL(tt::mul(x[0], a.number))},
      {"mul_whole", with_number, CALL(tt::mul(x[0], a.n))},
      {"div_number", with_number, CALL(tt::div(x[0], a.number))},
      {"pow_number", with_number, CALL(tt::pow(x[0], a.number))},
      {"floor_divide_whole", with_number, CALL(tt::floor_divide(x[0], a.n))},
      {"clip", with_number, CALL(tt::clip(x[0], -1, a.n))},
      {"lerp", interpolation, CALL(tt::lerp(x[0], x[1], x[2]))},
      // comparison
      BINARY(equal),
      BINARY(not_equal),
      BINARY(less),
      BINARY(less_equal),
      BINARY(greater),
      BINARY(greater_equal),
      BINARY(logical_and),
      BINARY(logical_or),
      BINARY(logical_xor),
      UNARY(logical_not),
      BITWISE(bitwise_and),
      BITWISE(bitwise_or),
      BITWISE(bitwise_xor),
      {"bitwise_not", whole_one, CALL(tt::bitwise_not(x[0]))},
      UNARY(isnan),
      UNARY(isinf),
      UNARY(isfinite),
      {"where", choice, CALL(tt::where(x[1], x[0], x[2]))},
      // elementary
      UNARY(exp),
      UNARY(exp2),
      UNARY(expm1),
      UNARY(log),
      UNARY(log1p),
      UNARY(log2),
      UNARY(log10),
      UNARY(erf),
      UNARY(sin),
      UNARY(cos),
      UNARY(tan),
      UNARY(asin),
      UNARY(acos),
      UNARY(atan),
      UNARY(sinh),
      UNARY(cosh),
      UNARY(asinh),
      UNARY(acosh),
      UNARY(atanh),
      UNARY(floor),
      UNARY(ceil),
      UNARY(round),
      UNARY(trunc),
      {"log_of_positive", floating_one, CALL(tt::log(tt::abs(x[0]) + 0.5))},
      {"cast", [](Chooser& c) { return c.a.dtype = c.dtype(), c.take(); }, CALL(tt::cast(x[0], a.dtype))},
      // activation
      UNARY(relu),
      UNARY(elu),
      UNARY(gelu),
      UNARY(silu),
      UNARY(sigmoid),
      UNARY(tanh),
      UNARY(relu6),
      UNARY(hardtanh),
      UNARY(hardsigmoid),
      UNARY(hardswish),
      UNARY(selu),
      UNARY(celu),
      UNARY(mish),
      UNARY(softsign),
      UNARY(log_sigmoid),
      {"gelu_tanh", any_one, CALL(tt::gelu(x[0], {.approximate = "tanh"}))},
      {"leaky_relu", any_one, CALL(tt::leaky_relu(x[0], 0.25))},
      {"softplus", any_one, CALL(tt::softplus(x[0], 2, 3))},
      {"glu", even_axis, CALL(tt::glu(x[0]))},
      {"softmax", axis_of_floating, CALL(tt::softmax(x[0], a.axis))},
      {"log_softmax", axis_of_floating, CALL(tt::log_softmax(x[0], a.axis))},
      // reduce
      REDUCTION(sum),
      REDUCTION(mean),
      REDUCTION(prod),
      REDUCTION(max),
      REDUCTION(min),
      REDUCTION(any),
      REDUCTION(all),
      REDUCTION(count_nonzero),
      REDUCTION(logsumexp),
      REDUCTION(norm),
      {"var", floating_reduction, CALL(tt::var(x[0], a.axes, {.correction = a.number, .keepdims = a.flag}))},
      {"std", floating_reduction, CALL(tt::std(x[0], a.axes, {.correction = a.number, .keepdims = a.flag}))},
      {"argmax", axis_of_any, CALL(tt::argmax(x[0], a.axis, a.flag))},
      {"argmin", axis_of_any, CALL(tt::argmin(x[0], a.axis, a.flag))},
      {"argmax_all", any_one, CALL(tt::argmax(x[0]))},
      {"cumsum", axis_of_any, CALL(tt::cumsum(x[0], a.axis))},
      {"sum_to_like", sum_to, CALL(tt::sum_to_like(x[0], x[1]))},
      // shape
      UNARY(identity),
      UNARY(contiguous),
      UNARY(squeeze),
      {"clone", any_one, CALL(x[0].clone())},
      {"detach", any_one, CALL(x[0].detach())},
      {"reshape", reshaped, CALL(tt::reshape(x[0], a.shape))},
      {"reshape_like", masked, CALL(tt::reshape_like(tt::flatten(x[0]), x[1]))},
      {"flatten", flattened, CALL(tt::flatten(x[0], a.start, a.stop))},
      {"unsqueeze", new_axis, CALL(tt::unsqueeze(x[0], a.axis))},
      {"squeeze_axes", axes_of_length_one, CALL(tt::squeeze(x[0], a.axes))},
      {"permute", permuted, CALL(tt::permute(x[0], a.axes))},
      {"transpose", two_axes, CALL(tt::transpose(x[0], a.axis, a.other))},
      {"moveaxis", two_axes, CALL(tt::moveaxis(x[0], a.axis, a.other))},
      {"expand", expanded, CALL(tt::expand(x[0], a.shape))},
      {"expand_like", one_and_like, CALL(tt::expand_like(x[0], x[1]))},
      {"tile", tiled, CALL(tt::tile(x[0], a.axes))},
      {"repeat", repeated, CALL(tt::repeat(x[0], a.n, a.axis))},
      {"roll", rolled, CALL(tt::roll(x[0], a.n, a.axis))},
      {"tril", matrix_part, CALL(tt::tril(x[0], a.n))},
      {"triu", matrix_part, CALL(tt::triu(x[0], a.n))},
      {"diag", diagonal, CALL(tt::diag(x[0], a.n))},
      {"concat", joined, CALL(tt::concat(x.all(), a.axis))},
      {"stack", stacked, CALL(tt::stack(x.all(), a.axis))},
      {"split", parts, CALL(tt::split(x[0], a.n, a.axis))},
      {"split_sizes", parts, CALL(tt::split(x[0], a.shape, a.axis))},
      {"chunk", parts, CALL(tt::chunk(x[0], 2, a.axis))},
      {"slice", sliced, CALL(tt::slice(x[0], a.axis, tt::Slice(a.start, a.stop, a.step)))},
      {"select", one_of_axis, CALL(tt::select(x[0], a.axis, a.n))},
      {"flip", reduction, CALL(tt::flip(x[0], a.axes))},
      {"index", one_of_axis, CALL(tt::index(x[0], {tt::ellipsis, tt::Slice(tt::none, tt::none, 2), tt::newaxis}))},
      {"index_update", part_and_value, CALL(tt::index_update(x[0], {tt::Slice(a.start, a.stop)}, x[1]))},
      {"pad", padded, CALL(tt::pad(x[0], a.pairs, a.n))},
      // indexing
      {"gather", gathered, CALL(tt::gather(x[0], a.axis, x[1]))},
      {"scatter_add", scattered, CALL(tt::scatter_add(x[0], a.axis, x[1], x[2]))},
      {"index_select", selected, CALL(tt::index_select(x[0], a.axis, x[1]))},
      {"index_add", added_at, CALL(tt::index_add(x[0], a.axis, x[1], x[2]))},
      {"nonzero", any_one, CALL(tt::nonzero(x[0]))},
      {"masked_select", masked, CALL(tt::masked_select(x[0], x[1]))},
      {"one_hot", indices, CALL(tt::one_hot(x[0], a.n, a.dtype))},
      {"embedding", table_and_indices, CALL(tt::embedding(x[0], x[1], {.padding_idx = a.n}))},
      // product
      {"matmul", product, CALL(tt::matmul(x[0], x[1]))},
      {"linear", affine, CALL(tt::linear(x[0], x[1], x[2]))},
      {"linear_relu", affine, CALL(tt::linear(x[0], x[1], x[2], {.activation = tt::Activation::relu}))},
      {"matmul_add", affine_by_hand, CALL(tt::add(tt::matmul(x[0], x[1]), x[2]))},
      {"matmul_add_relu", affine_by_hand, CALL(tt::relu(tt::add(tt::matmul(x[0], x[1]), x[2])))},
      // conv, pool
      {"conv2d", convolution,
       CALL(tt::conv2d(x[0], x[1], x[2], {.stride = a.n, .padding = a.start, .dilation = a.step, .groups = a.other}))},
      {"conv2d_relu", convolution,
       CALL(tt::relu(tt::conv2d(x[0], x[1], x[2], {.stride = a.n, .padding = a.start, .groups = a.other})))},
      {"max_pool2d", pooling,
       CALL(tt::max_pool2d(x[0], {.kernel_size = a.n, .stride = a.step, .padding = a.start, .ceil_mode = a.flag}))},
      {"relu_max_pool2d", pooling,
       CALL(tt::max_pool2d(tt::relu(x[0]), {.kernel_size = a.n, .stride = a.step, .padding = a.start}))},
      {"avg_pool2d", pooling,
       CALL(tt::avg_pool2d(x[0], {.kernel_size = a.n, .stride = a.step, .padding = a.start, .ceil_mode = a.flag}))},
      {"global_avg_pool2d", whole_image, CALL(tt::global_avg_pool2d(x[0], {.keepdims = a.flag}))},
      {"global_max_pool2d", whole_image, CALL(tt::global_max_pool2d(x[0], {.keepdims = a.flag}))},
      // normalization
      {"batch_norm", batch, CALL(tt::batch_norm(x[0], x[1], x[2], x[3], x[4], {.training = true}))},
      {"batch_norm_inference", batch, CALL(tt::batch_norm(x[0], x[1], x[2], x[3], x[4]))},
      {"layer_norm", rows, CALL(tt::layer_norm(x[0], a.shape, x[1], x[2]))},
      {"dropout", dropped, CALL(tt::dropout(x[0], {.p = a.number}, x[1]))},
      // loss
      {"cross_entropy", labelled, CALL(tt::cross_entropy(x[0], x[1], {.label_smoothing = a.number}))},
      {"nll_loss", labelled, CALL(tt::nll_loss(tt::log_softmax(x[0], 1), x[1]))},
      {"sparse_softmax_cross_entropy", labelled, CALL(tt::sparse_softmax_cross_entropy(x[0], x[1]))},
      {"softmax_cross_entropy", with_probabilities, CALL(tt::softmax_cross_entropy(x[0], x[1]))},
      {"mse_loss", with_target, CALL(tt::mse_loss(x[0], x[1]))},
      {"l1_loss", with_target, CALL(tt::l1_loss(x[0], x[1], {.reduction = tt::Reduction::sum}))},
      {"huber_loss", with_target, CALL(tt::huber_loss(x[0], x[1], {.reduction = tt::Reduction::none}))},
      {"binary_cross_entropy_with_logits", with_target, CALL(tt::binary_cross_entropy_with_logits(x[0], x[1]))},
      // creation
      {"full", created, CALL(tt::full(a.shape, a.number, a.dtype))},
      {"arange", created, CALL(tt::arange(0, a.n, 1, a.dtype))},
      {"linspace", created, CALL(tt::linspace(-1, 2, a.n))},
      {"eye", created, CALL(tt::eye(a.n, a.other))},
      {"full_like", with_number, CALL(tt::full_like(x[0], a.n))},
      {"zeros_like", any_one, CALL(tt::zeros_like(x[0]))},
      // random
      {"random_uniform", drawn, CALL(tt::random_uniform(x[0], a.shape, -1, 1, a.dtype))},
      {"random_normal", drawn, CALL(tt::random_normal(x[0], a.shape, 0, 1, a.dtype))},
      {"random_truncated_normal", drawn, CALL(tt::random_truncated_normal(x[0], a.shape, 0, 1, a.dtype))},
      {"random_integers", drawn_whole, CALL(tt::random_integers(x[0], 0, 5, a.shape, a.dtype))},
      {"random_permutation", drawn, CALL(tt::random_permutation(x[0], a.n))},
      {"random_uniform_like", drawn_like, CALL(tt::random_uniform_like(x[0], x[1]))},
      {"random_normal_like", drawn_like, CALL(tt::random_normal_like(x[0], x[1]))},
      {"random_bernoulli", drawn_by, CALL(tt::random_bernoulli(x[0], x[1]))},
      {"random_multinomial", drawn_by, CALL(tt::random_multinomial(x[0], x[1], a.n, a.flag))},
      // state, and what is changed in place
      {"assign", state_and_value, EFFECT(tt::assign(x[0], x[1]))},
      {"assign_add", state_and_value, EFFECT(tt::assign_add(x[0], x[1]))},
      {"assign_sub", state_and_value, EFFECT(tt::assign_sub(x[0], x[1]))},
      {"sgd_update", updated, EFFECT(tt::sgd_update(x[0], Tensors{x[1]}, Tensors{x[2]}, {.weight_decay = 0.5}))},
      {"momentum_update", updated,
       EFFECT(tt::momentum_update(x[0], Tensors{x[1]}, Tensors{x[2]}, Tensors{x[3]}, Tensors{x[6]},
                                  {.momentum = 0.5, .nesterov = a.flag}))},
      {"adam_update", updated,
       EFFECT(tt::adam_update(x[0], Tensors{x[1]}, Tensors{x[2]}, Tensors{x[3]}, Tensors{x[4]}, Tensors{x[6]}))},
      {"amsgrad_update", updated,
       EFFECT(tt::adam_update(x[0], Tensors{x[1]}, Tensors{x[2]}, Tensors{x[3]}, Tensors{x[4]}, Tensors{x[6]}, {},
                              Tensors{x[5]}))},
      IN_PLACE(add_, add),
      IN_PLACE(sub_, sub),
      IN_PLACE(mul_, mul),
      IN_PLACE(div_, div),
      {"copy_", in_place, CALL(x.target().copy_(x[1])),
       CALL(tt::cast(tt::identity(tt::expand_like(x[1], x[0])), a.dtype))},
      {"fill_", filled, CALL(x.target().fill_(a.n)), CALL(tt::full_like(x[0], a.n))},
      {"set", part_and_value, CALL(x.target().set(tt::Slice(a.start, a.stop), x[1])),
       CALL(tt::index_update(x[0], {tt::Slice(a.start, a.stop)}, x[1]))},
  };
}

}  // namespace

const std::vector<Word>& catalogue() {
  static const std::vector<Word> all = words();
  return all;
}

}  // namespace programs
