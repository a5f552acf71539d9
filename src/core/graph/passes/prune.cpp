#include "core/graph/loop_history.h"
#include "core/graph/passes/passes.h"

namespace triptych {

PassResult prune(const Program& program) {
  std::vector<bool> needed(program.instructions.size());
  for (const Value& fetch : program.fetches)
    if (fetch.instruction >= 0) needed[static_cast<std::size_t>(fetch.instruction)] = true;
  for (int target : program.targets) needed[static_cast<std::size_t>(target)] = true;
  for (std::size_t i = needed.size(); i-- > 0;) {
    const Instruction& instruction = program.instructions[i];
    if (instruction.op->writes) needed[i] = true;  // it is here because something depends on it
    if (!needed[i]) continue;
    for (const Value& input : instruction.inputs) needed[static_cast<std::size_t>(input.instruction)] = true;
    for (int before : instruction.control) needed[static_cast<std::size_t>(before)] = true;
  }
  Rewriter rewriter(program);
  for (std::size_t i = 0; i < needed.size(); ++i)
    if (needed[i]) rewriter.keep(i, rewriter.renamed(i));
  const int dropped = static_cast<int>(program.instructions.size() - rewriter.result.instructions.size());
  PassResult histories = used_histories(rewriter.finish());
  return {std::move(histories.program), dropped + histories.rewrites};
}

}  // namespace triptych
