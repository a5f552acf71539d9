// Running graphs: feeds, fetches, state, effects, errors.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <functional>

#include "triptych/lowlevel.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;
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

tt::Initializer filled(float value) {
  return [value](const tt::Shape& shape, tt::DType dtype) { return tt::full(shape, value, dtype); };
}

/// Every test runs compiled and node by node.
class LowlevelSession : public testing::TestWithParam<bool> {
 protected:
  tf::SessionOptions options() const { return {.numerics = tt::Numerics::exact, .compile = GetParam()}; }
};
INSTANTIATE_TEST_SUITE_P(Engines, LowlevelSession, testing::Bool(),
                         [](const auto& info) { return info.param ? "Compiled" : "NodeByNode"; });

}  // namespace

TEST_P(LowlevelSession, FetchesInAnyMix) {
  tf::Graph graph;
  const auto x = graph.placeholder("x", tt::float32, {tt::unknown});
  const auto y = x * 2, z = y + 1;
  const tf::Session session(graph, options());
  const auto value = tt::tensor<float>({1, 2, 3});
  EXPECT_EQ(session.run(z, {{x, value}}).to_vector<float>(), (Floats{3, 5, 7}));
  const auto both = session.run({z, x, y, z}, {{x, value}});
  EXPECT_EQ(both[0].to_vector<float>(), (Floats{3, 5, 7}));
  EXPECT_EQ(both[1].to_vector<float>(), (Floats{1, 2, 3}));
  EXPECT_EQ(both[2].to_vector<float>(), (Floats{2, 4, 6}));
  EXPECT_EQ(both[3].to_vector<float>(), (Floats{3, 5, 7}));
  EXPECT_EQ(session.run({y}, {{x, value}})[0].to_vector<float>(), (Floats{2, 4, 6}));
}

TEST_P(LowlevelSession, FeedsAnyTensorAndRunsOnlyWhatIsNeeded) {
  tf::Graph graph;
  const auto x = graph.placeholder("x", tt::float32, {3});
  const auto y = x * 2, z = y + 1;
  const tf::Session session(graph, options());
  EXPECT_EQ(session.run(z, {{y, tt::tensor<float>({10, 20, 30})}}).to_vector<float>(), (Floats{11, 21, 31}));
  EXPECT_EQ(session.run(y, {{y, tt::tensor<float>({1, 2, 3})}}).to_vector<float>(), (Floats{1, 2, 3}));
  const std::string error = error_of([&] { session.run(z); });
  EXPECT_NE(error.find("a placeholder that is needed was not fed: 'x' float32 (3,)"), std::string::npos) << error;
}

TEST_P(LowlevelSession, NumbersAndDefaultsAreFed) {
  tf::Graph graph;
  const auto x = graph.placeholder("x", tt::float64, {}, tt::full({}, 4.0, tt::float64));
  const tf::Session session(graph, options());
  EXPECT_EQ(session.run(x * x).item<double>(), 16);
  EXPECT_EQ(session.run(x * x, {{x, 3}}).item<double>(), 9);
}

