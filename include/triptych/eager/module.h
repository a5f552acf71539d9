// Module: the base of everything with parameters, as torch.nn.Module.
#pragma once

#include <concepts>
#include <functional>
#include <initializer_list>
#include <iosfwd>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "triptych/core/graph.h"
#include "triptych/core/io.h"
#include "triptych/core/ops/volume_sizes.h"
#include "triptych/core/tensor.h"
#include "triptych/core/text.h"
#include "triptych/eager/nn/hooks.h"

namespace triptych {
class Transaction;
}

namespace triptych::eager::nn {

using NamedTensor = std::pair<std::string, Tensor>;
using NamedModule = std::pair<std::string, Module*>;

/// The name of a member, with the line where it was given.
struct Name {
  Name(const char* text, Location where = Location::here()) : text(not_null(text, where)), where(where) {}
  Name(std::string text, Location where = Location::here()) : text(std::move(text)), where(where) {}
  Name(std::nullptr_t) = delete;
  std::string text;
  Location where;
};

/// What load_state_dict did not use: keys that the module has and the state has not, and the other way round.
struct IncompatibleKeys {
  std::vector<std::string> missing_keys;
  std::vector<std::string> unexpected_keys;
};

class Module;

namespace detail {

/// The ways of writing forward that would not override Module's, but be functions that nobody calls. Declared here,
/// they are overridden, too; each hands on to the next one.
class TRIPTYCH_API OtherForwards {
 public:
  virtual ~OtherForwards() = default;
  virtual Tensor forward(Tensor x);
  virtual Tensor forward(Tensor x) const;
  virtual Tensor forward(const Tensor& x) const;
  virtual Tensor no_forward() const = 0;
};

/// Where a tensor of a module comes from that is computed anew for each call.
class TRIPTYCH_API ValueSource {
 public:
  virtual ~ValueSource() = default;
  virtual Tensor value(Location where) = 0;
  /// The value of the last call, which the module's tensor still is unless somebody assigned to it.
  Tensor latest;
};

class ParametrizedMembers;

/// Chooses the constructor that leaves out what an input has to tell.
struct Lazily {};

/// What a module does whose parameters have sizes that its first input tells (see nn/lazy.h).
class TRIPTYCH_API LateParameters {
 public:
  virtual ~LateParameters() = default;
  /// There are none yet.
  virtual bool waiting() const = 0;
  virtual void make_for_input(const Tensor& x) = 0;
  /// Makes those whose sizes the tensors of a state tell; `prefix` stands before its names there.
  virtual void make_for_state(const StateDict& state, const std::string& prefix, Location where) = 0;
  /// Makes, or lets go of, what `other`, of the same class, has, or has not.
  virtual void make_as_in(const Module& other) = 0;
  virtual void forget() = 0;
  virtual void set_dtype(DType dtype) = 0;
};

/// A number for each of two or three axes, or one for all; ArgumentError for other counts.
TRIPTYCH_API Size2 size2_of(std::span<const std::int64_t> sizes, Location where);
TRIPTYCH_API Size3 size3_of(std::span<const std::int64_t> sizes, Location where);

template <class M, class... A>
std::unique_ptr<M> made_from_sizes(std::span<const std::int64_t> sizes, Location where, A&&... more) {
  if constexpr (std::constructible_from<M, Shape, A...>)
    return std::make_unique<M>(Shape(sizes, where), std::forward<A>(more)...);
  else if constexpr (std::constructible_from<M, Axes, A...>)
    return std::make_unique<M>(Axes(sizes, where), std::forward<A>(more)...);
  else if constexpr (std::constructible_from<M, Size2, A...>)
    return std::make_unique<M>(size2_of(sizes, where), std::forward<A>(more)...);
  else
    return std::make_unique<M>(size3_of(sizes, where), std::forward<A>(more)...);
}

template <class M, class... Arguments>
std::unique_ptr<M> cloned(Location where, const M& module, Arguments&&... arguments) {
  const Frame frame(where);
  auto copy = std::make_unique<M>(std::forward<Arguments>(arguments)...);
  copy->copy_from(module);
  return copy;
}

}  // namespace detail

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverloaded-virtual"  // Module's forward calls those that it hides

/// {3, 2}, before other arguments, is sizes for M, not options.
template <class M, class... A>
concept TakesSizes = std::constructible_from<M, Shape, A...> || std::constructible_from<M, Axes, A...> ||
    std::constructible_from<M, Size2, A...> || std::constructible_from<M, Size3, A...>;

/// M has a member `options` from which another M can be made.
template <class M>
inline constexpr bool made_from_options = requires(const M& module) {
  requires std::is_constructible_v<M, decltype((module.options))>;
};

/// A copy of `module` with parameters and buffers of its own. Modules with an `options` member or a default constructor
/// are made from it; for others pass their constructor's arguments again, at most five.
template <class M>
std::unique_ptr<M> clone(const M& module, Location where = Location::here());
template <class M, class A>
std::unique_ptr<M> clone(const M& module, A&& a, Location where = Location::here()) {
  return detail::cloned(where, module, std::forward<A>(a));
}
template <class M, class A, class B>
std::unique_ptr<M> clone(const M& module, A&& a, B&& b, Location where = Location::here()) {
  return detail::cloned(where, module, std::forward<A>(a), std::forward<B>(b));
}
template <class M, class A, class B, class C>
std::unique_ptr<M> clone(const M& module, A&& a, B&& b, C&& c, Location where = Location::here()) {
  return detail::cloned(where, module, std::forward<A>(a), std::forward<B>(b), std::forward<C>(c));
}
template <class M, class A, class B, class C, class D>
std::unique_ptr<M> clone(const M& module, A&& a, B&& b, C&& c, D&& d, Location where = Location::here()) {
  return detail::cloned(where, module, std::forward<A>(a), std::forward<B>(b), std::forward<C>(c), std::forward<D>(d));
}
template <class M, class A, class B, class C, class D, class E>
std::unique_ptr<M> clone(const M& module, A&& a, B&& b, C&& c, D&& d, E&& e, Location where = Location::here()) {
  return detail::cloned(where, module, std::forward<A>(a), std::forward<B>(b), std::forward<C>(c), std::forward<D>(d),
                        std::forward<E>(e));
}

/// Base class of modules. Children live in their parent, so a module can be neither copied nor moved:
///
///   struct Net : nn::Module {
///     nn::Linear& hidden = add<nn::Linear>("hidden", 784, 128);
///     nn::Conv2d& conv = add<nn::Conv2d>("conv", {.in_channels = 1, .out_channels = 8, .kernel_size = 3});
///     Tensor forward(const Tensor& x) override { return relu(hidden(x)); }
///   };
///
/// Called on a symbolic tensor a module adds its nodes to the tensor's graph, with its parameters and buffers captured
/// by reference: a session trains them.
class TRIPTYCH_API Module : private detail::OtherForwards {
 public:
  Module();
  ~Module() override;
  Module(Module&) = delete;  // and so no constant one: g++ would make it of the names of options, too
  Module& operator=(const Module&) = delete;

