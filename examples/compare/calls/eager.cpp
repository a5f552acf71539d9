#include <triptych/eager.h>

#include "calls.h"

namespace nn = triptych::eager::nn;
namespace optim = triptych::eager::optim;

void calls::eager_steps(const Watch& watch) {
  struct Net : nn::Module {
    nn::Linear& hidden = add<nn::Linear>("hidden", 784, 64);
    nn::Linear& out = add<nn::Linear>("out", 64, 10);
    tt::Tensor forward(const tt::Tensor& x) override { return out(tt::relu(hidden(x))); }
  };
  Net net;
  optim::Adam optimizer(net.parameters());
  auto x = calls::images(), y = calls::labels();
  for (int i = 0; i < watch.steps; ++i) {
    watch.step_begins();
    optimizer.zero_grad();
    auto logits = net(x);
    watch.line();
    auto loss = nn::cross_entropy(logits, y);  // <- the line
    loss.backward();
    optimizer.step();
    watch.step_ends();
  }
}
