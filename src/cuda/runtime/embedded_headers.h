// The headers that kernels which are compiled at run time include, as text.
#pragma once

#include <map>
#include <string>

namespace triptych::cuda {

/// By the name that they are included by; made at build time by cmake/embed.cmake.
const std::map<std::string, std::string>& embedded_headers();

}  // namespace triptych::cuda
