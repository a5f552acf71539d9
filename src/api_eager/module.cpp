#include "triptych/eager/module.h"

#include <cxxabi.h>

#include <cstdlib>
#include <ostream>
#include <sstream>
#include <typeinfo>
#include <unordered_set>

#include "core/dispatch/backend.h"
#include "core/graph/graph.h"
#include "core/support/error_context.h"
#include "core/support/printable.h"
#include "core/tensor/tensor_impl.h"
#include "core/tensor/transaction.h"
#include "triptych/core/autograd.h"
#include "triptych/core/callable.h"
#include "triptych/core/ops.h"
#include "triptych/core/random.h"

namespace triptych::eager::nn {
namespace {

/// All lines but the first two columns further right.
std::string indented(const std::string& text) {
  std::string result;
  for (const char c : text) {
    result += c;
    if (c == '\n') result += "  ";
  }
  return result;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "'" : ", '") + name + "'";
  return text;
}

std::string summary(const Tensor& tensor) {
  return std::string(dtype_name(tensor.dtype())) + " " + tensor.shape().text();
}

}  // namespace

Module::Module() = default;
Module::~Module() = default;

// Chosen by their types: a call by name would find Module's forward.
Tensor detail::OtherForwards::forward(Tensor x) {
  return (this->*static_cast<Tensor (OtherForwards::*)(Tensor) const>(&OtherForwards::forward))(std::move(x));
}
Tensor detail::OtherForwards::forward(Tensor x) const {
  return (this->*static_cast<Tensor (OtherForwards::*)(const Tensor&) const>(&OtherForwards::forward))(x);
}
Tensor detail::OtherForwards::forward(const Tensor&) const { return no_forward(); }

Tensor Module::forward(const Tensor& x) {
  return (this->*static_cast<Tensor (OtherForwards::*)(Tensor)>(&OtherForwards::forward))(x);
}

Tensor Module::no_forward() const {
  throw ArgumentError(name(), "the module has no forward for one tensor", "'" + name() + "' was called with one",
                      "Override forward(const Tensor&), or use nn::call(module, a, b) for a forward with other inputs");
}

Tensor Module::operator()(const Arg& x) {
  const CallScope scope(x);
  return scope.result(run(x.tensor()));
}

Tensor Module::run(const Tensor& x) {
  check_members();
  try {
    return forward(x);
  } catch (Error& error) {
    // The innermost module says it, those around it do not say it again.
    constexpr const char* start = "In module '";
    if (!member_name_.empty() && std::string_view(error.what()).find(start) == std::string_view::npos)
      add_context(error, start + member_name_ + "', a " + name() +
                             (made_at_ ? " made at " + made_at_.text() : std::string()) + ".");
    throw;
  }
}

CallScope::CallScope(const Arg& x) : frame_(x.where()), whole_(std::make_unique<Transaction>()) {
  if (x.is_scalar())
    throw ArgumentError("Module", "the input is not a tensor", "a number", "Make a tensor of it with full()",
                        x.where());
  if (!x.tensor().defined())
    throw ArgumentError("Module", "an input is undefined", "a default-constructed Tensor", "Give it a value first",
                        x.where());
  if (x.tensor().is_symbolic()) trace_.emplace(GraphHandle(x.tensor().impl()->graph.get()));
}

CallScope::~CallScope() = default;

std::string Module::name() const {
  const char* mangled = typeid(*this).name();
  char* readable = abi::__cxa_demangle(mangled, nullptr, nullptr, nullptr);
  std::string full = readable ? readable : mangled;
  std::free(readable);
  full = full.substr(0, full.find('<'));
  const std::size_t colon = full.rfind(':');
  return colon == std::string::npos ? full : full.substr(colon + 1);
}

std::string Module::text() const {
  const std::string extra = extra_repr();
  std::string lines;
  for (const Child& child : children_)
    lines += "\n  (" + printable(child.name) + "): " + indented(child.module->text());
  if (lines.empty()) return name() + "(" + extra + ")";
  if (!extra.empty()) lines = "\n  " + indented(extra) + lines;
  return name() + "(" + lines + "\n)";
}

