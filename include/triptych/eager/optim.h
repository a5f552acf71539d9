// Optimizers, as torch.optim's.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "triptych/core/callable.h"
#include "triptych/core/io.h"
#include "triptych/core/ops/update.h"
#include "triptych/core/tensor.h"

namespace triptych::eager::optim {

/// What all optimizers have in common.
class TRIPTYCH_API Optimizer {
 public:
  virtual ~Optimizer();
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  /// Updates every parameter that has a gradient.
  virtual void step(Location where = Location::here()) = 0;
  /// Computes the loss again, then steps: `optimizer.step([&] { optimizer.zero_grad(); ...; return loss; })`.
  template <class F>
  requires std::is_invocable_r_v<Tensor, F&> Tensor step(F closure, Location where = Location::here()) {
    check_callable("step", closure, where);
    Tensor loss = closure();
    step(where);
    return loss;
  }
  /// Forgets the gradients, or with `set_to_none = false` sets them to zero.
  void zero_grad(bool set_to_none = true, Location where = Location::here());
  /// Steps, buffers and hyperparameters: a snapshot, which `save` writes as it is.
  StateDict state_dict(Location where = Location::here()) const;
  /// Takes them over; ArgumentError, and nothing changes, if groups, parameters or shapes differ, an entry is missing,
  /// a count of steps is negative, or an option out of range.
  void load_state_dict(const StateDict& state, Location where = Location::here());

 protected:
  /// One parameter and what the optimizer keeps for it, undefined until its first step.
  struct Slot {
    Tensor parameter;
    Tensor step;
    std::vector<Tensor> buffers;
  };
  struct Group {
    std::vector<Slot> slots;
    Tensor rate;  // of the last step, as an operand
    double rate_value = 0;
  };
  /// A number in state_dict: a double, or a bool as 0 or 1.
  struct Setting {
    const char* name;
    double* number;
    bool* flag;
  };

  Optimizer(const char* name, std::vector<const char*> buffer_names);
  void add_group(const std::vector<Tensor>& parameters, Location where);
  virtual std::vector<Setting> settings(std::size_t group) = 0;
  /// How many of a slot's buffers the options of a group use.
  virtual std::size_t buffers_used(std::size_t group) const;
  /// ArgumentError for an option out of range.
  virtual void check_options(Location where) const;
  [[noreturn]] void fail(std::string_view rule, std::string_view given, std::string_view hint, Location where) const;

  /// What a group's update is called with: the lists over those parameters that have gradients.
  struct Operands {
    std::vector<Tensor> parameters, gradients, steps;
    std::vector<std::vector<Tensor>> buffers;
    std::vector<std::pair<Tensor*, Tensor>> made;  // missing state, and where it belongs
  };
  /// ArgumentError if a gradient or a buffer does not fit its parameter: before the first group is updated, so that a
  /// step that fails changes nothing.
  void check_slots(Location where) const;
  /// The first `buffers` buffers are used. What the slots lack is made, and stays apart until the step is sure.
  Operands operands(Group& group, std::size_t buffers);
  /// `update` is called for each group, with its number, and calls ops that only write. They all run in the end, when
  /// nothing can fail any more; it returns what it was working on.
  void update_groups(const std::function<Operands(std::size_t)>& update);
  const Tensor& rate(Group& group, double learning_rate);
  /// Of a state that is loaded: ArgumentError for a count that cannot be one, and for a slot with a part of its
  /// entries.
  void check_step(const Tensor& step, const std::string& prefix, Location where) const;
  void check_complete(const Slot& slot, const std::string& prefix, std::size_t used, Location where) const;

