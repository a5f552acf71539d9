// A call of one of Keras's Operations that is read from a file: its arguments, and the ops that take them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "api_keras/saving/fields.h"
#include "api_keras/saving/graph_ops.h"
#include "api_keras/saving/objects.h"
#include "triptych/core/ops.h"

namespace triptych::keras {

/// The arguments of a call, each by its place or its name, and what the op was made with.
class Call {
 public:
  explicit Call(const OpCall& call) : call_(call) {
    if (!call.args.is_array() || !call.kwargs.is_object() || !call.config.is_object())
      fail("its arguments", "are no lists or objects");
    for (const Json& value : call.args) look_for_tensor(value);
    for (const Json& value : call.kwargs) look_for_tensor(value);
  }

  [[noreturn]] void fail(const std::string& key, const char* problem = "is not what the op takes") const {
    throw ArgumentError(Reading::op(), "an op of the file has an argument that it does not take",
                        "'" + key + "' of '" + call_.class_name + "' " + problem, "", call_.where);
  }

  /// Null if it is not given.
  const Json* argument(std::size_t place, const char* name) const {
    if (place < call_.args.size()) return &call_.args[place];
    return call_.kwargs.contains(name) ? &call_.kwargs[name] : nullptr;
  }
  /// Numbers become tensors as beside the first tensor.
  Tensor tensor(std::size_t place, const char* name) const {
    const Json* value = argument(place, name);
    if (!value) fail(name, "is missing");
    return as_tensor(*value, name);
  }
  Tensor x() const { return tensor(0, "x"); }
  /// The list that is the first argument.
  std::vector<Tensor> list() const { return list(0, argument(0, "xs") ? "xs" : "x"); }
  /// Undefined where there is none, or None.
  Tensor optional_tensor(std::size_t place, const char* name) const {
    const Json* value = argument(place, name);
    return value && !value->is_null() ? as_tensor(*value, name) : Tensor();
  }
  /// A list of tensors that stands at that place.
  std::vector<Tensor> list(std::size_t place, const char* name) const {
    const Json* value = argument(place, name);
    if (!value || !value->is_array() || value->empty()) fail(name);
    std::vector<Tensor> tensors;
    for (const Json& item : *value) tensors.push_back(as_tensor(item, name));
    return tensors;
  }
  /// A number that the call is given, not what the op is made with; nothing for None.
  std::optional<double> number_argument(std::size_t place, const char* name) const {
    const Json* value = argument(place, name);
    if (!value || value->is_null()) return {};
    if (!value->is_number()) fail(name);
    return value->get<double>();
  }
  /// All arguments, by places and then by names.
  std::vector<Tensor> operands() const {
    std::vector<Tensor> tensors;
    for (const Json& item : call_.args) tensors.push_back(as_tensor(item, "operands"));
    for (const Json& item : call_.kwargs) tensors.push_back(as_tensor(item, "operands"));
    return tensors;
  }

