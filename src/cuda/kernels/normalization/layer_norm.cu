#include "core/formulas/layer_norm.h"
#include "core/kernels/row_layout.h"
#include "core/kernels/strided.h"
#include "core/ops/normalization/layer_norm.h"
#include "cuda/kernels/normalization/two_sums.h"
#include "cuda/kernels/reduce/reduce.h"
#include "cuda/kernels/rows.h"

namespace triptych {

extern const Op layer_norm_op, layer_norm_grad_op;

namespace cuda {
namespace {

template <class T>
struct LayerNormRow {
  using C = compute_type<T>;
  const T *x, *gamma, *beta;  // gamma and beta may be null
  T* y;
  C *means, *inverses;
  std::int64_t n;
  C eps;
  __device__ void operator()(const Row& row) const {
    C sum = 0, squares = 0;
    row.each([&](std::int64_t, std::int64_t at) { sum += static_cast<C>(x[at]); });
    const C mean = row.sum(sum) / static_cast<C>(n);
    row.each(
        [&](std::int64_t, std::int64_t at) { squares += formula::SquaredDistance()(mean, static_cast<C>(x[at])); });
    const C inverse = formula::inverse_deviation(row.sum(squares) / static_cast<C>(n), eps);
    if (row.leads()) {
      means[row.number] = mean;
      inverses[row.number] = inverse;
    }
    row.each([&](std::int64_t i, std::int64_t at) {
      const C g = gamma ? static_cast<C>(gamma[i]) : C(1), b = beta ? static_cast<C>(beta[i]) : C(0);
      y[at] = T(formula::ScaledNormal()(static_cast<C>(x[at]), mean, inverse, g, b));
    });
  }
};

/// What the gradient reads.
template <class T>
struct LayerNormGrad {
  using C = compute_type<T>;
  const T *upstream, *x, *gamma;  // gamma may be null
  const C *means, *inverses;
  __device__ C dy(std::int64_t at) const { return static_cast<C>(upstream[at]); }
  __device__ C normal(std::int64_t row, std::int64_t at) const {
    return formula::Normal()(static_cast<C>(x[at]), means[row], inverses[row]);
  }
  __device__ C scaled(std::int64_t i, std::int64_t at) const {
    return gamma ? dy(at) * static_cast<C>(gamma[i]) : dy(at);
  }
};

template <class T>
struct LayerNormGradRow {
  using C = compute_type<T>;
  LayerNormGrad<T> of;
  T* dx;
  std::int64_t n;
  __device__ void operator()(const Row& row) const {
    Sums<C> sums{0, 0};
    row.each([&](std::int64_t i, std::int64_t at) {
      const C g = of.scaled(i, at);
      sums = AddSums()(sums, Sums<C>{g, g * of.normal(row.number, at)});
    });
    sums = row.fold(sums, AddSums());
    const C shift = sums.first / static_cast<C>(n), slope = sums.second / static_cast<C>(n);
    row.each([&](std::int64_t i, std::int64_t at) {
      dx[at] =
          T(formula::NormalGrad()(of.scaled(i, at), of.normal(row.number, at), shift, slope, of.inverses[row.number]));
    });
  }
};

/// The gradients of gamma and beta: sums over the rows, which a place counts.
template <class T>
struct LayerNormParameterTerms {
  using C = compute_type<T>;
  LayerNormGrad<T> of;
  __device__ Sums<C> operator()(const ReducePlace<1>& place) const {
    const C dy = of.dy(place.in[0]);
    return {dy * of.normal(place.number, place.in[0]), dy};
  }
};

void layer_norm_run(const KernelCall& call) {
  const auto& a = call.attributes_as<LayerNormAttributes>();
  const Rows rows(rows_shape(call.inputs[0].shape(), a.axes), 1);
  visit_floating(call.inputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    const auto optional = [&](std::size_t i) {
      return i < call.inputs.size() ? call.inputs[i].as<const T>() : nullptr;
    };
    each_row(call, rows,
             LayerNormRow<T>{optional(0), optional(1), optional(2), call.outputs[0].as<T>(), call.outputs[1].as<C>(),
                             call.outputs[2].as<C>(), rows.length, static_cast<C>(a.eps)});
  });
}

void layer_norm_grad_run(const KernelCall& call) {
  const auto& a = call.attributes_as<LayerNormAttributes>();
  const Shape shape = rows_shape(call.inputs[1].shape(), a.axes);
  const Rows rows(shape, 1);
  visit_floating(call.inputs[1].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    const LayerNormGrad<T> of{call.inputs[0].as<const T>(), call.inputs[1].as<const T>(),
                              call.inputs.size() > 4 ? call.inputs[4].as<const T>() : nullptr,
                              call.inputs[2].as<const C>(), call.inputs[3].as<const C>()};
    each_row(call, rows, LayerNormGradRow<T>{of, call.outputs[0].as<T>(), rows.length});
    if (call.outputs.size() == 1) return;
    const TensorMeta meta{shape, contiguous_strides(shape), dtype_of<T>::value, call.context.device};
    reduce(call, loops_over<1>({&meta}, 0), Sums<C>{0, 0}, LayerNormParameterTerms<T>{of}, AddSums(),
           WriteParameters<T>{call.outputs[1].as<T>(), call.outputs[2].as<T>()}, true);
  });
}

const Kernel layer_norm_kernel{.run = layer_norm_run}, layer_norm_grad_kernel{.run = layer_norm_grad_run};

}  // namespace

void register_layer_norm_kernels() {
  register_kernel(layer_norm_op, Device::Type::cuda, layer_norm_kernel);
  register_kernel(layer_norm_grad_op, Device::Type::cuda, layer_norm_grad_kernel);
}

}  // namespace cuda
}  // namespace triptych
