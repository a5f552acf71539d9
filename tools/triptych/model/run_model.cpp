#include "model/run_model.h"

#include <iostream>

#include "triptych/core/error.h"
#include "triptych/core/npy.h"
#include "triptych/lowlevel/saved_model.h"

namespace triptych::compare {
namespace {

using lowlevel::saved_model::LoadedModel;
using lowlevel::saved_model::SignatureDef;

void print_tensors(const char* title, const std::map<std::string, Tensor>& tensors) {
  for (const auto& [name, tensor] : tensors)
    std::cout << "  " << title << " " << name << ": " << tensor.dtype() << " " << tensor.shape() << "\n";
}

int list(const LoadedModel& model) {
  for (const auto& [key, signature] : model.signatures()) {
    std::cout << key << "\n";
    print_tensors("input", signature.inputs);
    print_tensors("output", signature.outputs);
  }
  std::cout << model.graph().size() << " nodes, " << model.graph().variables().size() << " variables\n";
  return 0;
}

/// A name of the signature, else of the graph.
Tensor find(const LoadedModel& model, const std::map<std::string, Tensor>& names, const std::string& name) {
  const auto found = names.find(name);
  return found == names.end() ? model.graph().find(name) : found->second;
}

}  // namespace

int run_model(const ModelRun& options) {
  const LoadedModel model = lowlevel::saved_model::load(options.path);
  if (options.list) return list(model);
  SignatureDef signature;
  if (const auto found = model.signatures().find(options.signature); found != model.signatures().end())
    signature = found->second;
  else if (options.fetches.empty())
    throw ArgumentError("run", "the model has no signature of this name", "'" + options.signature + "'",
                        "Name what to compute: --fetch NAME; --list shows what there is");
  std::vector<lowlevel::Feed> feeds;
  for (const std::string& feed : options.feeds) {
    const auto equal = feed.find('=');
    if (equal == std::string::npos || equal == 0)
      throw ArgumentError("run", "a feed is not of the form NAME=FILE.npy", "'" + feed + "'");
    feeds.emplace_back(find(model, signature.inputs, feed.substr(0, equal)), load_npy(feed.substr(equal + 1)));
  }
  std::vector<std::string> names = options.fetches;
  if (names.empty())
    for (const auto& [name, tensor] : signature.outputs) names.push_back(name);
  if (options.outputs.size() > names.size())
    throw ArgumentError("run", "there are more files than results",
                        std::to_string(options.outputs.size()) + " for " + std::to_string(names.size()));
  std::vector<Tensor> fetches;
  for (const std::string& name : names) fetches.push_back(find(model, signature.outputs, name));
  const std::vector<Tensor> values = model.session().run(fetches, feeds);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i < options.outputs.size())
      save_npy(values[i], options.outputs[i]);
    else if (values[i].defined())
      std::cout << names[i] << ": " << values[i].dtype() << " " << values[i].shape() << "\n" << values[i] << "\n";
  }
  return 0;
}

}  // namespace triptych::compare
