// What the built-in layers share.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "api_keras/access.h"
#include "triptych/core/init.h"
#include "triptych/core/ops.h"
#include "triptych/keras/layers.h"

namespace triptych::keras {

/// A handle to a new built-in layer.
template <class Brick, class... Args>
Layer brick(const std::string& name, Location where, Args&&... args) {
  return Layer(std::make_shared<Brick>(std::forward<Args>(args)...), name, where);
}

/// The same, for one that Keras takes for built from the start: its summary shows a shape only in a Sequential or a
/// functional model.
template <class Brick, class... Args>
Layer plain_brick(const std::string& name, Location where, Args&&... args) {
  Layer layer = brick<Brick>(name, where, std::forward<Args>(args)...);
  LayerAccess::is_plain(layer.base()) = true;
  return layer;
}

/// `x` in the dtype of a layer's weights: layers convert what they get, as Keras does.
inline Tensor like_weights(const Tensor& x, const Tensor& weight) {
  return !weight.defined() || x.dtype() == weight.dtype() ? x : cast(x, weight.dtype());
}

/// `"key": value` pairs as a JSON object.
class JsonObject {
 public:
  JsonObject& add(const std::string& key, const std::string& text);
  JsonObject& add(const std::string& key, const char* text) { return add(key, std::string(text)); }
  JsonObject& add(const std::string& key, double number);
  JsonObject& add(const std::string& key, std::int64_t number);
  JsonObject& add(const std::string& key, int number) { return add(key, static_cast<std::int64_t>(number)); }
  JsonObject& add(const std::string& key, bool value);
  JsonObject& add(const std::string& key, Size2 pair);
  JsonObject& add(const std::string& key, const Shape& shape);
  /// `json` as it is.
  JsonObject& add_raw(const std::string& key, const std::string& json);
  std::string text() const { return "{" + text_ + "}"; }

 private:
  std::string text_;
};

std::string json_string(const std::string& text);

/// ArgumentError unless `format` is "channels_last" or "channels_first"; true for the latter.
bool is_channels_first(const std::string& format, const char* layer, Location where);

}  // namespace triptych::keras
