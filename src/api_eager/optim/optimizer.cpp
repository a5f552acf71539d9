// What the optimizers share: groups, state, checkpoints.
#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "core/dispatch/backend.h"
#include "core/dispatch/update_batch.h"
#include "core/support/hyperparameter.h"
#include "core/tensor/tensor_impl.h"
#include "triptych/core/autograd.h"
#include "triptych/core/ops.h"
#include "triptych/eager/optim.h"

namespace triptych::eager::optim {

Optimizer::Optimizer(const char* name, std::vector<const char*> buffer_names)
    : name_(name), buffer_names_(std::move(buffer_names)) {}
Optimizer::~Optimizer() = default;

std::size_t Optimizer::buffers_used(std::size_t) const { return buffer_names_.size(); }
void Optimizer::check_options(Location) const {}

void Optimizer::fail(std::string_view rule, std::string_view given, std::string_view hint, Location where) const {
  throw ArgumentError(name_, rule, given, hint, where);
}

void Optimizer::add_group(const std::vector<Tensor>& parameters, Location where) {
  if (parameters.empty()) fail("there is no parameter", "an empty list", "Does the module have any?", where);
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
    group.slots.push_back({parameter, {}, std::vector<Tensor>(buffer_names_.size())});
  }
  groups_.push_back(std::move(group));
}

void Optimizer::zero_grad(bool set_to_none, Location where) {
  const Frame frame(where);
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
  for (const Group& group : groups_)
    for (const Slot& slot : group.slots) {
      const Tensor& parameter = slot.parameter;
      const Tensor gradient = parameter.grad();
      if (gradient.defined()) check_no_living_base(*parameter.impl(), name_, where);
      const auto fits = [&](const Tensor& tensor, const char* what) {
        if (!tensor.defined() || (tensor.shape() == parameter.shape() && tensor.dtype() == parameter.dtype())) return;
        fail("a gradient or buffer differs from its parameter in shape or dtype",
             "parameter " + std::to_string(index) + " is " + std::string(dtype_name(parameter.dtype())) + " " +
                 parameter.shape().text() + ", its " + what + " " + std::string(dtype_name(tensor.dtype())) + " " +
                 tensor.shape().text(),
             "", where);
      };
      fits(gradient, "gradient");
      if (gradient.defined())
        for (std::size_t i = 0; i < slot.buffers.size(); ++i) fits(slot.buffers[i], buffer_names_[i]);
      ++index;
    }
}

Optimizer::Operands Optimizer::operands(Group& group, std::size_t buffers) {
  Operands result;
  result.buffers.resize(buffers);
  for (Slot& slot : group.slots) {
    Tensor gradient = slot.parameter.grad();
    if (!gradient.defined()) continue;
    result.parameters.push_back(slot.parameter);
    result.gradients.push_back(std::move(gradient));
    if (buffers == 0) continue;
    const Device device = slot.parameter.device();
    const DeviceScope there(device);
    const auto ready = [&](Tensor& state, const Shape& shape, DType dtype) {
      Tensor value = state.defined() ? on_device(state, device) : zeros(shape, dtype);
      if (!value.is_same(state)) result.made.emplace_back(&state, value);
      return value;
    };
    result.steps.push_back(ready(slot.step, {}, int64));
    for (std::size_t i = 0; i < buffers; ++i)
      result.buffers[i].push_back(ready(slot.buffers[i], slot.parameter.shape(), slot.parameter.dtype()));
  }
  return result;
}

