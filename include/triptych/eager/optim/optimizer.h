// What all optimizers have in common: groups of parameters, state, checkpoints.
#pragma once

#include <concepts>
#include <cstdint>
#include <deque>
#include <functional>
#include <initializer_list>
#include <iosfwd>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "triptych/core/callable.h"
#include "triptych/core/io.h"
#include "triptych/core/ops/update.h"
#include "triptych/core/tensor.h"
#include "triptych/core/text.h"
#include "triptych/eager/nn/hooks.h"

namespace triptych::eager::optim {

namespace lr_scheduler {
class LRScheduler;
}

/// Base of the optimizers.
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
    return step_with(std::function<Tensor()>(std::ref(closure)), where);
  }
  /// `hook(optimizer)` is called before each step and before its closure, or after it; after a step that fails it is
  /// not.
  nn::RemovableHandle register_step_pre_hook(std::function<void(Optimizer&)> hook, Location where = Location::here());
  nn::RemovableHandle register_step_post_hook(std::function<void(Optimizer&)> hook, Location where = Location::here());
  /// Forgets the gradients, or with `set_to_none = false` sets them to zero.
  void zero_grad(bool set_to_none = true, Location where = Location::here());
  /// Steps, buffers and hyperparameters: a snapshot, which `save` writes as it is. Names are PyTorch's with dots:
  /// "state.0.exp_avg", "param_groups.0.lr".
  StateDict state_dict(Location where = Location::here()) const;
  /// Takes them over, and forgets what the state does not have, as that of an optimizer that never stepped.
  /// ArgumentError, and nothing changes, if the groups, their parameters' number or shapes differ, an entry is missing,
  /// a count of steps is negative, or an option out of range.
  void load_state_dict(const StateDict& state, Location where = Location::here());

  /// Its groups and their options, as PyTorch prints them.
  std::string text() const;

  /// For what works with any optimizer: the groups, and their options by name ("lr", "momentum", "beta1").
  std::size_t group_count() const { return groups_.size(); }
  bool has_option(std::size_t group, Text name) const;
  /// ArgumentError if there is no such group or option.
  double option(std::size_t group, Text name, Location where = Location::here()) const;
  void set_option(std::size_t group, Text name, double value, Location where = Location::here());

 protected:
  /// What an optimizer keeps for a parameter.
  enum class Form : std::uint8_t {
    parameter,  // a tensor like it
    number,     // 0-d float64
    row,        // of matrices: like it with 1 in place of the last dimension
    column,     // of matrices: with 1 in place of the last but one
    vector      // of others: like it
  };
  struct Buffer {
    const char* name;
    bool used = true;
    double start = 0;
    Form form = Form::parameter;
    bool at_once = false;  // made with the group
  };
  /// One parameter and what the optimizer keeps for it, undefined until its first step, unless made at once.
  struct Slot {
    Tensor parameter;
    Tensor step;
    std::vector<Tensor> buffers;
  };
  struct Group {
    std::vector<Slot> slots;
    Tensor rate;  // of the last step, as an operand
    double rate_value = 0;
    std::optional<double> initial_lr;  // before the first scheduler
  };
  /// A number in state_dict: a double, a whole number, or a bool as 0 or 1.
  class Setting {
   public:
    /// `is_float`: PyTorch's default is one, so that 1 is printed as 1.0.
    Setting(const char* name, double* number, bool is_float = false)
        : name(name), number_(number), is_float_(is_float) {}
    Setting(const char* name, bool* flag) : name(name), flag_(flag) {}
    Setting(const char* name, std::int64_t* whole) : name(name), whole_(whole) {}
    double get() const;
    void set(double value) const;
    /// As Python prints it: a truth, a whole number, or another.
    std::string text() const;
    /// Whether the setting can hold the value.
    bool holds(double value) const;
    const char* name;

   private:
    double* number_ = nullptr;
    bool* flag_ = nullptr;
    std::int64_t* whole_ = nullptr;
    bool is_float_ = false;
  };

  explicit Optimizer(const char* name);
  /// A step while it is taken: calls the hooks, where it is not within another one, as that of a closure's.
  class TRIPTYCH_API Stepping {
   public:
    explicit Stepping(Optimizer& optimizer);
    ~Stepping();
    Stepping(const Stepping&) = delete;
    Stepping& operator=(const Stepping&) = delete;
    void done();

   private:
    Optimizer& optimizer_;
  };
  /// The group's options must be there already.
  void add_group(const std::vector<Tensor>& parameters, Location where);
  virtual std::vector<Setting> settings(std::size_t group) = 0;
  /// All buffers in the order of their names, those that the options of a group use marked as such.
  virtual std::vector<Buffer> buffers(std::size_t group) const = 0;
  /// Puts options that are no numbers of their own to the texts of those that are, by PyTorch's names.
  virtual void add_texts(std::size_t group, std::map<std::string, std::string>& options) const;
  /// ArgumentError for an option out of range.
  virtual void check_options(Location where) const;
  /// ArgumentError for parameters that the optimizer cannot train.
  virtual void check_parameters(const std::vector<Tensor>& parameters, Location where) const;
  virtual Tensor step_with(const std::function<Tensor()>& closure, Location where);
  /// State that belongs to no parameter, with its full names; `take` gives an entry of the state that is loaded, or
  /// null.
  virtual void save_extra(StateDict& state, Location where) const;
  virtual std::function<void()> load_extra(const std::function<const Tensor*(const std::string&)>& take,
                                           Location where);
  [[noreturn]] void fail(std::string_view rule, std::string_view given, std::string_view hint, Location where) const;

  /// What a group's update is called with: the lists over those parameters that have gradients. Buffers that are not
  /// used are empty lists, those that a parameter does not have undefined.
  struct Operands {
    std::vector<Tensor> parameters, gradients, steps;
    std::vector<std::vector<Tensor>> buffers;
    std::vector<std::pair<Tensor*, Tensor>> made;  // missing state, and where it belongs
  };
  /// ArgumentError if a gradient or a buffer does not fit its parameter: before the first group is updated, so that a
  /// step that fails changes nothing.
  void check_slots(Location where) const;
  /// What the slots lack is made, and stays apart until the step is sure.
  Operands operands(std::size_t group);
  /// `update` is called for each group, with its number, and calls ops that only write. They all run in the end, when
  /// nothing can fail any more; it returns what it was working on.
  void update_groups(const std::function<Operands(std::size_t)>& update);
  const Tensor& rate(Group& group, double learning_rate);

  const char* name_;
  std::deque<Group> groups_;
  /// Of this object, so that schedulers see steps, and its end.
  struct Life {
    Optimizer* optimizer;
    std::int64_t steps = 0;
  };
  std::shared_ptr<Life> life_;

 private:
  friend class lr_scheduler::LRScheduler;
  struct StepHook {
    std::function<void(Optimizer&)> function;
    std::shared_ptr<bool> active = std::make_shared<bool>(true);
  };
  void call(std::vector<StepHook>& hooks);
  const Setting find_option(std::size_t group, std::string_view name, Location where) const;
  /// Of a state that is loaded: ArgumentError for other groups, a count that cannot be one, and a slot with a part of
  /// its entries.
  void check_groups(const StateDict& state, Location where) const;
  void check_step(const Tensor& step, const std::string& prefix, Location where) const;
  void check_complete(const Slot& slot, const std::string& prefix, const std::vector<Buffer>& buffers,
                      Location where) const;

  std::vector<StepHook> pre_hooks_, post_hooks_;
  int stepping_ = 0;
};

