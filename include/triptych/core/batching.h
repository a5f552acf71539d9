// A function of one example applied to many at once: its ops are traced, and each is applied to the values of all
// examples by the batching rule of its family (docs/ops.md says which ops have none, and run example by example).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "triptych/core/callable.h"
#include "triptych/core/tensor.h"

namespace triptych {

struct Op;

/// What random numbers are to the examples of a `vmap`: not allowed, others for each one, or the same for all.
enum class Randomness : std::uint8_t { error, different, same };

namespace detail {

/// The axis of the examples; none: all examples share the tensor.
using ExampleAxis = std::optional<std::int64_t>;

/// `function` of one example each, from tensors with an axis of examples where `in_axes` has one for them. Results have
/// the examples along `out_axes`, one for each; a single one is that of all.
/// ArgumentError if no input has such an axis, it is out of range, numbers of examples differ or are zero or unknown,
/// random numbers are drawn and `randomness` is error, or an op would write what all examples share.
TRIPTYCH_API std::vector<Tensor> vmap_tensors(
    const std::function<std::vector<Tensor>(std::span<const Tensor>)>& function, std::span<const Tensor> inputs,
    std::span<const ExampleAxis> in_axes, std::span<const ExampleAxis> out_axes, Randomness randomness,
    std::int64_t chunk_size, Location where);

}  // namespace detail

/// "rule" if the examples of this op are computed together, "random" if that depends on what random numbers are to
/// them, "shared" if it only writes what they share, else "loop": for docs/ops.md.
TRIPTYCH_API std::string_view batching_of(const Op& op);

}  // namespace triptych
