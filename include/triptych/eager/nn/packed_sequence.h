// torch.nn.utils.rnn: sequences of different lengths, filled up (padded) or one behind the other without gaps (packed).
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "triptych/core/ops/padding.h"
#include "triptych/core/tensor.h"

namespace triptych::eager::nn::utils::rnn {

/// Sequences in one tensor, sorted by length: all first steps, then all second ones, and so on. Recurrent modules take
/// it in place of a padded tensor and give one.
struct PackedSequence {
  Tensor data;                   // (sum of the lengths, ...)
  Tensor batch_sizes;            // int64: how many sequences have a step 0, a step 1, ...
  Tensor sorted_indices = {};    // where the sorted sequences stood before; undefined if they were sorted
  Tensor unsorted_indices = {};  // where the sequences stand now
};

/// Packs sequences `input` (T, N, ...), or (N, T, ...) with `batch_first`, of which the first lengths[n] steps count.
/// With `enforce_sorted` the lengths must descend; else the sequences are sorted here.
/// @throws ArgumentError if there is not one positive length of at most T for each sequence, or they are not sorted.
TRIPTYCH_API PackedSequence pack_padded_sequence(const Arg& input, const Tensor& lengths, bool batch_first = false,
                                                 bool enforce_sorted = true);
TRIPTYCH_API PackedSequence pack_padded_sequence(const Arg& input, const std::vector<std::int64_t>& lengths,
                                                 bool batch_first = false, bool enforce_sorted = true);

/// The sequences in their first order, filled up with `padding_value` to the longest one or to `total_length`, and
/// their lengths (int64, N).
/// @throws ArgumentError if a sequence is longer than total_length, or `sequence` is not what packing gives.
TRIPTYCH_API std::pair<Tensor, Tensor> pad_packed_sequence(const PackedSequence& sequence, bool batch_first = false,
                                                           double padding_value = 0,
                                                           std::optional<std::int64_t> total_length = {},
                                                           Location where = Location::here());

using triptych::pad_sequence;
using triptych::PaddingSide;

/// The sequences of a padded tensor, without what they were filled up with.
TRIPTYCH_API std::vector<Tensor> unpad_sequence(const Arg& padded_sequences, const Tensor& lengths,
                                                bool batch_first = false);
/// Packs sequences (L_i, ...).
TRIPTYCH_API PackedSequence pack_sequence(const std::vector<Tensor>& sequences, bool enforce_sorted = true,
                                          Location where = Location::here());
/// The sequences again.
TRIPTYCH_API std::vector<Tensor> unpack_sequence(const PackedSequence& packed_sequences,
                                                 Location where = Location::here());

}  // namespace triptych::eager::nn::utils::rnn
