// The code blocks of the project's pages, and what the comment above a block says about it:
//
//   <!-- from PATH -->     the block is a part of that file, word for word; a line `// ...` leaves lines out
//   <!-- top level -->     C++ that stands outside of a function (includes, definitions)
//   (nothing)              C++ that runs, after the blocks above it and in one scope with them
//
// A `text` block below a C++ block is what the blocks since the last one print.
#pragma once

#include <sstream>
#include <string>
#include <vector>

struct Block {
  int line = 0;  // of its first line of code
  std::string language, note;
  std::vector<std::string> lines;

  bool quoted() const { return note.starts_with("from "); }
  std::string source() const { return quoted() ? note.substr(5) : ""; }
  bool is_cpp() const { return language == "cpp"; }
  bool top_level() const { return note == "top level"; }
};

inline std::vector<Block> blocks_of(const std::string& page) {
  std::vector<Block> blocks;
  std::istringstream stream(page);
  std::string note, line;
  bool inside = false;
  for (int number = 1; std::getline(stream, line); ++number) {
    if (line.starts_with("```")) {
      if (!inside) blocks.push_back({number + 1, line.substr(3), note, {}});
      inside = !inside;
      note.clear();
    } else if (inside) {
      blocks.back().lines.push_back(line);
    } else if (line.starts_with("<!-- ") && line.ends_with(" -->")) {
      note = line.substr(5, line.size() - 9);
    } else if (!line.empty()) {
      note.clear();
    }
  }
  return blocks;
}
