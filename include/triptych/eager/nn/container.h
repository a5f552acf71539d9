// Containers of modules, Sequential, ModuleList and ModuleDict, and what goes into them; those of parameters are in
// parameter_containers.h.
#pragma once

#include <concepts>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "triptych/core/callable.h"
#include "triptych/core/index.h"
#include "triptych/eager/module.h"

namespace triptych::eager::nn {

/// Any function of one tensor, as a module: `nn::Lambda([](const Tensor& x) { return flatten(x, 1); })`.
class TRIPTYCH_API Lambda : public Module {
 public:
  using Options = std::function<Tensor(const Tensor&)>;
  explicit Lambda(Options function, Location where = Location::here());
  Tensor forward(const Tensor& x) override {
    const UserCode its_lines;
    return options(x);
  }

  const Options options;
};

/// The input itself.
class TRIPTYCH_API Identity : public Module {
 public:
  Tensor forward(const Tensor& x) override { return x; }
};

/// A module that was made to be put into a container; put into it twice, or into two, it is one module all the same.
template <class M>
struct Made {
  std::shared_ptr<M> module;
  Location where;
};

namespace detail {
template <class M, class... A>
Made<M> made(Location where, A&&... arguments) {
  const Frame frame(where);
  return {std::make_unique<M>(std::forward<A>(arguments)...), where};
}
}  // namespace detail

/// Makes a module for a container from the arguments of its constructor, at most eight:
/// `nn::make<nn::Linear>(784, 128)`, `nn::make<nn::ReLU>()`.
template <class M>
Made<M> make(Location where = Location::here()) {
  return detail::made<M>(where);
}
template <class M, class A>
Made<M> make(A&& a, Location where = Location::here()) {
  return detail::made<M>(where, std::forward<A>(a));
}
template <class M, class A, class B>
Made<M> make(A&& a, B&& b, Location where = Location::here()) {
  return detail::made<M>(where, std::forward<A>(a), std::forward<B>(b));
}
template <class M, class A, class B, class C>
Made<M> make(A&& a, B&& b, C&& c, Location where = Location::here()) {
  return detail::made<M>(where, std::forward<A>(a), std::forward<B>(b), std::forward<C>(c));
}
template <class M, class A, class B, class C, class D>
Made<M> make(A&& a, B&& b, C&& c, D&& d, Location where = Location::here()) {
  return detail::made<M>(where, std::forward<A>(a), std::forward<B>(b), std::forward<C>(c), std::forward<D>(d));
}
template <class M, class A, class B, class C, class D, class E>
Made<M> make(A&& a, B&& b, C&& c, D&& d, E&& e, Location where = Location::here()) {
  return detail::made<M>(where, std::forward<A>(a), std::forward<B>(b), std::forward<C>(c), std::forward<D>(d),
                         std::forward<E>(e));
}
template <class M, class A, class B, class C, class D, class E, class F>
Made<M> make(A&& a, B&& b, C&& c, D&& d, E&& e, F&& f, Location where = Location::here()) {
  return detail::made<M>(where, std::forward<A>(a), std::forward<B>(b), std::forward<C>(c), std::forward<D>(d),
                         std::forward<E>(e), std::forward<F>(f));
}
template <class M, class A, class B, class C, class D, class E, class F, class G>
Made<M> make(A&& a, B&& b, C&& c, D&& d, E&& e, F&& f, G&& g, Location where = Location::here()) {
  return detail::made<M>(where, std::forward<A>(a), std::forward<B>(b), std::forward<C>(c), std::forward<D>(d),
                         std::forward<E>(e), std::forward<F>(f), std::forward<G>(g));
}
template <class M, class A, class B, class C, class D, class E, class F, class G, class H>
Made<M> make(A&& a, B&& b, C&& c, D&& d, E&& e, F&& f, G&& g, H&& h, Location where = Location::here()) {
  return detail::made<M>(where, std::forward<A>(a), std::forward<B>(b), std::forward<C>(c), std::forward<D>(d),
                         std::forward<E>(e), std::forward<F>(f), std::forward<G>(g), std::forward<H>(h));
}
/// The same from options: `nn::make<nn::Linear>({.in_features = 128, .out_features = 10})`.
template <class M>
Made<M> make(const typename M::Options& options, Location where = Location::here()) {
  return detail::made<M>(where, options);
}
/// The same from sizes, at least one: `nn::make<nn::LayerNorm>({2, 3})`.
template <class M, WholeNumber T>
requires TakesSizes<M> Made<M> make(std::initializer_list<T> sizes, Location where = Location::here()) {
  const Frame frame(where);
  return {detail::made_from_sizes<M>(std::vector<std::int64_t>(sizes.begin(), sizes.end()), where), where};
}

/// What a container takes: what nn::make makes, a module that is shared with others, or any function of one tensor.
class TRIPTYCH_API AnyModule {
 public:
  template <class M>
  AnyModule(Made<M> made, Location where = Location::here())  // NOLINT(google-explicit-constructor)
      : module_(std::move(made.module)), cloner_(Module::cloner_of<M>()), where_(made.where ? made.where : where) {}
  template <std::derived_from<Module> M>
  AnyModule(std::shared_ptr<M> module, Location where = Location::here())  // NOLINT(google-explicit-constructor)
      : module_(std::move(module)), cloner_(Module::cloner_of<M>()), where_(where) {}
  template <std::derived_from<Module> M>
  AnyModule(std::unique_ptr<M> module, Location where = Location::here())  // NOLINT(google-explicit-constructor)
      : module_(std::move(module)), cloner_(Module::cloner_of<M>()), where_(where) {}
  template <class F>
  requires std::is_invocable_r_v<Tensor, F&, const Tensor&> AnyModule(
      F function, Location where = Location::here())  // NOLINT(google-explicit-constructor)
      : cloner_(Module::cloner_of<Lambda>()), where_(where) {
    check_callable("Sequential", function, where);
    module_ = std::make_shared<Lambda>(std::move(function), where);
  }

