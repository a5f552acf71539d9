// Streaming metrics over three batches against TensorFlow (scripts/references/make_references_streaming_metrics.py).
#include <gtest/gtest.h>

#include "files.h"
#include "triptych/lowlevel.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;
namespace metrics = triptych::lowlevel::metrics;
using tt::Tensor;

namespace {

constexpr int batches = 3;

class Streaming : public testing::Test {
 protected:
  Streaming() {
    for (const char* name : {"labels", "scores", "weights", "classes", "answers", "x", "y"}) {
      const Tensor& first = reference.at(std::string(name) + "_0");
      tt::Shape shape = first.shape();
      shape.set(0, tt::unknown);
      fed[name] = graph.placeholder(name, first.dtype(), shape);
    }
  }

  void expect(const std::string& name, const metrics::Metric& metric, double tolerance = 2e-6) {
    SCOPED_TRACE(name);
    const tf::Session session(graph);
    session.run(tf::variables_initializer(tf::local_variables(graph)));
    for (int i = 0; i < batches; ++i) {
      std::vector<tf::Feed> feeds;
      for (const auto& [key, tensor] : fed)
        feeds.emplace_back(tensor, tt::Arg(reference.at(key + "_" + std::to_string(i))));
      expect_close(session.run(metric.second, feeds), reference.at(name + "/update_" + std::to_string(i)), tolerance);
    }
    expect_close(session.run(metric.first), reference.at(name + "/value"), tolerance);
  }

  static void expect_close(const Tensor& given, const Tensor& expected, double tolerance) {
    EXPECT_EQ(given.shape(), expected.shape());
    const auto a = given.to_vector<double>(), b = expected.to_vector<double>();
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) EXPECT_NEAR(a[i], b[i], tolerance) << i;
  }

  tt::StateDict reference =
      tt::load(std::string(TRIPTYCH_SOURCE_DIR) + "/tests/references/streaming_metrics.safetensors");
  tf::Graph graph;
  std::map<std::string, Tensor> fed;
};

}  // namespace

TEST_F(Streaming, MeansEqualTensorFlow) {
  const Tensor &scores = fed["scores"], &weights = fed["weights"], &x = fed["x"], &y = fed["y"];
  expect("mean", metrics::mean(scores));
  expect("mean_weighted", metrics::mean(scores, {.weights = weights}));
  expect("accuracy", metrics::accuracy(fed["classes"], fed["answers"]));
  expect("accuracy_weighted", metrics::accuracy(fed["classes"], fed["answers"], {.weights = weights}));
  expect("percentage_below", metrics::percentage_below(scores, 0.4));
  expect("mean_absolute_error", metrics::mean_absolute_error(x, y));
  expect("mean_squared_error", metrics::mean_squared_error(x, y, {.weights = tt::unsqueeze(weights, 1)}));
  expect("root_mean_squared_error", metrics::root_mean_squared_error(x, y));
  expect("mean_relative_error", metrics::mean_relative_error(x, y, tt::round(x)));
  expect("mean_cosine_distance", metrics::mean_cosine_distance(x, y, 1));
}

TEST_F(Streaming, CountsEqualTensorFlow) {
  const Tensor &labels = fed["labels"], &scores = fed["scores"], &weights = fed["weights"];
  const Tensor yes = tt::cast(scores > 0.5, tt::int64);
  const std::vector<double> thresholds{0.2, 0.5, 0.9};
  expect("true_positives", metrics::true_positives(labels, yes));
  expect("false_positives", metrics::false_positives(labels, yes, {.weights = weights}));
  expect("true_negatives", metrics::true_negatives(labels, yes));
  expect("false_negatives", metrics::false_negatives(labels, yes));
  expect("precision", metrics::precision(labels, yes, {.weights = weights}));
  expect("recall", metrics::recall(labels, yes));
  expect("true_positives_at_thresholds", metrics::true_positives_at_thresholds(labels, scores, thresholds));
  expect("false_positives_at_thresholds", metrics::false_positives_at_thresholds(labels, scores, thresholds));
  expect("true_negatives_at_thresholds",
         metrics::true_negatives_at_thresholds(labels, scores, thresholds, {.weights = weights}), 1e-5);
  expect("false_negatives_at_thresholds", metrics::false_negatives_at_thresholds(labels, scores, thresholds));
  expect("precision_at_thresholds", metrics::precision_at_thresholds(labels, scores, thresholds));
  expect("recall_at_thresholds", metrics::recall_at_thresholds(labels, scores, thresholds, {.weights = weights}));
}

