// The rules of CONTRIBUTING.md about what may include what, held against the sources themselves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <vector>

#include "files.h"

namespace {

namespace fs = std::filesystem;

bool is_source(const std::string& path) {
  return path.ends_with(".h") || path.ends_with(".cpp") || path.ends_with(".cu");
}

/// A line of source with what it includes: `<vector>` or `"core/tensor/ref.h"`; empty if it includes nothing.
struct Line {
  int number;
  std::string text, include;
  bool angled;
};

std::vector<Line> lines_of(const std::string& content) {
  std::vector<Line> lines;
  std::istringstream stream(content);
  std::string text;
  for (int number = 1; std::getline(stream, text); ++number) {
    Line line{number, text, "", false};
    const std::size_t hash = text.find_first_not_of(" \t");
    if (hash != std::string::npos && text[hash] == '#' && text.find("include", hash) != std::string::npos) {
      const std::size_t open = text.find_first_of("<\"", hash);
      if (open != std::string::npos) {
        line.angled = text[open] == '<';
        line.include = text.substr(open + 1, text.find_first_of(">\"", open + 1) - open - 1);
      }
    }
    lines.push_back(line);
  }
  return lines;
}

bool starts_with_one_of(const std::string& text, const std::vector<std::string>& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(), [&](const std::string& p) { return text.starts_with(p); });
}

/// The folder of an API or of the core that a path or include belongs to: "core", "lowlevel", "eager", "keras", or "".
std::string room_of(const std::string& path) {
  for (const std::string room : {"core", "lowlevel", "eager", "keras"})
    if (starts_with_one_of(path, {"include/triptych/" + room + "/", "include/triptych/" + room + ".h",
                                  "src/" + room + "/", "src/api_" + room + "/", "triptych/" + room + "/",
                                  "triptych/" + room + ".h", room + "/", "api_" + room + "/"}))
      return room;
  return "";
}

/// The rules that one file breaks, as `file:line: rule: the line`.
std::vector<std::string> broken_rules(const std::string& path, const std::string& content) {
  std::vector<std::string> broken;
  const std::string room = room_of(path);
  const bool is_public = path.starts_with("include/"), is_kernel = path.starts_with("src/core/kernels/");
  const bool is_op = path.starts_with("src/core/ops/"), is_api = path.starts_with("src/api_");
  const std::map<std::string, std::vector<std::string>> below = {
      {"core", {"core"}},
      {"lowlevel", {"core", "lowlevel"}},
      {"eager", {"core", "eager"}},
      {"keras", {"core", "lowlevel", "eager", "keras"}},
  };
  for (const Line& line : lines_of(content)) {
    const auto fail = [&](const std::string& rule) {
      broken.push_back(path + ":" + std::to_string(line.number) + ": " + rule + ": " + line.text);
    };
    if (!line.include.empty()) {
      const std::string& include = line.include;
      if (is_public) {
        const bool standard = line.angled && include.find_first_of("./") == std::string::npos;
        if (!standard && !include.starts_with("triptych/"))
          fail("public headers include the standard library and ours");
        if (starts_with_one_of(include, {"iostream", "regex", "filesystem"})) fail("public headers are light");
      }
      if (starts_with_one_of(include, {"Eigen/", "unsupported/Eigen", "oneapi/", "dnnl"}) && !is_kernel)
        fail("only kernels include Eigen and oneDNN");
      if (is_op && include.find("kernels/") != std::string::npos) fail("ops never include kernels");
      if (is_api &&
          (include.find("core/kernels/") != std::string::npos || include.find("core/registry") != std::string::npos))
        fail("an API reaches kernels through ops only");
      if (const std::string to = room_of(include); !room.empty() && !to.empty()) {
        const auto& allowed = below.at(room);
        if (std::find(allowed.begin(), allowed.end(), to) == allowed.end()) fail("arrows go down only");
      }
    } else if (is_api || (is_public && room != "core" && !room.empty())) {
      bool defines = line.text.find("const Op ") != std::string::npos && line.text.find('{') != std::string::npos;
      for (const char* const word : {"register_op", "register_kernel", "KernelCall", "Infer&", "Gradient&"})
        defines |= line.text.find(word) != std::string::npos;
      if (defines) fail("no API defines an op, a gradient or a kernel");
    }
  }
  return broken;
}

}  // namespace

