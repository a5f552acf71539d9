#include "triptych/keras/initializers/random.h"

#include <algorithm>
#include <cmath>

#include "api_keras/built_in.h"
#include "api_keras/initializers/layout.h"
#include "api_keras/layers/brick.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/init.h"

namespace triptych::keras::initializers {
namespace {

JsonObject& add_seed(JsonObject& object, const init::Seed& seed) {
  return object.add_raw("seed", seed ? std::to_string(*seed) : "null");
}

std::string json(const Axes& axes) {
  std::string text;
  for (const std::int64_t axis : axes) text += (text.empty() ? "" : ", ") + std::to_string(axis);
  return axes.empty() ? "null" : "[" + text + "]";
}

init::FanMode mode_of(const std::string& name, Location where) {
  if (name == "fan_in") return init::FanMode::fan_in;
  if (name == "fan_out") return init::FanMode::fan_out;
  if (name == "fan_avg") return init::FanMode::fan_avg;
  throw ArgumentError("VarianceScaling", "there is no such mode", "'" + name + "'",
                      "Use 'fan_in', 'fan_out' or 'fan_avg'", where);
}

init::Distribution distribution_of(const std::string& name, Location where) {
  if (name == "truncated_normal" || name == "normal") return init::Distribution::truncated_normal;
  if (name == "untruncated_normal") return init::Distribution::untruncated_normal;
  if (name == "uniform") return init::Distribution::uniform;
  throw ArgumentError("VarianceScaling", "there is no such distribution", "'" + name + "'",
                      "Use 'truncated_normal', 'untruncated_normal' or 'uniform'", where);
}

/// The product of the sizes of `axes`.
double units(const Shape& shape, const Axes& axes) {
  double product = 1;
  for (const std::int64_t axis : axes) product *= static_cast<double>(shape[static_cast<int>(axis)]);
  return product;
}

/// An initializer whose inputs and outputs lie along other axes than the last two.
triptych::Initializer along_axes(double scale, init::FanMode mode, init::Distribution distribution, init::Seed seed,
                                 const Axes& inputs, const Axes& outputs, Location where) {
  return [=](const Shape& shape, DType dtype) {
    const double in = units(shape, inputs), out = units(shape, outputs);
    const double fan = mode == init::FanMode::fan_in ? in : mode == init::FanMode::fan_out ? out : (in + out) / 2;
    const double variance = scale / std::max(1.0, fan);
    constexpr double of_cut_normal = 0.87962566103423978;  // its standard deviation
    switch (distribution) {
      case init::Distribution::truncated_normal:
        return init::truncated_normal(0, std::sqrt(variance) / of_cut_normal, seed, where)(shape, dtype);
      case init::Distribution::untruncated_normal:
        return init::normal(0, std::sqrt(variance), seed, where)(shape, dtype);
      case init::Distribution::uniform:
        break;
    }
    const double limit = std::sqrt(3 * variance);
    return init::uniform(-limit, limit, seed, where)(shape, dtype);
  };
}

triptych::Initializer scaled(double scale, init::FanMode mode, init::Distribution distribution, init::Seed seed,
                             const Axes& inputs, const Axes& outputs, Location where) {
  if (inputs.empty() != outputs.empty())
    throw ArgumentError("VarianceScaling", "only one of input_axes and output_axes is given",
                        inputs.empty() ? "no input_axes" : "no output_axes", "Give both", where);
  if (!inputs.empty()) return along_axes(scale, mode, distribution, seed, inputs, outputs, where);
  return for_keras_layout(init::variance_scaling(scale, mode, distribution, seed, where));
}

Initializer named(const char* name, double scale, init::FanMode mode, init::Distribution distribution,
                  const SeedOptions& options, Location where) {
  JsonObject config;
  add_seed(config, options.seed);
  config.add_raw("input_axes", json(options.input_axes)).add_raw("output_axes", json(options.output_axes));
  return BuiltIn::made(
      Initializer{name, config.text(),
                  scaled(scale, mode, distribution, options.seed, options.input_axes, options.output_axes, where)});
}

constexpr auto fan_in = init::FanMode::fan_in, fan_avg = init::FanMode::fan_avg;
constexpr auto uniform = init::Distribution::uniform, cut_normal = init::Distribution::truncated_normal;

Initializer normal(const char* name, const RandomNormalOptions& options, triptych::Initializer function,
                   Location where) {
  const Hyperparameters check(name, where);
  check.finite("mean", options.mean);
  check.not_negative("stddev", options.stddev);
  JsonObject config;
  config.add("mean", options.mean).add("stddev", options.stddev);
  add_seed(config, options.seed);
  return BuiltIn::made(Initializer{name, config.text(), for_keras_layout(std::move(function))});
}

}  // namespace

Initializer RandomNormal(RandomNormalOptions options, Location where) {
  return normal("RandomNormal", options, init::normal(options.mean, options.stddev, options.seed, where), where);
}
Initializer TruncatedNormal(RandomNormalOptions options, Location where) {
  return normal("TruncatedNormal", options, init::truncated_normal(options.mean, options.stddev, options.seed, where),
                where);
}

Initializer RandomUniform(RandomUniformOptions options, Location where) {
  const Hyperparameters check("RandomUniform", where);
  check.finite("minval", options.minval);
  check.finite("maxval", options.maxval);
  JsonObject config;
  config.add("minval", options.minval).add("maxval", options.maxval);
  add_seed(config, options.seed);
  return BuiltIn::made(
      Initializer{"RandomUniform", config.text(),
                  for_keras_layout(init::uniform(options.minval, options.maxval, options.seed, where))});
}

Initializer VarianceScaling(VarianceScalingOptions options, Location where) {
  Hyperparameters("VarianceScaling", where).positive("scale", options.scale);
  JsonObject config;
  config.add("scale", options.scale)
      .add("mode", std::string(options.mode))
      .add("distribution", std::string(options.distribution));
  add_seed(config, options.seed);
  config.add_raw("input_axes", json(options.input_axes)).add_raw("output_axes", json(options.output_axes));
  return BuiltIn::made(
      Initializer{"VarianceScaling", config.text(),
                  scaled(options.scale, mode_of(options.mode, where), distribution_of(options.distribution, where),
                         options.seed, options.input_axes, options.output_axes, where)});
}

Initializer GlorotUniform(SeedOptions options, Location where) {
  return named("GlorotUniform", 1, fan_avg, uniform, options, where);
}
Initializer GlorotNormal(SeedOptions options, Location where) {
  return named("GlorotNormal", 1, fan_avg, cut_normal, options, where);
}
Initializer HeUniform(SeedOptions options, Location where) {
  return named("HeUniform", 2, fan_in, uniform, options, where);
}
Initializer HeNormal(SeedOptions options, Location where) {
  return named("HeNormal", 2, fan_in, cut_normal, options, where);
}
Initializer LecunUniform(SeedOptions options, Location where) {
  return named("LecunUniform", 1, fan_in, uniform, options, where);
}
Initializer LecunNormal(SeedOptions options, Location where) {
  return named("LecunNormal", 1, fan_in, cut_normal, options, where);
}

Initializer Orthogonal(OrthogonalOptions options, Location where) {
  Hyperparameters("Orthogonal", where).finite("gain", options.gain);
  JsonObject config;
  config.add("gain", options.gain);
  add_seed(config, options.seed);
  return BuiltIn::made(
      Initializer{"Orthogonal", config.text(), for_keras_layout(init::orthogonal(options.gain, options.seed, where))});
}

}  // namespace triptych::keras::initializers
