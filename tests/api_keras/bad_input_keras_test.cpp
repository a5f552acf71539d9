// The obvious wrong arguments of the Keras API that keras_errors_test does not have.
#include <cmath>
#include <limits>

#include "bad_input.h"
#include "files.h"
#include "triptych/keras.h"

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace triptych::keras::layers;
using tt::Tensor;

namespace {

class BadInputKeras : public testing::Test {
 protected:
  static keras::Sequential compiled() {
    keras::Sequential model({Input({4}), Dense(2)});
    model.compile({.optimizer = "sgd", .loss = "mse"});
    return model;
  }
  const Tensor none{}, x = tt::zeros({8, 4}), y = tt::zeros({8, 2});
};

TEST_F(BadInputKeras, Bricks) {
  EXPECT_BAD("[shape]", Input({tt::unknown, -3}));
  EXPECT_BAD("[shape]", Input({1, 1, 1, 1, 1, 1, 1, 1}));
  EXPECT_BAD("[Input]", Input({4}, {.batch_size = -2}));
  EXPECT_BAD("[Dense] units is below 1: 0", Dense(0));
  EXPECT_BAD("[Conv2D]", Conv2D(0, 3));
  EXPECT_BAD("[Conv2D]", Conv2D(2, 0));
  EXPECT_BAD("[Conv2D]", Conv2D(2, 3, {.strides = 0}));
  EXPECT_BAD("[Conv2D]", Conv2D(2, 3, {.dilation_rate = 0}));
  EXPECT_BAD("[Conv2D]", Conv2D(2, 3, {.groups = 0}));
  EXPECT_BAD("[Conv2D] there is no such data_format", Conv2D(2, 3, {.data_format = "nchw"}));
  EXPECT_BAD("[padding]", Conv2D(2, 3, {.padding = "full"}));
  EXPECT_BAD("[MaxPooling2D]", MaxPooling2D(0));
  EXPECT_BAD("[AveragePooling2D]", AveragePooling2D(-1));
  EXPECT_BAD("[AveragePooling2D]", AveragePooling2D(2, {.data_format = "x"}));
  EXPECT_BAD("[GlobalAveragePooling2D]", GlobalAveragePooling2D({.data_format = "x"}));
  EXPECT_BAD("[Dropout]", Dropout(1.5));
  EXPECT_BAD("[Dropout]", Dropout(-0.1));
  EXPECT_BAD("[Embedding]", Embedding(0, 3));
  EXPECT_BAD("[Embedding]", Embedding(3, 0));
  EXPECT_BAD("[activation]", Activation("rellu"));
  EXPECT_BAD("[Lambda]", Lambda(nullptr));
  EXPECT_BAD("[SGD]", keras::optimizers::SGD({.momentum = 2}));
  EXPECT_BAD("[activation]", Dense(2, "rellu"));
  EXPECT_BAD("[Dropout] seed is below -1", Dropout(0.5, {.seed = -2}));
  EXPECT_BAD("[LayerNormalization] no axis is given", LayerNormalization({.axis = tt::Axes()}));
  EXPECT_BAD("[Reshape] two dimensions of the target are left open", Reshape({-1, 2, -1}));
}

// NaN passes none of the checks, nor does an infinity.
TEST_F(BadInputKeras, Hyperparameters) {
  namespace o = keras::optimizers;
  for (const double bad : {-1.0, std::nan(""), static_cast<double>(INFINITY)}) {
    EXPECT_BAD("[SGD] learning_rate is negative or not finite", o::SGD(bad));
    EXPECT_BAD("[SGD] momentum is outside of [0, 1]", o::SGD({.momentum = bad}));
    EXPECT_BAD("[SGD] weight_decay is negative or not finite", o::SGD({.weight_decay = bad}));
    EXPECT_BAD("[Adam] learning_rate is negative or not finite", o::Adam(bad));
    EXPECT_BAD("[Adam] beta_1 is outside of [0, 1)", o::Adam({.beta_1 = bad}));
    EXPECT_BAD("[Adam] beta_2 is outside of [0, 1)", o::Adam({.beta_2 = bad}));
    EXPECT_BAD("[Adam] epsilon is negative or not finite", o::Adam({.epsilon = bad}));
    EXPECT_BAD("[AdamW] weight_decay is negative or not finite", o::AdamW({.weight_decay = bad}));
    EXPECT_BAD("[AdamW] beta_2 is outside of [0, 1)", o::AdamW({.beta_2 = bad}));
    EXPECT_BAD("[sgd] learning_rate is negative or not finite", keras::Optimizer("sgd").set_learning_rate(bad));
    EXPECT_BAD("[LeakyReLU] negative_slope is negative or not finite", LeakyReLU(bad));
    EXPECT_BAD("[Dropout] rate is outside of [0, 1]", Dropout(bad));
    EXPECT_BAD("[BatchNormalization] epsilon is negative or not finite", BatchNormalization({.epsilon = bad}));
    EXPECT_BAD("[LayerNormalization] epsilon is negative or not finite", LayerNormalization({.epsilon = bad}));
  }
  EXPECT_BAD("[BinaryAccuracy] threshold is not finite", keras::metrics::BinaryAccuracy({.threshold = std::nan("")}));
  EXPECT_BAD("[Adam] beta_1 is outside of [0, 1): 1", o::Adam({.beta_1 = 1}));
  EXPECT_BAD("[BatchNormalization] momentum is not finite", BatchNormalization({.momentum = std::nan("")}));
}

TEST_F(BadInputKeras, NullPointers) {
  EXPECT_BAD("[loss] there is no loss", keras::Loss(std::shared_ptr<keras::LossBase>()));
  EXPECT_BAD("[metric] there is no metric", keras::Metric(std::shared_ptr<keras::MetricBase>()));
  EXPECT_BAD("[optimizer] there is no optimizer", keras::Optimizer(std::shared_ptr<keras::OptimizerBase>()));
  EXPECT_BAD("[callback] there is no callback", keras::Callback(std::shared_ptr<keras::CallbackBase>()));
  EXPECT_BAD("[Layer] there is no layer", keras::Layer(std::shared_ptr<keras::LayerBase>()));
}

TEST_F(BadInputKeras, OptionsOfCallbacks) {
  EXPECT_BAD("[EarlyStopping] patience is negative", keras::callbacks::EarlyStopping({.patience = -1}));
  EXPECT_BAD("[EarlyStopping] start_from_epoch is negative", keras::callbacks::EarlyStopping({.start_from_epoch = -1}));
  EXPECT_BAD("[EarlyStopping] min_delta is not a number", keras::callbacks::EarlyStopping({.min_delta = std::nan("")}));
  EXPECT_BAD("[EarlyStopping] there is no such mode", keras::callbacks::EarlyStopping({.mode = "best"}));
  EXPECT_BAD("[ModelCheckpoint] there is no such mode", keras::callbacks::ModelCheckpoint("x", {.mode = "best"}));
}

TEST_F(BadInputKeras, Shapes) {
  const Tensor row = Input({4}), image = Input({5, 5, 3});
  EXPECT_BAD("[Conv2D] the input does not have four axes", Conv2D(2, 3)(row));
  EXPECT_BAD("[Conv2D]", Conv2D(2, 3, {.groups = 2})(image));
  EXPECT_BAD("[conv2d]", Conv2D(2, 7)(image));
  EXPECT_BAD("[MaxPooling2D] the input does not have four axes", MaxPooling2D(2)(row));
  EXPECT_BAD("[max_pool2d]", MaxPooling2D(7)(image));
  EXPECT_BAD("[GlobalAveragePooling2D]", GlobalAveragePooling2D()(row));
  EXPECT_BAD("[Reshape]", Reshape({3})(row));
  EXPECT_BAD("[Reshape]", Reshape({0, -1})(row));
  EXPECT_BAD("[Reshape]", Reshape({5, -1})(row));
  EXPECT_BAD("[Reshape] an example's shape is not known", Reshape({-1})(Input({tt::unknown, 3})));
  EXPECT_BAD("[BatchNormalization]", BatchNormalization({.axis = 7})(row));
  EXPECT_BAD("[LayerNormalization]", LayerNormalization({.axis = -7})(row));
  const keras::Layer last_two = LayerNormalization({.axis = {2, 3}});
  last_two(tt::ones({2, 3, 4, 5}));
  EXPECT_BAD("[LayerNormalization] an axis to normalize is out of range: axis 3", last_two(tt::ones({2, 1})));
  keras::Initializer initializer("zeros");
  const keras::Initializer taken = std::move(initializer);
  EXPECT_EQ(taken({2}, tt::float32).numel(), 2);
  EXPECT_BAD("[initializer] there is no function", initializer({2}, tt::float32));
  EXPECT_BAD("[initializer] there is no function", Dense(2, {.kernel_initializer = initializer})(row));
  EXPECT_BAD("[LayerNormalization] the axis of the batch", LayerNormalization({.axis = {0, 1}})(row));
  EXPECT_BAD("[LayerNormalization] an axis is given twice", LayerNormalization({.axis = {1, -1}})(row));
  EXPECT_BAD("[LayerNormalization] a normalized axis is not known",
             LayerNormalization({.axis = {1, 2}})(Input({tt::unknown, 3})));
  EXPECT_BAD("[Add]", Add()(row));
  EXPECT_BAD("[add] shapes do not broadcast", Add()({row, Input({3})}));
  EXPECT_BAD("[concat]", Concatenate({.axis = 1})({image, Input({4, 4, 3})}));
  EXPECT_BAD("[concat]", Concatenate({.axis = 9})({row, row}));
  EXPECT_BAD("[softmax]", Softmax({.axis = 4})(row));
  EXPECT_BAD("[Dense]", Dense(2)({row, row}));
  EXPECT_BAD("[Dense]", Dense(2)(none));
  const keras::Layer dense = Dense(2);
  dense(row);
  EXPECT_BAD("[linear]", dense(Input({5})));
  EXPECT_BAD("[set_weights]", dense.set_weights({tt::zeros({4, 2})}));
  EXPECT_BAD("[set_weights]", dense.set_weights({tt::zeros({4, 2}), tt::zeros({3})}));
  EXPECT_BAD("[set_weights]", dense.set_weights({tt::zeros({4, 2}), none}));
}

TEST_F(BadInputKeras, Models) {
  const Tensor a = Input({4}), b = Input({4});
  EXPECT_BAD("[Model] a model lacks inputs or outputs", keras::Model({}, a));
  EXPECT_BAD("[Model] a model lacks inputs or outputs", keras::Model(a, {}));
  EXPECT_BAD("[Model] an output depends on an Input", keras::Model(a, Add()({a, b})));
  EXPECT_BAD("[Model] one of the inputs does not come from Input", keras::Model(tt::zeros({2}), a));
  EXPECT_BAD("[Model]", keras::Model(a, none));
  EXPECT_BAD("[Sequential]", keras::Sequential({Dense(2, {.name = "d"}), Dense(2, {.name = "d"})}));
  EXPECT_BAD("[Sequential] Input does not stand first, or stands twice", keras::Sequential({Dense(2), Input({4})}));
  EXPECT_BAD("[get_layer]", compiled().get_layer("conv"));
  EXPECT_BAD("[get_layer]", compiled().get_layer(7));
  EXPECT_BAD("[compile]", compiled().compile({.engine = "fast"}));
  EXPECT_BAD("[compile]", compiled().compile({.numerics = "quick"}));
  EXPECT_BAD("[optimizer] there is no optimizer of this name", compiled().compile({.optimizer = "adamm"}));
  EXPECT_BAD("[loss] there is no loss of this name", compiled().compile({.loss = "mean"}));
  EXPECT_BAD("[metric] there is no metric of this name", compiled().compile({.metrics = {"exact"}}));
}

TEST_F(BadInputKeras, Data) {
  const auto model = compiled();
  EXPECT_BAD("[fit] x holds no array", model.fit({}, y));
  EXPECT_BAD("[fit]", model.fit(x, {}, {.verbose = 0}));
  EXPECT_BAD("[fit]", model.fit(none, y, {.verbose = 0}));
  EXPECT_BAD("[fit]", model.fit(x, none, {.verbose = 0}));
  EXPECT_BAD("[fit]", model.fit(tt::zeros({0, 4}), tt::zeros({0, 2}), {.verbose = 0}));
  EXPECT_BAD("[fit]", model.fit(tt::zeros({8, 5}), y, {.verbose = 0}));
  EXPECT_BAD("[fit]", model.fit({x, x}, y, {.verbose = 0}));
  EXPECT_BAD("[fit]", model.fit(x, {y, y}, {.verbose = 0}));
  EXPECT_BAD("[fit]", model.fit(x, tt::zeros({7, 2}), {.verbose = 0}));
  // A loss that does not fit is reported where it was chosen.
  EXPECT_THROW(model.fit(x, tt::zeros({8, 3}), {.verbose = 0}), tt::ArgumentError);
  EXPECT_BAD("[fit]", model.fit(x, y, {.batch_size = 0}));
  EXPECT_BAD("[fit]", model.fit(x, y, {.verbose = 3}));
  EXPECT_BAD("[fit]", model.fit(x, y, {.verbose = 0, .validation_split = 1}));
  EXPECT_BAD("[fit]", model.fit(x, y, {.verbose = 0, .validation_data = {x, tt::zeros({7, 2})}}));
  EXPECT_BAD("[fit]", model.fit(x, y, {.verbose = 0, .sample_weight = tt::ones({7})}));
  EXPECT_BAD("[fit] epochs is negative: -1", model.fit(x, y, {.epochs = -1, .verbose = 0}));
  EXPECT_BAD("[fit] initial_epoch is negative: -1", model.fit(x, y, {.verbose = 0, .initial_epoch = -1}));
  EXPECT_BAD("[fit] steps_per_epoch is negative: -2", model.fit(x, y, {.verbose = 0, .steps_per_epoch = -2}));
  EXPECT_BAD("[fit] validation_batch_size is negative", model.fit(x, y, {.verbose = 0, .validation_batch_size = -1}));
  EXPECT_BAD("[fit] validation_steps is negative: -1", model.fit(x, y, {.verbose = 0, .validation_steps = -1}));
  EXPECT_BAD("[fit] class_weight has a class twice: 1", model.fit(x, y, {.class_weight = {{1, 2.0}, {1, 3.0}}}));
  EXPECT_BAD("[fit] class_weight is given, and an example does not have one class: targets of shape (8, 0).",
             model.fit(x, tt::zeros({8, 0}), {.verbose = 0, .class_weight = {{0, 2.0}}}));
  keras::Sequential open({Dense(2)});
  open.compile({.loss = "mse"});
  EXPECT_BAD("[Sequential] the layer takes one input, and got another number", open.fit({x, x}, y, {.verbose = 0}));
  EXPECT_BAD("[fit] validation_freq is below 1: 0", model.fit(x, y, {.verbose = 0, .validation_freq = 0}));
  EXPECT_BAD("[fit] seed is below -1: -2", model.fit(x, y, {.verbose = 0, .seed = -2}));
  EXPECT_BAD("[evaluate] verbose is not 0, 1 or 2: 7", model.evaluate(x, y, {.verbose = 7}));
  EXPECT_BAD("[evaluate] batch_size is below 1: 0", model.evaluate(x, y, {.batch_size = 0}));
  EXPECT_BAD("[evaluate] steps is negative: -1", model.evaluate(x, y, {.steps = -1}));
  EXPECT_BAD("[predict] steps is negative: -1", model.predict(x, {.steps = -1}));
  EXPECT_BAD("[predict] verbose is not 0, 1 or 2: -1", model.predict(x, {.verbose = -1}));
  EXPECT_BAD("[predict] batch_size is below 1: -3", model.predict(x, {.batch_size = -3}));
  EXPECT_BAD("[train_on_batch] the arrays hold different numbers", model.train_on_batch(x, tt::zeros({7, 2})));
  EXPECT_BAD("[test_on_batch] the arrays hold different numbers", model.test_on_batch(x, y, tt::ones({1})));
  const tt::data::DataLoader loader(tt::data::TensorDataset(x, y), {.batch_size = 4});
  EXPECT_BAD("[fit] batch_size is given with a DataLoader", model.fit(loader, {.batch_size = 4}));
  EXPECT_BAD("[fit] sample_weight is given with a DataLoader", model.fit(loader, {.sample_weight = tt::ones({8})}));
  EXPECT_BAD("[fit] seed is given with a DataLoader", model.fit(loader, {.seed = 1}));
  EXPECT_BAD("[fit] validation_split is given with a DataLoader", model.fit(loader, {.validation_split = 0.5}));
  EXPECT_BAD("[evaluate] batch_size is given with a DataLoader", model.evaluate(loader, {.batch_size = 4}));
  EXPECT_BAD("[evaluate] sample_weight is given with a DataLoader",
             model.evaluate(loader, {.sample_weight = tt::ones({8})}));
  EXPECT_BAD("[predict] batch_size is given with a DataLoader", model.predict(loader, {.batch_size = 4}));
  EXPECT_BAD("[fit] validation_batch_size is given with a DataLoader",
             model.fit(x, y, {.validation_data = loader, .validation_batch_size = 4}));
  EXPECT_BAD("[evaluate]", model.evaluate(tt::zeros({8, 5}), y, {.verbose = 0}));
  EXPECT_BAD("[predict]", model.predict(tt::zeros({8, 5}), {.verbose = 0}));
  EXPECT_BAD("[predict]", model.predict({}, {.verbose = 0}));
  EXPECT_BAD("[train_on_batch]", model.train_on_batch(tt::zeros({8, 5}), y));
  EXPECT_BAD("[train_on_batch] there are no examples", model.train_on_batch(tt::zeros({0, 4}), tt::zeros({0, 2})));
  EXPECT_BAD("[train_on_batch]", model.train_on_batch({}, y));
  EXPECT_BAD("[train_on_batch]", model.train_on_batch(Input({4}), y));
  EXPECT_BAD("[train_on_batch]", model.train_on_batch(x, Input({2})));
  EXPECT_BAD("[predict_on_batch]", model.predict_on_batch(Input({4})));
  EXPECT_BAD("[test_on_batch]", model.test_on_batch(x, {}));
  EXPECT_BAD("[predict_on_batch]", model.predict_on_batch(none));
}

TEST_F(BadInputKeras, LabelsThatAreNoClass) {
  for (const char* engine : {"graph", "eager"}) {
    const auto model = compiled();
    model.compile({.optimizer = "sgd", .loss = "sparse_categorical_crossentropy", .engine = engine});
    const auto before = model.get_weights()[0].to_vector<float>();
    for (const Tensor& labels :
         {tt::full({8}, std::numeric_limits<std::int64_t>::min(), tt::int64), tt::full({8}, 2, tt::int64),
          tt::full({8}, -1.0), tt::full({8}, std::nan("")), tt::full({8}, 1e30), tt::full({8, 1}, std::nan(""))}) {
      EXPECT_THROW(model.fit(x, labels, {.verbose = 0}), tt::ArgumentError) << engine << labels;
      EXPECT_THROW(model.evaluate(x, labels, {.verbose = 0}), tt::ArgumentError) << engine << labels;
    }
    EXPECT_EQ(model.get_weights()[0].to_vector<float>(), before);
    EXPECT_EQ(model.optimizer().iterations(), 0);
  }
}

TEST_F(BadInputKeras, Files) {
  const TemporaryFolder folder;
  const auto model = compiled();
  EXPECT_BAD("[save]", model.save("/nowhere/model"));
  const keras::Sequential unbuilt({Dense(2)});
  for (const char* name : {"model.keras", "model"})
    EXPECT_BAD("[save] the model is not built: model 'sequential", unbuilt.save(folder / name));
  for (const char* name : {"model.weights.h5", "model"})
    EXPECT_BAD("[save_weights] the model is not built: model 'sequential", unbuilt.save_weights(folder / name));
  EXPECT_BAD("[save]", model.save_weights("/nowhere/weights"));
  EXPECT_BAD("[load_weights]", model.load_weights("/nowhere/weights"));
  tt::save({{"other", x}}, folder / "other");
  EXPECT_BAD("[load_weights] the file lacks a weight", model.load_weights(folder / "other"));
}

TEST_F(BadInputKeras, SizesOfMetrics) {
  using namespace keras::metrics;
  const std::int64_t huge = std::int64_t{1} << 45;
  EXPECT_UNSUPPORTED("[memory] out of memory on cpu", AUC({.num_thresholds = huge}));
  EXPECT_UNSUPPORTED("[memory] out of memory on cpu", SensitivityAtSpecificity(0.5, {.num_thresholds = huge}));
  EXPECT_UNSUPPORTED("[memory] out of memory on cpu", SpecificityAtSensitivity(0.5, {.num_thresholds = huge}));
  EXPECT_UNSUPPORTED("[memory] out of memory on cpu", PrecisionAtRecall(0.5, {.num_thresholds = huge}));
  EXPECT_UNSUPPORTED("[memory] out of memory on cpu", RecallAtPrecision(0.5, {.num_thresholds = huge}));
  tt::set_memory_limit(tt::statistics().bytes_in_use + (1 << 20));
  EXPECT_UNSUPPORTED("[", IoU(20000, {0}));
  EXPECT_UNSUPPORTED("[", MeanIoU(20000));
  EXPECT_UNSUPPORTED("[", OneHotIoU(20000, {0}));
  EXPECT_UNSUPPORTED("[", OneHotMeanIoU(20000));
  tt::set_memory_limit(0);
}

TEST_F(BadInputKeras, LossesOutsideOfSteps) {
  const keras::Sequential model({Input({4}), Dense(2)});
  const int made = __LINE__ - 1;
  const auto line = [](int at) { return tt::Location(__FILE__, at); };
  const keras::StepData nothing, data{{x}, {y}, {}}, weighted{{x}, {y}, {y, y}};
  const std::vector<Tensor> one{y}, two{y, y};
  const auto loss = [&](const keras::StepData& of, const std::vector<Tensor>& predictions) {
    static_cast<void>(model.base().compute_loss(of, predictions, true));
  };
  expect_bad<tt::ArgumentError>(
      "[compute_loss] the model is not compiled", [&] { loss(nothing, one); }, line(made));
  model.compile({.optimizer = "sgd", .loss = "mse"});
  const int compiled = __LINE__ - 1;
  expect_bad<tt::ArgumentError>(
      "[compute_loss] there is not one target for each output", [&] { loss(nothing, one); }, line(compiled));
  expect_bad<tt::ArgumentError>(
      "[compute_loss] there is not one target for each output", [&] { loss(data, two); }, line(compiled));
  expect_bad<tt::ArgumentError>(
      "[compute_loss] there is neither one sample_weight", [&] { loss(weighted, one); }, line(compiled));
  loss(data, one);
  model.fit(x, y, {.verbose = 0});
  expect_bad<tt::ArgumentError>(
      "[compute_loss] there is not one prediction for each output", [&] { loss(data, two); }, line(compiled));
}

TEST_F(BadInputKeras, FoldersOfBackups) {
  const auto model = compiled();
  EXPECT_BAD(
      "[BackupAndRestore] the backup cannot be looked for",
      model.fit(x, y, {.verbose = 0, .callbacks = {keras::callbacks::BackupAndRestore(std::string(10000, 'a'))}}));
  EXPECT_BAD("[full] the dtype cannot hold the number",
             keras::optimizers::LossScaleOptimizer("sgd", {.initial_scale = 1e300}));
}

TEST_F(BadInputKeras, MovedFromFunctionsGoOn) {
  auto rate = keras::optimizers::schedules::ExponentialDecay(0.5, 1, 0.5);
  const auto other_rate = std::move(rate);
  EXPECT_EQ(rate(1), other_rate(1));
  keras::EpochSchedule epochs([](int epoch) { return epoch * 2.0; });
  const keras::EpochSchedule other_epochs = std::move(epochs);
  EXPECT_EQ(epochs(3, 0), 6);
  keras::Generator batches([] { return std::optional<keras::GeneratorBatch>(); });
  const keras::Generator other_batches = std::move(batches);
  EXPECT_FALSE(batches());
}

}  // namespace
