// Gradients in eager style: guards, grad(), functions with a gradient of their own.
#pragma once

#include <algorithm>
#include <any>
#include <initializer_list>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "triptych/core/autograd.h"
#include "triptych/core/debugging.h"
#include "triptych/core/gradcheck.h"
#include "triptych/core/ops/custom_gradient.h"
#include "triptych/core/tensor.h"

namespace triptych::eager {

using triptych::DetectAnomaly;
using triptych::gradcheck;
using triptych::GradcheckOptions;
using triptych::gradgradcheck;

inline bool gradcheck(const TestedFunction& function, std::initializer_list<Tensor> inputs,
                      const GradcheckOptions& options = {}, Location where = Location::here()) {
  return triptych::gradcheck(function, {inputs.begin(), inputs.size()}, options, where);
}
inline bool gradgradcheck(const TestedFunction& function, std::initializer_list<Tensor> inputs,
                          std::initializer_list<Tensor> grad_outputs = {}, const GradcheckOptions& options = {},
                          Location where = Location::here()) {
  return triptych::gradgradcheck(function, {inputs.begin(), inputs.size()}, {grad_outputs.begin(), grad_outputs.size()},
                                 options, where);
}

/// While alive, nothing on this thread is recorded: `eager::NoGrad guard;`.
class [[nodiscard]] NoGrad {
 public:
  NoGrad() : mode_(false) {}

 private:
  GradMode mode_;
};

/// While alive, ops on this thread are recorded, inside a NoGrad too.
class [[nodiscard]] EnableGrad {
 public:
  EnableGrad() : mode_(true) {}

 private:
  GradMode mode_;
};

/// While alive, nothing on this thread is recorded; `InferenceMode(false)` inside of it records again. Tensors made in
/// it are ordinary ones: they may enter recorded computations later (PyTorch forbids it).
class [[nodiscard]] InferenceMode {
 public:
  explicit InferenceMode(bool enabled = true) : mode_(!enabled) {}

 private:
  GradMode mode_;
};

/// torch.set_grad_enabled, a guard: `SetGradEnabled guard(training);`. torch.is_grad_enabled.
using SetGradEnabled = GradMode;
inline bool is_grad_enabled() { return grad_enabled(); }

/// Options of `grad`, as torch.autograd.grad's.
struct GradOptions {
  /// Gradients of the final result with respect to the ys, one for each; may be empty if the ys are scalars.
  std::vector<Tensor> grad_outputs{};
  /// Keep what the ys' computation saved, for another walk; implied by create_graph.
  bool retain_graph = false;
  /// The gradients can be differentiated again.
  bool create_graph = false;
  /// An x that no y depends on gives an undefined tensor; else it is an ArgumentError.
  bool allow_unused = false;
  /// It gives zeros instead.
  bool materialize_grads = false;
};

/// The gradients of the sum of the ys with respect to the xs; no tensor's `grad()` changes.
/// ArgumentError if a y or an x does not require a gradient, and as said at GradOptions.
TRIPTYCH_API std::vector<Tensor> grad(std::span<const Tensor> ys, std::span<const Tensor> xs,
                                      const GradOptions& options = {}, Location where = Location::here());
inline std::vector<Tensor> grad(std::initializer_list<Tensor> ys, std::initializer_list<Tensor> xs,
                                const GradOptions& options = {}, Location where = Location::here()) {
  return grad(std::span(ys.begin(), ys.size()), std::span(xs.begin(), xs.size()), options, where);
}
/// One y, several xs: `grad(loss, net.parameters(), {.create_graph = true})`.
inline std::vector<Tensor> grad(const Tensor& y, const std::vector<Tensor>& xs, const GradOptions& options = {},
                                Location where = Location::here()) {
  return grad(std::span(&y, 1), std::span(xs), options, where);
}
inline std::vector<Tensor> grad(const Tensor& y, std::initializer_list<Tensor> xs, const GradOptions& options = {},
                                Location where = Location::here()) {
  return grad(std::span(&y, 1), std::span(xs.begin(), xs.size()), options, where);
}
inline std::vector<Tensor> grad(std::initializer_list<Tensor> ys, const std::vector<Tensor>& xs,
                                const GradOptions& options = {}, Location where = Location::here()) {
  return grad(std::span(ys.begin(), ys.size()), std::span(xs), options, where);
}
/// One y, one x.
inline Tensor grad(const Tensor& y, const Tensor& x, const GradOptions& options = {},
                   Location where = Location::here()) {
  return std::move(grad(std::span(&y, 1), std::span(&x, 1), options, where)[0]);
}
template <class = void>
Tensor grad(const Tensor& y, const Tensor& x, ...) = delete;  // no GradOptions

/// torch.autograd.backward: `tensor.backward()` of several at once, `backward({loss1, loss2})`. Their gradients may be
/// left out for scalars.
inline void backward(std::initializer_list<Tensor> tensors, std::initializer_list<Tensor> grad_tensors = {},
                     const BackwardOptions& options = {}, Location where = Location::here()) {
  triptych::backward({tensors.begin(), tensors.size()}, {grad_tensors.begin(), grad_tensors.size()}, options, where);
}
inline void backward(const std::vector<Tensor>& tensors, const std::vector<Tensor>& grad_tensors = {},
                     const BackwardOptions& options = {}, Location where = Location::here()) {
  triptych::backward(std::span(tensors), std::span(grad_tensors), options, where);
}

/// What forward hands on to backward in a Function.
class FunctionContext {
 public:
  /// Tensors that backward needs: inputs, results, or others. Once, in forward.
  void save_for_backward(std::vector<Tensor> tensors) { saved_ = std::move(tensors); }
  /// Results through which no gradient flows; in backward theirs are zeros. Once, in forward.
  void mark_non_differentiable(std::vector<Tensor> results) { constants_ = std::move(results); }
  /// In backward: what was saved, in that order.
  const std::vector<Tensor>& saved_tensors() const { return saved_; }
  /// In backward: a gradient for tensor argument `i` is wanted. ArgumentError if there is no such argument.
  bool needs_input_grad(std::size_t i, Location where = Location::here()) const {
    if (i >= needed_.size())
      throw ArgumentError("needs_input_grad", "forward has no such tensor argument",
                          std::to_string(i) + " of " + std::to_string(needed_.size()), "", where);
    return needed_[i];
  }
  /// Anything else that backward needs.
  std::any saved_data;

