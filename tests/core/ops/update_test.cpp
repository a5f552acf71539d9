// The optimizer update ops against PyTorch's, TensorFlow's and Keras's own numbers
// (scripts/references/make_references_optimizers.py).
#include "triptych/core/ops/update.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>

#include "triptych/core/memory.h"
#include "triptych/core/ops.h"

namespace tt = triptych;

namespace {

using Values = std::vector<double>;

/// The lines of the reference file by their first two words.
const std::map<std::string, Values>& references() {
  static const auto lines = [] {
    std::map<std::string, Values> result;
    std::ifstream file(TRIPTYCH_SOURCE_DIR "/tests/references/optimizers.txt");
    for (std::string line; std::getline(file, line);) {
      std::istringstream words(line);
      std::string name, step;
      words >> name;
      if (name != "start") words >> step;
      auto& values = result[step.empty() ? name : name + " " + step];
      for (double value; words >> value;) values.push_back(value);
    }
    return result;
  }();
  return lines;
}

tt::Tensor tensor_of(const Values& values, tt::DType dtype) { return tt::cast(tt::tensor(values), dtype); }
tt::Tensor rate_tensor(double value) { return tt::full({}, value, tt::float64); }

/// One optimizer on one parameter; `update` does a step.
struct Case {
  std::string name;
  std::function<void(const tt::Tensor& rate, std::span<const tt::Tensor> p, std::span<const tt::Tensor> g,
                     std::span<const tt::Tensor> state, std::span<const tt::Tensor> step)>
      update;
};

Case sgd(std::string name, tt::SgdUpdate attributes) {
  return {std::move(name), [=](auto& rate, auto p, auto g, auto, auto) { tt::sgd_update(rate, p, g, attributes); }};
}
Case momentum(std::string name, tt::MomentumUpdate attributes) {
  return {std::move(name), [=](auto& rate, auto p, auto g, auto state, auto step) {
            tt::momentum_update(rate, p, g, state.first(1), step, attributes);
          }};
}
Case adam(std::string name, tt::AdamUpdate attributes, bool amsgrad = false) {
  return {std::move(name), [=](auto& rate, auto p, auto g, auto state, auto step) {
            tt::adam_update(rate, p, g, state.first(1), state.subspan(1, 1), step, attributes,
                            amsgrad ? state.subspan(2, 1) : std::span<const tt::Tensor>());
          }};
}

std::vector<Case> torch_cases(const std::string& prefix) {
  return {sgd(prefix + "sgd", {}),
          sgd(prefix + "sgd_decay", {.weight_decay = 0.1}),
          sgd(prefix + "sgd_maximize", {.weight_decay = 0.1, .maximize = true}),
          momentum(prefix + "momentum", {.momentum = 0.9}),
          momentum(prefix + "dampening", {.momentum = 0.9, .dampening = 0.3, .weight_decay = 0.1}),
          momentum(prefix + "nesterov", {.momentum = 0.9, .weight_decay = 0.1, .nesterov = true}),
          adam(prefix + "adam", {}),
          adam(prefix + "adam_options", {.beta1 = 0.8, .beta2 = 0.95, .epsilon = 1e-3, .weight_decay = 0.1}),
          adam(prefix + "adam_maximize", {.epsilon = 1e-3, .maximize = true}),
          adam(prefix + "amsgrad", {.beta1 = 0.8, .beta2 = 0.6, .epsilon = 1e-3}, true),
          adam(prefix + "adamw", {.epsilon = 1e-3, .weight_decay = 0.1, .decoupled_weight_decay = true})};
}

std::vector<Case> tensorflow_cases() {
  using enum tt::UpdateFormula;
  return {sgd("tf.sgd", {.formula = tf}), momentum("tf.momentum", {.momentum = 0.875, .formula = tf}),
          momentum("tf.nesterov", {.momentum = 0.875, .nesterov = true, .formula = tf}),
          adam("tf.adam", {.beta1 = 0.875, .beta2 = 0.984375, .formula = tf}),
          adam("tf.adam_options", {.beta1 = 0.75, .beta2 = 0.96875, .epsilon = 0x1p-10, .formula = tf})};
}

std::vector<Case> keras_cases() {
  using enum tt::UpdateFormula;
  return {sgd("keras.sgd", {.formula = keras}),
          sgd("keras.sgd_decay", {.weight_decay = 0.125, .decoupled_weight_decay = true, .formula = keras}),
          momentum("keras.momentum", {.momentum = 0.875, .formula = keras}),
          momentum("keras.nesterov", {.momentum = 0.875, .nesterov = true, .formula = keras}),
          adam("keras.adam", {.beta1 = 0.875, .beta2 = 0.984375, .epsilon = 1e-7, .formula = keras}),
          adam("keras.adam_options", {.beta1 = 0.75, .beta2 = 0.96875, .epsilon = 0x1p-10, .formula = keras}),
          adam("keras.amsgrad", {.beta1 = 0.75, .beta2 = 0.625, .epsilon = 0x1p-10, .formula = keras}, true),
          adam("keras.adamw", {.beta1 = 0.875,
                               .beta2 = 0.984375,
                               .epsilon = 0x1p-10,
                               .weight_decay = 0.125,
                               .decoupled_weight_decay = true,
                               .formula = keras})};
}

void expect_reference(const Case& test, tt::DType dtype, double tolerance) {
  SCOPED_TRACE(test.name);
  const tt::Tensor p = tensor_of(references().at("start"), dtype);
  const std::vector<tt::Tensor> state{tt::zeros(p.shape(), dtype), tt::zeros(p.shape(), dtype),
                                      tt::zeros(p.shape(), dtype)};
  const tt::Tensor step = tt::zeros({}, tt::int64);
  int compared = 0;
  for (int t = 1; t <= 10; ++t) {
    const tt::Tensor g = tensor_of(references().at("gradient " + std::to_string(t)), dtype);
    test.update(rate_tensor(t < 6 ? 0.125 : 0.0625), {&p, 1}, {&g, 1}, state, {&step, 1});
    const auto expected = references().find(test.name + " " + std::to_string(t));
    if (expected == references().end()) continue;
    const auto values = p.to_vector<double>();
    for (std::size_t i = 0; i < values.size(); ++i)
      EXPECT_NEAR(values[i], expected->second[i], tolerance * (1 + std::abs(expected->second[i]))) << "step " << t;
    ++compared;
  }
  EXPECT_EQ(compared, 5);
}

}  // namespace

