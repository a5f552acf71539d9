// The battery: every public function, called with good arguments but one that is hostile. make_battery.py writes a
// subject for each function that the headers declare; a Case gives it its arguments and looks at what comes out.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <type_traits>
#include <typeindex>
#include <utility>
#include <vector>

#include "all_headers.h"
#include "progress.h"

namespace battery {

namespace tt = triptych;

/// How a value is handed on: itself, or a pointer where it cannot be moved.
template <class T>
using Held = std::conditional_t<std::is_move_constructible_v<T>, T, std::shared_ptr<T>>;
/// A function that makes a value. (A std::function for each of thousands would take minutes to compile.)
template <class T>
class Make {
 public:
  Make() = default;
  template <class F>
  requires std::is_invocable_v<const F&> Make(F function) : base_(static_cast<Base*>(new Of<F>(std::move(function)))) {}
  Held<T> operator()() const { return base_->make(); }

 private:
  struct Base {
    virtual ~Base() = default;
    virtual Held<T> make() const = 0;
  };
  template <class F>
  struct Of final : Base {
    explicit Of(F f) : function(std::move(f)) {}
    Held<T> make() const override { return function(); }
    F function;
  };
  std::shared_ptr<const Base> base_;
};

/// A value as C++ would spell it, and how it is made.
template <class T>
struct Choice {
  std::string text;
  Make<T> make;
};
template <class T>
class Choices : public std::vector<Choice<T>> {
 public:
  void add(std::string text, Make<T> make) { this->push_back({std::move(text), std::move(make)}); }
};

/// The values of a type: `good()`, which suits most functions, its text `good_text`, and `hostile(choices, good)`,
/// which adds those that are wrong for some function, made from one that is right. A type of an argument without values
/// does not compile: what is new in the headers brings its own.
template <class T>
struct Values;

/// What a user's own function throws: it passes through the library unchanged.
struct Thrown {};

/// Which arguments of a call are hostile, and with which of their values.
struct Hostile {
  int argument = -1;
  int choice = 0;
};

/// One call.
class Case {
 public:
  Case(Hostile first, Hostile second, bool aliases);
  ~Case();
  Case(const Case&) = delete;
  Case& operator=(const Case&) = delete;
  static Case& current() { return *current_; }

  void begin(tt::Location where = tt::Location::here()) { where_ = where; }
  /// Argument `number` of the subject: good, unless it is its turn. Compiled once for each type (get.h).
  template <class T>
  T& get(int number, Make<T> good, const std::string& good_text, tt::Location where = tt::Location::here());
  template <class T>
  T& get(int number, tt::Location where = tt::Location::here());
  /// The line of the call, for what remembers it.
  tt::Location where() const { return where_; }

  /// Looks at everything in a result that a user could; see results.h.
  template <class T>
  void consume(T&& result);
  /// A tensor that the call gave; of a symbolic one what a session computes.
  void add_result(const tt::Tensor& result);
  /// The numbers of the results, so that two runs can be compared.
  const std::vector<tt::Tensor>& results() const { return results_; }
  std::ostream& stream() { return stream_; }

  /// A tensor of the case's graph that is fed with `value`.
  tt::Tensor placeholder(const tt::Tensor& value, const tt::Shape& shape);
  const tt::lowlevel::Graph& graph() const { return graph_; }
  std::vector<tt::lowlevel::Feed> feeds;
  std::vector<std::shared_ptr<void>> held;  // what arguments refer to

  /// A leaf that requires a gradient, one for the case: for arguments that speak of one tensor.
  tt::Tensor leaf() {
    if (!leaf_.defined()) leaf_ = tt::ones({2, 3}).set_requires_grad();
    return leaf_;
  }

  /// How many hostile values each argument has, as far as the subject asked for them.
  const std::vector<int>& counts() const { return counts_; }
  const std::vector<std::string>& texts() const { return texts_; }
  /// Two arguments have one type.
  bool can_alias() const { return can_alias_; }

 private:
  template <class T>
  T& keep(std::shared_ptr<T> object) {
    kept_.emplace_back(typeid(T), object);
    return *object;
  }

  static thread_local Case* current_;
  Hostile hostile_[2];
  bool aliases_, can_alias_ = false;
  tt::Location where_;
  std::vector<std::pair<std::type_index, std::shared_ptr<void>>> kept_;
  std::vector<int> counts_;
  std::vector<std::string> texts_;
  std::vector<tt::Tensor> results_;
  tt::Tensor leaf_;
  std::ostringstream stream_;
  tt::lowlevel::Graph graph_;
};

/// One public function.
struct Subject {
  const char* signature;
  const char* call;  // "triptych::exp(%0)"
  void (*run)(Case& c);
  bool random;   // its values are not determined by its arguments
  bool history;  // they follow from how an argument was computed, not from its value alone
};
/// All of them; make_battery.py writes it.
const std::vector<Subject>& subjects();

/// An argument as a function takes it by value.
template <class T>
decltype(auto) given(T& value) {
  if constexpr (std::is_copy_constructible_v<T>)
    return T(value);
  else
    return std::move(value);
}

}  // namespace battery
