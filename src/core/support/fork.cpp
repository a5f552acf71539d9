#include "core/support/fork.h"

#include <pthread.h>

#include <array>
#include <cstddef>
#include <cstdlib>

namespace triptych {
namespace {

/// Room for all: making a list longer could fail in the middle of anything.
struct Held {
  std::array<std::mutex*, 128> mutexes{};
  std::size_t count = 0;
};

constinit std::mutex list_mutex;
constinit Held held[3];  // by floor

void lock_all() {
  list_mutex.lock();
  for (Held& floor : held)
    for (std::size_t i = 0; i < floor.count; ++i) floor.mutexes[i]->lock();
}

void unlock_all() {
  for (Held& floor : held)
    for (std::size_t i = 0; i < floor.count; ++i) floor.mutexes[i]->unlock();
  list_mutex.unlock();
}

}  // namespace

void hold_during_fork(std::mutex& mutex, LockFloor floor) {
  static const int handlers = pthread_atfork(lock_all, unlock_all, unlock_all);
  static_cast<void>(handlers);
  const std::lock_guard lock(list_mutex);
  Held& list = held[static_cast<std::size_t>(floor)];
  if (list.count == list.mutexes.size()) std::abort();  // a bug of ours: there are a few dozen
  list.mutexes[list.count++] = &mutex;
}

std::mutex& process_mutex(LockFloor floor) {
  auto* mutex = new std::mutex;  // as long as the process lives
  hold_during_fork(*mutex, floor);
  return *mutex;
}

}  // namespace triptych
