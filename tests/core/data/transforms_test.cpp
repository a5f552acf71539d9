// Transforms of images: their values, and that random ones depend on seed, epoch and example alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <set>

#include "files.h"
#include "triptych/core.h"

namespace tt = triptych;
namespace data = triptych::data;
namespace transforms = triptych::data::transforms;
using testing::ElementsAre;
using testing::FloatNear;
using testing::HasSubstr;
using testing::Pointwise;
using tt::Tensor;

namespace {

std::string message(auto function) { return error_of<tt::Error>(function); }
std::vector<float> floats(const Tensor& tensor) { return tensor.to_vector<float>(); }

/// (1, 3, 4): 0 to 11.
const Tensor grey = tt::arange(12).to(tt::float32).reshape({1, 3, 4});
/// One pixel.
Tensor pixel(double r, double g, double b) { return tt::tensor<float>({r, g, b}).reshape({3, 1, 1}); }

}  // namespace

TEST(Transforms, ToTensorAndNormalize) {
  const Tensor bytes = tt::tensor<std::uint8_t>({{{0, 51}, {102, 255}}});  // (1, 2, 2): a row of two pixels, 2 channels
  const Tensor image = transforms::ToTensor()(bytes);
  EXPECT_EQ(image.shape(), (tt::Shape{2, 1, 2}));
  EXPECT_THAT(floats(image), Pointwise(FloatNear(1e-6F), std::vector<float>{0, 0.4F, 0.2F, 1}));
  EXPECT_EQ(transforms::ToTensor()(tt::ones({3, 4}, tt::uint8)).shape(), (tt::Shape{1, 3, 4}));
  const Tensor normal = transforms::Normalize({0.5, 0.25}, {0.5, 0.25})(tt::ones({5, 2, 1, 1}));
  EXPECT_THAT(floats(normal[0]), ElementsAre(1, 3));
  EXPECT_EQ(normal.shape(), (tt::Shape{5, 2, 1, 1}));
}

TEST(Transforms, Sizes) {
  EXPECT_EQ(transforms::Resize(6)(grey).shape(), (tt::Shape{1, 6, 8}));
  EXPECT_EQ(transforms::Resize({5, 2})(grey).shape(), (tt::Shape{1, 5, 2}));
  const Tensor half = transforms::Resize({1, 2}, "nearest")(grey);
  EXPECT_THAT(floats(half), ElementsAre(0, 2));
  // PyTorch: F.interpolate(arange(4.), size=2, mode="bilinear", antialias=True) of a row.
  EXPECT_THAT(floats(transforms::Resize({3, 2})(grey)[0][0]),
              Pointwise(FloatNear(1e-5F), std::vector<float>{0.714286F, 2.285714F}));
  EXPECT_EQ(transforms::Resize({1, 1})(tt::full({3, 2, 2}, 7, tt::uint8)).dtype(), tt::uint8);
  EXPECT_THAT(floats(transforms::CenterCrop({1, 2})(grey)), ElementsAre(5, 6));
  EXPECT_THAT(floats(transforms::CenterCrop({1, 6})(grey)), ElementsAre(0, 4, 5, 6, 7, 0));
  EXPECT_THAT(floats(transforms::Pad({0, 1}, 9)(grey)[0][0]), ElementsAre(9, 0, 1, 2, 3, 9));
  EXPECT_THAT(floats(transforms::Pad({0, 1}, 0, "reflect")(grey)[0][0]), ElementsAre(1, 0, 1, 2, 3, 2));
}

TEST(Transforms, FlipsAndTurns) {
  EXPECT_THAT(floats(transforms::RandomHorizontalFlip(1)(grey)[0][0]), ElementsAre(3, 2, 1, 0));
  EXPECT_THAT(floats(transforms::RandomVerticalFlip(1)(grey)[0][0]), ElementsAre(8, 9, 10, 11));
  EXPECT_TRUE(transforms::RandomHorizontalFlip(0)(grey).equal(grey));
  const Tensor square = tt::arange(9).to(tt::float32).reshape({1, 3, 3});
  const Tensor turned = transforms::RandomRotation({90, 90})(square);  // counter-clockwise, as numpy.rot90
  EXPECT_THAT(floats(turned), ElementsAre(2, 5, 8, 1, 4, 7, 0, 3, 6));
  const Tensor bytes = transforms::RandomRotation({180, 180})(square.to(tt::uint8));
  EXPECT_EQ(bytes.dtype(), tt::uint8);
  EXPECT_THAT(floats(bytes), ElementsAre(8, 7, 6, 5, 4, 3, 2, 1, 0));
  EXPECT_EQ(transforms::RandomRotation(30)(tt::ones({4, 3, 5, 7})).shape(), (tt::Shape{4, 3, 5, 7}));
}

