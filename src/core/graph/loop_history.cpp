#include "core/graph/loop_history.h"

#include <algorithm>

#include "core/graph/control_flow.h"

namespace triptych {
namespace {

/// The same loop without the histories that nobody reads; null if all of them are read.
std::shared_ptr<const LoopAttributes> with_used(const LoopAttributes& loop, const std::vector<bool>& used) {
  std::vector<std::int64_t> kept;
  for (std::size_t i = 0; i < loop.history_count(); ++i)
    if (used[loop.count_output() + 1 + i] && loop.keeps(i)) kept.push_back(static_cast<std::int64_t>(i));
  if (kept == loop.kept) return nullptr;
  auto fewer = std::make_shared<LoopAttributes>(loop);
  fewer->kept = std::move(kept);
  return fewer;
}

}  // namespace

UsedHistories::UsedHistories(std::span<Node* const> nodes, std::span<const Place> fetches) {
  std::unordered_map<const Node*, std::vector<bool>> used;
  for (const Node* node : nodes)
    if (is_loop(*node->op)) used[node].resize(node->output_count);
  if (used.empty()) return;
  const auto use = [&](const Place& place) {
    if (const auto found = used.find(place.node); found != used.end()) found->second[place.output] = true;
  };
  for (const Place& fetch : fetches) use(fetch);
  for (const Node* node : nodes)
    for (const Tensor& input : node->inputs()) use(place_of(input));
  for (const auto& [node, outputs] : used)
    if (auto fewer = with_used(node->attributes_as<LoopAttributes>(), outputs)) attributes_[node] = std::move(fewer);
}

PassResult used_histories(Program program) {
  const auto is_one = [](const Instruction& instruction) { return is_loop(*instruction.op); };
  if (std::none_of(program.instructions.begin(), program.instructions.end(), is_one)) return {std::move(program)};
  std::vector<std::vector<bool>> used(program.instructions.size());
  for (std::size_t i = 0; i < used.size(); ++i) used[i].resize(program.instructions[i].outputs.size());
  const auto use = [&](const Value& value) {
    if (value.instruction >= 0) used[static_cast<std::size_t>(value.instruction)][value.output] = true;
  };
  for (const Value& fetch : program.fetches) use(fetch);
  for (const Instruction& instruction : program.instructions)
    for (const Value& input : instruction.inputs) use(input);
  Rewriter rewriter(program);
  int rewrites = 0;
  for (std::size_t i = 0; i < used.size(); ++i) {
    Instruction instruction = rewriter.renamed(i);
    if (is_loop(*instruction.op)) {
      const auto& loop = instruction.attributes_as<LoopAttributes>();
      if (auto fewer = with_used(loop, used[i])) {
        for (std::size_t k = 0; k < loop.history_count(); ++k)
          if (!fewer->keeps(k)) instruction.outputs[loop.count_output() + 1 + k].shape = Shape{0};
        instruction.attributes = fewer.get();
        instruction.owned_attributes = std::move(fewer);
        ++rewrites;
      }
    }
    rewriter.keep(i, std::move(instruction));
  }
  return {rewriter.finish(), rewrites};
}

}  // namespace triptych
