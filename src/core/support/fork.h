// What a forked child may do: compute (docs/threads.md).
#pragma once

#include <mutex>

namespace triptych {

/// Locks in the order in which a thread may take one inside of another.
enum class LockFloor { gradients, ordinary, allocator };

/// A fork waits for `mutex`, which lives as long as the process: the child finds it free, and what it guards whole,
/// whatever other threads were in the middle of.
void hold_during_fork(std::mutex& mutex, LockFloor floor = LockFloor::ordinary);
/// Such a mutex.
std::mutex& process_mutex(LockFloor floor = LockFloor::ordinary);

}  // namespace triptych
