#include "api_keras/optimizers/paths.h"

#include "api_keras/access.h"

namespace triptych::keras {
namespace {

void collect(const LayerBase& layer, const std::string& prefix, std::span<const Tensor> weights,
             std::vector<std::string>& paths) {
  for (const Weight& weight : LayerAccess::own_weights(layer))
    for (std::size_t i = 0; i < weights.size(); ++i)
      if (paths[i].empty() && weights[i].is_same(weight.value)) paths[i] = prefix + weight.name;
  for (const Layer& part : layer.layers()) collect(part.base(), prefix + part.name() + "/", weights, paths);
}

}  // namespace

std::vector<std::string> paths_of(const LayerBase& model, std::span<const Tensor> weights) {
  std::vector<std::string> paths(weights.size());
  collect(model, "", weights, paths);
  return paths;
}

}  // namespace triptych::keras
