// Losses that are a function of targets and predictions, as all of Keras's are.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "api_keras/training/targets.h"
#include "triptych/keras/losses/loss.h"

namespace triptych::keras {

class FunctionalLoss : public LossBase {
 public:
  using Function = std::function<MaskedLosses(const Tensor& y_true, const Tensor& y_pred)>;
  FunctionalLoss(OwnedText name, const LossReductionOptions& options, Function function, Location where)
      : LossBase(std::move(name), options, where), function_(std::move(function)) {}
  Tensor call(const Tensor& y_true, const Tensor& y_pred) override { return masked_call(y_true, y_pred).values; }
  MaskedLosses masked_call(const Tensor& y_true, const Tensor& y_pred) override {
    const auto [y, p] = detail::to_same_rank(y_true, y_pred);
    return function_(y, p);
  }

 private:
  Function function_;
};

/// A handle to the loss `function`, called `name` unless the options give another one. `Options` ends as
/// LossReductionOptions do.
template <class Options>
Loss loss_of(const char* name, const Options& options, FunctionalLoss::Function function, Location where) {
  const LossReductionOptions common{.reduction = options.reduction, .name = options.name, .dtype = options.dtype};
  return Loss(std::make_shared<FunctionalLoss>(common.name.empty() ? std::string(name) : std::string(common.name),
                                               common, std::move(function), where),
              where);
}

/// A loss's formula, of targets and predictions of one rank.
using LossRule = Tensor (*)(const Tensor& y_true, const Tensor& y_pred);

inline Loss loss_of(const char* name, const LossReductionOptions& options, LossRule rule, Location where) {
  return loss_of(name, options, FunctionalLoss::Function([rule](const Tensor& y, const Tensor& p) {
                   return MaskedLosses{rule(y, p), {}};
                 }),
                 where);
}

/// What the function of that name gives: the losses of the examples.
template <class Rule>
Tensor values_of(const Rule& rule, const Tensor& y_true, const Tensor& y_pred, Location where) {
  const Frame frame(where);
  check_targets("loss", y_true, y_pred);
  const auto [y, p] = detail::to_same_rank(y_true, y_pred);
  return rule(y, p);
}

}  // namespace triptych::keras
