// Small wrong programs, as users write them by mistake: each is an error that says at their line what is wrong.
#include <cmath>
#include <stdexcept>

#include "api_keras/keras_files.h"
#include "bad_input.h"
#include "files.h"
#include "triptych/keras.h"

namespace tt = triptych;
namespace keras = triptych::keras;
namespace ops = triptych::keras::ops;
using namespace keras::layers;

namespace {

struct Nothing : keras::LayerBase {};
struct Undefined : keras::LayerBase {
  tt::Tensor call(const tt::Tensor&, bool) override { return {}; }
};
struct LossOfVector : keras::LayerBase {
  tt::Tensor call(const tt::Tensor& x, bool) override {
    add_loss(x);
    return x;
  }
};
struct NewWeightInCall : keras::LayerBase {
  tt::Tensor call(const tt::Tensor& x, bool) override { return x * add_weight({.shape = {tt::unknown}}); }
};
struct Hidden : keras::LayerBase {
  keras::Layer* other;
  Hidden(keras::Layer* o) : other(o) {}
  tt::Tensor call(const tt::Tensor& x, bool) override { return (*other)(x); }
};
struct NotMasked : keras::LayerBase {
  tt::Tensor call(const tt::Tensor& x, bool) override { return x; }
};

class KerasWrongPrograms : public testing::Test {
 protected:
  static keras::Sequential compiled() {
    keras::Sequential model({Input({4}), Dense(2)});
    model.compile({.optimizer = "sgd", .loss = "mse"});
    return model;
  }
  const tt::Tensor x = tt::ones({8, 4}), y = tt::ones({8, 2}), none;
  const tt::Tensor in = Input({4}), seq = Input({5, 4}), img = Input({8, 8, 3});
  const tt::Tensor words = Input({5}, {.dtype = tt::int32});
  const keras::Sequential m = compiled();
};

}  // namespace

TEST_F(KerasWrongPrograms, UnknownNames) {
  EXPECT_BAD("[activation] there is no activation of this name", Dense(2, "rellu"));
  EXPECT_BAD("[initializer] there is no initializer of this name", Dense(2, {.kernel_initializer = "he_norml"}));
  EXPECT_BAD("[regularizer] there is no regularizer of this name", Dense(2, {.kernel_regularizer = "l3"}));
  EXPECT_BAD("[constraint] there is no constraint of this name", Dense(2, {.kernel_constraint = "maxnorm"}));
  EXPECT_BAD("[activation] there is no activation of this name", Activation("softmx"));
  EXPECT_BAD("[activation] there is no activation of this name", LSTM(2, {.activation = "tahn"}));
  EXPECT_BAD("[activation] there is no activation of this name", LSTM(2, {.recurrent_activation = "hard_sigmoyd"}));
  EXPECT_BAD("[padding] there is no such padding", Conv2D(2, 3, {.padding = "smae"}));
  EXPECT_BAD("[Conv2D] there is no such data_format", Conv2D(2, 3, {.data_format = "channel_last"}));
  EXPECT_BAD("[Conv1D] there is no such padding", Conv1D(2, 3, {.padding = "casual"}));
  EXPECT_BAD("[padding] there is no such padding", Conv2D(2, 3, {.padding = "causal"}));
  EXPECT_BAD("[padding] there is no such padding", MaxPooling2D(2, {.padding = "vald"}));
  EXPECT_BAD("[UpSampling2D] there is no such interpolation", UpSampling2D(2, {.interpolation = "bilinar"}));
  EXPECT_BAD("[Resizing] there is no such interpolation", Resizing(2, 2, {.interpolation = "linear"}));
  EXPECT_BAD("[RandomFlip] there is no such mode", RandomFlip("horizontl"));
  EXPECT_BAD("[RandomRotation] there is no such fill_mode", RandomRotation(0.1, {.fill_mode = "reflct"}));
  EXPECT_BAD("[Bidirectional] there is no such merge_mode", Bidirectional(LSTM(2), {.merge_mode = "cat"}));
  EXPECT_BAD("[StringLookup] there is no such output_mode", StringLookup({.output_mode = "onehot"}));
  EXPECT_BAD("[TextVectorization] there is no such standardize", TextVectorization({.standardize = "lower_strip"}));
  EXPECT_BAD("[TextVectorization] there is no such split", TextVectorization({.split = "white"}));
  EXPECT_BAD("[CategoryEncoding] there is no such output_mode", CategoryEncoding(3, {.output_mode = "multihot"}));
  EXPECT_BAD("[Attention] there is no such score_mode", Attention({.score_mode = "dott"}));
  EXPECT_BAD("[optimizer] there is no optimizer of this name", m.compile({.optimizer = "adamx", .loss = "mse"}));
  EXPECT_BAD("[loss] there is no loss of this name", m.compile({.optimizer = "sgd", .loss = "mean_square_error"}));
  EXPECT_BAD("[metric] there is no metric of this name",
             m.compile({.optimizer = "sgd", .loss = "mse", .metrics = {"acuracy"}}));
  EXPECT_BAD("[metric] there is no metric of this name",
             m.compile({.optimizer = "sgd", .loss = "mse", .weighted_metrics = {"aucc"}}));
  EXPECT_BAD("[compile] there is no such engine", m.compile({.optimizer = "sgd", .loss = "mse", .engine = "grph"}));
  EXPECT_BAD("[compile] there are no such numerics", m.compile({.optimizer = "sgd", .loss = "mse", .numerics = "fst"}));
  EXPECT_BAD("[device] no device has this name", m.compile({.optimizer = "sgd", .loss = "mse", .device = "gpu"}));
  EXPECT_BAD("[compile] steps_per_execution is below 1",
             m.compile({.optimizer = "sgd", .loss = "mse", .steps_per_execution = 0}));
  EXPECT_BAD("[dtype policy] there is no dtype policy of this name", Dense(2, {.dtype = "flaot32"}));
  EXPECT_BAD("[dtype policy] there is no dtype policy of this name",
             keras::mixed_precision::set_global_policy("mixed_bf16"));
  EXPECT_BAD("[reduction] there is no reduction of this name", keras::losses::MeanSquaredError({.reduction = "avg"}));
  EXPECT_BAD("[F1Score] there is no such average", keras::metrics::F1Score({.average = "makro"}));
  EXPECT_BAD("[VarianceScaling] there is no such mode", keras::initializers::VarianceScaling({.mode = "fan_inn"}));
  EXPECT_BAD("[VarianceScaling] there is no such distribution",
             keras::initializers::VarianceScaling({.distribution = "norml"}));
  EXPECT_BAD("[EarlyStopping] there is no such mode", keras::callbacks::EarlyStopping({.mode = "mini"}));
  EXPECT_BAD("[save_freq] there is no such frequency",
             keras::callbacks::ModelCheckpoint("x.keras", {.save_freq = "epochs"}));
  EXPECT_BAD("[FeatureSpace] there is no such kind of feature", keras::utils::FeatureSpace({{"a", "floats"}}));
  EXPECT_BAD("[register_keras_serializable] a name is empty, or has a '>'",
             keras::saving::register_keras_serializable("", [](const tt::Tensor& t) { return t; }));
  EXPECT_BAD("[from_config] there is no layer of this class", keras::layers::from_config("Densee", "{}"));
  EXPECT_BAD("[optimizer] there is no optimizer of this name", keras::optimizers::get("nadm"));
  EXPECT_BAD("[padding] there is no such padding", ops::conv(img, tt::ones({3, 3, 3, 2}), 1, "sme"));
  EXPECT_BAD("[get_layer] there is no layer of this name", m.get_layer("dens"));
  EXPECT_BAD(
      "[History] there is no metric of this name",
      m.fit(x, y, {.verbose = 0, .callbacks = {keras::callbacks::EarlyStopping({.monitor = "val_los"})}})["val_loss"]);
}

