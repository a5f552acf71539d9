// How a model is trained: one step function, traced once into a graph or run as it is.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "api_keras/training/batches.h"
#include "core/graph/runner.h"
#include "triptych/core/mean.h"
#include "triptych/keras/model.h"

namespace triptych::keras {

enum class Phase { train, test, predict };

class CallbackList;

/// A model's compile() settings and its step functions.
class Trainer {
 public:
  explicit Trainer(ModelBase& model) : model_(model) {}

  void compile(const CompileOptions& options, Location where);
  bool compiled() const { return compiled_; }
  const Optimizer& optimizer(Location where) const;
  const Optimizer* optimizer_if_any() const { return compiled_ ? &options_.optimizer : nullptr; }

  /// What is reported counts from here on.
  void reset_reports();

  History fit(Source& train, Source* validation, const FitOptions& options, Location where);
  Logs evaluate(Source& source, const EvaluateOptions& options, Location where);
  std::vector<Tensor> predict(Source& source, const PredictOptions& options, Location where);
  Logs run_batch(Phase phase, const ArrayBatch& batch, Location where);
  std::vector<Tensor> predict_batch(const ArrayBatch& batch, Location where);

 private:
  /// A traced step.
  struct Function {
    std::unique_ptr<Runner> runner;
    std::shared_ptr<GraphFunction> function;
    std::size_t outputs = 0;  // the first of the fetches; the rest are effects
  };
  void check_compiled(const char* what, Location where) const;
  /// The inputs as the model wants them: a missing last axis of length 1 is added, and dtypes are converted, as in
  /// Keras.
  std::vector<Tensor> adjusted(const std::vector<Tensor>& x, const char* what, Location where) const;
  /// `tensors` on the device where steps run.
  void move(std::vector<Tensor>& tensors) const;
  /// Once shapes are known: makes weights, and sorts metrics to outputs.
  void prepare(Phase phase, const ArrayBatch& batch, Location where);

  /// The loss reaches no weight: says why, if the graph shows it.
  [[noreturn]] void no_gradient(const Tensor& loss) const;
  /// What a step computes before it changes a weight.
  struct Evaluation {
    std::vector<Tensor> results, parameters, gradients;
  };
  /// The step itself: operands decide whether it runs now or is traced.
  Evaluation evaluate_step(Phase phase, const ArrayBatch& batch);
  void update(const Evaluation& evaluation);
  std::vector<Tensor> run_eagerly(Phase phase, const ArrayBatch& batch);
  std::vector<Tensor> run(Phase phase, ArrayBatch batch, Location where);
  Function trace(Phase phase, const ArrayBatch& batch, Location where);

  void report(std::span<const Tensor> results, std::int64_t batch_size);
  Logs logs() const;
  Logs test_epoch(Source& source, CallbackList& callbacks, Location where);

  ModelBase& model_;
  CompileOptions options_;
  bool compiled_ = false;
  std::optional<Device> device_;  // where steps run, once that is known
  const char* caller_ = "";       // what the user called: errors name it
  Numerics numerics_ = Numerics::fast;
  std::map<std::string, Function> functions_;  // by phase and what is fed
  std::set<std::string> prepared_;             // the same, for what was checked

  std::vector<Tensor> state_;  // all weights and states of the model

  std::vector<std::string> output_names_;
  struct OutputMetric {
    std::size_t output;
    std::string name;  // as it is reported
    Metric metric;
  };
  std::vector<OutputMetric> metrics_;
  std::size_t output_count_ = 0;  // 0: not prepared
  std::vector<Mean> losses_;      // the loss; with several outputs each one's too
};

}  // namespace triptych::keras
