// Where weights are in a model, for options that name them.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "triptych/keras/layer.h"

namespace triptych::keras {

/// "dense/kernel" of each weight; empty for one that no layer of `model` has.
std::vector<std::string> paths_of(const LayerBase& model, std::span<const Tensor> weights);

}  // namespace triptych::keras
