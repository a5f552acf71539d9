// The base of the optimizers, and the handle.
#include "triptych/keras/optimizers.h"

#include <algorithm>
#include <set>

#include "api_keras/access.h"
#include "api_keras/names.h"
#include "core/graph/graph.h"
#include "core/support/hyperparameter.h"
#include "core/tensor/transaction.h"
#include "triptych/core/autograd.h"
#include "triptych/core/ops.h"

namespace triptych::keras {
namespace {

void check_learning_rate(const std::string& optimizer, double learning_rate, Location where) {
  Hyperparameters(optimizer, where).not_negative("learning_rate", learning_rate);
}

}  // namespace

OptimizerBase::OptimizerBase(OwnedText name, const LearningRate& learning_rate, Location where)
    : name_(std::move(name)) {
  check_learning_rate(name_, learning_rate.value(), where);
  if (learning_rate.schedule()) schedule_ = *learning_rate.schedule();
  RunNow now;
  iterations_ = full({}, 0, int64);
  learning_rate_ = full({}, learning_rate.value(), float64);
  mark_state(iterations_);
  mark_state(learning_rate_);
}
OptimizerBase::~OptimizerBase() = default;
std::string OptimizerBase::class_name() const { return class_name_of(typeid(*this)); }

Tensor OptimizerBase::make_slot(std::size_t, const Tensor& parameter, const std::string&) const {
  return zeros(parameter.shape(), parameter.dtype());
}

void OptimizerBase::build(std::span<const Tensor> parameters, std::span<const std::string> paths) {
  std::vector<Tensor> known = parameters_;
  std::vector<std::string> names = paths_;
  std::vector<std::vector<Tensor>> slots = slots_;
  slots.resize(slot_names().size());
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const Tensor& parameter = parameters[i];
    if (std::any_of(known.begin(), known.end(), [&](const Tensor& p) { return p.is_same(parameter); })) continue;
    known.push_back(parameter);
    names.push_back(i < paths.size() ? paths[i] : std::string());
    for (std::size_t slot = 0; slot < slots.size(); ++slot) {
      slots[slot].push_back(make_slot(slot, parameter, names.back()));
      if (slots[slot].back().defined()) mark_state(slots[slot].back());
    }
  }
  parameters_ = std::move(known);
  paths_ = std::move(names);
  slots_ = std::move(slots);
  built_ = true;
}

const std::string& OptimizerBase::path_of(const Tensor& parameter) const {
  static const std::string none;
  for (std::size_t i = 0; i < parameters_.size(); ++i)
    if (parameters_[i].is_same(parameter)) return paths_[i];
  return none;
}

void OptimizerBase::finalize_variable_values(std::span<const Tensor>) {}
void OptimizerBase::exclude_from_weight_decay(std::span<const Tensor>, std::span<const std::string>, Location where) {
  throw ArgumentError(name_, "the optimizer has no weight decay", "exclude_from_weight_decay", "", where);
}

Tensor OptimizerBase::current_rate() const { return schedule_ ? (*schedule_)(iterations_) : learning_rate_; }

std::vector<Tensor> OptimizerBase::slots_of(std::size_t slot, std::span<const Tensor> parameters) const {
  if (slot >= slots_.size())
    throw ArgumentError(name_, "there is no slot of this number",
                        std::to_string(slot) + ", slot_names() has " + std::to_string(slots_.size()), "Count from 0");
  std::vector<Tensor> result;
  for (const Tensor& parameter : parameters)
    for (std::size_t i = 0; i < parameters_.size(); ++i)
      if (parameters_[i].is_same(parameter)) result.push_back(slots_[slot][i]);
  if (result.size() != parameters.size())
    throw ArgumentError(name_, "a parameter has no slots",
                        std::to_string(parameters.size() - result.size()) + " of " + std::to_string(parameters.size()),
                        "Call build(parameters) first");
  return result;
}

std::vector<Tensor> OptimizerBase::shared_steps(std::span<const Tensor> parameters) const {
  return std::vector<Tensor>(parameters.size(), iterations_);
}

