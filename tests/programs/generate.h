// Makes programs that are valid: each step has run once.
#pragma once

#include <cstdint>
#include <vector>

#include "program.h"

namespace programs {

/// The program of this number, out of the words of a catalogue.
Program generate(std::uint64_t seed, const std::vector<Word>& words);

}  // namespace programs
