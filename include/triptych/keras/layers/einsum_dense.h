// A dense layer along any axes.
#pragma once

#include "triptych/core/option_text.h"
#include "triptych/core/text.h"
#include "triptych/keras/constraints.h"
#include "triptych/keras/initializers.h"
#include "triptych/keras/layer.h"
#include "triptych/keras/regularizers.h"

namespace triptych::keras {

struct EinsumDenseOptions {
  Activation activation = {};
  /// The letters of the result along which the bias varies; "": no bias.
  OptionText bias_axes = {};
  Initializer kernel_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  Regularizer kernel_regularizer = {};
  Regularizer bias_regularizer = {};
  Constraint kernel_constraint = {};
  Constraint bias_constraint = {};
  OptionText name = {};
  bool trainable = true;
  DTypePolicy dtype = {};
};

namespace layers {

/// activation(einsum(equation, x, kernel) + bias), for an equation "abc,cd->abd", "...x,xy->...y" or "ab...,bc->ac...".
/// `output_shape` is that of the result without the batch and without what `...` stands for; -1 where an axis is the
/// input's. ArgumentError for another form, and if shapes do not fit.
TRIPTYCH_API Layer EinsumDense(OwnedText equation, const Shape& output_shape, EinsumDenseOptions options = {},
                               Location where = Location::here());

}  // namespace layers
}  // namespace triptych::keras
