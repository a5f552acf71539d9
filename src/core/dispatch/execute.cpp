#include "core/dispatch/execute.h"

#include <algorithm>
#include <mutex>
#include <string>
#include <unordered_map>

#include "core/dispatch/backend.h"
#include "core/dispatch/check_numerics.h"
#include "core/dispatch/infer.h"
#include "core/dispatch/layout.h"
#include "core/dispatch/modes.h"
#include "core/dispatch/op_span.h"
#include "core/dispatch/registry.h"
#include "core/dispatch/update_batch.h"
#include "core/memory/allocator.h"
#include "core/ops/ops.h"
#include "core/support/error_context.h"
#include "core/support/fork.h"
#include "core/support/inline_vector.h"
#include "core/support/scopes.h"
#include "core/tensor/transaction.h"
#include "triptych/core/autograd.h"

namespace triptych {
namespace {

using Head = detail::TensorHead;
using MetaPointers = InlineVector<const TensorMeta*, 4>;

void check_values(const Op& op, std::span<const Tensor* const> inputs) {
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (inputs[i]->impl()->has(Head::metadata_only) && !in_mask(op.metadata_inputs, i))
      throw InternalError(op.name, "a gradient rule reads a value that its op does not save",
                          "input " + std::to_string(i), "Add it to saves_inputs or saves_outputs");
}

/// The result of an elementwise op of row-major operands of one shape and dtype is as they are: nothing is worked out.
bool is_like_operands(const Op& op, std::span<const TensorMeta* const> inputs) {
  if (op.infer != infer_elementwise && (op.infer != infer_floating || !is_floating(inputs[0]->dtype))) return false;
  const TensorMeta& first = *inputs[0];
  return first.is_contiguous() && std::all_of(inputs.begin() + 1, inputs.end(), [&](const TensorMeta* meta) {
           return meta->dtype == first.dtype && meta->shape == first.shape && meta->is_contiguous();
         });
}

/// The input whose buffer the first output takes over, or -1.
int donor(const Kernel& kernel, std::uint32_t donatable, std::span<const Tensor* const> inputs,
          const TensorMeta& output) {
  const std::uint32_t candidates = kernel.donates & donatable;
  if (!candidates) return -1;
  for (std::size_t i = 0; i < inputs.size() && i < 32; ++i) {
    if (!(candidates >> i & 1)) continue;
    const TensorMeta& input = inputs[i]->meta();
    if (input.dtype == output.dtype && input.shape == output.shape && input.strides == output.strides)
      return static_cast<int>(i);
  }
  return -1;
}

/// A view if the strides allow one; for an op without a kernel, else a view of a contiguous copy.
bool try_view(const Op& op, const Tensor& input, const void* attributes, TensorMeta& result, Tensor& output) {
  std::int64_t offset = 0;
  Tensor base = input;
  if (!view_of(op, base.meta(), attributes, result, offset)) {
    load_builtin_kernels();
    if (op.kernels[static_cast<std::size_t>(result.device.type)].load(std::memory_order_acquire)) return false;
    base = contiguous_now(input);
    if (!view_of(op, base.meta(), attributes, result, offset))
      throw InternalError(op.name, "the op has no kernel and is no view of a contiguous input", input.shape().text());
  }
  output = make_view(*base.impl(), result, base.impl()->offset + offset);
  if (base.is_same(input) && !op.lazy_copy) output.impl()->view_of.set(*input.impl(), modes.frame);
  return true;
}

/// All outputs of an op that gives views of its first input.
void make_views(const Op& op, TensorImpl& base, const void* attributes, std::span<TensorMeta> results,
                std::span<Tensor> outputs) {
  InlineVector<std::int64_t, 8> offsets(outputs.size());
  views_of(op, base.meta, attributes, results, offsets.span());
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    outputs[i] = make_view(base, results[i], base.offset + offsets[i]);
    outputs[i].impl()->view_of.set(base, modes.frame);
  }
}

bool writes_input(const Op& op, std::size_t i, std::size_t count) {
  return op.writes && op.writes(static_cast<int>(i), static_cast<int>(count));
}

/// The tensor gets storage that nobody else sees, as the kernel needs it.
void prepare_write(const Op& op, const Kernel& kernel, TensorImpl& impl, Location where) {
  check_no_living_base(impl, op.name, where);
  make_storage_unique(impl);
  if (!kernel.any_strides) make_contiguous(impl);
  impl.storage->generation.fetch_add(1, std::memory_order_relaxed);
}

/// What `prepare` depends on, as bytes.
std::string prepare_key(const Kernel& kernel, const PrepareCall& call) {
  std::string key;
  const auto add = [&](const auto& value) { key.append(reinterpret_cast<const char*>(&value), sizeof value); };
  add(&kernel);
  add(call.numerics);
  const auto add_meta = [&](const TensorMeta& meta) {
    add(meta.dtype);
    add(meta.device);
    const auto rank = static_cast<std::size_t>(meta.shape.rank());
    add(rank);
    key.append(reinterpret_cast<const char*>(meta.shape.begin()), rank * sizeof(std::int64_t));
    key.append(reinterpret_cast<const char*>(meta.strides.data()), rank * sizeof(std::int64_t));
  };
  for (const TensorMeta* meta : call.inputs) add_meta(*meta);
  for (const TensorMeta& meta : call.outputs) add_meta(meta);
  if (call.op.attributes && call.attributes) call.op.attributes->print(call.attributes, key);
  return key;
}

}  // namespace

