// Matrix products on a GPU (as a rule the emulated one) beside the CPU's: larger ones than the conformance samples.
#include <cmath>

#include "gpu.h"
#include "triptych/core/ops.h"
#include "triptych/core/tf32.h"

namespace {

namespace tt = triptych;
using tt::Tensor;

class CudaMatmul : public OnGpu {
 protected:
  /// Products of whole numbers are the same everywhere.
  void expect_equal(const Tensor& a, const Tensor& b) const {
    const Tensor expected = matmul(a, b), actual = matmul(a.to(gpu), b.to(gpu));
    EXPECT_EQ(actual.device(), gpu);
    EXPECT_TRUE(tt::array_equal(actual, expected)) << actual << "\nfor\n" << expected;
  }
};

/// Whole numbers from 0 to 10.
Tensor whole(const tt::Shape& shape, tt::DType dtype, int seed = 0) {
  std::vector<int> result(static_cast<std::size_t>(shape.size()));
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = (static_cast<int>(i) * 7 + seed) % 11;
  return tt::cast(tt::tensor(result, shape), dtype);
}

const tt::DType dtypes[] = {tt::float32, tt::float64, tt::float16, tt::bfloat16,
                            tt::int8,    tt::uint8,   tt::int32,   tt::int64};

TEST_F(CudaMatmul, LargerThanATile) {
  for (const tt::DType dtype : dtypes) {
    SCOPED_TRACE(std::string(tt::dtype_name(dtype)));
    expect_equal(whole({37, 40}, dtype), whole({40, 21}, dtype, 3));
    expect_equal(whole({40, 37}, dtype).t(), whole({21, 40}, dtype, 3).t());
    expect_equal(whole({40}, dtype), whole({40, 16}, dtype, 1));
    expect_equal(whole({3, 17, 40}, dtype), whole({40}, dtype, 1));
  }
}

TEST_F(CudaMatmul, Batches) {
  for (const tt::DType dtype : {tt::float32, tt::int32}) {
    const Tensor a = whole({2, 3, 4, 5}, dtype), b = whole({3, 5, 6}, dtype, 3);
    expect_equal(a, b);
    expect_equal(whole({2, 1, 4, 5}, dtype), b);
    expect_equal(tt::permute(a, {1, 0, 2, 3}), tt::unsqueeze(b, 1));
    expect_equal(tt::permute(a, {2, 0, 1, 3}), whole({2, 5, 6}, dtype, 3));
  }
}

// No steps between columns, and more than one between both rows and columns: cuBLAS gets a copy.
TEST_F(CudaMatmul, StridesThatCublasCannotTake) {
  const Tensor b = whole({5, 6}, tt::float32, 3), wide = whole({4, 10}, tt::float32);
  const Tensor column = tt::expand(whole({4, 1}, tt::float32).to(gpu), {4, 5}),
               row = tt::expand(whole({5}, tt::float32).to(gpu), {4, 5}),
               every_second = tt::slice(wide.to(gpu), 1, {tt::none, tt::none, 2});
  for (const Tensor& a : {column, row, every_second})
    EXPECT_TRUE(tt::array_equal(matmul(a, b.to(gpu)), matmul(a.to(cpu), b)));
}

TEST_F(CudaMatmul, LinearWithBiasAndRelu) {
  for (const tt::DType dtype : dtypes) {
    const Tensor x = whole({3, 4, 5}, dtype), weight = whole({6, 5}, dtype, 3);
    // Every second number of a vector, and some products below zero.
    const Tensor numbers = dtype == tt::uint8 ? whole({12}, dtype) : whole({12}, dtype) - 100;
    const auto bias = [](const Tensor& all) { return tt::slice(all, 0, {tt::none, tt::none, 2}); };
    const Tensor expected = linear(x, weight, bias(numbers), {.activation = tt::Activation::relu}),
                 actual =
                     linear(x.to(gpu), weight.to(gpu), bias(numbers.to(gpu)), {.activation = tt::Activation::relu});
    EXPECT_TRUE(tt::array_equal(actual, expected)) << tt::dtype_name(dtype) << actual << "\nfor\n" << expected;
  }
}

// The emulated cuBLAS has one arithmetic, so this shows only that the switch reaches it without harm.
TEST_F(CudaMatmul, Tf32) {
  EXPECT_FALSE(tt::allow_tf32());
  tt::set_allow_tf32(true);
  expect_equal(whole({7, 8}, tt::float32), whole({8, 9}, tt::float32, 3));
  tt::set_allow_tf32(false);
}

}  // namespace
