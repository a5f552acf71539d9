// Looks for NaN and infinity in results, if the user asked for it.
#pragma once

#include <atomic>
#include <span>

#include "triptych/core/op.h"

namespace triptych {

extern std::atomic<bool> check_numerics_enabled;
/// On this thread: DetectAnomaly.
extern constinit thread_local bool detect_anomaly;

/// "NaN" or "infinity", whichever its memory holds first; null if it holds neither.
const char* not_finite_in(const Operand& operand);
/// ArgumentError if an output holds a NaN or an infinity.
void check_numerics(const Op& op, std::span<const Operand> outputs, Location where);
/// Whether a concrete tensor holds a NaN.
bool has_nan(const Tensor& tensor);

}  // namespace triptych
