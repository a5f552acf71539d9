// TensorFlow's optimizers over 100 steps, schedules, clipping, moving averages and losses against its numbers; what
// they refuse.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <sstream>

#include "api_eager/eager_testing.h"
#include "files.h"
#include "optimizer_runs.h"
#include "triptych/core/ops.h"
#include "triptych/lowlevel.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;
using tt::Tensor;

namespace {

const OptimizerRuns& runs() {
  static const OptimizerRuns all(TRIPTYCH_SOURCE_DIR "/tests/references/optimizer_runs_tf.safetensors");
  return all;
}

constexpr double rate = 0.03125;
using Make = std::function<std::unique_ptr<tf::Optimizer>(const tf::LearningRate&)>;

template <class O, class Options>
Make of(Options options) {
  return [options](const tf::LearningRate& lr) mutable {
    options.learning_rate = lr;
    return std::make_unique<O>(options);
  };
}

void expect_tensorflow(const std::string& name, const Make& make, double tolerance = 1e-12) {
  SCOPED_TRACE(name);
  tf::Graph graph;
  const Tensor lr = graph.placeholder("lr", tt::float64, {}), ga = graph.placeholder("ga", tt::float64, {3, 4}),
               gb = graph.placeholder("gb", tt::float64, {5});
  const tf::Variable a = graph.variable("a", runs().start("a")), b = graph.variable("b", runs().start("b"));
  const tf::Variable step = tf::train::get_or_create_global_step(graph);
  std::vector<Tensor> gradients{ga, gb};
  if (name == "clipped") {
    gradients = tf::clip_by_global_norm(gradients, 2.0).first;
    for (Tensor& g : gradients) g = tf::clip_by_norm(g, 1.5);
  }
  const auto optimizer = make(name == "scheduled" ? tf::train::exponential_decay(0.125, step, 10, 0.5) : lr);
  Tensor train = optimizer->apply_gradients({{gradients[0], a}, {gradients[1], b}}, step);
  tf::train::ExponentialMovingAverage average(
      0.75, {.num_updates = name == "sgd_step" ? static_cast<const Tensor&>(step) : Tensor()});
  {
    const auto after = graph.control_dependencies(train);
    train = average.apply({a, b});
  }
  tf::Session session(graph);
  session.run(graph.initializer());
  const bool averaged = runs().contains(name + ".average.a");
  for (std::int64_t t = 1; t <= runs().steps(); ++t) {
    session.run(train, {{lr, tt::full({}, t < 50 ? rate : rate / 2, tt::float64)},
                        {ga, runs().gradient("a", t)},
                        {gb, runs().gradient("b", t)}});
    runs().expect(name + ".a", t, session.run(a), tolerance);
    runs().expect(name + ".b", t, session.run(b), tolerance);
    if (averaged) runs().expect(name + ".average.a", t, session.run(average.average(a)), 1e-6);
  }
  EXPECT_EQ(session.run(step).item<std::int64_t>(), runs().steps());
}

}  // namespace

