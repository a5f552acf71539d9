// What a layer computes in, and what its weights are kept in.
#pragma once

#include <concepts>
#include <string>

#include "triptych/core/dtype.h"
#include "triptych/core/export.h"
#include "triptych/core/location.h"

namespace triptych::keras {

/// The two dtypes of a layer. In its call, floating inputs and weights are in the compute dtype, however they came and
/// are kept; its outputs are, too. "mixed_bfloat16" and "mixed_float16" compute in 16 bits with weights in float32; the
/// name of a dtype is both. Layers whose sums or statistics 16 bits would spoil (normalizations) compute in float32
/// inside.
///
///   Dense(10, {.activation = "softmax", .dtype = "float32"})
///
/// Source: keras.DTypePolicy.
class TRIPTYCH_API DTypePolicy {
 public:
  /// None: the global policy of the moment in which a layer is made.
  DTypePolicy() = default;
  /// ArgumentError for a name that is neither a dtype's nor "mixed_float16" or "mixed_bfloat16".
  DTypePolicy(const char* name, Location where = Location::here());
  DTypePolicy(const std::string& name, Location where = Location::here());
  DTypePolicy(std::nullptr_t) = delete;
  /// A template, so that numbers are none.
  template <std::same_as<DType> D>
  DTypePolicy(D dtype) : compute_(dtype), variable_(dtype), defined_(true) {}

  bool defined() const { return defined_; }
  /// Those of the global policy if this is none.
  DType compute_dtype() const;
  DType variable_dtype() const;
  /// "mixed_float16", "float32".
  std::string name() const;
  friend bool operator==(const DTypePolicy& a, const DTypePolicy& b) {
    return a.compute_dtype() == b.compute_dtype() && a.variable_dtype() == b.variable_dtype();
  }
  friend bool operator!=(const DTypePolicy& a, const DTypePolicy& b) { return !(a == b); }

 private:
  DType compute_ = float32, variable_ = float32;
  bool defined_ = false;
};

namespace mixed_precision {

/// The policy of layers that are made from here on, by any thread, and are given none. float32 at first. ArgumentError
/// if it is not of floating dtypes.
TRIPTYCH_API void set_global_policy(const DTypePolicy& policy, Location where = Location::here());
TRIPTYCH_API DTypePolicy global_policy();
// Keras's other names for them.
TRIPTYCH_API void set_dtype_policy(const DTypePolicy& policy, Location where = Location::here());
TRIPTYCH_API DTypePolicy dtype_policy();

}  // namespace mixed_precision

namespace config {
using mixed_precision::dtype_policy;
using mixed_precision::set_dtype_policy;
}  // namespace config

}  // namespace triptych::keras