std::ostream& operator<<(std::ostream& out, const Module& module) { return out << module.text(); }

// --- Members
// ----------------------------------------------------------------------------------------------------------

void Module::check_name(const Name& name) const {
  const auto fail = [&](const char* rule) {
    throw ArgumentError(this->name(), rule, "'" + name.text + "'", "", name.where);
  };
  if (name.text.empty()) fail("the name of a member is empty");
  if (name.text.find('.') != std::string::npos) fail("the name of a member has a dot");
  bool taken = false;
  for (const Members* members : {&parameters_, &buffers_, &streams_})
    for (const Member& member : *members) taken |= member.name == name.text;
  for (const Child& child : children_) taken |= child.name == name.text;
  if (taken) fail("the name of a member is taken");
}

void Module::add_child(const Name& name, std::unique_ptr<Module> child, Cloner cloner) {
  check_name(name);
  if (!child)
    throw ArgumentError(this->name(), "a child module is a null pointer", "'" + name.text + "'", "", name.where);
  child->member_name_ = name.text;
  child->made_at_ = name.where;
  children_.push_back({name.text, std::move(child), cloner});
}

Tensor& Module::register_parameter(const Name& name, Tensor value) {
  const Frame frame(name.where);
  check_name(name);
  if (value.defined()) {
    if (!value.is_leaf())
      throw ArgumentError(this->name(), "a parameter is the result of a recorded op",
                          "'" + name.text + "' is the result of " + value.grad_fn(), "Pass value.detach()", name.where);
    value = contiguous_now(value);
    value.set_requires_grad(true, name.where);
    mark_state(value);
  }
  parameters_.push_back({name.text, std::move(value)});
  return parameters_.back().tensor;
}

Tensor& Module::register_buffer(const Name& name, Tensor value, bool persistent) {
  const Frame frame(name.where);
  check_name(name);
  if (value.is_symbolic())
    throw ArgumentError(this->name(), "a buffer is symbolic", "'" + name.text + "'", "Give it a value", name.where);
  if (value.defined()) mark_state(value);
  buffers_.push_back({name.text, std::move(value), persistent});
  return buffers_.back().tensor;
}

Tensor& Module::register_stream(const Name& name) {
  check_name(name);
  streams_.push_back({name.text, default_generator().next_stream()});
  return streams_.back().tensor;
}

void Module::check_members(Location where) {
  const auto is_state = [](const Tensor& tensor) {
    return !tensor.defined() || tensor.flags() & triptych::detail::TensorHead::state;
  };
  for (const Member& member : parameters_) {
    if (is_state(member.tensor)) continue;
    throw ArgumentError(name(), "a tensor that is no parameter was assigned to a parameter",
                        "'" + member.name + "' is now " + summary(member.tensor),
                        "Copy its values under a NoGrad guard (" + member.name + ".copy_(values)), or load_state_dict",
                        where);
  }
  for (Member& member : buffers_)
    if (!is_state(member.tensor)) mark_state(member.tensor);
}

template <class F>
void Module::visit(const std::string& prefix, const F& function) {
  function(prefix, *this);
  for (const Child& child : children_) child.module->visit((prefix.empty() ? "" : prefix + ".") + child.name, function);
}

std::vector<NamedTensor> Module::tensors(std::initializer_list<Members Module::*> kinds, bool for_state) const {
  std::vector<NamedTensor> result;
  std::unordered_set<const TensorImpl*> seen;
  const_cast<Module*>(this)->visit("", [&](const std::string& prefix, const Module& module) {
    for (const auto kind : kinds)
      for (const Member& member : module.*kind) {
        if (!member.tensor.defined() || (for_state && !member.persistent)) continue;
        if (!for_state && !seen.insert(member.tensor.impl()).second) continue;
        result.emplace_back((prefix.empty() ? "" : prefix + ".") + member.name, member.tensor);
      }
  });
  return result;
}

namespace {

std::vector<Tensor> without_names(std::vector<NamedTensor> named) {
  std::vector<Tensor> result;
  for (auto& [name, tensor] : named) result.push_back(std::move(tensor));
  return result;
}

}  // namespace