  /// What the module computes. Modules with other inputs have a `forward` of their own (with `using Module::forward;`),
  /// to be called by nn::call(module, a, b).
  virtual Tensor forward(const Tensor& x);
  /// Calls forward. Errors and graph nodes from inside carry the caller's line.
  Tensor operator()(const Arg& x);

  /// The class's name without namespaces, as printed.
  virtual std::string name() const;
  /// What is printed between the parentheses before the children.
  virtual std::string extra_repr() const { return {}; }
  /// As PyTorch prints modules.
  virtual std::string text() const;
  /// This module as what it is: `net[0].as<nn::Linear>().weight`. ArgumentError if it is of another class.
  template <class M>
  M& as(Location where = Location::here()) {
    M* const typed = dynamic_cast<M*>(this);
    if (!typed) wrong_class(where);
    return *typed;
  }

  /// Makes a child of this module from the arguments of its constructor.
  template <class M, class... A>
  M& add(const Name& name, A&&... arguments) {
    const Frame frame(name.where);
    return adopt(name, std::make_unique<M>(std::forward<A>(arguments)...));
  }
  /// The same from options: `add<nn::Conv2d>("conv", {.in_channels = 1, .out_channels = 8, .kernel_size = 3})`.
  template <class M>
  requires std::is_constructible_v<M, const typename M::Options&> M& add(const Name& name,
                                                                         const typename M::Options& options) {
    const Frame frame(name.where);
    return adopt(name, std::make_unique<M>(options));
  }
  /// The same from sizes: `add<nn::LayerNorm>("norm", {2, 3})`, `add<nn::MaxPool2d>("pool", {3, 2})`.
  template <class M, class... A>
  requires TakesSizes<M, A...> M& add(const Name& name, std::initializer_list<std::int64_t> sizes, A&&... arguments) {
    const Frame frame(name.where);
    return adopt(name, detail::made_from_sizes<M>(sizes, name.where, std::forward<A>(arguments)...));
  }
  /// Takes over a module made elsewhere.
  template <class M>
  M& adopt(const Name& name, std::unique_ptr<M> child) {
    return adopt(name, std::shared_ptr<M>(std::move(child)));
  }
  /// A module that may be a child of other modules, too: its parameters are there once.
  template <class M>
  M& adopt(const Name& name, std::shared_ptr<M> child) {
    M* const made = child.get();
    add_child(name, std::move(child), cloner_of<M>());  // refuses a null pointer
    return *made;
  }
  /// PyTorch's names of adopt.
  template <class M>
  M& register_module(const Name& name, std::shared_ptr<M> child) {
    return adopt(name, std::move(child));
  }
  template <class M>
  M& add_module(const Name& name, std::shared_ptr<M> child) {
    return adopt(name, std::move(child));
  }
  /// Puts `child` in place of the module called `target` ("layer1.0.conv"), or adds it if there is none. References to
  /// the old module stay valid, and calls of it go to the new one. ArgumentError if there is no module to be its
  /// parent.
  template <class M>
  M& set_submodule(const Name& target, std::shared_ptr<M> child) {
    M* const made = child.get();
    replace_child(target, std::move(child), cloner_of<M>());
    return *made;
  }
  template <class M>
  M& set_submodule(const Name& target, std::unique_ptr<M> child) {
    return set_submodule(target, std::shared_ptr<M>(std::move(child)));
  }
  /// The module, parameter or buffer of a dotted name; ArgumentError that names where the path ends if there is none.
  Module& get_submodule(Text target, Location where = Location::here());
  Tensor& get_parameter(Text target, Location where = Location::here());
  Tensor& get_buffer(Text target, Location where = Location::here());

