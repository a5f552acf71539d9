// What the optimizer updates share: one launch for many parameters, whose pointers are passed by value.
#pragma once

#include "core/formulas/elements.h"
#include "core/formulas/update.h"
#include "core/ops/update/update.h"
#include "cuda/kernels/run.h"

namespace triptych::cuda {

/// Elements for one block.
inline constexpr std::int64_t update_piece = 8 * block_threads;

/// Parameters of one dtype, each a group of `group` tensors.
template <std::size_t group>
struct UpdateTable {
  // A kernel's arguments may have 4 KiB in all.
  static constexpr int capacity = static_cast<int>(3800 / (sizeof(void*) * group + sizeof(std::int64_t) + sizeof(int)));
  int count = 0, blocks = 0;
  // Zeros, not what lay there: the emulator looks for the host's pointers in all of an argument.
  int first_block[capacity] = {};
  std::int64_t sizes[capacity] = {};
  void* members[capacity][group] = {};

  void add(const KernelCall& call, std::size_t at) {
    for (std::size_t k = 0; k < group; ++k) members[count][k] = call.inputs[at + k].data;
    end_group(call.inputs[at].size());
  }
  /// After its members are set.
  void end_group(std::int64_t size) {
    sizes[count] = size;
    first_block[count++] = blocks;
    blocks += static_cast<int>((sizes[count - 1] + update_piece - 1) / update_piece);
  }
  struct Piece {
    int parameter;
    std::int64_t begin, end;
  };
  /// What a block has to update.
  __device__ Piece piece(int block) const {
    int low = 0, high = count - 1;  // the last parameter that begins at `block` or before
    while (low < high) {
      const int middle = (low + high + 1) / 2;
      if (first_block[middle] <= block)
        low = middle;
      else
        high = middle - 1;
    }
    const std::int64_t begin = (block - first_block[low]) * update_piece, rest = sizes[low] - begin;
    return {low, begin, begin + (rest < update_piece ? rest : update_piece)};
  }
  template <class T>
  __device__ T* member(int parameter, std::size_t k) const {
    return static_cast<T*>(members[parameter][k]);
  }
};

/// An update's groups, and where on the device it is said whether to skip it (null: nowhere).
struct Skippable {
  Skippable(const KernelCall& all, std::size_t group)
      : skip(has_skip_flag(all.inputs.size(), group) ? all.inputs.back().as<const float>() : nullptr),
        call{all.op,       all.inputs.first(all.inputs.size() - (skip ? 1 : 0)),
             all.outputs,  all.attributes,
             all.prepared, all.context} {}

  const float* skip;
  KernelCall call;
};
/// Whether all of an update is skipped; for its kernels.
__device__ inline bool is_skipped(const float* skip) { return skip && *skip != 0; }

/// Calls `launch(table, type)` for parameters of one dtype each, until all are done.
template <std::size_t group, class F>
void for_each_table(const KernelCall& call, F launch) {
  for (const DType dtype : {float32, float64, float16, bfloat16}) {
    UpdateTable<group> table;
    const auto flush = [&] {
      if (table.blocks > 0) visit_floating(dtype, [&](auto* type) { launch(table, type); });
      table.count = table.blocks = 0;
    };
    for (std::size_t at = 1; at < call.inputs.size(); at += group) {
      if (call.inputs[at].dtype() != dtype || call.inputs[at].size() == 0) continue;
      table.add(call, at);
      if (table.count == table.capacity) flush();
    }
    flush();
  }
}

/// Increments the steps, the last members of their groups of `group`; one that parameters share advances once.
void advance_steps(const Skippable& update, std::size_t group);

}  // namespace triptych::cuda