TEST_F(KerasWrongPrograms, LossesAndData) {
  for (const char* engine : {"graph", "eager"}) {
    EXPECT_BAD("[fit] there is neither one loss nor one for each output",
               m.compile({.optimizer = "sgd", .loss = {"mse", "mae"}, .engine = engine}), m.fit(x, y, {.verbose = 0}));
    EXPECT_BAD("[output] there is no output of this name",
               m.compile({.optimizer = "sgd", .loss = {{"dense_9", "mse"}}, .engine = engine}),
               m.fit(x, y, {.verbose = 0}));
    EXPECT_BAD("[fit] there is not a loss weight for each output",
               m.compile({.optimizer = "sgd", .loss = "mse", .loss_weights = {1, 2}, .engine = engine}),
               m.fit(x, y, {.verbose = 0}));
    EXPECT_BAD("[output] there is no output of this name",
               m.compile({.optimizer = "sgd", .loss = "mse", .loss_weights = {{"b", 2}}, .engine = engine}),
               m.fit(x, y, {.verbose = 0}));
    EXPECT_BAD("[output] there is no output of this name",
               m.compile({.optimizer = "sgd", .loss = "mse", .metrics = {{"b", "mae"}}, .engine = engine}),
               m.fit(x, y, {.verbose = 0}));
    EXPECT_BAD("[loss] targets and predictions have different shapes",
               m.compile({.optimizer = "sgd", .loss = "mse", .engine = engine}),
               m.fit(x, tt::ones({8, 3}), {.verbose = 0}));
    EXPECT_BAD("[loss] targets and predictions have different shapes",
               m.compile({.optimizer = "sgd", .loss = "mse", .engine = engine}),
               m.fit(x, tt::ones({8, 3, 2}), {.verbose = 0}));
    EXPECT_BAD("[loss] targets and predictions have different shapes",
               m.compile({.optimizer = "sgd", .loss = "categorical_crossentropy", .engine = engine}),
               m.fit(x, tt::ones({8}, tt::int64), {.verbose = 0}));
    EXPECT_BAD("[loss] targets are not class numbers, with an axis less than the predictions",
               m.compile({.optimizer = "sgd", .loss = "sparse_categorical_crossentropy", .engine = engine}),
               m.fit(x, tt::ones({8, 2}), {.verbose = 0}));
    EXPECT_BAD("[", m.compile({.optimizer = "sgd", .loss = "sparse_categorical_crossentropy", .engine = engine}),
               m.fit(x, tt::full({8}, 7, tt::int64), {.verbose = 0}));
    EXPECT_BAD("[loss] targets and predictions have different shapes",
               m.compile({.optimizer = "sgd", .loss = "binary_crossentropy", .engine = engine}),
               m.fit(x, tt::ones({8, 3}), {.verbose = 0}));
    EXPECT_BAD("[loss] targets and predictions have different shapes",
               m.compile({.optimizer = "sgd", .loss = "binary_crossentropy", .engine = engine}),
               m.fit(x, tt::ones({8}), {.verbose = 0}));
    EXPECT_BAD("[fit] there are no targets", m.compile({.optimizer = "sgd", .loss = "mse", .engine = engine}),
               m.fit(x, {}, {.verbose = 0}));
    EXPECT_BAD("[fit] there is no loss", m.compile({.optimizer = "sgd", .engine = engine}),
               m.fit(x, y, {.verbose = 0}));
    EXPECT_BAD("[matmul] inner dimensions differ",
               m.compile({.optimizer = "sgd",
                          .loss = [](const tt::Tensor& t, const tt::Tensor& p) { return ops::matmul(t, p); },
                          .engine = engine}),
               m.fit(x, y, {.verbose = 0}));
    EXPECT_BAD("[loss] the loss function returned an undefined tensor",
               m.compile({.optimizer = "sgd",
                          .loss = [](const tt::Tensor&, const tt::Tensor&) { return tt::Tensor(); },
                          .engine = engine}),
               m.fit(x, y, {.verbose = 0}));
    EXPECT_BAD("[fit] the loss has no gradient",
               m.compile({.optimizer = "sgd",
                          .loss = [](const tt::Tensor& t, const tt::Tensor&) { return ops::mean(t); },
                          .engine = engine}),
               m.fit(x, y, {.verbose = 0}));
    EXPECT_BAD(
        "[loss] targets are not class numbers, with an axis less than the predictions",
        m.compile({.optimizer = "sgd", .loss = "mse", .metrics = {"sparse_categorical_accuracy"}, .engine = engine}),
        m.fit(x, tt::ones({8, 2}), {.verbose = 0}));
    EXPECT_BAD("[fit] a metric that is reported is not one number",
               m.compile({.optimizer = "sgd", .loss = "mse", .metrics = {keras::metrics::F1Score()}, .engine = engine}),
               m.fit(x, y, {.verbose = 0}));
    m.compile({.optimizer = "sgd", .loss = "mse", .engine = engine});
    EXPECT_BAD("[fit] there is neither one sample_weight nor one for each output",
               m.fit(x, y, {.verbose = 0, .sample_weight = {tt::ones({8}), tt::ones({8})}}));
    EXPECT_BAD("[fit] the data do not have the shape of the model's input",
               m.fit(x, y, {.verbose = 0, .validation_data = {tt::ones({4, 5}), tt::ones({4, 2})}}));
    EXPECT_BAD("[fit] validation_split is outside of [0, 1)", m.fit(x, y, {.verbose = 0, .validation_split = -0.1}));
    EXPECT_BAD("[fit] the number of arrays is not that of the model's inputs", m.fit({x, y}, y, {.verbose = 0}));
    EXPECT_BAD("[fit] data are not concrete arrays with a first axis of examples", m.fit(in, y, {.verbose = 0}));
    EXPECT_BAD("[predict] the data do not have the shape of the model's input",
               m.predict(tt::ones({4}), {.verbose = 0}));
    EXPECT_BAD("[predict] the data do not have the shape of the model's input",
               m.predict(tt::ones({2, 2, 4}), {.verbose = 0}));
    EXPECT_BAD("[evaluate] there are no targets", m.evaluate(x, {}, {.verbose = 0}));
    EXPECT_BAD("[train_on_batch] the arrays hold different numbers of examples", m.train_on_batch(x, y, tt::ones({3})));
    EXPECT_BAD("[fit] the data hold no batch",
               m.fit(keras::Generator([] { return std::optional<keras::GeneratorBatch>(); }), {.verbose = 0}));
    EXPECT_BAD(
        "[fit] the data do not have the shape of the model's input",
        m.fit(keras::Generator([&] {
                return std::optional<keras::GeneratorBatch>(keras::GeneratorBatch{tt::ones({2, 9}), tt::ones({2, 2})});
              }),
              {.verbose = 0, .steps_per_epoch = 1}));
    EXPECT_BAD(
        "[fit] the arrays hold different numbers of examples",
        m.fit(keras::Generator([&] {
                return std::optional<keras::GeneratorBatch>(keras::GeneratorBatch{tt::ones({2, 4}), tt::ones({3, 2})});
              }),
              {.verbose = 0, .steps_per_epoch = 1}));
    EXPECT_BAD("[fit] there are no targets",
               m.fit(keras::Generator([&] {
                       return std::optional<keras::GeneratorBatch>(keras::GeneratorBatch{tt::ones({2, 4})});
                     }),
                     {.verbose = 0, .steps_per_epoch = 1}));
  }
  m.compile({.optimizer = "sgd", .loss = "mse"});
  EXPECT_BAD("[TerminateOnNaN] the loss is no finite number",
             m.fit(tt::full({8, 4}, NAN), y,
                   {.verbose = 0, .callbacks = {keras::callbacks::TerminateOnNaN({.raise_error = true})}}));
  {
    const keras::Model two(in, {Dense(2, {.name = "a"})(in), Dense(3, {.name = "b"})(in)});
    EXPECT_BAD("[output] there is no output of this name", two.compile({.loss = {{"a", "mse"}, {"c", "mse"}}}),
               two.fit(x, {y, tt::ones({8, 3})}, {.verbose = 0}));
    EXPECT_BAD("[fit] there is not one target for each output", two.compile({.loss = "mse"}),
               two.fit(x, y, {.verbose = 0}));
    EXPECT_BAD("[output] there is no output of this name", two.compile({.loss = "mse", .loss_weights = {{"d", 1}}}),
               two.fit(x, {y, tt::ones({8, 3})}, {.verbose = 0}));
    EXPECT_BAD("[output] there is no output of this name", two.compile({.loss = "mse", .metrics = {{"bb", {"mae"}}}}),
               two.fit(x, {y, tt::ones({8, 3})}, {.verbose = 0}));
    EXPECT_BAD("[fit] a model of several outputs does not have a metric for each",
               two.compile({.loss = "mse", .metrics = {"mae", "mae", "mae"}}),
               two.fit(x, {y, tt::ones({8, 3})}, {.verbose = 0}));
    EXPECT_BAD("[fit] a metric has no target", two.compile({.loss = {{"a", "mse"}}, .metrics = {{"b", "mae"}}}),
               two.fit(x, y, {.verbose = 0}));
    EXPECT_BAD("[in_order] an array is missing", two.in_order({{"a", y}}));
    EXPECT_BAD("[output] there is no output of this name", two.in_order({{"a", y}, {"A", y}}));
    EXPECT_BAD("[in_order] a name is given twice", two.in_order({{"a", y}, {"a", y}}));
    EXPECT_BAD("[in_order] an array is undefined", two.in_order({{"a", y}, {"b", none}}));
    two.compile({.loss = "mse"});
    EXPECT_BAD("[fit] class_weight is given, and there is not one target",
               two.fit(x, {y, tt::ones({8, 3})}, {.verbose = 0, .class_weight = {{0, 1.0}}}));
    EXPECT_BAD("[predict] the model has several outputs", two.predict(x, {.verbose = 0}));
    EXPECT_BAD("[fit] there is neither one sample_weight nor one for each output",
               two.fit(x, {y, tt::ones({8, 3})},
                       {.verbose = 0, .sample_weight = {tt::ones({8}), tt::ones({8}), tt::ones({8})}}));
  }
  EXPECT_BAD("[in_order] the model's inputs and outputs have no names", m.in_order({{"a", y}}));
  EXPECT_BAD("[in_order] the model's inputs and outputs have no names", m.in_order({{"dense", y}, {"dense", y}}));
  EXPECT_BAD("[in_order] no array is named", m.in_order({}));
}

