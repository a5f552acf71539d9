#include "triptych/eager/nn/parametrize.h"

#include <algorithm>

#include "core/support/hyperparameter.h"
#include "core/tensor/tensor_impl.h"
#include "core/tensor/transaction.h"
#include "triptych/core/autograd.h"
#include "triptych/core/init.h"
#include "triptych/core/ops.h"
#include "triptych/eager/nn/conv.h"

namespace triptych::eager::nn {

using utils::parametrize::Parametrization;
using utils::parametrize::ParametrizationList;

/// What parametrizing does inside of a module.
class detail::ParametrizedMembers {
 public:
  ParametrizedMembers(Module& module, std::string_view name) : module_(module), name_(name) {}

  Module::Member* find() const {
    for (Module::Member& member : module_.parameters_)
      if (member.name == name_) return &member;
    return nullptr;
  }
  Module::Member& at(const char* function, Location where) const {
    if (Module::Member* const member = find()) return *member;
    throw ArgumentError(function, "there is no parameter of this name", "'" + name_ + "' in a " + module_.name(), "",
                        where);
  }
  ParametrizationList* list() const {
    Module* const all = module_.find_child("parametrizations");
    return all ? dynamic_cast<ParametrizationList*>(all->find_child(name_)) : nullptr;
  }

  /// Moves the parameter into a list of its own.
  void take_out(Module::Member& member, const std::vector<Tensor>& originals, AnyModule parametrization,
                Location where) const {
    if (!module_.find_child("parametrizations"))
      module_.adopt(Name("parametrizations", where), std::make_unique<ModuleDict>());
    auto list = std::make_shared<ParametrizationList>();
    list->single_ = originals.size() == 1;
    const bool trained = member.tensor.requires_grad();  // a frozen one stays so
    const GradMode off(false);
    const auto add = [&](const std::string& name, const Tensor& original) {
      list->register_parameter(Name(name, where), original).set_requires_grad(trained);
    };
    if (list->single_) {
      Tensor original = member.tensor;
      if (!originals[0].is_same(original)) set_data(original, originals[0].detach());
      add("original", original);
    } else {
      for (std::size_t i = 0; i < originals.size(); ++i)
        add("original" + std::to_string(i), originals[i].detach().clone());
    }
    list->append(std::move(parametrization));
    list->train(module_.is_training());
    member.source = list.get();
    member.tensor = list->latest = {};
    module_.get_submodule("parametrizations").as<ModuleDict>().set(Name(name_, where), std::move(list));
    module_.computes_members_ = true;
  }

  /// The other way.
  void put_back(Module::Member& member, Tensor parameter) const {
    member.source = nullptr;
    member.tensor = std::move(parameter);
    auto& all = module_.get_submodule("parametrizations").as<ModuleDict>();
    all.pop(Name(name_));
    if (all.size() > 0) return;
    std::erase_if(module_.children_, [](const Module::Child& child) { return child.name == "parametrizations"; });
    module_.computes_members_ = false;
  }

  void compute() const { module_.compute_members(); }

