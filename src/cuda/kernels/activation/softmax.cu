#include "core/formulas/softmax.h"
#include "core/ops/activation/softmax.h"
#include "cuda/kernels/rows.h"

namespace triptych {

extern const Op softmax_op, softmax_grad_op, log_softmax_op, log_softmax_grad_op;

namespace cuda {
namespace {

template <class T>
struct SoftmaxRow {
  using C = compute_type<T>;
  const T* x;
  T* y;
  bool logarithm;
  __device__ void operator()(const Row& row) const {
    MaxSum<C> found = nothing_yet<C>();
    row.each([&](std::int64_t, std::int64_t at) { found = JoinMaxSum()(found, max_sum_of(static_cast<C>(x[at]))); });
    const MaxSum<C> all = row.fold(found, JoinMaxSum());
    const C log_sum = math::log(all.sum);
    row.each([&](std::int64_t, std::int64_t at) {
      const C v = static_cast<C>(x[at]);
      y[at] =
          T(logarithm ? formula::log_softmax(v, all.max, log_sum) : formula::softmax(math::exp(v - all.max), all.sum));
    });
  }
};

template <class T>
struct SoftmaxGradRow {
  using C = compute_type<T>;
  const T *upstream, *output;
  T* out;
  bool logarithm;
  __device__ void operator()(const Row& row) const {
    C sum = 0;
    row.each([&](std::int64_t, std::int64_t at) {
      const C dy = static_cast<C>(upstream[at]);
      sum += logarithm ? dy : dy * static_cast<C>(output[at]);
    });
    sum = row.sum(sum);
    row.each([&](std::int64_t, std::int64_t at) {
      const C dy = static_cast<C>(upstream[at]), y = static_cast<C>(output[at]);
      out[at] = T(logarithm ? formula::log_softmax_grad(dy, y, sum) : formula::softmax_grad(dy, y, sum));
    });
  }
};

void run_rows(const KernelCall& call, bool logarithm) {
  const Rows rows(call.outputs[0].shape(), call.attributes_as<SoftmaxAttributes>().axis);
  visit_floating(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    each_row(call, rows, SoftmaxRow<T>{call.inputs[0].as<const T>(), call.outputs[0].as<T>(), logarithm});
  });
}
void run_gradient(const KernelCall& call, bool logarithm) {
  const Rows rows(call.outputs[0].shape(), call.attributes_as<SoftmaxAttributes>().axis);
  visit_floating(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    each_row(call, rows,
             SoftmaxGradRow<T>{call.inputs[0].as<const T>(), call.inputs[1].as<const T>(), call.outputs[0].as<T>(),
                               logarithm});
  });
}

void softmax_run(const KernelCall& call) { run_rows(call, false); }
void log_softmax_run(const KernelCall& call) { run_rows(call, true); }
void softmax_grad_run(const KernelCall& call) { run_gradient(call, false); }
void log_softmax_grad_run(const KernelCall& call) { run_gradient(call, true); }

const Kernel softmax_kernel{.run = softmax_run}, softmax_grad_kernel{.run = softmax_grad_run},
    log_softmax_kernel{.run = log_softmax_run}, log_softmax_grad_kernel{.run = log_softmax_grad_run};

}  // namespace

void register_softmax_kernels() {
  register_kernel(softmax_op, Device::Type::cuda, softmax_kernel);
  register_kernel(softmax_grad_op, Device::Type::cuda, softmax_grad_kernel);
  register_kernel(log_softmax_op, Device::Type::cuda, log_softmax_kernel);
  register_kernel(log_softmax_grad_op, Device::Type::cuda, log_softmax_grad_kernel);
}

}  // namespace cuda
}  // namespace triptych
