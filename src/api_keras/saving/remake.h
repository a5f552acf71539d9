// Layers and metrics from their configs: the function that makes one says what its config has.
#pragma once

#include <initializer_list>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>

#include "api_keras/saving/fields.h"

namespace triptych::keras {

struct LayerClass {
  const char* name;
  Layer (*make)(Fields& config);
};
struct MetricClass {
  const char* name;
  Metric (*make)(Fields& config);
};

namespace detail {

template <class T>
T first_value() {
  if constexpr (std::is_default_constructible_v<T>)
    return T();
  else if constexpr (std::is_constructible_v<T, int>)
    return T(1);
  else
    return T(std::string());
}

template <class T>
void read_parameter(Fields& config, const char* key, T& value) {
  if constexpr (!requires { value.name = std::string(); }) {
    argument(config, key, value);
  } else {
    config.name(value.name);
    if constexpr (requires { value.dtype = DTypePolicy(); })
      config.policy(value.dtype);
    else if constexpr (requires { value.dtype = std::optional<DType>(); })
      config.field("dtype", value.dtype);
    else
      config.ignore("dtype");
    option_fields(config, value);
    if constexpr (requires { value.trainable; }) config.field("trainable", value.trainable);
  }
}

}  // namespace detail

/// Calls `make` with the arguments `keys` of the config, the options, and the line of the user.
template <class... Parameters>
struct Remake {
  template <class Made = Layer>
  static Made by(std::type_identity_t<Made> (*make)(Parameters..., Location), std::initializer_list<const char*> keys,
                 Fields& config) {
    std::tuple<std::remove_cvref_t<Parameters>...> values{detail::first_value<std::remove_cvref_t<Parameters>>()...};
    auto key = keys.begin();
    const auto read = [&](auto& value) {
      detail::read_parameter(config, key != keys.end() ? *key : nullptr, value);
      if (key != keys.end()) ++key;
    };
    std::apply([&](auto&... value) { (read(value), ...); }, values);
    config.check_all_known();
    return std::apply([&](auto&... value) { return make(std::move(value)..., config.where()); }, values);
  }
};

// The classes of the built-in layers.
std::span<const LayerClass> layers_dense_and_convolutions();
std::span<const LayerClass> layers_pooling_and_shapes();
std::span<const LayerClass> layers_others();
std::span<const LayerClass> layers_preprocessing();
/// Those of the built-in metrics.
std::span<const MetricClass> metric_classes();

}  // namespace triptych::keras
