// finfo, iinfo, can_cast and result_type: PyTorch's answers.
#include "triptych/core/dtype_info.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "triptych/core/ops.h"

namespace tt = triptych;

namespace {

std::string refusal(const std::function<void()>& call) {
  try {
    call();
  } catch (const tt::ArgumentError& error) {
    return error.what();
  }
  return "";
}

TEST(DtypeInfo, FloatingOnes) {
  const tt::FloatInfo single = tt::finfo(tt::float32), wide = tt::finfo(tt::float64);
  EXPECT_EQ(single.bits, 32);
  EXPECT_EQ(single.eps, std::numeric_limits<float>::epsilon());
  EXPECT_EQ(single.max, std::numeric_limits<float>::max());
  EXPECT_EQ(single.min, std::numeric_limits<float>::lowest());
  EXPECT_EQ(single.tiny, std::numeric_limits<float>::min());
  EXPECT_DOUBLE_EQ(single.resolution, 1e-6);
  EXPECT_EQ(wide.eps, std::numeric_limits<double>::epsilon());
  EXPECT_EQ(wide.max, std::numeric_limits<double>::max());
  EXPECT_EQ(wide.smallest_normal, std::numeric_limits<double>::min());
  EXPECT_DOUBLE_EQ(wide.resolution, 1e-15);
  // torch.finfo(torch.float16), torch.finfo(torch.bfloat16)
  const tt::FloatInfo half = tt::finfo(tt::float16), brain = tt::finfo(tt::bfloat16);
  EXPECT_EQ(half.max, 65504);
  EXPECT_EQ(half.eps, 0.0009765625);
  EXPECT_EQ(half.smallest_normal, 6.103515625e-05);
  EXPECT_DOUBLE_EQ(half.resolution, 1e-3);
  EXPECT_EQ(brain.bits, 16);
  EXPECT_EQ(brain.max, 3.3895313892515355e+38);
  EXPECT_EQ(brain.eps, 0.0078125);
  EXPECT_DOUBLE_EQ(brain.resolution, 1e-2);
  EXPECT_TRUE(refusal([] { tt::finfo(tt::int8); }).starts_with("[finfo] the dtype is not floating: int8."));
}

TEST(DtypeInfo, Integers) {
  EXPECT_EQ(tt::iinfo(tt::int8).max, 127);
  EXPECT_EQ(tt::iinfo(tt::int8).min, -128);
  EXPECT_EQ(tt::iinfo(tt::uint8).max, 255);
  EXPECT_EQ(tt::iinfo(tt::uint8).min, 0);
  EXPECT_EQ(tt::iinfo(tt::int32).max, std::numeric_limits<std::int32_t>::max());
  EXPECT_EQ(tt::iinfo(tt::int32).min, std::numeric_limits<std::int32_t>::min());
  EXPECT_EQ(tt::iinfo(tt::int64).max, std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(tt::iinfo(tt::int64).min, std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(tt::iinfo(tt::int64).bits, 64);
  EXPECT_TRUE(refusal([] { tt::iinfo(tt::boolean); }).starts_with("[iinfo] the dtype is not an integer: bool."));
}

TEST(DtypeInfo, CanCast) {
  EXPECT_TRUE(tt::can_cast(tt::float64, tt::float16));
  EXPECT_TRUE(tt::can_cast(tt::int64, tt::uint8));
  EXPECT_TRUE(tt::can_cast(tt::boolean, tt::int8));
  EXPECT_TRUE(tt::can_cast(tt::int32, tt::bfloat16));
  EXPECT_TRUE(tt::can_cast(tt::boolean, tt::boolean));
  EXPECT_FALSE(tt::can_cast(tt::float32, tt::int64));
  EXPECT_FALSE(tt::can_cast(tt::int8, tt::boolean));
  EXPECT_FALSE(tt::can_cast(tt::float16, tt::boolean));
}

TEST(DtypeInfo, ResultType) {
  const tt::Tensor whole = tt::ones({2}, tt::int32), half = tt::ones({2}, tt::float16),
                   one = tt::full({}, 1.0, tt::float64), flags = tt::ones({2}, tt::boolean);
  EXPECT_EQ(tt::result_type(whole, half), tt::float16);
  EXPECT_EQ(tt::result_type(half, one), tt::float16);
  EXPECT_EQ(tt::result_type(whole, one), tt::float64);
  EXPECT_EQ(tt::result_type(whole, 1), tt::int32);
  EXPECT_EQ(tt::result_type(1.5, whole), tt::float32);
  EXPECT_EQ(tt::result_type(flags, 2), tt::int64);
  EXPECT_EQ(tt::result_type(1, 2.5), tt::float32);
  EXPECT_TRUE(refusal([] { tt::result_type(tt::Tensor(), 1); }).starts_with("[result_type] an input is undefined"));
}

}  // namespace
