// The layer: a brick that owns its weights. `Layer` is a handle to one; layers of your own derive from `LayerBase`:
//
//   struct Scale : keras::LayerBase {
//     tt::Tensor factor;
//     void build(const tt::Shape& input) override {
//       factor = add_weight({.shape = {input[-1]}, .initializer = "ones", .name = "factor"});
//     }
//     tt::Tensor call(const tt::Tensor& x, bool training) override { return x * factor; }
//   };
//   keras::Layer scale = keras::layer<Scale>();
//
// A layer that another one holds is a part of it, and its weights count as that one's: its members, and what it makes
// and keeps while it is constructed or built, in containers too.
#pragma once

#include <atomic>
#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "triptych/core/option_text.h"
#include "triptych/core/tensor.h"
#include "triptych/core/text.h"
#include "triptych/keras/constraints.h"
#include "triptych/keras/dtype_policy.h"
#include "triptych/keras/initializers.h"
#include "triptych/keras/metrics/metric.h"
#include "triptych/keras/regularizers.h"

namespace triptych {
class StateDict;
}

namespace triptych::keras {

class Layer;
class LayerBase;
class ModelBase;

/// A weight: a tensor that its layer owns, and what it is called there.
struct Weight {
  std::string name;
  Tensor value;
  bool trainable = true;
  /// What it adds to the loss while it is trained, and what it becomes after each step; none unless given.
  Regularizer regularizer = {};
  Constraint constraint = {};
};

/// Options of `LayerBase::add_weight`, in Keras's order.
struct WeightOptions {
  Shape shape = {};
  Initializer initializer = "glorot_uniform";
  /// None: the layer's variable dtype.
  std::optional<DType> dtype = {};
  bool trainable = true;
  Regularizer regularizer = {};
  Constraint constraint = {};
  /// "": as Keras makes them, "variable", "variable_1", ...
  OptionText name = {};
};

/// One or several tensors, where a function takes either.
class TensorList : public std::vector<Tensor> {
 public:
  TensorList() = default;
  TensorList(const Tensor& tensor) : std::vector<Tensor>{tensor} {}
  TensorList(std::initializer_list<Tensor> tensors) : std::vector<Tensor>(tensors) {}
  TensorList(std::vector<Tensor> tensors) : std::vector<Tensor>(std::move(tensors)) {}
};

/// What a layer is called with beside its inputs: `lstm(x, {.mask = mask})`. ArgumentError for what the layer does not
/// take.
struct CallOptions {
  /// By default that of the outer layer, else false; of layers that change images at random true.
  std::optional<bool> training = {};
  /// One for each input: bool (n, steps, ...), false where there is nothing. Undefined ones: the input's own mask.
  TensorList mask = {};
  /// Of recurrent layers: the states before the first step.
  TensorList initial_state = {};
  /// Of attention: bool, which query may look at which key.
  Tensor attention_mask = {};
  /// Of attention: the scores are a second output.
  bool return_attention_scores = false;
  /// Of attention: no query looks at later keys.
  bool use_causal_mask = false;
  /// Of a ReversibleEmbedding: from features back to scores of the table's rows.
  bool reverse = false;
};

/// The mask that a layer attached to its output `x` (Keras's `x._keras_mask`): bool, false where there is nothing.
/// Undefined: none. Ops do not hand it on, layers do.
TRIPTYCH_API Tensor mask_of(const Tensor& x);

/// Base of all layers. Never copied: handles share it.
class TRIPTYCH_API LayerBase : public std::enable_shared_from_this<LayerBase> {
 public:
  LayerBase();
  virtual ~LayerBase();
  LayerBase(const LayerBase&) = delete;
  LayerBase& operator=(const LayerBase&) = delete;

