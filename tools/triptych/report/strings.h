// The report's texts in both languages.
#pragma once

#include <map>
#include <string>

#include "sources.h"

namespace triptych::compare {

/// Keys: "claim.ID", "rule.ID", "measured.ID", "point.ID", "intro.ID", "table.ID", "column.NAME", "chart.ID",
/// "style.ID", ...
const std::map<std::string, Text>& strings();

}  // namespace triptych::compare
