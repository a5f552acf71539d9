// Three mistakes that everybody makes, in each style. A function makes one; it reports the moments that pass ("build",
// "first step") so that the report can tell when it was caught.
#pragma once

#include <functional>
#include <string>

#include "triptych/core/ops.h"
#include "triptych/core/random.h"

namespace mistakes {

namespace tt = triptych;

/// Called before each part of a program, with its name; the loss at the end, if there is one.
struct Observer {
  std::function<void(const std::string& moment)> enter;
  std::function<void(double loss)> loss;
};

inline tt::Tensor some_images() { return tt::rand({32, 784}); }
inline tt::Tensor some_labels() { return tt::zeros({32}, tt::int64); }

}  // namespace mistakes
