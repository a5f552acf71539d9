#include "cuda/runtime/fault.h"

#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "core/dispatch/modes.h"
#include "cuda/runtime/stream.h"
#include "triptych/core/error.h"

namespace triptych::cuda {
namespace {

/// A line of a program at which an op may fail. Kept for ever: a captured graph may launch its kernels again.
struct Source {
  const char *op, *rule;
  Location where;
  FaultText given;
  bool operator==(const Source& other) const {
    return op == other.op && rule == other.rule && where.file() == other.where.file() &&
           where.line() == other.where.line();
  }
};

/// What kernels of one device report into, and what their numbers stand for.
struct Board {
  PinnedBuffer memory{sizeof(Fault)};
  std::vector<Source> sources;  // number i + 1

  Board() { *fault() = Fault(); }
  Fault* fault() const { return static_cast<Fault*>(memory.data()); }
};

std::mutex mutex;

/// Null: no kernel that checks has run there. Never destroyed, as kernels may outlive what is.
Board*& board_of(int device) {
  static auto* all = new std::vector<Board*>;
  if (static_cast<std::size_t>(device) >= all->size()) all->resize(static_cast<std::size_t>(device) + 1);
  return (*all)[static_cast<std::size_t>(device)];
}

}  // namespace

std::string index_text(const Fault& fault) {
  return std::to_string(fault.value) + " for " + std::to_string(fault.limit);
}

FaultReport fault_report(int device, const char* op, const char* rule, Location where, FaultText given) {
  std::lock_guard lock(mutex);
  Board*& board = board_of(device);
  if (!board) board = new Board;
  const Source source{op, rule, Frame::resolve(where), given};
  for (std::size_t i = board->sources.size(); i-- > 0;)
    if (board->sources[i] == source) return {board->fault(), static_cast<int>(i) + 1};
  board->sources.push_back(source);
  return {board->fault(), static_cast<int>(board->sources.size())};
}

void throw_fault(int device) {
  std::lock_guard lock(mutex);
  Board* board = board_of(device);
  if (!board || board->fault()->source == 0) return;
  const Fault fault = std::exchange(*board->fault(), Fault());
  const Source& source = board->sources[static_cast<std::size_t>(fault.source) - 1];
  const FrameAt its_line(source.where);  // not that of who happened to wait
  throw ArgumentError(source.op, source.rule, source.given(fault) + ", found on cuda:" + std::to_string(device),
                      "The kernel ran some time before this was noticed; TRIPTYCH_CUDA_SYNC=1 waits after each",
                      source.where);
}

}  // namespace triptych::cuda
