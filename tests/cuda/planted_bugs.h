// Kernels with one bug each, for the tests of the emulator's reports.
#pragma once

#include <string>

/// Launches the named bug and waits for it; the name of the CUDA status that the wait returned.
std::string run_planted_bug(const std::string& name);
