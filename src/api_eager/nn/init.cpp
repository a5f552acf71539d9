#include "triptych/eager/nn/init.h"

#include <algorithm>
#include <cmath>

#include "core/support/hyperparameter.h"
#include "triptych/core/autograd.h"
#include "triptych/core/callable.h"
#include "triptych/core/ops.h"
#include "triptych/core/warning.h"

namespace triptych::eager::nn::init {
namespace {

namespace core = triptych::init;

/// How PyTorch reads the dimensions of a weight: matrices (out, in), else (out, in, ...).
Tensor made(const Initializer& initializer, const Tensor& tensor, Location where) {
  const auto layout = tensor.ndim(where) == 2 ? core::Layout::out_in : core::Layout::oihw;
  return tensor.ndim(where) >= 2 ? core::make(initializer, tensor.shape(), tensor.dtype(), layout, where)
                                 : initializer(tensor.shape(), tensor.dtype());
}

Tensor& set(Tensor& tensor, const Tensor& values, Location where) {
  const GradMode no_recording(false);
  return tensor.copy_(Arg(values, where));
}

void check_rank(const char* function, const Tensor& tensor, int least, int most, const char* rule, Location where) {
  if (tensor.ndim(where) < least || tensor.ndim(where) > most)
    throw ArgumentError(function, rule, tensor.shape().text(), "", where);
}

FanMode fan_mode(Text mode, Location where) {
  if (mode == "fan_in") return FanMode::fan_in;
  if (mode == "fan_out") return FanMode::fan_out;
  throw ArgumentError("kaiming", "there is no such mode", "'" + std::string(mode) + "'", "Use fan_in or fan_out",
                      where);
}

/// Initializers that need two dimensions say so at the user's line.
void check_fans(const char* function, const Tensor& tensor, Location where) {
  check_rank(function, tensor, 2, Shape::max_rank, "the tensor has less than two dimensions", where);
}

}  // namespace

Tensor& fill_(Tensor& tensor, const Initializer& initializer, Location where) {
  const GradMode no_recording(false);
  const Frame frame(where);
  check_callable("init", initializer, where);
  if (tensor.defined() && !tensor.is_symbolic() && tensor.numel() == 0)
    warn_once("init", "a tensor without elements is initialized: " + tensor.shape().text() + ".", where);
  return set(tensor, made(initializer, tensor, where), where);
}

double calculate_gain(Text nonlinearity, std::optional<double> param, Location where) {
  for (std::string_view name : {"conv_transpose1d", "conv_transpose3d"})
    if (nonlinearity == name) return 1;
  return core::calculate_gain(nonlinearity, param.value_or(0.01), where);
}

Tensor& trunc_normal_(Tensor& tensor, double mean, double std, double a, double b, Location where) {
  const GradMode no_recording(false);
  const Frame frame(where);
  const Hyperparameters check("trunc_normal_", where);
  check.finite("mean", mean);
  check.positive("std", std);
  if (!(a < b))
    throw ArgumentError("trunc_normal_", "a is not less than b", number_text(a) + " and " + number_text(b), "", where);
  if (mean < a - 2 * std || mean > b + 2 * std)
    warn_once("trunc_normal_", "the mean is more than two standard deviations outside of [a, b].", where);
  // Uniform between the distribution function's values at a and b, and back (Devroye, 1986).
  const auto share_below = [&](double x) { return std::erfc(-(x - mean) / std / std::sqrt(2.0)) / 2; };
  const double low = 2 * share_below(a) - 1, high = 2 * share_below(b) - 1;
  const DType wide = tensor.dtype(where) == float64 ? float64 : float32;
  const Tensor places = core::uniform(low, high, {}, where)(tensor.shape(), wide);
  return set(tensor, clip(erfinv(places) * (std * std::sqrt(2.0)) + mean, a, b), where);
}

Tensor& eye_(Tensor& tensor, Location where) {
  const Frame frame(where);
  check_rank("eye_", tensor, 2, 2, "the tensor is not a matrix", where);
  return set(tensor, eye(tensor.size(0), tensor.size(1), tensor.dtype(), where), where);
}

Tensor& dirac_(Tensor& tensor, std::int64_t groups, Location where) {
  const Frame frame(where);
  check_rank("dirac_", tensor, 3, 5, "the tensor does not have three to five dimensions", where);
  const Shape shape = tensor.shape();
  if (groups < 1 || shape[0] % groups != 0)
    throw ArgumentError("dirac_", "groups does not divide the output channels",
                        std::to_string(groups) + " and " + std::to_string(shape[0]), "", where);
  Tensor values = zeros(shape, tensor.dtype(), where);
  const std::int64_t outputs = shape[0] / groups;
  for (std::int64_t group = 0; group < groups; ++group)
    for (std::int64_t channel = 0; channel < std::min(outputs, shape[1]); ++channel) {
      std::vector<Index> middle{group * outputs + channel, channel};
      for (int axis = 2; axis < shape.rank(); ++axis) middle.emplace_back(shape[axis] / 2);
      values = index_update(values, middle, 1);
    }
  return set(tensor, values, where);
}

Tensor& xavier_uniform_(Tensor& tensor, double gain, Location where) {
  check_fans("xavier_uniform_", tensor, where);
  return fill_(tensor, core::xavier_uniform(gain, {}, where), where);
}
Tensor& xavier_normal_(Tensor& tensor, double gain, Location where) {
  check_fans("xavier_normal_", tensor, where);
  return fill_(tensor, core::xavier_normal(gain, {}, where), where);
}
Tensor& kaiming_uniform_(Tensor& tensor, double a, Text mode, Text nonlinearity, Location where) {
  check_fans("kaiming_uniform_", tensor, where);
  return fill_(tensor, core::kaiming_uniform(a, fan_mode(mode, where), nonlinearity, {}, where), where);
}
Tensor& kaiming_normal_(Tensor& tensor, double a, Text mode, Text nonlinearity, Location where) {
  check_fans("kaiming_normal_", tensor, where);
  return fill_(tensor, core::kaiming_normal(a, fan_mode(mode, where), nonlinearity, {}, where), where);
}

Tensor& orthogonal_(Tensor& tensor, double gain, Location where) {
  check_rank("orthogonal_", tensor, 2, Shape::max_rank, "the tensor has less than two dimensions", where);
  const GradMode no_recording(false);
  const Frame frame(where);
  // PyTorch's rows are the outputs, whatever the layout: no transposition.
  return set(tensor, core::orthogonal(gain, {}, where)(tensor.shape(), tensor.dtype()), where);
}

Tensor& sparse_(Tensor& tensor, double sparsity, double std, Location where) {
  const GradMode no_recording(false);
  const Frame frame(where);
  check_rank("sparse_", tensor, 2, 2, "the tensor is not a matrix", where);
  Hyperparameters("sparse_", where).share("sparsity", sparsity);
  const std::int64_t rows = tensor.size(0), zeros = static_cast<std::int64_t>(std::ceil(sparsity * rows));
  const Tensor values = core::normal(0, std, {}, where)(tensor.shape(), tensor.dtype());
  // The rank of a random number in its column is a random permutation of the rows.
  const Tensor order = core::uniform(0, 1, {}, where)(tensor.shape(), float32);
  const Tensor rank = argsort(argsort(order, 0), 0);
  return set(tensor, triptych::where(rank < zeros, zeros_like(values), values), where);
}

}  // namespace triptych::eager::nn::init