NumericsMode::NumericsMode(Numerics numerics) { open_scopes().begin(this, modes.numerics, numerics); }
NumericsMode::~NumericsMode() { end_scope(this); }

const Kernel* find_kernel(const Op& op, Device::Type device) {
  auto& slot = op.kernels[static_cast<std::size_t>(device)];
  const Kernel* kernel = slot.load(std::memory_order_acquire);
  if (kernel) [[likely]]
    return kernel;
  load_builtin_kernels();
  return slot.load(std::memory_order_acquire);
}

const Kernel& kernel_of(const Op& op, Device::Type device, Location where) {
  const Kernel* kernel = find_kernel(op, device);
  if (!kernel)
    throw UnsupportedError(
        op.name, "the op has no kernel for this device", device == Device::Type::cpu ? "cpu" : "cuda",
        device == Device::Type::cpu
            ? "Add one in src/core/kernels/"
            : "Add one in src/cuda/kernels/, or let the CPU do it: to(Device()), a session's allow_soft_placement",
        where);
  return *kernel;
}

void mixed_devices(const Op& op, std::span<const Tensor* const> operands, Location where) {
  std::string given;
  for (const Tensor* operand : operands)
    given += (given.empty() ? "" : ", ") + operand->shape().text() + " on " + operand->device().text();
  throw ArgumentError(op.name, "operands are on different devices", given, "Move one with to(device)", where);
}

bool computes_nothing(const Op& op, std::span<const TensorMeta> outputs) {
  return !outputs.empty() && !op.writes && !op.can_fail &&
         std::all_of(outputs.begin(), outputs.end(), [](const TensorMeta& meta) {
           return std::find(meta.shape.begin(), meta.shape.end(), 0) != meta.shape.end();
         });
}

std::shared_ptr<const Prepared> prepared_for(const Kernel& kernel, const PrepareCall& call) {
  if (!kernel.prepare) return nullptr;
  using Cache = std::unordered_map<std::string, std::shared_ptr<const Prepared>>;
  static std::mutex& mutex = process_mutex();
  static Cache shared;
  thread_local Cache recent;  // saves the lock
  constexpr std::size_t limit = 1024;

  std::string key = prepare_key(kernel, call);
  if (auto found = recent.find(key); found != recent.end()) return found->second;
  std::shared_ptr<const Prepared> result;
  {
    std::lock_guard lock(mutex);
    if (auto found = shared.find(key); found != shared.end()) result = found->second;
  }
  if (!result) {
    result = kernel.prepare(call);
    std::lock_guard lock(mutex);
    if (shared.size() >= limit) shared.clear();  // many shapes: start again
    shared.emplace(key, result);
  }
  if (recent.size() >= limit) recent.clear();
  recent.emplace(std::move(key), result);
  return result;
}

