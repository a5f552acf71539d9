// A launch as it runs: blocks are dealt to CPU threads.
#pragma once

#include "cuda/emulator/block.h"

namespace triptych::cuda::emulator {

/// Runs all blocks; the calling thread works too. False if one was stopped by a report.
bool run_grid(const Launch& launch);

}  // namespace triptych::cuda::emulator
