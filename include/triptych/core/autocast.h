// Mixed precision: inside of an Autocast, products run in 16 bits, and what 16 bits would spoil in float32.
#pragma once

#include <array>
#include <optional>

#include "triptych/core/device.h"
#include "triptych/core/dtype.h"
#include "triptych/core/export.h"
#include "triptych/core/location.h"
#include "triptych/core/text.h"

namespace triptych {

namespace detail {

class AutocastCache;

/// What an Autocast switches on or off, by type of device.
struct AutocastState {
  std::array<DType, device_type_count> dtypes{bfloat16, float16};
  std::array<bool, device_type_count> enabled{};
  bool caches = true;
  AutocastCache* cache = nullptr;  // of the outermost scope
  /// What state of up to 32 bits is read in, whichever op reads it; none: as the op's list says.
  std::optional<DType> weights = {};
};

}  // namespace detail

/// How an Autocast casts, as torch.autocast's arguments.
struct AutocastOptions {
  /// float16 or bfloat16; without one bfloat16 on the CPU, float16 on GPUs.
  std::optional<DType> dtype = {};
  /// False switches autocast off, until the scope ends.
  bool enabled = true;
  /// Parameters are cast once, and kept until the outermost scope ends.
  bool cache_enabled = true;
};

/// While alive, ops that this thread runs, records or adds to a graph get their float32, float16 and bfloat16 operands
/// in the dtype that suits them:
/// - the lower precision (`dtype`): products, convolutions, attention, recurrent layers;
/// - float32: exponentials, powers, softmax, losses, norms, sums and what else would overflow or lose its digits;
/// - the widest dtype of the operands: ops that take several of one dtype, as `concat`;
/// all others compute in the dtype that they are given (docs/mixed_precision.md has the lists). An op with a float64
/// operand is left alone. Parameters stay as they are, and their gradients come back in their dtype. `backward` and
/// `gradients` do not cast: gradients are computed in the dtypes of the forward computation.
///
///   {
///     Autocast scope(bfloat16);
///     loss = cross_entropy(model(x), y);
///   }
///   loss.backward();
///
/// Scopes nest. Source: torch.autocast.
/// @throws ArgumentError if the dtype is neither float16 nor bfloat16.
class [[nodiscard]] TRIPTYCH_API Autocast {
 public:
  /// On all devices.
  explicit Autocast(AutocastOptions options = {}, Location where = Location::here());
  explicit Autocast(DType dtype, bool enabled = true, Location where = Location::here())
      : Autocast(AutocastOptions{.dtype = dtype, .enabled = enabled}, where) {}
  /// On devices of one type, "cpu" or "cuda"; ArgumentError for another name.
  explicit Autocast(Text device_type, AutocastOptions options = {}, Location where = Location::here());
  explicit Autocast(Device device, AutocastOptions options = {}, Location where = Location::here());
  ~Autocast();
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  Autocast(std::optional<Device::Type> only, const AutocastOptions& options, Location where);

  detail::AutocastState state_;
};

/// Whether ops of this thread on `device` are cast; without one: where tensors are made (DeviceScope).
TRIPTYCH_API bool is_autocast_enabled();
TRIPTYCH_API bool is_autocast_enabled(Device device);
/// The lower precision there, also while autocast is off.
TRIPTYCH_API DType get_autocast_dtype();
TRIPTYCH_API DType get_autocast_dtype(Device device);
/// Parameters that were cast are let go now, not at the end of the outermost scope.
TRIPTYCH_API void clear_autocast_cache();

}  // namespace triptych
