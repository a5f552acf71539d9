#include "triptych/keras/constraints.h"

#include <array>

#include "api_keras/built_in.h"
#include "api_keras/layers/brick.h"
#include "api_keras/names.h"
#include "api_keras/saving/registry.h"
#include "api_keras/training/targets.h"
#include "core/support/hyperparameter.h"

namespace triptych::keras {
namespace {

struct NamedConstraint {
  const char* name;
  Constraint (*make)();
};

constexpr std::array named_constraints{
    NamedConstraint{"max_norm", [] { return constraints::MaxNorm(); }},
    NamedConstraint{"min_max_norm", [] { return constraints::MinMaxNorm(); }},
    NamedConstraint{"non_neg", [] { return constraints::NonNeg(); }},
    NamedConstraint{"unit_norm", [] { return constraints::UnitNorm(); }},
};

const std::string none;

Tensor norms_of(const Tensor& weight, const Axes& axes) { return sqrt(sum(square(weight), axes, true)); }

/// `weight`, with its norms as desired. A norm of 0 stays one.
Tensor with_norms(const Tensor& weight, const Tensor& norms, const Tensor& desired) {
  return weight * (desired / (norms + epsilon));
}

std::string json(const Axes& axes) {
  std::string text;
  for (const std::int64_t axis : axes) text += (text.empty() ? "" : ", ") + std::to_string(axis);
  return axes.size() == 1 ? text : "[" + text + "]";
}

}  // namespace

Constraint::Constraint(OwnedText class_name, OwnedText config, std::function<Tensor(const Tensor&)> function)
    : rule_(std::make_shared<const Rule>(Rule{std::move(class_name), std::move(config), std::move(function)})) {}
Constraint::Constraint(const char* name, Location where) : Constraint(std::string(not_null(name, where)), where) {}
Constraint::Constraint(const std::string& name, Location where) {
  std::vector<std::string> names;
  for (const NamedConstraint& entry : named_constraints) {
    if (to_snake_case(name) == entry.name) {
      *this = entry.make();
      return;
    }
    names.emplace_back(entry.name);
  }
  if (auto function = custom_function<Tensor(const Tensor&)>(name))
    *this = Constraint("function", json_string(name), std::move(function));
  else if (const auto make = custom_function<Constraint(const Config&)>(name))
    *this = make({});
  else
    no_such("constraint", name, names, where);
}

Tensor Constraint::operator()(const Tensor& weight, Location where) const {
  if (!rule_ || !rule_->function)
    throw ArgumentError("constraint", "there is no constraint", "a default-constructed one", "", where);
  if (!weight.defined())
    throw ArgumentError("constraint", "the weight is undefined", "a default-constructed Tensor", "", where);
  const Frame frame(where);
  Tensor result = rule_->function(weight);
  if (!result.defined() || result.shape() != weight.shape() || result.dtype() != weight.dtype())
    throw ArgumentError(
        "constraint", "a constraint did not return a tensor of the weight's shape and dtype",
        "the weight is " + std::string(dtype_name(weight.dtype())) + " " + weight.shape().text() + ", the result " +
            (result.defined() ? std::string(dtype_name(result.dtype())) + " " + result.shape().text() : "undefined"));
  return result;
}

const std::string& Constraint::class_name() const { return rule_ ? rule_->class_name : none; }
const std::string& Constraint::config() const { return rule_ ? rule_->config : none; }

namespace constraints {

Constraint MaxNorm(MaxNormOptions options, Location where) {
  Hyperparameters("MaxNorm", where).not_negative("max_value", options.max_value);
  const std::string config =
      JsonObject().add("max_value", options.max_value).add_raw("axis", json(options.axis)).text();
  return BuiltIn::made(Constraint{"MaxNorm", config, [options](const Tensor& weight) {
                                    const Tensor norms = norms_of(weight, options.axis);
                                    return with_norms(weight, norms, clip(norms, 0, options.max_value));
                                  }});
}

Constraint NonNeg() {
  return BuiltIn::made(Constraint{"NonNeg", "{}", [](const Tensor& weight) { return maximum(weight, 0); }});
}

Constraint UnitNorm(UnitNormOptions options, Location) {
  return BuiltIn::made(
      Constraint{"UnitNorm", JsonObject().add_raw("axis", json(options.axis)).text(),
                 [options](const Tensor& weight) { return weight / (norms_of(weight, options.axis) + epsilon); }});
}

Constraint MinMaxNorm(MinMaxNormOptions options, Location where) {
  const Hyperparameters check("MinMaxNorm", where);
  check.not_negative("min_value", options.min_value);
  check.not_negative("max_value", options.max_value);
  check.share("rate", options.rate);
  if (options.min_value > options.max_value)
    throw ArgumentError("MinMaxNorm", "min_value is above max_value",
                        number_text(options.min_value) + " and " + number_text(options.max_value), "", where);
  const std::string config = JsonObject()
                                 .add("min_value", options.min_value)
                                 .add("max_value", options.max_value)
                                 .add("rate", options.rate)
                                 .add_raw("axis", json(options.axis))
                                 .text();
  return BuiltIn::made(Constraint{"MinMaxNorm", config, [options](const Tensor& weight) {
                                    const Tensor norms = norms_of(weight, options.axis);
                                    const Tensor bounded = clip(norms, options.min_value, options.max_value);
                                    return with_norms(weight, norms,
                                                      bounded * options.rate + norms * (1 - options.rate));
                                  }});
}

}  // namespace constraints
}  // namespace triptych::keras
