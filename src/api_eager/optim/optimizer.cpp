// What the optimizers share: groups, state, checkpoints.
#include "triptych/eager/optim/optimizer.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <ostream>
#include <unordered_set>

#include "api_eager/repr.h"
#include "core/dispatch/backend.h"
#include "core/dispatch/update_batch.h"
#include "core/support/hyperparameter.h"
#include "core/support/span.h"
#include "core/tensor/tensor_impl.h"
#include "triptych/core/autograd.h"
#include "triptych/core/ops.h"

namespace triptych::eager::optim {

Optimizer::Optimizer(const char* name) : name_(name), life_(std::make_shared<Life>(Life{this})) {}
Optimizer::~Optimizer() { life_->optimizer = nullptr; }

void Optimizer::add_texts(std::size_t, std::map<std::string, std::string>&) const {}
void Optimizer::check_options(Location) const {}
void Optimizer::check_parameters(const std::vector<Tensor>&, Location) const {}
void Optimizer::save_extra(StateDict&, Location) const {}
std::function<void()> Optimizer::load_extra(const std::function<const Tensor*(const std::string&)>&, Location) {
  return [] {};
}

Tensor Optimizer::step_with(const std::function<Tensor()>& closure, Location where) {
  Stepping stepping(*this);
  Tensor loss = closure();
  step(where);
  stepping.done();
  return loss;
}

nn::RemovableHandle Optimizer::register_step_pre_hook(std::function<void(Optimizer&)> hook, Location where) {
  check_callable("register_step_pre_hook", hook, where);
  return nn::RemovableHandle(pre_hooks_.emplace_back(StepHook{std::move(hook)}).active);
}
nn::RemovableHandle Optimizer::register_step_post_hook(std::function<void(Optimizer&)> hook, Location where) {
  check_callable("register_step_post_hook", hook, where);
  return nn::RemovableHandle(post_hooks_.emplace_back(StepHook{std::move(hook)}).active);
}

void Optimizer::call(std::vector<StepHook>& hooks) {
  std::erase_if(hooks, [](const StepHook& hook) { return !*hook.active; });
  for (const StepHook& hook : std::vector(hooks))  // a copy: a hook may remove itself, or register others
    if (*hook.active) hook.function(*this);
}

Optimizer::Stepping::Stepping(Optimizer& optimizer) : optimizer_(optimizer) {
  if (optimizer_.stepping_ == 0 && !optimizer_.pre_hooks_.empty()) {
    const UserCode theirs;
    optimizer_.call(optimizer_.pre_hooks_);
  }
  ++optimizer_.stepping_;
}
Optimizer::Stepping::~Stepping() { --optimizer_.stepping_; }
void Optimizer::Stepping::done() {
  if (optimizer_.stepping_ == 1 && !optimizer_.post_hooks_.empty()) {
    const UserCode theirs;
    optimizer_.call(optimizer_.post_hooks_);
  }
}

double Optimizer::Setting::get() const {
  return number_ ? *number_ : flag_ ? static_cast<double>(*flag_) : static_cast<double>(*whole_);
}
void Optimizer::Setting::set(double value) const {
  if (number_)
    *number_ = value;
  else if (flag_)
    *flag_ = value != 0;
  else
    *whole_ = static_cast<std::int64_t>(value);
}
bool Optimizer::Setting::holds(double value) const {
  if (number_) return true;
  if (flag_) return value == 0 || value == 1;
  return std::trunc(value) == value && std::abs(value) < 0x1p53;
}

std::string Optimizer::Setting::text() const {
  const double value = get();
  if (flag_) return python_text(*flag_);
  if (is_float_) return python_text(value);
  return std::trunc(value) == value && std::abs(value) < 1e15 ? std::to_string(static_cast<std::int64_t>(value))
                                                              : python_text(value);
}

std::string Optimizer::text() const {
  // Pairs are one option in PyTorch.
  constexpr std::pair<std::string_view, const char*> pairs[] = {
      {"beta1", "betas"}, {"etaminus", "etas"}, {"step_size_min", "step_sizes"}};
  std::string all = std::string(name_) + " (";
  for (std::size_t group = 0; group < groups_.size(); ++group) {
    std::map<std::string, std::string> options;  // by name
    const std::vector<Setting> settings_now = const_cast<Optimizer*>(this)->settings(group);
    for (std::size_t i = 0; i < settings_now.size(); ++i) {
      const auto pair = std::find_if(std::begin(pairs), std::end(pairs),
                                     [&](const auto& p) { return p.first == settings_now[i].name; });
      if (pair == std::end(pairs)) {
        options[settings_now[i].name] = settings_now[i].text();
      } else {
        options[pair->second] = "(" + settings_now[i].text() + ", " + settings_now[i + 1].text() + ")";
        ++i;
      }
    }
    add_texts(group, options);
    if (groups_[group].initial_lr) options["initial_lr"] = python_text(*groups_[group].initial_lr);
    all += "\nParameter Group " + std::to_string(group) + "\n";
    for (const auto& [name, value] : options) all += "    " + name + ": " + value + "\n";
  }
  return all + ")";
}

std::ostream& operator<<(std::ostream& out, const Optimizer& optimizer) { return out << optimizer.text(); }

const Optimizer::Setting Optimizer::find_option(std::size_t group, std::string_view name, Location where) const {
  if (group >= groups_.size())
    fail("there is no such group", std::to_string(group) + " of " + std::to_string(groups_.size()), "Count from 0",
         where);
  std::string names;
  for (const Setting& setting : const_cast<Optimizer*>(this)->settings(group)) {
    if (setting.name == name) return setting;
    names += (names.empty() ? "" : ", ") + std::string(setting.name);
  }
  fail("there is no option of this name", "'" + std::string(name) + "'", "There are " + names, where);
}
bool Optimizer::has_option(std::size_t group, Text name) const {
  if (group >= groups_.size()) return false;
  const std::vector<Setting> all = const_cast<Optimizer*>(this)->settings(group);
  return std::any_of(all.begin(), all.end(), [&](const Setting& s) { return s.name == std::string_view(name); });
}
double Optimizer::option(std::size_t group, Text name, Location where) const {
  return find_option(group, name, where).get();
}
void Optimizer::set_option(std::size_t group, Text name, double value, Location where) {
  const Setting setting = find_option(group, name, where);
  if (!setting.holds(value))
    fail("an option cannot have this value", "'" + std::string(name) + "' of " + number_text(value), "", where);
  const double before = setting.get();
  setting.set(value);
  try {
    check_options(where);
  } catch (...) {
    setting.set(before);
    throw;
  }
}

namespace {

/// The shape of what is kept for a parameter, nothing if it has none of it.
template <class Form>
std::optional<Shape> shape_of(Form form, const Shape& parameter) {
  const bool matrix = parameter.rank() >= 2;
  Shape shape = parameter;
  switch (form) {
    case Form::parameter:
      return shape;
    case Form::number:
      return Shape();
    case Form::row:
      if (!matrix) return {};
      shape.set(shape.rank() - 1, 1);
      return shape;
    case Form::column:
      if (!matrix) return {};
      shape.set(shape.rank() - 2, 1);
      return shape;
    case Form::vector:
      if (matrix) return {};
      return shape;
  }
  return {};
}

}  // namespace

void Optimizer::fail(std::string_view rule, std::string_view given, std::string_view hint, Location where) const {
  throw ArgumentError(name_, rule, given, hint, where);
}

void Optimizer::add_group(const std::vector<Tensor>& parameters, Location where) {
  if (parameters.empty()) fail("there is no parameter", "an empty list", "Does the module have any?", where);
  const std::vector<Buffer> all = buffers(groups_.size());
  std::unordered_set<const TensorImpl*> seen;
  for (const Group& group : groups_)
    for (const Slot& slot : group.slots) seen.insert(slot.parameter.impl());
  Group group;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const Tensor& parameter = parameters[i];
    const std::string which = "parameter " + std::to_string(i);
    if (!parameter.defined()) fail("a parameter is undefined", which, "", where);
    if (!parameter.is_leaf())
      fail("a parameter is not a leaf", which + " is the result of " + parameter.grad_fn(),
           "Pass what it was computed from", where);
    if (!is_floating(parameter.dtype()))
      fail("a parameter is not floating-point", which + " is " + std::string(dtype_name(parameter.dtype())), "", where);
    if (!seen.insert(parameter.impl()).second) fail("a parameter is given twice", which + " is there twice", "", where);
    Slot& slot = group.slots.emplace_back(Slot{parameter, {}, std::vector<Tensor>(all.size())});
    const DeviceScope there(parameter.device());
    for (std::size_t b = 0; b < all.size(); ++b) {
      if (!all[b].at_once) continue;
      slot.step = zeros({}, int64);
      slot.buffers[b] = full(parameter.shape(), all[b].start, parameter.dtype());
    }
  }
  check_parameters(parameters, where);
  groups_.push_back(std::move(group));
}

