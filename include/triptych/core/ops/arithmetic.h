// Elementwise arithmetic, with NumPy broadcasting and PyTorch's type promotion.
#pragma once

#include "triptych/core/tensor.h"

namespace triptych {

/// a + b, elementwise. Shapes broadcast; the dtype is the promoted one.
TRIPTYCH_API Tensor add(Arg a, Arg b);
/// a - b, elementwise.
TRIPTYCH_API Tensor sub(Arg a, Arg b);
/// a * b, elementwise.
TRIPTYCH_API Tensor mul(Arg a, Arg b);
/// a / b, elementwise; integers and booleans are divided as float32.
TRIPTYCH_API Tensor div(Arg a, Arg b);

inline Tensor operator+(Arg a, Arg b) { return add(std::move(a), std::move(b)); }
inline Tensor operator-(Arg a, Arg b) { return sub(std::move(a), std::move(b)); }
inline Tensor operator*(Arg a, Arg b) { return mul(std::move(a), std::move(b)); }
inline Tensor operator/(Arg a, Arg b) { return div(std::move(a), std::move(b)); }

}  // namespace triptych