  bool given(const char* key) const { return call_.config.contains(key) && !call_.config[key].is_null(); }
  std::int64_t integer(const char* key) const { return whole(key, member(key)); }
  std::int64_t integer(const char* key, std::int64_t otherwise) const { return given(key) ? integer(key) : otherwise; }
  double number(const char* key) const {
    const Json& value = member(key);
    if (!value.is_number()) fail(key);
    return value.get<double>();
  }
  double number(const char* key, double otherwise) const { return given(key) ? number(key) : otherwise; }
  std::optional<double> optional_number(const char* key) const {
    return given(key) ? std::optional(number(key)) : std::nullopt;
  }
  std::optional<std::int64_t> optional_integer(const char* key) const {
    return given(key) ? std::optional(integer(key)) : std::nullopt;
  }
  bool flag(const char* key, bool otherwise = false) const {
    if (!given(key)) return otherwise;
    if (!call_.config[key].is_boolean()) fail(key);
    return call_.config[key].get<bool>();
  }
  std::string text(const char* key, const char* otherwise) const {
    if (!given(key)) return otherwise;
    if (!call_.config[key].is_string()) fail(key);
    return call_.config[key].get<std::string>();
  }
  /// One, or a list.
  std::vector<std::int64_t> integers(const char* key) const {
    const Json& value = member(key);
    if (!value.is_array()) return {whole(key, value)};
    std::vector<std::int64_t> list;
    for (const Json& item : value) list.push_back(whole(key, item));
    return list;
  }
  Axes integers(const char* key, const Axes& otherwise) const { return given(key) ? Axes(integers(key)) : otherwise; }
  /// `axis`; all of them for none.
  Axes axes(const Tensor& x) const {
    std::vector<std::int64_t> list;
    if (given("axis")) {
      list = integers("axis");
    } else {
      list.resize(static_cast<std::size_t>(x.ndim()));
      std::iota(list.begin(), list.end(), 0);
    }
    return list;
  }
  std::optional<std::int64_t> axis() const { return given("axis") ? std::optional(integer("axis")) : std::nullopt; }
  bool is_text(const char* key) const { return member(key).is_string(); }
  OwnedText data_format() const { return text("data_format", "channels_last"); }
  Tensor images() const { return tensor(0, "images"); }
  /// One number for both, or two.
  Size2 size(const char* key) const {
    const std::vector<std::int64_t> both = integers(key);
    if (both.empty() || both.size() > 2) fail(key);
    return {both.front(), both.back()};
  }
  Size2 size(const char* key, std::int64_t otherwise) const { return given(key) ? size(key) : Size2(otherwise); }
  std::pair<double, double> two_numbers(const char* key, std::pair<double, double> otherwise) const {
    if (!given(key)) return otherwise;
    const Json& value = member(key);
    if (!value.is_array() || value.size() != 2 || !value[0].is_number() || !value[1].is_number()) fail(key);
    return {value[0].get<double>(), value[1].get<double>()};
  }
  /// Axes of two operands: two numbers, or two lists.
  std::pair<Axes, Axes> two_lists(const char* key) const {
    const Json& value = member(key);
    if (!value.is_array() || value.size() != 2) fail(key);
    const auto list = [&](const Json& item) -> Axes {
      if (!item.is_array()) return whole(key, item);
      std::vector<std::int64_t> numbers;
      for (const Json& number : item) numbers.push_back(whole(key, number));
      return numbers;
    };
    return {list(value[0]), list(value[1])};
  }
  bool is_list(const char* key) const { return member(key).is_array(); }
  /// Those of a pool, as its size where there are none.
  Axes strides() const { return given("strides") ? Axes(integers("strides")) : Axes(); }
  DType dtype(DType otherwise) const {
    DType value = otherwise;
    if (given("dtype")) Fields(call_.config, call_.class_name, call_.where).field("dtype", value);
    return value;
  }
  std::vector<std::pair<std::int64_t, std::int64_t>> pairs(const char* key) const {
    std::vector<std::pair<std::int64_t, std::int64_t>> list;
    const Json& value = member(key);
    if (!value.is_array()) fail(key);
    for (const Json& item : value) {
      if (!item.is_array() || item.size() != 2) fail(key);
      list.emplace_back(whole(key, item[0]), whole(key, item[1]));
    }
    return list;
  }
  std::int64_t whole(const char* key, const Json& value) const {
    if (!value.is_number_integer() || value.is_number_unsigned()) fail(key);
    return value.get<std::int64_t>();
  }

 private:
  static bool is(const Json& value, const char* kind) {
    return value.is_object() && value.contains("class_name") && value["class_name"] == kind;
  }
  const Json& member(const char* key) const {
    if (!call_.config.contains(key)) fail(key, "is missing");
    return call_.config[key];
  }
  void look_for_tensor(const Json& value) {
    if (first_.defined()) return;
    if (is(value, "__keras_tensor__"))
      first_ = call_.model_tensor(value);
    else if (value.is_array())
      for (const Json& item : value) look_for_tensor(item);
  }
  Tensor as_tensor(const Json& value, const char* name) const {
    if (is(value, "__keras_tensor__")) return call_.model_tensor(value);
    if (!first_.defined()) fail(name, "does not belong to a tensor of the model");
    if (value.is_boolean()) return full({}, value.get<bool>(), boolean);
    const DType beside = first_.dtype();
    if (value.is_number_integer()) return full({}, value.get<std::int64_t>(), beside == boolean ? int32 : beside);
    if (value.is_number()) return full({}, value.get<double>(), is_floating(beside) ? beside : float32);
    if (!is(value, "__numpy__") && !is(value, "__tensor__") && !value.is_array()) fail(name);
    // Numbers in lists, alone or as an array of a dtype.
    const Json object = {{"value", with_numbers(value)}};
    Tensor numbers;
    Fields(object, call_.class_name, call_.where).field("value", numbers);
    if (value.is_array()) return cast(numbers, has_fractions(value) ? float32 : int32);
    DType dtype = float32;
    if (value.contains("config") && value["config"].is_object() && value["config"].contains("dtype"))
      Fields(value["config"], call_.class_name, call_.where).field("dtype", dtype);
    return cast(numbers, dtype);
  }
  /// true and false as 1 and 0.
  static Json with_numbers(Json value) {
    if (value.is_boolean()) return value.get<bool>() ? 1 : 0;
    if (value.is_structured())
      for (Json& item : value) item = with_numbers(item);
    return value;
  }
  static bool has_fractions(const Json& value) {
    if (!value.is_array()) return !value.is_number_integer();
    return std::any_of(value.begin(), value.end(), [](const Json& item) { return has_fractions(item); });
  }

  const OpCall& call_;
  Tensor first_;  // of the model
};

/// What is done for Keras's Operation of that name.
struct KnownOp {
  const char* name;
  std::vector<Tensor> (*function)(const Call& call);
};
// By the files of keras.src.ops that they are from.
std::span<const KnownOp> known_numpy_ops();
std::span<const KnownOp> known_nn_ops();
std::span<const KnownOp> known_image_ops();
/// linalg, math and core.
std::span<const KnownOp> known_math_ops();

}  // namespace triptych::keras
