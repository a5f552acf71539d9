// Handles that are empty or were moved from, models that die, grow or hold themselves, functions that give nothing.
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "api_keras/keras_files.h"
#include "bad_input.h"
#include "files.h"
#include "triptych/keras.h"

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;
using tt::Tensor;

namespace {

const Tensor x = tt::ones({8, 2}), y = tt::zeros({8, 1});

keras::Sequential compiled(const char* engine = "graph") {
  keras::Sequential model({Input({2}), Dense(1)});
  model.compile({.optimizer = "sgd", .loss = "mse", .engine = engine});
  return model;
}

std::vector<float> kernel_of(const keras::Model& model) { return model.get_weights()[0].to_vector<float>(); }

}  // namespace

// --- Life -----------------------------------------------------------------------------------------------------------

// A function of a layer may take it and what follows out of the running model, and drop the model: the call ends as it
// began.
TEST(KerasLifetimes, AModelChangesWhileItRuns) {
  std::unique_ptr<keras::Sequential> model;
  std::function<void()> change = [] {};
  const auto make = [&] {
    change = [] {};
    model = std::make_unique<keras::Sequential>();
    model->add(Input({2}));
    model->add(Lambda([&](const Tensor& t) {
      std::exchange(change, [] {})();
      return t * 2;
    }));
    model->add(Activation("relu"));
  };
  const auto run = [&] { return (*model)(tt::ones({1, 2})).to_vector<float>(); };
  const std::vector<float> twice{2, 2};
  make();
  change = [&] {
    model->pop();
    model->pop();
  };
  EXPECT_EQ(run(), twice);
  EXPECT_TRUE(model->layers().empty());
  make();
  change = [&] {
    for (int i = 0; i < 9; ++i) model->add(Activation("relu"));
  };
  EXPECT_EQ(run(), twice);
  EXPECT_EQ(model->layers().size(), 11);
  make();
  change = [&] { model.reset(); };
  EXPECT_EQ(run(), twice);
  EXPECT_EQ(model, nullptr);
}

TEST(KerasLifetimes, ACallbackOutlivesItsModel) {
  struct Any : keras::CallbackBase {};
  const auto callback = keras::callback<Any>();
  EXPECT_BAD("[callback] the callback has no model yet", callback.base().model());
  {
    const auto model = compiled();
    model.fit(x, y, {.verbose = 0, .callbacks = {callback}});
    EXPECT_TRUE(callback.base().model() == model);
  }
  EXPECT_BAD("[callback] the callback's model is gone", callback.base().model());
}

TEST(KerasLifetimes, ACallbackMayDropTheLastHandle) {
  for (const char* engine : {"graph", "eager"}) {
    auto model = std::make_unique<keras::Sequential>(compiled(engine));
    const std::weak_ptr<keras::LayerBase> base = model->shared();
    const auto drop =
        keras::callbacks::LambdaCallback({.on_train_batch_end = [&](std::int64_t, keras::Logs&) { model.reset(); }});
    const auto history = model->fit(x, y, {.batch_size = 2, .epochs = 2, .verbose = 0, .callbacks = {drop}});
    EXPECT_EQ(history["loss"].size(), 2U);
    EXPECT_TRUE(base.expired());
  }
}

TEST(KerasLifetimes, AnExceptionOfACallbackLeavesTheLastWholeStep) {
  for (const char* engine : {"graph", "eager"}) {
    keras::utils::set_random_seed(4);
    const auto model = compiled(engine), same = compiled(engine);
    same.set_weights(model.get_weights());
    const auto fails = keras::callbacks::LambdaCallback({.on_train_batch_begin = [](std::int64_t batch, keras::Logs&) {
      if (batch == 2) throw std::runtime_error("enough");
    }});
    EXPECT_THROW(model.fit(x, y, {.batch_size = 2, .verbose = 0, .callbacks = {fails}}), std::runtime_error);
    for (int i = 0; i < 2; ++i) same.train_on_batch(tt::ones({2, 2}), tt::zeros({2, 1}));
    EXPECT_EQ(kernel_of(model), kernel_of(same));
    EXPECT_EQ(model.optimizer().iterations(), 2);
    EXPECT_EQ(model.fit(x, y, {.epochs = 2, .verbose = 0})["loss"].size(), 2U);
  }
}

