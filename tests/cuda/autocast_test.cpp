// Autocast on a GPU (as a rule the emulated one), and 16-bit sums there.
#include "triptych/core/autocast.h"

#include <functional>

#include "gpu.h"
#include "triptych/core/autograd.h"
#include "triptych/core/ops.h"

namespace {

namespace tt = triptych;
using tt::Tensor;
using Tensors = std::vector<Tensor>;
using Function = std::function<Tensor(const Tensors&)>;

class CudaAutocast : public OnGpu {};

TEST_F(CudaAutocast, IsForItsTypeOfDevice) {
  const Tensor here = tt::ones({2, 2}), there = here.to(gpu);
  const auto products = [&] { return std::pair(tt::matmul(here, here).dtype(), tt::matmul(there, there).dtype()); };
  {
    const tt::Autocast scope;
    EXPECT_EQ(products(), std::pair(tt::bfloat16, tt::float16));
  }
  {
    const tt::Autocast scope(gpu, {.dtype = tt::bfloat16});
    EXPECT_EQ(products(), std::pair(tt::float32, tt::bfloat16));
    EXPECT_EQ(tt::sum(tt::matmul(there, there)).dtype(), tt::float32);
    EXPECT_EQ(tt::exp(tt::cast(there, tt::bfloat16)).dtype(), tt::float32);
    EXPECT_EQ(tt::concat({there, tt::cast(there, tt::bfloat16)}).dtype(), tt::float32);
  }
  EXPECT_EQ(products(), std::pair(tt::float32, tt::float32));
}

TEST_F(CudaAutocast, AParametersGradientIsTheCpus) {
  const Tensor x = tt::reshape(tt::linspace(-1, 1, 12), {4, 3}), w = tt::reshape(tt::linspace(-0.5, 1, 9), {3, 3});
  const auto gradient = [&](tt::Device device) {
    const Tensor leaf = w.to(device).clone().set_requires_grad();
    Tensor loss;
    {
      const tt::Autocast scope(tt::bfloat16);
      loss = tt::sum(tt::square(tt::matmul(tt::matmul(x.to(device), leaf), leaf)));
    }
    loss.backward();
    EXPECT_EQ(leaf.grad().dtype(), tt::float32);
    return leaf.grad().to_vector<double>();
  };
  const auto here = gradient({}), there = gradient(gpu);
  for (std::size_t i = 0; i < here.size(); ++i) EXPECT_NEAR(there[i], here[i], 0.05) << i;
}

/// What 16-bit operands give is what float32 makes of them, rounded once: sums grow in float32.
TEST_F(CudaAutocast, SixteenBitSumsGrowInFloat32) {
  const Tensors product{tt::full({3, 3000}, 1.0), tt::rand({3000, 5})},
      convolution{tt::rand({1, 300, 4, 4}), tt::rand({2, 300, 3, 3})}, many{product[1]};
  const std::vector<std::pair<Function, Tensors>> cases = {
      {[](const Tensors& x) { return tt::matmul(x[0], x[1]); }, product},
      {[](const Tensors& x) { return tt::linear(x[0], x[1], {.transpose_weight = false}); }, product},
      {[](const Tensors& x) { return tt::conv2d(x[0], x[1]); }, convolution},
      {[](const Tensors& x) { return tt::sum(x[0]); }, many},
      {[](const Tensors& x) { return tt::sum(x[0], 0); }, many},
      {[](const Tensors& x) { return tt::mean(x[0]); }, many}};
  for (const tt::DType dtype : {tt::bfloat16, tt::float16})
    for (std::size_t i = 0; i < cases.size(); ++i) {
      Tensors narrow, wide;
      for (const Tensor& x : cases[i].second) {
        narrow.push_back(tt::cast(x, dtype).to(gpu));
        wide.push_back(tt::cast(narrow.back(), tt::float32));
      }
      const auto actual = cases[i].first(narrow).to_vector<double>(),
                 expected = tt::cast(cases[i].first(wide), dtype).to_vector<double>();
      for (std::size_t k = 0; k < actual.size(); ++k)
        EXPECT_NEAR(actual[k], expected[k], std::abs(expected[k]) * (dtype == tt::float16 ? 0x1p-10 : 0x1p-7))
            << "case " << i << " in " << tt::dtype_name(dtype) << ", element " << k;
    }
}

}  // namespace
