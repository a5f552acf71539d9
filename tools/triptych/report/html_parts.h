// What the page is put together from.
#pragma once

#include <string>

#include "report/report.h"

namespace triptych::compare {

std::string escape(const std::string& text);
/// `<tag>content</tag>`; the content is HTML already, `attributes` begins with a space.
std::string element(const std::string& tag, const std::string& content, const std::string& attributes = "");

/// A line of a program, which begins with `indent` spaces: where it is too long it goes on further in.
std::string code_line(const std::string& html, std::size_t indent);
/// A program or a message, line by line.
std::string code_html(const std::string& code);

/// Quartiles stand in the cell of their median. On a narrow screen the rows of a wide table become cards; programs
/// stand side by side, not in cells.
std::string table_html(const Table& table, Language language);
/// The drawing in SVG with its title and legend; nothing if there is nothing to draw.
std::string chart_html(const Chart& chart, const Table& table, Language language);
/// The programs beside each other, cut into parts, with links from concepts to the glossary.
std::string programs_html(const ProgramSet& set, Language language);
/// The concepts that the programs use, each explained.
std::string glossary_html(Language language);

}  // namespace triptych::compare
