// Preprocessing layers from their configs.
#include "api_keras/layers/lookups.h"
#include "api_keras/saving/remake.h"
#include "triptych/keras/layers/normalization.h"
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
      {"RandomContrast",
       [](Fields& config) -> Layer {
         return Remake<FactorRange, RandomValuesOptions>::by(layers::RandomContrast, {"factor"}, config);
       }},
      {"RandomBrightness",
       [](Fields& config) -> Layer {
         return Remake<FactorRange, RandomValuesOptions>::by(layers::RandomBrightness, {"factor"}, config);
       }},
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
