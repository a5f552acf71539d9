// A step that fails half-way changes nothing: no variable, no optimizer slot, no running statistic, no random stream.
#include <gtest/gtest.h>

#include <functional>

#include "core/tensor/tensor_impl.h"
#include "triptych/eager.h"
#include "triptych/keras.h"
#include "triptych/lowlevel.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;
namespace nn = triptych::eager::nn;
namespace optim = triptych::eager::optim;
namespace keras = triptych::keras;
using Floats = std::vector<float>;

namespace {

std::string error_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const tt::Error& error) {
    return error.what();
  }
  return "no error";
}

tt::Tensor numbers(const tt::Shape& shape, int seed) {
  Floats values(static_cast<std::size_t>(shape.size()));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<float>((i * 7 + static_cast<std::size_t>(seed) * 5) % 13) / 13 - 0.4F;
  return tt::tensor(values, shape);
}

const auto good = [] { return tt::tensor<std::int64_t>({0, 1, 2, 1}); };
const auto bad = [] { return tt::tensor<std::int64_t>({0, 1, 3, 1}); };  // there are three classes

/// Everything as text, dtype and bits.
std::string text(const std::vector<std::pair<std::string, tt::Tensor>>& tensors) {
  std::string all;
  for (const auto& [name, tensor] : tensors) {
    all += name;
    for (const double value : tt::cast(tensor.detach(), tt::float64).to_vector<double>())
      all += " " + std::to_string(value);
    all += "\n";
  }
  return all;
}

/// Batch norm, dropout and a count come before the loss, which fails on a bad label.
struct Net : nn::Module {
  nn::Linear& hidden = add<nn::Linear>("hidden", 5, 4);
  nn::BatchNorm1d& bn = add<nn::BatchNorm1d>("bn", 4);
  nn::Dropout& drop = add<nn::Dropout>("drop", 0.5);
  nn::Linear& out = add<nn::Linear>("out", 4, 3);
  tt::Tensor& calls = register_buffer("calls", tt::zeros({}, tt::int64));
  tt::Tensor forward(const tt::Tensor& x) override {
    calls.add_(1);
    return out(drop(tt::relu(bn(hidden(x)))));
  }
};

}  // namespace

TEST(AtomicStep, ASession) {
  for (const bool compile : {true, false}) {
    SCOPED_TRACE(compile);
    Net net;
    tf::Graph graph;
    const auto x = graph.placeholder("x", tt::float32, {tt::unknown, 5});
    const auto y = graph.placeholder("y", tt::int64, {tt::unknown});
    const auto steps = graph.variable("steps", tt::zeros({}, tt::int64), {.trainable = false});
    const auto counted = steps.assign_add(1);
    const auto loss = nn::cross_entropy(net(x), y);
    const auto update = tf::Adam().minimize(loss);
    const tf::Session session(graph, {.numerics = tt::Numerics::exact, .compile = compile});
    session.run(graph.initializer());
    const auto step = session.make_callable({x, y}, {loss, counted, update});
    const auto everything = [&] {
      std::vector<std::pair<std::string, tt::Tensor>> tensors;
      for (const auto& [name, tensor] : net.state_dict()) tensors.emplace_back(name, tensor);
      for (const auto& variable : graph.variables()) tensors.emplace_back(variable.name(), session.value(variable));
      return text(tensors);
    };
    const auto first = everything();
    step(numbers({4, 5}, 1), good());
    const auto before = everything();
    EXPECT_NE(first, before);
    for (int i = 0; i < 2; ++i) {
      EXPECT_NE(error_of([&] { step(numbers({4, 5}, 2), bad()); }).find("a label is out of range"), std::string::npos);
      EXPECT_EQ(everything(), before);
    }
    step(numbers({4, 5}, 3), good());
    EXPECT_NE(everything(), before);
    EXPECT_EQ(step.report().compiled, compile);
    EXPECT_EQ(net.calls.item<int>(), 2);
  }
}

TEST(AtomicStep, KerasOnBothEngines) {
  using namespace keras::layers;
  for (const bool run_eagerly : {false, true}) {
    SCOPED_TRACE(run_eagerly);
    const auto make = [&] {
      tt::manual_seed(3);
      keras::Sequential model(
          {Input({5}), Dense(4), BatchNormalization({.name = "bn"}), ReLU(), Dropout(0.5), Dense(3)});
      model.compile({.optimizer = keras::optimizers::Adam({.learning_rate = 0.01}),
                     .loss = keras::losses::SparseCategoricalCrossentropy({.from_logits = true}),
                     .metrics = {"accuracy"},
                     .run_eagerly = run_eagerly});
      return model;
    };
    keras::Sequential model = make(), twin = make();
    const auto weights = [](const keras::Sequential& of) {
      Floats all;
      for (const auto& weight : of.get_weights())
        for (const float value : weight.to_vector<float>()) all.push_back(value);
      return all;
    };
    for (int i = 0; i < 4; ++i) {
      const auto before = weights(model);
      EXPECT_NE(error_of([&] {
                  model.train_on_batch(numbers({4, 5}, 9 + i), bad());
                }).find("a label is out of range"),
                std::string::npos);
      EXPECT_EQ(weights(model), before);
      // The twin never fails: slots, counts and streams stayed too, if the two go on alike.
      model.train_on_batch(numbers({4, 5}, i), good());
      twin.train_on_batch(numbers({4, 5}, i), good());
      EXPECT_EQ(weights(model), weights(twin));
      EXPECT_NE(weights(model), before);
    }
  }
}

TEST(AtomicStep, AnEagerOptimizer) {
  const auto run = [](auto make, const char* expected) {
    auto a = tt::tensor<float>({1, 2}).set_requires_grad(), b = tt::tensor<float>({3, 4}).set_requires_grad();
    auto optimizer = make(a);
    auto options = optimizer.param_groups()[0].options;
    optimizer.add_param_group({b}, options);
    const auto everything = [&] {
      std::vector<std::pair<std::string, tt::Tensor>> tensors{{"a", a}, {"b", b}};
      for (const auto& [name, tensor] : optimizer.state_dict()) tensors.emplace_back(name, tensor);
      return text(tensors);
    };
    const auto fresh = everything();
    a.set_grad(tt::ones({2}));
    b.set_grad(tt::ones({2}));
    tt::set_data(b, tt::tensor<double>({3, 4}));  // so the second group fails
    EXPECT_NE(error_of([&] { optimizer.step(); }).find(expected), std::string::npos)
        << error_of([&] { optimizer.step(); });
    EXPECT_EQ(everything(), fresh);
    tt::set_data(b, tt::tensor<float>({3, 4}));
    b.set_grad(tt::ones({2}));
    optimizer.step();
    const auto before = everything();
    EXPECT_NE(before, fresh);
    optimizer.param_groups()[1].options.lr = -1;
    const auto with_option = everything();
    EXPECT_NE(error_of([&] { optimizer.step(); }).find("lr is negative or not finite"), std::string::npos);
    EXPECT_EQ(everything(), with_option);
  };
  run([](const tt::Tensor& a) { return optim::SGD({a}, {.lr = 0.1, .momentum = 0.9}); },
      "[SGD] a gradient or buffer differs from its parameter in shape or dtype: parameter 1 is float64 (2,), its "
      "gradient "
      "float32");
  run([](const tt::Tensor& a) { return optim::Adam({a}, {.lr = 0.1, .amsgrad = true}); },
      "[Adam] a gradient or buffer differs from its parameter in shape or dtype: parameter 1 is float64 (2,), its "
      "gradient float32");
}
