// A gradient of one's own: rounding that lets gradients pass.
#include <triptych/eager.h>

#include "../things.h"

namespace tt = triptych;
namespace nn = triptych::eager::nn;
namespace optim = triptych::eager::optim;

things::Numbers things::eager_custom_gradient() {
  // begin
  struct Round : tt::eager::Function<Round> {
    static tt::Tensor forward(tt::eager::FunctionContext&, const tt::Tensor& x) { return tt::round(x); }
    static tt::Tensor backward(tt::eager::FunctionContext&, const tt::Tensor& upstream) { return upstream; }
  };
  // end
  auto w = tt::tensor({0.3f, 1.6f, 2.2f}).set_requires_grad();
  auto rounded = Round::apply(w);
  auto loss = tt::sum(rounded * rounded);
  loss.backward();
  optim::SGD({w}, {.lr = 0.1}).step();
  return all({w});
}
