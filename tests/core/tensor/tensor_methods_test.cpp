// Methods are the functions; in place they change the tensor, at the user's line, or nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <sstream>

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
  const tt::Tensor column = tt::ones({3, 1, 2});
  EXPECT_EQ(column.squeeze(1).shape().text(), "(3, 2)");
  EXPECT_EQ(column.squeeze(0).shape().text(), "(3, 1, 2)");
  EXPECT_EQ(column.squeeze({0, -2}).shape().text(), "(3, 2)");
  EXPECT_EQ(column.sum({0, 1}).shape().text(), "(2,)");  // a literal 0 is an axis, not a file of a Location
  EXPECT_EQ(column.mean({0, 2}, true).shape().text(), "(1, 1, 1)");
  EXPECT_THROW(column.squeeze(3), tt::ArgumentError);
  EXPECT_THROW(tt::squeeze(column, 0), tt::ArgumentError);
  EXPECT_TRUE(x.is_cpu());
  EXPECT_FALSE(x.is_cuda());
  EXPECT_FALSE(x.is_floating_point());
}

TEST(TensorMethods, SizesByPlace) {
  const tt::Tensor x = tt::arange(12);
  const std::size_t three = 3;
  EXPECT_EQ(x.view(3, -1).sizes().text(), "(3, 4)");
  EXPECT_EQ(x.reshape(three, 2, 2).sizes().text(), "(3, 2, 2)");
  EXPECT_EQ(x.view(-1).sizes().text(), "(12,)");
  EXPECT_EQ(x.view({12}).sizes().text(), "(12,)");
  EXPECT_TRUE(x.view(3, 4).permute(-1, 0).equal(x.view(3, 4).t()));
  EXPECT_TRUE(x.view(3, 4).flip(0, 1).equal(x.flip(0).view(3, 4)));
  EXPECT_EQ(x.view(3, 1, 4).expand(-1, 2, 4).sizes().text(), "(3, 2, 4)");
  EXPECT_EQ(x.view(3, 4).repeat(2, 1).sizes().text(), "(6, 4)");
  EXPECT_EQ(x.view(3, 4).tile(1, 2).sizes().text(), "(3, 8)");
  EXPECT_TRUE(tt::zeros(2, 3).equal(tt::zeros({2, 3})));
  EXPECT_EQ(tt::ones(2, 3, tt::int64).dtype(), tt::int64);
  EXPECT_EQ(tt::empty(0).sizes().text(), "(0,)");
  EXPECT_EQ(tt::rand(2, 3).sizes().text(), "(2, 3)");
  EXPECT_EQ(tt::randn(2, tt::float64).dtype(), tt::float64);
  EXPECT_EQ(x.new_zeros(2, 3).dtype(), tt::int64);
  for (const auto& wrong :
       std::vector<std::function<void()>>{[&] { x.view(5, -1); }, [&] { x.view(-2, 6); }, [&] { tt::zeros(2, -3); },
                                          [&] { x.flip(0, 1); }, [&] { x.view(1, 1, 1, 1, 1, 1, 1, 1, 12); }}) {
    try {
      wrong();
      ADD_FAILURE();
    } catch (const tt::ArgumentError& error) {
      EXPECT_THAT(error.what(), HasSubstr("tensor_methods_test.cpp:"));
    }
  }
}

TEST(TensorMethods, NewTensorsAreLikeThisOne) {
  const tt::Tensor x = tt::ones({2}, tt::float64);
  EXPECT_EQ(x.new_tensor({1, 2}).dtype(), tt::float64);
  EXPECT_EQ(x.new_tensor(3).item<double>(), 3);
  EXPECT_EQ(x.new_tensor({{1, 2}, {3, 4}}, tt::int64).to_vector<std::int64_t>(),
            (std::vector<std::int64_t>{1, 2, 3, 4}));
  EXPECT_EQ(x.new_tensor(std::vector<bool>{true, false}).to_vector<double>(), (std::vector<double>{1, 0}));
  EXPECT_EQ(x.new_ones({2}, tt::boolean).to_vector<bool>(), (std::vector<bool>{true, true}));
  EXPECT_EQ(x.new_full({1}, 2, tt::float16).dtype(), tt::float16);
  EXPECT_THROW(tt::ones({2}, tt::int64).new_tensor({0.5}), tt::ArgumentError);
}

