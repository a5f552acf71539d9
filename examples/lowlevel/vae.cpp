// A variational autoencoder: codes are drawn from what the encoder says of a picture, so that any code decodes to one.
// Kingma and Welling, 2013.
#include <triptych/lowlevel.h>

#include <iostream>

namespace tt = triptych;
namespace tf = triptych::lowlevel;

namespace {

constexpr std::int64_t code_size = 8;

tt::Tensor dense(const tt::Tensor& x, std::int64_t units, const char* name) {
  const auto scope = tf::variable_scope(name, {.reuse = tf::AUTO_REUSE});
  const tf::Variable kernel = tf::get_variable("kernel", {x.size(1), units});
  return tf::matmul(x, kernel) + tf::get_variable("bias", {units}, {.initializer = tt::init::zeros()});
}

tt::Tensor decode(const tt::Tensor& code) {
  return tf::sigmoid(dense(tf::nn::relu(dense(code, 128, "decoder")), 784, "pixels"));
}

}  // namespace

int main() {
  tt::manual_seed(1);
  const tt::Tensor pictures = tt::reshape(tt::slice(tt::data::mnist().train.x, 0, {0, 6000}), {6000, 784});

  tf::Graph graph;
  const auto here = tf::as_default(graph);
  const tt::Tensor x = graph.placeholder("x", tt::float32, {tt::unknown, 784});
  const tt::Tensor hidden = tf::nn::relu(dense(x, 128, "encoder"));
  const tt::Tensor mean = dense(hidden, code_size, "mean"), log_variance = dense(hidden, code_size, "log_variance");
  const tt::Tensor code = mean + tf::exp(log_variance / 2) * tt::randn_like(mean);
  const tt::Tensor decoded = decode(code);

  const tt::Tensor of_pixels = tf::reduce_mean(tf::reduce_sum(tf::math::squared_difference(x, decoded), 1));
  const tt::Tensor divergence =
      tf::reduce_mean(tf::reduce_sum(tf::exp(log_variance) + tf::square(mean) - 1 - log_variance, 1) / 2);
  const tt::Tensor train = tf::train::AdamOptimizer(1e-3).minimize(of_pixels + divergence * 0.2);
  const tt::Tensor drawn = decode(tf::random::normal({10, code_size}));  // new pictures, others in each run

  const tf::Session session(graph);
  session.run(graph.initializer());
  const tf::Callable train_step = session.make_callable({x}, {of_pixels, divergence, train});
  double reconstruction = 0, kl = 0;
  for (int epoch = 1; epoch <= 8; ++epoch) {
    tt::Mean pixels, codes;
    const tt::data::TensorDataset data(pictures, pictures);
    for (const auto& batch : tt::data::batches(data, {.batch_size = 64, .shuffle = true, .seed = 1})) {
      const auto results = train_step(batch.x);
      pixels.update(results[0]);
      codes.update(results[1]);
    }
    reconstruction = pixels.result();
    kl = codes.result();
    std::cout << "epoch " << epoch << ": reconstruction " << reconstruction << ", divergence " << kl << "\n";
  }
  const double blank = tt::mean(tt::sum(tt::square(pictures - tt::mean(pictures, 0)), 1)).item<double>();
  std::cout << "new pictures " << session.run(drawn).shape() << "; the mean picture would have " << blank << "\n";
  return reconstruction < blank * 0.7 && kl > 1 ? 0 : 1;
}
