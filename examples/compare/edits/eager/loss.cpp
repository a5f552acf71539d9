// A first model, eager: a small network learns digits, with another loss.
#include <triptych/eager.h>

#include <iostream>

namespace tt = triptych;
namespace nn = triptych::eager::nn;
namespace optim = triptych::eager::optim;

struct Net : nn::Module {
  nn::Linear& hidden = add<nn::Linear>("hidden", 784, 64);
  nn::Linear& out = add<nn::Linear>("out", 64, 10);
  tt::Tensor forward(const tt::Tensor& x) override {
    auto h = tt::relu(hidden(tt::flatten(x, 1)));
    return out(h);
  }
};

int main() {
  auto mnist = tt::data::mnist();

  Net net;
  optim::Adam optimizer(net.parameters(), {.lr = 1e-3});
  for (auto [x, y] : tt::data::DataLoader(mnist.train, {.batch_size = 64, .shuffle = true})) {
    optimizer.zero_grad();
    auto loss = nn::mse_loss(net(x), tt::one_hot(y, 10));
    loss.backward();
    optimizer.step();
  }

  net.eval();
  tt::eager::NoGrad guard;
  tt::Mean test_loss;
  for (auto [x, y] : tt::data::DataLoader(mnist.test, {.batch_size = 1000})) {
    auto logits = net(x);
    test_loss.update(nn::mse_loss(logits, tt::one_hot(y, 10)));
  }
  std::cout << "loss " << test_loss.result() << "\n";
}
