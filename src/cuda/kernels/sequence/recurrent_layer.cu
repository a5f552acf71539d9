// Recurrent layers: for each step a product of cuBLAS and kernels for the cell's formula, a thread for each unit of
// each sequence. 16-bit operands are converted to float before the first step, and results after the last.
#include <climits>
#include <optional>
#include <string>

#include "core/formulas/compute_type.h"
#include "core/formulas/recurrent.h"
#include "core/kernels/strided.h"
#include "core/ops/sequence/recurrent_layer.h"
#include "cuda/kernels/run.h"
#include "cuda/kernels/scratch.h"
#include "cuda/runtime/libraries.h"
#include "triptych/core/error.h"

namespace triptych::cuda {
namespace {

template <class From, class To>
__global__ void convert_kernel(const From* from, std::int64_t n, To* to) {
  for (std::int64_t i = thread_index(); i < n; i += thread_count())
    to[i] = To(static_cast<compute_type<From>>(from[i]));
}
template <class From, class To>
void convert_all(const KernelCall& call, const From* from, std::int64_t n, To* to) {
  if (n > 0) run(call, convert_kernel<From, To>, blocks_for(n), block_threads, 0, from, n, to);
}

template <class C>
__global__ void clear_kernel(std::int64_t n, C* to) {
  for (std::int64_t i = thread_index(); i < n; i += thread_count()) to[i] = 0;
}
template <class C>
void clear(const KernelCall& call, C* to, std::int64_t n) {
  if (n > 0) run(call, clear_kernel<C>, blocks_for(n), block_threads, 0, n, to);
}

/// Working memory of n elements.
template <class C>
class Buffer {
 public:
  Buffer(const KernelCall& call, std::int64_t n) : memory_(call.context, static_cast<std::size_t>(n + 1) * sizeof(C)) {}
  C* get() const { return memory_.as<C>(); }

 private:
  Scratch memory_;
};

/// An input as C: where it is, or a copy.
template <class T>
class Read {
  using C = compute_type<T>;

 public:
  Read(const KernelCall& call, const Operand& x) : data_(x.as<const C>()) {
    if constexpr (!std::is_same_v<T, C>) {
      copy_.emplace(call, x.size());
      convert_all(call, x.as<const T>(), x.size(), copy_->get());
      data_ = copy_->get();
    }
  }
  const C* get() const { return data_; }

 private:
  std::optional<Buffer<C>> copy_;
  const C* data_;
};

/// Memory for an output as C; `finish` puts it there.
template <class T>
class Written {
  using C = compute_type<T>;

 public:
  Written(const KernelCall& call, const Operand& out) : call_(call), out_(out), data_(out.as<C>()) {
    if constexpr (!std::is_same_v<T, C>) data_ = copy_.emplace(call, out.size()).get();
  }
  C* get() const { return data_; }
  void finish() const {
    if constexpr (!std::is_same_v<T, C>) convert_all(call_, static_cast<const C*>(data_), out_.size(), out_.as<T>());
  }

 private:
  const KernelCall& call_;
  const Operand& out_;
  std::optional<Buffer<C>> copy_;
  C* data_;
};

/// A row-major matrix, or its transpose.
template <class C>
struct Matrix {
  const C* data;
  std::int64_t leading;
  bool transposed = false;
};

/// Products of cuBLAS, which thinks in columns: a row-major c = a b is its c^T = b^T a^T.
class Blas {
 public:
  explicit Blas(const KernelCall& call)
      : call_(call),
        workspace_(call.context, cublas_workspace_bytes),
        handle_(cublas(call.context.device.index, static_cast<cudaStream_t>(call.context.stream), workspace_.as<void>(),
                       call.context.where)) {}

