// Comparisons, logic and choice, elementwise with broadcasting. Comparisons and logic give bool and have no gradient.
#pragma once

#include "triptych/core/tensor.h"

namespace triptych {

TRIPTYCH_API Tensor equal(Arg a, Arg b);
TRIPTYCH_API Tensor not_equal(Arg a, Arg b);
TRIPTYCH_API Tensor less(Arg a, Arg b);
TRIPTYCH_API Tensor less_equal(Arg a, Arg b);
TRIPTYCH_API Tensor greater(Arg a, Arg b);
TRIPTYCH_API Tensor greater_equal(Arg a, Arg b);

// Elementwise, as in NumPy: `a == b` is a tensor. Whether two handles name one tensor: a.is_same(b).
inline Tensor operator==(Arg a, Arg b) { return equal(std::move(a), std::move(b)); }
inline Tensor operator!=(Arg a, Arg b) { return not_equal(std::move(a), std::move(b)); }
inline Tensor operator<(Arg a, Arg b) { return less(std::move(a), std::move(b)); }
inline Tensor operator<=(Arg a, Arg b) { return less_equal(std::move(a), std::move(b)); }
inline Tensor operator>(Arg a, Arg b) { return greater(std::move(a), std::move(b)); }
inline Tensor operator>=(Arg a, Arg b) { return greater_equal(std::move(a), std::move(b)); }

/// Whether both are nonzero.
TRIPTYCH_API Tensor logical_and(Arg a, Arg b);
/// Whether one is nonzero.
TRIPTYCH_API Tensor logical_or(Arg a, Arg b);
/// Whether exactly one is nonzero.
TRIPTYCH_API Tensor logical_xor(Arg a, Arg b);
/// Whether x is zero.
TRIPTYCH_API Tensor logical_not(Arg x);
/// It cannot know its line (an Arg would be as good a match as the built-in ! of explicit operator bool): its errors
/// name the op before it; logical_not(x) knows.
TRIPTYCH_API Tensor operator!(const Tensor& x);

// Bit by bit, for integers and bool (ArgumentError for floating dtypes).

TRIPTYCH_API Tensor bitwise_and(Arg a, Arg b);
TRIPTYCH_API Tensor bitwise_or(Arg a, Arg b);
TRIPTYCH_API Tensor bitwise_xor(Arg a, Arg b);
TRIPTYCH_API Tensor bitwise_not(Arg x);
inline Tensor operator&(Arg a, Arg b) { return bitwise_and(std::move(a), std::move(b)); }
inline Tensor operator|(Arg a, Arg b) { return bitwise_or(std::move(a), std::move(b)); }
inline Tensor operator^(Arg a, Arg b) { return bitwise_xor(std::move(a), std::move(b)); }
inline Tensor operator~(Arg x) { return bitwise_not(std::move(x)); }

TRIPTYCH_API Tensor isnan(Arg x);
TRIPTYCH_API Tensor isinf(Arg x);
TRIPTYCH_API Tensor isfinite(Arg x);

/// a where `condition` (bool) is true, else b; all three broadcast, a and b are promoted to one dtype. The gradient
/// goes to the chosen one.
TRIPTYCH_API Tensor where(Arg condition, Arg a, Arg b);

}  // namespace triptych
