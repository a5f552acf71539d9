// Learning rates that follow a plan, as torch.optim.lr_scheduler's. A scheduler is made after its optimizer and stepped
// after it: `optimizer.step(); scheduler.step();`.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "triptych/core/io.h"
#include "triptych/core/text.h"
#include "triptych/eager/optim/optimizer.h"

namespace triptych::eager::optim::lr_scheduler {

/// A number for all groups of an optimizer, or one for each.
class TRIPTYCH_API PerGroup {
 public:
  template <Number T>
  PerGroup(T value) : values_{static_cast<double>(value)}, all_(true) {}
  PerGroup(std::initializer_list<double> values) : values_(values) {}
  PerGroup(std::vector<double> values) : values_(std::move(values)) {}
  /// ArgumentError of `op` unless it is for `groups` groups and all are finite.
  std::vector<double> of(std::size_t groups, const char* op, const char* name, Location where) const;

 private:
  std::vector<double> values_;
  bool all_ = false;
};

/// Base of the schedulers. An optimizer's first scheduler keeps the learning rates of its groups as their
/// `initial_lr`, in the optimizer's state, too. `last_epoch` is -1 for a new training; else the groups must have an
/// initial_lr (from load_state_dict), and the plan goes on behind that epoch.
/// ArgumentError if an option is out of range, or in `step` if the optimizer is gone or has got another number of
/// groups, or the plan gives a rate that is negative or not finite; then nothing changes.
class TRIPTYCH_API LRScheduler {
 public:
  virtual ~LRScheduler();
  LRScheduler(const LRScheduler&) = delete;
  LRScheduler& operator=(const LRScheduler&) = delete;

  /// Sets the rates of the next epoch. Warns once if the optimizer has not stepped yet (core/warning.h).
  virtual void step(Location where = Location::here());
  /// The rates that were set last, one for each group.
  const std::vector<double>& get_last_lr() const { return last_lr_; }
  const std::vector<double>& base_lrs() const { return base_lrs_; }
  std::int64_t last_epoch() const { return last_epoch_; }
  /// Everything but the optimizer and functions, by PyTorch's names.
  virtual StateDict state_dict(Location where = Location::here()) const;
  /// ArgumentError, and nothing changes, if an entry is missing, too much, or of another kind.
  virtual void load_state_dict(const StateDict& state, Location where = Location::here());
  Optimizer& optimizer(Location where = Location::here()) const;

 protected:
  /// A member of the state: a number, a whole number, a flag or a list.
  struct Field {
    const char* name;
    double* number = nullptr;
    std::int64_t* whole = nullptr;
    bool* flag = nullptr;
    std::vector<double>* list = nullptr;
  };
  static Field field(const char* name, double& value) { return {.name = name, .number = &value}; }
  static Field field(const char* name, std::int64_t& value) { return {.name = name, .whole = &value}; }
  static Field field(const char* name, bool& value) { return {.name = name, .flag = &value}; }
  static Field field(const char* name, std::vector<double>& value) { return {.name = name, .list = &value}; }

  LRScheduler(const char* name, Optimizer& optimizer);
  /// A constructor ends with it: sets the rates of the first epoch.
  void begin(std::int64_t last_epoch, Location where);
  /// The rates for `last_epoch_`, one for each group.
  virtual std::vector<double> get_lr() = 0;
  /// The same as a function of the epoch alone, where there is one.
  virtual std::optional<std::vector<double>> closed_form() const;
  /// What stands in the momentum's place in each group, if the plan has it: Adam's first beta.
  virtual std::vector<double> momenta();
  virtual std::vector<Field> fields();
  virtual bool needs_metric() const { return false; }

  std::size_t groups() const { return groups_at_start_; }
  std::vector<double> current() const;
  /// current() times a factor.
  std::vector<double> scaled(double factor) const;
  std::vector<double> base_scaled(double factor) const;
  void set_rates(const std::vector<double>& rates, const std::vector<double>& momenta, Location where);
  /// Goes to `epoch`, or to the next one.
  void update(std::optional<std::int64_t> epoch, Location where);
  void restart(Location where);
  void check_groups(Location where) const;
  /// ArgumentError for schedulers that another one cannot be made of.
  void check_parts(const std::vector<std::shared_ptr<LRScheduler>>& schedulers, Location where) const;
  /// The groups' rates before their first scheduler; `set_initial` sets one anew.
  std::vector<double> initial_lrs(Location where) const;
  void set_initial(std::size_t group, double rate) const;
  static const char* momentum_name(const Optimizer& optimizer);
  [[noreturn]] void fail(std::string_view rule, std::string_view given, std::string_view hint, Location where) const;

