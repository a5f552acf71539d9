// Models end to end: building, training on both engines, what they report.
#include <gtest/gtest.h>

#include "triptych/keras.h"

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;

namespace {

tt::Tensor ramp(const tt::Shape& shape, float scale = 1) {
  std::vector<float> values(static_cast<std::size_t>(shape.size()));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = scale * static_cast<float>(static_cast<int>(i * 7919 % 23) - 11) / 11;
  return tt::tensor(values, shape);
}

std::vector<std::vector<float>> trained(const std::string& engine, double* loss) {
  keras::utils::set_random_seed(3);
  keras::Sequential model({Input({4}), Dense(8, {.activation = "relu"}), Dense(2)});
  model.compile({.optimizer = "adam", .loss = "mse", .metrics = {"mse"}, .engine = engine, .numerics = "exact"});
  const auto history = model.fit(ramp({50, 4}), ramp({50, 2}, 0.5F), {.batch_size = 16, .epochs = 3, .verbose = 0});
  *loss = history["loss"].back();
  std::vector<std::vector<float>> weights;
  for (const tt::Tensor& weight : model.get_weights()) weights.push_back(weight.to_vector<float>());
  return weights;
}

}  // namespace

TEST(KerasModel, TrainsAndBothEnginesAgreeBitForBit) {
  double graph_loss = 0, eager_loss = 0;
  const auto graph = trained("graph", &graph_loss), eager = trained("eager", &eager_loss);
  EXPECT_EQ(graph, eager);
  EXPECT_EQ(graph_loss, eager_loss);
  EXPECT_GT(graph_loss, 0);
}

TEST(KerasModel, LossGoesDown) {
  keras::utils::set_random_seed(1);
  keras::Sequential model({Input({3}), Dense(16, {.activation = "relu"}), Dense(1)});
  model.compile({.optimizer = keras::optimizers::SGD({.learning_rate = 0.1}), .loss = "mse"});
  const auto x = ramp({64, 3});
  const auto history = model.fit(x, tt::sum(x, {1}, true), {.epochs = 30, .verbose = 0});
  EXPECT_LT(history["loss"].back(), 0.1 * history["loss"].front());
  EXPECT_EQ(history.epoch.size(), 30U);
}
