// Recurrent layers: sequences do not see each other, so that a task takes some of them through all steps, with the
// recurrent weight packed once. A step is one product and the cell's formula; what the gradient needs is kept.
#include "core/ops/sequence/recurrent_layer.h"

#include <algorithm>
#include <optional>

#include "core/formulas/compute_type.h"
#include "core/formulas/recurrent.h"
#include "core/kernels/product/packed_matrix.h"
#include "core/kernels/rows.h"
#include "core/kernels/strided.h"
#include "core/support/checked.h"

namespace triptych {
namespace {

constexpr std::int64_t most_sequences = 16;  // of a task

/// A matrix operand as C: where it is, or a copy.
template <class T>
class Matrix {
  using C = compute_type<T>;

 public:
  Matrix(const Operand& x, std::int64_t rows, std::int64_t columns)
      : copy_(std::is_same_v<T, C> ? 1 : bytes_of(sizeof(C), rows, columns)),
        matrix_{x.as<const C>(), x.stride(0), x.shape().rank() > 1 ? x.stride(1) : 1} {
    if constexpr (!std::is_same_v<T, C>) {
      const T* from = x.as<const T>();
      for (std::int64_t i = 0; i < rows; ++i)
        for (std::int64_t j = 0; j < columns; ++j)
          copy_.template as<C>()[i * columns + j] = static_cast<C>(from[i * matrix_.row + j * matrix_.column]);
      matrix_ = {copy_.template as<C>(), columns, 1};
    }
  }
  MatrixIn<C> get() const { return matrix_; }
  MatrixIn<C> transposed() const { return {matrix_.data, matrix_.column, matrix_.row}; }
  C operator()(std::int64_t i, std::int64_t j) const { return matrix_.data[i * matrix_.row + j * matrix_.column]; }

 private:
  Scratch copy_;
  MatrixIn<C> matrix_;
};

/// Rows (t, n) of an operand (T, N, width), as C.
template <class T>
class SequenceRows {
  using C = compute_type<T>;

 public:
  explicit SequenceRows(const Operand& x)
      : x_(x.as<const T>()), step_(x.stride(0)), sequence_(x.stride(1)), column_(x.stride(2)), width_(x.shape()[2]) {}
  /// `copy` has room for a row.
  const C* row(std::int64_t t, std::int64_t n, C* copy) const {
    const T* from = x_ + t * step_ + n * sequence_;
    if constexpr (std::is_same_v<T, C>)
      if (in_place()) return from;
    for (std::int64_t j = 0; j < width_; ++j) copy[j] = static_cast<C>(from[j * column_]);
    return copy;
  }

 private:
  bool in_place() const { return std::is_same_v<T, C> && column_ == 1; }

  const T* x_;
  std::int64_t step_, sequence_, column_, width_;
};

/// The sizes of a call, and its mask. `base` is the place of the layer's first input.
struct Layer {
  RecurrentAttributes a;
  std::int64_t steps, batch, hidden, out, wide;
  const bool* mask = nullptr;
  std::int64_t mask_step = 0, mask_sequence = 0;

  Layer(const KernelCall& call, std::size_t base) : a(call.attributes_as<RecurrentAttributes>()) {
    const Shape &gates = call.inputs[base].shape(), &weight = call.inputs[base + 1].shape();
    steps = gates[0];
    batch = gates[1];
    wide = weight[0];
    out = weight[1];
    hidden = wide / a.gates();
    if (!a.masked) return;
    const Operand& given = call.inputs[base + a.mask()];
    mask = given.as<const bool>();
    mask_step = given.stride(0);
    mask_sequence = given.stride(1);
  }
  bool there(std::int64_t t, std::int64_t n) const { return !mask || mask[t * mask_step + n * mask_sequence]; }
  std::int64_t step(std::int64_t k) const { return a.reverse ? steps - 1 - k : k; }
  /// Where gate r and z of a GRU begin.
  std::int64_t reset() const { return a.gate_order == GateOrder::keras ? hidden : 0; }
  std::int64_t update() const { return hidden - reset(); }
  /// How many gates the state itself is multiplied for: without reset_after not the candidate.
  std::int64_t direct() const { return a.gru() && !a.reset_after ? 2 * hidden : wide; }

