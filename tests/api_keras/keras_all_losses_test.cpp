// Every loss of Keras on the same data: values, reductions, weights and gradients
// (scripts/references/make_references_keras_all_losses.py).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "files.h"
#include "triptych/core/autograd.h"
#include "triptych/keras.h"

namespace tt = triptych;
namespace keras = triptych::keras;
namespace losses = triptych::keras::losses;
using testing::HasSubstr;
using tt::Tensor;

namespace {

const tt::StateDict& references() {
  static const tt::StateDict all = tt::load(TRIPTYCH_SOURCE_DIR "/tests/references/keras_all_losses.safetensors");
  return all;
}

const Tensor& given(const std::string& name) { return references().at(name); }

struct Case {
  const char* name;
  std::function<keras::Loss(const std::string& reduction)> make;
  Tensor y_true, y_pred;
};

/// A loss whose options are those that all have.
template <class Make>
auto plain(Make make) {
  return [make](const std::string& reduction) { return make({.reduction = reduction}, {}); };
}

/// `tensor` moved along by `steps` places, as np.roll does.
Tensor rolled(const Tensor& tensor, std::int64_t steps) {
  return tt::reshape(tt::roll(tt::flatten(tensor), steps, 0), tensor.shape());
}

std::vector<Case> cases() {
  const Tensor &logits = given("logits"), &near = given("near"), &p = given("probabilities"),
               &numbers = given("numbers"), &labels = given("labels"), &one_hot = given("one_hot"),
               &binary = given("binary"), &sequence = given("sequence"), &embeddings = given("embeddings");
  using Reduction = const std::string&;
  return {
      {"MeanSquaredError", plain(losses::MeanSquaredError), numbers, logits},
      {"MeanAbsoluteError", plain(losses::MeanAbsoluteError), numbers, logits},
      {"MeanAbsolutePercentageError", plain(losses::MeanAbsolutePercentageError), numbers, logits},
      {"MeanSquaredLogarithmicError", plain(losses::MeanSquaredLogarithmicError), near, p},
      {"CosineSimilarity", [](Reduction r) { return losses::CosineSimilarity({.reduction = r}); }, numbers, logits},
      {"CosineSimilarity_axis_1", [](Reduction r) { return losses::CosineSimilarity({.axis = 1, .reduction = r}); },
       sequence, rolled(sequence, 1)},
      {"LogCosh", plain(losses::LogCosh), numbers, logits},
      {"Huber", [](Reduction r) { return losses::Huber({.delta = 0.7, .reduction = r}); }, numbers, logits},
      {"BinaryCrossentropy", [](Reduction r) { return losses::BinaryCrossentropy({.reduction = r}); }, binary, near},
      {"BinaryCrossentropy_smooth",
       [](Reduction r) {
         return losses::BinaryCrossentropy({.from_logits = true, .label_smoothing = 0.2, .reduction = r});
       },
       binary, logits},
      {"BinaryCrossentropy_axis_0", [](Reduction r) { return losses::BinaryCrossentropy({.axis = 0, .reduction = r}); },
       binary, near},
      {"BinaryFocalCrossentropy", [](Reduction r) { return losses::BinaryFocalCrossentropy({.reduction = r}); }, binary,
       near},
      {"BinaryFocalCrossentropy_balanced",
       [](Reduction r) {
         return losses::BinaryFocalCrossentropy({.apply_class_balancing = true,
                                                 .alpha = 0.3,
                                                 .gamma = 1.5,
                                                 .from_logits = true,
                                                 .label_smoothing = 0.1,
                                                 .reduction = r});
       },
       binary, logits},
      {"CategoricalCrossentropy", [](Reduction r) { return losses::CategoricalCrossentropy({.reduction = r}); },
       one_hot, near},
      {"CategoricalCrossentropy_smooth",
       [](Reduction r) {
         return losses::CategoricalCrossentropy({.from_logits = true, .label_smoothing = 0.1, .reduction = r});
       },
       one_hot, logits},
      {"CategoricalFocalCrossentropy",
       [](Reduction r) { return losses::CategoricalFocalCrossentropy({.reduction = r}); }, one_hot, p},
      {"CategoricalFocalCrossentropy_logits",
       [](Reduction r) {
         return losses::CategoricalFocalCrossentropy({.alpha = 0.4, .gamma = 1, .from_logits = true, .reduction = r});
       },
       one_hot, logits},
      {"SparseCategoricalCrossentropy",
       [](Reduction r) { return losses::SparseCategoricalCrossentropy({.reduction = r}); }, labels, p},
      {"SparseCategoricalCrossentropy_ignore",
       [](Reduction r) {
         return losses::SparseCategoricalCrossentropy({.from_logits = true, .ignore_class = 1, .reduction = r});
       },
       labels, logits},
      {"KLDivergence", plain(losses::KLDivergence), one_hot * 0.9 + 0.02, p},
      {"Poisson", plain(losses::Poisson), tt::abs(numbers), near},
      {"CategoricalGeneralizedCrossEntropy",
       [](Reduction r) { return losses::CategoricalGeneralizedCrossEntropy({.q = 0.3, .reduction = r}); }, labels, p},
      {"Hinge", plain(losses::Hinge), binary, logits},
      {"Hinge_signs", plain(losses::Hinge), binary * 2 - 1, logits},
      {"SquaredHinge", plain(losses::SquaredHinge), binary, logits},
      {"CategoricalHinge", plain(losses::CategoricalHinge), one_hot, logits},
      {"Dice", [](Reduction r) { return losses::Dice({.reduction = r}); }, binary, near},
      {"Dice_axis",
       [](Reduction r) {
         return losses::Dice({.reduction = r, .axis = {1, 2}});
       },
       tt::abs(sequence), tt::abs(rolled(sequence, 2))},
      {"Tversky", [](Reduction r) { return losses::Tversky({.alpha = 0.3, .beta = 0.8, .reduction = r}); }, binary,
       near},
      {"Circle", [](Reduction r) { return losses::Circle({.reduction = r}); }, labels, embeddings},
      {"Circle_margin",
       [](Reduction r) {
         return losses::Circle({.gamma = 10, .margin = 0.2, .remove_diagonal = false, .reduction = r});
       },
       labels, embeddings},
      {"CTC", plain(losses::CTC), given("words"), sequence},
  };
}

void expect_near(const Tensor& ours, const Tensor& theirs, const std::string& what) {
  ASSERT_EQ(ours.shape(), theirs.shape()) << what;
  const auto a = ours.to_vector<double>(), b = theirs.to_vector<double>();
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-5 * (1 + std::abs(b[i]))) << what << " " << i;
}

}  // namespace