  /// Makes the weights, when the input's shape is first known; its batch dimension is unknown. The second form is for
  /// layers of several inputs, and calls the first unless overridden.
  virtual void build(const Shape& input_shape);
  virtual void build_many(const std::vector<Shape>& input_shapes);
  /// The layer's function. Override one: the second form is for layers of several inputs or outputs.
  virtual Tensor call(const Tensor& x, bool training);
  virtual std::vector<Tensor> call_many(const std::vector<Tensor>& xs, bool training);
  /// The whole call, for layers that read masks or take more arguments: `options.training` is decided, and
  /// `options.mask` has an entry for each input. By default it is `call_many`, and other arguments are errors.
  virtual std::vector<Tensor> call_with(const std::vector<Tensor>& xs, const CallOptions& options);
  /// Whether floating inputs are converted to the compute dtype before the call, and weights are read in it.
  bool autocast = true;
  /// Whether masks of inputs are handed on to outputs, as `compute_mask` says; else they end here, with a warning.
  bool supports_masking = false;
  /// The outputs' masks for inputs with these ones (undefined: none). By default the inputs'.
  virtual std::vector<Tensor> compute_mask(const std::vector<Tensor>& inputs, const std::vector<Tensor>& mask);
  /// Sets what a preprocessing layer takes from data. Other layers have nothing of that kind: ArgumentError.
  virtual void adapt(const Tensor& data);
  /// Recurrent layers that are stateful start from zeros again; others hand it on to those inside.
  virtual void reset_states();
  /// "Dense"; by default the name of the C++ class.
  virtual std::string class_name() const;
  /// What data of other dtypes are converted to, where the layer is the first of a Sequential without an Input.
  virtual DType input_dtype() const { return float32; }
  /// The layer's arguments as a JSON object, for files: of a layer of one's own what the function that
  /// `saving::register_keras_serializable` was given makes it of. By default, and for a built-in layer, as Keras's
  /// get_config, without the name, `trainable` and the dtype.
  virtual std::string config() const { return config_; }
  /// What a layer of one's own keeps in files beside its weights, by name: `store.add("table", table)`. Keras's files
  /// have it, too. When a file is read, `load_own_variables` gets it, with the weights in place; what the layer does
  /// not know is an ArgumentError, which is what it throws by default for any.
  virtual void save_own_variables(StateDict& store) const;
  virtual void load_own_variables(const StateDict& store);
  /// What is no tensor, as files in a `.keras` archive, by their names: `files["words.txt"] = text`.
  virtual void save_assets(std::map<std::string, std::string>& files) const;
  virtual void load_assets(const std::map<std::string, std::string>& files);

  /// The dtypes of computing and of weights; see DTypePolicy.
  const DTypePolicy& dtype_policy() const { return dtype_policy_; }
  DType compute_dtype() const { return dtype_policy_.compute_dtype(); }
  DType variable_dtype() const { return dtype_policy_.variable_dtype(); }
  /// `policy` from here on, without effect on layers inside; none stands for the global one. ArgumentError if weights
  /// of another variable dtype are made already.
  void set_dtype_policy(const DTypePolicy& policy, Location where = Location::here());

  const std::string& name() const { return name_; }
  bool built() const { return built_; }
  /// A frozen layer's weights are not trained; of a layer with inner ones it sets all.
  bool trainable() const { return trainable_; }
  void set_trainable(bool value, Location where = Location::here());
  /// Shape of the last call's output in a functional model, else of the build, or of the first batch; empty before.
  const std::vector<Shape>& output_shapes() const { return output_shapes_; }