  /// Adds a parameter: it requires gradients and takes part in state_dict. An undefined one is a parameter that is left
  /// out.
  Tensor& register_parameter(const Name& name, Tensor value);
  /// Adds a tensor that is state but not trained; not in state_dict unless `persistent`.
  Tensor& register_buffer(const Name& name, Tensor value, bool persistent = true);
  /// Adds a random stream of the module's own, for dropout and the like: int64 [2], key and counter. Checkpoints keep
  /// it in `state_dict().metadata`, so that the tensors of a state are those that PyTorch's modules have.
  Tensor& register_stream(const Name& name);

  /// Own ones first, then the children's in the order in which they were added, with dotted names; a tensor that is
  /// there twice comes once. ArgumentError if a tensor that is no parameter was assigned to one.
  std::vector<NamedTensor> named_parameters(Location where = Location::here()) const;
  std::vector<Tensor> parameters(Location where = Location::here()) const;
  std::vector<NamedTensor> named_buffers() const;
  std::vector<Tensor> buffers() const;
  /// With `prefix` before each name; without `recurse` this module's own only; a tensor that is there twice comes twice
  /// without `remove_duplicate`.
  std::vector<NamedTensor> named_parameters(const OwnedText& prefix, bool recurse = true, bool remove_duplicate = true,
                                            Location where = Location::here()) const;
  std::vector<NamedTensor> named_buffers(const OwnedText& prefix, bool recurse = true,
                                         bool remove_duplicate = true) const;
  template <std::same_as<bool> B>
  std::vector<Tensor> parameters(B recurse, Location where = Location::here()) const {
    return own_or_all_parameters(recurse, where);
  }
  std::vector<Tensor> buffers(bool recurse) const;
  /// The direct children.
  std::vector<NamedModule> named_children() const;
  std::vector<Module*> children() const;
  /// This module (its name is empty) and all below it, each once.
  std::vector<NamedModule> named_modules();
  /// With `prefix` before each name; a module that is there twice comes twice without `remove_duplicate`.
  std::vector<NamedModule> named_modules(const OwnedText& prefix, bool remove_duplicate = true);
  std::vector<Module*> modules();
  /// Calls `function` for all below and then for this module.
  Module& apply(const std::function<void(Module&)>& function, Location where = Location::here());