void Optimizer::zero_grad(bool set_to_none, Location where) {
  const Frame frame(where);
  const Span span(SpanKind::annotation, "Optimizer.zero_grad");
  if (SpanRecord* const record = span.record()) record->name += std::string("#") + name_ + ".zero_grad";
  std::vector<Tensor> fresh;  // all, before the first is changed
  if (!set_to_none)
    for (const Group& group : groups_)
      for (const Slot& slot : group.slots)
        if (const Tensor gradient = slot.parameter.grad(); gradient.defined()) fresh.push_back(zeros_like(gradient));
  std::size_t next = 0;
  for (Group& group : groups_)
    for (Slot& slot : group.slots)
      if (slot.parameter.grad().defined())
        slot.parameter.impl()->extra->grad = set_to_none ? Tensor() : std::move(fresh[next++]);
}

void Optimizer::check_slots(Location where) const {
  std::size_t index = 0;
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    const std::vector<Buffer> all = buffers(g);
    for (const Slot& slot : groups_[g].slots) {
      const Tensor& parameter = slot.parameter;
      const Tensor gradient = parameter.grad();
      if (gradient.defined()) check_no_living_base(*parameter.impl(), name_, where);
      const auto fits = [&](const Tensor& tensor, const char* what, Form form) {
        if (!tensor.defined()) return;
        const DType dtype = form == Form::number ? float64 : parameter.dtype();
        const std::optional<Shape> shape = shape_of(form, parameter.shape());
        if (shape && tensor.shape() == *shape && tensor.dtype() == dtype) return;
        fail("a gradient or buffer differs from its parameter in shape or dtype",
             "parameter " + std::to_string(index) + " is " + std::string(dtype_name(parameter.dtype())) + " " +
                 parameter.shape().text() + ", its " + what + " " + std::string(dtype_name(tensor.dtype())) + " " +
                 tensor.shape().text(),
             "", where);
      };
      fits(gradient, "gradient", Form::parameter);
      if (gradient.defined())
        for (std::size_t i = 0; i < slot.buffers.size(); ++i) fits(slot.buffers[i], all[i].name, all[i].form);
      ++index;
    }
  }
}

