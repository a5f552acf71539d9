// Every metric of Keras over batches, with and without weights, alone and in fit
// (scripts/references/make_references_keras_metrics.py).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "files.h"
#include "triptych/keras.h"

namespace tt = triptych;
namespace keras = triptych::keras;
namespace metrics = triptych::keras::metrics;
using namespace keras::layers;
using testing::HasSubstr;
using tt::Tensor;

namespace {

const tt::StateDict& references() {
  static const tt::StateDict all = tt::load(TRIPTYCH_SOURCE_DIR "/tests/references/keras_metrics.safetensors");
  return all;
}
const Tensor& given(const std::string& name) { return references().at(name); }

void expect_near(const Tensor& ours, const Tensor& theirs, const std::string& what) {
  ASSERT_EQ(ours.shape(), theirs.shape()) << what;
  const auto a = ours.to_vector<double>(), b = theirs.to_vector<double>();
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 2e-5 * (1 + std::abs(b[i]))) << what << " " << i;
}

/// Three batches of four examples, by the handle and in a graph that is compiled once.
void check(const std::string& name, keras::Metric metric, const Tensor& y_true, const Tensor& y_pred) {
  for (const bool weighted : {false, true}) {
    metric.reset_state();
    for (std::int64_t i = 0; i < 12; i += 4)
      metric.update_state(tt::slice(y_true, 0, {i, i + 4}), tt::slice(y_pred, 0, {i, i + 4}),
                          weighted ? tt::slice(given("weights"), 0, {i, i + 4}) : Tensor());
    const std::string key = weighted ? name + "/weighted" : name;
    expect_near(metric.result_tensor(), given(key), key);
  }
}

std::vector<std::string> names_of(const keras::History& history) {
  std::vector<std::string> names;
  for (const auto& item : history) names.push_back(item.first);
  return names;
}

}  // namespace

TEST(KerasMetrics, Accuracies) {
  const Tensor &labels = given("labels"), &scores = given("scores"), &one_hot = given("one_hot");
  check("Accuracy", metrics::Accuracy(), labels, given("answers"));
  check("BinaryAccuracy", metrics::BinaryAccuracy({.threshold = 0.4}), given("binary"), given("near"));
  check("CategoricalAccuracy", metrics::CategoricalAccuracy(), one_hot, scores);
  check("CategoricalAccuracy", "accuracy", one_hot, scores);
  check("SparseCategoricalAccuracy", metrics::SparseCategoricalAccuracy(), labels, scores);
  check("SparseCategoricalAccuracy", "acc", labels, scores);
  check("TopK", metrics::TopKCategoricalAccuracy({.k = 2}), one_hot, scores);
  check("SparseTopK", metrics::SparseTopKCategoricalAccuracy({.k = 3}), labels, scores);
  const Tensor ids = tt::tensor<std::int64_t>({3, 1, 0, 2, 0, 1}, {2, 3});
  keras::Metric sorted = metrics::SparseTopKCategoricalAccuracy({.k = 2, .from_sorted_ids = true});
  EXPECT_DOUBLE_EQ(sorted(tt::tensor<std::int64_t>({1, 1}), ids), 0.5);
}

TEST(KerasMetrics, Confusion) {
  const Tensor &y = given("binary"), &p = given("near");
  const auto both = [&](const std::string& name, auto make) {
    check(name, make({}), y, p);
    check(name + "_thresholds", make({.thresholds = {0.2, 0.5, 0.9}}), y, p);
  };
  both("TruePositives", [](keras::ConfusionCountOptions o) { return metrics::TruePositives(o); });
  both("TrueNegatives", [](keras::ConfusionCountOptions o) { return metrics::TrueNegatives(o); });
  both("FalsePositives", [](keras::ConfusionCountOptions o) { return metrics::FalsePositives(o); });
  both("FalseNegatives", [](keras::ConfusionCountOptions o) { return metrics::FalseNegatives(o); });
  both("Precision", [](keras::PrecisionRecallOptions o) { return metrics::Precision(o); });
  both("Recall", [](keras::PrecisionRecallOptions o) { return metrics::Recall(o); });
  check("Precision_top_k", metrics::Precision({.top_k = 2}), y, p);
  check("Recall_class", metrics::Recall({.thresholds = 0.3, .class_id = 1}), y, p);
  check("Recall_top_class", metrics::Recall({.top_k = 2, .class_id = 2}), y, p);
  check("SensitivityAtSpecificity", metrics::SensitivityAtSpecificity(0.5), y, p);
  check("SpecificityAtSensitivity", metrics::SpecificityAtSensitivity(0.4, {.num_thresholds = 7}), y, p);
  check("PrecisionAtRecall", metrics::PrecisionAtRecall(0.5), y, p);
  check("RecallAtPrecision", metrics::RecallAtPrecision(0.5, {.num_thresholds = 1}), y, p);
}

