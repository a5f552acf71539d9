#include "sources.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

#include "sources_files.h"

namespace triptych::compare {

const std::string& source_file(const std::string& path) {
  const auto found = source_files().find(path);
  if (found == source_files().end()) throw std::out_of_range("no source " + path + " is part of the program");
  return found->second;
}

const nlohmann::json& source_texts() {
  static const nlohmann::json texts = nlohmann::json::parse(source_file("compare/texts.json"));
  return texts;
}

Text text_of(const nlohmann::json& json) { return {json.at("en"), json.at("zh")}; }

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

CompileRecord compile_record(const std::string& name) {
  const std::string& text = source_file("compiled/" + name + ".txt");
  CompileRecord record;
  std::istringstream first(text);
  first >> record.status >> record.seconds;
  record.output = text.substr(std::min(text.find('\n') + 1, text.size()));
  return record;
}

bool has_compile_record(const std::string& name) { return source_files().contains("compiled/" + name + ".txt"); }

int count_code_lines(const std::string& code) {
  int count = 0;
  for (const std::string& line : lines_of(code)) {
    const std::size_t first = line.find_first_not_of(" \t");
    count += first != std::string::npos && line.compare(first, 2, "//") != 0;
  }
  return count;
}

std::vector<UncommonThing> uncommon_things() {
  std::vector<UncommonThing> result;
  for (const char* kind : {"custom_gradient", "two_losses", "frozen_layer", "own_loop", "inner_value"})
    for (const std::string& style : three_styles) {
      UncommonThing thing{.kind = kind, .title = text_of(source_texts()["things"].at(kind)), .style = style};
      thing.file = "compare/things/" + style + "/" + kind + ".cpp";
      bool counted = false;
      for (const std::string& line : lines_of(source_file(thing.file))) {
        const std::size_t first = line.find_first_not_of(' ');
        const std::string text = first == std::string::npos ? "" : line.substr(first);
        if (text == "// begin" || text == "// end")
          counted = text == "// begin";
        else if (counted)
          thing.code += line + "\n";
      }
      thing.lines = count_code_lines(thing.code);
      result.push_back(std::move(thing));
    }
  return result;
}

std::vector<ApiFolder> api_folders() {
  std::vector<ApiFolder> result;
  for (const std::string& line : lines_of(source_file("api_lines.txt"))) {
    ApiFolder folder;
    std::istringstream(line) >> folder.folder >> folder.files >> folder.lines >> folder.code_lines;
    const std::string name = folder.folder.substr(folder.folder.rfind('/') + 1);
    folder.style = name.starts_with("api_") ? name.substr(4) : name;
    result.push_back(std::move(folder));
  }
  return result;
}

}  // namespace triptych::compare
