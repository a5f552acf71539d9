// The programs of examples/equal/ are one model and one training run, bit for bit, through an epoch's end and with a
// short last batch.
#include <gtest/gtest.h>

#include "../../examples/equal/experiment.h"

equal::Outcome cnn_lowlevel(const equal::Settings&), cnn_eager(const equal::Settings&),
    cnn_keras(const equal::Settings&);
equal::Outcome mlp_lowlevel(const equal::Settings&), mlp_eager(const equal::Settings&),
    mlp_keras(const equal::Settings&);

namespace {

namespace tt = triptych;

struct Trained {
  std::vector<double> losses;
  std::vector<std::vector<float>> weights;
  double accuracy;
};

Trained train(equal::Outcome (*program)(const equal::Settings&), equal::Settings settings) {
  Trained trained{};
  settings.on_step = [&](double loss) {
    trained.losses.push_back(loss);
    return true;
  };
  const equal::Outcome outcome = program(settings);
  for (const tt::Tensor& weight : outcome.weights) trained.weights.push_back(weight.to_vector<float>());
  trained.accuracy = outcome.accuracy;
  return trained;
}

void expect_equal(const Trained& a, const Trained& b) {
  EXPECT_EQ(a.losses, b.losses);
  EXPECT_EQ(a.weights, b.weights);
  EXPECT_NEAR(a.accuracy, b.accuracy, 1e-6);  // some count in float32, some in double
}

TEST(EqualPrograms, Mlp) {
  equal::Settings settings;
  settings.epochs = 2;
  settings.batch_size = 64;
  settings.train_samples = 1000;  // 16 steps, the last of 40
  settings.test_samples = 1000;
  const Trained lowlevel = train(mlp_lowlevel, settings);
  ASSERT_EQ(lowlevel.losses.size(), 32u);
  EXPECT_LT(lowlevel.losses.back(), lowlevel.losses.front() / 2);
  expect_equal(train(mlp_eager, settings), lowlevel);
  expect_equal(train(mlp_keras, settings), lowlevel);
  settings.run_eagerly = true;
  expect_equal(train(mlp_keras, settings), lowlevel);
}

TEST(EqualPrograms, Cnn) {
  equal::Settings settings;
  settings.batch_size = 32;
  settings.train_samples = 100;  // 4 steps, the last of 4
  settings.test_samples = 100;
  const Trained lowlevel = train(cnn_lowlevel, settings);
  ASSERT_EQ(lowlevel.losses.size(), 4u);
  expect_equal(train(cnn_eager, settings), lowlevel);
  expect_equal(train(cnn_keras, settings), lowlevel);
}

TEST(EqualPrograms, StopWhenTold) {
  equal::Settings settings;
  settings.epochs = 3;
  settings.batch_size = 16;
  settings.train_samples = 64;
  settings.test_samples = 10;
  settings.max_steps = 6;  // in the second epoch
  for (const auto& program : {mlp_lowlevel, mlp_eager, mlp_keras})
    EXPECT_EQ(train(program, settings).losses.size(), 6u);
  settings.max_steps = 0;
  for (const auto& program : {mlp_lowlevel, mlp_eager, mlp_keras}) {
    int steps = 0;
    equal::Settings stopped = settings;
    stopped.on_step = [&](double) { return ++steps < 3; };
    program(stopped);
    EXPECT_EQ(steps, 3);
  }
}

}  // namespace
