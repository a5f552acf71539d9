// Padding with a tensor's own elements: around each axis stand slices of it, chosen by constant places that count from
// the front or from the end, so that a graph need not know the length.
#include "core/ops/ops.h"
#include "core/support/error_context.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/rearrange.h"

namespace triptych {
namespace {

enum class PadMode : std::uint8_t { constant, reflect, symmetric, replicate, circular };

PadMode pad_mode(Text mode, Location where) {
  if (mode == "constant") return PadMode::constant;
  if (mode == "reflect") return PadMode::reflect;
  if (mode == "symmetric") return PadMode::symmetric;
  if (mode == "replicate" || mode == "edge") return PadMode::replicate;
  if (mode == "circular" || mode == "wrap") return PadMode::circular;
  throw ArgumentError("pad", "there is no such mode", std::string(mode),
                      "Modes are constant, reflect, symmetric, replicate (edge) and circular (wrap)", where);
}

/// start, start + step, ..., `count` of them, where x is.
Tensor run_of(const Tensor& x, std::int64_t start, std::int64_t step, std::int64_t count) {
  if (step == 0) return to(full({count}, start, int64), x.device());
  return to(arange(start, start + step * count, step, int64), x.device());
}

/// Which elements of an axis stand before it, `count` of them, and after it.
Tensor places_before(const Tensor& x, PadMode mode, std::int64_t count) {
  switch (mode) {
    case PadMode::reflect:
      return run_of(x, count, -1, count);
    case PadMode::symmetric:
      return run_of(x, count - 1, -1, count);
    case PadMode::circular:
      return run_of(x, -count, 1, count);
    default:
      return run_of(x, 0, 0, count);
  }
}
Tensor places_after(const Tensor& x, PadMode mode, std::int64_t count) {
  switch (mode) {
    case PadMode::reflect:
      return run_of(x, -2, -1, count);
    case PadMode::symmetric:
      return run_of(x, -1, -1, count);
    case PadMode::circular:
      return run_of(x, 0, 1, count);
    default:
      return run_of(x, -1, 0, count);
  }
}

/// How many elements an axis of `length` has for its padding.
std::int64_t most_padding(PadMode mode, std::int64_t length) {
  if (mode == PadMode::reflect) return length - 1;
  return mode == PadMode::replicate && length > 0 ? Shape::most_elements : length;
}

Tensor pad_axis(const Tensor& x, int axis, std::int64_t before, std::int64_t after, PadMode mode, Location where) {
  const Dim length = x.shape().dim(axis);
  if (before < 0 || after < 0)
    throw ArgumentError("pad", "padding is negative", std::to_string(std::min(before, after)), "Cut with slice", where);
  if (before == 0 && after == 0) return x;
  if (length.known() && std::max(before, after) > most_padding(mode, length.raw()))
    throw ArgumentError(
        "pad", "the padding is longer than what there is to repeat",
        std::to_string(std::max(before, after)) + " for axis " + std::to_string(axis) + " of shape " + x.shape().text(),
        "", where);
  const auto part = [&](std::int64_t count, const auto& places_of) {
    Shape({count}, where).check_size(where);
    return index_select(Arg(x, where), axis, places_of(x, mode, count));
  };
  std::vector<Tensor> parts;
  if (before > 0) parts.push_back(part(before, places_before));
  parts.push_back(x);
  if (after > 0) parts.push_back(part(after, places_after));
  return concat(parts, axis, where);
}

}  // namespace

Tensor pad(Arg x, const std::vector<std::pair<std::int64_t, std::int64_t>>& padding, Text mode) {
  const Frame frame(x.where());
  const Called called("pad");
  const PadMode how = pad_mode(mode, x.where());
  if (how == PadMode::constant) return pad(std::move(x), padding, Scalar(0));
  Tensor result = operand("pad", x);
  if (padding.size() != static_cast<std::size_t>(result.ndim()))
    throw ArgumentError("pad", "the number of pairs differs from that of the dimensions",
                        std::to_string(padding.size()) + " pairs for shape " + result.shape().text(), "", x.where());
  for (int axis = 0; axis < x.tensor().ndim(); ++axis) {
    const auto& [before, after] = padding[static_cast<std::size_t>(axis)];
    result = pad_axis(result, axis, before, after, how, x.where());
  }
  return result.is_same(x.tensor()) ? identity(Arg(result, x.where())) : result;
}

}  // namespace triptych
