// Who holds the weights: a training step is taken in each style, and then the owner is asked.
#include "run/compare.h"
#include "triptych/eager.h"
#include "triptych/keras.h"
#include "triptych/lowlevel.h"

namespace triptych::compare {
namespace {

namespace tf = triptych::lowlevel;
namespace nn = triptych::eager::nn;

bool same(const Tensor& a, const Tensor& b) { return a.to_vector<float>() == b.to_vector<float>(); }

bool session_owns() {
  const tf::Graph graph;
  const Tensor x = graph.placeholder("x", float32, {unknown, 3});
  const tf::Variable w = graph.variable("w", ones({3, 1}));
  const Tensor update = tf::GradientDescent({.learning_rate = 0.1}).minimize(mean(matmul(x, w)));
  const tf::Session first(graph), second(graph);
  first.run(graph.initializer());
  second.run(graph.initializer());
  const Tensor before = first.value(w);
  first.run(update, {{x, ones({2, 3})}});
  return !same(first.value(w), before) && same(second.value(w), before);
}

bool module_owns() {
  nn::Linear net(3, 1);
  eager::optim::SGD optimizer(net.parameters(), {.lr = 0.1});
  const std::vector<float> before = net.weight.to_vector<float>();
  mean(net(ones({2, 3}))).backward();
  optimizer.step();
  return net.weight.to_vector<float>() != before;
}

bool layer_owns(bool run_eagerly) {
  const keras::Layer layer = keras::layers::Dense(1);
  const keras::Sequential model({keras::layers::Input({3}), layer});
  model.compile({.optimizer = "sgd", .loss = "mse", .run_eagerly = run_eagerly});
  const std::vector<float> before = layer.get_weights()[0].to_vector<float>();
  model.train_on_batch(ones({2, 3}), ones({2, 1}) * 100);
  return layer.get_weights()[0].to_vector<float>() != before;
}

}  // namespace

std::vector<StateOwner> find_state_owners() {
  return {{"lowlevel", "session", session_owns()},
          {"eager", "module", module_owns()},
          {"keras", "layer", layer_owns(false)},
          {"keras_eager", "layer", layer_owns(true)}};
}

}  // namespace triptych::compare
