// Adam and its kin: AdamW, Adamax, NAdam and RAdam.
#pragma once

#include <utility>

#include "triptych/eager/optim/optimizer.h"

namespace triptych::eager::optim {

struct AdamOptions {
  double lr = 1e-3;
  std::pair<double, double> betas = {0.9, 0.999};
  double eps = 1e-8;
  double weight_decay = 0;
  bool amsgrad = false;
  bool maximize = false;
  bool decoupled_weight_decay = false;
  UpdateFormula formula = UpdateFormula::torch;
};
/// Adam: torch.optim.Adam. `decoupled_weight_decay` makes it AdamW.
class TRIPTYCH_API Adam : public RuleOptimizer<Adam, AdamOptions> {
 public:
  using RuleOptimizer::RuleOptimizer;
  template <class = void>
  Adam(std::vector<Tensor> params, ...) = delete;  // neither a learning rate nor AdamOptions

 private:
  friend RuleOptimizer;
  static constexpr const char* class_name = "Adam";
  static void check_rule(const AdamOptions& options, Location where);
  static std::vector<Setting> settings_of(AdamOptions& options);
  static std::vector<Buffer> buffers_of(const AdamOptions& options);
  static void update(const AdamOptions& options, const Tensor& rate, const Operands& with, Location where);
};

struct AdamWOptions {
  double lr = 1e-3;
  std::pair<double, double> betas = {0.9, 0.999};
  double eps = 1e-8;
  double weight_decay = 1e-2;
  bool amsgrad = false;
  bool maximize = false;
  UpdateFormula formula = UpdateFormula::torch;
};
/// Adam with decoupled weight decay: torch.optim.AdamW.
class TRIPTYCH_API AdamW : public RuleOptimizer<AdamW, AdamWOptions> {
 public:
  using RuleOptimizer::RuleOptimizer;
  template <class = void>
  AdamW(std::vector<Tensor> params, ...) = delete;  // neither a learning rate nor AdamWOptions

 private:
  friend RuleOptimizer;
  static constexpr const char* class_name = "AdamW";
  static void check_rule(const AdamWOptions& options, Location where);
  static std::vector<Setting> settings_of(AdamWOptions& options);
  static std::vector<Buffer> buffers_of(const AdamWOptions& options);
  static void update(const AdamWOptions& options, const Tensor& rate, const Operands& with, Location where);
  void add_texts(std::size_t group, std::map<std::string, std::string>& options) const override;
};

struct AdamaxOptions {
  double lr = 2e-3;
  std::pair<double, double> betas = {0.9, 0.999};
  double eps = 1e-8;
  double weight_decay = 0;
  bool maximize = false;
};
/// Adam with the maximum norm: torch.optim.Adamax.
class TRIPTYCH_API Adamax : public RuleOptimizer<Adamax, AdamaxOptions> {
 public:
  using RuleOptimizer::RuleOptimizer;
  template <class = void>
  Adamax(std::vector<Tensor> params, ...) = delete;  // neither a learning rate nor AdamaxOptions

 private:
  friend RuleOptimizer;
  static constexpr const char* class_name = "Adamax";
  static void check_rule(const AdamaxOptions& options, Location where);
  static std::vector<Setting> settings_of(AdamaxOptions& options);
  static std::vector<Buffer> buffers_of(const AdamaxOptions& options);
  static void update(const AdamaxOptions& options, const Tensor& rate, const Operands& with, Location where);
};

struct NAdamOptions {
  double lr = 2e-3;
  std::pair<double, double> betas = {0.9, 0.999};
  double eps = 1e-8;
  double weight_decay = 0;
  double momentum_decay = 4e-3;
  bool decoupled_weight_decay = false;
  bool maximize = false;
};
/// Adam with Nesterov's momentum: torch.optim.NAdam.
class TRIPTYCH_API NAdam : public RuleOptimizer<NAdam, NAdamOptions> {
 public:
  using RuleOptimizer::RuleOptimizer;
  template <class = void>
  NAdam(std::vector<Tensor> params, ...) = delete;  // neither a learning rate nor NAdamOptions

 private:
  friend RuleOptimizer;
  static constexpr const char* class_name = "NAdam";
  static void check_rule(const NAdamOptions& options, Location where);
  static std::vector<Setting> settings_of(NAdamOptions& options);
  static std::vector<Buffer> buffers_of(const NAdamOptions& options);
  static void update(const NAdamOptions& options, const Tensor& rate, const Operands& with, Location where);
};

struct RAdamOptions {
  double lr = 1e-3;
  std::pair<double, double> betas = {0.9, 0.999};
  double eps = 1e-8;
  double weight_decay = 0;
  bool decoupled_weight_decay = false;
  bool maximize = false;
};
/// Rectified Adam: torch.optim.RAdam.
class TRIPTYCH_API RAdam : public RuleOptimizer<RAdam, RAdamOptions> {
 public:
  using RuleOptimizer::RuleOptimizer;
  template <class = void>
  RAdam(std::vector<Tensor> params, ...) = delete;  // neither a learning rate nor RAdamOptions

 private:
  friend RuleOptimizer;
  static constexpr const char* class_name = "RAdam";
  static void check_rule(const RAdamOptions& options, Location where);
  static std::vector<Setting> settings_of(RAdamOptions& options);
  static std::vector<Buffer> buffers_of(const RAdamOptions& options);
  static void update(const RAdamOptions& options, const Tensor& rate, const Operands& with, Location where);
};

}  // namespace triptych::eager::optim