TEST_F(Streaming, AreasEqualTensorFlow) {
  const Tensor &labels = fed["labels"], &scores = fed["scores"];
  expect("auc", metrics::auc(labels, scores), 1e-5);
  expect("auc_weighted", metrics::auc(labels, scores, {.weights = fed["weights"], .num_thresholds = 20}), 1e-5);
  expect("auc_pr", metrics::auc(labels, scores, {.curve = "PR", .summation_method = "careful_interpolation"}), 1e-5);
  expect("auc_minoring", metrics::auc(labels, scores, {.curve = "PR", .summation_method = "minoring"}), 1e-5);
  expect("auc_majoring", metrics::auc(labels, scores, {.summation_method = "majoring"}), 1e-5);
  expect("auc_thresholds", metrics::auc(labels, scores, {.thresholds = {0.2, 0.5, 0.9}}), 1e-5);
}

TEST_F(Streaming, ClassesEqualTensorFlow) {
  const Tensor &classes = fed["classes"], &answers = fed["answers"];
  expect("mean_iou", metrics::mean_iou(classes, answers, 5));
  expect("mean_iou_weighted", metrics::mean_iou(classes, answers, 5, {.weights = fed["weights"]}));
  expect("mean_per_class_accuracy", metrics::mean_per_class_accuracy(classes, answers, 5));
  const auto [matrix, update] = metrics::confusion_matrix(classes, answers, 5);  // what mean_iou's update gives
  const tf::Session session(graph);
  session.run(tf::variables_initializer(tf::local_variables(graph)));
  for (int i = 0; i < batches; ++i) {
    const std::string number = "_" + std::to_string(i);
    const Tensor now =
        session.run(update, {{classes, reference.at("classes" + number)}, {answers, reference.at("answers" + number)}});
    expect_close(now, reference.at("mean_iou/update" + number), 0);
  }
  expect_close(session.run(matrix), reference.at("mean_iou/update_2"), 0);
}

TEST_F(Streaming, StateIsLocalAndNamedAsInTensorFlow) {
  const auto scope = tf::as_default(graph);
  const auto first = metrics::accuracy(fed["classes"], fed["answers"],
                                       {.metrics_collections = {"eval"}, .updates_collections = {"updates"}});
  metrics::mean(fed["scores"]);
  metrics::accuracy(fed["classes"], fed["answers"]);
  std::vector<std::string> names;
  for (const auto& variable : tf::local_variables()) names.push_back(variable.name());
  EXPECT_EQ(names, (std::vector<std::string>{"accuracy/total", "accuracy/count", "mean/total", "mean/count",
                                             "accuracy_1/total", "accuracy_1/count"}));
  EXPECT_TRUE(tf::global_variables().empty());
  EXPECT_EQ(tf::get_collection(tf::GraphKeys::METRIC_VARIABLES).size(), 6u);
  ASSERT_EQ(tf::get_collection("eval").size(), 1u);
  EXPECT_EQ(tf::name_of(tf::get_collection("eval")[0]), tf::name_of(first.first));
  const tf::Session session(graph);
  session.run(tf::local_variables_initializer());
  EXPECT_EQ(session.run(first.first).item<float>(), 0.0f);  // nothing yet
  const auto feed = [&](std::vector<std::int64_t> labels, std::vector<std::int64_t> answers) {
    session.run(first.second, {{fed["classes"], tt::tensor(labels)}, {fed["answers"], tt::tensor(answers)}});
  };
  feed({1, 2}, {1, 3});
  EXPECT_EQ(session.run(first.first).item<float>(), 0.5f);
  session.run(tf::local_variables_initializer());
  feed({1, 2}, {1, 2});
  EXPECT_EQ(session.run(first.first).item<float>(), 1.0f);
}