 private:
  Module& module_;
  std::string name_;
};

namespace utils::parametrize {

using nn::detail::ParametrizedMembers;

Tensor Parametrization::forward(std::span<const Tensor> originals) {
  if (originals.size() != 1)
    throw ArgumentError(name(), "the parametrization is of one tensor", std::to_string(originals.size()) + " are given",
                        "Override forward(std::span<const Tensor>)");
  return forward(originals[0]);
}

std::vector<Tensor> ParametrizationList::originals() const {
  std::vector<Tensor> result;
  for (const auto& [name, tensor] : named_parameters("", false)) result.push_back(tensor);
  return result;
}

Tensor ParametrizationList::value(Location where) {
  const Frame frame(where);
  const std::vector<Tensor> all = originals();
  if (all.empty()) throw ArgumentError(name(), "there is no original", "an empty list", "", where);
  Tensor value = all[0];
  bool first = true;
  for (Module& module : *this) {
    if (first && !single_)
      value = module.as<Parametrization>().forward(std::span<const Tensor>(all));
    else
      value = module(value);
    first = false;
  }
  return value;
}

std::unique_ptr<ParametrizationList> ParametrizationList::clone() const {
  auto copy = std::make_unique<ParametrizationList>();
  copy->single_ = single_;
  const GradMode off(false);
  for (const auto& [name, tensor] : named_parameters("", false))
    copy->register_parameter(name, tensor.detach().clone());
  copy->copy_from(*this);
  return copy;
}

Module& register_parametrization(Module& module, Text tensor_name, AnyModule parametrization, bool unsafe,
                                 Location where) {
  constexpr const char* op = "register_parametrization";
  const Frame frame(where);
  const ParametrizedMembers members(module, tensor_name);
  auto& member = members.at(op, where);
  if (!member.tensor.defined())
    throw ArgumentError(op, "the parameter is left out", "'" + std::string(tensor_name) + "'", "", where);
  const Shape shape = member.tensor.shape();
  const DType dtype = member.tensor.dtype();
  ParametrizationList one;  // the parametrization alone, to look at it
  one.append(parametrization);
  if (!member.source) {
    auto* const with_inverse = dynamic_cast<Parametrization*>(&one[0]);
    std::vector<Tensor> originals{member.tensor};
    if (with_inverse) {
      const GradMode off(false);
      originals = with_inverse->right_inverse(member.tensor.detach());
      if (originals.empty() || std::any_of(originals.begin(), originals.end(), [](auto& t) { return !t.defined(); }))
        throw ArgumentError(op, "right_inverse gives no tensor", "of a " + one[0].name(), "", where);
    }
    const Tensor before = member.tensor.detach();
    const Tensor parameter = member.tensor;
    const Transaction whole;
    members.take_out(member, originals, std::move(parametrization), where);
    try {
      members.compute();
      if (!unsafe && (member.tensor.shape() != shape || member.tensor.dtype() != dtype))
        throw ArgumentError(op, "the value has another shape or dtype than the parameter",
                            std::string(dtype_name(member.tensor.dtype())) + " " + member.tensor.shape().text() +
                                " for " + std::string(dtype_name(dtype)) + " " + shape.text(),
                            "Pass unsafe = true if it is meant", where);
    } catch (...) {
      members.put_back(member, parameter);
      throw;
    }
    return module;
  }
  {
    const GradMode off(false);
    const Tensor value = one[0](Arg(member.tensor.detach(), where));
    if (!unsafe && (value.shape() != shape || value.dtype() != dtype))
      throw ArgumentError(op, "the value has another shape or dtype than the parameter",
                          std::string(dtype_name(value.dtype())) + " " + value.shape().text() + " for " +
                              std::string(dtype_name(dtype)) + " " + shape.text(),
                          "Pass unsafe = true if it is meant", where);
  }
  members.list()->append(std::move(parametrization));
  members.compute();
  return module;
}

bool is_parametrized(const Module& module, Text tensor_name) {
  const ParametrizedMembers members(const_cast<Module&>(module), tensor_name);
  return members.list() != nullptr;
}
bool is_parametrized(const Module& module) {
  for (const auto& [name, child] : module.named_children())
    if (name == "parametrizations") return true;
  return false;
}

Module& remove_parametrizations(Module& module, Text tensor_name, bool leave_parametrized, Location where) {
  constexpr const char* op = "remove_parametrizations";
  const Frame frame(where);
  const ParametrizedMembers members(module, tensor_name);
  auto& member = members.at(op, where);
  ParametrizationList* const list = members.list();
  if (!list)
    throw ArgumentError(op, "the parameter is not parametrized", "'" + std::string(tensor_name) + "'", "", where);
  std::vector<Tensor> originals = list->originals();
  if (!leave_parametrized && originals.size() > 1)
    throw ArgumentError(op, "there are several originals to leave", std::to_string(originals.size()), "", where);
  const GradMode off(false);
  if (leave_parametrized) members.compute();
  Tensor parameter = originals[0];
  if (originals.size() > 1) {
    Module owner;  // makes a parameter of it
    parameter = owner.register_parameter(Name("value", where), member.tensor.detach().clone());
    parameter.set_requires_grad(originals[0].requires_grad() || originals[1].requires_grad());
  } else if (leave_parametrized) {
    set_data(parameter, member.tensor.detach());
  }
  members.put_back(member, parameter);
  return module;
}

}  // namespace utils::parametrize

namespace utils::parametrizations {
namespace {

/// Writes the value's norm and direction apart.
class WeightNorm : public Parametrization {
 public:
  using Options = std::optional<std::int64_t>;
  explicit WeightNorm(const Options& dim) : options(dim) {}
  std::string name() const override { return "_WeightNorm"; }
  Tensor forward(std::span<const Tensor> originals) override {
    return triptych::weight_norm(originals[1], originals[0], options);
  }
  std::vector<Tensor> right_inverse(const Tensor& value) override {
    if (!options) return {vector_norm(value, 2), value};
    const int kept = normalize_axis("weight_norm", *options, value.ndim());
    Axes others;
    for (int axis = 0; axis < value.ndim(); ++axis)
      if (axis != kept) others.append(axis);
    return {others.empty() ? abs(value) : vector_norm(value, 2, others, true), value};
  }
  const Options options;  // dim
};

struct SpectralNormModuleOptions {
  Shape shape;
  triptych::SpectralNormOptions core;
  DType dtype;
};

class SpectralNorm : public Parametrization {
 public:
  using Options = SpectralNormModuleOptions;
  explicit SpectralNorm(const Options& options)
      : options(options),
        u(register_buffer("_u", first_vector(rows()))),
        v(register_buffer("_v", first_vector(options.shape.size() / rows()))) {}
  std::string name() const override { return "_SpectralNorm"; }
  Tensor forward(const Tensor& weight) override {
    return iterate(weight, is_training() ? options.core.n_power_iterations : 0);
  }
  Tensor iterate(const Tensor& weight, std::int64_t iterations) {
    triptych::SpectralNormOptions core = options.core;
    core.n_power_iterations = iterations;
    const auto result = triptych::spectral_norm(weight, u, v, core);
    if (iterations > 0 && u.defined()) {
      const GradMode off(false);
      u.copy_(result.u);
      v.copy_(result.v);
    }
    return result.weight;
  }

