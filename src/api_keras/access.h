// What the API's own files may do with a layer, and the state that calls pass down.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/dispatch/modes.h"
#include "triptych/core/autograd.h"
#include "triptych/keras/layer.h"
#include "triptych/keras/optimizers/base.h"

namespace triptych::keras {

struct LayerAccess {
  static std::string& name(LayerBase& layer) { return layer.name_; }
  /// Keras takes it for built from the start.
  static bool& is_plain(LayerBase& layer) { return layer.is_plain_; }
  /// Where no call says whether it is in training, it is.
  static bool& trains_by_default(LayerBase& layer) { return layer.trains_by_default_; }
  static bool& built(LayerBase& layer) { return layer.built_; }
  static Location& made_at(LayerBase& layer) { return layer.made_at_; }
  /// What a built-in layer was made with, as a JSON object.
  static std::string& config(LayerBase& layer) { return layer.config_; }
  /// The user gave it its name.
  static bool& named(LayerBase& layer) { return layer.named_; }
  /// Where set_trainable was called last.
  static Location set_trainable_at(const LayerBase& layer) { return layer.set_trainable_at_; }
  /// A layer that calls only its own parts, or any layer, is not held to calling its parts.
  static bool checks_parts(const LayerBase& layer) { return layer.checks_parts_; }
  static void leave_parts_unchecked(LayerBase& layer) { layer.checks_parts_ = false; }
  /// Models made of layers leave it to these to convert what they get.
  static bool converts_inputs(const LayerBase& layer) { return layer.converts_inputs_; }
  static void leave_inputs(LayerBase& layer) { layer.converts_inputs_ = false; }
  static bool trains_by_default(const LayerBase& layer) { return layer.trains_by_default_; }
  static const std::vector<std::shared_ptr<LayerBase>>& tracked(const LayerBase& layer) { return layer.tracked_; }
  static const std::vector<Weight>& own_weights(const LayerBase& layer) { return layer.weights_; }
  /// A weight of another layer counts as one of this layer too, once.
  static void share_weight(LayerBase& layer, const Weight& weight) { layer.weights_.push_back(weight); }
  static const std::vector<Weight>& own_states(const LayerBase& layer) { return layer.states_; }
  static void track(LayerBase& whole, const Layer& part, Location where) { whole.track_part(part, where); }
  /// The shapes that the layer was built for; none before.
  static std::vector<Shape>& build_shapes(LayerBase& layer) { return layer.build_shapes_; }
  static std::vector<Shape>& output_shapes(LayerBase& layer) { return layer.output_shapes_; }
  static std::weak_ptr<LayerBase>& stands_in(LayerBase& layer) { return layer.stands_in_; }
  static std::vector<Tensor>& own_losses(LayerBase& layer) { return layer.losses_; }
  static void add_loss(LayerBase& layer, const Tensor& loss) { layer.add_loss(loss); }
  /// True the first time: a warning is given once.
  static bool warns_now(LayerBase& layer) { return !layer.warned_.exchange(true); }

  /// How many weights, states and inner layers there are. Later ones can be taken away again.
  class Parts {
   public:
    explicit Parts(const LayerBase& layer)
        : weights_(layer.weights_.size()), states_(layer.states_.size()), tracked_(layer.tracked_.size()) {}
    void restore(LayerBase& layer) const noexcept {
      layer.weights_.erase(layer.weights_.begin() + static_cast<std::ptrdiff_t>(weights_), layer.weights_.end());
      layer.states_.erase(layer.states_.begin() + static_cast<std::ptrdiff_t>(states_), layer.states_.end());
      layer.tracked_.erase(layer.tracked_.begin() + static_cast<std::ptrdiff_t>(tracked_), layer.tracked_.end());
    }

