// Warp intrinsics: a meeting of the lanes that a mask names. A lane leaves its value and waits; the last to come hands
// out all results and makes the others ready, so one wait per operation is enough.
#include <bit>

#include "cuda/emulator/block.h"
#include "cuda/emulator/report.h"
#include "cuda/emulator/sanitizers.h"

namespace triptych::cuda::emulator {

unsigned Block::existing_lanes(unsigned warp) const {
  std::size_t lanes = count_ - warp * 32;
  return lanes >= 32 ? 0xFFFFFFFFu : (1u << lanes) - 1;
}

std::uint64_t Block::meet(WarpOp op, unsigned mask, std::uint64_t value, unsigned source, const char* file, int line) {
  Thread& self = *running_;
  unsigned warp = unsigned(running_ - threads_.data()) / 32;
  mask &= existing_lanes(warp);  // of a block whose size is no multiple of 32
  if (!(mask >> lane() & 1)) {
    report_failure("warp: thread " + text(self.index) + " at " + place(file, line) +
                   " is not in the mask that it passes.");
    stop();
  }
  self.state = State::in_warp;
  self.op = op;
  self.mask = mask;
  self.source = source;
  self.value = value;
  self.file = file;
  self.line = line;

  char* sync = nullptr;  // of all operations, only __syncwarp orders memory
  if (under_tsan() && op == WarpOp::sync) {
    int first = std::countr_zero(mask);
    sync = &warp_sync_[warp].address[first][warp_sync_[warp].turn[first] % 2];
    release(sync);
  }
  lanes_waiting_[warp] |= 1u << lane();
  if ((lanes_waiting_[warp] & mask) == mask) complete_meeting(warp, mask);
  wait();
  if (sync != nullptr) acquire(sync);
  return self.value;
}

void Block::complete_meeting(unsigned warp, unsigned mask) {
  Thread* lanes = &threads_[warp * 32];
  for (unsigned rest = mask; rest != 0; rest &= rest - 1) {
    const Thread& other = lanes[std::countr_zero(rest)];
    if (other.mask != mask || other.op != running_->op) return;  // they wait for something else: no one will go on
  }
  std::uint64_t given[32];
  unsigned votes = 0;
  for (unsigned rest = mask; rest != 0; rest &= rest - 1) {
    int lane = std::countr_zero(rest);
    given[lane] = lanes[lane].value;
    votes |= unsigned(given[lane] & 1) << lane;
  }
  for (unsigned rest = mask; rest != 0; rest &= rest - 1) {
    Thread& thread = lanes[std::countr_zero(rest)];
    if (thread.op == WarpOp::shuffle) {
      bool there = thread.source < 32 && (mask >> thread.source & 1);
      thread.value = there ? given[thread.source] : ~std::uint64_t{0};  // undefined on a GPU: a NaN, to be noticed
    } else {
      thread.value = votes;
    }
    make_ready(thread);
  }
  lanes_waiting_[warp] &= ~mask;
  if (under_tsan()) ++warp_sync_[warp].turn[std::countr_zero(mask)];
}

unsigned lane() { return Block::current()->lane(); }

std::uint64_t shuffle(unsigned mask, std::uint64_t value, unsigned source, const char* file, int line) {
  return Block::current()->meet(WarpOp::shuffle, mask, value, source, file, line);
}

unsigned vote(unsigned mask, bool predicate, const char* file, int line) {
  return unsigned(Block::current()->meet(WarpOp::vote, mask, predicate, 0, file, line));
}

}  // namespace triptych::cuda::emulator

void __syncwarp(unsigned mask, const char* file, int line) {
  using namespace triptych::cuda::emulator;
  Block::current()->meet(WarpOp::sync, mask, 0, 0, file, line);
}
