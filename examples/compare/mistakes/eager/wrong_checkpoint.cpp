// The checkpoint was saved by a model of 64 hidden units.
#include <triptych/eager.h>

#include "../mistake.h"

namespace tt = triptych;
namespace nn = triptych::eager::nn;
namespace optim = triptych::eager::optim;

std::string eager_wrong_checkpoint(const mistakes::Enter& enter) {
  struct Net : nn::Module {
    explicit Net(std::int64_t units)
        : hidden(add<nn::Linear>("hidden", 784, units)), out(add<nn::Linear>("out", units, 10)) {}
    nn::Linear &hidden, &out;
    tt::Tensor forward(const tt::Tensor& x) override { return out(tt::relu(hidden(x))); }
  };
  enter("build");
  const std::string path = mistakes::temporary_file();
  tt::save(Net(64).state_dict(), path);
  Net net(128);  // <- mistake
  optim::SGD optimizer(net.parameters(), {.lr = 0.1});
  net.load_state_dict(tt::load(path));
  auto x = mistakes::some_images(), y = mistakes::some_labels();
  enter("first_step");
  std::vector<double> losses;
  for (int step = 0; step < 5; ++step) {
    optimizer.zero_grad();
    auto loss = nn::cross_entropy(net(x), y);
    loss.backward();
    optimizer.step();
    losses.push_back(loss.item<double>());
  }
  return mistakes::losses_text(losses);
}
