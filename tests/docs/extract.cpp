// Makes a test of a page: `extract PAGE NAME OUTPUT` writes a source file that runs the page's C++ blocks one after the
// other and compares what they print with what the page shows. Compilers and tests name the lines of the page.
// `extract --program PAGE OUTPUT` writes a program of the same blocks, to be played with.
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

bool runs(const Block& block) { return block.is_cpp() && !block.quoted(); }

void write_test(std::ostream& out, const std::vector<Block>& blocks, const std::string& name) {
  if (std::none_of(blocks.begin(), blocks.end(), runs)) return;
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

void write_program(std::ostream& out, const std::vector<Block>& blocks) {
  const auto copy = [&](bool top_level, const std::string& indent) {
    for (const Block& block : blocks)
      if (runs(block) && block.top_level() == top_level) {
        for (const std::string& line : block.lines) out << (line.empty() ? "" : indent) << line << "\n";
        out << "\n";
      }
  };
  copy(true, "");
  out << "int main() {\n";
  copy(false, "  ");
  out << "}\n";
}

}  // namespace

int main(int argc, char** argv) {
  const bool program = argc == 4 && std::string(argv[1]) == "--program";
  if (argc != 4) return std::cerr << "usage: extract PAGE NAME OUTPUT, or extract --program PAGE OUTPUT\n", 2;
  std::ifstream file(argv[program ? 2 : 1]);
  const std::vector<Block> blocks = blocks_of({std::istreambuf_iterator<char>(file), {}});
  std::ofstream out(argv[3]);
  const std::string name = argv[2];
  out << "// Made from " << name << " by tests/docs/extract.cpp.\n";
  program ? write_program(out, blocks) : write_test(out, blocks, name);
  return file && out.flush() ? 0 : 1;
}