TEST_F(KerasWrongPrograms, ShapesAtCall) {
  EXPECT_BAD("[Dense] the input has less than two axes", Dense(2)(tt::ones({4})));
  EXPECT_BAD("[Dense] the last axis of the input is not known", Dense(2)(Input({tt::unknown})));
  EXPECT_BAD("[Conv1D] the input does not have three axes", Conv1D(2, 3)(in));
  EXPECT_BAD("[Conv2D] the input does not have four axes", Conv2D(2, 3)(seq));
  EXPECT_BAD("[Conv3D] the input does not have five axes", Conv3D(2, 3)(img));
  EXPECT_BAD("[conv2d] the kernel is larger than the padded image", Conv2D(2, 9)(img));
  EXPECT_BAD("[Conv2D] the number of channels is not known", Conv2D(2, 3)(Input({8, 8, tt::unknown})));
  EXPECT_BAD("[Conv2DTranspose] the input does not have four axes", Conv2DTranspose(2, 3)(in));
  EXPECT_BAD("[DepthwiseConv2D] the input does not have four axes", DepthwiseConv2D(3)(in));
  EXPECT_BAD("[SeparableConv1D] the input does not have three axes", SeparableConv1D(2, 3)(img));
  EXPECT_BAD("[LSTM] the input does not have 3 axes, batch and steps first", LSTM(2)(in));
  EXPECT_BAD("[GRU] the input does not have 3 axes, batch and steps first", GRU(2)(img));
  EXPECT_BAD("[SimpleRNN] the input does not have 3 axes, batch and steps first", SimpleRNN(2)(in));
  EXPECT_BAD("[ConvLSTM2D] the input does not have 5 axes, batch and steps first", ConvLSTM2D(2, 3)(seq));
  EXPECT_BAD("[embedding] an index is out of range", Embedding(10, 2)(tt::full({2, 3}, 10, tt::int64)));
  EXPECT_BAD("[MultiHeadAttention] the inputs do not have the same axes, batch, steps and features",
             MultiHeadAttention(2, 2)({seq, img}));
  EXPECT_BAD("[MultiHeadAttention] the layer is not called on a query, a value and maybe a key",
             MultiHeadAttention(2, 2)(seq));
  EXPECT_BAD("[MultiHeadAttention] value and key differ in another axis than the last one",
             MultiHeadAttention(2, 2)({seq, Input({6, 4}), Input({7, 4})}));
  EXPECT_BAD("[matmul] inner dimensions differ", Attention()({seq, Input({6, 3})}));
  EXPECT_BAD("[Dot] the inputs differ in length along the axes", Dot(1)({in, Input({5})}));
  EXPECT_BAD("[Dot] the axis is out of range", Dot(7)({in, in}));
  EXPECT_BAD("[Subtract] the layer takes two inputs, and got another number", Subtract()({in, in, in}));
  EXPECT_BAD("[concat] the inputs differ in the number of dimensions", Concatenate()({in, seq}));
  EXPECT_BAD("[Permute] an axis is missing in dims, or given twice", Permute({1, 3})(seq));
  EXPECT_BAD("[RepeatVector] the input does not have two axes", RepeatVector(2)(seq));
  EXPECT_BAD("[Cropping2D] cropping leaves nothing of an axis", Cropping2D(5)(img));
  EXPECT_BAD("[ZeroPadding2D] a border is negative", ZeroPadding2D(-1)(img));
  EXPECT_BAD("[UpSampling2D] size is below 1", UpSampling2D(0));
  EXPECT_BAD("[GroupNormalization] groups does not divide the channels", GroupNormalization({.groups = 2})(img));
  EXPECT_BAD("[TimeDistributed] the input has less than three axes", TimeDistributed(Dense(2))(in));
  EXPECT_BAD("[Bidirectional] a layer is not recurrent", Bidirectional(Dense(2)));
  EXPECT_BAD("[RNN] the input does not have three axes, batch and steps first", RNN({LSTMCell(2), LSTMCell(3)})(in));
  EXPECT_BAD("[LSTM] a layer is called on symbolic tensors and concrete ones at once",
             LSTM(2)(seq, {.initial_state = tt::ones({1, 2})}));
  EXPECT_BAD("[LSTM] a layer is called on symbolic tensors and concrete ones at once",
             LSTM(2)(seq, {.initial_state = {tt::ones({1, 3}), tt::ones({1, 3})}}));
  EXPECT_BAD("[EinsumDense] an axis of the result is neither the input's nor the kernel's",
             EinsumDense("ab,bc->ad", {3})(in));
  EXPECT_BAD("[EinsumDense] the equation is malformed", EinsumDense("abbc", {3})(in));
  EXPECT_BAD("[CenterCrop] the input is neither an image nor a batch of images", CenterCrop(9, 9)(in));
  EXPECT_BAD("[Normalization] the axis is out of range", Normalization({.axis = 5})(in));
  EXPECT_BAD("[Discretization] neither bin_boundaries nor num_bins are given", Discretization({}));
  EXPECT_BAD("[IntegerLookup] a token is in the vocabulary twice", IntegerLookup({.vocabulary = {1, 1}}));
  EXPECT_BAD("[StringLookup] a token is in the vocabulary twice", StringLookup({.vocabulary = {"a", "a"}}));
  EXPECT_BAD("[StringLookup] the layer has no vocabulary yet", StringLookup()({"a"}));
  EXPECT_BAD("[Hashing] num_bins is below 1", Hashing(0));
  EXPECT_BAD("[reshape] the sizes do not fit", Lambda([](const tt::Tensor& t) {
               return ops::reshape(t, {3, 3});
             })(tt::ones({2, 2})));
  EXPECT_BAD("[Nothing] the layer has no function", keras::layer<Nothing>()(x));
  EXPECT_BAD("[Undefined] the layer's function returned an undefined tensor", keras::layer<Undefined>()(x));
  EXPECT_BAD("[LossOfVector] a loss that is added is not one number", keras::layer<LossOfVector>()(x));
  EXPECT_BAD("[NewWeightInCall] a weight's shape is not known", keras::layer<NewWeightInCall>()(x));
  {
    keras::Layer d = Dense(2);
    EXPECT_BAD("[Hidden] a layer with weights is called, and is not a part of the layer that calls it",
               keras::layer<Hidden>(&d)(x));
  }
  EXPECT_BAD("[Functional] the number of tensors is not that of the model's inputs", keras::Model(in, in * 2)({x, x}));
  EXPECT_BAD("[Resizing] there is no such interpolation", Resizing(2, 2, {.interpolation = "linear"})(img));
  EXPECT_BAD("[one_hot] num_classes is below 1", ops::one_hot(tt::ones({2}), 0));
  EXPECT_BAD("[unstack] there are not as many parts as asked for", ops::unstack(tt::ones({3, 2}), 2));
  EXPECT_BAD("[reshape] the sizes do not fit", ops::reshape(tt::ones({6}), {4, -1}));
  EXPECT_BAD("[cond]", ops::cond(
                           in, [] { return tt::ones({1}); }, [] { return tt::ones({1}); }));
}

