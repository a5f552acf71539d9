#include "triptych/keras/regularizers.h"

#include <array>

#include "api_keras/built_in.h"
#include "api_keras/layers/brick.h"
#include "api_keras/names.h"
#include "api_keras/saving/registry.h"
#include "api_keras/training/targets.h"
#include "core/support/hyperparameter.h"

namespace triptych::keras {
namespace {

struct NamedRegularizer {
  const char* name;
  Regularizer (*make)();
};

constexpr std::array named_regularizers{
    NamedRegularizer{"l1", [] { return regularizers::L1(); }},
    NamedRegularizer{"l2", [] { return regularizers::L2(); }},
    NamedRegularizer{"l1l2", [] { return regularizers::L1L2(); }},
    NamedRegularizer{"l1_l2", [] { return regularizers::L1L2(); }},
    NamedRegularizer{"orthogonal_regularizer", [] { return regularizers::OrthogonalRegularizer(); }},
};

const std::string none;

/// The penalty of a matrix's rows that are not orthogonal.
Tensor dependence_of_rows(const Tensor& rows, double factor) {
  const Tensor unit = l2_normalize(rows, -1, epsilon * epsilon);
  const std::int64_t size = rows.shape()[0];
  const Tensor products = matmul(unit, transpose(unit)) * (1 - eye(size, {}, rows.dtype()));
  const double pairs = static_cast<double>(size) * (static_cast<double>(size) - 1) / 2;
  return sum(abs(products)) * (factor * 0.5 / pairs);
}

}  // namespace

Regularizer::Regularizer(OwnedText class_name, OwnedText config, std::function<Tensor(const Tensor&)> function)
    : rule_(std::make_shared<const Rule>(Rule{std::move(class_name), std::move(config), std::move(function)})) {}
Regularizer::Regularizer(const char* name, Location where) : Regularizer(std::string(not_null(name, where)), where) {}
Regularizer::Regularizer(const std::string& name, Location where) {
  std::vector<std::string> names;
  for (const NamedRegularizer& entry : named_regularizers) {
    if (to_snake_case(name) == entry.name) {
      *this = entry.make();
      return;
    }
    names.emplace_back(entry.name);
  }
  if (auto function = custom_function<Tensor(const Tensor&)>(name))
    *this = Regularizer("function", json_string(name), std::move(function));
  else if (const auto make = custom_function<Regularizer(const Config&)>(name))
    *this = make({});
  else
    no_such("regularizer", name, names, where);
}

Tensor Regularizer::operator()(const Tensor& x, Location where) const {
  if (!rule_ || !rule_->function)
    throw ArgumentError("regularizer", "there is no regularizer", "a default-constructed one", "", where);
  if (!x.defined()) throw ArgumentError("regularizer", "x is undefined", "a default-constructed Tensor", "", where);
  const Frame frame(where);
  Tensor penalty = rule_->function(x);
  if (!penalty.defined() || penalty.ndim() != 0)
    throw ArgumentError("regularizer", "a regularizer did not return one number",
                        penalty.defined() ? "a tensor of shape " + penalty.shape().text() : "an undefined tensor",
                        "Take the sum or the mean");
  return penalty;
}

const std::string& Regularizer::class_name() const { return rule_ ? rule_->class_name : none; }
const std::string& Regularizer::config() const { return rule_ ? rule_->config : none; }

namespace regularizers {

Regularizer L1(double l1, Location where) {
  Hyperparameters("L1", where).not_negative("l1", l1);
  return BuiltIn::made(
      Regularizer{"L1", JsonObject().add("l1", l1).text(), [l1](const Tensor& x) { return sum(abs(x)) * l1; }});
}

Regularizer L2(double l2, Location where) {
  Hyperparameters("L2", where).not_negative("l2", l2);
  return BuiltIn::made(
      Regularizer{"L2", JsonObject().add("l2", l2).text(), [l2](const Tensor& x) { return sum(square(x)) * l2; }});
}

Regularizer L1L2(L1L2Options options, Location where) {
  Hyperparameters("L1L2", where).not_negative("l1", options.l1);
  Hyperparameters("L1L2", where).not_negative("l2", options.l2);
  return BuiltIn::made(
      Regularizer{"L1L2", JsonObject().add("l1", options.l1).add("l2", options.l2).text(), [options](const Tensor& x) {
                    if (options.l2 == 0) return sum(abs(x)) * options.l1;
                    if (options.l1 == 0) return sum(square(x)) * options.l2;
                    return sum(abs(x)) * options.l1 + sum(square(x)) * options.l2;
                  }});
}

Regularizer OrthogonalRegularizer(OrthogonalRegularizerOptions options, Location where) {
  Hyperparameters("OrthogonalRegularizer", where).not_negative("factor", options.factor);
  if (options.mode != "rows" && options.mode != "columns")
    throw ArgumentError("OrthogonalRegularizer", "there is no such mode", "'" + options.mode + "'",
                        "Use 'rows' or 'columns'", where);
  const std::string config = JsonObject().add("factor", options.factor).add("mode", std::string(options.mode)).text();
  return BuiltIn::made(Regularizer{"OrthogonalRegularizer", config, [options](const Tensor& x) {
                                     if (x.ndim() != 2)
                                       throw ArgumentError("OrthogonalRegularizer", "the tensor does not have two axes",
                                                           "it has shape " + x.shape().text());
                                     return dependence_of_rows(options.mode == "rows" ? x : transpose(x),
                                                               options.factor);
                                   }});
}

}  // namespace regularizers
}  // namespace triptych::keras
