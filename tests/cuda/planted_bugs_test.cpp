// Each planted bug is reported, with the lines it is about, and the device goes on working.
#include "planted_bugs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>

#include "cuda/emulator/emulator.h"

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

namespace {

/// "planted_bugs.cu:N", N the line of planted_bugs.cu that is marked so.
std::string line_of(const std::string& mark) {
  std::ifstream source(TRIPTYCH_CUDA_TESTS "/planted_bugs.cu");
  std::string line;
  for (int number = 1; std::getline(source, line); ++number) {
    if (line.ends_with("// BUG " + mark)) return "planted_bugs.cu:" + std::to_string(number);
  }
  return "no line is marked " + mark;
}

struct Outcome {
  std::string status, reports;
};
Outcome run(const std::string& bug) {
  triptych::cuda::emulator::take_reports();
  std::string status = run_planted_bug(bug);
  Outcome outcome{status, triptych::cuda::emulator::take_reports()};
  // A GPU would be lost now; the emulated one is as good as new.
  EXPECT_EQ(run_planted_bug("correct"), "cudaSuccess");
  EXPECT_EQ(triptych::cuda::emulator::take_reports(), "");
  return outcome;
}

TEST(PlantedBugs, BarrierDivergence) {
  Outcome outcome = run("divergent_barrier");
  EXPECT_EQ(outcome.status, "cudaErrorLaunchFailure");
  EXPECT_THAT(outcome.reports,
              AllOf(HasSubstr("barrier divergence"),
                    HasSubstr("16 at __syncthreads, " + line_of("divergent_barrier, first") + " (first (0, 0, 0))"),
                    HasSubstr("48 at __syncthreads, " + line_of("divergent_barrier, second") + " (first (16, 0, 0))"),
                    HasSubstr("Block (0, 0, 0) of the kernel launched at planted_bugs.cu:")));
}

TEST(PlantedBugs, EarlyReturn) {
  Outcome outcome = run("early_return");
  EXPECT_EQ(outcome.status, "cudaErrorLaunchFailure");
  EXPECT_THAT(outcome.reports,
              AllOf(HasSubstr("early return"), HasSubstr("60 at __syncthreads, " + line_of("early_return")),
                    HasSubstr("4 returned (first (60, 0, 0))")));
}

TEST(PlantedBugs, ShuffleWithALaneThatHasReturned) {
  Outcome outcome = run("absent_lane");
  EXPECT_EQ(outcome.status, "cudaErrorLaunchFailure");
  EXPECT_THAT(outcome.reports, AllOf(HasSubstr("lane that never comes"), HasSubstr(line_of("absent_lane")),
                                     HasSubstr("names thread (5, 0, 0), which returned")));
}

TEST(PlantedBugs, LanesAtDifferentOperations) {
  Outcome outcome = run("lanes_apart");
  EXPECT_EQ(outcome.status, "cudaErrorLaunchFailure");
  EXPECT_THAT(outcome.reports, AllOf(HasSubstr("in a shuffle, " + line_of("lanes_apart, first")),
                                     HasSubstr("in a vote, " + line_of("lanes_apart, second"))));
}

TEST(PlantedBugs, LaneOutsideItsOwnMask) {
  Outcome outcome = run("outside_own_mask");
  EXPECT_EQ(outcome.status, "cudaErrorLaunchFailure");
  EXPECT_THAT(outcome.reports, AllOf(HasSubstr("thread (16, 0, 0)"), HasSubstr(line_of("outside_own_mask")),
                                     HasSubstr("is not in the mask that it passes")));
}

TEST(PlantedBugs, TooMuchSharedMemory) {
  Outcome outcome = run("too_much_shared");
  EXPECT_EQ(outcome.status, "cudaErrorLaunchFailure");
  EXPECT_THAT(outcome.reports, HasSubstr("53248 bytes are more than the block's 49152"));
}

TEST(PlantedBugs, HostPointer) {
  Outcome outcome = run("host_pointer");
  EXPECT_EQ(outcome.status, "cudaErrorIllegalAddress");
  EXPECT_THAT(outcome.reports,
              HasSubstr("host pointer in argument 2 of the kernel launched at " + line_of("host_pointer")));
}

/// What the program, built with a sanitizer, says when it runs the bug. (A build that has one itself has no such
/// programs.)
[[maybe_unused]] std::string output_of(const char* program, const std::string& bug) {
  std::string command = std::string(program) + " " + bug + " 2>&1", output;
  std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::array<char, 4096> buffer;
  while (std::size_t size = fread(buffer.data(), 1, buffer.size(), pipe.get())) output.append(buffer.data(), size);
  return output;
}

#ifdef PLANTED_BUGS_ASAN
std::string under_asan(const std::string& bug) { return output_of(PLANTED_BUGS_ASAN, bug); }

TEST(UnderAddressSanitizer, CorrectKernelsAreSilent) { EXPECT_EQ(under_asan("correct"), "cudaSuccess\n"); }

TEST(UnderAddressSanitizer, OutOfBounds) {
  for (std::string bug : {"read_past_end", "write_past_end", "shared_past_end", "dynamic_shared_past_end"}) {
    EXPECT_THAT(under_asan(bug), AllOf(HasSubstr("heap-buffer-overflow"), HasSubstr(bug), HasSubstr(line_of(bug))));
  }
}

TEST(UnderAddressSanitizer, UseOfFreedMemory) {
  EXPECT_THAT(under_asan("read_after_free"),
              AllOf(HasSubstr("heap-use-after-free"), HasSubstr(line_of("read_after_free"))));
}

TEST(UnderAddressSanitizer, HostPointerInAStruct) {
  EXPECT_THAT(
      under_asan("host_pointer_in_struct"),
      AllOf(HasSubstr("host pointer in argument 1 of the kernel launched at " + line_of("host_pointer_in_struct")),
            HasSubstr("cudaErrorIllegalAddress")));
}

TEST(UnderAddressSanitizer, AStoppedKernelLeavesNoMarks) {
  std::string output = under_asan("divergent_barrier");
  EXPECT_THAT(output, AllOf(HasSubstr("cudaErrorLaunchFailure"), Not(HasSubstr("AddressSanitizer"))));
}
#endif

#ifdef PLANTED_BUGS_TSAN
std::string under_tsan(const std::string& bug) { return output_of(PLANTED_BUGS_TSAN, bug); }

TEST(UnderThreadSanitizer, CorrectKernelsAreSilent) { EXPECT_EQ(under_tsan("correct"), "cudaSuccess\n"); }

TEST(UnderThreadSanitizer, MissingBarrier) {
  EXPECT_THAT(under_tsan("missing_barrier"), AllOf(HasSubstr("data race"), HasSubstr(line_of("missing_barrier, write")),
                                                   HasSubstr(line_of("missing_barrier, read"))));
}

TEST(UnderThreadSanitizer, AVoteOrdersNoMemory) {
  EXPECT_THAT(under_tsan("missing_syncwarp"), AllOf(HasSubstr("data race"), HasSubstr(line_of("missing_syncwarp"))));
}

TEST(UnderThreadSanitizer, RaceBetweenBlocks) {
  EXPECT_THAT(under_tsan("missing_atomic"), AllOf(HasSubstr("data race"), HasSubstr(line_of("missing_atomic"))));
}

TEST(UnderThreadSanitizer, AStoppedKernelIsNoRace) {
  std::string output = under_tsan("divergent_barrier");
  EXPECT_THAT(output, AllOf(HasSubstr("cudaErrorLaunchFailure"), Not(HasSubstr("ThreadSanitizer"))));
}
#endif

}  // namespace
