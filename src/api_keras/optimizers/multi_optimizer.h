// The optimizer of several parts, as files see it.
#pragma once

#include <string>
#include <vector>

#include "triptych/keras/optimizers/multi_optimizer.h"

namespace triptych::keras {

class MultiOptimizer : public OptimizerBase {
 public:
  MultiOptimizer(OptimizerMap map, const MultiOptimizerOptions& options, Location where);

  const OptimizerMap& map() const { return map_; }
  /// Each once: those of patterns in their order, then the default one.
  const std::vector<Optimizer>& optimizers() const { return inner_; }

  std::string class_name() const override { return "MultiOptimizer"; }
  std::string config() const override;
  void build(std::span<const Tensor> parameters, std::span<const std::string> paths) override;
  void apply(std::span<const Tensor> gradients, std::span<const Tensor> parameters) override;
  Tensor scale_loss(const Tensor& loss) const override;
  double learning_rate() const override;
  void set_learning_rate(double, Location where) override;
  std::vector<std::pair<std::string, Tensor>> variables() const override;
  std::vector<Slot> slots() const override;
  void finalize_variable_values(std::span<const Tensor> parameters) override;
  void exclude_from_weight_decay(std::span<const Tensor> var_list, std::span<const std::string> var_names,
                                 Location where) override;

 private:
  void check_pattern(const std::string& pattern) const;
  void keep(const Optimizer& optimizer);
  std::size_t place_of(const Optimizer& optimizer) const;
  std::size_t place_of(const Tensor& parameter) const;

  OptimizerMap map_;
  std::optional<double> loss_scale_factor_;
  Location where_;
  std::vector<Optimizer> inner_;
};

}  // namespace triptych::keras
