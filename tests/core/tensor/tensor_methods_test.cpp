// Methods are the functions; in place they change the tensor, at the user's line, or nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "triptych/core/autograd.h"
#include "triptych/core/ops.h"
#include "triptych/core/random.h"

namespace tt = triptych;
using testing::HasSubstr;

namespace {

tt::Tensor numbers() { return tt::tensor({0.5, -1.25, 2, 3, -0.75, 1}).view({2, 3}); }

TEST(TensorMethods, AreTheFunctions) {
  const tt::Tensor x = numbers(), y = tt::ones({2, 3}) * 2;
  EXPECT_TRUE(x.exp().equal(tt::exp(x)));
  EXPECT_TRUE(x.softmax(-1).equal(tt::softmax(x, -1)));
  EXPECT_TRUE(x.pow(2).equal(tt::pow(x, 2)));
  EXPECT_TRUE(x.clamp(-1, 1).equal(tt::clip(x, -1, 1)));
  EXPECT_TRUE(x.eq(y).equal(tt::equal(x, y)));
  EXPECT_TRUE(x.std({1}, {.correction = 0}).equal(tt::std(x, {1}, {.correction = 0})));
  EXPECT_TRUE(x.where(x.gt(0), y).equal(tt::where(x > 0, x, y)));
  EXPECT_EQ(x.split(2, 1).size(), 2u);
}

// PyTorch's words, where other functions of ours have these names.
TEST(TensorMethods, MeanWhatPyTorchMeans) {
  const tt::Tensor x = tt::tensor({1, 2});
  EXPECT_EQ(x.repeat({2}).to_vector<std::int64_t>(), (std::vector<std::int64_t>{1, 2, 1, 2}));
  EXPECT_FALSE(x.equal(tt::tensor({1, 3})));
  EXPECT_EQ(x.dim(), 1);
  EXPECT_EQ(x.sizes().text(), "(2,)");
  EXPECT_EQ(x.nelement(), 2);
  EXPECT_EQ(x.element_size(), 8);
  EXPECT_EQ(x.nbytes(), 16);
  EXPECT_EQ(numbers().stride(0), 3);
  EXPECT_EQ(numbers().stride(-1), 1);
  EXPECT_EQ(numbers().T().sizes().text(), "(3, 2)");
  EXPECT_EQ(tt::ones({2, 3, 4}).T().sizes().text(), "(4, 3, 2)");
  EXPECT_EQ(tt::ones({2, 3, 4}).mT().sizes().text(), "(2, 4, 3)");
  EXPECT_EQ(x.type_as(numbers()).dtype(), tt::float32);
  EXPECT_EQ(numbers().half().dtype(), tt::float16);
  EXPECT_EQ(numbers().bfloat16().dtype(), tt::bfloat16);
  EXPECT_EQ(x.new_full({3}, 7).to_vector<std::int64_t>(), (std::vector<std::int64_t>{7, 7, 7}));
  EXPECT_TRUE(x.is_cpu());
  EXPECT_FALSE(x.is_cuda());
  EXPECT_FALSE(x.is_floating_point());
}

TEST(TensorMethods, InPlaceChangesTheTensorAndItsHandles) {
  tt::Tensor x = numbers();
  const tt::Tensor handle = x, before = x.clone();
  EXPECT_TRUE(x.sigmoid_().is_same(x));
  EXPECT_TRUE(handle.equal(tt::sigmoid(before)));
  x.clamp_(0.4, 0.6).mul_(2).add_(1);
  EXPECT_TRUE(handle.equal(tt::clip(tt::sigmoid(before), 0.4, 0.6) * 2 + 1));
  x.gt_(1.9);
  EXPECT_EQ(x.dtype(), tt::float32);
  EXPECT_TRUE(x.equal(tt::cast(handle > 0, tt::float32)));
}

TEST(TensorMethods, InPlaceRefusesWhatDoesNotFit) {
  tt::Tensor whole = tt::tensor({1, 2}), row = tt::ones({2});
  try {
    whole.exp_();
    FAIL();
  } catch (const tt::ArgumentError& error) {
    EXPECT_THAT(error.what(), HasSubstr("[exp_] a floating-point result does not fit the tensor: float32 into int64"));
    EXPECT_THAT(error.what(), HasSubstr("tensor_methods_test.cpp:" + std::to_string(__LINE__ - 4)));
  }
  EXPECT_EQ(whole.to_vector<std::int64_t>(), (std::vector<std::int64_t>{1, 2}));
  EXPECT_THROW(row.maximum(tt::ones({3})), tt::ArgumentError);
  EXPECT_THROW(row.atan2_(tt::ones({3, 2})), tt::ArgumentError);
  tt::Tensor leaf = tt::ones({2}).requires_grad_();
  EXPECT_THROW(leaf.sqrt_(), tt::ArgumentError);
  EXPECT_THROW(tt::Tensor().exp(), tt::ArgumentError);
}

TEST(TensorMethods, InPlaceIsDifferentiated) {
  const tt::Tensor w = numbers().requires_grad_();
  tt::Tensor y = w * 2;
  y.tanh_();
  y.sum().backward();
  const tt::Tensor expected = (1 - tt::square(tt::tanh(w * 2))) * 2;
  EXPECT_TRUE(tt::allclose(w.grad(), expected));
}

TEST(TensorMethods, DrawNewNumbers) {
  tt::manual_seed(3);
  tt::Tensor x = tt::zeros({1000}), y = tt::zeros({1000}, tt::int64);
  x.uniform_(2, 3);
  EXPECT_GE(x.min().item<float>(), 2);
  EXPECT_LT(x.max().item<float>(), 3);
  x.normal_(10, 0.1);
  EXPECT_NEAR(x.mean().item<float>(), 10, 0.02);
  y.bernoulli_(0.25);
  EXPECT_NEAR(y.sum().item<float>(), 250, 60);
  EXPECT_EQ(y.max().item<int>(), 1);
}

}  // namespace
