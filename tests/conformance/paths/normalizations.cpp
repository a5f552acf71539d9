// layer_norm and batch_norm with their gradients, in any memory order.
#include <cmath>

#include "cases.h"
#include "triptych/core/ops.h"

namespace paths {
namespace {

constexpr double eps = 0.125;

/// Normalizes groups of elements: `group(place)` and `entry(place)` tell the group, and the entry of gamma and beta.
struct Normalized {
  Plain y, dx, dgamma, dbeta, mean, var;
};

template <class Group, class Entry>
Normalized normalize(const Plain& x, const Plain& gamma, const Plain& beta, const Plain& dy, std::int64_t groups,
                     Group group, Entry entry) {
  Plain mean({groups}), var({groups}), slope({groups}), shift({groups}), count({groups});
  each_place(x.shape, [&](const Place& p) {
    mean[{group(p)}] += x[p];
    ++count[{group(p)}];
  });
  for (std::size_t i = 0; i < mean.values.size(); ++i) mean.values[i] /= count.values[i];
  each_place(x.shape, [&](const Place& p) {
    const Place g{group(p)};
    var[g] += (x[p] - mean[g]) * (x[p] - mean[g]) / count[g];
  });
  Normalized r{.y = Plain(x.shape),
               .dx = Plain(x.shape),
               .dgamma = Plain(gamma.shape),
               .dbeta = Plain(beta.shape),
               .mean = mean,
               .var = var};
  const auto normal = [&](const Place& p) {
    const Place g{group(p)};
    return (x[p] - mean[g]) / std::sqrt(var[g] + eps);
  };
  each_place(x.shape, [&](const Place& p) {
    const Place g{group(p)}, e{entry(p)};
    r.y[p] = normal(p) * gamma[e] + beta[e];
    r.dgamma[e] += dy[p] * normal(p);
    r.dbeta[e] += dy[p];
    shift[g] += dy[p] * gamma[e] / count[g];
    slope[g] += dy[p] * gamma[e] * normal(p) / count[g];
  });
  each_place(x.shape, [&](const Place& p) {
    const Place g{group(p)};
    r.dx[p] = (dy[p] * gamma[Place{entry(p)}] - shift[g] - normal(p) * slope[g]) / std::sqrt(var[g] + eps);
  });
  return r;
}

void layer_norm(Dice& dice) {
  const tt::DType dtype = dice.floating();
  const tt::Shape shape = dice.once_in(12) ? tt::Shape{dice.between(1, 15), dice.between(1025, 2000)}
                                           : dice.shape(static_cast<int>(dice.between(1, 3)));
  if (shape.size() == 0) return;
  const std::int64_t n = shape[-1];
  const Given x = dice.operand(shape, dtype), gamma = dice.operand({n}, dtype), beta = dice.operand({n}, dtype),
              dy = dice.operand(shape, dtype);
  const auto last = static_cast<std::size_t>(shape.rank() - 1);
  const Normalized r = normalize(
      x.plain, gamma.plain, beta.plain, dy.plain, shape.size() / n,
      [&](const Place& p) { return static_cast<std::int64_t>(x.plain.offset(p)) / n; },
      [&](const Place& p) { return p[last]; });
  const tt::Tensor lx = leaf(x.tensor), lg = leaf(gamma.tensor), lb = leaf(beta.tensor);
  const tt::Tensor y = tt::layer_norm(lx, {n}, lg, lb, eps);
  const std::string what = "layer_norm of " + shape.text();
  expect(y, r.y, 64, what, 1);
  const auto gradients = gradients_of(y, {lx, lg, lb}, dy.tensor);
  expect(gradients[0], r.dx, 64, what + ", input gradient", 4);
  expect(gradients[1], r.dgamma, 64, what + ", gamma's gradient", std::sqrt(static_cast<double>(shape.size())));
  expect(gradients[2], r.dbeta, 4, what + ", beta's gradient");
}

void batch_norm(Dice& dice, bool training) {
  const tt::DType dtype = dice.floating();
  const int rank = static_cast<int>(dice.between(2, 4));
  tt::Shape shape = dice.once_in(12)
                        ? tt::Shape{dice.between(2, 9), dice.between(1, 9), dice.between(20, 60), dice.between(20, 40)}
                        : dice.shape(rank);
  const auto axis = static_cast<std::size_t>(dice.once_in(2) ? 1 : shape.rank() - 1);
  const std::int64_t channels = shape[static_cast<std::int64_t>(axis)];
  if (shape.size() == 0 || shape.size() / channels < 2) return;
  const Given x = dice.operand(shape, dtype), gamma = dice.operand({channels}, dtype),
              beta = dice.operand({channels}, dtype), dy = dice.operand(shape, dtype);
  const auto channel = [axis](const Place& p) { return p[axis]; };
  const Normalized r = normalize(x.plain, gamma.plain, beta.plain, dy.plain, channels, channel, channel);
  const std::string what = "batch_norm of " + shape.text();
  const tt::BatchNormOptions options{.training = training, .eps = eps, .axis = static_cast<std::int64_t>(axis)};
  if (!training) {
    const Given mean = dice.operand({channels}, dtype);
    Given var = dice.operand({channels}, dtype);
    var.tensor = tt::abs(var.tensor);
    const Plain y = Plain::of(shape, [&](const Place& p) {
      const Place c{p[axis]};
      return (x.plain[p] - mean.plain[c]) / std::sqrt(std::abs(var.plain[c]) + eps) * gamma.plain[c] + beta.plain[c];
    });
    expect(tt::batch_norm(x.tensor, mean.tensor, var.tensor, gamma.tensor, beta.tensor, options), y, 16,
           what + ", in evaluation", 1);
    return;
  }
  tt::Tensor running_mean = tt::zeros({channels}, dtype), running_var = tt::zeros({channels}, dtype);
  const tt::Tensor lx = leaf(x.tensor), lg = leaf(gamma.tensor), lb = leaf(beta.tensor);
  const tt::Tensor y = tt::batch_norm(lx, running_mean, running_var, lg, lb, options);
  expect(y, r.y, 64, what, 1);
  Plain mean = r.mean, var = r.var;
  const auto n = static_cast<double>(shape.size() / channels);
  for (double& value : mean.values) value *= 0.1;
  for (double& value : var.values) value *= 0.1 * n / (n - 1);
  expect(running_mean, mean, 32, what + ", running mean", 1);
  expect(running_var, var, 32, what + ", running variance", 1);
  const auto gradients = gradients_of(y, {lx, lg, lb}, dy.tensor);
  expect(gradients[0], r.dx, 128, what + ", input gradient", 4);
  expect(gradients[1], r.dgamma, 64, what + ", gamma's gradient", std::sqrt(static_cast<double>(shape.size())));
  expect(gradients[2], r.dbeta, 4, what + ", beta's gradient");
}

}  // namespace

void normalization_case(Dice& dice) {
  switch (dice.between(1, 3)) {
    case 1:
      return layer_norm(dice);
    case 2:
      return batch_norm(dice, false);
    default:
      return batch_norm(dice, true);
  }
}

}  // namespace paths
