#include <algorithm>
#include <cstring>
#include <numeric>

#include "core/formulas/order.h"
#include "core/kernels/strided.h"
#include "triptych/core/op.h"

namespace triptych {

extern const Op row_order_op, unique_consecutive_op;

namespace {

/// A tensor as rows along its first axis.
template <class T>
struct RowsOf {
  const T* x;
  std::int64_t count, length = 1;

  explicit RowsOf(const Operand& in) : x(in.as<const T>()), count(in.shape()[0]) {
    for (int axis = 1; axis < in.shape().rank(); ++axis) length *= in.shape()[axis];
  }
  /// Whether row i differs from the one before it; NaN differs from everything.
  bool is_new(std::int64_t i) const {
    for (std::int64_t k = i * length; k < (i + 1) * length; ++k)
      if (static_cast<compute_type<T>>(x[k]) != static_cast<compute_type<T>>(x[k - length])) return true;
    return false;
  }
};

template <class F>
void visit_rows(const Operand& x, F f) {
  visit_dtype(x.dtype(), [&](auto* type) { f(RowsOf<std::remove_pointer_t<decltype(type)>>(x)); });
}

void row_order_run(const KernelCall& call) {
  auto* order = call.outputs[0].as<std::int64_t>();
  std::iota(order, order + call.outputs[0].size(), std::int64_t{0});
  visit_rows(call.inputs[0], [&](const auto& rows) {
    std::stable_sort(order, order + rows.count, [&](std::int64_t a, std::int64_t b) {
      for (std::int64_t k = 0; k < rows.length; ++k) {
        const auto left = formula::order_key(rows.x[a * rows.length + k]);
        const auto right = formula::order_key(rows.x[b * rows.length + k]);
        if (left != right) return left < right;
      }
      return false;
    });
  });
}

void unique_consecutive_measure(const MeasureCall& call) {
  visit_rows(call.inputs[0], [&](const auto& rows) {
    std::int64_t count = rows.count > 0;
    for (std::int64_t i = 1; i < rows.count; ++i) count += rows.is_new(i);
    call.outputs[0].shape.set(0, count);
    if (call.outputs.size() == 3) call.outputs[2].shape.set(0, count);
  });
}

void unique_consecutive_run(const KernelCall& call) {
  visit_rows(call.inputs[0], [&]<class T>(const RowsOf<T>& rows) {
    T* out = call.outputs[0].as<T>();
    const bool details = call.outputs.size() == 3;
    auto* inverse = details ? call.outputs[1].as<std::int64_t>() : nullptr;
    auto* counts = details ? call.outputs[2].as<std::int64_t>() : nullptr;
    std::int64_t number = -1;
    for (std::int64_t i = 0; i < rows.count; ++i) {
      if (i == 0 || rows.is_new(i)) {
        ++number;
        std::copy_n(rows.x + i * rows.length, rows.length, out + number * rows.length);
        if (details) counts[number] = 0;
      }
      if (!details) continue;
      inverse[i] = number;
      ++counts[number];
    }
  });
}

const Kernel row_order_kernel{.run = row_order_run},
    unique_consecutive_kernel{.run = unique_consecutive_run, .measure = unique_consecutive_measure};

}  // namespace

void register_unique_kernels() {
  register_kernel(row_order_op, Device::Type::cpu, row_order_kernel);
  register_kernel(unique_consecutive_op, Device::Type::cpu, unique_consecutive_kernel);
}

}  // namespace triptych