  /// Calls work(first, count) for parts of the sequences.
  template <class F>
  void in_parts(F work) const {
    const std::int64_t parts = (batch + most_sequences - 1) / most_sequences;
    if (parts == 0) return;
    const std::int64_t each = (batch + parts - 1) / parts;
    parallel_for((batch + each - 1) / each,
                 [&](std::int64_t part) { work(part * each, std::min(each, batch - part * each)); });
  }
};

/// The products of a layer's steps: state to gates, reset state to candidate, output to projection.
template <class C>
struct Products {
  PackedMatrix<C> gates;
  std::optional<PackedMatrix<C>> candidate, projection;
};

/// out[j] = f(in[j]...): each formula in a loop of its own, or the compiler would call it instead of making vectors.
template <class C, class F, class... In>
void each_unit(std::int64_t n, C* out, F f, const In*... in) {
  map_row(n, out, f, static_cast<const C*>(in)...);
}

template <class C>
void lstm_units(std::int64_t n, const C* x, const C* gates, const C* c_prev, C* kept, C* h) {
  C *i = kept, *f = kept + n, *g = kept + 2 * n, *o = kept + 3 * n, *c = kept + 4 * n;
  const auto gate = [](C a, C b) { return math::sigmoid(a + b); };
  each_unit(2 * n, i, gate, x, gates);
  each_unit(
      n, g, [](C a, C b) { return math::tanh(a + b); }, x + 2 * n, gates + 2 * n);
  each_unit(n, o, gate, x + 3 * n, gates + 3 * n);
  each_unit(
      n, c, [](C a, C b, C d, C last) { return formula::lstm_state(a, b, d, last); }, i, f, g, c_prev);
  each_unit(
      n, h, [](C a, C b) { return formula::lstm_output(a, b); }, o, c);
}

/// One task of the forward pass: sequences [first, first + count).
template <class T>
class Forward {
  using C = compute_type<T>;

 public:
  Forward(const KernelCall& call, const Layer& l, const Products<C>& products, const SequenceRows<T>& gates,
          const C* bias)
      : call_(call), l_(l), products_(products), gates_(gates), bias_(bias) {}

  void run(std::int64_t first, std::int64_t count) const {
    const std::int64_t H = l_.hidden, R = l_.out, W = l_.wide;
    const std::int64_t K = l_.a.kept() * H;
    Scratch work(sizeof(C) * static_cast<std::size_t>(count * (2 * R + 2 * H + W + (l_.a.keeps ? 0 : K)) + W + 1));
    C *h = work.as<C>(), *next = h + count * R, *c = next + count * R, *full = c + count * H, *gates = full + count * H,
      *x_copy = gates + count * W, *of_step = x_copy + W;
    for (std::int64_t i = 0; i < count; ++i) {
      first_state(0, R, first + i, h + i * R);
      if (l_.a.lstm()) first_state(1, H, first + i, c + i * H);
    }
    T* y = call_.outputs[0].as<T>();
    for (std::int64_t s = 0; s < l_.steps; ++s) {
      const std::int64_t t = l_.step(s);
      C* kept = l_.a.keeps ? call_.outputs.back().as<C>() + (t * l_.batch + first) * K : of_step;
      products_.gates.multiply(count, h, R, gates, W);
      C* made = l_.a.projected ? full : next;
      if (l_.a.gru()) gru_gates(t, first, count, h, gates, kept, x_copy);
      for (std::int64_t i = 0; i < count; ++i) {
        C* keep = kept + i * K;
        const C* x = gates_.row(t, first + i, x_copy);
        if (l_.a.lstm())
          lstm_units(H, x, gates + i * W, c + i * H, keep, made + i * H);
        else if (l_.a.gru())
          gru_units(x, gates + i * W, h + i * R, keep, made + i * H);
        else
          simple_units(x, gates + i * W, keep, made + i * H);
      }
      if (l_.a.projected) products_.projection->multiply(count, full, H, next, R);
      for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t at = t * l_.batch + first + i;
        C *keep = kept + i * K, *state = h + i * R;
        if (l_.there(t, first + i)) {
          std::copy_n(next + i * R, R, state);
          if (l_.a.lstm()) std::copy_n(keep + 4 * H, H, c + i * H);
          for (std::int64_t j = 0; j < R; ++j) y[at * R + j] = T(state[j]);
        } else {
          std::fill_n(keep, K, C(0));
          if (l_.a.lstm()) std::copy_n(c + i * H, H, keep + 4 * H);
          const T* last = l_.a.zero_output || s == 0 ? nullptr : y + (l_.step(s - 1) * l_.batch + first + i) * R;
          for (std::int64_t j = 0; j < R; ++j) y[at * R + j] = last ? last[j] : T(C(0));
        }
      }
    }
    for (std::int64_t i = 0; i < count; ++i) {
      for (std::int64_t j = 0; j < R; ++j) call_.outputs[1].as<T>()[(first + i) * R + j] = T(h[i * R + j]);
      if (l_.a.lstm())
        for (std::int64_t j = 0; j < H; ++j) call_.outputs[2].as<T>()[(first + i) * H + j] = T(c[i * H + j]);
    }
  }