TEST(KerasMetrics, Areas) {
  const Tensor &y = given("binary"), &p = given("near");
  for (const char* curve : {"ROC", "PR", "PRGAIN"})
    for (const char* method : {"interpolation", "minoring", "majoring"})
      check(std::string("AUC_") + curve + "_" + method,
            metrics::AUC({.num_thresholds = 50, .curve = curve, .summation_method = method}), y, p);
  check("AUC_thresholds", metrics::AUC({.thresholds = {0.8, 0.1, 0.35}}), y, p);
  check("AUC_logits", metrics::AUC({.from_logits = true}), y, given("scores"));
  check("AUC_labels", metrics::AUC({.multi_label = true}), y, p);
  check("AUC_labels_pr",
        metrics::AUC({.curve = "PR", .multi_label = true, .num_labels = 4, .label_weights = {1, 2, 0.5, 1}}), y, p);
  check("AUC_label_weights", metrics::AUC({.label_weights = {1, 2, 0.5, 1}}), y, p);
  check("AUC_labels_thresholds", metrics::AUC({.thresholds = {0.2, 0.3}, .multi_label = true}), y, p);
}

TEST(KerasMetrics, ScoresAndOverlaps) {
  const Tensor &y = given("binary"), &p = given("near"), &labels = given("labels"), &answers = given("answers"),
               &one_hot = given("one_hot"), &scores = given("scores");
  check("F1_None", metrics::F1Score({.threshold = 0.5}), y, p);
  for (const char* average : {"micro", "macro", "weighted"})
    check(std::string("F1_") + average, metrics::F1Score({.average = average, .threshold = 0.5}), y, p);
  check("FBeta", metrics::FBetaScore({.average = "macro", .beta = 2}), one_hot, scores);
  check("IoU", metrics::IoU(4, {0, 2}), labels, answers);
  check("IoU_float", metrics::IoU(4, {0, 2}, {.dtype = tt::float32}), labels, answers);
  check("MeanIoU", metrics::MeanIoU(3, {.ignore_class = 1}), labels, answers);
  check("BinaryIoU", metrics::BinaryIoU({.threshold = 0.3}), y.select(1, 0), p.select(1, 0));
  check("OneHotIoU", metrics::OneHotIoU(4, {1, 3}), one_hot, scores);
  check("OneHotMeanIoU", metrics::OneHotMeanIoU(4, {.sparse_y_pred = true}), one_hot, answers);
}

TEST(KerasMetrics, OfNumbersAndProbabilities) {
  const Tensor &y = given("numbers"), &p = given("scores"), &one_hot = given("one_hot"), &near = given("near"),
               &probabilities = given("probabilities"), &binary = given("binary");
  check("MeanSquaredError", "mse", y, p);
  check("RootMeanSquaredError", metrics::RootMeanSquaredError(), y, p);
  check("MeanAbsoluteError", "MAE", y, p);
  check("MeanAbsolutePercentageError", "mape", y, p);
  check("LogCoshError", metrics::LogCoshError(), y, p);
  check("CosineSimilarity", metrics::CosineSimilarity(), y, p);
  check("R2Score", "r2_score", y, p);
  check("R2_none", metrics::R2Score({.class_aggregation = ""}), y, p);
  check("R2_variance", metrics::R2Score({.class_aggregation = "variance_weighted_average", .num_regressors = 3}), y, p);
  check("PearsonCorrelation", metrics::PearsonCorrelation(), y, p);
  check("ConcordanceCorrelation", metrics::ConcordanceCorrelation(), y, p);
  check("MeanSquaredLogarithmicError", "msle", near, probabilities);
  check("Hinge", "hinge", binary, p);
  check("SquaredHinge", metrics::SquaredHinge(), binary, p);
  check("CategoricalHinge", metrics::CategoricalHinge(), one_hot, p);
  check("KLDivergence", "KLDivergence", one_hot * 0.9 + 0.02, probabilities);
  check("Poisson", "poisson", tt::abs(y), near);
  check("BinaryCrossentropy", metrics::BinaryCrossentropy({.from_logits = true, .label_smoothing = 0.1}), binary, p);
  check("CategoricalCrossentropy", metrics::CategoricalCrossentropy({.label_smoothing = 0.1}), one_hot, probabilities);
  check("SparseCategoricalCrossentropy",
        metrics::SparseCategoricalCrossentropy({.from_logits = true, .ignore_class = 2}), given("labels"), p);
  check("MeanSquaredError",
        metrics::MeanMetricWrapper([](const Tensor& a, const Tensor& b) { return (a - b) * (a - b); }), y, p);
}

