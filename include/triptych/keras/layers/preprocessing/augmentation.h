// Preprocessing of images that chooses among other layers, or mixes the examples of a batch, labels too. Numbers follow
// from the seed. These layers are in training unless a call, or the call around it, says otherwise.
#pragma once

#include <cstdint>

#include "triptych/keras/layers/preprocessing/images.h"

namespace triptych::keras {

struct RandAugmentOptions {
  ValueRange value_range = {};
  /// How many layers, one after the other.
  std::int64_t num_ops = 2;
  /// How strong each is, in [0, 1]; one number f stands for {0, f}.
  FactorRange factor = 0.5;
  /// "bilinear" or "nearest".
  OwnedText interpolation = "bilinear";
  std::int64_t seed = -1;
  OwnedText data_format = "channels_last";
  OptionText name = {};
  DTypePolicy dtype = {};
};
struct AugMixOptions {
  ValueRange value_range = {};
  std::int64_t num_chains = 3;
  /// How many layers a chain has at most.
  std::int64_t chain_depth = 3;
  FactorRange factor = 0.3;
  /// Of the distributions that the weights are drawn from, Beta and Dirichlet.
  double alpha = 1;
  /// Those of brightness, colours, contrast and sharpness, too.
  bool all_ops = true;
  OwnedText interpolation = "bilinear";
  std::int64_t seed = -1;
  OwnedText data_format = "channels_last";
  OptionText name = {};
  DTypePolicy dtype = {};
};
struct MixUpOptions {
  OwnedText data_format = "channels_last";
  std::int64_t seed = -1;
  OptionText name = {};
  DTypePolicy dtype = {};
};
struct CutMixOptions {
  std::int64_t seed = -1;
  OwnedText data_format = "channels_last";
  OptionText name = {};
  DTypePolicy dtype = {};
};
struct MaxNumBoundingBoxesOptions {
  std::int64_t fill_value = -1;
  OptionText name = {};
  DTypePolicy dtype = {};
};

namespace layers {

/// `num_ops` of eleven layers, drawn anew for each batch: RandomShear, RandomTranslation, RandomRotation,
/// RandomBrightness, RandomColorDegeneration, RandomContrast, RandomSharpness, RandomPosterization, Solarization,
/// AutoContrast, Equalization. https://arxiv.org/abs/1909.13719
TRIPTYCH_API Layer RandAugment(RandAugmentOptions options = {}, Location where = Location::here());
/// w x + (1 - w) (sum of w_i chain_i(x)), where a chain is up to `chain_depth` of the layers that RandAugment has, w
/// is drawn from Beta(alpha, alpha), and w_i from the Dirichlet distribution, once for each batch.
/// https://arxiv.org/abs/1912.02781
TRIPTYCH_API Layer AugMix(AugMixOptions options = {}, Location where = Location::here());
/// w x + (1 - w) x' for each image x of a batch and another one x' of it, w from Beta(alpha, alpha). With labels (n,
/// classes) these are mixed by the same weights: `auto mixed = mix_up.call({images, labels})`.
/// https://arxiv.org/abs/1710.09412
TRIPTYCH_API Layer MixUp(double alpha = 0.2, MixUpOptions options = {}, Location where = Location::here());
/// A rectangle of each image of a batch is that of another one of it, and labels (n, classes) are mixed by its share.
/// That is drawn from Beta(a, a), a from `factor`; one number f stands for {0, f}. https://arxiv.org/abs/1905.04899
TRIPTYCH_API Layer CutMix(FactorRange factor = 1, CutMixOptions options = {}, Location where = Location::here());
/// Boxes (n, boxes, 4) and their labels (n, boxes), cut or filled up to `max_number` for each image:
/// `layer.call({boxes, labels})`.
TRIPTYCH_API Layer MaxNumBoundingBoxes(std::int64_t max_number, MaxNumBoundingBoxesOptions options = {},
                                       Location where = Location::here());

}  // namespace layers
}  // namespace triptych::keras