 private:
  void first_state(std::size_t which, std::int64_t width, std::int64_t n, C* to) const {
    if (!l_.a.has_state) return static_cast<void>(std::fill_n(to, width, C(0)));
    const Operand& given = call_.inputs[l_.a.state() + which];
    for (std::int64_t j = 0; j < width; ++j)
      to[j] = static_cast<C>(given.as<const T>()[n * given.stride(0) + j * given.stride(1)]);
  }

  /// The gates r and z, into what is kept of the step; then the product of the candidate, where the reset state has its
  /// own.
  void gru_gates(std::int64_t t, std::int64_t first, std::int64_t count, const C* h, C* gates, C* kept,
                 C* x_copy) const {
    const std::int64_t H = l_.hidden, W = l_.wide, r_at = l_.reset(), z_at = l_.update();
    for (std::int64_t i = 0; i < count; ++i) {
      C *r = kept + i * 4 * H, *z = r + H, *fourth = r + 3 * H;
      C* g = gates + i * W;
      const C *x = gates_.row(t, first + i, x_copy), *state = h + i * H;
      if (bias_)  // belongs to what the state gives
        each_unit(
            W, g, [](C v, C add) { return v + add; }, g, bias_);
      const auto gate = [](C v, C own) { return math::sigmoid(v + own); };
      each_unit(H, r, gate, x + r_at, g + r_at);
      each_unit(H, z, gate, x + z_at, g + z_at);
      if (l_.a.reset_after)
        std::copy_n(g + 2 * H, H, fourth);
      else
        each_unit(
            H, fourth, [](C v, C last) { return v * last; }, r, state);
    }
    if (!l_.a.reset_after) products_.candidate->multiply(count, kept + 3 * H, 4 * H, gates + 2 * H, W);
  }
  void gru_units(const C* x, const C* gates, const C* h, C* kept, C* next) const {
    const std::int64_t H = l_.hidden;
    const C *r = kept, *z = kept + H, *own = l_.a.reset_after ? kept + 3 * H : gates + 2 * H;
    C* n = kept + 2 * H;
    if (l_.a.reset_after)
      each_unit(
          H, n, [](C v, C reset, C given) { return math::tanh(v + reset * given); }, x + 2 * H, r, own);
    else
      each_unit(
          H, n, [](C v, C given) { return math::tanh(v + given); }, x + 2 * H, own);
    each_unit(
        H, next, [](C a, C b, C last) { return formula::gru_output(a, b, last); }, z, n, h);
  }
  void simple_units(const C* x, const C* gates, C* kept, C* next) const {
    if (l_.a.cell == RecurrentCell::relu)
      each_unit(
          l_.hidden, kept, [](C v, C own) { return formula::rnn_unit(v + own, true); }, x, gates);
    else
      each_unit(
          l_.hidden, kept, [](C v, C own) { return formula::rnn_unit(v + own, false); }, x, gates);
    std::copy_n(kept, l_.hidden, next);
  }

  const KernelCall& call_;
  const Layer& l_;
  const Products<C>& products_;
  const SequenceRows<T>& gates_;
  const C* bias_;
};

/// (3 H) of a GRU as C; null if there is none.
template <class T>
class Bias {
  using C = compute_type<T>;