TEST(Layering, TheSourcesKeepTheRules) {
  int files = 0;
  for (const char* const folder : {"include", "src"})
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(TRIPTYCH_SOURCE_DIR) / folder)) {
      if (!entry.is_regular_file() || !is_source(entry.path())) continue;
      ++files;
      for (const std::string& message :
           broken_rules(fs::relative(entry.path(), TRIPTYCH_SOURCE_DIR), read_file(entry.path())))
        ADD_FAILURE() << message;
    }
  EXPECT_GT(files, 50) << "the sources were not found";
}

// The checker itself: each line breaks a rule in one place and keeps it in another.
TEST(Layering, TheCheckerSees) {
  const auto breaks = [](const std::string& path, const std::string& line) {
    return !broken_rules(path, line).empty();
  };
  EXPECT_TRUE(breaks("include/triptych/core/a.h", "#include <Eigen/Core>"));
  EXPECT_TRUE(breaks("include/triptych/core/a.h", "#include \"core/tensor/ref.h\""));
  EXPECT_TRUE(breaks("include/triptych/core/a.h", "#include <iostream>"));
  EXPECT_TRUE(breaks("include/triptych/core/a.h", "  #  include <zlib.h>"));
  EXPECT_FALSE(breaks("include/triptych/core/a.h", "#include <vector>"));
  EXPECT_FALSE(breaks("include/triptych/core/a.h", "#include \"triptych/core/tensor.h\""));

  EXPECT_TRUE(breaks("src/core/ops/a.cpp", "#include \"core/kernels/product/gemm.h\""));
  EXPECT_TRUE(breaks("src/core/ops/a.cpp", "#include <Eigen/Core>"));
  EXPECT_TRUE(breaks("src/core/tensor/tensor.cpp", "#include <oneapi/dnnl/dnnl.hpp>"));
  EXPECT_FALSE(breaks("src/core/kernels/a.cpp", "#include <oneapi/dnnl/dnnl.hpp>"));

  EXPECT_TRUE(breaks("src/core/dispatch/door.cpp", "#include \"triptych/eager/nn.h\""));
  EXPECT_TRUE(breaks("src/core/dispatch/door.cpp", "#include \"triptych/keras.h\""));
  EXPECT_TRUE(breaks("src/api_eager/a.cpp", "#include \"triptych/lowlevel.h\""));
  EXPECT_TRUE(breaks("src/api_eager/a.cpp", "#include \"api_keras/fit.h\""));
  EXPECT_TRUE(breaks("include/triptych/eager/a.h", "#include \"triptych/lowlevel/graph.h\""));
  EXPECT_TRUE(breaks("src/api_lowlevel/a.cpp", "#include \"triptych/eager/optim.h\""));
  EXPECT_FALSE(breaks("src/api_keras/a.cpp", "#include \"triptych/eager/nn.h\""));
  EXPECT_FALSE(breaks("src/api_keras/a.cpp", "#include \"core/graph/graph.h\""));

  EXPECT_TRUE(breaks("src/api_keras/a.cpp", "#include \"core/kernels/product/gemm.h\""));
  EXPECT_TRUE(breaks("src/api_keras/a.cpp", "extern const Op dense_op{.name = \"dense\"};"));
  EXPECT_TRUE(breaks("src/api_eager/a.cpp", "void relu(const KernelCall& call) {}"));
  EXPECT_FALSE(breaks("src/api_keras/a.cpp", "extern const Op sgd_update_op;"));
  EXPECT_FALSE(breaks("src/core/ops/a.cpp", "extern const Op dense_op{.name = \"dense\"};"));
}