  const Options options;
  Tensor& u;  // undefined for a vector
  Tensor& v;

 private:
  std::int64_t rows() const { return options.shape[options.core.dim]; }
  Tensor first_vector(std::int64_t size) const {
    if (options.shape.rank() < 2) return {};
    return normalize(triptych::init::normal(0, 1)({size}, options.dtype), 2, 0, options.core.eps);
  }
};

}  // namespace

Module& weight_norm(Module& module, Text name, std::optional<std::int64_t> dim, Location where) {
  const Frame frame(where);
  return parametrize::register_parametrization(module, name, Made<WeightNorm>{std::make_shared<WeightNorm>(dim), where},
                                               false, where);
}

Module& spectral_norm(Module& module, Text name, std::int64_t n_power_iterations, double eps,
                      std::optional<std::int64_t> dim, Location where) {
  constexpr const char* op = "spectral_norm";
  const Frame frame(where);
  const GradMode off(false);
  const Tensor weight = module.get_parameter(name, where).detach();
  if (n_power_iterations < 1)
    throw ArgumentError(op, "n_power_iterations is not positive", std::to_string(n_power_iterations), "", where);
  Hyperparameters(op, where).not_negative("eps", eps);
  if (weight.ndim() < 1) throw ArgumentError(op, "the parameter has no dimensions", "()", "", where);
  const bool transposed = dynamic_cast<ConvTranspose1d*>(&module) || dynamic_cast<ConvTranspose2d*>(&module) ||
                          dynamic_cast<ConvTranspose3d*>(&module);
  const int rows = normalize_axis(op, dim.value_or(transposed ? 1 : 0), weight.ndim(), where);
  const auto norm = std::make_shared<SpectralNorm>(SpectralNormModuleOptions{
      weight.shape(), {.n_power_iterations = n_power_iterations, .dim = rows, .eps = eps}, weight.dtype()});
  constexpr std::int64_t first_iterations = 15;
  norm->iterate(weight, first_iterations);
  return parametrize::register_parametrization(module, name, Made<SpectralNorm>{norm, where}, false, where);
}

}  // namespace utils::parametrizations
}  // namespace triptych::eager::nn