  /// Calls `hook` before each forward of this module. With `prepend` before those that are there.
  RemovableHandle register_forward_pre_hook(const ForwardPreHook& hook, bool prepend = false);
  /// Calls `hook` after each forward.
  RemovableHandle register_forward_hook(const ForwardHook& hook, bool prepend = false);
  /// Calls `hook` when the gradients of the inputs are computed; if no input needs one, when those of the outputs are.
  RemovableHandle register_full_backward_hook(const FullBackwardHook& hook, bool prepend = false);
  /// Calls `hook` when the gradients of the outputs are computed; what it gives takes their place.
  RemovableHandle register_full_backward_pre_hook(const FullBackwardPreHook& hook, bool prepend = false);

  /// Switches this module and all below between training and evaluation (dropout, batch norm).
  Module& train(bool mode = true);
  Module& eval() { return train(false); }
  bool is_training() const { return training_; }
  /// A lazy module that has seen no input. Its parameters are undefined, and asking a model that has one for parameters
  /// or state is an ArgumentError.
  bool has_uninitialized_params() const { return late_ && late_->waiting(); }
  /// Forgets the gradients, or with `set_to_none = false` makes them zeros.
  void zero_grad(bool set_to_none = true);
  Module& requires_grad_(bool value = true, Location where = Location::here());
  /// Converts floating-point parameters and buffers; the tensors stay the same objects.
  Module& to(DType dtype, Location where = Location::here());
  /// Moves parameters, buffers and gradients to `device`; the tensors stay the same objects. Before the module is
  /// traced into a graph.
  Module& to(Device device, Location where = Location::here());
  Module& to(Device device, DType dtype, Location where = Location::here());
  Module& half(Location where = Location::here()) { return to(float16, where); }
  Module& bfloat16(Location where = Location::here()) { return to(DType::bfloat16, where); }
  Module& cpu(Location where = Location::here());
  Module& cuda(int index = 0, Location where = Location::here());

  /// A snapshot: later training does not change it.
  StateDict state_dict(Location where = Location::here()) const;
  /// Copies values into this module's tensors, all or none of them. ArgumentError that names them if keys are missing
  /// or unexpected (unless `strict` is off) or shapes differ.
  IncompatibleKeys load_state_dict(const StateDict& state, bool strict = true, Location where = Location::here());
  /// With `assign` the tensors take over dtype and device of the state's values, too.
  IncompatibleKeys load_state_dict(const StateDict& state, bool strict, bool assign, Location where = Location::here());
  /// Takes values, dtypes, modes, hooks, shared parameters and requires_grad from a module of the same class; copies of
  /// children that were put into it later are made.
  void copy_from(const Module& other);
  /// What every call does first. ArgumentError if a tensor that is no parameter was assigned to one of this module's:
  /// it would not be trained. What was assigned to a buffer is the buffer from now on.
  void check_members(Location where = Location::here());

 protected:
  /// Sets what a lazy module waited for: `member` is one of its parameters or buffers.
  static void set_member(Tensor& member, Tensor value, bool trained);
  detail::LateParameters* late_ = nullptr;  // of a lazy module: itself

 private:
  using Cloner = std::unique_ptr<Module> (*)(const Module&);
  struct Member {
    std::string name;
    Tensor tensor;
    bool persistent = true;
    detail::ValueSource* source = nullptr;  // of a parameter that is computed: it belongs to no state
  };
  using Members = std::list<Member>;  // references to the tensors stay valid
  struct Child {
    std::string name;
    std::shared_ptr<Module> module;
    Cloner cloner;
    bool replaced = false;  // it is not the one that the constructor made
  };
  struct Which {
    bool recurse = true;
    bool for_state = false;  // each name counts, and only what is persistent
    bool each_once = true;
  };
  template <class M>
  static constexpr bool clonable = made_from_options<M> || std::is_default_constructible_v<M> || requires(const M& m) {
    m.clone();
  };
  template <class M>
  static Cloner cloner_of() {
    if constexpr (clonable<M>)
      return [](const Module& module) -> std::unique_ptr<Module> { return nn::clone(static_cast<const M&>(module)); };
    else
      return nullptr;
  }
  friend class AnyModule;
  friend class ModuleSequence;
  friend class ModuleDict;
  friend class ParameterList;
  friend class ParameterDict;
  friend class Sequential;
  friend class detail::HookedCall;
  friend class detail::ParametrizedMembers;
  template <class M, class... Rest>
  friend auto call(M& module, const Arg& first, const Rest&... rest);