TEST(KerasLifetimes, AModelOnTheStackHasNoHandle) {
  struct Net : keras::ModelBase {};
  Net net;
  EXPECT_BAD("[Model] no handle holds the model", keras::Model::of(net));
}

TEST(KerasLifetimes, HandlesThatWereMovedFrom) {
  keras::Loss loss("mse");
  keras::Metric metric("mae");
  keras::Optimizer optimizer("sgd");
  keras::Callback callback = keras::callbacks::TerminateOnNaN();
  const auto taken = std::tuple(std::move(loss), std::move(metric), std::move(optimizer), std::move(callback));
  // Moving them is copying them.
  EXPECT_EQ(loss(y, y + 2).item<float>(), 4);
  metric.update_state(y, y + 3);
  EXPECT_EQ(metric.result(), 3);
  optimizer.set_learning_rate(0.5);
  EXPECT_EQ(std::get<2>(taken).learning_rate(), 0.5);
  EXPECT_NO_THROW(compiled().fit(x, y, {.verbose = 0, .callbacks = {callback}}));

  keras::Layer layer = Dense(2), kept = std::move(layer);
  EXPECT_BAD("[Layer] the handle is undefined", layer(x));
  EXPECT_BAD("[Layer] the handle is undefined", layer.name());
  EXPECT_BAD("[Layer] the handle is undefined", layer.get_weights());
  EXPECT_BAD("[Layer] the handle is undefined", layer.set_trainable(false));
  EXPECT_BAD("[Layer] the handle is undefined", layer.build({2, 2}));
  EXPECT_BAD("[Layer] the handle is undefined", keras::Sequential({layer}));
  const keras::Model none;
  EXPECT_BAD("[Layer] the handle is undefined", none.compile());
  EXPECT_BAD("[Layer] the handle is undefined", none.fit(x, y));
  EXPECT_BAD("[Layer] the handle is undefined", none.predict(x));
  EXPECT_BAD("[Layer] the handle is undefined", none.summary());
  EXPECT_BAD("[Layer] the handle is undefined", none.to_json());
  EXPECT_BAD("[Layer] the handle is undefined", none.save("nowhere"));
  EXPECT_BAD("[Layer] the handle is undefined", none.layers());
  EXPECT_BAD("[Layer] the handle is undefined", none.stop_training());
}

// --- Structure ------------------------------------------------------------------------------------------------------

TEST(KerasLifetimes, NoModelIsInsideOfItself) {
  keras::Sequential a, b({a}, {.name = "outer"});
  EXPECT_BAD("[Sequential] a model would be inside of itself", a.add(a));
  EXPECT_BAD("[Sequential] a model would be inside of itself", a.add(b));
  struct Holds : keras::ModelBase {
    void hold(const keras::Layer& layer) { track(layer); }
    void hold_at(const keras::Layer& layer, tt::Location where) { track(layer, where); }
  };
  const auto one = keras::model<Holds>(), two = keras::model<Holds>();
  one.as<Holds>()->hold(two);
  EXPECT_BAD("[Holds] a layer would be inside of itself", two.as<Holds>()->hold_at(one, tt::Location::here()));
  EXPECT_TRUE(two.layers().empty());
}

TEST(KerasLifetimes, ALayerThatCallsItselfEnds) {
  struct Self : keras::LayerBase {
    keras::Layer self;
    Tensor call(const Tensor& v, bool) override { return self(v); }
  };
  const auto layer = keras::layer<Self>();
  layer.as<Self>()->self = layer;
  const std::string error = error_of<tt::ArgumentError>([&] { layer(x); });
  EXPECT_EQ(error.find("[Self] calls of layers are nested too deep"), 0U) << error;
  layer.as<Self>()->self = {};
}

// No line of the library is named where it made the handle.
TEST(KerasLifetimes, AnErrorOfALayerOfOnesOwnIsAtTheUsersLine) {
  struct Fails : keras::LayerBase {
    Tensor call(const Tensor&, bool) override { return {}; }
  };
  EXPECT_BAD("[Fails] the layer's function returned an undefined",
             keras::Sequential({Input({2}), keras::layer<Fails>()}));
}

