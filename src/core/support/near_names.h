// Names that somebody may have meant, for the hints of errors.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace triptych {

/// The `names` near to `wrong`: those that end alike after the last '.' or '/', since most mistakes are in the prefix,
/// and those that a few letters make equal. At most five, separated by commas; "" if there is none.
std::string near_names(std::string_view wrong, std::span<const std::string> names);

}  // namespace triptych
