#include "core/graph/program.h"
#include "core/support/diagram.h"
#include "core/support/printable.h"

namespace triptych {
namespace {

/// As in the drawing of a graph: state, what writes, values from outside, what only waits, ops.
const char* colour_of(const Instruction& instruction) {
  if (is_state(*instruction.op)) return "#fde2b8";
  if (instruction.op->writes) return "#f8c8c8";
  if (instruction.is_source()) return "#cfe3f7";
  return instruction.op == &group_op ? "#e4e4e4" : "#d9efd3";
}

}  // namespace

Diagram Program::diagram() const {
  Diagram diagram;
  for (std::size_t i = 0; i < instructions.size(); ++i) {
    const Instruction& instruction = instructions[i];
    for (const Value& input : instruction.inputs)
      diagram.arrows.push_back({static_cast<std::size_t>(input.instruction), i});
    for (const int before : instruction.control) diagram.arrows.push_back({static_cast<std::size_t>(before), i, true});
    std::string results;
    for (const TensorMeta& output : instruction.outputs)
      results += (results.empty() ? "" : ", ") + std::string(dtype_name(output.dtype)) + " " + output.shape.text();
    const std::string origin = instruction.origin ? printable(describe(*instruction.origin)) : std::string();
    diagram.boxes.push_back(
        {instruction.op->name, results, "%" + std::to_string(i) + " " + origin, colour_of(instruction)});
  }
  return diagram;
}

}  // namespace triptych
