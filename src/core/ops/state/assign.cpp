// assign, assign_add, assign_sub: writes to a variable. The ops have no output: the new value is read after them.
#include <optional>

#include "core/graph/graph.h"
#include "core/ops/ops.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

void assign_infer(Infer& infer) {
  if (infer.dtype(0) != infer.dtype(1) || !infer.shape(0).compatible(infer.shape(1)))
    infer.fail("the value does not have the variable's shape and dtype",
               std::string("the variable is ") + std::string(dtype_name(infer.dtype(0))) + " " + infer.shape(0).text() +
                   ", the value " + std::string(dtype_name(infer.dtype(1))) + " " + infer.shape(1).text(),
               infer.dtype(0) != infer.dtype(1) ? "Convert it with cast" : "");
}

bool writes_first(int i, int) { return i == 0; }

constexpr Op assignment(const char* name) {
  return {.name = name, .inputs = 2, .infer = assign_infer, .gradient_stops = true, .writes = writes_first};
}

Tensor assign_with(const Op& op, const Tensor& state, const Arg& value) {
  const Frame frame(value.where());
  std::optional<Tensor> number;
  if (value.is_scalar()) {
    check_fits(op.name, value.scalar(), state.dtype(), value.where());
    number = full(state.shape(value.where()), value.scalar(), state.dtype(), value.where());
  }
  const Tensor operands[] = {state, number ? *number : value.tensor()};
  apply(op, operands, nullptr, {}, value.where());
  if (!state.is_symbolic()) return state;
  GraphImpl& graph = *state.impl()->graph;
  struct After {
    explicit After(GraphImpl& of) : graph(of) { graph.control_stack.push_back(graph.nodes.back().get()); }
    ~After() { graph.control_stack.pop_back(); }
    GraphImpl& graph;
  } const after(graph);
  return identity(Arg(state, value.where()));
}

}  // namespace

extern const Op assign_op = assignment("assign");
extern const Op assign_add_op = assignment("assign_add");
extern const Op assign_sub_op = assignment("assign_sub");

Tensor assign(const Tensor& state, const Arg& value) { return assign_with(assign_op, state, value); }
Tensor assign_add(const Tensor& state, const Arg& value) { return assign_with(assign_add_op, state, value); }
Tensor assign_sub(const Tensor& state, const Arg& value) { return assign_with(assign_sub_op, state, value); }

}  // namespace triptych
