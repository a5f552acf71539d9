// Dense layers, tables and convolutions from their configs.
#include "api_keras/saving/remake.h"
#include "triptych/keras/layers.h"

namespace triptych::keras {

std::span<const LayerClass> layers_dense_and_convolutions() {
  static constexpr LayerClass classes[] = {
      {"Dense",
       [](Fields& config) { return Remake<std::int64_t, DenseOptions>::by(layers::Dense, {"units"}, config); }},
      {"EinsumDense",
       [](Fields& config) {
         return Remake<OwnedText, const Shape&, EinsumDenseOptions>::by(layers::EinsumDense,
                                                                        {"equation", "output_shape"}, config);
       }},
      {"Embedding",
       [](Fields& config) {
         return Remake<std::int64_t, std::int64_t, EmbeddingOptions>::by(layers::Embedding, {"input_dim", "output_dim"},
                                                                         config);
       }},
      {"ReversibleEmbedding",
       [](Fields& config) {
         return Remake<std::int64_t, std::int64_t, ReversibleEmbeddingOptions>::by(layers::ReversibleEmbedding,
                                                                                   {"input_dim", "output_dim"}, config);
       }},
      {"Conv1D",
       [](Fields& config) {
         return Remake<std::int64_t, std::int64_t, Conv1DOptions>::by(layers::Conv1D, {"filters", "kernel_size"},
                                                                      config);
       }},
      {"Conv2D",
       [](Fields& config) {
         return Remake<std::int64_t, Size2, Conv2DOptions>::by(layers::Conv2D, {"filters", "kernel_size"}, config);
       }},
      {"Conv3D",
       [](Fields& config) {
         return Remake<std::int64_t, Size3, Conv3DOptions>::by(layers::Conv3D, {"filters", "kernel_size"}, config);
       }},
      {"Conv1DTranspose",
       [](Fields& config) {
         return Remake<std::int64_t, std::int64_t, Conv1DTransposeOptions>::by(layers::Conv1DTranspose,
                                                                               {"filters", "kernel_size"}, config);
       }},
      {"Conv2DTranspose",
       [](Fields& config) {
         return Remake<std::int64_t, Size2, Conv2DTransposeOptions>::by(layers::Conv2DTranspose,
                                                                        {"filters", "kernel_size"}, config);
       }},
      {"Conv3DTranspose",
       [](Fields& config) {
         return Remake<std::int64_t, Size3, Conv3DTransposeOptions>::by(layers::Conv3DTranspose,
                                                                        {"filters", "kernel_size"}, config);
       }},
      {"SeparableConv1D",
       [](Fields& config) {
         return Remake<std::int64_t, std::int64_t, SeparableConv1DOptions>::by(layers::SeparableConv1D,
                                                                               {"filters", "kernel_size"}, config);
       }},
      {"SeparableConv2D",
       [](Fields& config) {
         return Remake<std::int64_t, Size2, SeparableConv2DOptions>::by(layers::SeparableConv2D,
                                                                        {"filters", "kernel_size"}, config);
       }},
      {"DepthwiseConv1D",
       [](Fields& config) {
         return Remake<std::int64_t, DepthwiseConv1DOptions>::by(layers::DepthwiseConv1D, {"kernel_size"}, config);
       }},
      {"DepthwiseConv2D",
       [](Fields& config) {
         return Remake<Size2, DepthwiseConv2DOptions>::by(layers::DepthwiseConv2D, {"kernel_size"}, config);
       }},
  };
  return classes;
}

}  // namespace triptych::keras
