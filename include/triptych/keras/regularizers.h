// Regularizers: what a weight, or a layer's output, adds to the loss.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "triptych/core/function.h"
#include "triptych/core/tensor.h"
#include "triptych/core/text.h"

namespace triptych::keras {

/// A penalty: an object of `keras::regularizers`, one of Keras's names ("l1", "l2", "l1l2", "orthogonal_regularizer"),
/// or a function from a tensor to one number. Default-constructed it is none.
class TRIPTYCH_API Regularizer {
 public:
  Regularizer() = default;
  /// ArgumentError that lists the known names, the nearest first, if there is no such one.
  Regularizer(const char* name, Location where = Location::here());
  Regularizer(const std::string& name, Location where = Location::here());
  Regularizer(std::nullptr_t) = delete;
  template <class F>
  requires std::is_invocable_r_v<Tensor, F, const Tensor&> Regularizer(F function, Location where = Location::here())
      : Regularizer("", "{}",
                    std::function<Tensor(const Tensor&)>(not_empty(std::move(function), "regularizer", where))) {}
  /// One that files know by Keras's class name and arguments (a JSON object).
  Regularizer(OwnedText class_name, OwnedText config, std::function<Tensor(const Tensor&)> function);

  /// The penalty, a 0-d tensor. ArgumentError if there is none, or if a function returns another shape.
  Tensor operator()(const Tensor& x, Location where = Location::here()) const;
  bool defined() const { return rule_ != nullptr; }
  /// Keras's class name ("L2"); "" for a function, or none.
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

/// Options, in Keras's order.
struct L1L2Options {
  double l1 = 0;
  double l2 = 0;
};
struct OrthogonalRegularizerOptions {
  double factor = 0.01;
  /// "rows" or "columns".
  OwnedText mode = "rows";
};

namespace regularizers {

// ArgumentError for a factor that is negative or not finite.

/// l1 sum |x|.
TRIPTYCH_API Regularizer L1(double l1 = 0.01, Location where = Location::here());
/// l2 sum x^2.
TRIPTYCH_API Regularizer L2(double l2 = 0.01, Location where = Location::here());
/// l1 sum |x| + l2 sum x^2. By the name "l1l2" both factors are 0.
TRIPTYCH_API Regularizer L1L2(L1L2Options options = {}, Location where = Location::here());
inline Regularizer L1L2(double l1, double l2, Location where = Location::here()) {
  return L1L2({.l1 = l1, .l2 = l2}, where);
}
/// factor times the mean |dot product| of different rows (columns) of a matrix, each normalized. ArgumentError, when
/// it is called, unless x has two axes.
TRIPTYCH_API Regularizer OrthogonalRegularizer(OrthogonalRegularizerOptions options = {},
                                               Location where = Location::here());

// The same by Keras's other names.
inline Regularizer l1(double l1 = 0.01, Location where = Location::here()) { return L1(l1, where); }
inline Regularizer l2(double l2 = 0.01, Location where = Location::here()) { return L2(l2, where); }
inline Regularizer l1_l2(L1L2Options options = {}, Location where = Location::here()) { return L1L2(options, where); }
inline Regularizer l1_l2(double l1, double l2, Location where = Location::here()) { return L1L2(l1, l2, where); }
inline Regularizer orthogonal_regularizer(OrthogonalRegularizerOptions options = {},
                                          Location where = Location::here()) {
  return OrthogonalRegularizer(std::move(options), where);
}

}  // namespace regularizers
}  // namespace triptych::keras
