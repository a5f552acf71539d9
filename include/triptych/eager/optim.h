// Optimizers, learning-rate schedulers and averages of models, as torch.optim's.
#pragma once

#include "triptych/eager/optim/adam.h"
#include "triptych/eager/optim/adaptive.h"
#include "triptych/eager/optim/lbfgs.h"
#include "triptych/eager/optim/lr_scheduler.h"
#include "triptych/eager/optim/optimizer.h"
#include "triptych/eager/optim/sgd.h"
#include "triptych/eager/optim/swa_utils.h"
#include "triptych/eager/optim/whole.h"
