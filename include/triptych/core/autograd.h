// Recording and differentiation: one walker for the tape and the graph.
#pragma once

#include <span>
#include <vector>

#include "triptych/core/tensor.h"

namespace triptych {

/// Whether ops on this thread are recorded for gradients.
TRIPTYCH_API bool grad_enabled();

/// While alive, sets whether ops on this thread are recorded.
class [[nodiscard]] TRIPTYCH_API GradMode {
 public:
  explicit GradMode(bool enabled);
  ~GradMode();
  GradMode(const GradMode&) = delete;
  GradMode& operator=(const GradMode&) = delete;

 private:
  bool previous_;
};

struct GradientOptions {
  /// Gradients can be differentiated again (tape only; graph gradients always can).
  bool create_graph = false;
  /// Keep what the tape saved, for another walk.
  bool retain_graph = false;
  /// An x that no y depends on gives an undefined tensor; else an ArgumentError.
  bool allow_unused = false;
};

/// d(sum of ys . grad_ys) / d xs. For concrete ys it walks the tape, for symbolic ys it adds nodes to their graph; the same
/// rules and the same order of accumulation in both. `grad_ys` may be empty (ones; ys of more than one element need
/// them on the tape), and single entries undefined.
TRIPTYCH_API std::vector<Tensor> gradients(std::span<const Tensor> ys, std::span<const Tensor> xs,
                                           std::span<const Tensor> grad_ys = {}, GradientOptions options = {},
                                           Location where = Location::here());

}  // namespace triptych
