#include "triptych/eager/module.h"

#include <cxxabi.h>

#include <algorithm>
#include <cstdlib>
#include <ostream>
#include <sstream>
#include <typeinfo>
#include <unordered_map>
#include <unordered_set>

#include "api_eager/nn/hooks.h"
#include "core/dispatch/backend.h"
#include "core/graph/graph.h"
#include "core/support/error_context.h"
#include "core/support/printable.h"
#include "core/support/span.h"
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

[[noreturn]] void wrong_count(std::span<const std::int64_t> sizes, const char* wanted, Location where) {
  throw ArgumentError("Module", std::string("the sizes are not ") + wanted, Shape(sizes, where).text(),
                      "Or one for all", where);
}

}  // namespace

Size2 detail::size2_of(std::span<const std::int64_t> sizes, Location where) {
  if (sizes.size() == 1) return sizes[0];
  if (sizes.size() != 2) wrong_count(sizes, "one for each of two axes", where);
  return {sizes[0], sizes[1]};
}
Size3 detail::size3_of(std::span<const std::int64_t> sizes, Location where) {
  if (sizes.size() == 1) return sizes[0];
  if (sizes.size() != 3) wrong_count(sizes, "one for each of three axes", where);
  return {sizes[0], sizes[1], sizes[2]};
}

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
  return scope.result(present().run(x.tensor()));
}

Module& Module::present() {
  const auto successor = successor_.lock();
  return successor ? successor->present() : *this;
}

void Module::wrong_class(Location where) const {
  throw ArgumentError("Module", "the module is of another class than it is taken for", "it is a " + name(), "", where);
}

