// What is not wrong but surely not meant: it is said once, by a handler that can be replaced.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "triptych/core/export.h"
#include "triptych/core/location.h"

namespace triptych {

/// Is given the text, "[StepLR] ...", without the place, and the place.
using WarningHandler = std::function<void(const std::string& text, Location where)>;

/// Gives all warnings of the process to `handler`, and returns the handler before. An empty one, as at first, writes a
/// line to stderr.
TRIPTYCH_API WarningHandler set_warning_handler(WarningHandler handler);

/// Hands "[op] text" to the handler.
TRIPTYCH_API void warn(std::string_view op, std::string_view text, Location where = Location::here());
/// The same, once for each op and line.
TRIPTYCH_API void warn_once(std::string_view op, std::string_view text, Location where = Location::here());

}  // namespace triptych