Operand bind_input(const Op& op, const Kernel& kernel, Tensor& input, std::size_t i, std::size_t count,
                   Location where) {
  if (writes_input(op, i, count))
    prepare_write(op, kernel, *input.impl(), where);
  else if (!kernel.any_strides)
    input = contiguous_now(input);
  return {input.impl()->data(), &input.meta()};
}

namespace {

void run_parts(const Op& op, std::span<const Tensor* const> inputs, const void* attributes, std::span<Tensor> outputs) {
  std::vector<Tensor> operands;
  for (const Tensor* input : inputs) operands.push_back(*input);
  const GradMode off(false);
  std::vector<Tensor> parts = op.decompose(operands, attributes);
  std::move(parts.begin(), parts.end(), outputs.begin());
}

/// Most small calls: an elementwise op of row-major operands on the CPU, whose result is as they are. The kernel is all
/// that is left to do; false, and nothing done, where there is more to it.
bool run_alike(const Op& op, const TensorMeta& like, std::span<const Tensor* const> inputs, const void* attributes,
               Tensor& output, Location where) {
  constexpr std::size_t most = 4;
  if (inputs.size() > most || like.device.type != Device::Type::cpu || op.view || op.views || op.decompose)
    return false;
  const Kernel& kernel = kernel_of(op, Device::Type::cpu, where);
  const bool empty = std::find(like.shape.begin(), like.shape.end(), 0) != like.shape.end();
  if (empty || kernel.measure || kernel.prepare) return false;
  Tensor made = make_tensor(like);
  std::array<Operand, most> in;
  for (std::size_t i = 0; i < inputs.size(); ++i) in[i] = {inputs[i]->impl()->data(), &inputs[i]->impl()->meta};
  const Operand out{made.impl()->data(), &made.impl()->meta};
  const RunContext context{.numerics = modes.numerics, .device = like.device, .where = where};
  {
    const KernelLaunch launch;
    kernel.run({op, {in.data(), inputs.size()}, {&out, 1}, attributes, nullptr, context});
  }
  if (check_numerics_enabled.load(std::memory_order_relaxed)) [[unlikely]]
    check_numerics(op, {&out, 1}, where);
  output = std::move(made);
  return true;
}

void run(const Op& op, std::span<const Tensor* const> inputs, const void* attributes, std::span<Tensor> outputs,
         Location where, std::uint32_t donatable) {
  const std::size_t count = inputs.size();
  if (op.writes) {
    if (UpdateBatch* batch = UpdateBatch::current(); batch && outputs.empty())
      return batch->add(op, inputs, attributes, where);
    for (std::size_t i = 0; i < count; ++i)
      if (writes_input(op, i, count)) Transaction::will_write(*inputs[i]->impl());
  }
  MetaPointers metas(count);
  std::uint32_t flags = 0;
  for (std::size_t i = 0; i < count; ++i) {
    metas[i] = &inputs[i]->meta();
    flags |= inputs[i]->flags();
  }
  if (flags & Head::metadata_only) [[unlikely]]
    check_values(op, inputs);

  const bool like_operands = is_like_operands(op, metas.span());
  if (like_operands && !donatable && !(flags & Head::metadata_only) &&
      run_alike(op, *metas[0], inputs, attributes, outputs[0], where))
    return;
  InlineVector<TensorMeta, 2> results;
  results.reserve(outputs.size());
  if (like_operands) {
    results.emplace_back(*metas[0]);
  } else {
    for (std::size_t i = 0; i < outputs.size(); ++i)
      results.emplace_back().device = count ? metas[0]->device : modes.device;
    infer_outputs(op, metas.span(), attributes, results.span(), where);
  }

  if (op.view && !inputs[0]->impl()->has(Head::metadata_only) &&
      try_view(op, *inputs[0], attributes, results[0], outputs[0]))
    return;
  // What only running it tells the shapes of, and is made of parts, is run by them.
  const bool of_parts = op.decompose && std::any_of(results.begin(), results.end(),
                                                    [](const TensorMeta& result) { return !result.shape.known(); });
  if (of_parts) return run_parts(op, inputs, attributes, outputs);
  if (op.views) return make_views(op, *inputs[0]->impl(), attributes, results.span(), outputs);

  const Device device = count ? metas[0]->device : modes.device;
  const Kernel& kernel = kernel_of(op, device.type, where);
  InlineVector<Tensor, 4> copies(kernel.any_strides ? 0 : count);
  InlineVector<Operand, 4> in(count);
  for (std::size_t i = 0; i < count; ++i) {
    TensorImpl* impl = inputs[i]->impl();
    if (impl->has(Head::metadata_only)) {
      in[i] = {nullptr, metas[i]};
      continue;
    }
    if (writes_input(op, i, count)) {
      prepare_write(op, kernel, *impl, where);
    } else if (!kernel.any_strides && !impl->meta.is_contiguous()) {
      copies[i] = contiguous_now(*inputs[i]);
      impl = copies[i].impl();
      metas[i] = &impl->meta;
    }
    in[i] = {impl->data(), metas[i]};
  }

  const Backend* backend = device.type == Device::Type::cpu ? nullptr : &backend_of(device);
  const RunContext context{.numerics = modes.numerics,
                           .device = device,
                           .stream = backend ? backend->enter(device.index) : nullptr,
                           .where = where};
  if (kernel.measure) kernel.measure({op, in.span(), results.span(), attributes, context});
  if (!like_operands) choose_strides(kernel, metas.span(), attributes, results.span());
  InlineVector<Operand, 2> out(outputs.size());
  InlineVector<Tensor, 2> made(outputs.size());
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const int from = i == 0 ? donor(kernel, donatable, inputs, results[0]) : -1;
    if (from >= 0) {
      TensorImpl& giver = *inputs[static_cast<std::size_t>(from)]->impl();
      auto* impl = new TensorImpl;
      impl->meta = results[i];
      impl->offset = giver.offset;
      // Moved: the temporary lives on until the end of the user's expression, and would keep the next op from reusing
      // it.
      impl->storage = std::move(giver.storage);
      giver.flags |= Head::metadata_only;
      made[i] = adopt(impl);
      count_donation();
    } else {
      made[i] = make_tensor(results[i]);  // an error if there are too many elements
    }
    out[i] = {made[i].impl()->data(), &made[i].meta()};
  }