TEST_P(LowlevelSession, FeedErrorsNameThePlaceholderAndBothLines) {
  tf::Graph graph;
  const int made = __LINE__ + 1;
  const auto images = graph.placeholder("images", tt::float32, {tt::unknown, 784});
  const auto y = images + 1;
  const tf::Session session(graph, options());
  const auto wrong = tt::zeros({32, 28});
  const int line = __LINE__ + 1;
  std::string error = error_of([&] { session.run(y, {{images, wrong}}); });
  EXPECT_NE(
      error.find("the shape of a fed value does not fit: 'images' is float32 (?, 784), fed float32 (32, 28) ('images' "
                 "was made at lowlevel_session_test.cpp:" +
                 std::to_string(made)),
      std::string::npos)
      << error;
  EXPECT_NE(error.find("At lowlevel_session_test.cpp:" + std::to_string(line)), std::string::npos) << error;
  const auto callable = session.make_callable({images}, {y});
  const int call_line = __LINE__ + 1;
  error = error_of([&] { callable(tt::full({32, 784}, 16777217, tt::int64)); });
  EXPECT_NE(error.find("a fed value has another dtype, and 'images' cannot hold it: 'images' is float32 (?, 784), fed "
                       "int64 (32, 784)"),
            std::string::npos)
      << error;
  EXPECT_NE(error.find("At lowlevel_session_test.cpp:" + std::to_string(call_line)), std::string::npos) << error;
  EXPECT_NE(error_of([&] { callable(); }).find("0 values for 1 feeds"), std::string::npos);
  EXPECT_NE(error_of([&] { session.run(tt::ones({2})); }).find("a fetch is not a tensor of the graph"),
            std::string::npos);
  EXPECT_NE(error_of([&] { session.run(tt::Tensor()); }).find("a fetch is undefined"), std::string::npos);
  EXPECT_NE(error_of([&] { session.run(y, {{images, wrong}, {images, wrong}}); }).find("fed twice"), std::string::npos);
  tf::Graph other;
  EXPECT_NE(error_of([&] { session.run(other.no_op()); }).find("belongs to another graph"), std::string::npos);
}

TEST_P(LowlevelSession, VariablesBelongToTheSession) {
  tf::Graph graph;
  const auto w = graph.variable("w", {2}, filled(1));
  const auto up = w.assign_add(tt::tensor<float>({1, 2}));
  const auto down = w.assign_sub(1);
  const auto set = w.assign(7);
  const tf::Session one(graph, options()), two(graph, options());
  EXPECT_NE(error_of([&] { one.run(w); }).find("used before it is initialized: 'w'"), std::string::npos);
  one.run(graph.initializer());
  two.run(graph.initializer());
  EXPECT_EQ(one.run(up).to_vector<float>(), (Floats{2, 3}));
  EXPECT_EQ(one.run(up).to_vector<float>(), (Floats{3, 5}));
  EXPECT_EQ(one.run(down).to_vector<float>(), (Floats{2, 4}));
  EXPECT_EQ(two.run(w).to_vector<float>(), (Floats{1, 1}));
  const auto snapshot = one.run(w);
  EXPECT_EQ(one.run(set).to_vector<float>(), (Floats{7, 7}));
  EXPECT_EQ(snapshot.to_vector<float>(), (Floats{2, 4}));
  one.run(graph.initializer());
  EXPECT_EQ(one.run(w).to_vector<float>(), (Floats{1, 1}));
}

TEST_P(LowlevelSession, EffectsFollowTheOrderOfCreation) {
  tf::Graph graph;
  const auto w = graph.variable("w", {2}, filled(1));
  const auto before = tt::identity(w) * 10;
  const auto doubled = w.assign(w * 2);
  const auto between = w + 0.5;
  const auto added = w.assign_add(3);
  const auto after = w * 100;
  const tf::Session session(graph, options());
  session.run(graph.initializer());
  const auto values = session.run({after, added, between, doubled, before});
  EXPECT_EQ(values[4].to_vector<float>(), (Floats{10, 10}));
  EXPECT_EQ(values[3].to_vector<float>(), (Floats{2, 2}));
  EXPECT_EQ(values[2].to_vector<float>(), (Floats{2.5, 2.5}));
  EXPECT_EQ(values[1].to_vector<float>(), (Floats{5, 5}));
  EXPECT_EQ(values[0].to_vector<float>(), (Floats{500, 500}));
  EXPECT_EQ(session.run(w).to_vector<float>(), (Floats{5, 5}));
}

TEST_P(LowlevelSession, ControlDependenciesRunFirst) {
  tf::Graph graph;
  const auto w = graph.variable("w", {}, filled(1));
  const auto up = w.assign_add(1);
  tt::Tensor read;
  {
    auto after = graph.control_dependencies({up});
    read = tt::identity(w);
  }
  const auto unrelated = w * 1;
  const tf::Session session(graph, options());
  session.run(graph.initializer());
  EXPECT_EQ(session.run(read).item<float>(), 2);
  EXPECT_EQ(session.run(read).item<float>(), 3);
  EXPECT_EQ(session.run(unrelated).item<float>(), 3);
  const auto both = tf::group({up, read});
  EXPECT_FALSE(session.run(both).defined());
  EXPECT_EQ(session.run(w).item<float>(), 4);
}

