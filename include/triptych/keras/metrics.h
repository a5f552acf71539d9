// Metrics: objects and names.
#pragma once

#include "triptych/keras/metrics/accuracy.h"
#include "triptych/keras/metrics/auc.h"
#include "triptych/keras/metrics/confusion.h"
#include "triptych/keras/metrics/f_score.h"
#include "triptych/keras/metrics/hinge.h"
#include "triptych/keras/metrics/iou.h"
#include "triptych/keras/metrics/metric.h"
#include "triptych/keras/metrics/probabilistic.h"
#include "triptych/keras/metrics/reduction.h"
#include "triptych/keras/metrics/regression.h"
