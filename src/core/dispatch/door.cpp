// The one door: the only place where ops are run, recorded and traced.
#include <algorithm>
#include <array>
#include <optional>

#include "core/autodiff/gradient_stop.h"
#include "core/autodiff/node.h"
#include "core/dispatch/autocast.h"
#include "core/dispatch/execute.h"
#include "core/dispatch/modes.h"
#include "core/dispatch/registry.h"
#include "core/graph/graph.h"
#include "core/memory/allocator.h"
#include "core/support/inline_vector.h"
#include "core/support/scopes.h"
#include "core/tensor/transaction.h"
#include "triptych/core/ops/cast.h"

namespace triptych {
namespace {

using Head = detail::TensorHead;

[[noreturn]] void wrong_input_count(const Op& op, std::size_t count, Location where) {
  throw InternalError(op.name, "wrong number of inputs",
                      std::to_string(count) + " given, " + std::to_string(op.inputs) + " to " +
                          std::to_string(op.input_limit()) + " expected",
                      "", where);
}

[[noreturn]] void undefined_input(const Op& op, std::size_t index, Location where) {
  throw ArgumentError(op.name, "an input is undefined",
                      "input " + std::to_string(index) + " is a default-constructed Tensor", "Give it a value first",
                      where);
}

[[noreturn]] void incomplete(const Op& op, Location where) {
  throw ArgumentError(
      op.name ? op.name : "apply", op.infer ? "the op's attributes are missing" : "an op has no infer function",
      op.infer ? "a null pointer" : op.name, op.infer ? "Pass a pointer to its attribute struct" : "", where);
}

/// Inputs that may give their buffer away: temporaries that nobody else can see.
std::uint32_t donatable(const Op& op, std::span<const Arg* const> inputs, const void* attributes, bool recording) {
  std::uint32_t mask = 0;
  if (!donation_enabled.load(std::memory_order_relaxed)) return mask;
  for (std::size_t i = 0; i < inputs.size() && i < 32; ++i) {
    if (!inputs[i]->donated()) continue;
    const Tensor& input = inputs[i]->tensor();
    if (recording && (in_mask(saved_values(op, attributes).inputs, i) || is_kept_number(input))) continue;
    const TensorImpl& impl = *input.impl();
    if (impl.references.load(std::memory_order_acquire) == 1 && impl.storage && impl.storage->unique() &&
        impl.storage->owned && impl.storage->shareable && !impl.has(Head::retains_grad))
      mask |= 1u << i;
  }
  return mask;
}

/// Whether an op on concrete operands is added to the graph that is being traced.
bool is_traced(const Op& op, std::span<const Tensor* const> operands, std::uint32_t flags) {
  return operands.empty() || op.writes || op.stateful || (flags & (Head::state | Head::requires_grad));
}

}  // namespace

constinit std::atomic<bool> donation_enabled{true};

namespace {

/// The op on operands that autocast wants in `dtype`: all that it casts, or only the weights.
void apply_cast(DType dtype, bool weights, const Op& op, std::span<const Arg* const> inputs,
                std::span<const Tensor* const> operands, const void* attributes, std::span<Tensor> outputs,
                Location where) {
  InlineVector<Tensor, 4> made(inputs.size());
  InlineVector<Arg, 4> args;
  InlineVector<const Arg*, 4> pointers(inputs.size());
  args.reserve(inputs.size());
  {
    // A parameter that meets a symbolic operand becomes one of its graph, and is cast there.
    std::optional<TraceScope> trace;
    for (const Tensor* operand : operands)
      if (operand->is_symbolic() && !modes.trace) trace.emplace(GraphHandle(operand->impl()->graph.get()));
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      pointers[i] = inputs[i];
      if (weights ? !is_weight_to_cast(op, i, operands)
                  : operands[i]->dtype() == dtype || !is_autocast(op, i, operands))
        continue;
      made[i] = weights ? cast(Arg(*operands[i], where), dtype) : autocast_to(dtype, *operands[i], where);
      pointers[i] = &args.emplace_back(std::move(made[i]), inputs[i]->where());
    }
  }
  apply(op, pointers.span(), attributes, outputs, where);
}

}  // namespace

