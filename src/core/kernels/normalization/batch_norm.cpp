// Batch normalization on tensors with any strides: the sums follow the tree of reduce.h, and the elementwise parts walk
// x as it lies in memory, with one entry of a small table for each channel.
#include "core/formulas/batch_norm.h"

#include "core/kernels/path.h"
#include "core/kernels/reduce/reduce.h"

namespace triptych {

extern const Op batch_norm_op, batch_norm_grad_op, batch_norm_inference_op;

namespace {

Path one_channel("batch norm: one channel a row"), channels_together("batch norm: channels side by side"),
    any_steps("batch norm: any steps"), grad_one_channel("batch norm gradient: one channel a row"),
    grad_channels_together("batch norm gradient: channels side by side"),
    grad_any_steps("batch norm gradient: any steps");

/// Shape, loops and the view of a table of (C) entries under x's shape.
template <std::size_t N>
struct Channels {
  ReduceLoops<N> loops;
  TensorMeta table;

  Channels(const std::array<const TensorMeta*, N>& inputs, std::int64_t axis, DType dtype) {
    const TensorMeta& x = *inputs[0];
    const int at = static_cast<int>(axis < 0 ? axis + x.shape.rank() : axis);
    std::array<bool, Shape::max_rank> reduced{};
    Strides steps{};
    for (int i = 0; i < x.shape.rank(); ++i) reduced[static_cast<std::size_t>(i)] = i != at;
    steps[static_cast<std::size_t>(at)] = 1;
    loops = reduce_loops(inputs, reduced, steps);
    table = {x.shape, steps, dtype, x.device};
  }
};

/// Runs `row` over the output, images of its shape and one table for each of `tables`. Few channels that lie side by
/// side would be short rows: there the tables are written several times behind one another, and a row is as many
/// pixels.
template <class C, std::size_t Images, std::size_t Tables>
void run_channel_rows(const KernelCall& call, const std::array<Operand, Images>& images, const TensorMeta& table,
                      const std::array<const C*, Tables>& tables, std::int64_t channels, ElementRow row) {
  constexpr std::int64_t worth_a_loop = 512;
  const Operand& out = call.outputs[0];
  const auto run = [&](const TensorMeta& image, const TensorMeta& line, std::int64_t first, const C* const* lines) {
    const auto at = [&](const Operand& operand, const TensorMeta& meta) {
      return Operand{static_cast<char*>(operand.data) + first * static_cast<std::int64_t>(size_of(operand.dtype())),
                     &meta};
    };
    const bool whole = image.shape == out.shape();
    std::array<Operand, Images + Tables> in;
    for (std::size_t k = 0; k < Images; ++k) in[k] = at(images[k], whole ? *images[k].meta : image);
    for (std::size_t k = 0; k < Tables; ++k) in[Images + k] = {const_cast<C*>(lines[k]), &line};
    const Operand result = at(out, image);
    run_element_rows({call.op, in, {&result, 1}, nullptr, nullptr, call.context}, row, nullptr);
  };
  const bool side_by_side =
      std::all_of(images.begin(), images.end(),
                  [&](const Operand& image) {
                    return image.meta->strides == out.meta->strides && image.dtype() == out.dtype();
                  }) &&
      std::equal(table.strides.begin(), table.strides.begin() + out.shape().rank(), out.meta->strides.begin(),
                 [](std::int64_t entry, std::int64_t step) { return entry == 0 || step == 1; });
  const std::int64_t repeats = channels == 0 ? 0 : worth_a_loop / channels, length = repeats * channels;
  if (!side_by_side || repeats < 2 || out.size() < length) return run(*out.meta, table, 0, tables.data());
  Scratch wide(Tables * static_cast<std::size_t>(length) * sizeof(C));
  std::array<const C*, Tables> lines;
  for (std::size_t k = 0; k < Tables; ++k) {
    C* line = wide.as<C>() + static_cast<std::int64_t>(k) * length;
    for (std::int64_t i = 0; i < repeats; ++i) std::copy_n(tables[k], channels, line + i * channels);
    lines[k] = line;
  }
  const std::int64_t rows = out.size() / length, rest = out.size() % length;
  const auto pixels = [&](std::int64_t count, std::int64_t n, DType dtype, std::int64_t step) {
    return TensorMeta{{count, n}, {step, 1}, dtype, out.meta->device};
  };
  run(pixels(rows, length, out.dtype(), length), pixels(rows, length, table.dtype, 0), 0, lines.data());
  if (rest > 0)
    run(pixels(1, rest, out.dtype(), rest), pixels(1, rest, table.dtype, rest), rows * length, lines.data());
}

/// A (C) vector of any strides as C values.
template <class C>
void read_vector(const Operand& vector, C* out) {
  const auto* bytes = static_cast<const char*>(vector.data);
  for (std::int64_t i = 0; i < vector.size(); ++i)
    convert(bytes + i * vector.stride(0) * static_cast<std::int64_t>(size_of(vector.dtype())), vector.dtype(), out + i,
            dtype_of<C>::value, 1);
}

template <class T, class C>
void affine_row(std::int64_t n, void* out, const void* const* in, const std::int64_t* steps, const void*) {
  T* y = static_cast<T*>(out);
  const T* x = static_cast<const T*>(in[0]);
  const C *mean = static_cast<const C*>(in[1]), *scale = static_cast<const C*>(in[2]),
          *shift = static_cast<const C*>(in[3]);
  const formula::Normalized f;
  if (steps[0] == 1 && steps[1] == 1 && steps[2] == 0) {
    one_channel.take();
    const C m = *mean, a = *scale, b = *shift;
    for (std::int64_t i = 0; i < n; ++i) y[i] = f(x[i], m, a, b);
  } else if (steps[0] == 1 && steps[1] == 1 && steps[2] == 1) {
    channels_together.take();
    for (std::int64_t i = 0; i < n; ++i) y[i] = f(x[i], mean[i], scale[i], shift[i]);
  } else {
    any_steps.take();
    for (std::int64_t i = 0; i < n; ++i)
      y[i * steps[0]] = f(x[i * steps[1]], mean[i * steps[2]], scale[i * steps[3]], shift[i * steps[4]]);
  }
}

template <class T, class C>
void run_affine(const KernelCall& call, const Channels<1>& channels, const C* mean, const C* scale, const C* shift) {
  run_channel_rows<C, 1, 3>(call, {call.inputs[0]}, channels.table, {mean, scale, shift}, channels.loops.outputs,
                            affine_row<T, C>);
}

/// running <- the formula's mean of running and batch.
template <class C>
void update_running(const Operand& running, const C* batch, double factor, const BatchNormAttributes& a) {
  const formula::Running<C> next(a);
  visit_floating(running.dtype(), [&](auto* type) {
    using R = std::remove_pointer_t<decltype(type)>;
    R* values = running.as<R>();
    for (std::int64_t c = 0; c < running.size(); ++c) {
      R& value = values[c * running.stride(0)];
      const C old = static_cast<C>(static_cast<compute_type<R>>(value));
      value = R(static_cast<compute_type<R>>(next(old, batch[c], factor)));
    }
  });
}

void batch_norm_run(const KernelCall& call) {
  const auto& a = call.attributes_as<BatchNormAttributes>();
  visit_floating(call.inputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    const Channels<1> channels({call.inputs[0].meta}, a.axis, dtype_of<C>::value);
    const std::int64_t count = channels.loops.outputs, n = channels.loops.count;
    Scratch scratch(static_cast<std::size_t>(3 * count + 1) * sizeof(C));
    C *var = scratch.as<C>(), *scale = var + count, *shift = scale + count;
    C *mean = call.outputs[1].as<C>(), *inverse = call.outputs[2].as<C>();
    const std::array<const T*, 1> x{call.inputs[0].as<const T>()};
    const C divisor = static_cast<C>(n);
    reduce(channels.loops, x, C(0), pick_first, add_up, static_cast<const C*>(nullptr),
           [=](std::int64_t c, C sum) { mean[c] = sum / divisor; });
    const auto square = [](const auto& m, const auto& v) -> std::remove_cvref_t<decltype(v)> {
      return (v - m) * (v - m);
    };
    reduce(channels.loops, x, C(0), square, add_up, mean, [=](std::int64_t c, C sum) { var[c] = sum / divisor; });
    read_vector(call.inputs[1], scale);
    read_vector(call.inputs[2], shift);
    for (std::int64_t c = 0; c < count; ++c) {
      inverse[c] = formula::inverse_deviation(var[c], a);
      scale[c] *= inverse[c];
    }
    run_affine<T, C>(call, channels, mean, scale, shift);
    if (call.inputs.size() == 3) return;
    update_running(call.inputs[3], mean, 1, a);
    update_running(call.inputs[4], var, formula::running_variance_factor(a, n), a);
  });
}

void batch_norm_inference_run(const KernelCall& call) {
  const auto& a = call.attributes_as<BatchNormAttributes>();
  visit_floating(call.inputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    const Channels<1> channels({call.inputs[0].meta}, a.axis, dtype_of<C>::value);
    const std::int64_t count = channels.loops.outputs;
    Scratch scratch(static_cast<std::size_t>(4 * count + 1) * sizeof(C));
    C *mean = scratch.as<C>(), *var = mean + count, *scale = var + count, *shift = scale + count;
    read_vector(call.inputs[1], scale);
    read_vector(call.inputs[2], shift);
    read_vector(call.inputs[3], mean);
    read_vector(call.inputs[4], var);
    for (std::int64_t c = 0; c < count; ++c) scale[c] *= formula::inverse_deviation(var[c], a);
    run_affine<T, C>(call, channels, mean, scale, shift);
  });
}

