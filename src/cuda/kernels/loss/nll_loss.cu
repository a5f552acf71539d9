#include "cuda/kernels/loss/labels.h"

namespace triptych {

extern const Op nll_loss_op, nll_loss_grad_op;

namespace cuda {
namespace {

template <class T>
struct NllLossRow {
  using C = compute_type<T>;
  Labels<T> labels;
  const T* x;
  __device__ C operator()(const Row& row) const {
    return labels.loss(row, [&](std::int64_t c) { return static_cast<C>(x[row.start + c * row.step]); });
  }
};

template <class T>
struct NllLossGradRow {
  using C = compute_type<T>;
  Labels<T> labels;
  const T* upstream;
  T* out;
  __device__ void operator()(const Row& row) const {
    const std::int64_t label = row.real ? labels.label_of(row.number) : Labels<T>::none;
    const C dy = row.real ? labels.upstream_of(upstream, row.number) : C(0);
    row.each([&](std::int64_t c, std::int64_t at) { out[at] = T(labels.gradient(label, dy, c)); });
  }
};

void nll_loss_run(const KernelCall& call) {
  const Rows rows(call.inputs[0].shape(), call.attributes_as<CrossEntropyAttributes>().axis);
  visit_floating(call.inputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    LabelledRows<T> labelled(call, rows, 1, 2);
    labelled.reduce_losses(NllLossRow<T>{labelled.labels(), call.inputs[0].as<const T>()});
  });
}

void nll_loss_grad_run(const KernelCall& call) {
  const Rows rows(call.inputs[1].shape(), call.attributes_as<CrossEntropyAttributes>().axis);
  visit_floating(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    const LabelledRows<T> labelled(call, rows, 2, 3);
    each_row(call, rows, NllLossGradRow<T>{labelled.labels(), call.inputs[0].as<const T>(), call.outputs[0].as<T>()});
  });
}

const Kernel nll_loss_kernel{.run = nll_loss_run}, nll_loss_grad_kernel{.run = nll_loss_grad_run};

}  // namespace

void register_nll_loss_kernels() {
  register_kernel(nll_loss_op, Device::Type::cuda, nll_loss_kernel);
  register_kernel(nll_loss_grad_op, Device::Type::cuda, nll_loss_grad_kernel);
}

}  // namespace cuda
}  // namespace triptych
