// Popularity is not something that a program can measure; which of the home ecosystems' files and tools work here is.
#include "points/points.h"

namespace triptych::compare {

Point popularity_point(const Measured& m) {
  Table table{.id = "round_trips", .columns = {"home", "format", "tool", "result", "detail"}};
  for (const RoundTrip& trip : m.round_trips)
    table.rows.push_back({Term{"home." + trip.home}, trip.file, trip.tool, Term{"result." + trip.result}, trip.detail});
  return {.id = "popularity", .verdicts = {untested("popularity", "reason.popularity")}, .tables = {table}};
}

}  // namespace triptych::compare
