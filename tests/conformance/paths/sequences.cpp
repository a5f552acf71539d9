// Attention with its gradients, and recurrent layers, held against loops over single queries and steps.
#include <algorithm>
#include <cmath>

#include "cases.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/attention.h"
#include "triptych/core/ops/recurrent.h"

namespace paths {
namespace {

/// Rows of a matrix of one head, in a Plain whose last two dimensions are matrices.
struct Head {
  const Plain& of;
  std::int64_t number;
  std::size_t at(std::int64_t i, std::int64_t j) const {
    return static_cast<std::size_t>((number * of.shape[-2] + i) * of.shape[-1] + j);
  }
  double operator()(std::int64_t i, std::int64_t j) const { return of.values[at(i, j)]; }
};

void attention(Dice& dice) {
  const tt::Shape heads = dice.shape(static_cast<int>(dice.between(0, 2)), 6);
  const bool long_rows = dice.once_in(10);
  const std::int64_t queries = long_rows ? dice.between(1, 3) : dice.between(1, 90),
                     keys = long_rows ? dice.between(505, 1100) : dice.between(1, 40), width = dice.between(1, 9),
                     value_width = dice.between(1, 9);
  const auto matrices = [&](std::int64_t rows, std::int64_t columns) {
    tt::Shape shape = heads;
    shape.append(rows);
    shape.append(columns);
    return shape;
  };
  const tt::DType dtype = dice.floating();
  const Given q = dice.operand(matrices(queries, width), dtype), k = dice.operand(matrices(keys, width), dtype),
              v = dice.operand(matrices(keys, value_width), dtype),
              dy = dice.operand(matrices(queries, value_width), dtype);
  const bool causal = dice.once_in(3), masked = !causal && dice.once_in(3);
  const Given mask = dice.operand({queries, keys}, tt::boolean);
  Plain y(dy.plain.shape), dq(q.plain.shape), dk(k.plain.shape), dv(v.plain.shape);
  const double scale = 0.25;
  for (std::int64_t h = 0; h < heads.size(); ++h) {
    const Head Q{q.plain, h}, K{k.plain, h}, V{v.plain, h}, G{dy.plain, h};
    for (std::int64_t i = 0; i < queries; ++i) {
      std::vector<double> p(static_cast<std::size_t>(keys));
      double largest = -INFINITY, sum = 0, dot = 0;
      for (std::int64_t j = 0; j < keys; ++j) {
        double& s = p[static_cast<std::size_t>(j)];
        for (std::int64_t e = 0; e < width; ++e) s += Q(i, e) * K(j, e) * scale;
        if ((causal && j > i) || (masked && mask.plain[{i, j}] == 0)) s = -INFINITY;
        largest = std::max(largest, s);
      }
      if (largest == -INFINITY) continue;
      for (double& s : p) sum += s = std::exp(s - largest);
      for (double& s : p) s /= sum;
      std::vector<double> slopes(p.size());
      for (std::int64_t j = 0; j < keys; ++j)
        for (std::int64_t e = 0; e < value_width; ++e) {
          const auto at = static_cast<std::size_t>(j);
          y.values[G.at(i, e)] += p[at] * V(j, e);
          dv.values[V.at(j, e)] += p[at] * G(i, e);
          slopes[at] += G(i, e) * V(j, e);
        }
      for (std::size_t j = 0; j < p.size(); ++j) dot += p[j] * slopes[j];
      for (std::int64_t j = 0; j < keys; ++j) {
        const auto at = static_cast<std::size_t>(j);
        const double slope = p[at] * (slopes[at] - dot) * scale;
        for (std::int64_t e = 0; e < width; ++e) {
          dq.values[Q.at(i, e)] += slope * K(j, e);
          dk.values[K.at(j, e)] += slope * Q(i, e);
        }
      }
    }
  }
  const std::string what = "attention of " + q.plain.shape.text() + " and " + k.plain.shape.text();
  const std::vector<tt::Tensor> leaves{leaf(q.tensor), leaf(k.tensor), leaf(v.tensor)};
  const tt::Tensor result = tt::scaled_dot_product_attention(
      leaves[0], leaves[1], leaves[2],
      {.attn_mask = masked ? mask.tensor : tt::Tensor(), .is_causal = causal, .scale = scale});
  expect(result, y, 64, what, 2);
  const std::vector<tt::Tensor> grads = gradients_of(result, leaves, dy.tensor);
  expect(grads[0], dq, 512, what + ", gradient of the query", 8);
  expect(grads[1], dk, 512, what + ", gradient of the key", 8);
  expect(grads[2], dv, 512, what + ", gradient of the value", 8);
}

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

void lstm(Dice& dice) {
  const std::int64_t steps = dice.between(1, 5), batch = dice.between(1, 40), in = dice.between(1, 9),
                     hidden = dice.between(1, 20);
  const bool reverse = dice.once_in(3);
  const tt::DType dtype = dice.floating();
  // 16-bit gates are rounded before a state is made of them, and so is what they see of the last state.
  const double roundings = tt::size_of(dtype) == 2 ? 256 : 4096;
  const Given x = dice.operand({steps, batch, in}, dtype), w_ih = dice.operand({4 * hidden, in}, dtype),
              w_hh = dice.operand({4 * hidden, hidden}, dtype), bias = dice.operand({4 * hidden}, dtype);
  Plain y({steps, batch, hidden}), h({batch, hidden}), c({batch, hidden});
  for (std::int64_t s = 0; s < steps; ++s) {
    const std::int64_t t = reverse ? steps - 1 - s : s;
    for (std::int64_t n = 0; n < batch; ++n) {
      std::vector<double> gates(static_cast<std::size_t>(4 * hidden));
      for (std::int64_t g = 0; g < 4 * hidden; ++g) {
        double& sum = gates[static_cast<std::size_t>(g)];
        sum = bias.plain[{g}];
        for (std::int64_t e = 0; e < in; ++e) sum += x.plain[{t, n, e}] * w_ih.plain[{g, e}];
        for (std::int64_t e = 0; e < hidden; ++e) sum += h[{n, e}] * w_hh.plain[{g, e}];
      }
      for (std::int64_t e = 0; e < hidden; ++e) {
        const auto gate = [&](std::int64_t number) { return gates[static_cast<std::size_t>(number * hidden + e)]; };
        double& state = c[{n, e}];
        state = sigmoid(gate(1)) * state + sigmoid(gate(0)) * std::tanh(gate(2));
        y[{t, n, e}] = sigmoid(gate(3)) * std::tanh(state);
      }
      for (std::int64_t e = 0; e < hidden; ++e) h[{n, e}] = y[{t, n, e}];
    }
  }
  const std::string what = "lstm of " + x.plain.shape.text() + " with " + std::to_string(hidden);
  const tt::LstmResult result = tt::lstm(x.tensor, {{w_ih.tensor, w_hh.tensor, bias.tensor}}, {.reverse = reverse});
  expect(result.output, y, roundings, what, 1);
  expect(result.h_n,
         Plain::of({1, batch, hidden},
                   [&](const Place& p) {
                     return h[{p[1], p[2]}];
                   }),
         roundings, what, 1);
  expect(result.c_n,
         Plain::of({1, batch, hidden},
                   [&](const Place& p) {
                     return c[{p[1], p[2]}];
                   }),
         roundings, what, 5);

  // An upstream gradient that is one number, repeated, is read as a dense one is.
  const auto gradient_of_bias = [&](const tt::Tensor& dy) {
    const tt::Tensor b = leaf(bias.tensor);
    const tt::LstmResult again = tt::lstm(x.tensor, {{w_ih.tensor, w_hh.tensor, b}}, {.reverse = reverse});
    return gradients_of(again.output, {b}, dy)[0];
  };
  const auto dense = gradient_of_bias(tt::ones(y.shape, dtype)).to_vector<double>();
  const Plain expected = Plain::of({4 * hidden}, [&](const Place& p) { return dense[static_cast<std::size_t>(p[0])]; });
  expect(gradient_of_bias(tt::expand(tt::ones({}, dtype), y.shape)), expected, 1, what + ", gradient of the bias", 1);
}

}  // namespace

void sequence_case(Dice& dice) { dice.once_in(2) ? attention(dice) : lstm(dice); }

}  // namespace paths
