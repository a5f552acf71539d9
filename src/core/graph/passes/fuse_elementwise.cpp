#include "core/dispatch/backend.h"
#include "core/dispatch/check_numerics.h"
#include "core/graph/expression.h"
#include "core/graph/passes/passes.h"

namespace triptych {
namespace {

class ElementwiseFusion {
 public:
  explicit ElementwiseFusion(const Program& program)
      : program_(program),
        rewriter_(program),
        expressions_(program.instructions.size()),
        absorbed_(program.instructions.size()) {}

  PassResult run() {
    for (std::size_t i = 0; i < program_.instructions.size(); ++i) {
      Instruction instruction = rewriter_.renamed(i);
      fuse(instruction, expressions_[i]);
      rewriter_.keep(i, std::move(instruction));
    }
    int rewrites = 0;
    for (std::size_t i = 0; i < expressions_.size(); ++i) {
      if (expressions_[i].ops() < 2 || absorbed_[i]) continue;
      if (check_numerics_enabled.load(std::memory_order_relaxed))
        return {program_, 0, "enable_check_numerics looks at each op's result"};
      const Device device = program_.instructions[i].outputs[0].device;
      if (std::string reason = backend_of(device).no_compiler(device.index); !reason.empty())
        return {program_, 0, std::move(reason)};
      rewrites += static_cast<int>(expressions_[i].ops());
    }
    return {rewriter_.finish(), rewrites};
  }

 private:
  void fuse(Instruction& instruction, Expression& expression) {
    if (!instruction.is_pure() || instruction.outputs.size() != 1) return;
    const TensorMeta& output = instruction.outputs[0];
    if (output.device.type == Device::Type::cpu || !output.shape.known()) return;
    expression = Expression::of(rewriter_.result, instruction);
    if (expression.empty()) return;
    for (const Value& input : instruction.inputs) {
      const auto at = static_cast<std::size_t>(input.instruction);
      if (expressions_[at].empty() || !rewriter_.movable(input)) continue;
      if (rewriter_.result.meta(input).shape != output.shape) continue;  // else it would be computed more than once
      if (expression.absorb(input, expressions_[at])) absorbed_[at] = true;
    }
    if (expression.ops() < 2) return;
    instruction.op = &fused_elementwise_op;
    instruction.inputs = expression.inputs();
    auto attributes = std::make_shared<FusedElementwiseAttributes>(
        FusedElementwiseAttributes{expression.text(), expression.code("Fused")});
    instruction.attributes = attributes.get();
    instruction.owned_attributes = std::move(attributes);
  }

  const Program& program_;
  FusingRewriter rewriter_;
  std::vector<Expression> expressions_;  // of the instructions that have one
  std::vector<bool> absorbed_;           // its expression is part of another
};

}  // namespace

PassResult fuse_elementwise(const Program& program) { return ElementwiseFusion(program).run(); }

}  // namespace triptych
