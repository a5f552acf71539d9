// Runs a program in every way and compares what comes out.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "run.h"

namespace programs {

/// A way in which a program gives something else than eagerly.
struct Finding {
  const Way* way = nullptr;
  std::string text;  // the value and the element, or the error
  bool error = false;
};

/// How often what happened.
struct Statistics {
  std::map<std::string, int> words, refused;  // by name; by way and message
  int programs = 0, runs = 0;
  int rounded = 0;  // outcomes that were equal but for rounding
};

/// What differs, if anything: the first of these ways. Ways with unknown dimensions may refuse a program.
std::optional<Finding> check(const Program& program, const std::vector<Way>& ways, Statistics* statistics = nullptr);

}  // namespace programs
