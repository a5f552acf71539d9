// Traces as chrome://tracing and Perfetto open them: the Trace Event Format's JSON.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/formats/file.h"

namespace triptych {

/// A piece of time on a thread; times are microseconds. Arguments are shown when it is clicked at.
struct TraceEvent {
  std::string name, category;
  double start = 0, duration = 0;
  int thread = 0;
  std::vector<std::pair<std::string, std::string>> texts = {};
  std::vector<std::pair<std::string, std::int64_t>> numbers = {};
};

/// A value that is drawn as a curve of the name.
struct TraceCounter {
  std::string name;
  double at = 0;
  std::int64_t value = 0;
};

/// Writes both, and a name for each thread, as the file `path`. ArgumentError if it cannot be made.
void write_trace(const std::string& path, const std::vector<TraceEvent>& events,
                 const std::vector<TraceCounter>& counters, FileContext context);

}  // namespace triptych
