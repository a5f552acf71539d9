// Warp shuffles, votes and __syncwarp. All are one meeting of the lanes in `mask`: each lane leaves a value, the last
// one to come lets all go on with their results.
#pragma once

#include <cstdint>
#include <cstring>

namespace triptych::cuda::emulator {

enum class WarpOp : std::uint8_t { shuffle, vote, sync };

/// This lane's number in its warp.
unsigned lane();
/// Leaves `value` and returns what lane `source` left (all bits set where there is no such lane in the block or mask).
std::uint64_t shuffle(unsigned mask, std::uint64_t value, unsigned source, const char* file, int line);
/// One bit for each lane of the mask (cut to the lanes that exist): its predicate.
unsigned vote(unsigned mask, bool predicate, const char* file, int line);

template <class T>
T shuffle_as(unsigned mask, T value, unsigned source, const char* file, int line) {
  static_assert(sizeof(T) <= sizeof(std::uint64_t));
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof value);
  bits = shuffle(mask, bits, source, file, line);
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

}  // namespace triptych::cuda::emulator

#define TRIPTYCH_CALLER const char *file = __builtin_FILE(), int line = __builtin_LINE()

/// The value of lane `source` of this lane's group of `width`.
template <class T>
T __shfl_sync(unsigned mask, T value, int source, int width = 32, TRIPTYCH_CALLER) {
  using namespace triptych::cuda::emulator;
  unsigned group = lane() & ~(width - 1u);
  return shuffle_as(mask, value, group | (source & (width - 1u)), file, line);
}

/// The value of the lane `delta` below; the group's first lanes keep their own.
template <class T>
T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32, TRIPTYCH_CALLER) {
  using namespace triptych::cuda::emulator;
  unsigned in_group = lane() & (width - 1u);
  return shuffle_as(mask, value, delta > in_group ? lane() : lane() - delta, file, line);
}

/// The value of the lane `delta` above; the group's last lanes keep their own.
template <class T>
T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32, TRIPTYCH_CALLER) {
  using namespace triptych::cuda::emulator;
  unsigned in_group = lane() & (width - 1u);
  return shuffle_as(mask, value, in_group + delta >= unsigned(width) ? lane() : lane() + delta, file, line);
}

/// The value of lane `lane ^ other`; lanes whose partner is in a later group keep their own.
template <class T>
T __shfl_xor_sync(unsigned mask, T value, int other, int width = 32, TRIPTYCH_CALLER) {
  using namespace triptych::cuda::emulator;
  unsigned partner = lane() ^ other, group_end = (lane() & ~(width - 1u)) + width;
  return shuffle_as(mask, value, partner >= group_end ? lane() : partner, file, line);
}

inline unsigned __ballot_sync(unsigned mask, int predicate, TRIPTYCH_CALLER) {
  return triptych::cuda::emulator::vote(mask, predicate != 0, file, line);
}
inline int __any_sync(unsigned mask, int predicate, TRIPTYCH_CALLER) {
  return triptych::cuda::emulator::vote(mask, predicate != 0, file, line) != 0;
}
inline int __all_sync(unsigned mask, int predicate, TRIPTYCH_CALLER) {
  return triptych::cuda::emulator::vote(mask, predicate == 0, file, line) == 0;  // no lane says no
}

/// Waits for the lanes of `mask`; what they wrote to memory before is seen after.
void __syncwarp(unsigned mask = 0xFFFFFFFFu, TRIPTYCH_CALLER);

#undef TRIPTYCH_CALLER
