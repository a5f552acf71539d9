// The sources and records that the program carries (cmake/compare.cmake).
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "sources.h"

namespace triptych::compare {

/// Text by path below examples/ or the build's generated/; made at build time by cmake/embed.cmake.
const std::map<std::string, std::string>& source_files();
/// The text at `path`; std::out_of_range that names it if there is none.
const std::string& source_file(const std::string& path);
/// examples/compare/texts.json.
const nlohmann::json& source_texts();
/// A text in both languages.
Text text_of(const nlohmann::json& json);

std::vector<std::string> lines_of(const std::string& text);

/// What the compiler said when the program was built.
struct CompileRecord {
  int status = 0;
  double seconds = 0;  // of the processor
  std::string output;
};
CompileRecord compile_record(const std::string& name);
bool has_compile_record(const std::string& name);

/// The styles, in the order of the report.
inline const std::vector<std::string> three_styles = {"lowlevel", "eager", "keras"};

}  // namespace triptych::compare
