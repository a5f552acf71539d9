#include "triptych/keras/optimizers.h"

#include <algorithm>

#include "api_keras/access.h"
#include "api_keras/names.h"
#include "core/dispatch/update_batch.h"
#include "core/graph/graph.h"
#include "core/support/hyperparameter.h"
#include "core/tensor/transaction.h"
#include "triptych/core/autograd.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/update.h"

namespace triptych::keras {
namespace {

class SGD : public OptimizerBase {
 public:
  explicit SGD(const SGDOptions& options) : OptimizerBase("sgd", options.learning_rate), options_(options) {}

  void apply(std::span<const Tensor> gradients, std::span<const Tensor> parameters) override {
    UpdateBatch batch;
    if (options_.momentum == 0) {
      sgd_update(
          learning_rate_, parameters, gradients,
          {.weight_decay = options_.weight_decay, .decoupled_weight_decay = true, .formula = UpdateFormula::keras});
      assign_add(iterations_, 1);
    } else {
      momentum_update(learning_rate_, parameters, gradients, slots_of(0, parameters), shared_steps(parameters),
                      {.momentum = options_.momentum,
                       .weight_decay = options_.weight_decay,
                       .decoupled_weight_decay = true,
                       .nesterov = options_.nesterov,
                       .formula = UpdateFormula::keras});
    }
    batch.run();
  }

 protected:
  std::vector<std::string> slot_names() const override {
    return options_.momentum == 0 ? std::vector<std::string>{} : std::vector<std::string>{"momentum"};
  }

 private:
  SGDOptions options_;
};

class Adam : public OptimizerBase {
 public:
  Adam(std::string name, const AdamOptions& options)
      : OptimizerBase(std::move(name), options.learning_rate), options_(options) {}

  void apply(std::span<const Tensor> gradients, std::span<const Tensor> parameters) override {
    UpdateBatch batch;
    adam_update(learning_rate_, parameters, gradients, slots_of(0, parameters), slots_of(1, parameters),
                shared_steps(parameters),
                {.beta1 = options_.beta_1,
                 .beta2 = options_.beta_2,
                 .epsilon = options_.epsilon,
                 .weight_decay = options_.weight_decay,
                 .decoupled_weight_decay = true,
                 .formula = UpdateFormula::keras},
                options_.amsgrad ? slots_of(2, parameters) : std::vector<Tensor>());
    batch.run();
  }

 protected:
  std::vector<std::string> slot_names() const override {
    std::vector<std::string> names{"momentum", "velocity"};
    if (options_.amsgrad) names.push_back("velocity_hat");
    return names;
  }

 private:
  AdamOptions options_;
};

void check_learning_rate(const std::string& optimizer, double learning_rate, Location where) {
  Hyperparameters(optimizer, where).not_negative("learning_rate", learning_rate);
}

void check_adam(const char* name, const AdamOptions& options, Location where) {
  const Hyperparameters check(name, where);
  check.not_negative("learning_rate", options.learning_rate);
  check.decay("beta_1", options.beta_1);
  check.decay("beta_2", options.beta_2);
  check.not_negative("epsilon", options.epsilon);
  check.not_negative("weight_decay", options.weight_decay);
}

}  // namespace

OptimizerBase::OptimizerBase(OwnedText name, double learning_rate, Location where) : name_(std::move(name)) {
  check_learning_rate(name_, learning_rate, where);
  RunNow now;
  iterations_ = full({}, 0, int64);
  learning_rate_ = full({}, learning_rate, float64);
  mark_state(iterations_);
  mark_state(learning_rate_);
}
OptimizerBase::~OptimizerBase() = default;

void OptimizerBase::build(std::span<const Tensor> parameters) {
  std::vector<Tensor> known = parameters_;
  std::vector<std::vector<Tensor>> slots = slots_;
  slots.resize(slot_names().size());
  for (const Tensor& parameter : parameters) {
    if (std::any_of(known.begin(), known.end(), [&](const Tensor& p) { return p.is_same(parameter); })) continue;
    known.push_back(parameter);
    for (std::vector<Tensor>& slot : slots) {
      slot.push_back(zeros(parameter.shape(), parameter.dtype()));
      mark_state(slot.back());
    }
  }
  parameters_ = std::move(known);
  slots_ = std::move(slots);
  built_ = true;
}

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

double OptimizerBase::learning_rate() const { return learning_rate_.item<double>(); }
void OptimizerBase::set_learning_rate(double value) {
  RunNow now;
  learning_rate_.fill_(value);
}
std::int64_t OptimizerBase::iterations() const { return iterations_.item<std::int64_t>(); }

std::vector<std::pair<std::string, Tensor>> OptimizerBase::variables() const {
  std::vector<std::pair<std::string, Tensor>> result{{"iteration", iterations_}, {"learning_rate", learning_rate_}};
  const std::vector<std::string> names = slot_names();
  for (std::size_t i = 0; i < parameters_.size(); ++i)
    for (std::size_t slot = 0; slot < slots_.size(); ++slot)
      result.emplace_back(names[slot] + "/" + std::to_string(i), slots_[slot][i]);
  return result;
}

std::vector<OptimizerBase::Slot> OptimizerBase::slots() const {
  std::vector<Slot> result;
  const std::vector<std::string> names = slot_names();
  for (std::size_t slot = 0; slot < slots_.size(); ++slot)
    for (std::size_t i = 0; i < parameters_.size(); ++i)
      result.push_back({names[slot], parameters_[i], slots_[slot][i]});
  return result;
}

Optimizer::Optimizer(std::shared_ptr<OptimizerBase> base, Location where) : base_(std::move(base)) {
  if (!base_) throw ArgumentError("optimizer", "there is no optimizer", "a null pointer", "", where);
}
Optimizer::Optimizer(const char* name, Location where) : Optimizer(std::string(not_null(name, where)), where) {}
Optimizer::Optimizer(const std::string& name, Location where) {
  const std::string key = to_snake_case(name);
  if (key == "sgd")
    *this = optimizers::SGD();
  else if (key == "adam")
    *this = optimizers::Adam();
  else if (key == "adamw" || key == "adam_w")
    *this = optimizers::AdamW();
  else
    throw ArgumentError("optimizer", "there is no optimizer of this name", "'" + name + "'",
                        "There are 'sgd', 'adam' and 'adamw'", where);
}

void Optimizer::set_learning_rate(double value, Location where) const {
  check_learning_rate(name(), value, where);
  base_->set_learning_rate(value);
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

namespace optimizers {

Optimizer SGD(SGDOptions options, Location where) {
  const Hyperparameters check("SGD", where);
  check.not_negative("learning_rate", options.learning_rate);
  check.share("momentum", options.momentum);
  check.not_negative("weight_decay", options.weight_decay);
  return Optimizer(std::make_shared<keras::SGD>(options));
}

Optimizer Adam(AdamOptions options, Location where) {
  check_adam("Adam", options, where);
  return Optimizer(std::make_shared<keras::Adam>("adam", options));
}

Optimizer AdamW(AdamWOptions options, Location where) {
  const AdamOptions all{.learning_rate = options.learning_rate,
                        .beta_1 = options.beta_1,
                        .beta_2 = options.beta_2,
                        .epsilon = options.epsilon,
                        .amsgrad = options.amsgrad,
                        .weight_decay = options.weight_decay};
  check_adam("AdamW", all, where);
  return Optimizer(std::make_shared<keras::Adam>("adamw", all));
}

}  // namespace optimizers
}  // namespace triptych::keras
