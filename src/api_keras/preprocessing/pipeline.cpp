#include "triptych/keras/layers/pipeline.h"

#include "api_keras/layers/brick.h"
#include "api_keras/saving/configured.h"

namespace triptych::keras {
namespace {

class Pipeline : public MaskedLayer {
 public:
  Pipeline(std::vector<Layer> layers, Location where) : layers_(std::move(layers)) {
    LayerAccess::trains_by_default(*this) = true;
    for (const Layer& layer : layers_) LayerAccess::track(*this, layer, where);
  }

  std::vector<Tensor> call_with(const std::vector<Tensor>& xs, const CallOptions& options) override {
    takes(*this, options, {});
    std::vector<Tensor> values = xs;
    for (const Layer& layer : layers_) values = layer.call(values, options.training);
    return values;
  }

  std::string config() const override { return with_layers("{}", "layers", layers_); }

 private:
  std::vector<Layer> layers_;
};

}  // namespace

Layer layers::Pipeline(const std::vector<Layer>& layers, NameOptions options, Location where) {
  for (const Layer& layer : layers) layer.base(where);
  return with_options(plain_brick<keras::Pipeline>(options.name, where, layers, where), options, where);
}

}  // namespace triptych::keras
