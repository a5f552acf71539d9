// Dtype policies against Keras: dtypes and numbers of layers, runs of training, the scale of a loss that overflows
// (scripts/references/make_references_keras_mixed_precision.py).
#include <gtest/gtest.h>

#include <functional>

#include "triptych/keras.h"

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;

namespace {

using Tensors = std::vector<tt::Tensor>;

const tt::StateDict& references() {
  static const tt::StateDict dict = tt::load(TRIPTYCH_SOURCE_DIR "/tests/references/keras_mixed_precision.safetensors");
  return dict;
}

/// The global policy while it lives.
class Policy {
 public:
  explicit Policy(const char* name) : outer_(keras::mixed_precision::global_policy()) {
    keras::mixed_precision::set_global_policy(name);
  }
  ~Policy() { keras::mixed_precision::set_global_policy(outer_); }

 private:
  keras::DTypePolicy outer_;
};

/// The reference whose name begins so, and how it ends.
std::pair<const tt::Tensor*, std::string> beginning_with(const std::string& prefix) {
  for (const auto& [name, tensor] : references())
    if (name.rfind(prefix, 0) == 0) return {&tensor, name.substr(prefix.size())};
  return {nullptr, ""};
}

double tolerance(const std::string& dtype) {
  return dtype == "bfloat16" ? 0.03 : dtype == "float16" ? 0.004 : dtype == "float32" ? 0.02 : 1e-5;
}

void expect_near(const tt::Tensor& ours, const tt::Tensor& theirs, double share, const std::string& what) {
  ASSERT_EQ(ours.shape(), theirs.shape()) << what;
  const auto a = ours.to_vector<double>(), b = theirs.to_vector<double>();
  for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], share * (1 + std::abs(b[i]))) << what << " " << i;
}

struct Case {
  const char* name;
  tt::Tensor (*make)(const tt::Tensor& x);
};
using X = const tt::Tensor&;

const Case cases[] = {
    {"dense", [](X x) { return Dense(5, "tanh")(x); }},
    {"dense_of_integers", [](X x) { return Dense(5)(x); }},
    {"einsum_dense",
     [](X x) {
       return EinsumDense("abc,cd->abd", {-1, 5}, {.bias_axes = "d"})(x);
     }},
    {"conv2d", [](X x) { return Conv2D(4, 3, {.padding = "same", .activation = "relu"})(x); }},
    {"depthwise", [](X x) { return DepthwiseConv2D(3)(x); }},
    {"separable", [](X x) { return SeparableConv2D(4, 3)(x); }},
    {"transposed", [](X x) { return Conv2DTranspose(4, 3, {.strides = 2})(x); }},
    {"embedding", [](X x) { return Embedding(7, 5)(x); }},
    {"reversible", [](X x) { return ReversibleEmbedding(7, 6)(x, {.reverse = true}); }},
    {"batch_normalization", [](X x) { return BatchNormalization()(x); }},
    {"layer_normalization", [](X x) { return LayerNormalization()(x); }},
    {"group_normalization", [](X x) { return GroupNormalization({.groups = 3})(x); }},
    {"rms_normalization", [](X x) { return RMSNormalization()(x); }},
    {"unit_normalization", [](X x) { return UnitNormalization()(x); }},
    {"lstm", [](X x) { return LSTM(5, {.return_sequences = true})(x); }},
    {"gru", [](X x) { return GRU(5)(x); }},
    {"simple_rnn", [](X x) { return SimpleRNN(5)(x); }},
    {"bidirectional", [](X x) { return Bidirectional(LSTM(3))(x); }},
    {"attention",
     [](X x) {
       return Attention()({x, x});
     }},
    {"additive_attention",
     [](X x) {
       return AdditiveAttention()({x, x});
     }},
    {"multi_head_attention",
     [](X x) {
       return MultiHeadAttention(2, 3)({x, x});
     }},
    {"time_distributed", [](X x) { return TimeDistributed(Dense(2))(x); }},
    {"prelu", [](X x) { return PReLU()(x); }},
    {"softmax", [](X x) { return Softmax()(x); }},
    {"pooling", [](X x) { return AveragePooling2D()(x); }},
    {"add",
     [](X x) {
       return Add()({x, x});
     }},
    {"single", [](X x) { return Dense(3, {.dtype = "float32"})(Dense(4)(x)); }},
    {"lower", [](X x) { return Dense(3)(Dense(4, {.dtype = tt::bfloat16})(x)); }},
};

