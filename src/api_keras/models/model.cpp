#include "triptych/keras/model.h"

#include <algorithm>

#include "api_keras/access.h"
#include "api_keras/callbacks/progbar.h"
#include "api_keras/layers/brick.h"
#include "api_keras/models/functional.h"
#include "api_keras/names.h"
#include "api_keras/training/batches.h"
#include "api_keras/training/class_weights.h"
#include "api_keras/training/options.h"
#include "api_keras/training/trainer.h"
#include "triptych/core/random.h"

namespace triptych::keras {
namespace {

constexpr std::int64_t default_batch_size = 32;

/// validation_data, or null if there are none. `batch_size` is for those that do not come in batches.
std::unique_ptr<Source> validation_source(const FitOptions& options, std::int64_t batch_size, Location where) {
  const ValidationData& data = options.validation_data;
  if (data.loader) return loader_source(*data.loader);
  if (data.generator) return generator_source("fit", *data.generator, where);
  if (data.dataset) return loader_source(data::DataLoader(data.dataset, {.batch_size = batch_size}, where));
  if (data.x.empty()) return nullptr;
  return array_source("fit", data.x, data.y, data.sample_weight, {.batch_size = batch_size}, where);
}

/// The model's trainer. It keeps the model alive, though a callback lets go of the last handle.
std::shared_ptr<Trainer> trainer_of(const Model& model, Location where) {
  return {model.shared(), &model.base(where).trainer()};
}

Tensor only_one(std::vector<Tensor> outputs, const char* what, Location where) {
  if (outputs.size() != 1)
    throw ArgumentError(what, "the model has several outputs", std::to_string(outputs.size()) + " outputs",
                        "Use predict_all", where);
  return std::move(outputs[0]);
}

}  // namespace

ValidationData::ValidationData(TensorList x_, TensorList y_, TensorList weight)
    : x(std::move(x_)), y(std::move(y_)), sample_weight(std::move(weight)) {}
ValidationData::ValidationData(data::DataLoader batches) : loader(std::move(batches)) {}
ValidationData::ValidationData(Generator batches) : generator(std::move(batches)) {}

ModelBase::ModelBase() : trainer_(std::make_unique<Trainer>(*this)) {}
ModelBase::~ModelBase() = default;

std::optional<StepLogs> ModelBase::train_step(const StepData&) { return {}; }
std::optional<StepLogs> ModelBase::test_step(const StepData&) { return {}; }
Tensor ModelBase::compute_loss(const StepData& data, const std::vector<Tensor>& y_pred, bool) {
  return trainer_->compiled_loss(data, y_pred);
}
StepLogs ModelBase::compute_metrics(const StepData& data, const std::vector<Tensor>& y_pred) {
  return trainer_->compiled_metrics(data, y_pred);
}
Optimizer ModelBase::optimizer(Location where) const { return trainer_->optimizer(where); }

Model::Model(std::shared_ptr<ModelBase> base, OptionText name, Location where)
    : Layer(std::move(base), std::move(name), where) {}

Model Model::of(ModelBase& base, Location where) {
  Model handle;
  handle.base_ = base.weak_from_this().lock();
  if (!handle.base_)
    throw ArgumentError("Model", "no handle holds the model", "an object of " + base.class_name(),
                        "Make it with keras::model<" + base.class_name() + ">()", where);
  return handle;
}

ModelBase& Model::base(Location where) const { return static_cast<ModelBase&>(Layer::base(where)); }

void Model::compile(const CompileOptions& options, Location where) const {
  base(where).trainer().compile(options, where);
}

History Model::fit(const TensorList& x, const TensorList& y, const FitOptions& options, Location where) const {
  check_options(options, DataKind::arrays, where);
  const std::uint64_t seed = options.seed >= 0 ? static_cast<std::uint64_t>(options.seed) : default_generator().seed();
  const std::int64_t batch = options.batch_size.value_or(default_batch_size);
  const std::int64_t validation_batch = options.validation_batch_size > 0 ? options.validation_batch_size : batch;
  ArraySourceOptions train{.batch_size = batch, .shuffle = options.shuffle, .seed = seed};
  std::unique_ptr<Source> validation = validation_source(options, validation_batch, where);
  if (!validation && options.validation_split > 0 && !x.empty() && x[0].defined() && x[0].ndim() > 0) {
    const std::int64_t count = x[0].size(0);
    train.end = static_cast<std::int64_t>(static_cast<double>(count) * (1 - options.validation_split));
    if (train.end == 0 || train.end == count)
      throw ArgumentError(
          "fit", "validation_split leaves no example on one side",
          std::to_string(count) + " examples, validation_split " + std::to_string(options.validation_split), "", where);
    validation =
        array_source("fit", x, y, options.sample_weight, {.batch_size = validation_batch, .begin = train.end}, where);
  }
  const auto data = array_source("fit", x, y, options.sample_weight, train, where);
  return trainer_of(*this, where)->fit(*data, validation.get(), options, where);
}

History Model::fit(const data::DataLoader& loader, const FitOptions& options, Location where) const {
  check_options(options, DataKind::loader, where);
  const std::unique_ptr<Source> validation = validation_source(
      options, options.validation_batch_size > 0 ? options.validation_batch_size : loader.options().batch_size, where);
  const auto data = loader_source(loader);
  return trainer_of(*this, where)->fit(*data, validation.get(), options, where);
}

History Model::fit(const Generator& generator, const FitOptions& options, Location where) const {
  check_options(options, DataKind::loader, where);
  const std::unique_ptr<Source> validation = validation_source(
      options, options.validation_batch_size > 0 ? options.validation_batch_size : default_batch_size, where);
  const auto data = generator_source("fit", generator, where);
  return trainer_of(*this, where)->fit(*data, validation.get(), options, where);
}

TensorList Model::in_order(const std::vector<NamedTensor>& named, Location where) const {
  const std::vector<std::string> inputs = base(where).input_names(), outputs = base(where).output_names();
  if (named.empty()) throw ArgumentError("in_order", "no array is named", "an empty list", "", where);
  if (inputs.empty() && outputs.empty())
    throw ArgumentError("in_order", "the model's inputs and outputs have no names", "model '" + name() + "'",
                        "A functional model has some; give lists in the model's order to others", where);
  const auto has = [](const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  const bool of_outputs = named.empty() || has(outputs, named[0].name) || !has(inputs, named[0].name);
  const std::vector<std::string>& names = of_outputs ? outputs : inputs;
  TensorList result(std::vector<Tensor>(names.size()));
  for (const auto& [name, value] : named) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) no_such(of_outputs ? "output" : "input", name, names, where);
    Tensor& place = result[static_cast<std::size_t>(found - names.begin())];
    if (place.defined()) throw ArgumentError("in_order", "a name is given twice", "'" + name + "'", "", where);
    if (!value.defined()) throw ArgumentError("in_order", "an array is undefined", "'" + name + "'", "", where);
    place = value;
  }
  for (std::size_t i = 0; i < names.size(); ++i)
    if (!result[i].defined())
      throw ArgumentError("in_order", "an array is missing", "'" + names[i] + "' of " + quoted_list(names), "", where);
  return result;
}

