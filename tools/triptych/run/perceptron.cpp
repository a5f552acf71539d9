#include "run/perceptron.h"

#include <memory>

#include "triptych/eager.h"
#include "triptych/keras.h"
#include "triptych/lowlevel.h"

namespace triptych::compare {
namespace {

namespace tf = triptych::lowlevel;
namespace nn = triptych::eager::nn;

TrainStep lowlevel_step(const Perceptron& size) {
  const tf::Graph graph;
  const Tensor x = graph.placeholder("x", float32, {unknown, 1, size.side, size.side});
  const Tensor y = graph.placeholder("y", int64, {unknown});
  const auto dense = [&](const Tensor& h, const char* name, std::int64_t inputs, std::int64_t outputs) {
    const auto scope = graph.scope(name);
    const auto w = graph.variable("w", {inputs, outputs}, init::glorot_uniform());
    return matmul(h, w) + graph.variable("b", {outputs}, init::zeros());
  };
  Tensor h = relu(dense(flatten(x, 1), "dense1", size.side * size.side, size.hidden));
  h = relu(dense(h, "dense2", size.hidden, size.hidden));
  const Tensor loss = mean(sparse_softmax_cross_entropy(dense(h, "dense3", size.hidden, 10), y));
  const Tensor update = tf::Adam({.learning_rate = 1e-3}).minimize(loss);
  const tf::Session session(graph, {.numerics = size.numerics});
  session.run(graph.initializer());
  return [step = session.make_callable({x, y}, {loss, update})](const Tensor& images, const Tensor& labels) {
    return step(images, labels)[0].item<float>();
  };
}

struct Net : nn::Module {
  explicit Net(const Perceptron& size)
      : fc1(add<nn::Linear>("fc1", size.side * size.side, size.hidden)),
        fc2(add<nn::Linear>("fc2", size.hidden, size.hidden)),
        fc3(add<nn::Linear>("fc3", size.hidden, 10)) {}
  Tensor forward(const Tensor& x) override { return fc3(relu(fc2(relu(fc1(flatten(x, 1)))))); }
  nn::Linear &fc1, &fc2, &fc3;
};

TrainStep eager_step(const Perceptron& size) {
  const auto net = std::make_shared<Net>(size);
  const auto optimizer = std::make_shared<eager::optim::Adam>(net->parameters(), eager::optim::AdamOptions{.lr = 1e-3});
  return [=, numerics = size.numerics](const Tensor& x, const Tensor& y) {
    const NumericsMode mode(numerics);
    optimizer->zero_grad();
    const Tensor loss = nn::cross_entropy((*net)(x), y);
    loss.backward();
    optimizer->step();
    return loss.item<float>();
  };
}

keras::Model keras_model(const Perceptron& size, bool run_eagerly) {
  using namespace keras::layers;
  keras::Sequential model({Input({1, size.side, size.side}), Flatten(), Dense(size.hidden, {.activation = "relu"}),
                           Dense(size.hidden, {.activation = "relu"}), Dense(10)});
  model.compile({.optimizer = "adam",
                 .loss = keras::losses::SparseCategoricalCrossentropy({.from_logits = true}),
                 .run_eagerly = run_eagerly,
                 .numerics = size.numerics == Numerics::exact ? "exact" : "fast"});
  return model;
}

}  // namespace

TrainStep perceptron_step(const std::string& style, const Perceptron& size) {
  manual_seed(1);
  if (style == "lowlevel") return lowlevel_step(size);
  if (style == "eager") return eager_step(size);
  return [model = keras_model(size, style == "keras_eager")](const Tensor& x, const Tensor& y) {
    return model.train_on_batch(x, y)["loss"];
  };
}

void perceptron_epoch(const std::string& style, const Perceptron& size, const data::IdxDataset& dataset,
                      std::int64_t batch_size) {
  manual_seed(1);
  data::DataLoader loader(dataset, {.batch_size = batch_size});
  if (style == "keras" || style == "keras_eager") {
    keras_model(size, style == "keras_eager").fit(loader, {.verbose = 0});
    return;
  }
  const TrainStep step = perceptron_step(style, size);
  for (const auto& [x, y] : loader) step(x, y);
}

}  // namespace triptych::compare
