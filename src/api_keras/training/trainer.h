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
  const CompileOptions& options() const { return options_; }
  const Optimizer* optimizer_if_any() const { return compiled_ ? &options_.optimizer : nullptr; }
  /// The model has changed: what was traced and checked is so no more.
  void forget();
  /// It is to be compiled anew.
  void retract();

  /// What is reported counts from here on.
  void reset_reports();
  std::vector<std::string> metrics_names() const;
  /// The loss that was compiled, each output's times its weight, and what layers have added; of the step that is
  /// running.
  Tensor compiled_loss(const StepData& data, const std::vector<Tensor>& y_pred);
  /// Adds the predictions of a step to the metrics that were compiled, and gives what they are.
  StepLogs compiled_metrics(const StepData& data, const std::vector<Tensor>& y_pred);
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
    std::size_t weights;            // of examples that are fed
    std::optional<DType> autocast;  // of the Autocast that it was traced in
    std::unique_ptr<Runner> runner;
    std::shared_ptr<GraphFunction> function;
    std::size_t outputs = 0;              // the first of the fetches; the rest are effects
    std::vector<std::string> names = {};  // of the outputs, for a step of the model's own
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
  void meet_losses(std::size_t count, const std::vector<std::string>& names);
  void meet_metrics(std::size_t count, const std::vector<std::string>& names);
  void add_metrics(const MetricList& metrics, bool weighted, std::size_t count, const std::vector<std::string>& names);
  /// In the first training step, once the model was called: what is trained.
  void meet_parameters();

  // step.cpp: one step.
  /// The loss reaches no weight: says why, if the graph shows it.
  [[noreturn]] void no_gradient(const Tensor& loss) const;
  /// What a step computes before it changes a weight.
  struct Evaluation {
    std::vector<Tensor> results = {}, parameters = {}, gradients = {};
    std::vector<std::string> names = {};  // of the results, if the model has a step of its own
  };
  /// The model's own step, if it has one; then nothing is left to do.
  std::optional<Evaluation> own_step(Phase phase, const StepData& data);
  /// Each output's target: one for each, or, as in Keras, one for each that has a loss. Undefined ones, and no list at
  /// all, where there are none.
  std::vector<Tensor> targets_of(const std::vector<Tensor>& y) const;
  /// The results of all metrics, 0-d.
  void put_metrics(const StepData& data, const std::vector<Tensor>& y_pred, std::vector<Tensor>& results);
  /// The step itself: operands decide whether it runs now or is traced.
  Evaluation evaluate_step(Phase phase, const ArrayBatch& batch);
  Tensor loss_of_step(const StepData& data, const std::vector<Tensor>& y_pred);
  StepLogs metrics_of_step(const StepData& data, const std::vector<Tensor>& y_pred);
  void update(const Evaluation& evaluation);
  std::vector<Tensor> run_eagerly(Phase phase, const ArrayBatch& batch);
  std::vector<Tensor> run(Phase phase, ArrayBatch batch);
  Function trace(Phase phase, const ArrayBatch& batch, std::vector<TensorMeta> inputs);
  Function& function_for(Phase phase, const ArrayBatch& batch);

  // loops.cpp: many steps.
  /// `results` of the latest step of `phase`.
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
  Location compiled_at_;
  std::optional<Device> device_;  // where steps run, once that is known
  const char* caller_ = "";
  Location where_;
  Numerics numerics_ = Numerics::fast;
  std::vector<Function> functions_;  // the latest last
  std::set<Phase> prepared_;
  std::uint64_t changes_ = 0;                  // of structure, in the process, that were looked at
  std::optional<std::uint64_t> trainability_;  // changes of it, that were looked at
  std::vector<const LayerBase*> structure_;    // all layers inside
  std::uint64_t adaptations_ = 0;              // of layers to data, that were looked at

  std::vector<Tensor> parameters_;                          // what is trained, from the first training step on
  std::vector<std::pair<Tensor, Constraint>> constraints_;  // of those that have one

  std::vector<std::string> output_names_;
  struct OutputMetric {
    std::size_t output;
    std::string name;  // as it is reported
    Metric metric;
    bool weighted;
  };
  std::vector<OutputMetric> metrics_;
  std::vector<double> metric_values_;  // after the latest step
  std::size_t output_count_ = 0;       // 0: not known yet
  std::vector<Mean> losses_;           // the loss; with several outputs each one's too
  std::vector<std::optional<Loss>> output_losses_;
  std::vector<double> loss_weights_;
  std::vector<Tensor> loss_values_;      // of the outputs, in the step that is running
  std::vector<std::string> loss_names_;  // of losses_, but the first
  std::vector<std::string> own_names_;   // of what the latest step of the model's own reported
};

}  // namespace triptych::keras