template <class T, class C>
void grad_row(std::int64_t n, void* out, const void* const* in, const std::int64_t* steps, const void*) {
  T* dx = static_cast<T*>(out);
  const T *dy = static_cast<const T*>(in[0]), *x = static_cast<const T*>(in[1]);
  const C *mean = static_cast<const C*>(in[2]), *shift = static_cast<const C*>(in[3]),
          *slope = static_cast<const C*>(in[4]), *scale = static_cast<const C*>(in[5]);
  const formula::NormalizedGrad f;
  const bool dense = steps[0] == 1 && steps[1] == 1 && steps[2] == 1;
  if (dense && steps[3] == 0) {
    grad_one_channel.take();
    const C m = *mean, b = *shift, s = *slope, a = *scale;
    for (std::int64_t i = 0; i < n; ++i) dx[i] = f(dy[i], x[i], m, b, s, a);
  } else if (dense && steps[3] == 1) {
    grad_channels_together.take();
    for (std::int64_t i = 0; i < n; ++i) dx[i] = f(dy[i], x[i], mean[i], shift[i], slope[i], scale[i]);
  } else {
    grad_any_steps.take();
    for (std::int64_t i = 0; i < n; ++i) {
      const std::int64_t c = i * steps[3];
      dx[i * steps[0]] = f(dy[i * steps[1]], x[i * steps[2]], mean[c], shift[c], slope[c], scale[c]);
    }
  }
}