// A column beside a vector is one answer for each example, not all against all.
TEST_F(Streaming, ColumnsAreVectors) {
  const auto here = tf::as_default(graph);
  const Tensor truth = tf::placeholder(tt::float32, {4}), answer = tf::placeholder(tt::float32, {tt::unknown, 1});
  const Tensor weights = tf::placeholder(tt::float32, {4, 1});
  const std::vector<metrics::Metric> all{metrics::accuracy(truth, answer), metrics::mean_squared_error(answer, truth),
                                         metrics::true_positives(truth, answer), metrics::precision(truth, answer),
                                         metrics::mean(truth, {.weights = weights})};
  const tf::Session session(graph);
  session.run(tf::local_variables_initializer());
  const Tensor given = tt::tensor<float>({1, 0, 1, 1}), column = tt::tensor<float>({{1}, {0}, {0}, {1}});
  std::vector<Tensor> updates;
  for (const auto& [value, update] : all) updates.push_back(update);
  std::vector<float> got;
  for (const Tensor& value : session.run(updates, {{truth, given}, {answer, column}, {weights, column}}))
    got.push_back(value.item<float>());
  EXPECT_EQ(got, (std::vector<float>{0.75, 0.25, 2, 1, 1}));
}

TEST_F(Streaming, BadInput) {
  const auto error = [](const auto& body) { return error_of<tt::ArgumentError>(body); };
  const Tensor &labels = fed["labels"], &scores = fed["scores"];
  for (const std::string& text :
       {error([&] { metrics::mean(Tensor()); }), error([&] { metrics::accuracy(labels, Tensor()); }),
        error([&] { metrics::auc(labels, scores, {.curve = "roc"}); }),
        error([&] { metrics::auc(labels, scores, {.summation_method = "sum"}); }),
        error([&] { metrics::auc(labels, scores, {.num_thresholds = 1}); }),
        error([&] { metrics::auc(labels, scores, {.thresholds = {2}}); }),
        error([&] { metrics::recall_at_thresholds(labels, scores, {}); }),
        error([&] { metrics::mean_iou(labels, labels, 0); }), error([&] { metrics::mean_iou(labels, scores, 3); }),
        error([&] {
          metrics::accuracy(labels, tt::ones({2, 2, 2}));
        }),
        error([&] {
          metrics::mean(labels, {.weights = tt::ones({2, 2, 2})});
        }),
        error([&] { metrics::mean_tensor(scores); })}) {
    EXPECT_NE(text.find("streaming_metrics_test.cpp"), std::string::npos) << text;
  }
  const auto iou = metrics::mean_iou(fed["classes"], fed["answers"], 2);
  const tf::Session session(graph);
  session.run(tf::variables_initializer(tf::local_variables(graph)));
  const auto run = [&] {
    session.run(iou.second, {{fed["classes"], tt::tensor({1, 2})}, {fed["answers"], tt::tensor({1, 1})}});
  };
  EXPECT_NE(error(run), "no error");
  EXPECT_EQ(session.run(iou.first).item<float>(), 0.0f);
}

