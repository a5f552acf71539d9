// The mlp on MNIST, eager: it runs as you write it.
#include <triptych/eager.h>

#include "experiment.h"

namespace tt = triptych;
namespace nn = triptych::eager::nn;
namespace optim = triptych::eager::optim;

// -- Model
namespace {

struct Mlp : nn::Module {
  nn::Linear& fc1 = add<nn::Linear>("fc1", 784, 512);
  nn::Linear& fc2 = add<nn::Linear>("fc2", 512, 256);
  nn::Linear& fc3 = add<nn::Linear>("fc3", 256, 10);

  tt::Tensor forward(const tt::Tensor& x) override { return fc3(tt::relu(fc2(tt::relu(fc1(tt::flatten(x, 1)))))); }

  // PyTorch's layers start otherwise; here all three styles start from the same numbers.
  void reset(std::uint64_t seed) {
    tt::manual_seed(seed);
    for (auto* layer : {&fc1, &fc2, &fc3}) {
      nn::init::xavier_uniform_(layer->weight);
      nn::init::zeros_(layer->bias);
    }
  }
};

}  // namespace

equal::Outcome mlp_eager(const equal::Settings& settings) {
  tt::NumericsMode numerics(settings.numerics);
  // -- Data
  auto mnist = equal::load(settings);
  tt::data::DataLoader train(mnist.train, {.batch_size = settings.batch_size, .shuffle = true, .seed = settings.seed});
  tt::data::DataLoader test(mnist.test, {.batch_size = 1000});

  // -- Model
  Mlp net;
  net.reset(settings.seed);

  // -- Loss and optimizer
  optim::Adam optimizer(net.parameters(), {.lr = settings.learning_rate,
                                           .betas = {settings.beta_1, settings.beta_2},
                                           .eps = settings.epsilon,
                                           .formula = tt::UpdateFormula::tf});

  // -- Training
  std::int64_t steps = 0;
  bool going = true;
  for (std::int64_t epoch = 0; epoch < settings.epochs && going; ++epoch) {
    for (auto [x, y] : train) {
      optimizer.zero_grad();
      auto loss = nn::cross_entropy(net(x), y);
      loss.backward();
      optimizer.step();
      going = settings.on_step(loss.item<float>()) && ++steps != settings.max_steps;
      if (!going) break;
    }
  }

  // -- Evaluation
  net.eval();
  tt::eager::NoGrad guard;
  tt::Mean accuracy;
  for (auto [x, y] : test) accuracy.update(tt::equal(tt::argmax(net(x), 1), y));

  // -- Weights
  equal::Outcome outcome{.accuracy = accuracy.result()};
  for (const auto& parameter : net.parameters())
    outcome.weights.push_back(parameter.ndim() == 2 ? tt::transpose(parameter) : parameter);
  return outcome;
}

EQUAL_MAIN(mlp_eager)
