// Switches for the search of a NaN. No style looks for one unasked: an optimizer's steps are numbers like others.
#pragma once

#include "triptych/core/export.h"

namespace triptych {

/// From here on, in all threads and styles, an op that gives a NaN or an infinity is an ArgumentError that names it and
/// its line, as TensorFlow's `tf.debugging.enable_check_numerics`. It reads all results once more, which a GPU copies
/// to the CPU's memory for that; steps are not replayed as CUDA graphs meanwhile.
TRIPTYCH_API void enable_check_numerics();
TRIPTYCH_API void disable_check_numerics();

/// While alive (and `on`), a gradient that becomes NaN in a `backward` of this thread is an ArgumentError that names
/// the op and the line of its forward call, as PyTorch's `torch.autograd.detect_anomaly`.
class [[nodiscard]] TRIPTYCH_API DetectAnomaly {
 public:
  explicit DetectAnomaly(bool on = true);
  ~DetectAnomaly();
  DetectAnomaly(const DetectAnomaly&) = delete;
  DetectAnomaly& operator=(const DetectAnomaly&) = delete;
};

}  // namespace triptych
