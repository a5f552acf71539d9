// Makes a test of a page: `extract PAGE NAME OUTPUT` writes a source file that runs the page's C++ blocks one after the
// other and compares what they print with what the page shows. Compilers and tests name the lines of the page.
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
  std::ofstream out(argv[3]);
  out << "// Made from " << name << " by tests/docs/extract.cpp.\n#include \"page.h\"\n";
  bool runs = false;
  for (const Block& block : blocks) {
    if (!block.is_cpp() || block.quoted()) continue;
    if (block.top_level())
      copy_lines(out, block, name);
    else
      runs = true;
  }
  if (runs) {
    out << "TEST(Page, " << name.substr(name.rfind('/') + 1, name.rfind('.') - name.rfind('/') - 1) << ") {\n"
        << "Printed printed;\n";
    int ran = 0;  // the line of the latest block whose output was not compared yet
    for (const Block& block : blocks) {
      if (block.is_cpp() && !block.quoted() && !block.top_level()) {
        copy_lines(out, block, name);
        ran = block.line;
      } else if (block.language == "text" && ran) {
        out << "#line " << block.line << " \"" << name << "\"\nprinted.expect(R\"page(";
        for (const std::string& line : block.lines) out << line << "\n";
        out << ")page\");\n";
        ran = 0;
      }
    }
    out << "printed.expect(\"\");\n}\n";
  }
  return out.flush() ? 0 : 1;
}