// A model inside of another one may grow after the outer one was traced.
TEST(KerasLifetimes, AModelThatGrowsIsTracedAgain) {
  for (const char* engine : {"graph", "eager"}) {
    const keras::Sequential inner({Input({2}), Dense(3)}), outer({inner});
    EXPECT_EQ(outer.predict(x, {.verbose = 0}).shape(), (tt::Shape{8, 3}));
    inner.add(Dense(1));
    EXPECT_EQ(outer.predict(x, {.verbose = 0}).shape(), (tt::Shape{8, 1}));
    outer.compile({.optimizer = keras::optimizers::SGD(0.1), .loss = "mse", .engine = engine});
    outer.fit(x, y, {.verbose = 0});
    inner.add(Dense(1, {.kernel_initializer = "ones"}));
    outer.fit(x, y, {.verbose = 0});
    EXPECT_NE(outer.get_weights()[4].to_vector<float>(), (std::vector<float>{1}));  // the new layer is trained
  }
}

TEST(KerasLifetimes, AnAddThatFailsAddsNothing) {
  const keras::Sequential model({Input({2}), Dense(3)});
  EXPECT_THROW(model.add(Conv2D(1, 1)), tt::ArgumentError);
  EXPECT_EQ(model.layers().size(), 1U);
  EXPECT_EQ(model.predict(x, {.verbose = 0}).shape(), (tt::Shape{8, 3}));
}

TEST(KerasLifetimes, AnInputThatNothingNeeds) {
  const Tensor unused = Input({3}), a = Input({2});
  const keras::Model model({unused, a}, Dense(1)(a));
  EXPECT_EQ(model.predict({tt::zeros({8, 3}), x}, {.verbose = 0}).shape(), (tt::Shape{8, 1}));
  model.compile({.optimizer = "sgd", .loss = "mse"});
  model.fit({tt::zeros({8, 3}), x}, y, {.verbose = 0});
  EXPECT_BAD("[fit] the number of arrays", model.fit(x, y, {.verbose = 0}));
  EXPECT_BAD("[Model] an Input is given twice", keras::Model({a, a}, Dense(1)(a)));
}

TEST(KerasLifetimes, TensorsOfAnotherThread) {
  Tensor a, b;
  std::thread([&] { a = Input({2}), b = Dense(4)(a); }).join();
  const keras::Model model(a, Dense(1)(b));  // of its graph alone
  EXPECT_EQ(model.predict(x, {.verbose = 0}).shape(), (tt::Shape{8, 1}));
  const Tensor mine = Input({2});
  EXPECT_BAD("[Model] inputs and outputs belong to different graphs", keras::Model(mine, b));
  EXPECT_BAD("[Model] inputs and outputs belong to different graphs", keras::Model({a, mine}, b));
  EXPECT_BAD("[Add] the inputs belong to different graphs", Add()({mine, a}));
}

// --- Names that would be lost ---------------------------------------------------------------------------------------

namespace {

struct Twice : keras::LayerBase {
  void build(const tt::Shape&) override {
    add_weight({.shape = {1}, .name = "w"});
    add_weight({.shape = {1}, .name = second});
  }
  Tensor call(const Tensor& v, bool) override { return v; }
  explicit Twice(std::string name) : second(std::move(name)) {}
  std::string second;
};
struct State : keras::LayerBase {
  void build(const tt::Shape&) override {
    add_weight({.shape = {1}, .name = "w"});
    add_state("w", tt::zeros({2}, tt::int64));
  }
  Tensor call(const Tensor& v, bool) override { return v; }
};
struct Unnamed : keras::LayerBase {
  void build(const tt::Shape&) override {
    for (int i = 0; i < 3; ++i) add_weight({.shape = {1}});
  }
  Tensor call(const Tensor& v, bool) override { return v; }
};
struct SameNames : keras::ModelBase {
  keras::Layer one = Dense(2, {.name = "d"});
  keras::Layer two = Dense(2, {.name = "d"});
  Tensor call(const Tensor& x, bool) override { return two(one(x)); }
};

}  // namespace