TEST(KerasAllLosses, AreAsKerass) {
  for (const Case& each : cases()) {
    const std::string name = std::string(each.name) + "/";
    const Tensor y_pred = each.y_pred.clone().set_requires_grad();
    const Tensor ys[] = {each.make("sum_over_batch_size")(each.y_true, y_pred)}, xs[] = {y_pred};
    expect_near(ys[0], given(name + "loss"), name + "loss");
    expect_near(tt::gradients(ys, xs)[0], given(name + "gradient"), name + "gradient");
    for (const char* reduction : {"none", "sum"})
      expect_near(each.make(reduction)(each.y_true, y_pred), given(name + reduction), name + reduction);
    if (!references().contains(name + "weighted")) continue;
    const Tensor weights = tt::slice(given("weights"), 0, {0, y_pred.size(0)});
    expect_near(each.make("mean")(each.y_true, y_pred, weights), given(name + "weighted"), name + "weighted");
    const char* own_mean = "mean_with_sample_weight";
    expect_near(each.make(own_mean)(each.y_true, y_pred, weights), given(name + own_mean), name + own_mean);
  }
}

TEST(KerasAllLosses, FunctionsAndNames) {
  const Tensor &y = given("numbers"), &p = given("logits"), &labels = given("labels");
  const auto none = [](const std::string& name) { return given(name + "/none"); };
  expect_near(losses::mean_squared_error(y, p), none("MeanSquaredError"), "function");
  expect_near(losses::huber(y, p, 0.7), none("Huber"), "function");
  expect_near(losses::binary_crossentropy(given("binary"), p, {.from_logits = true, .label_smoothing = 0.2}),
              none("BinaryCrossentropy_smooth"), "function");
  expect_near(losses::sparse_categorical_crossentropy(labels, p, {.from_logits = true, .ignore_class = 1}),
              none("SparseCategoricalCrossentropy_ignore"), "function");
  expect_near(losses::categorical_generalized_cross_entropy(labels, given("probabilities"), 0.3),
              none("CategoricalGeneralizedCrossEntropy"), "function");
  expect_near(losses::circle(labels, given("embeddings"),
                             {.ref_labels = tt::tensor<std::int64_t>({1, 0, 2}),
                              .ref_embeddings = tt::slice(given("embeddings"), 0, {3, 6}),
                              .remove_diagonal = false}),
              given("reference_circle"), "circle");
  for (const auto& [name, key] : std::vector<std::pair<const char*, const char*>>{
           {"mse", "MeanSquaredError"},
           {"MAE", "MeanAbsoluteError"},
           {"mape", "MeanAbsolutePercentageError"},
           {"cosine_similarity", "CosineSimilarity"},
           {"log_cosh", "LogCosh"},
           {"LogCosh", "LogCosh"},
       })
    expect_near(keras::Loss(name)(y, p), given(std::string(key) + "/loss"), name);
  expect_near(keras::Loss("kld")(given("one_hot") * 0.9 + 0.02, given("probabilities")), given("KLDivergence/loss"),
              "kld");
  expect_near(keras::Loss("crossentropy")(labels, given("probabilities")), given("SparseCategoricalCrossentropy/loss"),
              "crossentropy");
  expect_near(keras::Loss("ce")(given("one_hot"), given("near")), given("CategoricalCrossentropy/loss"), "ce");
}

