// Sequences of different lengths in one tensor.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "triptych/core/tensor.h"

namespace triptych {

enum class PaddingSide : std::uint8_t { right, left };
constexpr const char* name_of(PaddingSide side) { return side == PaddingSide::right ? "right" : "left"; }

/// Sequences (L_i, ...) that differ in length, filled up with `padding_value` and put side by side: (longest, N, ...),
/// or (N, longest, ...) with `batch_first`.
/// @throws ArgumentError if there is no sequence, or they differ beyond their length.
/// Source: torch.nn.utils.rnn.pad_sequence.
TRIPTYCH_API Tensor pad_sequence(const std::vector<Tensor>& sequences, bool batch_first = false,
                                 double padding_value = 0, PaddingSide padding_side = PaddingSide::right,
                                 Location where = Location::here());

/// (..., maxlen): true (or 1 of `dtype`) at the first lengths[...] places. Without `maxlen` it is as long as the
/// largest length, whose value must then be known.
/// @throws ArgumentError if lengths are not integers, or maxlen is negative.
/// Source: tf.sequence_mask.
TRIPTYCH_API Tensor sequence_mask(Arg lengths, std::optional<std::int64_t> maxlen = {}, DType dtype = boolean);

}  // namespace triptych
