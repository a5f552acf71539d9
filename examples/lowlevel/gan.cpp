// A generator learns to draw digits that a discriminator takes for real ones. Goodfellow and others, 2014.
#include <triptych/lowlevel.h>

#include <iostream>

namespace tt = triptych;
namespace tf = triptych::lowlevel;

namespace {

constexpr std::int64_t noise_size = 32;

tt::Tensor dense(const tt::Tensor& x, std::int64_t units, const char* name) {
  const auto scope = tf::variable_scope(name);
  const tf::Variable kernel = tf::get_variable("kernel", {x.size(1), units});
  return tf::matmul(x, kernel) + tf::get_variable("bias", {units}, {.initializer = tt::init::zeros()});
}

tt::Tensor generator(const tt::Tensor& noise) {
  const auto scope = tf::variable_scope("generator");
  return tf::sigmoid(dense(tf::nn::relu(dense(noise, 128, "hidden")), 784, "pixels"));
}

/// Logits: how real each picture looks.
tt::Tensor discriminator(const tt::Tensor& pictures) {
  const auto scope = tf::variable_scope("discriminator", {.reuse = tf::AUTO_REUSE});
  return dense(tf::nn::leaky_relu(dense(pictures, 128, "hidden")), 1, "logit");
}

tt::Tensor loss_of(const tt::Tensor& logits, float truth) {
  return tf::reduce_mean(tf::nn::sigmoid_cross_entropy_with_logits(tf::zeros_like(logits) + truth, logits));
}

}  // namespace

int main() {
  tt::manual_seed(1);
  constexpr std::int64_t batch_size = 64;
  const tt::Tensor pictures = tt::reshape(tt::slice(tt::data::mnist().train.x, 0, {0, 12800}), {-1, 784});

  tf::Graph graph;
  const auto here = tf::as_default(graph);
  const tt::Tensor real = graph.placeholder("real", tt::float32, {tt::unknown, 784});
  const tt::Tensor fake = generator(tf::random::normal({batch_size, noise_size}));
  const tt::Tensor of_real = discriminator(real), of_fake = discriminator(fake);
  const tt::Tensor d_loss = (loss_of(of_real, 0.9f) + loss_of(of_fake, 0)) / 2, g_loss = loss_of(of_fake, 1);
  const auto variables_of = [](const char* scope) {
    return tf::get_collection(tf::GraphKeys::TRAINABLE_VARIABLES, scope);
  };
  const tf::AdamOptions options{.learning_rate = 2e-4, .beta1 = 0.5};  // as Radford and others, 2015
  const tt::Tensor d_train = tf::train::AdamOptimizer(options).minimize(d_loss, variables_of("discriminator"));
  const tt::Tensor g_train = tf::train::AdamOptimizer(options).minimize(g_loss, variables_of("generator"));

  const tf::Session session(graph);
  session.run(graph.initializer());
  const tt::Tensor mean_picture = tt::mean(pictures, 0);
  const auto distance = [&] {  // of the mean drawn picture from the mean real one
    return tt::mean(tt::abs(tt::mean(session.run(fake), 0) - mean_picture)).item<double>();
  };
  const double before = distance();
  const tf::Callable train_d = session.make_callable({real}, {d_loss, d_train});
  const tf::Callable train_g = session.make_callable({}, {g_loss, g_train});
  for (int epoch = 1; epoch <= 4; ++epoch) {
    tt::Mean d_mean, g_mean;
    const tt::data::TensorDataset data(pictures, pictures);
    for (const auto& batch : tt::data::batches(data, {.batch_size = batch_size, .shuffle = true, .seed = 1})) {
      d_mean.update(train_d(batch.x)[0]);
      g_mean.update(train_g()[0]);
    }
    std::cout << "epoch " << epoch << ": discriminator " << d_mean.result() << ", generator " << g_mean.result()
              << ", distance of the mean pictures " << distance() << "\n";
  }
  return distance() < before / 3 ? 0 : 1;
}
