// Layers without weights: pools, shapes, merging from their configs.
#include "api_keras/saving/remake.h"
#include "triptych/keras/layers.h"

namespace triptych::keras {

std::span<const LayerClass> layers_pooling_and_shapes() {
  static constexpr LayerClass classes[] = {
      {"MaxPooling1D",
       [](Fields& config) {
         return Remake<std::int64_t, Pooling1DOptions>::by(layers::MaxPooling1D, {"pool_size"}, config);
       }},
      {"MaxPooling2D",
       [](Fields& config) { return Remake<Size2, Pooling2DOptions>::by(layers::MaxPooling2D, {"pool_size"}, config); }},
      {"MaxPooling3D",
       [](Fields& config) { return Remake<Size3, Pooling3DOptions>::by(layers::MaxPooling3D, {"pool_size"}, config); }},
      {"AveragePooling1D",
       [](Fields& config) {
         return Remake<std::int64_t, Pooling1DOptions>::by(layers::AveragePooling1D, {"pool_size"}, config);
       }},
      {"AveragePooling2D",
       [](Fields& config) {
         return Remake<Size2, Pooling2DOptions>::by(layers::AveragePooling2D, {"pool_size"}, config);
       }},
      {"AveragePooling3D",
       [](Fields& config) {
         return Remake<Size3, Pooling3DOptions>::by(layers::AveragePooling3D, {"pool_size"}, config);
       }},
      {"GlobalMaxPooling1D",
       [](Fields& config) { return Remake<GlobalPoolingOptions>::by(layers::GlobalMaxPooling1D, {}, config); }},
      {"GlobalMaxPooling2D",
       [](Fields& config) { return Remake<GlobalPoolingOptions>::by(layers::GlobalMaxPooling2D, {}, config); }},
      {"GlobalMaxPooling3D",
       [](Fields& config) { return Remake<GlobalPoolingOptions>::by(layers::GlobalMaxPooling3D, {}, config); }},
      {"GlobalAveragePooling1D",
       [](Fields& config) { return Remake<GlobalPoolingOptions>::by(layers::GlobalAveragePooling1D, {}, config); }},
      {"GlobalAveragePooling2D",
       [](Fields& config) { return Remake<GlobalPoolingOptions>::by(layers::GlobalAveragePooling2D, {}, config); }},
      {"GlobalAveragePooling3D",
       [](Fields& config) { return Remake<GlobalPoolingOptions>::by(layers::GlobalAveragePooling3D, {}, config); }},
      {"AdaptiveMaxPooling1D",
       [](Fields& config) {
         return Remake<std::int64_t, AdaptivePoolingOptions>::by(layers::AdaptiveMaxPooling1D, {"output_size"}, config);
       }},
      {"AdaptiveMaxPooling2D",
       [](Fields& config) {
         return Remake<Size2, AdaptivePoolingOptions>::by(layers::AdaptiveMaxPooling2D, {"output_size"}, config);
       }},
      {"AdaptiveMaxPooling3D",
       [](Fields& config) {
         return Remake<Size3, AdaptivePoolingOptions>::by(layers::AdaptiveMaxPooling3D, {"output_size"}, config);
       }},
      {"AdaptiveAveragePooling1D",
       [](Fields& config) {
         return Remake<std::int64_t, AdaptivePoolingOptions>::by(layers::AdaptiveAveragePooling1D, {"output_size"},
                                                                 config);
       }},
      {"AdaptiveAveragePooling2D",
       [](Fields& config) {
         return Remake<Size2, AdaptivePoolingOptions>::by(layers::AdaptiveAveragePooling2D, {"output_size"}, config);
       }},
      {"AdaptiveAveragePooling3D",
       [](Fields& config) {
         return Remake<Size3, AdaptivePoolingOptions>::by(layers::AdaptiveAveragePooling3D, {"output_size"}, config);
       }},
      {"Cropping1D",
       [](Fields& config) { return Remake<Border1, BorderOptions>::by(layers::Cropping1D, {"cropping"}, config); }},
      {"Cropping2D",
       [](Fields& config) { return Remake<Border2, BorderOptions>::by(layers::Cropping2D, {"cropping"}, config); }},
      {"Cropping3D",
       [](Fields& config) { return Remake<Border3, BorderOptions>::by(layers::Cropping3D, {"cropping"}, config); }},
      {"ZeroPadding1D",
       [](Fields& config) { return Remake<Border1, BorderOptions>::by(layers::ZeroPadding1D, {"padding"}, config); }},
      {"ZeroPadding2D",
       [](Fields& config) { return Remake<Border2, BorderOptions>::by(layers::ZeroPadding2D, {"padding"}, config); }},
      {"ZeroPadding3D",
       [](Fields& config) { return Remake<Border3, BorderOptions>::by(layers::ZeroPadding3D, {"padding"}, config); }},
      {"UpSampling1D",
       [](Fields& config) { return Remake<std::int64_t, NameOptions>::by(layers::UpSampling1D, {"size"}, config); }},
      {"UpSampling2D",
       [](Fields& config) { return Remake<Size2, UpSampling2DOptions>::by(layers::UpSampling2D, {"size"}, config); }},
      {"UpSampling3D",
       [](Fields& config) { return Remake<Size3, UpSampling3DOptions>::by(layers::UpSampling3D, {"size"}, config); }},
      {"Flatten", [](Fields& config) { return Remake<FlattenOptions>::by(layers::Flatten, {}, config); }},
      {"Reshape",
       [](Fields& config) { return Remake<const Shape&, NameOptions>::by(layers::Reshape, {"target_shape"}, config); }},
      {"Permute",
       [](Fields& config) { return Remake<const Axes&, NameOptions>::by(layers::Permute, {"dims"}, config); }},
      {"RepeatVector",
       [](Fields& config) { return Remake<std::int64_t, NameOptions>::by(layers::RepeatVector, {"n"}, config); }},
      {"Add", [](Fields& config) { return Remake<NameOptions>::by(layers::Add, {}, config); }},
      {"Subtract", [](Fields& config) { return Remake<NameOptions>::by(layers::Subtract, {}, config); }},
      {"Multiply", [](Fields& config) { return Remake<NameOptions>::by(layers::Multiply, {}, config); }},
      {"Average", [](Fields& config) { return Remake<NameOptions>::by(layers::Average, {}, config); }},
      {"Maximum", [](Fields& config) { return Remake<NameOptions>::by(layers::Maximum, {}, config); }},
      {"Minimum", [](Fields& config) { return Remake<NameOptions>::by(layers::Minimum, {}, config); }},
      {"Concatenate", [](Fields& config) { return Remake<ConcatenateOptions>::by(layers::Concatenate, {}, config); }},
      {"Dot", [](Fields& config) { return Remake<const Axes&, DotOptions>::by(layers::Dot, {"axes"}, config); }},
      {"Identity", [](Fields& config) { return Remake<NameOptions>::by(layers::Identity, {}, config); }},
      {"Masking",
       [](Fields& config) { return Remake<double, NameOptions>::by(layers::Masking, {"mask_value"}, config); }},
  };
  return classes;
}

}  // namespace triptych::keras