// Where the batch is left open: both engines train with each of them.
TEST(KerasAllLosses, TrainInBothEngines) {
  for (const Case& each : cases()) {
    if (each.y_pred.ndim() != 2 || std::string(each.name).find("axis") != std::string::npos) continue;
    std::vector<double> first;
    for (const char* engine : {"graph", "eager"}) {
      const keras::Sequential model({keras::Input({4}), keras::layers::Dense(4, {.kernel_initializer = "identity"}),
                                     keras::layers::Activation("softmax")});
      model.compile({.optimizer = keras::optimizers::SGD(0.01),
                     .loss = each.make("sum_over_batch_size"),
                     .engine = engine,
                     .numerics = "exact"});
      const auto values =
          model.fit(each.y_pred, each.y_true, {.batch_size = 4, .epochs = 2, .verbose = 0, .shuffle = false})["loss"];
      for (const double value : values) EXPECT_TRUE(std::isfinite(value)) << each.name;
      if (first.empty()) first = values;
      EXPECT_EQ(values, first) << each.name << ": the engines differ";
    }
  }
}

TEST(KerasAllLosses, SixteenBitsAreComputedIn32) {
  const Tensor y = tt::zeros({2, 1}, tt::float16), p = tt::full({2, 1}, 300, tt::float16);
  EXPECT_EQ(keras::Loss("mse")(y, p).dtype(), tt::float32);
  EXPECT_EQ(keras::Loss("mse")(y, p).item<float>(), 90000);
  EXPECT_EQ(losses::MeanSquaredError({.dtype = tt::float64})(y, p).dtype(), tt::float64);
}

TEST(KerasAllLosses, AMaskLeavesOut) {
  const Tensor y = tt::zeros({4, 1}), p = tt::tensor<float>({1, 2, 3, 4}, {4, 1});
  const Tensor mask = tt::tensor<bool>({true, false, false, true});
  EXPECT_FLOAT_EQ(losses::MeanSquaredError().masked(y, p, {}, mask).item<float>(), 17.0F / 2);
  EXPECT_FLOAT_EQ(losses::MeanSquaredError({.reduction = "sum"}).masked(y, p, {}, mask).item<float>(), 17);
  EXPECT_FLOAT_EQ(losses::MeanSquaredError().masked(y, p, {}, tt::zeros({4}, tt::boolean)).item<float>(), 0);
  const Tensor weights = tt::tensor<float>({2, 1, 1, 0});
  EXPECT_FLOAT_EQ(losses::MeanSquaredError().masked(y, p, weights, mask).item<float>(), 1);
}

TEST(KerasAllLosses, BadInput) {
  const auto message = [](const auto& f) { return error_of<tt::ArgumentError>(f); };
  EXPECT_THAT(message([] { keras::Loss("mean_square_error"); }),
              HasSubstr("[loss] there is no loss of this name: 'mean_square_error'. Did you mean mean_squared_error?"));
  EXPECT_THAT(message([] { losses::MeanSquaredError({.reduction = "average"}); }),
              HasSubstr("there is no reduction of this name: 'average'"));
  EXPECT_THAT(message([] { losses::BinaryCrossentropy({.label_smoothing = 2}); }), HasSubstr("label_smoothing"));
  EXPECT_THAT(message([] { losses::CategoricalGeneralizedCrossEntropy({.q = 1}); }), HasSubstr("q"));
  EXPECT_THAT(message([] { losses::Huber({.delta = 0}); }), HasSubstr("[Huber] delta"));
  EXPECT_THAT(message([] {
                losses::sparse_categorical_crossentropy(tt::zeros({2, 3}, tt::int64), tt::ones({2, 3, 4}), {.axis = 1});
              }),
              HasSubstr("the axis of the classes is not the last one"));
  EXPECT_THAT(message([] { losses::ctc(tt::zeros({2}, tt::int64), tt::ones({2, 3, 4})); }), HasSubstr("(n, longest)"));
  EXPECT_THAT(message([] { losses::circle(tt::zeros({2}, tt::int64), tt::ones({2})); }), HasSubstr("two axes"));
  EXPECT_THAT(message([] { losses::MeanSquaredError({.dtype = tt::int32}); }), HasSubstr("floating-point"));
}
