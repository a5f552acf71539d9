#include "cuda/runtime/fault.h"

#include <array>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "cuda/runtime/stream.h"
#include "triptych/core/error.h"

namespace triptych::cuda {
namespace {

/// The latest launches of kernels that check, by their number modulo the size: a fault is told soon after.
struct Launches {
  struct Entry {
    const char *op = "", *rule = "";
    Location where;
  };
  PinnedBuffer memory{sizeof(Fault)};
  std::array<Entry, 1024> entries;
  int next = 1;

  Launches() { *fault() = Fault(); }
  Fault* fault() const { return static_cast<Fault*>(memory.data()); }
  Entry& at(int launch) { return entries[static_cast<std::size_t>(launch) % entries.size()]; }
};

std::mutex mutex;

/// Null: no kernel that checks has run there. Never destroyed, as kernels may outlive what is.
Launches*& launches_of(int device) {
  static auto* all = new std::vector<Launches*>;
  if (static_cast<std::size_t>(device) >= all->size()) all->resize(static_cast<std::size_t>(device) + 1);
  return (*all)[static_cast<std::size_t>(device)];
}

}  // namespace

FaultReport fault_report(int device, const char* op, const char* rule, Location where) {
  std::lock_guard lock(mutex);
  Launches*& launches = launches_of(device);
  if (!launches) launches = new Launches;
  const int number = launches->next;
  launches->next = number == 1 << 30 ? 1 : number + 1;
  launches->at(number) = {op, rule, where};
  return {launches->fault(), number};
}

void throw_fault(int device) {
  std::lock_guard lock(mutex);
  Launches* launches = launches_of(device);
  if (!launches || launches->fault()->launch == 0) return;
  const Fault fault = std::exchange(*launches->fault(), Fault());
  const Launches::Entry& entry = launches->at(fault.launch);
  throw ArgumentError(
      entry.op, entry.rule,
      std::to_string(fault.value) + " for " + std::to_string(fault.limit) + ", found on cuda:" + std::to_string(device),
      "The kernel ran some time before this was noticed; TRIPTYCH_CUDA_SYNC=1 waits after each", entry.where);
}

}  // namespace triptych::cuda
