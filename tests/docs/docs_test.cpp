// The pages against the sources: what they quote, link and name is there.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <set>
#include <span>

#include "../files.h"
#include "markdown.h"

namespace {

namespace fs = std::filesystem;
const fs::path root = TRIPTYCH_SOURCE_DIR;

std::vector<std::string> pages() {
  std::vector<std::string> names{"README.md", "CONTRIBUTING.md", "CHANGELOG.md"};
  for (const auto& entry : fs::directory_iterator(root / "docs"))
    if (entry.path().extension() == ".md") names.push_back(fs::relative(entry.path(), root));
  return names;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// Calls `see` with every match of `pattern` in the text.
template <class See>
void each_match(const std::string& text, const char* pattern, See see) {
  const std::regex expression(pattern);
  for (std::sregex_iterator match(text.begin(), text.end(), expression), end; match != end; ++match) see(*match);
}

bool starts_at(std::span<const std::string> part, std::span<const std::string> lines) {
  if (part.size() > lines.size()) return false;
  const std::size_t indent = lines[0].size() - std::min(lines[0].size(), part[0].size());
  for (std::size_t i = 0; i < part.size(); ++i)
    if (part[i].empty() ? !lines[i].empty() : lines[i] != std::string(indent, ' ') + part[i]) return false;
  return true;
}

/// The quote's pieces stand in the file, whole and in this order; the file may be indented further.
bool is_quote_of(const std::vector<std::string>& quote, const std::vector<std::string>& lines) {
  std::span<const std::string> file(lines), rest(quote);
  const auto left_out = [](const std::string& line) {
    return line.find_first_not_of(' ') != std::string::npos && line.substr(line.find_first_not_of(' ')) == "// ...";
  };
  while (!rest.empty()) {
    const auto piece =
        rest.first(static_cast<std::size_t>(std::find_if(rest.begin(), rest.end(), left_out) - rest.begin()));
    if (!piece.empty()) {
      while (!file.empty() && !starts_at(piece, file)) file = file.subspan(1);
      if (file.empty()) return false;
      file = file.subspan(piece.size());
    }
    rest = rest.subspan(std::min(rest.size(), piece.size() + 1));
  }
  return true;
}

/// The page without its code blocks.
std::string prose_of(const std::string& page) {
  std::string text;
  bool code = false;
  for (const std::string& line : lines_of(page)) {
    if (line.starts_with("```")) code = !code;
    if (!code) text += line + "\n";
  }
  return text;
}

/// The cells of a table's row, without the blanks around them.
std::vector<std::string> cells_of(const std::string& row) {
  std::vector<std::string> cells;
  for (std::size_t from = 1, to; (to = row.find('|', from)) != std::string::npos; from = to + 1) {
    std::string cell = row.substr(from, to - from);
    cell.erase(0, cell.find_first_not_of(' '));
    cell.erase(cell.find_last_not_of(' ') + 1);
    cells.push_back(cell);
  }
  return cells;
}

/// The names of the tests that stand in the sources, as "file/Suite.Case" and "file".
std::set<std::string> test_names() {
  std::set<std::string> names;
  const std::regex arguments("\\((\\w+), (\\w+)\\)");
  for (const auto& entry : fs::recursive_directory_iterator(root / "tests")) {
    const fs::path& path = entry.path();
    if (path.extension() != ".cpp" || !path.stem().string().ends_with("_test")) continue;
    names.insert(path.stem());
    for (const std::string& line : lines_of(read_file(path))) {
      std::smatch match;
      if (line.starts_with("TEST") && std::regex_search(line, match, arguments))
        names.insert(path.stem().string() + "/" + match.str(1) + "." + match.str(2));
    }
  }
  return names;
}

}  // namespace

TEST(Docs, QuotesAreWordForWord) {
  int quotes = 0;
  for (const std::string& page : pages())
    for (const Block& block : blocks_of(read_file(root / page))) {
      if (!block.quoted()) continue;
      ++quotes;
      EXPECT_TRUE(is_quote_of(block.lines, lines_of(read_file(root / block.source()))))
          << page << ":" << block.line << ": this is no part of " << block.source();
    }
  EXPECT_GT(quotes, 5);
}

// The checker itself.
TEST(Docs, TheCheckerSeesWhatIsNotThere) {
  const std::vector<std::string> file{"a", "  b {", "    c", "", "  }", "d"};
  EXPECT_TRUE(is_quote_of({"a", "  b {"}, file));
  EXPECT_TRUE(is_quote_of({"b {", "  c", "", "}"}, file)) << "a quote stands further left";
  EXPECT_TRUE(is_quote_of({"b {", "  // ...", "}"}, file));
  EXPECT_FALSE(is_quote_of({"b {", "}"}, file)) << "a line is missing";
  EXPECT_FALSE(is_quote_of({"b {", "c"}, file)) << "a line is indented less";
  EXPECT_FALSE(is_quote_of({"d", "// ...", "a"}, file)) << "not in this order";
  EXPECT_FALSE(is_quote_of({"e"}, file));
}

TEST(Docs, AddingAnOpShowsTheWholeOp) {
  for (const char* const file : {"tests/custom_op/cube.h", "tests/custom_op/cube.cpp"}) {
    bool whole = false;
    for (const Block& block : blocks_of(read_file(root / "docs/adding_an_op.md")))
      whole |= block.source() == file && block.lines == lines_of(read_file(root / file));
    EXPECT_TRUE(whole) << file;
  }
}

// What a learner reads beside the tour: one op with its kernel, the node and the walker.
TEST(Docs, TheToursSourcesAreShort) {
  std::size_t lines = 0;
  for (const char* const file :
       {"src/core/ops/activation/relu.cpp", "src/core/kernels/activation/relu.cpp", "src/core/autodiff/node.h",
        "src/core/autodiff/walker.h", "src/core/autodiff/walker.cpp"}) {
    const std::size_t count = lines_of(read_file(root / file)).size();
    EXPECT_GT(count, 20u) << file;
    lines += count;
    EXPECT_NE(read_file(root / "docs/tour.md").find(file), std::string::npos) << "the tour does not show " << file;
  }
  EXPECT_LE(lines, 300u);
}

TEST(Docs, LinksLeadSomewhere) {
  int links = 0;
  for (const std::string& page : pages())
    each_match(prose_of(read_file(root / page)), "\\]\\(([^)#:]+)(#[^)]*)?\\)", [&](const std::smatch& match) {
      ++links;
      EXPECT_TRUE(fs::exists((root / page).parent_path() / match.str(1))) << page << " links to " << match.str(1);
    });
  EXPECT_GT(links, 20);
}

// `src/core/dispatch/door.cpp` and its like in a page are files that exist.
TEST(Docs, NamedFilesExist) {
  int named = 0;
  for (const std::string& page : pages())
    each_match(prose_of(read_file(root / page)), "`((src|include|tests|scripts|docs|examples|tools|data)/[\\w/.]+)`",
               [&](const std::smatch& match) {
                 ++named;
                 EXPECT_TRUE(fs::exists(root / match.str(1))) << page << " names the file " << match.str(1);
               });
  EXPECT_GT(named, 20);
}

// `file_test` and `file_test/Suite.Case` in a page are tests that exist.
TEST(Docs, NamedTestsExist) {
  const std::set<std::string> names = test_names();
  int named = 0;
  for (const std::string& page : pages())
    each_match(read_file(root / page), "`(\\w+_test(/\\w+\\.\\w+)?)`", [&](const std::smatch& match) {
      ++named;
      EXPECT_TRUE(names.contains(match.str(1))) << page << " names the test " << match.str(1);
    });
  EXPECT_GT(named, 30);
}

// What stands in the tables of the page from PyTorch, under "here", is compiled: from_pytorch_cells.cpp has all of it.
TEST(Docs, EveryCellFromPyTorchIsCompiled) {
  const auto on_one_line = [](const std::string& text) { return std::regex_replace(text, std::regex("\\s+"), " "); };
  const std::string compiled = on_one_line(read_file(root / "tests/docs/from_pytorch_cells.cpp"));
  int pieces = 0;
  for (const std::string& line : lines_of(prose_of(read_file(root / "docs/from_pytorch.md")))) {
    if (!line.starts_with("|") || line.starts_with("|---")) continue;
    const std::vector<std::string> cells = cells_of(line);
    ASSERT_EQ(cells.size(), 3u) << line;
    each_match(cells[1], "`([^`]+)`", [&](const std::smatch& match) {
      ++pieces;
      EXPECT_NE(compiled.find(on_one_line(match.str(1))), std::string::npos)
          << match.str(1) << " is not in tests/docs/from_pytorch_cells.cpp";
    });
  }
  EXPECT_GT(pieces, 100);
}

// Every row of the table is there, with a state; what works names its header and a test that shows it.
TEST(Docs, ParityHasEveryRow) {
  std::vector<std::string> expected, found;
  const auto add = [&](char group, int count) {
    for (int i = 1; i <= count; ++i)
      expected.push_back(std::string(1, group) + (i < 10 ? "0" : "") + std::to_string(i));
  };
  add('C', 28), add('L', 16), add('E', 17), add('K', 14), add('X', 12);
  for (const std::string& line : lines_of(read_file(root / "docs/parity.md"))) {
    if (!std::regex_search(line, std::regex("^\\| *[CLEKX]\\d"))) continue;
    const std::vector<std::string> cells = cells_of(line);
    ASSERT_EQ(cells.size(), 5u) << line;
    found.push_back(cells[0]);
    const std::string &state = cells[2], &header = cells[3], &shown = cells[4];
    EXPECT_TRUE(state == "works" || state == "partly" || state == "not yet") << line;
    if (state == "not yet") continue;
    EXPECT_NE(shown.find("_test`"), std::string::npos) << "no test shows it: " << line;
    int headers = 0;
    each_match(header, "`([^`]+)`", [&](const std::smatch& match) {
      ++headers;
      EXPECT_TRUE(fs::exists(root / "include/triptych" / match.str(1)) || fs::exists(root / match.str(1))) << line;
    });
    EXPECT_GT(headers, 0) << "no header: " << line;
  }
  EXPECT_EQ(found, expected);
}