  friend class SequentialLR;
  friend class ChainedScheduler;
  virtual void undo_first_step() { --last_epoch_; }

  const char* name_;
  std::shared_ptr<Optimizer::Life> life_;
  std::size_t groups_at_start_;
  std::vector<double> base_lrs_, last_lr_;
  std::int64_t last_epoch_ = -1, step_count_ = 0;
  bool initial_ = false;  // while the first rates are set
};

/// Of an epoch, the factor of a learning rate.
using LRLambda = std::function<double(std::int64_t)>;
/// One function for all groups, or one for each.
class TRIPTYCH_API LRLambdas {
 public:
  template <class F>
  requires std::is_invocable_r_v<double, F&, std::int64_t> LRLambdas(F function)
      : functions_{LRLambda(std::move(function))}, all_(true) {}
  LRLambdas(std::vector<LRLambda> functions) : functions_(std::move(functions)) {}
  /// ArgumentError of `op` unless it is for `groups` groups and none is empty.
  std::vector<LRLambda> of(std::size_t groups, const char* op, Location where) const;

 private:
  std::vector<LRLambda> functions_;
  bool all_ = false;
};

/// lr = base_lr lr_lambda(epoch).
class TRIPTYCH_API LambdaLR : public LRScheduler {
 public:
  LambdaLR(Optimizer& optimizer, const LRLambdas& lr_lambda, std::int64_t last_epoch = -1,
           Location where = Location::here());

 private:
  std::vector<double> get_lr() override;
  std::vector<LRLambda> lambdas_;
};

/// lr <- lr lr_lambda(epoch).
class TRIPTYCH_API MultiplicativeLR : public LRScheduler {
 public:
  MultiplicativeLR(Optimizer& optimizer, const LRLambdas& lr_lambda, std::int64_t last_epoch = -1,
                   Location where = Location::here());

 private:
  std::vector<double> get_lr() override;
  std::vector<LRLambda> lambdas_;
};

/// lr <- lr gamma every `step_size` epochs.
class TRIPTYCH_API StepLR : public LRScheduler {
 public:
  StepLR(Optimizer& optimizer, std::int64_t step_size, double gamma = 0.1, std::int64_t last_epoch = -1,
         Location where = Location::here());

 private:
  std::vector<double> get_lr() override;
  std::optional<std::vector<double>> closed_form() const override;
  std::vector<Field> fields() override;
  std::int64_t step_size_;
  double gamma_;
};

/// lr <- lr gamma at each of `milestones`.
class TRIPTYCH_API MultiStepLR : public LRScheduler {
 public:
  MultiStepLR(Optimizer& optimizer, std::vector<std::int64_t> milestones, double gamma = 0.1,
              std::int64_t last_epoch = -1, Location where = Location::here());

 private:
  std::vector<double> get_lr() override;
  std::optional<std::vector<double>> closed_form() const override;
  std::vector<Field> fields() override;
  std::vector<double> milestones_;  // sorted
  double gamma_;
};

/// lr = base_lr factor until `total_iters`, then base_lr.
class TRIPTYCH_API ConstantLR : public LRScheduler {
 public:
  explicit ConstantLR(Optimizer& optimizer, double factor = 1.0 / 3, std::int64_t total_iters = 5,
                      std::int64_t last_epoch = -1, Location where = Location::here());

 private:
  std::vector<double> get_lr() override;
  std::optional<std::vector<double>> closed_form() const override;
  std::vector<Field> fields() override;
  double factor_;
  std::int64_t total_iters_;
};

/// From base_lr start_factor to base_lr end_factor in `total_iters` epochs.
class TRIPTYCH_API LinearLR : public LRScheduler {
 public:
  explicit LinearLR(Optimizer& optimizer, double start_factor = 1.0 / 3, double end_factor = 1.0,
                    std::int64_t total_iters = 5, std::int64_t last_epoch = -1, Location where = Location::here());

 private:
  std::vector<double> get_lr() override;
  std::optional<std::vector<double>> closed_form() const override;
  std::vector<Field> fields() override;
  double start_factor_, end_factor_;
  std::int64_t total_iters_;
};

/// lr <- lr gamma.
class TRIPTYCH_API ExponentialLR : public LRScheduler {
 public:
  ExponentialLR(Optimizer& optimizer, double gamma, std::int64_t last_epoch = -1, Location where = Location::here());

