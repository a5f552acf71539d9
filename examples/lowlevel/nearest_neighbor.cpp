// Digits without training: an image has the label of the one that differs least from it, pixel by pixel.
#include <triptych/lowlevel.h>

#include <iostream>

namespace tt = triptych;
namespace tf = triptych::lowlevel;

int main() {
  const tt::data::Mnist mnist = tt::data::mnist();
  constexpr std::int64_t known = 5000, asked = 100;

  tf::Graph graph;
  const tt::Tensor images = graph.constant(tt::reshape(tt::slice(mnist.train.x, 0, {0, known}), {known, 784}));
  const tt::Tensor labels = graph.constant(tt::slice(mnist.train.y, 0, {0, known}));
  const tt::Tensor image = graph.placeholder("image", tt::float32, {1, 28, 28});
  const tt::Tensor distance = tf::reduce_sum(tf::abs(images - tf::reshape(image, {784})), 1);
  const tt::Tensor label = tf::gather(labels, tf::argmin(distance));

  const tf::Session session(graph);
  const tf::Callable ask = session.make_callable({image}, {label});
  int right = 0;
  for (std::int64_t i = 0; i < asked; ++i) {
    const auto answer = ask(mnist.test.x[i])[0].item<std::int64_t>();
    const auto truth = mnist.test.y[i].item<std::int64_t>();
    right += answer == truth;
    if (i < 5) std::cout << "image " << i << " is a " << truth << ", the nearest one a " << answer << "\n";
  }
  const double accuracy = static_cast<double>(right) / asked;
  std::cout << "accuracy " << accuracy << "\n";
  return accuracy > 0.85 ? 0 : 1;
}
