// The statistics of memory as a table.
#include <algorithm>
#include <cstdio>
#include <string>

#include "core/memory/totals.h"
#include "triptych/core/memory.h"
#include "triptych/core/profiler.h"

namespace triptych {
namespace {

/// In the unit in which `scale` has at most six digits.
std::string size_text(std::int64_t bytes, std::int64_t scale) {
  constexpr const char* units[] = {"B  ", "KiB", "MiB", "GiB", "TiB", "PiB"};
  std::size_t unit = 0;
  for (; unit < 5 && scale >= 768 * 1024; ++unit) {
    bytes /= 1024;
    scale /= 1024;
  }
  char text[40];
  std::snprintf(text, sizeof text, "%6lld %s", static_cast<long long>(bytes), units[unit]);
  return text;
}

std::string count_text(std::int64_t count) {
  char text[40];
  std::snprintf(text, sizeof text, "%7lld   ", static_cast<long long>(count));
  return text;
}

std::string row(std::string name, const std::string& now, const std::string& peak, const std::string& taken,
                const std::string& freed) {
  name.resize(21, ' ');
  std::string text = "| " + name;
  for (std::string cell : {now, peak, taken, freed}) {
    cell.insert(0, cell.size() < 10 ? 10 - cell.size() : 0, ' ');
    text += " | " + cell;
  }
  return text + " |\n";
}

}  // namespace

std::string memory_summary(Device device, Location where) {
  const Statistics now = statistics(device, where);
  constexpr std::size_t width = 75;
  const std::string rule = "|" + std::string(width, '=') + "|\n", line = "|" + std::string(width, '-') + "|\n";
  const std::string title = "Triptych memory summary, device " + device.text();
  const std::size_t before = (width - title.size()) / 2;
  const std::int64_t reserved = now.bytes_in_use + now.bytes_cached;
  const std::int64_t scale = std::max({now.bytes_in_use, now.peak_bytes_in_use, std::int64_t{1}});
  const std::string none = "--   ";
  std::string taken = none, freed = none;
  if (device.type == Device::Type::cpu) {
    const AllocationTotals totals = allocation_totals();
    taken = size_text(totals.allocated, totals.allocated);
    freed = size_text(totals.freed, totals.allocated);
  }
  return rule + "|" + std::string(before, ' ') + title + std::string(width - title.size() - before, ' ') + "|\n" + line +
         row("       Metric", "Cur Usage ", "Peak Usage", "Tot Alloc ", "Tot Freed ") + line +
         row("Allocated memory", size_text(now.bytes_in_use, scale), size_text(now.peak_bytes_in_use, scale), taken,
             freed) +
         line + row("Reserved memory", size_text(reserved, reserved), none, none, none) + line +
         row("Allocations", none, none, count_text(now.allocations), none) + line +
         row("  from the cache", none, none, count_text(now.cache_hits), none) + rule;
}

}  // namespace triptych
