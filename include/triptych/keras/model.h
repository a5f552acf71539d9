// Models: layers, and how they are trained.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "triptych/core/data.h"
#include "triptych/core/function.h"
#include "triptych/core/option_text.h"
#include "triptych/core/tensor.h"
#include "triptych/core/text.h"
#include "triptych/keras/callbacks.h"
#include "triptych/keras/layer.h"
#include "triptych/keras/logs.h"
#include "triptych/keras/losses.h"
#include "triptych/keras/metrics.h"
#include "triptych/keras/optimizers.h"

namespace triptych::keras {

/// A loss of the output of that name.
struct NamedLoss {
  OwnedText output;
  Loss loss;
};

/// One loss, or one for each output, in order or by name: {{"class", "mse"}, {"box", "mae"}}; an output that is not
/// named has none.
class LossList : public std::vector<Loss> {
 public:
  LossList() = default;
  LossList(const char* name, Location where = Location::here()) : std::vector<Loss>{Loss(name, where)} {}
  LossList(std::nullptr_t) = delete;
  LossList(const std::string& name, Location where = Location::here()) : std::vector<Loss>{Loss(name, where)} {}
  LossList(Loss loss) : std::vector<Loss>{std::move(loss)} {}
  template <LossFunction F>
  LossList(F function, Location where = Location::here()) : std::vector<Loss>{Loss(std::move(function), where)} {}
  LossList(std::initializer_list<Loss> losses) : std::vector<Loss>(losses) {}
  LossList(std::initializer_list<NamedLoss> losses) {
    for (const auto& [output, loss] : losses) {
      outputs.push_back(output);
      push_back(loss);
    }
  }
  /// Which output each one is of; none if they are in order.
  std::vector<std::string> outputs;
};

/// A loss's weight of the output of that name.
struct NamedLossWeight {
  OwnedText output;
  double weight;
};

/// A number for each output's loss, in order or by name; 1 for one that is not named.
class LossWeights : public std::vector<double> {
 public:
  LossWeights() = default;
  LossWeights(std::initializer_list<double> weights) : std::vector<double>(weights) {}
  LossWeights(std::vector<double> weights) : std::vector<double>(std::move(weights)) {}
  LossWeights(std::initializer_list<NamedLossWeight> weights) {
    for (const auto& [output, weight] : weights) {
      outputs.push_back(output);
      push_back(weight);
    }
  }
  std::vector<std::string> outputs;
};

/// Metrics of one output.
class OutputMetrics : public std::vector<Metric> {
 public:
  OutputMetrics() = default;
  OutputMetrics(const char* name, Location where = Location::here()) : std::vector<Metric>{Metric(name, where)} {}
  OutputMetrics(std::nullptr_t) = delete;
  OutputMetrics(const std::string& name, Location where = Location::here())
      : std::vector<Metric>{Metric(name, where)} {}
  OutputMetrics(Metric metric) : std::vector<Metric>{std::move(metric)} {}
  OutputMetrics(std::initializer_list<Metric> metrics) : std::vector<Metric>(metrics) {}
  OutputMetrics(std::vector<Metric> metrics) : std::vector<Metric>(std::move(metrics)) {}
};

/// Metrics of the output of that name.
struct NamedMetrics {
  OwnedText output;
  OutputMetrics metrics;
};

/// The metrics of a model: for one output all are of it; for several one for each, or several for each by its name:
/// {{"class", {"accuracy", "AUC"}}, {"box", "mae"}}.
class MetricList {
 public:
  MetricList() = default;
  MetricList(std::initializer_list<Metric> metrics) : in_order(metrics) {}
  MetricList(std::vector<Metric> metrics) : in_order(std::move(metrics)) {}
  MetricList(std::initializer_list<NamedMetrics> metrics) : by_output(metrics) {}

