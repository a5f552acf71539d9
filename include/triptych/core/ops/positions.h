// Where in its sequence an element is, for attention, which does not see it.
#pragma once

#include <cstdint>

#include "triptych/core/tensor.h"

namespace triptych {

struct RotaryOptions {
  /// Pair i turns by position / base^(2 i / D).
  double base = 10000;
  /// Pairs are neighbours, (0, 1), (2, 3), ... (GPT-J, the paper), else (0, D / 2), (1, D / 2 + 1), ... (GPT-NeoX,
  /// Llama).
  bool interleaved = false;
  /// The position of the first element.
  std::int64_t offset = 0;
};

/// x (..., L, D) with each pair of elements turned by an angle that grows with the position along L (Su et al.,
/// RoFormer, 2021). D is even and known.
/// @throws ArgumentError if x is not floating-point, or D is odd or unknown.
TRIPTYCH_API Tensor rotary_embedding(Arg x, RotaryOptions options = {});
/// The same at positions of their own, which broadcast to (..., L); `offset` is added.
TRIPTYCH_API Tensor rotary_embedding(Arg x, Arg positions, RotaryOptions options = {});

/// (length, width): element 2 i is sin(position / base^(2 i / width)), element 2 i + 1 the cosine (Vaswani et al.,
/// Attention is all you need, 2017).
/// @throws ArgumentError if a size is negative, or dtype is not floating-point.
TRIPTYCH_API Tensor sinusoidal_positions(std::int64_t length, std::int64_t width, double base = 10000,
                                         DType dtype = float32, Location where = Location::here());

/// (heads, queries, keys): what linear biases add to the scores of attention, slope (key - query), with slopes
/// 2^(-8 (h + 1) / heads) where the heads are a power of two (Press et al., ALiBi, 2022). The last query is beside the
/// last key.
/// @throws ArgumentError if a size is negative or dtype is not floating-point.
TRIPTYCH_API Tensor alibi_bias(std::int64_t heads, std::int64_t queries, std::int64_t keys, DType dtype = float32,
                               Location where = Location::here());

}  // namespace triptych
