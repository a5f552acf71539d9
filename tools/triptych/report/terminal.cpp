// What a terminal shows: the trainings as a table, then the verdicts.
#include <algorithm>

#include "report/report.h"

namespace triptych::compare {
namespace {

void add_table(const Table& table, Language language, std::string& text) {
  std::vector<std::vector<std::string>> rows(1);
  for (const std::string& column : table.columns) rows[0].push_back(text_of("column." + column, language));
  for (const auto& row : table.rows) {
    rows.emplace_back();
    for (const Cell& cell : row) rows.back().push_back(plain_text(cell, language));
  }
  std::vector<std::size_t> widths(table.columns.size(), 0);
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns_of_text(row[i]));
  for (std::size_t r = 0; r < rows.size(); ++r)
    for (std::size_t i = 0; i < rows[r].size(); ++i) {
      const bool number = r > 0 && std::holds_alternative<double>(table.rows[r - 1][i]);
      const std::string space(widths[i] - columns_of_text(rows[r][i]), ' ');
      text += number ? space + rows[r][i] : rows[r][i] + space;
      text += i + 1 < rows[r].size() ? "  " : "\n";
    }
}

}  // namespace

std::string to_text(const Report& report, Language language) {
  std::string text;
  std::string verdicts;
  for (const Point& point : report.points) {
    for (const Table& table : point.tables)
      if (table.id == "training" && !table.rows.empty()) {
        add_table(table, language, text);
        text += "\n";
      }
    for (const Verdict& verdict : point.verdicts)
      verdicts += claim_text(verdict, language) + "\n  " +
                  text_of("finding." + finding_name(verdict.finding), language) + ": " +
                  measured_text(verdict, language) + "\n";
  }
  return text + verdicts;
}

}  // namespace triptych::compare
