#include "report/html_parts.h"

#include <algorithm>
#include <sstream>

namespace triptych::compare {
namespace {

std::string number_with_quartiles(const std::vector<Cell>& row, std::size_t i, bool quartiles, Language language) {
  std::string number = escape(plain_text(row[i], language));
  if (!quartiles || !std::holds_alternative<double>(row[i])) return number;
  const auto bound = [&](std::size_t k) { return escape(plain_text(row[i + k], language)); };
  return number + element("small", " (" + bound(1) + "–" + bound(2) + ")");
}

/// A name of several parts may be broken between them, where it stands in a narrow card.
std::string breakable(const std::string& escaped) {
  std::string html;
  for (const char c : escaped) html.append(1, c).append(c == '_' || c == '/' ? "<wbr/>" : "");
  return html;
}

/// The column's lower and upper quartile follow it.
bool has_quartiles(const Table& table, std::size_t i) {
  return i + 2 < table.columns.size() && table.columns[i + 1] == table.columns[i] + "_low" &&
         table.columns[i + 2] == table.columns[i] + "_high";
}

/// Whether what a column holds is long, so that it gets a line of its own on a card.
bool is_long(const Table& table, std::size_t i) {
  return std::any_of(table.rows.begin(), table.rows.end(), [&](const auto& row) {
    return std::holds_alternative<Code>(row[i]) || std::holds_alternative<Text>(row[i]);
  });
}

bool is_numeric(const Table& table, std::size_t i) {
  return std::any_of(table.rows.begin(), table.rows.end(),
                     [&](const auto& row) { return std::holds_alternative<double>(row[i]); });
}

std::string plain_table(const Table& table, Language language, const std::string& caption) {
  std::string head;
  std::vector<std::string> body(table.rows.size());
  bool wide = false;
  std::size_t columns = 0;
  for (std::size_t i = 0; i < table.columns.size(); ++columns) {
    const bool quartiles = has_quartiles(table, i), numeric = is_numeric(table, i), longer = is_long(table, i);
    wide |= longer;
    std::string title = escape(text_of("column." + table.columns[i], language));
    if (quartiles) title += " " + element("small", escape(text_of("word.quartiles", language)));
    head += element("th", title, " scope=\"col\"");
    const std::string attributes = std::string(" class=\"") +
                                   (numeric  ? "number"
                                    : longer ? "long"
                                             : "word") +
                                   "\" data-label=\"" + escape(text_of("column." + table.columns[i], language)) + "\"";
    for (std::size_t r = 0; r < table.rows.size(); ++r) {
      const Code* code = std::get_if<Code>(&table.rows[r][i]);
      const std::string html =
          code ? element("pre", code_html(code->text)) : number_with_quartiles(table.rows[r], i, quartiles, language);
      body[r] += element("td", numeric || longer ? html : breakable(html), attributes);
    }
    i += quartiles ? 3 : 1;
  }
  std::string rows;
  for (const std::string& cells : body) rows += element("tr", cells);
  return element("table", caption + element("thead", element("tr", head)) + element("tbody", rows),
                 " id=\"table-" + table.id + "\"" + (wide || columns > 4 ? " class=\"cards\"" : ""));
}

/// A table whose last column holds programs: those of one thing side by side, what the other columns say above each.
std::string code_groups(const Table& table, Language language) {
  std::string html, group, title;
  const auto close = [&] {
    if (!group.empty()) html += element("h4", title) + element("div", group, " class=\"programs\"");
    group.clear();
  };
  for (const auto& row : table.rows) {
    if (const std::string now = escape(plain_text(row[0], language)); now != title) {
      close();
      title = now;
    }
    std::string head;
    for (std::size_t i = 1; i + 1 < row.size(); ++i) {
      if (i > 1) head += ", ";
      if (std::holds_alternative<double>(row[i])) head += escape(text_of("column." + table.columns[i], language)) + " ";
      head += escape(plain_text(row[i], language));
    }
    group += element(
        "div", element("h5", head) + element("pre", element("code", code_html(plain_text(row.back(), language)))));
  }
  close();
  return element("div", html, " id=\"table-" + table.id + "\"");
}

}  // namespace

std::string escape(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '&')
      result += "&amp;";
    else if (c == '<')
      result += "&lt;";
    else if (c == '>')
      result += "&gt;";
    else if (c == '"')
      result += "&quot;";
    else
      result += c;
  }
  return result;
}

std::string element(const std::string& tag, const std::string& content, const std::string& attributes) {
  std::string html = "<";
  html.append(tag).append(attributes).append(">").append(content).append("</").append(tag).append(">");
  return html;
}

std::string code_line(const std::string& html, std::size_t indent) {
  // What clang-format aligns with something far right would have no room to go on.
  constexpr std::size_t deepest = 12;
  const std::size_t shown = std::min(indent, deepest);
  return element("span", html.substr(indent - shown),
                 " class=\"line\" style=\"--indent:" + std::to_string(shown) + "\"");
}

std::string code_html(const std::string& code) {
  std::string html;
  std::istringstream lines(code);
  for (std::string line; std::getline(lines, line);)
    html += code_line(escape(line), std::min(line.find_first_not_of(' '), line.size()));
  return html;
}

std::string table_html(const Table& table, Language language) {
  const std::string title = escape(text_of("table." + table.id, language));
  const bool programs = table.folded && !table.rows.empty() && std::holds_alternative<Code>(table.rows[0].back());
  if (programs) return element("details", element("summary", title) + code_groups(table, language));
  if (table.folded)
    return element("details",
                   element("summary", title) + element("div", plain_table(table, language, ""), " class=\"scroll\""));
  return element("div", plain_table(table, language, element("caption", title)), " class=\"scroll\" tabindex=\"0\"");
}

}  // namespace triptych::compare
