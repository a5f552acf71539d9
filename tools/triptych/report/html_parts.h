// What the page is put together from.
#pragma once

#include <string>

#include "report/report.h"

namespace triptych::compare {

std::string escape(const std::string& text);
/// `<tag>content</tag>`; the content is HTML already, `attributes` begins with a space.
std::string element(const std::string& tag, const std::string& content, const std::string& attributes = "");

std::string table_html(const Table& table, Language language);
/// The drawing in SVG with its title and legend; nothing if there is nothing to draw.
std::string chart_html(const Chart& chart, const Table& table, Language language);
/// The programs beside each other, cut into parts, with links from concepts to the glossary.
std::string programs_html(const ProgramSet& set, Language language);
/// The concepts that the programs use, each explained.
std::string glossary_html(Language language);

}  // namespace triptych::compare