  const char* name_;
  std::vector<const char*> buffer_names_;
  std::deque<Group> groups_;
};

/// A group of parameters with options of its own: `optimizer.param_groups()[0].options.lr = 1e-4`.
template <class Options>
struct ParamGroup {
  std::vector<Tensor> params;
  Options options;
};

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

struct AdamWOptions {
  double lr = 1e-3;
  std::pair<double, double> betas = {0.9, 0.999};
  double eps = 1e-8;
  double weight_decay = 1e-2;
  bool amsgrad = false;
  bool maximize = false;
  UpdateFormula formula = UpdateFormula::torch;
};

/// An optimizer with groups of `O`. The constructors take the parameters (a module's `parameters()`) and raise an
/// ArgumentError for an empty list, a parameter that is there twice or is no leaf, or an option out of range.
template <class O>
class GroupedOptimizer : public Optimizer {
 public:
  using Options = O;
  std::vector<ParamGroup<O>>& param_groups() { return param_groups_; }
  const std::vector<ParamGroup<O>>& param_groups() const { return param_groups_; }
  void add_param_group(std::vector<Tensor> params, const O& options, Location where = Location::here()) {
    check(options, where);
    add_group(params, where);
    param_groups_.push_back({std::move(params), options});
  }
  /// Sets the learning rate of all groups.
  void set_lr(double lr) {
    for (auto& group : param_groups_) group.options.lr = lr;
  }

 protected:
  using Optimizer::Optimizer;
  virtual void check(const O& options, Location where) const = 0;
  void check_options(Location where) const override {
    for (const ParamGroup<O>& group : param_groups_) check(group.options, where);
  }
  void check_all(Location where) const {
    check_options(where);
    check_slots(where);
  }

  std::vector<ParamGroup<O>> param_groups_;
};

/// Stochastic gradient descent, with momentum: torch.optim.SGD.
class TRIPTYCH_API SGD : public GroupedOptimizer<SGDOptions> {
 public:
  explicit SGD(std::vector<Tensor> params, const SGDOptions& options = {}, Location where = Location::here());
  template <Number T>
  SGD(std::vector<Tensor> params, T lr, double momentum = 0, Location where = Location::here())
      : SGD(std::move(params), SGDOptions{.lr = static_cast<double>(lr), .momentum = momentum}, where) {}
  template <class = void>
  SGD(std::vector<Tensor> params, ...) = delete;  // neither a learning rate nor SGDOptions
  using Optimizer::step;
  void step(Location where = Location::here()) override;

 private:
  void check(const SGDOptions& options, Location where) const override;
  std::vector<Setting> settings(std::size_t group) override;
  std::size_t buffers_used(std::size_t group) const override;
};

/// Adam: torch.optim.Adam. `decoupled_weight_decay` makes it AdamW.
class TRIPTYCH_API Adam : public GroupedOptimizer<AdamOptions> {
 public:
  explicit Adam(std::vector<Tensor> params, const AdamOptions& options = {}, Location where = Location::here());
  template <Number T>
  Adam(std::vector<Tensor> params, T lr, Location where = Location::here())
      : Adam(std::move(params), AdamOptions{.lr = static_cast<double>(lr)}, where) {}
  template <class = void>
  Adam(std::vector<Tensor> params, ...) = delete;  // neither a learning rate nor AdamOptions
  using Optimizer::step;
  void step(Location where = Location::here()) override;

 protected:
  Adam(const char* name, std::vector<Tensor> params, const AdamOptions& options, Location where);

 private:
  void check(const AdamOptions& options, Location where) const override;
  std::vector<Setting> settings(std::size_t group) override;
  std::size_t buffers_used(std::size_t group) const override;
};

/// Adam with decoupled weight decay: torch.optim.AdamW.
class TRIPTYCH_API AdamW : public Adam {
 public:
  explicit AdamW(std::vector<Tensor> params, const AdamWOptions& options = {}, Location where = Location::here());
  template <Number T>
  AdamW(std::vector<Tensor> params, T lr, Location where = Location::here())
      : AdamW(std::move(params), AdamWOptions{.lr = static_cast<double>(lr)}, where) {}
  template <class = void>
  AdamW(std::vector<Tensor> params, ...) = delete;  // neither a learning rate nor AdamWOptions
};

}  // namespace triptych::eager::optim