Optimizer::Operands Optimizer::operands(std::size_t g) {
  Operands result;
  const std::vector<Buffer> all = buffers(g);
  const bool stateless = std::none_of(all.begin(), all.end(), [](const Buffer& b) { return b.used; });
  result.buffers.resize(all.size());
  for (Slot& slot : groups_[g].slots) {
    Tensor gradient = slot.parameter.grad();
    if (!gradient.defined()) continue;
    result.parameters.push_back(slot.parameter);
    result.gradients.push_back(std::move(gradient));
    if (stateless) continue;
    const Device device = slot.parameter.device();
    const DeviceScope there(device);
    const auto ready = [&](Tensor& state, const Shape& shape, DType dtype, double start) {
      Tensor value = state.defined() ? on_device(state, device)
                     : start == 0    ? zeros(shape, dtype)
                                     : full(shape, start, dtype);
      if (!value.is_same(state)) result.made.emplace_back(&state, value);
      return value;
    };
    result.steps.push_back(ready(slot.step, {}, int64, 0));
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (!all[i].used) continue;
      const std::optional<Shape> shape = shape_of(all[i].form, slot.parameter.shape());
      result.buffers[i].push_back(shape ? ready(slot.buffers[i], *shape,
                                                all[i].form == Form::number ? float64 : slot.parameter.dtype(),
                                                all[i].start)
                                        : Tensor());
    }
  }
  return result;
}

