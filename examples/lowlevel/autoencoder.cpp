// A picture of 784 pixels in 32 numbers and back.
#include <triptych/lowlevel.h>

#include <iostream>

namespace tt = triptych;
namespace tf = triptych::lowlevel;

namespace {

tt::Tensor dense(const tt::Tensor& x, std::int64_t units) {
  const tf::Graph graph = tf::graph_of(x);
  const tf::Variable kernel = graph.variable("kernel", {x.size(1), units}, tt::init::glorot_uniform());
  return tf::matmul(x, kernel) + graph.variable("bias", {units}, tt::init::zeros());
}

}  // namespace

int main() {
  tt::manual_seed(1);
  const tt::Tensor pictures = tt::reshape(tt::slice(tt::data::mnist().train.x, 0, {0, 10000}), {10000, 784});

  tf::Graph graph;
  const tt::Tensor x = graph.placeholder("x", tt::float32, {tt::unknown, 784});
  tt::Tensor code, decoded;
  {
    const auto scope = graph.scope("encoder");
    code = dense(tf::nn::relu(dense(x, 128)), 32);
  }
  {
    const auto scope = graph.scope("decoder");
    decoded = tf::sigmoid(dense(tf::nn::relu(dense(code, 128)), 784));
  }
  const tt::Tensor loss = tf::reduce_mean(tf::math::squared_difference(x, decoded));
  const tt::Tensor train = tf::train::RMSPropOptimizer(2e-3).minimize(loss);

  const tf::Session session(graph);
  session.run(graph.initializer());
  const tf::Callable train_step = session.make_callable({x}, {loss, train});
  float last = 0;
  for (int epoch = 1; epoch <= 5; ++epoch) {
    const tt::data::TensorDataset data(pictures, pictures);
    for (const auto& batch : tt::data::batches(data, {.batch_size = 100, .shuffle = true, .seed = 1}))
      last = train_step(batch.x)[0].item<float>();
    std::cout << "epoch " << epoch << ": loss " << last << "\n";
  }
  const float blank = tt::mean(tt::square(pictures - tt::mean(pictures, 0))).item<float>();
  std::cout << "the mean picture would have " << blank << "\n";
  return last < blank / 2 ? 0 : 1;
}
