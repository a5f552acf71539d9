// Initializers over the random ops.
#include "triptych/core/init.h"

#include <cmath>
#include <string>

#include "core/dispatch/modes.h"
#include "core/random/random.h"
#include "core/support/error_context.h"
#include "core/support/hyperparameter.h"
#include "core/tensor/tensor_impl.h"
#include "core/tensor/transaction.h"
#include "triptych/core/callable.h"
#include "triptych/core/ops.h"

namespace triptych::init {
namespace {

/// First values are made now, outside of any graph or tape, also while one is being built; should that fail, the next
/// ones are what these would have been.
class Now {
 public:
  Now() : trace_(std::exchange(modes.trace, nullptr)), no_grad_(std::exchange(modes.no_grad, true)) {}
  ~Now() {
    modes.trace = trace_;
    modes.no_grad = no_grad_;
  }
  Now(const Now&) = delete;
  Now& operator=(const Now&) = delete;

 private:
  GraphImpl* trace_;
  bool no_grad_;
  WithoutAutocast as_asked_;
  Transaction whole_;
};

/// The (key, counter) operand of the next initializer call.
Tensor next_state(Seed seed) {
  return seed ? initializer_state(*seed, 0) : initializer_state(default_generator().seed(), next_creation_index());
}

double fan_of(const Shape& shape, FanMode mode) {
  const Fans f = fans(shape);
  const double fan = mode == FanMode::fan_in ? f.in : mode == FanMode::fan_out ? f.out : (f.in + f.out) / 2;
  return std::max(1.0, fan);
}

/// The square of PyTorch's gain: kept squared, so that sqrt(2)^2 is 2.
double squared_gain(Text nonlinearity, double a, Location where) {
  for (std::string_view name : {"linear", "conv1d", "conv2d", "conv3d", "conv_transpose2d", "sigmoid"})
    if (nonlinearity == name) return 1;
  if (nonlinearity == "tanh") return 25.0 / 9;
  if (nonlinearity == "relu") return 2;
  if (nonlinearity == "leaky_relu") return 2 / (1 + a * a);
  if (nonlinearity == "selu") return 9.0 / 16;
  throw ArgumentError("calculate_gain", "no nonlinearity has this name", "'" + std::string(nonlinearity) + "'",
                      "Names are linear, conv2d, sigmoid, tanh, relu, leaky_relu, selu", where);
}

/// A row-major copy of `x` with axis i of the result being axis `axes[i]` of x.
Tensor transposed(const Tensor& x, const std::vector<std::int64_t>& axes) { return contiguous_now(permute(x, axes)); }

/// Orthonormal columns from a tall row-major matrix, by Gram and Schmidt's method, twice, in double.
void orthonormalize(std::vector<double>& a, std::int64_t rows, std::int64_t columns) {
  const auto at = [&](std::int64_t i, std::int64_t j) -> double& {
    return a[static_cast<std::size_t>(i * columns + j)];
  };
  for (std::int64_t j = 0; j < columns; ++j) {
    for (int pass = 0; pass < 2; ++pass)
      for (std::int64_t k = 0; k < j; ++k) {
        double dot = 0;
        for (std::int64_t i = 0; i < rows; ++i) dot += at(i, k) * at(i, j);
        for (std::int64_t i = 0; i < rows; ++i) at(i, j) -= dot * at(i, k);
      }
    double norm = 0;
    for (std::int64_t i = 0; i < rows; ++i) norm += at(i, j) * at(i, j);
    for (std::int64_t i = 0; i < rows; ++i) at(i, j) /= std::sqrt(norm);
  }
}

}  // namespace

Fans fans(const Shape& shape, Location where) {
  const Frame frame(where);
  if (shape.rank() == 0) return {1, 1};
  if (shape.rank() == 1) return {static_cast<double>(shape[0]), static_cast<double>(shape[0])};
  if (shape.rank() == 2) return {static_cast<double>(shape[0]), static_cast<double>(shape[1])};
  double field = 1;
  for (int i = 2; i < shape.rank(); ++i) field *= static_cast<double>(shape[i]);
  return {static_cast<double>(shape[1]) * field, static_cast<double>(shape[0]) * field};
}

Tensor make(const Initializer& initializer, const Shape& shape, DType dtype, Layout layout, Location where) {
  const auto made = [&](const Shape& canonical) {
    Tensor values = initializer(canonical, dtype);
    if (!values.defined() || values.is_symbolic())
      throw ArgumentError("init", "an initializer returned a tensor without values",
                          values.defined() ? "a symbolic tensor" : "a default-constructed Tensor", "", where);
    if (values.shape() != canonical)
      throw ArgumentError("init", "an initializer returned another shape than it was asked for",
                          values.shape().text() + ", asked for " + canonical.text(), "", where);
    return values;
  };
  check_callable("init", initializer, where);
  const bool matrix = layout == Layout::in_out || layout == Layout::out_in;
  if (matrix ? shape.rank() != 2 : shape.rank() < 3)
    throw ArgumentError(
        "init", matrix ? "the shape is not that of a matrix" : "the shape is not that of a convolution's kernel",
        "shape " + shape.text(), "", where);
  if (!shape.known()) throw ArgumentError("init", "the shape is not known", shape.text(), "", where);
  const Now now;
  switch (layout) {
    case Layout::out_in:
      return transposed(made({shape[1], shape[0]}), {1, 0});
    case Layout::hwio: {
      Shape canonical{shape[-1], shape[-2]};
      std::vector<std::int64_t> axes;
      for (int i = 0; i + 2 < shape.rank(); ++i) {
        canonical.append(shape[i]);
        axes.push_back(i + 2);
      }
      axes.insert(axes.end(), {1, 0});
      return transposed(made(canonical), axes);
    }
    default:
      return made(shape);
  }
}

Initializer zeros(Location where) { return constant(0, where); }
Initializer ones(Location where) { return constant(1, where); }
Initializer constant(double value, Location where) {
  return [=](const Shape& shape, DType dtype) {
    const Frame frame(where);
    const Now now;
    return full(shape, value, dtype);
  };
}

namespace {

/// `draw` with two parameters, called `name` in errors.
using Draw = Tensor (*)(Arg state, const Shape& shape, double a, double b, DType dtype);
Initializer drawn(const char* name, Draw draw, double a, double b, Seed seed, Location where) {
  return [=](const Shape& shape, DType dtype) {
    const Frame frame(where);
    const Called called(name);
    const Now now;
    return draw(next_state(seed), shape, a, b, dtype);
  };
}

}  // namespace

Initializer uniform(double low, double high, Seed seed, Location where) {
  return drawn("uniform", random_uniform, low, high, seed, where);
}
Initializer normal(double mean, double stddev, Seed seed, Location where) {
  return drawn("normal", random_normal, mean, stddev, seed, where);
}
Initializer truncated_normal(double mean, double stddev, Seed seed, Location where) {
  return drawn("truncated_normal", random_truncated_normal, mean, stddev, seed, where);
}

namespace {

/// Variance scale / fan.
Initializer scaled(double scale, FanMode mode, Distribution distribution, Seed seed, Location where) {
  return [=](const Shape& shape, DType dtype) {
    const double variance = scale / fan_of(shape, mode);
    switch (distribution) {
      case Distribution::uniform: {
        const double limit = std::sqrt(3 * variance);
        return uniform(-limit, limit, seed, where)(shape, dtype);
      }
      case Distribution::truncated_normal:
        return truncated_normal(0, std::sqrt(variance) / 0.87962566103423978, seed, where)(shape, dtype);
      default:
        return normal(0, std::sqrt(variance), seed, where)(shape, dtype);
    }
  };
}

/// The same with PyTorch's check: it knows no fan of a vector. `op` is what the user called.
Initializer torch_scaled(const char* op, double scale, FanMode mode, Distribution distribution, Seed seed,
                         Location where) {
  return [op, where, values = scaled(scale, mode, distribution, seed, where)](const Shape& shape, DType dtype) {
    if (shape.rank() < 2)
      throw ArgumentError(op, "the shape has less than two dimensions, for inputs and outputs", shape.text(),
                          "Use uniform or normal", where);
    return values(shape, dtype);
  };
}

}  // namespace

Initializer variance_scaling(double scale, FanMode mode, Distribution distribution, Seed seed, Location where) {
  Hyperparameters("variance_scaling", where).positive("the scale", scale);
  return scaled(scale, mode, distribution, seed, where);
}

Initializer glorot_uniform(Seed seed, Location where) {
  return variance_scaling(1, FanMode::fan_avg, Distribution::uniform, seed, where);
}
Initializer glorot_normal(Seed seed, Location where) {
  return variance_scaling(1, FanMode::fan_avg, Distribution::truncated_normal, seed, where);
}
Initializer he_uniform(Seed seed, Location where) {
  return variance_scaling(2, FanMode::fan_in, Distribution::uniform, seed, where);
}
Initializer he_normal(Seed seed, Location where) {
  return variance_scaling(2, FanMode::fan_in, Distribution::truncated_normal, seed, where);
}
Initializer lecun_uniform(Seed seed, Location where) {
  return variance_scaling(1, FanMode::fan_in, Distribution::uniform, seed, where);
}
Initializer lecun_normal(Seed seed, Location where) {
  return variance_scaling(1, FanMode::fan_in, Distribution::truncated_normal, seed, where);
}

double calculate_gain(Text nonlinearity, double a, Location where) {
  return std::sqrt(squared_gain(nonlinearity, a, where));
}

Initializer kaiming_uniform(double a, FanMode mode, Text nonlinearity, Seed seed, Location where) {
  return torch_scaled("kaiming_uniform", squared_gain(nonlinearity, a, where), mode, Distribution::uniform, seed,
                      where);
}
Initializer kaiming_normal(double a, FanMode mode, Text nonlinearity, Seed seed, Location where) {
  return torch_scaled("kaiming_normal", squared_gain(nonlinearity, a, where), mode, Distribution::untruncated_normal,
                      seed, where);
}
Initializer xavier_uniform(double gain, Seed seed, Location where) {
  return torch_scaled("xavier_uniform", gain * gain, FanMode::fan_avg, Distribution::uniform, seed, where);
}
Initializer xavier_normal(double gain, Seed seed, Location where) {
  return torch_scaled("xavier_normal", gain * gain, FanMode::fan_avg, Distribution::untruncated_normal, seed, where);
}

Initializer orthogonal(double gain, Seed seed, Location where) {
  return [=](const Shape& shape, DType dtype) {
    if (shape.rank() < 2)
      throw ArgumentError("orthogonal", "the shape has less than two dimensions", shape.text(), "", where);
    const Frame frame(where);
    const Now now;
    // A kernel's outputs come first, a matrix's last.
    const bool kernel = shape.rank() > 2;
    const std::int64_t outputs = kernel ? shape[0] : shape[1], others = outputs ? shape.size() / outputs : 0;
    const std::int64_t rows = std::max(others, outputs), columns = std::min(others, outputs);
    std::vector<double> q = random_normal(next_state(seed), {rows, columns}, 0, 1, float64).to_vector<double>();
    orthonormalize(q, rows, columns);
    Tensor matrix = from_span(std::span<const double>(q), {rows, columns}) * gain;
    if (kernel != (others < outputs)) matrix = transposed(matrix, {1, 0});
    return cast(reshape(matrix, shape), dtype);
  };
}

}  // namespace triptych::init