void Optimizer::update_groups(const std::function<Operands(std::size_t)>& update) {
  const Span span(SpanKind::annotation, "Optimizer.step");
  if (SpanRecord* const record = span.record()) record->name += std::string("#") + name_ + ".step";
  std::vector<Operands> groups;
  groups.reserve(groups_.size());
  UpdateBatch batch;
  for (std::size_t g = 0; g < groups_.size(); ++g) groups.push_back(update(g));
  batch.run();
  for (Operands& group : groups)
    for (auto& [state, value] : group.made) *state = std::move(value);
  ++life_->steps;
}

const Tensor& Optimizer::rate(Group& group, double learning_rate) {
  const Device device = group.slots[0].parameter.device();
  if (!group.rate.defined() || group.rate_value != learning_rate || group.rate.device() != device) {
    const DeviceScope there(device);
    group.rate = full({}, learning_rate, float64);
    group.rate_value = learning_rate;
  }
  return group.rate;
}

// --- Checkpoints: "state.0.step", "state.0.exp_avg", ..., "param_groups.0.params", "param_groups.0.lr", ...
// ----------------------------------

StateDict Optimizer::state_dict(Location where) const {
  const Frame frame(where);
  StateDict state;
  std::size_t index = 0;
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    const std::vector<Buffer> all = buffers(g);
    for (const Slot& slot : groups_[g].slots) {
      const std::string prefix = "state." + std::to_string(index++) + ".";
      if (slot.step.defined()) state.add(prefix + "step", slot.step.detach(where), where);
      for (std::size_t i = 0; i < all.size(); ++i)
        if (slot.buffers[i].defined()) state.add(prefix + all[i].name, slot.buffers[i].detach(where), where);
    }
  }
  save_extra(state, where);
  std::int64_t first = 0;
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    const std::string prefix = "param_groups." + std::to_string(g) + ".";
    const std::int64_t last = first + static_cast<std::int64_t>(groups_[g].slots.size());
    state.add(prefix + "params", arange(first, last), where);
    first = last;
    for (const Setting& setting : const_cast<Optimizer*>(this)->settings(g))
      state.add(prefix + setting.name, full({}, setting.get(), float64), where);
    if (groups_[g].initial_lr) state.add(prefix + "initial_lr", full({}, *groups_[g].initial_lr, float64), where);
  }
  return state;
}

namespace {

/// While alive and not kept, what has been set is undone in the end.
template <class Setting>
class Settings {
 public:
  void set(const Setting& setting, double value) {
    before_.emplace_back(setting, setting.get());
    setting.set(value);
  }
  void keep() { before_.clear(); }
  ~Settings() {
    for (const auto& [setting, value] : before_) setting.set(value);
  }

 private:
  std::vector<std::pair<Setting, double>> before_;
};

}  // namespace

