// A convolutional network that writes what TensorBoard shows: PROGRAM [FOLDER], then tensorboard --logdir FOLDER.
#include <triptych/lowlevel.h>

#include <filesystem>
#include <iostream>

namespace tt = triptych;
namespace tf = triptych::lowlevel;

namespace {

tt::Tensor conv(const tt::Tensor& x, std::int64_t filters, const char* name) {
  const auto scope = tf::variable_scope(name);
  const tf::Variable kernel = tf::get_variable("kernel", {3, 3, x.size(3), filters});
  tf::summary::histogram("kernel", kernel);
  const tt::Tensor h = tf::nn::relu(tf::nn::conv2d(x, kernel, 1, "SAME"));
  return tf::nn::max_pool2d(h, 2, 2, "SAME");
}

}  // namespace

int main(int argc, char** argv) {
  const std::string folder = argc > 1 ? argv[1] : "convnet_summaries";
  tt::manual_seed(1);
  const tt::data::Mnist mnist = tt::data::mnist({.data_format = "channels_last"});

  tf::Graph graph;
  const auto here = tf::as_default(graph);
  const tt::Tensor images = graph.placeholder("images", tt::float32, {tt::unknown, 28, 28, 1});
  const tt::Tensor labels = graph.placeholder("labels", tt::int64, {tt::unknown});
  tf::summary::image("digits", images, 4);
  const tt::Tensor h = conv(conv(images, 8, "conv_1"), 16, "conv_2");
  const tf::Variable w = tf::get_variable("w", {7 * 7 * 16, 10});
  const tt::Tensor logits = tf::matmul(tf::reshape(h, {-1, 7 * 7 * 16}), w);
  const tt::Tensor loss = tf::reduce_mean(tf::nn::sparse_softmax_cross_entropy_with_logits(labels, logits));
  const tt::Tensor right = tf::equal(tf::argmax(logits, 1), labels);
  const tt::Tensor accuracy = tf::reduce_mean(tf::cast(right, tt::float32));
  const tt::Tensor train = tf::train::AdamOptimizer(2e-3).minimize(loss);
  tf::summary::scalar("loss", loss);
  tf::summary::scalar("accuracy", accuracy);
  const tt::Tensor summaries = tf::summary::merge_all();

  const tf::Session session(graph);
  session.run(graph.initializer());
  const tf::summary::FileWriter writer(folder, graph);
  std::int64_t step = 0;
  for (const auto& [x, y] : tt::data::batches(mnist.train, {.batch_size = 64, .shuffle = true, .seed = 1})) {
    if (step == 300) break;
    const std::vector<tf::Feed> feeds{{images, x}, {labels, y}};
    session.run(train, feeds);
    if (++step % 50 != 0) continue;
    const auto results = session.run({summaries, loss}, feeds);
    writer.add_summary(results[0], step);
    std::cout << "step " << step << ": loss " << results[1].item<float>() << "\n";
  }
  writer.close();
  const tt::Tensor x = tt::slice(mnist.test.x, 0, {0, 2000}), y = tt::slice(mnist.test.y, 0, {0, 2000});
  const float share = session.run(accuracy, {{images, x}, {labels, y}}).item<float>();
  std::cout << "accuracy " << share << "; tensorboard --logdir " << folder << "\n";
  return share > 0.9 && !std::filesystem::is_empty(folder) ? 0 : 1;
}
