#include "core/dispatch/execute.h"
#include "core/graph/passes/passes.h"
#include "core/support/inline_vector.h"

namespace triptych {
namespace {

constexpr std::int64_t largest_folded = 64 * 1024;  // bytes: more is cheaper to compute than to keep

const Tensor* constant_value(const Program& program, const Value& value) {
  const Instruction& instruction = program.instructions[static_cast<std::size_t>(value.instruction)];
  return instruction.op == &constant_op ? &instruction.attributes_as<ConstantAttributes>().value : nullptr;
}

/// The result of an instruction whose inputs are constants or shapes; undefined if it cannot be had now.
Tensor fold(const Program& program, const Instruction& instruction) {
  if (!instruction.is_pure() || instruction.outputs.size() != 1 || !instruction.outputs[0].shape.known()) return {};
  const TensorMeta& result = instruction.outputs[0];
  if (result.shape.size() * static_cast<std::int64_t>(size_of(result.dtype)) > largest_folded) return {};
  std::vector<Tensor> shapes(instruction.inputs.size());
  InlineVector<const Tensor*, 4> inputs(instruction.inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    inputs[i] = constant_value(program, instruction.inputs[i]);
    if (inputs[i]) continue;
    if (program.instructions[static_cast<std::size_t>(instruction.inputs[i].instruction)].op != &shape_op) return {};
    shapes[i] = make_metadata_only(program.meta(instruction.inputs[i]));
    inputs[i] = &shapes[i];
  }
  Tensor output;
  const DeviceScope placed(result.device);
  try {
    run_now(*instruction.op, inputs.span(), instruction.attributes, {&output, 1}, instruction.origin->where);
  } catch (const Error&) {
    return {};  // the run will say what is wrong, if it gets there
  }
  return output;
}

}  // namespace

PassResult constant_folding(const Program& program) {
  Rewriter rewriter(program);
  int rewrites = 0;
  for (std::size_t i = 0; i < program.instructions.size(); ++i) {
    Instruction instruction = rewriter.renamed(i);
    if (Tensor value = fold(rewriter.result, instruction); value.defined()) {
      instruction = Program::constant(std::move(value), instruction.origin);
      ++rewrites;
    }
    rewriter.keep(i, std::move(instruction));
  }
  return {rewriter.finish(), rewrites};
}

}  // namespace triptych
