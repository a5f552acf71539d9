// The gradient of every example by itself, vmap(grad(loss)): for differentially private training, which clips each one
// before they are averaged and adds noise (Abadi and others, 2016: https://arxiv.org/abs/1607.00133).
#include <triptych/eager.h>

#include <cmath>
#include <iostream>

namespace tt = triptych;
namespace nn = triptych::eager::nn;
namespace func = triptych::eager::func;
using tt::Tensor;

int main() {
  tt::manual_seed(0);
  // Three clouds of points.
  const std::int64_t count = 600;
  const Tensor labels = tt::randint(0, 3, {count});
  const Tensor centers = tt::tensor({{0., 2.}, {-2., -1.}, {2., -1.}}, tt::float32);
  const Tensor points = tt::index_select(centers, 0, labels) + tt::randn({count, 2}) * 0.7;

  nn::Sequential net(nn::make<nn::Linear>(2, 32), nn::make<nn::Tanh>(), nn::make<nn::Linear>(32, 3));
  const auto loss = [&](const tt::StateDict& parameters, const Tensor& point, const Tensor& label) {
    return tt::cross_entropy(func::functional_call(net, parameters, tt::unsqueeze(point, 0)), tt::unsqueeze(label, 0));
  };
  const auto gradients_of_each = func::vmap(func::grad(loss), {tt::none, 0, 0});

  // They are what a loop over the examples gives, and their mean is the gradient of the mean loss.
  tt::StateDict each = gradients_of_each(net.state_dict(), points, labels);
  tt::cross_entropy(net(points), labels).backward();
  double difference = 0;
  for (const auto& [name, parameter] : net.named_parameters())
    difference = std::max(difference, tt::max(tt::abs(tt::mean(each.at(name), 0) - parameter.grad())).item<double>());
  std::cout << "gradients of " << each.at("0.weight").shape()[0]
            << " examples; their mean is the gradient of the mean: " << (difference < 1e-5 ? "yes" : "no") << "\n";

  // Training with gradients of norm one at most, and noise.
  const double bound = 1, noise = 0.5, learning_rate = 0.5;
  for (int step = 0; step < 60; ++step) {
    each = gradients_of_each(net.state_dict(), points, labels);
    Tensor squares = tt::zeros({count});
    for (const auto& [name, gradient] : each) squares = squares + tt::sum(tt::square(tt::flatten(gradient, 1)), 1);
    const Tensor factors = tt::clip(bound / (tt::sqrt(squares) + 1e-6), {}, 1.);
    const tt::eager::NoGrad guard;
    for (const auto& [name, parameter] : net.named_parameters()) {
      const Tensor clipped = tt::matmul(factors, tt::flatten(each.at(name), 1)).reshape(parameter.shape());
      Tensor handle = parameter;
      handle.sub_((clipped + tt::randn_like(parameter) * (noise * bound)) * (learning_rate / count));
    }
  }
  const Tensor right = tt::equal(tt::argmax(net(points), 1), labels);
  const auto accuracy = tt::mean(tt::cast(right, tt::float32)).item<float>();
  std::cout << "accuracy " << accuracy << "\n";
  return difference < 1e-5 && accuracy > 0.9 ? 0 : 1;
}