TEST_P(LowlevelSession, TrainsALine) {
  tf::Graph graph;
  const auto x = graph.placeholder("x", tt::float32, {tt::unknown, 1});
  const auto y = graph.placeholder("y", tt::float32, {tt::unknown, 1});
  const auto w = graph.variable("w", {1, 1}, filled(0));
  const auto b = graph.variable("b", {1}, filled(0));
  const auto error = tt::matmul(x, w) + b - y;
  const auto loss = tt::sum(error * error);
  tf::GradientDescent optimizer({.learning_rate = 0.05});
  const auto step = optimizer.minimize(loss);
  const tf::Session session(graph, options());
  session.run(graph.initializer());
  const auto train = session.make_callable({x, y}, {loss, step});
  const auto xs = tt::tensor<float>({-1, 0, 1, 2}, {4, 1}), ys = tt::tensor<float>({-1, 1, 3, 5}, {4, 1});
  float last = 0;
  for (int i = 0; i < 200; ++i) last = train(xs, ys)[0].item<float>();
  EXPECT_LT(last, 1e-6f);
  EXPECT_NEAR(session.value(w).item<float>(), 2, 1e-3);
  EXPECT_NEAR(session.value(b).item<float>(), 1, 1e-3);
  session.run(optimizer.learning_rate().assign(0.0));
  session.set_value(b, tt::tensor<float>({5}));
  train(xs, ys);
  EXPECT_EQ(session.value(b).item<float>(), 5);  // the rate is state: zero now
}

TEST_P(LowlevelSession, NothingTrainableIsAnError) {
  tf::Graph graph;
  const auto x = graph.placeholder("x", tt::float32, {2});
  const auto frozen = graph.variable("frozen", {2}, filled(1), {.trainable = false});
  const auto loss = tt::sum(x * frozen);
  EXPECT_NE(error_of([&] { tf::GradientDescent().minimize(loss); }).find("the loss depends on nothing trainable"),
            std::string::npos);
}

TEST_P(LowlevelSession, CapturedStateTrains) {
  tf::Graph graph;
  auto w = tt::tensor<float>({1, 2}).set_requires_grad();
  const auto x = graph.placeholder("x", tt::float32, {2});
  const auto y = x * w;
  const auto step = tf::GradientDescent({.learning_rate = 1}).minimize(tt::sum(y));
  const tf::Session session(graph, options());
  session.run(graph.initializer());
  const auto value = tt::tensor<float>({1, 1});
  EXPECT_EQ(session.run(y, {{x, value}}).to_vector<float>(), (Floats{1, 2}));
  session.run(step, {{x, value}});
  EXPECT_EQ(session.run(y, {{x, value}}).to_vector<float>(), (Floats{0, 1}));
  EXPECT_EQ(w.to_vector<float>(), (Floats{0, 1}));
}

TEST_P(LowlevelSession, SymbolicGradients) {
  tf::Graph graph;
  const auto x = graph.placeholder("x", tt::float64, {});
  const auto unused = graph.placeholder("unused", tt::float64, {});
  const auto y = x * x * x;
  const auto first = tf::gradients(y, {x, unused});
  EXPECT_FALSE(first[1].defined());
  const auto second = tf::gradients(first[0], x);
  const tf::Session session(graph, options());
  EXPECT_EQ(session.run(first[0], {{x, 3}}).item<double>(), 27);
  EXPECT_EQ(session.run(second[0], {{x, 3}}).item<double>(), 18);
  const auto scaled = tf::gradients(y, x, x);
  EXPECT_EQ(session.run(scaled[0], {{x, 3}}).item<double>(), 81);
}

