// The passes of the graph compiler: pure functions from program to program. At `Numerics::exact` none changes a bit of
// any result; effects and instructions that draw random numbers are never removed, merged or moved.
#pragma once

#include "core/graph/program.h"

namespace triptych {

struct PassResult {
  Program program;
  int rewrites = 0;                       // instructions that were replaced
  std::string reason = {};                // why none could be, where that depends on the machine
  std::vector<std::string> changes = {};  // a line for each, where comparing the programs does not tell
};

/// Whether `soft_placement` moves the op from there.
bool runs_on_the_host(const Op& op, Device device);
/// What has no kernel for its device is computed on the CPU, between copies.
PassResult soft_placement(const Program& program);
/// Drops what no fetch and no effect needs.
PassResult prune(const Program& program);
/// Computes what depends on constants only, if the result is small.
PassResult constant_folding(const Program& program);
/// x * 1, x / 1, x - 0, and what changes neither values nor shape: x.
PassResult algebraic_simplification(const Program& program);
/// Computes equal things once.
PassResult common_subexpressions(const Program& program);
/// matmul + bias (+ relu) becomes linear; a relu after linear or conv2d becomes its activation; the gradients of a max
/// pool and of the relu before it become one.
PassResult fusion(const Program& program);
/// On a device with a run-time compiler: chains and trees of elementwise ops become one kernel each.
PassResult fuse_elementwise(const Program& program);

/// For passes that replace values: copies instructions one by one, and says where old values are now.
class Rewriter {
 public:
  explicit Rewriter(const Program& from) : from_(from), values_(from.instructions.size()) {}

  Value now(const Value& old) const {
    const Moved& moved = values_[static_cast<std::size_t>(old.instruction)];
    return moved.replaced ? moved.value : Value{moved.value.instruction, old.output};
  }
  /// The old instruction with its inputs where they are now.
  Instruction renamed(std::size_t old) const {
    Instruction instruction = from_.instructions[old];
    for (Value& input : instruction.inputs) input = now(input);
    for (int& before : instruction.control) before = values_[static_cast<std::size_t>(before)].value.instruction;
    return instruction;
  }
  /// `instruction` takes the place of instruction `old`.
  void keep(std::size_t old, Instruction instruction) {
    result.instructions.push_back(std::move(instruction));
    values_[old] = {{static_cast<int>(result.instructions.size()) - 1, 0}, false};
  }
  /// Output 0 of instruction `old` is `value`, of the new program, from now on.
  void replace(std::size_t old, const Value& value) { values_[old] = {value, true}; }
  /// All outputs of `old` are those of `same`.
  void merge(std::size_t old, int same) { values_[old] = {{same, 0}, false}; }

  Program finish() {
    for (const Value& fetch : from_.fetches) result.fetches.push_back(fetch.instruction < 0 ? fetch : now(fetch));
    for (int target : from_.targets)
      result.targets.push_back(values_[static_cast<std::size_t>(target)].value.instruction);
    return std::move(result);
  }

  Program result;

 private:
  struct Moved {
    Value value;
    bool replaced = false;
  };
  const Program& from_;
  std::vector<Moved> values_;
};

/// How often a state was written before each use: two reads are equal only if nothing was written between them.
class StateVersions {
 public:
  /// Call for each instruction in order.
  void pass(const Instruction& instruction) {
    for (std::size_t i = 0; i < instruction.inputs.size(); ++i)
      if (instruction.writes(i)) {
        const auto at = static_cast<std::size_t>(instruction.inputs[i].instruction);
        if (at >= versions_.size()) versions_.resize(at + 1);
        ++versions_[at];
      }
  }
  int of(const Value& value) const {
    const auto at = static_cast<std::size_t>(value.instruction);
    return at < versions_.size() ? versions_[at] : 0;
  }

 private:
  std::vector<int> versions_;
};

/// For passes that compute an instruction where its result is used. Keep every instruction, at its index; what is then
/// needed by nobody goes with the last `prune`.
class FusingRewriter : public Rewriter {
 public:
  explicit FusingRewriter(const Program& from) : Rewriter(from), uses_(from.instructions.size()) {
    for (const Instruction& instruction : from.instructions) {
      for (const Value& input : instruction.inputs) ++uses_[static_cast<std::size_t>(input.instruction)];
      for (int before : instruction.control) ++uses_[static_cast<std::size_t>(before)];
    }
    for (const Value& fetch : from.fetches)
      if (fetch.instruction >= 0) ++uses_[static_cast<std::size_t>(fetch.instruction)];
  }

  void keep(std::size_t old, Instruction instruction) {
    versions_.pass(instruction);
    made_.push_back(state_versions(instruction));
    Rewriter::keep(old, std::move(instruction));
  }
  /// The instruction behind `value`, if it may be computed now instead: nobody else uses it, and what it reads is
  /// unchanged.
  const Instruction* movable(const Value& value) const {
    const auto at = static_cast<std::size_t>(value.instruction);
    const Instruction& instruction = result.instructions[at];
    return uses_[at] == 1 && instruction.is_pure() && state_versions(instruction) == made_[at] ? &instruction : nullptr;
  }

 private:
  std::vector<int> state_versions(const Instruction& instruction) const {
    std::vector<int> versions;
    for (const Value& input : instruction.inputs) versions.push_back(versions_.of(input));
    return versions;
  }

  std::vector<int> uses_;
  StateVersions versions_;
  std::vector<std::vector<int>> made_;  // for each instruction: versions of its inputs where it stands
};

}  // namespace triptych
