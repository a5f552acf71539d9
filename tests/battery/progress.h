// What a child tells its parent before it does something that may kill it: memory of both.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>

namespace battery {

struct Progress {
  std::size_t subject = 0;
  std::int64_t ordinal = 0;
  std::int64_t cases = 0;  // done
  bool good = false;       // its arguments are all good
  int count = 0;           // arguments that are there
  char texts[16][200] = {};

  void note(std::size_t argument, const std::string& text) {
    if (argument >= 16) return;
    std::snprintf(texts[argument], sizeof texts[argument], "%s", text.c_str());
    if (count <= static_cast<int>(argument)) count = static_cast<int>(argument) + 1;
  }
};
inline Progress* progress = nullptr;

}  // namespace battery