  template <class C>
  void multiply(std::int64_t m, std::int64_t n, std::int64_t k, Matrix<C> a, Matrix<C> b, C* c,
                std::int64_t c_leading) {
    if (m == 0 || n == 0) return;
    constexpr bool wide = sizeof(C) == 8;
    const cudaDataType type = wide ? CUDA_R_64F : CUDA_R_32F;
    const C one = 1, zero = 0;
    const auto operation = [](const Matrix<C>& x) { return x.transposed ? CUBLAS_OP_T : CUBLAS_OP_N; };
    check(cublasGemmStridedBatchedEx(handle_, operation(b), operation(a), number(n), number(m), number(k), &one, b.data,
                                     type, number(b.leading), 0, a.data, type, number(a.leading), 0, &zero, c, type,
                                     number(c_leading), 0, 1, wide ? CUBLAS_COMPUTE_64F : CUBLAS_COMPUTE_32F,
                                     CUBLAS_GEMM_DEFAULT),
          call_.op.name, "cublasGemmStridedBatchedEx", call_.context.where);
  }

 private:
  int number(std::int64_t value) const {
    if (value > INT_MAX)
      throw UnsupportedError(call_.op.name, "a dimension is too large for cuBLAS", std::to_string(value),
                             "Use smaller batches", call_.context.where);
    return static_cast<int>(value < 1 ? 1 : value);
  }

  const KernelCall& call_;
  Scratch workspace_;
  cublasHandle_t handle_;
};

/// What all kernels of a call know.
struct Layer {
  RecurrentAttributes a;
  std::int64_t steps, batch, hidden, out, wide;
  const bool* mask = nullptr;

  Layer(const KernelCall& call, std::size_t base) : a(call.attributes_as<RecurrentAttributes>()) {
    const Shape &gates = call.inputs[base].shape(), &weight = call.inputs[base + 1].shape();
    steps = gates[0];
    batch = gates[1];
    wide = weight[0];
    out = weight[1];
    hidden = wide / a.gates();
    if (a.masked) mask = call.inputs[base + a.mask()].as<const bool>();
  }
  TRIPTYCH_HOST_DEVICE bool there(std::int64_t t, std::int64_t n) const { return !mask || mask[t * batch + n]; }
  TRIPTYCH_HOST_DEVICE std::int64_t step(std::int64_t k) const { return a.reverse ? steps - 1 - k : k; }
  TRIPTYCH_HOST_DEVICE bool gru() const { return a.cell == RecurrentCell::gru; }
  TRIPTYCH_HOST_DEVICE bool lstm() const { return a.cell == RecurrentCell::lstm; }
  TRIPTYCH_HOST_DEVICE bool relu() const { return a.cell == RecurrentCell::relu; }
  TRIPTYCH_HOST_DEVICE std::int64_t kept() const { return (lstm() ? 5 : gru() ? 4 : 1) * hidden; }
  TRIPTYCH_HOST_DEVICE std::int64_t reset() const { return a.gate_order == GateOrder::keras ? hidden : 0; }
  TRIPTYCH_HOST_DEVICE std::int64_t update() const { return hidden - reset(); }
  std::int64_t direct() const { return a.gru() && !a.reset_after ? 2 * hidden : wide; }
};

/// The parts of a step, by which kernels are made (nvcc takes no members as arguments of templates).
enum class Part { start, gather, reset, unit, finish };

/// Calls body.run<part>(i, s) for i of [0, n) in step s.
template <Part part, class Body>
__global__ void each_kernel(Body body, std::int64_t n, std::int64_t s) {
  for (std::int64_t i = thread_index(); i < n; i += thread_count()) body.template run<part>(i, s);
}
template <Part part, class Body>
void each(Site site, const Body& body, std::int64_t n, std::int64_t s) {
  if (n > 0) run(site, each_kernel<part, Body>, blocks_for(n), block_threads, 0, body, n, s);
}

/// A step forward. A unit i is of sequence i / H.
template <class C>
struct Forward {
  Layer l;
  const C *x, *bias, *h_0, *c_0;
  C *gates, *h, *c, *full, *next, *y, *kept;

  /// What is kept of a row: of all steps, or of the one that runs.
  TRIPTYCH_HOST_DEVICE C* kept_of(std::int64_t n, std::int64_t s) const {
    return kept + (l.a.keeps ? l.step(s) * l.batch + n : n) * l.kept();
  }