Tensor Module::run(const Tensor& x) {
  std::optional<Span> span;
  if (recording_spans.load(std::memory_order_relaxed) && recording_options().modules) [[unlikely]]
    span.emplace(SpanKind::module, ("nn.Module: " + name()).c_str(), made_at_);
  check_members();
  try {
    if (has_uninitialized_params()) [[unlikely]]
      late_->make_for_input(x);
    compute_members();
    if (!hooks_) return forward(x);
    detail::HookedCall hooked(*this);
    Tensor input = x;
    hooked.before({&input});
    Tensor output = forward(input);
    hooked.after({&output});
    return output;
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
  return (computes_members_ ? "Parametrized" : "") + (colon == std::string::npos ? full : full.substr(colon + 1));
}

std::string Module::text() const {
  const std::string extra = extra_repr();
  if (children_.empty() && extra.find('\n') == std::string::npos) return name() + "(" + extra + ")";
  std::string lines;
  if (!extra.empty()) lines = "\n  " + indented(extra);
  for (const Child& child : children_)
    lines += "\n  (" + printable(child.name) + "): " + indented(child.module->text());
  return name() + "(" + lines + "\n)";
}

std::ostream& operator<<(std::ostream& out, const Module& module) { return out << module.text(); }

// --- Members --------------------------------------------------------------------------------------------------------

void Module::check_name(const Name& name) const {
  const auto fail = [&](const char* rule) {
    throw ArgumentError(this->name(), rule, "'" + name.text + "'", "", name.where);
  };
  if (name.text.empty()) fail("the name of a member is empty");
  if (name.text.find('.') != std::string::npos) fail("the name of a member has a dot");
  bool taken = find_child(name.text) != nullptr;
  for (const Members* members : {&parameters_, &buffers_, &streams_})
    for (const Member& member : *members) taken |= member.name == name.text;
  if (taken) fail("the name of a member is taken");
}

Module* Module::find_child(std::string_view name) const {
  for (const Child& child : children_)
    if (child.name == name) return child.module.get();
  return nullptr;
}

void Module::check_child(const Name& name, const std::shared_ptr<Module>& child) const {
  if (!child)
    throw ArgumentError(this->name(), "a child module is a null pointer", "'" + name.text + "'", "", name.where);
  child->visit("", [&](const std::string&, const Module& below) {
    if (&below == this)
      throw ArgumentError(this->name(), "a module would be part of itself", "'" + name.text + "'", "", name.where);
  });
}

void Module::add_child(const Name& name, std::shared_ptr<Module> child, Cloner cloner) {
  check_name(name);
  check_child(name, child);
  child->member_name_ = name.text;
  child->made_at_ = name.where;
  children_.push_back({name.text, std::move(child), cloner});
}

namespace {

/// "a.b" and "c" of "a.b.c".
std::pair<std::string_view, std::string_view> parent_and_name(std::string_view target) {
  const std::size_t dot = target.rfind('.');
  if (dot == std::string_view::npos) return {{}, target};
  return {target.substr(0, dot), target.substr(dot + 1)};
}

}  // namespace

void Module::replace_child(const Name& target, std::shared_ptr<Module> child, Cloner cloner) {
  const auto [path, last] = parent_and_name(target.text);
  Module& parent = get_submodule(path, target.where);
  const Name name(std::string(last), target.where);
  for (Child& place : parent.children_) {
    if (place.name != last) continue;
    parent.check_child(name, child);
    child->member_name_ = name.text;
    child->made_at_ = name.where;
    if (place.module == child) return;
    // Another parent's calls of a shared module stay its own.
    if (place.module.use_count() == 1) place.module->successor_ = child;
    parent.replaced_.push_back(std::exchange(place.module, std::move(child)));
    place.cloner = cloner;
    place.replaced = true;
    return;
  }
  parent.add_child(name, std::move(child), cloner);
}

Module& Module::get_submodule(Text target, Location where) {
  Module* module = this;
  std::string_view rest = target;
  while (!rest.empty()) {
    const std::size_t dot = std::min(rest.find('.'), rest.size());
    Module* const child = module->find_child(rest.substr(0, dot));
    if (!child)
      throw ArgumentError(
          "get_submodule", "there is no module of this name",
          "'" + std::string(rest.substr(0, dot)) + "' of '" + std::string(target) + "' in a " + module->name(), "",
          where);
    module = child;
    rest = dot == rest.size() ? std::string_view() : rest.substr(dot + 1);
  }
  return *module;
}

Tensor& Module::get_tensor(Members Module::*kind, const char* function, const char* what, std::string_view target,
                           Location where) {
  const auto [path, last] = parent_and_name(target);
  Module& owner = get_submodule(path, where);
  for (Member& member : owner.*kind)
    if (member.name == last) return member.tensor;
  throw ArgumentError(function, std::string("there is no ") + what + " of this name",
                      "'" + std::string(last) + "' in a " + owner.name(), "", where);
}

Tensor& Module::get_parameter(Text target, Location where) {
  return get_tensor(&Module::parameters_, "get_parameter", "parameter", target, where);
}
Tensor& Module::get_buffer(Text target, Location where) {
  return get_tensor(&Module::buffers_, "get_buffer", "buffer", target, where);
}

Tensor& Module::register_parameter(const Name& name, Tensor value) {
  const Frame frame(name.where);
  check_name(name);
  if (value.is_symbolic())
    throw ArgumentError(this->name(), "a parameter is symbolic", "'" + name.text + "'", "Give it a value", name.where);
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
  const Frame frame(name.where);
  check_name(name);
  streams_.push_back({name.text, default_generator().next_stream()});
  return streams_.back().tensor;
}

void Module::check_members(Location where) {
  const auto is_state = [](const Tensor& tensor) {
    return !tensor.defined() || tensor.flags() & triptych::detail::TensorHead::state;
  };
  for (const Member& member : parameters_) {
    if (member.source) {
      if (member.tensor.is_same(member.source->latest)) continue;
      throw ArgumentError(name(), "a tensor was assigned to a parametrized parameter", "'" + member.name + "'",
                          "Change what it is computed from, parametrizations." + member.name + ".original", where);
    }
    if (is_state(member.tensor)) continue;
    throw ArgumentError(name(), "a tensor that is no parameter was assigned to a parameter",
                        "'" + member.name + "' is now " + summary(member.tensor),
                        "Copy its values under a NoGrad guard (" + member.name + ".copy_(values)), or load_state_dict",
                        where);
  }
  for (Member& member : buffers_)
    if (!is_state(member.tensor)) mark_state(member.tensor);
}

void Module::compute_members() {
  if (!computes_members_) return;
  for (Member& member : parameters_)
    if (member.source) member.tensor = member.source->latest = member.source->value({});
}

template <class F>
void Module::visit(const std::string& prefix, const F& function, bool each_once) {
  std::unordered_set<const Module*> seen;
  const auto go = [&](const auto& again, const std::string& path, Module& module) -> void {
    if (!seen.insert(&module).second && each_once) return;
    function(path, module);
    for (const Child& child : module.children_)
      again(again, (path.empty() ? "" : path + ".") + child.name, *child.module);
  };
  go(go, prefix, *this);
}

std::vector<NamedTensor> Module::tensors(std::initializer_list<Members Module::*> kinds, const Which& which,
                                         const std::string& prefix) const {
  std::vector<NamedTensor> result;
  std::unordered_set<const TensorImpl*> seen;
  const auto add = [&](const auto& again, const std::string& path, const Module& module) -> void {
    const std::string start = path.empty() ? "" : path + ".";
    for (const auto kind : kinds)
      for (const Member& member : module.*kind) {
        if (!member.tensor.defined() || member.source || (which.for_state && !member.persistent)) continue;
        if (which.each_once && !seen.insert(member.tensor.impl()).second) continue;
        result.emplace_back(start + member.name, member.tensor);
      }
    if (which.recurse)
      for (const Child& child : module.children_) again(again, start + child.name, *child.module);
  };
  add(add, prefix, *this);
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
  const_cast<Module*>(this)->visit("", [&](const std::string& path, Module& module) {
    module.check_members(where);
    if (module.has_uninitialized_params())
      throw ArgumentError(name(), "a lazy module has no parameters yet",
                          "'" + path + "' is a " + module.name() + " that was not called",
                          "Call the model on an input first", where);
  });
}

void Module::set_member(Tensor& member, Tensor value, bool trained) {
  if (trained) value.set_requires_grad(true);
  mark_state(value);
  member = std::move(value);
}

std::vector<NamedTensor> Module::named_parameters(Location where) const {
  check_all_members(where);
  return tensors({&Module::parameters_}, {});
}
std::vector<NamedTensor> Module::named_parameters(const OwnedText& prefix, bool recurse, bool remove_duplicate,
                                                  Location where) const {
  check_all_members(where);
  return tensors({&Module::parameters_}, {.recurse = recurse, .each_once = remove_duplicate}, prefix);
}
std::vector<Tensor> Module::parameters(Location where) const { return without_names(named_parameters(where)); }
std::vector<Tensor> Module::own_or_all_parameters(bool recurse, Location where) const {
  return without_names(named_parameters("", recurse, true, where));
}
std::vector<NamedTensor> Module::named_buffers() const { return tensors({&Module::buffers_}, {}); }
std::vector<NamedTensor> Module::named_buffers(const OwnedText& prefix, bool recurse, bool remove_duplicate) const {
  return tensors({&Module::buffers_}, {.recurse = recurse, .each_once = remove_duplicate}, prefix);
}
std::vector<Tensor> Module::buffers() const { return without_names(named_buffers()); }
std::vector<Tensor> Module::buffers(bool recurse) const { return without_names(named_buffers("", recurse)); }

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

std::vector<NamedModule> Module::named_modules() { return named_modules(""); }
std::vector<NamedModule> Module::named_modules(const OwnedText& prefix, bool remove_duplicate) {
  std::vector<NamedModule> result;
  visit(
      prefix, [&](const std::string& path, Module& module) { result.emplace_back(path, &module); }, remove_duplicate);
  return result;
}

std::vector<Module*> Module::modules() {
  std::vector<Module*> result;
  visit("", [&](const std::string&, Module& module) { result.push_back(&module); });
  return result;
}

Module& Module::apply(const std::function<void(Module&)>& function, Location where) {
  check_callable("Module::apply", function, where);
  const std::vector<Child> children = children_;  // `function` may change them
  for (const Child& child : children) child.module->apply(function, where);
  function(*this);
  return *this;
}

Module& Module::train(bool mode) {
  visit("", [&](const std::string&, Module& module) { module.training_ = mode; });
  return *this;
}

void Module::zero_grad(bool set_to_none) {
  for (Tensor& parameter : without_names(tensors({&Module::parameters_}, {}))) {
    if (!parameter.grad().defined()) continue;
    parameter.set_grad(set_to_none ? Tensor() : zeros_like(parameter.detach()));
  }
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
  for (Tensor& tensor : without_names(tensors({&Module::parameters_, &Module::buffers_, &Module::streams_}, {}))) {
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
  visit("", [&](const std::string&, Module& module) {
    if (module.has_uninitialized_params()) module.late_->set_dtype(dtype);
  });
  return convert([&](const Tensor& tensor) {
    return is_floating(tensor.dtype()) && tensor.dtype() != dtype ? cast(Arg(tensor, where), dtype) : tensor;
  });
}

Module& Module::to(Device device, Location where) {
  const Frame frame(where);
  return convert([&](const Tensor& tensor) { return on_device(tensor, device); });
}

Module& Module::to(Device device, DType dtype, Location where) {
  const Transaction whole;
  return to(dtype, where).to(device, where);
}

Module& Module::cpu(Location where) { return to(Device(), where); }
Module& Module::cuda(int index, Location where) { return to(Device::cuda(index, where), where); }

// --- State ----------------------------------------------------------------------------------------------------------

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
  const Which of_state{.for_state = true, .each_once = false};
  StateDict state;
  for (auto& [name, tensor] : tensors({&Module::parameters_, &Module::buffers_}, of_state))
    state.add(std::move(name), tensor.detach(where), where);
  for (const auto& [name, stream] : tensors({&Module::streams_}, of_state))
    state.metadata[stream_key(name)] = stream_text(stream);
  return state;
}

IncompatibleKeys Module::load_state_dict(const StateDict& state, bool strict, Location where) {
  return load_state_dict(state, strict, false, where);
}

IncompatibleKeys Module::load_state_dict(const StateDict& state, bool strict, bool assign, Location where) {
  const Frame frame(where);
  struct Late {  // lazy modules that the state told their sizes; they forget them if it does not fit
    std::vector<detail::LateParameters*> made;
    ~Late() {
      for (detail::LateParameters* module : made) module->forget();
    }
  } late;
  visit("", [&](const std::string& path, Module& module) {
    if (!module.has_uninitialized_params()) return;
    module.late_->make_for_state(state, path.empty() ? "" : path + ".", where);
    if (!module.late_->waiting()) late.made.push_back(module.late_);
  });
  check_all_members(where);
  const Which of_state{.for_state = true, .each_once = false};
  std::vector<std::pair<Tensor, Tensor>> copies;
  IncompatibleKeys keys;
  std::unordered_set<std::string> known;
  std::string wrong;
  for (auto& [name, tensor] : tensors({&Module::parameters_, &Module::buffers_}, of_state)) {
    known.insert(name);
    const Tensor* value = state.find(name);
    if (!value) {
      keys.missing_keys.push_back(name);
    } else if (!value->defined()) {
      throw ArgumentError("load_state_dict", "a value is undefined", "'" + name + "' is a default-constructed Tensor",
                          "", where);
    } else if (value->is_symbolic()) {
      throw ArgumentError("load_state_dict", "a value is symbolic", "'" + name + "'", "Give it a value", where);
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
  for (const auto& [name, stream] : tensors({&Module::streams_}, of_state))
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
    for (auto& [tensor, value] : *values) {
      if (assign && values == &copies)
        set_data(tensor, value);
      else
        tensor.copy_(Arg(value, where));
    }
  late.made.clear();
  return keys;
}

// --- Copies ---------------------------------------------------------------------------------------------------------

void Module::mirror(const Module& other, std::vector<std::pair<Member*, const Member*>>& pairs,
                    const std::string& prefix) {
  if (late_ && other.late_) late_->make_as_in(other);
  for (const Child& theirs : other.children_) {
    const auto same = [&](const Child& mine) { return mine.name == theirs.name; };
    const auto mine = std::find_if(children_.begin(), children_.end(), same);
    const Module& original = *theirs.module;
    if (mine == children_.end() || theirs.replaced || typeid(*mine->module) != typeid(original)) {
      if (!theirs.cloner)
        throw ArgumentError("clone", "a module cannot be copied",
                            "'" + prefix + theirs.name + "' is a " + theirs.module->name(),
                            "It needs options that it can be made from, a default constructor or a clone()");
      std::shared_ptr<Module> copy = theirs.cloner(original);
      const Name name(theirs.name, original.made_at_);
      mine == children_.end() ? add_child(name, std::move(copy), theirs.cloner)
                              : replace_child(name, std::move(copy), theirs.cloner);
    }
    find_child(theirs.name)->mirror(original, pairs, prefix + theirs.name + ".");
  }
  for (Child& child : children_)
    if (!other.find_child(child.name)) replaced_.push_back(std::move(child.module));
  std::erase_if(children_, [](const Child& child) { return !child.module; });
  Members Module::*const kinds[] = {&Module::parameters_, &Module::buffers_, &Module::streams_};
  for (const auto kind : kinds) {
    const auto differ = [&](const std::string& theirs, const std::string& mine) {
      throw ArgumentError("clone", "the copy is built with other parameters", theirs + ", in the copy " + mine,
                          "Pass the constructor's arguments to nn::clone");
    };
    Members &mine = this->*kind, &theirs = const_cast<Module&>(other).*kind;
    for (const Member& member : theirs) {
      const auto found = std::find_if(mine.begin(), mine.end(), [&](const Member& m) { return m.name == member.name; });
      const std::string name = "'" + prefix + member.name + "'";
      if (found == mine.end()) differ(name, "there is none");
      if (member.source) {
        found->source = dynamic_cast<detail::ValueSource*>(&get_submodule("parametrizations." + member.name));
        found->tensor = found->source->latest = member.tensor.detach();
        computes_members_ = true;
        continue;
      }
      if (std::exchange(found->source, nullptr)) found->tensor = {};
      if (member.tensor.defined() && found->tensor.defined() && member.tensor.shape() != found->tensor.shape())
        differ(name + " " + summary(member.tensor), "it is " + summary(found->tensor));
      pairs.emplace_back(&*found, &member);
    }
    for (const Member& member : mine)
      if (std::none_of(theirs.begin(), theirs.end(), [&](const Member& m) { return m.name == member.name; }))
        differ("'" + prefix + member.name + "' is not there", "it is");
  }
  training_ = other.training_;
  hooks_ = detail::copied(other.hooks_);
}

void Module::copy_from(const Module& other) {
  const GradMode off(false);
  std::vector<std::pair<Member*, const Member*>> pairs;
  mirror(other, pairs, "");
  std::unordered_map<const TensorImpl*, Tensor> copies;  // what is shared there is shared here
  std::unordered_set<const TensorImpl*> used;
  for (const auto& [mine, theirs] : pairs) {
    const Tensor& original = theirs->tensor;
    if (!original.defined()) {
      mine->tensor = {};
      continue;
    }
    Tensor& copy = copies[original.impl()];
    if (!copy.defined()) {
      copy = mine->tensor;
      if (!copy.defined() || !used.insert(copy.impl()).second) {
        copy = original.clone();
        mark_state(copy);
      }
      set_data(copy, original);
      if (is_floating(copy.dtype())) copy.set_requires_grad(original.requires_grad());
    }
    mine->tensor = copy;
  }
}

}  // namespace triptych::eager::nn
