#include "api_eager/utils/summary_layers.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "api_eager/repr.h"

namespace triptych::eager {
namespace {

std::vector<std::int64_t> sizes_of_tensor(const Tensor& tensor) {
  return {tensor.shape().begin(), tensor.shape().end()};
}

std::int64_t product(const std::vector<std::int64_t>& sizes, std::size_t from, std::size_t to) {
  std::int64_t result = 1;
  for (std::size_t i = from; i < std::min(to, sizes.size()); ++i) result *= sizes[i];
  return result;
}

/// What stands behind "kernel_size=" where the module is printed: a number, or a tuple as a list.
std::string kernel_size_in(const std::string& repr) {
  constexpr std::string_view key = "kernel_size=";
  const std::size_t at = repr.find(key);
  if (at == std::string::npos) return "";
  const std::size_t begin = at + key.size();
  if (repr[begin] != '(') return repr.substr(begin, repr.find(',', begin) - begin);
  std::string list = repr.substr(begin + 1, repr.find(')', begin) - begin - 1);
  if (list.ends_with(',')) list.pop_back();
  return "[" + list + "]";
}

std::string list_text(const std::vector<std::int64_t>& sizes) {
  std::string text;
  for (const std::int64_t size : sizes) text += (text.empty() ? "" : ", ") + std::to_string(size);
  return "[" + text + "]";
}

}  // namespace

SummaryLayer::SummaryLayer(std::string name, nn::Module& module, std::int64_t depth,
                           std::shared_ptr<const SummaryLayer> parent)
    : name(std::move(name)),
      module(&module),
      depth(depth),
      parent(std::move(parent)),
      leaf(module.children().empty()),
      kernel_size(kernel_size_in(module.extra_repr())) {}

void SummaryLayer::count_parameters() {
  params = trainable_params = param_bytes = 0;
  parameters.clear();
  for (const auto& [parameter_name, parameter] : module->named_parameters()) {
    const std::int64_t count = parameter.numel();
    params += count;
    param_bytes += count * static_cast<std::int64_t>(size_of(parameter.dtype()));
    if (parameter.requires_grad()) trainable_params += count;
    std::vector<std::int64_t> sizes = sizes_of_tensor(parameter);
    if (parameter_name == "weight" && sizes.size() > 1) std::swap(sizes[0], sizes[1]);  // inputs first
    if (parent || parameter_name.find('.') == std::string::npos)
      parameters.push_back({parameter_name, list_text(sizes), count});
  }
}

void SummaryLayer::count_mult_adds() {
  if (output_size.empty()) return;
  constexpr std::size_t all = static_cast<std::size_t>(-1);
  for (const auto& [parameter_name, parameter] : module->named_parameters()) {
    const bool plain = parameter_name == "weight" || parameter_name == "bias";
    if (plain && module->name().find("Conv") != std::string::npos)  // each channel has weights of its own
      mult_adds += parameter.numel() * product(output_size, 0, 1) * product(output_size, 2, all);
    else if (plain)
      mult_adds += parameter.numel() * output_size[0];
    else if (parameter_name.find("weight") != std::string::npos || parameter_name.find("bias") != std::string::npos)
      mult_adds += parameter.numel() * product(output_size, 0, 2);  // of each step of a recurrent layer
  }
}

std::int64_t SummaryLayer::leftover_params() const {
  std::int64_t left = params;
  for (const SummaryLayer* child : below)
    if (!child->recursive) left -= child->leaf ? child->params : child->leftover_params();
  return left;
}

std::int64_t SummaryLayer::leftover_trainable_params() const {
  std::int64_t left = trainable_params;
  for (const SummaryLayer* child : below)
    if (!child->recursive) left -= child->leaf ? child->trainable_params : child->leftover_trainable_params();
  return left;
}

std::string SummaryLayer::trainable() const {
  if (params == 0) return "--";
  return trainable_params == 0 ? "False" : trainable_params == params ? "True" : "Partial";
}

namespace {

using Layer = std::shared_ptr<SummaryLayer>;

/// There are lazy modules that have seen no input.
bool waits(nn::Module& module) {
  const auto modules = module.modules();
  return std::any_of(modules.begin(), modules.end(), [](nn::Module* m) { return m->has_uninitialized_params(); });
}

class Collector {
 public:
  SummaryLayers collect(nn::Module& model, const std::function<void()>& call) {
    watch(model.name(), model, 0, nullptr, static_cast<bool>(call));
    const struct Removing {
      std::unordered_map<const nn::Module*, Handles>& handles;
      ~Removing() {
        for (auto& [module, pair] : handles) pair.first.remove(), pair.second.remove();
      }
    } removing{handles_};
    if (call) call();
    if (call) add_missing_containers();
    std::map<std::int64_t, std::int64_t> indices;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      layers_[i]->depth_index = ++indices[layers_[i]->depth];
      for (std::size_t k = i + 1; k < layers_.size() && layers_[k]->depth > layers_[i]->depth; ++k)
        layers_[i]->below.push_back(layers_[k].get());
    }
    return std::move(layers_);
  }

