// What was learned from many pictures helps with few: a network that knows the digits 0 to 4 comes from a safetensors
// file, and learns 5 to 9 from ten pictures each. After PyTorch's tutorial on transfer learning.
#include <triptych/eager.h>

#include <iostream>

#include "../options.h"

namespace tt = triptych;
namespace nn = triptych::eager::nn;
namespace F = triptych::eager::nn::functional;
namespace optim = triptych::eager::optim;
using tt::Tensor, tt::Slice;
using tt::data::TensorDataset;

namespace {

struct Net : nn::Module {
  nn::Sequential& features =
      add<nn::Sequential>("features", nn::make<nn::Conv2d>(1, 16, 3, 2, 1), nn::make<nn::BatchNorm2d>(16),
                          nn::make<nn::ReLU>(), nn::make<nn::Conv2d>(16, 32, 3, 2, 1), nn::make<nn::BatchNorm2d>(32),
                          nn::make<nn::ReLU>(), nn::make<nn::Conv2d>(32, 64, 3, 2, 1), nn::make<nn::BatchNorm2d>(64),
                          nn::make<nn::ReLU>(), nn::make<nn::AdaptiveAvgPool2d>(1), nn::make<nn::Flatten>());
  nn::Linear& fc = add<nn::Linear>("fc", 64, 5);
  Tensor forward(const Tensor& x) override { return fc(features(x)); }
};

/// Pictures of five digits, numbered 0 to 4.
TensorDataset five(const TensorDataset& digits, std::int64_t first) {
  const Tensor chosen = (digits.y >= first).logical_and(digits.y < first + 5);
  return TensorDataset(digits.x[chosen], digits.y[chosen] - first);
}

/// The first `count` pictures of each.
TensorDataset few(const TensorDataset& digits, std::int64_t count) {
  std::vector<Tensor> places;
  for (int digit = 0; digit < 5; ++digit) places.push_back(digits.y.eq(digit).nonzero().flatten()[Slice(0, count)]);
  const Tensor all = tt::cat(places);
  return TensorDataset(digits.x[all], digits.y[all]);
}

double accuracy(Net& model, const TensorDataset& test) {
  model.eval();
  const tt::eager::NoGrad guard;
  tt::Mean correct;
  for (const auto& [x, y] : tt::data::DataLoader(test, {.batch_size = 500})) correct.update(model(x).argmax(1).eq(y));
  return correct.result();
}

/// Frozen modules stay in evaluation: their statistics are those of the pictures that they know.
void train(Net& model, const TensorDataset& data, optim::Optimizer& optimizer, int epochs, bool frozen) {
  tt::data::DataLoader loader(data, {.batch_size = 50, .shuffle = true});
  for (int epoch = 0; epoch < epochs; ++epoch) {
    model.train();
    model.features.train(!frozen);
    for (const auto& [x, y] : loader) {
      optimizer.zero_grad();
      F::cross_entropy(model(x), y).backward();
      optimizer.step();
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  examples::Options options(argc, argv);
  const int samples = options.get("pretraining-samples", 10000), pictures = options.get("pictures-of-each", 10);
  const std::string file = options.get("file", "pretrained.safetensors");
  options.end();

  tt::manual_seed(1);
  const auto mnist = tt::data::mnist();
  const TensorDataset old = five(mnist.train, 0), fresh = few(five(mnist.train, 5), pictures),
                      test = five(mnist.test, 5);

  Net teacher;
  optim::Adam pretraining(teacher.parameters(), {.lr = 2e-3});
  train(teacher, TensorDataset(old.x[Slice(0, samples)], old.y[Slice(0, samples)]), pretraining, 2, false);
  tt::save(teacher.state_dict(), file);
  std::cout << "0 to 4: accuracy " << accuracy(teacher, five(mnist.test, 0)) << ", saved as " << file << std::endl;

  Net scratch;
  optim::Adam from_nothing(scratch.parameters(), {.lr = 2e-3});
  train(scratch, fresh, from_nothing, 60, false);
  const double without = accuracy(scratch, test);
  std::cout << "5 to 9 from nothing: accuracy " << without << std::endl;

  // All but the last layer, which is new.
  Net model;
  tt::StateDict state = tt::load(file);
  state.erase("fc.weight"), state.erase("fc.bias");
  const auto [missing, unexpected] = model.load_state_dict(state, false);
  std::cout << "loaded; " << missing[0] << " and " << missing[1] << " are new" << std::endl;
  model.features.requires_grad_(false);
  optim::Adam of_head(model.fc.parameters(), {.lr = 1e-2});
  train(model, fresh, of_head, 60, true);
  const double with_frozen = accuracy(model, test);
  std::cout << "5 to 9 with frozen features: accuracy " << with_frozen << std::endl;

  model.features.requires_grad_(true);
  optim::Adam of_all({{model.features.parameters(), {{.lr = 2e-4}}}, {model.fc.parameters()}}, {.lr = 1e-3});
  train(model, fresh, of_all, 40, true);
  const double tuned = accuracy(model, test);
  std::cout << "5 to 9 fine-tuned: accuracy " << tuned << std::endl;
  return tuned > without + 0.05 && tuned > 0.7 ? 0 : 1;
}
