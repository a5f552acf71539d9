// The machine, the build and the date.
#pragma once

#include "measured.h"

namespace triptych::compare {

Machine describe_machine(int threads);
bool built_with_onednn();
/// "cpu", "cuda:0 (NVIDIA H100)".
std::string device_text(const std::string& device);
/// Whether `device` is a GPU that the CPU plays.
bool is_emulated(const std::string& device);
/// Most memory that this process has held, in MB.
double peak_resident_mb();

}  // namespace triptych::compare