TEST(LowLevelTrain, OptimizersEqualTensorFlow) {
  expect_tensorflow("sgd_step", of<tf::train::GradientDescentOptimizer>(tf::GradientDescentOptions()));
  expect_tensorflow("momentum", of<tf::Momentum>(tf::MomentumOptions{.momentum = 0.875, .use_nesterov = true}));
  expect_tensorflow("adagrad", of<tf::Adagrad>(tf::AdagradOptions{.initial_accumulator_value = 0.25}));
  expect_tensorflow("adadelta", of<tf::Adadelta>(tf::AdadeltaOptions{.rho = 0.875, .epsilon = 0x1p-10}));
  // TensorFlow keeps decays such as 0.9, and Adam's powers, as float32.
  expect_tensorflow("rmsprop", of<tf::RMSProp>(tf::RMSPropOptions()), 1e-6);
  expect_tensorflow(
      "rmsprop_all",
      of<tf::RMSProp>(tf::RMSPropOptions{.decay = 0.75, .momentum = 0.5, .epsilon = 0x1p-10, .centered = true}), 1e-9);
  expect_tensorflow("adam", of<tf::Adam>(tf::AdamOptions{.beta1 = 0.75, .beta2 = 0.96875, .epsilon = 0x1p-10}), 1e-6);
  expect_tensorflow("ftrl", of<tf::Ftrl>(tf::FtrlOptions{.learning_rate_power = -0.5,
                                                         .initial_accumulator_value = 0.25,
                                                         .l1_regularization_strength = 0.125,
                                                         .l2_regularization_strength = 0.25,
                                                         .l2_shrinkage_regularization_strength = 0.125}));
  // TensorFlow's own are float32 alone.
  expect_tensorflow("proximal",
                    of<tf::ProximalGradientDescent>(tf::ProximalGradientDescentOptions{
                        .l1_regularization_strength = 0.125, .l2_regularization_strength = 0.25}),
                    1e-5);
  expect_tensorflow(
      "proximal_adagrad",
      of<tf::ProximalAdagrad>(tf::ProximalAdagradOptions{
          .initial_accumulator_value = 0.25, .l1_regularization_strength = 0.125, .l2_regularization_strength = 0.25}),
      1e-5);
  expect_tensorflow("clipped", of<tf::Momentum>(tf::MomentumOptions{.momentum = 0.5}), 1e-6);
  expect_tensorflow("scheduled", of<tf::GradientDescent>(tf::GradientDescentOptions()), 1e-6);
}

TEST(LowLevelTrain, SchedulesEqualTensorFlow) {
  tf::Graph graph;
  const Tensor step = graph.placeholder("step", tt::int64, {});
  const std::vector<std::pair<const char*, Tensor>> plans{
      {"exponential", tf::train::exponential_decay(0.5, step, 7, 0.75)},
      {"exponential_stairs", tf::train::exponential_decay(0.5, step, 7, 0.75, true)},
      {"piecewise", tf::train::piecewise_constant(step, {5, 12}, {1.0, 0.5, 0.125})},
      {"polynomial", tf::train::polynomial_decay(0.5, step, 20, 0.125, 2.0)},
      {"polynomial_cycle", tf::train::polynomial_decay(0.5, step, 7, 0.125, 0.5, true)},
      {"natural", tf::train::natural_exp_decay(0.5, step, 7, 0.75)},
      {"inverse", tf::train::inverse_time_decay(0.5, step, 7, 0.75)},
      {"cosine", tf::train::cosine_decay(0.5, step, 20, 0.125)},
      {"restarts", tf::train::cosine_decay_restarts(0.5, step, 5, 2.0, 0.75, 0.125)},
      {"linear_cosine", tf::train::linear_cosine_decay(0.5, step, 20)}};
  tf::Session session(graph);
  for (const auto& [name, plan] : plans) {
    const std::vector<double> expected = runs().values(std::string("lr.") + name);
    for (std::int64_t t = 0; t < 40; ++t) {
      if (std::string(name) == "polynomial_cycle" && t == 21) continue;  // float32 finds 21 / 7 above 3
      EXPECT_NEAR(session.run(plan, {{step, tt::full({}, t, tt::int64)}}).item<double>(),
                  expected[static_cast<std::size_t>(t)], 1e-6)
          << name << ", step " << t;
    }
  }
}

TEST(LowLevelTrain, SlotsAndVariables) {
  tf::Graph graph;
  const tf::Variable w = graph.variable("w", tt::ones({2})), unused = graph.variable("unused", tt::ones({2}));
  tf::RMSProp optimizer({.momentum = 0.5, .centered = true});
  const tf::Variable step = tf::train::create_global_step(graph);
  const Tensor train = optimizer.minimize(tt::sum(w * w), step, {w});
  EXPECT_EQ(optimizer.get_slot_names(), (std::vector<std::string>{"mg", "momentum", "rms"}));
  EXPECT_FALSE(optimizer.get_slot(unused, "rms").defined());
  EXPECT_FALSE(optimizer.get_slot(w, "accum").defined());
  EXPECT_EQ(optimizer.variables().size(), 5u);  // the rate, the count, three slots
  tf::Session session(graph);
  session.run(graph.initializer());
  EXPECT_EQ(session.run(optimizer.get_slot(w, "rms")).to_vector<float>(), (std::vector<float>{1, 1}));
  session.run(train);
  EXPECT_NEAR(session.run(optimizer.get_slot(w, "rms")).to_vector<float>()[0], 0.9 + 0.1 * 4, 1e-6);
  EXPECT_EQ(session.run(step).item<int>(), 1);
}

