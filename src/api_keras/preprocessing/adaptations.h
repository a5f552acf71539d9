// Layers that learn from data, and what was traced with them.
#pragma once

#include <cstdint>

namespace triptych::keras {

/// How many times a layer has learned something new in this process: what was traced before may have the old in it.
std::uint64_t adaptations();
void note_adaptation();

}  // namespace triptych::keras
