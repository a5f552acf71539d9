#include "triptych/keras/utils/feature_space.h"

#include <functional>

#include "api_keras/access.h"
#include "core/formats/json.h"
#include "core/tensor/transaction.h"
#include "triptych/core/ops.h"
#include "triptych/keras/layers.h"
#include "triptych/keras/saving.h"

namespace triptych::keras::utils {
namespace {

using Feature = FeatureSpace::Feature;
constexpr const char* caller = "FeatureSpace";

[[noreturn]] void fail(const std::string& problem, const std::string& given, const std::string& hint, Location where) {
  throw ArgumentError(caller, problem, given, hint, where);
}

void check_mode(const std::string& mode, bool may_be_float, Location where) {
  if (mode == "int" || mode == "one_hot" || (may_be_float && mode == "float")) return;
  fail("there is no such output_mode", "'" + mode + "'",
       may_be_float ? "Use 'float', 'int' or 'one_hot'" : "Use 'int' or 'one_hot'", where);
}

Feature made(const char* kind, const Layer& preprocessor, const std::string& output_mode) {
  Feature feature(kind);
  feature.preprocessor = preprocessor;
  feature.output_mode = output_mode;
  feature.is_text = std::string(kind).starts_with("string");
  if (std::string(kind).starts_with("integer")) feature.dtype = int32;
  return feature;
}

/// One of the names, as the functions make it by default.
Feature by_name(const Feature& named, const FeatureSpaceOptions& options, Location where) {
  const std::string& kind = named.kind;
  if (kind == "float") return FeatureSpace::float_();
  if (kind == "float_rescaled") return FeatureSpace::float_rescaled();
  if (kind == "float_normalized") return FeatureSpace::float_normalized();
  if (kind == "float_discretized") return FeatureSpace::float_discretized(options.num_discretization_bins, {}, where);
  if (kind == "integer_categorical") return FeatureSpace::integer_categorical({}, where);
  if (kind == "string_categorical") return FeatureSpace::string_categorical({}, where);
  if (kind == "integer_hashed") return FeatureSpace::integer_hashed(options.hashing_dim, {}, where);
  if (kind == "string_hashed") return FeatureSpace::string_hashed(options.hashing_dim, {}, where);
  fail("there is no such kind of feature", "'" + kind + "'",
       "Use 'float', 'float_rescaled', 'float_normalized', 'float_discretized', 'integer_categorical', "
       "'string_categorical', 'integer_hashed' or 'string_hashed'",
       where);
}

/// The layer was made with this argument.
bool has_argument(const Layer& layer, const std::string& key) {
  const Json config = Json::parse(layer.base().config());
  return config.contains(key) && !config[key].is_null() && !(config[key].is_array() && config[key].empty());
}

/// The feature's layer has to see data, and was not given what it would learn.
bool learns(const Feature& feature) {
  if (const auto* words = feature.preprocessor.as<VocabularyLayerBase>()) return words->vocabulary(false).empty();
  const std::string kind = feature.preprocessor.base().class_name();
  if (kind == "IntegerLookup") return IntegerLookupLayer(feature.preprocessor).get_vocabulary(false).empty();
  return (kind == "Normalization" && !has_argument(feature.preprocessor, "mean")) ||
         (kind == "Discretization" && !has_argument(feature.preprocessor, "bin_boundaries"));
}

/// (n) as (n, 1).
Tensor as_column(const Tensor& x) { return x.ndim() == 1 ? unsqueeze(x, 1) : x; }

/// Numbers as a feature takes them. Keras makes a class of a NaN: the smallest whole number.
Tensor numbers_of(const std::string& name, const Feature& feature, const Tensor& column) {
  const Tensor x = as_column(column);
  if (!is_floating(feature.dtype) && is_floating(x.dtype()) && !x.is_symbolic()) {
    const Tensor wrong = flatten(logical_not(isfinite(x)));
    if (any(wrong).item<bool>()) {
      const auto row = argmax(cast(wrong, int32)).item<std::int64_t>();
      fail("a feature of whole numbers has one that is not finite",
           "'" + name + "' has " + std::to_string(flatten(x)[row].item<double>()) + " in row " + std::to_string(row),
           "Fill in what is missing", {});
    }
  }
  return cast(x, feature.dtype);
}

std::vector<std::vector<std::string>> rows_of(const std::vector<std::string>& texts) {
  std::vector<std::vector<std::string>> rows;
  for (const std::string& text : texts) rows.push_back({text});
  return rows;
}

}  // namespace

struct FeatureSpace::State {
  struct Crossed {
    Cross cross;
    HashedCrossingLayer layer;
  };