  template <Part part>
  __device__ void run(std::int64_t i, std::int64_t s) const {
    if constexpr (part == Part::start) start(i);
    if constexpr (part == Part::reset) reset(i, s);
    if constexpr (part == Part::unit) unit(i, s);
    if constexpr (part == Part::finish) finish(i, s);
  }
  __device__ void start(std::int64_t i) const {
    if (i < l.batch * l.out) h[i] = h_0 ? h_0[i] : C(0);
    if (l.lstm() && i < l.batch * l.hidden) c[i] = c_0 ? c_0[i] : C(0);
  }
  /// Of a GRU: its gates, and what the candidate's product sees or gave.
  __device__ void reset(std::int64_t i, std::int64_t s) const {
    const std::int64_t n = i / l.hidden, j = i % l.hidden, row = l.step(s) * l.batch + n, H = l.hidden;
    const C *in = x + row * l.wide, *g = gates + n * l.wide;
    C* keep = kept_of(n, s);
    const auto own = [&](std::int64_t at) { return bias ? g[at] + bias[at] : g[at]; };
    const C r = math::sigmoid(in[l.reset() + j] + own(l.reset() + j));
    keep[j] = r;
    keep[H + j] = math::sigmoid(in[l.update() + j] + own(l.update() + j));
    keep[3 * H + j] = l.a.reset_after ? own(2 * H + j) : r * h[i];
  }
  __device__ void unit(std::int64_t i, std::int64_t s) const {
    const std::int64_t n = i / l.hidden, j = i % l.hidden, t = l.step(s), row = t * l.batch + n, H = l.hidden;
    const bool there = l.there(t, n);
    const C *in = x + row * l.wide, *g = gates + n * l.wide;
    C *keep = kept_of(n, s), *made = l.a.projected ? full : next;
    if (l.lstm()) {
      const C gi = math::sigmoid(in[j] + g[j]), gf = math::sigmoid(in[H + j] + g[H + j]),
              gg = math::tanh(in[2 * H + j] + g[2 * H + j]), go = math::sigmoid(in[3 * H + j] + g[3 * H + j]);
      const C state = formula::lstm_state(gi, gf, gg, c[i]);
      keep[j] = there ? gi : C(0);
      keep[H + j] = there ? gf : C(0);
      keep[2 * H + j] = there ? gg : C(0);
      keep[3 * H + j] = there ? go : C(0);
      keep[4 * H + j] = there ? state : c[i];
      if (there) c[i] = state;
      made[i] = formula::lstm_output(go, state);
    } else if (l.gru()) {
      const C v = math::tanh(in[2 * H + j] + (l.a.reset_after ? keep[j] * keep[3 * H + j] : g[2 * H + j]));
      made[i] = formula::gru_output(keep[H + j], v, h[i]);
      keep[2 * H + j] = v;
      if (!there) keep[j] = keep[H + j] = keep[2 * H + j] = keep[3 * H + j] = 0;
    } else {
      made[i] = formula::rnn_unit(in[j] + g[j], l.relu());
      keep[j] = there ? made[i] : C(0);
    }
  }
  /// The state and the output.
  __device__ void finish(std::int64_t i, std::int64_t s) const {
    const std::int64_t n = i / l.out, t = l.step(s), size = l.batch * l.out;
    if (l.there(t, n))
      y[t * size + i] = h[i] = next[i];
    else
      y[t * size + i] = l.a.zero_output || s == 0 ? C(0) : y[l.step(s - 1) * size + i];
  }
};

void recurrent_layer_run(const KernelCall& call) {
  const Layer l(call, 0);
  const RecurrentAttributes& a = l.a;
  visit_floating(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    const std::int64_t N = l.batch, H = l.hidden, R = l.out, W = l.wide;
    const auto optional = [&](bool there, std::size_t i) {
      return there ? std::optional<Read<T>>(std::in_place, call, call.inputs[i]) : std::optional<Read<T>>();
    };
    const Read<T> x(call, call.inputs[0]), weight(call, call.inputs[1]);
    const auto h_0 = optional(a.has_state, a.state()), c_0 = optional(a.has_state && a.lstm(), a.state() + 1),
               bias = optional(a.has_bias, a.bias()), projection = optional(a.projected, a.projection());
    const auto pointer = [](const std::optional<Read<T>>& read) { return read ? read->get() : nullptr; };
    const Written<T> y(call, call.outputs[0]), h(call, call.outputs[1]), c(call, call.outputs[2]);
    const Buffer<C> gates(call, N * W), full(call, N * H), next(call, N * R);
    const Buffer<C> of_step(call, a.keeps ? 0 : N * l.kept());
    C* kept = a.keeps ? call.outputs[a.outputs() - 1].template as<C>() : of_step.get();
    const Forward<C> body{l,
                          x.get(),
                          pointer(bias),
                          pointer(h_0),
                          pointer(c_0),
                          gates.get(),
                          h.get(),
                          a.lstm() ? c.get() : nullptr,
                          full.get(),
                          next.get(),
                          y.get(),
                          kept};
    each<Part::start>(call, body, N * std::max(H, R), 0);
    Blas blas(call);
    for (std::int64_t s = 0; s < l.steps; ++s) {
      blas.multiply<C>(N, l.direct(), R, {h.get(), R}, {weight.get(), R, true}, gates.get(), W);
      if (a.gru()) {
        each<Part::reset>(call, body, N * H, s);
        if (!a.reset_after)
          blas.multiply<C>(N, H, H, {body.kept_of(0, s) + 3 * H, 4 * H}, {weight.get() + 2 * H * R, R, true},
                           gates.get() + 2 * H, W);
      }
      each<Part::unit>(call, body, N * H, s);
      if (a.projected) blas.multiply<C>(N, R, H, {full.get(), H}, {projection->get(), H, true}, next.get(), R);
      each<Part::finish>(call, body, N * R, s);
    }
    y.finish();
    h.finish();
    if (a.lstm()) c.finish();
  });
}

/// A step back.
template <class C>
struct Backward {
  Layer l;
  const C *dy, *dh_n, *dc_n, *y, *kept, *h_0, *c_0;
  C *input_grads, *gate_grads, *states, *output_grads, *outputs;  // of all steps
  C *dh, *dc, *carry, *total, *full, *reset, *before;             // of one

