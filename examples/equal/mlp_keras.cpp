// The mlp on MNIST, Keras: bricks.
#include <triptych/keras.h>

#include "experiment.h"

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;

equal::Outcome mlp_keras(const equal::Settings& settings) {
  // -- Data
  auto mnist = equal::load(settings);

  // -- Model
  keras::utils::set_random_seed(settings.seed);
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
  // The logs of a batch are means since the last reset: of the epoch so far, unless each batch begins with one.
  std::int64_t steps = 0;
  auto each_step = keras::callbacks::LambdaCallback({
      .on_train_batch_begin = [&](std::int64_t, keras::Logs&) { model.reset_metrics(); },
      .on_train_batch_end =
          [&](std::int64_t, keras::Logs& logs) {
            const bool going = settings.on_step(logs["loss"]) && ++steps != settings.max_steps;
            if (!going) model.stop_training();
          },
  });
  model.fit(mnist.train.x, mnist.train.y,
            {.batch_size = settings.batch_size,
             .epochs = static_cast<int>(settings.epochs),
             .verbose = 0,
             .callbacks = {each_step},
             .shuffle = true});

  // -- Evaluation
  equal::Outcome outcome;
  outcome.accuracy = model.evaluate(mnist.test.x, mnist.test.y, {.batch_size = 1000, .verbose = 0})["accuracy"];

  // -- Weights
  outcome.weights = model.get_weights();
  return outcome;
}

EQUAL_MAIN(mlp_keras)
