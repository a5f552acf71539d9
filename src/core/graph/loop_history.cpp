#include "core/graph/loop_history.h"

#include <algorithm>
#include <utility>

#include "core/graph/control_flow.h"
#include "core/ops/sequence/recurrent_layer.h"

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

bool keeps_for_gradient(const Op& op) { return is_loop(op) || &op == &recurrent_layer_op; }

void replace_attributes(Instruction& instruction, std::shared_ptr<const void> attributes) {
  instruction.attributes = attributes.get();
  instruction.owned_attributes = std::move(attributes);
}

/// Nothing is kept any more that no part of `used` reads; false: it was so.
bool keep_less(Instruction& instruction, const std::vector<bool>& used) {
  if (is_loop(*instruction.op)) {
    const auto& loop = instruction.attributes_as<LoopAttributes>();
    auto fewer = with_used(loop, used);
    if (!fewer) return false;
    for (std::size_t k = 0; k < loop.history_count(); ++k)
      if (!fewer->keeps(k)) instruction.outputs[loop.count_output() + 1 + k].shape = Shape{0};
    replace_attributes(instruction, std::move(fewer));
    return true;
  }
  const auto& layer = instruction.attributes_as<RecurrentAttributes>();
  if (used.back() || !layer.keeps) return false;
  auto nothing = std::make_shared<RecurrentAttributes>(layer);
  nothing->keeps = false;
  instruction.outputs.back().shape.set(2, 0);
  replace_attributes(instruction, std::move(nothing));
  return true;
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
  const auto is_one = [](const Instruction& instruction) { return keeps_for_gradient(*instruction.op); };
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
    if (keeps_for_gradient(*instruction.op)) rewrites += keep_less(instruction, used[i]);
    rewriter.keep(i, std::move(instruction));
  }
  return {rewriter.finish(), rewrites};
}

}  // namespace triptych