TEST(Update, EqualsPyTorch) {
  for (const Case& test : torch_cases("torch32.")) expect_reference(test, tt::float32, 1e-6);
  for (const Case& test : torch_cases("torch.")) expect_reference(test, tt::float64, 1e-14);
}

TEST(Update, EqualsTensorFlow) {
  // TensorFlow keeps the powers of Adam's betas as float32, hence the 1e-7.
  for (const Case& test : tensorflow_cases())
    expect_reference(test, tt::float64, test.name.starts_with("tf.adam") ? 1e-7 : 1e-13);
}

TEST(Update, EqualsKeras) {
  for (const Case& test : keras_cases()) expect_reference(test, tt::float64, 1e-13);
}

TEST(Update, SixteenBitParametersAreComputedInFloat) {
  for (const tt::DType dtype : {tt::float16, tt::bfloat16}) {
    const tt::Tensor p = tensor_of({1, -2, 0.5}, dtype), g = tensor_of({0.25, 1, -4}, dtype),
                     wide = tensor_of({1, -2, 0.5}, tt::float32);
    tt::sgd_update(rate_tensor(0.1), {&p, 1}, {&g, 1});
    const tt::Tensor wide_g = tt::cast(g, tt::float32);
    tt::sgd_update(rate_tensor(0.1), {&wide, 1}, {&wide_g, 1});
    EXPECT_EQ(p.to_vector<float>(), tt::cast(tt::cast(wide, dtype), tt::float32).to_vector<float>());
  }
}

TEST(Update, SharedStepAdvancesOnceAndOwnStepsEachOnTheirOwn) {
  const std::vector<tt::Tensor> p{tt::ones({3}), tt::ones({2, 2})}, g{tt::ones({3}), tt::ones({2, 2})};
  const std::vector<tt::Tensor> m{tt::zeros({3}), tt::zeros({2, 2})}, v{tt::zeros({3}), tt::zeros({2, 2})};
  const tt::Tensor shared = tt::full({}, 4, tt::int64);
  tt::adam_update(rate_tensor(0.1), p, g, m, v, std::vector{shared, shared});
  EXPECT_EQ(shared.item<int>(), 5);
  const std::vector<tt::Tensor> own{tt::full({}, 0, tt::int64), tt::full({}, 7, tt::int64)};
  tt::adam_update(rate_tensor(0.1), p, g, m, v, own);
  EXPECT_EQ(own[0].item<int>(), 1);
  EXPECT_EQ(own[1].item<int>(), 8);
}