void Optimizer::load_state_dict(const StateDict& state, Location where) {
  const Frame frame(where);
  GradMode off(false);
  check_groups(state, where);
  std::size_t used = 0;
  std::deque<Group> groups = groups_;
  Settings<Setting> options;
  const auto number = [&](const std::string& name) -> std::optional<double> {
    const Tensor* value = state.find(name);
    if (!value || !value->defined() || value->numel(where) != 1) return {};
    ++used;
    return value->item<double>(where);
  };
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    const std::string prefix = "param_groups." + std::to_string(g) + ".";
    for (const Setting& setting : settings(g)) {
      const std::optional<double> value = number(prefix + setting.name);
      if (!value)
        fail("the state lacks a setting", "'" + prefix + setting.name + "' is missing",
             "Is it the state of another optimizer?", where);
      if (!setting.holds(*value))
        fail("an option cannot have this value", "'" + prefix + setting.name + "' is " + number_text(*value), "",
             where);
      options.set(setting, *value);
    }
    groups[g].initial_lr = number(prefix + "initial_lr");
    used += state.find(prefix + "params") != nullptr;
  }
  check_options(where);
  std::size_t index = 0;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const std::vector<Buffer> all = buffers(g);
    for (Slot& slot : groups[g].slots) {
      const std::string prefix = "state." + std::to_string(index++) + ".";
      const auto take = [&](const std::string& name, const Shape& shape, DType dtype, Tensor& to) {
        const Tensor* value = state.find(prefix + name);
        to = {};
        if (!value) return;
        if (!value->defined()) fail("an entry is undefined", "'" + prefix + name + "'", "", where);
        if (value->is_symbolic()) fail("an entry is symbolic", "'" + prefix + name + "'", "Give it a value", where);
        if (value->shape() != shape)
          fail("a shape differs", "'" + prefix + name + "' is " + value->shape().text() + ", expected " + shape.text(),
               "Is it the state of another model?", where);
        to = value->dtype() == dtype ? alias(*value) : cast(Arg(*value, where), dtype);
        ++used;
      };
      take("step", {}, int64, slot.step);
      if (slot.step.defined()) check_step(*state.find(prefix + "step"), prefix, where);
      for (std::size_t i = 0; i < all.size(); ++i)
        if (const std::optional<Shape> shape = shape_of(all[i].form, slot.parameter.shape()))
          take(all[i].name, *shape, all[i].form == Form::number ? float64 : slot.parameter.dtype(), slot.buffers[i]);
      check_complete(slot, prefix, all, where);
    }
  }
  const std::function<void()> commit = load_extra(
      [&](const std::string& name) {
        const Tensor* value = state.find(name);
        if (value) ++used;
        return value;
      },
      where);
  if (used != state.size())
    fail("the state does not fit the optimizer",
         std::to_string(state.size() - used) + " of its " + std::to_string(state.size()) +
             " entries belong to no parameter or setting",
         "Is it the state of another optimizer?", where);
  groups_ = std::move(groups);
  commit();
  options.keep();
}

void Optimizer::check_groups(const StateDict& state, Location where) const {
  const auto prefix = [](std::size_t group) { return "param_groups." + std::to_string(group) + "."; };
  std::size_t count = 0;  // of the groups in the state
  while (state.find(prefix(count) + "lr")) ++count;
  if (count != 0 && count != groups_.size())
    fail("the numbers of parameter groups differ",
         std::to_string(count) + " in the state, " + std::to_string(groups_.size()) + " in the optimizer",
         "Add the groups first", where);
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    const Tensor* const parameters = state.find(prefix(g) + "params");  // files of version 0.1 lack them
    const auto own = static_cast<std::int64_t>(groups_[g].slots.size());
    if (parameters && (!parameters->defined() || parameters->numel(where) != own))
      fail("a group differs in its number of parameters",
           "group " + std::to_string(g) + " has " +
               (parameters->defined() ? std::to_string(parameters->numel(where)) : std::string("an undefined number")) +
               " in the state, " + std::to_string(own) + " in the optimizer",
           "Is it the state of another model?", where);
  }
}

void Optimizer::check_step(const Tensor& step, const std::string& prefix, Location where) const {
  const auto count = step.item<double>(where);
  if (!(count >= 0 && std::trunc(count) == count))
    fail("a count of steps is negative or no whole number", "'" + prefix + "step' is " + number_text(count), "", where);
}

void Optimizer::check_complete(const Slot& slot, const std::string& prefix, const std::vector<Buffer>& all,
                               Location where) const {
  const bool begun = slot.step.defined() ||
                     std::any_of(slot.buffers.begin(), slot.buffers.end(), [](const Tensor& b) { return b.defined(); });
  if (!begun || std::none_of(all.begin(), all.end(), [](const Buffer& b) { return b.used; })) return;
  const auto require = [&](const Tensor& entry, const char* name) {
    if (!entry.defined())
      fail("the state lacks an entry", "'" + prefix + name + "' is missing", "A parameter has all of them, or none",
           where);
  };
  require(slot.step, "step");
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i].used && shape_of(all[i].form, slot.parameter.shape())) require(slot.buffers[i], all[i].name);
}

}  // namespace triptych::eager::optim