keras::Model model_of(const Case& of) {
  const tt::Tensor& x = references().at(std::string(of.name) + "/x");
  tt::Shape shape = x.shape();
  shape.erase(0);
  const tt::Tensor input = Input(shape, {.dtype = x.dtype()});
  return keras::Model(input, of.make(input));
}

void check(const Case& of, const std::string& policy, const char* engine) {
  SCOPED_TRACE(policy + " " + of.name + " " + engine);
  const std::string prefix = policy + "/" + of.name + "/";
  const keras::Model model = model_of(of);
  Tensors values;
  for (const tt::Tensor& weight : model.get_weights()) {
    const auto [value, dtype] = beginning_with(prefix + "weight/" + std::to_string(values.size()) + "/");
    ASSERT_TRUE(value);
    EXPECT_EQ(tt::dtype_name(weight.dtype()), dtype) << "weight " << values.size();
    values.push_back(tt::cast(*value, weight.dtype()));
  }
  model.set_weights(values);
  model.compile({.loss = "mse", .engine = engine, .numerics = "exact"});
  const tt::Tensor y = model.predict(references().at(std::string(of.name) + "/x"), {.verbose = 0});
  const auto [expected, dtype] = beginning_with(prefix + "predict/");
  ASSERT_TRUE(expected);
  EXPECT_EQ(tt::dtype_name(y.dtype()), dtype);
  expect_near(y, *expected, tolerance(policy == "float64" ? policy : dtype), "prediction");
}

keras::Model run_model(const std::string& policy, const char* engine) {
  const keras::Sequential model({Input({6}), Dense(8, "relu"), LayerNormalization(), Dense(3)});
  Tensors start;
  for (int i = 0; i < 6; ++i) start.push_back(references().at("run/before/" + std::to_string(i)));
  model.set_weights(start);
  model.compile({.optimizer = keras::optimizers::SGD({.learning_rate = 0.05}),
                 .loss = "mse",
                 .metrics = {"mae"},
                 .engine = engine,
                 .numerics = "exact"});
  EXPECT_EQ(model.optimizer().name(), policy == "mixed_float16" ? "loss_scale_optimizer" : "sgd");
  return model;
}

/// Twelve steps; the third one's loss overflows float16.
Tensors run(const std::string& policy, const char* engine) {
  const keras::Model model = run_model(policy, engine);
  const tt::Tensor &x = references().at("run/x"), &y = references().at("run/y");
  std::vector<float> losses, scales;
  for (int step = 0; step < 12; ++step) {
    const int begin = 5 * (step % 4);
    const bool overflows = policy == "mixed_float16" && step == 2;
    const keras::Logs logs = model.train_on_batch(tt::slice(x, 0, {begin, begin + 5}),
                                                  tt::slice(y, 0, {begin, begin + 5}) * (overflows ? 3e4 : 1));
    losses.push_back(static_cast<float>(logs["loss"]));
    if (policy == "mixed_float16")
      for (const auto& [name, variable] : model.optimizer().base().variables())
        if (name == "dynamic_scale") scales.push_back(variable.item<float>());
  }
  Tensors all = model.get_weights();
  all.push_back(tt::tensor(losses));
  all.push_back(tt::tensor(scales));
  return all;
}

}  // namespace

TEST(KerasMixedPrecision, LayersHaveKerassDtypesAndNumbers) {
  for (const char* name : {"mixed_bfloat16", "mixed_float16", "float64"}) {
    const Policy policy(name);
    for (const Case& of : cases)
      for (const char* engine : {"graph", "eager"}) {
        try {
          check(of, name, engine);
        } catch (const std::exception& error) {
          ADD_FAILURE() << name << " " << of.name << " " << engine << ": " << error.what();
        }
      }
  }
}

