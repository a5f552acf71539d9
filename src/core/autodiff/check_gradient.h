// What a gradient must look like.
#pragma once

#include <cstddef>

#include "core/autodiff/node.h"

namespace triptych {

/// ArgumentError unless what the node's rule gave for input `i`, or a user's op, has the input's shape and dtype, and
/// on the tape values, unless a `symbolic` gradient is walked back.
void check_gradient(const Node& node, std::size_t i, const Tensor& gradient, bool symbolic = false);

}  // namespace triptych
