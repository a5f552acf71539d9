// Keras's base class of optimizers around a rule: what happens to gradients before it and to weights after it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <regex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "triptych/keras/optimizers.h"

namespace triptych::keras {

/// The options that all optimizers have.
struct CommonOptions {
  double weight_decay;
  std::optional<double> clipnorm = {};
  std::optional<double> clipvalue = {};
  std::optional<double> global_clipnorm = {};
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<std::int64_t> ema_overwrite_frequency = {};
  std::optional<double> loss_scale_factor = {};
  std::optional<std::int64_t> gradient_accumulation_steps = {};
  OwnedText name = "";
};
template <class Options>
CommonOptions common(const Options& o) {
  return {o.weight_decay,
          o.clipnorm,
          o.clipvalue,
          o.global_clipnorm,
          o.use_ema,
          o.ema_momentum,
          o.ema_overwrite_frequency,
          o.loss_scale_factor,
          o.gradient_accumulation_steps,
          o.name};
}

/// What a rule is given: weights that decay alike.
struct RuleStep {
  std::span<const Tensor> parameters, gradients, steps;
  Tensor rate;
  double weight_decay;
  std::function<std::vector<Tensor>(std::size_t)> slot;  // the slot of a number, for each parameter
  std::vector<Tensor> numbers;                           // 0-d state that all share
};

struct RuleSlot {
  std::string name;
  int group = 0;
  /// Zeros like the parameter if it is empty.
  std::function<Tensor(const Tensor& parameter, const std::string& path)> make = {};
};

struct Rule {
  /// Of the optimizer, and of the class, which errors name.
  std::string name;
  const char* class_name;
  LearningRate learning_rate;
  CommonOptions options;
  std::vector<RuleSlot> slots;
  std::function<void(const RuleStep&)> update;
  /// Whether the update counts the steps.
  bool counts = true;
  /// Names and first values of numbers that all parameters share.
  std::vector<std::pair<std::string, double>> numbers = {};
  /// The arguments, for files.
  std::string config = {};
  /// In place of the options' weight decay, of a parameter.
  std::function<double(const Tensor& parameter, const std::string& path)> decay = {};
};

class RuleOptimizer : public OptimizerBase {
 public:
  /// ArgumentError for a common option out of range.
  RuleOptimizer(Rule rule, Location where);

  void build(std::span<const Tensor> parameters, std::span<const std::string> paths) override;
  void apply(std::span<const Tensor> gradients, std::span<const Tensor> parameters) override;
  std::int64_t iterations() const override;
  std::vector<std::pair<std::string, Tensor>> variables() const override;
  std::vector<Slot> slots() const override;
  Tensor scale_loss(const Tensor& loss) const override;
  void finalize_variable_values(std::span<const Tensor> parameters) override;
  void exclude_from_weight_decay(std::span<const Tensor> var_list, std::span<const std::string> var_names,
                                 Location where) override;

 protected:
  std::vector<std::string> slot_names() const override;
  Tensor make_slot(std::size_t slot, const Tensor& parameter, const std::string& path) const override;
  int slot_group(std::size_t slot) const override;

 public:
  std::string class_name() const override { return rule_.class_name; }
  std::string config() const override { return rule_.config; }

 private:
  /// Slots of the base class stand before the rule's.
  std::size_t average_slot() const { return 0; }
  std::size_t accumulator_slot() const { return rule_.options.use_ema ? 1 : 0; }
  std::size_t first_slot() const {
    return (rule_.options.use_ema ? 1 : 0) + (rule_.options.gradient_accumulation_steps ? 1 : 0);
  }
  double decay_of(const Tensor& parameter) const;
  std::vector<Tensor> clipped(std::vector<Tensor> gradients) const;
  /// Parameters that decay alike: one call of the rule.
  struct Part {
    double decay = 0;
    std::vector<Tensor> parameters;
    std::vector<std::size_t> places;
    Tensor count;
  };
  std::vector<Part> split(std::span<const Tensor> parameters, const Tensor& count);
  void update(const std::vector<Part>& parts, const std::vector<Tensor>& gradients);
  /// `before` is the count of steps before this one.
  void update_averages(std::span<const Tensor> parameters, const Tensor& before);
  Tensor iteration_count() const;

  Rule rule_;
  std::vector<Tensor> numbers_;
  /// Counts that parts of an update advance where `iterations_` cannot: set to it before each.
  std::vector<Tensor> own_counts_;
  std::vector<Tensor> excluded_;
  std::optional<std::regex> excluded_names_;
};

}  // namespace triptych::keras