TEST(KerasMetrics, MeanAndSumTakeAnyNumbers) {
  for (auto [name, metric] : {std::pair{"Mean", metrics::Mean()}, std::pair{"Sum", metrics::Sum()}}) {
    metric.update_state(given("scores"));
    expect_near(metric.result_tensor(), given(name), name);
    metric.reset_state();
    metric.update_values(given("scores"), given("weights"));
    metric.update_state(tt::tensor(3.5F));
    expect_near(metric.result_tensor(), given(std::string(name) + "/weighted"), name);
  }
}

TEST(KerasMetrics, InFitAreKerassAndOfBothEnginesEqual) {
  const Tensor &x = given("x"), &y = given("binary"), &w = given("weights");
  std::vector<double> first;
  for (const char* engine : {"graph", "eager"}) {
    const keras::Sequential model({Input({3}), Dense(4, {.activation = "sigmoid"})});
    const auto values = [](const tt::Shape& shape) {
      std::vector<float> numbers;
      for (std::int64_t i = 0; i < shape.size(); ++i) numbers.push_back(static_cast<float>(i * 7919 % 23 - 11) / 11);
      return tt::tensor(numbers, shape);
    };
    model.set_weights({values({3, 4}), values({4})});
    const auto f1 = [] { return metrics::F1Score({.average = "macro", .threshold = 0.5}); };
    model.compile({.optimizer = keras::optimizers::SGD(0.5),
                   .loss = "bce",
                   .metrics = {"AUC", metrics::Precision({.name = "precision"}), f1()},
                   .weighted_metrics = {"mse", f1()},
                   .engine = engine,
                   .numerics = "exact"});
    const auto history =
        model.fit(x, y,
                  {.batch_size = 5,
                   .epochs = 3,
                   .verbose = 0,
                   .validation_data = {tt::slice(x, 0, {0, 7}), tt::slice(y, 0, {0, 7}), tt::slice(w, 0, {0, 7})},
                   .shuffle = false,
                   .sample_weight = w});
    EXPECT_THAT(
        names_of(history),
        testing::UnorderedElementsAre("AUC", "f1_score", "loss", "mse", "precision", "weighted_f1_score", "val_AUC",
                                      "val_f1_score", "val_loss", "val_mse", "val_precision", "val_weighted_f1_score"));
    std::vector<double> all;
    for (const auto& [name, of_epochs] : history) {
      expect_near(tt::tensor(of_epochs), given("history/" + name), name);
      all.insert(all.end(), of_epochs.begin(), of_epochs.end());
    }
    if (first.empty()) first = all;
    EXPECT_EQ(all, first) << "the engines differ";
    EXPECT_THAT(model.metrics_names(),
                testing::ElementsAre("loss", "AUC", "precision", "f1_score", "mse", "weighted_f1_score"));
  }
}

