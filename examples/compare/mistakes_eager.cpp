// Three mistakes, eager.
#include <triptych/eager.h>

#include "mistakes.h"

namespace tt = triptych;
namespace nn = triptych::eager::nn;
namespace optim = triptych::eager::optim;

namespace {

struct Net : nn::Module {
  explicit Net(std::int64_t width) : fc2(add<nn::Linear>("fc2", width, 10)) {}
  nn::Linear& fc1 = add<nn::Linear>("fc1", 784, 128);
  nn::Linear& fc2;
  tt::Tensor forward(const tt::Tensor& x) override { return fc2(tt::relu(fc1(x))); }
};

}  // namespace

void mistakes_eager(const std::string& kind, const mistakes::Observer& observer) {
  observer.enter("while the module is built");
  // Wrong shape: the second layer expects 100 inputs, the first gives 128.
  Net net(kind == "wrong shape" ? 100 : 128);
  // NaN: the learning rate is far too large.
  optim::SGD optimizer(net.parameters(), {.lr = kind == "NaN in the loss" ? 1e30 : 0.1});

  observer.enter("at the first step");
  // Wrong dtype: labels as floating-point numbers.
  auto y = kind == "wrong dtype" ? tt::cast(mistakes::some_labels(), tt::float32) : mistakes::some_labels();
  auto x = mistakes::some_images();
  double last = 0;
  for (int step = 0; step < 5; ++step) {
    optimizer.zero_grad();
    auto loss = nn::cross_entropy(net(x), y);
    loss.backward();
    optimizer.step();
    last = loss.item<float>();
    observer.enter("during the training");
  }
  observer.loss(last);
}