TEST_P(LowlevelSession, SavesAndRestores) {
  const std::string path =
      (std::filesystem::temp_directory_path() / ("lowlevel_session_test" + std::to_string(getpid()) + ".safetensors"))
          .string();
  tf::Graph graph;
  const auto w = graph.variable("net/w", {2}, filled(1));
  const auto n = graph.variable("n", {}, filled(3), {.dtype = tt::int64, .trainable = false});
  const tf::Session session(graph, options());
  session.run(graph.initializer());
  session.run({w.assign(5), n.assign_add(4)});
  session.save(path);
  session.run(graph.initializer());
  EXPECT_EQ(session.value(w).to_vector<float>(), (Floats{1, 1}));
  session.restore(path);
  EXPECT_EQ(session.value(w).to_vector<float>(), (Floats{5, 5}));
  EXPECT_EQ(session.value(n).item<int>(), 7);

  tf::Graph other;
  const auto small = other.variable("n", {}, filled(3), {.dtype = tt::int64});
  const auto wrong = other.variable("net/w", {3}, filled(1));
  const tf::Session second(other, options());
  second.run(other.initializer());
  EXPECT_NE(error_of([&] { second.restore(path); }).find("does not have the variable's shape and dtype"),
            std::string::npos);
  EXPECT_EQ(second.value(small).item<int>(), 3);  // nothing has changed
  std::filesystem::remove(path);
}

// A value of another dtype is converted where no element changes: labels that were read as int32, a mask of uint8.
TEST_P(LowlevelSession, FeedsAreConvertedWhereNoValueChanges) {
  tf::Graph graph;
  const double nan = std::nan(""), infinity = std::numeric_limits<double>::infinity();
  const auto fed = [&](tt::DType dtype, const tt::Tensor& value) -> std::string {
    const auto x = graph.placeholder("x", dtype, {tt::unknown});
    const tf::Session session(graph, options());
    std::string text;
    const std::string error = error_of([&] { text = session.run(tt::identity(x), {{x, value}}).text(); });
    return text.empty() ? error.substr(0, error.find(',')) : text;
  };
  const std::string refused = "[session] a fed value has another dtype";
  EXPECT_EQ(fed(tt::int64, tt::tensor<std::int32_t>({1, -2})), tt::tensor<std::int64_t>({1, -2}).text());
  EXPECT_EQ(fed(tt::float32, tt::tensor<std::uint8_t>({0, 255})), tt::tensor<float>({0, 255}).text());
  EXPECT_EQ(fed(tt::float32, tt::tensor<double>({0.5, nan, infinity})),
            tt::tensor<float>({0.5f, NAN, INFINITY}).text());
  EXPECT_EQ(fed(tt::boolean, tt::tensor<std::int64_t>({0, 1})), tt::tensor<bool>({false, true}).text());
  EXPECT_EQ(fed(tt::int32, tt::tensor<float>({3, -4})), tt::tensor<std::int32_t>({3, -4}).text());
  EXPECT_EQ(fed(tt::float32, tt::tensor<double>({0.5, 0.1})), refused);
  EXPECT_EQ(fed(tt::int64, tt::tensor<float>({1.5f})), refused);
  EXPECT_EQ(fed(tt::int64, tt::tensor<float>({NAN})), refused);
  EXPECT_EQ(fed(tt::int64, tt::tensor<double>({0x1p63})), refused);
  EXPECT_EQ(fed(tt::uint8, tt::tensor<std::int64_t>({256})), refused);
  EXPECT_EQ(fed(tt::uint8, tt::tensor<std::int64_t>({-1})), refused);
  EXPECT_EQ(fed(tt::boolean, tt::tensor<std::int64_t>({2})), refused);
  EXPECT_EQ(fed(tt::float32, tt::tensor<std::int64_t>({16777217})), refused);
  EXPECT_EQ(fed(tt::float64, tt::tensor<std::int64_t>({INT64_MAX})), refused);
  EXPECT_EQ(fed(tt::float16, tt::tensor<float>({70000})), refused);

  const auto w = graph.variable("w", {2}, filled(1));
  const tf::Session session(graph, options());
  session.set_value(w, tt::tensor<std::int64_t>({4, 5}));
  EXPECT_EQ(session.value(w).to_vector<float>(), (Floats{4, 5}));
  EXPECT_NE(error_of([&] { session.set_value(w, tt::tensor<double>({0.1, 0.2})); }).find(refused), std::string::npos);
}