 public:
  Bias(const KernelCall& call, const Layer& l, std::size_t base)
      : there_(l.a.has_bias), copy_(bytes_of(sizeof(C), l.wide + 1)) {
    if (!there_) return;
    const Operand& given = call.inputs[base + l.a.bias()];
    for (std::int64_t j = 0; j < l.wide; ++j)
      copy_.template as<C>()[j] = static_cast<C>(given.as<const T>()[j * given.stride(0)]);
  }
  const C* get() const { return there_ ? copy_.template as<C>() : nullptr; }

 private:
  bool there_;
  Scratch copy_;
};

void recurrent_layer_run(const KernelCall& call) {
  const Layer l(call, 0);
  visit_floating(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    if (l.batch == 0) return;
    const Matrix<T> weight(call.inputs[1], l.wide, l.out);
    Products<C> products{PackedMatrix<C>(l.out, l.direct(), weight.transposed()), {}, {}};
    if (l.direct() < l.wide) {
      MatrixIn<C> last = weight.transposed();
      last.data += 2 * l.hidden * last.column;
      products.candidate.emplace(l.hidden, l.hidden, last);
    }
    std::optional<Matrix<T>> projection;
    if (l.a.projected) {
      projection.emplace(call.inputs[l.a.projection()], l.out, l.hidden);
      products.projection.emplace(l.hidden, l.out, projection->transposed());
    }
    const SequenceRows<T> gates(call.inputs[0]);
    const Bias<T> bias(call, l, 0);
    const Forward<T> forward(call, l, products, gates, bias.get());
    l.in_parts([&](std::int64_t first, std::int64_t count) { forward.run(first, count); });
  });
}

// --- The gradient ---------------------------------------------------------------------------------------------------

/// What all steps leave behind for the products over all of them; rows (t, n).
template <class C>
struct Gathered {
  C* gate_grads;    // (G H): of what the state's product gives
  C* states;        // (R): the state before the step
  C* output_grads;  // (R), with a projection: of its result
  C* outputs;       // (H), with a projection: what it is applied to
};

template <class T>
class Backward {
  using C = compute_type<T>;

 public:
  Backward(const KernelCall& call, const Layer& l, const Products<C>& products, const SequenceRows<T>& upstream,
           const SequenceRows<T>& y, const Gathered<C>& to, C* input_grads)
      : call_(call), l_(l), products_(products), upstream_(upstream), y_(y), to_(to), input_grads_(input_grads) {}

