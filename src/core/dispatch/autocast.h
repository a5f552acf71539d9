// What an Autocast does to the operands of an op. The lists are in autocast_lists.cpp.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "core/dispatch/modes.h"
#include "triptych/core/autocast.h"
#include "triptych/core/op.h"

namespace triptych {

/// The dtype that autocast gives an op's floating operands.
enum class Autocasting : std::uint8_t { as_given, lower, single, widest };

/// The names of the ops in one list.
std::span<const std::string_view> autocast_list(Autocasting to);

/// The dtype that the floating operands of `op` are to have and have not; none if there is nothing to cast. Only where
/// `modes.autocast` is set.
std::optional<DType> autocast_dtype(const Op& op, std::span<const Tensor* const> operands);
/// Operand `i` is one that autocast would cast.
bool is_autocast(const Op& op, std::size_t i, std::span<const Tensor* const> operands);
/// `x` in `dtype`; a parameter is converted once in a scope, and recorded each time.
Tensor autocast_to(DType dtype, const Tensor& x, Location where);

/// What a layer's weights are read in on this thread, if that is decided.
inline std::optional<DType> dtype_of_weights() { return modes.autocast ? modes.autocast->weights : std::nullopt; }
/// The dtype that an op of this thread sees `x` in: that of weights if it is floating state of up to 32 bits.
DType seen_dtype(const Tensor& x);
/// `x` in that dtype: itself, or a cast. For functions that look at dtypes before they apply an op.
Tensor as_seen(const Tensor& x, Location where = {});
/// Operand `i` is a weight that is kept in another dtype than it is seen in, and that the op neither writes nor casts
/// itself.
bool is_weight_to_cast(const Op& op, std::size_t i, std::span<const Tensor* const> operands);
/// Whether an op has weights to cast. It does not where they stand beside operands that are kept in the same dtype as
/// they are, and none in the one that they are seen in: these cannot be one op otherwise.
bool casts_weights(const Op& op, std::span<const Tensor* const> operands);
/// While alive, ops of this thread read weights in `dtype`; none: as they are.
class [[nodiscard]] ReadWeightsIn {
 public:
  /// Nothing happens where all is read as it is already, unless `begins`.
  ReadWeightsIn(std::optional<DType> dtype, bool begins);
  ~ReadWeightsIn();
  ReadWeightsIn(const ReadWeightsIn&) = delete;
  ReadWeightsIn& operator=(const ReadWeightsIn&) = delete;

 private:
  detail::AutocastState state_;
  const detail::AutocastState* outer_;
};

/// Autocast is on, and `op` computes in float32 there.
bool autocast_keeps_float32(const Op& op, Device device);
/// For functions of several ops that are in autocast's float32 list: the dtype that they compute in where the operands
/// have `dtype`, float32 for 16 bits if autocast is on.
inline DType float32_if_autocast(DType dtype, Device device) {
  return modes.autocast && modes.autocast->enabled[static_cast<std::size_t>(device.type)] && is_floating(dtype) &&
                 size_of(dtype) == 2
             ? float32
             : dtype;
}
/// The same: `x` in that dtype.
Tensor float32_if_autocast(const Tensor& x);

}  // namespace triptych
