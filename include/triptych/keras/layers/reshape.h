// An example's elements in another shape or order.
#pragma once

#include <cstdint>

#include "triptych/core/tensor.h"
#include "triptych/core/text.h"
#include "triptych/keras/layers/name_options.h"

namespace triptych::keras {

struct FlattenOptions {
  /// With "channels_first" the channels, axis 1, go last before.
  OwnedText data_format = "channels_last";
  OptionText name = {};
  DTypePolicy dtype = {};
};

namespace layers {

/// All axes but the first as one.
TRIPTYCH_API Layer Flatten(FlattenOptions options = {}, Location where = Location::here());
/// The elements of an example under another shape; one dimension may be -1.
TRIPTYCH_API Layer Reshape(const Shape& target_shape, NameOptions options = {}, Location where = Location::here());
/// The axes of an example in another order; the first one after the batch is 1. ArgumentError unless `dims` has all.
TRIPTYCH_API Layer Permute(const Axes& dims, NameOptions options = {}, Location where = Location::here());
/// (n, features) becomes (n, count, features), the same `count` times over.
TRIPTYCH_API Layer RepeatVector(std::int64_t count, NameOptions options = {}, Location where = Location::here());

}  // namespace layers
}  // namespace triptych::keras
