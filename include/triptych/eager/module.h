// Module: the base of everything with parameters, as torch.nn.Module.
#pragma once

#include <deque>
#include <functional>
#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "triptych/core/graph.h"
#include "triptych/core/io.h"
#include "triptych/core/tensor.h"
#include "triptych/core/text.h"

namespace triptych {
class Transaction;
}

namespace triptych::eager::nn {

class Module;

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

/// What load_state_dict did not use.
struct IncompatibleKeys {
  std::vector<std::string> missing_keys;
  std::vector<std::string> unexpected_keys;
};

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
  Module(const Module&) = delete;
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
  std::string text() const;

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
  /// Takes over a module made elsewhere.
  template <class M>
  M& adopt(const Name& name, std::unique_ptr<M> child) {
    M* const made = child.get();
    Cloner cloner = nullptr;
    if constexpr (clonable<M>)
      cloner = [](const Module& module) -> std::unique_ptr<Module> { return nn::clone(static_cast<const M&>(module)); };
    add_child(name, std::move(child), cloner);  // refuses a null pointer
    return *made;
  }
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
  /// The direct children.
  std::vector<NamedModule> named_children() const;
  std::vector<Module*> children() const;
  /// This module (its name is empty) and all below it.
  std::vector<NamedModule> named_modules();
  std::vector<Module*> modules();
  /// Calls `function` for all below and then for this module.
  void apply(const std::function<void(Module&)>& function, Location where = Location::here());

  /// Switches this module and all below between training and evaluation (dropout, batch norm).
  Module& train(bool mode = true);
  Module& eval() { return train(false); }
  bool is_training() const { return training_; }
  /// Forgets the gradients.
  void zero_grad();
  Module& requires_grad_(bool value = true, Location where = Location::here());
  /// Converts floating-point parameters and buffers; the tensors stay the same objects.
  Module& to(DType dtype, Location where = Location::here());
  /// Moves parameters, buffers and gradients to `device`; the tensors stay the same objects. Before the module is
  /// traced into a graph.
  Module& to(Device device, Location where = Location::here());

  /// A snapshot: later training does not change it.
  StateDict state_dict(Location where = Location::here()) const;
  /// Copies values into this module's tensors, all or none of them. ArgumentError that names them if keys are missing
  /// or unexpected (unless `strict` is off) or shapes differ.
  IncompatibleKeys load_state_dict(const StateDict& state, bool strict = true, Location where = Location::here());
  /// Takes values, dtypes, modes and requires_grad from a module of the same structure.
  void copy_from(const Module& other);
  /// What every call does first. ArgumentError if a tensor that is no parameter was assigned to one of this module's:
  /// it would not be trained. What was assigned to a buffer is the buffer from now on.
  void check_members(Location where = Location::here());

 private:
  using Cloner = std::unique_ptr<Module> (*)(const Module&);
  struct Member {
    std::string name;
    Tensor tensor;
    bool persistent = true;
  };
  using Members = std::deque<Member>;
  struct Child {
    std::string name;
    std::unique_ptr<Module> module;
    Cloner cloner;
  };
  template <class M>
  static constexpr bool clonable = made_from_options<M> || std::is_default_constructible_v<M> || requires(const M& m) {
    m.clone();
  };
  friend class Sequential;

  /// Calls forward; an error from inside says which module it was.
  Tensor run(const Tensor& x);
  void add_child(const Name& name, std::unique_ptr<Module> child, Cloner cloner);
  void check_name(const Name& name) const;
  template <class F>
  void visit(const std::string& prefix, const F& function);
  template <class F>
  Module& convert(const F& converted);
  /// Of this module and all below, each tensor once; or for a state, where each name counts, the persistent ones.
  std::vector<NamedTensor> tensors(std::initializer_list<Members Module::*> kinds, bool for_state = false) const;
  void check_all_members(Location where) const;
  Tensor no_forward() const override;

  Members parameters_, buffers_, streams_;  // deques: references to the tensors stay valid
  std::vector<Child> children_;
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
  module.check_members(first.where());
  if constexpr (std::is_same_v<decltype(module.forward(first.tensor(), rest...)), Tensor>)
    return scope.result(module.forward(first.tensor(), rest...));
  else
    return module.forward(first.tensor(), rest...);
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
