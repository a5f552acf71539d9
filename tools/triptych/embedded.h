// Files that are part of the program.
#pragma once

#include <map>
#include <string>

namespace triptych::compare {

/// Text by file name; made at build time by cmake/embed.cmake.
const std::map<std::string, std::string>& embedded_files();

}  // namespace triptych::compare
