#include "api_keras/saving/objects.h"

#include <algorithm>

#include "api_keras/access.h"
#include "api_keras/built_in.h"
#include "api_keras/layers/brick.h"
#include "api_keras/losses/function_loss.h"
#include "api_keras/metrics/registered.h"
#include "api_keras/names.h"
#include "api_keras/saving/fields.h"
#include "api_keras/saving/registry.h"
#include "api_keras/saving/remake.h"
#include "core/formats/json.h"
#include "core/support/printable.h"
#include "triptych/keras/initializers/constant.h"
#include "triptych/keras/initializers/random.h"
#include "triptych/keras/losses.h"

namespace triptych::keras {
namespace {

/// Keras nests a model in a model by a handful of these.
constexpr int most_nesting = 200;

/// Reads `options` of an object that is made by them alone.
template <class Made, class Options>
Made made_of(Made (*make)(Options, Location), const ObjectParts& parts, Location where) {
  Options options;
  if (parts.config) {
    Fields fields(*parts.config, parts.class_name, where);
    fields.ignore("name");
    fields.ignore("dtype");
    option_fields(fields, options);
    fields.check_all_known();
    if constexpr (requires { options.name; })
      if (parts.config->contains("name") && (*parts.config)["name"].is_string())
        options.name = (*parts.config)["name"].get<std::string>();
  }
  return make(std::move(options), where);
}

bool is_number(const Json& config, const char* key) { return config.contains(key) && config[key].is_number(); }

/// What a function that is registered for the class makes of the arguments; nothing if there is none.
template <class Made>
std::optional<Made> custom_made(const ObjectParts& parts, Location where) {
  if (parts.is_built_in) return {};
  const auto make = custom_function<Made(const Config&)>(parts.custom_name(), parts.class_name);
  if (!make) return {};
  const bool has_arguments = parts.config && parts.config->is_object();
  return make(has_arguments ? Config(parts.config->dump(), where) : Config());
}

double number_in(const ObjectParts& parts, const char* key, double value, Location where) {
  if (!parts.config) return value;
  Fields fields(*parts.config, parts.class_name, where);
  fields.field(key, value);
  return value;
}

[[noreturn]] void unknown_class(const char* what, const std::string& name, Location where) {
  throw ArgumentError(Reading::op(), std::string("there is no such ") + what, "'" + name + "'",
                      "Make '" + name + "' known by saving::register_keras_serializable or custom_objects", where);
}

/// `parts` are a registered function's: its name.
std::optional<std::string> function_name(const ObjectParts& parts) {
  if (parts.class_name != "function" || !parts.config || !parts.config->is_string()) return {};
  return parts.config->get<std::string>();
}

constinit thread_local const char* reading_op = nullptr;

/// The keys that lead to a function that cannot be written, as "config/loss"; nothing if there is none.
std::optional<std::string> path_of_function(const Json& value, const std::string& path) {
  const auto below = [&](const std::string& key) { return path.empty() ? key : path + "/" + key; };
  if (value.is_object()) {
    if (value.contains("class_name") && value["class_name"] == "function" && value.contains("config") &&
        value["config"].is_string() && value["config"].text().empty())
      return path;
    for (const auto& [key, item] : value.items())
      if (auto found = path_of_function(item, below(key))) return found;
  } else if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i)
      if (auto found = path_of_function(value[i], below(std::to_string(i)))) return found;
  }
  return {};
}

}  // namespace

Reading::Reading(const char* op) : previous_(std::exchange(reading_op, op)) {}
Reading::~Reading() { reading_op = previous_; }
const char* Reading::op() { return reading_op ? reading_op : "load_model"; }

Json parse_json(const std::string& text, std::string_view op, const std::string& name, Location where) {
  try {
    return Json::parse(text, most_nesting);
  } catch (const JsonError& error) {
    throw ArgumentError(op, "not a valid config", name + ": " + error.what(), "", where);
  }
}

std::string text_of(const Json& value) { return value.dump(", ", ": "); }

std::string short_text(const Json& value) {
  constexpr std::size_t most = 60;
  std::string text = value.dump();
  if (text.size() > most) text = text.substr(0, most) + "...";
  return printable(text);
}

Json unwritable_function() {
  return {{"module", "builtins"}, {"class_name", "function"}, {"config", ""}, {"registered_name", nullptr}};
}

