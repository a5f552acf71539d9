// The wording of reports.
#pragma once

#include <string>

#include "cuda/emulator/emulator.h"
#include "cuda_runtime.h"

namespace triptych::cuda::emulator {

/// "(1, 0, 0)".
std::string text(uint3 index);
/// "file.cu:12", without folders.
std::string place(const char* file, int line);

}  // namespace triptych::cuda::emulator
