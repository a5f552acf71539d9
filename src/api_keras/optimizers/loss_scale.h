// What the trainer asks of an optimizer that may scale the loss.
#pragma once

#include "triptych/keras/optimizers.h"

namespace triptych::keras {

bool is_loss_scale_optimizer(const Optimizer& optimizer);

}  // namespace triptych::keras
