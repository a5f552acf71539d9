// One function of tensors and parameters, used eagerly, in a graph and as a layer: the same values, the same gradients.
// What it computes from parameters alone, before it meets a symbolic tensor, is on the tape; the graph repeats it.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>
#include <string>

#include "triptych/eager.h"
#include "triptych/keras.h"
#include "triptych/lowlevel.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;
namespace keras = triptych::keras;
using tt::Tensor;

namespace {

Tensor values(const tt::Shape& shape, double phase) {
  std::vector<double> all(static_cast<std::size_t>(shape.size()));
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = std::sin(0.7 * static_cast<double>(i) + phase) + 0.1;
  return tt::cast(tt::tensor(all, shape), tt::float32);
}

using Function = std::function<Tensor(const Tensor& x, const Tensor& w)>;

/// Of x (?, 3) and w (3, 4).
const std::map<std::string, Function>& functions() {
  static const std::map<std::string, Function> all = {
      {"weight_norm", [](const Tensor& x, const Tensor& w) { return tt::matmul(x, w / tt::norm(w)); }},
      {"regulariser",
       [](const Tensor& x, const Tensor& w) {
         return tt::mean(tt::square(tt::matmul(x, w))) + 0.1 * tt::sum(tt::square(w));
       }},
      {"regulariser_first",
       [](const Tensor& x, const Tensor& w) {
         const Tensor penalty = 0.1 * tt::sum(tt::square(w)) + 1e-3;
         return penalty + tt::mean(tt::square(tt::matmul(x, w)));
       }},
      {"numbers",
       [](const Tensor& x, const Tensor& w) { return tt::matmul(x, 1 - 2 * (w + 3) / (tt::square(w) + 0.5)); }},
      {"views",
       [](const Tensor& x, const Tensor& w) {
         return tt::matmul(x, w.reshape({4, 3}).transpose(0, 1)) + w[0] * tt::expand(w[{2, 1}], {4});
       }},
      {"several_outputs",
       [](const Tensor& x, const Tensor& w) {
         const std::vector<Tensor> parts = tt::split(w, std::vector<std::int64_t>{1, 3}, 1);
         return tt::matmul(x, tt::concat({parts[1] * parts[0], parts[0]}, 1));
       }},
      {"used_twice",
       [](const Tensor& x, const Tensor& w) {
         const Tensor e = tt::exp(w);
         return tt::matmul(x, e) * tt::sum(e);
       }},
      {"softmax_and_var",
       [](const Tensor& x, const Tensor& w) {
         return tt::matmul(x, tt::softmax(w, 0)) * tt::var(w, tt::Axes{0}) + tt::log_softmax(w, 1)[0];
       }},
      {"masked",
       [](const Tensor& x, const Tensor& w) {
         return tt::matmul(x, tt::where(values({3, 4}, 5) > 0, w, w * 0.1));
       }},
  };
  return all;
}

struct Result {
  std::vector<float> value, gradient;
};

Result eagerly(const Function& f, const Tensor& x, Tensor& w) {
  w.set_grad({});
  const Tensor y = f(x, w);
  tt::sum(tt::square(y)).backward();
  return {y.to_vector<float>(), w.grad().to_vector<float>()};
}

Result as_layer(const Function& f, const Tensor& x, Tensor& w) {
  const keras::Layer layer = keras::layers::Lambda([&](const Tensor& input) { return f(input, w); });
  return eagerly([&](const Tensor& input, const Tensor&) { return layer(input); }, x, w);
}

void expect_same(const Result& a, const Result& b, const std::string& what) {
  EXPECT_EQ(a.value, b.value) << what;
  ASSERT_EQ(a.gradient.size(), b.gradient.size()) << what;
  for (std::size_t i = 0; i < a.gradient.size(); ++i)
    EXPECT_NEAR(a.gradient[i], b.gradient[i], 1e-6 * (1 + std::abs(b.gradient[i]))) << what << " " << i;
}

std::string error_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const tt::ArgumentError& error) {
    return error.what();
  }
  return "no error";
}

void expect_part(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << "'" << part << "' is not in: " << text;
}

std::string line(int number) { return "one_function_test.cpp:" + std::to_string(number); }

}  // namespace