  /// All weights, trainable ones first, in the order in which they were made; inner layers' after its own.
  std::vector<Weight> weights() const;
  std::vector<Tensor> trainable_weights() const;
  std::vector<Tensor> non_trainable_weights() const;
  // Keras's other names for them.
  std::vector<Tensor> trainable_variables() const { return trainable_weights(); }
  std::vector<Tensor> non_trainable_variables() const { return non_trainable_weights(); }
  std::int64_t count_params() const;
  /// State that is not a weight, such as how far dropout's random numbers are; `Model::save` writes it.
  std::vector<Weight> states() const;
  /// Layers inside this one.
  virtual std::vector<Layer> layers() const;
  /// What the last call adds to a model's loss, 0-d tensors: of `add_loss` and activity regularizers, its own and inner
  /// layers', and then each trainable weight's regularizer. The next call of the outermost layer starts anew.
  std::vector<Tensor> losses() const;
  /// Metrics of `add_metric`, of this layer and of those inside of it.
  std::vector<Metric> added_metrics() const;
  /// The penalty of the layer's outputs, each divided by the size of the batch; none unless it is set.
  const Regularizer& activity_regularizer() const { return activity_regularizer_; }
  void set_activity_regularizer(Regularizer regularizer) { activity_regularizer_ = std::move(regularizer); }

 protected:
  /// A weight of this layer: made now by its initializer. Call it from `build`. ArgumentError if the layer has a weight
  /// or a state of this name, if the name has a slash (files call a weight "layer/weight"), if a dimension of the shape
  /// is unknown, or if an initializer that is a function makes another shape or dtype.
  Tensor add_weight(const WeightOptions& options, Location where = Location::here());
  /// Adds a number to the loss of the model that the layer is in. Call it from `call`. ArgumentError unless it is 0-d.
  void add_loss(const Tensor& loss, Location where = Location::here());
  /// The mean of `value` over batches and examples is reported as `name` by the model that the layer is in. Call it
  /// from `call`.
  void add_metric(const Tensor& value, const OwnedText& name, Location where = Location::here());
  /// `metric`, whose state the layer updates itself, is reported by the model that the layer is in. Call it from the
  /// constructor or `build`.
  Metric add_metric(Metric metric);
  /// State of this layer that is not a weight. ArgumentError for a name as in `add_weight`.
  void add_state(OwnedText name, Tensor value, Location where = Location::here());
  /// Makes `layer` (or a model) a part of this one, where holding it does not: a container of layers that were made
  /// elsewhere. Returns it. ArgumentError if another part was given the same name, or if this layer is inside of it.
  template <std::derived_from<Layer> L>
  L track(L layer, Location where = Location::here()) {
    track_part(layer, where);
    return layer;
  }

 private:
  friend struct LayerAccess;
  void track_part(const Layer& layer, Location where);
  void check_new_name(const std::string& name, const char* what, Location where) const;

  DTypePolicy dtype_policy_;
  std::string name_;
  bool named_ = false;                // by the user
  bool checks_parts_ = true;          // of what is called inside of it
  bool converts_inputs_ = true;       // to the compute dtype
  bool is_plain_ = false;             // has nothing to build
  bool trains_by_default_ = false;    // where no call says whether it is in training
  std::atomic<bool> warned_ = false;  // of a mask that ends here
  Location made_at_, set_trainable_at_;
  bool trainable_ = true;
  bool built_ = false;
  std::vector<Weight> weights_, states_;
  std::vector<std::shared_ptr<LayerBase>> tracked_;
  std::vector<Shape> build_shapes_, output_shapes_;
  std::weak_ptr<LayerBase> stands_in_;  // the first functional or Sequential model
  std::vector<Tensor> losses_;          // of the last call
  std::vector<Metric> metrics_;
  Regularizer activity_regularizer_;
  std::string config_ = "{}";
};

namespace detail {
/// While alive, a layer is constructed or built, and handles to layers that come to life on this thread are noted.
class [[nodiscard]] TRIPTYCH_API Construction {
 public:
  Construction();
  ~Construction();
  Construction(const Construction&) = delete;
  Construction& operator=(const Construction&) = delete;

  /// Makes parts of `whole` of the handles inside of its own `size` bytes, and of layers that were made meanwhile and
  /// that somebody keeps.
  void finish(LayerBase& whole, std::size_t size);
  static void note(const Layer& handle, bool is_new);