void check_writable(const Json& object, std::string_view op, Location where) {
  if (const auto path = path_of_function(object, ""))
    throw UnsupportedError(op, "a function cannot be written to a file", path->empty() ? "a lambda" : "'" + *path + "'",
                           "Make it known by saving::register_keras_serializable, and give it by its name", where);
}

ObjectParts parts_of(const Json& object, const char* what, Location where) {
  if (object.is_string()) return {.class_name = object.get<std::string>()};
  const auto fail = [&](const std::string& problem) {
    throw ArgumentError(Reading::op(), std::string("a file does not describe ") + what,
                        problem + ": " + short_text(object), "", where);
  };
  if (!object.is_object()) fail("neither an object nor a name");
  if (!object.contains("class_name") || !object["class_name"].is_string()) fail("no class_name");
  ObjectParts parts{.class_name = object["class_name"].get<std::string>()};
  if (object.contains("registered_name") && object["registered_name"].is_string())
    parts.registered_name = object["registered_name"].get<std::string>();
  parts.is_built_in = object.contains("registered_name") && object["registered_name"].is_null() &&
                      object.contains("module") && object["module"].is_string() &&
                      object["module"].text().starts_with("keras");
  if (object.contains("config") && !object["config"].is_null()) parts.config = &object["config"];
  return parts;
}

Json object_of_class(const char* module, const std::string& class_name, const std::string& registered, Json config) {
  Json object = {{"module", registered.empty() ? Json(module) : Json()}, {"class_name", valid_utf8(class_name)}};
  object["config"] = std::move(config);
  object["registered_name"] = registered.empty() ? Json() : Json(valid_utf8(registered));
  return object;
}

namespace {

/// Without its package: "L3" of "package>L3".
std::string without_package(const std::string& name) { return name.substr(name.find('>') + 1); }

/// A function that is registered, by its name.
template <class Signature>
Json function_object(const std::string& name) {
  const std::string registered = registered_name_of<Signature>(name);
  return {{"module", "builtins"},
          {"class_name", "function"},
          {"config", valid_utf8(registered.empty() ? name : registered)},
          {"registered_name", "function"}};
}

/// Of an object of the library, or of the user's, which is called by its class where it is not registered.
template <class Made>
Json object_of(bool is_built_in, const char* module, const std::string& class_name, Json config) {
  if (is_built_in) return object_of_class(module, class_name, "", std::move(config));
  const std::string registered = registered_name_of<Made(const Config&)>(class_name);
  return object_of_class(module, without_package(class_name), registered.empty() ? class_name : registered,
                         std::move(config));
}

/// Of an object that says itself what it is in files; a function has this signature.
template <class Signature, class Made>
Json object_of_itself(const char* module, const Made& object) {
  const std::string& class_name = object.class_name();
  if (class_name.empty()) return unwritable_function();
  Json arguments = parse_json(object.config(), "get_config", "the config of '" + class_name + "'", {});
  if (class_name == "function" && arguments.is_string()) return function_object<Signature>(arguments.text());
  return object_of<Made>(BuiltIn::is(object), module, class_name, std::move(arguments));
}

}  // namespace

Json initializer_object(const Initializer& initializer) {
  return object_of_itself<Tensor(const Shape&, DType)>("keras.initializers", initializer);
}
Json regularizer_object(const Regularizer& regularizer) {
  if (!regularizer.defined()) return nullptr;
  return object_of_itself<Tensor(const Tensor&)>("keras.regularizers", regularizer);
}
Json constraint_object(const Constraint& constraint) {
  if (!constraint.defined()) return nullptr;
  return object_of_itself<Tensor(const Tensor&)>("keras.constraints", constraint);
}
Json schedule_object(const optimizers::schedules::LearningRateSchedule& schedule) {
  return object_of_itself<Tensor(const Tensor&)>("keras.optimizers.schedules", schedule);
}

// --- Initializers and penalties -------------------------------------------------------------------------------------

