// The value inside a network.
#include <triptych/eager.h>

#include "../things.h"

namespace tt = triptych;
namespace nn = triptych::eager::nn;
namespace optim = triptych::eager::optim;

things::Numbers things::eager_inner_value() {
  struct Net : nn::Module {
    nn::Linear& hidden = add<nn::Linear>("hidden", {.in_features = 4, .out_features = 3, .bias = false});
    nn::Linear& classes = add<nn::Linear>("classes", {.in_features = 3, .out_features = 2, .bias = false});
    tt::Tensor forward(const tt::Tensor& x) override { return classes(tt::relu(hidden(x))); }
  };
  Net net;
  net.load_state_dict({{"hidden.weight", hidden_kernel().t()}, {"classes.weight", class_kernel().t()}});
  // begin
  auto value = tt::relu(net.hidden(inputs()));
  // end
  return all({value});
}