TEST_P(LowlevelSession, RandomNodesDrawInEveryRun) {
  tt::manual_seed(5);
  tf::Graph graph;
  const auto x = graph.placeholder("x", tt::float32, {});
  const auto normal = graph.random_normal({40, 50}, {.mean = 3, .stddev = 0.5});
  const auto uniform = graph.random_uniform({40, 50}, {.minval = -1, .maxval = 1, .dtype = tt::float64});
  const auto truncated = graph.truncated_normal({40, 50});
  const auto once = x + tt::randn({4});  // drawn when it was written
  const tf::Session session(graph, options());
  const std::vector<tt::Tensor> fetches{normal, uniform, truncated, once};
  const auto first = session.run(fetches, {{x, 0}}), second = session.run(fetches, {{x, 0}});
  for (std::size_t i = 0; i < 3; ++i) EXPECT_FALSE(tt::array_equal(first[i], second[i])) << i;
  EXPECT_TRUE(tt::array_equal(first[3], second[3]));
  EXPECT_NEAR(tt::mean(first[0]).item<float>(), 3, 0.05);
  EXPECT_NEAR(tt::std(first[0]).item<float>(), 0.5, 0.03);
  EXPECT_EQ(first[1].dtype(), tt::float64);
  EXPECT_GE(tt::min(first[1]).item<double>(), -1);
  EXPECT_LT(tt::min(first[1]).item<double>(), -0.9);
  EXPECT_LE(tt::max(tt::abs(first[2])).item<float>(), 2);
  // Another session starts where the first did.
  EXPECT_TRUE(tt::array_equal(tf::Session(graph, options()).run(normal), first[0]));
  tt::Generator mine(9), same(9);
  const auto a = graph.random_normal({3}, {.generator = &mine}), b = graph.random_normal({3}, {.generator = &same});
  const auto both = session.run({a, b});
  EXPECT_TRUE(tt::array_equal(both[0], both[1]));
}

TEST(PartialRun, ComputesEachOpOnce) {
  tf::Graph graph;
  const tt::Tensor a = graph.placeholder("a", tt::float32, {}), b = graph.placeholder("b", tt::float32, {}),
                   c = graph.placeholder("c", tt::float32, {});
  const tf::Variable runs = graph.variable("runs", tt::tensor(0.0));
  const tt::Tensor counted = runs.assign_add(1);
  tt::Tensor noise, r1;
  {
    const auto after = graph.control_dependencies({counted});
    noise = graph.random_normal({});
    r1 = a + b + 0 * noise;
  }
  const tt::Tensor r2 = r1 * c, r3 = r2 - noise;
  const tf::Session session(graph);
  session.run(graph.initializer());
  const auto handle = session.partial_run_setup({r1, r2, r3, noise}, {a, b, c});
  EXPECT_THROW(session.partial_run(handle, r2, {{a, 1}, {b, 2}}), tt::ArgumentError);  // c has not come
  EXPECT_EQ(session.value(runs).item<float>(), 0);
  const tt::Tensor first = session.partial_run(handle, r1, {{a, 1}, {b, 2}});
  EXPECT_EQ(first.item<float>(), 3);
  EXPECT_THROW(session.partial_run(handle, r1), tt::ArgumentError);            // had its turn
  EXPECT_THROW(session.partial_run(handle, r2, {{a, 1}}), tt::ArgumentError);  // so had a
  EXPECT_EQ(session.partial_run(handle, r2, {{c, first * 2}}).item<float>(), 18);
  const auto rest = session.partial_run(handle, {r3, noise});
  EXPECT_EQ(rest[0].item<float>(), 18 - rest[1].item<float>());
  EXPECT_EQ(session.value(runs).item<float>(), 1);
  EXPECT_THROW(session.partial_run(handle, r3), tt::ArgumentError);
  EXPECT_THROW(tf::Session(graph).partial_run(session.partial_run_setup(r1), r1), tt::ArgumentError);
  EXPECT_THROW(session.partial_run_setup({}), tt::ArgumentError);
}
