#include "core/formulas/layer_norm.h"
#include "core/formulas/rms_norm.h"
#include "core/kernels/row_layout.h"
#include "core/kernels/strided.h"
#include "core/ops/normalization/layer_norm.h"
#include "cuda/kernels/reduce/reduce.h"
#include "cuda/kernels/rows.h"

namespace triptych {

extern const Op rms_norm_op, rms_norm_grad_op;

namespace cuda {
namespace {

template <class T>
struct RmsNormRow {
  using C = compute_type<T>;
  const T *x, *weight;  // the weight may be null
  T* y;
  C* inverses;
  std::int64_t n;
  C eps;
  __device__ void operator()(const Row& row) const {
    C squares = 0;
    row.each([&](std::int64_t, std::int64_t at) { squares += static_cast<C>(x[at]) * static_cast<C>(x[at]); });
    const C inverse = formula::inverse_deviation(row.sum(squares) / static_cast<C>(n), eps);
    if (row.leads()) inverses[row.number] = inverse;
    row.each([&](std::int64_t i, std::int64_t at) {
      const C w = weight ? static_cast<C>(weight[i]) : C(1);
      y[at] = T(formula::ScaledByInverse()(static_cast<C>(x[at]), inverse, w));
    });
  }
};

/// What the gradient reads.
template <class T>
struct RmsNormGradOf {
  using C = compute_type<T>;
  const T *upstream, *x, *weight;  // the weight may be null
  const C* inverses;
  __device__ C scaled(std::int64_t i, std::int64_t at) const {
    const C dy = static_cast<C>(upstream[at]);
    return weight ? dy * static_cast<C>(weight[i]) : dy;
  }
};

template <class T>
struct RmsNormGradRow {
  using C = compute_type<T>;
  RmsNormGradOf<T> of;
  T* dx;
  std::int64_t n;
  __device__ void operator()(const Row& row) const {
    C dot = 0;
    row.each([&](std::int64_t i, std::int64_t at) { dot += of.scaled(i, at) * static_cast<C>(of.x[at]); });
    dot = row.sum(dot);
    const C inverse = row.real ? of.inverses[row.number] : C(0), slope = dot / static_cast<C>(n) * (inverse * inverse);
    row.each([&](std::int64_t i, std::int64_t at) {
      dx[at] = T(formula::RmsNormGrad()(of.scaled(i, at), static_cast<C>(of.x[at]), slope, inverse));
    });
  }
};

/// The gradient of the weight: sums over the rows, which a place counts.
template <class T>
struct WeightTerms {
  using C = compute_type<T>;
  RmsNormGradOf<T> of;
  __device__ C operator()(const ReducePlace<1>& place) const {
    const std::int64_t at = place.in[0];
    return static_cast<C>(of.upstream[at]) * (static_cast<C>(of.x[at]) * of.inverses[place.number]);
  }
};

void rms_norm_run(const KernelCall& call) {
  const auto& a = call.attributes_as<LayerNormAttributes>();
  const Rows rows(rows_shape(call.inputs[0].shape(), a.axes), 1);
  visit_floating(call.inputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    each_row(
        call, rows,
        RmsNormRow<T>{call.inputs[0].as<const T>(), call.inputs.size() > 1 ? call.inputs[1].as<const T>() : nullptr,
                      call.outputs[0].as<T>(), call.outputs[1].as<C>(), rows.length, static_cast<C>(a.eps)});
  });
}

void rms_norm_grad_run(const KernelCall& call) {
  const auto& a = call.attributes_as<LayerNormAttributes>();
  const Shape shape = rows_shape(call.inputs[1].shape(), a.axes);
  const Rows rows(shape, 1);
  visit_floating(call.inputs[1].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    const RmsNormGradOf<T> of{call.inputs[0].as<const T>(), call.inputs[1].as<const T>(),
                              call.inputs.size() > 3 ? call.inputs[3].as<const T>() : nullptr,
                              call.inputs[2].as<const C>()};
    each_row(call, rows, RmsNormGradRow<T>{of, call.outputs[0].as<T>(), rows.length});
    if (call.outputs.size() == 1) return;
    const TensorMeta meta{shape, contiguous_strides(shape), dtype_of<T>::value, call.context.device};
    reduce(call, loops_over<1>({&meta}, 0), C(0), WeightTerms<T>{of}, formula::AddUp(),
           WriteValue<T>{call.outputs[1].as<T>()}, true);
  });
}

const Kernel rms_norm_kernel{.run = rms_norm_run}, rms_norm_grad_kernel{.run = rms_norm_grad_run};

}  // namespace

void register_rms_norm_kernels() {
  register_kernel(rms_norm_op, Device::Type::cuda, rms_norm_kernel);
  register_kernel(rms_norm_grad_op, Device::Type::cuda, rms_norm_grad_kernel);
}

}  // namespace cuda
}  // namespace triptych
