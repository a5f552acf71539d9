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

/// Whether values can be moved. (A callable module could only be "moved" into the function of another.)
template <class T>
inline constexpr bool is_value = std::is_move_constructible_v<T> && !std::derived_from<T, tt::eager::nn::Module>;

/// How a value is handed on: itself, or a pointer where it cannot be moved.
template <class T>
using Held = std::conditional_t<is_value<T>, T, std::shared_ptr<T>>;

// There are hundreds of types with thousands of values. What is done with all of them alike is compiled once, on values
// whose types are forgotten.
using Object = std::shared_ptr<void>;
template <class T>
Object held(T value) {
  return Object(
      static_cast<void*>(new T(std::move(value))), +[](void* object) { delete static_cast<T*>(object); });
}
/// A function that makes a value.
class AnyMake {
 public:
  struct Base {
    virtual ~Base() = default;
    virtual Object make() const = 0;
  };
  AnyMake() = default;
  explicit AnyMake(const Base* base) : base_(base) {}
  Object object() const { return base_->make(); }

 private:
  std::shared_ptr<const Base> base_;
};
AnyMake made_by(Object (*function)());
/// The part of the value of `whole` that lies `offset` bytes in it.
AnyMake part_of(const AnyMake& whole, std::ptrdiff_t offset);
/// The value of `whole` after `change`.
AnyMake changed(const AnyMake& whole, void (*change)(void* value));
template <class T>
class Make : public AnyMake {
 public:
  Make() = default;
  explicit Make(const AnyMake& any) : AnyMake(any) {}
  template <class F>
  requires requires(const F& f) { f(); }
  Make(F function) : AnyMake(static_cast<const Base*>(new Of<F>(std::move(function)))) {}
  Held<T> operator()() const {
    const Object made = object();
    if constexpr (is_value<T>)
      return std::move(*static_cast<T*>(made.get()));
    else
      return std::static_pointer_cast<T>(made);
  }

 private:
  template <class F>
  struct Of final : Base {
    explicit Of(F f) : function(std::move(f)) {}
    Object make() const override {
      if constexpr (is_value<T>)
        return held<T>(function());
      else
        return std::shared_ptr<T>(function());
    }
    F function;
  };
};

/// A value as C++ would spell it, and how it is made.
struct AnyChoice {
  std::string text;
  AnyMake make;
};
using AnyChoices = std::vector<AnyChoice>;
template <class T>
struct Choice {
  const std::string& text;
  Make<T> make;
};
template <class T>
class Choices {
 public:
  void add(std::string text, const Make<T>& make) { any.push_back({std::move(text), make}); }
  struct Iterator {
    AnyChoices::const_iterator at;
    Choice<T> operator*() const { return {at->text, Make<T>(at->make)}; }
    void operator++() { ++at; }
    bool operator!=(const Iterator& other) const { return at != other.at; }
  };
  Iterator begin() const { return {any.begin()}; }
  Iterator end() const { return {any.end()}; }
  AnyChoices any;
};

/// The values of a type: `good()`, which suits most functions, its text `good_text`, and `hostile(choices, good)`,
/// which adds those that are wrong for some function, made from one that is right. A type of an argument without values
/// does not compile: what is new in the headers brings its own.
template <class T>
struct Values;
/// The hostile values of a type, made from a good one.
using List = AnyChoices (*)(const AnyMake& good);
template <class T>
AnyChoices listed(const AnyMake& good) {
  Choices<T> choices;
  Values<T>::hostile(choices, Make<T>(good));
  return std::move(choices.any);
}

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
  T& get(int number, const Make<T>& good, const char* good_text, tt::Location where = tt::Location::here());
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
  Object get_any(int number, const std::type_info& type, List list, const AnyMake& good, const char* good_text,
                 tt::Location where);

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
  bool random = false;   // its values are not determined by its arguments
  bool history = false;  // they follow from how an argument was computed, not from its value alone
  bool refused = false;  // good arguments may be an error, too
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
