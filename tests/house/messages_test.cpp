// What messages name exists: a function or option that a hint recommends stands in the public headers, or is a name
// that users write as a string.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <string>
#include <vector>

#include "files.h"

namespace {

namespace fs = std::filesystem;

bool in_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

/// The string literals of a source (what stands side by side is joined), and its words outside of literals and
/// comments.
struct Source {
  std::vector<std::string> literals;
  std::set<std::string> words;
};

Source read(const std::string& text) {
  Source source;
  bool joins = false;  // nothing but space since the last literal
  for (std::size_t i = 0; i < text.size();) {
    if (text.compare(i, 2, "//") == 0) {
      i = std::min(text.find('\n', i), text.size());
    } else if (text[i] == '"') {
      std::string literal;
      for (++i; i < text.size() && text[i] != '"'; ++i) {
        if (text[i] == '\\') ++i;
        literal += text[i];
      }
      ++i;
      if (joins)
        source.literals.back() += literal;
      else
        source.literals.push_back(literal);
      joins = true;
    } else if (in_word(text[i])) {
      std::size_t end = i;
      while (end < text.size() && in_word(text[end])) ++end;
      source.words.insert(text.substr(i, end - i));
      i = end;
      joins = false;
    } else {
      joins &= std::isspace(static_cast<unsigned char>(text[i])) != 0;
      if (text.compare(i, 3, "'\"'") == 0) i += 2;
      ++i;
    }
  }
  return source;
}

/// Names in a sentence: with an underscore, or followed by a bracket.
std::vector<std::string> names_in(const std::string& sentence) {
  std::vector<std::string> names;
  if (sentence.find(' ') == std::string::npos) return names;
  for (std::size_t i = 0; i < sentence.size(); ++i) {
    if (!in_word(sentence[i])) continue;
    std::size_t end = i;
    while (end < sentence.size() && in_word(sentence[end])) ++end;
    const std::string word = sentence.substr(i, end - i);
    const bool called = end < sentence.size() && sentence[end] == '(';
    if (!std::isdigit(static_cast<unsigned char>(word[0])) && (called || word.find('_') != std::string::npos))
      names.push_back(word);
    i = end;
  }
  return names;
}

}  // namespace

TEST(Messages, NamesWhatExists) {
  const fs::path root = TRIPTYCH_SOURCE_DIR;
  // A key of a file format, names of parameters, a switch of the build.
  const std::set<std::string> elsewhere = {"data_offsets", "grad_y", "grad_output", "DTRIPTYCH_CUDA"};
  std::set<std::string> known = elsewhere;
  std::vector<std::pair<std::string, std::string>> named;  // name, where
  for (const char* folder : {"include", "src"})
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      const std::string path = fs::relative(entry.path(), root).string();
      if (!path.ends_with(".h") && !path.ends_with(".cpp")) continue;
      if (path.find("/kernels/") != std::string::npos || path.starts_with("src/cuda")) continue;
      const Source source = read(read_file(entry.path()));
      if (path.starts_with("include")) known.insert(source.words.begin(), source.words.end());
      for (const std::string& literal : source.literals) {
        if (literal.find(' ') == std::string::npos) known.insert(literal);
        for (const std::string& name : names_in(literal)) named.emplace_back(name, path);
      }
    }
  ASSERT_GT(named.size(), 50u);
  for (const auto& [name, path] : named) EXPECT_TRUE(known.contains(name)) << path << " names '" << name << "'";
}

// The test sees what it is for.
TEST(Messages, FindsNames) {
  EXPECT_EQ(names_in("Use stop_gradient, or detach() it"), (std::vector<std::string>{"stop_gradient", "detach"}));
  const Source source = read("throw E(\"one \"  \"two\", x);  // \"no\" word\n'\"' \"three\\\"\"");
  EXPECT_EQ(source.literals, (std::vector<std::string>{"one two", "three\""}));
  EXPECT_FALSE(source.words.contains("word"));
}
