// Attributes in texts that users read.
#pragma once

#include <string>

#include "triptych/core/attributes.h"

namespace triptych {

/// As `type.print`, but tensors without their identity, which changes from run to run.
void print_readably(const AttributeType& type, const void* attributes, std::string& out);

/// Whether this thread prints for them now.
bool prints_readably();

}  // namespace triptych
