// Optimizers that look at a parameter as a whole: Adafactor and Muon.
#pragma once

#include <array>

#include "triptych/core/ops/composed_updates.h"
#include "triptych/eager/optim/optimizer.h"

namespace triptych::eager::optim {

struct AdafactorOptions {
  double lr = 1e-2;
  double beta2_decay = -0.8;
  /// The first is that of the dtype if it is left out.
  std::pair<std::optional<double>, double> eps = {std::nullopt, 1e-3};
  double d = 1;
  double weight_decay = 0;
  bool maximize = false;
};
/// Second moments by rows and columns: torch.optim.Adafactor.
class TRIPTYCH_API Adafactor : public RuleOptimizer<Adafactor, AdafactorOptions> {
 public:
  using RuleOptimizer::RuleOptimizer;
  template <class = void>
  Adafactor(std::vector<Tensor> params, ...) = delete;  // neither a learning rate nor AdafactorOptions

 private:
  friend RuleOptimizer;
  static constexpr const char* class_name = "Adafactor";
  static void check_rule(const AdafactorOptions& options, Location where);
  static std::vector<Setting> settings_of(AdafactorOptions& options);
  static std::vector<Buffer> buffers_of(const AdafactorOptions& options);
  static void update(const AdafactorOptions& options, const Tensor& rate, const Operands& with, Location where);
  void add_texts(std::size_t group, std::map<std::string, std::string>& options) const override;
};

struct MuonOptions {
  double lr = 1e-3;
  double weight_decay = 0.1;
  double momentum = 0.95;
  bool nesterov = true;
  std::array<double, 3> ns_coefficients = {3.4445, -4.7750, 2.0315};
  double eps = 1e-7;
  std::int64_t ns_steps = 5;
  MuonUpdate::Scale adjust_lr_fn = MuonUpdate::Scale::original;
};
/// Momentum made orthogonal, for matrices: torch.optim.Muon.
class TRIPTYCH_API Muon : public RuleOptimizer<Muon, MuonOptions> {
 public:
  using RuleOptimizer::RuleOptimizer;
  template <class = void>
  Muon(std::vector<Tensor> params, ...) = delete;  // neither a learning rate nor MuonOptions

 private:
  friend RuleOptimizer;
  static constexpr const char* class_name = "Muon";
  static void check_rule(const MuonOptions& options, Location where);
  static void check_shapes(const std::vector<Tensor>& parameters, Location where);
  static std::vector<Setting> settings_of(MuonOptions& options);
  static std::vector<Buffer> buffers_of(const MuonOptions& options);
  static void update(const MuonOptions& options, const Tensor& rate, const Operands& with, Location where);
  void add_texts(std::size_t group, std::map<std::string, std::string>& options) const override;
};

}  // namespace triptych::eager::optim
