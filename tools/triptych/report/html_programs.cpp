// Programs side by side, aligned by their `// -- Title` lines, and the glossary of the concepts in them.
#include <algorithm>
#include <set>
#include <sstream>

#include "report/html_parts.h"

namespace triptych::compare {
namespace {

struct Part {
  std::string title;
  int lines = 0;                       // of code
  std::vector<std::string> html = {};  // the lines, concepts linked; "" for a blank one
};

bool explained(const std::string& id) {
  const auto& all = glossary();
  return std::any_of(all.begin(), all.end(), [&](const Concept& entry) { return entry.id == id; });
}

/// A line with links to the glossary where concepts are used.
std::string line_html(const std::string& line, int number, const std::vector<ConceptUse>& uses) {
  std::string html;
  std::size_t done = 0;
  for (const ConceptUse& use : uses) {
    const auto column = static_cast<std::size_t>(use.column), length = static_cast<std::size_t>(use.length);
    if (!explained(use.id) || use.line != number || column < done || column + length > line.size()) continue;
    html += escape(line.substr(done, column - done)) +
            element("a", escape(line.substr(column, length)), " href=\"#concept-" + use.id + "\"");
    done = column + length;
  }
  html += escape(line.substr(done));
  return html.empty() ? html : code_line(html, line.find_first_not_of(' '));
}

std::vector<Part> parts_of(const ProgramSource& program) {
  std::vector<Part> parts = {{"Head"}};
  std::istringstream lines(program.code);
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    const std::size_t mark = line.find("// -- ");
    if (mark != std::string::npos && line.find_first_not_of(' ') == mark) {
      parts.push_back({line.substr(mark + 6)});
      continue;
    }
    if (line.empty() && parts.back().html.empty()) continue;
    parts.back().lines += count_code_lines(line);
    parts.back().html.push_back(line_html(line, number, program.uses));
  }
  for (Part& part : parts)
    while (!part.html.empty() && part.html.back().empty()) part.html.pop_back();
  return parts;
}

std::string part_title(const std::string& title, Language language) {
  std::string key = "part." + title;
  std::replace(key.begin(), key.end(), ' ', '_');
  return has_text(key) ? text_of(key, language) : title;
}

}  // namespace

std::string programs_html(const ProgramSet& set, Language language) {
  std::vector<std::vector<Part>> all;
  // In this order, whatever the order in the files: a module stands before main(), a graph in it.
  std::vector<std::string> titles = {"Head", "Data", "Model"};
  std::set<std::string> used;
  for (const ProgramSource& program : set.programs) {
    all.push_back(parts_of(program));
    for (const Part& part : all.back()) {
      if (!part.html.empty()) used.insert(part.title);
      if (std::find(titles.begin(), titles.end(), part.title) == titles.end()) titles.push_back(part.title);
    }
  }
  std::erase_if(titles, [&](const std::string& title) { return !used.contains(title); });

  std::string html;
  for (const std::string& title : titles) {
    if (titles.size() > 1) html += element("h4", escape(part_title(title, language)));
    std::string row;
    for (std::size_t i = 0; i < all.size(); ++i) {
      int lines = 0;
      std::string code;
      for (const Part& part : all[i])
        if (part.title == title) {
          lines += part.lines;
          for (const std::string& line : part.html) code += line.empty() ? code_line("", 0) : line;
        }
      const std::string head = escape(text_of("style." + set.programs[i].style, language)) + ", " +
                               std::to_string(lines) + " " + escape(text_of("word.lines", language));
      row += element(
          "div", element("h5", head) + (code.empty() ? "" : element("pre", element("code", code), " tabindex=\"0\"")));
    }
    html += element("div", row, " class=\"programs\"");
  }
  return element("details",
                 element("summary", escape(text_of("word.programs", language)) + ": " + escape(set.model)) + html,
                 " open");
}

std::string glossary_html(Language language) {
  std::string list;
  for (const Concept& entry : glossary())
    list += element("dt", escape(text_of(entry.name, language)), " id=\"concept-" + entry.id + "\"") +
            element("dd", escape(text_of(entry.explanation, language)));
  return list.empty()
             ? ""
             : element("h2", escape(text_of("word.glossary", language)), " id=\"glossary\"") + element("dl", list);
}

}  // namespace triptych::compare