 private:
  struct Seen {
    const Layer* at;
    std::weak_ptr<LayerBase> layer;
    bool is_new;
  };
  Construction* outer_;
  std::vector<Seen> seen_;
  bool lost_ = false;  // there was no memory to note a handle
};

template <class Mine, class... Args>
std::shared_ptr<Mine> construct(Args&&... args) {
  Construction parts;
  auto mine = std::make_shared<Mine>(std::forward<Args>(args)...);
  parts.finish(*mine, sizeof(Mine));
  return mine;
}
}  // namespace detail

/// A handle to a layer. Copies share the layer: used twice, it shares its weights.
class TRIPTYCH_API Layer {
 public:
  /// An undefined handle.
  Layer() = default;
  Layer(const Layer& other) : base_(other.base_) { detail::Construction::note(*this, false); }
  Layer(Layer&& other) noexcept : base_(std::move(other.base_)) { detail::Construction::note(*this, false); }
  Layer& operator=(const Layer& other);
  Layer& operator=(Layer&& other) noexcept;
  ~Layer() = default;
  /// Takes `base` in; it gets a name as Keras makes them ("dense", "dense_1", ...) unless `name` is given.
  /// ArgumentError for a name with a slash, or "optimizer": files need both for themselves.
  explicit Layer(std::shared_ptr<LayerBase> base, OptionText name = {}, Location where = Location::here());
  /// The input layer behind a tensor that `Input` returned.
  Layer(const Tensor& input, Location where = Location::here());

  /// Calls the layer. A tensor of a functional model (from `Input`) gives one; a concrete tensor is computed now, a
  /// symbolic one of a lowlevel graph adds nodes. `training` decides for dropout and batch normalization, in a
  /// functional model whenever it is called; by default it is that of the outer layer, else false (true of layers that
  /// change images at random, as in Keras). Weights are made at the first call. ArgumentError if a layer that is called
  /// inside of another one is not a part of it.
  Tensor operator()(const Tensor& x, std::optional<bool> training = {}, Location where = Location::here()) const;
  /// For layers of several inputs: `Add()({a, b})`.
  Tensor operator()(const std::vector<Tensor>& xs, std::optional<bool> training = {},
                    Location where = Location::here()) const;
  /// For layers of several outputs.
  std::vector<Tensor> call(const TensorList& xs, std::optional<bool> training = {},
                           Location where = Location::here()) const;

  /// With more than the training flag: `attention({query, value}, {.use_causal_mask = true})`. A template, so that `{}`
  /// stays a training flag that is left out.
  template <class Void = void>
  Tensor operator()(const TensorList& xs, const CallOptions& options, Location where = Location::here()) const {
    return only_output(call_all(xs, options, where), where);
  }
  template <class Void = void>
  std::vector<Tensor> call(const TensorList& xs, const CallOptions& options, Location where = Location::here()) const {
    return call_all(xs, options, where);
  }
  /// The outputs' masks for inputs with these ones; see LayerBase::compute_mask.
  std::vector<Tensor> compute_mask(const TensorList& inputs, const TensorList& mask = {},
                                   Location where = Location::here()) const;
  /// Sets what a preprocessing layer takes from data, as the mean and variance of a Normalization.
  void adapt(const Tensor& data, Location where = Location::here()) const;
  /// Stateful recurrent layers, this one or inside, start from zeros again.
  void reset_states(Location where = Location::here()) const { base(where).reset_states(); }
  void reset_state(Location where = Location::here()) const { reset_states(where); }

