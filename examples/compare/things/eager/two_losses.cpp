// Two losses, added with weights.
#include <triptych/eager.h>

#include "../things.h"

namespace tt = triptych;
namespace nn = triptych::eager::nn;
namespace optim = triptych::eager::optim;

things::Numbers things::eager_two_losses() {
  struct Net : nn::Module {
    nn::Linear& hidden = add<nn::Linear>("hidden", {.in_features = 4, .out_features = 3, .bias = false});
    nn::Linear& classes = add<nn::Linear>("classes", {.in_features = 3, .out_features = 2, .bias = false});
    nn::Linear& target = add<nn::Linear>("target", {.in_features = 3, .out_features = 1, .bias = false});
  };
  Net net;
  net.load_state_dict({{"hidden.weight", hidden_kernel().t()},
                       {"classes.weight", class_kernel().t()},
                       {"target.weight", target_kernel().t()}});
  optim::SGD optimizer(net.parameters(), {.lr = 0.1});
  auto hidden = tt::relu(net.hidden(inputs()));
  auto class_loss = nn::cross_entropy(net.classes(hidden), classes());
  // begin
  auto target_loss = nn::mse_loss(net.target(hidden), targets());
  auto loss = class_loss + 0.5 * target_loss;
  // end
  loss.backward();
  optimizer.step();
  return all({net.hidden.weight.t()});
}