  OutputMetrics in_order;
  std::vector<NamedMetrics> by_output;
};

struct ModelOptions {
  OptionText name = {};
  /// Whether its weights are trained; see Layer::set_trainable.
  bool trainable = true;
};

/// Options of `compile`, in Keras's order.
struct CompileOptions {
  Optimizer optimizer = "rmsprop";
  LossList loss = {};
  LossWeights loss_weights = {};
  /// They count every example once.
  MetricList metrics = {};
  /// They count each example as its weight says.
  MetricList weighted_metrics = {};
  /// The same as `engine = "eager"`.
  bool run_eagerly = false;
  /// Steps between two calls of the batch hooks of callbacks.
  std::int64_t steps_per_execution = 1;
  /// Of a model with the policy "mixed_float16" the optimizer is put into a LossScaleOptimizer.
  bool auto_scale_loss = true;
  /// "graph" (traced once, compiled) or "eager" (runs as written).
  OwnedText engine = "graph";
  /// "exact": the same bits on both engines; "fast"; "": exact when eager, else fast.
  OptionText numerics = {};
  /// "cpu", "cuda", "cuda:1": weights and the optimizer's state go there, batches are moved to it, predictions come
  /// back.
  /// "": where the weights are; those that are still to be made go where the DeviceScope says.
  OptionText device = {};
};

/// What a generator gives at each call.
struct GeneratorBatch {
  TensorList x, y = {}, sample_weight = {};
};

/// Batches that a function makes, one at each call, and std::nullopt where the data end:
/// `std::optional<GeneratorBatch>()`.
class TRIPTYCH_API Generator {
 public:
  template <class F>
  requires std::is_invocable_r_v<std::optional<GeneratorBatch>, F&> Generator(F function,
                                                                              Location where = Location::here())
      : next_(not_empty(std::move(function), "generator", where)) {}
  // Copies alone: a generator that was moved from is still one.
  Generator(const Generator&) = default;
  Generator& operator=(const Generator&) = default;
  ~Generator() = default;
  std::optional<GeneratorBatch> operator()() const { return next_(); }

 private:
  std::function<std::optional<GeneratorBatch>()> next_;
};

/// What validation takes: `{x, y}`, `{x, y, sample_weight}`, a DataLoader, a data set, or a generator.
struct TRIPTYCH_API ValidationData {
  /// None.
  ValidationData() = default;
  ValidationData(TensorList x, TensorList y, TensorList sample_weight = {});
  ValidationData(data::DataLoader batches);
  ValidationData(Generator batches);
  template <std::derived_from<data::Dataset> D>
  ValidationData(D examples) : dataset(std::make_shared<D>(std::move(examples))) {}

  TensorList x, y, sample_weight;
  std::optional<data::DataLoader> loader;
  std::optional<Generator> generator;
  std::shared_ptr<const data::Dataset> dataset;
};

/// Options of `fit`, in Keras's order.
struct FitOptions {
  /// None: 32. A DataLoader makes its own batches.
  std::optional<std::int64_t> batch_size = {};
  int epochs = 1;
  /// 0: silent, 1: progress bar, 2: a line for each epoch.
  int verbose = 1;
  std::vector<Callback> callbacks = {};
  /// The last part of the arrays, taken before shuffling; `validation_data` goes before it.
  double validation_split = 0;
  ValidationData validation_data = {};
  /// Of arrays; a DataLoader shuffles by its own option.
  bool shuffle = true;
  /// Weight of each class's examples in the loss (1 if it is not named), where y is class numbers or one-hot. With
  /// `sample_weight` their product counts.
  std::vector<std::pair<std::int64_t, double>> class_weight = {};
  /// A number for each example, or each of its losses: its loss counts that many times. One for all outputs, or one for
  /// each. For arrays.
  TensorList sample_weight = {};
  int initial_epoch = 0;
  /// 0: all of the data. Else an epoch ends after so many batches, and the next one goes on from there; where the data
  /// end, an epoch ends with a warning.
  std::int64_t steps_per_epoch = 0;
  /// 0: all of the validation data. Else its first batches, as many.
  std::int64_t validation_steps = 0;
  /// 0: `batch_size`. A DataLoader makes its own batches.
  std::int64_t validation_batch_size = 0;
  int validation_freq = 1;
  /// Of the order of the arrays' examples (the same as a DataLoader's); -1: that of `utils::set_random_seed`.
  std::int64_t seed = -1;
};
struct EvaluateOptions {
  /// None: 32. A DataLoader makes its own batches.
  std::optional<std::int64_t> batch_size = {};
  int verbose = 1;
  TensorList sample_weight = {};
  /// 0: all of the data. Else the first batches, as many; a warning says if there are less.
  std::int64_t steps = 0;
  std::vector<Callback> callbacks = {};
};
struct PredictOptions {
  /// None: 32. A DataLoader makes its own batches.
  std::optional<std::int64_t> batch_size = {};
  int verbose = 1;
  /// As in EvaluateOptions.
  std::int64_t steps = 0;
  std::vector<Callback> callbacks = {};
};
struct SaveOptions {
  /// Whether a file of that name is replaced; else it is an error.
  bool overwrite = true;
};
struct LoadWeightsOptions {
  /// Leaves a layer as it is, after a warning, whose weights are missing in the file or have other shapes.
  bool skip_mismatch = false;
};
/// Options of `summary`, in Keras's order.
struct SummaryOptions {
  /// How many characters a line of the table has; 0: as Keras does on a terminal of 80 columns.
  std::int64_t line_length = 0;
  /// Where the columns end, as shares of the line; empty: Keras's.
  std::vector<double> positions = {};
  /// Gets the text instead of standard output.
  std::function<void(const std::string& text)> print_fn = {};
  /// Shows the layers of inner models too.
  bool expand_nested = false;
  /// A column with Y for layers whose weights are trained, N for frozen ones.
  bool show_trainable = false;
  /// The first and the last layer that are shown: the beginnings of their names, as regular expressions. Empty: all.
  std::vector<std::string> layer_range = {};
};

class Trainer;

/// An array for the input or output of that name.
struct NamedTensor {
  OwnedText name;
  Tensor value;
};

/// What one step is given: inputs, targets, and weights of the examples (none, one for all outputs, or one for each).
struct StepData {
  std::vector<Tensor> x, y, sample_weight;
};
/// What a step reports, by name: numbers, which a compiled step computes each time.
using StepLogs = std::vector<std::pair<std::string, Tensor>>;

/// Base of models; a subclassed model derives from it, holds its layers, and overrides `call`:
///
///   struct Net : keras::ModelBase {
///     keras::Layer hidden = Dense(32, {.activation = "relu"}), out = Dense(10);
///     tt::Tensor call(const tt::Tensor& x, bool) override { return out(hidden(x)); }
///   };
///   keras::Model model = keras::model<Net>();
class TRIPTYCH_API ModelBase : public LayerBase {
 public:
  ModelBase();
  ~ModelBase() override;