Logs Model::evaluate(const TensorList& x, const TensorList& y, const EvaluateOptions& options, Location where) const {
  check_options(options, DataKind::arrays, where);
  const auto data = array_source("evaluate", x, y, options.sample_weight,
                                 {.batch_size = options.batch_size.value_or(default_batch_size)}, where);
  return trainer_of(*this, where)->evaluate(*data, options, where);
}

Logs Model::evaluate(const data::DataLoader& loader, const EvaluateOptions& options, Location where) const {
  check_options(options, DataKind::loader, where);
  const auto data = loader_source(loader);
  return trainer_of(*this, where)->evaluate(*data, options, where);
}

Logs Model::evaluate(const Generator& generator, const EvaluateOptions& options, Location where) const {
  check_options(options, DataKind::loader, where);
  const auto data = generator_source("evaluate", generator, where);
  return trainer_of(*this, where)->evaluate(*data, options, where);
}

Tensor Model::predict(const TensorList& x, const PredictOptions& options, Location where) const {
  return only_one(predict_all(x, options, where), "predict", where);
}
Tensor Model::predict(const data::DataLoader& loader, const PredictOptions& options, Location where) const {
  return only_one(predict_all(loader, options, where), "predict", where);
}

Tensor Model::predict(const Generator& generator, const PredictOptions& options, Location where) const {
  return only_one(predict_all(generator, options, where), "predict", where);
}

