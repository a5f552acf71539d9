#include "triptych/keras/layers/time_distributed.h"

#include "api_keras/layers/brick.h"
#include "api_keras/saving/configured.h"

namespace triptych::keras {
namespace {

class TimeDistributed : public MaskedLayer {
 public:
  TimeDistributed(Layer layer, Location where) : layer_(std::move(layer)) { LayerAccess::track(*this, layer_, where); }

  void build(const Shape& input) override {
    check(input);
    Shape step = input;
    step.erase(1);
    ensure_built(layer_.base(), {step});
  }

  std::vector<Tensor> call_with(const std::vector<Tensor>& xs, const CallOptions& options) override {
    takes(*this, options, {});
    const Tensor& x = only_input(*this, xs);
    check(x.shape());
    const Tensor mask = mask_of_steps(x, options.mask[0]);
    return {options.training.value_or(false) && moves_statistics() ? one_after_the_other(x, mask) : at_once(x, mask)};
  }

  std::string config() const override { return with_layer(LayerBase::config(), "layer", layer_); }

 private:
  void check(const Shape& input) const {
    if (input.rank() < 3)
      throw ArgumentError("TimeDistributed", "the input has less than three axes",
                          "layer '" + name() + "' got " + input.text(), "Batch and steps come first");
  }

  /// The mask as far as the layer reads it: beyond batch and steps, and for a layer that takes one.
  Tensor mask_of_steps(const Tensor& x, const Tensor& mask) const {
    if (!mask.defined()) return {};
    if (mask.ndim() < 2 || conflict(mask.shape().dim(0), x.shape().dim(0)) ||
        conflict(mask.shape().dim(1), x.shape().dim(1)))
      throw ArgumentError("TimeDistributed", "the mask does not begin with batch and steps",
                          "a mask " + mask.shape().text() + ", layer '" + name() + "' got " + x.shape().text());
    return mask.ndim() > 2 ? mask : Tensor();
  }

  bool moves_statistics() const {
    for (const Weight& weight : layer_.weights())
      if (!weight.trainable) return layer_.trainable();
    return false;
  }

  Tensor called(const Tensor& x, const Tensor& mask) const {
    return mask.defined() ? layer_(x, CallOptions{.mask = mask}) : layer_(x);
  }

  /// Batch and steps as one axis.
  Tensor at_once(const Tensor& x, const Tensor& mask) const {
    const Tensor y = called(flatten(x, 0, 1), mask.defined() ? flatten(mask, 0, 1) : mask);
    Shape shape = y.shape();
    const Dim steps = x.shape().dim(1), batch = x.shape().dim(0);
    shape.set(0, unknown);
    if (steps.known() || batch.known()) {
      shape.set(0, steps.known() ? Dim(unknown) : batch);
      shape.insert(1, steps);
      return reshape(y, shape);
    }
    // Neither is known: the result has the shape of something that was computed for all steps.
    Tensor like = x;
    while (like.ndim() > 2) like = select(like, -1, 0);
    for (int i = 1; i < y.ndim(); ++i) like = repeat(unsqueeze(like, -1), shape[i], -1);
    return reshape_like(y, like);
  }

  Tensor one_after_the_other(const Tensor& x, const Tensor& mask) const {
    std::vector<Tensor> outputs;
    for (std::int64_t t = 0; t < x.size(1); ++t)
      outputs.push_back(called(select(x, 1, t), mask.defined() ? select(mask, 1, t) : mask));
    return stack(outputs, 1);
  }

  Layer layer_;
};

}  // namespace

Layer layers::TimeDistributed(const Layer& layer, NameOptions options, Location where) {
  layer.base(where);
  return with_options(brick<keras::TimeDistributed>(options.name, where, layer, where), options, where);
}

}  // namespace triptych::keras
