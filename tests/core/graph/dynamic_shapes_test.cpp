// Shapes that depend on values: in a graph they are unknown, and one compiled step follows them from run to run.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "triptych/eager.h"
#include "triptych/keras.h"
#include "triptych/lowlevel.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;
namespace nn = triptych::eager::nn;
namespace keras = triptych::keras;
using Floats = std::vector<float>;
using Ints = std::vector<std::int64_t>;
using tt::Tensor;

namespace {

Floats floats(const Tensor& tensor) { return tensor.to_vector<float>(); }

std::string error_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const tt::Error& error) {
    return error.what();
  }
  return "no error";
}

/// Every test runs compiled and node by node.
class DynamicShapes : public testing::TestWithParam<bool> {
 protected:
  tf::Session session() const { return tf::Session(graph, {.numerics = tt::Numerics::exact, .compile = GetParam()}); }
  void expect_dynamic_calls(const tf::Callable& call, int number) const {
    EXPECT_EQ(call.report().compiled, GetParam()) << call.report().reason;
    EXPECT_EQ(call.report().data_dependent_calls, GetParam() ? number : 0);
  }
  tf::Graph graph;
  Tensor x = graph.placeholder("x", tt::float32, {6});
  const Tensor three = tt::tensor<float>({1, -2, 3, -4, 5, -6}), none = tt::tensor<float>({-1, -2, -3, -4, -5, -6}),
               all = tt::tensor<float>({6, 5, 4, 3, 2, 1});
};
INSTANTIATE_TEST_SUITE_P(Engines, DynamicShapes, testing::Bool(),
                         [](const auto& info) { return info.param ? "Compiled" : "NodeByNode"; });

}  // namespace

// As numpy.argwhere and torch.nonzero; a 0-d tensor as torch.nonzero has it.
TEST(Nonzero, RowsOfPlaces) {
  const Tensor found = tt::nonzero(tt::tensor({{1.f, 0.f, -0.f}, {0.f, NAN, 4.f}}));
  EXPECT_EQ(found.shape(), tt::Shape({3, 2}));
  EXPECT_EQ(found.to_vector<std::int64_t>(), (Ints{0, 0, 1, 1, 1, 2}));
  EXPECT_EQ(tt::nonzero(tt::tensor({true, false, true})).to_vector<std::int64_t>(), (Ints{0, 2}));
  EXPECT_EQ(tt::nonzero(tt::tensor(3)).shape(), tt::Shape({1, 0}));
  EXPECT_EQ(tt::nonzero(tt::tensor(0)).shape(), tt::Shape({0, 0}));
  EXPECT_EQ(tt::nonzero(tt::zeros({0, 3})).shape(), tt::Shape({0, 2}));
}

TEST(MaskedSelect, GradientGoesBackToItsPlace) {
  Tensor x = tt::tensor({{1.f, 2.f, 3.f}, {4.f, 5.f, 6.f}}).set_requires_grad();
  const Tensor mask = tt::tensor({true, false, true});
  const Tensor chosen = tt::masked_select(x, mask);
  EXPECT_EQ(floats(chosen), (Floats{1, 3, 4, 6}));
  chosen.backward(tt::tensor<float>({10, 20, 30, 40}));
  EXPECT_EQ(floats(x.grad()), (Floats{10, 0, 20, 30, 0, 40}));
  EXPECT_EQ(floats(tt::masked_select(tt::tensor(7.0), mask)), (Floats{7, 7}));
  EXPECT_EQ(tt::masked_select(x, tt::tensor(false)).shape(), tt::Shape({0}));
}