  Trainer& trainer() { return *trainer_; }
  /// Shapes (with the batch dimension) and dtypes of the inputs, if they are known before data are seen.
  virtual std::vector<TensorMeta> input_metas() const { return {}; }
  /// Names of the inputs, if the model has some that are known before data are seen.
  virtual std::vector<std::string> input_names() const { return {}; }
  /// Names of the outputs, for what is reported of each.
  virtual std::vector<std::string> output_names() const { return {}; }

  /// One step of `fit`, and of `evaluate`, where they are to be other ones than the usual: computes the loss and its
  /// gradients (`triptych::gradients`), lets `optimizer()` apply them, updates metrics, and returns what is reported.
  /// In the graph engine it is called once, with symbolic tensors. Nothing: the usual step.
  virtual std::optional<StepLogs> train_step(const StepData& data);
  virtual std::optional<StepLogs> test_step(const StepData& data);
  /// The loss of a step: by default that of `compile`, each output's times its weight, and what layers have added.
  virtual Tensor compute_loss(const StepData& data, const std::vector<Tensor>& y_pred, bool training);
  /// For a step of one's own: adds the predictions to the metrics of `compile`, and gives what they are now, by name.
  virtual StepLogs compute_metrics(const StepData& data, const std::vector<Tensor>& y_pred);
  /// Metrics that begin anew with each epoch besides those of `compile`; by default those of `add_metric`.
  virtual std::vector<Metric> metrics() { return added_metrics(); }
  /// The optimizer that the model was compiled with.
  Optimizer optimizer(Location where = Location::here()) const;
  /// Set by a callback to end training after this epoch.
  bool stop_training = false;
  /// Set by a callback as training begins: the epoch to begin with instead of `initial_epoch`.
  std::optional<int> resume_epoch = {};

 private:
  std::unique_ptr<Trainer> trainer_;
};

/// A handle to a model. A model is a layer too: it can be called, and stand inside another.
class TRIPTYCH_API Model : public Layer {
 public:
  Model() = default;
  /// The functional model from `inputs` (made by `Input`) to `outputs`. ArgumentError if an output depends on another
  /// input, if two layers have one name, or if tensors belong to different graphs (`Input` starts one in each thread).
  Model(const TensorList& inputs, const TensorList& outputs, const ModelOptions& options = {},
        Location where = Location::here());
  explicit Model(std::shared_ptr<ModelBase> base, OptionText name = {}, Location where = Location::here());