 private:
  std::vector<double> get_lr() override;
  std::optional<std::vector<double>> closed_form() const override;
  std::vector<Field> fields() override;
  double gamma_;
};

/// lr = base_lr (1 - epoch / total_iters)^power, 0 after.
class TRIPTYCH_API PolynomialLR : public LRScheduler {
 public:
  explicit PolynomialLR(Optimizer& optimizer, std::int64_t total_iters = 5, double power = 1.0,
                        std::int64_t last_epoch = -1, Location where = Location::here());

 private:
  std::vector<double> get_lr() override;
  std::optional<std::vector<double>> closed_form() const override;
  std::vector<Field> fields() override;
  std::int64_t total_iters_;
  double power_;
};

/// lr = eta_min + (base_lr - eta_min) (1 + cos(pi epoch / T_max)) / 2.
class TRIPTYCH_API CosineAnnealingLR : public LRScheduler {
 public:
  CosineAnnealingLR(Optimizer& optimizer, std::int64_t T_max, double eta_min = 0.0, std::int64_t last_epoch = -1,
                    Location where = Location::here());

 private:
  std::vector<double> get_lr() override;
  std::optional<std::vector<double>> closed_form() const override;
  std::vector<Field> fields() override;
  std::int64_t T_max_;
  double eta_min_;
};

/// A cosine of T_0 epochs that starts again, each time T_mult as long (https://arxiv.org/abs/1608.03983).
class TRIPTYCH_API CosineAnnealingWarmRestarts : public LRScheduler {
 public:
  CosineAnnealingWarmRestarts(Optimizer& optimizer, std::int64_t T_0, std::int64_t T_mult = 1, double eta_min = 0.0,
                              std::int64_t last_epoch = -1, Location where = Location::here());
  void step(Location where = Location::here()) override;
  /// To an epoch, which may be a part of one: `scheduler.step(epoch + i / iterations)`.
  void step(double epoch, Location where = Location::here());

 private:
  std::vector<double> get_lr() override;
  std::vector<Field> fields() override;
  std::int64_t T_0_, T_i_, T_mult_;
  double eta_min_, T_cur_;
};

enum class Anneal : std::uint8_t { cos, linear };

struct OneCycleLROptions {
  /// Or `epochs` times `steps_per_epoch`.
  std::optional<std::int64_t> total_steps = {};
  std::optional<std::int64_t> epochs = {};
  std::optional<std::int64_t> steps_per_epoch = {};
  double pct_start = 0.3;
  OwnedText anneal_strategy = "cos";  // or "linear"
  bool cycle_momentum = true;
  PerGroup base_momentum = 0.85;
  PerGroup max_momentum = 0.95;
  double div_factor = 25;
  double final_div_factor = 1e4;
  bool three_phase = false;
  std::int64_t last_epoch = -1;
};
/// From max_lr / div_factor up to max_lr, and down to a final_div_factor-th of the start, the momentum the other way
/// (https://arxiv.org/abs/1708.07120). Stepped after every batch.
class TRIPTYCH_API OneCycleLR : public LRScheduler {
 public:
  OneCycleLR(Optimizer& optimizer, const PerGroup& max_lr, const OneCycleLROptions& options,
             Location where = Location::here());
  template <std::integral T>
  OneCycleLR(Optimizer& optimizer, const PerGroup& max_lr, T total_steps, Location where = Location::here())
      : OneCycleLR(optimizer, max_lr, OneCycleLROptions{.total_steps = static_cast<std::int64_t>(total_steps)}, where) {
  }

 private:
  struct Phase {
    double end;
    const std::vector<double>*from, *to, *momentum_from, *momentum_to;
  };
  std::vector<double> get_lr() override;
  std::vector<double> momenta() override;
  std::vector<Field> fields() override;
  double at(std::size_t group, const std::vector<double>* Phase::*from, const std::vector<double>* Phase::*to) const;
  std::vector<Phase> phases_;
  std::int64_t total_steps_ = 0;
  Anneal anneal_ = Anneal::cos;
  bool cycle_momentum_;
  std::vector<double> initial_lrs_, max_lrs_, min_lrs_, base_momentums_, max_momentums_;
};

struct CyclicLROptions {
  std::int64_t step_size_up = 2000;
  /// As long as the way up, if it is left out.
  std::optional<std::int64_t> step_size_down = {};
  OwnedText mode = "triangular";  // or "triangular2", "exp_range"
  double gamma = 1.0;
  /// In place of the mode: of a cycle, or with scale_mode "iterations" of a step, the factor of the height.
  std::function<double(double)> scale_fn = nullptr;
  OwnedText scale_mode = "cycle";
  bool cycle_momentum = true;
  PerGroup base_momentum = 0.8;
  PerGroup max_momentum = 0.9;
  std::int64_t last_epoch = -1;
};
/// Up and down between base_lr and max_lr (https://arxiv.org/abs/1506.01186). Stepped after every batch.
class TRIPTYCH_API CyclicLR : public LRScheduler {
 public:
  CyclicLR(Optimizer& optimizer, const PerGroup& base_lr, const PerGroup& max_lr, const CyclicLROptions& options = {},
           Location where = Location::here());

