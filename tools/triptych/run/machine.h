// The machine, the build and the date.
#pragma once

#include "measured.h"

namespace triptych::compare {

Machine describe_machine(int threads);
bool built_with_onednn();
/// Most memory that this process has held, in MB.
double peak_resident_mb();

}  // namespace triptych::compare
