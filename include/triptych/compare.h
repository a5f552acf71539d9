// The comparison of the three styles for a model of your own: docs/compare.md. Link `Triptych::compare`.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "triptych/core/numerics.h"
#include "triptych/core/session_options.h"
#include "triptych/core/tensor.h"

namespace triptych::compare {

/// What a program is asked to do. With equal settings, the programs of one model should compute the same.
struct Settings {
  std::int64_t epochs = 1;
  std::int64_t batch_size = 128;
  double learning_rate = 1e-3, beta_1 = 0.9, beta_2 = 0.999, epsilon = 1e-7;
  std::uint64_t seed = 7;
  /// Stop after so many steps; 0: after the epochs.
  std::int64_t max_steps = 0;
  /// Use the first so many samples for training and testing; 0: all.
  std::int64_t train_samples = 0, test_samples = 0;
  Numerics numerics = Numerics::exact;
  /// Keras only: its eager engine.
  bool run_eagerly = false;
  /// To call when the data is in memory: times and memory are counted from here.
  std::function<void()> on_loaded = [] {};
  /// To call after each step with its loss; false ends the training.
  std::function<bool(double loss)> on_step = [](double) { return true; };
};

/// What a program found.
struct Outcome {
  /// Share of the test samples that it got right, or any other score between 0 and 1.
  double accuracy = 0;
  /// The trained weights in one order and layout, so that styles can be compared bit by bit; may be left empty.
  std::vector<Tensor> weights = {};
  /// How the training step was compiled (Callable::report); low level only, may be left empty.
  StepReport step = {};
};

/// A model's program in one style: trains as the settings say.
using Program = std::function<Outcome(const Settings&)>;

/// A model in up to three styles; a style without a program is left out.
struct Model {
  std::string name;
  Program lowlevel = {}, eager = {}, keras = {};
  /// Epochs of a full training; with --quick one over the first so many samples.
  std::int64_t epochs = 1, quick_samples = 3072;
  /// Samples of an epoch and seconds of a step of 128, as guessed: for the progress bar only.
  std::int64_t samples = 60000;
  double step_seconds = 0.01;
  /// The programs' source files, which the report then shows side by side, cut at lines `// -- Title`; may be empty.
  std::string lowlevel_source = {}, eager_source = {}, keras_source = {};
};

/// The program `triptych` for these models: call it from main() and return its result. Runs itself again, once for each
/// measurement, so that each has a process of its own: do nothing before it that should not happen so often.
int main(int argc, char** argv, const std::vector<Model>& models);

}  // namespace triptych::compare