// A metric of one's own has state, as Keras's; a function is a mean; models that were compiled with the same options do
// not share a metric that was made by its name.
TEST(KerasMetrics, OfOnesOwn) {
  struct Count : keras::MetricBase {
    Count() : MetricBase("count") { count = add_variable({.name = "count"}); }
    void update_state(const Tensor&, const Tensor& y_pred, const Tensor&) override {
      tt::assign_add(count, tt::sum(tt::ones_like(y_pred)));
    }
    Tensor result() override { return count; }
    Direction direction() const override { return Direction::up; }
    Tensor count;
  };
  const Tensor x = tt::ones({6, 2}), y = tt::zeros({6, 1});
  for (const char* engine : {"graph", "eager"}) {
    const keras::CompileOptions options{
        .optimizer = "sgd",
        .loss = "mse",
        .metrics = {"mae", keras::metric<Count>(), [](const Tensor& a, const Tensor& b) { return (a - b) * 0 + 3; }},
        .engine = engine};
    const keras::Sequential model({Input({2}), Dense(1)}), other({Input({2}), Dense(1)});
    model.compile(options);
    other.compile(options);
    for (int i = 0; i < 2; ++i) {
      const auto logs = model.evaluate(x, y, {.batch_size = 4, .verbose = 0});
      EXPECT_EQ(logs["count"], 6) << engine;
      EXPECT_EQ(logs["lambda"], 3);
    }
    const double mae = model.evaluate(x, y, {.verbose = 0})["mae"];
    EXPECT_NE(other.evaluate(x, y, {.verbose = 0})["mae"], mae);
  }
}

TEST(KerasMetrics, LayersAddMetrics) {
  struct Scaled : keras::LayerBase {
    keras::Metric largest = add_metric(metrics::Mean({.name = "largest"}));
    Tensor call(const Tensor& x, bool) override {
      add_metric(tt::mean(x), "average");
      largest.update_state(tt::max(x));
      return x * 2;
    }
  };
  const Tensor x = tt::tensor<float>({1, 2, 3, 6}, {4, 1}), y = tt::zeros({4, 1});
  for (const char* engine : {"graph", "eager"}) {
    const keras::Sequential model({Input({1}), keras::layer<Scaled>(), Dense(1)});
    model.compile({.optimizer = "sgd", .loss = "mse", .engine = engine});
    const auto history = model.fit(x, y, {.batch_size = 2, .epochs = 2, .verbose = 0, .shuffle = false});
    EXPECT_EQ(history["average"], (std::vector<double>{3, 3})) << engine;
    EXPECT_EQ(history["largest"], (std::vector<double>{4, 4})) << engine;
    EXPECT_EQ(model.evaluate(x, y, {.verbose = 0})["largest"], 6);
  }
}

TEST(KerasMetrics, BadInput) {
  const auto message = [](const auto& f) { return error_of<tt::ArgumentError>(f); };
  const Tensor y = tt::zeros({3, 2}), p = tt::ones({3, 2});
  EXPECT_THAT(message([] { keras::Metric("acuracy"); }),
              HasSubstr("there is no metric of this name: 'acuracy'. Did you mean accuracy"));
  EXPECT_THAT(message([] { metrics::AUC({.curve = "RO"}); }), HasSubstr("Did you mean ROC"));
  EXPECT_THAT(message([] { metrics::AUC({.num_thresholds = 1}); }), HasSubstr("num_thresholds is below 2: 1"));
  EXPECT_THAT(message([] { metrics::AUC({.num_labels = 3}); }), HasSubstr("without multi_label"));
  EXPECT_THAT(message([] { metrics::Precision({.thresholds = 1.5}); }), HasSubstr("[Precision] threshold"));
  EXPECT_THAT(message([] { metrics::SensitivityAtSpecificity(2); }), HasSubstr("specificity"));
  EXPECT_THAT(message([] { metrics::F1Score({.average = "mean"}); }), HasSubstr("[F1Score] there is no such average"));
  EXPECT_THAT(message([] { metrics::IoU(2, {2}); }), HasSubstr("a target class is none of the classes"));
  EXPECT_THAT(message([] { metrics::TopKCategoricalAccuracy({.k = 0}); }), HasSubstr("k is below 1"));
  EXPECT_THAT(message([&] { metrics::F1Score().update_state(tt::zeros({3}), tt::ones({3})); }),
              HasSubstr("(n, classes)"));
  EXPECT_THAT(message([&] { metrics::Recall({.class_id = 0}).update_state(tt::zeros({3}), tt::ones({3})); }),
              HasSubstr("no axis of classes"));
  keras::Metric failed("mse");
  EXPECT_THROW(failed.update_state(y, p, tt::ones({7})), tt::ArgumentError);
  EXPECT_EQ(failed.result(), 0);
}
