#include "core/graph/compile.h"

#include <algorithm>

#include "core/formats/atomic_file.h"
#include "core/graph/passes/passes.h"

namespace triptych {
namespace {

struct Pass {
  const char* name;
  PassResult (*run)(const Program&);
  bool SessionOptions::*enabled;  // null: always
};

constexpr Pass passes[] = {
    {"prune", prune, nullptr},
    {"constant_folding", constant_folding, &SessionOptions::constant_folding},
    {"algebraic_simplification", algebraic_simplification, &SessionOptions::algebraic_simplification},
    {"common_subexpressions", common_subexpressions, &SessionOptions::common_subexpressions},
    {"fusion", fusion, &SessionOptions::fusion},
    {"fuse_elementwise", fuse_elementwise, &SessionOptions::fuse_elementwise},
    {"prune", prune, nullptr},
};

/// Instructions that compute something.
int nodes_of(const Program& program) {
  return static_cast<int>(std::count_if(program.instructions.begin(), program.instructions.end(),
                                        [](const Instruction& i) { return !i.is_source() && i.op != &group_op; }));
}

void dump(const std::string& directory, int number, const std::string& what, const std::string& text) {
  const std::string path =
      directory + "/" + std::to_string(number / 10) + std::to_string(number % 10) + "_" + what + ".txt";
  AtomicFile file(path, {"session", {}});
  file.write(text);
  file.commit();
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
    if (pass.enabled && !(options.*pass.enabled)) continue;
    PassReport entry{.name = pass.name, .nodes_before = nodes_of(program), .before = {}, .after = {}};
    const bool dumps = options.dump || !options.dump_directory.empty();
    if (dumps) entry.before = program.text();
    PassResult result = pass.run(program);
    program = std::move(result.program);
    entry.rewrites = result.rewrites;
    entry.reason = std::move(result.reason);
    entry.nodes_after = nodes_of(program);
    if (dumps) entry.after = program.text();
    if (!options.dump_directory.empty()) {
      if (number == 0) dump(options.dump_directory, 0, "graph", entry.before);
      dump(options.dump_directory, ++number, pass.name, entry.after);
    }
    report.passes.push_back(std::move(entry));
  }
  return program;
}

}  // namespace triptych