std::vector<Tensor> Model::predict_all(const TensorList& x, const PredictOptions& options, Location where) const {
  check_options(options, DataKind::arrays, where);
  const auto data =
      array_source("predict", x, {}, {}, {.batch_size = options.batch_size.value_or(default_batch_size)}, where);
  return trainer_of(*this, where)->predict(*data, options, where);
}
std::vector<Tensor> Model::predict_all(const data::DataLoader& loader, const PredictOptions& options,
                                       Location where) const {
  check_options(options, DataKind::loader, where);
  const auto data = loader_source(loader);
  return trainer_of(*this, where)->predict(*data, options, where);
}

std::vector<Tensor> Model::predict_all(const Generator& generator, const PredictOptions& options,
                                       Location where) const {
  check_options(options, DataKind::loader, where);
  const auto data = generator_source("predict", generator, where);
  return trainer_of(*this, where)->predict(*data, options, where);
}

void Model::reset_metrics(Location where) const { base(where).trainer().reset_reports(); }
std::vector<std::string> Model::metrics_names(Location where) const { return base(where).trainer().metrics_names(); }

Logs Model::train_on_batch(const TensorList& x, const TensorList& y, const TensorList& sample_weight,
                           const std::vector<std::pair<std::int64_t, double>>& class_weight, Location where) const {
  const Frame frame(where);
  ArrayBatch batch{x, y, given_weights(sample_weight)};
  if (!class_weight.empty()) weigh_by_class(batch, class_weight, "train_on_batch", where);
  return trainer_of(*this, where)->run_batch(Phase::train, batch, where);
}

Logs Model::test_on_batch(const TensorList& x, const TensorList& y, const TensorList& sample_weight,
                          Location where) const {
  return trainer_of(*this, where)->run_batch(Phase::test, {x, y, given_weights(sample_weight)}, where);
}

Tensor Model::predict_on_batch(const TensorList& x, Location where) const {
  return only_one(trainer_of(*this, where)->predict_batch({.x = x, .y = {}, .sample_weight = {}}, where),
                  "predict_on_batch", where);
}

Layer Model::get_layer(const OwnedText& name, Location where) const {
  std::vector<std::string> names;
  for (const Layer& layer : layers(where)) {
    if (layer.name() == name) return layer;
    names.push_back(layer.name());
  }
  throw ArgumentError("get_layer", "there is no layer of this name", "'" + name + "'",
                      "Model '" + this->name() + "' has " + quoted_list(names), where);
}

Layer Model::get_layer(int index, Location where) const {
  const std::vector<Layer> all = layers(where);
  const int count = static_cast<int>(all.size()), from_front = index < 0 ? index + count : index;
  if (from_front < 0 || from_front >= count)
    throw ArgumentError("get_layer", "there is no layer of this number", std::to_string(index),
                        "Model '" + name() + "' has " + std::to_string(count) + " layers", where);
  return all[static_cast<std::size_t>(from_front)];
}

Optimizer Model::optimizer(Location where) const { return base(where).trainer().optimizer(where); }

void Sequential::add(const Layer& layer, Location where) const {
  if (base(where).trainer().compiled())
    throw ArgumentError("Sequential", "a layer is added after compile", "'" + layer.name(where) + "'", "Add it before",
                        where);
  static_cast<SequentialModel&>(base()).add(layer, where);
  connect_layers(*this);
  base().trainer().forget();
}

Layer Sequential::pop(Location where) const {
  Layer last = static_cast<SequentialModel&>(base(where)).pop(where);
  base().trainer().retract();
  return last;
}

namespace utils {

void set_random_seed(std::uint64_t seed) { manual_seed(seed); }

}  // namespace utils
}  // namespace triptych::keras
