// Holding gradients against finite differences.
#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "triptych/core/function.h"
#include "triptych/core/location.h"
#include "triptych/core/tensor.h"

namespace triptych {

/// A function under test: takes a list of tensors (or one tensor) and returns a list (or one).
class TestedFunction {
 public:
  template <class F>
  requires std::invocable<const F&, std::span<const Tensor>> TestedFunction(
      F function)  // NOLINT(google-explicit-constructor): any callable is one
      : function_(is_empty(function) ? nullptr : Function([function](std::span<const Tensor> inputs) {
          return list(function(inputs));
        })) {}
  template <class F>
  requires(std::invocable<const F&, const Tensor&> && !std::invocable<const F&, std::span<const Tensor>>)
      TestedFunction(F function)  // NOLINT(google-explicit-constructor)
      : function_(is_empty(function) ? nullptr : Function([function](std::span<const Tensor> inputs) {
          return list(function(first(inputs)));
        })) {}

  /// ArgumentError at `where` if there is no function, or no input for one of one tensor.
  std::vector<Tensor> operator()(std::span<const Tensor> inputs, Location where = Location::here()) const {
    const Frame frame(where);
    const UserCode its_lines;
    return not_empty<const Function&>(function_, "gradcheck", where)(inputs);
  }
  /// Whether there is one.
  explicit operator bool() const { return static_cast<bool>(function_); }

 private:
  using Function = std::function<std::vector<Tensor>(std::span<const Tensor>)>;
  template <class F>
  static bool is_empty(const F& function) {
    if constexpr (std::is_constructible_v<F, std::nullptr_t>) return !function;
    return false;
  }
  static const Tensor& first(std::span<const Tensor> inputs) {
    if (inputs.empty()) throw ArgumentError("gradcheck", "the function has no input", "an empty list");
    return inputs[0];
  }
  static std::vector<Tensor> list(Tensor result) { return {std::move(result)}; }
  static std::vector<Tensor> list(std::vector<Tensor> results) { return results; }

  Function function_;
};

/// PyTorch's settings (torch.autograd.gradcheck).
struct GradcheckOptions {
  double eps = 1e-6;   // step of the finite differences
  double atol = 1e-5;  // |analytical - numerical| <= atol + rtol |numerical|
  double rtol = 1e-3;
  bool raise_exception = true;  // else a failure returns false
};

/// Compares the gradients of `function` at `inputs` with central differences (f(x + eps) - f(x - eps)) / 2 eps, element
/// by element, for every input that requires a gradient; these must be float64. True if all agree; on a difference an
/// ArgumentError that says where and how much, or false.
TRIPTYCH_API bool gradcheck(const TestedFunction& function, std::span<const Tensor> inputs,
                            const GradcheckOptions& options = {}, Location where = Location::here());
/// The same for the gradients of the gradients, with the gradients of the results (`grad_outputs`, made up if empty) as
/// further inputs.
TRIPTYCH_API bool gradgradcheck(const TestedFunction& function, std::span<const Tensor> inputs,
                                std::span<const Tensor> grad_outputs = {}, const GradcheckOptions& options = {},
                                Location where = Location::here());

}  // namespace triptych
