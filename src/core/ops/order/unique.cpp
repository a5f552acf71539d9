// unique and unique_consecutive: equal elements, or slices, once. Sorting brings equal ones together.
#include "core/ops/ops.h"
#include "core/ops/order/order.h"
#include "core/support/error_context.h"
#include "triptych/core/ops.h"

namespace triptych {

extern const Op row_order_op, unique_consecutive_op;

namespace {

/// One number for each row of the input.
Shape one_for_each_row(const Infer& infer) {
  infer.check(infer.shape(0).rank() > 0, "a 0-d tensor has no rows", "flatten it");
  Shape result;
  result.append(infer.shape(0).dim(0));
  return result;
}

void row_order_infer(Infer& infer) { infer.output(0, one_for_each_row(infer), int64); }

// Outputs: the rows[, for each row of x where it is among them, how often each occurs].
void unique_consecutive_infer(Infer& infer) {
  const Shape of_each_row = one_for_each_row(infer);
  infer.check(infer.output_count() == 1 || infer.output_count() == 3, "there are neither one nor three outputs");
  Shape rows = infer.shape(0);
  rows.set(0, unknown);
  infer.output(0, rows, infer.dtype(0));
  if (infer.output_count() == 1) return;
  infer.output(1, of_each_row, int64);
  infer.output(2, {unknown}, int64);
}

UniqueResult without_repeats(const Tensor& rows, bool all_outputs, Location where) {
  const Arg argument(rows, where);
  const Arg* inputs[] = {&argument};
  Tensor results[3];
  apply(unique_consecutive_op, inputs, nullptr, std::span(results, all_outputs ? 3 : 1), where);
  return {std::move(results[0]), std::move(results[1]), std::move(results[2])};
}

/// Rows of x, along its first axis: slices along `axis`, or elements.
Tensor rows_of(const char* op, const Arg& x, std::optional<std::int64_t> axis) {
  operand(op, x);
  return axis ? moveaxis(x, *axis, 0) : flatten(x);
}

/// What was found among rows, as the user asked for it.
UniqueResult as_asked(UniqueResult found, const Tensor& x, std::optional<std::int64_t> axis, bool inverse,
                      bool counts) {
  if (axis) found.output = moveaxis(found.output, 0, *axis);
  if (!inverse) found.inverse_indices.reset();
  if (inverse && !axis) found.inverse_indices = reshape_like(found.inverse_indices, x);
  if (!counts) found.counts.reset();
  return found;
}

}  // namespace

/// The places of the rows (of everything but the first axis) in lexicographic order; equal ones keep theirs.
extern const Op row_order_op{.name = "row_order", .inputs = 1, .infer = row_order_infer, .gradient_stops = true};
extern const Op unique_consecutive_op{
    .name = "unique_consecutive", .inputs = 1, .infer = unique_consecutive_infer, .gradient_stops = true};

Tensor unique(Arg x) {
  const Called called("unique");
  const Frame frame(x.where());
  return without_repeats(sorted_values(rows_of("unique", x, {}), 0), false, x.where()).output;
}

UniqueResult unique(Arg x, UniqueOptions options) {
  const Called called("unique");
  const Frame frame(x.where());
  const bool details = options.return_inverse || options.return_counts;
  const Tensor rows = rows_of("unique", x, options.axis);
  Tensor order, sorted;
  if (options.axis) {
    const Arg argument(rows, x.where());
    order = apply(row_order_op, {&argument});
    sorted = index_select(rows, 0, order);
  } else if (options.return_inverse) {
    auto [values, indices] = sort(rows, 0);
    sorted = std::move(values), order = std::move(indices);
  } else {
    sorted = sorted_values(rows, 0);
  }
  UniqueResult found = without_repeats(sorted, details, x.where());
  if (options.return_inverse)  // back from the sorted order
    found.inverse_indices = scatter_add(zeros_like(found.inverse_indices), 0, order, found.inverse_indices);
  return as_asked(std::move(found), x.tensor(), options.axis, options.return_inverse, options.return_counts);
}

Tensor unique_consecutive(Arg x) {
  const Called called("unique_consecutive");
  const Frame frame(x.where());
  return without_repeats(rows_of("unique_consecutive", x, {}), false, x.where()).output;
}

UniqueResult unique_consecutive(Arg x, UniqueConsecutiveOptions options) {
  const Called called("unique_consecutive");
  const Frame frame(x.where());
  const bool details = options.return_inverse || options.return_counts;
  return as_asked(without_repeats(rows_of("unique_consecutive", x, options.axis), details, x.where()), x.tensor(),
                  options.axis, options.return_inverse, options.return_counts);
}

}  // namespace triptych