TEST(Transforms, RandomCrops) {
  tt::manual_seed(1);
  std::set<float> corners;
  const auto crop = transforms::RandomCrop({2, 2});
  for (int i = 0; i < 100; ++i) {
    const std::vector<float> part = floats(crop(grey));
    corners.insert(part[0]);
    EXPECT_THAT(part, ElementsAre(part[0], part[0] + 1, part[0] + 4, part[0] + 5));
  }
  EXPECT_THAT(corners, ElementsAre(0, 1, 2, 4, 5, 6));
  EXPECT_EQ(transforms::RandomCrop(5, {.pad_if_needed = true})(grey).shape(), (tt::Shape{1, 5, 5}));
  EXPECT_EQ(transforms::RandomCrop(5, {.padding = tt::Size2(1)})(grey).shape(), (tt::Shape{1, 5, 5}));
  EXPECT_THAT(message([] { transforms::RandomCrop(5)(grey); }), HasSubstr("smaller than the crop: (1, 3, 4)"));
  EXPECT_EQ(transforms::RandomResizedCrop({4, 6})(tt::ones({2, 3, 9, 9})).shape(), (tt::Shape{2, 3, 4, 6}));
  EXPECT_EQ(transforms::RandomResizedCrop(2, {5, 6})(grey).shape(), (tt::Shape{1, 2, 2}));  // nothing fits
  const Tensor erased = transforms::RandomErasing(1, {0.2, 0.3}, {1, 1}, 5)(tt::zeros({2, 10, 10}));
  const float sum = tt::sum(erased).item<float>();
  EXPECT_TRUE(sum == 2 * 16 * 5 || sum == 2 * 25 * 5) << sum;
}

TEST(Transforms, Colours) {
  // A factor that is known: 1 - x to 1 + x with x = 0 is not drawn at all, so ranges are looked at.
  tt::manual_seed(2);
  for (int i = 0; i < 20; ++i) {
    const float bright = transforms::ColorJitter(0.5)(pixel(0.4, 0.4, 0.4)).to_vector<float>()[0];
    EXPECT_GE(bright, 0.2F);
    EXPECT_LE(bright, 0.6F);
    const std::vector<float> dull = floats(transforms::ColorJitter(0, 0, 0.5)(pixel(0.2, 0.4, 0.6)));
    // The luminance stays, whatever the factor is.
    EXPECT_NEAR(0.2989 * dull[0] + 0.587 * dull[1] + 0.114 * dull[2], 0.2989 * 0.2 + 0.587 * 0.4 + 0.114 * 0.6, 1e-4);
    const std::vector<float> turned = floats(transforms::ColorJitter(0, 0, 0, 0.5)(pixel(0.2, 0.4, 0.6)));
    EXPECT_NEAR(*std::max_element(turned.begin(), turned.end()), 0.6F, 1e-5F);
    EXPECT_NEAR(*std::min_element(turned.begin(), turned.end()), 0.2F, 1e-5F);
    const std::vector<float> contrast = floats(transforms::ColorJitter(0, 0.5)(tt::tensor<float>({{{0.25, 0.75}}})));
    EXPECT_NEAR(contrast[0] + contrast[1], 1, 1e-5F);
    EXPECT_LE(contrast[0], 0.375F);
    EXPECT_GE(contrast[0], 0.125F);
  }
  EXPECT_NEAR(transforms::Grayscale()(pixel(1, 0.5, 0)).item<float>(), 0.2989 + 0.587 / 2, 1e-6);
  EXPECT_EQ(transforms::Grayscale(3)(pixel(1, 0.5, 0)).shape(), (tt::Shape{3, 1, 1}));
  EXPECT_EQ(transforms::ColorJitter(0.1, 0.1, 0.1, 0.1)(tt::ones({2, 3, 4, 4}, tt::uint8)).dtype(), tt::uint8);
}

TEST(Transforms, Compose) {
  int calls = 0;
  const auto all = transforms::Compose({transforms::Resize({2, 2}), transforms::Lambda([&](const Tensor& x) {
                                          ++calls;
                                          return x + 1;
                                        }),
                                        transforms::RandomApply(transforms::Normalize({1}, {2}), 1)});
  EXPECT_EQ(all(grey).shape(), (tt::Shape{1, 2, 2}));
  EXPECT_EQ(calls, 1);
}

