// Where the tape stands.
#pragma once

#include <cstdint>

namespace triptych {

/// The number that the next node on the tape gets: what is recorded from now on has this or a higher one.
std::uint64_t next_tape_number();

}  // namespace triptych
