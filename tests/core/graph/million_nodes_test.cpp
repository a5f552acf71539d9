// A chain of a million nodes overflows no stack: forward, backward, and destroyed without either, as a tape and as a
// graph, interpreted and compiled.
#include <gtest/gtest.h>

#include "triptych/core/autograd.h"
#include "triptych/core/ops.h"
#include "triptych/lowlevel.h"

namespace tt = triptych;

namespace {

#ifdef TRIPTYCH_SANITIZED
constexpr int length = 200'000;  // a sanitizer's frames are larger: a recursion overflows as surely
#else
constexpr int length = 1'000'000;
#endif

tt::Tensor chain(tt::Tensor x) {
  for (int i = 0; i < length; ++i) x = tt::neg(x);
  return x;
}

/// A graph of x, the chain and its gradient.
struct Chain {
  tt::lowlevel::Graph graph;
  tt::Tensor x = graph.placeholder("x", tt::float32, {2}), y = chain(x), gradient;
};

}  // namespace

TEST(MillionNodes, TapeForwardAndBackward) {
  tt::Tensor x = tt::tensor<float>({2}).set_requires_grad();
  chain(x).backward();
  EXPECT_EQ(x.grad().item<float>(), 1);
}

TEST(MillionNodes, TapeWithSecondDerivative) {
  tt::Tensor x = tt::tensor<float>({2}).set_requires_grad();
  const std::vector<tt::Tensor> y{chain(x * x)}, xs{x};
  const std::vector<tt::Tensor> first = tt::gradients(y, xs, {}, {.create_graph = true});
  EXPECT_EQ(first[0].item<float>(), 4);
  EXPECT_EQ(tt::gradients(first, xs)[0].item<float>(), 2);
}

TEST(MillionNodes, TapeDestroyedWithoutBackward) {
  tt::Tensor x = tt::tensor<float>({2}).set_requires_grad();
  EXPECT_EQ(chain(x).item<float>(), 2);
}

// One graph for both: it takes long to build.
TEST(MillionNodes, GraphCompiledAndNodeByNode) {
  Chain chain;
  chain.gradient = tt::lowlevel::gradients(chain.y, chain.x)[0];
  for (const bool compile : {true, false}) {
    SCOPED_TRACE(compile ? "compiled" : "node by node");
    const tt::lowlevel::Session session(chain.graph, {.compile = compile});
    const auto results = session.run({chain.y, chain.gradient}, {{chain.x, tt::tensor<float>({3, -4})}});
    EXPECT_EQ(results[0].to_vector<float>(), (std::vector<float>{3, -4}));
    EXPECT_EQ(results[1].to_vector<float>(), (std::vector<float>{1, 1}));
  }
}

TEST(MillionNodes, GraphDestroyedWithoutARun) {
  tt::Tensor last;
  {
    const Chain chain;
    last = chain.y;
  }
  EXPECT_TRUE(last.is_symbolic());  // keeps its graph; both go here
}
