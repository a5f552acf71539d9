#include "core/ops/activation/softmax.h"

#include "core/kernels/rows.h"

namespace triptych {

extern const Op softmax_op, softmax_grad_op, log_softmax_op, log_softmax_grad_op;

namespace {

/// Calls work(rows) for every group of rows, with values of the type that is computed in.
template <class Work>
void groups_of_rows(const KernelCall& call, Work work) {
  const Rows rows(call.outputs[0].shape(), call.attributes_as<SoftmaxAttributes>().axis);
  visit_floating(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    const T* x = call.inputs[0].as<const T>();
    T* y = call.outputs[0].as<T>();
    rows.for_each_part([&](std::int64_t first, std::int64_t last) {
      RowBuffer<T> in(rows), out(rows);
      RowGroup<compute_type<T>> group(rows.length);
      for (std::int64_t r = first; r < last; r += group.count) {
        group.count = std::min(last - r, out.at_once());
        for (std::int64_t k = 0; k < group.count; ++k) {
          group.in[k] = in.read(x, r + k);
          group.out[k] = out.target(y, r + k);
        }
        work(group);
        out.written(y, r);
      }
    });
  });
}

template <class Row>
void binary_rows(const KernelCall& call, Row row) {
  const Rows rows(call.outputs[0].shape(), call.attributes_as<SoftmaxAttributes>().axis);
  visit_floating(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    const T *a = call.inputs[0].as<const T>(), *b = call.inputs[1].as<const T>();
    T* y = call.outputs[0].as<T>();
    rows.for_each_part([&](std::int64_t first, std::int64_t last) {
      RowBuffer<T> left(rows), right(rows), out(rows);
      for (std::int64_t r = first; r < last; ++r) {
        row(left.read(a, r), right.read(b, r), out.target(y, r), rows.length);
        out.written(y, r);
      }
    });
  });
}

void softmax_run(const KernelCall& call) {
  groups_of_rows(call, []<class C>(const RowGroup<C>& rows) {
    C max[few], sums[few];
    rows.maxima(max);
    rows.exponentials(max, sums);
    for (std::int64_t k = 0; k < rows.count; ++k)
      map_row(
          rows.length, rows.out[k], [sum = sums[k]](C e) { return formula::softmax(e, sum); }, rows.out[k]);
  });
}

void softmax_grad_run(const KernelCall& call) {
  binary_rows(call, [](const auto* upstream, const auto* output, auto* out, std::int64_t n) {
    using C = std::remove_cvref_t<decltype(*out)>;
    const C dot = row_dot(upstream, output, n);
    map_row(
        n, out, [dot](C dy, C y) { return formula::softmax_grad(dy, y, dot); }, upstream, output);
  });
}

void log_softmax_run(const KernelCall& call) {
  groups_of_rows(call, []<class C>(const RowGroup<C>& rows) {
    C max[few], log_sums[few];
    rows.log_sums(max, log_sums);
    for (std::int64_t k = 0; k < rows.count; ++k)
      map_row(
          rows.length, rows.out[k],
          [m = max[k], log_sum = log_sums[k]](C v) { return formula::log_softmax(v, m, log_sum); }, rows.in[k]);
  });
}

void log_softmax_grad_run(const KernelCall& call) {
  binary_rows(call, [](const auto* upstream, const auto* output, auto* out, std::int64_t n) {
    using C = std::remove_cvref_t<decltype(*out)>;
    const C sum = row_sum(upstream, n);
    map_row(
        n, out, [sum](C dy, C y) { return formula::log_softmax_grad(dy, y, sum); }, upstream, output);
  });
}

const Kernel softmax_kernel{.run = softmax_run}, softmax_grad_kernel{.run = softmax_grad_run},
    log_softmax_kernel{.run = log_softmax_run}, log_softmax_grad_kernel{.run = log_softmax_grad_run};

}  // namespace

void register_softmax_kernels() {
  register_kernel(softmax_op, Device::Type::cpu, softmax_kernel);
  register_kernel(softmax_grad_op, Device::Type::cpu, softmax_grad_kernel);
  register_kernel(log_softmax_op, Device::Type::cpu, log_softmax_kernel);
  register_kernel(log_softmax_grad_op, Device::Type::cpu, log_softmax_grad_kernel);
}

}  // namespace triptych
