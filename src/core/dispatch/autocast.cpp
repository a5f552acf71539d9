#include "core/dispatch/autocast.h"

#include <array>
#include <atomic>
#include <string>
#include <unordered_map>
#include <utility>

#include "core/kernels/product/gemm.h"
#include "core/ops/elementary/cast.h"
#include "core/support/scopes.h"
#include "core/tensor/tensor_impl.h"
#include "triptych/core/autograd.h"
#include "triptych/core/ops/cast.h"
#include "triptych/core/warning.h"

namespace triptych {

extern const Op cast_op;

namespace detail {

/// What parameters became in a scope: by parameter and dtype, until the parameter is written to.
class AutocastCache : public std::enable_shared_from_this<AutocastCache> {
 public:
  /// `parameter` in `dtype`, outside of any recorded computation.
  const Tensor& cast(const Tensor& parameter, DType dtype, Location where) {
    const TensorImpl& impl = *parameter.impl();
    Entry& entry = entries_[&impl][dtype == float16];
    const std::uint64_t generation = impl.storage->generation.load(std::memory_order_relaxed);
    if (entry.storage != impl.storage.get() || entry.generation != generation) {
      const GradMode off(false);
      Tensor value = triptych::cast(Arg(parameter, where), dtype);
      entry = {parameter, impl.storage.get(), generation, std::move(value)};
    }
    return entry.value;
  }

 private:
  struct Entry {
    Tensor parameter;  // its place in memory goes to no other tensor
    const Storage* storage = nullptr;
    std::uint64_t generation = 0;
    Tensor value;
  };
  std::unordered_map<const TensorImpl*, std::array<Entry, 2>> entries_;
};

}  // namespace detail

namespace {

using Head = detail::TensorHead;

constinit thread_local detail::AutocastCache* shared_cache = nullptr;  // of all scopes, until the last one ends

std::size_t slot(Device::Type type) { return static_cast<std::size_t>(type); }

Device::Type type_called(Text name, Location where) {
  if (name == "cpu") return Device::Type::cpu;
  if (name == "cuda" || name.starts_with("cuda:")) return Device::Type::cuda;
  throw ArgumentError("autocast", "no type of device has this name", "'" + std::string(name) + "'",
                      "Names are cpu, cuda", where);
}

Autocasting autocasting(const Op& op) {
  static const std::unordered_map<const Op*, Autocasting> all = [] {
    std::unordered_map<const Op*, Autocasting> listed;
    for (const Autocasting to : {Autocasting::lower, Autocasting::single, Autocasting::widest})
      for (const std::string_view name : autocast_list(to))
        if (const Op* found = find_op(name)) listed.emplace(found, to);
    return listed;
  }();
  const auto found = all.find(&op);
  return found == all.end() ? Autocasting::as_given : found->second;
}

/// Said once: who wants speed from 16 bits may not know that this processor gives none.
void say_that_it_converts(DType dtype) {
  if (dtype == bfloat16 && multiplies_bfloat16(64, 64, 64)) return;
  static std::atomic<bool> said{false};
  if (said.exchange(true)) return;
  warn("autocast",
       "this processor has no instruction for products of " + std::string(dtype_name(dtype)) +
           " numbers: they are converted to float32, and a step takes about as long as in float32.",
       modes.frame);
}

/// A parameter whose writes are all counted, in memory that is not somebody else's.
bool is_cached(const Tensor& x) {
  if (x.is_symbolic() || modes.trace || !modes.autocast || !modes.autocast->caches) return false;
  const TensorImpl& impl = *x.impl();
  const bool parameter = (impl.has(Head::requires_grad) && x.is_leaf()) || impl.has(Head::state);
  return parameter && !impl.has(Head::metadata_only) && !impl.view_of && impl.storage->owned &&
         impl.storage->shareable && x.dtype() == float32;
}

}  // namespace

std::optional<DType> autocast_dtype(const Op& op, std::span<const Tensor* const> operands) {
  if (operands.empty()) return std::nullopt;
  const std::size_t device = slot(operands[0]->device().type);
  if (!modes.autocast->enabled[device]) return std::nullopt;
  const Autocasting to = autocasting(op);
  if (to == Autocasting::as_given) return std::nullopt;
  std::optional<DType> common;  // of the operands
  bool differ = false;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    if (!is_autocast(op, i, operands)) continue;
    const DType dtype = operands[i]->dtype();
    differ |= common && *common != dtype;
    common = common ? promote_types(*common, dtype) : dtype;
  }
  if (!common || (*common == float64 && to != Autocasting::widest)) return std::nullopt;
  const DType wanted = to == Autocasting::lower    ? modes.autocast->dtypes[device]
                       : to == Autocasting::single ? float32
                                                   : *common;
  if (to == Autocasting::lower && device == slot(Device::Type::cpu)) say_that_it_converts(wanted);
  return differ || *common != wanted ? std::optional(wanted) : std::nullopt;
}