TEST(KerasNames, LayersThatWouldBeOneInAFile) {
  const Tensor a = Input({2});
  EXPECT_BAD("[Model] two layers have one name: 'd'",
             keras::Model(a, Dense(2, {.name = "d"})(Dense(2, {.name = "d"})(a))));
  EXPECT_BAD("[Sequential] two layers have one name",
             keras::Sequential({Input({2}, {.name = "i"}), Dense(2, {.name = "i"})}));
  // Parts of one's own class may have one name, as a model and its clone do: files tell them apart.
  const TemporaryFolder folder;
  const keras::Model same = keras::model<SameNames>(), other = keras::model<SameNames>();
  const Tensor x = tt::ones({1, 2});
  EXPECT_NE(same(x).to_vector<float>(), other(x).to_vector<float>());
  for (const char* name : {"weights.weights.h5", "weights.safetensors"}) {
    if (std::string(name).ends_with("h5") && !has_keras_files()) continue;
    same.save_weights(folder / name);
    const keras::Model again = keras::model<SameNames>();
    again(x);
    again.load_weights(folder / name);
    EXPECT_EQ(same(x).to_vector<float>(), again(x).to_vector<float>()) << name;
  }
  EXPECT_BAD("[Dense] the name of a layer has a slash: 'a/b'", Dense(2, {.name = "a/b"}));
  EXPECT_BAD("[Sequential] the name of a layer has a slash", keras::Sequential({}, {.name = "a/b"}));
  EXPECT_BAD("[Dense] the name of a layer is that of the optimizer's state", Dense(2, {.name = "optimizer"}));
  // A layer that is used twice has its name once.
  const auto shared = Dense(2, {.name = "d"});
  EXPECT_NO_THROW(keras::Model(a, shared(shared(a))));
}

TEST(KerasNames, WeightsThatWouldBeOneInAFile) {
  const auto layer = [](const char* second) { return keras::layer<Twice>(second); };
  EXPECT_BAD("[Twice] the name of a weight is taken: 'w' of layer", layer("w").build({2, 2}));
  EXPECT_BAD("[Twice] the name of a weight has a slash: 'a/b'", layer("a/b").build({2, 2}));
  EXPECT_NO_THROW(layer("v").build({2, 2}));
  EXPECT_BAD("[State] the name of a state is taken: 'w'", keras::layer<State>().build({2, 2}));
  const auto unnamed = keras::layer<Unnamed>();
  unnamed.build({2, 2});
  EXPECT_EQ(unnamed.weights()[2].name, "variable_2");  // as in Keras
}

// --- Functions that are empty, or give nothing ----------------------------------------------------------------------

TEST(KerasFunctions, EmptyOnes) {
  Tensor (*null)(const Tensor&) = nullptr;
  Tensor (*null_loss)(const Tensor&, const Tensor&) = nullptr;
  Tensor (*null_initializer)(const tt::Shape&, tt::DType) = nullptr;
  EXPECT_BAD("[activation] there is no function: a null pointer", Dense(2, null));
  EXPECT_BAD("[activation] there is no function: an empty one", Dense(2, std::function<Tensor(const Tensor&)>()));
  EXPECT_BAD("[initializer] there is no function", Dense(2, {.kernel_initializer = tt::Initializer()}));
  EXPECT_BAD("[initializer] there is no function", keras::Initializer(null_initializer));
  EXPECT_BAD("[loss] there is no function", compiled().compile({.loss = null_loss}));
  EXPECT_BAD("[loss] there is no function", keras::Loss(std::function<Tensor(const Tensor&, const Tensor&)>()));
  EXPECT_BAD("[Lambda] there is no function", Lambda({}));
}

TEST(KerasFunctions, TextThatIsNull) {
  const char* null = nullptr;
  EXPECT_BAD("[text] ", Dense(2, {.name = null}));
  EXPECT_BAD("[text] ", Input({2}, {.name = null}));
  EXPECT_BAD("[text] ", Conv2D(2, 3, {.data_format = null}));
  EXPECT_BAD("[text] ", keras::Sequential({Dense(2)}, {.name = null}));
  EXPECT_BAD("[text] ", compiled().compile({.engine = null}));
  EXPECT_BAD("[text] ", compiled().compile({.device = null}));
  EXPECT_BAD("[text] ", keras::metrics::MeanSquaredError({.name = null}));
  EXPECT_BAD("[text] ", keras::callbacks::EarlyStopping({.monitor = null}));
  EXPECT_BAD("[text] ", keras::callbacks::CSVLogger("x", {.separator = null}));
}

