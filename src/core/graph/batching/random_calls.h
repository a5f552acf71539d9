// Random ops, of which every example has numbers of its own, or all have the same.
#pragma once

#include "core/graph/batching/rule.h"
#include "triptych/core/batching.h"

namespace triptych::batching {

/// The op draws random numbers.
bool is_random(const Op& op);

/// What a random op gives each example; `call.inputs` need not have a value of each.
std::vector<Value> run_random(const Call& call, Randomness randomness);

/// dropout_grad, whose draw all examples share: the mask of one example, for all.
Tensors masked_alike(const Call& call);

}  // namespace triptych::batching
