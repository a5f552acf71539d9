// The digit classifier in eager style, with PyTorch's defaults.
#include <triptych/eager.h>

#include <iostream>

namespace tt = triptych;
namespace nn = triptych::eager::nn;
namespace optim = triptych::eager::optim;

struct Net : nn::Module {
  nn::Conv2d& conv = add<nn::Conv2d>("conv", {.in_channels = 1, .out_channels = 8, .kernel_size = 3, .padding = 1});
  nn::Linear& fc = add<nn::Linear>("fc", 8 * 14 * 14, 10);

  tt::Tensor forward(const tt::Tensor& x) override {
    auto h = tt::max_pool2d(tt::relu(conv(x)), {.kernel_size = 2});
    return fc(tt::flatten(h, 1));
  }
};

int main() {
  auto mnist = tt::data::mnist();
  Net net;
  optim::Adam optimizer(net.parameters(), {.lr = 1e-3});
  for (auto [x, y] : tt::data::DataLoader(mnist.train, {.batch_size = 128, .shuffle = true, .num_workers = 1})) {
    optimizer.zero_grad();
    auto loss = nn::cross_entropy(net(x), y);
    loss.backward();
    optimizer.step();
  }
  net.eval();
  tt::eager::NoGrad guard;
  tt::Mean accuracy;
  for (auto [x, y] : tt::data::DataLoader(mnist.test, {.batch_size = 1000}))
    accuracy.update(tt::equal(tt::argmax(net(x), 1), y));
  std::cout << "accuracy " << accuracy.result() << "\n";
  tt::save(net.state_dict(), "digits.safetensors");
}
