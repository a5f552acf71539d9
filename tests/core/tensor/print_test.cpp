// Printing, against what NumPy prints (tests/references/print.txt, made by
// scripts/references/make_print_references.py).
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "triptych/core/graph.h"
#include "triptych/core/ops.h"

namespace tt = triptych;

namespace {

tt::Tensor read_case(const std::string& header) {
  std::istringstream in(header);
  std::string dtype, shape_text, word;
  in >> dtype >> shape_text;
  tt::Shape shape;
  if (shape_text != "scalar") {
    std::istringstream dims(shape_text);
    while (std::getline(dims, word, 'x')) shape.append(std::atoll(word.c_str()));
  }
  const tt::DType type = tt::dtype_from_name(dtype);
  std::vector<double> reals;
  std::vector<std::int64_t> integers;
  while (in >> word)
    if (tt::is_floating(type))
      reals.push_back(std::strtod(word.c_str(), nullptr));
    else
      integers.push_back(std::atoll(word.c_str()));
  return tt::cast(tt::is_floating(type) ? tt::tensor(reals, shape) : tt::tensor(integers, shape), type);
}

}  // namespace

TEST(Print, AsNumPy) {
  std::ifstream file(TRIPTYCH_SOURCE_DIR "/tests/references/print.txt");
  ASSERT_TRUE(file);
  std::string header, line;
  int cases = 0;
  while (std::getline(file, header)) {
    std::string expected;
    while (std::getline(file, line) && line != "---") expected += (expected.empty() ? "" : "\n") + line;
    const tt::Tensor x = read_case(header);
    EXPECT_EQ(x.text(), expected) << header.substr(0, 200);
    if (x.ndim() >= 2) {
      EXPECT_EQ(tt::transpose(tt::contiguous(tt::transpose(x))).text(), expected);
    }
    ++cases;
  }
  EXPECT_GT(cases, 100);
}

TEST(Print, Streams) {
  std::ostringstream out;
  out << tt::tensor<float>({1, 2.5});
  EXPECT_EQ(out.str(), "[1.  2.5]");
  out.str("");
  out << tt::Shape{2, 3} << " " << tt::bfloat16 << " " << tt::Device::cpu();
  EXPECT_EQ(out.str(), "(2, 3) bfloat16 cpu");
  out.str("");
  out << std::vector<tt::Tensor>{tt::tensor({1, 2}), tt::tensor({{1, 2}, {3, 4}}), {}};
  EXPECT_EQ(out.str(), "[[1 2],\n [[1 2]\n  [3 4]],\n Tensor(undefined)]");
  out.str("");
  out << std::vector<tt::Tensor>();
  EXPECT_EQ(out.str(), "[]");
}

TEST(Print, BFloat16) { EXPECT_EQ(tt::cast(tt::tensor<float>({0.1f, 2}), tt::bfloat16).text(), "[0.1 2. ]"); }

TEST(Print, WithoutValues) {
  EXPECT_EQ(tt::Tensor().text(), "Tensor(undefined)");
  const tt::GraphHandle graph;
  const tt::Tensor x = tt::graph_placeholder(graph, "x", tt::float32, {tt::unknown, 3}, {}, {});
  EXPECT_EQ(x.text(), "Tensor('x', float32 (?, 3))");
}
