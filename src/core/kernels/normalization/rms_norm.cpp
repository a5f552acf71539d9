#include "core/formulas/rms_norm.h"

#include "core/formulas/layer_norm.h"
#include "core/kernels/rows.h"
#include "core/ops/normalization/layer_norm.h"
#include "core/support/checked.h"

namespace triptych {

extern const Op rms_norm_op, rms_norm_grad_op;

namespace {

/// The weight as C; ones where there is none.
template <class T, class C>
void read_weight(const KernelCall& call, std::size_t input, C* out, std::int64_t n) {
  if (input >= call.inputs.size()) return static_cast<void>(std::fill_n(out, n, C(1)));
  const T* from = call.inputs[input].as<const T>();
  for (std::int64_t i = 0; i < n; ++i) out[i] = static_cast<C>(from[i]);
}

void rms_norm_run(const KernelCall& call) {
  const auto& a = call.attributes_as<LayerNormAttributes>();
  const Rows rows(rows_shape(call.inputs[0].shape(), a.axes), 1);
  visit_floating(call.inputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    const std::int64_t n = rows.length;
    Scratch scratch(bytes_of(sizeof(C), n + 1));
    C* weight = scratch.as<C>();
    read_weight<T>(call, 1, weight, n);
    const T* x = call.inputs[0].as<const T>();
    T* y = call.outputs[0].as<T>();
    rows.for_each_part([&](std::int64_t first, std::int64_t last) {
      RowBuffer<T> in(rows), out(rows);
      for (std::int64_t r = first; r < last; ++r) {
        const C* row = in.read(x, r);
        const C inverse = formula::inverse_deviation(row_dot(row, row, n) / static_cast<C>(n), static_cast<C>(a.eps));
        call.outputs[1].as<C>()[r] = inverse;
        map_row(
            n, out.target(y, r), [=](C v, C w) { return formula::ScaledByInverse()(v, inverse, w); }, row,
            static_cast<const C*>(weight));
        out.written(y, r);
      }
    });
  });
}

// With g = dy weight: dx = inverse (g - x inverse^2 mean(g x)), dweight = the sum over the rows of dy x inverse. Each
// part sums its rows, and the parts are summed in their order.
void rms_norm_grad_run(const KernelCall& call) {
  const auto& a = call.attributes_as<LayerNormAttributes>();
  const Rows rows(rows_shape(call.inputs[1].shape(), a.axes), 1);
  visit_floating(call.inputs[1].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    const std::int64_t n = rows.length, per_part = std::max<std::int64_t>(32, row_grain / std::max<std::int64_t>(n, 1)),
                       parts = (rows.count + per_part - 1) / per_part;
    const bool scaled = call.outputs.size() > 1;
    Scratch scratch(bytes_of(sizeof(C), n + 1, scaled ? parts + 1 : 1));
    C *weight = scratch.as<C>(), *sums = weight + n;
    read_weight<T>(call, 3, weight, n);
    const T *upstream = call.inputs[0].as<const T>(), *x = call.inputs[1].as<const T>();
    const C* inverses = call.inputs[2].as<const C>();
    T* dx = call.outputs[0].as<T>();
    parallel_for(parts, [&](std::int64_t part) {
      RowBuffer<T> dy_rows(rows), x_rows(rows), out(rows);
      Scratch work(bytes_of(sizeof(C), n + 1));
      C *scaled_row = work.as<C>(), *sum = sums + part * n;
      if (scaled) std::fill_n(sum, n, C(0));
      for (std::int64_t r = part * per_part; r < std::min(rows.count, (part + 1) * per_part); ++r) {
        const C *dy = dy_rows.read(upstream, r), *row = x_rows.read(x, r), inverse = inverses[r];
        const C* g = dy;
        if (scaled) {
          map_row(
              n, scaled_row, [](C d, C w) { return d * w; }, dy, static_cast<const C*>(weight));
          map_row(
              n, sum, [inverse](C s, C d, C v) { return s + d * (v * inverse); }, static_cast<const C*>(sum), dy, row);
          g = scaled_row;
        }
        const C slope = row_dot<C>(g, row, n) / static_cast<C>(n) * (inverse * inverse);
        map_row(
            n, out.target(dx, r), [=](C d, C v) { return formula::RmsNormGrad()(d, v, slope, inverse); }, g, row);
        out.written(dx, r);
      }
    });
    if (!scaled) return;
    T* result = call.outputs[1].as<T>();
    if (parts == 0) std::fill_n(result, n, T(C(0)));
    for (std::int64_t part = 1; part < parts; ++part)
      map_row(
          n, sums, [](C s, C v) { return s + v; }, static_cast<const C*>(sums), static_cast<const C*>(sums + part * n));
    if (parts > 0) std::transform(sums, sums + n, result, [](C s) { return T(s); });
  });
}

const Kernel rms_norm_kernel{.run = rms_norm_run}, rms_norm_grad_kernel{.run = rms_norm_grad_run};

}  // namespace

void register_rms_norm_kernels() {
  register_kernel(rms_norm_op, Device::Type::cpu, rms_norm_kernel);
  register_kernel(rms_norm_grad_op, Device::Type::cpu, rms_norm_grad_kernel);
}

}  // namespace triptych