TEST_F(KerasWrongPrograms, Masks) {
  EXPECT_BAD("[Dense] the layer does not take an argument that it is called with",
             Dense(2)(seq, {.mask = Input({5}, {.dtype = tt::boolean})}));
  EXPECT_BAD("[Conv1D] the layer does not take an argument that it is called with",
             Conv1D(2, 2)(seq, {.mask = Input({5}, {.dtype = tt::boolean})}));
  EXPECT_BAD("[NotMasked] the layer does not take an argument that it is called with",
             keras::layer<NotMasked>()(seq, {.mask = Input({5}, {.dtype = tt::boolean})}));
  EXPECT_BAD("[LSTM] the mask is not a bool for each step, (batch, steps)",
             LSTM(2)(seq, {.mask = Input({6}, {.dtype = tt::boolean})}));
  EXPECT_BAD("[LSTM] the mask is not a bool for each step, (batch, steps)", LSTM(2)(seq, {.mask = Input({5})}));
  EXPECT_BAD("[LSTM] the mask is not a bool for each step, (batch, steps)",
             LSTM(2)(tt::ones({2, 5, 4}), {.mask = tt::ones({2, 3}, tt::boolean)}));
  EXPECT_BAD("[Flatten] the layer does not take an argument that it is called with",
             Flatten()(Embedding(5, 2, {.mask_zero = true})(words), {.mask = Input({5}, {.dtype = tt::boolean})}));
  EXPECT_BAD(
      "[Attention] the mask of the query is not a bool for each step",
      Attention()({seq, seq}, {.mask = {Input({9}, {.dtype = tt::boolean}), Input({5}, {.dtype = tt::boolean})}}));
  EXPECT_BAD("[attention] the mask does not broadcast to the scores",
             MultiHeadAttention(2, 2)({seq, seq}, {.attention_mask = Input({3, 3}, {.dtype = tt::boolean})}));
  EXPECT_BAD("[Dense] the layer does not take an argument that it is called with", Dense(2)(x, {.initial_state = x}));
  EXPECT_BAD("[Dense] the layer does not take an argument that it is called with",
             Dense(2)(x, {.use_causal_mask = true}));
  EXPECT_BAD("[Dense] the layer does not take an argument that it is called with",
             Dense(2)(x, {.return_attention_scores = true}));
  EXPECT_BAD("[Softmax] the mask does not broadcast to the input",
             Softmax()(x, {.mask = tt::ones({8, 3}, tt::boolean)}));
}

