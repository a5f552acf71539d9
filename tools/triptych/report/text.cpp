// Texts: looked up, filled in, and numbers as they are shown.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "report/report.h"
#include "report/strings.h"

namespace triptych::compare {
namespace {

/// Puts the values in the places {0}, {1}, ...
std::string fill(const std::string& pattern, const std::vector<Cell>& values, Language language) {
  std::string result;
  for (std::size_t i = 0; i < pattern.size();) {
    const std::size_t open = pattern.find('{', i), close = pattern.find('}', open);
    if (close == std::string::npos) return result + pattern.substr(i);
    result += pattern.substr(i, open - i);
    result += plain_text(values.at(std::stoul(pattern.substr(open + 1, close - open - 1))), language);
    i = close + 1;
  }
  return result;
}

/// The bytes of the character that begins with `byte`, and the columns that a terminal gives it.
std::pair<std::size_t, std::size_t> size_of_character(char byte) {
  const auto first = static_cast<unsigned char>(byte);
  const std::size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  return {length, length == 4 || (length == 3 && first >= 0xe3) ? 2 : 1};
}

}  // namespace

const std::string& text_of(const std::string& key, Language language) {
  const auto found = strings().find(key);
  if (found == strings().end()) throw std::logic_error("the string table has no " + key);
  return text_of(found->second, language);
}

const std::string& text_of(const Text& text, Language language) {
  return language == Language::chinese ? text.zh : text.en;
}

bool has_text(const std::string& key) { return strings().contains(key); }

std::string number_text(double value) {
  char text[64];
  const bool whole = std::abs(value) >= 1000 || value == std::floor(value);
  std::snprintf(text, sizeof text, whole ? "%.0f" : "%.4g", value);
  return text;
}

std::string plain_text(const Cell& cell, Language language) {
  struct Visitor {
    Language language;
    std::string operator()(std::monostate) const { return "–"; }
    std::string operator()(double value) const { return number_text(value); }
    std::string operator()(const std::string& value) const { return value; }
    std::string operator()(const Term& term) const { return text_of(term.key, language); }
    std::string operator()(const Code& code) const { return code.text; }
    std::string operator()(const Text& text) const { return text_of(text, language); }
  };
  return std::visit(Visitor{language}, cell);
}

std::string filled(const std::string& key, const std::vector<Cell>& values, Language language) {
  return fill(text_of(key, language), values, language);
}

std::string cell_id(const Cell& cell) {
  if (const Term* term = std::get_if<Term>(&cell)) return term->key.substr(term->key.find('.') + 1);
  return plain_text(cell, Language::english);
}

std::size_t columns_of_text(const std::string& text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); i += size_of_character(text[i]).first)
    count += size_of_character(text[i]).second;
  return count;
}

std::string cut_to_columns(const std::string& text, std::size_t columns) {
  std::size_t end = 0;
  for (std::size_t used = 0; end < text.size(); end += size_of_character(text[end]).first)
    if ((used += size_of_character(text[end]).second) > columns) break;
  return text.substr(0, end);
}

std::string finding_name(Finding finding) {
  return finding == Finding::held ? "held" : finding == Finding::not_held ? "not_held" : "untested";
}

std::string claim_text(const Verdict& verdict, Language language) { return text_of("claim." + verdict.id, language); }
std::string rule_text(const Verdict& verdict, Language language) { return text_of("rule." + verdict.id, language); }
std::string measured_text(const Verdict& verdict, Language language) {
  if (verdict.finding == Finding::untested) return text_of(verdict.reason, language);
  return filled("measured." + verdict.id, verdict.measured, language);
}

std::size_t column_of(const Table& table, const std::string& name) {
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    if (table.columns[i] == name) return i;
  throw std::logic_error("table " + table.id + " has no column " + name);
}

}  // namespace triptych::compare
