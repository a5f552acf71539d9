// Layers that learn from data before training, batch by batch: their state is not trained, but computed by `adapt`.
#pragma once

#include <string>

#include "triptych/core/data.h"
#include "triptych/core/tensor.h"
#include "triptych/keras/layer.h"

namespace triptych::keras {

/// Base of them. `adapt` resets the state, shows it the data, batch by batch, and makes of it what calls use.
class TRIPTYCH_API AdaptiveLayerBase : public LayerBase {
 public:
  void adapt(const Tensor& data) override;
  virtual void reset_adapted() = 0;
  virtual void see(const Tensor& batch) = 0;
  virtual void finish_adapting() = 0;
  /// Takes what Keras's archive keeps beside the weights: of a lookup "vocabulary.txt".
  virtual void read_asset(const std::string& text);
};

/// A handle to one.
class TRIPTYCH_API AdaptiveLayer : public Layer {
 public:
  AdaptiveLayer() = default;
  explicit AdaptiveLayer(Layer layer) : Layer(std::move(layer)) {}

  using Layer::adapt;
  /// Learns from all batches' x. What was learned before goes. ArgumentError if there are no examples, or if their
  /// shape is not that of the layer's inputs. What was compiled with the layer in it is traced anew.
  void adapt(const data::DataLoader& batches, Location where = Location::here()) const;
};

}  // namespace triptych::keras
