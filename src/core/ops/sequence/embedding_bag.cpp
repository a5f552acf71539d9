// Bags of rows: functions made of other ops.
#include "triptych/core/ops/embedding_bag.h"

#include <limits>

#include "core/ops/ops.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

/// What the bags are made of: rows of the table, and which count.
struct Bags {
  Tensor rows;  // (..., width)
  Tensor real;  // bool, as the indices; undefined: all
};

[[noreturn]] void refuse(const char* wrong, const std::string& given, const char* hint, Location where) {
  throw ArgumentError("embedding_bag", wrong, given, hint, where);
}

/// Numbers of elements as divisors: at least 1.
Tensor divisors(const Tensor& counts) { return clip(counts, 1); }

/// The largest of rows that count; zeros where there are none. `axis` is that of the rows.
Tensor largest(const Bags& bags, std::int64_t axis) {
  const double infinity = std::numeric_limits<double>::infinity();
  const Tensor values = bags.real.defined() ? where(unsqueeze(bags.real, -1), bags.rows, -infinity) : bags.rows;
  const Tensor most = max(values, {axis}, false);
  return where(equal(most.detach(), -infinity), 0, most);
}

/// Of a bag for each row of indices.
Tensor of_matrix(const Bags& bags, BagMode mode) {
  if (mode == BagMode::max) {
    if (const Dim length = bags.rows.shape().dim(1); length.known() && length.raw() == 0) return sum(bags.rows, {1});
    return largest(bags, 1);
  }
  const Tensor values = bags.real.defined() ? where(unsqueeze(bags.real, -1), bags.rows, 0) : bags.rows;
  const Tensor total = sum(values, {1});
  if (mode == BagMode::sum) return total;
  const Tensor counted = bags.real.defined() ? cast(bags.real, total.dtype()) : ones_like(select(bags.rows, -1, 0));
  return total / unsqueeze(divisors(sum(counted, {1})), -1);
}

/// The number of each index's bag, int64 (L): how many bags begin up to there, less one.
Tensor bag_numbers(const Tensor& index, const Tensor& offsets) {
  const Tensor none = zeros_like(cast(index, int64));
  const Tensor places = concat({none, zeros_like(sum(none, {0}, true))}, 0);  // bags may begin at the very end
  const Tensor begins = index_add(places, 0, offsets, ones_like(offsets));
  return slice(cumsum(begins, 0), 0, {0, -1}) - 1;
}

/// Of bags that `offsets` (B) cut out of indices (L).
Tensor of_vector(const Bags& bags, const Tensor& index, const Tensor& offsets, BagMode mode, Location where_) {
  const Tensor numbers = bag_numbers(index, offsets);
  const Tensor one_each = zeros_like(cast(offsets, bags.rows.dtype()));
  const Tensor empty = unsqueeze(one_each, -1) * sum(zeros_like(bags.rows), {0}, true);  // (B, width)
  const Tensor real = bags.real.defined() ? unsqueeze(bags.real, -1) : Tensor();
  if (mode != BagMode::max) {
    const Tensor total = index_add(empty, 0, numbers, real.defined() ? where(real, bags.rows, 0) : bags.rows);
    if (mode == BagMode::sum) return total;
    const Tensor counted = bags.real.defined() ? cast(bags.real, total.dtype()) : cast(ones_like(index), total.dtype());
    return total / unsqueeze(divisors(index_add(one_each, 0, numbers, counted)), -1);
  }
  const Dim length = index.shape().dim(0);
  if (!length.known()) refuse("the number of indices of a maximum is unknown", index.shape().text(), "", where_);
  const double infinity = std::numeric_limits<double>::infinity();
  // Row i becomes the largest of its bag's rows up to i: of twice as many in each turn.
  Tensor most = real.defined() ? where(real, bags.rows, -infinity) : bags.rows;
  for (std::int64_t step = 1; step < length.raw(); step *= 2) {
    const Tensor here = slice(most, 0, {step, none}), before = slice(most, 0, {0, -step});
    const Tensor same = equal(slice(numbers, 0, {step, none}), slice(numbers, 0, {0, -step}));
    most = concat({slice(most, 0, {0, step}), where(unsqueeze(same, -1), maximum(here, before), here)}, 0);
  }
  // The last row of each bag; an empty bag has none.
  const Tensor counts = index_add(zeros_like(offsets), 0, numbers, ones_like(numbers));
  const Tensor lasts = clip(offsets + counts - 1, 0);
  if (length.raw() == 0) return empty;
  const Tensor picked = index_select(most, 0, minimum(lasts, length.raw() - 1));
  const Tensor nothing = logical_or(unsqueeze(equal(counts, 0), -1), equal(picked.detach(), -infinity));
  return where(nothing, 0, picked);
}

/// The beginnings of the bags, checked as far as they are known.
Tensor checked_offsets(const Tensor& given, const Tensor& index, bool include_last, Location where_) {
  if (!is_integral(given.dtype()) || given.ndim() != 1)
    refuse("offsets are not a vector of integers", std::string(dtype_name(given.dtype())) + " " + given.shape().text(),
           "Convert them with cast(offsets, int64)", where_);
  if (include_last && given.shape().dim(0).known() && given.shape().dim(0).raw() == 0)
    refuse("there is no last offset", given.shape().text(), "", where_);
  if (!given.is_symbolic()) {
    std::int64_t last = 0;
    const std::vector<std::int64_t> values = given.to_vector<std::int64_t>();
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (values[i] < last || (i == 0 && values[i] != 0) || values[i] > index.numel())
        refuse("offsets do not ascend from 0", "offset " + std::to_string(values[i]) + " at place " + std::to_string(i),
               "They say where bags begin", where_);
      last = values[i];
    }
  }
  const Tensor offsets = cast(given, int64);
  return include_last ? slice(offsets, 0, {0, -1}) : offsets;
}

}  // namespace

Tensor embedding_bag(Arg weight, Arg index, EmbeddingBagOptions options) {
  const Location place = weight.where();
  const Frame frame(place);
  const Tensor &table = operand("embedding_bag", weight), &indices = operand("embedding_bag", index);
  const Tensor& factors = options.per_sample_weights;
  if (indices.ndim() != 1 && indices.ndim() != 2)
    refuse("indices are neither (B, L) nor (L)", indices.shape().text(), "", place);
  if ((indices.ndim() == 1) != options.offsets.defined())
    refuse("offsets do not belong to the indices", "indices are " + indices.shape().text(),
           "A vector of indices has offsets, a matrix has none", place);
  if (factors.defined() && (options.mode != BagMode::sum || !factors.shape().compatible(indices.shape()) ||
                            factors.dtype() != table.dtype()))
    refuse("per_sample_weights do not fit", std::string(dtype_name(factors.dtype())) + " " + factors.shape().text(),
           "There is one of the table's dtype for each index, and mode is sum", place);
  return rounded_once(table, [&](const Tensor& wide) {
    Bags bags{embedding(wide, indices, {.padding_idx = options.padding_idx}), {}};
    if (options.padding_idx >= 0) bags.real = not_equal(indices, options.padding_idx);
    if (factors.defined()) bags.rows = bags.rows * unsqueeze(widened(factors), -1);
    if (indices.ndim() == 2) return of_matrix(bags, options.mode);
    return of_vector(bags, indices, checked_offsets(options.offsets, indices, options.include_last_offset, place),
                     options.mode, place);
  });
}

}  // namespace triptych
