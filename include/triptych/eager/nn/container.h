// Sequential and what goes into it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "triptych/core/callable.h"
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

/// A module that was made to be put into a Sequential.
template <class M>
struct Made {
  std::unique_ptr<M> module;
  Location where;
};

namespace detail {
template <class M, class... A>
Made<M> made(Location where, A&&... arguments) {
  const Frame frame(where);
  return {std::make_unique<M>(std::forward<A>(arguments)...), where};
}
}  // namespace detail

/// Makes a module for a Sequential from the arguments of its constructor, at most five: `nn::make<nn::Linear>(784,
/// 128)`, `nn::make<nn::ReLU>()`.
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
/// The same from options: `nn::make<nn::Linear>({.in_features = 128, .out_features = 10})`.
template <class M>
Made<M> make(const typename M::Options& options, Location where = Location::here()) {
  return detail::made<M>(where, options);
}

/// Modules one after the other, named "0", "1", ... unless they are added by name:
///
///   nn::Sequential model(nn::make<nn::Linear>(784, 128), nn::make<nn::ReLU>(),
///                        [](const Tensor& x) { return x * 2; }, nn::make<nn::Linear>({.in_features = 128,
///                        .out_features = 10}));
class TRIPTYCH_API Sequential : public Module {
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

  /// Adds a module made by nn::make.
  template <class M>
  M& push_back(Made<M> made, Location where = Location::here()) {
    return adopt(next_name(made.where ? made.where : where), std::move(made.module));
  }
  /// Adds a function of one tensor.
  template <class F>
  requires std::is_invocable_r_v<Tensor, F&, const Tensor&> Lambda& push_back(F function,
                                                                              Location where = Location::here()) {
    check_callable("Sequential", function, where);
    return adopt(next_name(where), std::make_unique<Lambda>(std::move(function), where));
  }

  Tensor forward(const Tensor& x) override;
  std::size_t size() const { return children_.size(); }
  /// The module at `index` (negative counts from the end); ArgumentError if there is none.
  Module& at(std::int64_t index, Location where = Location::here()) const;
  Module& operator[](At index) const { return at(index.number(), index.where()); }
  /// ArgumentError if one of the modules can be made from neither options nor nothing.
  std::unique_ptr<Sequential> clone() const;

 private:
  Name next_name(Location where = {}) const { return {std::to_string(size()), where}; }
};

}  // namespace triptych::eager::nn