  if (!computes_nothing(op, results.span())) {
    const auto prepared = prepared_for(kernel, {op, metas.span(), results.span(), attributes, context.numerics});
    const KernelLaunch launch;
    kernel.run({op, in.span(), out.span(), attributes, prepared.get(), context});
    if (backend) backend->after_kernel(op.name, device.index, where);
  }
  if (check_numerics_enabled.load(std::memory_order_relaxed)) [[unlikely]]
    check_numerics(op, out.span(), where);
  for (std::size_t i = 0; i < outputs.size(); ++i) outputs[i] = std::move(made[i]);
}

}  // namespace

void run_now(const Op& op, std::span<const Tensor* const> inputs, const void* attributes, std::span<Tensor> outputs,
             Location where, std::uint32_t donatable) {
  const Frame frame(where);  // for what has no line of its own: shapes, memory, kernels
  OpSpan span(op, modes.frame);
  try {
    run(op, inputs, attributes, outputs, where, donatable);
  } catch (UnsupportedError& error) {
    if (error.op() == "memory") add_context(error, std::string("While '") + op.name + "' ran.");
    throw;
  }
  span.tell(
      op, attributes, inputs.size(), [&](std::size_t i) -> const TensorMeta& { return inputs[i]->meta(); },
      outputs.size(), [&](std::size_t i) -> const TensorMeta& { return outputs[i].meta(); });
}

}  // namespace triptych
