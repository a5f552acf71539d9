// The plan of a step: kernel calls in order, and where every value lies.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/graph/program.h"

namespace triptych {

struct PlannedBuffer {
  enum class Kind : std::uint8_t {
    arena,     // at `offset` in the step's planned memory number `index`
    slot,      // a fetched output: memory of its own in each run
    feed,      // `index`: of the feed
    state,     // of Plan::states
    constant,  // of Plan::constants
  };
  Kind kind = Kind::arena;
  Device device = {};
  int index = 0;
  std::int64_t bytes = 0, offset = 0;
  int first = 0, last = 0;  // calls between which the value lives
};

/// A value: part of a buffer, or a tensor of its own in each run if its shape depends on data.
struct PlannedValue {
  int buffer = -1;          // none: only the metadata is read, or `dynamic` says which tensor it is
  std::int64_t offset = 0;  // of the first element, in elements
  TensorMeta meta;
  int dynamic = -1;
};

struct PlannedCall {
  const Op* op = nullptr;
  const Kernel* kernel = nullptr;
  Device device = {};
  const void* attributes = nullptr;
  std::shared_ptr<const void> owned_attributes;
  const Node* origin = nullptr;
  std::vector<PlannedValue> inputs, outputs;
  bool dynamic = false;        // shapes of operands depend on data: run as the eager engine does
  std::vector<int> last = {};  // dynamic values that nobody needs after it
};

struct PlannedState {
  const Node* node = nullptr;
  bool written = false;
  bool saved = false;  // an instruction that can fail comes after the first write
};

/// Planned memory on one device.
struct PlannedArena {
  Device device;
  std::int64_t bytes = 0;
};

struct Plan {
  std::vector<PlannedCall> calls;
  std::vector<PlannedBuffer> buffers;
  std::vector<PlannedState> states;
  std::vector<Tensor> constants;
  std::vector<PlannedValue> fetches;  // buffer -1: an operation without a value
  std::vector<PlannedArena> arenas;   // by the index of their buffers
  std::int64_t unplanned_bytes = 0;
  int views = 0, copies = 0;
  int dynamic_values = 0;
};

/// Chooses kernels, orders effects after everything that does not depend on them, resolves views, lets values share
/// memory, that of feeds which are `owned` too. The metadata of state in `program` has the strides that it will have
/// when the step runs.
Plan make_plan(const Program& program, bool share_memory, const std::vector<bool>& owned = {});

}  // namespace triptych
