// The learning rate is far too large: the loss becomes NaN, and NaN is looked for.
#include <triptych/core/debugging.h>
#include <triptych/eager.h>

#include "../mistake.h"

namespace tt = triptych;
namespace nn = triptych::eager::nn;
namespace optim = triptych::eager::optim;

std::string eager_nan_loss_checked(const mistakes::Enter& enter) {
  struct Net : nn::Module {
    nn::Linear& hidden = add<nn::Linear>("hidden", 784, 128);
    nn::Linear& out = add<nn::Linear>("out", 128, 10);
    tt::Tensor forward(const tt::Tensor& x) override { return out(tt::relu(hidden(x))); }
  };
  enter("build");
  Net net;
  optim::SGD optimizer(net.parameters(), {.lr = 1e30});  // <- mistake
  auto x = mistakes::some_images(), y = mistakes::some_labels();
  enter("first_step");
  tt::DetectAnomaly anomaly;
  std::vector<double> losses;
  for (int step = 0; step < 5; ++step) {
    optimizer.zero_grad();
    auto loss = nn::cross_entropy(net(x), y);
    loss.backward();
    optimizer.step();
    losses.push_back(loss.item<double>());
    enter("training");
  }
  return mistakes::losses_text(losses);
}
