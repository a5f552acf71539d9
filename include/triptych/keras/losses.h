// Losses: objects, functions and names.
#pragma once

#include "triptych/keras/losses/ctc.h"
#include "triptych/keras/losses/hinge.h"
#include "triptych/keras/losses/loss.h"
#include "triptych/keras/losses/probabilistic.h"
#include "triptych/keras/losses/regression.h"
#include "triptych/keras/losses/segmentation.h"
#include "triptych/keras/losses/similarity.h"
