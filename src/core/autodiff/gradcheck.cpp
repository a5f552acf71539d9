#include "triptych/core/gradcheck.h"

#include <cmath>
#include <cstdio>

#include "core/support/hyperparameter.h"
#include "triptych/core/autograd.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", value);
  return text;
}

/// "(1, 2)": the place of the element that stands at `flat` in row-major order.
std::string place(const Shape& shape, std::size_t flat) {
  std::string text = "(";
  std::int64_t block = shape.size();
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (axis > 0) text += ", ";
    block /= shape[axis];
    text += std::to_string(static_cast<std::int64_t>(flat) / block % shape[axis]);
  }
  return text + ")";
}

/// What the function returns: tensors with values, at least as many as at its first call.
std::vector<Tensor> results_of(const TestedFunction& function, std::span<const Tensor> inputs, std::size_t count,
                               Location where) {
  std::vector<Tensor> results;
  {
    const UserCode code;
    results = function(inputs, where);
  }
  if (results.size() < count)
    throw ArgumentError("gradcheck", "the function returned fewer tensors than before",
                        std::to_string(results.size()) + ", before " + std::to_string(count), "", where);
  for (std::size_t i = 0; i < results.size(); ++i)
    if (!results[i].defined() || results[i].is_symbolic())
      throw ArgumentError(
          "gradcheck", "the function returned a tensor without values",
          "result " + std::to_string(i) + " is " + (results[i].defined() ? "symbolic" : "a default-constructed Tensor"),
          "", where);
  return results;
}

/// Jacobians by input and output; element (i, k) is d output[k] / d input[i].
using Jacobian = std::vector<std::vector<double>>;

struct Checker {
  const TestedFunction& function;
  std::span<const Tensor> inputs;
  const GradcheckOptions& options;
  Location where;

  void check_inputs() const {
    bool any = false;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (!inputs[i].requires_grad()) continue;
      any = true;
      if (inputs[i].dtype() != float64)
        throw ArgumentError("gradcheck", "an input that requires a gradient is not float64",
                            "input " + std::to_string(i) + " is " + std::string(dtype_name(inputs[i].dtype())),
                            "Finite differences drown in the rounding of the smaller types", where);
    }
    if (!any)
      throw ArgumentError("gradcheck", "no input requires a gradient", std::to_string(inputs.size()) + " inputs",
                          "Call set_requires_grad() on those to check", where);
  }

  /// One row for each element of the input, made of the outputs' elements one after the other.
  Jacobian numerical(std::size_t input, std::span<const std::size_t> outputs) const {
    GradMode off(false);
    std::vector<Tensor> at(inputs.begin(), inputs.end());
    std::vector<double> values = inputs[input].to_vector<double>();
    const auto evaluate = [&](std::size_t element, double change) {
      const double kept = values[element];
      values[element] = kept + change;
      at[input] = tensor(values, inputs[input].shape(), where);
      values[element] = kept;
      const std::vector<Tensor> results = results_of(function, at, outputs.empty() ? 0 : outputs.back() + 1, where);
      std::vector<double> row;
      for (const std::size_t output : outputs) {
        const auto part = results[output].to_vector<double>();
        row.insert(row.end(), part.begin(), part.end());
      }
      return row;
    };
    Jacobian rows;
    for (std::size_t element = 0; element < values.size(); ++element) {
      std::vector<double> row = evaluate(element, options.eps);
      const std::vector<double> below = evaluate(element, -options.eps);
      for (std::size_t k = 0; k < row.size(); ++k) row[k] = (row[k] - below[k]) / (2 * options.eps);
      rows.push_back(std::move(row));
    }
    return rows;
  }

  /// For each input that requires a gradient the same as `numerical`, from the gradient rules.
  std::vector<Jacobian> analytical(std::span<const Tensor> wanted, const std::vector<Tensor>& results,
                                   std::span<const std::size_t> outputs) const {
    std::vector<Jacobian> jacobians(wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) jacobians[i].resize(static_cast<std::size_t>(wanted[i].numel()));
    for (const std::size_t output : outputs) {
      const Tensor& y = results[output];
      std::vector<double> one(static_cast<std::size_t>(y.numel()));
      for (double& element : one) {
        element = 1;
        std::vector<Tensor> gradient_list(wanted.size());
        if (y.requires_grad()) {
          const Tensor upstream = cast(tensor(one, y.shape(), where), y.dtype());
          gradient_list =
              gradients({&y, 1}, wanted, {&upstream, 1}, {.retain_graph = true, .allow_unused = true}, where);
        }
        element = 0;
        for (std::size_t i = 0; i < wanted.size(); ++i) {
          const auto values = gradient_list[i].defined() ? gradient_list[i].to_vector<double>()
                                                         : std::vector<double>(jacobians[i].size());
          for (std::size_t k = 0; k < values.size(); ++k) jacobians[i][k].push_back(values[k]);
        }
      }
    }
    return jacobians;
  }

  bool run() const {
    check_inputs();
    GradMode on(true);
    const std::vector<Tensor> results = results_of(function, inputs, 0, where);
    std::vector<std::size_t> outputs, places;
    for (std::size_t i = 0; i < results.size(); ++i)
      if (is_floating(results[i].dtype())) outputs.push_back(i);
    std::vector<Tensor> wanted;
    for (std::size_t i = 0; i < inputs.size(); ++i)
      if (inputs[i].requires_grad()) wanted.push_back(inputs[i]), places.push_back(i);
    const std::vector<Jacobian> analytic = analytical(wanted, results, outputs);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const Jacobian numeric = numerical(places[i], outputs);
      for (std::size_t element = 0; element < numeric.size(); ++element) {
        std::size_t k = 0;
        for (const std::size_t output : outputs)
          for (std::size_t in_output = 0; in_output < static_cast<std::size_t>(results[output].numel());
               ++in_output, ++k) {
            const double a = analytic[i][element][k], n = numeric[element][k];
            if (std::abs(a - n) <= options.atol + options.rtol * std::abs(n)) continue;
            if (!options.raise_exception) return false;
            throw ArgumentError("gradcheck", "the gradient rule and finite differences disagree",
                                "output " + std::to_string(output) + " at " +
                                    place(results[output].shape(), in_output) + " with respect to input " +
                                    std::to_string(places[i]) + " at " + place(wanted[i].shape(), element) +
                                    ": analytical " + number(a) + ", numerical " + number(n),
                                "The rule is wrong, or the function is not smooth there", where);
          }
      }
    }
    return true;
  }
};

