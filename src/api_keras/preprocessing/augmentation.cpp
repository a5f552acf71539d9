// Layers that choose among those of images, or mix the examples of a batch.
#include "triptych/keras/layers/preprocessing/augmentation.h"

#include <algorithm>

#include "api_keras/preprocessing/random_images.h"
#include "api_keras/saving/configured.h"
#include "triptych/core/control_flow.h"
#include "triptych/core/ops/distributions.h"
#include "triptych/core/ops/order.h"
#include "triptych/keras/layers/preprocessing/colors.h"
#include "triptych/keras/layers/preprocessing/distortions.h"

namespace triptych::keras {
namespace {

// --- Choosing layers ------------------------------------------------------------------------------------------------

/// Base of those that choose. Only the layers that are chosen run, in a graph too.
template <class Options>
class Choosing : public RandomImages {
 public:
  Choosing(const char* class_name, Options options)
      : RandomImages(class_name, options.data_format, options.seed), options_(std::move(options)) {}
  void build(const Shape& input) override {
    RandomImages::build(input);
    for (const Layer& layer : layers_) ensure_built(layer.base(), {input});
  }

 protected:
  void add(const Layer& layer) {
    LayerAccess::track(*this, layer, {});
    layers_.push_back(layer);
  }
  // Factors are those of Keras's layers, which are made of the range, not of one number.
  void add_shear() {
    add(layers::RandomShear({.x_factor = options_.factor,
                             .y_factor = options_.factor,
                             .interpolation = options_.interpolation,
                             .data_format = options_.data_format,
                             .seed = options_.seed}));
  }
  void add_translation_and_rotation() {
    const RandomPlacesOptions places{
        .interpolation = options_.interpolation, .seed = options_.seed, .data_format = options_.data_format};
    add(layers::RandomTranslation(options_.factor, options_.factor, places));
    add(layers::RandomRotation(options_.factor, places));
  }
  void add_brightness_degeneration_contrast_and_sharpness() {
    add(layers::RandomBrightness(options_.factor, values()));
    add(layers::RandomColorDegeneration(options_.factor, values()));
    add(layers::RandomContrast(options_.factor, values()));
    add(layers::RandomSharpness(options_.factor, values()));
  }
  void add_posterization_solarization_contrast_and_equalization() {
    add(layers::RandomPosterization(std::max(1, static_cast<int>(8 * options_.factor.upper)), values()));
    add(layers::Solarization({.addition_factor = options_.factor,
                              .threshold_factor = options_.factor,
                              .value_range = options_.value_range,
                              .seed = options_.seed}));
    add(layers::AutoContrast({.value_range = options_.value_range}));
    add(layers::Equalization({.value_range = options_.value_range, .data_format = options_.data_format}));
  }

  /// x as one of the layers changes it, or, of one number more than there are layers, as it is.
  Tensor by_one_of(const Tensor& x, std::int64_t choices) const {
    std::vector<std::function<Tensor()>> branches;
    for (const Layer& layer : layers_) branches.push_back([&] { return cast(layer.base().call(x, true), float32); });
    if (choices > static_cast<std::int64_t>(layers_.size())) branches.push_back([&] { return identity(x); });
    return switch_case(cast(floor(number(0, static_cast<double>(choices))), int64), branches);
  }
  std::int64_t layer_count() const { return static_cast<std::int64_t>(layers_.size()); }
  /// One number for the whole batch.
  Tensor number(double low, double high) const { return random_uniform(stream_, {}, low, high); }

  Options options_;

 private:
  RandomValuesOptions values() const {
    return {.value_range = options_.value_range, .data_format = options_.data_format, .seed = options_.seed};
  }

  std::vector<Layer> layers_;
};

class RandAugment : public Choosing<RandAugmentOptions> {
 public:
  explicit RandAugment(const RandAugmentOptions& options) : Choosing("RandAugment", options) {
    add_shear();
    add_translation_and_rotation();
    add_brightness_degeneration_contrast_and_sharpness();
    add_posterization_solarization_contrast_and_equalization();
  }

