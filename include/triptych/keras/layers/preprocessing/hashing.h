// Texts and whole numbers in bins, by a hash: without a vocabulary. One by one, or several together.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "triptych/core/option_text.h"
#include "triptych/keras/layers/preprocessing/texts.h"

namespace triptych::keras {

/// The text, or the number, that stands for nothing.
struct HashingMask {
  HashingMask(std::int64_t number) : text(std::to_string(number)), is_number(true) {}
  HashingMask(int number) : HashingMask(std::int64_t{number}) {}
  HashingMask(const char* text, Location where = Location::here()) : text(OwnedText(text, where)) {}
  HashingMask(std::string text) : text(std::move(text)) {}

  std::string text;
  bool is_number = false;
};

struct HashingOptions {
  /// Is put in bin 0, and all else in the others.
  std::optional<HashingMask> mask_value = {};
  /// One or two numbers that change the hash (SipHash; without, FarmHash). One stands for both.
  std::vector<std::int64_t> salt = {};
  /// "int", "one_hot", "multi_hot" or "count".
  OwnedText output_mode = "int";
  OptionText name = {};
};

struct HashedCrossingOptions {
  /// "int" or "one_hot".
  OwnedText output_mode = "int";
  OptionText name = {};
};

/// One of what is crossed: texts, or whole numbers, (n) or (n, 1).
class TRIPTYCH_API CrossedFeature {
 public:
  CrossedFeature(std::initializer_list<const char*> texts, Location where = Location::here()) : texts(texts, where) {}
  CrossedFeature(const std::vector<std::string>& texts) : texts(texts) {}
  CrossedFeature(TextBatch texts) : texts(std::move(texts)) {}
  CrossedFeature(Tensor numbers) : texts(std::vector<std::string>()), numbers(std::move(numbers)) {}

  TextBatch texts;
  /// Undefined: these are texts.
  Tensor numbers;
};

/// A handle to a Hashing layer, which takes whole numbers too.
class TRIPTYCH_API HashingLayer : public TextLayer {
 public:
  using TextLayer::TextLayer;
  using TextLayer::operator();
  using Layer::operator();
  // Two texts in braces could be the ends of a list of tensors.
  Tensor operator()(std::initializer_list<const char*> texts, Location where = Location::here()) const {
    return (*this)(TextBatch(texts, where), where);
  }
};

/// A handle to a HashedCrossing, which takes texts too, where the others are known numbers.
class TRIPTYCH_API HashedCrossingLayer : public Layer {
 public:
  HashedCrossingLayer() = default;
  explicit HashedCrossingLayer(Layer layer) : Layer(std::move(layer)) {}
  using Layer::operator();
  Tensor operator()(const std::vector<CrossedFeature>& features, Location where = Location::here()) const;
  /// `crossing({{"A", "B"}, numbers})`.
  Tensor operator()(std::initializer_list<CrossedFeature> features, Location where = Location::here()) const {
    return (*this)(std::vector<CrossedFeature>(features), where);
  }
};

namespace layers {

/// The hash of each text, or of a number's decimal digits, modulo num_bins: int64, the same in every process; or
/// encoded as CategoryEncoding does. ArgumentError for num_bins below 1, an unknown mode or other than one or two
/// numbers of salt.
TRIPTYCH_API HashingLayer Hashing(std::int64_t num_bins, HashingOptions options = {},
                                  Location where = Location::here());
/// The hash of all features of an example together modulo num_bins, TensorFlow's cross_hashed: int64, or encoded. Two
/// or more features of the same shape. ArgumentError for num_bins below 1, an unknown mode, and, when it is called,
/// for numbers that are not whole, shapes that differ, or other than (n) and (n, 1).
TRIPTYCH_API HashedCrossingLayer HashedCrossing(std::int64_t num_bins, HashedCrossingOptions options = {},
                                                Location where = Location::here());

}  // namespace layers
}  // namespace triptych::keras
