// Words and whole numbers as numbers from 0 on, by a vocabulary that is given or learned.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "triptych/core/option_text.h"
#include "triptych/core/text.h"
#include "triptych/keras/layers/preprocessing/adaptive.h"
#include "triptych/keras/layers/preprocessing/texts.h"

namespace triptych::keras {

struct StringLookupOptions {
  /// How many numbers there are at most, those for the mask and unknown words too; 0: as many as there are words.
  std::int64_t max_tokens = 0;
  /// Numbers for unknown words, which share them by a hash; 0: an unknown word is an error.
  std::int64_t num_oov_indices = 1;
  /// Becomes 0 (in other modes than "int": nothing).
  std::optional<std::string> mask_token = {};
  OwnedText oov_token = "[UNK]";
  /// Without those tokens, or with them in front; empty: `adapt` learns it.
  std::vector<std::string> vocabulary = {};
  /// Of "tf_idf": a weight for each word of the vocabulary.
  std::vector<double> idf_weights = {};
  /// "int", "one_hot", "multi_hot", "count" or "tf_idf".
  OwnedText output_mode = "int";
  /// The last axis has max_tokens places, however many words there are.
  bool pad_to_max_tokens = false;
  OptionText name = {};
};
struct IntegerLookupOptions {
  std::int64_t max_tokens = 0;
  std::int64_t num_oov_indices = 1;
  std::optional<std::int64_t> mask_token = {};
  std::int64_t oov_token = -1;
  std::vector<std::int64_t> vocabulary = {};
  std::vector<double> idf_weights = {};
  /// From numbers back to what they stand for.
  bool invert = false;
  OwnedText output_mode = "int";
  bool pad_to_max_tokens = false;
  OptionText name = {};
};

/// A handle to an IntegerLookup.
class TRIPTYCH_API IntegerLookupLayer : public AdaptiveLayer {
 public:
  using AdaptiveLayer::AdaptiveLayer;
  std::vector<std::int64_t> get_vocabulary(bool include_special_tokens = true, Location where = Location::here()) const;
  std::int64_t vocabulary_size(Location where = Location::here()) const;
  void set_vocabulary(const std::vector<std::int64_t>& vocabulary, const std::vector<double>& idf_weights = {},
                      Location where = Location::here()) const;
};

namespace layers {

/// Texts as int64 numbers: 0 for the mask, then those of unknown words, then the words, the most frequent ones first
/// and of equally frequent ones the last in the order of their bytes. In other modes float32, as CategoryEncoding has
/// them; "tf_idf" weighs counts by log(1 + n / (1 + how many of the n rows have the word)). ArgumentError for numbers
/// out of range, unknown modes, words that are there twice, rows of several lengths in the modes "int" and "one_hot".
TRIPTYCH_API VocabularyLayer StringLookup(StringLookupOptions options = {}, Location where = Location::here());
/// The same of whole numbers, in models too. Unknown ones share their numbers by the remainder of a division. Without
/// num_oov_indices they are errors, in a model of the step that meets them. Parts of a batch of `adapt` are rows along
/// its first axis.
TRIPTYCH_API IntegerLookupLayer IntegerLookup(IntegerLookupOptions options = {}, Location where = Location::here());

}  // namespace layers
}  // namespace triptych::keras
