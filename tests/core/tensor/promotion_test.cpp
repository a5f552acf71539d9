// Type promotion against PyTorch's table (scripts/references/make_promotion_references.py).
#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "triptych/core/graph.h"
#include "triptych/core/ops.h"

namespace tt = triptych;

namespace {

struct Line {
  std::string kind, a, b, result;
};

std::vector<Line> lines() {
  std::ifstream file(TRIPTYCH_SOURCE_DIR "/tests/references/promotion.txt");
  std::vector<Line> all;
  for (Line line; file >> line.kind >> line.a >> line.b >> line.result;) all.push_back(line);
  return all;
}

std::string name(tt::DType dtype) { return std::string(tt::dtype_name(dtype)); }

tt::Scalar number(const std::string& kind) {
  if (kind == "bool") return true;
  return kind == "integer" ? tt::Scalar(3) : tt::Scalar(2.5);
}

/// An op that takes every dtype, so that what it gives is the promoted one.
tt::DType result_of(const tt::Arg& a, const tt::Arg& b) { return tt::maximum(a, b).dtype(); }

}  // namespace

TEST(Promotion, IsPyTorchs) {
  std::map<std::string, int> seen;
  for (const Line& line : lines()) {
    ++seen[line.kind];
    SCOPED_TRACE(line.kind + " " + line.a + " " + line.b);
    const tt::DType a = tt::dtype_from_name(line.a);
    const tt::Tensor wide = tt::ones({2}, a);
    if (line.kind == "number") {
      EXPECT_EQ(name(number(line.b).result_type(a)), line.result);
      EXPECT_EQ(name(result_of(wide, number(line.b))), line.result);
      EXPECT_EQ(name(result_of(number(line.b), wide)), line.result);
      continue;
    }
    const tt::DType b = tt::dtype_from_name(line.b);
    const tt::Tensor other = tt::ones(line.kind == "single" ? tt::Shape{} : tt::Shape{2}, b);
    if (line.kind == "pair") {
      EXPECT_EQ(name(tt::promote_types(a, b)), line.result);
    }
    EXPECT_EQ(name(result_of(wide, other)), line.result);
    EXPECT_EQ(name(result_of(other, wide)), line.result);
  }
  EXPECT_EQ(seen["pair"], 81);
  EXPECT_EQ(seen["single"], 81);
  EXPECT_EQ(seen["number"], 27);
}

TEST(Promotion, IsTheSameInAGraph) {
  const tt::GraphHandle graph;
  for (const Line& line : lines()) {
    if (line.kind == "number") continue;
    const tt::Shape shape = line.kind == "single" ? tt::Shape{} : tt::Shape{2};
    const auto place = [&](const std::string& dtype, const tt::Shape& of) {
      return tt::graph_placeholder(graph, "x", tt::dtype_from_name(dtype), of, {}, tt::Location::here());
    };
    EXPECT_EQ(name(result_of(place(line.a, {2}), place(line.b, shape))), line.result) << line.a << " " << line.b;
  }
}

// torch.tensor(number): a 0-d tensor of the dtype that the number stands for, or of the one asked for.
TEST(Promotion, NumbersAsTensors) {
  const auto expect = [](const tt::Tensor& made, tt::DType dtype, double value) {
    EXPECT_EQ(made.shape(), tt::Shape());
    EXPECT_EQ(name(made.dtype()), name(dtype));
    EXPECT_EQ(made.item<double>(), value);
  };
  expect(tt::tensor(1.5), tt::float32, 1.5);
  expect(tt::tensor(1.5f), tt::float32, 1.5);
  expect(tt::tensor(-3), tt::int64, -3);
  expect(tt::tensor(std::uint8_t{200}), tt::int64, 200);
  expect(tt::tensor(true), tt::boolean, 1);
  expect(tt::tensor(0.1, tt::float64), tt::float64, 0.1);
  expect(tt::tensor(3, tt::float16), tt::float16, 3);
  // Inside a trace it is a constant like any tensor of values, and widens nothing of its own kind.
  const tt::GraphHandle graph;
  const tt::TraceScope scope(graph);
  EXPECT_FALSE(tt::tensor(1).is_symbolic());
  EXPECT_EQ(name((tt::tensor({1.f, 2.f}) * tt::tensor(2.0, tt::float64)).dtype()), "float32");
}
