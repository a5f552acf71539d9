// One model on several devices: each tower computes the gradients of a part of the batch, the variables and the mean of
// the gradients are on the CPU. Two towers: on the CPU and the first GPU, or both on the CPU where there is none.
#include <triptych/lowlevel.h>

#include <iostream>

namespace tt = triptych;
namespace tf = triptych::lowlevel;
using tt::Tensor;

namespace {

/// A variable on the CPU, whatever device is around it.
Tensor variable(const char* name, const tt::Shape& shape, const tt::Initializer& initializer) {
  const tt::DeviceScope cpu(tt::Device::cpu());
  return tf::get_variable(name, shape, {.initializer = initializer});
}

Tensor network(const Tensor& images) {
  const auto scope = tf::variable_scope("network", {.reuse = tf::AUTO_REUSE});
  Tensor h = images;
  for (const auto& [name, in, out] : {std::tuple("conv_1", 1, 8), {"conv_2", 8, 16}}) {
    h = tf::nn::conv2d(h, variable(name, {3, 3, in, out}, tt::init::he_uniform()), 1, "SAME");
    h = tf::nn::max_pool2d(tf::nn::relu(h), 2, 2, "SAME");
  }
  const Tensor w = variable("w", {7 * 7 * 16, 10}, tt::init::glorot_uniform());
  return tf::matmul(tf::reshape(h, {-1, 7 * 7 * 16}), w) + variable("b", {10}, tt::init::zeros());
}

/// The mean of each variable's gradients.
std::vector<tf::GradientAndVariable> average(const std::vector<std::vector<tf::GradientAndVariable>>& towers) {
  std::vector<tf::GradientAndVariable> means = towers[0];
  for (std::size_t i = 0; i < means.size(); ++i) {
    std::vector<Tensor> gradients;
    for (const auto& tower : towers) gradients.push_back(tower[i].gradient);
    means[i].gradient = tf::add_n(gradients) / static_cast<float>(towers.size());
  }
  return means;
}

}  // namespace

int main() {
  tt::manual_seed(1);
  constexpr std::int64_t batch_size = 64;
  const tt::data::Mnist mnist = tt::data::mnist({.data_format = "channels_last"});
  const std::vector<tt::Device> devices{tt::Device::cpu(),
                                        tt::cuda_device_count() > 0 ? tt::Device::cuda() : tt::Device::cpu()};

  tf::Graph graph;
  const auto here = tf::as_default(graph);
  const Tensor images = graph.placeholder("images", tt::float32, {batch_size, 28, 28, 1});
  const Tensor labels = graph.placeholder("labels", tt::int64, {batch_size});
  const auto image_parts = tf::split(images, 2), label_parts = tf::split(labels, 2);
  tf::train::AdamOptimizer optimizer(2e-3);
  std::vector<std::vector<tf::GradientAndVariable>> towers;
  std::vector<Tensor> losses, right;
  for (std::size_t i = 0; i < devices.size(); ++i) {
    const auto scope = graph.scope("tower_" + std::to_string(i));
    const auto on = graph.device(devices[i]);
    const Tensor logits = network(image_parts[i]);
    losses.push_back(tf::reduce_mean(tf::nn::sparse_softmax_cross_entropy_with_logits(label_parts[i], logits)));
    right.push_back(tf::cast(tf::equal(tf::argmax(logits, 1), label_parts[i]), tt::float32));
    towers.push_back(optimizer.compute_gradients(losses[i]));
  }
  const auto on = graph.device(tt::Device::cpu());
  const Tensor loss = tf::add_n(losses) / 2, accuracy = tf::reduce_mean(tf::concat(right, 0));
  const Tensor train = optimizer.apply_gradients(average(towers));

  // Towers that do not depend on each other run side by side.
  const tf::Session session(graph, {.inter_op_parallelism_threads = 2});
  session.run(graph.initializer());
  const tf::Callable train_step = session.make_callable({images, labels}, {loss, train});
  int step = 0;
  for (const auto& [x, y] : tt::data::batches(mnist.train, {.batch_size = batch_size, .shuffle = true, .seed = 1})) {
    const float now = train_step(x, y)[0].item<float>();
    if (++step % 50 == 0) std::cout << "step " << step << ": loss " << now << "\n";
    if (step == 250) break;
  }
  tt::Mean mean;
  for (const auto& [x, y] : tt::data::batches(mnist.test, {.batch_size = batch_size, .drop_last = true}))
    mean.update(session.run(accuracy, {{images, x}, {labels, y}}));
  std::cout << "towers on " << devices[0] << " and " << devices[1] << ", accuracy " << mean.result() << "\n";
  return mean.result() > 0.9 ? 0 : 1;
}
