// Texts as the inputs of layers. Tensors hold numbers, so that layers of texts are called on texts, and give tensors:
// in the data pipeline, before the model.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "triptych/core/tensor.h"
#include "triptych/keras/layer.h"

namespace triptych::keras {

/// Texts, (n), or rows of them, (n, each as many as it has).
class TextBatch {
 public:
  TextBatch(std::initializer_list<const char*> texts, Location where = Location::here()) {
    for (const char* text : texts) rows.emplace_back(1, OwnedText(text, where));
  }
  TextBatch(std::initializer_list<std::initializer_list<const char*>> texts, Location where = Location::here())
      : has_rows(true) {
    for (const auto& row : texts) {
      rows.emplace_back();
      for (const char* text : row) rows.back().emplace_back(OwnedText(text, where));
    }
  }
  TextBatch(const std::vector<std::string>& texts) {
    for (const std::string& text : texts) rows.emplace_back(1, text);
  }
  TextBatch(std::vector<std::vector<std::string>> rows) : rows(std::move(rows)), has_rows(true) {}

  std::vector<std::vector<std::string>> rows;
  bool has_rows = false;
};

/// Base of layers of texts.
class TRIPTYCH_API TextLayerBase : public LayerBase {
 public:
  /// ArgumentError: there are no tensors of texts.
  Tensor call(const Tensor& x, bool training) override;
  virtual Tensor call_texts(const TextBatch& texts) = 0;
};

/// Base of those that number the words which they have seen.
class TRIPTYCH_API VocabularyLayerBase : public TextLayerBase {
 public:
  virtual void adapt_texts(const TextBatch& texts) = 0;
  virtual std::vector<std::string> vocabulary(bool include_special_tokens) const = 0;
  virtual void set_vocabulary(const std::vector<std::string>& vocabulary, const std::vector<double>& idf_weights) = 0;
  /// The words of these numbers.
  virtual std::vector<std::string> words(const std::vector<std::int64_t>& numbers) const = 0;
};

/// A handle to a layer of texts.
class TRIPTYCH_API TextLayer : public Layer {
 public:
  TextLayer() = default;
  explicit TextLayer(Layer layer) : Layer(std::move(layer)) {}
  Tensor operator()(const TextBatch& texts, Location where = Location::here()) const;
};

/// A handle to one that has a vocabulary.
class TRIPTYCH_API VocabularyLayer : public TextLayer {
 public:
  using TextLayer::TextLayer;
  /// Learns the words of the texts, and forgets those of before. ArgumentError if the layer was given its vocabulary,
  /// or there is no text. Models that were compiled with the layer in them are traced anew.
  void adapt(const TextBatch& texts, Location where = Location::here()) const;
  /// The words by their numbers: first the mask's and those of unknown words, unless they are not to be included.
  std::vector<std::string> get_vocabulary(bool include_special_tokens = true, Location where = Location::here()) const;
  std::int64_t vocabulary_size(Location where = Location::here()) const;
  /// ArgumentError if a word is there twice, or is the mask's.
  void set_vocabulary(const std::vector<std::string>& vocabulary, const std::vector<double>& idf_weights = {},
                      Location where = Location::here()) const;
  /// The words of numbers, whatever their shape: what Keras's `invert` gives. Numbers of no word are the oov_token.
  std::vector<std::string> words(const Tensor& numbers, Location where = Location::here()) const;
};

}  // namespace triptych::keras
