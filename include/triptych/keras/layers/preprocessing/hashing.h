// Texts and whole numbers in bins, by a hash: without a vocabulary.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
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

/// A handle to a Hashing layer, which takes whole numbers too.
class TRIPTYCH_API HashingLayer : public TextLayer {
 public:
  using TextLayer::TextLayer;
  using TextLayer::operator();
  using Layer::operator();
};

namespace layers {

/// The hash of each text, or of a number's decimal digits, modulo num_bins: int64, the same in every process; or
/// encoded as CategoryEncoding does. ArgumentError for num_bins below 1, an unknown mode or other than one or two
/// numbers of salt.
TRIPTYCH_API HashingLayer Hashing(std::int64_t num_bins, HashingOptions options = {},
                                  Location where = Location::here());

}  // namespace layers
}  // namespace triptych::keras
