// Keras's second names of convolutions and pools.
#pragma once

#include <utility>

#include "triptych/keras/layers/convolution.h"
#include "triptych/keras/layers/global_pooling.h"
#include "triptych/keras/layers/pooling.h"
#include "triptych/keras/layers/separable_convolution.h"
#include "triptych/keras/layers/transposed_convolution.h"

namespace triptych::keras::layers {

inline Layer Convolution1D(std::int64_t filters, std::int64_t kernel_size, Conv1DOptions options = {},
                           Location where = Location::here()) {
  return Conv1D(filters, kernel_size, std::move(options), where);
}
inline Layer Convolution1DTranspose(std::int64_t filters, std::int64_t kernel_size, Conv1DTransposeOptions options = {},
                                    Location where = Location::here()) {
  return Conv1DTranspose(filters, kernel_size, std::move(options), where);
}
inline Layer Convolution2D(std::int64_t filters, Size2 kernel_size, Conv2DOptions options = {},
                           Location where = Location::here()) {
  return Conv2D(filters, kernel_size, std::move(options), where);
}
inline Layer Convolution2DTranspose(std::int64_t filters, Size2 kernel_size, Conv2DTransposeOptions options = {},
                                    Location where = Location::here()) {
  return Conv2DTranspose(filters, kernel_size, std::move(options), where);
}
inline Layer Convolution3D(std::int64_t filters, Size3 kernel_size, Conv3DOptions options = {},
                           Location where = Location::here()) {
  return Conv3D(filters, kernel_size, std::move(options), where);
}
inline Layer Convolution3DTranspose(std::int64_t filters, Size3 kernel_size, Conv3DTransposeOptions options = {},
                                    Location where = Location::here()) {
  return Conv3DTranspose(filters, kernel_size, std::move(options), where);
}
inline Layer SeparableConvolution1D(std::int64_t filters, std::int64_t kernel_size, SeparableConv1DOptions options = {},
                                    Location where = Location::here()) {
  return SeparableConv1D(filters, kernel_size, std::move(options), where);
}
inline Layer SeparableConvolution2D(std::int64_t filters, Size2 kernel_size, SeparableConv2DOptions options = {},
                                    Location where = Location::here()) {
  return SeparableConv2D(filters, kernel_size, std::move(options), where);
}
inline Layer MaxPool1D(std::int64_t pool_size = 2, Pooling1DOptions options = {}, Location where = Location::here()) {
  return MaxPooling1D(pool_size, std::move(options), where);
}
inline Layer AvgPool1D(std::int64_t pool_size = 2, Pooling1DOptions options = {}, Location where = Location::here()) {
  return AveragePooling1D(pool_size, std::move(options), where);
}
inline Layer GlobalMaxPool1D(GlobalPoolingOptions options = {}, Location where = Location::here()) {
  return GlobalMaxPooling1D(std::move(options), where);
}
inline Layer GlobalAvgPool1D(GlobalPoolingOptions options = {}, Location where = Location::here()) {
  return GlobalAveragePooling1D(std::move(options), where);
}
inline Layer MaxPool2D(Size2 pool_size = 2, Pooling2DOptions options = {}, Location where = Location::here()) {
  return MaxPooling2D(pool_size, std::move(options), where);
}
inline Layer AvgPool2D(Size2 pool_size = 2, Pooling2DOptions options = {}, Location where = Location::here()) {
  return AveragePooling2D(pool_size, std::move(options), where);
}
inline Layer GlobalMaxPool2D(GlobalPoolingOptions options = {}, Location where = Location::here()) {
  return GlobalMaxPooling2D(std::move(options), where);
}
inline Layer GlobalAvgPool2D(GlobalPoolingOptions options = {}, Location where = Location::here()) {
  return GlobalAveragePooling2D(std::move(options), where);
}
inline Layer MaxPool3D(Size3 pool_size = 2, Pooling3DOptions options = {}, Location where = Location::here()) {
  return MaxPooling3D(pool_size, std::move(options), where);
}
inline Layer AvgPool3D(Size3 pool_size = 2, Pooling3DOptions options = {}, Location where = Location::here()) {
  return AveragePooling3D(pool_size, std::move(options), where);
}
inline Layer GlobalMaxPool3D(GlobalPoolingOptions options = {}, Location where = Location::here()) {
  return GlobalMaxPooling3D(std::move(options), where);
}
inline Layer GlobalAvgPool3D(GlobalPoolingOptions options = {}, Location where = Location::here()) {
  return GlobalAveragePooling3D(std::move(options), where);
}

}  // namespace triptych::keras::layers
