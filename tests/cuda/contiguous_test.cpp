// Copies between memory orders on a GPU (as a rule the emulated one), those that are transposes among them.
#include <gtest/gtest.h>

#include "gpu.h"
#include "triptych/eager.h"

namespace {

namespace tt = triptych;

class CudaContiguous : public OnGpu {
 protected:
  /// In element types of all widths, any order of the axes.
  void expect_like_cpu(const tt::Shape& shape, const std::vector<std::int64_t>& axes) {
    for (const tt::DType dtype : {tt::int8, tt::float16, tt::int32, tt::float64}) {
      const tt::Tensor x = tt::cast(tt::remainder(tt::reshape(tt::arange(shape.size()), shape), 113), dtype);
      const tt::Tensor turned = x.to(gpu).permute(axes).contiguous();
      EXPECT_TRUE(turned.is_contiguous());
      EXPECT_TRUE(tt::array_equal(turned.to(cpu), x.permute(axes))) << shape.text() << " " << tt::dtype_name(dtype);
    }
  }
};

TEST_F(CudaContiguous, Transposes) {
  for (const tt::Shape& shape : {tt::Shape{16, 16}, tt::Shape{15, 40}, tt::Shape{33, 70}, tt::Shape{200, 17}})
    expect_like_cpu(shape, {1, 0});
}

TEST_F(CudaContiguous, BatchesOfThem) {
  const tt::Shape shape{3, 20, 2, 37};
  expect_like_cpu(shape, {0, 3, 2, 1});
  expect_like_cpu(shape, {0, 2, 3, 1});
  expect_like_cpu(shape, {2, 3, 0, 1});
  expect_like_cpu(shape, {3, 0, 1, 2});
  expect_like_cpu(shape, {0, 1, 3, 2});
}

TEST_F(CudaContiguous, PartsAndRepeats) {
  const tt::Tensor x = tt::reshape(tt::arange(60 * 50), {60, 50}), there = x.to(gpu);
  const auto part = [](const tt::Tensor& a) { return tt::slice(tt::slice(a, 0, {3, 55, 2}), 1, {5, 45}).t(); };
  EXPECT_TRUE(tt::array_equal(part(there).contiguous().to(cpu), part(x)));
  const auto repeated = [](const tt::Tensor& a) {
    return tt::expand(tt::unsqueeze(a, 0), {3, 60, 50}).permute({0, 2, 1});
  };
  EXPECT_TRUE(tt::array_equal(repeated(there).contiguous().to(cpu), repeated(x)));
}

}  // namespace
