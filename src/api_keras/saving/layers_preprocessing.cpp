// Preprocessing layers from their configs.
#include "api_keras/preprocessing/lookups.h"
#include "api_keras/saving/remake.h"
#include "triptych/keras/layers/normalization.h"
#include "triptych/keras/layers/pipeline.h"
#include "triptych/keras/layers/preprocessing/augmentation.h"
#include "triptych/keras/layers/preprocessing/colors.h"
#include "triptych/keras/layers/preprocessing/distortions.h"
#include "triptych/keras/layers/preprocessing/images.h"
#include "triptych/keras/layers/preprocessing/numbers.h"
#include "triptych/keras/layers/rescaling.h"

namespace triptych::keras {

namespace {

/// A layer that is made of its options alone, whose fields are named one by one.
template <class Options, class Make>
Layer by_options(const Make& make, Fields& config) {
  Options options;
  config.name(options.name);
  lookup_fields(config, options);
  for (const char* other : {"vocabulary_size", "vocabulary_dtype"}) config.ignore(other);
  config.check_all_known();
  return make(std::move(options), config.where());
}

/// Of a factor and a range of values.
template <Layer (*make)(FactorRange, RandomValuesOptions, Location)>
Layer by_factor(Fields& config) {
  config.ignore("bounding_box_format");
  return Remake<FactorRange, RandomValuesOptions>::by(make, {"factor"}, config);
}
/// Of options that describe themselves.
template <class Options, Layer (*make)(Options, Location)>
Layer by_options_alone(Fields& config) {
  config.ignore("bounding_box_format");
  return Remake<Options>::by(make, {}, config);
}

}  // namespace

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
      {"RandomContrast", by_factor<layers::RandomContrast>},
      {"RandomBrightness", by_factor<layers::RandomBrightness>},
      {"RandomHue", by_factor<layers::RandomHue>},
      {"RandomSaturation", by_factor<layers::RandomSaturation>},
      {"RandomColorDegeneration", by_factor<layers::RandomColorDegeneration>},
      {"RandomInvert", by_factor<layers::RandomInvert>},
      {"RandomPosterization", by_factor<layers::RandomPosterization>},
      {"RandomSharpness", by_factor<layers::RandomSharpness>},
      {"RandomGrayscale",
       [](Fields& config) -> Layer {
         return Remake<double, RandomGrayscaleOptions>::by(layers::RandomGrayscale, {"factor"}, config);
       }},
      {"RandAugment", by_options_alone<RandAugmentOptions, layers::RandAugment>},
      {"AugMix", by_options_alone<AugMixOptions, layers::AugMix>},
      {"MixUp",
       [](Fields& config) -> Layer {
         config.ignore("bounding_box_format");
         return Remake<double, MixUpOptions>::by(layers::MixUp, {"alpha"}, config);
       }},
      {"CutMix",
       [](Fields& config) -> Layer {
         return Remake<FactorRange, CutMixOptions>::by(layers::CutMix, {"factor"}, config);
       }},
      {"MaxNumBoundingBoxes",
       [](Fields& config) -> Layer {
         for (const char* other : {"bounding_box_format", "data_format"}) config.ignore(other);
         return Remake<std::int64_t, MaxNumBoundingBoxesOptions>::by(layers::MaxNumBoundingBoxes, {"max_number"},
                                                                     config);
       }},
      {"ContrastLimitedAdaptiveHistogramEqualization",
       by_options_alone<ContrastLimitedAdaptiveHistogramEqualizationOptions,
                        layers::ContrastLimitedAdaptiveHistogramEqualization>},
      {"Pipeline",
       [](Fields& config) -> Layer {
         return Remake<const std::vector<Layer>&, NameOptions>::by(layers::Pipeline, {"layers"}, config);
       }},
      {"HashedCrossing",
       [](Fields& config) -> Layer {
         return Remake<std::int64_t, HashedCrossingOptions>::by(
             [](std::int64_t num_bins, HashedCrossingOptions options, Location where) -> Layer {
               return layers::HashedCrossing(num_bins, std::move(options), where);
             },
             {"num_bins"}, config);
       }},
      {"RandomColorJitter", by_options_alone<RandomColorJitterOptions, layers::RandomColorJitter>},
      {"Solarization",
       [](Fields& config) -> Layer {
         config.ignore("data_format");
         return by_options_alone<SolarizationOptions, layers::Solarization>(config);
       }},
      {"AutoContrast",
       [](Fields& config) -> Layer {
         config.ignore("data_format");
         return by_options_alone<AutoContrastOptions, layers::AutoContrast>(config);
       }},
      {"Equalization", by_options_alone<EqualizationOptions, layers::Equalization>},
      {"RandomShear", by_options_alone<RandomShearOptions, layers::RandomShear>},
      {"RandomPerspective", by_options_alone<RandomPerspectiveOptions, layers::RandomPerspective>},
      {"RandomElasticTransform", by_options_alone<RandomElasticTransformOptions, layers::RandomElasticTransform>},
      {"RandomErasing", by_options_alone<RandomErasingOptions, layers::RandomErasing>},
      {"RandomGaussianBlur", by_options_alone<RandomGaussianBlurOptions, layers::RandomGaussianBlur>},
      {"IntegerLookup",
       [](Fields& config) -> Layer {
         std::string oov_method = "floormod";
         config.field("oov_method", oov_method);
         if (oov_method != "floormod") config.fail("oov_method", "is not known here: '" + oov_method + "'");
         return by_options<IntegerLookupOptions>(layers::IntegerLookup, config);
       }},
      {"StringLookup",
       [](Fields& config) -> Layer {
         for (const char* other : {"encoding", "oov_method"}) config.ignore(other);
         bool invert = false;
         config.field("invert", invert);
         if (invert) config.fail("invert", "is not known here: a layer gives tensors, its words(numbers) texts");
         return by_options<StringLookupOptions>(layers::StringLookup, config);
       }},
      {"TextVectorization",
       [](Fields& config) -> Layer {
         config.ignore("encoding");
         return by_options<TextVectorizationOptions>(layers::TextVectorization, config);
       }},
      {"Hashing",
       [](Fields& config) -> Layer {
         std::int64_t num_bins = 1;
         config.field("num_bins", num_bins);
         return by_options<HashingOptions>(
             [&](HashingOptions options, Location where) {
               return layers::Hashing(num_bins, std::move(options), where);
             },
             config);
       }},
  };
  return classes;
}

}  // namespace triptych::keras