  ModelBase& base(Location where = Location::here()) const;
  /// A handle to a model that is in others' hands already; ArgumentError if none holds it, as one that lies on the
  /// stack.
  static Model of(ModelBase& base, Location where = Location::here());

  /// Sets how the model is trained. ArgumentError for an unknown engine or numerics.
  void compile(const CompileOptions& options = {}, Location where = Location::here()) const;
  /// Trains. ArgumentError if the model was not compiled, or the arrays do not fit it or each other.
  History fit(const TensorList& x, const TensorList& y, const FitOptions& options = {},
              Location where = Location::here()) const;
  History fit(const data::DataLoader& loader, const FitOptions& options = {}, Location where = Location::here()) const;
  /// Of a generator whose data do not end, `steps_per_epoch` batches are taken each epoch.
  History fit(const Generator& generator, const FitOptions& options = {}, Location where = Location::here()) const;
  /// Without targets: the loss is of the model's own. A template, so that `{}` stays targets.
  template <class = void>
  History fit(const TensorList& x, const FitOptions& options, Location where = Location::here()) const {
    return fit(x, TensorList(), options, where);
  }
  template <class = void>
  History fit(const TensorList& x, const TensorList& y, ...) const = delete;  // no FitOptions
  template <class = void>
  History fit(const data::DataLoader& loader, ...) const = delete;  // no FitOptions
  /// Loss and metrics, in evaluation mode.
  Logs evaluate(const TensorList& x, const TensorList& y, const EvaluateOptions& options = {},
                Location where = Location::here()) const;
  Logs evaluate(const data::DataLoader& loader, const EvaluateOptions& options = {},
                Location where = Location::here()) const;
  Logs evaluate(const Generator& generator, const EvaluateOptions& options = {},
                Location where = Location::here()) const;
  template <class = void>
  Logs evaluate(const TensorList& x, const EvaluateOptions& options, Location where = Location::here()) const {
    return evaluate(x, TensorList(), options, where);
  }
  template <class = void>
  Logs evaluate(const TensorList& x, const TensorList& y, ...) const = delete;  // no EvaluateOptions
  template <class = void>
  Logs evaluate(const data::DataLoader& loader, ...) const = delete;  // no EvaluateOptions
  /// The output for all examples; for a model of one output. Of a loader's batches the x are taken.
  Tensor predict(const TensorList& x, const PredictOptions& options = {}, Location where = Location::here()) const;
  Tensor predict(const data::DataLoader& loader, const PredictOptions& options = {},
                 Location where = Location::here()) const;
  Tensor predict(const Generator& generator, const PredictOptions& options = {},
                 Location where = Location::here()) const;
  template <class = void>
  Tensor predict(const TensorList& x, ...) const = delete;  // no PredictOptions
  template <class = void>
  Tensor predict(const data::DataLoader& loader, ...) const = delete;  // no PredictOptions
  std::vector<Tensor> predict_all(const TensorList& x, const PredictOptions& options = {},
                                  Location where = Location::here()) const;
  std::vector<Tensor> predict_all(const data::DataLoader& loader, const PredictOptions& options = {},
                                  Location where = Location::here()) const;
  std::vector<Tensor> predict_all(const Generator& generator, const PredictOptions& options = {},
                                  Location where = Location::here()) const;
  /// One step on one batch; returns its loss and metrics. The weights are as in FitOptions.
  Logs train_on_batch(const TensorList& x, const TensorList& y, const TensorList& sample_weight = {},
                      const std::vector<std::pair<std::int64_t, double>>& class_weight = {},
                      Location where = Location::here()) const;
  Logs test_on_batch(const TensorList& x, const TensorList& y, const TensorList& sample_weight = {},
                     Location where = Location::here()) const;
  Tensor predict_on_batch(const TensorList& x, Location where = Location::here()) const;
  /// Names of what is reported, in its order; empty before a first step.
  std::vector<std::string> metrics_names(Location where = Location::here()) const;
  /// Loss and metrics count from here on. During an epoch they are means of all its batches so far; a callback that
  /// calls this before each batch sees those of the batch.
  void reset_metrics(Location where = Location::here()) const;

  /// Targets or weights by the outputs' names, or data by the inputs', in the model's order:
  ///   model.fit(x, model.in_order({{"class", y}, {"box", boxes}}))
  /// ArgumentError unless each name is there once.
  TensorList in_order(const std::vector<NamedTensor>& named, Location where = Location::here()) const;