void apply(const Op& op, std::span<const Arg* const> inputs, const void* attributes, std::span<Tensor> outputs,
           Location where) {
  const std::size_t count = inputs.size();
  if (static_cast<int>(count) < op.inputs || static_cast<int>(count) > op.input_limit()) [[unlikely]]
    wrong_input_count(op, count, where);
  if (!op.infer || (op.attributes && !attributes)) [[unlikely]]
    incomplete(op, where);
  InlineVector<const Tensor*, 4> operands(count);
  std::uint32_t flags = 0;
  bool one_device = true;
  for (std::size_t i = 0; i < count; ++i) {
    const Tensor& operand = inputs[i]->tensor();
    if (!operand.defined()) [[unlikely]]
      undefined_input(op, i, where);
    operands[i] = &operand;
    flags |= operand.flags();
    one_device &= operand.device() == operands[0]->device();
  }

  forget_ended_scopes();
  if (modes.autocast) [[unlikely]] {
    if (const std::optional<DType> dtype = modes.autocast->weights;
        dtype && (flags & Head::state) && casts_weights(op, operands.span()))
      return apply_cast(*dtype, true, op, inputs, operands.span(), attributes, outputs, where);
    if (const std::optional<DType> dtype = autocast_dtype(op, operands.span()))
      return apply_cast(*dtype, false, op, inputs, operands.span(), attributes, outputs, where);
  }

  if ((flags & Head::symbolic) || (modes.trace && is_traced(op, operands.span(), flags))) [[unlikely]] {
    GraphImpl* graph = modes.trace;
    InlineVector<Tensor, 4> values(count);
    for (std::size_t i = 0; i < count; ++i) {
      values[i] = *operands[i];
      if (!values[i].is_symbolic()) continue;
      // In a sub-graph what is from around it is captured, whatever scope is open.
      GraphImpl* of = values[i].impl()->graph.get();
      if (!graph || of->depth > graph->depth || (of->depth == graph->depth && !graph->traced)) graph = of;
    }
    append(*graph, op, values.span(), attributes, outputs, where);
    return;
  }

  if (!one_device) [[unlikely]]
    mixed_devices(op, operands.span(), where);
  if (where) modes.last = modes.frame ? modes.frame : where;
  // Running statistics and random streams stay if the kernel or the recording fails.
  std::optional<Transaction> whole;
  if (op.writes && !outputs.empty()) whole.emplace();
  const bool recording = (flags & Head::requires_grad) && !modes.no_grad && !op.gradient_stops;
  run_now(op, operands.span(), attributes, outputs, where, donatable(op, inputs, attributes, recording));
  if (recording) {
    if (!op.gradient && !op.decompose) [[unlikely]]
      throw UnsupportedError(op.name, "the op has no gradient rule", "an input requires a gradient",
                             std::string("Add one in src/core/ops/, or detach() the input"), where);
    record(op, operands.span(), attributes, outputs, where);
  }
  const bool stopped =
      !recording && !outputs.empty() && (flags & (Head::requires_grad | Head::gradient_stopped)) && !modes.no_grad;
  if (stopped) [[unlikely]]
    note_gradient_stop(op, operands.span(), attributes, outputs, where);
}

Tensor apply(const Op& op, std::span<const Arg* const> inputs, const void* attributes, Location where) {
  Tensor output;
  apply(op, inputs, attributes, {&output, 1}, inputs.empty() || where ? where : inputs[0]->where());
  return output;
}

Tensor apply(const Op& op, std::initializer_list<const Arg*> inputs, const void* attributes) {
  return apply(op, std::span(inputs.begin(), inputs.size()), attributes);
}

void apply(const Op& op, std::span<const Tensor> inputs, const void* attributes, std::span<Tensor> outputs,
           Location where) {
  InlineVector<Arg, 4> args;
  InlineVector<const Arg*, 4> pointers(inputs.size());
  args.reserve(inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) args.emplace_back(inputs[i], where);
  for (std::size_t i = 0; i < inputs.size(); ++i) pointers[i] = &args[i];
  apply(op, pointers.span(), attributes, outputs, where);
}

}  // namespace triptych