TEST(Update, BitsDoNotDependOnThreadsNorOnTheList) {
  const int before = tt::num_threads();
  std::vector<float> start(100003), slope(100003);
  for (std::size_t i = 0; i < start.size(); ++i)
    start[i] = std::sin(static_cast<float>(i)), slope[i] = std::cos(static_cast<float>(3 * i));
  const auto run = [&](int threads, std::size_t offset) {
    tt::set_num_threads(threads);
    const std::vector<float> head(start.begin(), start.begin() + static_cast<long>(offset));
    std::vector<tt::Tensor> p{tt::tensor(std::vector<float>(start.begin() + static_cast<long>(offset), start.end()))};
    std::vector<tt::Tensor> g{tt::tensor(std::vector<float>(slope.begin() + static_cast<long>(offset), slope.end()))};
    std::vector<tt::Tensor> m{tt::zeros_like(p[0])}, v{tt::zeros_like(p[0])}, step{tt::zeros({}, tt::int64)};
    for (int t = 0; t < 3; ++t) tt::adam_update(rate_tensor(1e-3), p, g, m, v, step);
    auto values = p[0].to_vector<float>();
    values.erase(values.begin(), values.end() - 100000);
    return values;
  };
  const auto alone = run(1, 0);
  EXPECT_EQ(alone, run(2, 0));
  EXPECT_EQ(alone, run(3, 0));
  EXPECT_EQ(alone, run(2, 3));  // other elements share a vector
  tt::set_num_threads(before);
}

TEST(Update, WritesDoNotReachOthersOfTheStorageAndTakeAnyStrides) {
  const tt::Tensor base = tt::tensor<float>({1, 2, 3, 4, 5, 6}, {2, 3});
  const tt::Tensor p = tt::transpose(tt::identity(base)), g = tt::transpose(tt::ones({2, 3}));
  tt::sgd_update(rate_tensor(1), {&p, 1}, {&g, 1});
  EXPECT_EQ(p.to_vector<float>(), (std::vector<float>{0, 3, 1, 4, 2, 5}));
  EXPECT_EQ(base.to_vector<float>(), (std::vector<float>{1, 2, 3, 4, 5, 6}));
  const tt::Tensor view = tt::transpose(base);
  EXPECT_THROW(tt::sgd_update(rate_tensor(1), {&view, 1}, {&g, 1}), tt::ArgumentError);
  EXPECT_EQ(base.to_vector<float>(), (std::vector<float>{1, 2, 3, 4, 5, 6}));
}

TEST(Update, BadInputIsAnArgumentErrorAndChangesNothing) {
  const tt::Tensor p = tt::ones({3}), g = tt::ones({4}), g64 = tt::ones({3}, tt::float64),
                   step = tt::zeros({}, tt::int64), h = tt::ones({3}), b = tt::ones({3}), t = tt::ones({3});
  const auto fails = [&](auto call, const char* text) {
    try {
      call();
      FAIL() << "no error: " << text;
    } catch (const tt::ArgumentError& error) {
      EXPECT_NE(std::string(error.what()).find(text), std::string::npos) << error.what();
      EXPECT_NE(std::string(error.what()).find("update_test.cpp:"), std::string::npos) << error.what();
    }
  };
  fails([&] { tt::sgd_update(rate_tensor(1), {&p, 1}, {&g, 1}); }, "gradient float32 (4,)");
  fails([&] { tt::sgd_update(rate_tensor(1), {&p, 1}, {&g64, 1}); }, "gradient float64 (3,)");
  fails([&] { tt::sgd_update(rate_tensor(1), {&p, 1}, {}); }, "the lists differ in length");
  fails([&] { tt::sgd_update(tt::ones({}), {&p, 1}, {&h, 1}); }, "learning rate");
  fails([&] { tt::sgd_update(rate_tensor(1), {&step, 1}, {&step, 1}); }, "floating-point");
  fails(
      [&] {
        tt::momentum_update(rate_tensor(1), {&p, 1}, {&h, 1}, {&b, 1}, {&t, 1}, {});
      },
      "a step is not a 0-d int64");
  const tt::Tensor nothing;
  fails([&] { tt::sgd_update(rate_tensor(1), {&p, 1}, {&nothing, 1}); }, "undefined");
  EXPECT_EQ(p.to_vector<float>(), (std::vector<float>{1, 1, 1}));
}
