// That no registered op and no pass is forgotten.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

namespace programs {

/// Registered ops that are not among `seen`, but for those that programs cannot have.
std::vector<std::string> missing_ops(const std::set<std::string>& seen);

/// Passes of the compiler for the CPU that changed nothing so far.
std::vector<std::string> idle_passes(const std::map<std::string, int>& rewrites);

}  // namespace programs
