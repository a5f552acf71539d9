// What the machine can do, measured: a roofline (Williams, Waterman and Patterson, 2009). A kernel that does f
// operations on b bytes takes max(f / peak, b / bandwidth) at least.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace bench {

struct Machine {
  double flops = 0;  // a second: fused multiply-adds in registers, two each
  std::vector<std::pair<std::int64_t, double>>
      bandwidth;  // bytes, and bytes a second where so many are read and written

  /// Between the sizes that were measured: on the line between them over the logarithm of the size.
  double bandwidth_at(std::int64_t bytes) const;
  /// The least time, in milliseconds.
  double limit_ms(double flops, std::int64_t bytes) const;
};

/// On the library's threads. Takes a second; the best of many tries, since other programs run beside.
Machine measure_machine();

/// On one thread the process's own time, which other programs do not lengthen; else the time that passes.
double seconds();

}  // namespace bench
