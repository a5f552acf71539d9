// The eager style: one linear layer learns y = 2 x, in a loop of the user's own.
#include <triptych/eager.h>

#include <cmath>

namespace tt = triptych;
namespace nn = triptych::eager::nn;
namespace optim = triptych::eager::optim;

struct Net : nn::Module {
  nn::Linear& fc = add<nn::Linear>("fc", 1, 1);
  tt::Tensor forward(const tt::Tensor& x) override { return fc(x); }
};

int main() {
  const tt::Tensor x = tt::tensor(std::vector<float>{-1, 0, 1, 2}, {4, 1});
  const tt::Tensor y = x * 2.0f;
  Net net;
  optim::SGD optimizer(net.parameters(), {.lr = 0.1});
  for (int i = 0; i < 200; ++i) {
    optimizer.zero_grad();
    const tt::Tensor difference = net(x) - y;
    tt::mean(difference * difference).backward();
    optimizer.step();
  }
  const tt::eager::NoGrad guard;
  return std::abs(net(tt::ones({1, 1})).item<float>() - 2.0f) < 1e-2f ? 0 : 1;
}
