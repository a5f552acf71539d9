// Tables that are published as JSON: an object whose values are integers, or lists of texts.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/formats/file.h"

namespace triptych {

struct JsonEntry {
  std::string key;
  std::int64_t number = 0;
  std::vector<std::string> texts;
};

/// The entries of the file's object, in its order. ArgumentError if the file is not such a table.
std::vector<JsonEntry> read_json_table(const std::string& path, FileContext context);

}  // namespace triptych
