// Preprocessing layers from their configs.
#include "api_keras/saving/remake.h"
#include "triptych/keras/layers/normalization.h"
#include "triptych/keras/layers/preprocessing/images.h"
#include "triptych/keras/layers/preprocessing/numbers.h"
#include "triptych/keras/layers/rescaling.h"

namespace triptych::keras {

std::span<const LayerClass> layers_preprocessing() {
  static constexpr LayerClass classes[] = {
      {"Rescaling",
       [](Fields& config) -> Layer {
         using Numbers = const std::vector<double>&;
         return Remake<Numbers, Numbers, NameOptions>::by(layers::Rescaling, {"scale", "offset"}, config);
       }},
      {"Normalization",
       [](Fields& config) -> Layer { return Remake<NormalizationOptions>::by(layers::Normalization, {}, config); }},
      {"Discretization",
       [](Fields& config) -> Layer {
         return Remake<DiscretizationOptions>::by(
             [](DiscretizationOptions o, Location where) -> Layer {
               return layers::Discretization(std::move(o), where);
             },
             {}, config);
       }},
      {"CategoryEncoding",
       [](Fields& config) -> Layer {
         return Remake<std::int64_t, CategoryEncodingOptions>::by(layers::CategoryEncoding, {"num_tokens"}, config);
       }},
      {"Resizing",
       [](Fields& config) -> Layer {
         return Remake<std::int64_t, std::int64_t, ResizingOptions>::by(layers::Resizing, {"height", "width"}, config);
       }},
      {"CenterCrop",
       [](Fields& config) -> Layer {
         return Remake<std::int64_t, std::int64_t, CenterCropOptions>::by(layers::CenterCrop, {"height", "width"},
                                                                          config);
       }},
      {"RandomFlip",
       [](Fields& config) -> Layer {
         return Remake<OwnedText, RandomFlipOptions>::by(layers::RandomFlip, {"mode"}, config);
       }},
      {"RandomCrop",
       [](Fields& config) -> Layer {
         return Remake<std::int64_t, std::int64_t, RandomCropOptions>::by(layers::RandomCrop, {"height", "width"},
                                                                          config);
       }},
      {"RandomRotation",
       [](Fields& config) -> Layer {
         return Remake<FactorRange, RandomPlacesOptions>::by(layers::RandomRotation, {"factor"}, config);
       }},
      {"RandomZoom",
       [](Fields& config) -> Layer {
         return Remake<FactorRange, RandomZoomOptions>::by(layers::RandomZoom, {"height_factor"}, config);
       }},
      {"RandomTranslation",
       [](Fields& config) -> Layer {
         return Remake<FactorRange, FactorRange, RandomPlacesOptions>::by(layers::RandomTranslation,
                                                                          {"height_factor", "width_factor"}, config);
       }},
      {"RandomContrast",
       [](Fields& config) -> Layer {
         return Remake<FactorRange, RandomValuesOptions>::by(layers::RandomContrast, {"factor"}, config);
       }},
      {"RandomBrightness",
       [](Fields& config) -> Layer {
         return Remake<FactorRange, RandomValuesOptions>::by(layers::RandomBrightness, {"factor"}, config);
       }},
  };
  return classes;
}

}  // namespace triptych::keras