TEST_P(DynamicShapes, OneStepFollowsTheCount) {
  const Tensor positive = x > 0, chosen = tt::masked_select(x, positive), places = tt::nonzero(positive);
  EXPECT_EQ(chosen.shape().text(), "(?,)");
  EXPECT_EQ(places.shape().text(), "(?, 1)");
  // Dynamic through and through, then a sum, from where on shapes are known again.
  const Tensor squares = tt::sum(chosen * chosen), again = x * squares;
  const tf::Session session = this->session();
  const auto call = session.make_callable({x}, {chosen, places, squares, again, chosen});
  for (int round = 0; round < 2; ++round) {
    for (const auto& [value, expected, where] :
         {std::tuple{three, Floats{1, 3, 5}, Ints{0, 2, 4}}, std::tuple{none, Floats{}, Ints{}},
          std::tuple{all, Floats{6, 5, 4, 3, 2, 1}, Ints{0, 1, 2, 3, 4, 5}}}) {
      const auto results = call(value);
      EXPECT_EQ(floats(results[0]), expected);
      EXPECT_EQ(results[1].to_vector<std::int64_t>(), where);
      float sum = 0;
      for (const float v : expected) sum += v * v;
      EXPECT_EQ(results[2].item<float>(), sum);
      EXPECT_EQ(floats(results[3]), floats(value * sum));
      EXPECT_EQ(floats(results[4]), expected);
    }
  }
  expect_dynamic_calls(call, 4);  // masked_select, nonzero, mul, sum
}

TEST_P(DynamicShapes, GradientsAndUpdatesEqualTheEagerOnes) {
  const auto loss_of = [](const Tensor& input, const Tensor& weight) {
    const Tensor y = input * weight;
    return tt::mean(tt::square(tt::masked_select(y, y > 0) - 1));
  };
  const auto w = graph.variable("w", tt::tensor<float>({1, -1, 0.5, 1, -2, -0.25}));
  const Tensor loss = loss_of(x, w);
  const Tensor train = tf::GradientDescent({.learning_rate = 0.125}).minimize(loss);
  const tf::Session session = this->session();
  session.run(graph.initializer());
  const auto step = session.make_callable({x}, {loss, train});

  Tensor weight = tt::tensor<float>({1, -1, 0.5, 1, -2, -0.25}).set_requires_grad();
  tt::eager::optim::SGD optimizer({weight}, {.lr = 0.125});
  for (const Tensor& value : {three, all, three, none}) {
    optimizer.zero_grad();
    const Tensor expected = loss_of(value, weight);
    expected.backward();
    optimizer.step();
    EXPECT_EQ(step(value)[0].item<float>(), expected.item<float>());
    EXPECT_EQ(floats(session.value(w)), floats(weight));
  }
  EXPECT_EQ(step.report().compiled, GetParam()) << step.report().reason;
}

// A view of planned memory is copied: the next run puts its own values there.
TEST_P(DynamicShapes, ViewsOfPlannedMemory) {
  const Tensor doubled = tt::reshape(x * 2, {2, 3});
  const Tensor row = tt::reshape_like(doubled, tt::masked_select(x, x > 0));  // fits if all are positive
  const tf::Session session = this->session();
  const auto call = session.make_callable({x}, {row, row + 1});
  const auto first = call(all), second = call(all * 2);
  EXPECT_EQ(floats(first[0]), (Floats{12, 10, 8, 6, 4, 2}));
  EXPECT_EQ(floats(first[1]), (Floats{13, 11, 9, 7, 5, 3}));
  EXPECT_EQ(floats(second[0]), (Floats{24, 20, 16, 12, 8, 4}));
}

