// Constraints: what a weight becomes after each step of the optimizer.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "triptych/core/function.h"
#include "triptych/core/shape.h"
#include "triptych/core/tensor.h"
#include "triptych/core/text.h"

namespace triptych::keras {

/// A projection: an object of `keras::constraints`, one of Keras's names ("max_norm", "non_neg", "unit_norm",
/// "min_max_norm"), or a function from a weight to a tensor of its shape. Default-constructed it is none.
class TRIPTYCH_API Constraint {
 public:
  Constraint() = default;
  /// ArgumentError that lists the known names, the nearest first, if there is no such one.
  Constraint(const char* name, Location where = Location::here());
  Constraint(const std::string& name, Location where = Location::here());
  Constraint(std::nullptr_t) = delete;
  template <class F>
  requires std::is_invocable_r_v<Tensor, F, const Tensor&> Constraint(F function, Location where = Location::here())
      : Constraint("", "{}",
                   std::function<Tensor(const Tensor&)>(not_empty(std::move(function), "constraint", where))) {}
  /// One that files know by Keras's class name and arguments (a JSON object).
  Constraint(OwnedText class_name, OwnedText config, std::function<Tensor(const Tensor&)> function);

  /// What `weight` becomes. ArgumentError if there is no constraint, or if a function returns another shape or dtype.
  Tensor operator()(const Tensor& weight, Location where = Location::here()) const;
  bool defined() const { return rule_ != nullptr; }
  /// Keras's class name ("MaxNorm"); "" for a function, or none.
  const std::string& class_name() const;
  /// The arguments as a JSON object.
  const std::string& config() const;

 private:
  friend struct BuiltIn;
  struct Rule {
    std::string class_name, config;
    std::function<Tensor(const Tensor&)> function;
  };
  std::shared_ptr<const Rule> rule_;
  bool is_built_in_ = false;
};

/// Options, in Keras's order. `axis`: the norm is over these; of a dense kernel (in, out) 0 gives each unit's, of a
/// convolution's kernel (height, width, in, out) {0, 1, 2}.
struct MaxNormOptions {
  double max_value = 2;
  Axes axis = 0;
};
struct UnitNormOptions {
  Axes axis = 0;
};
struct MinMaxNormOptions {
  double min_value = 0;
  double max_value = 1;
  /// How far a norm goes towards the bounds: 1: all the way.
  double rate = 1;
  Axes axis = 0;
};

namespace constraints {

/// w min(norm, max_value) / (norm + 1e-7).
TRIPTYCH_API Constraint MaxNorm(MaxNormOptions options = {}, Location where = Location::here());
template <class T>
requires std::is_arithmetic_v<T> Constraint MaxNorm(T max_value, MaxNormOptions options = {},
                                                    Location where = Location::here()) {
  options.max_value = static_cast<double>(max_value);
  return MaxNorm(options, where);
}
template <class = void>
Constraint MaxNorm(...) = delete;  // neither a maximum nor MaxNormOptions
/// max(w, 0).
TRIPTYCH_API Constraint NonNeg();
/// w / (norm + 1e-7).
TRIPTYCH_API Constraint UnitNorm(UnitNormOptions options = {}, Location where = Location::here());
/// w (rate clip(norm, min_value, max_value) + (1 - rate) norm) / (norm + 1e-7).
TRIPTYCH_API Constraint MinMaxNorm(MinMaxNormOptions options = {}, Location where = Location::here());

// The same by Keras's other names.
inline Constraint max_norm(MaxNormOptions options = {}, Location where = Location::here()) {
  return MaxNorm(options, where);
}
inline Constraint non_neg() { return NonNeg(); }
inline Constraint unit_norm(UnitNormOptions options = {}, Location where = Location::here()) {
  return UnitNorm(options, where);
}
inline Constraint min_max_norm(MinMaxNormOptions options = {}, Location where = Location::here()) {
  return MinMaxNorm(options, where);
}

}  // namespace constraints
}  // namespace triptych::keras
