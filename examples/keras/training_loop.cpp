// A training loop from scratch: gradients, an optimizer, metrics, with keras::ops.
#include <triptych/keras.h>

#include <iostream>

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;

namespace ops = keras::ops;

int main() {
  keras::utils::set_random_seed(1);
  const auto mnist = tt::data::mnist();
  const tt::data::TensorDataset train(tt::slice(mnist.train.x, 0, {0, 10000}), tt::slice(mnist.train.y, 0, {0, 10000}));
  const tt::Tensor x_test = mnist.test.x, y_test = mnist.test.y;

  const keras::Sequential model({Input({1, 28, 28}), Flatten(), Dense(64, "relu"), Dense(10)});
  const keras::Optimizer optimizer = keras::optimizers::Adam(1e-3);
  const keras::Loss loss_of = keras::losses::SparseCategoricalCrossentropy({.from_logits = true});
  keras::Metric accuracy = keras::metrics::SparseCategoricalAccuracy();
  const std::vector<tt::Tensor> weights = model.trainable_weights();

  double result = 0;
  for (int epoch = 1; epoch <= 5; ++epoch) {
    tt::Tensor last;
    for (const auto& [x, y] :
         tt::data::batches(train, {.batch_size = 64, .shuffle = true, .seed = static_cast<std::uint64_t>(epoch)})) {
      const tt::Tensor logits = model(x, true);
      const tt::Tensor loss[] = {loss_of(y, logits)};
      optimizer.apply(tt::gradients(loss, weights), weights);
      accuracy.update_state(y, logits);
      last = loss[0];
    }
    std::cout << "epoch " << epoch << ": loss " << last.item<double>() << ", accuracy " << accuracy.result();
    accuracy.reset_state();

    const tt::Tensor predicted = ops::argmax(model(x_test), -1);
    result = ops::mean(ops::cast(ops::equal(predicted, y_test), tt::float32)).item<double>();
    std::cout << ", on the test's pictures " << result << "\n";
  }
  return result > 0.9 ? 0 : 1;
}