  std::map<std::string, Feature> features;
  std::map<std::string, Crossed> crosses;  // by their names in Keras, "a_X_b"
  std::map<std::string, Layer> encoders;   // of those that are "one_hot", once they are known
  std::map<std::string, Tensor> inputs;
  Tensor encoded;
  std::string output_mode;
  bool adapted = false;

  /// A column of the table, which is of the kind that the feature wants.
  const FeatureColumn& column(const FeatureTable& table, const std::string& name, const Feature& feature) const {
    const auto found = table.find(name);
    if (found == table.end()) fail("the table lacks a column", "'" + name + "'", "", {});
    const FeatureColumn& column = found->second;
    if (feature.is_text == column.numbers.defined())
      fail(feature.is_text ? "a column has numbers in place of texts" : "a column has texts in place of numbers",
           "'" + name + "'", "", {});
    if (column.numbers.defined()) {
      const Shape& shape = column.numbers.shape();
      if (shape.rank() != 1 && !(shape.rank() == 2 && shape.dim(1).raw() == 1))
        fail("a column is neither (n) nor (n, 1)", "'" + name + "' of shape " + shape.text(), "", {});
    }
    return column;
  }
  /// Texts through the layer, numbers through the layer.
  Tensor preprocessed(const std::string& name, const Feature& feature, const FeatureColumn& column) const {
    if (feature.is_text) {
      const TextBatch texts(rows_of(column.texts));
      return TextLayer(feature.preprocessor)(texts);
    }
    const Tensor x = numbers_of(name, feature, column.numbers);
    return feature.preprocessor.defined() ? feature.preprocessor(x) : x;
  }

  std::map<std::string, Tensor> preprocessed(const FeatureTable& table) const {
    std::map<std::string, Tensor> values;
    for (const auto& [name, feature] : features)
      values.emplace(name, preprocessed(name, feature, column(table, name, feature)));
    const Tensor* first = nullptr;
    for (const auto& [name, value] : values) {
      if (first && conflict(first->shape().dim(0), value.shape().dim(0)))
        fail("columns have several lengths",
             "'" + values.begin()->first + "' and '" + name + "': " + first->shape().text() + " and " +
                 value.shape().text(),
             "", {});
      if (!first) first = &value;
    }
    return values;
  }

  void check_adapted() const {
    if (adapted) return;
    for (const auto& [name, feature] : features)
      if (learns(feature)) fail("a feature has not seen the data yet", "'" + name + "'", "Call adapt(table)", {});
  }

  /// What the classes that a layer gives are below.
  static std::int64_t cardinality(const Layer& layer, const std::string& name) {
    if (const auto* words = layer.as<VocabularyLayerBase>())
      return static_cast<std::int64_t>(words->vocabulary(true).size());
    if (layer.base().class_name() == "IntegerLookup") return IntegerLookupLayer(layer).vocabulary_size();
    for (const char* key : {"num_bins", "num_tokens"})
      if (has_argument(layer, key)) return Config(layer.base().config()).integer(key);
    fail("how many classes a feature has is not known", "'" + name + "'", "Use output_mode 'int'", {});
  }

  /// What stands for a feature, or a cross, in the end.
  Tensor encode(const std::string& name, const Tensor& value, const std::string& mode,
                const std::function<std::int64_t()>& count) {
    if (mode != "one_hot") return value;
    if (is_floating(value.dtype()))
      fail("a feature is to be one-hot, and its numbers are not whole", "'" + name + "'", "Use output_mode 'float'",
           {});
    Layer& encoder = encoders[name];
    if (!encoder.defined()) encoder = layers::CategoryEncoding(count(), {.output_mode = "multi_hot"});
    return encoder(value);
  }

  /// Features by their names, then crosses.
  std::vector<std::pair<std::string, Tensor>> encode(const std::map<std::string, Tensor>& values) {
    std::vector<std::pair<std::string, Tensor>> results;
    for (const auto& [name, value] : values) {
      const Feature& feature = features.at(name);
      results.emplace_back(name, encode(name, value, feature.output_mode,
                                        [&feature, &name = name] { return cardinality(feature.preprocessor, name); }));
    }
    for (const auto& [name, crossed] : crosses) {
      std::vector<Tensor> parts;
      for (const std::string& part : crossed.cross.feature_names) parts.push_back(values.at(part));
      const Tensor bins = crossed.layer(parts);
      results.emplace_back(name, encode(name, bins, crossed.cross.output_mode,
                                        [&crossed = crossed] { return crossed.cross.crossing_dim; }));
    }
    return results;
  }

