// Fibers alone. Built with ucontext, which machines other than x86-64 use; the other tests run on the assembly.
#include "cuda/emulator/fiber.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <vector>

using triptych::cuda::emulator::Fiber;

namespace {

Fiber* home = nullptr;
std::vector<std::unique_ptr<Fiber>> ring;
std::vector<int> visits;
int rounds = 0;

/// Each fiber in turn leaves its number; what it keeps on its stack must survive the others.
void visit() {
  Fiber::entered();
  const int self = int(visits.size());
  double sum = 0;
  for (int round = 0; round < rounds; ++round) {
    visits.push_back(self);
    sum += self;
    bool last = self + 1 == int(ring.size());
    Fiber::switch_to(*ring[self], last ? *home : *ring[self + 1]);
  }
  EXPECT_EQ(sum, double(rounds) * self);
  Fiber::switch_to(*ring[self], *home, true);
}

TEST(Fiber, KeepsItsPlace) {
  Fiber here;
  home = &here;
  rounds = 3;
  for (int i = 0; i < 100; ++i) ring.push_back(std::make_unique<Fiber>(i));
  for (auto& fiber : ring) fiber->start_at(visit);
  for (int round = 0; round < rounds; ++round) Fiber::switch_to(here, *ring[0]);
  for (auto& fiber : ring) Fiber::switch_to(here, *fiber);
  std::vector<int> expected;
  for (int round = 0; round < rounds; ++round) {
    for (int i = 0; i < 100; ++i) expected.push_back(i);
  }
  EXPECT_EQ(visits, expected);
}

/// Each frame is read through by the next, so that a compiler cannot leave the recursion out.
[[gnu::noinline]] int overflow(int depth, volatile char* caller) {
  volatile char frame[4096];
  frame[0] = char(depth + *caller);
  return depth > 1000 ? frame[0] : overflow(depth + 1, frame) + frame[0];
}

void run_overflow() {
  Fiber here;
  Fiber fiber(0);
  fiber.start_at([] {
    volatile char bottom = 0;
    overflow(0, &bottom);
    std::exit(0);
  });
  Fiber::switch_to(here, fiber);
}

TEST(FiberDeathTest, AStackThatOverflowsFaultsAtOnce) {
  EXPECT_EXIT(
      run_overflow(), [](int status) { return status != 0; }, "");
}

}  // namespace