// torch.add(a, b, alpha=...): values by PyTorch.
TEST(TensorMethods, SumsOfAMultiple) {
  const tt::Tensor b = tt::tensor({3, 4});
  tt::Tensor a = tt::tensor({1, 2});
  EXPECT_EQ(a.add(b, 2).to_vector<std::int64_t>(), (std::vector<std::int64_t>{7, 10}));
  EXPECT_EQ(tt::sub(a, b, 2).to_vector<std::int64_t>(), (std::vector<std::int64_t>{-5, -6}));
  EXPECT_EQ(a.sub(1, 3).to_vector<std::int64_t>(), (std::vector<std::int64_t>{-2, -1}));
  const tt::Tensor wide = tt::add(tt::tensor({0.0, 0.0}, tt::float64), b, 0.1);
  EXPECT_EQ(wide.to_vector<double>(), (std::vector<double>{3 * 0.1, 4 * 0.1}));
  EXPECT_EQ(tt::add(tt::tensor({true, false}), tt::tensor({true, true}), true).dtype(), tt::boolean);
  a.add_(b, -1);
  EXPECT_EQ(a.to_vector<std::int64_t>(), (std::vector<std::int64_t>{-2, -2}));
  tt::Tensor p = numbers().set_requires_grad(), g = tt::ones({2, 3}).set_requires_grad();
  tt::sum(tt::sub(p, g, 0.5)).backward();
  EXPECT_EQ(p.grad()[0][0].item(), 1);
  EXPECT_EQ(g.grad()[0][0].item(), -0.5);
  EXPECT_THROW(a.add_(b, 0.5), tt::ArgumentError);
  EXPECT_THROW(tt::add(tt::tensor({true}), tt::tensor({true}), 2), tt::ArgumentError);
}

TEST(TensorMethods, AnItemIsPythonsNumber) {
  const tt::Tensor x = tt::tensor({1.f, 2.f, 4.f});
  const double mean = x.mean().item();
  const int two = x[1].item();
  EXPECT_EQ(mean, 7.f / 3.f);
  EXPECT_EQ(two, 2);
  double total = 0;
  std::int64_t correct = 1;
  for (int i = 0; i < 2; ++i) {
    total += x.sum().item() * 3;
    correct += (x > 1).sum().item();
  }
  EXPECT_EQ(total, 42);
  EXPECT_EQ(correct, 5);
  EXPECT_TRUE(x.sum().item() > 6.5 && 7 == x.sum().item() && !(x[0].item() < tt::tensor(1).item()));
  EXPECT_EQ(tt::tensor(7).item() / 2, 3.5);
  EXPECT_EQ(-tt::tensor(7).item() - 1, -8);
  const auto last = tt::tensor(2).item();
  EXPECT_EQ(x[last].item(), 4);
  EXPECT_TRUE((x * last).equal(x * 2));
  EXPECT_EQ(tt::full({1}, last).dtype(), tt::int64);
  const std::int64_t large = (std::int64_t{1} << 53) + 1;
  EXPECT_EQ(static_cast<std::int64_t>(tt::tensor(large).item()), large);
  std::ostringstream text;
  text << tt::tensor(0.5).item() << " " << tt::tensor(3).item() << " " << std::boolalpha << tt::tensor(true).item();
  EXPECT_EQ(text.str(), "0.5 3 true");
}

TEST(TensorMethods, AnItemIsNoOtherNumber) {
  try {
    const auto half = tt::tensor(2.5).item();
    const int cut = half;
    FAIL() << cut;
  } catch (const tt::ArgumentError& error) {
    EXPECT_THAT(error.what(), HasSubstr("[item] the number is not whole: 2.5. "));
    EXPECT_THAT(error.what(), HasSubstr("tensor_methods_test.cpp:" + std::to_string(__LINE__ - 5)));
  }
  int count = 0;
  EXPECT_THROW(count += tt::tensor(0.5).item(), tt::ArgumentError);
  EXPECT_THROW((void)static_cast<std::int8_t>(tt::tensor(300).item()), tt::ArgumentError);
  EXPECT_THROW((void)static_cast<std::uint8_t>(tt::tensor(-1).item()), tt::ArgumentError);
  EXPECT_EQ(static_cast<std::uint8_t>(tt::tensor(255).item()), 255);
  EXPECT_EQ(static_cast<std::int8_t>(tt::tensor(-128).item()), -128);
  EXPECT_THROW((void)static_cast<std::int64_t>(tt::tensor(1e30).item()), tt::ArgumentError);
  EXPECT_THROW((void)static_cast<int>(tt::tensor(std::numeric_limits<double>::quiet_NaN()).item()), tt::ArgumentError);
  EXPECT_THROW((void)(tt::tensor(std::int64_t{1} << 62).item() * 4), tt::ArgumentError);
  EXPECT_THROW((void)numbers().item(), tt::ArgumentError);
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