  Tensor together(const std::map<std::string, Tensor>& values) {
    std::vector<Tensor> parts;
    for (const auto& [name, value] : encode(values)) {
      if (!is_floating(value.dtype()))
        fail("a feature that is not encoded cannot stand beside others",
             "'" + name + "' is " + std::string(dtype_name(value.dtype())), "Use output_mode 'dict', and encode", {});
      parts.push_back(value);
    }
    return parts.size() == 1 ? parts[0] : layers::Concatenate()(parts);
  }

  void make_inputs() {
    if (!inputs.empty()) return;
    for (const auto& [name, feature] : features)
      if (feature.is_text)
        fail("texts are no inputs of a model", "'" + name + "'", "Encode the table before the model", {});
    for (const auto& [name, feature] : features)
      inputs.emplace(name, layers::Input({1}, {.dtype = feature.dtype, .name = name}));
  }
};

Feature FeatureSpace::float_() { return made("float", layers::Identity(), "float"); }
Feature FeatureSpace::float_rescaled(double scale, double offset) {
  return made("float_rescaled", layers::Rescaling(scale, offset), "float");
}
Feature FeatureSpace::float_normalized() { return made("float_normalized", layers::Normalization(), "float"); }
Feature FeatureSpace::float_discretized(std::int64_t num_bins, FloatDiscretizedOptions options, Location where) {
  check_mode(options.output_mode, false, where);
  if (num_bins < 1) fail("num_bins is below 1", std::to_string(num_bins), "", where);
  if (!options.bin_boundaries.empty() && static_cast<std::int64_t>(options.bin_boundaries.size()) != num_bins - 1)
    fail("there is not one boundary less than bins",
         std::to_string(options.bin_boundaries.size()) + " and " + std::to_string(num_bins), "", where);
  return made("float_discretized",
              layers::Discretization({.bin_boundaries = options.bin_boundaries, .num_bins = num_bins}, where),
              options.output_mode);
}
Feature FeatureSpace::integer_categorical(CategoricalOptions options, Location where) {
  check_mode(options.output_mode, false, where);
  return made(
      "integer_categorical",
      layers::IntegerLookup({.max_tokens = options.max_tokens, .num_oov_indices = options.num_oov_indices}, where),
      options.output_mode);
}
Feature FeatureSpace::string_categorical(CategoricalOptions options, Location where) {
  check_mode(options.output_mode, false, where);
  return made(
      "string_categorical",
      layers::StringLookup({.max_tokens = options.max_tokens, .num_oov_indices = options.num_oov_indices}, where),
      options.output_mode);
}
Feature FeatureSpace::integer_hashed(std::int64_t num_bins, HashedOptions options, Location where) {
  check_mode(options.output_mode, false, where);
  return made("integer_hashed", layers::Hashing(num_bins, {}, where), options.output_mode);
}
Feature FeatureSpace::string_hashed(std::int64_t num_bins, HashedOptions options, Location where) {
  check_mode(options.output_mode, false, where);
  return made("string_hashed", layers::Hashing(num_bins, {}, where), options.output_mode);
}
Feature FeatureSpace::feature(DType dtype, const Layer& preprocessor, OwnedText output_mode, Location where) {
  preprocessor.base(where);
  check_mode(output_mode, true, where);
  Feature feature = made("feature", preprocessor, output_mode);
  feature.dtype = dtype;
  feature.is_text = preprocessor.as<TextLayerBase>() && is_floating(dtype);
  return feature;
}
FeatureSpace::Cross FeatureSpace::cross(std::vector<std::string> feature_names, std::int64_t crossing_dim,
                                        OwnedText output_mode, Location where) {
  check_mode(output_mode, false, where);
  if (crossing_dim < 1) fail("crossing_dim is below 1", std::to_string(crossing_dim), "", where);
  Cross cross(std::move(feature_names));
  cross.crossing_dim = crossing_dim;
  cross.output_mode = output_mode;
  return cross;
}

FeatureSpace::Features::Features(std::initializer_list<NamedFeature> features, Location where) {
  for (const auto& [name, feature] : features)
    if (!emplace(name, feature).second) fail("two features have one name", "'" + name + "'", "", where);
}

FeatureSpace::FeatureSpace(Features features, const FeatureSpaceOptions& options, Location where)
    : state_(std::make_shared<State>()) {
  const Frame frame(where);
  if (features.empty()) fail("there are no features", "an empty list", "", where);
  if (options.output_mode != "concat" && options.output_mode != "dict")
    fail("there is no such output_mode", "'" + options.output_mode + "'", "Use 'concat' or 'dict'", where);
  state_->output_mode = options.output_mode;
  for (auto& [name, feature] : features)
    state_->features.emplace(name, feature.preprocessor.defined() ? feature : by_name(feature, options, where));
  for (const auto& [name, feature] : state_->features) check_mode(feature.output_mode, true, where);
  for (Cross cross : options.crosses) {
    if (cross.feature_names.size() < 2)
      fail("a cross has less than two features", std::to_string(cross.feature_names.size()), "", where);
    std::string name;
    for (const std::string& part : cross.feature_names) {
      if (!state_->features.contains(part))
        fail("a cross names a feature that is not there", "'" + part + "'", "", where);
      name += (name.empty() ? "" : "_X_") + part;
    }
    if (state_->features.contains(name) || state_->crosses.contains(name))
      fail("a cross has the name of another one, or of a feature", "'" + name + "'", "", where);
    check_mode(cross.output_mode, false, where);
    if (cross.crossing_dim == 0) cross.crossing_dim = options.crossing_dim;
    state_->crosses.emplace(name,
                            State::Crossed{cross, layers::HashedCrossing(cross.crossing_dim, {.name = name}, where)});
  }
}
FeatureSpace::FeatureSpace(Features features, Location where)
    : FeatureSpace(std::move(features), FeatureSpaceOptions(), where) {}
FeatureSpace::FeatureSpace(std::initializer_list<NamedFeature> features, const FeatureSpaceOptions& options,
                           Location where)
    : FeatureSpace(Features(features, where), options, where) {}
FeatureSpace::FeatureSpace(std::initializer_list<NamedFeature> features, Location where)
    : FeatureSpace(Features(features, where), FeatureSpaceOptions(), where) {}

void FeatureSpace::adapt(const FeatureTable& table, Location where) const {
  const Frame frame(where);
  const Transaction whole;
  for (const auto& [name, feature] : state_->features) {
    const FeatureColumn& column = state_->column(table, name, feature);
    if (!learns(feature)) continue;
    if (feature.is_text)
      VocabularyLayer(feature.preprocessor).adapt(rows_of(column.texts), where);
    else
      feature.preprocessor.adapt(numbers_of(name, feature, column.numbers), where);
  }
  state_->encoders.clear();
  state_->adapted = true;
}

Tensor FeatureSpace::operator()(const FeatureTable& table, Location where) const {
  const Frame frame(where);
  if (state_->output_mode != "concat")
    fail("the space gives features one by one", "output_mode 'dict'", "Use encode", where);
  state_->check_adapted();
  return state_->together(state_->preprocessed(table));
}

std::map<std::string, Tensor> FeatureSpace::encode(const FeatureTable& table, Location where) const {
  const Frame frame(where);
  state_->check_adapted();
  std::map<std::string, Tensor> results;
  for (auto& [name, value] : state_->encode(state_->preprocessed(table))) results.emplace(name, std::move(value));
  return results;
}

std::map<std::string, Tensor> FeatureSpace::get_inputs(Location where) const {
  const Frame frame(where);
  state_->make_inputs();
  return state_->inputs;
}

Tensor FeatureSpace::get_encoded_features(Location where) const {
  const Frame frame(where);
  state_->check_adapted();
  state_->make_inputs();
  if (!state_->encoded.defined()) {
    std::map<std::string, Tensor> values;
    for (const auto& [name, feature] : state_->features)
      values.emplace(name, state_->preprocessed(name, feature, state_->inputs.at(name)));
    state_->encoded = state_->together(values);
  }
  return state_->encoded;
}

std::map<std::string, Layer> FeatureSpace::preprocessors() const {
  std::map<std::string, Layer> layers;
  for (const auto& [name, feature] : state_->features) layers.emplace(name, feature.preprocessor);
  return layers;
}

}  // namespace triptych::keras::utils