TRIPTYCH_API std::ostream& operator<<(std::ostream& out, const Optimizer& optimizer);

/// A group of parameters with options of its own: `optimizer.param_groups()[0].options.lr = 1e-4`.
template <class Options>
struct ParamGroup {
  std::vector<Tensor> params;
  Options options;
};
/// A group as constructors take it; without options of its own it has those that stand after the groups:
/// `SGD({{base.parameters()}, {head.parameters(), {{.lr = 1e-3}}}}, {.lr = 1e-2})`.
template <class Options>
struct GroupOf {
  std::vector<Tensor> params;
  std::optional<Options> options = {};
};

/// An optimizer with groups of `O`. The constructors take the parameters (a module's `parameters()`) and raise an
/// ArgumentError for an empty list, a parameter that is there twice or is no leaf, or an option out of range.
template <class O>
class GroupedOptimizer : public Optimizer {
 public:
  using Options = O;
  std::vector<ParamGroup<O>>& param_groups() { return param_groups_; }
  const std::vector<ParamGroup<O>>& param_groups() const { return param_groups_; }
  /// The options of groups that are given none.
  const O& defaults() const { return defaults_; }
  void add_param_group(std::vector<Tensor> params, const O& options, Location where = Location::here()) {
    check(options, where);
    param_groups_.push_back({params, options});
    try {
      add_group(params, where);
    } catch (...) {
      param_groups_.pop_back();
      throw;
    }
  }
  /// With the options that the constructor was given.
  template <std::same_as<std::vector<Tensor>> T>
  void add_param_group(const T& params, Location where = Location::here()) {
    add_param_group(params, O(defaults_), where);
  }
  /// Sets the learning rate of all groups.
  void set_lr(double lr) {
    for (auto& group : param_groups_) group.options.lr = lr;
  }