TEST(OneFunction, HasOneGradientInAllUses) {
  for (const auto& [name, f] : functions()) {
    Tensor w = values({3, 4}, 1).set_requires_grad();
    tf::Graph graph;
    const Tensor x = graph.placeholder("x", tt::float32, {tt::unknown, 3});
    const Tensor y = f(x, w);
    const Tensor gradient = tf::gradients(tt::sum(tt::square(y)), w)[0];
    ASSERT_TRUE(gradient.defined()) << name;
    const tf::Session session(graph, {.numerics = tt::Numerics::exact});
    const Tensor input = values({5, 3}, 2);
    for (int step = 0; step < 3; ++step) {
      const Result eager = eagerly(f, input, w);
      const std::vector<Tensor> out = session.run({y, gradient}, {{x, input}});
      expect_same({out[0].to_vector<float>(), out[1].to_vector<float>()}, eager, name + " in a graph");
      expect_same(as_layer(f, input, w), eager, name + " as a layer");
      const tt::eager::NoGrad guard;
      w.sub_(0.1 * w.grad());  // what was computed from w is not frozen
    }
  }
}

TEST(OneFunction, TrainsInASessionAsEagerly) {
  const Function& f = functions().at("weight_norm");
  const Tensor input = values({5, 3}, 2), target = values({5, 4}, 3);
  const auto loss_of = [&](const Tensor& x, const Tensor& y, const Tensor& w) {
    return tt::mean(tt::square(f(x, w) - y)) + 0.1 * tt::sum(tt::square(w));
  };
  Tensor eager = values({3, 4}, 1).set_requires_grad(), traced = eager.clone().detach().set_requires_grad();

  tf::Graph graph;
  const Tensor x = graph.placeholder("x", tt::float32, {tt::unknown, 3});
  const Tensor y = graph.placeholder("y", tt::float32, {tt::unknown, 4});
  const Tensor loss = loss_of(x, y, traced);
  const Tensor train = tf::GradientDescent({.learning_rate = 0.1}).minimize(loss);
  const tf::Session session(graph, {.numerics = tt::Numerics::exact});
  session.run(graph.initializer());
  for (int step = 0; step < 5; ++step) {
    eager.set_grad({});
    const Tensor eager_loss = loss_of(input, target, eager);
    eager_loss.backward();
    {
      const tt::eager::NoGrad guard;
      eager.sub_(0.1 * eager.grad());
    }
    const Tensor graph_loss = session.run({loss, train}, {{x, input}, {y, target}})[0];
    EXPECT_NEAR(graph_loss.item<float>(), eager_loss.item<float>(), 1e-6) << step;
    EXPECT_TRUE(tt::allclose(traced, eager)) << step;
  }
}

TEST(OneFunction, IsRepeatedOnceForOneGraph) {
  Tensor w = values({3, 4}, 1).set_requires_grad();
  const Tensor e = tt::exp(w);
  tf::Graph one, two;
  for (tf::Graph* graph : {&one, &two}) {
    const Tensor x = graph->placeholder("x", tt::float32, {2, 3});
    {
      auto scope = graph->scope("net");
      tt::matmul(x, e);
    }
    tt::matmul(x, e);
    EXPECT_EQ(graph->node_names(), (std::vector<std::string>{"x", "captured", "exp", "net/matmul", "matmul"}));
  }
}

// A tensor that requires a gradient is traced where a graph is being built, though all operands are concrete.
TEST(OneFunction, IsTracedInAScope) {
  Tensor w = values({3, 4}, 1).set_requires_grad();
  const Tensor outside = tt::exp(w);
  tf::Graph graph;
  auto scope = graph.scope();
  EXPECT_TRUE((outside + values({3, 4}, 2)).is_symbolic());
}

// A node of a call runs the call's effects: what was computed before the call is none.
TEST(OneFunction, WhatItComputesBelongsToNoCall) {
  struct Counter : tt::eager::nn::Module {
    Tensor& count = register_buffer("count", tt::zeros({}));
    Tensor outside;
    Tensor forward(const Tensor& x) override {
      count.add_(1);
      return x * outside;
    }
  };
  Tensor w = values({3}, 1).set_requires_grad();
  Counter counter;
  counter.outside = tt::exp(w);
  tf::Graph graph;
  const Tensor x = graph.placeholder("x", tt::float32, {3});
  counter(x);
  const tf::Session session(graph);
  session.run(x + counter.outside, {{x, tt::zeros({3})}});
  EXPECT_EQ(counter.count.item<float>(), 0);
}