TEST(KerasMixedPrecision, TrainsAsKerasDoesAndTheEnginesAgree) {
  for (const char* name : {"mixed_bfloat16", "mixed_float16"}) {
    SCOPED_TRACE(name);
    const Policy policy(name);
    const std::string prefix = std::string("run/") + name + "/";
    const Tensors graph = run(name, "graph"), eager = run(name, "eager");
    ASSERT_EQ(graph.size(), 8U);
    for (std::size_t i = 0; i < graph.size(); ++i) EXPECT_TRUE(tt::array_equal(graph[i], eager[i])) << i;
    const double share = std::string(name) == "mixed_float16" ? 0.004 : 0.03;
    for (std::size_t i = 0; i < 6; ++i) {
      EXPECT_EQ(graph[i].dtype(), tt::float32);
      expect_near(graph[i], references().at(prefix + "after/" + std::to_string(i)), share, "weight");
    }
    expect_near(graph[6], references().at(prefix + "losses"), share, "losses");
    if (graph[7].numel() > 0) expect_near(graph[7], references().at(prefix + "scales"), 0, "scales");
  }
}

// Ops of a layer of one's own see its weights in the compute dtype, whatever looks at them first.
TEST(KerasMixedPrecision, LayersOfOnesOwn) {
  struct Own : keras::LayerBase {
    tt::Tensor factor, kernel, count;
    void build(const tt::Shape& input) override {
      factor = add_weight({.shape = {input[-1]}, .initializer = "ones", .name = "factor"});
      kernel = add_weight({.shape = {input[-1], 2}, .name = "kernel"});
      count = add_weight({.shape = {}, .initializer = "zeros", .trainable = false, .name = "count"});
    }
    tt::Tensor call(const tt::Tensor& x, bool) override {
      seen = x.dtype();
      count.add_(1);
      const tt::Tensor wide = tt::matmul(tt::cast(x, tt::float32), kernel);
      EXPECT_EQ(wide.dtype(), tt::float32);
      const tt::Tensor y = tt::concat({2 * factor, factor}, 0);
      EXPECT_EQ(y.dtype(), compute_dtype());
      return tt::einsum("bi,ij->bj", {tt::where(tt::greater(x, 0), x * factor, factor - x), kernel}) + tt::mean(kernel);
    }
    tt::DType seen = tt::float64;
  };
  const Policy policy("mixed_bfloat16");
  const keras::Layer own = keras::layer<Own>();
  const tt::Tensor y = own(tt::ones({3, 4}));
  EXPECT_EQ(own.as<Own>()->seen, tt::bfloat16);
  EXPECT_EQ(y.dtype(), tt::bfloat16);
  EXPECT_EQ(own.as<Own>()->count.item<float>(), 1);
  EXPECT_EQ(own.weights()[0].value.dtype(), tt::float32);
  const tt::Tensor loss[] = {tt::sum(y)};
  const std::vector<tt::Tensor> gradients = tt::gradients(loss, own.trainable_weights());
  for (const tt::Tensor& gradient : gradients) EXPECT_EQ(gradient.dtype(), tt::float32);

  const keras::Layer as_it_is = keras::layer<Own>();
  as_it_is.base().autocast = false;
  as_it_is.base().set_dtype_policy("float32");
  EXPECT_EQ(as_it_is(tt::ones({3, 4})).dtype(), tt::float32);
}

TEST(KerasMixedPrecision, WhatIsNoPolicy) {
  EXPECT_THROW(keras::DTypePolicy("mixed_float8"), tt::ArgumentError);
  EXPECT_THROW(keras::mixed_precision::set_global_policy("int64"), tt::ArgumentError);
  const keras::Layer dense = Dense(2);
  dense.build({-1, 3});
  EXPECT_THROW(dense.base().set_dtype_policy("float64"), tt::ArgumentError);
  dense.base().set_dtype_policy("mixed_float16");
  EXPECT_EQ(dense.compute_dtype(), tt::float16);
  EXPECT_EQ(dense.dtype_policy().name(), "mixed_float16");
  EXPECT_EQ(keras::mixed_precision::global_policy(), keras::DTypePolicy(tt::float32));
}
