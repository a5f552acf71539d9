#include "core/dispatch/check_numerics.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "core/dispatch/backend.h"
#include "core/support/scopes.h"
#include "triptych/core/debugging.h"

namespace triptych {

std::atomic<bool> check_numerics_enabled{false};
constinit thread_local bool detect_anomaly = false;

namespace {

enum class Special { none, infinity, nan };

/// The first that is not finite: all ones in the exponent; with a fraction it is a NaN.
template <class Bits>
Special first_special(const void* data, std::int64_t count, Bits exponent, Bits fraction) {
  const auto* bytes = static_cast<const char*>(data);
  for (std::int64_t i = 0; i < count; ++i) {
    Bits bits;
    std::memcpy(&bits, bytes + static_cast<std::size_t>(i) * sizeof bits, sizeof bits);
    if ((bits & exponent) == exponent) return bits & fraction ? Special::nan : Special::infinity;
  }
  return Special::none;
}

/// Of `count` dense elements; an integer is always finite.
Special first_special(const void* data, DType dtype, std::int64_t count) {
  if (dtype == float32) return first_special<std::uint32_t>(data, count, 0x7f800000, 0x007fffff);
  if (dtype == float64) return first_special<std::uint64_t>(data, count, 0x7ff0000000000000, 0x000fffffffffffff);
  if (dtype == float16) return first_special<std::uint16_t>(data, count, 0x7c00, 0x03ff);
  if (dtype == bfloat16) return first_special<std::uint16_t>(data, count, 0x7f80, 0x007f);
  return Special::none;
}

}  // namespace

const char* not_finite_in(const Operand& operand) {
  const TensorMeta& meta = *operand.meta;
  if (!operand.data || !is_floating(meta.dtype)) return nullptr;
  const void* data = operand.data;
  std::vector<char> host;
  if (meta.device.type != Device::Type::cpu) {
    host.resize(static_cast<std::size_t>(meta.shape.size()) * size_of(meta.dtype));
    copy_bytes(host.data(), Device::cpu(), data, meta.device, host.size());
    data = host.data();
  }
  const Special found = first_special(data, meta.dtype, meta.shape.size());
  return found == Special::nan ? "NaN" : found == Special::infinity ? "infinity" : nullptr;
}

void check_numerics(const Op& op, std::span<const Operand> outputs, Location where) {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const char* const found = not_finite_in(outputs[i]);
    if (!found) continue;
    const TensorMeta& meta = *outputs[i].meta;
    throw ArgumentError(op.name, "a result is not finite",
                        std::string(found) + " in output " + std::to_string(i) + ", " +
                            std::string(dtype_name(meta.dtype)) + " " + meta.shape.text(),
                        "Look at its operands: too large a learning rate, log or division of 0", where);
  }
}

bool has_nan(const Tensor& tensor) {
  if (!is_floating(tensor.dtype())) return false;
  const std::vector<double> values = tensor.to_vector<double>();
  return std::any_of(values.begin(), values.end(), [](double value) { return std::isnan(value); });
}

void enable_check_numerics() { check_numerics_enabled = true; }
void disable_check_numerics() { check_numerics_enabled = false; }

DetectAnomaly::DetectAnomaly(bool on) { open_scopes().begin(this, detect_anomaly, on); }
DetectAnomaly::~DetectAnomaly() { end_scope(this); }

}  // namespace triptych
