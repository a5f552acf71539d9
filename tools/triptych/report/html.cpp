// The report as one HTML page that needs nothing else.
#include "embedded.h"
#include "report/html_parts.h"

namespace triptych::compare {
namespace {

/// A sign besides the word, so that the colour says nothing that cannot be read.
std::string badge(Finding finding, Language language) {
  const char* sign = finding == Finding::held ? "✓" : finding == Finding::not_held ? "✗" : "?";
  const std::string name = finding_name(finding);
  return element("span", std::string(sign) + " " + escape(text_of("finding." + name, language)),
                 " class=\"badge " + name + "\"");
}

std::string verdict_table(const Report& report, Language language) {
  std::string rows;
  for (const Point& point : report.points)
    for (const Verdict& verdict : point.verdicts)
      rows += element(
          "tr",
          element("td", element("a", escape(text_of("point." + point.id, language)), " href=\"#" + point.id + "\"")) +
              element("td", escape(claim_text(verdict, language))) + element("td", badge(verdict.finding, language)) +
              element("td", escape(measured_text(verdict, language))));
  std::string head;
  for (const char* column : {"point", "claim", "finding", "measured"})
    head += element("th", escape(text_of(std::string("column.") + column, language)), " scope=\"col\"");
  return element("div",
                 element("table", element("thead", element("tr", head)) + element("tbody", rows), " id=\"verdicts\""),
                 " class=\"scroll\" tabindex=\"0\"");
}

std::string facts(const Report& report, Language language) {
  std::string rows;
  for (const auto& [key, value] : report.facts)
    rows += element("tr", element("th", escape(text_of(key, language)), " scope=\"row\"") +
                              element("td", escape(plain_text(value, language))));
  return element("div", element("table", element("tbody", rows), " id=\"run\""), " class=\"scroll\"");
}

std::string verdict_html(const Verdict& verdict, Language language) {
  const auto line = [&](const char* word, const std::string& text) {
    return element("dt", escape(text_of(std::string("column.") + word, language))) + element("dd", text);
  };
  return element("div",
                 element("h3", escape(claim_text(verdict, language)) + " " + badge(verdict.finding, language)) +
                     element("dl", line("measured", escape(measured_text(verdict, language))) +
                                       line("rule", escape(rule_text(verdict, language)))),
                 " class=\"verdict\"");
}

std::string point_html(const Point& point, int number, Language language) {
  std::string html = element("h2", std::to_string(number) + ". " + escape(text_of("point." + point.id, language)),
                             " id=\"" + point.id + "\"") +
                     element("p", escape(text_of("intro." + point.id, language)));
  for (const Verdict& verdict : point.verdicts) html += verdict_html(verdict, language);
  std::string charts;
  for (const Chart& chart : point.charts)
    for (const Table& table : point.tables)
      if (table.id == chart.table) charts += chart_html(chart, table, language);
  if (!charts.empty()) html += element("div", charts, " class=\"charts\"");
  for (const Table& table : point.tables)
    if (!table.rows.empty()) html += table_html(table, language);
  for (const ProgramSet& set : point.programs) html += programs_html(set, language);
  return element("section", html);
}

}  // namespace

std::string to_html(const Report& report, Language language) {
  const std::string title = escape(text_of("page.title", language));
  std::string body = element("h1", title) + element("p", escape(text_of("page.what", language)));
  if (report.interrupted) body += element("p", escape(text_of("page.interrupted", language)), " class=\"warning\"");
  if (report.emulated) body += element("p", escape(text_of("page.emulated", language)), " class=\"warning\"");
  body += element("h2", escape(text_of("page.verdicts", language))) + verdict_table(report, language);
  body += element("h2", escape(text_of("page.run", language))) + facts(report, language);
  int number = 0;
  for (const Point& point : report.points) body += point_html(point, ++number, language);
  body += glossary_html(language);
  return "<!DOCTYPE html>\n<html lang=\"" + std::string(language == Language::chinese ? "zh-Hans" : "en") +
         "\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
         "<meta name=\"color-scheme\" content=\"light dark\">" +
         element("title", title) + element("style", embedded_files().at("report.css")) + "</head>" +
         element("body", element("main", body)) + "</html>\n";
}

}  // namespace triptych::compare
