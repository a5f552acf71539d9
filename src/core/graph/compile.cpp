#include "core/graph/compile.h"

#include <algorithm>
#include <map>

#include "core/formats/atomic_file.h"
#include "core/graph/passes/passes.h"
#include "core/support/diagram.h"
#include "core/support/printable.h"

namespace triptych {

extern const Op to_device_op;

namespace {

struct Pass {
  const char* name;
  PassResult (*run)(const Program&);
  bool SessionOptions::*enabled;
};

constexpr Pass passes[] = {
    {"soft_placement", soft_placement, &SessionOptions::allow_soft_placement},
    {"prune", prune, &SessionOptions::prune},
    {"constant_folding", constant_folding, &SessionOptions::constant_folding},
    {"algebraic_simplification", algebraic_simplification, &SessionOptions::algebraic_simplification},
    {"common_subexpressions", common_subexpressions, &SessionOptions::common_subexpressions},
    {"fusion", fusion, &SessionOptions::fusion},
    {"fuse_elementwise", fuse_elementwise, &SessionOptions::fuse_elementwise},
    {"prune", prune, &SessionOptions::prune},
};

/// Instructions that compute something.
int nodes_of(const Program& program) {
  return static_cast<int>(std::count_if(program.instructions.begin(), program.instructions.end(),
                                        [](const Instruction& i) { return !i.is_source() && i.op != &group_op; }));
}

/// What became of nodes: those that are gone, and those that are computed another way.
std::vector<std::string> changes_between(const Program& before, const Program& after, const std::string& pass) {
  const auto counts = [](const Instruction& i) {
    const bool own_copy = i.op == &to_device_op && i.origin && i.origin->op != i.op;  // of soft_placement
    return i.origin && i.op != &feed_op && i.op != &shape_op && !own_copy;
  };
  const auto quoted = [](const Node* node) { return "'" + printable(describe(*node)) + "'"; };
  std::map<const Node*, const Op*> now;
  for (const Instruction& instruction : after.instructions)
    if (counts(instruction)) now[instruction.origin] = instruction.op;
  std::vector<std::string> changes;
  for (const Instruction& instruction : before.instructions) {
    if (!counts(instruction)) continue;
    const auto found = now.find(instruction.origin);
    const std::string node = quoted(instruction.origin) + " (" + instruction.op->name + ")";
    if (found == now.end())
      changes.push_back(node + (pass == "prune"                   ? " is not needed"
                                : pass == "common_subexpressions" ? " is computed already"
                                                                  : " is gone"));
    else if (found->second != instruction.op)
      changes.push_back(node + " became " + found->second->name);
  }
  return changes;
}

/// The program as text and as a picture, in Graphviz's language if that would be too large.
void dump(const std::string& directory, int number, const std::string& what, const std::string& text,
          const Program& program) {
  const std::string path = directory + "/" + std::to_string(number / 10) + std::to_string(number % 10) + "_" + what;
  const auto write = [&](const char* ending, const std::string& content) {
    AtomicFile file(path + ending, {"session", {}});
    file.write(content);
    file.commit();
  };
  write(".txt", text);
  const Diagram diagram = program.diagram();
  if (diagram.boxes.size() <= largest_drawing)
    write(".svg", svg_of(picture_of(diagram, "session")));
  else
    write(".dot", dot_of(diagram));
}

}  // namespace

Program compile_program(GraphImpl& graph, std::span<const Place> fetches, std::span<const Place> fed,
                        std::span<const Tensor> values, const VariableStore& variables, const SessionOptions& options,
                        StepReport& report) {
  Program program = build_program(graph, fetches, fed, values, variables);
  report.graph_nodes = static_cast<int>(graph.nodes.size());
  report.needed_nodes = nodes_of(program);
  int number = 0;
  for (const Pass& pass : passes) {
    if (!(options.*pass.enabled)) continue;
    PassReport entry{.name = pass.name, .nodes_before = nodes_of(program), .before = {}, .after = {}};
    const bool dumps = options.dump || !options.dump_directory.empty();
    if (dumps) entry.before = program.text();
    if (number == 0 && !options.dump_directory.empty()) dump(options.dump_directory, 0, "graph", entry.before, program);
    PassResult result = pass.run(program);
    entry.changes = std::move(result.changes);
    if (result.rewrites > 0 && entry.changes.empty())
      entry.changes = changes_between(program, result.program, pass.name);
    program = std::move(result.program);
    entry.rewrites = result.rewrites;
    entry.reason = std::move(result.reason);
    entry.nodes_after = nodes_of(program);
    if (dumps) entry.after = program.text();
    if (!options.dump_directory.empty()) dump(options.dump_directory, ++number, pass.name, entry.after, program);
    report.passes.push_back(std::move(entry));
  }
  return program;
}

}  // namespace triptych
