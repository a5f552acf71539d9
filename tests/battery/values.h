// Hostile values of the types that all styles take: numbers, text, shapes, tensors, functions, lists.
#pragma once

#include <bit>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <span>

#include "battery.h"
#include "triptych/core/ops/channels_last.h"
#include "triptych/core/ops/image.h"
#include "triptych/core/ops/volume_sizes.h"
#include "triptych/eager/nn/container.h"
#include "triptych/keras/layers/cropping.h"

namespace battery {

inline tt::Location here() { return Case::current().where(); }

/// Elements that are more than a case's memory holds as float32, and not so many that going through them takes long.
inline constexpr std::int64_t huge = std::int64_t{1} << 22, memory_limit = std::int64_t{1} << 23;

// Tensors that suit many functions.
inline tt::Tensor numbers(const tt::Shape& shape, tt::DType dtype = tt::float32) {
  const std::int64_t n = shape.size();
  std::vector<float> values(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>((i * 7 + 3) % 11) / 12.0f + 0.04f;
  return tt::tensor(values, shape).to(dtype);
}
inline tt::Tensor whole(std::vector<std::int64_t> values, const tt::Shape& shape) { return tt::tensor(values, shape); }
inline tt::Tensor image() { return numbers({2, 4, 6, 6}); }
inline tt::Tensor sequence() { return numbers({2, 4, 6}); }
inline tt::Tensor volume() { return numbers({2, 4, 6, 6, 6}); }
// The same with channels last.
inline tt::Tensor photo() { return numbers({2, 6, 6, 4}); }
inline tt::Tensor track() { return numbers({2, 6, 4}); }
inline tt::Tensor block() { return numbers({2, 6, 6, 6, 4}); }
/// A symmetric matrix, of positive eigenvalues.
inline tt::Tensor regular() { return tt::eye(3) * 2; }
inline tt::Tensor labels() { return whole({1, 0}, {2}); }
inline tt::Tensor state() { return whole({7, 0}, {2}); }
inline tt::Tensor trained(const tt::Shape& shape) { return numbers(shape).set_requires_grad(); }
/// A leaf whose gradient has arrived.
inline tt::Tensor with_gradient(const tt::Shape& shape) {
  tt::Tensor leaf = trained(shape);
  leaf.set_grad(tt::ones(shape));
  return leaf;
}

// --- Numbers ---------------------------------------------------------------------------------------------------------

template <class T>
void add_integers(Choices<T>& choices) {
  using Limits = std::numeric_limits<T>;
  const auto add = [&](const char* text, T value) { choices.add(text, [value] { return value; }); };
  add("0", 0);
  add("1", 1);
  add("3", 3);
  add("1000", static_cast<T>(1000));
  if constexpr (std::is_signed_v<T>) {
    add("-1", -1);
    add("-2", -2);
    add("-1000", -1000);
    add("the least", Limits::min());
    add("the least + 1", Limits::min() + 1);
    add("-(max / 2)", -(Limits::max() / 2));
  }
  add("max", Limits::max());
  add("max - 1", Limits::max() - 1);
  add("max / 2 + 1", Limits::max() / 2 + 1);
  if constexpr (sizeof(T) == 8) {
    add("1 << 31", T(1) << 31);
    add("1 << 32", T(1) << 32);
    add("(1 << 62) + 1", (T(1) << 62) + 1);
  }
}
template <class T>
concept Integer = std::is_integral_v<T> && !std::is_same_v<T, bool>;

template <Integer T>
struct Values<T> {
  static constexpr const char* good_text = "1";
  static T good() { return 1; }
  static void hostile(Choices<T>& choices, const Make<T>&) { add_integers<T>(choices); }
};
template <std::floating_point T>
struct Values<T> {
  static constexpr const char* good_text = "0.5";
  static T good() { return 0.5; }
  static void hostile(Choices<T>& choices, const Make<T>&) {
    using Limits = std::numeric_limits<T>;
    const auto add = [&](const char* text, T value) { choices.add(text, [value] { return value; }); };
    add("NaN", Limits::quiet_NaN());
    add("infinity", Limits::infinity());
    add("-infinity", -Limits::infinity());
    add("0.0", 0);
    add("-0.0", T(-0.0));
    add("1.0", 1);
    add("-1.0", -1);
    add("2.5", 2.5);
    add("max", Limits::max());
    add("-max", -Limits::max());
    add("denormal", Limits::denorm_min());
    add("1e19", T(1e19));
  }
};
template <>
struct Values<bool> {
  static constexpr const char* good_text = "true";
  static bool good() { return true; }
  static void hostile(Choices<bool>& choices, const Make<bool>&) {
    choices.add("true", [] { return true; });
    choices.add("false", [] { return false; });
  }
};
template <>
struct Values<tt::Scalar> {
  static constexpr const char* good_text = "2";
  static tt::Scalar good() { return 2; }
  static void hostile(Choices<tt::Scalar>& choices, const Make<tt::Scalar>&) {
    Choices<std::int64_t> integers;
    Values<std::int64_t>::hostile(integers, {});
    for (const auto& [text, make] : integers) choices.add(text, [make = make] { return tt::Scalar(make()); });
    Choices<double> floating;
    Values<double>::hostile(floating, {});
    for (const auto& [text, make] : floating) choices.add(text, [make = make] { return tt::Scalar(make()); });
    choices.add("true", [] { return tt::Scalar(true); });
    choices.add("UINT64_MAX", [] { return tt::Scalar(std::numeric_limits<std::uint64_t>::max()); });
  }
};
template <>
struct Values<tt::Item> {
  static constexpr const char* good_text = "2";
  static tt::Item good() { return tt::Item(2); }
  static void hostile(Choices<tt::Item>& choices, const Make<tt::Item>&) {
    Choices<tt::Scalar> numbers;
    Values<tt::Scalar>::hostile(numbers, {});
    for (const auto& [text, make] : numbers) choices.add(text, [make = make] { return tt::Item(make()); });
  }
};
template <class T>
struct Values<std::optional<T>> {
  using O = std::optional<T>;
  static constexpr const char* good_text = "{}";
  static O good() { return {}; }
  static void hostile(Choices<O>& choices, const Make<O>&) {
    choices.add("nullopt", [] { return O(); });
    choices.add(Values<T>::good_text, [] { return O(Values<T>::good()); });
    Choices<T> inner;
    Values<T>::hostile(inner, &Values<T>::good);
    for (const auto& [text, make] : inner) choices.add(text, [make = make] { return O(make()); });
  }
};
template <class A, class B>
struct Values<std::pair<A, B>> {
  using P = std::pair<A, B>;
  static constexpr const char* good_text = "a good pair";
  static P good() { return {Values<A>::good(), Values<B>::good()}; }
  static void hostile(Choices<P>& choices, const Make<P>& good) {
    Choices<A> first;
    Values<A>::hostile(first, [good] { return good().first; });
    for (const auto& [text, make] : first)
      choices.add("{" + text + ", good}", [good, make = make] { return P(make(), good().second); });
    Choices<B> second;
    Values<B>::hostile(second, [good] { return good().second; });
    for (const auto& [text, make] : second)
      choices.add("{good, " + text + "}", [good, make = make] { return P(good().first, make()); });
  }
};

// --- Text ------------------------------------------------------------------------------------------------------------

/// Kept for ever, as a user's literals are.
inline const std::vector<std::pair<const char*, std::string>>& hostile_texts() {
  static const std::vector<std::pair<const char*, std::string>> texts = {
      {"\"\"", ""},
      {"a text with NUL", std::string("a\0b", 3)},
      {"10,000 letters", std::string(10000, 'x')},
      {"250 letters", std::string(250, 'x')},
      {"\"\\x1b[31mred\\n\"", "\x1b[31mred\n"},
      {"not UTF-8", "\xff\xfe\x80"},
      {"\"a/b/c\"", "a/b/c"},
      {"\"../up\"", "../up"},
      {"\"/nonexistent/file\"", "/nonexistent/file"},
      {"\".\"", "."},
      {"\"%s%n{epoch:.80f}{\"", "%s%n{epoch:.80f}{"},
      {"\"SAME\"", "SAME"},
      {"\"relu\"", "relu"},
      {"\"a:1\"", "a:1"},
      {"\"optimizer\"", "optimizer"},
  };
  return texts;
}
template <class T>
concept TextLike =
    std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view> || std::is_same_v<T, tt::Text> ||
    std::is_same_v<T, tt::OwnedText> || std::is_same_v<T, tt::OptionText> || std::is_same_v<T, const char*> ||
    std::is_same_v<T, std::filesystem::path> || std::is_same_v<T, tt::eager::nn::Name> ||
    std::is_same_v<T, tt::keras::MetricName> || std::is_same_v<T, tt::PartName>;
template <class T>
inline constexpr bool takes_pointer =
    std::is_same_v<T, const char*> || std::is_constructible_v<T, const char*, tt::Location>;
template <class T>
T text_as(const std::string& text) {
  if constexpr (std::is_same_v<T, const char*>)
    return text.c_str();
  else if constexpr (std::is_constructible_v<T, const std::string&, tt::Location>)
    return T(text, here());
  else
    return T(text);
}
template <TextLike T>
struct Values<T> {
  static constexpr const char* good_text = "\"name\"";
  static T good() {
    static const std::string name = "name";
    return text_as<T>(name);
  }
  static void hostile(Choices<T>& choices, const Make<T>&) {
    for (const auto& [text, value] : hostile_texts()) choices.add(text, [&value = value] { return text_as<T>(value); });
    if constexpr (std::is_same_v<T, const char*>)
      choices.add("nullptr", []() -> const char* { return nullptr; });
    else if constexpr (std::is_constructible_v<T, const char*, tt::Location>)
      choices.add("nullptr", [] { return T(static_cast<const char*>(nullptr), here()); });
  }
};

// --- Shapes and axes -------------------------------------------------------------------------------------------------

inline const std::vector<std::vector<std::int64_t>>& hostile_lists() {
  constexpr std::int64_t max = std::numeric_limits<std::int64_t>::max(), min = std::numeric_limits<std::int64_t>::min();
  static const std::vector<std::vector<std::int64_t>> lists = {{},
                                                               {0},
                                                               {1},
                                                               {-1},
                                                               {-2},
                                                               {2, 3},
                                                               {3, 2},
                                                               {0, 0},
                                                               {-1, -1},
                                                               {1, 0},
                                                               {0, 1, 2},
                                                               {max},
                                                               {min},
                                                               {0, max},
                                                               {max, max},
                                                               {max, 2},
                                                               {(std::int64_t{1} << 62) + 1, 4},
                                                               {std::int64_t{1} << 32, std::int64_t{1} << 32},
                                                               {0, max, max},
                                                               {min, min},
                                                               {1, 1, 1, 1, 1, 1, 1, 1},
                                                               {1, 1, 1, 1, 1, 1, 1, 1, 1},
                                                               {0, 1, 2, 3, 4, 5, 6, 7},
                                                               {std::int64_t{1} << 40},
                                                               {-1, max},
                                                               {7},
                                                               {8}};
  return lists;
}
inline std::string text_of(const std::vector<std::int64_t>& list) {
  std::string text = "{";
  for (const std::int64_t value : list) text += (text.size() > 1 ? ", " : "") + std::to_string(value);
  return text + "}";
}
template <>
struct Values<tt::Shape> {
  static constexpr const char* good_text = "{2, 3}";
  static tt::Shape good() { return {2, 3}; }
  static void hostile(Choices<tt::Shape>& choices, const Make<tt::Shape>& good) {
    for (const auto& list : hostile_lists()) choices.add(text_of(list), [&list] { return tt::Shape(list, here()); });
    for (const std::int64_t value :
         {std::int64_t{0}, tt::unknown, std::int64_t{1} << 60, std::numeric_limits<std::int64_t>::max()})
      for (const int place : {0, -1})
        choices.add("good, with " + std::to_string(value) + (place ? " at its end" : " in front"),
                    [good, value, place] {
                      auto dims = good().to_vector();
                      if (!dims.empty()) (place ? dims.back() : dims.front()) = value;
                      return tt::Shape(dims, here());
                    });
  }
};
template <>
struct Values<tt::Axes> {
  static constexpr const char* good_text = "{0, 1}";
  static tt::Axes good() { return {0, 1}; }
  static void hostile(Choices<tt::Axes>& choices, const Make<tt::Axes>&) {
    for (const auto& list : hostile_lists()) choices.add(text_of(list), [&list] { return tt::Axes(list, here()); });
  }
};
template <>
struct Values<std::vector<std::int64_t>> {
  using V = std::vector<std::int64_t>;
  static constexpr const char* good_text = "{1, 1}";
  static V good() { return {1, 1}; }
  static void hostile(Choices<V>& choices, const Make<V>&) {
    for (const auto& list : hostile_lists()) choices.add(text_of(list), [&list] { return list; });
  }
};
/// What is made of one int64, here and now.
template <class T>
concept OfInteger = std::is_same_v<T, tt::Dim> || std::is_same_v<T, tt::Dim::Right> || std::is_same_v<T, tt::At> ||
    std::is_same_v<T, tt::Size2> || std::is_same_v<T, tt::Size3> || std::is_same_v<T, tt::keras::Border1> ||
    std::is_same_v<T, tt::keras::Border2> || std::is_same_v<T, tt::keras::Border3>;
template <OfInteger T>
struct Values<T> {
  static constexpr const char* good_text = "1";
  static T made(std::int64_t value) {
    if constexpr (std::is_same_v<T, tt::At> || std::is_same_v<T, tt::Dim::Right>)
      return T(value, here());
    else
      return T(value);
  }
  static T good() { return made(1); }
  static void hostile(Choices<T>& choices, const Make<T>&) {
    Choices<std::int64_t> integers;
    add_integers<std::int64_t>(integers);
    for (const auto& [text, make] : integers) {
      choices.add(text, [make = make] { return made(make()); });
      if constexpr (std::is_same_v<T, tt::keras::Border1>) {
        choices.add("{" + text + ", 1}", [make = make] { return T(make(), 1); });
        choices.add("{1, " + text + "}", [make = make] { return T(1, make()); });
      }
      if constexpr (std::is_same_v<T, tt::keras::Border2>)
        choices.add("{1, {1, " + text + "}}", [make = make] { return T(1, {1, make()}); });
      if constexpr (std::is_same_v<T, tt::keras::Border3>)
        choices.add("{1, 1, {" + text + ", 1}}", [make = make] { return T(1, 1, {make(), 1}); });
      if constexpr (std::is_same_v<T, tt::Size2>) {
        choices.add("{" + text + ", 1}", [make = make] { return T(make(), 1); });
        choices.add("{1, " + text + "}", [make = make] { return T(1, make()); });
      }
      if constexpr (std::is_same_v<T, tt::Size3>) {
        choices.add("{" + text + ", 1, 1}", [make = make] { return T(make(), 1, 1); });
        choices.add("{1, " + text + ", 1}", [make = make] { return T(1, make(), 1); });
        choices.add("{1, 1, " + text + "}", [make = make] { return T(1, 1, make()); });
      }
    }
  }
};
/// Padding, and the sizes that it is made of.
template <class P, class Size>
struct PaddingValues {
  static constexpr const char* good_text = "0";
  static P good() { return 0; }
  static P made(const tt::Size2& size) { return P(size.height, size.width); }
  static P made(const tt::Size3& size) { return P(size.depth, size.height, size.width); }
  static void hostile(Choices<P>& choices, const Make<P>&) {
    Choices<Size> sizes;
    Values<Size>::hostile(sizes, {});
    for (const auto& [text, make] : sizes) choices.add(text, [make = make] { return made(make()); });
    for (const char* mode : {"same", "valid", "SAME", "full", ""})
      choices.add(std::string("\"") + mode + "\"", [mode] { return P(mode, here()); });
    choices.add("nullptr", [] { return P(static_cast<const char*>(nullptr), here()); });
  }
};
template <>
struct Values<tt::Padding1> : PaddingValues<tt::Padding1, tt::Size2> {};
template <>
struct Values<tt::Padding2> : PaddingValues<tt::Padding2, tt::Size2> {};
template <>
struct Values<tt::Padding3> : PaddingValues<tt::Padding3, tt::Size3> {};
template <>
struct Values<tt::WindowPadding> {
  using P = tt::WindowPadding;
  static constexpr const char* good_text = "\"valid\"";
  static P good() { return P("valid", here()); }
  static void hostile(Choices<P>& choices, const Make<P>&) {
    for (const char* mode : {"same", "valid", "SAME", "full", ""})
      choices.add(std::string("\"") + mode + "\"", [mode] { return P(mode, here()); });
    choices.add("nullptr", [] { return P(static_cast<const char*>(nullptr), here()); });
    choices.add("{}", [] { return P(std::initializer_list<std::pair<std::int64_t, std::int64_t>>{}); });
    Choices<std::int64_t> integers;
    add_integers<std::int64_t>(integers);
    for (const auto& [text, make] : integers) {
      choices.add("{{" + text + ", 1}}", [make = make] { return P({{make(), 1}}); });
      choices.add("{{1, 1}, {0, " + text + "}}", [make = make] { return P({{1, 1}, {0, make()}}); });
      choices.add("{{0, 0}, {" + text + ", 1}, {1, 1}, {0, 0}}", [make = make] {
        return P({{0, 0}, {make(), 1}, {1, 1}, {0, 0}});
      });
    }
  }
};
template <>
struct Values<tt::ScaleFactor> {
  using S = tt::ScaleFactor;
  static constexpr const char* good_text = "2";
  static S good() { return 2; }
  static void hostile(Choices<S>& choices, const Make<S>&) {
    using Limits = std::numeric_limits<double>;
    for (const double value : {0.0, -1.0, 1e-300, 1e300, Limits::infinity(), Limits::quiet_NaN()})
      choices.add(std::to_string(value), [value] { return S(value); });
    choices.add("{}", [] { return S(); });
    choices.add("{1, 2, 3, 4}", [] { return S({1, 2, 3, 4}); });
  }
};
template <>
struct Values<tt::Slice::Bound> {
  using B = tt::Slice::Bound;
  static constexpr const char* good_text = "1";
  static B good() { return 1; }
  static void hostile(Choices<B>& choices, const Make<B>&) {
    Choices<std::int64_t> integers;
    add_integers<std::int64_t>(integers);
    for (const auto& [text, make] : integers) choices.add(text, [make = make] { return B(make()); });
    choices.add("none", [] { return B(tt::none); });
  }
};
template <>
struct Values<tt::Slice> {
  static constexpr const char* good_text = "{0, 1}";
  static tt::Slice good() { return {0, 1}; }
  static void hostile(Choices<tt::Slice>& choices, const Make<tt::Slice>&) {
    Choices<std::int64_t> integers;
    add_integers<std::int64_t>(integers);
    for (const auto& [text, make] : integers) {
      choices.add("{" + text + ", none}", [make = make] { return tt::Slice(make(), tt::none); });
      choices.add("{none, " + text + "}", [make = make] { return tt::Slice(tt::none, make()); });
      choices.add("{none, none, " + text + "}", [make = make] { return tt::Slice(tt::none, tt::none, make()); });
      choices.add("{max, min, " + text + "}", [make = make] {
        using Limits = std::numeric_limits<std::int64_t>;
        return tt::Slice(Limits::max(), Limits::min(), make());
      });
    }
  }
};
template <>
struct Values<tt::eager::nn::detail::PartOf> {
  using Part = tt::eager::nn::detail::PartOf;
  static constexpr const char* good_text = "{0, 1}";
  static Part good() { return {{0, 1}, here()}; }
  static void hostile(Choices<Part>& choices, const Make<Part>&) {
    Choices<tt::Slice> slices;
    Values<tt::Slice>::hostile(slices, {});
    for (const auto& [text, make] : slices) choices.add(text, [make = make] { return Part(make(), here()); });
  }
};
template <>
struct Values<tt::Index> {
  static constexpr const char* good_text = "0";
  static tt::Index good() { return tt::Index(0, here()); }
  static void hostile(Choices<tt::Index>& choices, const Make<tt::Index>&) {
    Choices<std::int64_t> integers;
    add_integers<std::int64_t>(integers);
    for (const auto& [text, make] : integers) choices.add(text, [make = make] { return tt::Index(make(), here()); });
    Choices<tt::Slice> slices;
    Values<tt::Slice>::hostile(slices, {});
    for (const auto& [text, make] : slices)
      choices.add("Slice" + text, [make = make] { return tt::Index(make(), here()); });
    choices.add("ellipsis", [] { return tt::Index(tt::ellipsis, here()); });
    choices.add("newaxis", [] { return tt::Index(tt::newaxis, here()); });
  }
};
template <>
struct Values<std::nullopt_t> {
  static constexpr const char* good_text = "nullopt";
  static std::nullopt_t good() { return std::nullopt; }
  static void hostile(Choices<std::nullopt_t>&, const Make<std::nullopt_t>&) {}
};
/// Where something is printed, null: the standard error output.
template <>
struct Values<std::ostream*> {
  static constexpr const char* good_text = "a stream";
  static std::ostream* good() { return &Case::current().stream(); }
  static void hostile(Choices<std::ostream*>& choices, const Make<std::ostream*>&) {
    choices.add("nullptr", []() -> std::ostream* { return nullptr; });
  }
};
template <>
struct Values<std::map<std::string, std::string>> {
  using M = std::map<std::string, std::string>;
  static constexpr const char* good_text = "{}";
  static M good() { return {}; }
  static void hostile(Choices<M>& choices, const Make<M>& good) {
    for (const auto& [text, value] : hostile_texts()) {
      const auto with = [good](const std::string& key, const std::string& second) {
        M map = good();
        map[key] = second;
        return map;
      };
      choices.add(std::string("with {") + text + ", \"name\"}", [with, &value = value] { return with(value, "name"); });
      choices.add(std::string("with {\"Relu\", ") + text + "}", [with, &value = value] { return with("Relu", value); });
    }
  }
};
template <class T>
struct Values<std::map<std::string, T>> {
  using M = std::map<std::string, T>;
  static constexpr const char* good_text = "{{\"name\", a good one}}";
  static M good() { return {{"name", Values<T>::good()}}; }
  static void hostile(Choices<M>& choices, const Make<M>& good) {
    choices.add("{}", [] { return M(); });
    const auto first = [good]() -> T {
      const M map = good();
      return map.empty() ? Values<T>::good() : map.begin()->second;
    };
    Choices<T> inner;
    Values<T>::hostile(inner, first);
    for (const auto& [text, make] : inner)
      choices.add("with its first " + text, [good, make = make] {
        M map = good();
        map.insert_or_assign(map.empty() ? "name" : map.begin()->first, make());
        return map;
      });
    for (const auto& [text, value] : hostile_texts())
      choices.add(std::string("with {") + text + ", its first}", [good, first, &value = value] {
        M map = good();
        map.insert_or_assign(value, first());
        return map;
      });
  }
};
/// Types of one value.
template <class T>
concept Single = std::is_same_v<T, tt::None> || std::is_same_v<T, tt::Ellipsis> || std::is_same_v<T, tt::NewAxis> ||
    std::is_same_v<T, tt::eager::func::HasAux>;
template <Single T>
struct Values<T> {
  static constexpr const char* good_text = "{}";
  static T good() { return {}; }
  static void hostile(Choices<T>&, const Make<T>&) {}
};
template <>
struct Values<tt::Location> {
  static constexpr const char* good_text = "here";
  static tt::Location good() { return here(); }
  static void hostile(Choices<tt::Location>&, const Make<tt::Location>&) {}
};
template <>
struct Values<tt::Device> {
  static constexpr const char* good_text = "Device::cpu()";
  static tt::Device good() { return tt::Device::cpu(); }
  static void hostile(Choices<tt::Device>& choices, const Make<tt::Device>&) {
    for (const int index : {0, 1, 255})
      choices.add("cuda:" + std::to_string(index), [index] {
        return tt::Device{tt::Device::Type::cuda, static_cast<std::uint8_t>(index)};
      });
    choices.add("cpu:7", [] { return tt::Device{tt::Device::Type::cpu, 7}; });
  }
};
/// An enum: `enumerators()` is written by make_battery.py for each that the headers declare.
template <class E>
std::vector<std::pair<const char*, E>> enumerators();
template <class T>
requires std::is_enum_v<T>
struct Values<T> {
  static constexpr const char* good_text = "the first enumerator";
  static T good() { return enumerators<T>()[0].second; }
  static void hostile(Choices<T>& choices, const Make<T>&) {
    for (const auto& [text, value] : enumerators<T>()) choices.add(text, [value = value] { return value; });
  }
};

// --- Tensors ---------------------------------------------------------------------------------------------------------

template <>
struct Values<tt::Tensor> {
  using T = tt::Tensor;
  static constexpr const char* good_text = "numbers({2, 3})";
  static T good() { return numbers({2, 3}); }
  static void hostile(Choices<T>& choices, const Make<T>& good);
};
template <>
struct Values<tt::Arg> {
  static constexpr const char* good_text = "numbers({2, 3})";
  /// An Arg names a tensor that somebody else holds.
  static tt::Arg of(const tt::Tensor& tensor) {
    auto kept = std::make_shared<tt::Tensor>(tensor);
    Case::current().held.push_back(kept);
    return tt::Arg(*kept, here());
  }
  static tt::Arg good() { return of(Values<tt::Tensor>::good()); }
  static void hostile(Choices<tt::Arg>& choices, const Make<tt::Arg>& good) {
    Choices<tt::Tensor> tensors;
    Values<tt::Tensor>::hostile(tensors, [good]() -> tt::Tensor {
      const tt::Arg arg = good();
      return arg.is_scalar() ? tt::tensor(arg.scalar()) : arg.tensor();
    });
    for (const auto& [text, make] : tensors) choices.add(text, [make = make] { return of(make()); });
    Choices<tt::Scalar> scalars;
    Values<tt::Scalar>::hostile(scalars, {});
    for (const auto& [text, make] : scalars) choices.add(text, [make = make] { return tt::Arg(make(), here()); });
    choices.add("a temporary", [good] {
      const tt::Arg arg = good();
      auto kept = std::make_shared<tt::Tensor>(arg.is_scalar() ? tt::tensor(arg.scalar()) : arg.tensor().clone());
      Case::current().held.push_back(kept);
      return tt::Arg(std::move(*kept), here());
    });
  }
};
template <>
struct Values<tt::TensorMeta> {
  static constexpr const char* good_text = "that of numbers({2, 3})";
  static tt::TensorMeta good() { return numbers({2, 3}).meta(); }
  static void hostile(Choices<tt::TensorMeta>& choices, const Make<tt::TensorMeta>& good) {
    Choices<tt::Shape> shapes;
    Values<tt::Shape>::hostile(shapes, [good] { return good().shape; });
    for (const auto& [text, make] : shapes)
      choices.add(text, [good, make = make] {
        tt::TensorMeta meta = good();
        meta.shape = make();
        return meta;
      });
  }
};

// --- Lists and pointers ----------------------------------------------------------------------------------------------

template <class T>
struct Values<std::vector<T>> {
  using V = std::vector<T>;
  static constexpr const char* good_text = "{a good one}";
  static V good() {
    V list;
    list.push_back(Values<T>::good());
    return list;
  }
  static void hostile(Choices<V>& choices, const Make<V>& good) {
    choices.add("{}", [] { return V(); });
    choices.add("good, twice", [good] {
      V list = good();
      const std::size_t n = list.size();
      for (std::size_t i = 0; i < n; ++i) list.push_back(T(list[i]));
      return list;
    });
    choices.add("good without its last", [good] {
      V list = good();
      if (!list.empty()) list.pop_back();
      return list;
    });
    choices.add("good, a hundred times", [good] {
      const V once = good();
      V list;
      for (int i = 0; i < 100; ++i) list.insert(list.end(), once.begin(), once.end());
      return list;
    });
    Choices<T> inner;
    Values<T>::hostile(inner, [good]() -> T {
      const V list = good();
      if constexpr (std::is_default_constructible_v<T>)
        return list.empty() ? T() : T(list[0]);
      else
        return list.empty() ? Values<T>::good() : T(list[0]);
    });
    for (const auto& [text, make] : inner) {
      choices.add("{" + text + ", ...}", [good, make = make] {
        V list = good();
        if (list.empty())
          list.push_back(make());
        else
          list[0] = make();
        return list;
      });
      choices.add("{..., " + text + "}", [good, make = make] {
        V list = good();
        list.push_back(make());
        return list;
      });
    }
  }
};
template <class T>
struct Values<std::shared_ptr<T>> {
  using P = std::shared_ptr<T>;
  static constexpr const char* good_text = "a shared one";
  static P good() {
    using U = std::remove_const_t<T>;
    if constexpr (std::is_same_v<Held<U>, std::shared_ptr<U>>)
      return Values<U>::good();
    else
      return std::make_shared<U>(Values<U>::good());
  }
  static void hostile(Choices<P>& choices, const Make<P>&) {
    choices.add("nullptr", [] { return P(); });
  }
};
template <class T>
struct Values<std::weak_ptr<T>> {
  using P = std::weak_ptr<T>;
  static constexpr const char* good_text = "a weak one";
  static P good() { return {}; }
  static void hostile(Choices<P>&, const Make<P>&) {}
};
template <class T>
struct Values<std::unique_ptr<T>> {
  using P = std::unique_ptr<T>;
  static constexpr const char* good_text = "a new one";
  static P good() { return std::make_unique<T>(4, 3); }
  static void hostile(Choices<P>& choices, const Make<P>&) {
    choices.add("nullptr", [] { return P(); });
  }
};
template <class T>
requires(!std::is_same_v<T, const char>) struct Values<T*> {
  static constexpr const char* good_text = "nullptr";
  static T* good() { return nullptr; }
  static void hostile(Choices<T*>& choices, const Make<T*>&) {
    choices.add("a pointer", []() -> T* {
      using U = std::remove_const_t<T>;
      static std::shared_ptr<U> object;
      if constexpr (std::is_same_v<Held<U>, std::shared_ptr<U>>)
        object = Values<U>::good();
      else
        object = std::make_shared<U>(Values<U>::good());
      return object.get();
    });
  }
};

// --- Functions -------------------------------------------------------------------------------------------------------

template <class... A>
inline constexpr bool takes_tensors = false;
template <class... A>
inline constexpr bool takes_tensors<std::span<const tt::Tensor>, A...> = true;

template <class R, class... A>
struct Values<std::function<R(A...)>> {
  using F = std::function<R(A...)>;
  static constexpr const char* good_text = "a function";
  /// Tensors as they came in, so that shapes fit.
  template <class First, class... Rest>
  static const tt::Tensor& first_tensor(const First& first, const Rest&... rest) {
    if constexpr (std::is_same_v<First, tt::Tensor>)
      return first;
    else if constexpr (sizeof...(Rest) > 0)
      return first_tensor(rest...);
    else {
      static const tt::Tensor other = numbers({2, 3});
      return other;
    }
  }
  static std::vector<tt::Tensor> times_two(std::span<const tt::Tensor> inputs, auto&&...) {
    std::vector<tt::Tensor> results;
    for (const tt::Tensor& input : inputs) results.push_back(input * 2);
    return results;
  }
  static F good() {
    return []([[maybe_unused]] A... arguments) -> R {
      if constexpr (std::is_void_v<R>)
        return;
      else if constexpr (std::is_same_v<R, tt::Tensor> && std::is_invocable_v<F, const tt::Shape&, tt::DType>)
        return tt::zeros(arguments...);
      else if constexpr (sizeof...(A) == 1 && !std::is_same_v<R, tt::Tensor> &&
                         (std::is_same_v<R, std::remove_cvref_t<A>> && ...))
        return (arguments, ...);
      else if constexpr (std::is_same_v<R, tt::Tensor> && sizeof...(A) > 0)
        return first_tensor(arguments...) * 2;
      else if constexpr (std::is_same_v<R, std::vector<tt::Tensor>> && takes_tensors<A...>)
        return times_two(arguments...);
      else
        return Values<R>::good();
    };
  }
  static void hostile(Choices<F>& choices, const Make<F>& good) {
    choices.add("an empty function", [] { return F(); });
    choices.add("one that throws", [] { return F([](A...) -> R { throw Thrown(); }); });
    if constexpr (!std::is_void_v<R>) {
      Choices<R> results;
      Values<R>::hostile(results, [] { return Values<R>::good(); });
      for (const auto& [text, make] : results)
        choices.add("one that gives " + text, [make = make] { return F([make](A...) -> R { return make(); }); });
    }
    static_cast<void>(good);
  }
};

template <class F>
void assign_field(void* field, void* value) {
  *static_cast<F*>(field) = std::move(*static_cast<F*>(value));
}
/// A hostile value in a field of a good struct of options.
void add_field_values(AnyChoices& choices, const AnyMake& good, const char* name, std::ptrdiff_t offset, List list,
                      void (*assign)(void* field, void* value));
template <class S, class F>
void add_field(Choices<S>& choices, const Make<S>& good, const char* name, F S::*member) {
  // A pointer to a member is its offset (Itanium C++ ABI, 2.3).
  add_field_values(choices.any, good, name, std::bit_cast<std::ptrdiff_t>(member), &listed<F>, &assign_field<F>);
}

}  // namespace battery
