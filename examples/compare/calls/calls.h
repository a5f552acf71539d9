// A small network trained in each style, to be looked into: which functions stand between the user's line and the
// kernel of the loss, and what a step makes.
#pragma once

#include <functional>

#include "triptych/core/ops.h"
#include "triptych/core/random.h"

namespace calls {

namespace tt = triptych;

/// Who looks: `line` is called just before the line that is marked, the others around each of `steps` steps.
struct Watch {
  std::function<void()> line, step_begins, step_ends;
  int steps = 20;
};

void lowlevel_steps(const Watch& watch);
void eager_steps(const Watch& watch);
void keras_steps(const Watch& watch, bool run_eagerly);

inline tt::Tensor images() { return tt::rand({32, 784}); }
inline tt::Tensor labels() { return tt::randint(0, 10, {32}); }

}  // namespace calls