double OptimizerBase::learning_rate() const {
  RunNow now;
  return current_rate().item<double>();
}
void OptimizerBase::set_learning_rate(double value, Location where) {
  check_learning_rate(name_, value, where);
  if (schedule_)
    throw ArgumentError(name_, "the learning rate is a schedule's", "'" + schedule_->name() + "'",
                        "Give the optimizer a number to set it later", where);
  RunNow now;
  learning_rate_.fill_(value);
}
std::int64_t OptimizerBase::iterations() const { return iterations_.item<std::int64_t>(); }

std::vector<std::pair<std::string, Tensor>> OptimizerBase::variables() const {
  std::vector<std::pair<std::string, Tensor>> result{{"iteration", iterations_}};
  if (!schedule_) result.emplace_back("learning_rate", learning_rate_);
  const std::vector<std::string> names = slot_names();
  std::set<int> groups;
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) groups.insert(slot_group(slot));
  for (const int group : groups)
    for (std::size_t i = 0; i < parameters_.size(); ++i)
      for (std::size_t slot = 0; slot < slots_.size(); ++slot)
        if (slot_group(slot) == group && slots_[slot][i].defined())
          result.emplace_back(names[slot] + "/" + std::to_string(i), slots_[slot][i]);
  return result;
}

std::vector<OptimizerBase::Slot> OptimizerBase::slots() const {
  std::vector<Slot> result;
  const std::vector<std::string> names = slot_names();
  for (std::size_t slot = 0; slot < slots_.size(); ++slot)
    for (std::size_t i = 0; i < parameters_.size(); ++i)
      if (slots_[slot][i].defined()) result.push_back({names[slot], parameters_[i], slots_[slot][i]});
  return result;
}

Optimizer::Optimizer(std::shared_ptr<OptimizerBase> base, Location where) : base_(std::move(base)) {
  if (!base_) throw ArgumentError("optimizer", "there is no optimizer", "a null pointer", "", where);
}
Optimizer::Optimizer(const char* name, Location where) : Optimizer(std::string(not_null(name, where)), where) {}
Optimizer::Optimizer(const std::string& name, Location where) : Optimizer(optimizers::get(name, where)) {}

void Optimizer::set_learning_rate(double value, Location where) const { base_->set_learning_rate(value, where); }

void Optimizer::apply_gradients(const std::vector<std::pair<Tensor, Tensor>>& grads_and_vars, Location where) const {
  std::vector<Tensor> gradients, weights;
  for (const auto& [gradient, weight] : grads_and_vars) {
    gradients.push_back(gradient);
    weights.push_back(weight);
  }
  apply(gradients, weights, where);
}

void Optimizer::exclude_from_weight_decay(const std::vector<Tensor>& var_list,
                                          const std::vector<std::string>& var_names, Location where) const {
  base_->exclude_from_weight_decay(var_list, var_names, where);
}

void Optimizer::finalize_variable_values(const std::vector<Tensor>& weights, Location where) const {
  const Frame frame(where);
  base_->finalize_variable_values(weights);
}

Tensor Optimizer::scale_loss(const Tensor& loss, Location where) const {
  const Frame frame(where);
  return base_->scale_loss(loss);
}

void Optimizer::apply(std::span<const Tensor> gradients, std::span<const Tensor> weights, Location where) const {
  if (gradients.size() != weights.size())
    throw ArgumentError(name(), "the number of gradients is not that of the weights",
                        std::to_string(gradients.size()) + " gradients, " + std::to_string(weights.size()) + " weights",
                        "", where);
  for (const Tensor& gradient : gradients)
    if (!gradient.defined())
      throw ArgumentError(name(), "a gradient is undefined", "the loss does not depend on every weight",
                          "Leave out weights without a gradient", where);
  for (std::size_t i = 0; i < weights.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (weights[i].is_same(weights[j]))
        throw ArgumentError(name(), "a weight is given twice",
                            "numbers " + std::to_string(j) + " and " + std::to_string(i), "Add its gradients", where);
  for (const Tensor& weight : weights)
    if (!weight.defined())
      throw ArgumentError(name(), "a weight is undefined", "a default-constructed Tensor", "", where);
  const Frame frame(where);
  GradMode no_recording(false);
  {
    const RunNow now;  // also while a step is traced
    base_->build(weights);
  }
  const Transaction whole;  // for an optimizer of the user's
  base_->apply(gradients, weights);
}

}  // namespace triptych::keras