  void run(std::int64_t first, std::int64_t count) const {
    gather_states(first, count);
    const std::int64_t H = l_.hidden, R = l_.out, W = l_.wide, K = l_.a.kept() * H;
    Scratch work(sizeof(C) * static_cast<std::size_t>(count * (4 * R + 4 * H) + R + 1));
    C *dh = work.as<C>(), *carry = dh + count * R, *total = carry + count * R, *before = total + count * R,
      *dc = before + count * R, *full = dc + count * H, *reset = full + count * H, *first_c = reset + count * H,
      *copy = first_c + count * H;
    std::fill_n(carry, count * R, C(0));
    for (std::int64_t i = 0; i < count; ++i) {
      read(1, first + i, R, dh + i * R);
      if (!l_.a.lstm()) continue;
      read(2, first + i, H, dc + i * H);
      first_state(1, first + i, H, first_c + i * H);
    }
    const C* kept = call_.inputs[l_.a.outputs()].template as<const C>();
    for (std::int64_t s = l_.steps - 1; s >= 0; --s) {
      const std::int64_t t = l_.step(s), row = t * l_.batch + first;
      for (std::int64_t i = 0; i < count; ++i) {
        const C* dy = upstream_.row(t, first + i, copy);
        C *sum = total + i * R, *held = carry + i * R;
        if (l_.there(t, first + i)) {
          for (std::int64_t j = 0; j < R; ++j) sum[j] = dh[i * R + j] + (dy[j] + held[j]);
          std::fill_n(held, R, C(0));
        } else {  // its output is that of the step before, or nothing
          std::fill_n(sum, R, C(0));
          if (!l_.a.zero_output)
            for (std::int64_t j = 0; j < R; ++j) held[j] += dy[j];
        }
      }
      const C* units = total;
      if (l_.a.projected) {
        std::copy_n(total, count * R, to_.output_grads + row * R);
        products_.projection->multiply(count, total, R, full, H);
        units = full;
      }
      for (std::int64_t i = 0; i < count; ++i) {
        const C *u = units + i * H, *keep = kept + (row + i) * K;
        C *x = input_grads_ + (row + i) * W, *g = to_.gate_grads + (row + i) * W;
        if (!l_.there(t, first + i)) {
          std::fill_n(x, W, C(0));
          std::fill_n(g, W, C(0));
          if (l_.a.projected) std::fill_n(to_.outputs + (row + i) * H, H, C(0));
        } else if (l_.a.lstm()) {
          const C* c_prev = s == 0 ? first_c + i * H : kept + (l_.step(s - 1) * l_.batch + first + i) * K + 4 * H;
          lstm_units(keep, c_prev, u, dc + i * H, g, l_.a.projected ? to_.outputs + (row + i) * H : nullptr);
        } else if (l_.a.gru()) {
          gru_units(keep, to_.states + (row + i) * R, u, x, g);
        } else {
          const bool relu = l_.a.cell == RecurrentCell::relu;
          each_unit(
              H, g, [relu](C h, C d) { return formula::rnn_unit_grad(h, d, relu); }, keep, u);
        }
      }
      C* gates = to_.gate_grads + row * W;
      if (l_.a.gru() && !l_.a.reset_after) {
        products_.candidate->multiply(count, gates + 2 * H, W, reset, H);
        for (std::int64_t i = 0; i < count; ++i) {
          const C *r = kept + (row + i) * K, *h = to_.states + (row + i) * R, *d = reset + i * H;
          C* gr = gates + i * W + l_.reset();
          each_unit(
              H, gr, [](C a, C b, C up) { return formula::gru_reset_grad(a, b, up); }, r, h, d);
        }
      }
      products_.gates.multiply(count, gates, W, before, R);
      for (std::int64_t i = 0; i < count; ++i) {
        if (!l_.there(t, first + i)) continue;
        C* d = dh + i * R;
        const C *keep = kept + (row + i) * K, *b = before + i * R, *u = units + i * H, *rs = reset + i * H;
        if (!l_.a.gru())
          std::copy_n(b, R, d);
        else if (l_.a.reset_after)
          each_unit(
              H, d, [](C up, C z, C through) { return up * z + through; }, u, keep + H, b);
        else
          each_unit(
              H, d, [](C up, C z, C through, C reset_up, C r) { return up * z + (through + reset_up * r); }, u,
              keep + H, b, rs, keep);
      }
    }
    if (!l_.a.has_state) return;
    write(2, first, count, R, dh);
    if (l_.a.lstm()) write(3, first, count, H, dc);
  }