void Module::check_all_members(Location where) const {
  const_cast<Module*>(this)->visit("", [&](const std::string&, Module& module) { module.check_members(where); });
}

std::vector<NamedTensor> Module::named_parameters(Location where) const {
  check_all_members(where);
  return tensors({&Module::parameters_});
}
std::vector<Tensor> Module::parameters(Location where) const { return without_names(named_parameters(where)); }
std::vector<NamedTensor> Module::named_buffers() const { return tensors({&Module::buffers_}); }
std::vector<Tensor> Module::buffers() const { return without_names(named_buffers()); }

std::vector<NamedModule> Module::named_children() const {
  std::vector<NamedModule> result;
  for (const Child& child : children_) result.emplace_back(child.name, child.module.get());
  return result;
}

std::vector<Module*> Module::children() const {
  std::vector<Module*> result;
  for (const Child& child : children_) result.push_back(child.module.get());
  return result;
}

std::vector<NamedModule> Module::named_modules() {
  std::vector<NamedModule> result;
  visit("", [&](const std::string& prefix, Module& module) { result.emplace_back(prefix, &module); });
  return result;
}

std::vector<Module*> Module::modules() {
  std::vector<Module*> result;
  visit("", [&](const std::string&, Module& module) { result.push_back(&module); });
  return result;
}

void Module::apply(const std::function<void(Module&)>& function, Location where) {
  check_callable("Module::apply", function, where);
  for (const Child& child : children_) child.module->apply(function, where);
  function(*this);
}

Module& Module::train(bool mode) {
  visit("", [&](const std::string&, Module& module) { module.training_ = mode; });
  return *this;
}

void Module::zero_grad() {
  for (Tensor& parameter : without_names(tensors({&Module::parameters_}))) parameter.set_grad({});
}

Module& Module::requires_grad_(bool value, Location where) {
  for (Tensor& parameter : parameters(where)) parameter.set_requires_grad(value, where);
  return *this;
}

/// Gives every tensor and its gradient the value that `converted` makes of them, once all are made.
template <class F>
Module& Module::convert(const F& converted) {
  GradMode off(false);
  const Transaction whole;
  std::vector<std::pair<Tensor, Tensor>> gradients;
  for (Tensor& tensor : without_names(tensors({&Module::parameters_, &Module::buffers_, &Module::streams_}))) {
    const Tensor value = converted(tensor);
    if (value.is_same(tensor)) continue;
    if (const Tensor gradient = tensor.grad(); gradient.defined()) gradients.emplace_back(tensor, converted(gradient));
    set_data(tensor, value);
  }
  for (auto& [tensor, gradient] : gradients) tensor.impl()->extra->grad = std::move(gradient);
  return *this;
}

Module& Module::to(DType dtype, Location where) {
  if (!is_floating(dtype))
    throw ArgumentError("Module::to", "a module cannot be converted to a dtype that is not floating-point",
                        std::string(dtype_name(dtype)) + " was given", "", where);
  const Frame frame(where);
  return convert([&](const Tensor& tensor) {
    return is_floating(tensor.dtype()) && tensor.dtype() != dtype ? cast(Arg(tensor, where), dtype) : tensor;
  });
}

Module& Module::to(Device device, Location where) {
  const Frame frame(where);
  return convert([&](const Tensor& tensor) { return on_device(tensor, device); });
}

// --- State
// ------------------------------------------------------------------------------------------------------------

namespace {

/// Where a state's metadata keeps a random stream: as text, key and counter.
std::string stream_key(const std::string& name) { return "stream." + name; }

std::string stream_text(const Tensor& stream) {
  const auto values = stream.to_vector<std::int64_t>();
  return std::to_string(values[0]) + " " + std::to_string(values[1]);
}

Tensor stream_from(const std::string& name, const std::string& text, Location where) {
  std::int64_t key = 0, counter = 0;
  char rest = 0;
  std::istringstream in(text);
  if (!(in >> key >> counter) || in >> rest)
    throw ArgumentError("load_state_dict", "a random stream is not two numbers", "'" + name + "' is '" + text + "'", "",
                        where);
  return from_span(std::span<const std::int64_t>({key, counter}), {2}, where);
}

}  // namespace

