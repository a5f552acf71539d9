// Why no gradient flows: for messages.
#pragma once

#include <span>
#include <string>

#include "triptych/core/op.h"
#include "triptych/core/tensor.h"

namespace triptych {

/// The first op between the state that symbolic `y` depends on and `y` that lets no gradient pass, as a sentence; empty
/// if there is none.
std::string gradient_stop(const Tensor& y);

/// Of concrete tensors: `outputs` remember that `op` lets no gradient pass, or where one of `inputs` says that it ended.
void note_gradient_stop(const Op& op, std::span<const Tensor* const> inputs, const void* attributes,
                        std::span<const Tensor> outputs, Location where);
/// `leaf` remembers that it was frozen.
void note_frozen(Tensor& leaf, Location where);
/// What `y` or a tensor that it was made from remembers, as a sentence; empty if nothing.
std::string remembered_stop(const Tensor& y);

}  // namespace triptych
