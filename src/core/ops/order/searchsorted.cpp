// searchsorted, and what looks elements up in sorted ones: bucketize, isin.
#include <limits>
#include <utility>

#include "core/ops/ops.h"
#include "core/ops/order/order.h"
#include "core/support/error_context.h"
#include "triptych/core/ops.h"

namespace triptych {

extern const Op searchsorted_op;

namespace {

// Inputs: the sequence, the values[, the order that sorts the sequence].
void searchsorted_infer(Infer& infer) {
  const Shape &sequence = infer.shape(0), &values = infer.shape(1);
  infer.check(infer.dtype(0) == infer.dtype(1), "sequence and values differ in dtype", "Convert with cast");
  infer.check(sequence.rank() > 0, "the sequence has no axis", "Give it one with unsqueeze");
  if (sequence.rank() > 1) {
    Shape lines = values;
    if (lines.rank() == sequence.rank()) lines.set(lines.rank() - 1, sequence.dim(lines.rank() - 1));
    infer.check(lines.compatible(sequence), "the sequences are not one, nor one for each line of the values",
                "They must be a vector, or agree with the values in all axes but the last");
  }
  if (infer.input_count() == 3)
    infer.check(infer.shape(2).compatible(sequence) && infer.dtype(2) == int64,
                "the sorter is no int64 tensor of the sequence's shape");
  infer.output(0, values, int64);
}

/// Two operands in their promoted dtype; a number does not widen the other one.
std::pair<Tensor, Tensor> in_one_dtype(const char* op, const Arg& a, const Arg& b) {
  if (a.is_scalar() && b.is_scalar())
    throw ArgumentError(op, "both arguments are numbers", "no tensor", "Give a tensor", a.where());
  if (a.is_scalar() || b.is_scalar()) {
    const Tensor& tensor = operand(op, a.is_scalar() ? b : a);
    const DType dtype = (a.is_scalar() ? a : b).scalar().result_type(tensor.dtype());
    const auto made = [&](const Arg& x) {
      return x.is_scalar() ? number_as(dtype, op, x, tensor.device()) : cast(x, dtype);
    };
    return {made(a), made(b)};
  }
  const DType dtype = promote_types(operand(op, a).dtype(), operand(op, b).dtype());
  return {cast(a, dtype), cast(b, dtype)};
}

Tensor places(const Tensor& sequence, const Tensor& values, bool right) {
  const SearchsortedAttributes attributes{right};
  const Arg a = sequence, b = values;
  return apply(searchsorted_op, {&a, &b}, &attributes);
}

/// As int32; ArgumentError if it cannot hold the places in this sequence.
Tensor narrowed(const char* op, const Tensor& places, const Tensor& sequence, Location where) {
  const Dim length = sequence.ndim() == 0 ? Dim(1) : sequence.shape().dim(sequence.ndim() - 1);
  if (length.raw() > std::numeric_limits<std::int32_t>::max())
    throw ArgumentError(op, "the sequence is too long for int32", std::to_string(length.raw()), "", where);
  return cast(places, int32);
}

}  // namespace

extern const Op searchsorted_op{.name = "searchsorted",
                                .inputs = 2,
                                .max_inputs = 3,
                                .attributes = &attribute_type<SearchsortedAttributes>,
                                .infer = searchsorted_infer,
                                .gradient_stops = true,
                                .can_fail = true};

Tensor searchsorted(Arg sorted_sequence, Arg values, SearchsortedOptions options) {
  const Called called("searchsorted");
  const Frame frame(sorted_sequence.where());
  const auto [sequence, wanted] = in_one_dtype("searchsorted", sorted_sequence, values);
  const SearchsortedAttributes attributes{options.right};
  const Arg a = sequence, b = wanted, c = options.sorter;
  const Tensor result = options.sorter.defined() ? apply(searchsorted_op, {&a, &b, &c}, &attributes)
                                                 : apply(searchsorted_op, {&a, &b}, &attributes);
  return options.out_int32 ? narrowed("searchsorted", result, sequence, sorted_sequence.where()) : result;
}

Tensor bucketize(Arg x, Arg boundaries, bool out_int32, bool right) {
  const Called called("bucketize");
  const Frame frame(x.where());
  const auto [sequence, wanted] = in_one_dtype("bucketize", boundaries, x);
  if (sequence.ndim() != 1)
    throw ArgumentError("bucketize", "the boundaries are not a vector", "shape " + sequence.shape().text(), "",
                        boundaries.where());
  const Tensor result = places(sequence, wanted, right);
  return out_int32 ? narrowed("bucketize", result, sequence, x.where()) : result;
}

Tensor isin(Arg elements, Arg test_elements, bool, bool invert) {
  const Called called("isin");
  const Frame frame(elements.where());
  const auto [looked_for, others] = in_one_dtype("isin", elements, test_elements);
  const Tensor sorted = sorted_values(flatten(others), 0);
  // Before and behind the equal ones: that is the same place if there is none.
  Tensor found = less(places(sorted, looked_for, false), places(sorted, looked_for, true));
  if (is_floating(looked_for.dtype())) found = logical_and(found, equal(looked_for, looked_for));
  return invert ? logical_not(found) : found;
}

}  // namespace triptych
