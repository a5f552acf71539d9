// Optimizers that follow the gradient, or its sign: SGD, ASGD, Rprop and Lion.
#pragma once

#include "triptych/eager/optim/optimizer.h"

namespace triptych::eager::optim {

struct SGDOptions {
  double lr = 1e-3;
  double momentum = 0;
  double dampening = 0;
  double weight_decay = 0;
  bool nesterov = false;
  bool maximize = false;
  /// Whose formula is followed where frameworks differ (triptych/core/ops/update.h).
  UpdateFormula formula = UpdateFormula::torch;
};
/// Stochastic gradient descent, with momentum: torch.optim.SGD.
class TRIPTYCH_API SGD : public RuleOptimizer<SGD, SGDOptions> {
 public:
  using RuleOptimizer::RuleOptimizer;
  template <class = void>
  SGD(std::vector<Tensor> params, ...) = delete;  // neither a learning rate nor SGDOptions
  template <Number T>
  SGD(std::vector<Tensor> params, T lr, double momentum, double dampening = 0, double weight_decay = 0,
      bool nesterov = false, Location where = Location::here())
      : SGD(std::move(params),
            SGDOptions{.lr = static_cast<double>(lr),
                       .momentum = momentum,
                       .dampening = dampening,
                       .weight_decay = weight_decay,
                       .nesterov = nesterov},
            where) {}

 private:
  friend RuleOptimizer;
  static constexpr const char* class_name = "SGD";
  static void check_rule(const SGDOptions& options, Location where);
  static std::vector<Setting> settings_of(SGDOptions& options);
  static std::vector<Buffer> buffers_of(const SGDOptions& options);
  static void update(const SGDOptions& options, const Tensor& rate, const Operands& with, Location where);
};

struct ASGDOptions {
  double lr = 1e-2;
  double lambd = 1e-4;
  double alpha = 0.75;
  double t0 = 1e6;
  double weight_decay = 0;
  bool maximize = false;
};
/// Averaged stochastic gradient descent: torch.optim.ASGD. The average is the state "ax".
class TRIPTYCH_API ASGD : public RuleOptimizer<ASGD, ASGDOptions> {
 public:
  using RuleOptimizer::RuleOptimizer;
  template <class = void>
  ASGD(std::vector<Tensor> params, ...) = delete;  // neither a learning rate nor ASGDOptions

 private:
  friend RuleOptimizer;
  static constexpr const char* class_name = "ASGD";
  static void check_rule(const ASGDOptions& options, Location where);
  static std::vector<Setting> settings_of(ASGDOptions& options);
  static std::vector<Buffer> buffers_of(const ASGDOptions& options);
  static void update(const ASGDOptions& options, const Tensor& rate, const Operands& with, Location where);
};

struct RpropOptions {
  double lr = 1e-2;
  std::pair<double, double> etas = {0.5, 1.2};
  std::pair<double, double> step_sizes = {1e-6, 50};
  bool maximize = false;
};
/// Resilient backpropagation: torch.optim.Rprop. For whole batches; lr is where the step sizes start.
class TRIPTYCH_API Rprop : public RuleOptimizer<Rprop, RpropOptions> {
 public:
  using RuleOptimizer::RuleOptimizer;
  template <class = void>
  Rprop(std::vector<Tensor> params, ...) = delete;  // neither a learning rate nor RpropOptions

 private:
  friend RuleOptimizer;
  static constexpr const char* class_name = "Rprop";
  static void check_rule(const RpropOptions& options, Location where);
  static std::vector<Setting> settings_of(RpropOptions& options);
  static std::vector<Buffer> buffers_of(const RpropOptions& options);
  static void update(const RpropOptions& options, const Tensor& rate, const Operands& with, Location where);
};

struct LionOptions {
  double lr = 1e-4;
  std::pair<double, double> betas = {0.9, 0.99};
  double weight_decay = 0;
  bool maximize = false;
};
/// The sign of a momentum (https://arxiv.org/abs/2302.06675), with decoupled weight decay; the defaults are its
/// authors' (torch.optim has none).
class TRIPTYCH_API Lion : public RuleOptimizer<Lion, LionOptions> {
 public:
  using RuleOptimizer::RuleOptimizer;
  template <class = void>
  Lion(std::vector<Tensor> params, ...) = delete;  // neither a learning rate nor LionOptions

 private:
  friend RuleOptimizer;
  static constexpr const char* class_name = "Lion";
  static void check_rule(const LionOptions& options, Location where);
  static std::vector<Setting> settings_of(LionOptions& options);
  static std::vector<Buffer> buffers_of(const LionOptions& options);
  static void update(const LionOptions& options, const Tensor& rate, const Operands& with, Location where);
};

}  // namespace triptych::eager::optim
