// GradScaler: PyTorch's scales, trackers and parameters over iterations with infinities, and its rules.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <triptych/eager.h>

#include <limits>
#include <sstream>

#include "files.h"

namespace tt = triptych;
namespace nn = triptych::eager::nn;
namespace optim = triptych::eager::optim;
using testing::HasSubstr;
using tt::Tensor;
using tt::eager::amp::GradScaler;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity(),
                 not_a_number = std::numeric_limits<double>::quiet_NaN();

struct Training {
  Tensor p = tt::tensor<float>({1, -2, 0.5}).set_requires_grad();
  optim::SGD optimizer{{p}, {.lr = 0.1, .momentum = 0.9}};
  void backward(GradScaler& scaler, double factor = 1) {
    optimizer.zero_grad();
    scaler.scale(tt::sum(p * p * tt::tensor<float>({1.0, factor, 0.5}))).backward();
  }
};

std::string message(auto function) { return error_of<tt::Error>(function); }

}  // namespace

TEST(GradScaler, GivesPyTorchsNumbers) {
  std::ifstream file(std::string(TRIPTYCH_SOURCE_DIR) + "/tests/references/grad_scaler.txt");
  for (const bool clip : {false, true}) {
    Training training;
    GradScaler scaler({.init_scale = 1024, .growth_factor = 3, .backoff_factor = 0.25, .growth_interval = 3});
    for (int i = 0; i < 15; ++i) {
      std::string name;
      double scale = 0, tracker = -1, p[3]{};
      ASSERT_TRUE(file >> name >> scale >> tracker >> p[0] >> p[1] >> p[2]);
      if (i == 14) {
        scaler.update(7.5);
      } else {
        training.backward(scaler, i == 2 || i == 9 ? infinity : i == 10 ? not_a_number : 1.0 + i);
        if (clip) {
          scaler.unscale_(training.optimizer);
          nn::utils::clip_grad_norm_({training.p}, 0.75);
        }
        scaler.step(training.optimizer);
        scaler.update();
        for (int k = 0; k < 3; ++k) EXPECT_NEAR(training.p[k].item<float>(), p[k], 2e-7) << name << i;
      }
      EXPECT_EQ(scaler.get_scale(), scale) << name << i;
      EXPECT_EQ(scaler.state_dict().at("_growth_tracker").item<double>(), tracker) << name << i;
    }
  }
}

TEST(GradScaler, TrainsInFloat16) {
  tt::manual_seed(3);
  nn::Linear layer(4, 1);
  optim::SGD optimizer(layer.parameters(), 0.05);
  GradScaler scaler({.init_scale = 1e9, .growth_interval = 10});  // too large at first: it comes down by itself
  const Tensor x = tt::randn({64, 4}), y = tt::matmul(x, tt::tensor<float>({{1}, {-2}, {0.5}, {3}}));
  float loss = 0;
  for (int i = 0; i < 200; ++i) {
    Tensor error;
    {
      tt::eager::autocast scope(tt::float16);
      error = tt::mse_loss(layer(x), y);
    }
    loss = error.item<float>();
    optimizer.zero_grad();
    scaler.scale(error).backward();
    scaler.step(optimizer);
    scaler.update();
  }
  EXPECT_LT(loss, 1e-3F);
  EXPECT_LT(scaler.get_scale(), 1e9);
}

TEST(GradScaler, KeepsItsState) {
  Training training;
  GradScaler scaler({.init_scale = 8, .growth_interval = 5});
  for (int i = 0; i < 3; ++i) {
    training.backward(scaler);
    scaler.step(training.optimizer);
    scaler.update();
  }
  GradScaler other;
  other.load_state_dict(scaler.state_dict());
  EXPECT_EQ(other.get_scale(), 8);
  EXPECT_EQ(other.get_growth_interval(), 5);
  EXPECT_EQ(other.state_dict().at("_growth_tracker").item<int>(), 3);

  tt::StateDict bad = scaler.state_dict();
  bad.set("_growth_tracker", tt::full({}, -1, tt::int64));
  EXPECT_THAT(message([&] { other.load_state_dict(bad); }), HasSubstr("'_growth_tracker' is -1"));
  bad = scaler.state_dict();
  bad.set("scale", tt::full({}, not_a_number));
  EXPECT_THAT(message([&] { other.load_state_dict(bad); }), HasSubstr("[GradScaler]"));
  bad.erase("scale");
  EXPECT_THAT(message([&] { other.load_state_dict(bad); }), HasSubstr("'scale'"));
  EXPECT_THAT(message([&] { other.load_state_dict({}); }), HasSubstr("the state is empty"));
  EXPECT_EQ(other.get_scale(), 8);  // nothing changed
}

TEST(GradScaler, DoesNothingUnlessEnabled) {
  Training training;
  GradScaler scaler({.enabled = false});
  EXPECT_TRUE(scaler.scale(training.p).is_same(training.p));
  training.backward(scaler);
  scaler.unscale_(training.optimizer);
  scaler.step(training.optimizer);
  scaler.update();
  EXPECT_NEAR(training.p[0].item<float>(), 0.8F, 1e-6F);
  EXPECT_EQ(scaler.get_scale(), 1);
  EXPECT_TRUE(scaler.state_dict().empty());
}

TEST(GradScaler, BadInput) {
  EXPECT_THAT(message([] { GradScaler({.init_scale = 0}); }), HasSubstr("init_scale"));
  EXPECT_THAT(message([] { GradScaler({.init_scale = 1e39}); }), HasSubstr("grad_scaler_test.cpp"));
  EXPECT_THAT(message([] { GradScaler({.growth_factor = 1}); }), HasSubstr("growth_factor is 1 or less: 1"));
  EXPECT_THAT(message([] { GradScaler({.growth_factor = not_a_number}); }), HasSubstr("growth_factor"));
  EXPECT_THAT(message([] { GradScaler({.backoff_factor = 1}); }), HasSubstr("backoff_factor is 1 or more"));
  EXPECT_THAT(message([] { GradScaler({.growth_interval = 0}); }), HasSubstr("growth_interval is below 1: 0"));

  Training training;
  GradScaler scaler;
  EXPECT_THAT(message([&] { scaler.set_growth_factor(-1); }), HasSubstr("growth_factor"));
  EXPECT_EQ(scaler.get_growth_factor(), 2);
  EXPECT_THAT(message([&] { scaler.update(); }), HasSubstr("there was no step"));
  EXPECT_THAT(message([&] { scaler.step(training.optimizer); }),
              HasSubstr("no parameter of the optimizer has a gradient"));
  EXPECT_THAT(message([&] { scaler.scale(Tensor()); }), HasSubstr("undefined"));
  scaler.update(16);
  training.backward(scaler);
  scaler.unscale_(training.optimizer);
  EXPECT_THAT(message([&] { scaler.unscale_(training.optimizer); }), HasSubstr("unscale_ was called before"));
  scaler.step(training.optimizer);
  EXPECT_THAT(message([&] { scaler.step(training.optimizer); }), HasSubstr("step was called before"));
  EXPECT_THAT(message([&] { scaler.unscale_(training.optimizer); }), HasSubstr("unscale_ comes after step"));
  scaler.update();

  Tensor half = tt::ones({2}, tt::float16).set_requires_grad();
  optim::SGD optimizer({half}, 0.1);
  scaler.scale(tt::sum(half)).backward();
  EXPECT_THAT(message([&] { scaler.step(optimizer); }), HasSubstr("a gradient is in float16"));
}