// Values of TensorFlow 2.21 for these two batches: after the first, and after both.
TEST(StreamingAtK, EqualsTensorFlow) {
  const Tensor labels[] = {tt::tensor({{0, 2}, {1, 1}, {4, 3}, {2, 0}}), tt::tensor({{3, 4}, {0, 0}, {1, 2}, {4, 4}})};
  const Tensor scores[] = {tt::tensor({{0.55, 0.71, 0.29, 0.51, 0.89},
                                       {0.9, 0.13, 0.21, 0.05, 0.44},
                                       {0.03, 0.46, 0.65, 0.28, 0.68},
                                       {0.59, 0.02, 0.56, 0.26, 0.42}}),
                           tt::tensor({{0.28, 0.69, 0.44, 0.16, 0.54},
                                       {0.78, 0.31, 0.22, 0.39, 0.94},
                                       {0.98, 0.67, 0.9, 0.85, 0.38},
                                       {0.09, 0.65, 0.56, 0.36, 0.23}})};
  const Tensor weights[] = {tt::tensor({1, 0.5, 2, 0}), tt::tensor({1, 1, 3, 0.5})};
  const Tensor truth[] = {tt::tensor({0, 1, 1, 0, 1, 0, 0, 1}), tt::tensor({1, 1, 0, 0, 1, 0, 1, 0})};
  const Tensor chances[] = {tt::tensor({0.41, 0.47, 0.27, 0.29, 0.46, 0.86, 0.59, 0.28}),
                            tt::tensor({0.28, 0.45, 0.21, 0.2, 0.51, 0.09, 0.48, 0.36})};
  tf::Graph graph;
  const Tensor l = graph.placeholder("l", tt::int64, {4, 2}), p = graph.placeholder("p", tt::float32, {4, 5}),
               w = graph.placeholder("w", tt::float32, {4}), t = graph.placeholder("t", tt::int64, {8}),
               c = graph.placeholder("c", tt::float32, {8});
  const Tensor best = tt::topk(p, 3).indices;
  struct Case {
    metrics::Metric metric;
    double first, second;
  };
  const Case cases[] = {
      {metrics::recall_at_k(l, p, 1), 0.2857142857, 0.1538461538},
      {metrics::precision_at_k(l, p, 1), 0.5, 0.25},
      {metrics::average_precision_at_k(l, p, 1), 0.5, 0.25},
      {metrics::recall_at_k(l, p, 2), 0.4285714286, 0.4615384615},
      {metrics::precision_at_k(l, p, 2), 0.375, 0.375},
      {metrics::average_precision_at_k(l, p, 2), 0.375, 0.28125},
      {metrics::recall_at_k(l, p, 3), 0.5714285714, 0.5384615385},
      {metrics::precision_at_k(l, p, 3), 0.3333333333, 0.2916666667},
      {metrics::average_precision_at_k(l, p, 3), 0.4166666667, 0.3020833333},
      {metrics::recall_at_k(l, p, 2, {.weights = w}), 0.3076923077, 0.4375},
      {metrics::recall_at_k(l, p, 2, {.class_id = 0}), 0.5, 0.6666666667},
      {metrics::precision_at_k(l, p, 3, {.class_id = 2, .weights = w}), 0, 0.4285714286},
      {metrics::average_precision_at_k(l, p, 3, {.weights = w}), 0.3333333333, 0.2685185185},
      {metrics::recall_at_top_k(l, best), 0.5714285714, 0.5384615385},
      {metrics::precision_at_top_k(l, best, {.class_id = 4}), 0.25, 0.3333333333},
      {metrics::recall_at_k(tt::select(l, 1, 0), p, 2), 0.5, 0.375},
      {metrics::sensitivity_at_specificity(t, c, 0.3), 0.5, 1},
      {metrics::specificity_at_sensitivity(t, c, 0.3, {.num_thresholds = 20}), 0.5, 0.75},
      {metrics::sensitivity_at_specificity(t, c, 0.75), 0, 0.625},
      {metrics::specificity_at_sensitivity(t, c, 0.75, {.num_thresholds = 20}), 0.5, 0.75},
  };
  const tf::Session session(graph);
  session.run(tf::variables_initializer(tf::local_variables(graph)));
  for (int i = 0; i < 2; ++i)
    for (std::size_t k = 0; k < std::size(cases); ++k)
      EXPECT_NEAR(session
                      .run(cases[k].metric.second,
                           {{l, labels[i]}, {p, scores[i]}, {w, weights[i]}, {t, truth[i]}, {c, chances[i]}})
                      .item<float>(),
                  i == 0 ? cases[k].first : cases[k].second, 1e-6)
          << k;
  for (const Case& one : cases) EXPECT_NEAR(session.run(one.metric.first).item<float>(), one.second, 1e-6);
  EXPECT_THROW(metrics::recall_at_k(l, p, 6), tt::ArgumentError);
  EXPECT_THROW(metrics::recall_at_k(p, p, 2), tt::ArgumentError);
  EXPECT_THROW(metrics::precision_at_k(l, p, 2, {.class_id = -2}), tt::ArgumentError);
  EXPECT_THROW(metrics::sensitivity_at_specificity(t, c, 1), tt::ArgumentError);
}