Initializer initializer_from(const Json& object, Location where) {
  const ObjectParts parts = parts_of(object, "an initializer", where);
  const std::string& name = parts.class_name;
  if (const auto function = function_name(parts)) return Initializer(*function, where);
  if (const auto custom = custom_made<Initializer>(parts, where)) return *custom;
  if (!parts.config || parts.config->is_string()) return Initializer(name, where);
  if (!parts.registered_name.empty()) unknown_class("initializer", name, where);
  if (name == "Constant") {
    if (!parts.config->contains("value") || !(*parts.config)["value"].is_structured())
      return initializers::Constant(number_in(parts, "value", 0, where), where);
    Tensor values;
    Fields(*parts.config, name, where).field("value", values);
    return initializers::Constant(cast(values, float32), where);
  }
  if (name == "Identity" || name == "IdentityInitializer")
    return initializers::Identity(number_in(parts, "gain", 1, where), where);
  if (name == "RandomNormal") return made_of(&initializers::RandomNormal, parts, where);
  if (name == "RandomUniform") return made_of(&initializers::RandomUniform, parts, where);
  if (name == "TruncatedNormal") return made_of(&initializers::TruncatedNormal, parts, where);
  if (name == "VarianceScaling") return made_of(&initializers::VarianceScaling, parts, where);
  if (name == "GlorotUniform") return made_of(&initializers::GlorotUniform, parts, where);
  if (name == "GlorotNormal") return made_of(&initializers::GlorotNormal, parts, where);
  if (name == "HeUniform") return made_of(&initializers::HeUniform, parts, where);
  if (name == "HeNormal") return made_of(&initializers::HeNormal, parts, where);
  if (name == "LecunUniform") return made_of(&initializers::LecunUniform, parts, where);
  if (name == "LecunNormal") return made_of(&initializers::LecunNormal, parts, where);
  if (name == "Orthogonal" || name == "OrthogonalInitializer") return made_of(&initializers::Orthogonal, parts, where);
  return Initializer(name, where);
}

Regularizer regularizer_from(const Json& object, Location where) {
  const ObjectParts parts = parts_of(object, "a regularizer", where);
  const std::string& name = parts.class_name;
  if (const auto function = function_name(parts)) return Regularizer(*function, where);
  if (const auto custom = custom_made<Regularizer>(parts, where)) return *custom;
  if (!parts.config) return Regularizer(name, where);
  if (!parts.registered_name.empty()) unknown_class("regularizer", name, where);
  if (name == "L1") return regularizers::L1(number_in(parts, "l1", 0.01, where), where);
  if (name == "L2") return regularizers::L2(number_in(parts, "l2", 0.01, where), where);
  if (name == "L1L2") return made_of<Regularizer, L1L2Options>(&regularizers::L1L2, parts, where);
  if (name == "OrthogonalRegularizer")
    return made_of<Regularizer, OrthogonalRegularizerOptions>(&regularizers::OrthogonalRegularizer, parts, where);
  unknown_class("regularizer", name, where);
}

Constraint constraint_from(const Json& object, Location where) {
  const ObjectParts parts = parts_of(object, "a constraint", where);
  const std::string& name = parts.class_name;
  if (const auto function = function_name(parts)) return Constraint(*function, where);
  if (const auto custom = custom_made<Constraint>(parts, where)) return *custom;
  if (!parts.config) return Constraint(name, where);
  if (!parts.registered_name.empty()) unknown_class("constraint", name, where);
  if (name == "NonNeg") return constraints::NonNeg();
  if (name == "MaxNorm") return made_of<Constraint, MaxNormOptions>(&constraints::MaxNorm, parts, where);
  if (name == "UnitNorm") return made_of<Constraint, UnitNormOptions>(&constraints::UnitNorm, parts, where);
  if (name == "MinMaxNorm") return made_of<Constraint, MinMaxNormOptions>(&constraints::MinMaxNorm, parts, where);
  unknown_class("constraint", name, where);
}

Json activation_object(const Activation& activation) {
  if (activation.name().empty()) return unwritable_function();
  using Function = Tensor(const Tensor&);
  const std::string& name = activation.name();
  const bool own = !is_built_in_activation(name) && !registered_name_of<Function>(name).empty();
  return own ? function_object<Function>(name) : Json(name);
}

Activation activation_from(const Json& object, Location where) {
  const ObjectParts parts = parts_of(object, "an activation", where);
  if (const auto function = function_name(parts)) return Activation(*function, where);
  return Activation(to_snake_case(parts.class_name), where);  // a layer as an activation: "ReLU"
}

// --- Schedules and optimizers ---------------------------------------------------------------------------------------

