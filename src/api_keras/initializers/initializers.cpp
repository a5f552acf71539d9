#include "triptych/keras/initializers.h"

#include <array>

#include "api_keras/built_in.h"
#include "api_keras/initializers/layout.h"
#include "api_keras/layers/brick.h"
#include "api_keras/names.h"
#include "api_keras/saving/registry.h"
#include "triptych/core/init.h"
#include "triptych/core/ops.h"
#include "triptych/keras/initializers/constant.h"
#include "triptych/keras/initializers/random.h"
#include "triptych/keras/ops/nn.h"
#include "triptych/keras/saving.h"

namespace triptych::keras {
namespace {

struct NamedInitializer {
  const char* name;
  Initializer (*make)();
};

constexpr std::array named_initializers{
    NamedInitializer{"zeros", [] { return initializers::Zeros(); }},
    NamedInitializer{"zero", [] { return initializers::Zeros(); }},
    NamedInitializer{"ones", [] { return initializers::Ones(); }},
    NamedInitializer{"one", [] { return initializers::Ones(); }},
    NamedInitializer{"constant", [] { return initializers::Constant(); }},
    NamedInitializer{"identity", [] { return initializers::Identity(); }},
    NamedInitializer{"uniform", [] { return initializers::RandomUniform(); }},
    NamedInitializer{"random_uniform", [] { return initializers::RandomUniform(); }},
    NamedInitializer{"normal", [] { return initializers::RandomNormal(); }},
    NamedInitializer{"random_normal", [] { return initializers::RandomNormal(); }},
    NamedInitializer{"truncated_normal", [] { return initializers::TruncatedNormal(); }},
    NamedInitializer{"variance_scaling", [] { return initializers::VarianceScaling(); }},
    NamedInitializer{"glorot_uniform", [] { return initializers::GlorotUniform(); }},
    NamedInitializer{"glorot_normal", [] { return initializers::GlorotNormal(); }},
    NamedInitializer{"he_uniform", [] { return initializers::HeUniform(); }},
    NamedInitializer{"he_normal", [] { return initializers::HeNormal(); }},
    NamedInitializer{"lecun_uniform", [] { return initializers::LecunUniform(); }},
    NamedInitializer{"lecun_normal", [] { return initializers::LecunNormal(); }},
    NamedInitializer{"orthogonal", [] { return initializers::Orthogonal(); }},
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
    NamedActivation{"relu6", [](const Tensor& x) { return relu6(x); }},
    NamedActivation{"selu", [](const Tensor& x) { return selu(x); }},
    NamedActivation{"celu", [](const Tensor& x) { return celu(x); }},
    NamedActivation{"glu", [](const Tensor& x) { return glu(x); }},
    NamedActivation{"mish", [](const Tensor& x) { return mish(x); }},
    NamedActivation{"softsign", [](const Tensor& x) { return softsign(x); }},
    NamedActivation{"exponential", [](const Tensor& x) { return exp(x); }},
    NamedActivation{"log_sigmoid", [](const Tensor& x) { return keras::ops::log_sigmoid(x); }},
    NamedActivation{"hard_sigmoid", [](const Tensor& x) { return hardsigmoid(x); }},
    NamedActivation{"hard_silu", [](const Tensor& x) { return hardswish(x); }},
    NamedActivation{"hard_swish", [](const Tensor& x) { return hardswish(x); }},
    NamedActivation{"hard_tanh", [](const Tensor& x) { return hardtanh(x); }},
    NamedActivation{"hard_shrink", [](const Tensor& x) { return hardshrink(x); }},
    NamedActivation{"soft_shrink", [](const Tensor& x) { return softshrink(x); }},
    NamedActivation{"tanh_shrink", [](const Tensor& x) { return tanhshrink(x); }},
    NamedActivation{"squareplus", [](const Tensor& x) { return keras::ops::squareplus(x); }},
    NamedActivation{"sparse_plus", [](const Tensor& x) { return keras::ops::sparse_plus(x); }},
    NamedActivation{"sparse_sigmoid", [](const Tensor& x) { return keras::ops::sparse_sigmoid(x); }},
    NamedActivation{"sparsemax", [](const Tensor& x) { return keras::ops::sparsemax(x); }},
};

template <class Table>
std::vector<std::string> names_of(const Table& table) {
  std::vector<std::string> names;
  for (const auto& entry : table) names.emplace_back(entry.name);
  return names;
}

}  // namespace

triptych::Initializer for_keras_layout(triptych::Initializer initializer) {
  return [initializer = std::move(initializer)](const Shape& shape, DType dtype) {
    return shape.rank() > 2 ? init::make(initializer, shape, dtype, init::Layout::hwio) : initializer(shape, dtype);
  };
}

Initializer::Initializer(triptych::Initializer function, Location where)
    : function_(for_keras_layout(
          [users = not_empty(std::move(function), "initializer", where)](const Shape& shape, DType dtype) {
            const UserCode code;
            return users(shape, dtype);
          })) {}
Initializer::Initializer(const char* name, Location where) : Initializer(std::string(not_null(name, where)), where) {}
Initializer::Initializer(const std::string& name, Location where) {
  const std::string key = to_snake_case(name);
  for (const NamedInitializer& entry : named_initializers)
    if (key == entry.name) {
      *this = entry.make();
      return;
    }
  if (auto function = custom_function<Tensor(const Shape&, DType)>(name)) {
    class_name_ = "function";
    config_ = json_string(name);
    function_ = std::move(function);
  } else if (const auto make = custom_function<Initializer(const Config&)>(name)) {
    *this = make({});
  } else {
    no_such("initializer", name, names_of(named_initializers), where);
  }
}
Initializer::Initializer(OwnedText class_name, OwnedText config, triptych::Initializer function, Location where)
    : name_(to_snake_case(class_name)),
      class_name_(std::move(class_name)),
      config_(Config(std::move(config), where).json()),
      function_(not_empty(std::move(function), "initializer", where)) {}

Tensor Initializer::operator()(const Shape& shape, DType dtype, Location where) const {
  const auto& function = not_empty<const triptych::Initializer&>(function_, "initializer", where);
  const Frame frame(where);
  return function(shape, dtype);
}

namespace {

const NamedActivation* built_in_activation(const std::string& name) {
  for (const NamedActivation& entry : activations)
    if (name == entry.name) return &entry;
  return nullptr;
}

}  // namespace

Activation::Activation(const char* name, Location where) : Activation(std::string(not_null(name, where)), where) {}
Activation::Activation(const std::string& name, Location where) : name_(name) {
  if (const NamedActivation* entry = built_in_activation(name)) {
    if (entry->function) function_ = entry->function;
    return;
  }
  function_ = custom_function<Tensor(const Tensor&)>(name);
  if (!function_) no_such("activation", name, names_of(activations), where);
}
bool is_built_in_activation(const std::string& name) { return built_in_activation(name) != nullptr; }

}  // namespace triptych::keras