 protected:
  Tensor changed(const Tensor& x) override {
    Tensor y = x;
    for (std::int64_t i = 0; i < options_.num_ops; ++i) y = by_one_of(y, layer_count());
    return y;
  }
};

/// The logarithm of numbers of the gamma distribution, of x's shape. As those of alpha + 1, so that small alphas do not
/// make zeros: G(alpha) = G(alpha + 1) U^(1 / alpha).
Tensor log_gamma_numbers(const Tensor& stream, const Tensor& alpha) {
  return log(random_gamma(stream, alpha + 1)) + log(1 - random_uniform_like(stream, alpha)) / alpha;
}
/// Numbers of Beta(alpha, alpha).
Tensor beta_numbers(const Tensor& stream, const Tensor& alpha) {
  const Tensor a = log_gamma_numbers(stream, alpha);
  return sigmoid(a - log_gamma_numbers(stream, alpha));
}

class AugMix : public Choosing<AugMixOptions> {
 public:
  explicit AugMix(const AugMixOptions& options) : Choosing("AugMix", options) {
    add_shear();
    add_translation_and_rotation();
    add_posterization_solarization_contrast_and_equalization();
    if (options_.all_ops) add_brightness_degeneration_contrast_and_sharpness();
  }

 protected:
  Tensor changed(const Tensor& x) override {
    const Tensor weights = softmax(log_gamma_numbers(stream_, full({options_.num_chains}, options_.alpha, float32)), 0);
    const Tensor kept = beta_numbers(stream_, full({}, options_.alpha, float32));
    Tensor mixed = zeros_like(x);
    for (std::int64_t i = 0; i < options_.num_chains; ++i) {
      Tensor chain = x;
      for (std::int64_t j = 0; j < options_.chain_depth; ++j) chain = by_one_of(chain, layer_count() + 1);
      mixed = mixed + chain * select(weights, 0, i);
    }
    return clip(kept * x + (1 - kept) * mixed, options_.value_range.low, options_.value_range.high);
  }
};

// --- Mixing examples ------------------------------------------------------------------------------------------------

/// Base of those that mix: images, and their labels if they are given.
class MixedExamples : public RandomImages {
 public:
  using RandomImages::RandomImages;

  std::vector<Tensor> call_many(const std::vector<Tensor>& xs, bool training) override {
    if (xs.empty() || xs.size() > 2)
      throw ArgumentError(class_name(), "the inputs are neither images nor images and labels",
                          "layer '" + name() + "' was called on " + std::to_string(xs.size()) + " tensors");
    check_images(*this, xs[0].shape());
    if (xs.size() == 2 && xs[1].ndim() != 2)
      throw ArgumentError(class_name(), "labels are not (examples, classes)",
                          "layer '" + name() + "' got " + xs[1].shape().text(), "Use ops::one_hot");
    std::vector<Tensor> results;
    for (const Tensor& x : xs) results.push_back(in_dtype(x, compute_dtype()));
    if (!training || inferring() || xs[0].ndim() == 3) return results;
    mix(results);
    return results;
  }

 protected:
  Tensor changed(const Tensor& x) override { return x; }
  virtual void mix(std::vector<Tensor>& images_and_labels) = 0;

  /// For each image another one.
  Tensor others(const Tensor& images) const { return argsort(flatten(drawn(images, 0, 1), 0, -1), 0); }
  /// w x + (1 - w) x[others], w (n, ...) of the batch.
  static Tensor mixed(const Tensor& x, const Tensor& share, const Tensor& others) {
    Tensor w = in_dtype(flatten(share, 0, -1), x.dtype());
    while (w.ndim() < x.ndim()) w = unsqueeze(w, -1);
    return w * x + (1 - w) * index_select(x, 0, others);
  }
};

class MixUp : public MixedExamples {
 public:
  MixUp(double alpha, const MixUpOptions& options)
      : MixedExamples("MixUp", options.data_format, options.seed), alpha_(alpha) {}

 protected:
  void mix(std::vector<Tensor>& all) override {
    const Tensor order = others(all[0]);
    const Tensor share = beta_numbers(stream_, drawn(cast(all[0], float32), alpha_, alpha_));
    for (Tensor& x : all) x = mixed(x, share, order);
  }

 private:
  double alpha_;
};

class CutMix : public MixedExamples {
 public:
  CutMix(FactorRange factor, const CutMixOptions& options)
      : MixedExamples("CutMix", options.data_format, options.seed), factor_(factor) {}

 protected:
  void mix(std::vector<Tensor>& all) override {
    const Tensor x = cast(all[0], float32), order = others(x);
    const int axis = height_axis();
    const Tensor one = zeros({}, float32);
    const Tensor alpha =
        (factor_.lower == factor_.upper ? one + factor_.lower
                                        : random_uniform_like(stream_, one, factor_.lower, factor_.upper)) +
        1e-6;
    // Keras's share is that of the rectangle, once its corners are drawn.
    const Tensor ratio = sqrt(1 - beta_numbers(stream_, drawn(x, 0, 0) + alpha));
    const auto across = side(x, axis + 1, ratio), down = side(x, axis, ratio);
    all[0] = where(logical_and(across.inside, down.inside), index_select(all[0], 0, order), all[0]);
    if (all.size() == 2) all[1] = mixed(all[1], 1 - across.share * down.share, order);
  }