void Optimizer::update_groups(const std::function<Operands(std::size_t)>& update) {
  std::vector<Operands> groups;
  groups.reserve(groups_.size());
  UpdateBatch batch;
  for (std::size_t g = 0; g < groups_.size(); ++g) groups.push_back(update(g));
  batch.run();
  for (Operands& group : groups)
    for (auto& [state, value] : group.made) *state = std::move(value);
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

// --- Checkpoints: "state.0.step", "state.0.exp_avg", ..., "param_groups.0.lr", ...
// ----------------------------------------

StateDict Optimizer::state_dict(Location where) const {
  const Frame frame(where);
  StateDict state;
  std::size_t index = 0;
  for (const Group& group : groups_)
    for (const Slot& slot : group.slots) {
      const std::string prefix = "state." + std::to_string(index++) + ".";
      if (slot.step.defined()) state.add(prefix + "step", slot.step.detach(where), where);
      for (std::size_t i = 0; i < buffer_names_.size(); ++i)
        if (slot.buffers[i].defined()) state.add(prefix + buffer_names_[i], slot.buffers[i].detach(where), where);
    }
  for (std::size_t g = 0; g < groups_.size(); ++g)
    for (const Setting& setting : const_cast<Optimizer*>(this)->settings(g))
      state.add("param_groups." + std::to_string(g) + "." + setting.name,
                full({}, setting.number ? *setting.number : static_cast<double>(*setting.flag), float64), where);
  return state;
}

namespace {

/// While alive and not kept, what has been set is undone in the end.
class Settings {
 public:
  void set(double* number, bool* flag, double value) {
    before_.push_back({number, flag, number ? *number : static_cast<double>(*flag)});
    write(number, flag, value);
  }
  void keep() { before_.clear(); }
  ~Settings() {
    for (const Entry& entry : before_) write(entry.number, entry.flag, entry.value);
  }

 private:
  struct Entry {
    double* number;
    bool* flag;
    double value;
  };
  static void write(double* number, bool* flag, double value) {
    if (number)
      *number = value;
    else
      *flag = value != 0;
  }
  std::vector<Entry> before_;
};

}  // namespace

void Optimizer::load_state_dict(const StateDict& state, Location where) {
  const Frame frame(where);
  GradMode off(false);
  std::size_t used = 0;
  Settings options;
  for (std::size_t g = 0; g < groups_.size(); ++g)
    for (const Setting& setting : settings(g)) {
      const std::string name = "param_groups." + std::to_string(g) + "." + setting.name;
      const Tensor* value = state.find(name);
      if (!value || !value->defined() || value->numel(where) != 1)
        fail("the state lacks a setting", "'" + name + "' is missing", "Is it the state of another optimizer?", where);
      options.set(setting.number, setting.flag, value->item<double>(where));
      ++used;
    }
  check_options(where);
  std::deque<Group> groups = groups_;
  std::size_t index = 0;
  for (std::size_t g = 0; g < groups.size(); ++g)
    for (Slot& slot : groups[g].slots) {
      const std::string prefix = "state." + std::to_string(index++) + ".";
      const auto take = [&](const std::string& name, const Shape& shape, DType dtype, Tensor& to) {
        const Tensor* value = state.find(prefix + name);
        to = {};
        if (!value) return;
        if (!value->defined()) fail("an entry is undefined", "'" + prefix + name + "'", "", where);
        if (value->shape() != shape)
          fail("a shape differs", "'" + prefix + name + "' is " + value->shape().text() + ", expected " + shape.text(),
               "Is it the state of another model?", where);
        to = value->dtype() == dtype ? alias(*value) : cast(Arg(*value, where), dtype);
        ++used;
      };
      take("step", {}, int64, slot.step);
      if (slot.step.defined()) check_step(*state.find(prefix + "step"), prefix, where);
      for (std::size_t i = 0; i < buffer_names_.size(); ++i)
        take(buffer_names_[i], slot.parameter.shape(), slot.parameter.dtype(), slot.buffers[i]);
      check_complete(slot, prefix, buffers_used(g), where);
    }
  if (used != state.size())
    fail("the state does not fit the optimizer",
         std::to_string(state.size() - used) + " of its " + std::to_string(state.size()) +
             " entries belong to no parameter or setting",
         "Is it the state of another optimizer?", where);
  groups_ = std::move(groups);
  options.keep();
}

void Optimizer::check_step(const Tensor& step, const std::string& prefix, Location where) const {
  const auto count = step.item<double>(where);
  if (!(count >= 0 && std::trunc(count) == count))
    fail("a count of steps is negative or no whole number", "'" + prefix + "step' is " + number_text(count), "", where);
}

void Optimizer::check_complete(const Slot& slot, const std::string& prefix, std::size_t used, Location where) const {
  const bool begun = slot.step.defined() ||
                     std::any_of(slot.buffers.begin(), slot.buffers.end(), [](const Tensor& b) { return b.defined(); });
  if (!begun || used == 0) return;
  const auto require = [&](const Tensor& entry, const char* name) {
    if (!entry.defined())
      fail("the state lacks an entry", "'" + prefix + name + "' is missing", "A parameter has all of them, or none",
           where);
  };
  require(slot.step, "step");
  for (std::size_t i = 0; i < used; ++i) require(slot.buffers[i], buffer_names_[i]);
}

}  // namespace triptych::eager::optim
