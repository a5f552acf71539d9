#include "core/formulas/softmax.h"
#include "cuda/kernels/loss/labels.h"

namespace triptych {

extern const Op cross_entropy_op, cross_entropy_grad_op;

namespace cuda {
namespace {

template <class T>
struct CrossEntropyRow {
  using C = compute_type<T>;
  Labels<T> labels;
  const T* logits;
  C* statistics;
  __device__ C operator()(const Row& row) const {
    MaxSum<C> found = nothing_yet<C>();
    row.each(
        [&](std::int64_t, std::int64_t at) { found = JoinMaxSum()(found, max_sum_of(static_cast<C>(logits[at]))); });
    found = row.fold(found, JoinMaxSum());
    const C max = found.max, log_sum = math::log(found.sum);
    if (row.leads()) {
      statistics[2 * row.number] = max;
      statistics[2 * row.number + 1] = log_sum;
    }
    return labels.loss(row, [&](std::int64_t c) {
      return formula::log_softmax(static_cast<C>(logits[row.start + c * row.step]), max, log_sum);
    });
  }
};

template <class T>
struct CrossEntropyGradRow {
  using C = compute_type<T>;
  Labels<T> labels;
  const T *upstream, *logits;
  const C* statistics;
  T* out;
  __device__ void operator()(const Row& row) const {
    const std::int64_t label = row.real ? labels.label_of(row.number) : Labels<T>::none;
    const C dy = row.real ? labels.upstream_of(upstream, row.number) : C(0);
    C sum = 0;
    row.each([&](std::int64_t c, std::int64_t) { sum += labels.gradient(label, dy, c); });
    sum = row.sum(sum);
    row.each([&](std::int64_t c, std::int64_t at) {
      const C log_probability =
          formula::log_softmax(static_cast<C>(logits[at]), statistics[2 * row.number], statistics[2 * row.number + 1]);
      out[at] = T(formula::log_softmax_grad(labels.gradient(label, dy, c), log_probability, sum));
    });
  }
};

void cross_entropy_run(const KernelCall& call) {
  const Rows rows(call.inputs[0].shape(), call.attributes_as<CrossEntropyAttributes>().axis);
  visit_floating(call.inputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    LabelledRows<T> labelled(call, rows, 1, 2);
    labelled.reduce_losses(
        CrossEntropyRow<T>{labelled.labels(), call.inputs[0].as<const T>(), call.outputs[1].as<compute_type<T>>()});
  });
}

void cross_entropy_grad_run(const KernelCall& call) {
  const Rows rows(call.inputs[1].shape(), call.attributes_as<CrossEntropyAttributes>().axis);
  visit_floating(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    const LabelledRows<T> labelled(call, rows, 3, 4);
    each_row(call, rows,
             CrossEntropyGradRow<T>{labelled.labels(), call.inputs[0].as<const T>(), call.inputs[1].as<const T>(),
                                    call.inputs[2].as<const compute_type<T>>(), call.outputs[0].as<T>()});
  });
}

const Kernel cross_entropy_kernel{.run = cross_entropy_run}, cross_entropy_grad_kernel{.run = cross_entropy_grad_run};

}  // namespace

void register_cross_entropy_kernels() {
  register_kernel(cross_entropy_op, Device::Type::cuda, cross_entropy_kernel);
  register_kernel(cross_entropy_grad_op, Device::Type::cuda, cross_entropy_grad_kernel);
}

}  // namespace cuda
}  // namespace triptych