void batch_norm_grad_run(const KernelCall& call) {
  const auto& a = call.attributes_as<BatchNormAttributes>();
  visit_floating(call.inputs[1].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    const Channels<2> channels({call.inputs[0].meta, call.inputs[1].meta}, a.axis, dtype_of<C>::value);
    const Channels<1> upstream_only({call.inputs[0].meta}, a.axis, dtype_of<C>::value);
    const std::int64_t count = channels.loops.outputs;
    const C divisor = static_cast<C>(channels.loops.count);
    Scratch scratch(static_cast<std::size_t>(6 * count + 1) * sizeof(C));
    C *mean = scratch.as<C>(), *inverse = mean + count, *sum = inverse + count, *dot = sum + count,
      *slope = dot + count, *scale = slope + count;
    read_vector(call.inputs[2], scale);
    read_vector(call.inputs[3], mean);
    read_vector(call.inputs[4], inverse);
    const T *upstream = call.inputs[0].as<const T>(), *x = call.inputs[1].as<const T>();
    reduce(upstream_only.loops, std::array<const T*, 1>{upstream}, C(0), pick_first, add_up,
           static_cast<const C*>(nullptr), [=](std::int64_t c, C value) { sum[c] = value; });
    const auto product = [](const auto& m, const auto& dy, const auto& v) -> std::remove_cvref_t<decltype(v)> {
      return dy * (v - m);
    };
    reduce(channels.loops, std::array<const T*, 2>{upstream, x}, C(0), product, add_up, mean,
           [=](std::int64_t c, C value) { dot[c] = value; });
    visit_floating(call.inputs[2].dtype(), [&](auto* vector_type) {
      using V = std::remove_pointer_t<decltype(vector_type)>;
      using W = compute_type<V>;
      for (std::int64_t c = 0; c < count; ++c) {
        call.outputs[1].as<V>()[c] = V(static_cast<W>(dot[c] * inverse[c]));
        call.outputs[2].as<V>()[c] = V(static_cast<W>(sum[c]));
      }
    });
    for (std::int64_t c = 0; c < count; ++c) {
      slope[c] = inverse[c] * inverse[c] * (dot[c] / divisor);
      sum[c] /= divisor;
      scale[c] *= inverse[c];
    }
    run_channel_rows<C, 2, 4>(call, {call.inputs[0], call.inputs[1]}, channels.table, {mean, sum, slope, scale}, count,
                              grad_row<T, C>);
  });
}

const Kernel batch_norm_kernel{.run = batch_norm_run, .any_strides = true, .layout = elementwise_layout},
    batch_norm_inference_kernel{.run = batch_norm_inference_run, .any_strides = true, .layout = elementwise_layout},
    batch_norm_grad_kernel{.run = batch_norm_grad_run, .any_strides = true, .layout = elementwise_layout};

}  // namespace

void register_batch_norm_kernels() {
  register_kernel(batch_norm_op, Device::Type::cpu, batch_norm_kernel);
  register_kernel(batch_norm_inference_op, Device::Type::cpu, batch_norm_inference_kernel);
  register_kernel(batch_norm_grad_op, Device::Type::cpu, batch_norm_grad_kernel);
}

}  // namespace triptych
