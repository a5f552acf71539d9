// Two hidden layers on digits, from a data set in the graph, in a training loop with hooks. Layers with dropout and
// without share their variables.
#include <triptych/lowlevel.h>

#include <iostream>

namespace tt = triptych;
namespace tf = triptych::lowlevel;

namespace {

tt::Tensor dense(const tt::Tensor& x, std::int64_t units, const char* name) {
  const auto scope = tf::variable_scope(name, {.reuse = tf::AUTO_REUSE});
  const tf::Variable kernel = tf::get_variable("kernel", {x.size(1), units});
  return tf::matmul(x, kernel) + tf::get_variable("bias", {units}, {.initializer = tt::init::zeros()});
}

tt::Tensor network(const tt::Tensor& images, double dropout) {
  tt::Tensor h = tf::reshape(images, {-1, 784});
  for (const char* layer : {"hidden_1", "hidden_2"}) {
    h = tf::nn::relu(dense(h, 128, layer));
    if (dropout > 0) h = tf::nn::dropout(h, dropout);
  }
  return dense(h, 10, "logits");
}

}  // namespace

int main() {
  tt::manual_seed(1);
  const tt::data::Mnist mnist = tt::data::mnist();

  tf::Graph graph;
  const auto here = tf::as_default(graph);
  const auto dataset = tf::data::Dataset::from_examples(mnist.train).shuffle(2000, 1).batch(128).prefetch(2);
  const auto element = tf::data::make_one_shot_iterator(dataset).get_next();
  const tt::Tensor &images = element[0], &labels = element[1];
  const tt::Tensor loss =
      tf::reduce_mean(tf::nn::sparse_softmax_cross_entropy_with_logits(labels, network(images, 0.2)));
  const tf::Variable step = tf::train::create_global_step(graph);
  const tt::Tensor train = tf::train::AdamOptimizer(1e-3).minimize(loss, step);
  const tt::Tensor right = tf::equal(tf::argmax(network(images, 0), 1), labels);
  const tt::Tensor accuracy = tf::reduce_mean(tf::cast(right, tt::float32));

  const auto log =
      std::make_shared<tf::train::LoggingTensorHook>(std::map<std::string, tt::Tensor>{{"step", step}, {"loss", loss}},
                                                     tf::train::LoggingTensorHookOptions{.every_n_iter = 100});
  const auto session = tf::train::MonitoredTrainingSession({.hooks = {log}, .log_step_count_steps = 0});
  try {
    while (!session.should_stop()) session.run(train);
  } catch (const tf::errors::OutOfRangeError&) {  // the data set ends after one epoch
  }
  // Any tensor can be fed: here the test images, in place of an element of the data set.
  const float share =
      session.raw_session().run(accuracy, {{images, mnist.test.x}, {labels, mnist.test.y}}).item<float>();
  session.close();
  std::cout << "accuracy " << share << "\n";
  return share > 0.93 ? 0 : 1;
}
