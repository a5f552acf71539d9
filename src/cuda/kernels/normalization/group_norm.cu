#include "core/formulas/layer_norm.h"
#include "core/kernels/row_layout.h"
#include "core/kernels/strided.h"
#include "core/ops/normalization/group_norm.h"
#include "cuda/kernels/normalization/two_sums.h"
#include "cuda/kernels/reduce/reduce.h"
#include "cuda/kernels/rows.h"

namespace triptych {

extern const Op group_norm_op, group_norm_grad_op;

namespace cuda {
namespace {

/// Where the channel of an element is: its row is a group of one example.
struct Channels {
  std::int64_t groups, channels, inner;
  __device__ std::int64_t of(std::int64_t row, std::int64_t i) const { return row % groups * channels + i / inner; }
};
Channels channels_of(const GroupedSizes& sizes) {
  return {sizes.groups, sizes.channels, std::max<std::int64_t>(sizes.inner, 1)};
}

template <class T>
struct GroupNormRow {
  using C = compute_type<T>;
  const T *x, *gamma, *beta;  // gamma and beta may be null
  T* y;
  C *means, *inverses;
  std::int64_t n;
  C eps;
  Channels channels;
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
      const std::int64_t c = channels.of(row.number, i);
      const C g = gamma ? static_cast<C>(gamma[c]) : C(1), b = beta ? static_cast<C>(beta[c]) : C(0);
      y[at] = T(formula::ScaledNormal()(static_cast<C>(x[at]), mean, inverse, g, b));
    });
  }
};

/// What the gradient reads.
template <class T>
struct GroupNormGrad {
  using C = compute_type<T>;
  const T *upstream, *x, *gamma;  // gamma may be null
  const C *means, *inverses;
  std::int64_t n;
  Channels channels;
  __device__ C normal(std::int64_t row, std::int64_t at) const {
    return formula::Normal()(static_cast<C>(x[at]), means[row], inverses[row]);
  }
  __device__ C scaled(std::int64_t row, std::int64_t i, std::int64_t at) const {
    const C dy = static_cast<C>(upstream[at]);
    return gamma ? dy * static_cast<C>(gamma[channels.of(row, i)]) : dy;
  }
};

template <class T>
struct GroupNormGradRow {
  using C = compute_type<T>;
  GroupNormGrad<T> of;
  T* dx;
  __device__ void operator()(const Row& row) const {
    Sums<C> sums{0, 0};
    row.each([&](std::int64_t i, std::int64_t at) {
      const C g = of.scaled(row.number, i, at);
      sums = AddSums()(sums, Sums<C>{g, g * of.normal(row.number, at)});
    });
    sums = row.fold(sums, AddSums());
    const C shift = sums.first / static_cast<C>(of.n), slope = sums.second / static_cast<C>(of.n);
    row.each([&](std::int64_t i, std::int64_t at) {
      dx[at] = T(formula::NormalGrad()(of.scaled(row.number, i, at), of.normal(row.number, at), shift, slope,
                                       of.inverses[row.number]));
    });
  }
};

/// The gradients of gamma and beta: sums over the examples and the elements of a channel.
template <class T>
struct GroupNormParameterTerms {
  using C = compute_type<T>;
  GroupNormGrad<T> of;
  __device__ Sums<C> operator()(const ReducePlace<1>& place) const {
    const std::int64_t at = place.in[0];
    const C dy = static_cast<C>(of.upstream[at]);
    return {dy * of.normal(at / of.n, at), dy};
  }
};

void group_norm_run(const KernelCall& call) {
  const auto& a = call.attributes_as<GroupNormAttributes>();
  const GroupedSizes sizes(call.inputs[0].shape(), a.groups);
  const Rows rows({sizes.rows(), sizes.length()}, 1);
  visit_floating(call.inputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    const auto optional = [&](std::size_t i) {
      return i < call.inputs.size() ? call.inputs[i].as<const T>() : nullptr;
    };
    each_row(call, rows,
             GroupNormRow<T>{optional(0), optional(1), optional(2), call.outputs[0].as<T>(), call.outputs[1].as<C>(),
                             call.outputs[2].as<C>(), rows.length, static_cast<C>(a.eps), channels_of(sizes)});
  });
}

void group_norm_grad_run(const KernelCall& call) {
  const auto& a = call.attributes_as<GroupNormAttributes>();
  const GroupedSizes sizes(call.inputs[1].shape(), a.groups);
  const Rows rows({sizes.rows(), sizes.length()}, 1);
  visit_floating(call.inputs[1].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    const GroupNormGrad<T> of{call.inputs[0].as<const T>(),
                              call.inputs[1].as<const T>(),
                              call.inputs.size() > 4 ? call.inputs[4].as<const T>() : nullptr,
                              call.inputs[2].as<const C>(),
                              call.inputs[3].as<const C>(),
                              std::max<std::int64_t>(rows.length, 1),
                              channels_of(sizes)};
    each_row(call, rows, GroupNormGradRow<T>{of, call.outputs[0].as<T>()});
    if (call.outputs.size() == 1) return;
    const Shape shape{sizes.examples, sizes.channels * sizes.groups, sizes.inner};
    const TensorMeta meta{shape, contiguous_strides(shape), dtype_of<T>::value, call.context.device};
    reduce(call, loops_over<1>({&meta}, {0, 2}), Sums<C>{0, 0}, GroupNormParameterTerms<T>{of}, AddSums(),
           WriteParameters<T>{call.outputs[1].as<T>(), call.outputs[2].as<T>()});
  });
}

const Kernel group_norm_kernel{.run = group_norm_run}, group_norm_grad_kernel{.run = group_norm_grad_run};

}  // namespace

void register_group_norm_kernels() {
  register_kernel(group_norm_op, Device::Type::cuda, group_norm_kernel);
  register_kernel(group_norm_grad_op, Device::Type::cuda, group_norm_grad_kernel);
}

}  // namespace cuda
}  // namespace triptych
