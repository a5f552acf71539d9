// Attention: weighted sums of values, by how well queries and keys agree.
#pragma once

#include <cstdint>
#include <optional>

#include "triptych/core/tensor.h"

namespace triptych {

struct AttentionOptions {
  /// Broadcasts to (..., L, S). bool: true where a query may look at a key; else it is added to the scores, and must
  /// have the dtype of the query.
  Tensor attn_mask = {};
  /// The share of weights that become zero; the others are divided by 1 - dropout_p.
  double dropout_p = 0;
  /// Query i looks at keys 0 to i only. Not together with a mask.
  bool is_causal = false;
  /// The factor of the scores; 1 / sqrt(E) if it is not given.
  std::optional<double> scale = {};
  /// Several heads of queries may share one head of keys and values: query head h uses head h / (Hq / Hk).
  bool enable_gqa = false;
  /// The (key, counter) of dropout (Generator::next_stream); if undefined, the default generator gives the next draw.
  Tensor state = {};
};

/// softmax(query key^T scale + mask) value, for query (..., L, E), key (..., S, E) and value (..., S, Ev): (..., L,
/// Ev). The leading dimensions broadcast; with `enable_gqa` dimension -3 of the query is a multiple of the others'. A
/// query that may look at no key gives zeros.
///
/// Blocks of scores are computed, used and forgotten (Dao et al., FlashAttention, 2022), so that memory grows with
/// L + S; the gradient computes them again. A mask that needs a gradient, and second derivatives, take L x S.
/// @throws ArgumentError if shapes or dtypes do not fit, dropout_p is outside of [0, 1], or a mask is given with
/// is_causal.
/// Source: torch.nn.functional.scaled_dot_product_attention.
TRIPTYCH_API Tensor scaled_dot_product_attention(Arg query, Arg key, Arg value, AttentionOptions options = {});

}  // namespace triptych
