#include "core/kernels/loss/labels.h"

namespace triptych {

extern const Op cross_entropy_op, cross_entropy_grad_op;

namespace {

void cross_entropy_run(const KernelCall& call) {
  const Rows rows(call.inputs[0].shape(), call.attributes_as<CrossEntropyAttributes>().axis);
  visit_floating(call.inputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    const Labels<C> labels(call, rows, 1, 2);
    const T* logits = call.inputs[0].as<const T>();
    C* statistics = call.outputs[1].as<C>();
    Scratch losses(static_cast<std::size_t>(rows.count + 1) * sizeof(C));
    rows.for_each_part([&](std::int64_t first, std::int64_t last) {
      RowBuffer<T> row(rows);
      const std::int64_t at_once = row.at_once();
      Scratch exponentials(static_cast<std::size_t>(at_once * rows.length + 1) * sizeof(C));
      RowGroup<C> group(rows.length);
      for (std::int64_t r = first; r < last; r += group.count) {
        group.count = std::min(last - r, at_once);
        for (std::int64_t k = 0; k < group.count; ++k) {
          group.in[k] = row.read(logits, r + k);
          group.out[k] = exponentials.as<C>() + k * rows.length;
        }
        C max[few], log_sums[few];
        group.log_sums(max, log_sums);
        for (std::int64_t k = 0; k < group.count; ++k) {
          const C *x = group.in[k], m = max[k], log_sum = log_sums[k];
          statistics[2 * (r + k)] = m;
          statistics[2 * (r + k) + 1] = log_sum;
          losses.as<C>()[r + k] =
              labels.loss(r + k, [=](std::int64_t c) { return formula::log_softmax(x[c], m, log_sum); });
        }
      }
    });
    labels.reduce_into(call.outputs[0].as<T>(), losses.as<C>(), rows.count);
  });
}

// As log_softmax_grad of nll_loss_grad: g - exp(log softmax) * sum(g).
void cross_entropy_grad_run(const KernelCall& call) {
  const Rows rows(call.inputs[1].shape(), call.attributes_as<CrossEntropyAttributes>().axis);
  visit_floating(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    const Labels<C> labels(call, rows, 3, 4);
    const T* logits = call.inputs[1].as<const T>();
    const C* statistics = call.inputs[2].as<const C>();
    T* out = call.outputs[0].as<T>();
    rows.for_each_part([&](std::int64_t first, std::int64_t last) {
      RowBuffer<T> in(rows), row(rows);
      for (std::int64_t r = first; r < last; ++r) {
        const C* x = in.read(logits, r);
        C* g = row.target(out, r);
        labels.gradient(r, labels.template upstream_of<T>(call.inputs[0], r), g);
        const C sum = row_sum(g, rows.length), max = statistics[2 * r], log_sum = statistics[2 * r + 1];
        map_row(
            rows.length, g,
            [=](C own, C v) { return formula::log_softmax_grad(own, formula::log_softmax(v, max, log_sum), sum); }, g,
            x);
        row.written(out, r);
      }
    });
  });
}

const Kernel cross_entropy_kernel{.run = cross_entropy_run}, cross_entropy_grad_kernel{.run = cross_entropy_grad_run};

}  // namespace

void register_cross_entropy_kernels() {
  register_kernel(cross_entropy_op, Device::Type::cpu, cross_entropy_kernel);
  register_kernel(cross_entropy_grad_op, Device::Type::cpu, cross_entropy_grad_kernel);
}

}  // namespace triptych
