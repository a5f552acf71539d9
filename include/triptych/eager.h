// The eager style: it runs as you write it. Tensors record what is done with them, `backward()` walks back, modules
// hold parameters, optimizers change them. One header is enough for a program.
#pragma once

#include "triptych/core.h"
#include "triptych/eager/autocast.h"
#include "triptych/eager/autograd.h"
#include "triptych/eager/functional.h"
#include "triptych/eager/module.h"
#include "triptych/eager/nn/activation.h"
#include "triptych/eager/nn/container.h"
#include "triptych/eager/nn/conv.h"
#include "triptych/eager/nn/dropout.h"
#include "triptych/eager/nn/embedding.h"
#include "triptych/eager/nn/init.h"
#include "triptych/eager/nn/linear.h"
#include "triptych/eager/nn/loss.h"
#include "triptych/eager/nn/normalization.h"
#include "triptych/eager/nn/pooling.h"
#include "triptych/eager/optim.h"
