#include "api_keras/saving/weight_file.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>

#include "api_keras/access.h"
#include "api_keras/layers/recurrent.h"
#include "api_keras/models/functional.h"
#include "api_keras/names.h"
#include "api_keras/optimizers/multi_optimizer.h"
#include "api_keras/optimizers/paths.h"
#include "api_keras/saving/structure.h"
#include "api_keras/training/trainer.h"
#include "core/support/printable.h"
#include "core/tensor/transaction.h"
#include "triptych/core/ops.h"

namespace triptych::keras {
namespace {

/// What is kept of one layer: Keras's variables, and what Keras has no place for.
struct Place {
  const LayerBase* layer;
  std::string path, name;
  std::vector<Tensor> variables;
  std::vector<Weight> states;
};

/// The layers, or optimizers, of a list are called by their classes and counted.
template <class Part>
std::vector<std::pair<std::string, Part>> counted(const std::string& folder, const std::vector<Part>& parts) {
  std::map<std::string, int> count;
  std::vector<std::pair<std::string, Part>> result;
  for (const Part& part : parts) {
    const std::string base = to_snake_case(part.base().class_name());
    const int number = count[base]++;
    result.emplace_back(folder + "/" + (number == 0 ? base : base + "_" + std::to_string(number)), part);
  }
  return result;
}

/// The layers inside, as Keras's attributes call them.
std::vector<std::pair<std::string, Layer>> parts_of(const LayerBase& layer) {
  const std::vector<Layer> inner = layer.layers();
  if (dynamic_cast<const SequentialModel*>(&layer) || dynamic_cast<const FunctionalModel*>(&layer))
    return counted("layers", inner);
  const std::string kind = layer.class_name();
  std::vector<std::pair<std::string, Layer>> result;
  const auto named = [&](std::initializer_list<const char*> names) {
    auto name = names.begin();
    for (const Layer& part : inner)
      if (name != names.end()) result.emplace_back(*name++, part);
    return result;
  };
  if (kind == "Bidirectional") return named({"forward_layer", "backward_layer"});
  if (kind == "TimeDistributed" || kind == "SpectralNormalization") return named({"layer"});
  if (kind == "StackedRNNCells") return counted("cells", inner);
  if (dynamic_cast<const Recurrent*>(&layer)) return named({"cell"});
  if (kind == "MultiHeadAttention" || kind == "GroupedQueryAttention") {
    const std::string prefix = kind == "MultiHeadAttention" ? "" : "_";
    for (const Layer& part : inner)
      result.emplace_back(prefix + (part.name() == "attention_output" ? "output" : part.name()) + "_dense", part);
    return result;
  }
  const std::vector<std::string> names = structural_names(inner);
  for (std::size_t i = 0; i < inner.size(); ++i) result.emplace_back(names[i], inner[i]);
  return result;
}

void collect(const LayerBase& layer, const std::string& path, std::set<const LayerBase*>& seen,
             std::vector<Place>& places) {
  if (!seen.insert(&layer).second) return;
  Place place{&layer, path, layer.name(), {}, {}};
  for (const bool trainable : {true, false})
    for (const Weight& weight : LayerAccess::own_weights(layer))
      if (weight.trainable == trainable) place.variables.push_back(weight.value);
  place.states = LayerAccess::own_states(layer);
  places.push_back(std::move(place));
  for (const auto& [name, part] : parts_of(layer))
    collect(part.base(), path.empty() ? name : path + "/" + name, seen, places);
}

std::vector<Place> places_of(const Model& model) {
  std::set<const LayerBase*> seen;
  std::vector<Place> places;
  collect(model.base(), "", seen, places);
  return places;
}

std::string in(const std::string& path, const std::string& name) { return path.empty() ? name : path + "/" + name; }

constexpr const char* own_folder = "triptych";  // of states that Keras has no place for

/// "0", "1", ...: the name of a weight.
bool is_number(const std::string& name) {
  return !name.empty() && name.find_first_not_of("0123456789") == std::string::npos;
}

/// The value as the tensor has it: other floats or integers are converted. Undefined if it does not fit.
Tensor fitted(const Tensor& value, const Tensor& own) {
  if (value.shape() != own.shape()) return {};
  if (value.dtype() == own.dtype()) return value;
  if (is_floating(value.dtype()) != is_floating(own.dtype())) return {};
  return cast(value, own.dtype());
}

}  // namespace

std::string described(const Tensor& tensor) {
  return std::string(dtype_name(tensor.dtype())) + " " + tensor.shape().text();
}

namespace {

/// The optimizer's variables in Keras's order: where a vector has neither rows nor columns, its Adafactor has two
/// numbers; a MultiOptimizer has a rate that nobody asks for, then its parts' variables.
std::vector<std::pair<std::string, Tensor>> variables_in_files(const OptimizerBase& base) {
  std::vector<std::pair<std::string, Tensor>> variables;
  if (const auto* several = dynamic_cast<const MultiOptimizer*>(&base)) {
    variables = {base.variables()[0], {"no_rate", zeros({})}};
    for (const Optimizer& optimizer : several->optimizers())
      for (auto& variable : variables_in_files(optimizer.base())) variables.push_back(std::move(variable));
    return variables;
  }
  const OptimizerBase& rule = base.inner() ? base.inner()->base() : base;
  for (auto& variable : base.variables()) {
    if (rule.class_name() == "Adafactor" && variable.first.find("velocity/") != std::string::npos &&
        variable.second.ndim() < 2)
      for (const char* name : {"row", "column"}) variables.emplace_back(name, zeros({}, int32));
    variables.push_back(std::move(variable));
  }
  return variables;
}

}  // namespace

StateDict own_variables(const LayerBase& layer, Location where) {
  StateDict store;
  {
    const UserCode its_lines;
    layer.save_own_variables(store);
  }
  for (const std::string& name : store.names())
    if (name.empty() || name.find('/') != std::string::npos || is_number(name))
      throw ArgumentError("save_own_variables", "the name is empty, a number, or has a slash",
                          "'" + name + "' of layer '" + layer.name() + "'", "", where);
  return store;
}

std::string weight_file(const Model& model, bool weights_only, FileContext context) {
  Hdf5Writer file(context);
  const auto write = [&](const std::string& path, const std::string& name, const std::vector<Tensor>& variables) {
    const std::string group = in(path, "vars");
    file.group(group);
    file.attribute(group, "name", valid_utf8(name));
    for (std::size_t i = 0; i < variables.size(); ++i)
      file.dataset(group + "/" + std::to_string(i), variables[i].detach());
  };
  for (const Place& place : places_of(model)) {
    write(place.path, place.name, place.variables);
    for (const auto& [name, value] : own_variables(*place.layer, context.where))
      file.dataset(in(place.path, "vars") + "/" + name, value.detach());
    if (place.states.empty()) continue;
    file.group(in(place.path, own_folder));
    for (const Weight& state : place.states)
      file.dataset(in(place.path, own_folder) + "/" + state.name, state.value.detach());
  }
  if (const Optimizer* optimizer = model.base().trainer().optimizer_if_any();
      optimizer && !weights_only && optimizer->base().built()) {
    const auto write_optimizer = [&](const std::string& path, const Optimizer& of) {
      std::vector<Tensor> variables;
      for (const auto& [name, value] : variables_in_files(of.base()))
        variables.push_back(name == "learning_rate" ? cast(value, float32) : value);  // as Keras has it
      write(path, of.name(), variables);
    };
    write_optimizer(optimizer_folder, *optimizer);
    if (const auto* several = dynamic_cast<const MultiOptimizer*>(&optimizer->base()))
      for (const auto& [path, part] : counted(in(optimizer_folder, "optimizers"), several->optimizers()))
        write_optimizer(path, part);
  }
  return file.finish();
}

FoundValues match_weights(const Hdf5Reader& file, const Model& model, const ReadWeights& how, FileContext context) {
  FoundValues result;
  Values& values = result.values;
  const RunNow now;
  for (const Place& place : places_of(model)) {
    const std::string group = in(place.path, "vars");
    Values found;
    std::string problem;
    std::size_t there = 0;
    StateDict store;
    for (const std::string& name : file.names(group))
      if (is_number(name))
        ++there;
      else
        store.add(name, file.read(group + "/" + name));
    if (there != place.variables.size())
      problem = "it has " + std::to_string(place.variables.size()) + " weights, in the file '" + group + "' has " +
                std::to_string(there);
    for (std::size_t i = 0; problem.empty() && i < place.variables.size(); ++i) {
      const std::string path = group + "/" + std::to_string(i);
      const Tensor value = file.read(path), fit = fitted(value, place.variables[i]);
      if (!fit.defined())
        problem = "'" + path + "' is " + described(value) + ", here " + described(place.variables[i]);
      else
        found.emplace_back(place.variables[i], fit);
    }
    if (!problem.empty() && !how.skip_mismatch)
      throw ArgumentError(context.op, "the file's weights do not fit a layer", "layer '" + place.name + "': " + problem,
                          "Is it of the same layers in the same order? .skip_mismatch leaves out what does not fit",
                          context.where);
    if (!problem.empty()) {
      std::fprintf(stderr, "[%s] warning: layer '%s' is left as it is: %s.\n", std::string(context.op).c_str(),
                   printable(place.name).c_str(), printable(problem).c_str());
      continue;
    }
    values.insert(values.end(), found.begin(), found.end());
    if (!store.empty()) result.own.push_back({const_cast<LayerBase*>(place.layer), std::move(store)});
    const std::vector<std::string> states = file.names(in(place.path, own_folder));
    for (const Weight& state : place.states) {
      if (std::find(states.begin(), states.end(), state.name) == states.end()) continue;
      const Tensor value = file.read(in(place.path, own_folder) + "/" + state.name);
      if (value.shape() == state.value.shape() && value.dtype() == state.value.dtype())
        values.emplace_back(state.value, value);
    }
  }
  const Optimizer* optimizer = model.base().trainer().optimizer_if_any();
  const std::string group = std::string(optimizer_folder) + "/vars";
  if (!optimizer || !how.optimizer || !file.has_group(group)) return result;
  const std::vector<Tensor> trained = model.base().trainable_weights();
  optimizer->base().build(trained, paths_of(model.base(), trained));
  const auto variables = variables_in_files(optimizer->base());
  const std::size_t there = file.names(group).size();
  std::string problem;
  if (there != variables.size())
    problem = "the file has " + std::to_string(there) + " variables of it, the model's '" + optimizer->name() +
              "' has " + std::to_string(variables.size());
  Values found;
  for (std::size_t i = 0; problem.empty() && i < variables.size(); ++i) {
    const std::string path = group + "/" + std::to_string(i);
    const Tensor value = file.read(path), fit = fitted(value, variables[i].second);
    if (!fit.defined()) {
      problem = "'" + path + "' is " + described(value) + ", here " + described(variables[i].second);
    } else if (variables[i].first != "learning_rate") {
      found.emplace_back(variables[i].second, fit);
    } else if (how.learning_rate) {
      // Files have it in float32: what it was rounded from stays.
      const double own = variables[i].second.item<double>();
      if (static_cast<float>(own) != static_cast<float>(fit.item<double>()))
        found.emplace_back(variables[i].second, fit);
    }
    if (i == 0 && problem.empty() && found.front().second.item<std::int64_t>() < 0)
      problem = "'" + path + "' is negative";
  }
  if (problem.empty())
    values.insert(values.end(), found.begin(), found.end());
  else
    std::fprintf(stderr, "[%s] warning: the optimizer's state is not read: %s.\n", std::string(context.op).c_str(),
                 printable(problem).c_str());
  return result;
}

std::vector<std::pair<std::string, LayerBase*>> asset_folders(const Model& model) {
  std::vector<std::pair<std::string, LayerBase*>> folders;
  for (const Place& place : places_of(model))
    folders.emplace_back(in("assets", place.path), const_cast<LayerBase*>(place.layer));
  return folders;
}

void assign_all(FoundValues& found) {
  const RunNow now;
  const Transaction whole;
  for (auto& [own, value] : found.values) own.copy_(value);
  const UserCode its_lines;
  for (const auto& [layer, store] : found.own) layer->load_own_variables(store);
}

}  // namespace triptych::keras