 private:
  template <class>
  friend class Function;
  std::vector<Tensor> saved_, constants_;
  std::vector<bool> needed_;
};

/// Base of operations with a gradient of their own:
///
///   struct Cube : eager::Function<Cube> {
///     static Tensor forward(eager::FunctionContext& context, const Tensor& x) {
///       context.save_for_backward({x});
///       return x * x * x;
///     }
///     static Tensor backward(eager::FunctionContext& context, const Tensor& grad_output) {
///       const Tensor& x = context.saved_tensors()[0];
///       return grad_output * 3 * x * x;
///     }
///   };
///   auto y = Cube::apply(x);
///
/// forward takes a tensor first, then tensors and other arguments in any order, and returns a Tensor or a vector of
/// them; it is not recorded. It may also be written without the context, which `setup_context(context, inputs, output)`
/// then gets with a tuple of the arguments. backward takes the gradients of the results, up to three one by one, or as
/// a span, and returns one for each tensor argument, undefined where there is none: a vector, or a Tensor of one
/// argument; written with differentiable ops it can be differentiated again. Symbolic tensors work too: the gradient of
/// the graph's node calls backward while `gradients` builds nodes.
template <class Derived>
class Function {
 public:
  template <class... Rest>
  static auto apply(Arg x, const Rest&... rest) {
    const Tensor& first = x.tensor();
    FunctionContext context;
    auto result = [&] {
      GradMode off(false);
      if constexpr (requires { Derived::forward(context, first, rest...); }) {
        return Derived::forward(context, first, rest...);
      } else {
        auto output = Derived::forward(first, rest...);
        Derived::setup_context(context, std::tie(first, rest...), output);
        return output;
      }
    }();
    std::vector<Tensor> inputs{first};
    (add_tensor(inputs, rest), ...);
    constexpr bool single = std::is_same_v<decltype(result), Tensor>;
    std::span<const Tensor> results;
    if constexpr (single)
      results = {&result, 1};
    else
      results = result;
    const std::vector<Tensor> saved = std::exchange(context.saved_, {}),
                              constants = std::exchange(context.constants_, {});
    auto outputs = custom_gradient(
        "Function", results, inputs, saved,
        [context, where = x.where()](std::span<const Tensor> values, std::span<const Tensor> upstream,
                                     std::span<const bool> needed) {
          FunctionContext now = context;
          now.saved_.assign(values.begin(), values.end());
          now.needed_.assign(needed.begin(), needed.end());
          return gradients(now, upstream, where);
        },
        x.where());
    for (std::size_t i = 0; i < results.size(); ++i)
      if (std::any_of(constants.begin(), constants.end(), [&](const Tensor& c) { return c.is_same(results[i]); }))
        outputs[i] = outputs[i].detach(x.where());
    if constexpr (single)
      return std::move(outputs[0]);
    else
      return outputs;
  }

 private:
  /// How many gradients backward takes one by one; 0: a span of them.
  static constexpr std::size_t taken() {
    if constexpr (requires(FunctionContext & c, std::span<const Tensor> g) { Derived::backward(c, g); })
      return 0;
    else if constexpr (requires(FunctionContext & c, const Tensor& g) { Derived::backward(c, g); })
      return 1;
    else
      return requires(FunctionContext & c, const Tensor& g) { Derived::backward(c, g, g); }
    ? 2 : 3;
  }
  static std::vector<Tensor> gradients(FunctionContext& context, std::span<const Tensor> upstream, Location where) {
    constexpr std::size_t count = taken();
    if (count != 0 && count != upstream.size())
      throw ArgumentError("Function", "backward takes another number of gradients than forward has results",
                          std::to_string(count) + ", not " + std::to_string(upstream.size()), "", where);
    const auto list = [](auto result) {
      if constexpr (std::is_same_v<decltype(result), Tensor>)
        return std::vector{std::move(result)};
      else
        return result;
    };
    if constexpr (count == 0)
      return list(Derived::backward(context, upstream));
    else if constexpr (count == 1)
      return list(Derived::backward(context, upstream[0]));
    else if constexpr (count == 2)
      return list(Derived::backward(context, upstream[0], upstream[1]));
    else
      return list(Derived::backward(context, upstream[0], upstream[1], upstream[2]));
  }
  template <class T>
  static void add_tensor(std::vector<Tensor>& inputs, const T& argument) {
    if constexpr (std::is_base_of_v<Tensor, T>) inputs.push_back(argument);
  }
};

/// torch.autograd's names for what is above.
namespace autograd {
using eager::backward;
using eager::Function;
using eager::grad;
}  // namespace autograd

}  // namespace triptych::eager