optimizers::schedules::LearningRateSchedule schedule_from(const Json& object, Location where) {
  namespace schedules = optimizers::schedules;
  const ObjectParts parts = parts_of(object, "a learning rate", where);
  const std::string& kind = parts.class_name;
  if (const auto custom = custom_made<schedules::LearningRateSchedule>(parts, where)) return *custom;
  if (!parts.config || !parts.registered_name.empty()) unknown_class("schedule", kind, where);
  Fields fields(*parts.config, kind, where);
  std::string name = kind;
  fields.field_or_none("name", name, kind.c_str());
  double rate = 0, steps = 1, decay_rate = 1, end = 0.0001, power = 1, t_mul = 2, m_mul = 1, alpha = 0;
  bool staircase = false, cycle = false;
  fields.field("initial_learning_rate", rate);
  fields.field("decay_steps", steps);
  const auto done = [&](schedules::LearningRateSchedule made) {
    fields.check_all_known();
    return made;
  };
  if (kind == "ExponentialDecay" || kind == "InverseTimeDecay") {
    fields.field("decay_rate", decay_rate);
    fields.field("staircase", staircase);
    return done(kind == "ExponentialDecay"
                    ? schedules::ExponentialDecay(rate, steps, decay_rate, staircase, name, where)
                    : schedules::InverseTimeDecay(rate, steps, decay_rate, staircase, name, where));
  }
  if (kind == "PolynomialDecay") {
    fields.field("end_learning_rate", end);
    fields.field("power", power);
    fields.field("cycle", cycle);
    return done(schedules::PolynomialDecay(rate, steps, end, power, cycle, name, where));
  }
  fields.field("alpha", alpha);
  if (kind == "CosineDecay") {
    schedules::CosineDecayOptions options{.alpha = alpha};
    fields.field("warmup_target", options.warmup_target);
    fields.field("warmup_steps", options.warmup_steps);
    options.name = name;
    return done(schedules::CosineDecay(rate, steps, options, where));
  }
  if (kind == "CosineDecayRestarts") {
    fields.field("first_decay_steps", steps);
    fields.field("t_mul", t_mul);
    fields.field("m_mul", m_mul);
    return done(schedules::CosineDecayRestarts(rate, steps, t_mul, m_mul, alpha, name, where));
  }
  if (kind == "PiecewiseConstantDecay") {
    std::vector<double> boundaries, values;
    fields.field("boundaries", boundaries);
    fields.field("values", values);
    return done(schedules::PiecewiseConstantDecay(boundaries, values, name, where));
  }
  unknown_class("schedule", kind, where);
}

Json optimizer_object(const Optimizer& optimizer) {
  const OptimizerBase& base = optimizer.base();
  if (base.class_name().empty()) return unwritable_function();
  Json config = parse_json(base.config(), "get_config", "the config of optimizer '" + base.name() + "'", {});
  config["name"] = valid_utf8(base.name());
  if (!is_built_in(typeid(base)) && !config.contains("learning_rate")) {
    const auto* schedule = OptimizerAccess::schedule(base);
    config["learning_rate"] = schedule ? schedule_object(*schedule) : Json(0);
  }
  if (is_number(config, "learning_rate")) config["learning_rate"] = base.learning_rate();  // as it is now
  if (const Optimizer* inner = base.inner()) config["inner_optimizer"] = optimizer_object(*inner);
  if (base.class_name() == "AdamW" && config["weight_decay"].is_null()) config["weight_decay"] = 0.0;
  return object_of<Optimizer>(is_built_in(typeid(base)), "keras.optimizers", base.class_name(), std::move(config));
}

namespace {

Optimizer multi_optimizer_from(const Json& config, Location where) {
  Fields fields(config, "MultiOptimizer", where);
  MultiOptimizerOptions options;
  option_fields(fields, options);
  fields.ignore("name");
  fields.ignore("optimizer_map");
  fields.check_all_known();
  if (config.contains("name") && config["name"].is_string()) options.name = config["name"].text();
  const auto& map = config.contains("optimizer_map") ? config["optimizer_map"] : config;
  const Json* parts = map.find("config");
  if (!map.is_object() || parts == map.end() || !parts->contains("default_optimizer") ||
      !parts->contains("optimizer_map") || !(*parts)["optimizer_map"].is_object())
    throw ArgumentError(Reading::op(), "a file does not describe a MultiOptimizer", short_text(config), "", where);
  OptimizerMap optimizers{.default_optimizer = optimizer_from((*parts)["default_optimizer"], where)};
  for (const auto& [pattern, optimizer] : (*parts)["optimizer_map"].items())
    optimizers.optimizer_map.emplace_back(pattern, optimizer_from(optimizer, where));
  return optimizers::MultiOptimizer(std::move(optimizers), options, where);
}

}  // namespace