TEST(LowLevelTrain, AveragesStartAsTheirVariablesAndAreRestoredInTheirPlace) {
  tf::Graph graph;
  const tf::Variable w = graph.variable(
      "w", {3}, [](const tt::Shape& shape, tt::DType dtype) { return tt::cast(tt::randn(shape), dtype); });
  const tf::Variable count = graph.variable("count", tt::zeros({}), {.trainable = false});
  tf::train::ExponentialMovingAverage average(0.5, {.name = "Average"});
  const Tensor update = average.apply(graph);
  tf::Session session(graph);
  session.run(graph.initializer());
  EXPECT_EQ(session.run(average.average(w)).to_vector<float>(), session.run(w).to_vector<float>());
  session.run(update);
  EXPECT_EQ(session.run(average.average(w)).to_vector<float>(), session.run(w).to_vector<float>());
  EXPECT_EQ(average.average_name(w), "w/Average");
  const auto restored = average.variables_to_restore(graph);
  EXPECT_EQ(restored.at("w/Average").name(), "w");
  EXPECT_EQ(restored.at("count").name(), "count");
  EXPECT_FALSE(average.average(count).defined());
}

TEST(LowLevelTrain, ClippingOfAxesAndWhatIsNotFinite) {
  const Tensor x = tt::tensor<float>({3, 4, 0.3F, 0.4F}, {2, 2});
  EXPECT_EQ(tf::clip_by_norm(x, 1.0, tt::Axes({1})).to_vector<float>(), (std::vector<float>{0.6F, 0.8F, 0.3F, 0.4F}));
  const auto [clipped, norm] = tf::clip_by_global_norm({x, Tensor(), tt::tensor({INFINITY})}, 1.0);
  EXPECT_TRUE(std::isinf(norm.item<float>()));
  EXPECT_TRUE(std::isnan(clipped[0].to_vector<float>()[0]));
  EXPECT_FALSE(clipped[1].defined());
}

TEST(LowLevelTrain, BadInput) {
  tf::Graph graph;
  const tf::Variable w = graph.variable("w", tt::ones({2}));
  const Tensor loss = tt::sum(w * w), vector = graph.placeholder("v", tt::float32, {2});
  EXPECT_ARGUMENT_ERROR(tf::RMSProp({.decay = NAN}), "[RMSProp] decay is outside of [0, 1]: nan");
  EXPECT_ARGUMENT_ERROR(tf::Adagrad(-1.0), "learning_rate is negative or not finite: -1");
  EXPECT_ARGUMENT_ERROR(tf::Adadelta{vector}, "the learning rate is not a 0-d floating-point tensor");
  EXPECT_ARGUMENT_ERROR(tf::Ftrl({.learning_rate_power = 1}), "-learning_rate_power is negative");
  EXPECT_ARGUMENT_ERROR(tf::GradientDescent(0.1).minimize(loss, w, {w}), "global_step is not an integer Variable");
  EXPECT_ARGUMENT_ERROR(tf::train::exponential_decay(0.1, w, 0, 0.5), "decay_steps is not positive");
  EXPECT_ARGUMENT_ERROR(tf::train::cosine_decay(0.1, w, 10), "the global step is not a 0-d tensor");
  EXPECT_ARGUMENT_ERROR(tf::train::piecewise_constant(w, {1}, {1}), "there is not one value more than boundaries");
  EXPECT_ARGUMENT_ERROR(tf::train::ExponentialMovingAverage(1.5), "decay is outside of [0, 1]");
  EXPECT_ARGUMENT_ERROR(tf::clip_by_global_norm(vector, 0), "clip_norm is not positive");
  EXPECT_ARGUMENT_ERROR(tf::global_norm({Tensor()}), "there is no tensor");
  tf::train::create_global_step(graph);
  EXPECT_ARGUMENT_ERROR(tf::train::create_global_step(graph), "the graph has a global step already");
  tf::GradientDescent scheduled(tf::train::exponential_decay(0.1, tf::train::get_global_step(graph), 10, 0.5));
  scheduled.minimize(loss);
  EXPECT_ARGUMENT_ERROR(scheduled.learning_rate(), "the learning rate is a tensor, not a variable");
}

