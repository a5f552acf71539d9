// The frame end to end: one tensor, a few ops, a gradient, a graph.
#include <gtest/gtest.h>

#include "triptych/core/autograd.h"
#include "triptych/core/graph.h"
#include "triptych/core/ops.h"

namespace tt = triptych;

TEST(Skeleton, EagerGradient) {
  tt::Tensor w = tt::tensor<float>({1, -2, 3, 4}).set_requires_grad();
  const tt::Tensor x = tt::tensor<float>({2, 3, -1, 5});
  tt::Tensor y = tt::sum(tt::relu(w * x + 1));
  EXPECT_FLOAT_EQ(y.item<float>(), 3 + 0 + 0 + 21);
  y.backward();
  EXPECT_EQ(w.grad().to_vector<float>(), (std::vector<float>{2, 0, 0, 5}));
}

TEST(Skeleton, SecondDerivative) {
  tt::Tensor x = tt::tensor<double>({3.0}).set_requires_grad();
  const tt::Tensor y = x * x * x;
  const tt::Tensor ys[] = {y}, xs[] = {x};
  const tt::Tensor first = tt::gradients(ys, xs, {}, {.create_graph = true})[0];
  EXPECT_DOUBLE_EQ(first.item<double>(), 27);
  const tt::Tensor firsts[] = {first};
  EXPECT_DOUBLE_EQ(tt::gradients(firsts, xs)[0].item<double>(), 18);
}

TEST(Skeleton, ErrorNamesTheUsersLine) {
  const tt::Tensor a = tt::zeros({32, 784}), b = tt::zeros({512, 10});
  const int line = __LINE__ + 2;
  try {
    tt::matmul(a, b);
    FAIL();
  } catch (const tt::ArgumentError& error) {
    EXPECT_EQ(error.where().line(), line);
    EXPECT_NE(std::string(error.what()).find("[matmul] inner dimensions differ: a is (32, 784), b is (512, 10)"),
              std::string::npos)
        << error.what();
  }
}

TEST(Skeleton, ChainOfAMillionNodes) {
  tt::Tensor x = tt::tensor<float>({1}).set_requires_grad();
  tt::Tensor y = x;
  for (int i = 0; i < 1000000; ++i) y = y + 1;
  y.backward();
  EXPECT_EQ(x.grad().item<float>(), 1);
  tt::Tensor z = x;
  for (int i = 0; i < 1000000; ++i) z = z + 1;
}

TEST(Skeleton, ViewsAreValues) {
  tt::Tensor x = tt::tensor<float>({1, 2, 3, 4, 5, 6});
  const tt::Tensor view = tt::transpose(tt::reshape(x, {2, 3}));
  x.add_(10);
  EXPECT_EQ(view.to_vector<float>(), (std::vector<float>{1, 4, 2, 5, 3, 6}));
  EXPECT_EQ(x.to_vector<float>(), (std::vector<float>{11, 12, 13, 14, 15, 16}));
}
