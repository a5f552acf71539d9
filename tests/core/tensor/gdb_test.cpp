// The gdb pretty-printers, in gdb's batch mode on this very program.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "triptych/core/graph.h"
#include "triptych/core/ops.h"
#include "triptych/lowlevel/graph.h"

namespace tt = triptych;

namespace {

__attribute__((noinline)) void stop_here(const tt::Tensor& tensor) { asm volatile("" : : "r"(&tensor) : "memory"); }

std::string output_of(const std::string& command) {
  std::string text;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (!pipe) return text;
  char buffer[4096];
  while (const std::size_t n = std::fread(buffer, 1, sizeof buffer, pipe)) text.append(buffer, n);
  pclose(pipe);
  return text;
}

}  // namespace

/// What gdb looks at; harmless when run by itself.
TEST(Gdb, Program) {
  tt::Tensor undefined;
  const tt::Tensor matrix = tt::tensor({{1.f, 2.f, 3.f}, {4.f, 5.f, 6.5f}});
  const tt::Tensor transposed = tt::transpose(matrix);
  const tt::Tensor many = tt::tensor(std::vector<std::int64_t>(100, 7));
  tt::Tensor halves = tt::cast(tt::tensor({0.5f, -2.f}), tt::bfloat16);
  const tt::Tensor flag = tt::full({}, true, tt::boolean);
  const tt::Tensor flags = tt::tensor({1.f, 0.f}) > 0;
  const tt::Tensor float16s = tt::cast(tt::tensor({0.25f, -65504.f}), tt::float16);
  const tt::Tensor not_finite = tt::log(tt::tensor({-1.0, 0.0}, tt::float64));
  const tt::Tensor empty = tt::zeros({0, 3});
  const tt::Tensor expanded = tt::expand(matrix[{1, tt::Slice(2, 3)}], {2, 2});
  tt::Tensor weight = tt::tensor({1.0, 2.0}, tt::float64);
  weight.set_requires_grad();
  const tt::GraphHandle graph;
  const tt::Tensor images = tt::graph_placeholder(graph, "images", tt::float32, {tt::unknown, 3}, {}, {});
  const tt::Tensor output = images + 1;
  const tt::lowlevel::Variable variable = tt::lowlevel::Graph(graph).variable("net/w", tt::zeros({2}));
  const tt::Shape shape = images.shape();
  stop_here(output);
  for (const tt::Tensor& tensor : {transposed, many, flag, flags, float16s, not_finite, empty, expanded})
    EXPECT_TRUE(tensor.defined());
  EXPECT_TRUE(!undefined.defined() && variable.is_symbolic() && shape.rank() == 2);
}

TEST(Gdb, Prints) {
  if (output_of("gdb --version").find("GNU gdb") == std::string::npos) GTEST_SKIP() << "gdb is not installed";
  std::string command =
      "gdb --batch -nx -ex 'set debuginfod enabled off' -ex 'source " TRIPTYCH_SOURCE_DIR
      "/scripts/gdb/triptych_gdb.py' -ex 'break stop_here' -ex 'run --gtest_filter=Gdb.Program' -ex up";
  for (const char* name : {"undefined", "matrix", "transposed", "many", "halves", "flag", "flags", "float16s",
                           "not_finite", "empty", "expanded", "weight", "images", "output", "variable", "shape"})
    command += std::string(" -ex 'print ") + name + "'";
  const std::string text = output_of(command + " /proc/" + std::to_string(getpid()) + "/exe");
  if (text.find("Python scripting is not supported") != std::string::npos) GTEST_SKIP() << "this gdb has no Python";
  if (text.find("ptrace: Operation not permitted") != std::string::npos) GTEST_SKIP() << "ptrace is not permitted here";
  for (const char* expected :
       {"= Tensor undefined\n", "= Tensor float32 (2, 3) cpu [[1, 2, 3], [4, 5, 6.5]]\n",
        "= Tensor float32 (3, 2) cpu [[1, 4], [2, 5], [3, 6.5]]\n",
        "= Tensor int64 (100,) cpu [7, 7, 7, ..., 7, 7, 7]\n", "= Tensor bfloat16 (2,) cpu [0.5, -2]\n",
        "= Tensor bool () cpu True\n", "= Tensor float64 (2,) cpu requires_grad [1, 2]\n",
        "= Tensor bool (2,) cpu [True, False]\n", "= Tensor float16 (2,) cpu [0.25, -65504]\n",
        "= Tensor float64 (2,) cpu [nan, -inf]\n", "= Tensor float32 (0, 3) cpu []\n",
        "= Tensor float32 (2, 2) cpu [[6.5, 6.5], [6.5, 6.5]]\n", "= Tensor float32 (2,) symbolic 'net/w' variable:0\n",
        "= Tensor float32 (?, 3) symbolic 'images' placeholder:0\n", "= Tensor float32 (?, 3) symbolic 'add' add:0\n",
        "= (?, 3)\n"})
    EXPECT_NE(text.find(expected), std::string::npos) << expected << text;
}
