// That no registered op is forgotten.
#pragma once

#include <set>
#include <string>
#include <vector>

namespace programs {

/// Registered ops that are not among `seen`, but for those that programs cannot have.
std::vector<std::string> missing_ops(const std::set<std::string>& seen);

}  // namespace programs