TEST_F(KerasWrongPrograms, Files) {
  if (!has_keras_files()) GTEST_SKIP() << "built without HDF5 and libzip";
  const TemporaryFolder folder;
  {
    const keras::Sequential u({Dense(2)});
    EXPECT_BAD("[save] the model is not built", u.save(folder / "u.keras"));
    EXPECT_BAD("[save_weights] the model is not built", u.save_weights(folder / "u.weights.h5"));
    EXPECT_BAD("[export_] what goes into the model is not known yet", u.export_(folder / "u.tt"));
    ;
    EXPECT_BAD("[load_weights] the file cannot be opened", u.load_weights(folder / "none.weights.h5"));
    EXPECT_BAD("[predict] x holds no array", u.predict({}));
  }
  EXPECT_BAD("[save] the path is empty", m.save(""));
  EXPECT_BAD("[save] the file cannot be written", m.save("/proc/x.keras"));
  EXPECT_BAD("[save] the path is empty", m.save_weights(""));
  EXPECT_BAD("[load_model] the path is empty", keras::models::load_model(""));
  EXPECT_BAD("[load_model] the file cannot be opened", keras::models::load_model(folder / "none.keras"));
  EXPECT_BAD("[load_model] this is not a regular file", keras::models::load_model(folder.path().string()));
  write_file(folder / "text.keras", "hello");
  EXPECT_BAD("[load_model] not a valid archive", keras::models::load_model(folder / "text.keras"));
  m.save_weights(folder / "w.weights.h5");
  EXPECT_BAD("[load_model] not a valid archive", keras::models::load_model(folder / "w.weights.h5"));
  m.save(folder / "w.safetensors");
  EXPECT_BAD("[load_model] not a valid archive", keras::models::load_model(folder / "w.safetensors"));
  EXPECT_BAD("[model_from_json] not a valid config", keras::models::model_from_json("{"));
  EXPECT_BAD("[model_from_json] a file does not describe a layer", keras::models::model_from_json("[]"));
  EXPECT_BAD("[model_from_json] a file does not describe a layer", keras::models::model_from_json("{}"));
  EXPECT_BAD("[model_from_json] this is no model",
             keras::models::model_from_json(R"({"class_name": "Dense", "config": {"units": 2}})"));
  EXPECT_BAD(
      "[Dense] a config does not describe this class",
      keras::models::model_from_json(
          R"({"class_name": "Sequential", "config": {"layers": [{"class_name": "Dense", "config": {"unit": 2}}]}})"));
  EXPECT_BAD(
      "[activation] there is no activation of this name",
      keras::models::model_from_json(
          R"({"class_name": "Sequential", "config": {"layers": [{"class_name": "Dense", "config": {"units": 2, "activation": "rel"}}]}})"));
  EXPECT_BAD("[model_from_json] a part of the config is not a list",
             keras::models::model_from_json(R"({"class_name": "Sequential", "config": {"layers": 3}})"));
  EXPECT_BAD(
      "[Conv2D] a config does not describe this class",
      keras::models::model_from_json(
          R"({"class_name": "Sequential", "config": {"layers": [{"class_name": "Conv2D", "config": {"filters": 2, "kernel_size": [3, 3, 3]}}]}})"));
  EXPECT_BAD(
      "[Conv2D] a config does not describe this class",
      keras::models::model_from_json(
          R"({"class_name": "Sequential", "config": {"layers": [{"class_name": "Conv2D", "config": {"filters": "2", "kernel_size": [3, 3]}}]}})"));
  EXPECT_BAD(
      "[model_from_json] a tensor of the config comes from nowhere",
      keras::models::model_from_json(
          R"({"class_name": "Functional", "config": {"name": "f", "layers": [{"class_name": "InputLayer", "name": "a", "config": {"batch_shape": [null, 3], "name": "a"}, "inbound_nodes": []}], "input_layers": ["b", 0, 0], "output_layers": ["a", 0, 0]}})"));
  EXPECT_BAD(
      "[model_from_json] an InputLayer has no shape",
      keras::models::model_from_json(
          R"({"class_name": "Functional", "config": {"name": "f", "layers": [{"class_name": "InputLayer", "name": "a", "config": {"batch_shape": [null, -3], "name": "a"}, "inbound_nodes": []}], "input_layers": ["a", 0, 0], "output_layers": ["a", 0, 0]}})"));
  EXPECT_UNSUPPORTED(
      "[save] a function cannot be written to a file",
      keras::Sequential({Input({2}), Lambda([](const tt::Tensor& t) { return t; })}).save(folder / "l.keras"));
  EXPECT_BAD("[save] the file cannot be written", m.export_("/nowhere/x.tt"));
  EXPECT_UNSUPPORTED("[plot_model] there is no such kind of picture", keras::utils::plot_model(m, folder / "x.bmp"));
  EXPECT_BAD("[plot_model] the model is not built",
             keras::utils::plot_model(keras::Sequential({Dense(2)}), folder / "x.svg"));
}

