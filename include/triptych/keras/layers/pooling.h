// Pools along one to three axes.
#pragma once

#include <concepts>
#include <cstdint>

#include "triptych/core/ops/volume_sizes.h"
#include "triptych/core/option_text.h"
#include "triptych/core/text.h"
#include "triptych/keras/layer.h"

namespace triptych::keras {

struct Pooling1DOptions {
  /// 0: the pool size.
  std::int64_t strides = 0;
  Padding1 padding = "valid";
  OwnedText data_format = "channels_last";
  OptionText name = {};
  DTypePolicy dtype = {};
};
struct Pooling2DOptions {
  /// 0: the pool size.
  Size2 strides = 0;
  Padding2 padding = "valid";
  OwnedText data_format = "channels_last";
  OptionText name = {};
  DTypePolicy dtype = {};
};
struct Pooling3DOptions {
  /// 0: the pool size.
  Size3 strides = 0;
  Padding3 padding = "valid";
  OwnedText data_format = "channels_last";
  OptionText name = {};
  DTypePolicy dtype = {};
};

namespace layers {

/// The largest element under a window that slides over sequences (n, steps, c), images (n, h, w, c) or volumes; see
/// triptych::max_pool2d.
TRIPTYCH_API Layer MaxPooling1D(std::int64_t pool_size = 2, Pooling1DOptions options = {},
                                Location where = Location::here());
TRIPTYCH_API Layer MaxPooling2D(Size2 pool_size = 2, Pooling2DOptions options = {}, Location where = Location::here());
TRIPTYCH_API Layer MaxPooling3D(Size3 pool_size = 2, Pooling3DOptions options = {}, Location where = Location::here());
/// The strides second, as in Keras: MaxPooling2D(3, 2).
template <std::integral T>
Layer MaxPooling1D(std::int64_t pool_size, T strides, Pooling1DOptions options = {},
                   Location where = Location::here()) {
  options.strides = static_cast<std::int64_t>(strides);
  return MaxPooling1D(pool_size, options, where);
}
template <std::integral T>
Layer MaxPooling2D(Size2 pool_size, T strides, Pooling2DOptions options = {}, Location where = Location::here()) {
  options.strides = strides;
  return MaxPooling2D(pool_size, options, where);
}
template <std::integral T>
Layer MaxPooling3D(Size3 pool_size, T strides, Pooling3DOptions options = {}, Location where = Location::here()) {
  options.strides = strides;
  return MaxPooling3D(pool_size, options, where);
}
template <class = void>
Layer MaxPooling2D(Size2 pool_size, ...) = delete;  // neither strides nor Pooling2DOptions

/// The mean of the elements under a window; padding is not counted, as in Keras.
TRIPTYCH_API Layer AveragePooling1D(std::int64_t pool_size = 2, Pooling1DOptions options = {},
                                    Location where = Location::here());
TRIPTYCH_API Layer AveragePooling2D(Size2 pool_size = 2, Pooling2DOptions options = {},
                                    Location where = Location::here());
TRIPTYCH_API Layer AveragePooling3D(Size3 pool_size = 2, Pooling3DOptions options = {},
                                    Location where = Location::here());
template <std::integral T>
Layer AveragePooling1D(std::int64_t pool_size, T strides, Pooling1DOptions options = {},
                       Location where = Location::here()) {
  options.strides = static_cast<std::int64_t>(strides);
  return AveragePooling1D(pool_size, options, where);
}
template <std::integral T>
Layer AveragePooling2D(Size2 pool_size, T strides, Pooling2DOptions options = {}, Location where = Location::here()) {
  options.strides = strides;
  return AveragePooling2D(pool_size, options, where);
}
template <std::integral T>
Layer AveragePooling3D(Size3 pool_size, T strides, Pooling3DOptions options = {}, Location where = Location::here()) {
  options.strides = strides;
  return AveragePooling3D(pool_size, options, where);
}
template <class = void>
Layer AveragePooling2D(Size2 pool_size, ...) = delete;  // neither strides nor Pooling2DOptions

}  // namespace layers
}  // namespace triptych::keras
