#include "core/formats/json_table.h"

#include "core/formats/json.h"

namespace triptych {
namespace {

std::vector<JsonEntry> entries_of(const Json& table) {
  std::vector<JsonEntry> entries;
  for (const auto& [key, value] : table.items()) {
    JsonEntry entry{.key = key, .number = 0, .texts = {}};
    if (value.is_array())
      for (const Json& text : value) entry.texts.push_back(text.text());
    else
      entry.number = value.get<std::int64_t>();
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace

std::vector<JsonEntry> read_json_table(const std::string& path, FileContext context) {
  const InputFile file(path, context);
  if (file.size() > (1U << 28))
    throw ArgumentError(context.op, "the file is too large for a table in JSON",
                        "'" + path + "' has " + std::to_string(file.size()) + " bytes", "", context.where);
  std::string text(file.size(), '\0');
  file.read_at(0, text.data(), text.size(), context);
  try {
    return entries_of(Json::parse(text, 2));
  } catch (const JsonError& error) {
    throw ArgumentError(context.op, "the file is not a table in JSON", "'" + path + "', " + error.what(), "",
                        context.where);
  }
}

}  // namespace triptych