 private:
  /// Input `input`, (N, width) of the layer's dtype, as C.
  void read(std::size_t input, std::int64_t n, std::int64_t width, C* to) const {
    const T* from = call_.inputs[input].template as<const T>() + n * width;
    for (std::int64_t j = 0; j < width; ++j) to[j] = static_cast<C>(from[j]);
  }
  void first_state(std::size_t which, std::int64_t n, std::int64_t width, C* to) const {
    if (l_.a.has_state)
      read(l_.a.base() + l_.a.state() + which, n, width, to);
    else
      std::fill_n(to, width, C(0));
  }
  void write(std::size_t output, std::int64_t first, std::int64_t count, std::int64_t width, const C* from) const {
    T* to = call_.outputs[output].template as<T>() + first * width;
    for (std::int64_t j = 0; j < count * width; ++j) to[j] = T(from[j]);
  }
  /// The states before each step: what the output was at the last step that was there.
  void gather_states(std::int64_t first, std::int64_t count) const {
    const std::int64_t R = l_.out;
    for (std::int64_t i = 0; i < count; ++i) {
      const C* last = nullptr;
      for (std::int64_t s = 0; s < l_.steps; ++s) {
        const std::int64_t t = l_.step(s), n = first + i;
        C* to = to_.states + (t * l_.batch + n) * R;
        if (!last)
          first_state(0, n, R, to);
        else if (last != to)
          std::copy_n(last, R, to);
        last = to;
        if (!l_.there(t, n) || s + 1 == l_.steps) continue;
        // The next step's state, put where it belongs: it is copied from there.
        C* next = to_.states + (l_.step(s + 1) * l_.batch + n) * R;
        const C* y = y_.row(t, n, next);
        if (y != next) std::copy_n(y, R, next);
        last = next;
      }
    }
  }
  void lstm_units(const C* kept, const C* c_prev, const C* dh, C* dc, C* grads, C* output) const {
    const std::int64_t H = l_.hidden;
    C *gi = grads, *gf = grads + H, *gg = grads + 2 * H, *go = grads + 3 * H;
    const C *i = kept, *f = kept + H, *g = kept + 2 * H, *o = kept + 3 * H, *c = kept + 4 * H;
    const auto gate = [](C a, C up, C factor) { return formula::lstm_gate_grad(a, up * factor); };
    each_unit(
        H, go, [](C state) { return math::tanh(state); }, c);
    each_unit(
        H, dc, [](C a, C t, C up, C later) { return formula::lstm_state_grad(a, t, up, later); }, o, go, dh, dc);
    each_unit(H, go, gate, o, dh, go);
    each_unit(H, gi, gate, i, dc, g);
    each_unit(H, gf, gate, f, dc, c_prev);
    each_unit(
        H, gg, [](C a, C up, C factor) { return formula::lstm_candidate_grad(a, up * factor); }, g, dc, i);
    each_unit(
        H, dc, [](C up, C a) { return up * a; }, dc, f);
    if (output)
      each_unit(
          H, output, [](C a, C state) { return formula::lstm_output(a, state); }, o, c);
  }
  void gru_units(const C* kept, const C* h, const C* dh, C* inputs, C* grads) const {
    const std::int64_t H = l_.hidden, r_at = l_.reset(), z_at = l_.update();
    const C *r = kept, *z = kept + H, *n = kept + 2 * H, *own = kept + 3 * H;
    each_unit(
        H, grads + 2 * H, [](C a, C b, C up) { return formula::gru_candidate_grad(a, b, up); }, z, n, dh);
    each_unit(
        H, grads + z_at, [](C a, C b, C last, C up) { return formula::gru_update_grad(a, b, last, up); }, z, n, h, dh);
    if (!l_.a.reset_after) return;  // r's comes when that of the state that it resets is known
    each_unit(
        H, grads + r_at, [](C a, C b, C up) { return formula::gru_reset_grad(a, b, up); }, r, own, grads + 2 * H);
    std::copy_n(grads, 3 * H, inputs);
    each_unit(
        H, grads + 2 * H, [](C up, C a) { return up * a; }, grads + 2 * H, r);
  }

  const KernelCall& call_;
  const Layer& l_;
  const Products<C>& products_;
  const SequenceRows<T>&upstream_, &y_;
  const Gathered<C>& to_;
  C* input_grads_;
};

/// a^T b of two matrices with a row for each step of each sequence, into an output.
template <class T>
void sum_of_products(const Operand& out, std::int64_t rows, MatrixIn<compute_type<T>> a, std::int64_t m,
                     MatrixIn<compute_type<T>> b, std::int64_t n, std::int64_t first_row) {
  using C = compute_type<T>;
  T* to = out.as<T>() + first_row * n;
  Scratch wide(std::is_same_v<T, C> ? 1 : bytes_of(sizeof(C), m, n));
  C* sums = wide.as<C>();
  if constexpr (std::is_same_v<T, C>) sums = to;
  gemm<C>(m, n, rows, {a.data, a.column, a.row}, b, {sums, n});
  if constexpr (!std::is_same_v<T, C>) std::transform(sums, sums + m * n, to, [](C x) { return T(x); });
}

