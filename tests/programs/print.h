// A program as C++ that can be compiled where it stands.
#pragma once

#include <string>

#include "check.h"

namespace programs {

/// The program as a function, its inputs, and a main() that runs it eagerly and in the way that differs. `title` stands
/// in the first lines, as comments.
std::string to_cpp(const Program& program, const Way& way, const std::string& title);

}  // namespace programs
