// Losses that are a function of targets and predictions, as all of Keras's are.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "api_keras/saving/fields.h"
#include "api_keras/training/targets.h"
#include "triptych/keras/losses/loss.h"

namespace triptych::keras {

class FunctionalLoss : public LossBase {
 public:
  using Function = std::function<MaskedLosses(const Tensor& y_true, const Tensor& y_pred)>;
  /// `kind` is its own name, whatever it is called; `config` its arguments.
  FunctionalLoss(const char* kind, std::string config, const LossReductionOptions& options, Function function,
                 Location where)
      : LossBase(options.name.empty() ? std::string(kind) : std::string(options.name), options, where),
        kind_(kind),
        config_(std::move(config)),
        function_(std::move(function)) {}
  const char* kind() const { return kind_; }
  std::string config() const override { return config_; }
  Tensor call(const Tensor& y_true, const Tensor& y_pred) override { return masked_call(y_true, y_pred).values; }
  MaskedLosses masked_call(const Tensor& y_true, const Tensor& y_pred) override {
    const auto [y, p] = detail::to_same_rank(y_true, y_pred);
    return function_(y, p);
  }

 private:
  const char* kind_;
  std::string config_;
  Function function_;
};

/// A function that is registered: `key` is its name in files, "my_loss" or "package>my_loss".
class RegisteredLoss : public LossBase {
 public:
  using Function = std::function<Tensor(const Tensor& y_true, const Tensor& y_pred)>;
  RegisteredLoss(std::string key, Function function)
      : LossBase(key.substr(key.find('>') + 1)), key_(std::move(key)), function_(std::move(function)) {}
  const std::string& key() const { return key_; }
  Tensor call(const Tensor& y_true, const Tensor& y_pred) override {
    const auto [y, p] = detail::to_same_rank(y_true, y_pred);
    const UserCode its_lines;
    return function_(y, p);
  }

 private:
  std::string key_;
  Function function_;
};

/// A handle to the loss `function`, called `name` unless the options give another one. `Options` ends as
/// LossReductionOptions do.
template <class Options>
Loss loss_of(const char* name, const Options& options, FunctionalLoss::Function function, Location where) {
  const LossReductionOptions common{.reduction = options.reduction, .name = options.name, .dtype = options.dtype};
  return Loss(std::make_shared<FunctionalLoss>(name, config_of(options), common, std::move(function), where), where);
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
