// Makes a test of a page: `extract PAGE NAME OUTPUT` writes a source file that runs the page's C++ blocks one after the
// other and compares what they print with what the page shows. Compilers and tests name the lines of the page.
#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>

#include "markdown.h"

namespace {

void copy_lines(std::ostream& out, const Block& block, const std::string& name) {
  out << "#line " << block.line << " \"" << name << "\"\n";
  for (const std::string& line : block.lines) out << line << "\n";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return std::cerr << "usage: extract PAGE NAME OUTPUT\n", 2;
  const std::string path = argv[1], name = argv[2];
  std::ifstream file(path);
  const std::vector<Block> blocks = blocks_of({std::istreambuf_iterator<char>(file), {}});
  const auto runs = [](const Block& block) { return block.is_cpp() && !block.quoted(); };
  std::ofstream out(argv[3]);
  out << "// Made from " << name << " by tests/docs/extract.cpp.\n";
  if (std::any_of(blocks.begin(), blocks.end(), runs)) {
    out << "#include \"page.h\"\n";
    for (const Block& block : blocks)
      if (runs(block) && block.top_level()) copy_lines(out, block, name);
    out << "TEST(Page, " << name.substr(name.rfind('/') + 1, name.rfind('.') - name.rfind('/') - 1) << ") {\n"
        << "Printed printed;\n";
    bool ran = false;  // since the last comparison
    for (const Block& block : blocks) {
      if (runs(block) && !block.top_level()) {
        copy_lines(out, block, name);
        ran = true;
      } else if (block.language == "text" && ran) {
        out << "#line " << block.line << " \"" << name << "\"\nprinted.expect(R\"page(";
        for (const std::string& line : block.lines) out << line << "\n";
        out << ")page\");\n";
        ran = false;
      }
    }
    out << "printed.expect(\"\");\n}\n";
  }
  return out.flush() ? 0 : 1;
}
