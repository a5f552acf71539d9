// Several inputs into one.
#pragma once

#include <vector>

#include "triptych/core/tensor.h"
#include "triptych/keras/layers/name_options.h"

namespace triptych::keras {

struct ConcatenateOptions {
  int axis = -1;
  OptionText name = {};
  DTypePolicy dtype = {};
};
struct DotOptions {
  /// Both are brought to length one before: the result is their cosine.
  bool normalize = false;
  OptionText name = {};
  DTypePolicy dtype = {};
};

namespace layers {

// Layers: `Add()({a, b})`. Inputs broadcast; one with fewer axes than others gets ones after the batch. Masks: an
// element is there where one of the inputs has it, if all have masks.

/// The sum of one or more inputs.
TRIPTYCH_API Layer Add(NameOptions options = {}, Location where = Location::here());
/// The first of two inputs minus the second.
TRIPTYCH_API Layer Subtract(NameOptions options = {}, Location where = Location::here());
/// The product; what a mask leaves out counts as one.
TRIPTYCH_API Layer Multiply(NameOptions options = {}, Location where = Location::here());
TRIPTYCH_API Layer Average(NameOptions options = {}, Location where = Location::here());
/// The largest (smallest) of the inputs that are there.
TRIPTYCH_API Layer Maximum(NameOptions options = {}, Location where = Location::here());
TRIPTYCH_API Layer Minimum(NameOptions options = {}, Location where = Location::here());
/// Inputs one after the other along an axis, the last one unless told otherwise; their other dimensions are equal.
TRIPTYCH_API Layer Concatenate(ConcatenateOptions options = {}, Location where = Location::here());
/// The product of two inputs, example by example, summed over an axis of each: `axes` is one for both, or {a, b}.
/// ArgumentError for that of the batch, or if the lengths differ.
TRIPTYCH_API Layer Dot(const Axes& axes, DotOptions options = {}, Location where = Location::here());

// The same as functions: `add({a, b})`.

TRIPTYCH_API Tensor add(const std::vector<Tensor>& inputs, NameOptions options = {}, Location where = Location::here());
TRIPTYCH_API Tensor subtract(const std::vector<Tensor>& inputs, NameOptions options = {},
                             Location where = Location::here());
TRIPTYCH_API Tensor multiply(const std::vector<Tensor>& inputs, NameOptions options = {},
                             Location where = Location::here());
TRIPTYCH_API Tensor average(const std::vector<Tensor>& inputs, NameOptions options = {},
                            Location where = Location::here());
TRIPTYCH_API Tensor maximum(const std::vector<Tensor>& inputs, NameOptions options = {},
                            Location where = Location::here());
TRIPTYCH_API Tensor minimum(const std::vector<Tensor>& inputs, NameOptions options = {},
                            Location where = Location::here());
TRIPTYCH_API Tensor concatenate(const std::vector<Tensor>& inputs, ConcatenateOptions options = {},
                                Location where = Location::here());
TRIPTYCH_API Tensor dot(const std::vector<Tensor>& inputs, const Axes& axes = -1, DotOptions options = {},
                        Location where = Location::here());

}  // namespace layers
}  // namespace triptych::keras