/// The sums of the columns, in blocks of rows.
template <class C, class T>
void sum_of_rows(const C* x, std::int64_t rows, std::int64_t columns, T* out) {
  Scratch work(bytes_of(sizeof(C), columns + 1, 2));
  C *total = work.as<C>(), *part = total + columns;
  std::fill_n(total, columns, C(0));
  constexpr std::int64_t block = 64;
  for (std::int64_t first = 0; first < rows; first += block) {
    std::fill_n(part, columns, C(0));
    for (std::int64_t i = first; i < std::min(rows, first + block); ++i)
      each_unit(
          columns, part, [](C sum, C v) { return sum + v; }, part, x + i * columns);
    each_unit(
        columns, total, [](C sum, C v) { return sum + v; }, total, part);
  }
  std::transform(total, total + columns, out, [](C sum) { return T(sum); });
}

void recurrent_layer_grad_run(const KernelCall& call) {
  const std::size_t base = call.attributes_as<RecurrentAttributes>().base();
  const Layer l(call, base);
  const RecurrentAttributes& a = l.a;
  visit_floating(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    const std::int64_t rows = l.steps * l.batch, H = l.hidden, R = l.out, W = l.wide;
    const Matrix<T> weight(call.inputs[base + 1], W, R);
    Products<C> products{PackedMatrix<C>(l.direct(), R, weight.get()), {}, {}};
    if (l.direct() < W) {
      MatrixIn<C> last = weight.get();
      last.data += 2 * H * last.row;
      products.candidate.emplace(H, H, last);
    }
    std::optional<Matrix<T>> projection;
    if (a.projected) {
      projection.emplace(call.inputs[base + a.projection()], R, H);
      products.projection.emplace(R, H, projection->get());
    }
    const bool two = a.gru() && a.reset_after;  // gradients of gates: the inputs' and the state's differ
    const bool wide = !std::is_same_v<T, C>;
    Scratch states(bytes_of(sizeof(C), rows + 1, R)), gate_grads(two || wide ? bytes_of(sizeof(C), rows + 1, W) : 1),
        input_grads(two && wide ? bytes_of(sizeof(C), rows + 1, W) : 1),
        output_grads(a.projected ? bytes_of(sizeof(C), rows + 1, R) : 1),
        outputs(a.projected ? bytes_of(sizeof(C), rows + 1, H) : 1);
    C* inputs = two && wide ? input_grads.as<C>() : gate_grads.as<C>();
    if constexpr (std::is_same_v<T, C>) inputs = call.outputs[0].as<C>();
    const Gathered<C> to{two || wide ? gate_grads.as<C>() : inputs, states.as<C>(), output_grads.as<C>(),
                         outputs.as<C>()};
    const SequenceRows<T> upstream(call.inputs[0]), y(call.inputs[a.outputs() - 1]);
    const Backward<T> backward(call, l, products, upstream, y, to, inputs);
    l.in_parts([&](std::int64_t first, std::int64_t count) { backward.run(first, count); });
    if constexpr (!std::is_same_v<T, C>)
      std::transform(inputs, inputs + rows * W, call.outputs[0].as<T>(), [](C x) { return T(x); });
    sum_of_products<T>(call.outputs[1], rows, {to.gate_grads, W, 1}, l.direct(), {to.states, R, 1}, R, 0);
    if (l.direct() < W)  // the candidate sees the state that was reset
      sum_of_products<T>(call.outputs[1], rows, {to.gate_grads + 2 * H, W, 1}, H,
                         {call.inputs[a.outputs()].as<const C>() + 3 * H, 4 * H, 1}, H, 2 * H);
    if (a.has_bias) sum_of_rows(to.gate_grads, rows, W, call.outputs[a.bias()].as<T>());
    if (a.projected)
      sum_of_products<T>(call.outputs[a.projection()], rows, {to.output_grads, R, 1}, R, {to.outputs, H, 1}, H, 0);
  });
}

const Kernel recurrent_layer_kernel{.run = recurrent_layer_run, .any_strides = true},
    recurrent_layer_grad_kernel{.run = recurrent_layer_grad_run};

}  // namespace

void register_recurrent_layer_kernels() {
  register_kernel(recurrent_layer_op, Device::Type::cpu, recurrent_layer_kernel);
  register_kernel(recurrent_layer_grad_op, Device::Type::cpu, recurrent_layer_grad_kernel);
}

}  // namespace triptych
