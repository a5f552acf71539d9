#include <cstring>
#include <unordered_map>

#include "core/dispatch/backend.h"
#include "core/graph/passes/passes.h"

namespace triptych {
namespace {

constexpr std::int64_t largest_compared = 64;  // bytes of constants whose values are compared

void append(std::string& key, const auto& value) { key.append(reinterpret_cast<const char*>(&value), sizeof value); }

void append_meta(std::string& key, const TensorMeta& meta) {
  append(key, meta.dtype);
  append(key, meta.device);
  append(key, meta.shape.rank());
  for (std::int64_t d : meta.shape) append(key, d);
}

/// Two instructions with one key have one result; empty if it must be left alone.
std::string key_of(const Instruction& instruction, const StateVersions& versions) {
  std::string key;
  append(key, instruction.op);
  if (instruction.op == &shape_op) {
    append_meta(key, instruction.outputs[0]);
    return key;
  }
  if (instruction.op == &constant_op) {
    const Tensor& value = instruction.attributes_as<ConstantAttributes>().value;
    const std::int64_t bytes = value.numel() * static_cast<std::int64_t>(size_of(value.dtype()));
    if (bytes > largest_compared || !value.is_contiguous()) return {};
    append_meta(key, value.meta());
    key.append(static_cast<const char*>(on_host(value).impl()->data()), static_cast<std::size_t>(bytes));
    return key;
  }
  if (!instruction.is_pure()) return {};
  append(key, instruction.outputs.size());  // which the attributes may not say
  for (const Value& input : instruction.inputs) {
    append(key, input.instruction);
    append(key, input.output);
    append(key, versions.of(input));
  }
  if (instruction.attributes && instruction.op->attributes)
    instruction.op->attributes->print(instruction.attributes, key);
  return key;
}

}  // namespace

PassResult common_subexpressions(const Program& program) {
  Rewriter rewriter(program);
  StateVersions versions;
  std::unordered_map<std::string, int> seen;
  int rewrites = 0;
  for (std::size_t i = 0; i < program.instructions.size(); ++i) {
    Instruction instruction = rewriter.renamed(i);
    const std::string key = key_of(instruction, versions);
    if (!key.empty()) {
      const auto [found, added] = seen.emplace(key, static_cast<int>(rewriter.result.instructions.size()));
      if (!added) {
        rewriter.merge(i, found->second);
        ++rewrites;
        continue;
      }
    }
    versions.pass(instruction);
    rewriter.keep(i, std::move(instruction));
  }
  return {rewriter.finish(), rewrites};
}

}  // namespace triptych
