// Masks travel beside tensors: a layer attaches one to its output, and the next layer finds it there.
#pragma once

#include "triptych/keras/layer.h"

namespace triptych::keras {

/// Attaches `mask` to `tensor`, and to all handles to it, as long as it lives; on this thread.
void set_mask(const Tensor& tensor, const Tensor& mask);
/// Lets go of the masks of tensors that live no more. Where there are none this costs nothing.
void forget_masks_of_the_dead();

}  // namespace triptych::keras