Optimizer optimizer_from(const Json& object, Location where) {
  const ObjectParts parts = parts_of(object, "an optimizer", where);
  const std::string& name = parts.class_name;
  if (const auto custom = custom_made<Optimizer>(parts, where)) return *custom;
  if (!parts.config) return Optimizer(name, where);
  if (!parts.registered_name.empty()) unknown_class("optimizer", name, where);
  if (name == "SGD") return made_of<Optimizer, SGDOptions>(&optimizers::SGD, parts, where);
  if (name == "RMSprop") return made_of<Optimizer, RMSpropOptions>(&optimizers::RMSprop, parts, where);
  if (name == "Adam") return made_of<Optimizer, AdamOptions>(&optimizers::Adam, parts, where);
  if (name == "AdamW") return made_of<Optimizer, AdamWOptions>(&optimizers::AdamW, parts, where);
  if (name == "Adadelta") return made_of<Optimizer, AdadeltaOptions>(&optimizers::Adadelta, parts, where);
  if (name == "Adagrad") return made_of<Optimizer, AdagradOptions>(&optimizers::Adagrad, parts, where);
  if (name == "Adamax") return made_of<Optimizer, AdamaxOptions>(&optimizers::Adamax, parts, where);
  if (name == "Nadam") return made_of<Optimizer, NadamOptions>(&optimizers::Nadam, parts, where);
  if (name == "Ftrl") return made_of<Optimizer, FtrlOptions>(&optimizers::Ftrl, parts, where);
  if (name == "Lion") return made_of<Optimizer, LionOptions>(&optimizers::Lion, parts, where);
  if (name == "Lamb") return made_of<Optimizer, LambOptions>(&optimizers::Lamb, parts, where);
  if (name == "Adafactor") return made_of<Optimizer, AdafactorOptions>(&optimizers::Adafactor, parts, where);
  if (name == "Muon") return made_of<Optimizer, MuonOptions>(&optimizers::Muon, parts, where);
  if (name == "ScheduleFreeAdamW")
    return made_of<Optimizer, ScheduleFreeAdamWOptions>(&optimizers::ScheduleFreeAdamW, parts, where);
  if (name == "MultiOptimizer") return multi_optimizer_from(*parts.config, where);
  if (name == "LossScaleOptimizer" && parts.config->is_object() && parts.config->contains("inner_optimizer")) {
    const Optimizer inner = optimizer_from((*parts.config)["inner_optimizer"], where);
    LossScaleOptimizerOptions options;
    Fields fields(*parts.config, name, where);
    option_fields(fields, options);
    return optimizers::LossScaleOptimizer(inner, options, where);
  }
  unknown_class("optimizer", name, where);
}

// --- Losses ---------------------------------------------------------------------------------------------------------

namespace {

/// Keras's class of a loss of this name: "KLDivergence" of "kl_divergence".
std::string loss_class(const std::string& name) {
  if (name == "kl_divergence") return "KLDivergence";
  if (name == "huber_loss") return "Huber";
  return name == "ctc" ? "CTC" : to_camel_case(name);
}

struct LossClass {
  const char* name;
  Loss (*make)(const ObjectParts& parts, Location where);
};

#define TRIPTYCH_LOSS(Class, Options)                                                                                 \
  LossClass {                                                                                                         \
#Class,                                                                                                           \
        [](const ObjectParts& parts, Location where) { return made_of<Loss, Options>(&losses::Class, parts, where); } \
  }
constexpr LossClass loss_classes[] = {
    TRIPTYCH_LOSS(MeanSquaredError, LossReductionOptions),
    TRIPTYCH_LOSS(MeanAbsoluteError, LossReductionOptions),
    TRIPTYCH_LOSS(MeanAbsolutePercentageError, LossReductionOptions),
    TRIPTYCH_LOSS(MeanSquaredLogarithmicError, LossReductionOptions),
    TRIPTYCH_LOSS(CosineSimilarity, CosineSimilarityLossOptions),
    TRIPTYCH_LOSS(Huber, HuberOptions),
    TRIPTYCH_LOSS(LogCosh, LossReductionOptions),
    TRIPTYCH_LOSS(Hinge, LossReductionOptions),
    TRIPTYCH_LOSS(SquaredHinge, LossReductionOptions),
    TRIPTYCH_LOSS(CategoricalHinge, LossReductionOptions),
    TRIPTYCH_LOSS(BinaryCrossentropy, CrossentropyLossOptions),
    TRIPTYCH_LOSS(BinaryFocalCrossentropy, BinaryFocalCrossentropyLossOptions),
    TRIPTYCH_LOSS(CategoricalCrossentropy, CrossentropyLossOptions),
    TRIPTYCH_LOSS(CategoricalFocalCrossentropy, CategoricalFocalCrossentropyLossOptions),
    TRIPTYCH_LOSS(SparseCategoricalCrossentropy, SparseCategoricalCrossentropyLossOptions),
    TRIPTYCH_LOSS(CategoricalGeneralizedCrossEntropy, CategoricalGeneralizedCrossEntropyOptions),
    TRIPTYCH_LOSS(KLDivergence, LossReductionOptions),
    TRIPTYCH_LOSS(Poisson, LossReductionOptions),
    TRIPTYCH_LOSS(CTC, LossReductionOptions),
    TRIPTYCH_LOSS(Dice, DiceOptions),
    TRIPTYCH_LOSS(Tversky, TverskyOptions),
    TRIPTYCH_LOSS(Circle, CircleOptions),
};
#undef TRIPTYCH_LOSS

}  // namespace

