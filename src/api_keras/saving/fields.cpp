#include "api_keras/saving/fields.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "api_keras/names.h"
#include "api_keras/saving/objects.h"
#include "core/formats/json.h"
#include "core/support/printable.h"
#include "triptych/core/ops.h"

namespace triptych::keras {

Fields::Fields(const Json& object, std::string what, Location where)
    : object_(const_cast<Json&>(object)),  // which is not written while reading
      const_object_(object),
      reading_(true),
      what_(std::move(what)),
      where_(where) {
  if (!object.is_object()) fail("config", "is not an object");
}

void Fields::fail(const std::string& key, const std::string& problem) const {
  throw ArgumentError(what_, "a config does not describe this class", "'" + key + "' " + problem, "", where_);
}

const Json* Fields::find(const char* key) {
  known_.emplace_back(key);
  const auto found = const_object_.find(key);
  return found == const_object_.end() || found->is_null() ? nullptr : &*found;
}
Json& Fields::put(const char* key) { return object_[key]; }
void Fields::ignore(const char* key) { known_.emplace_back(key); }

void Fields::name(std::string& value) { field("name", value); }

void Fields::check_all_known() const {
  for (const auto& [key, value] : const_object_.items())
    if (!value.is_null() && std::find(known_.begin(), known_.end(), key) == known_.end())
      fail(key, "is not known here: " + short_text(value));
}

// --- Numbers and texts ----------------------------------------------------------------------------------------------

namespace {

std::int64_t whole(const Fields& fields, const char* key, const Json& value) {
  if (value.is_array() && value.size() == 1 && !value[0].is_array()) return whole(fields, key, value[0]);
  if (value.is_number_unsigned() &&
      value.get<std::uint64_t>() > std::uint64_t{std::numeric_limits<std::int64_t>::max()})
    fields.fail(key, "is out of range: " + short_text(value));
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (value.is_number_float())
    if (const double number = value.get<double>(); std::trunc(number) == number && std::abs(number) < 9e15)
      return static_cast<std::int64_t>(number);
  fields.fail(key, "is not a whole number: " + short_text(value));
}

double real(const Fields& fields, const char* key, const Json& value) {
  if (!value.is_number()) fields.fail(key, "is not a number: " + short_text(value));
  return value.get<double>();
}

std::string text_in(const Fields& fields, const char* key, const Json& value) {
  if (!value.is_string()) fields.fail(key, "is not a text: " + short_text(value));
  return value.get<std::string>();
}

/// A policy's name, or that of a policy as an object.
std::string policy_in(const Fields& fields, const char* key, const Json& value) {
  const Json* name = &value;
  if (value.is_object() && value.contains("config") && value["config"].is_object() && value["config"].contains("name"))
    name = &value["config"]["name"];
  return text_in(fields, key, *name);
}

DType dtype_in(const Fields& fields, const char* key, const Json& value) {
  return dtype_from_name(policy_in(fields, key, value), fields.where());
}

/// The numbers from `begin` on as lists of lists of these lengths.
Json nested(const double*& begin, std::span<const std::int64_t> sizes) {
  if (sizes.empty()) return *begin++;
  Json list = Json::array();
  for (std::int64_t i = 0; i < sizes[0]; ++i) list.push_back(nested(begin, sizes.subspan(1)));
  return list;
}

void collect_nested(const Fields& fields, const char* key, const Json& value, std::span<const std::int64_t> sizes,
                    std::vector<double>& into) {
  if (sizes.empty()) {
    into.push_back(real(fields, key, value));
    return;
  }
  if (!value.is_array() || static_cast<std::int64_t>(value.size()) != sizes[0])
    fields.fail(key, "has lists of different lengths: " + short_text(value));
  for (const Json& item : value) collect_nested(fields, key, item, sizes.subspan(1), into);
}

}  // namespace

void Fields::policy(DTypePolicy& value) {
  if (const Json* found = find("dtype")) value = DTypePolicy(policy_in(*this, "dtype", *found), where_);
}

void Fields::field(const char* key, bool& value) {
  if (!reading_) {
    put(key) = value;
  } else if (const Json* found = find(key)) {
    if (!found->is_boolean()) fail(key, "is neither true nor false: " + short_text(*found));
    value = found->get<bool>();
  }
}
void Fields::field(const char* key, int& value) {
  std::int64_t wide = value;
  field(key, wide);
  if (wide < std::numeric_limits<int>::min() || wide > std::numeric_limits<int>::max())
    fail(key, "is out of range: " + std::to_string(wide));
  value = static_cast<int>(wide);
}
void Fields::field(const char* key, std::int64_t& value) {
  if (!reading_)
    put(key) = value;
  else if (const Json* found = find(key))
    value = whole(*this, key, *found);
}
void Fields::field(const char* key, double& value) {
  if (!reading_)
    put(key) = value;
  else if (const Json* found = find(key))
    value = real(*this, key, *found);
}
void Fields::field(const char* key, std::string& value) {
  if (!reading_)
    put(key) = valid_utf8(value);
  else if (const Json* found = find(key))
    value = text_in(*this, key, *found);
}

template <class T>
void Fields::number(const char* key, T& value) {
  if (!reading_) {
    put(key) = value ? Json(*value) : Json();
    return;
  }
  value.reset();
  const Json* found = find(key);
  if (!found) return;
  using Number = typename T::value_type;
  if constexpr (std::is_same_v<Number, double>) {
    value = real(*this, key, *found);
  } else {
    const std::int64_t number = whole(*this, key, *found);
    if (std::is_unsigned_v<Number> && number < 0) fail(key, "is negative: " + std::to_string(number));
    value = static_cast<Number>(number);
  }
}
void Fields::field(const char* key, std::optional<double>& value) { number(key, value); }
void Fields::field(const char* key, std::optional<std::int64_t>& value) { number(key, value); }
void Fields::field(const char* key, init::Seed& value) { number(key, value); }
void Fields::field(const char* key, std::optional<bool>& value) {
  if (!reading_) {
    put(key) = value ? Json(*value) : Json();
    return;
  }
  bool given = false;
  value.reset();
  if (!find(key)) return;
  field(key, given);
  value = given;
}
void Fields::field(const char* key, std::optional<std::string>& value) {
  if (!reading_) {
    put(key) = value ? Json(valid_utf8(*value)) : Json();
    return;
  }
  value.reset();
  if (const Json* found = find(key)) value = text_in(*this, key, *found);
}
void Fields::field(const char* key, std::optional<HashingMask>& value) {
  if (!reading_) {
    if (value && value->is_number && !value->text.empty())  // it may have been moved away
      put(key) = std::stoll(value->text);
    else
      put(key) = value ? Json(valid_utf8(value->text)) : Json();
    return;
  }
  value.reset();
  if (const Json* found = find(key)) {
    if (found->is_number_integer())
      value = HashingMask(found->get<std::int64_t>());
    else
      value = HashingMask(text_in(*this, key, *found));
  }
}
void Fields::field(const char* key, std::optional<DType>& value) {
  if (!reading_) {
    put(key) = value ? Json(dtype_name(*value)) : Json();
  } else if (const Json* found = find(key)) {
    value = dtype_in(*this, key, *found);
  } else {
    value.reset();
  }
}
void Fields::field(const char* key, DType& value) {
  if (!reading_)
    put(key) = dtype_name(value);
  else if (const Json* found = find(key))
    value = dtype_in(*this, key, *found);
}

void Fields::field_or_none(const char* key, std::int64_t& value, std::int64_t none) {
  std::optional<std::int64_t> given;
  if (value != none) given = value;
  field(key, given);
  value = given.value_or(none);
}
void Fields::field_or_none(const char* key, double& value, double none) {
  std::optional<double> given;
  if (value != none) given = value;
  field(key, given);
  value = given.value_or(none);
}
void Fields::field_or_none(const char* key, std::string& value, const char* none) {
  if (!reading_) {
    put(key) = value == none ? Json() : Json(valid_utf8(value));
  } else if (const auto found = const_object_.find(key); found != const_object_.end() && found->is_null()) {
    ignore(key);
    value = none;
  } else {
    field(key, value);
  }
}

// --- Lists ----------------------------------------------------------------------------------------------------------

std::vector<std::int64_t> Fields::integers(const char* key, const Json& value) const {
  std::vector<std::int64_t> numbers;
  if (!value.is_array()) return {whole(*this, key, value)};
  if (value.size() > 64) fail(key, "has too many numbers: " + std::to_string(value.size()));
  for (const Json& number : value) numbers.push_back(number.is_null() ? unknown : whole(*this, key, number));
  return numbers;
}

void Fields::field(const char* key, Axes& value) {
  if (!reading_) {
    put(key) = value.empty()       ? Json()
               : value.size() == 1 ? Json(value[0])
                                   : Json(std::vector(value.begin(), value.end()));
  } else if (const Json* found = find(key)) {
    value = Axes(integers(key, *found), where_);
  }
}
void Fields::list(const char* key, Axes& value) {
  if (!reading_)
    put(key) = std::vector(value.begin(), value.end());
  else
    field(key, value);
}
void Fields::field(const char* key, Shape& value) {
  if (!reading_) {
    Json dims = Json::array();
    for (const std::int64_t dim : value)
      dims.push_back(dim == unknown && std::string_view(key) != "target_shape" ? Json() : Json(dim));
    put(key) = value.empty() && std::string_view(key) != "target_shape" ? Json() : dims;
  } else if (const Json* found = find(key)) {
    value = Shape(integers(key, *found), where_);
  }
}
void Fields::field(const char* key, std::vector<std::int64_t>& value) {
  if (!reading_)
    put(key) = value;
  else if (const Json* found = find(key))
    value = integers(key, *found);
}
void Fields::field(const char* key, std::vector<double>& value) {
  if (!reading_) {
    put(key) = value.empty() ? Json() : Json(value);
  } else if (const Json* found = find(key)) {
    value.clear();
    if (!found->is_array()) {
      value.push_back(real(*this, key, *found));
      return;
    }
    for (const Json& number : *found) value.push_back(real(*this, key, number));
  }
}
void Fields::number_or_list(const char* key, std::vector<double>& value) {
  if (!reading_ && value.size() == 1)
    field(key, value[0]);
  else
    field(key, value);
}
void Fields::field(const char* key, Tensor& value) {
  if (!reading_) {
    Json& into = put(key) = nullptr;
    if (!value.defined()) return;
    const std::vector<double> numbers = cast(value, float64).to_vector<double>();
    const std::vector<std::int64_t> sizes(value.shape().begin(), value.shape().end());
    const double* begin = numbers.data();
    into = nested(begin, sizes);
  } else if (const Json* found = find(key)) {
    if (found->is_object() && found->contains("class_name") &&
        ((*found)["class_name"] == "__numpy__" || (*found)["class_name"] == "__tensor__") &&
        found->contains("config") && (*found)["config"].is_object() && (*found)["config"].contains("value"))
      found = &(*found)["config"]["value"];
    std::vector<std::int64_t> sizes;
    for (const Json* part = found; part->is_array() && !part->empty(); part = &(*part)[0])
      sizes.push_back(static_cast<std::int64_t>(part->size()));
    if (static_cast<int>(sizes.size()) > Shape::max_rank) fail(key, "has too many axes: " + short_text(*found));
    std::vector<double> numbers;
    collect_nested(*this, key, *found, sizes, numbers);
    value = reshape(tensor(numbers), Shape(sizes));
  }
}
void Fields::field(const char* key, std::vector<std::string>& value) {
  if (!reading_) {
    Json& texts = put(key) = Json::array();
    for (const std::string& text : value) texts.push_back(valid_utf8(text));
  } else if (const Json* found = find(key)) {
    value.clear();
    if (!found->is_array()) fail(key, "is not a list: " + short_text(*found));
    for (const Json& text : *found) value.push_back(text_in(*this, key, text));
  }
}

void Fields::size1(const char* key, std::int64_t& value) {
  if (!reading_) {
    put(key) = value == 0 ? Json() : Json(std::vector{value});  // None: a pool's strides are its size
  } else if (const Json* found = find(key)) {
    const std::vector<std::int64_t> numbers = integers(key, *found);
    if (numbers.size() != 1) fail(key, "has another number of axes: " + short_text(*found));
    value = numbers[0];
  }
}

template <class Size>
void Fields::sizes(const char* key, Size&, const std::vector<std::int64_t*>& parts) {
  if (!reading_) {
    std::vector<std::int64_t> numbers;
    for (const std::int64_t* part : parts) numbers.push_back(*part);
    const bool none = std::all_of(numbers.begin(), numbers.end(), [](std::int64_t number) { return number == 0; });
    put(key) = none ? Json() : Json(numbers);
  } else if (const Json* found = find(key)) {
    std::vector<std::int64_t> numbers = integers(key, *found);
    if (numbers.size() == 1) numbers.resize(parts.size(), numbers[0]);
    if (numbers.size() != parts.size()) fail(key, "has another number of axes: " + short_text(*found));
    for (std::size_t i = 0; i < parts.size(); ++i) *parts[i] = numbers[i];
  }
}
void Fields::field(const char* key, Size2& value) { sizes(key, value, {&value.height, &value.width}); }
void Fields::field(const char* key, Size3& value) { sizes(key, value, {&value.depth, &value.height, &value.width}); }

void Fields::field(const char* key, std::optional<Size2>& value) {
  if (!reading_ && !value) {
    put(key) = nullptr;
    return;
  }
  Size2 given = value.value_or(Size2(0));
  field(key, given);
  if (reading_)
    value = const_object_.contains(key) && !const_object_[key].is_null() ? std::optional(given) : std::nullopt;
}
void Fields::field(const char* key, std::optional<Size3>& value) {
  if (!reading_ && !value) {
    put(key) = nullptr;
    return;
  }
  Size3 given = value.value_or(Size3(0));
  field(key, given);
  if (reading_)
    value = const_object_.contains(key) && !const_object_[key].is_null() ? std::optional(given) : std::nullopt;
}

namespace {

const char* mode_name(PaddingMode mode) { return mode == PaddingMode::same ? "same" : "valid"; }

/// [[before, after], ...], one pair for each axis; one number, or one for each axis, stand for both sides.
std::vector<std::int64_t> pairs_in(const Fields& fields, const char* key, const Json& value, std::size_t axes) {
  std::vector<std::int64_t> numbers;
  const auto fail = [&] { fields.fail(key, "is not a pair for each axis: " + short_text(value)); };
  if (value.is_number()) return std::vector<std::int64_t>(2 * axes, whole(fields, key, value));
  if (!value.is_array() || value.empty()) fail();
  const bool flat = !value[0].is_array();
  if (flat && axes == 1) {
    if (value.size() != 2) fail();
    return {whole(fields, key, value[0]), whole(fields, key, value[1])};
  }
  if (value.size() != axes) fail();
  for (const Json& axis : value) {
    if (flat) {
      numbers.insert(numbers.end(), 2, whole(fields, key, axis));
    } else {
      if (!axis.is_array() || axis.size() != 2) fail();
      for (const Json& number : axis) numbers.push_back(whole(fields, key, number));
    }
  }
  return numbers;
}

Json pairs(const std::vector<std::int64_t>& numbers) {
  if (numbers.size() == 2) return numbers;
  Json result = Json::array();
  for (std::size_t i = 0; i < numbers.size(); i += 2) result.push_back({numbers[i], numbers[i + 1]});
  return result;
}

}  // namespace

// Keras's paddings are names. Numbers, which it does not have, are pairs.
void Fields::field(const char* key, Padding1& value) {
  if (!reading_) {
    put(key) = value.mode == PaddingMode::numbers ? pairs({value.before, value.after}) : Json(mode_name(value.mode));
  } else if (const Json* found = find(key)) {
    if (found->is_string()) {
      value = Padding1(std::string_view(found->text()), where_);
    } else {
      const auto n = pairs_in(*this, key, *found, 1);
      value = Padding1(n[0], n[1]);
    }
  }
}
void Fields::field(const char* key, Padding2& value) {
  if (!reading_) {
    put(key) = value.mode == PaddingMode::numbers
                   ? pairs({value.size.height, value.after.height, value.size.width, value.after.width})
                   : Json(mode_name(value.mode));
  } else if (const Json* found = find(key)) {
    if (found->is_string()) {
      value = Padding2(std::string_view(found->text()), where_);
    } else {
      const auto n = pairs_in(*this, key, *found, 2);
      value = Padding2(Size2(n[0], n[2]), Size2(n[1], n[3]));
    }
  }
}
void Fields::field(const char* key, Padding3& value) {
  if (!reading_) {
    put(key) = value.mode == PaddingMode::numbers ? pairs({value.before.depth, value.after.depth, value.before.height,
                                                           value.after.height, value.before.width, value.after.width})
                                                  : Json(mode_name(value.mode));
  } else if (const Json* found = find(key)) {
    if (found->is_string()) {
      value = Padding3(std::string_view(found->text()), where_);
    } else {
      const auto n = pairs_in(*this, key, *found, 3);
      value = Padding3(Size3(n[0], n[2], n[4]), Size3(n[1], n[3], n[5]));
    }
  }
}

void Fields::field(const char* key, Border1& value) {
  if (!reading_) {
    put(key) = pairs({value.before, value.after});
  } else if (const Json* found = find(key)) {
    const auto n = pairs_in(*this, key, *found, 1);
    value = Border1(n[0], n[1]);
  }
}
void Fields::field(const char* key, Border2& value) {
  if (!reading_) {
    put(key) = pairs({value.height.before, value.height.after, value.width.before, value.width.after});
  } else if (const Json* found = find(key)) {
    const auto n = pairs_in(*this, key, *found, 2);
    value = Border2(Border1(n[0], n[1]), Border1(n[2], n[3]));
  }
}
void Fields::field(const char* key, Border3& value) {
  if (!reading_) {
    put(key) = pairs({value.depth.before, value.depth.after, value.height.before, value.height.after,
                      value.width.before, value.width.after});
  } else if (const Json* found = find(key)) {
    const auto n = pairs_in(*this, key, *found, 3);
    value = Border3(Border1(n[0], n[1]), Border1(n[2], n[3]), Border1(n[4], n[5]));
  }
}

void Fields::field(const char* key, RenormClipping& value) {
  if (!reading_) {
    Json object = Json::object();
    for (const auto& [name, part] : {std::pair{"rmax", value.rmax}, {"rmin", value.rmin}, {"dmax", value.dmax}})
      if (part) object[name] = *part;
    put(key) = object.empty() ? Json() : object;
  } else if (const Json* found = find(key)) {
    Fields parts(*found, what_, where_);
    parts.field("rmax", value.rmax);
    parts.field("rmin", value.rmin);
    parts.field("dmax", value.dmax);
    parts.check_all_known();
  }
}

void Fields::field(const char* key, FactorRange& value) {
  if (!reading_ && value.is_one) return field(key, value.upper);
  std::vector<double> bounds{value.lower, value.upper};
  // Of bits: Keras wants whole numbers as such.
  std::vector<std::int64_t> whole{static_cast<std::int64_t>(value.lower), static_cast<std::int64_t>(value.upper)};
  if (!reading_ && value.lower >= 1 && static_cast<double>(whole[0]) == value.lower &&
      static_cast<double>(whole[1]) == value.upper)
    return field(key, whole);
  field(key, bounds);
  if (!reading_ || !const_object_.contains(key)) return;
  if (bounds.size() == 1)
    value = FactorRange(bounds[0]);
  else if (bounds.size() == 2)
    value = FactorRange(bounds[0], bounds[1]);
  else
    fail(key, "is neither a number nor a pair");
}
void Fields::field(const char* key, std::optional<FactorRange>& value) {
  if (!reading_ && !value) {
    put(key) = nullptr;
    return;
  }
  if (reading_ && !find(key)) {
    value.reset();
    return;
  }
  FactorRange given = value.value_or(FactorRange(0));
  field(key, given);
  value = given;
}
void Fields::field(const char* key, ValueRange& value) {
  std::vector<double> bounds{value.low, value.high};
  field(key, bounds);
  if (bounds.size() != 2) fail(key, "is not a pair");
  value = {bounds[0], bounds[1]};
}

// --- Objects --------------------------------------------------------------------------------------------------------

void Fields::field(const char* key, keras::Initializer& value) {
  if (!reading_)
    put(key) = initializer_object(value);
  else if (const Json* found = find(key))
    value = initializer_from(*found, where_);
}
void Fields::field(const char* key, Regularizer& value) {
  if (!reading_)
    put(key) = regularizer_object(value);
  else if (const Json* found = find(key))
    value = regularizer_from(*found, where_);
}
void Fields::field(const char* key, Constraint& value) {
  if (!reading_)
    put(key) = constraint_object(value);
  else if (const Json* found = find(key))
    value = constraint_from(*found, where_);
}
void Fields::field(const char* key, Activation& value) {
  if (!reading_)
    put(key) = activation_object(value);
  else if (const Json* found = find(key))
    value = activation_from(*found, where_);
  else if (const_object_.contains(key))
    value = Activation();
}
void Fields::field(const char* key, LearningRate& value) {
  if (!reading_) {
    const auto* schedule = value.schedule();
    put(key) = schedule ? schedule_object(*schedule) : Json(value.value());
  } else if (const Json* found = find(key)) {
    if (found->is_object())
      value = schedule_from(*found, where_);
    else
      value = LearningRate(real(*this, key, *found));
  }
}
void Fields::field(const char* key, Layer& value) {
  if (!reading_)
    put(key) = value.defined() ? layer_object(value, where_) : Json();
  else if (const Json* found = find(key))
    value = layer_from(*found, where_);
}
void Fields::field(const char* key, std::vector<Layer>& value) {
  if (!reading_) {
    Json list = Json::array();
    for (const Layer& layer : value) list.push_back(layer_object(layer, where_));
    put(key) = std::move(list);
  } else if (const Json* found = find(key)) {
    if (!found->is_array()) fail(key, "is not a list: " + short_text(*found));
    value.clear();
    for (const Json& layer : *found) value.push_back(layer_from(layer, where_));
  }
}

std::string with_layer(const std::string& config, const char* key, const Layer& layer) {
  Json object = Json::parse(config);
  object[key] = layer_object(layer, {});
  return object.dump();
}
std::string with_layers(const std::string& config, const char* key, const std::vector<Layer>& layers) {
  Json object = Json::parse(config), list = Json::array();
  for (const Layer& layer : layers) list.push_back(layer_object(layer, {}));
  object[key] = std::move(list);
  return object.dump();
}
std::string with_flag(const std::string& config, const char* key, bool value) {
  Json object = Json::parse(config);
  object[key] = value;
  return object.dump();
}

bool is_window_size(const char* key) {
  const std::string_view name = key;
  return name == "kernel_size" || name == "pool_size";
}

ConfigWriter::ConfigWriter() : object_(std::make_unique<Json>(Json::object())) {}
ConfigWriter::~ConfigWriter() = default;
Fields ConfigWriter::fields() { return Fields(*object_); }
std::string ConfigWriter::text() const { return object_->dump(); }

}  // namespace triptych::keras
