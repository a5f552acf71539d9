// Reductions and rows that several warps and blocks of a GPU share: the CPU's results are the reference.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "gpu.h"
#include "triptych/eager.h"

namespace {

namespace tt = triptych;

class CudaLargeRows : public OnGpu {
 protected:
  /// f(x) there is f(x) here, in each memory order of x.
  template <class F>
  void expect_same(const tt::Tensor& x, F f, double tolerance = 2e-5) const {
    for (const tt::Tensor& operand : {x, x.t().contiguous().t()}) {
      const auto expected = f(operand).template to_vector<double>();
      const auto actual = f(operand.to(gpu)).to(cpu).template to_vector<double>();
      ASSERT_EQ(actual.size(), expected.size());
      for (std::size_t i = 0; i < expected.size(); ++i)
        ASSERT_NEAR(actual[i], expected[i], tolerance * std::max(1.0, std::abs(expected[i]))) << i;
    }
  }
  static tt::Tensor values(std::int64_t rows, std::int64_t columns) {
    return tt::reshape(tt::sin(tt::arange(rows * columns).to(tt::float32)), {rows, columns});
  }
};

TEST_F(CudaLargeRows, Reductions) {
  for (const tt::Tensor& x : {values(3, 40000), values(40000, 3), values(300, 300)}) {
    expect_same(x, [](const tt::Tensor& t) { return tt::sum(t * t); });
    for (const std::int64_t axis : {0, 1}) {
      expect_same(x, [=](const tt::Tensor& t) { return tt::mean(t * t, axis); });
      expect_same(x, [=](const tt::Tensor& t) { return tt::argmax(t, axis); });
      expect_same(x, [=](const tt::Tensor& t) { return tt::logsumexp(t, axis); });
      expect_same(x, [=](const tt::Tensor& t) { return tt::var(t, axis); });
    }
    expect_same(x, [](const tt::Tensor& t) { return tt::argmax(t); });
  }
}

TEST_F(CudaLargeRows, Rows) {
  for (const tt::Tensor& x : {values(3, 5000), values(1500, 40), values(700, 5)}) {
    for (const std::int64_t axis : {0, 1}) {
      expect_same(x, [=](const tt::Tensor& t) { return tt::log_softmax(t * 30, axis); });
      expect_same(x, [=](const tt::Tensor& t) { return tt::cumsum(t, axis); });
    }
    const tt::Tensor labels = tt::remainder(tt::arange(x.shape()[0]), x.shape()[1]);
    expect_same(x, [=](const tt::Tensor& t) { return tt::cross_entropy(t, labels.to(t.device())); });
  }
}

// Several tiles of the bitonic sort, and several blocks of what counts; many elements are equal.
TEST_F(CudaLargeRows, Order) {
  for (const tt::Tensor& x : {values(3, 2500), values(1500, 3)}) {
    const tt::Tensor steps = tt::round(x * 40) / 40;
    for (const std::int64_t axis : {0, 1}) {
      expect_same(steps, [=](const tt::Tensor& t) { return tt::sort(t, axis, true).values; });
      expect_same(steps, [=](const tt::Tensor& t) { return tt::sort(t, axis).indices; });
      expect_same(steps, [=](const tt::Tensor& t) { return tt::cummax(t, axis).indices; });
      expect_same(x, [=](const tt::Tensor& t) { return tt::logcumsumexp(t, axis); });
      expect_same(x, [=](const tt::Tensor& t) { return tt::cumprod(1 + t / 100, axis); });
    }
    expect_same(steps, [](const tt::Tensor& t) { return tt::unique(t, {.return_inverse = true}).inverse_indices; });
    expect_same(steps, [](const tt::Tensor& t) { return tt::unique(t, {.return_counts = true, .axis = 0}).counts; });
    expect_same(steps, [](const tt::Tensor& t) { return tt::searchsorted(tt::unique(t), t, {.right = true}); });
    expect_same(steps, [](const tt::Tensor& t) { return tt::bincount(tt::flatten(tt::abs(t * 40)).to(tt::int64)); });
  }
}

TEST_F(CudaLargeRows, ProductsOfOthers) {
  expect_same(values(2, 700), [](const tt::Tensor& t) {
    tt::Tensor x = (tt::zeros_like(t) + 1 + t * 0.01).set_requires_grad();
    tt::prod(x, 1).backward(tt::ones({2}).to(t.device()));
    return x.grad();
  });
}

// With and without atomics.
TEST_F(CudaLargeRows, AddedByIndex) {
  const tt::Tensor index = tt::remainder(tt::arange(1500) * 7, 40);
  for (const tt::Numerics numerics : {tt::Numerics::exact, tt::Numerics::fast}) {
    const tt::NumericsMode mode(numerics);
    expect_same(values(1500, 150), [=](const tt::Tensor& t) {
      return tt::index_add(tt::zeros({40, 150}).to(t.device()), 0, index.to(t.device()), t);
    });
    expect_same(values(1500, 3), [=](const tt::Tensor& t) {
      const tt::Tensor places = tt::broadcast_to(tt::reshape(index, {1500, 1}), {1500, 3});
      return tt::scatter_add(tt::zeros({40, 3}).to(t.device()), 0, places.to(t.device()), t);
    });
    expect_same(
        values(1500, 3),
        [=](const tt::Tensor& t) {  // half a word each
          return tt::index_add(tt::zeros({40, 3}).to(tt::float16).to(t.device()), 0, index.to(t.device()),
                               t.to(tt::float16));
        },
        5e-2);
  }
}

}  // namespace
