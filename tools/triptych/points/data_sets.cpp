// Files larger than the memory that a program may use, streamed through each style.
#include <algorithm>
#include <map>

#include "points/points.h"

namespace triptych::compare {
namespace {

/// Keras suits small data only: its memory grows with the file by more than a quarter, or its rate falls to less than
/// half of the best style's, or it fails.
Verdict keras_small_data(const Measured& m) {
  std::int64_t least = 0, most = 0;
  for (const StreamRun& run : m.streams) {
    least = least ? std::min(least, run.multiple) : run.multiple;
    most = std::max(most, run.multiple);
  }
  double small = 0, large = 0, rate = 0, best = 0;
  bool failed = false;
  for (const StreamRun& run : m.streams) {
    if (run.multiple == most) best = std::max(best, run.samples_per_second);
    if (run.style != "keras") continue;
    failed |= !run.complete;
    if (run.multiple == least) small = run.peak_mb;
    if (run.multiple == most) large = run.peak_mb, rate = run.samples_per_second;
  }
  if (least == most || small <= 0 || (large <= 0 && !failed)) return untested("keras_small_data");
  return verdict("keras_small_data", failed || large > 1.25 * small || rate < 0.5 * best,
                 {number(least), number(most), small, large, rate, best});
}

}  // namespace

Point data_sets_point(const Measured& m) {
  Table table{
      .id = "streams",
      .columns = {"style", "multiple", "file_mb", "limit_mb", "samples_per_second", "peak_mb", "tensor_mb", "ended"}};
  for (const StreamRun& run : m.streams)
    table.rows.push_back({style_term(run.style), number(run.multiple), run.file_mb, run.limit_mb,
                          run.complete ? Cell(run.samples_per_second) : Cell(), run.peak_mb, run.peak_tensor_mb,
                          run.complete ? Cell(Term{"result.works"}) : Cell(run.error)});
  Point point{.id = "data_sets", .verdicts = {keras_small_data(m)}, .tables = {table}};
  for (const char* y : {"samples_per_second", "peak_mb"})
    point.charts.push_back({.id = y, .table = "streams", .x = "file_mb", .y = y, .series = "style", .log_x = true});
  return point;
}

}  // namespace triptych::compare