 private:
  friend class ModuleSequence;
  friend class ModuleDict;
  std::shared_ptr<Module> module_;
  Module::Cloner cloner_;
  Location where_;
};

/// A module with its name in a container: `{"conv1", nn::make<nn::Conv2d>(1, 20, 5)}`.
struct NamedPart {
  Name name;
  AnyModule module;
};

namespace detail {

/// `for (nn::Module& block : blocks)`.
class ModuleIterator {
 public:
  explicit ModuleIterator(std::vector<Module*> modules, std::size_t at = 0) : modules_(std::move(modules)), at_(at) {}
  Module& operator*() const { return *modules_[at_]; }
  ModuleIterator& operator++() {
    ++at_;
    return *this;
  }
  bool operator==(const ModuleIterator& other) const { return at_ == other.at_; }

 private:
  std::vector<Module*> modules_;
  std::size_t at_;
};

/// Part of a sequence, with the line where it was asked for.
struct PartOf {
  PartOf(const Slice& slice, Location where = Location::here()) : slice(slice), where(where) {}
  Slice slice;
  Location where;
};

}  // namespace detail

/// What Sequential and ModuleList share: modules in an order, named "0", "1", ... unless they are added by name.
class TRIPTYCH_API ModuleSequence : public Module {
 public:
  std::size_t size() const { return children_.size(); }
  bool empty() const { return children_.empty(); }
  /// The module at `index` (negative counts from the end); ArgumentError if there is none.
  Module& at(std::int64_t index, Location where = Location::here()) const;
  Module& operator[](At index) const { return at(index.number(), index.where()); }

  /// Adds a module made by nn::make, or shared with others.
  template <class M>
  M& push_back(Made<M> made, Location where = Location::here()) {
    return adopt(next_name(made.where ? made.where : where), std::move(made.module));
  }
  template <std::derived_from<Module> M>
  M& push_back(std::shared_ptr<M> module, Location where = Location::here()) {
    return adopt(next_name(where), std::move(module));
  }
  /// Adds a function of one tensor.
  template <class F>
  requires std::is_invocable_r_v<Tensor, F&, const Tensor&> Lambda& push_back(F function,
                                                                              Location where = Location::here()) {
    check_callable("Sequential", function, where);
    return adopt(next_name(where), std::make_unique<Lambda>(std::move(function), where));
  }
  /// Adds at the end; the same for several, or for the modules of another container, which then share them.
  ModuleSequence& append(AnyModule part);
  ModuleSequence& extend(std::initializer_list<AnyModule> parts);
  ModuleSequence& extend(const ModuleSequence& other);
  /// Adds before the module at `index`, which may be the number of modules. ArgumentError if it is out of range.
  ModuleSequence& insert(std::int64_t index, AnyModule part, Location where = Location::here());
  /// Puts a module in the place of the one at `index`; see `set_submodule`.
  ModuleSequence& set(std::int64_t index, AnyModule part, Location where = Location::here());
  /// Takes the module at `index` out; those behind it are named anew.
  std::shared_ptr<Module> pop(std::int64_t index = -1, Location where = Location::here());