TEST(Transforms, DependOnTheExampleAlone) {
  const data::TensorDataset images(tt::rand({12, 3, 8, 8}), tt::arange(12));
  const auto dataset = data::transformed(
      images, transforms::Compose({transforms::RandomCrop(6), transforms::RandomHorizontalFlip(),
                                   transforms::RandomRotation(20), transforms::ColorJitter(0.2, 0.2, 0.2, 0.1),
                                   transforms::RandomErasing()}));
  const auto epoch_of = [&](int workers, bool shuffle, std::int64_t batch_size) {
    data::DataLoader loader(dataset, {.batch_size = batch_size, .shuffle = shuffle, .num_workers = workers, .seed = 9});
    std::vector<Tensor> by_example(12);
    for (const auto& [x, y] : loader)
      for (std::int64_t i = 0; i < x.size(0); ++i)
        by_example[static_cast<std::size_t>(y[i].item<int>())] = x[i].clone();
    return tt::stack(by_example);
  };
  const Tensor first = epoch_of(0, false, 12);
  EXPECT_TRUE(first.equal(epoch_of(3, true, 2)));
  EXPECT_TRUE(first.equal(epoch_of(1, true, 5)));
  EXPECT_FALSE(first[0].equal(first[1]));
}

TEST(Transforms, BadInput) {
  constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(message([] { transforms::Compose({nullptr}); }), HasSubstr("there is no function"));
  EXPECT_THAT(message([] { transforms::Normalize({0}, {0}); }), HasSubstr("transforms_test.cpp"));
  EXPECT_THAT(message([] { transforms::Normalize({}, {1}); }), HasSubstr("no number"));
  EXPECT_THAT(message([] { transforms::Normalize({0, 0}, {1})(grey); }), HasSubstr("2 numbers, 1 channels"));
  EXPECT_THAT(message([] { transforms::Normalize({0}, {1})(grey.to(tt::uint8)); }), HasSubstr("of bytes: uint8"));
  EXPECT_THAT(message([] { transforms::Resize(0); }), HasSubstr("below 1"));
  EXPECT_THAT(message([] { transforms::Resize(3, "cubic"); }), HasSubstr("no such mode: 'cubic'"));
  EXPECT_THAT(message([] { transforms::Resize(3)(tt::ones({3, 3})); }), HasSubstr("(..., channels, height, width)"));
  EXPECT_THAT(message([] { transforms::Resize(3)(Tensor()); }), HasSubstr("undefined"));
  EXPECT_THAT(message([] { transforms::Resize(3)(tt::ones({1, 0, 3})); }), HasSubstr("no pixel"));
  EXPECT_THAT(message([] { transforms::Resize(3)(tt::arange(12).reshape({1, 3, 4})); }), HasSubstr("neither uint8"));
  EXPECT_THAT(message([] { transforms::Pad(-1); }), HasSubstr("the padding is negative"));
  EXPECT_THAT(message([=] { transforms::Pad(1, not_a_number); }), HasSubstr("fill"));
  EXPECT_THAT(message([] { transforms::Pad(9, 0, "reflect")(grey); }), HasSubstr("transforms_test.cpp"));
  EXPECT_THAT(message([] { transforms::RandomHorizontalFlip(2); }), HasSubstr("RandomHorizontalFlip"));
  EXPECT_THAT(message([=] { transforms::RandomRotation(not_a_number); }), HasSubstr("RandomRotation"));
  EXPECT_THAT(message([] { transforms::RandomRotation({5, -5}); }), HasSubstr("5 to -5"));
  EXPECT_THAT(message([] { transforms::RandomErasing(0.5, {0.5, 2}); }), HasSubstr("more than the whole image"));
  EXPECT_THAT(message([] { transforms::RandomErasing(1, {0.5, 0.5}, {0, 1}); }), HasSubstr("ratio is 0 to 1"));
  EXPECT_THAT(message([] { transforms::ColorJitter(0, 0, 0, 0.6); }), HasSubstr("half the circle"));
  EXPECT_THAT(message([] { transforms::ColorJitter(0.1)(tt::ones({2, 3, 3})); }), HasSubstr("neither 1 nor 3"));
  EXPECT_THAT(message([] { transforms::Grayscale(2); }), HasSubstr("neither 1 nor 3: 2"));
}
