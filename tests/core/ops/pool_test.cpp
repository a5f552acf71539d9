// Pools whose only window hangs over the image: PyTorch's results.
#include <gtest/gtest.h>

#include "triptych/core/ops.h"

namespace tt = triptych;

namespace {

std::vector<float> values(const tt::Tensor& x) { return x.to_vector<float>(); }

TEST(CeilMode, AKernelLargerThanTheImage) {
  const tt::Tensor x = tt::reshape(tt::arange(0, 9, 1, tt::float32) * 1.5 - 3, {1, 1, 3, 3});
  using Values = std::vector<float>;
  EXPECT_EQ(values(tt::max_pool2d(x, {.kernel_size = 4, .stride = 2, .ceil_mode = true})), Values{9});
  EXPECT_EQ(values(tt::max_pool2d(x, {.kernel_size = {4, 2}, .stride = 4, .ceil_mode = true})), Values{7.5F});
  EXPECT_EQ(values(tt::avg_pool2d(x, {.kernel_size = 4, .stride = 2, .ceil_mode = true})), Values{3});
  EXPECT_EQ(values(tt::avg_pool2d(x, {.kernel_size = 4, .stride = 3, .padding = 1, .ceil_mode = true})),
            (Values{1.6875F, 1.6875F, 2.8125F, 2.25F}));
  // No window would start inside.
  EXPECT_THROW(tt::max_pool2d(x, {.kernel_size = 4, .stride = 2}), tt::ArgumentError);
  EXPECT_THROW(tt::max_pool2d(x, {.kernel_size = 5, .stride = 2, .ceil_mode = true}), tt::ArgumentError);
  EXPECT_THROW(tt::max_pool2d(x, {.kernel_size = 2, .stride = 1, .dilation = 3, .ceil_mode = true}), tt::ArgumentError);
}

}  // namespace
