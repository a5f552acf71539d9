// What the built-in layers share.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "api_keras/access.h"
#include "core/dispatch/autocast.h"
#include "triptych/core/init.h"
#include "triptych/core/ops.h"
#include "triptych/keras/initializers.h"
#include "triptych/keras/layer.h"

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

/// Sets the dtype policy that the options ask for, if they do.
template <class Options>
Layer with_policy(Layer layer, const Options& options, Location where) {
  if (options.dtype.defined()) layer.base().set_dtype_policy(options.dtype, where);
  return layer;
}

/// Sets what the options of layers end with.
template <class Options>
Layer with_options(Layer layer, const Options& options, Location where) {
  if constexpr (requires { options.trainable; }) layer.set_trainable(options.trainable, where);
  layer = with_policy(std::move(layer), options, where);
  if constexpr (requires { options.activity_regularizer; })
    layer.base().set_activity_regularizer(options.activity_regularizer);
  return layer;
}

/// Base of layers that hand masks on.
class MaskedLayer : public LayerBase {
 protected:
  MaskedLayer() { supports_masking = true; }
};

inline Tensor in_dtype(const Tensor& x, DType dtype) { return x.dtype() == dtype ? x : cast(x, dtype); }
/// What ops read a weight in, here and now.
inline DType read_dtype(const Tensor& weight) { return dtype_of_weights().value_or(weight.dtype()); }
/// `x` in the dtype that a layer's weights are read in: integers become floating, as in Keras.
inline Tensor like_weights(const Tensor& x, const Tensor& weight) {
  return !weight.defined() ? x : in_dtype(x, read_dtype(weight));
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
  JsonObject& add(const std::string& key, const Axes& axes);
  JsonObject& add(const std::string& key, const std::vector<double>& numbers);
  /// As JSON has it: with a point or an exponent.
  static std::string number(double value);
  /// `json` as it is.
  JsonObject& add_raw(const std::string& key, const std::string& json);
  std::string text() const { return "{" + text_ + "}"; }

 private:
  std::string text_;
};

std::string json_string(const std::string& text);

/// The input of a layer that takes one; ArgumentError for another number.
const Tensor& only_input(const LayerBase& layer, const std::vector<Tensor>& xs);
/// ArgumentError if a call has other arguments than these, of "initial_state", "attention_mask",
/// "return_attention_scores", "use_causal_mask" and "reverse". A mask is looked at by the layer itself.
void takes(const LayerBase& layer, const CallOptions& options, std::initializer_list<std::string_view> arguments);

/// ArgumentError unless `x` has so many axes.
void check_rank(const LayerBase& layer, const Shape& x, int rank, const char* axes);
/// ArgumentError of `layer` if `value` is below 1.
void check_positive(const char* layer, const char* name, std::int64_t value, Location where);
/// The stream of random numbers of a layer with this `seed` option; ArgumentError below -1.
void check_seed(const char* layer, std::int64_t seed, Location where);
Tensor random_stream(std::int64_t seed);
/// x's axis `axis`, of length one.
Tensor first_along(const Tensor& x, int axis);

/// ArgumentError unless `format` is "channels_last" or "channels_first"; true for the latter.
bool is_channels_first(const std::string& format, const char* layer, Location where);

}  // namespace triptych::keras
