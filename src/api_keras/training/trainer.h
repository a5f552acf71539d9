// How a model is trained: one step function, traced once into a graph or run as it is.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
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
  /// The model has changed: what was traced and checked is so no more.
  void forget();

  /// What is reported counts from here on.
  void reset_reports();
  /// Whether what is reported as `name` gets better by rising, as far as that is known.
  MetricBase::Direction direction(const std::string& name) const;

  History fit(Source& train, Source* validation, const FitOptions& options, Location where);
  Logs evaluate(Source& source, const EvaluateOptions& options, Location where);
  std::vector<Tensor> predict(Source& source, const PredictOptions& options, Location where);
  Logs run_batch(Phase phase, const ArrayBatch& batch, Location where);
  std::vector<Tensor> predict_batch(const ArrayBatch& batch, Location where);

 private:
  /// A step that is traced for inputs of these shapes and dtypes.
  struct Function {
    Phase phase;
    std::vector<TensorMeta> inputs;
    bool weighted;
    std::optional<DType> autocast;  // of the Autocast that it was traced in
    std::unique_ptr<Runner> runner;
    std::shared_ptr<GraphFunction> function;
    std::size_t outputs = 0;  // the first of the fetches; the rest are effects
  };
  /// What the user called, and where, for errors; those that know no line of the model's own code name that one. A
  /// callback may call another one inside of it.
  class CallerScope {
   public:
    CallerScope(Trainer& trainer, const char* name, Location where);
    ~CallerScope();
    CallerScope(const CallerScope&) = delete;
    CallerScope& operator=(const CallerScope&) = delete;

   private:
    Trainer& trainer_;
    const char* name_;
    Location where_;
    Frame frame_;
    UserCode its_lines_;
  };

  // trainer.cpp: what must hold before a step.
  void check_compiled() const;
  /// ArgumentError if a layer was frozen or unfrozen after the first training step.
  void check_trainable();
  /// ArgumentError unless the arrays of a batch are of one number of examples.
  void check_batch(Phase phase, const ArrayBatch& batch) const;
  /// The inputs as the model wants them: a missing last axis of length 1 is added, and dtypes are converted, as in
  /// Keras.
  std::vector<Tensor> adjusted(const std::vector<Tensor>& x) const;
  /// `tensors` on the device where steps run.
  void move(std::vector<Tensor>& tensors) const;
  /// Before the first step of a phase: builds the model, and brings all state to the device.
  void prepare(const ArrayBatch& batch);
  /// Forgets what was traced for another structure: a model inside of this one may have got layers.
  void notice_changes();
  /// The structure is as it should be.
  void remember_structure();
  /// All weights and states of the model.
  std::vector<Tensor> all_state() const;
  /// In the first step, once the model was called: sorts losses and metrics to its outputs.
  void meet_outputs(std::size_t count);
  /// In the first training step, once the model was called: what is trained.
  void meet_parameters();

  // step.cpp: one step.
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
  std::vector<Tensor> run(Phase phase, ArrayBatch batch);
  Function trace(Phase phase, const ArrayBatch& batch, std::vector<TensorMeta> inputs);
  Function& function_for(Phase phase, const ArrayBatch& batch);

  // loops.cpp: many steps.
  void report(std::span<const Tensor> results, std::int64_t batch_size);
  Logs logs() const;
  /// ArgumentError if an epoch had no batch.
  void check_any(bool any) const;
  void warn_of_end(std::int64_t number, std::int64_t steps, const std::string& of = {}) const;
  /// `steps` 0: all of the data.
  Logs test_epoch(Source& source, std::int64_t steps, CallbackList& callbacks);

  ModelBase& model_;
  CompileOptions options_;
  bool compiled_ = false;
  std::optional<Device> device_;  // where steps run, once that is known
  const char* caller_ = "";
  Location where_;
  Numerics numerics_ = Numerics::fast;
  std::vector<Function> functions_;  // the latest last
  std::set<Phase> prepared_;
  std::uint64_t changes_ = 0;                // of structure, in the process, that were looked at
  std::vector<const LayerBase*> structure_;  // all layers inside

  std::vector<Tensor> parameters_;                          // what is trained, from the first training step on
  std::vector<std::pair<Tensor, Constraint>> constraints_;  // of those that have one

  std::vector<std::string> output_names_;
  struct OutputMetric {
    std::size_t output;
    std::string name;  // as it is reported
    Metric metric;
  };
  std::vector<OutputMetric> metrics_;
  std::size_t output_count_ = 0;  // 0: not known yet
  std::vector<Mean> losses_;      // the loss; with several outputs each one's too
};

}  // namespace triptych::keras