 private:
  std::vector<double> get_lr() override;
  std::vector<double> momenta() override;
  std::vector<Field> fields() override;
  /// How far the way up is done, and how high it goes.
  double height() const;
  double total_size_, step_ratio_, gamma_;
  std::function<double(double)> scale_fn_;
  bool by_cycle_, cycle_momentum_;
  std::vector<double> plan_lrs_, max_lrs_, base_momentums_, max_momentums_;
};

struct ReduceLROnPlateauOptions {
  OwnedText mode = "min";  // or "max"
  double factor = 0.1;
  std::int64_t patience = 10;
  double threshold = 1e-4;
  OwnedText threshold_mode = "rel";  // or "abs"
  std::int64_t cooldown = 0;
  PerGroup min_lr = 0.0;
  double eps = 1e-8;
};
/// lr <- lr factor when a metric has not got better for more than `patience` epochs: `scheduler.step(loss)`.
class TRIPTYCH_API ReduceLROnPlateau : public LRScheduler {
 public:
  explicit ReduceLROnPlateau(Optimizer& optimizer, const ReduceLROnPlateauOptions& options = {},
                             Location where = Location::here());
  ReduceLROnPlateau(Optimizer& optimizer, OwnedText mode, double factor = 0.1, std::int64_t patience = 10,
                    Location where = Location::here())
      : ReduceLROnPlateau(optimizer,
                          ReduceLROnPlateauOptions{.mode = std::move(mode), .factor = factor, .patience = patience},
                          where) {}
  /// ArgumentError: it needs a metric.
  void step(Location where = Location::here()) override;
  void step(double metrics, Location where = Location::here());
  void step(const Tensor& metrics, Location where = Location::here());

 private:
  std::vector<double> get_lr() override { return current(); }
  std::vector<Field> fields() override;
  bool needs_metric() const override { return true; }
  bool better(double value) const;
  bool smallest_, relative_;
  double factor_, threshold_, eps_, best_;
  std::int64_t patience_, cooldown_, cooldown_counter_ = 0, num_bad_epochs_ = 0;
  std::vector<double> min_lrs_;
};

/// One scheduler after the other, the next one from each of `milestones` on.
class TRIPTYCH_API SequentialLR : public LRScheduler {
 public:
  SequentialLR(Optimizer& optimizer, std::vector<std::shared_ptr<LRScheduler>> schedulers,
               std::vector<std::int64_t> milestones, std::int64_t last_epoch = -1, Location where = Location::here());
  void step(Location where = Location::here()) override;
  StateDict state_dict(Location where = Location::here()) const override;
  void load_state_dict(const StateDict& state, Location where = Location::here()) override;

 private:
  std::vector<double> get_lr() override { return current(); }
  void undo_first_step() override;
  /// Which scheduler runs in an epoch.
  std::size_t running(std::int64_t epoch) const;
  std::vector<std::shared_ptr<LRScheduler>> schedulers_;
  std::vector<std::int64_t> milestones_;
};

/// All of the schedulers at each step.
class TRIPTYCH_API ChainedScheduler : public LRScheduler {
 public:
  explicit ChainedScheduler(std::vector<std::shared_ptr<LRScheduler>> schedulers, Location where = Location::here());
  void step(Location where = Location::here()) override;
  StateDict state_dict(Location where = Location::here()) const override;
  void load_state_dict(const StateDict& state, Location where = Location::here()) override;

 private:
  std::vector<double> get_lr() override { return current(); }
  void undo_first_step() override;
  std::vector<std::shared_ptr<LRScheduler>> schedulers_;
};

}  // namespace triptych::eager::optim::lr_scheduler
