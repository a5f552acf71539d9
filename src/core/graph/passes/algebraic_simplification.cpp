#include <cmath>

#include "core/dispatch/backend.h"
#include "core/graph/passes/passes.h"
#include "core/kernels/strided.h"

namespace triptych {

extern const Op identity_op, mul_op, div_op, sub_op, reshape_op, reshape_like_op, expand_like_op, sum_to_like_op;

namespace {

/// A 0-d constant equal to `number`, with plus zero and minus zero told apart.
bool is_number(const Program& program, const Value& value, double number) {
  const Instruction& instruction = program.instructions[static_cast<std::size_t>(value.instruction)];
  if (instruction.op != &constant_op || instruction.outputs[0].shape.rank() != 0) return false;
  const Tensor constant = on_host(instruction.attributes_as<ConstantAttributes>().value);
  const double given = read_double(constant.impl()->data(), constant.dtype());
  return given == number && std::signbit(given) == std::signbit(number);
}

bool is_state_value(const Program& program, const Value& value) {
  return is_state(*program.instructions[static_cast<std::size_t>(value.instruction)].op);
}

/// The input that the instruction's result equals bit for bit, or -1.
int same_as_input(const Program& program, const Instruction& instruction) {
  if (!instruction.is_pure()) return -1;
  const auto looks_like = [&](int i) {
    const TensorMeta& input = program.meta(instruction.inputs[static_cast<std::size_t>(i)]);
    return input.shape.known() && input.shape == instruction.outputs[0].shape &&
           input.dtype == instruction.outputs[0].dtype;
  };
  const Op* op = instruction.op;
  if (op == &identity_op || op == &reshape_op || op == &reshape_like_op || op == &expand_like_op ||
      op == &sum_to_like_op)  // the last three are of gradients, made before shapes were known
    return looks_like(0) ? 0 : -1;
  if ((op == &mul_op || op == &div_op) && looks_like(0) && is_number(program, instruction.inputs[1], 1)) return 0;
  if (op == &mul_op && looks_like(1) && is_number(program, instruction.inputs[0], 1)) return 1;
  if (op == &sub_op && looks_like(0) && is_number(program, instruction.inputs[1], 0)) return 0;
  return -1;
}

}  // namespace

PassResult algebraic_simplification(const Program& program) {
  Rewriter rewriter(program);
  int rewrites = 0;
  for (std::size_t i = 0; i < program.instructions.size(); ++i) {
    Instruction instruction = rewriter.renamed(i);
    const int same = same_as_input(rewriter.result, instruction);
    // A copy of state keeps the value that the state had here.
    if (same >= 0 && !is_state_value(rewriter.result, instruction.inputs[static_cast<std::size_t>(same)])) {
      rewriter.replace(i, instruction.inputs[static_cast<std::size_t>(same)]);
      ++rewrites;
    } else {
      rewriter.keep(i, std::move(instruction));
    }
  }
  return {rewriter.finish(), rewrites};
}

}  // namespace triptych