 private:
  using Handles = std::pair<nn::RemovableHandle, nn::RemovableHandle>;

  /// Hooks on the module and on all below; of a module that is there twice, the last place counts.
  void watch(const std::string& name, nn::Module& module, std::int64_t depth, const Layer& parent, bool called) {
    auto place = std::make_shared<SummaryLayer>(name, module, depth, parent);
    current_[&module] = place;
    const auto begin = [this, name, &module, depth, parent, called] {
      auto layer = std::make_shared<SummaryLayer>(name, module, depth, parent);
      layer->recursive = !seen_.insert(&module).second;
      if (!called || !waits(module)) layer->count_parameters();
      layers_.push_back(layer);
      current_[&module] = layer;
    };
    if (!called) {
      begin();
    } else {
      if (const auto earlier = handles_.find(&module); earlier != handles_.end())
        earlier->second.first.remove(), earlier->second.second.remove();
      const auto before = [begin](nn::Module&, const std::vector<Tensor>&) { begin(); };
      const auto after = [this](nn::Module& m, const std::vector<Tensor>& inputs, const std::vector<Tensor>& outputs) {
        finish(m, inputs, outputs);
      };
      handles_[&module] = {module.register_forward_pre_hook(before), module.register_forward_hook(after)};
    }
    for (const auto& [child_name, child] : module.named_children()) watch(child_name, *child, depth + 1, place, called);
  }

  void finish(nn::Module& module, const std::vector<Tensor>& inputs, const std::vector<Tensor>& outputs) {
    SummaryLayer& layer = *current_.at(&module);
    layer.count_parameters();  // again: a lazy module has them now
    layer.kernel_size = kernel_size_in(module.extra_repr());
    layer.input_size = inputs.empty() ? std::vector<std::int64_t>() : sizes_of_tensor(inputs[0]);
    if (!outputs.empty()) {
      layer.output_size = sizes_of_tensor(outputs[0]);
      layer.output_bytes = outputs[0].numel() * static_cast<std::int64_t>(size_of(outputs[0].dtype()));
    }
    layer.count_mult_adds();
  }

  /// ModuleLists and their kin are called by nobody: they stand above the first of their modules that is.
  void add_missing_containers() {
    std::map<std::int64_t, const nn::Module*> open;  // by depth
    SummaryLayers all;
    for (const Layer& layer : layers_) {
      std::map<std::int64_t, const SummaryLayer*> above;
      for (const SummaryLayer* parent = layer->parent.get(); parent && parent->depth > 0; parent = parent->parent.get())
        above[parent->depth] = parent;
      for (std::int64_t depth = 1; depth < layer->depth; ++depth) {
        const SummaryLayer* parent = above.at(depth);
        if (open.contains(depth) && open[depth] == parent->module) continue;
        auto container = std::make_shared<SummaryLayer>(*parent);
        container->count_parameters();
        container->recursive = !seen_.insert(container->module).second;
        open[depth] = container->module;
        all.push_back(std::move(container));
      }
      all.push_back(layer);
      open[layer->depth] = layer->module;
      open.erase(open.upper_bound(layer->depth), open.end());
    }
    layers_ = std::move(all);
  }

  SummaryLayers layers_;
  std::unordered_set<const nn::Module*> seen_;
  std::unordered_map<const nn::Module*, Layer> current_;
  std::unordered_map<const nn::Module*, Handles> handles_;
};

}  // namespace

SummaryLayers summary_layers(nn::Module& model, const std::function<void()>& call) {
  return Collector().collect(model, call);
}

}  // namespace triptych::eager
