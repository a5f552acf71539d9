// The report as JSON: docs/compare.md documents the fields.
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "report/report.h"

namespace triptych::compare {
namespace {

using nlohmann::ordered_json;

/// The number that the page shows.
ordered_json shown(double value) {
  if (!std::isfinite(value)) return nullptr;
  const double rounded = std::strtod(number_text(value).c_str(), nullptr);
  if (rounded == std::floor(rounded) && std::abs(rounded) < 9e15) return static_cast<std::int64_t>(rounded);
  return rounded;
}

ordered_json to_value(const Cell& cell, Language language) {
  if (std::holds_alternative<std::monostate>(cell)) return nullptr;
  if (const double* value = std::get_if<double>(&cell)) return shown(*value);
  if (std::holds_alternative<Text>(cell)) return plain_text(cell, language);
  return cell_id(cell);
}

ordered_json table_rows(const Table& table, Language language) {
  ordered_json rows = ordered_json::array();
  for (const auto& row : table.rows) {
    ordered_json object = ordered_json::object();
    for (std::size_t i = 0; i < row.size(); ++i) object[table.columns[i]] = to_value(row[i], language);
    rows.push_back(std::move(object));
  }
  return rows;
}

ordered_json verdict_json(const Verdict& verdict, Language language) {
  ordered_json measured = ordered_json::array();
  for (const Cell& cell : verdict.measured) measured.push_back(to_value(cell, language));
  return {{"id", verdict.id},
          {"claim", claim_text(verdict, language)},
          {"finding", finding_name(verdict.finding)},
          {"rule", rule_text(verdict, language)},
          {"measured", measured_text(verdict, language)},
          {"values", std::move(measured)}};
}

}  // namespace

std::string to_json(const Report& report, Language language) {
  ordered_json json;
  json["format"] = 1;
  json["language"] = language == Language::chinese ? "zh" : "en";
  json["interrupted"] = report.interrupted;
  json["emulated"] = report.emulated;
  for (const auto& [key, value] : report.facts) json["run"][key.substr(key.find('.') + 1)] = to_value(value, language);
  json["points"] = ordered_json::array();
  for (const Point& point : report.points) {
    ordered_json item = {{"id", point.id},
                         {"title", text_of("point." + point.id, language)},
                         {"verdicts", ordered_json::array()},
                         {"tables", ordered_json::object()}};
    for (const Verdict& verdict : point.verdicts) item["verdicts"].push_back(verdict_json(verdict, language));
    for (const Table& table : point.tables) item["tables"][table.id] = table_rows(table, language);
    json["points"].push_back(std::move(item));
  }
  return json.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace triptych::compare