bool is_autocast(const Op& op, std::size_t i, std::span<const Tensor* const> operands) {
  return is_floating(operands[i]->dtype()) && !in_mask(op.metadata_inputs, i) &&
         !(op.writes && op.writes(static_cast<int>(i), static_cast<int>(operands.size())));
}

DType seen_dtype(const Tensor& x) {
  const std::optional<DType> weights = dtype_of_weights();
  return weights && (x.flags() & Head::state) && is_floating(x.dtype()) && x.dtype() != float64 ? *weights : x.dtype();
}

Tensor as_seen(const Tensor& x, Location where) {
  const DType dtype = seen_dtype(x);
  return dtype == x.dtype() ? x : cast(Arg(x, where), dtype);
}

bool is_weight_to_cast(const Op& op, std::size_t i, std::span<const Tensor* const> operands) {
  return seen_dtype(*operands[i]) != operands[i]->dtype() && &op != &cast_op && is_autocast(op, i, operands);
}

bool casts_weights(const Op& op, std::span<const Tensor* const> operands) {
  bool any = false, like_weights = false, as_seen = false;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    if (is_weight_to_cast(op, i, operands)) {
      any = true;
    } else if (is_autocast(op, i, operands)) {
      as_seen |= operands[i]->dtype() == *dtype_of_weights();
      like_weights |= operands[i]->dtype() != *dtype_of_weights();
    }
  }
  return any && (as_seen || !like_weights);
}

ReadWeightsIn::ReadWeightsIn(std::optional<DType> dtype, bool begins) : outer_(modes.autocast) {
  if (dtype_of_weights() == dtype || (!dtype_of_weights() && !begins)) return;
  if (outer_) state_ = *outer_;
  state_.weights = dtype;
  modes.autocast = &state_;
}
ReadWeightsIn::~ReadWeightsIn() { modes.autocast = outer_; }

Tensor autocast_to(DType dtype, const Tensor& x, Location where) {
  if (!is_cached(x)) return cast(Arg(x, where), dtype);
  const Tensor& value = modes.autocast->cache->cast(x, dtype, where);
  return x.requires_grad() && grad_enabled() ? recorded_cast(value, x, where) : value;
}

bool autocast_keeps_float32(const Op& op, Device device) {
  return is_autocast_enabled(device) && autocasting(op) == Autocasting::single;
}

Tensor float32_if_autocast(const Tensor& x) { return cast(x, float32_if_autocast(x.dtype(), x.device())); }

Autocast::Autocast(std::optional<Device::Type> only, const AutocastOptions& options, Location where) {
  if (options.dtype && options.enabled && *options.dtype != float16 && *options.dtype != bfloat16)
    throw ArgumentError("autocast", "the dtype is neither float16 nor bfloat16",
                        std::string(dtype_name(*options.dtype)), "", where);
  OpenScopes& open = open_scopes();
  if (modes.autocast) state_ = *modes.autocast;
  std::shared_ptr<detail::AutocastCache> cache =
      shared_cache ? shared_cache->shared_from_this() : std::make_shared<detail::AutocastCache>();
  state_.cache = cache.get();
  state_.caches = options.cache_enabled;
  for (const Device::Type type : {Device::Type::cpu, Device::Type::cuda}) {
    if (only && *only != type) continue;
    state_.enabled[slot(type)] = options.enabled;
    if (options.dtype && options.enabled) state_.dtypes[slot(type)] = *options.dtype;
  }
  open.begin(this, shared_cache, state_.cache, std::move(cache));
  open.begin(this, modes.autocast, &std::as_const(state_));
}

Autocast::Autocast(AutocastOptions options, Location where) : Autocast(std::nullopt, options, where) {}
Autocast::Autocast(Text device_type, AutocastOptions options, Location where)
    : Autocast(std::optional(type_called(device_type, where)), options, where) {}
Autocast::Autocast(Device device, AutocastOptions options, Location where)
    : Autocast(std::optional(device.type), options, where) {}
Autocast::~Autocast() { end_scope(this); }

bool is_autocast_enabled() { return is_autocast_enabled(modes.device); }
bool is_autocast_enabled(Device device) {
  forget_ended_scopes();
  return modes.autocast && modes.autocast->enabled[slot(device.type)];
}
DType get_autocast_dtype() { return get_autocast_dtype(modes.device); }
DType get_autocast_dtype(Device device) {
  const detail::AutocastState first;
  return (modes.autocast ? *modes.autocast : first).dtypes[slot(device.type)];
}
void clear_autocast_cache() {
  if (modes.autocast && modes.autocast->cache) *modes.autocast->cache = {};
}

}  // namespace triptych
