// Positions: functions made of other ops.
#include "triptych/core/ops/positions.h"

#include "core/ops/ops.h"
#include "core/ops/reduce/statistics_dtype.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

void check_size(const char* op, const char* name, std::int64_t size, Location where) {
  if (size < 0) throw ArgumentError(op, std::string(name) + " is negative", std::to_string(size), "", where);
}

void check_floating(const char* op, DType dtype, Location where) {
  if (!is_floating(dtype))
    throw ArgumentError(op, "the dtype is not floating", std::string(dtype_name(dtype)), "Convert it with cast", where);
}

/// base^(-2 i / width) for each pair i of `width` elements.
Tensor pair_frequencies(std::int64_t width, double base, DType dtype, Location where) {
  const Tensor pairs = arange(0, width / 2 + width % 2, 1, float64, where);
  return cast(pow(base, pairs * (-2 / static_cast<double>(width))), dtype);
}

Tensor turned(const Arg& x, const Tensor& positions, const RotaryOptions& options) {
  const Location where = x.where();
  Hyperparameters("rotary_embedding", where).positive("base", options.base);
  const Dim width = x.tensor().shape().dim(-1);
  if (!width.known() || width.raw() % 2 != 0)
    throw ArgumentError("rotary_embedding", "the last dimension is not a known even number", x.tensor().shape().text(),
                        "Its elements form pairs", where);
  return rounded_once(x.tensor(), [&](const Tensor& wide) {
    const Tensor from = cast(positions, wide.dtype()) + static_cast<double>(options.offset);
    const DeviceScope beside(wide.device());
    const Tensor angles = unsqueeze(from, -1) * pair_frequencies(width.raw(), options.base, wide.dtype(), where);
    const Tensor c = cos(angles), s = sin(angles);
    const std::int64_t half = width.raw() / 2;
    const Slice first = options.interleaved ? Slice(0, none, 2) : Slice(0, half),
                second = options.interleaved ? Slice(1, none, 2) : Slice(half, none);
    const Tensor a = slice(wide, -1, first), b = slice(wide, -1, second);
    const Tensor left = a * c - b * s, right = b * c + a * s;
    return options.interleaved ? flatten(stack({left, right}, -1), -2) : concat({left, right}, -1);
  });
}

void check_turned(const Arg& x) {
  const Tensor& input = operand("rotary_embedding", x);
  check_floating("rotary_embedding", input.dtype(), x.where());
  if (input.ndim() < 2)
    throw ArgumentError("rotary_embedding", "x is not (..., L, D)", input.shape().text(), "", x.where());
}

/// 2^(-8 (h + 1) / heads); where the heads are no power of two, those of the power below, and every other one of twice
/// that power.
Tensor slopes(std::int64_t heads, Location where) {
  std::int64_t power = 1;
  while (power <= heads / 2) power *= 2;
  const auto each = [&](std::int64_t count, double step, double first) {
    return exp2(arange(0, count, 1, float64, where) * -step - first);
  };
  const double step = 8 / static_cast<double>(power);
  if (heads <= power) return each(heads, step, step);
  return concat({each(power, step, step), each(heads - power, step, step / 2)}, 0, where);
}

}  // namespace

Tensor rotary_embedding(Arg x, RotaryOptions options) {
  const Frame frame(x.where());
  check_turned(x);
  // 0, 1, ... along L, whose length may be unknown.
  const Tensor& input = x.tensor();
  Tensor line = input.detach();
  while (line.ndim() > 2) line = sum(line, {0});
  const Tensor numbers = cumsum(cast(ones_like(sum(line, {-1})), int64), 0) - 1;
  return turned(x, numbers, options);
}

Tensor rotary_embedding(Arg x, Arg positions, RotaryOptions options) {
  const Frame frame(x.where());
  check_turned(x);
  return turned(x, operand("rotary_embedding", positions), options);
}

Tensor sinusoidal_positions(std::int64_t length, std::int64_t width, double base, DType dtype, Location where) {
  const Frame frame(where);
  check_size("sinusoidal_positions", "length", length, where);
  check_size("sinusoidal_positions", "width", width, where);
  check_floating("sinusoidal_positions", dtype, where);
  Hyperparameters("sinusoidal_positions", where).positive("base", base);
  const Tensor positions = unsqueeze(cast(arange(length), float64), -1);
  const Tensor angles = positions * pair_frequencies(width, base, float64, where);
  const Tensor pairs = flatten(stack({sin(angles), cos(angles)}, -1), -2);
  return cast(slice(pairs, -1, {0, width}), dtype);
}

Tensor alibi_bias(std::int64_t heads, std::int64_t queries, std::int64_t keys, DType dtype, Location where) {
  const Frame frame(where);
  check_size("alibi_bias", "heads", heads, where);
  check_size("alibi_bias", "queries", queries, where);
  check_size("alibi_bias", "keys", keys, where);
  check_floating("alibi_bias", dtype, where);
  Shape({heads, queries, keys}, where).check_size(where);
  const Tensor from = unsqueeze(arange(queries) + (keys - queries), -1);
  return cast(reshape(slopes(heads, where), {heads, 1, 1}) * cast(arange(keys) - from, float64), dtype);
}

}  // namespace triptych
