#include <triptych/keras.h>

#include "calls.h"

namespace keras = triptych::keras;
using namespace keras::layers;

void calls::keras_steps(const Watch& watch, bool run_eagerly) {
  keras::Sequential model({
      Input({784}),
      Dense(64, {.activation = "relu"}),
      Dense(10),
  });
  model.compile({.optimizer = "adam",
                 .loss = keras::losses::SparseCategoricalCrossentropy({.from_logits = true}),
                 .run_eagerly = run_eagerly});
  auto x = calls::images(), y = calls::labels();
  auto each_step = keras::callbacks::LambdaCallback({
      .on_train_batch_begin = [&](std::int64_t, keras::Logs&) { watch.step_begins(); },
      .on_train_batch_end = [&](std::int64_t, keras::Logs&) { watch.step_ends(); },
  });
  watch.line();
  model.fit(x, y, {.batch_size = 32, .epochs = watch.steps, .verbose = 0, .callbacks = {each_step}});  // <- the line
}