Json loss_object(const Loss& loss) {
  const LossBase& base = loss.base();
  if (const auto* function = dynamic_cast<const RegisteredLoss*>(&base))
    return function_object<Tensor(const Tensor&, const Tensor&)>(function->key());
  const auto* known = dynamic_cast<const FunctionalLoss*>(&base);
  const std::string class_name = known ? loss_class(known->kind()) : base.class_name();
  if (class_name.empty()) return unwritable_function();
  if (class_name == "CrossentropyByShape") return "crossentropy";
  Json config = parse_json(base.config(), "get_config", "the config of loss '" + base.name() + "'", {});
  config["name"] = valid_utf8(base.name());
  config["reduction"] = base.reduction();
  return object_of<Loss>(is_built_in(typeid(base)), "keras.losses", class_name, std::move(config));
}

Loss loss_from(const Json& object, Location where) {
  const ObjectParts parts = parts_of(object, "a loss", where);
  if (const auto function = function_name(parts)) return Loss(*function, where);
  if (const auto custom = custom_made<Loss>(parts, where)) return *custom;
  if (!parts.config) return Loss(parts.class_name, where);
  if (!parts.registered_name.empty()) unknown_class("loss", parts.class_name, where);
  for (const LossClass& known : loss_classes)
    if (parts.class_name == known.name) return known.make(parts, where);
  unknown_class("loss", parts.class_name, where);
}

// --- Metrics --------------------------------------------------------------------------------------------------------

Json metric_object(const Metric& metric) {
  if (const std::string& name = MetricAccess::made_by_name(metric); !name.empty()) return valid_utf8(name);
  const MetricBase& base = metric.base();
  if (const auto* function = dynamic_cast<const RegisteredMetric*>(&base))
    return function_object<Tensor(const Tensor&, const Tensor&)>(function->key());
  if (base.class_name().empty()) return unwritable_function();
  const Json own = parse_json(base.config(), "get_config", "the config of metric '" + base.name() + "'", {});
  Json config = {{"name", valid_utf8(base.name())}};
  if (is_built_in(typeid(base))) config["dtype"] = "float32";
  config.update(own);
  return object_of<Metric>(is_built_in(typeid(base)), "keras.metrics", base.class_name(), std::move(config));
}

Metric metric_from(const Json& object, Location where) {
  const ObjectParts parts = parts_of(object, "a metric", where);
  if (const auto function = function_name(parts)) return Metric(*function, where);
  if (const auto custom = custom_made<Metric>(parts, where)) return *custom;
  if (!parts.config) return Metric(parts.class_name, where);
  if (parts.registered_name.empty()) {
    if (parts.class_name == "MeanMetricWrapper" && parts.config->is_object() && parts.config->contains("fn"))
      return metric_from((*parts.config)["fn"], where);
    for (const MetricClass& known : metric_classes())
      if (parts.class_name == known.name) {
        Fields fields(*parts.config, parts.class_name, where);
        return known.make(fields);
      }
  }
  unknown_class("metric", parts.class_name, where);
}

}  // namespace triptych::keras