TEST(KerasFunctions, ThatGiveNothing) {
  const auto nothing = [](const Tensor&) { return Tensor(); };
  EXPECT_BAD("[Lambda] the layer's function returned an undefined tensor", Lambda(nothing)(x));
  EXPECT_BAD("[Lambda] the layer's function returned an undefined tensor", Lambda(nothing)(Input({2})));
  EXPECT_BAD("[Dense] the layer's function returned an undefined tensor", Dense(2, nothing)(x));
  EXPECT_BAD("[Dense] an initializer returned a tensor without values",
             Dense(2, {.kernel_initializer = [](const tt::Shape&, tt::DType) { return Tensor(); }})(x));
  EXPECT_BAD("[Dense] an initializer made another shape",
             Dense(2, {.kernel_initializer = [](const tt::Shape&, tt::DType) { return tt::ones({3}); }})(x));
  const auto no_loss = [](const Tensor&, const Tensor&) { return Tensor(); };
  EXPECT_BAD("[loss] the loss function returned an undefined tensor", keras::Loss(no_loss)(y, y));
  EXPECT_BAD("[loss] a tensor is undefined: y_true", keras::Loss("mse")(Tensor(), y));
  EXPECT_BAD("[metric] a tensor is undefined: y_pred", keras::Metric("mse").update_state(y, Tensor()));
  struct None : keras::ModelBase {
    std::vector<Tensor> call_many(const std::vector<Tensor>&, bool) override { return {}; }
  };
  EXPECT_BAD("[None] the layer's function returned no tensor", keras::model<None>()(x));
}

TEST(KerasFunctions, OptimizersOfOnesOwn) {
  struct Mine : keras::OptimizerBase {
    explicit Mine(std::size_t s) : OptimizerBase("mine", 0.1), slot(s) {}
    void apply(std::span<const Tensor>, std::span<const Tensor> parameters) override { slots_of(slot, parameters); }
    std::vector<std::string> slot_names() const override { return {"one"}; }
    std::size_t slot;
  };
  const Tensor w = tt::ones({2});
  const std::vector<Tensor> weights{w}, twice{w, w}, none{Tensor()}, gradients{w};
  const keras::Optimizer good(std::make_shared<Mine>(0)), bad(std::make_shared<Mine>(1));
  EXPECT_NO_THROW(good.apply(gradients, weights));
  EXPECT_BAD("[mine] there is no slot of this number: 1", bad.apply(gradients, weights));
  EXPECT_BAD("[mine] a weight is given twice: numbers 0 and 1", good.apply(twice, twice));
  EXPECT_BAD("[mine] a weight is undefined", good.apply(gradients, none));
}

TEST(KerasFunctions, MetricsOfOnesOwn) {
  struct Rows : keras::MetricBase {
    Rows() : MetricBase("rows") { rows = add_variable({.shape = {2}, .name = "rows"}); }
    void update_state(const Tensor&, const Tensor& y_pred, const Tensor&) override {
      tt::assign_add(rows, tt::ones({2}) * tt::sum(y_pred));
    }
    Tensor result() override { return rows; }
    Tensor rows;
  };
  struct Nothing : keras::MetricBase {
    Nothing() : MetricBase("nothing") {}
    Tensor values(const Tensor&, const Tensor&) override { return {}; }
  };
  struct Twice : keras::MetricBase {
    Twice() : MetricBase("twice") {
      add_variable({.name = "a"});
      add_variable({.name = "a"});
    }
  };
  for (const char* engine : {"graph", "eager"}) {
    const auto model = compiled();
    model.compile({.loss = "mse", .metrics = {keras::metric<Rows>()}, .engine = engine});
    EXPECT_BAD("[fit] a metric that is reported is not one number: 'rows' is of shape (2,)",
               model.fit(x, y, {.verbose = 0}));
    EXPECT_EQ(model.optimizer().iterations(), 0);
  }
  keras::Metric rows = keras::metric<Rows>(), nothing = keras::metric<Nothing>();
  rows.update_state(y, y);
  EXPECT_BAD("[metric] the metric has several numbers: 'rows' has a result of shape (2,)", rows.result());
  EXPECT_EQ(rows.result_tensor().shape(), (tt::Shape{2}));
  EXPECT_BAD("[metric] the metric's function returned an undefined tensor: 'nothing'", nothing.update_state(y, y));
  EXPECT_BAD("[metric] the metric has no function",
             keras::Metric(std::make_shared<keras::MetricBase>("base")).update_state(y, y));
  EXPECT_BAD("[metric] the metric takes targets and predictions", rows.update_state(y));
  EXPECT_THROW(keras::metric<Twice>(), tt::ArgumentError);
}
