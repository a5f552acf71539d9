// The report as data: what the HTML page, the JSON file and the terminal show. Nothing here knows how anything was
// measured.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "sources.h"

namespace triptych::compare {

/// A word of the string table ("style.eager"): shown in the report's language; what follows the dot stands in the JSON.
struct Term {
  std::string key;
};
/// Shown as it is, in a fixed-width font: a program, an error message.
struct Code {
  std::string text;
};
/// Of a table; monostate: nothing was measured.
using Cell = std::variant<std::monostate, double, std::string, Term, Code, Text>;

/// Strings "table.ID", and "column.NAME" for each column; in the JSON an array of objects under ID.
struct Table {
  std::string id;
  std::vector<std::string> columns;
  std::vector<std::vector<Cell>> rows = {};
  /// Many rows: the page shows them on demand.
  bool folded = false;
};

/// A drawing of a table's rows: one line for each series, its points joined in the order of the rows. String
/// "chart.ID".
struct Chart {
  std::string id, table, x, y, series;
  /// Only rows that have these values in these columns, as the JSON shows them.
  std::vector<std::pair<std::string, std::string>> where = {};
  bool log_x = false, log_y = false;
};

enum class Finding { held, not_held, untested };

/// What this run says about a claim. Strings "claim.ID", "rule.ID" and, for what was measured, "measured.ID" with {0},
/// {1}, ... filled in; when untested, `reason` instead.
struct Verdict {
  std::string id;
  Finding finding = Finding::untested;
  std::vector<Cell> measured = {};
  std::string reason = "reason.not_measured";
};

/// Programs of one model that do the same in three styles.
struct ProgramSet {
  std::string model;
  std::vector<ProgramSource> programs;
};

/// One of the points; strings "point.ID" and "intro.ID".
struct Point {
  std::string id;
  std::vector<Verdict> verdicts = {};
  std::vector<Chart> charts = {};
  std::vector<Table> tables = {};
  std::vector<ProgramSet> programs = {};
};

struct Report {
  /// Machine, build, date, options: ("fact.ID", value).
  std::vector<std::pair<std::string, Cell>> facts = {};
  std::vector<Point> points = {};
  bool interrupted = false, emulated = false;  // warnings at the top
};

enum class Language { english, chinese };

/// The string called `key`; an error if there is none.
const std::string& text_of(const std::string& key, Language language);
const std::string& text_of(const Text& text, Language language);
bool has_text(const std::string& key);
/// The string called `key` with these values in its places {0}, {1}, ...
std::string filled(const std::string& key, const std::vector<Cell>& values, Language language);
/// Columns that a terminal gives a text, and as much of a text as it has room for.
std::size_t columns_of_text(const std::string& text);
std::string cut_to_columns(const std::string& text, std::size_t columns);
/// As the page shows a cell, without mark-up.
std::string plain_text(const Cell& cell, Language language);
/// A number as the page shows it: whole, or with four significant digits. The JSON has the same number.
std::string number_text(double value);
/// "held", "not_held", "untested".
std::string finding_name(Finding finding);
/// The claim, its rule, what was measured, as sentences.
std::string claim_text(const Verdict& verdict, Language language);
std::string rule_text(const Verdict& verdict, Language language);
std::string measured_text(const Verdict& verdict, Language language);
/// Number of the column called `name`.
std::size_t column_of(const Table& table, const std::string& name);
/// What stands for a cell in the JSON where it names a series or a filter: "eager", "mlp", "128".
std::string cell_id(const Cell& cell);

std::string to_json(const Report& report, Language language);
std::string to_html(const Report& report, Language language);
/// The verdicts and the trainings, for a terminal.
std::string to_text(const Report& report, Language language);

}  // namespace triptych::compare