TEST_F(KerasWrongPrograms, Readers) {
  const TemporaryFolder folder;
  write_file(folder / "text.keras", "hello");
  EXPECT_BAD("[mnist] the data set is not there", keras::datasets::mnist::load_data(folder.path().string()));
  EXPECT_BAD("[cifar10] the data set is not there", keras::datasets::cifar10::load_data("/nowhere"));
  EXPECT_BAD("[imdb] the data set is not there", keras::datasets::imdb::load_data("/nowhere"));
  EXPECT_BAD("[image_dataset_from_directory] there is no such folder",
             keras::utils::image_dataset_from_directory("/nowhere"));
  EXPECT_BAD("[image_dataset_from_directory] there is no picture in the folder",
             keras::utils::image_dataset_from_directory(folder.path().string()));
  EXPECT_BAD("[text_dataset_from_directory] there is no such folder",
             keras::utils::text_dataset_from_directory("/nowhere"));
  EXPECT_BAD("[load_img] there is no picture", keras::utils::load_img(folder / "text.keras"));
  EXPECT_BAD("[pad_sequences] there is no such padding", keras::utils::pad_sequences({{1, 2}}, {.padding = "left"}));
  EXPECT_BAD("[to_categorical] a class number is not from 0 to num_classes - 1",
             keras::utils::to_categorical(tt::tensor<std::int64_t>({0, 3}), 2));
  EXPECT_BAD("[timeseries_dataset_from_array] there is no whole window",
             keras::utils::timeseries_dataset_from_array(tt::ones({5}), {}, 10));
  EXPECT_BAD("[split_dataset] left_size is neither a share between 0 and 1 nor a part of the examples",
             keras::utils::split_dataset(tt::data::TensorDataset(x, y), {.left_size = 1.5}));
  EXPECT_BAD("[load_weights] the file cannot be opened", keras::applications::ResNet50({.weights = "imagenett"}));
  EXPECT_BAD("[resnet50] weights are not a file", keras::applications::ResNet50({.weights = "imagenet"}));
  EXPECT_BAD("[mobilenetv2_1.00_16] height or width of input_shape is below 32",
             keras::applications::MobileNetV2({.input_shape = {16, 16, 3}}));
}

