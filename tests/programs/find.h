// Looks for a program that shows a fault, and for the smallest one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "check.h"

namespace programs {

struct Found {
  std::uint64_t number = 0;  // of the program that was made
  Program program;           // the smallest one that still shows it
  Way way;
  std::string text;
  /// As C++, with a title that says all this.
  std::string cpp() const;
};

/// Makes and checks programs `first` to `first` + `count` - 1 until one differs.
std::optional<Found> find(std::uint64_t first, std::uint64_t count, const std::vector<Word>& words,
                          const std::vector<Way>& ways, Statistics& statistics);

}  // namespace programs
