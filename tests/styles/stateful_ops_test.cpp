// Ops with hidden state on a symbolic tensor, outside of any scope: they find the graph from their operands, and every
// run draws anew.
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <set>
#include <string>

#include "triptych/core/op.h"
#include "triptych/eager.h"
#include "triptych/keras.h"
#include "triptych/lowlevel.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;
namespace nn = triptych::eager::nn;
namespace keras = triptych::keras;
using tt::Tensor;

namespace {

using Function = std::function<Tensor(const Tensor& x)>;

/// Of probabilities x (?, 40), by the op that each is made of.
const std::map<std::string, Function>& functions() {
  static const std::map<std::string, Function> all = {
      {"dropout", [](const Tensor& x) { return tt::dropout(x); }},
      {"take_draw",
       [](const Tensor& x) {
         const Tensor steps = tt::unsqueeze(x, -1);
         return tt::scaled_dot_product_attention(steps, steps, steps, {.dropout_p = 0.5});
       }},
      {"random_uniform_like", [](const Tensor& x) { return tt::rand_like(x); }},
      {"random_normal_like", [](const Tensor& x) { return x * tt::randn_like(x); }},
      {"random_bernoulli", [](const Tensor& x) { return tt::bernoulli(x); }},
      {"random_gamma", [](const Tensor& x) { return tt::standard_gamma(tt::ones_like(x)); }},
      {"random_poisson", [](const Tensor& x) { return tt::poisson(x * 100); }},
      {"random_binomial", [](const Tensor& x) { return tt::binomial(tt::full_like(x, 1000), x); }},
      {"random_multinomial", [](const Tensor& x) { return tt::cast(tt::multinomial(x, 9), tt::float32); }},
  };
  return all;
}

/// Without an operand that could be symbolic: they are nodes in a scope (`random_test`), and as methods of the graph.
const std::set<std::string> without_operand = {"random_uniform", "random_normal", "random_truncated_normal",
                                               "random_integers", "random_permutation"};

Tensor probabilities() { return tt::full({3, 40}, 0.5); }

void expect_new_numbers(const std::function<Tensor()>& run, const std::string& what) {
  const auto first = run().to_vector<float>(), second = run().to_vector<float>();
  EXPECT_EQ(first.size(), second.size()) << what;
  EXPECT_NE(first, second) << what;
}

}  // namespace

TEST(StatefulOps, AllAreTested) {
  for (const tt::Op* op : tt::registered_ops()) {
    const bool tested = functions().contains(op->name) != without_operand.contains(op->name);
    EXPECT_EQ(op->stateful, tested) << op->name;
  }
}

TEST(StatefulOps, OnAPlaceholder) {
  for (const auto& [name, f] : functions()) {
    const tf::Graph graph;
    const Tensor x = graph.placeholder("x", tt::float32, {tt::unknown, 40});
    const Tensor y = f(x);
    const tf::Session session(graph);
    expect_new_numbers([&] { return session.run(y, {{x, probabilities()}}); }, name);
  }
}

TEST(StatefulOps, OnAnInput) {
  for (const auto& [name, f] : functions()) {
    const Tensor x = keras::Input({40});
    const keras::Model model(x, f(x));
    expect_new_numbers([&] { return model(probabilities()); }, name + " called");
    expect_new_numbers([&] { return model.predict(probabilities()); }, name + " in predict");
  }
}

TEST(StatefulOps, InALambdaAndInAModule) {
  struct Net : nn::Module {
    explicit Net(Function f) : f(std::move(f)) {}
    Tensor forward(const Tensor& x) override { return f(x); }
    Function f;
  };
  for (const auto& [name, f] : functions()) {
    const keras::Sequential model({keras::layers::Lambda(f)});
    expect_new_numbers([&] { return model.predict(probabilities()); }, name + " in a Lambda");
    Net net(f);
    expect_new_numbers([&] { return net(probabilities()); }, name + " in a module");
    const tf::Graph graph;
    const Tensor x = graph.placeholder("x", tt::float32, {3, 40}), y = net(x);
    const tf::Session session(graph);
    expect_new_numbers([&] { return session.run(y, {{x, probabilities()}}); }, name + " in a traced module");
  }
}

// The model holds the stream: both of its engines take the same numbers from it.
TEST(StatefulOps, AFunctionalModelsEnginesDrawTheSame) {
  const auto losses = [](bool run_eagerly) {
    keras::utils::set_random_seed(3);
    const Tensor x = keras::Input({40});
    keras::Model model(x, keras::layers::Dense(1)(tt::dropout(x, {.p = 0.3})));
    model.compile({.optimizer = keras::optimizers::SGD(),
                   .loss = keras::losses::MeanSquaredError(),
                   .run_eagerly = run_eagerly,
                   .numerics = "exact"});
    std::vector<double> result;
    for (int step = 0; step < 3; ++step)
      result.push_back(model.train_on_batch(probabilities(), tt::ones({3, 1}))["loss"]);
    return result;
  };
  const auto graph = losses(false);
  EXPECT_EQ(graph, losses(true));
  EXPECT_NE(graph[0], graph[1]);
}

// An op that was made without recording has no gradient when the model repeats it.
TEST(StatefulOps, AFunctionalModelKeepsWhatIsNotRecorded) {
  const Tensor x = keras::Input({2});
  const keras::Model model(x, x * 2 + x.detach() * 3);
  Tensor value = tt::ones({1, 2}).set_requires_grad();
  const Tensor y = model(value);
  EXPECT_EQ(y.to_vector<float>(), (std::vector<float>{5, 5}));
  tt::sum(y).backward();
  EXPECT_EQ(value.grad().to_vector<float>(), (std::vector<float>{2, 2}));
}