 private:
  struct Side {
    Tensor inside, share;
  };
  /// Which rows, or columns, are inside, and what part of all they are.
  Side side(const Tensor& x, int axis, const Tensor& ratio) const {
    const auto whole = static_cast<double>(x.size(axis));
    const Tensor length = ratio * whole, begin = drawn(x, 0, 1) * (whole - length), end = begin + length;
    Tensor place = arange(0, x.size(axis), 1, float32);
    for (int after = axis + 1; after < 0; ++after) place = unsqueeze(place, -1);
    return {logical_and(greater_equal(place, begin), less(place, end)), (end - begin) / whole};
  }

  FactorRange factor_;
};

class MaxNumBoundingBoxes : public LayerBase {
 public:
  MaxNumBoundingBoxes(std::int64_t max_number, std::int64_t fill) : max_number_(max_number), fill_(fill) {}

  std::vector<Tensor> call_many(const std::vector<Tensor>& xs, bool) override {
    if (xs.size() != 2 || xs[0].ndim() != 3 || xs[1].ndim() != 2)
      throw ArgumentError("MaxNumBoundingBoxes", "the inputs are not boxes (n, boxes, 4) and their labels (n, boxes)",
                          "layer '" + name() + "' was called on " + std::to_string(xs.size()) + " tensors" +
                              (xs.empty() ? "" : ", the first of shape " + xs[0].shape().text()));
    std::vector<std::pair<std::int64_t, std::int64_t>> room{{0, 0}, {0, max_number_}};
    const Tensor labels = cut(pad(xs[1], room, fill_));
    room.emplace_back(0, 0);
    return {cut(pad(xs[0], room, fill_)), labels};
  }

 private:
  Tensor cut(const Tensor& x) const { return narrow(x, 1, 0, max_number_); }

  std::int64_t max_number_, fill_;
};

/// What RandAugment and AugMix have in common.
template <class Options>
void check_choosing(const char* layer, Options& options, Location where) {
  options.factor = checked_from(layer, "factor", options.factor, 0, 1, where);
  check_known(layer, "interpolation", options.interpolation, {"bilinear", "nearest"}, where);
  check_values(layer, options, where);
}

}  // namespace

namespace layers {

Layer RandAugment(RandAugmentOptions options, Location where) {
  check_choosing("RandAugment", options, where);
  check_positive("RandAugment", "num_ops", options.num_ops, where);
  return configured(with_options(plain_brick<keras::RandAugment>(options.name, where, options), options, where),
                    options);
}

Layer AugMix(AugMixOptions options, Location where) {
  check_choosing("AugMix", options, where);
  check_positive("AugMix", "num_chains", options.num_chains, where);
  check_positive("AugMix", "chain_depth", options.chain_depth, where);
  Hyperparameters("AugMix", where).positive("alpha", options.alpha);
  return configured(with_options(plain_brick<keras::AugMix>(options.name, where, options), options, where), options);
}

Layer MixUp(double alpha, MixUpOptions options, Location where) {
  Hyperparameters("MixUp", where).positive("alpha", alpha);
  check_seed("MixUp", options.seed, where);
  is_channels_first(options.data_format, "MixUp", where);
  return configured(with_options(plain_brick<keras::MixUp>(options.name, where, alpha, options), options, where),
                    options, arg("alpha", alpha));
}

Layer CutMix(FactorRange factor, CutMixOptions options, Location where) {
  factor = checked_from("CutMix", "factor", factor, 0, 1, where);
  check_seed("CutMix", options.seed, where);
  is_channels_first(options.data_format, "CutMix", where);
  return configured(with_options(plain_brick<keras::CutMix>(options.name, where, factor, options), options, where),
                    options, arg("factor", factor));
}

Layer MaxNumBoundingBoxes(std::int64_t max_number, MaxNumBoundingBoxesOptions options, Location where) {
  check_positive("MaxNumBoundingBoxes", "max_number", max_number, where);
  const std::int64_t fill = options.fill_value;
  return configured(
      with_options(plain_brick<keras::MaxNumBoundingBoxes>(options.name, where, max_number, fill), options, where),
      options, arg("max_number", max_number));
}

}  // namespace layers
}  // namespace triptych::keras