  template <Part part>
  __device__ void run(std::int64_t i, std::int64_t s) const {
    if constexpr (part == Part::start) start(i);
    if constexpr (part == Part::gather) gather(i, s);
    if constexpr (part == Part::unit) unit(i, s);
    if constexpr (part == Part::reset) reset_gate(i, s);
    if constexpr (part == Part::finish) finish(i, s);
  }
  __device__ void start(std::int64_t i) const {
    if (i < l.batch * l.out) {
      dh[i] = dh_n[i];
      carry[i] = 0;
      // The states before each step: what the output was at the last step that was there.
      C state = h_0 ? h_0[i] : C(0);
      const std::int64_t size = l.batch * l.out;
      for (std::int64_t s = 0; s < l.steps; ++s) {
        const std::int64_t t = l.step(s);
        states[t * size + i] = state;
        if (l.there(t, i / l.out)) state = y[t * size + i];
      }
    }
    if (l.lstm() && i < l.batch * l.hidden) dc[i] = dc_n[i];
  }
  __device__ void gather(std::int64_t i, std::int64_t s) const {
    const std::int64_t n = i / l.out, t = l.step(s), at = t * l.batch * l.out + i;
    if (l.there(t, n)) {
      total[i] = dh[i] + (dy[at] + carry[i]);
      carry[i] = 0;
    } else {
      total[i] = 0;
      if (!l.a.zero_output) carry[i] += dy[at];
    }
    if (l.a.projected) output_grads[at] = total[i];
  }
  __device__ void unit(std::int64_t i, std::int64_t s) const {
    const std::int64_t n = i / l.hidden, j = i % l.hidden, t = l.step(s), row = t * l.batch + n, H = l.hidden;
    const C* keep = kept + row * l.kept();
    C *x = input_grads + row * l.wide, *g = gate_grads + row * l.wide;
    if (!l.there(t, n)) {
      for (std::int64_t at = j; at < l.wide; at += H) x[at] = g[at] = 0;
      if (l.a.projected) outputs[row * H + j] = 0;
      return;
    }
    const C u = (l.a.projected ? full : total)[i];
    if (l.lstm()) {
      const C c_prev = s == 0 ? (c_0 ? c_0[i] : C(0)) : kept[((l.step(s - 1) * l.batch + n) * 5 + 4) * H + j];
      const C gi = keep[j], gf = keep[H + j], gg = keep[2 * H + j], go = keep[3 * H + j], state = keep[4 * H + j];
      const C tanh_c = math::tanh(state), d = formula::lstm_state_grad(go, tanh_c, u, dc[i]);
      x[j] = g[j] = formula::lstm_gate_grad(gi, d * gg);
      x[H + j] = g[H + j] = formula::lstm_gate_grad(gf, d * c_prev);
      x[2 * H + j] = g[2 * H + j] = formula::lstm_candidate_grad(gg, d * gi);
      x[3 * H + j] = g[3 * H + j] = formula::lstm_gate_grad(go, u * tanh_c);
      dc[i] = d * gf;
      if (l.a.projected) outputs[row * H + j] = formula::lstm_output(go, state);
    } else if (l.gru()) {
      const C r = keep[j], z = keep[H + j], v = keep[2 * H + j];
      const C dn = formula::gru_candidate_grad(z, v, u);
      const std::int64_t r_at = l.reset() + j, z_at = l.update() + j;
      x[z_at] = g[z_at] = formula::gru_update_grad(z, v, states[row * l.out + j], u);
      x[2 * H + j] = dn;
      g[2 * H + j] = l.a.reset_after ? dn * r : dn;
      if (l.a.reset_after) x[r_at] = g[r_at] = formula::gru_reset_grad(r, keep[3 * H + j], dn);
    } else {
      x[j] = g[j] = formula::rnn_unit_grad(keep[j], u, l.relu());
    }
  }
  /// Without reset_after: the gradient of the gate r, from that of the state that it reset.
  __device__ void reset_gate(std::int64_t i, std::int64_t s) const {
    const std::int64_t n = i / l.hidden, j = i % l.hidden, row = l.step(s) * l.batch + n,
                       at = row * l.wide + l.reset() + j;
    input_grads[at] = gate_grads[at] =
        formula::gru_reset_grad(kept[row * l.kept() + j], states[row * l.out + j], reset[i]);
  }
  __device__ void finish(std::int64_t i, std::int64_t s) const {
    const std::int64_t n = i / l.out, j = i % l.out, t = l.step(s);
    if (!l.there(t, n)) return;
    const C* keep = kept + (t * l.batch + n) * l.kept();
    C d = before[i];
    if (l.gru() && !l.a.reset_after) d = d + reset[i] * keep[j];
    dh[i] = l.gru() ? total[i] * keep[l.hidden + j] + d : d;
  }
};

template <class C>
__global__ void columns_kernel(const C* x, std::int64_t rows, std::int64_t columns, C* sums) {
  for (std::int64_t j = thread_index(); j < columns; j += thread_count()) {
    C sum = 0;
    for (std::int64_t i = 0; i < rows; ++i) sum += x[i * columns + j];
    sums[j] = sum;
  }
}

void recurrent_layer_grad_run(const KernelCall& call) {
  const std::size_t base = call.attributes_as<RecurrentAttributes>().base();
  const Layer l(call, base);
  const RecurrentAttributes& a = l.a;
  visit_floating(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    const std::int64_t N = l.batch, H = l.hidden, R = l.out, W = l.wide, rows = l.steps * N;
    const auto optional = [&](bool there, std::size_t i) {
      return there ? std::optional<Read<T>>(std::in_place, call, call.inputs[i]) : std::optional<Read<T>>();
    };
    const Read<T> dy(call, call.inputs[0]), dh_n(call, call.inputs[1]), y(call, call.inputs[a.outputs() - 1]),
        weight(call, call.inputs[base + 1]);
    const auto dc_n = optional(a.lstm(), 2), h_0 = optional(a.has_state, base + a.state()),
               c_0 = optional(a.has_state && a.lstm(), base + a.state() + 1),
               projection = optional(a.projected, base + a.projection());
    const auto pointer = [](const std::optional<Read<T>>& read) { return read ? read->get() : nullptr; };
    const C* kept = call.inputs[a.outputs()].template as<const C>();
    const Written<T> input_grads(call, call.outputs[0]), weight_grad(call, call.outputs[1]);
    const Buffer<C> gate_grads(call, rows * W), states(call, rows * R), output_grads(call, a.projected ? rows * R : 0),
        outputs(call, a.projected ? rows * H : 0), dh(call, N * R), dc(call, N * H), carry(call, N * R),
        total(call, N * R), full(call, N * H), reset(call, N * H), before(call, N * R);
    const Backward<C> body{l,
                           dy.get(),
                           dh_n.get(),
                           pointer(dc_n),
                           y.get(),
                           kept,
                           pointer(h_0),
                           pointer(c_0),
                           input_grads.get(),
                           gate_grads.get(),
                           states.get(),
                           output_grads.get(),
                           outputs.get(),
                           dh.get(),
                           dc.get(),
                           carry.get(),
                           total.get(),
                           full.get(),
                           reset.get(),
                           before.get()};
    each<Part::start>(call, body, N * std::max(H, R), 0);
    Blas blas(call);
    for (std::int64_t s = l.steps - 1; s >= 0; --s) {
      each<Part::gather>(call, body, N * R, s);
      if (a.projected) blas.multiply<C>(N, H, R, {total.get(), R}, {projection->get(), H}, full.get(), H);
      each<Part::unit>(call, body, N * H, s);
      const C* gates = gate_grads.get() + l.step(s) * N * W;
      if (a.gru() && !a.reset_after) {
        blas.multiply<C>(N, H, H, {gates + 2 * H, W}, {weight.get() + 2 * H * R, R}, reset.get(), H);
        each<Part::reset>(call, body, N * H, s);
      }
      blas.multiply<C>(N, R, l.direct(), {gates, W}, {weight.get(), R}, before.get(), R);
      each<Part::finish>(call, body, N * R, s);
    }
    // The products over all steps; of no steps they are zero.
    if (rows == 0) clear(call, weight_grad.get(), W * R);
    if (rows > 0) {
      blas.multiply<C>(l.direct(), R, rows, {gate_grads.get(), W, true}, {states.get(), R}, weight_grad.get(), R);
      if (l.direct() < W)
        blas.multiply<C>(H, H, rows, {gate_grads.get() + 2 * H, W, true}, {kept + 3 * H, 4 * H},
                         weight_grad.get() + 2 * H * R, R);
    }
    input_grads.finish();
    weight_grad.finish();
    if (a.has_state) convert_all(call, static_cast<const C*>(dh.get()), N * R, call.outputs[2].template as<T>());
    if (a.has_state && a.lstm())
      convert_all(call, static_cast<const C*>(dc.get()), N * H, call.outputs[3].template as<T>());
    if (a.has_bias) {
      const Written<T> bias_grad(call, call.outputs[a.bias()]);
      if (W > 0)
        run(call, columns_kernel<C>, blocks_for(W), block_threads, 0, static_cast<const C*>(gate_grads.get()), rows, W,
            bias_grad.get());
      bias_grad.finish();
    }
    if (a.projected) {
      const Written<T> projection_grad(call, call.outputs[a.projection()]);
      if (rows == 0) clear(call, projection_grad.get(), R * H);
      if (rows > 0)
        blas.multiply<C>(R, H, rows, {output_grads.get(), R, true}, {outputs.get(), H}, projection_grad.get(), H);
      projection_grad.finish();
    }
  });
}

const Kernel recurrent_layer_kernel{.run = recurrent_layer_run},
    recurrent_layer_grad_kernel{.run = recurrent_layer_grad_run};

}  // namespace

void register_recurrent_layer_kernels() {
  register_kernel(recurrent_layer_op, Device::Type::cuda, recurrent_layer_kernel);
  register_kernel(recurrent_layer_grad_op, Device::Type::cuda, recurrent_layer_grad_kernel);
}

}  // namespace triptych::cuda
