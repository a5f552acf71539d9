// A program as C++ that can be compiled where it stands.
#pragma once

#include <string>

#include "check.h"

namespace programs {

/// In two parts, for several in one file: what is included, and the rest. Together: the program as a function, its
/// inputs, and a main() that runs it eagerly and in the way that differs. `title` stands in the first lines, as
/// comments.
std::string cpp_headers();
std::string cpp_functions(const Program& program, const Way& way);
std::string to_cpp(const Program& program, const Way& way, const std::string& title);

}  // namespace programs
