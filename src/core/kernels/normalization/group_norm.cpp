// Group normalization: a group of one example is a row in memory, in which the channels lie one behind the other.
#include "core/ops/normalization/group_norm.h"

#include "core/formulas/layer_norm.h"
#include "core/kernels/rows.h"
#include "core/support/checked.h"

namespace triptych {

extern const Op group_norm_op, group_norm_grad_op;

namespace {

/// A vector of the channels' values as C; `missing` where there is none.
template <class T, class C>
void read_channels(const KernelCall& call, std::size_t input, C missing, C* out, std::int64_t n) {
  if (input >= call.inputs.size()) return static_cast<void>(std::fill_n(out, n, missing));
  const T* from = call.inputs[input].as<const T>();
  for (std::int64_t i = 0; i < n; ++i) out[i] = static_cast<C>(from[i]);
}

Shape rows_of(const GroupedSizes& sizes) { return {sizes.rows(), sizes.length()}; }

void group_norm_run(const KernelCall& call) {
  const auto& a = call.attributes_as<GroupNormAttributes>();
  const GroupedSizes sizes(call.inputs[0].shape(), a.groups);
  const Rows rows(rows_of(sizes), 1);
  visit_floating(call.inputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    const std::int64_t n = rows.length, channels = sizes.channels * sizes.groups, inner = sizes.inner;
    Scratch scratch(bytes_of(sizeof(C), channels + 1, 2));
    C *gamma = scratch.as<C>(), *beta = gamma + channels;
    read_channels<T>(call, 1, C(1), gamma, channels);
    read_channels<T>(call, 2, C(0), beta, channels);
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
        C* to = out.target(y, r);
        const std::int64_t channel = r % sizes.groups * sizes.channels;
        if (inner == 1)
          map_row(
              n, to, [=](C v, C g, C b) { return formula::ScaledNormal()(v, mean, inverse, g, b); }, row,
              static_cast<const C*>(gamma + channel), static_cast<const C*>(beta + channel));
        else
          for (std::int64_t c = 0; c < sizes.channels; ++c) {
            const C scale = inverse * gamma[channel + c], shift = beta[channel + c];
            map_row(
                inner, to + c * inner, [=](C v) { return (v - mean) * scale + shift; }, row + c * inner);
          }
        out.written(y, r);
      }
    });
  });
}

// For each channel dot = sum(dy (x - mean)) and total = sum(dy); for a group A = sum(gamma total) / n and B = sum(gamma
// dot) inverse^2 / n: dx = inverse (gamma dy - A - (x - mean) B), dgamma = sum(dot inverse), dbeta = sum(total).
void group_norm_grad_run(const KernelCall& call) {
  const auto& a = call.attributes_as<GroupNormAttributes>();
  const GroupedSizes sizes(call.inputs[1].shape(), a.groups);
  const Rows rows(rows_of(sizes), 1);
  visit_floating(call.inputs[1].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    const std::int64_t n = rows.length, channels = sizes.channels * sizes.groups, inner = sizes.inner,
                       each = sizes.channels;
    Scratch scratch(bytes_of(sizeof(C), channels + 1, 2 * sizes.examples + 1));
    C *gamma = scratch.as<C>(), *dots = gamma + channels, *totals = dots + channels * sizes.examples;
    read_channels<T>(call, 4, C(1), gamma, channels);
    const T *upstream = call.inputs[0].as<const T>(), *x = call.inputs[1].as<const T>();
    const C *means = call.inputs[2].as<const C>(), *inverses = call.inputs[3].as<const C>();
    T* dx = call.outputs[0].as<T>();
    rows.for_each_part([&](std::int64_t first, std::int64_t last) {
      RowBuffer<T> dy_rows(rows), x_rows(rows), out(rows);
      for (std::int64_t r = first; r < last; ++r) {
        const C *dy = dy_rows.read(upstream, r), *row = x_rows.read(x, r);
        const C mean = means[r], inverse = inverses[r];
        const std::int64_t channel = r % sizes.groups * each;
        C *dot = dots + r * each, *total = totals + r * each, *to = out.target(dx, r);
        const auto product = [](const auto& m, const auto& d, const auto& v) -> std::remove_cvref_t<decltype(v)> {
          return d * (v - m);
        };
        C shift = 0, slope = 0;
        for (std::int64_t c = 0; c < each; ++c) {
          dot[c] = inner == 1 ? dy[c] * (row[c] - mean)
                              : reduce_row(inner, mean, C(0), product, add_up, dy + c * inner, row + c * inner);
          total[c] = inner == 1 ? dy[c] : row_sum(dy + c * inner, inner);
          shift += gamma[channel + c] * total[c];
          slope += gamma[channel + c] * dot[c];
        }
        shift = shift / static_cast<C>(n);
        slope = slope * (inverse * inverse) / static_cast<C>(n);
        if (inner == 1)
          map_row(
              n, to, [=](C d, C v, C g) { return (d * g - shift - (v - mean) * slope) * inverse; }, dy, row,
              static_cast<const C*>(gamma + channel));
        else
          for (std::int64_t c = 0; c < each; ++c) {
            const C g = gamma[channel + c];
            map_row(
                inner, to + c * inner, [=](C d, C v) { return (d * g - shift - (v - mean) * slope) * inverse; },
                dy + c * inner, row + c * inner);
          }
        for (std::int64_t c = 0; c < each; ++c) dot[c] *= inverse;
        out.written(dx, r);
      }
    });
    if (call.outputs.size() == 1) return;
    const auto over_examples = [&](const C* of_examples, T* result) {
      const Shape shape{sizes.examples, channels};
      const TensorMeta meta{shape, contiguous_strides(shape), dtype_of<C>::value, {}};
      reduce(loops_over<1>({&meta}, 0), std::array<const C*, 1>{of_examples}, C(0), pick_first, add_up,
             static_cast<const C*>(nullptr), [=](std::int64_t place, C value) { result[place] = T(value); });
    };
    over_examples(dots, call.outputs[1].as<T>());
    over_examples(totals, call.outputs[2].as<T>());
  });
}

const Kernel group_norm_kernel{.run = group_norm_run}, group_norm_grad_kernel{.run = group_norm_grad_run};

}  // namespace

void register_group_norm_kernels() {
  register_kernel(group_norm_op, Device::Type::cpu, group_norm_kernel);
  register_kernel(group_norm_grad_op, Device::Type::cpu, group_norm_grad_kernel);
}

}  // namespace triptych