   private:
    std::size_t weights_, states_, tracked_;
  };
};

struct OptimizerAccess {
  /// Null where the rate is a number.
  static const optimizers::schedules::LearningRateSchedule* schedule(const OptimizerBase& optimizer) {
    return optimizer.schedule_ ? &*optimizer.schedule_ : nullptr;
  }
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

/// `part` is somewhere inside of `whole`.
bool is_inside(const LayerBase& part, const LayerBase& whole);

/// How many times a layer has got another part, in this process: what was traced before may be of another model.
std::uint64_t structure_changes();
void structure_changed();
/// How many times a layer was frozen or unfrozen, in this process.
std::uint64_t trainability_changes();

/// The layer's outputs; ArgumentError if a layer of the user's gives none, or an undefined one.
std::vector<Tensor> outputs_of(LayerBase& layer, const std::vector<Tensor>& inputs, const CallOptions& options,
                               Location where = {});

/// Forgets what calls of the layer, and of those inside of it, have added to the loss.
void clear_losses(LayerBase& layer);
/// Adds the penalties of the layer's activity regularizer, each divided by the size of the batch.
void penalize_activity(LayerBase& layer, const std::vector<Tensor>& outputs);

/// Makes the layer's weights if it has none yet; the batch dimension is taken as unknown.
void ensure_built(LayerBase& layer, const std::vector<Shape>& input_shapes);

/// Options of a call that has no others than the training flag.
CallOptions only_training(bool training, std::size_t inputs);

struct CallForm;
/// Shapes and dtypes of the layer's outputs on such inputs: its call, traced into a graph that is thrown away.
std::vector<TensorMeta> infer_outputs(LayerBase& layer, const std::vector<TensorMeta>& inputs);
/// What is known of a call's outputs, and of their masks where they have some.
struct Inferred {
  std::vector<TensorMeta> outputs;
  std::vector<std::optional<Shape>> masks;
};
/// The same for all tensors of a call of this form; `masks` are those that inputs bring along.
Inferred infer_outputs(LayerBase& layer, const std::vector<TensorMeta>& tensors, const CallForm& form,
                       const std::vector<std::optional<Shape>>& masks);
/// Whether that is what happens on this thread: values do not matter.
bool inferring();

/// While alive, `layer` is called on this thread: layers inside of it get its training flag, and are its parts.
class [[nodiscard]] CallScope {
 public:
  /// `asked`: by this call, or one around it; none: each layer has its default.
  CallScope(const LayerBase& layer, std::optional<bool> asked, bool mask_given = false);
  ~CallScope();
  CallScope(const CallScope&) = delete;
  CallScope& operator=(const CallScope&) = delete;

  const LayerBase& layer;
  const std::optional<bool> asked;
  const bool training;
  /// By the caller, beside those that inputs bring along.
  const bool mask_given;
  /// The call around this one, or null.
  const CallScope* const outer;
  /// How many there are around it.
  const int depth;
  static const CallScope* innermost();
};

/// While alive, weights that layers of this thread make are of a file of so many bytes: ArgumentError for more.
class [[nodiscard]] WeightBudget {
 public:
  explicit WeightBudget(std::uint64_t bytes);
  ~WeightBudget();
  WeightBudget(const WeightBudget&) = delete;
  WeightBudget& operator=(const WeightBudget&) = delete;
  /// A weight that is to be made.
  static void spend(const Shape& shape, DType dtype, Location where);

 private:
  WeightBudget* outer_;
  std::uint64_t left_;
};

/// While alive, a step of so many examples is run or traced on this thread.
class [[nodiscard]] BatchScope {
 public:
  explicit BatchScope(std::int64_t size);
  ~BatchScope();
  BatchScope(const BatchScope&) = delete;
  BatchScope& operator=(const BatchScope&) = delete;

 private:
  std::int64_t outer_;
};

/// How many; `unknown` outside of one.
std::int64_t examples_of_step();

/// Whether the innermost layer call that runs on this thread is in training, if somebody said so.
std::optional<bool> call_training();

}  // namespace triptych::keras
