// optimizer.zero_grad() is missing: the gradients of all steps add up.
#include <triptych/eager.h>

#include "../mistake.h"

namespace tt = triptych;
namespace nn = triptych::eager::nn;
namespace optim = triptych::eager::optim;

std::string eager_forgotten_call(const mistakes::Enter& enter) {
  struct Net : nn::Module {
    nn::Linear& hidden = add<nn::Linear>("hidden", 784, 128);
    nn::Linear& out = add<nn::Linear>("out", 128, 10);
    tt::Tensor forward(const tt::Tensor& x) override { return out(tt::relu(hidden(x))); }
  };
  enter("build");
  Net net;
  optim::SGD optimizer(net.parameters(), {.lr = 0.1});
  auto x = mistakes::some_images(), y = mistakes::some_labels();
  enter("first_step");
  std::vector<double> losses;
  for (int step = 0; step < 5; ++step) {  // <- mistake
    auto loss = nn::cross_entropy(net(x), y);
    loss.backward();
    optimizer.step();
    losses.push_back(loss.item<double>());
  }
  return mistakes::losses_text(losses);
}
