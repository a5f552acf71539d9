// "accuracy", which is one of three.
#pragma once

#include <string>

#include "triptych/keras/metrics/metric.h"

namespace triptych::keras {

/// What "accuracy" means, by the shapes: one output: binary; class numbers: sparse; else categorical.
Metric accuracy_by_shape(const std::string& name);

}  // namespace triptych::keras
