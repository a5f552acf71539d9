// What messages name exists: a function or option that a hint recommends stands in the public headers, or is a name
// that users write as a string.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <map>
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
  // Keys of file formats, names of parameters, switches of the build; words of SVG and of Graphviz.
  const std::set<std::string> elsewhere = {"data_offsets",
                                           "process_name",
                                           "thread_name",
                                           "grad_y",
                                           "grad_output",
                                           "DTRIPTYCH_CUDA",
                                           "TRIPTYCH_KERAS_FILES",
                                           "TRIPTYCH_PICTURES",
                                           "layer_with_weights",
                                           "VARIABLE_VALUE",
                                           "metadata_path",
                                           "translate",
                                           "url",
                                           "cluster_"};
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

namespace {

/// The arguments of `throw ArgumentError(...)` and `throw UnsupportedError(...)`, each as text.
std::vector<std::string> throws_in(const std::string& text) {
  std::vector<std::string> found;
  for (const char* thrown : {"throw ArgumentError(", "throw UnsupportedError("})
    for (std::size_t at = text.find(thrown); at != std::string::npos; at = text.find(thrown, at + 1)) {
      const std::size_t begin = at + std::string(thrown).size();
      std::size_t end = begin;
      for (int depth = 1; depth > 0 && end < text.size(); ++end) {
        if (text[end] == '"')
          for (++end; end < text.size() && text[end] != '"'; ++end)
            if (text[end] == '\\') ++end;
        depth += text[end] == '(' ? 1 : text[end] == ')' ? -1 : 0;
      }
      found.push_back(text.substr(begin, end - begin));
    }
  return found;
}

}  // namespace

// An error is thrown with the user's line, or from where a Frame around it knows it: those are listed, with the number
// of their throws.
TEST(Messages, AreGivenTheUsersLine) {
  const fs::path root = TRIPTYCH_SOURCE_DIR;
  const std::map<std::string, int> framed = {
      {"src/api_eager/module.cpp", 3},         // the Frames of a call and of clone
      {"src/api_eager/nn/activation.cpp", 1},  // a call's, as those of the next ones
      {"src/api_eager/nn/adaptive_softmax.cpp", 2},
      {"src/api_eager/nn/attention.cpp", 1},
      {"src/api_eager/nn/container.cpp", 1},  // clone's
      {"src/api_eager/nn/conv.cpp", 1},
      {"src/api_eager/nn/embedding.cpp", 1},
      {"src/api_eager/nn/hooks.cpp", 4},
      {"src/api_eager/nn/lazy.cpp", 2},
      {"src/api_eager/nn/linear.cpp", 1},
      {"src/api_eager/nn/normalization.cpp", 3},
      {"src/api_eager/nn/padding.cpp", 1},
      {"src/api_eager/nn/parametrize.cpp", 2},
      {"src/api_eager/nn/recurrent.cpp", 1},
      {"src/core/data/dataset.cpp", 4},       // a loader's, Dataset::operator[]'s
      {"src/core/data/idx_dataset.cpp", 1},   // the same
      {"src/core/data/loader.cpp", 1},        // an operator has no line
      {"src/core/dispatch/registry.cpp", 4},  // before main: there is no line
      {"src/core/graph/array_write.cpp", 2},  // the node's, while it runs, as those of the next two
      {"src/core/graph/checks.cpp", 2},
      {"src/core/graph/control_flow.cpp", 3},
      {"src/core/graph/graph.cpp", 2},          // a handle from a null pointer, state of nobody
      {"src/core/graph/interpreter.cpp", 2},    // the line of the run is added
      {"src/core/graph/subgraph.cpp", 2},       // the op's
      {"src/core/memory/allocator.cpp", 1},     // the op's
      {"src/core/memory/device.cpp", 1},        // that of who asks about the device
      {"src/core/ops/arithmetic/lerp.cpp", 1},  // lerp's
      {"src/core/ops/linalg/qr.cpp", 1},        // backward's, as those of the next five
      {"src/core/ops/elementary/probability.cpp", 1},
      {"src/core/ops/linalg/svd.cpp", 1},
      {"src/core/ops/loss/ctc_loss.cpp", 1},
      {"src/core/ops/reduce/prod.cpp", 1},
      {"src/core/ops/sequence/recurrent_layer.cpp", 1},
      {"src/core/ops/state/custom_gradient.cpp", 1},
      {"src/core/ops/update/adafactor_update.cpp", 1},
      {"src/core/ops/update/muon_update.cpp", 2},  // one with the attributes' line
      {"src/core/support/diagram.cpp", 1},         // write_svg's
      {"src/core/support/threads.cpp", 1},
      {"src/core/tensor/shape.cpp", 1},
  };
  std::size_t seen = 0;
  for (const char* folder : {"src/core", "src/api_eager", "src/api_lowlevel"})
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      const std::string path = fs::relative(entry.path(), root).string();
      if (!path.ends_with(".h") && !path.ends_with(".cpp")) continue;
      int without = 0;
      for (const std::string& thrown : throws_in(read_file(entry.path()))) {
        ++seen;
        without += thrown.find("where") == std::string::npos;
      }
      const auto known = framed.find(path);
      EXPECT_LE(without, known == framed.end() ? 0 : known->second) << path << " throws without a line";
    }
  EXPECT_GT(seen, 150U);
}

// The test sees what it is for.
TEST(Messages, FindsNames) {
  EXPECT_EQ(names_in("Use stop_gradient, or detach() it"), (std::vector<std::string>{"stop_gradient", "detach"}));
  const Source source = read("throw E(\"one \"  \"two\", x);  // \"no\" word\n'\"' \"three\\\"\"");
  EXPECT_EQ(source.literals, (std::vector<std::string>{"one two", "three\""}));
  EXPECT_FALSE(source.words.contains("word"));
}
