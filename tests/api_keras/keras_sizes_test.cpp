// Images of many sizes: one traced step for all of them, and a bounded number of compiled ones.
#include <gtest/gtest.h>

#include <functional>

#include "api_keras/training/trainer.h"
#include "triptych/core/memory.h"
#include "triptych/keras.h"

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;

namespace {

int traced = 0;

keras::Model fully_convolutional(bool declares) {
  const auto body = [](const tt::Tensor& x) {
    ++traced;
    return tt::relu(x);
  };
  const tt::Tensor input = Input({tt::unknown, tt::unknown, 1});
  if (declares) return keras::Model(input, Dense(2)(GlobalAveragePooling2D()(Lambda(body)(Conv2D(3, 3)(input)))));
  return keras::Sequential({Conv2D(3, 3), Lambda(body), GlobalAveragePooling2D(), Dense(2)});
}

tt::Tensor images(std::int64_t height, std::int64_t width) {
  return tt::reshape(tt::sin(tt::arange(0, 2 * height * width, 1, tt::float32)), {2, height, width, 1});
}

/// Weights after training on images of 24 sizes, twice.
std::vector<std::vector<float>> trained(bool declares, const char* engine) {
  keras::utils::set_random_seed(3);
  const keras::Model model = fully_convolutional(declares);
  model.compile({.optimizer = "adam", .loss = "mse", .engine = engine, .numerics = "exact"});
  for (int round = 0; round < 2; ++round)
    for (std::int64_t size = 4; size < 28; ++size) model.train_on_batch(images(size, 31 - size), tt::ones({2, 2}));
  std::vector<std::vector<float>> result;
  for (const tt::Tensor& weight : model.get_weights()) result.push_back(weight.to_vector<float>());
  return result;
}

}  // namespace

TEST(KerasSizes, OneStepIsTracedForAllSizes) {
  for (const bool declares : {true, false}) {
    const keras::Model model = fully_convolutional(declares);
    model.compile({.optimizer = "sgd", .loss = "mse"});
    for (int i = 0; i < 2; ++i) model.train_on_batch(images(5 + i, 5), tt::ones({2, 2}));
    traced = 0;
    for (std::int64_t size = 4; size < 40; ++size) model.train_on_batch(images(size, 43 - size), tt::ones({2, 2}));
    EXPECT_LE(traced, 1) << declares;  // the second axis is opened once
  }
}

TEST(KerasSizes, EnginesAgreeBitForBit) {
  for (const bool declares : {true, false}) EXPECT_EQ(trained(declares, "graph"), trained(declares, "eager"));
}

TEST(KerasSizes, MemoryIsBounded) {
  const keras::Model model = fully_convolutional(true);
  model.compile({.optimizer = "sgd", .loss = "mse"});
  const auto run = [&](std::int64_t from, std::int64_t to) {
    for (std::int64_t size = from; size < to; ++size) model.train_on_batch(images(size, 20), tt::ones({2, 2}));
    return tt::statistics().bytes_in_use;
  };
  const auto first = run(10, 40), then = run(40, 140);
  EXPECT_EQ(first, then);
}

// Targets of the images' size too, and predictions.
TEST(KerasSizes, ImagesToImages) {
  for (const char* engine : {"graph", "eager"}) {
    keras::utils::set_random_seed(3);
    keras::Sequential model({Input({tt::unknown, tt::unknown, 1}), Conv2D(1, 3, {.padding = "same"})});
    model.compile({.optimizer = "sgd", .loss = "mse", .metrics = {"mae"}, .engine = engine, .numerics = "exact"});
    for (std::int64_t size = 3; size < 30; ++size) {
      model.train_on_batch(images(size, size), images(size, size));
      EXPECT_EQ(model.predict(images(size, 7), {.verbose = 0}).shape(), tt::Shape({2, size, 7, 1}));
    }
  }
}

namespace {

/// Asks for its input's sizes, which a step for all sizes could not tell.
struct Asks : keras::ModelBase {
  keras::Layer out = Dense(1);
  tt::Tensor call(const tt::Tensor& x, bool) override {
    tt::Tensor total = tt::slice(x, 1, {0, 1});
    for (std::int64_t i = 1; i < x.size(1); ++i) total = total + tt::slice(x, 1, {i, i + 1});
    return out(tt::squeeze(total, 1));
  }
};

}  // namespace

