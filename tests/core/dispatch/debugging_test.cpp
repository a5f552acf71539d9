// The switches with which users look for a NaN: each names the op and the line, and nothing is checked without.
#include "triptych/core/debugging.h"

#include <gtest/gtest.h>

#include <limits>

#include "triptych/eager.h"
#include "triptych/lowlevel.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;

namespace {

struct CheckNumerics {
  CheckNumerics() { tt::enable_check_numerics(); }
  ~CheckNumerics() { tt::disable_check_numerics(); }
};

template <class F>
std::string message_of(F run) {
  try {
    run();
  } catch (const tt::ArgumentError& error) {
    return error.what();
  }
  return "";
}

std::string line(int number) { return "debugging_test.cpp:" + std::to_string(number); }
bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST(CheckNumerics, NamesOpAndLineInEagerOps) {
  const tt::Tensor x = tt::tensor<float>({1, 0, 2});
  EXPECT_EQ(message_of([&] { tt::log(x); }), "") << "not switched on";
  const CheckNumerics checked;
  EXPECT_EQ(message_of([&] { tt::log(x + 1); }), "");
  const std::string infinity = message_of([&] { tt::log(x); });
  EXPECT_TRUE(contains(infinity, "[log]") && contains(infinity, "infinity") && contains(infinity, line(__LINE__ - 1)))
      << infinity;
  const std::string nan = message_of([&] { tt::sqrt(-1 * x); });
  EXPECT_TRUE(contains(nan, "[sqrt]") && contains(nan, "NaN") && contains(nan, line(__LINE__ - 1))) << nan;
}

TEST(CheckNumerics, KnowsEveryFloatingDtype) {
  for (const tt::DType dtype : {tt::float16, tt::bfloat16, tt::float32, tt::float64}) {
    const tt::Tensor zero = tt::zeros({3}, dtype), one = tt::ones({3}, dtype);
    const CheckNumerics checked;
    EXPECT_TRUE(contains(message_of([&] { one / zero; }), "infinity")) << tt::dtype_name(dtype);
    EXPECT_TRUE(contains(message_of([&] { zero / zero; }), "NaN")) << tt::dtype_name(dtype);
    EXPECT_EQ(message_of([&] { one + one; }), "") << tt::dtype_name(dtype);
  }
}

TEST(CheckNumerics, NamesTheNodesLineInASession) {
  const tf::Graph graph;
  const tt::Tensor x = graph.placeholder("x", tt::float32, {3});
  const tt::Tensor y = tt::sum(tt::log(x));
  const int made = __LINE__ - 1;
  const tf::Session session(graph);
  const auto run = [&](float last) { session.run(y, {{x, tt::tensor<float>({1, 2, last})}}); };
  EXPECT_EQ(message_of([&] { run(0); }), "");
  const CheckNumerics checked;
  EXPECT_EQ(message_of([&] { run(3); }), "");
  const std::string message = message_of([&] { run(0); });
  EXPECT_TRUE(contains(message, "infinity") && contains(message, line(made))) << message;
}

TEST(DetectAnomaly, NamesTheForwardLine) {
  tt::Tensor x = tt::tensor<float>({4, 0}).set_requires_grad();
  const auto backward = [&] { tt::sum(tt::sqrt(x) * tt::tensor<float>({1, 0})).backward(); };
  const int made = __LINE__ - 1;
  EXPECT_EQ(message_of(backward), "") << "0 * infinity goes unnoticed";
  const tt::DetectAnomaly anomaly;
  const std::string message = message_of(backward);
  EXPECT_TRUE(contains(message, "NaN") && contains(message, "sqrt") && contains(message, line(made))) << message;
  {
    const tt::DetectAnomaly off(false);
    EXPECT_EQ(message_of(backward), "");
  }
  EXPECT_NE(message_of(backward), "");
}
