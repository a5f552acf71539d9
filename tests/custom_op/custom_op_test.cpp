// An op from a shared library of its own, through public headers only, in all three styles and both engines.
#include <gtest/gtest.h>
#include <triptych/eager.h>
#include <triptych/keras.h>
#include <triptych/lowlevel.h>

#include "cube.h"
#include "triptych/core/gradcheck.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;
namespace nn = triptych::eager::nn;
namespace keras = triptych::keras;

namespace {

struct Cubed : nn::Module {
  nn::Linear& fc = add<nn::Linear>("fc", 3, 2);
  tt::Tensor forward(const tt::Tensor& x) override { return cube(fc(x)); }
};

TEST(CustomOp, RunsAndDifferentiatesEagerly) {
  tt::Tensor x = tt::tensor<double>({-2.0, 0.5, 3.0}).set_requires_grad();
  const tt::Tensor y = cube(x);
  EXPECT_EQ(y.to_vector<double>(), (std::vector<double>{-8, 0.125, 27}));
  tt::sum(y).backward();
  EXPECT_EQ(x.grad().to_vector<double>(), (std::vector<double>{12, 0.75, 27}));
  EXPECT_TRUE(tt::gradcheck([](const tt::Tensor& in) { return cube(in); }, std::vector{x}));
  EXPECT_TRUE(tt::gradgradcheck([](const tt::Tensor& in) { return cube(in); }, std::vector{x}));
}

TEST(CustomOp, RunsAndDifferentiatesInAGraph) {
  const tf::Graph graph;
  const auto x = graph.placeholder("x", tt::float32, {tt::unknown});
  const auto y = cube(x);
  const auto dy = tf::gradients(y, x)[0];
  const tf::Session session(graph);
  const auto values = session.run({y, dy}, {{x, tt::tensor<float>({2, -1})}});
  EXPECT_EQ(values[0].to_vector<float>(), (std::vector<float>{8, -1}));
  EXPECT_EQ(values[1].to_vector<float>(), (std::vector<float>{12, 3}));
}

TEST(CustomOp, TrainsInAModule) {
  tt::manual_seed(1);
  Cubed net;
  triptych::eager::optim::SGD optimizer(net.parameters(), {.lr = 0.01});
  const auto x = tt::rand({16, 3}), y = tt::rand({16, 2});
  double first = 0, last = 0;
  for (int step = 0; step < 50; ++step) {
    optimizer.zero_grad();
    const auto loss = nn::mse_loss(net(x), y);
    loss.backward();
    optimizer.step();
    last = loss.item<double>();
    if (step == 0) first = last;
  }
  EXPECT_LT(last, first);
}

TEST(CustomOp, TrainsInAKerasModel) {
  for (const bool run_eagerly : {false, true}) {
    tt::manual_seed(1);
    keras::Sequential model({keras::layers::Input({3}), keras::layers::Dense(2),
                             keras::layers::Lambda([](const tt::Tensor& x) { return cube(x); })});
    model.compile(
        {.optimizer = keras::optimizers::SGD({.learning_rate = 0.01}), .loss = "mse", .run_eagerly = run_eagerly});
    const auto x = tt::rand({16, 3}), y = tt::rand({16, 2});
    const auto history = model.fit(x, y, {.batch_size = 16, .epochs = 30, .verbose = 0});
    EXPECT_LT(history["loss"].back(), history["loss"].front());
  }
}

TEST(CustomOp, ItsErrorsNameTheUsersLine) {
  const tt::Tensor x = tt::tensor<std::int64_t>({1, 2});
  const int line = __LINE__ + 2;
  try {
    cube(x);
    FAIL();
  } catch (const tt::ArgumentError& error) {
    EXPECT_EQ(error.op(), "cube");
    EXPECT_EQ(error.where().line(), line);
  }
}

TEST(CustomOp, IsKnownByName) {
  cube(tt::tensor<float>({1}));
  ASSERT_NE(tt::find_op("cube"), nullptr);
  EXPECT_STREQ(tt::find_op("cube")->name, "cube");
}

}  // namespace
