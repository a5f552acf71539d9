// A loss: what it is, and how the losses of examples become one number.
#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "triptych/core/function.h"
#include "triptych/core/option_text.h"
#include "triptych/core/tensor.h"
#include "triptych/core/text.h"

namespace triptych::keras {

/// Options that all losses have, in Keras's order.
struct LossReductionOptions {
  /// What becomes of the losses of examples: "sum_over_batch_size" (or "mean"): their mean, "sum", "none": they are
  /// left, "mean_with_sample_weight": with weights sum(w l) / sum(w).
  OwnedText reduction = "sum_over_batch_size";
  /// "": Keras's name.
  OptionText name = {};
  /// What y_true and y_pred are converted to. None: y_pred's own, float32 for 16 bits.
  std::optional<DType> dtype = {};
};

/// The losses of examples, and which of them count (true) where not all do.
struct MaskedLosses {
  Tensor values, mask;
};

/// Base of losses: the loss of every example.
class TRIPTYCH_API LossBase {
 public:
  explicit LossBase(OwnedText name) : name_(std::move(name)) {}
  /// ArgumentError at `where` for an unknown reduction, or a dtype that is not floating-point.
  LossBase(OwnedText name, const LossReductionOptions& options, Location where = Location::here());
  virtual ~LossBase();
  LossBase(const LossBase&) = delete;
  LossBase& operator=(const LossBase&) = delete;

  /// Losses of shape y_pred's without the last axis (or as the loss defines).
  virtual Tensor call(const Tensor& y_true, const Tensor& y_pred) = 0;
  /// The same for losses that leave examples out: by default none.
  virtual MaskedLosses masked_call(const Tensor& y_true, const Tensor& y_pred) { return {call(y_true, y_pred), {}}; }
  /// The name of its class, for files; by default that of the C++ class, "" of a function.
  virtual std::string class_name() const;
  /// Its arguments besides the name, the reduction and the dtype, for files: a JSON object (`Config`), of which the
  /// function that `saving::register_keras_serializable` was given makes a loss again.
  virtual std::string config() const { return "{}"; }
  const std::string& name() const { return name_; }
  const std::string& reduction() const { return reduction_; }
  const std::optional<DType>& dtype() const { return dtype_; }

 private:
  std::string name_, reduction_ = "sum_over_batch_size";
  std::optional<DType> dtype_;
};

/// A loss written as a function. A missing last axis of length 1 of either argument is added before, as in Keras.
template <class F>
concept LossFunction = std::is_invocable_r_v<Tensor, F, const Tensor&, const Tensor&>;

/// A handle to a loss: an object of `keras::losses`, one of Keras's names ("mse", "sparse_categorical_crossentropy",
/// "crossentropy", which is binary, sparse or categorical by the shapes, ...) or a function `Tensor(const Tensor&
/// y_true, const Tensor& y_pred)`.
class TRIPTYCH_API Loss {
 public:
  /// ArgumentError that lists the known names, the nearest first, if there is no such one.
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

  /// The losses of the examples, reduced: by default their mean; with weights, sum(w_i l_i) / n as Keras computes it.
  /// ArgumentError unless the weights are of the losses' shape, or broadcast to it.
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {},
                    Location where = Location::here()) const;
  /// The same where `mask` (undefined: everywhere) is true; means are over what is left.
  Tensor masked(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight, const Tensor& mask,
                Location where = Location::here()) const;
  /// Where it was named or made.
  Location where() const { return where_; }
  LossBase& base() const { return *base_; }
  const std::string& name() const { return base_->name(); }

 private:
  std::shared_ptr<LossBase> base_;
  Location where_;
};

/// A handle to a new loss of your own class.
template <class Mine, class... Args>
Loss loss(Args&&... args) {
  return Loss(std::make_shared<Mine>(std::forward<Args>(args)...));
}

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
  std::string class_name() const override { return {}; }
  F function;
};
}  // namespace detail

template <LossFunction F>
Loss::Loss(F function, Location where)
    : base_(std::make_shared<detail::FunctionLoss<F>>(not_empty(std::move(function), "loss", where))), where_(where) {}

}  // namespace triptych::keras
