// Optimizers that divide by a root of squared gradients, without a first moment: RMSprop, Adagrad and Adadelta.
#pragma once

#include "triptych/eager/optim/optimizer.h"

namespace triptych::eager::optim {

struct RMSpropOptions {
  double lr = 1e-2;
  double alpha = 0.99;
  double eps = 1e-8;
  double weight_decay = 0;
  double momentum = 0;
  bool centered = false;
  bool maximize = false;
  UpdateFormula formula = UpdateFormula::torch;
};
/// Gradients divided by the root of their squares' average: torch.optim.RMSprop.
class TRIPTYCH_API RMSprop : public RuleOptimizer<RMSprop, RMSpropOptions> {
 public:
  using RuleOptimizer::RuleOptimizer;
  template <class = void>
  RMSprop(std::vector<Tensor> params, ...) = delete;  // neither a learning rate nor RMSpropOptions

 private:
  friend RuleOptimizer;
  static constexpr const char* class_name = "RMSprop";
  static void check_rule(const RMSpropOptions& options, Location where);
  static std::vector<Setting> settings_of(RMSpropOptions& options);
  static std::vector<Buffer> buffers_of(const RMSpropOptions& options);
  static void update(const RMSpropOptions& options, const Tensor& rate, const Operands& with, Location where);
};

struct AdagradOptions {
  double lr = 1e-2;
  double lr_decay = 0;
  double weight_decay = 0;
  double initial_accumulator_value = 0;
  double eps = 1e-10;
  bool maximize = false;
};
/// Gradients divided by the root of their squares' sum: torch.optim.Adagrad.
class TRIPTYCH_API Adagrad : public RuleOptimizer<Adagrad, AdagradOptions> {
 public:
  using RuleOptimizer::RuleOptimizer;
  template <class = void>
  Adagrad(std::vector<Tensor> params, ...) = delete;  // neither a learning rate nor AdagradOptions

 private:
  friend RuleOptimizer;
  static constexpr const char* class_name = "Adagrad";
  static void check_rule(const AdagradOptions& options, Location where);
  static std::vector<Setting> settings_of(AdagradOptions& options);
  static std::vector<Buffer> buffers_of(const AdagradOptions& options);
  static void update(const AdagradOptions& options, const Tensor& rate, const Operands& with, Location where);
};

struct AdadeltaOptions {
  double lr = 1;
  double rho = 0.9;
  double eps = 1e-6;
  double weight_decay = 0;
  bool maximize = false;
};
/// Steps in the units of the parameters: torch.optim.Adadelta.
class TRIPTYCH_API Adadelta : public RuleOptimizer<Adadelta, AdadeltaOptions> {
 public:
  using RuleOptimizer::RuleOptimizer;
  template <class = void>
  Adadelta(std::vector<Tensor> params, ...) = delete;  // neither a learning rate nor AdadeltaOptions

 private:
  friend RuleOptimizer;
  static constexpr const char* class_name = "Adadelta";
  static void check_rule(const AdadeltaOptions& options, Location where);
  static std::vector<Setting> settings_of(AdadeltaOptions& options);
  static std::vector<Buffer> buffers_of(const AdadeltaOptions& options);
  static void update(const AdadeltaOptions& options, const Tensor& rate, const Operands& with, Location where);
};

}  // namespace triptych::eager::optim
