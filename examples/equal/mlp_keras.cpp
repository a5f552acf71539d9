// The mlp on MNIST, Keras: bricks.
#include <triptych/keras.h>

#include "experiment.h"

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;

equal::Outcome mlp_keras(const equal::Settings& settings) {
  // -- Data
  auto mnist = equal::load(settings);
  tt::data::DataLoader train(mnist.train, {.batch_size = settings.batch_size, .shuffle = true, .seed = settings.seed});

  // -- Model
  tt::manual_seed(settings.seed);
  keras::Sequential model({
      Input({1, 28, 28}),
      Flatten(),
      Dense(512, {.activation = "relu"}),
      Dense(256, {.activation = "relu"}),
      Dense(10),
  });

  // -- Loss and optimizer
  model.compile({.optimizer = keras::optimizers::Adam({.learning_rate = settings.learning_rate,
                                                       .beta_1 = settings.beta_1,
                                                       .beta_2 = settings.beta_2,
                                                       .epsilon = settings.epsilon}),
                 .loss = keras::losses::SparseCategoricalCrossentropy({.from_logits = true}),
                 .metrics = {"accuracy"},
                 .run_eagerly = settings.run_eagerly,
                 .numerics = settings.numerics == tt::Numerics::exact ? "exact" : "fast"});

  // -- Training
  std::int64_t steps = 0;
  bool going = true;
  for (std::int64_t epoch = 0; epoch < settings.epochs && going; ++epoch) {
    for (auto [x, y] : train) {
      going = settings.on_step(model.train_on_batch(x, y)["loss"]);
      if (++steps == settings.max_steps) going = false;
      if (!going) break;
    }
  }

  // -- Evaluation
  equal::Outcome outcome;
  outcome.accuracy = model.evaluate(mnist.test.x, mnist.test.y, {.batch_size = 1000, .verbose = 0})["accuracy"];

  // -- Weights
  outcome.weights = model.get_weights();
  return outcome;
}

EQUAL_MAIN(mlp_keras)
