// Sums that grow on a GPU (as a rule the emulated one), in both numerics, and products that overflow before a zero.
#include <limits>

#include "gpu.h"
#include "triptych/core/autograd.h"
#include "triptych/core/numerics.h"
#include "triptych/core/ops.h"

namespace {

namespace tt = triptych;
using tt::Tensor;

using CudaSums = OnGpu;

Tensor gradient(const Tensor& y, const Tensor& x) {
  const Tensor ys[] = {tt::sum(y)}, xs[] = {x};
  return tt::gradients(ys, xs)[0];
}

TEST_F(CudaSums, DoNotStopAtThePrecisionOf16Bits) {
  const std::int64_t n = 3000;
  const Tensor index = tt::zeros({n}, tt::int64).to(gpu);
  for (const tt::Numerics numerics : {tt::Numerics::exact, tt::Numerics::fast}) {
    const tt::NumericsMode mode(numerics);
    for (const tt::DType dtype : {tt::float16, tt::bfloat16}) {
      const Tensor ones = tt::ones({n}, dtype).to(gpu);
      const float sum = tt::cast(tt::tensor<float>({3001}), dtype).item<float>(),
                  count = tt::cast(tt::tensor<float>({3000}), dtype).item<float>();
      const Tensor start = tt::ones({1}, dtype).to(gpu);
      EXPECT_EQ(tt::scatter_add(start, 0, index, ones).item<float>(), sum);
      EXPECT_EQ(tt::index_add(start, 0, index, ones).item<float>(), sum);
      EXPECT_EQ(tt::cumsum(ones, 0).to(cpu).to_vector<float>().back(), count);
      const Tensor table = tt::ones({1, 2}, dtype).to(gpu).set_requires_grad();
      EXPECT_EQ(gradient(tt::embedding(table, index), table).to(cpu).to_vector<float>(),
                (std::vector<float>{count, count}));
      const Tensor x = tt::ones({1, 1, 1, 65}, dtype).to(gpu).set_requires_grad();
      const Tensor pooled = tt::avg_pool2d(x, {.kernel_size = {1, 33}, .stride = 1});
      EXPECT_EQ(gradient(pooled, x).to(cpu).to_vector<float>()[32], 1);
    }
  }
}

TEST_F(CudaSums, OfFloat32KeepTheirDigits) {
  const Tensor sums = tt::cumsum(tt::full({100000}, 0.1F).to(gpu), 0).to(cpu);
  EXPECT_EQ(sums.to_vector<float>().back(), 10000.F);
}

TEST_F(CudaSums, AZeroAmongOverflowingFactors) {
  const Tensor x = tt::tensor<float>({1e30F, 1e30F, 1e30F, 1e30F, 1, 0}).reshape({3, 2}).to(gpu).set_requires_grad();
  const float infinity = std::numeric_limits<float>::infinity();
  const Tensor y = tt::prod(x, 0);
  EXPECT_EQ(y.to(cpu).to_vector<float>(), (std::vector<float>{infinity, 0}));
  const auto slopes = gradient(y, x).to(cpu).to_vector<float>();
  EXPECT_EQ(slopes[1], 0);
  EXPECT_EQ(slopes[3], 0);
  EXPECT_EQ(slopes[5], infinity);
}

}  // namespace
