// Texts as lists of numbers: made alike, cut into words, and looked up.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "triptych/core/function.h"
#include "triptych/core/option_text.h"
#include "triptych/keras/layers/preprocessing/texts.h"

namespace triptych::keras {

/// How texts are made alike: "lower_and_strip_punctuation", "lower", "strip_punctuation", "none", or a function.
class TextStandardize {
 public:
  using Function = std::function<std::string(const std::string&)>;
  TextStandardize(const char* name, Location where = Location::here()) : name_(OwnedText(name, where)) {}
  TextStandardize(std::string name) : name_(std::move(name)) {}
  template <class F>
  requires std::is_invocable_r_v<std::string, F&, const std::string&> TextStandardize(F function,
                                                                                      Location where = Location::here())
      : function_(not_empty(Function(std::move(function)), "TextVectorization", where)) {}
  /// Empty for a function.
  const std::string& name() const { return name_; }
  const Function& function() const { return function_; }

 private:
  std::string name_;
  Function function_;
};

/// How texts are cut into words: "whitespace", "character", "none", or a function.
class TextSplit {
 public:
  using Function = std::function<std::vector<std::string>(const std::string&)>;
  TextSplit(const char* name, Location where = Location::here()) : name_(OwnedText(name, where)) {}
  TextSplit(std::string name) : name_(std::move(name)) {}
  template <class F>
  requires std::is_invocable_r_v<std::vector<std::string>, F&, const std::string&> TextSplit(
      F function, Location where = Location::here())
      : function_(not_empty(Function(std::move(function)), "TextVectorization", where)) {}
  /// Empty for a function.
  const std::string& name() const { return name_; }
  const Function& function() const { return function_; }

 private:
  std::string name_;
  Function function_;
};

struct TextVectorizationOptions {
  /// How many numbers there are at most, with those for padding and unknown words; 0: as many as there are words.
  std::int64_t max_tokens = 0;
  TextStandardize standardize = "lower_and_strip_punctuation";
  TextSplit split = "whitespace";
  /// Words in a row that count as one, each of these numbers of words; {1, 2} is Keras's 2. Empty: words alone.
  std::vector<std::int64_t> ngrams = {};
  /// "int", "one_hot", "multi_hot", "count" or "tf_idf".
  OwnedText output_mode = "int";
  /// Of "int": longer texts are cut, shorter ones padded with 0; none: as long as the longest of the batch.
  std::optional<std::int64_t> output_sequence_length = {};
  bool pad_to_max_tokens = false;
  /// Empty: `adapt` learns it.
  std::vector<std::string> vocabulary = {};
  std::vector<double> idf_weights = {};
  OptionText name = {};
};

namespace layers {

/// Texts (n) as int64 numbers (n, words), 0 for padding and 1 for unknown words; or (n, vocabulary) as StringLookup has
/// them. Letters are lowered as ASCII, and the punctuation that is taken out is ASCII's. ArgumentError as of
/// StringLookup.
TRIPTYCH_API VocabularyLayer TextVectorization(TextVectorizationOptions options = {},
                                               Location where = Location::here());

}  // namespace layers
}  // namespace triptych::keras