// --- tf.compat.v1.losses -------------------------------------------------------------------------------------------

namespace {

/// Numbers by case, from tests/references/losses_tf.txt.
std::map<std::string, std::vector<double>> losses_of_tensorflow() {
  std::map<std::string, std::vector<double>> all;
  std::istringstream lines(read_file(TRIPTYCH_SOURCE_DIR "/tests/references/losses_tf.txt"));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string name;
    words >> name;
    for (double number = 0; words >> number;) all[name].push_back(number);
  }
  return all;
}

}  // namespace

TEST(LowLevelTrain, LossesEqualTensorFlow) {
  namespace L = tf::losses;
  using R = L::Reduction;
  const Tensor i = tt::arange(12).reshape({3, 4}).to(tt::float64);
  const Tensor rows = tt::tensor<float>({{1}, {0}, {0.5}}), classes = tt::tensor<std::int64_t>({1, 3, 0});
  const Tensor p = tt::cast(tt::sin(i) / 2 + 0.5, tt::float32), y = tt::cast(tt::cos(i) > 0, tt::float32);
  const Tensor x = tt::cast(3 * tt::sin(i), tt::float32);
  tf::Graph graph;
  const auto here = tf::as_default(graph);
  const Tensor labels = tf::placeholder(tt::float32, {tt::unknown, 4}, "labels");
  const Tensor predictions = tf::placeholder(tt::float32, {tt::unknown, 4}, "predictions");
  const Tensor logits = tf::placeholder(tt::float32, {3, 4}, "logits");
  const std::map<std::string, Tensor> cases{
      {"absolute_difference", L::absolute_difference(labels, predictions)},
      {"absolute_difference_weighted", L::absolute_difference(labels, predictions, {.weights = rows})},
      {"cosine_distance", L::cosine_distance(labels, predictions, 1)},
      {"hinge_loss", L::hinge_loss(labels, logits)},
      {"huber_loss", L::huber_loss(labels, logits, {.delta = 0.5})},
      {"log_loss", L::log_loss(labels, predictions, {.weights = rows, .epsilon = 1e-3})},
      {"mean_pairwise_squared_error", L::mean_pairwise_squared_error(labels, predictions)},
      {"mean_pairwise_squared_error_weighted", L::mean_pairwise_squared_error(labels, predictions, {.weights = rows})},
      {"mean_squared_error", L::mean_squared_error(labels, predictions)},
      {"mean_squared_error_none", L::mean_squared_error(labels, predictions, {.weights = rows, .reduction = R::NONE})},
      {"mean_squared_error_sum", L::mean_squared_error(labels, predictions, {.weights = rows, .reduction = R::SUM})},
      {"mean_squared_error_mean", L::mean_squared_error(labels, predictions, {.weights = rows, .reduction = R::MEAN})},
      {"mean_squared_error_batch",
       L::mean_squared_error(labels, predictions, {.weights = rows, .reduction = R::SUM_OVER_BATCH_SIZE})},
      {"mean_squared_error_nothing", L::mean_squared_error(labels, predictions, {.weights = tt::zeros({})})},
      {"sigmoid_cross_entropy", L::sigmoid_cross_entropy(labels, logits, {.label_smoothing = 0.25})},
      {"softmax_cross_entropy",
       L::softmax_cross_entropy(tt::one_hot(classes, 4, tt::float64), logits,
                                {.weights = tt::tensor<float>({1, 0, 2}), .label_smoothing = 0.25})},
      {"sparse_softmax_cross_entropy", L::sparse_softmax_cross_entropy(tt::unsqueeze(classes, 1), logits)},
      {"clip_by_average_norm", tf::clip_by_average_norm(logits, 0.25)},
      {"clip_by_average_norm_not", tf::clip_by_average_norm(logits, 2)},
      {"noisy_without_noise",
       tf::train::noisy_linear_cosine_decay(0.5, tf::constant(7, tt::int64, {}), 20, 0, 0.55, 0.5, 0.25)}};
  const tf::Session session(graph);
  const auto expected = losses_of_tensorflow();
  for (const auto& [name, loss] : cases) {
    const Tensor value = loss.is_symbolic() ? session.run(loss, {{labels, y}, {predictions, p}, {logits, x}}) : loss;
    const std::vector<double> got = value.to_vector<double>(), want = expected.at(name);
    ASSERT_EQ(got.size(), want.size()) << name;
    for (std::size_t k = 0; k < got.size(); ++k) EXPECT_NEAR(got[k], want[k], 1e-6 * (1 + std::abs(want[k]))) << name;
  }
  EXPECT_EQ(tf::name_of(cases.at("hinge_loss")).substr(0, 11), "hinge_loss/");
  // Computed tensors are computed at once, and collected nowhere.
  EXPECT_NEAR(L::mean_squared_error(y, p).item<double>(), expected.at("mean_squared_error")[0], 1e-6);
  EXPECT_EQ(L::get_losses().size(), 17U);
  EXPECT_EQ(L::get_losses("hinge_loss/").size(), 1U);
}

