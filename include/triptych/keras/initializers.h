// Initializers and activations, by name or as functions.
#pragma once

#include <functional>
#include <string>
#include <type_traits>
#include <utility>

#include "triptych/core/function.h"
#include "triptych/core/graph.h"
#include "triptych/core/tensor.h"
#include "triptych/core/text.h"

namespace triptych::keras {

/// Makes a weight's first value: an object of `keras::initializers`, one of Keras's names ("glorot_uniform", "zeros",
/// ...), or a function of shape and dtype, which gets Keras's shapes: (..., in, out). Those of `triptych::init` take
/// them as that, and give a weight the values that it has in the other styles.
class TRIPTYCH_API Initializer {
 public:
  /// ArgumentError that lists the known names if there is no such one.
  Initializer(const char* name, Location where = Location::here());
  Initializer(const std::string& name, Location where = Location::here());
  Initializer(std::nullptr_t) = delete;
  Initializer(triptych::Initializer function, Location where = Location::here());
  template <class F>
  requires std::is_invocable_r_v<Tensor, F, const Shape&, DType> Initializer(F function,
                                                                             Location where = Location::here())
      : function_(not_empty(std::move(function), "initializer", where)) {}
  /// One that files know by Keras's class name and arguments (a JSON object); the function gets Keras's shapes.
  /// ArgumentError if `config` is no JSON object.
  Initializer(OwnedText class_name, OwnedText config, triptych::Initializer function,
              Location where = Location::here());

  /// ArgumentError at `where` for one that was moved from.
  Tensor operator()(const Shape& shape, DType dtype, Location where = Location::here()) const;
  /// "" for a function.
  const std::string& name() const { return name_; }
  /// Keras's class name ("GlorotUniform"); "" for a function.
  const std::string& class_name() const { return class_name_; }
  /// The arguments as a JSON object.
  const std::string& config() const { return config_; }

 private:
  friend struct BuiltIn;
  std::string name_, class_name_, config_ = "{}";
  triptych::Initializer function_;
  bool is_built_in_ = false;
};

/// An elementwise (or softmax) function: one of Keras's names ("relu", "softmax", ...), or a function of a tensor.
class TRIPTYCH_API Activation {
 public:
  /// "linear".
  Activation() : Activation("linear") {}
  /// ArgumentError that lists the known names if there is no such one.
  Activation(const char* name, Location where = Location::here());
  Activation(const std::string& name, Location where = Location::here());
  Activation(std::nullptr_t) = delete;
  /// Copied where others are moved: one that was moved from would say "linear" by holding nothing.
  Activation(const Activation&) = default;
  Activation& operator=(const Activation&) = default;
  template <class F>
  requires std::is_invocable_r_v<Tensor, F, const Tensor&> Activation(F function, Location where = Location::here())
      : function_(not_empty(std::move(function), "activation", where)) {}

  Tensor operator()(const Tensor& x) const { return function_ ? function_(x) : x; }
  /// "" for a function.
  const std::string& name() const { return name_; }
  bool is_linear() const { return !function_; }

 private:
  std::string name_;
  std::function<Tensor(const Tensor&)> function_;  // none: linear
};

}  // namespace triptych::keras
