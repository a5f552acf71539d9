// Why does no thread of a block go on? On a GPU this is a hang, or worse, a result that is wrong at times.
#include <bit>
#include <map>

#include "cuda/emulator/block.h"
#include "cuda/emulator/report.h"

namespace triptych::cuda::emulator {

std::string Block::describe(const Thread& thread) const {
  static constexpr const char* names[] = {"a shuffle", "a vote", "__syncwarp"};
  switch (thread.state) {
    case State::finished:
      return "returned";
    case State::at_barrier:
      return "at __syncthreads, " + place(thread.file, thread.line);
    default:
      return std::string("in ") + names[int(thread.op)] + ", " + place(thread.file, thread.line);
  }
}

std::string Block::diagnose() const {
  struct Group {
    std::size_t count = 0;
    const Thread* first = nullptr;
  };
  std::map<std::string, Group> groups;  // by what they do, and where
  std::string missing;
  for (const Thread& thread : threads_) {
    Group& group = groups[describe(thread)];
    if (group.count++ == 0) group.first = &thread;
    if (thread.state != State::in_warp || !missing.empty()) continue;
    const Thread* lanes = &threads_[std::size_t(&thread - threads_.data()) / 32 * 32];
    for (unsigned rest = thread.mask; rest != 0 && missing.empty(); rest &= rest - 1) {
      const Thread& other = lanes[std::countr_zero(rest)];
      if (other.state == State::in_warp && other.mask == thread.mask && other.op == thread.op) continue;
      missing = "lane that never comes: thread " + text(thread.index) + " is " + describe(thread) +
                " and its mask names thread " + text(other.index) + ", which " +
                (other.state == State::finished ? "returned." : "is " + describe(other) + ".");
    }
  }
  std::string problem = missing;
  if (missing.empty() && finished_ > 0) {
    problem = "early return: some threads returned while others wait for them at a barrier.";
  } else if (missing.empty()) {
    problem = "barrier divergence: the threads of a block wait at different barriers.";
  }
  problem += " Threads:";
  const char* separator = " ";
  for (const auto& [what, group] : groups) {
    problem += separator + std::to_string(group.count) + " " + what + " (first " + text(group.first->index) + ")";
    separator = "; ";
  }
  return problem + ".";
}

}  // namespace triptych::cuda::emulator