void check(const TestedFunction& function, const GradcheckOptions& options, Location where) {
  if (!function) throw ArgumentError("gradcheck", "there is no function", "an empty one", "", where);
  const Hyperparameters limits("gradcheck", where);
  limits.positive("eps", options.eps);
  limits.not_negative("atol", options.atol);
  limits.not_negative("rtol", options.rtol);
}

}  // namespace

bool gradcheck(const TestedFunction& function, std::span<const Tensor> inputs, const GradcheckOptions& options,
               Location where) {
  const Frame frame(where);
  check(function, options, where);
  return Checker{function, inputs, options, where}.run();
}

bool gradgradcheck(const TestedFunction& function, std::span<const Tensor> inputs, std::span<const Tensor> grad_outputs,
                   const GradcheckOptions& options, Location where) {
  const Frame frame(where);
  check(function, options, where);
  Checker{function, inputs, options, where}.check_inputs();
  std::vector<Tensor> all(inputs.begin(), inputs.end());
  std::vector<std::size_t> outputs;
  {
    GradMode on(true);
    const std::vector<Tensor> results = results_of(function, inputs, 0, where);
    for (std::size_t i = 0; i < results.size(); ++i) {
      if (!results[i].requires_grad()) continue;
      outputs.push_back(i);
      if (!grad_outputs.empty()) continue;
      std::vector<double> made_up(static_cast<std::size_t>(results[i].numel()));
      for (std::size_t k = 0; k < made_up.size(); ++k) made_up[k] = std::cos(1 + 2.0 * static_cast<double>(k));
      all.push_back(cast(tensor(made_up, results[i].shape(), where), results[i].dtype()).set_requires_grad());
    }
    all.insert(all.end(), grad_outputs.begin(), grad_outputs.end());
  }
  if (all.size() != inputs.size() + outputs.size())
    throw ArgumentError("gradgradcheck", "the number of gradients differs from that of the differentiable results",
                        std::to_string(grad_outputs.size()) + " for " + std::to_string(outputs.size()), "", where);
  const std::size_t count = inputs.size();
  const auto first_order = [&](std::span<const Tensor> at) {
    const Frame frame(where);
    GradMode on(true);
    // Under finite differences the inputs are plain values: leaves of their own.
    std::vector<Tensor> leaves(at.begin(), at.end()), wanted, ys;
    for (std::size_t i = 0; i < count; ++i) {
      if (inputs[i].requires_grad() && !leaves[i].requires_grad()) leaves[i] = leaves[i].detach().set_requires_grad();
      if (inputs[i].requires_grad()) wanted.push_back(leaves[i]);
    }
    const std::vector<Tensor> results = results_of(function, std::span<const Tensor>(leaves).first(count),
                                                   outputs.empty() ? 0 : outputs.back() + 1, where);
    for (const std::size_t output : outputs) ys.push_back(results[output]);
    std::vector<Tensor> result = gradients(ys, wanted, std::span<const Tensor>(leaves).subspan(count),
                                           {.create_graph = true, .allow_unused = true}, where);
    for (std::size_t i = 0; i < result.size(); ++i)
      if (!result[i].defined()) result[i] = zeros_like(wanted[i]);
    return result;
  };
  return gradcheck(first_order, all, options, where);
}

}  // namespace triptych
