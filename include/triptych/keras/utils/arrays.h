// What Keras's guides do to arrays before they are trained on.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <utility>
#include <vector>

#include "triptych/core/data.h"
#include "triptych/core/tensor.h"
#include "triptych/core/text.h"

namespace triptych::keras {

struct PadSequencesOptions {
  /// None: the longest.
  std::optional<std::int64_t> maxlen = {};
  DType dtype = int32;
  /// Where padding stands, and where what is too long loses its rest: "pre" or "post".
  OwnedText padding = "pre";
  OwnedText truncating = "pre";
  double value = 0;
};

struct NormalizeOptions {
  int axis = -1;
  /// Of the norm.
  double order = 2;
};

/// How much of a data set: a share from 0 to 1 where it is floating-point, else so many examples.
struct SplitSize {
  SplitSize(double share) : share(share) {}
  template <std::integral T>
  SplitSize(T count) : count(count), counts(true) {}
  double share = 0;
  std::int64_t count = 0;
  bool counts = false;
};
struct SplitOptions {
  /// One of them, or both; what is left out is the rest.
  std::optional<SplitSize> left_size = {}, right_size = {};
  bool shuffle = false;
  /// Of the order, a DataLoader's; -1: that of `utils::set_random_seed`.
  std::int64_t seed = -1;
};

struct TimeseriesOptions {
  std::int64_t sequence_stride = 1;
  std::int64_t sampling_rate = 1;
  std::int64_t batch_size = 128;
  bool shuffle = false;
  /// Of the order; -1: that of `utils::set_random_seed`.
  std::int64_t seed = -1;
  /// Which rows there are; the end is not one of them. None: all.
  std::optional<std::int64_t> start_index = {}, end_index = {};
};

namespace utils {

/// (n, maxlen): lists of numbers, of one length. ArgumentError if there is no list, for an unknown word, or a number
/// that the dtype does not hold.
TRIPTYCH_API Tensor pad_sequences(const std::vector<std::vector<std::int64_t>>& sequences,
                                  PadSequencesOptions options = {}, Location where = Location::here());
TRIPTYCH_API Tensor pad_sequences(const std::vector<std::vector<double>>& sequences, PadSequencesOptions options = {},
                                  Location where = Location::here());
/// `pad_sequences({{1, 2}, {3}})`.
template <std::integral T>
Tensor pad_sequences(std::initializer_list<std::initializer_list<T>> sequences, PadSequencesOptions options = {},
                     Location where = Location::here()) {
  std::vector<std::vector<std::int64_t>> lists;
  for (const auto& sequence : sequences) lists.emplace_back(sequence.begin(), sequence.end());
  return pad_sequences(lists, std::move(options), where);
}
inline Tensor pad_sequences(std::initializer_list<std::initializer_list<double>> sequences,
                            PadSequencesOptions options = {}, Location where = Location::here()) {
  return pad_sequences(std::vector<std::vector<double>>(sequences.begin(), sequences.end()), std::move(options), where);
}

/// Class numbers (..., or (..., 1)) as (..., num_classes), float32: one where the class is, else zero. `num_classes` 0:
/// one more than the largest. ArgumentError if a number is not from 0 to num_classes - 1.
TRIPTYCH_API Tensor to_categorical(const Tensor& x, std::int64_t num_classes = 0, Location where = Location::here());

/// x over its norm along an axis; what is all zeros stays.
TRIPTYCH_API Tensor normalize(const Tensor& x, NormalizeOptions options = {}, Location where = Location::here());

/// The first and the last examples of arrays, or of a data set. ArgumentError for a share outside of [0, 1], or numbers
/// that leave a part empty or are more than there are.
TRIPTYCH_API std::pair<std::vector<Tensor>, std::vector<Tensor>> split_dataset(const std::vector<Tensor>& arrays,
                                                                               SplitOptions options = {},
                                                                               Location where = Location::here());
TRIPTYCH_API std::pair<data::TensorDataset, data::TensorDataset> split_dataset(const data::TensorDataset& dataset,
                                                                               SplitOptions options = {},
                                                                               Location where = Location::here());

/// Windows of a series: x (batch, sequence_length, ...) of every `sampling_rate`-th row of `data`, beginning at every
/// `sequence_stride`-th; y the row of `targets` beside the window's first. Targets may be undefined.
/// ArgumentError for numbers below 1, indices outside of the data, or data too short for a window.
TRIPTYCH_API data::DataLoader timeseries_dataset_from_array(const Tensor& data, const Tensor& targets,
                                                            std::int64_t sequence_length,
                                                            TimeseriesOptions options = {},
                                                            Location where = Location::here());

}  // namespace utils
}  // namespace triptych::keras
