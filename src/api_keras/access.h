// What the API's own files may do with a layer, and the state that calls pass down.
#pragma once

#include <utility>

#include "core/dispatch/modes.h"
#include "triptych/core/autograd.h"
#include "triptych/keras/layer.h"

namespace triptych::keras {

struct LayerAccess {
  static std::string& name(LayerBase& layer) { return layer.name_; }
  static bool& built(LayerBase& layer) { return layer.built_; }
  static Location& made_at(LayerBase& layer) { return layer.made_at_; }
  /// Where set_trainable(false) was called last; nowhere if the layer is trainable.
  static Location frozen_at(const LayerBase& layer) { return layer.frozen_at_; }
  static std::vector<Weight>& own_weights(LayerBase& layer) { return layer.weights_; }
  static std::vector<Shape>& output_shapes(LayerBase& layer) { return layer.output_shapes_; }
};

/// While alive, ops run now and unrecorded, though a graph is being traced: for making weights.
class [[nodiscard]] RunNow {
 public:
  RunNow() : previous_(std::exchange(modes.trace, nullptr)) {}
  ~RunNow() { modes.trace = previous_; }
  RunNow(const RunNow&) = delete;
  RunNow& operator=(const RunNow&) = delete;

 private:
  GraphImpl* previous_;
  GradMode recording_{false};
};

/// Makes the layer's weights if it has none yet; the batch dimension is taken as unknown.
void ensure_built(LayerBase& layer, const std::vector<Shape>& input_shapes);

/// Shapes and dtypes of the layer's outputs on such inputs: its call, traced into a graph that is thrown away.
std::vector<TensorMeta> infer_outputs(LayerBase& layer, const std::vector<TensorMeta>& inputs);

/// Whether the innermost layer call that runs on this thread is in training.
bool& call_training();

}  // namespace triptych::keras
