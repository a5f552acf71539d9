// Losses.
#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "triptych/core/function.h"
#include "triptych/core/tensor.h"
#include "triptych/core/text.h"

namespace triptych::keras {

/// Base of losses: the loss of every example.
class TRIPTYCH_API LossBase {
 public:
  explicit LossBase(OwnedText name) : name_(std::move(name)) {}
  virtual ~LossBase();
  LossBase(const LossBase&) = delete;
  LossBase& operator=(const LossBase&) = delete;

  /// Losses of shape y_pred's without the last axis (or as the loss defines).
  virtual Tensor call(const Tensor& y_true, const Tensor& y_pred) = 0;
  const std::string& name() const { return name_; }

 private:
  std::string name_;
};

/// A loss written as a function. A missing last axis of length 1 of either argument is added before, as in Keras.
template <class F>
concept LossFunction = std::is_invocable_r_v<Tensor, F, const Tensor&, const Tensor&>;

/// A handle to a loss: an object of `keras::losses`, one of Keras's names ("mse", "sparse_categorical_crossentropy",
/// ...) or a function `Tensor(const Tensor& y_true, const Tensor& y_pred)`.
class TRIPTYCH_API Loss {
 public:
  /// ArgumentError that lists the known names if there is no such one.
  Loss(const char* name, Location where = Location::here());
  Loss(const std::string& name, Location where = Location::here());
  Loss(std::nullptr_t) = delete;
  explicit Loss(std::shared_ptr<LossBase> base, Location where = Location::here());
  // Copies only: a handle that was moved from is one still.
  Loss(const Loss&) = default;
  Loss& operator=(const Loss&) = default;
  ~Loss() = default;
  template <LossFunction F>
  Loss(F function, Location where = Location::here());

  /// The mean loss of the examples ("sum_over_batch_size"); with weights, sum(w_i l_i) / n as Keras computes it.
  /// ArgumentError unless the weights are of the losses' shape, or broadcast to it.
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {},
                    Location where = Location::here()) const;
  /// Where it was named or made.
  Location where() const { return where_; }
  LossBase& base() const { return *base_; }
  const std::string& name() const { return base_->name(); }

 private:
  std::shared_ptr<LossBase> base_;
  Location where_;
};

namespace detail {
/// As Keras does before a loss: of two tensors whose ranks differ by one, the larger one ending in an axis of length 1,
/// the smaller one gets such an axis if it has one axis, else the larger one loses it.
TRIPTYCH_API std::pair<Tensor, Tensor> to_same_rank(const Tensor& a, const Tensor& b);

template <class F>
struct FunctionLoss : LossBase {
  explicit FunctionLoss(F f) : LossBase("loss"), function(std::move(f)) {}
  Tensor call(const Tensor& y_true, const Tensor& y_pred) override {
    const auto [y, p] = to_same_rank(y_true, y_pred);
    const UserCode its_lines;
    return function(y, p);
  }
  F function;
};
}  // namespace detail

template <LossFunction F>
Loss::Loss(F function, Location where)
    : base_(std::make_shared<detail::FunctionLoss<F>>(not_empty(std::move(function), "loss", where))), where_(where) {}

/// Options of the cross-entropies, in Keras's order.
struct CrossentropyOptions {
  /// y_pred holds logits; else probabilities.
  bool from_logits = false;
};

namespace losses {

/// -log of the probability of the true class. y_true: class numbers (n) or (n, 1); y_pred: (n, classes).
TRIPTYCH_API Loss SparseCategoricalCrossentropy(CrossentropyOptions options = {}, Location where = Location::here());
/// -sum_c y_true_c log p_c. Both (n, classes).
TRIPTYCH_API Loss CategoricalCrossentropy(CrossentropyOptions options = {}, Location where = Location::here());
/// mean over the last axis of -(y log p + (1 - y) log(1 - p)).
TRIPTYCH_API Loss BinaryCrossentropy(CrossentropyOptions options = {}, Location where = Location::here());
/// mean over the last axis of (y_true - y_pred)^2.
TRIPTYCH_API Loss MeanSquaredError(Location where = Location::here());
/// mean over the last axis of |y_true - y_pred|.
TRIPTYCH_API Loss MeanAbsoluteError(Location where = Location::here());

}  // namespace losses
}  // namespace triptych::keras
