#include "report/html_parts.h"

namespace triptych::compare {
namespace {

std::string cell_html(const Cell& cell, Language language) {
  const std::string text = escape(plain_text(cell, language));
  if (std::holds_alternative<double>(cell)) return element("td", text, " class=\"number\"");
  if (std::holds_alternative<Code>(cell)) return element("td", element("pre", text));
  return element("td", text);
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

std::string table_html(const Table& table, Language language) {
  const std::string title = escape(text_of("table." + table.id, language));
  std::string head, body;
  for (const std::string& column : table.columns)
    head += element("th", escape(text_of("column." + column, language)), " scope=\"col\"");
  for (const auto& row : table.rows) {
    std::string cells;
    for (const Cell& cell : row) cells += cell_html(cell, language);
    body += element("tr", cells);
  }
  const std::string inner = element("thead", element("tr", head)) + element("tbody", body);
  const std::string id = " id=\"table-" + table.id + "\"";
  if (!table.folded)
    return element("div", element("table", element("caption", title) + inner, id), " class=\"scroll\" tabindex=\"0\"");
  return element("details",
                 element("summary", title) + element("div", element("table", inner, id), " class=\"scroll\""));
}

}  // namespace triptych::compare