TEST(LowLevelTrain, LossesAreCollected) {
  namespace L = tf::losses;
  tf::Graph graph;
  const auto here = tf::as_default(graph);
  const Tensor x = tf::placeholder(tt::float32, {2});
  EXPECT_NE(error_of<tt::ArgumentError>([] { L::get_total_loss(); }).find("[get_total_loss] there is no loss"),
            std::string::npos);
  const Tensor mean = L::mean_squared_error(tt::zeros_like(x), x);
  L::absolute_difference(x, x + 1, {.loss_collection = "mine"});
  L::add_loss(tt::sum(x));
  const auto scope = tf::variable_scope("net", {.regularizer = [](const Tensor& v) { return tt::sum(v); }});
  tf::get_variable("w", {4}, {.initializer = tt::init::ones()});
  const Tensor all = L::get_total_loss(), without = L::get_total_loss(false);
  const tf::Session session(graph);
  EXPECT_EQ(tf::report_uninitialized_variables(session), std::vector<std::string>{"net/w"});
  session.run(tf::global_variables_initializer());
  EXPECT_TRUE(tf::report_uninitialized_variables(session).empty());
  const auto got = session.run({all, without, mean, tf::get_collection("mine")[0]}, {{x, tt::tensor<float>({1, 3})}});
  EXPECT_EQ(got[0].item<float>(), 5 + 4 + 4);
  EXPECT_EQ(got[1].item<float>(), 5 + 4);
  EXPECT_EQ(got[2].item<float>(), 5);
  EXPECT_EQ(got[3].item<float>(), 1);

  const auto message = [](auto function) { return error_of<tt::ArgumentError>(function); };
  const auto expect_wrong = [](const std::string& text, const std::string& part) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
    EXPECT_NE(text.find("lowlevel_train_test.cpp"), std::string::npos) << text;
  };
  expect_wrong(message([&] {
                 L::mean_squared_error(tt::ones({2, 1}), x);
               }),
               "[mean_squared_error] labels and predictions differ in shape: (2, 1) and (2,)");
  expect_wrong(message([&] { L::huber_loss(x, x, {.weights = tt::ones({3})}); }),
               "[huber_loss] the weights do not fit");
  expect_wrong(message([&] { L::hinge_loss(Tensor(), x); }), "[hinge_loss] an input is undefined");
  expect_wrong(message([&] { L::huber_loss(x, x, {.delta = -1}); }), "[huber_loss] delta is negative");
  expect_wrong(message([&] { L::log_loss(x, x, {.epsilon = NAN}); }), "[log_loss]");
  expect_wrong(message([&] { L::softmax_cross_entropy(x, x, {.label_smoothing = 2}); }), "[softmax_cross_entropy]");
  expect_wrong(message([&] { L::compute_weighted_loss(Tensor()); }), "[compute_weighted_loss] an input is undefined");
  expect_wrong(message([&] { tf::clip_by_average_norm(x, 0); }), "[clip_by_average_norm]");
}
