// The glossary, and where programs use its concepts: the tokens of each stand in examples/compare/texts.json.
#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <tuple>

#include "sources.h"
#include "sources_files.h"

namespace triptych::compare {
namespace {

bool of_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

/// The code with comments, preprocessor lines and the insides of strings as blanks: every place stays where it is.
std::string only_code(const std::string& line) {
  const std::size_t first = line.find_first_not_of(' ');
  if (first != std::string::npos && line[first] == '#') return std::string(line.size(), ' ');
  std::string code = line;
  bool quoted = false;
  for (std::size_t i = 0; i < code.size(); ++i) {
    if (!quoted && code.compare(i, 2, "//") == 0) {
      std::fill(code.begin() + static_cast<std::ptrdiff_t>(i), code.end(), ' ');
      break;
    }
    if (code[i] == '"')
      quoted = !quoted;
    else if (quoted)
      code[i] = ' ';
  }
  return code;
}

/// Places of `token` in `code` that are no part of a longer name.
std::vector<std::size_t> places_of(const std::string& token, const std::string& code) {
  std::vector<std::size_t> places;
  for (std::size_t at = code.find(token); at != std::string::npos; at = code.find(token, at + 1)) {
    const std::size_t end = at + token.size();
    const bool starts = at == 0 || !of_name(token.front()) || !of_name(code[at - 1]);
    const bool ends = end == code.size() || !of_name(token.back()) || !of_name(code[end]);
    if (starts && ends) places.push_back(at);
  }
  return places;
}

std::vector<ConceptUse> uses_in(const std::string& source) {
  std::vector<ConceptUse> uses;
  const std::vector<std::string> lines = lines_of(source);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string code = only_code(lines[i]);
    std::vector<ConceptUse> found;
    for (const auto& entry : source_texts()["concepts"])
      for (const std::string token : entry["tokens"])
        for (const std::size_t at : places_of(token, code))
          found.push_back({entry["id"], static_cast<int>(i + 1), static_cast<int>(at), static_cast<int>(token.size())});
    // Of tokens that overlap the first counts, of those that begin together the longest.
    std::sort(found.begin(), found.end(), [](const ConceptUse& a, const ConceptUse& b) {
      return std::tuple(a.column, -a.length) < std::tuple(b.column, -b.length);
    });
    int end = 0;
    for (ConceptUse& use : found) {
      if (use.column < end) continue;
      end = use.column + use.length;
      uses.push_back(std::move(use));
    }
  }
  return uses;
}

}  // namespace

const std::vector<Concept>& glossary() {
  static const std::vector<Concept> concepts = [] {
    std::vector<Concept> result;
    for (const auto& entry : source_texts()["concepts"])
      result.push_back({entry["id"], text_of(entry["name"]), text_of(entry["explanation"])});
    return result;
  }();
  return concepts;
}

std::vector<std::string> ProgramSource::concepts() const {
  std::vector<std::string> ids;
  for (const ConceptUse& use : uses)
    if (std::find(ids.begin(), ids.end(), use.id) == ids.end()) ids.push_back(use.id);
  return ids;
}

std::vector<ProgramSource> program_sources(const std::string& model) {
  std::vector<ProgramSource> programs;
  for (const std::string& style : three_styles) {
    ProgramSource program{.name = model, .style = style};
    const bool first_model = model == "digits";
    program.file = first_model ? "compare/edits/" + style + "/base.cpp" : "equal/" + model + "_" + style + ".cpp";
    program.code = source_file(program.file);
    program.lines = count_code_lines(program.code);
    if (const CompileRecord record = first_model ? compile_record(style + "_base") : CompileRecord{};
        record.status == 0)
      program.compile_seconds = record.seconds;
    program.uses = uses_in(program.code);
    programs.push_back(std::move(program));
  }
  return programs;
}

}  // namespace triptych::compare
