#include "core/ops/normalization/layer_norm.h"

#include "core/formulas/layer_norm.h"
#include "core/kernels/rows.h"

namespace triptych {

extern const Op layer_norm_op, layer_norm_grad_op;

namespace {

/// A vector of n values of the type that is computed in.
template <class C>
void read_vector(const KernelCall& call, std::size_t input, C missing, C* out, std::int64_t n) {
  if (input >= call.inputs.size())
    std::fill_n(out, n, missing);
  else
    convert(call.inputs[input].data, call.inputs[input].dtype(), out, dtype_of<C>::value, n);
}

void layer_norm_run(const KernelCall& call) {
  const auto& a = call.attributes_as<LayerNormAttributes>();
  const Rows rows(rows_shape(call.inputs[0].shape(), a.axes), 1);
  visit_floating(call.inputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    const std::int64_t n = rows.length;
    Scratch scratch(static_cast<std::size_t>(2 * n + 1) * sizeof(C));
    C *gamma = scratch.as<C>(), *beta = gamma + n;
    read_vector(call, 1, C(1), gamma, n);
    read_vector(call, 2, C(0), beta, n);
    const T* x = call.inputs[0].as<const T>();
    T* y = call.outputs[0].as<T>();
    rows.for_each_part([&](std::int64_t first, std::int64_t last) {
      RowBuffer<T> in(rows), out(rows);
      for (std::int64_t r = first; r < last; ++r) {
        const C* row = in.read(x, r);
        const C mean = row_sum(row, n) / static_cast<C>(n);
        const C squares = reduce_row(n, mean, C(0), formula::SquaredDistance(), add_up, row);
        const C inverse = formula::inverse_deviation(squares / static_cast<C>(n), static_cast<C>(a.eps));
        call.outputs[1].as<C>()[r] = mean;
        call.outputs[2].as<C>()[r] = inverse;
        map_row(
            n, out.target(y, r), [=](C v, C g, C b) { return formula::ScaledNormal()(v, mean, inverse, g, b); }, row,
            static_cast<const C*>(gamma), static_cast<const C*>(beta));
        out.written(y, r);
      }
    });
  });
}

void layer_norm_grad_run(const KernelCall& call) {
  const auto& a = call.attributes_as<LayerNormAttributes>();
  const Shape shape = rows_shape(call.inputs[1].shape(), a.axes);
  const Rows rows(shape, 1);
  visit_floating(call.inputs[1].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    const std::int64_t n = rows.length;
    const bool scaled = call.outputs.size() > 1;
    // gamma, and the products dy h, which are summed over the rows afterwards.
    Scratch scratch(static_cast<std::size_t>(n + 1 + (scaled ? n * rows.count : 0)) * sizeof(C));
    C *gamma = scratch.as<C>(), *products = gamma + n;
    read_vector(call, 4, C(1), gamma, n);
    const T *upstream = call.inputs[0].as<const T>(), *x = call.inputs[1].as<const T>();
    const C *means = call.inputs[2].as<const C>(), *inverses = call.inputs[3].as<const C>();
    T* dx = call.outputs[0].as<T>();
    rows.for_each_part([&](std::int64_t first, std::int64_t last) {
      RowBuffer<T> dy_rows(rows), x_rows(rows), out(rows);
      Scratch work(static_cast<std::size_t>(2 * n + 1) * sizeof(C));
      C *normal = work.as<C>(), *g = normal + n;
      for (std::int64_t r = first; r < last; ++r) {
        const C *dy = dy_rows.read(upstream, r), *row = x_rows.read(x, r);
        const C mean = means[r], inverse = inverses[r];
        map_row(
            n, normal, [=](C v) { return formula::Normal()(v, mean, inverse); }, row);
        if (scaled) {
          map_row(
              n, g, [](C d, C w) { return d * w; }, dy, static_cast<const C*>(gamma));
          map_row(
              n, products + r * n, [](C d, C h) { return d * h; }, dy, static_cast<const C*>(normal));
        } else {
          std::copy_n(dy, n, g);
        }
        const C shift = row_sum<C>(g, n) / static_cast<C>(n);
        const C slope = row_dot<C>(g, normal, n) / static_cast<C>(n);
        map_row(
            n, out.target(dx, r), [=](C d, C h) { return formula::NormalGrad()(d, h, shift, slope, inverse); },
            static_cast<const C*>(g), static_cast<const C*>(normal));
        out.written(dx, r);
      }
    });
    if (!scaled) return;
    const auto over_rows = [&](const auto* values, T* result) {
      using In = std::remove_cvref_t<decltype(*values)>;
      const TensorMeta meta{shape, contiguous_strides(shape), dtype_of<In>::value, {}};
      reduce(loops_over<1>({&meta}, 0), std::array<const In*, 1>{values}, C(0), pick_first, add_up,
             static_cast<const C*>(nullptr), [=](std::int64_t place, C value) { result[place] = T(value); });
    };
    over_rows(static_cast<const C*>(products), call.outputs[1].as<T>());
    over_rows(upstream, call.outputs[2].as<T>());
  });
}

const Kernel layer_norm_kernel{.run = layer_norm_run}, layer_norm_grad_kernel{.run = layer_norm_grad_run};

}  // namespace

void register_layer_norm_kernels() {
  register_kernel(layer_norm_op, Device::Type::cpu, layer_norm_kernel);
  register_kernel(layer_norm_grad_op, Device::Type::cpu, layer_norm_grad_kernel);
}

}  // namespace triptych
