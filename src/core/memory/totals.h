// Bytes that the caching allocator handed out and took back since its start or the last reset of the statistics.
#pragma once

#include <cstdint>

namespace triptych {

struct AllocationTotals {
  std::int64_t allocated = 0, freed = 0;
};
AllocationTotals allocation_totals();

}  // namespace triptych