TEST(KerasSizes, AModelThatAsksForSizesGetsAStepForEach) {
  const keras::Model model = keras::model<Asks>();
  model.compile({.optimizer = "sgd", .loss = "mse"});
  for (int round = 0; round < 2; ++round)
    for (std::int64_t length = 1; length < 25; ++length)
      model.train_on_batch(tt::ones({2, length, 3}), tt::ones({2, 1}));
  EXPECT_EQ(model.predict(tt::ones({2, 4, 3}), {.verbose = 0}).shape(), tt::Shape({2, 1}));
}

// Sizes that only a run knows, in numbers and shapes; what they are is said by the same model on images of known sizes.
TEST(KerasSizes, ArithmeticOfSizes) {
  namespace ops = keras::ops;
  const auto blocks = [](const tt::Tensor& x) {
    const auto shape = ops::shape(x);
    const auto batch = shape[0], height = shape[1], width = shape[2];
    tt::Tensor y = ops::reshape(x, {batch, height, width, 2, 2, 1});
    y = ops::reshape(ops::transpose(y, {0, 1, 3, 2, 4, 5}), {batch, height * 2, 2 * width, 1});
    const tt::Tensor rows = ops::reshape(y, {batch, -1, width * 2});
    EXPECT_EQ(rows.ndim(), 3);
    const tt::Tensor patches = ops::reshape(x, {batch, height * width, 4});
    const tt::Tensor numbers =
        ops::cast(ops::arange(width), tt::float32) + ops::reshape(ops::arange(0, height), {-1, 1});
    return std::vector<tt::Tensor>{
        y * width + height,
        rows - batch,
        patches / height,
        ops::reshape(ops::zeros({batch, height + 1, width - 1}) + height, {batch, -1}),
        ops::broadcast_to(numbers, {batch, height, width}),
        ops::ones({batch + 0, (height + width) / 2}),
        ops::full({2}, 1.0) * ops::cast(ops::arange(1, batch * height, 2), tt::float32).sum()};
  };
  struct Blocks : keras::LayerBase {
    explicit Blocks(std::function<std::vector<tt::Tensor>(const tt::Tensor&)> f) : f(std::move(f)) {}
    std::vector<tt::Tensor> call_many(const std::vector<tt::Tensor>& xs, bool) override { return f(xs[0]); }
    std::function<std::vector<tt::Tensor>(const tt::Tensor&)> f;
  };
  const tt::Tensor in = Input({-1, -1, 4});
  const keras::Model model(in, keras::layer<Blocks>(blocks).call(in));
  for (const tt::Shape& shape : {tt::Shape{2, 3, 5, 4}, tt::Shape{1, 4, 2, 4}, tt::Shape{3, 1, 1, 4}}) {
    const tt::Tensor x = tt::reshape(tt::arange(0, shape.size(), 1, tt::float32), shape);
    const std::vector<tt::Tensor> known = blocks(x), open = model.call(x);
    ASSERT_EQ(known.size(), open.size());
    for (std::size_t i = 0; i < known.size(); ++i) {
      EXPECT_EQ(open[i].shape(), known[i].shape()) << i;
      EXPECT_EQ(open[i].to_vector<float>(), known[i].to_vector<float>()) << i;
    }
    const std::int64_t h = shape[1], w = shape[2];
    EXPECT_EQ(known[0].shape(), (tt::Shape{shape[0], 2 * h, 2 * w, 1}));
    EXPECT_EQ(known[1].shape(), (tt::Shape{shape[0], 2 * h, 2 * w}));
    EXPECT_EQ(known[3].shape(), (tt::Shape{shape[0], (h + 1) * (w - 1)}));
    EXPECT_EQ((known[0][{0, 0, 0, 0}].item<float>()), static_cast<float>(h));
  }
  const keras::Model shuffled(
      in, keras::layer<Blocks>([](const tt::Tensor& x) {
            const auto shape = ops::shape(x);
            return std::vector<tt::Tensor>{ops::reshape(x, {shape[0], shape[1] * 2, shape[2] * 2, 1})};
          }).call(in));
  shuffled.compile({.optimizer = "sgd", .loss = "mse"});
  EXPECT_NO_THROW(shuffled.evaluate(tt::ones({2, 3, 5, 4}), tt::ones({2, 6, 10, 1}), {.verbose = 0}));
}