  detail::ModuleIterator begin() const { return detail::ModuleIterator(children()); }
  detail::ModuleIterator end() const { return detail::ModuleIterator({}, size()); }

 protected:
  Name next_name(Location where = {}) const { return {std::to_string(size()), where}; }
  void add_part(const Name& name, AnyModule part);
  std::size_t place(std::int64_t index, const char* function, Location where) const;
  /// Adds the modules at `part` to `other`, under their names or counted anew.
  void share(const detail::PartOf& part, ModuleSequence& other, bool renamed) const;
  /// Copies of all modules, added to `copy`; ArgumentError if one can be made from neither options nor nothing.
  void clone_into(ModuleSequence& copy) const;

 private:
  void name_anew();
};

/// Modules one after the other:
///
///   nn::Sequential model(nn::make<nn::Linear>(784, 128), nn::make<nn::ReLU>(),
///                        [](const Tensor& x) { return x * 2; }, nn::make<nn::Linear>({.in_features = 128,
///                        .out_features = 10}));
///   nn::Sequential named({{"fc", nn::make<nn::Linear>(784, 10)}, {"act", nn::make<nn::ReLU>()}});
class TRIPTYCH_API Sequential : public ModuleSequence {
 public:
  Sequential() = default;
  template <class First, class... Rest>
  requires(!std::is_same_v<std::remove_cvref_t<First>, Sequential>) explicit Sequential(First&& first, Rest&&... rest) {
    // A function does not know its line; that of a module beside it is near.
    Location near;
    const auto look_at = [&](const auto& part) {
      if constexpr (requires { part.where; }) near = near ? near : part.where;
    };
    look_at(first);
    (look_at(rest), ...);
    const Frame frame(near);
    push_back(std::forward<First>(first));
    (push_back(std::forward<Rest>(rest)), ...);
  }
  explicit Sequential(std::initializer_list<NamedPart> parts);

  using ModuleSequence::operator[];
  /// Some of the modules, under their names, in a Sequential that shares them: `features[tt::Slice(0, 5)]`.
  std::shared_ptr<Sequential> operator[](const detail::PartOf& part) const;
  Tensor forward(const Tensor& x) override;
  std::unique_ptr<Sequential> clone() const;
};

/// Modules in a list, each of which is called by whoever has it:
///
///   nn::ModuleList& blocks = add<nn::ModuleList>("blocks");
///   for (nn::Module& block : blocks) x = block(x);
class TRIPTYCH_API ModuleList : public ModuleSequence {
 public:
  ModuleList() = default;
  explicit ModuleList(std::initializer_list<AnyModule> parts);
  using ModuleSequence::operator[];
  /// Some of the modules, counted anew, in a list that shares them.
  std::shared_ptr<ModuleList> operator[](const detail::PartOf& part) const;
  /// Equal neighbours are printed once, with their number.
  std::string text() const override;
  std::unique_ptr<ModuleList> clone() const;
};

/// Modules by name, in the order in which they were put in: `nn::ModuleDict({{"conv", nn::make<nn::Conv2d>(3, 8,
/// 3)}})`.
class TRIPTYCH_API ModuleDict : public Module {
 public:
  ModuleDict() = default;
  explicit ModuleDict(std::initializer_list<NamedPart> parts);
  std::size_t size() const { return children_.size(); }
  bool contains(Text key) const { return find_child(key) != nullptr; }
  /// The module called `key`; ArgumentError that lists the keys if there is none.
  Module& at(Text key, Location where = Location::here()) const;
  Module& operator[](const Name& key) const { return at(key.text, key.where); }
  /// Puts a module under `key`, in place of the one that is there (see `set_submodule`).
  ModuleDict& set(const Name& key, AnyModule part);
  ModuleDict& update(std::initializer_list<NamedPart> parts);
  /// Takes the module called `key` out.
  std::shared_ptr<Module> pop(const Name& key);
  void clear();
  std::vector<std::string> keys() const;
  std::vector<Module*> values() const { return children(); }
  std::vector<NamedModule> items() const { return named_children(); }
  std::unique_ptr<ModuleDict> clone() const;
};

}  // namespace triptych::eager::nn