TEST(OneFunction, NoGradAndDetachMakeConstants) {
  Tensor w = tt::ones({2}).set_requires_grad();
  tf::Graph graph;
  const Tensor x = graph.placeholder("x", tt::float32, {2});
  Tensor unrecorded;
  {
    const tt::eager::NoGrad guard;
    unrecorded = w * 2;
  }
  const Tensor y = x + unrecorded + (w * 3).detach();
  {
    const tt::eager::NoGrad guard;
    w.fill_(100);
  }
  const tf::Session session(graph);
  EXPECT_EQ(session.run(y, {{x, tt::zeros({2})}}).to_vector<float>(), (std::vector<float>{5, 5}));
  EXPECT_FALSE(graph.contains("captured"));
}

// Its steps are of the graph where one operand is, scope or not: a condition on the weight must not be frozen.
TEST(OneFunction, LerpWithATrainedWeightNeedsNoScope) {
  Tensor w = tt::full({2}, 0.25).set_requires_grad();
  tf::Graph graph;
  const Tensor x = graph.placeholder("x", tt::float32, {2});
  const Tensor y = tt::lerp(x, x * 3, w), gradient = tf::gradients(tt::sum(y), w)[0];
  const tf::Session session(graph);
  const Tensor ones = tt::ones({2});
  EXPECT_EQ(session.run(y, {{x, ones}}).to_vector<float>(), (std::vector<float>{1.5, 1.5}));
  EXPECT_EQ(session.run(gradient, {{x, ones}}).to_vector<float>(), (std::vector<float>{2, 2}));
  {
    const tt::eager::NoGrad guard;
    w.fill_(1);
  }
  EXPECT_EQ(session.run(y, {{x, ones}}).to_vector<float>(), (std::vector<float>{3, 3}));
}

TEST(OneFunction, RefusesWhatTheTapeCannotRepeat) {
  Tensor w = tt::ones({2, 2}).set_requires_grad();
  tf::Graph graph;
  const Tensor x = graph.placeholder("x", tt::float32, {2, 2});
  const Tensor plain = values({2, 2}, 1);
  struct Case {
    std::function<Tensor()> compute;
    const char* why;
  };
  const Case cases[] = {
      {[&] { return w + plain; }, "the tape does not keep an operand that needs no gradient"},
      {[&] {
         return tt::exp(tt::concat({w, plain}, 0));
       },
       "the tape does not keep an operand"},
      {[&] { return tt::dropout(w); }, "it draws random numbers or writes state"},
      {[&] { return tt::where(w > 0, w, w * 0.1); }, "no gradient passes 'greater"},
      {[&] {
         const Tensor y = tt::sum(tt::exp(w) * plain);
         y.backward();
         return y;
       },
       "backward has freed its operands"},
      {[&] {
         return tt::custom_gradient(w, [](const Tensor& t) {
           return std::pair(tt::round(t), [](const Tensor& upstream) { return upstream; });
         });
       },
       "the tape does not hold how its result was computed"},
      {[&] {
         Tensor local = tt::ones({2, 2}).set_requires_grad();
         return local + w;
       },
       "its leaf is gone"},
  };
  for (const Case& c : cases) {
    const std::size_t size = graph.size();
    const Tensor computed = c.compute();
    const std::string error = error_of([&] { x* computed; });
    expect_part(error, c.why);
    expect_part(error, line(__LINE__ - 2));
    EXPECT_EQ(graph.size(), size);
  }
  const Tensor sum = w + plain;
  expect_part(error_of([&] { x* sum; }), "computed at " + line(__LINE__ - 1));
  auto scope = graph.scope();  // the remedy that the message names
  EXPECT_TRUE((x * (w + plain)).is_symbolic());
}

// A chain is repeated without the call stack.
TEST(OneFunction, MayBeLong) {
  Tensor w = tt::ones({}).set_requires_grad(), y = w;
  for (int i = 0; i < 50000; ++i) y = y + 1;
  tf::Graph graph;
  const Tensor product = graph.placeholder("x", tt::float32, {}) * y;
  EXPECT_TRUE(graph.contains("add_49999"));
}