 protected:
  GroupedOptimizer(const char* name, const O& defaults) : Optimizer(name), defaults_(defaults) {}
  virtual void check(const O& options, Location where) const = 0;
  void check_options(Location where) const override {
    for (const ParamGroup<O>& group : param_groups_) check(group.options, where);
  }

  O defaults_;
  std::vector<ParamGroup<O>> param_groups_;
};

/// The optimizer `Rule`, which derives from this class and says by static functions what is its own: `class_name`,
/// `check_rule`, `settings_of`, `buffers_of` and `update(options, rate, operands,
/// where)`.
template <class Rule, class O>
class RuleOptimizer : public GroupedOptimizer<O> {
 public:
  explicit RuleOptimizer(std::vector<Tensor> params, const O& options = {}, Location where = Location::here())
      : GroupedOptimizer<O>(Rule::class_name, options) {
    this->add_param_group(std::move(params), options, where);
  }
  RuleOptimizer(std::initializer_list<GroupOf<O>> groups, const O& options = {}, Location where = Location::here())
      : GroupedOptimizer<O>(Rule::class_name, options) {
    if (groups.size() == 0) this->add_param_group({}, options, where);
    for (const GroupOf<O>& group : groups)
      this->add_param_group(group.params, group.options ? *group.options : options, where);
  }
  template <Number T>
  RuleOptimizer(std::vector<Tensor> params, T lr, Location where = Location::here())
      : RuleOptimizer(std::move(params), with_lr(static_cast<double>(lr)), where) {}

  using Optimizer::step;
  void step(Location where = Location::here()) override {
    const Frame frame(where);
    Optimizer::Stepping stepping(*this);
    this->check_options(where);
    this->check_slots(where);
    this->update_groups([&](std::size_t g) {
      const O& options = this->param_groups_[g].options;
      Optimizer::Operands with = this->operands(g);
      if (!with.parameters.empty()) Rule::update(options, this->rate(this->groups_[g], options.lr), with, where);
      return with;
    });
    stepping.done();
  }

 protected:
  using typename Optimizer::Buffer;
  using typename Optimizer::Form;
  using typename Optimizer::Operands;
  using typename Optimizer::Setting;

  static O with_lr(double lr) {
    O options;
    options.lr = lr;
    return options;
  }
  void check(const O& options, Location where) const override { Rule::check_rule(options, where); }
  std::vector<Setting> settings(std::size_t group) override {
    return Rule::settings_of(this->param_groups_[group].options);
  }
  void check_parameters(const std::vector<Tensor>& parameters, Location where) const override {
    if constexpr (requires { Rule::check_shapes(parameters, where); }) Rule::check_shapes(parameters, where);
  }
  std::vector<Buffer> buffers(std::size_t group) const override {
    return Rule::buffers_of(this->param_groups_[group].options);
  }
};

}  // namespace triptych::eager::optim
