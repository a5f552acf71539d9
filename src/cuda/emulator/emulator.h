// How programs and tests set up the emulated machine, and read what it found wrong. Host code that should also run on a
// GPU does not include this.
#pragma once

#include <cstddef>
#include <string>

namespace triptych::cuda::emulator {

/// A machine with `count` devices of `bytes` memory each. Only while no device memory is held. Without a call: what
/// TRIPTYCH_EMULATED_DEVICES (1) and TRIPTYCH_EMULATED_MEMORY (4G; K, M and G are understood) say.
void set_devices(int count, std::size_t bytes);

/// How many CPU threads run blocks at a time (0: one per core). Without a call: TRIPTYCH_EMULATED_WORKERS.
void set_workers(int count);

/// What was reported since the last call, one report a line. Each has also gone to stderr.
std::string take_reports();

/// Every report passes here before its kernel is given up: a debugger's place for a breakpoint.
void report(const std::string& text);

}  // namespace triptych::cuda::emulator