  std::vector<Layer> layers(Location where = Location::here()) const { return base(where).layers(); }
  /// The inner layer called `name`; ArgumentError that lists them if there is none.
  Layer get_layer(const OwnedText& name, Location where = Location::here()) const;
  /// The inner layer number `index` (negative counts from the end).
  Layer get_layer(int index, Location where = Location::here()) const;
  /// The optimizer that the model was compiled with.
  Optimizer optimizer(Location where = Location::here()) const;
  void stop_training(Location where = Location::here()) const { base(where).stop_training = true; }

  /// Prints the layers as Keras does. ArgumentError for positions that leave a column less than 4 characters, or a
  /// layer_range that no layer has.
  void summary(const SummaryOptions& options = {}, Location where = Location::here()) const;
  std::string summary_text(const SummaryOptions& options = {}, Location where = Location::here()) const;

  /// Class, layers and their arguments as JSON, as Keras writes it; `models::model_from_json` makes a model of it.
  std::string to_json(Location where = Location::here()) const;
  /// Writes the model: its configuration, weights, and the optimizer's state. A path that ends in ".keras" gets Keras's
  /// archive, which `models::load_model` and Keras 3 read; any other one a safetensors file with the configuration
  /// (`to_json`) as its metadata. UnsupportedError for a `.keras` file of a layer with a function that is not
  /// registered, or in a build without HDF5 and libzip; ArgumentError if the file is there and not to be replaced.
  void save(const OwnedText& path, SaveOptions options = {}, Location where = Location::here()) const;
  template <class = void>
  void save(const OwnedText& path, ...) const = delete;  // no SaveOptions
  /// Writes the weights. A path that ends in ".weights.h5" gets the HDF5 file that Keras's `load_weights` reads; any
  /// other one a safetensors file in which they are called "layer/weight": a layer that was given a name by it, the
  /// others by their class and place ("dense", "dense_1"), so that another model of the same structure can load them.
  void save_weights(const OwnedText& path, SaveOptions options = {}, Location where = Location::here()) const;
  template <class = void>
  void save_weights(const OwnedText& path, ...) const = delete;  // no SaveOptions
  /// Reads weights that `save` or `save_weights` wrote, or Keras, whatever the file is called. If it has the state of
  /// an optimizer of the same kind that the model is compiled with, its steps and moments are read too (a warning says
  /// why if they do not fit); the learning rate stays that of `compile`. ArgumentError, and nothing is changed, unless
  /// the weights' places (of a safetensors file names) and shapes agree.
  void load_weights(const OwnedText& path, LoadWeightsOptions options = {}, Location where = Location::here()) const;
  template <class = void>
  void load_weights(const OwnedText& path, ...) const = delete;  // no LoadWeightsOptions
  /// Writes what the model computes for inference as a graph file, whole or not at all; `lowlevel::saved_model::load`
  /// and the program `triptych run` need no code of the model. The signature "serving_default" has the model's inputs
  /// and outputs by their names; those without are "x" and "output". ArgumentError before it is known what goes in, or
  /// if the file cannot be made; UnsupportedError for ops of one's own with attributes.
  void export_(const OwnedText& path, Location where = Location::here()) const;
};

/// A handle to a new model of your own class.
template <class Mine, class... Args>
Model model(Args&&... args) {
  return Model(detail::construct<Mine>(std::forward<Args>(args)...), {}, Location());
}

/// Layers one after the other. With an `Input` first its weights are made at once, else when it first meets data.
class TRIPTYCH_API Sequential : public Model {
 public:
  Sequential(std::initializer_list<Layer> layers = {}, const ModelOptions& options = {},
             Location where = Location::here());
  Sequential(const std::vector<Layer>& layers, const ModelOptions& options = {}, Location where = Location::here());
  template <class = void>
  Sequential(const std::vector<Layer>& layers, ...) = delete;  // no ModelOptions
  /// Adds a layer at the end. ArgumentError if the model is compiled already, has a layer of this name, or is inside of
  /// the layer.
  void add(const Layer& layer, Location where = Location::here()) const;
  /// Takes the last layer away and returns it; the model is to be compiled anew. ArgumentError if there is none.
  Layer pop(Location where = Location::here()) const;
};

namespace utils {

/// Seed of initializers, dropout and shuffling from here on; layers count from zero again.
TRIPTYCH_API void set_random_seed(std::uint64_t seed);
/// Names of layers and models count from zero again.
TRIPTYCH_API void clear_session();

}  // namespace utils
}  // namespace triptych::keras