  /// What the layer was first called on, and what it gave, in the functional or Sequential model that it stands in:
  /// symbolic tensors to make further models of, as `Model(model.inputs(), model.get_layer("features").output())`.
  /// Of such a model its own. ArgumentError if it stands in none.
  std::vector<Tensor> inputs(Location where = Location::here()) const;
  std::vector<Tensor> outputs(Location where = Location::here()) const;
  /// The only one; ArgumentError if there are several.
  Tensor input(Location where = Location::here()) const;
  Tensor output(Location where = Location::here()) const;
  /// The output's shape for an input of `input_shape` (with the batch dimension, `tt::unknown` if it varies). Makes the
  /// weights if there are none yet.
  Shape compute_output_shape(const Shape& input_shape, Location where = Location::here()) const;

  /// A handle to a layer that is in others' hands already.
  static Layer of(std::shared_ptr<LayerBase> base);

  bool defined() const { return base_ != nullptr; }
  /// The layer; ArgumentError if the handle is undefined, or was moved from.
  LayerBase& base(Location where = Location::here()) const;
  const std::shared_ptr<LayerBase>& shared() const { return base_; }
  /// The layer as its class, or null.
  template <class T>
  T* as() const {
    return dynamic_cast<T*>(base_.get());
  }
  friend bool operator==(const Layer& a, const Layer& b) { return a.base_ == b.base_; }
  friend bool operator!=(const Layer& a, const Layer& b) { return a.base_ != b.base_; }

  const std::string& name(Location where = Location::here()) const { return base(where).name(); }
  const DTypePolicy& dtype_policy(Location where = Location::here()) const { return base(where).dtype_policy(); }
  /// What floating inputs become, and outputs are.
  DType compute_dtype(Location where = Location::here()) const { return base(where).compute_dtype(); }
  /// What weights are kept in.
  DType variable_dtype(Location where = Location::here()) const { return base(where).variable_dtype(); }
  bool built(Location where = Location::here()) const { return base(where).built(); }
  /// Makes the weights for an input of `input_shape` (with the batch dimension, `tt::unknown` if it varies).
  void build(const Shape& input_shape, Location where = Location::here()) const;
  bool trainable(Location where = Location::here()) const { return base(where).trainable(); }
  void set_trainable(bool value, Location where = Location::here()) const { base(where).set_trainable(value, where); }
  std::vector<Weight> weights(Location where = Location::here()) const { return base(where).weights(); }
  /// The tensors themselves: what an optimizer trains, and the rest.
  std::vector<Tensor> trainable_weights(Location where = Location::here()) const {
    return base(where).trainable_weights();
  }
  std::vector<Tensor> non_trainable_weights(Location where = Location::here()) const {
    return base(where).non_trainable_weights();
  }
  // Keras's other names for them.
  std::vector<Tensor> trainable_variables(Location where = Location::here()) const { return trainable_weights(where); }
  std::vector<Tensor> non_trainable_variables(Location where = Location::here()) const {
    return non_trainable_weights(where);
  }
  std::int64_t count_params(Location where = Location::here()) const { return base(where).count_params(); }
  /// What the last call adds to the loss; see LayerBase::losses.
  std::vector<Tensor> losses(Location where = Location::here()) const { return base(where).losses(); }
  /// The arguments as a JSON object, as Keras's get_config; `layers::from_config` makes a layer of them.
  std::string get_config(Location where = Location::here()) const;
  /// Copies of the weights' values.
  std::vector<Tensor> get_weights(Location where = Location::here()) const;
  /// Copies `values` into the weights; ArgumentError unless they agree in number and shapes.
  void set_weights(const std::vector<Tensor>& values, Location where = Location::here()) const;

 protected:
  std::shared_ptr<LayerBase> base_;

 private:
  std::vector<Tensor> call_all(const TensorList& xs, const CallOptions& options, Location where) const;
  Tensor only_output(std::vector<Tensor> outputs, Location where) const;
};

/// A handle to a new layer of your own class.
template <class Mine, class... Args>
Layer layer(Args&&... args) {
  return Layer(detail::construct<Mine>(std::forward<Args>(args)...), {}, Location());  // this line is nobody's
}

}  // namespace triptych::keras