TEST_F(KerasWrongPrograms, Models) {
  EXPECT_BAD("[Conv2D] the input does not have four axes", keras::Sequential({Input({4}), Conv2D(2, 3)}));
  EXPECT_BAD("[Model] an output depends on an Input that is not among the inputs",
             keras::Model(in, Dense(2)(Input({4}))));
  EXPECT_BAD("[Model] an Input is given twice", keras::Model({in, in}, Dense(2)(in)));
  EXPECT_BAD("[Model] one of the inputs does not come from Input", keras::Model(x, y));
  EXPECT_BAD("[Sequential] there is no layer to take away", m.pop(), m.pop());
  {
    const auto n = compiled();
    EXPECT_BAD("[Sequential] a layer is added after compile", n.add(Dense(2)));
  }
  {
    const keras::Sequential n({Dense(2)});
    EXPECT_BAD("[fit] the model is not compiled", n.fit(x, y));
    EXPECT_BAD("[evaluate] the model is not compiled", n.evaluate(x, y));
    EXPECT_BAD("[linear] inner dimensions differ", n.compile({.loss = "mse"}), n.fit(x, y, {.verbose = 0}),
               n(tt::ones({2, 9})));
  }
  {
    const auto n = compiled();
    EXPECT_BAD("[set_weights] the number of values is not that of the weights", n.set_weights({}));
    EXPECT_BAD("[set_weights] a value does not have its weight's shape",
               n.set_weights({tt::ones({4, 2}), tt::ones({3})}));
    EXPECT_BAD("[set_weights] a value does not have its weight's shape", n.set_weights({tt::ones({4, 2}), none}));
    EXPECT_BAD("[set_weights] the number of values is not that of the weights", n.get_layer(0).set_weights({x}));
  }
  EXPECT_BAD("[ExponentialDecay] decay_steps is not positive, or not finite",
             keras::optimizers::SGD(keras::optimizers::schedules::ExponentialDecay(0.1, 0, 0.9)));
  EXPECT_BAD(
      "[sgd] the learning rate is a schedule's",
      keras::optimizers::SGD(keras::optimizers::schedules::ExponentialDecay(0.1, 10, 0.9)).set_learning_rate(0.1));
  EXPECT_BAD("[Adam] clipnorm is negative or not finite", keras::optimizers::Adam({.clipnorm = -1}));
  EXPECT_BAD("[Adam] gradients are clipped in several ways", keras::optimizers::Adam({.clipnorm = 1, .clipvalue = 1}));
  EXPECT_BAD("[Adam] ema_momentum is outside of [0, 1]", keras::optimizers::Adam({.use_ema = true, .ema_momentum = 2}));
  EXPECT_BAD("[gradients] the tensor does not depend on anything that requires a gradient", keras::gradients(x, {x}));
  EXPECT_BAD("[L2] l2 is negative or not finite", keras::regularizers::L2(-1));
  EXPECT_BAD("[MaxNorm] max_value is negative or not finite", keras::constraints::MaxNorm(-1));
  EXPECT_BAD("[TopKCategoricalAccuracy] k is below 1", keras::metrics::TopKCategoricalAccuracy({.k = 0}));
  EXPECT_BAD("[AUC] num_thresholds is below 2", keras::metrics::AUC({.num_thresholds = 1}));
  EXPECT_BAD("[curve] there is no curve of this name", keras::metrics::AUC({.curve = "ROCC"}));
  EXPECT_BAD("[metric] the values are undefined", keras::metrics::Mean().update_state(tt::Tensor()));
  EXPECT_BAD("[Huber] delta is not positive, or not finite", keras::losses::Huber({.delta = -1}));
  EXPECT_BAD("[ReduceLROnPlateau] factor is outside of [0, 1)", keras::callbacks::ReduceLROnPlateau({.factor = 1}));
  EXPECT_BAD(
      "[sgd] learning_rate is negative or not finite",
      compiled().fit(x, y,
                     {.verbose = 0, .callbacks = {keras::callbacks::LearningRateScheduler([](int) { return -1.0; })}}));
}
TEST_F(KerasWrongPrograms, TheNearestNamesAreNamed) {
  const auto nearest = [](const auto& program) {
    const std::string text = error_of<tt::ArgumentError>(program);
    const std::size_t begin = text.find("Did you mean ");
    return begin == std::string::npos ? text : text.substr(begin + 13, text.find('?') - begin - 13);
  };
  EXPECT_EQ(nearest([] { Dense(2, "tahn"); }), "tanh");
  EXPECT_EQ(nearest([] { Dense(2, "rellu"); }), "relu");
  EXPECT_EQ(nearest([] { Dense(2, {.kernel_initializer = "he_norml"}); }), "he_normal");
  EXPECT_EQ(nearest([] { keras::Loss("mean_square_error"); }), "mean_squared_error");
  EXPECT_EQ(nearest([] { keras::Metric("acuracy"); }), "accuracy");
  EXPECT_EQ(nearest([] { keras::optimizers::get("nadm"); }), "nadam");
  EXPECT_EQ(nearest([] { from_config("Densee", "{}"); }), "Dense");
  EXPECT_EQ(nearest([] { Dense(2, {.dtype = "flaot32"}); }), "float32");
}

