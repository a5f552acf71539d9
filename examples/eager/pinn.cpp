// A network that solves a differential equation, u''(x) = -pi^2 sin(pi x), u(-1) = u(1) = 0: its second derivative at
// many points is vmap(grad(grad(u))), and the loss is differentiated once more, with respect to its parameters (Raissi
// and others, 2019: https://doi.org/10.1016/j.jcp.2018.10.045).
#include <triptych/eager.h>

#include <iostream>
#include <numbers>

namespace tt = triptych;
namespace nn = triptych::eager::nn;
namespace optim = triptych::eager::optim;
namespace func = triptych::eager::func;
using tt::Tensor;

int main() {
  tt::manual_seed(1);
  const double pi = std::numbers::pi;
  nn::Sequential net(nn::make<nn::Linear>(1, 24), nn::make<nn::Tanh>(), nn::make<nn::Linear>(24, 24),
                     nn::make<nn::Tanh>(), nn::make<nn::Linear>(24, 1));
  const auto u = [&](const Tensor& x) { return net(x.reshape({1})).reshape({}); };
  const auto curvature = func::vmap(func::grad(func::grad(u)));

  const Tensor points = tt::linspace(-1, 1, 41), ends = tt::tensor({{-1.}, {1.}}, tt::float32);
  const Tensor wanted = tt::sin(points * pi) * (-pi * pi);
  optim::Adam optimizer(net.parameters(), {.lr = 0.01});
  for (int step = 0; step <= 600; ++step) {
    const Tensor equation = tt::mean(tt::square(curvature(points) - wanted));
    const Tensor loss = equation + 10 * tt::sum(tt::square(net(ends)));
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    if (step % 200 == 0) std::cout << "step " << step << ", loss " << loss.item<float>() << "\n";
  }
  const tt::eager::NoGrad guard;
  const Tensor difference = net(points.reshape({-1, 1})).reshape({-1}) - tt::sin(points * pi);
  const auto error = tt::max(tt::abs(difference)).item<float>();
  std::cout << "largest error of u: " << error << "\n";
  return error < 0.05 ? 0 : 1;
}
