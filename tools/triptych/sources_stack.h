// The functions on this thread's stack.
#pragma once

#include <string>
#include <vector>

namespace triptych::compare {

/// Return addresses, innermost first.
std::vector<void*> stack_addresses();
/// The name of the function that holds `address`, without its parameters: from the symbol table of the program or
/// library, so of functions too that a library hides; "?" if that was stripped.
std::string function_at(void* address);

}  // namespace triptych::compare