  /// Calls forward and the hooks; an error from inside says which module it was.
  Tensor run(const Tensor& x);
  /// This module, or the one that was put in its place.
  Module& present();
  [[noreturn]] void wrong_class(Location where) const;
  void add_child(const Name& name, std::shared_ptr<Module> child, Cloner cloner);
  void replace_child(const Name& target, std::shared_ptr<Module> child, Cloner cloner);
  void check_child(const Name& name, const std::shared_ptr<Module>& child) const;
  void check_name(const Name& name) const;
  Module* find_child(std::string_view name) const;
  Tensor& get_tensor(Members Module::*kind, const char* function, const char* what, std::string_view target,
                     Location where);
  void compute_members();
  detail::ModuleHooks& hooks();
  template <class F>
  void visit(const std::string& prefix, const F& function, bool each_once = true);
  template <class F>
  Module& convert(const F& converted);
  /// Of this module and all below.
  std::vector<NamedTensor> tensors(std::initializer_list<Members Module::*> kinds, const Which& which,
                                   const std::string& prefix = {}) const;
  std::vector<Tensor> own_or_all_parameters(bool recurse, Location where) const;
  void check_all_members(Location where) const;
  Tensor no_forward() const override;
  /// Makes the children and members of `other` that this module has not, and pairs the tensors of both.
  void mirror(const Module& other, std::vector<std::pair<Member*, const Member*>>& pairs, const std::string& prefix);

  Members parameters_, buffers_, streams_;
  std::vector<Child> children_;
  std::vector<std::shared_ptr<Module>> replaced_;  // former children: references to them stay valid
  std::weak_ptr<Module> successor_;                // of a former child
  std::shared_ptr<detail::ModuleHooks> hooks_;     // null if there are none
  bool computes_members_ = false;
  std::string member_name_;  // in its parent
  Location made_at_;
  bool training_ = true;
};

#pragma GCC diagnostic pop

TRIPTYCH_API std::ostream& operator<<(std::ostream& out, const Module& module);

/// While alive, errors and nodes carry the user's line, and if `x` is symbolic, what a module creates goes to its
/// graph. Running statistics, streams and buffers stay as they were if an exception ends it.
class [[nodiscard]] TRIPTYCH_API CallScope {
 public:
  explicit CallScope(const Arg& x);
  ~CallScope();
  CallScope(const CallScope&) = delete;
  CallScope& operator=(const CallScope&) = delete;
  /// What the caller gets for the module's `output`.
  Tensor result(Tensor output) const { return trace_ ? trace_->result(std::move(output)) : output; }

 private:
  Frame frame_;
  std::unique_ptr<Transaction> whole_;
  std::optional<TracedCall> trace_;
};

/// Calls a module whose forward takes several arguments: `nn::call(attention, query, key, value)`.
template <class M, class... Rest>
auto call(M& module, const Arg& first, const Rest&... rest) {
  const CallScope scope(first);
  Module& base = module;
  M& target = base.successor_.expired() ? module : base.present().template as<M>(first.where());
  Module& now = target;
  now.check_members(first.where());
  if (now.has_uninitialized_params()) [[unlikely]]
    now.late_->make_for_input(first.tensor());
  now.compute_members();
  const auto finished = [&](auto result) {
    if constexpr (std::is_same_v<decltype(result), Tensor>)
      return scope.result(std::move(result));
    else
      return result;
  };
  if (!now.hooks_) return finished(target.forward(first.tensor(), rest...));
  detail::HookedCall hooked(now);
  std::tuple<Tensor, std::conditional_t<std::is_same_v<Rest, Tensor>, Tensor, const Rest&>...> arguments(first.tensor(),
                                                                                                         rest...);
  std::vector<Tensor*> inputs, outputs;
  std::apply([&](auto&... all) { (detail::tensors_in(inputs, all), ...); }, arguments);
  hooked.before(inputs);
  auto result = std::apply([&](auto&... all) { return target.forward(all...); }, arguments);
  detail::tensors_in(outputs, result);
  hooked.after(outputs);
  return finished(std::move(result));
}

template <class M>
std::unique_ptr<M> clone(const M& module, Location where) {
  const Frame frame(where);
  if constexpr (requires { module.clone(); }) {
    return module.clone();
  } else {
    std::unique_ptr<M> copy;
    if constexpr (made_from_options<M>) {
      copy = std::make_unique<M>(module.options);
    } else {
      static_assert(std::is_default_constructible_v<M>,
                    "pass the constructor's arguments, too: nn::clone(module, ...)");
      copy = std::make_unique<M>();
    }
    copy->copy_from(module);
    return copy;
  }
}

}  // namespace triptych::eager::nn
