#include "triptych/keras/initializers.h"

#include <array>

#include "api_keras/names.h"
#include "triptych/core/init.h"
#include "triptych/core/ops.h"

namespace triptych::keras {
namespace {

struct NamedInitializer {
  const char* name;
  triptych::Initializer (*make)();
};

constexpr std::array initializers{
    NamedInitializer{"zeros", [] { return init::zeros(); }},
    NamedInitializer{"ones", [] { return init::ones(); }},
    NamedInitializer{"uniform", [] { return init::uniform(); }},
    NamedInitializer{"random_uniform", [] { return init::uniform(); }},
    NamedInitializer{"normal", [] { return init::normal(); }},
    NamedInitializer{"random_normal", [] { return init::normal(); }},
    NamedInitializer{"truncated_normal", [] { return init::truncated_normal(); }},
    NamedInitializer{"glorot_uniform", [] { return init::glorot_uniform(); }},
    NamedInitializer{"glorot_normal", [] { return init::glorot_normal(); }},
    NamedInitializer{"he_uniform", [] { return init::he_uniform(); }},
    NamedInitializer{"he_normal", [] { return init::he_normal(); }},
    NamedInitializer{"lecun_uniform", [] { return init::lecun_uniform(); }},
    NamedInitializer{"lecun_normal", [] { return init::lecun_normal(); }},
    NamedInitializer{"orthogonal", [] { return init::orthogonal(); }},
};

struct NamedActivation {
  const char* name;
  Tensor (*function)(const Tensor&);
};

constexpr std::array activations{
    NamedActivation{"linear", nullptr},
    NamedActivation{"relu", [](const Tensor& x) { return relu(x); }},
    NamedActivation{"sigmoid", [](const Tensor& x) { return sigmoid(x); }},
    NamedActivation{"tanh", [](const Tensor& x) { return tanh(x); }},
    NamedActivation{"softmax", [](const Tensor& x) { return softmax(x, -1); }},
    NamedActivation{"log_softmax", [](const Tensor& x) { return log_softmax(x, -1); }},
    NamedActivation{"softplus", [](const Tensor& x) { return softplus(x); }},
    NamedActivation{"elu", [](const Tensor& x) { return elu(x); }},
    NamedActivation{"gelu", [](const Tensor& x) { return gelu(x); }},
    NamedActivation{"silu", [](const Tensor& x) { return silu(x); }},
    NamedActivation{"swish", [](const Tensor& x) { return silu(x); }},
    NamedActivation{"leaky_relu", [](const Tensor& x) { return leaky_relu(x, 0.2); }},
};

/// The core's layout for kernels of convolutions is another; matrices and vectors lie alike.
triptych::Initializer for_keras_layout(triptych::Initializer initializer) {
  return [initializer = std::move(initializer)](const Shape& shape, DType dtype) {
    return shape.rank() > 2 ? init::make(initializer, shape, dtype, init::Layout::hwio) : initializer(shape, dtype);
  };
}

template <class Table>
[[noreturn]] void no_such(const char* what, const std::string& name, const Table& table, Location where) {
  std::vector<std::string> names;
  for (const auto& entry : table) names.emplace_back(entry.name);
  throw ArgumentError(what, std::string("there is no ") + what + " of this name", "'" + name + "'",
                      "There are " + quoted_list(names), where);
}

}  // namespace

Initializer::Initializer(triptych::Initializer function, Location where)
    : function_(for_keras_layout(not_empty(std::move(function), "initializer", where))) {}
Initializer::Initializer(const char* name, Location where) : Initializer(std::string(not_null(name, where)), where) {}
Initializer::Initializer(const std::string& name, Location where) : name_(to_snake_case(name)) {
  for (const NamedInitializer& entry : initializers)
    if (name_ == entry.name) {
      function_ = for_keras_layout(entry.make());
      return;
    }
  no_such("initializer", name, initializers, where);
}

Tensor Initializer::operator()(const Shape& shape, DType dtype, Location where) const {
  const auto& function = not_empty<const triptych::Initializer&>(function_, "initializer", where);
  if (name_.empty()) return function(shape, dtype);  // the user's, whose lines are its own
  const Frame frame(where);
  return function(shape, dtype);
}

Activation::Activation(const char* name, Location where) : Activation(std::string(not_null(name, where)), where) {}
Activation::Activation(const std::string& name, Location where) : name_(name) {
  for (const NamedActivation& entry : activations)
    if (name_ == entry.name) {
      if (entry.function) function_ = entry.function;
      return;
    }
  no_such("activation", name, activations, where);
}

}  // namespace triptych::keras
