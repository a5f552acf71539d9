// A dynamic scale of the loss around another optimizer.
#include "api_keras/access.h"
#include "api_keras/optimizers/loss_scale.h"
#include "api_keras/saving/fields.h"
#include "core/graph/graph.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/error.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/loss_scaling.h"
#include "triptych/keras/optimizers.h"

namespace triptych::keras {
namespace {

class LossScale : public OptimizerBase {
 public:
  LossScale(const Optimizer& inner, const LossScaleOptimizerOptions& o, Location where)
      : OptimizerBase(std::string(o.name).empty() ? OwnedText("loss_scale_optimizer") : o.name, 0.0, where),
        config_(config_of(o)),
        inner_(inner),
        growth_{.growth_factor = 2, .backoff_factor = 0.5, .growth_interval = o.dynamic_growth_steps} {
    RunNow now;
    counter_ = full({}, 0, int64);
    scale_ = full({}, o.initial_scale, float32);
    mark_state(counter_);
    mark_state(scale_);
  }

  void build(std::span<const Tensor> parameters, std::span<const std::string> paths) override {
    if (!parameters.empty()) first_ = parameters[0];
    inner_.base().build(parameters, paths);
    OptimizerBase::build(parameters, paths);
  }

  void apply(std::span<const Tensor> gradients, std::span<const Tensor> parameters) override {
    const UnscaledGradients unscaled = amp_check_finite_and_unscale(gradients, 1 / scale_);
    {
      const SkipUpdates where_not_finite(unscaled.found_inf);
      inner_.base().apply(unscaled.gradients, parameters);
    }
    amp_update_scale(scale_, counter_, unscaled.found_inf, growth_);
  }

  double learning_rate() const override { return inner_.learning_rate(); }
  void set_learning_rate(double value, Location where) override { inner_.set_learning_rate(value, where); }
  std::int64_t iterations() const override { return inner_.iterations(); }
  std::vector<std::pair<std::string, Tensor>> variables() const override {
    std::vector<std::pair<std::string, Tensor>> all = OptimizerBase::variables();
    all.emplace_back("step_counter", counter_);
    all.emplace_back("dynamic_scale", scale_);
    for (auto& [name, value] : inner_.base().variables()) all.emplace_back(inner_.name() + "/" + name, value);
    return all;
  }
  std::vector<Slot> slots() const override {
    std::vector<Slot> all = inner_.base().slots();
    if (first_.defined()) {
      all.push_back({"step_counter", first_, counter_});
      all.push_back({"dynamic_scale", first_, scale_});
      all.push_back({"inner_iteration", first_, inner_.base().variables()[0].second});
    }
    return all;
  }
  Tensor scale_loss(const Tensor& loss) const override { return loss * cast(scale_, loss.dtype()); }
  void finalize_variable_values(std::span<const Tensor> parameters) override {
    inner_.base().finalize_variable_values(parameters);
  }
  void exclude_from_weight_decay(std::span<const Tensor> var_list, std::span<const std::string> var_names,
                                 Location where) override {
    inner_.base().exclude_from_weight_decay(var_list, var_names, where);
  }

  std::string class_name() const override { return "LossScaleOptimizer"; }
  std::string config() const override { return config_; }
  const Optimizer* inner() const override { return &inner_; }

 private:
  std::string config_;
  Optimizer inner_;
  AmpUpdateScale growth_;
  Tensor counter_, scale_, first_;
};

}  // namespace

bool is_loss_scale_optimizer(const Optimizer& optimizer) { return dynamic_cast<LossScale*>(&optimizer.base()); }

namespace optimizers {

Optimizer LossScaleOptimizer(const Optimizer& inner_optimizer, LossScaleOptimizerOptions options, Location where) {
  const Frame frame(where);
  Hyperparameters("LossScaleOptimizer", where).positive("initial_scale", options.initial_scale);
  if (options.dynamic_growth_steps < 1)
    throw ArgumentError("LossScaleOptimizer", "dynamic_growth_steps is not positive",
                        std::to_string(options.dynamic_growth_steps), "", where);
  return Optimizer(std::make_shared<LossScale>(inner_optimizer, options, where), where);
}

}  // namespace optimizers
}  // namespace triptych::keras