// NumPy's take_along_axis: which of the two is repeated is only known when the graph runs.
TEST_P(DynamicShapes, IndicesBroadcastAsTheyCome) {
  const tt::Shape any{tt::unknown, tt::unknown};
  const Tensor matrix = graph.placeholder("matrix", tt::float32, any),
               index = graph.placeholder("index", tt::int64, any);
  const Tensor rows = tt::take_along_axis(matrix, index, 0), columns = tt::take_along_axis(matrix, index, 1);
  const Tensor gradient = tf::gradients(tt::sum(rows), matrix)[0];
  const tf::Session run = session();
  const Tensor two = tt::tensor({{0.f, 1.f, 2.f}, {3.f, 4.f, 5.f}}), one = tt::tensor({{0.f, 1.f, 2.f}});
  const Tensor places = tt::tensor({{1}, {0}, {1}});
  EXPECT_EQ(floats(run.run(rows, {{matrix, two}, {index, places}})), (Floats{3, 4, 5, 0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(floats(run.run(gradient, {{matrix, two}, {index, places}})), (Floats{1, 1, 1, 2, 2, 2}));
  EXPECT_EQ(floats(run.run(columns, {{matrix, two}, {index, tt::tensor({{2, 0}})}})), (Floats{2, 0, 5, 3}));
  EXPECT_EQ(floats(run.run(columns, {{matrix, one}, {index, tt::tensor({{2, 0}, {1, 1}})}})), (Floats{2, 0, 1, 1}));
  EXPECT_EQ(run.run(rows, {{matrix, two}, {index, tt::zeros({0, 1}, tt::int64)}}).shape(), tt::Shape({0, 3}));
}

TEST_P(DynamicShapes, AFailureChangesNothing) {
  const auto w = graph.variable("w", tt::zeros({3}));
  const Tensor added = w.assign_add(tt::ones({3}));
  const Tensor sum = added + tt::masked_select(x, x > 0);
  const tf::Session session = this->session();
  session.run(graph.initializer());
  EXPECT_EQ(floats(session.run(sum, {{x, three}})), (Floats{2, 4, 6}));
  const std::string text = error_of([&] { session.run(sum, {{x, all}}); });
  EXPECT_EQ(text.substr(0, text.find(':')), "[add] shapes do not broadcast") << text;
  EXPECT_NE(text.find("At dynamic_shapes_test.cpp:"), std::string::npos) << text;
  EXPECT_EQ(floats(session.value(w)), (Floats{1, 1, 1}));
}

// What writes state reads a dynamic value: batch norm over the rows that a mask chooses.
TEST_P(DynamicShapes, EffectsOfAModule) {
  const auto rows_of = [](const Tensor& values, const Tensor& key) {
    return tt::index_select(values, 0, tt::squeeze(tt::nonzero(key > 0), 1));
  };
  nn::BatchNorm1d traced(2), eager(2);
  const Tensor values = graph.placeholder("values", tt::float32, {6, 2});
  const Tensor y = traced(rows_of(values, x));
  const tf::Session session = this->session();
  const auto call = session.make_callable({values, x}, {y});
  const Tensor data = tt::reshape(tt::arange(12, tt::Location::here()).to(tt::float32), {6, 2});
  for (const Tensor& key : {three, all}) {
    EXPECT_EQ(floats(call(data, key)[0]), floats(eager(rows_of(data, key))));
    EXPECT_EQ(floats(traced.running_mean), floats(eager.running_mean));
    EXPECT_EQ(floats(traced.running_var), floats(eager.running_var));
  }
  EXPECT_EQ(call.report().compiled, GetParam()) << call.report().reason;
}

TEST(DynamicShapesKeras, LambdaTrainsOnBothEngines) {
  const auto train = [](bool eager) {
    tt::manual_seed(3);
    const Tensor input = keras::Input({4});
    const Tensor hidden = keras::layers::Dense(4)(input);
    // The mean of what is positive, next to the values.
    const Tensor output = keras::layers::Lambda(
        [](const Tensor& h) { return tt::sum(h, 1, true) * tt::mean(tt::masked_select(h, h > 0)); })(hidden);
    keras::Model model(input, output);
    model.compile({.optimizer = "sgd", .loss = "mse", .run_eagerly = eager, .numerics = "exact"});
    const Tensor x = tt::reshape(tt::arange(32, tt::Location::here()).to(tt::float32) / 16 - 1, {8, 4});
    model.fit(x, tt::sum(x, 1, true), {.batch_size = 3, .epochs = 2, .verbose = 0, .shuffle = false});
    return model.get_weights();
  };
  const auto graph = train(false), eager = train(true);
  ASSERT_EQ(graph.size(), eager.size());
  for (std::size_t i = 0; i < graph.size(); ++i) EXPECT_EQ(floats(graph[i]), floats(eager[i]));
}
