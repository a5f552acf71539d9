// Running one op on concrete tensors: what the door's eager path, the interpreter and constant folding share.
#pragma once

#include <atomic>
#include <memory>
#include <span>

#include "core/tensor/tensor_impl.h"
#include "triptych/core/op.h"

namespace triptych {

/// Whether outputs may take over the buffers of temporaries; tests turn it off to see that results do not depend on it.
extern std::atomic<bool> donation_enabled;

/// Infers, allocates (or takes over the buffers of the inputs whose bit is set in `donatable`) and runs the kernel.
void run_now(const Op& op, std::span<const Tensor* const> inputs, const void* attributes, std::span<Tensor> outputs,
             Location where, std::uint32_t donatable = 0);

/// The values of input `i` of `count` as a kernel sees them. An input that the op writes is made its own, another one
/// is row-major where the kernel needs that: then `input` becomes the copy.
Operand bind_input(const Op& op, const Kernel& kernel, Tensor& input, std::size_t i, std::size_t count, Location where);

/// ArgumentError: the operands are on more than one device.
[[noreturn]] void mixed_devices(const Op& op, std::span<const Tensor* const> operands, Location where);

/// Null if there is none.
const Kernel* find_kernel(const Op& op, Device::Type device);
/// The kernel of `op` on `device`; UnsupportedError that names the file to add it in if there is none.
const Kernel& kernel_of(const Op& op, Device::Type device, Location where);

/// All outputs are empty, and there is nothing else to do: no kernel runs. (Its loops would go through the other
/// dimensions, and may be at it for ever.)
bool computes_nothing(const Op& op, std::span<const TensorMeta> outputs);

/// What the kernel prepares for these shapes and attributes, from the shared cache; null if it prepares nothing.
std::shared_ptr<const Prepared> prepared_for(const Kernel& kernel, const PrepareCall& call);

}  // namespace triptych
