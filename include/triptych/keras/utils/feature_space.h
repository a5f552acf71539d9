// The columns of a table as what a model takes: FeatureSpace. https://keras.io/api/utils/feature_space
//
//   keras::utils::FeatureSpace space({{"age", "float_normalized"}, {"job", "string_categorical"}});
//   space.adapt(table);
//   tt::Tensor x = space(table);
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "triptych/core/option_text.h"
#include "triptych/core/tensor.h"
#include "triptych/core/text.h"
#include "triptych/keras/layer.h"

namespace triptych::keras {

/// A column of a table: texts, or numbers, (n) or (n, 1).
class FeatureColumn {
 public:
  FeatureColumn(std::initializer_list<const char*> texts, Location where = Location::here()) {
    for (const char* text : texts) this->texts.emplace_back(OwnedText(text, where));
  }
  FeatureColumn(std::vector<std::string> texts) : texts(std::move(texts)) {}
  FeatureColumn(Tensor numbers) : numbers(std::move(numbers)) {}

  std::vector<std::string> texts;
  /// Undefined: these are texts.
  Tensor numbers;
};
/// Columns by their names.
using FeatureTable = std::map<std::string, FeatureColumn>;

struct FloatDiscretizedOptions {
  /// num_bins - 1 of them; empty: found by `adapt`.
  std::vector<double> bin_boundaries = {};
  /// "one_hot" or "int".
  OwnedText output_mode = "one_hot";
};
struct CategoricalOptions {
  /// 0: as many as there are.
  std::int64_t max_tokens = 0;
  std::int64_t num_oov_indices = 1;
  OwnedText output_mode = "one_hot";
};
struct HashedOptions {
  OwnedText output_mode = "one_hot";
};
struct FeatureSpaceOptions;

namespace utils {

/// What becomes of a column, and the values of several columns together.
class TRIPTYCH_API FeatureSpace {
 public:
  /// How a column is encoded: one of the names "float", "float_rescaled", "float_normalized", "float_discretized",
  /// "integer_categorical", "string_categorical", "integer_hashed", "string_hashed", or what the functions below give.
  class Feature {
   public:
    Feature(const char* kind, Location where = Location::here()) : kind(OwnedText(kind, where)) {}
    Feature(std::string kind) : kind(std::move(kind)) {}

    std::string kind;
    Layer preprocessor;
    bool is_text = false;
    DType dtype = float32;
    std::string output_mode = "float";
  };
  /// A feature of the column of that name.
  struct NamedFeature {
    OwnedText name;
    Feature feature;
  };
  /// Features by the names of their columns: `{{"age", "float"}}`.
  class TRIPTYCH_API Features : public std::map<std::string, Feature> {
   public:
    /// ArgumentError if two have one name.
    Features(std::initializer_list<NamedFeature> features, Location where = Location::here());
    Features(std::map<std::string, Feature> features) : map(std::move(features)) {}
  };
  /// Columns whose values are hashed together.
  struct Cross {
    Cross(std::initializer_list<const char*> feature_names, Location where = Location::here()) {
      for (const char* name : feature_names) this->feature_names.emplace_back(OwnedText(name, where));
    }
    Cross(std::vector<std::string> feature_names) : feature_names(std::move(feature_names)) {}

    std::vector<std::string> feature_names;
    /// 0: the space's.
    std::int64_t crossing_dim = 0;
    std::string output_mode = "one_hot";
  };

  // Keras's `float`, a word of C++, is float_.
  static Feature float_();
  static Feature float_rescaled(double scale = 1, double offset = 0);
  static Feature float_normalized();
  static Feature float_discretized(std::int64_t num_bins, FloatDiscretizedOptions options = {},
                                   Location where = Location::here());
  static Feature integer_categorical(CategoricalOptions options = {}, Location where = Location::here());
  static Feature string_categorical(CategoricalOptions options = {}, Location where = Location::here());
  static Feature integer_hashed(std::int64_t num_bins, HashedOptions options = {}, Location where = Location::here());
  static Feature string_hashed(std::int64_t num_bins, HashedOptions options = {}, Location where = Location::here());
  /// A layer of one's own, of numbers of this dtype. output_mode: "float", "int" or "one_hot" (of a layer that gives
  /// classes: IntegerLookup, Discretization, Hashing or CategoryEncoding).
  static Feature feature(DType dtype, const Layer& preprocessor, OwnedText output_mode,
                         Location where = Location::here());
  static Cross cross(std::vector<std::string> feature_names, std::int64_t crossing_dim,
                     OwnedText output_mode = "one_hot", Location where = Location::here());

  /// ArgumentError without features, for an unknown kind or mode, or a cross of features that are not there.
  FeatureSpace(Features features, const FeatureSpaceOptions& options, Location where = Location::here());
  FeatureSpace(Features features, Location where = Location::here());
  // Of features in braces, one of which alone would be taken for something else.
  FeatureSpace(std::initializer_list<NamedFeature> features, const FeatureSpaceOptions& options,
               Location where = Location::here());
  FeatureSpace(std::initializer_list<NamedFeature> features, Location where = Location::here());

  // Copies only, which share what they learned: one that was moved from is one still.
  FeatureSpace(const FeatureSpace&) = default;
  FeatureSpace& operator=(const FeatureSpace&) = default;
  ~FeatureSpace() = default;

  /// Shows each column to the feature that learns from it. ArgumentError for a column that is not there, texts in place
  /// of numbers or the other way round, and columns of several lengths.
  void adapt(const FeatureTable& table, Location where = Location::here()) const;
  /// All columns, encoded, beside each other: features by their names in order, then crosses; (n, width).
  /// ArgumentError before `adapt`, if a feature needs it; as of `adapt`; and for an output_mode "int" among them.
  Tensor operator()(const FeatureTable& table, Location where = Location::here()) const;
  /// The same by name, for a space whose output_mode is "dict".
  std::map<std::string, Tensor> encode(const FeatureTable& table, Location where = Location::here()) const;
  /// An Input for each feature, for a model that takes what the table has; and all of them encoded. ArgumentError if
  /// one of them is a text: there are no tensors of texts, so that such a table is encoded before the model.
  std::map<std::string, Tensor> get_inputs(Location where = Location::here()) const;
  Tensor get_encoded_features(Location where = Location::here()) const;
  /// The layers that columns go through first, by the names of the features.
  std::map<std::string, Layer> preprocessors() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace utils

struct FeatureSpaceOptions {
  /// "concat" or "dict".
  OwnedText output_mode = "concat";
  std::vector<utils::FeatureSpace::Cross> crosses = {};
  std::int64_t crossing_dim = 32;
  std::int64_t hashing_dim = 32;
  std::int64_t num_discretization_bins = 32;
};

}  // namespace triptych::keras
