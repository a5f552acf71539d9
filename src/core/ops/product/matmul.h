// Attributes of linear, and the names of activations that are fused into other ops.
#pragma once

#include "triptych/core/op.h"
#include "triptych/core/ops/matmul.h"

namespace triptych {

inline const char* name_of(Activation activation) { return activation == Activation::relu ? "relu" : "none"; }

struct LinearAttributes {
  bool transpose_weight = false;
  Activation activation = Activation::none;
  static constexpr auto fields() {
    return std::tuple{field("transpose_weight", &LinearAttributes::transpose_weight),
                      field("activation", &LinearAttributes::activation)};
  }
};

/// The sum over the leading dimensions of a_ki b_kj: the gradient of a matrix that all of them share.
Tensor transposed_product(const Tensor& a, const Tensor& b);

}  // namespace triptych
