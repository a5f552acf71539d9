// Values of JSON (RFC 8259), their text, and back. A value of our own, because it has to end where no memory is left:
// the usual library's destructor allocates, and where it cannot it ends the program.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace triptych {

/// A text is no JSON, or a value is of another kind than it is used as.
struct JsonError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Null, a boolean, a number, a text, a list, or an object, whose members keep their order.
class Json {
 public:
  Json() = default;
  Json(std::nullptr_t) {}
  template <class T>
  requires std::is_arithmetic_v<T> Json(T number) {
    if constexpr (std::is_same_v<T, bool>)
      value_ = number;
    else if constexpr (std::is_floating_point_v<T>)
      value_ = static_cast<double>(number);
    else if (std::in_range<std::int64_t>(number))
      value_ = static_cast<std::int64_t>(number);
    else
      value_ = static_cast<std::uint64_t>(number);
  }
  Json(const char* text) : value_(std::string(text)) {}
  Json(std::string_view text) : value_(std::string(text)) {}
  Json(std::string text) : value_(std::move(text)) {}
  template <class T>
  Json(const std::vector<T>& items) : value_(List(items.begin(), items.end())) {}
  template <class T, std::size_t N>
  Json(const std::array<T, N>& items) : value_(List(items.begin(), items.end())) {}
  /// {{"name", value}, ...} is an object, everything else a list.
  Json(std::initializer_list<Json> items);
  Json(const Json&) = default;
  Json(Json&&) noexcept = default;
  /// A part of itself, too.
  Json& operator=(Json other) noexcept {
    value_ = std::move(other.value_);
    return *this;
  }

  static Json array() { return Json(List()); }
  static Json object() { return Json(Object()); }

  /// Python's NaN, Infinity and -Infinity are numbers here too. JsonError if `text` is no JSON, if its lists and
  /// objects stand deeper in each other than `deepest`, if an object has a name twice, and for texts that are no UTF-8.
  static Json parse(std::string_view text, int deepest = 200);
  /// With these between elements, and between names and values. JsonError if a text is no UTF-8.
  std::string dump(std::string_view comma = ",", std::string_view colon = ":") const;

  bool is_null() const { return is<std::nullptr_t>(); }
  bool is_boolean() const { return is<bool>(); }
  bool is_number() const { return is_number_integer() || is_number_float(); }
  bool is_number_integer() const { return is<std::int64_t>() || is_number_unsigned(); }
  /// Above what an int64 holds.
  bool is_number_unsigned() const { return is<std::uint64_t>(); }
  bool is_number_float() const { return is<double>(); }
  bool is_string() const { return is<std::string>(); }
  bool is_array() const { return is<List>(); }
  bool is_object() const { return is<Object>(); }
  bool is_structured() const { return is_array() || is_object(); }

  /// A boolean, a text, or a number as a `T`. JsonError for a value of another kind, and a whole number out of T's
  /// range.
  template <class T>
  T get() const {
    if constexpr (std::is_same_v<T, std::string>) {
      return text();
    } else if constexpr (std::is_same_v<T, bool>) {
      return held<bool>("boolean");
    } else if constexpr (std::is_floating_point_v<T>) {
      return static_cast<T>(real());
    } else {
      const auto* large = std::get_if<std::uint64_t>(&value_);
      const std::int64_t number = large ? 0 : held<std::int64_t>("whole number");
      if (large ? !std::in_range<T>(*large) : !std::in_range<T>(number)) fail("a number that is out of range", *this);
      return large ? static_cast<T>(*large) : static_cast<T>(number);
    }
  }
  const std::string& text() const { return held<std::string>("text"); }

  /// Of a list or an object: its values.
  std::size_t size() const;
  bool empty() const { return size() == 0; }
  const Json* begin() const;
  const Json* end() const { return begin() + size(); }
  Json* begin() { return const_cast<Json*>(std::as_const(*this).begin()); }
  Json* end() { return begin() + size(); }

  // Of a list; null becomes one.
  void push_back(Json value);
  const Json& operator[](std::size_t index) const;
  Json& operator[](std::size_t index) { return const_cast<Json&>(std::as_const(*this)[index]); }

  // Of an object.
  struct Member {
    const std::string& name;
    const Json& value;
  };
  std::vector<Member> items() const;
  /// `end()` without such a member, and of what is no object.
  const Json* find(std::string_view name) const;
  Json* find(std::string_view name) { return const_cast<Json*>(std::as_const(*this).find(name)); }
  bool contains(std::string_view name) const { return find(name) != end(); }
  const Json& operator[](std::string_view name) const;
  /// A new member is null; null becomes an object.
  Json& operator[](std::string_view name);
  void erase(std::string_view name);
  /// Takes over the members of `other`.
  void update(const Json& other);

  bool operator==(const Json& other) const = default;

 private:
  using List = std::vector<Json>;
  struct Object {
    std::vector<std::string> names;
    std::vector<Json> values;
    bool operator==(const Object&) const = default;
  };

  explicit Json(List list) : value_(std::move(list)) {}
  explicit Json(Object object) : value_(std::move(object)) {}

  [[noreturn]] static void fail(const std::string& wanted, const Json& value);
  template <class T>
  bool is() const {
    return std::holds_alternative<T>(value_);
  }
  template <class T>
  const T& held(const char* kind) const {
    if (const T* value = std::get_if<T>(&value_)) return *value;
    fail(std::string("not a ") + kind, *this);
  }
  double real() const;
  Object& as_object();

  friend class JsonReader;
  friend class JsonWriter;
  std::variant<std::nullptr_t, bool, std::int64_t, std::uint64_t, double, std::string, List, Object> value_;
};

}  // namespace triptych
