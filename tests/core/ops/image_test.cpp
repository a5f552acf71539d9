// What samples cannot say of convolutions, pools and images: errors, ties and edges, and NaN.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "../../bad_input.h"
#include "triptych/core/autograd.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/conv_nd.h"
#include "triptych/core/ops/image.h"
#include "triptych/core/ops/pool_nd.h"

namespace tt = triptych;

namespace {

using Values = std::vector<float>;
using Numbers = std::vector<std::int64_t>;
Values values(const tt::Tensor& x) { return x.to_vector<float>(); }

TEST(Images, AMaximumIsTheFirstOfEqualsAndNaNWins) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const auto ties = tt::max_pool1d_with_indices(tt::tensor<float>({1, 3, 3, 2, 2, 2}, {1, 1, 6}), {.kernel_size = 3});
  EXPECT_EQ(ties.indices.to_vector<std::int64_t>(), (Numbers{1, 3}));
  const auto [largest, where] = tt::max_pool1d_with_indices(tt::tensor<float>({1, nan, 3, 2}, {1, 1, 4}), {});
  EXPECT_TRUE(std::isnan(values(largest)[0]));
  EXPECT_EQ(where.to_vector<std::int64_t>(), (Numbers{1, 2}));
}

TEST(Images, UnpoolingKeepsTheLastOfSeveralAndEachHasItsPlacesGradient) {
  tt::Tensor x = tt::tensor<float>({1, 2, 3}, {1, 1, 3}).set_requires_grad();
  const tt::Tensor places = tt::tensor<std::int64_t>({4, 4, 0}, {1, 1, 3});
  const tt::Tensor y = tt::max_unpool1d(x, places);
  EXPECT_EQ(values(y), (Values{3, 0, 0, 0, 2, 0}));
  y.backward(tt::tensor<float>({1, 2, 3, 4, 5, 6}, {1, 1, 6}));
  EXPECT_EQ(values(x.grad()), (Values{5, 5, 1}));
  EXPECT_BAD("[max_unpool] an index is out of range: index 6 for 6 elements",
             tt::max_unpool1d(x, tt::tensor<std::int64_t>({6, 0, 1}, {1, 1, 3})));
  EXPECT_BAD("[max_unpool] an index is out of range: index -1",
             tt::max_unpool1d(x, tt::tensor<std::int64_t>({-1, 0, 1}, {1, 1, 3})));
  EXPECT_BAD("[max_unpool1d] output_size is a stride or more off", tt::max_unpool1d(x, places, {.output_size = 9}));
}

TEST(Images, PlacesThatAreNoNumbersLieOutside) {
  const float nan = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();
  const tt::Tensor x = tt::ones({1, 1, 2, 2}), grid = tt::tensor<float>({nan, 0, inf, 0, 0, 0}, {1, 1, 3, 2});
  EXPECT_EQ(values(tt::grid_sample(x, grid)), (Values{0, 0, 1}));
  EXPECT_EQ(values(tt::grid_sample(x, grid, {.padding_mode = "border"})), (Values{1, 1, 1}));
}

TEST(Images, AnyDtypeIsResizedByTheNearest) {
  const tt::Tensor x = tt::tensor<std::uint8_t>({1, 2, 3}, {1, 1, 3});
  EXPECT_EQ(tt::interpolate(x, {.size = 6}).to_vector<std::uint8_t>(), (std::vector<std::uint8_t>{1, 1, 2, 2, 3, 3}));
  EXPECT_BAD("[resample] the images are not floating-point", tt::interpolate(x, {.size = 6, .mode = "linear"}));
}

TEST(Images, WrongArgumentsAreNamed) {
  const tt::Tensor line = tt::ones({1, 2, 5}), image = tt::ones({1, 2, 5, 5});
  EXPECT_BAD("[conv1d] x is not (batch, channels, length)", tt::conv1d(image, tt::ones({3, 2, 2})));
  EXPECT_BAD("[conv1d] padding is negative: -1", tt::conv1d(line, tt::ones({3, 2, 2}), {.padding = {0, -1}}));
  EXPECT_BAD("[conv3d] the weight is not (out, in / groups, depth, height, width)",
             tt::conv3d(tt::ones({1, 2, 5, 5, 5}), tt::ones({3, 2, 2, 2})));
  EXPECT_BAD("[conv_transpose1d] output_padding is not smaller than stride or dilation: 2",
             tt::conv_transpose1d(line, tt::ones({2, 3, 2}), {.stride = 2, .output_padding = 2}));
  EXPECT_BAD("[conv_transpose2d] the channels of x are not those of the weight",
             tt::conv_transpose2d(image, tt::ones({3, 2, 2, 2})));
  EXPECT_BAD("[conv_transpose1d] the padding leaves nothing", tt::conv_transpose1d(line, tt::ones({2, 3, 2}), {.padding = 3}));
  EXPECT_BAD("[avg_pool2d] divisor_override is 0", tt::avg_pool2d(image, {}, 0));
  EXPECT_BAD("[avg_pool2d] output_size is negative: -2", tt::adaptive_avg_pool2d(image, {3, -2}));
  EXPECT_BAD("[max_pool1d] a pool's padding differs", tt::max_pool1d(line, {.padding = {0, 1}}));
  EXPECT_BAD("[lp_pool1d] norm_type is not positive", tt::lp_pool1d(line, 0));
  EXPECT_BAD("[interpolate] not one of size and scale_factor is given: neither", tt::interpolate(line));
  EXPECT_BAD("[interpolate] x does not have the dimensions of this mode",
             tt::interpolate(line, {.size = 3, .mode = "bilinear"}));
  EXPECT_BAD("[interpolate] there is no such mode", tt::interpolate(line, {.size = 3, .mode = "lanczos"}));
  EXPECT_BAD("[pixel_shuffle] the channels are no multiple", tt::pixel_shuffle(image, 2));
  EXPECT_BAD("[fold] there is not a column for each window", tt::fold(tt::ones({1, 4, 5}), 4, 2));
  EXPECT_BAD("[grid_sample] x and grid are not of one floating dtype",
             tt::grid_sample(image, tt::ones({1, 2, 2, 2}, tt::float64)));
}

TEST(Images, RowMajorAndChannelsLastPoolsHaveTheSameBits) {
  const tt::Tensor x = tt::randn({2, 3, 9, 11});
  const tt::Tensor last = tt::permute(tt::contiguous(tt::permute(x, {0, 2, 3, 1})), {0, 3, 1, 2});
  const auto gradient = [](const tt::Tensor& images, auto pool) {
    tt::Tensor leaf = images.detach().set_requires_grad();
    const tt::Tensor y = pool(leaf);
    tt::sum(y * y).backward();
    return leaf.grad();
  };
  const auto average = [](const tt::Tensor& in) { return tt::avg_pool2d(in, 3, 2, 1); };
  const auto largest = [](const tt::Tensor& in) { return tt::max_pool2d(in, 3, 1, 1); };
  EXPECT_EQ(values(average(x)), values(average(last)));
  EXPECT_EQ(values(largest(x)), values(largest(last)));
  EXPECT_EQ(values(gradient(x, average)), values(gradient(last, average)));
  EXPECT_EQ(values(gradient(x, largest)), values(gradient(last, largest)));
}

}  // namespace