TEST_F(KerasWrongPrograms, NaNInDataByOption) {
  for (const char* engine : {"graph", "eager"}) {
    const auto model = compiled();
    model.compile({.optimizer = "sgd", .loss = "mse", .engine = engine});
    const auto nan = tt::full({8, 4}, std::nan(""));
    const std::string raised = error_of<tt::ArgumentError>([&] {
      model.fit(nan, y, {.verbose = 0, .callbacks = {keras::callbacks::TerminateOnNaN({.raise_error = true})}});
    });
    EXPECT_EQ(raised.find("[TerminateOnNaN] the loss is no finite number"), 0u) << raised;
    const auto other = compiled();
    other.compile({.optimizer = "sgd", .loss = "mse", .engine = engine});
    const auto before = other.get_weights()[0].to_vector<float>();
    tt::enable_check_numerics();
    const std::string checked = error_of<tt::ArgumentError>([&] { other.fit(nan, y, {.verbose = 0}); });
    tt::disable_check_numerics();
    EXPECT_NE(checked.find("NaN"), std::string::npos) << checked;
    EXPECT_NE(checked.find("keras_wrong_programs_test.cpp"), std::string::npos) << checked;
    EXPECT_EQ(other.get_weights()[0].to_vector<float>(), before) << engine;
  }
}

// A callback of the user's that throws: its exception comes out as it is, and the weights are those of the last whole
// step.
TEST_F(KerasWrongPrograms, CallbacksThatThrow) {
  struct Thrower : keras::CallbackBase {
    Thrower(std::string hook, std::int64_t at) : hook(std::move(hook)), at(at) {}
    void on_train_begin(keras::Logs&) override { look("train_begin", 0); }
    void on_epoch_begin(int epoch, keras::Logs&) override { look("epoch_begin", epoch); }
    void on_train_batch_begin(std::int64_t batch, keras::Logs&) override { look("batch_begin", batch); }
    void on_train_batch_end(std::int64_t batch, keras::Logs&) override { look("batch_end", batch); }
    void on_test_batch_end(std::int64_t batch, keras::Logs&) override { look("test_batch_end", batch); }
    void on_epoch_end(int epoch, keras::Logs&) override { look("epoch_end", epoch); }
    void on_train_end(keras::Logs&) override { look("train_end", 0); }
    void look(const char* where, std::int64_t number) const {
      if (hook == where && number == at) throw std::runtime_error("the callback's own");
    }
    std::string hook;
    std::int64_t at;
  };
  struct Case {
    const char* hook;
    std::int64_t at;
    int steps;  // whole ones, of four in an epoch
  };
  const tt::Tensor data = tt::reshape(tt::sin(tt::arange(0.0, 32.0)), {8, 4});
  for (const char* engine : {"graph", "eager"})
    for (const Case& one :
         {Case{"train_begin", 0, 0}, Case{"epoch_begin", 1, 4}, Case{"batch_begin", 2, 2}, Case{"batch_end", 2, 3},
          Case{"test_batch_end", 1, 4}, Case{"epoch_end", 0, 4}, Case{"train_end", 0, 8}}) {
      const auto made = [&] {
        keras::utils::set_random_seed(7);
        const auto model = compiled();
        model.compile({.optimizer = "adam", .loss = "mse", .engine = engine});
        return model;
      };
      const auto model = made(), step_by_step = made();
      try {
        model.fit(data, y,
                  {.batch_size = 2,
                   .epochs = 2,
                   .verbose = 0,
                   .callbacks = {keras::callback<Thrower>(one.hook, one.at)},
                   .validation_data = {data, y},
                   .shuffle = false,
                   .validation_batch_size = 2});
        ADD_FAILURE() << one.hook << ": no exception";
      } catch (const std::runtime_error& error) {
        EXPECT_STREQ(error.what(), "the callback's own");
      }
      for (int step = 0; step < one.steps; ++step) {
        const tt::Slice part(step % 4 * 2, step % 4 * 2 + 2);
        step_by_step.train_on_batch(data[part], y[part]);
      }
      EXPECT_EQ(model.optimizer().iterations(), one.steps) << one.hook;
      for (std::size_t i = 0; i < 2; ++i)
        EXPECT_EQ(model.get_weights()[i].to_vector<float>(), step_by_step.get_weights()[i].to_vector<float>())
            << one.hook << " " << engine;
      EXPECT_NO_THROW(model.fit(data, y, {.verbose = 0}));  // it goes on
    }
}