StateDict Module::state_dict(Location where) const {
  check_all_members(where);
  StateDict state;
  for (auto& [name, tensor] : tensors({&Module::parameters_, &Module::buffers_}, true))
    state.add(std::move(name), tensor.detach(where), where);
  for (const auto& [name, stream] : tensors({&Module::streams_}, true))
    state.metadata[stream_key(name)] = stream_text(stream);
  return state;
}

IncompatibleKeys Module::load_state_dict(const StateDict& state, bool strict, Location where) {
  std::vector<std::pair<Tensor, Tensor>> copies;
  IncompatibleKeys keys;
  std::unordered_set<std::string> known;
  std::string wrong;
  for (auto& [name, tensor] : tensors({&Module::parameters_, &Module::buffers_}, true)) {
    known.insert(name);
    const Tensor* value = state.find(name);
    if (!value) {
      keys.missing_keys.push_back(name);
    } else if (!value->defined()) {
      throw ArgumentError("load_state_dict", "a value is undefined", "'" + name + "' is a default-constructed Tensor",
                          "", where);
    } else if (value->shape() != tensor.shape()) {
      wrong += (wrong.empty() ? "'" : "; '") + name + "' is " + summary(tensor) + " here and " + summary(*value) +
               " in the state";
    } else {
      copies.emplace_back(tensor, *value);
    }
  }
  for (const auto& [name, value] : state)
    if (!known.contains(name)) keys.unexpected_keys.push_back(name);
  // Streams may be missing: a state from PyTorch has none.
  std::vector<std::pair<Tensor, Tensor>> streams;
  for (const auto& [name, stream] : tensors({&Module::streams_}, true))
    if (const auto text = state.metadata.find(stream_key(name)); text != state.metadata.end())
      streams.emplace_back(stream, stream_from(name, text->second, where));
  if (!wrong.empty())
    throw ArgumentError("load_state_dict", "a shape differs", wrong, "Is it the state of another model?", where);
  if (strict && !(keys.missing_keys.empty() && keys.unexpected_keys.empty())) {
    std::string given;
    if (!keys.missing_keys.empty()) given += "missing " + joined(keys.missing_keys);
    if (!keys.unexpected_keys.empty())
      given += (given.empty() ? "unexpected " : "; unexpected ") + joined(keys.unexpected_keys);
    throw ArgumentError("load_state_dict", "the keys of the state and of " + name() + " differ", given,
                        "Pass strict = false to load what fits", where);
  }
  GradMode off(false);
  const Transaction whole;
  for (auto* values : {&copies, &streams})
    for (auto& [tensor, value] : *values) tensor.copy_(Arg(value, where));
  return keys;
}

void Module::copy_from(const Module& other) {
  const auto mine = tensors({&Module::parameters_, &Module::buffers_, &Module::streams_}),
             theirs = other.tensors({&Module::parameters_, &Module::buffers_, &Module::streams_});
  if (mine.size() != theirs.size())
    throw ArgumentError(
        "clone", "the copy is built with other parameters",
        name() + " has " + std::to_string(theirs.size()) + " tensors, its copy " + std::to_string(mine.size()),
        "Pass the constructor's arguments to nn::clone");
  for (std::size_t i = 0; i < mine.size(); ++i) {
    if (mine[i].first != theirs[i].first || mine[i].second.shape() != theirs[i].second.shape())
      throw ArgumentError("clone", "the copy is built with other parameters",
                          "'" + theirs[i].first + "' " + summary(theirs[i].second) + ", in the copy '" + mine[i].first +
                              "' " + summary(mine[i].second),
                          "Pass the constructor's arguments to nn::clone");
    Tensor tensor = mine[i].second;
    set_data(tensor, theirs[i].second);
    if (is_floating(tensor.dtype())) tensor.set_requires_grad(theirs[i].second.requires_grad());
  }
  std::vector<Module*> to = modules(), from = const_cast<Module&>(other).modules();
  for (std::size_t i = 0; i < to.size() && i < from.size(); ++i) to[i]->training_ = from[i]->training_;
}

}  // namespace triptych::eager::nn
