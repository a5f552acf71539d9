#include "core/kernels/loss/labels.h"

namespace triptych {

extern const Op nll_loss_op, nll_loss_grad_op;

namespace {

void nll_loss_run(const KernelCall& call) {
  const Rows rows(call.inputs[0].shape(), call.attributes_as<CrossEntropyAttributes>().axis);
  visit_floating(call.inputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    const Labels<C> labels(call, rows, 1, 2);
    Scratch losses(static_cast<std::size_t>(rows.count + 1) * sizeof(C));
    rows.for_each_part([&](std::int64_t first, std::int64_t last) {
      for (std::int64_t r = first; r < last; ++r) {
        const T* x = call.inputs[0].as<const T>() + rows.start(r);
        losses.as<C>()[r] = labels.loss(r, [&](std::int64_t c) { return static_cast<C>(x[c * rows.step]); });
      }
    });
    labels.reduce_into(call.outputs[0].as<T>(), losses.as<C>(), rows.count);
  });
}

void nll_loss_grad_run(const KernelCall& call) {
  const Rows rows(call.inputs[1].shape(), call.attributes_as<CrossEntropyAttributes>().axis);
  visit_floating(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    const Labels<compute_type<T>> labels(call, rows, 2, 3);
    T* out = call.outputs[0].as<T>();
    rows.for_each_part([&](std::int64_t first, std::int64_t last) {
      RowBuffer<T> row(rows);
      for (std::int64_t r = first; r < last; ++r) {
        labels.gradient(r, labels.template upstream_of<T>(call.inputs[0], r), row.target(out, r));
        row.written(out, r);
      }
    });
  });
}

const Kernel nll_loss_kernel{.run = nll_loss_run}, nll_loss_grad_kernel{.run = nll_loss_grad_run};

}  // namespace

void register_nll_loss_kernels() {
  register_kernel(nll_loss_op, Device::Type::cpu, nll_loss_kernel);
  register_kernel(nll_loss_grad_op, Device::Type::cpu, nll_loss_grad_kernel);
}

}  // namespace triptych
