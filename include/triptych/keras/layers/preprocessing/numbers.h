// Preprocessing of numbers: putting them in bins, counting classes.
#pragma once

#include <cstdint>
#include <vector>

#include "triptych/core/option_text.h"
#include "triptych/core/text.h"
#include "triptych/keras/layers/preprocessing/adaptive.h"

namespace triptych::keras {

struct DiscretizationOptions {
  /// Bins begin at these, in order; or
  std::vector<double> bin_boundaries = {};
  /// so many bins of about as many examples each, found by `adapt`; 0: not given.
  std::int64_t num_bins = 0;
  /// How exact `adapt` is: the share of the examples that may be on the wrong side of a boundary.
  double epsilon = 0.01;
  /// "int", "one_hot", "multi_hot" or "count".
  OwnedText output_mode = "int";
  OptionText name = {};
  DTypePolicy dtype = {};
};
struct CategoryEncodingOptions {
  /// "multi_hot", "one_hot" or "count".
  OwnedText output_mode = "multi_hot";
  OptionText name = {};
  DTypePolicy dtype = {};
};

namespace layers {

/// The number of boundaries that are not above x, as int32; or that class encoded as CategoryEncoding does.
/// ArgumentError unless either the boundaries, which do not fall, or num_bins are given.
TRIPTYCH_API AdaptiveLayer Discretization(DiscretizationOptions options, Location where = Location::here());
/// Classes (n, labels), whole numbers in [0, num_tokens), as (n, num_tokens): 1 for those that are there (multi_hot),
/// or how often (count; a second input of x's shape is what each counts). one_hot: (..., 1) or (...) as (...,
/// num_tokens).
TRIPTYCH_API Layer CategoryEncoding(std::int64_t num_tokens, CategoryEncodingOptions options = {},
                                    Location where = Location::here());

}  // namespace layers
}  // namespace triptych::keras
