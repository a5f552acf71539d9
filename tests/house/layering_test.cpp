// The rules of CONTRIBUTING.md about what may include what, held against the sources themselves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <utility>
#include <vector>

#include "core/graph/element_formula.h"
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
      if (is_api && (include.find("core/kernels/") != std::string::npos ||
                     include.find("core/dispatch/registry") != std::string::npos))
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

/// The rooms of the core, from the ground up: a room includes what is below it.
const std::vector<std::string> floors = {"memory", "support", "tensor",   "autodiff", "dispatch", "formats", "profiler", "random",
                                         "data",   "ops",     "formulas", "kernels",  "graph",    "metrics"};

/// The includes that go up all the same, each a circle among rooms, with its reason.
const std::map<std::pair<std::string, std::string>, std::string> circles = {
    {{"memory", "support"}, "a fork waits for the allocator's locks, and a profile sees what it hands out"},
    {{"memory", "tensor"}, "pinning a tensor gives a tensor"},
    {{"memory", "dispatch"}, "what a device is asked is in the table of its backend"},
    {{"support", "dispatch"}, "errors and threads read the modes of the calling thread"},
    {{"tensor", "autodiff"}, "a tensor knows the node that made it"},
    {{"tensor", "dispatch"}, "values on a device are read by its backend, new ones follow the modes"},
    {{"tensor", "ops"}, "writing a part of a tensor is an op"},
    {{"tensor", "kernels"}, "values with strides are copied, compared and printed by one walk"},
    {{"tensor", "graph"}, "a symbolic tensor is an output of a graph's node"},
    {{"autodiff", "dispatch"}, "the walk and its rules run under the modes, through the registry's ops"},
    {{"autodiff", "graph"}, "one walk serves the tape and the graph"},
    {{"dispatch", "ops"}, "the registry starts with the library's ops"},
    {{"dispatch", "kernels"}, "and with its kernels"},
    {{"dispatch", "graph"}, "the door appends to a graph"},
    {{"random", "kernels"}, "numbers are made by the kernels' vector maths, to be equal on every device"},
    {{"random", "graph"}, "a generator that is traced is state of the graph"},
    {{"ops", "graph"}, "assign asks the graph whose variable it is given"},
    {{"formulas", "kernels"}, "which formula an op is, is said to the loops of either device"},
};

/// "tensor" of "src/core/tensor/shape.cpp" and of the include "core/tensor/shape.h"; "" elsewhere.
std::string core_room_of(std::string path) {
  if (path.starts_with("src/")) path.erase(0, 4);
  if (!path.starts_with("core/")) return "";
  const std::size_t end = path.find('/', 5);
  return end == std::string::npos ? "" : path.substr(5, end - 5);
}

/// The includes of a file that go up, as pairs of rooms.
std::set<std::pair<std::string, std::string>> ascents(const std::string& path, const std::string& content) {
  std::set<std::pair<std::string, std::string>> found;
  const auto floor = [](const std::string& room) { return std::find(floors.begin(), floors.end(), room); };
  const std::string from = core_room_of(path);
  for (const Line& line : lines_of(content))
    if (const std::string to = core_room_of(line.include); !from.empty() && !to.empty() && floor(from) < floor(to))
      found.emplace(from, to);
  return found;
}

/// What a source includes, and what that includes in turn: files of the project, and standard headers as `<vector>`.
void add_included(const std::string& content, std::set<std::string>& found) {
  for (const Line& line : lines_of(content)) {
    if (line.angled) found.insert("<" + line.include + ">");
    for (const char* const root : {"src/", "include/"})
      if (const std::string next = root + line.include;
          !line.include.empty() && !line.angled && fs::exists(fs::path(TRIPTYCH_SOURCE_DIR) / next) &&
          found.insert(next).second)
        add_included(read_file(fs::path(TRIPTYCH_SOURCE_DIR) / next), found);
  }
}

}  // namespace

TEST(Layering, NoCircleAmongTheRoomsOfTheCoreThatIsNotInTheList) {
  std::set<std::pair<std::string, std::string>> seen;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(TRIPTYCH_SOURCE_DIR) / "src/core")) {
    if (!entry.is_regular_file() || !is_source(entry.path())) continue;
    const std::string path = fs::relative(entry.path(), TRIPTYCH_SOURCE_DIR);
    EXPECT_TRUE(std::count(floors.begin(), floors.end(), core_room_of(path))) << path << " is in no room";
    for (const auto& pair : ascents(path, read_file(entry.path()))) {
      seen.insert(pair);
      EXPECT_TRUE(circles.contains(pair)) << path << ": " << pair.first << " includes " << pair.second << " above it";
    }
  }
  for (const auto& [pair, reason] : circles)
    EXPECT_TRUE(seen.contains(pair)) << pair.first << " does not include " << pair.second << " any more";
  // The check sees what it is for.
  EXPECT_TRUE(ascents("src/core/ops/a.cpp", "#include \"core/tensor/shape.h\"").empty());
  EXPECT_EQ(ascents("src/core/ops/reduce/a.cpp", "#include \"core/kernels/rows.h\"").size(), 1u);
}

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

// NVRTC finds no file by itself: what a kernel that is compiled at run time includes is embedded, or stood in for.
TEST(Layering, HeadersOfRunTimeKernelsAreAllThere) {
  std::set<std::string> included;
  add_included(triptych::element_formula_includes() + "#include \"cuda/kernels/fused/fused_elements.h\"\n", included);
  EXPECT_TRUE(included.contains("include/triptych/core/location.h")) << "the includes were not followed";
  const fs::path cuda = fs::path(TRIPTYCH_SOURCE_DIR) / "src/cuda";
  const std::string compiler = read_file(cuda / "runtime/run_time_compiler.cpp");
  const std::string embedded = read_file(cuda / "CMakeLists.txt");
  for (const std::string& header : included) {
    if (header.starts_with("<")) {
      EXPECT_NE(compiler.find('"' + header.substr(1, header.size() - 2) + '"'), std::string::npos)
          << header << " is not among the headers for which nvrtc_standard.h stands in (run_time_compiler.cpp)";
    } else if (!starts_with_one_of(header, {"src/core/formulas/", "src/core/kernels/vector_"})) {
      EXPECT_NE(embedded.find(header.substr(header.starts_with("src/cuda/") ? 9 : 0)), std::string::npos)
          << header << " is not embedded (src/cuda/CMakeLists.txt)";
    }
  }
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
