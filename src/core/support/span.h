// Spans: what a profile sees of a program. Where nobody profiles, a span costs one look at a flag.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "triptych/core/device.h"
#include "triptych/core/location.h"

namespace triptych {

enum class SpanKind : std::uint8_t { op, module, annotation };

/// A piece of time on one thread. Spans stand inside of one another; times are nanoseconds since the recording began.
struct SpanRecord {
  std::string name;
  SpanKind kind = SpanKind::op;
  int thread = 0;
  Location where;
  std::int64_t start = 0, end = 0;
  std::int64_t inner = 0;                   // of its time in spans directly inside
  std::int64_t bytes = 0, inner_bytes = 0;  // taken less given back by this thread, with and of those inside
  std::int64_t flops = 0;
  std::vector<std::string> input_shapes = {};
  std::string note = {};  // a node's name, an annotation's argument
  bool outermost = true;
  std::uint64_t recording = 0;  // of which recording
  std::atomic<bool> ended = false;
  std::shared_ptr<SpanRecord> around = {};  // while it is open
};

/// Memory that was taken, or given back where `bytes` is negative.
struct MemoryChange {
  std::int64_t at = 0, bytes = 0;
  Device device;
};

struct alignas(4) RecordingOptions {  // one load for all
  bool shapes = false, memory = false, flops = false, modules = false;
};

/// What a recording gives. Spans stand in the order in which they ended.
struct Recording {
  std::vector<std::shared_ptr<const SpanRecord>> spans;
  std::vector<MemoryChange> memory;
  std::int64_t began_with_bytes = 0;  // in use on the CPU
  std::int64_t duration = 0;
};

/// Begins to record, on all threads; what was recorded so far is forgotten.
void begin_recording(const RecordingOptions& options);
/// Ends it. Spans that are still open are not part of it.
Recording end_recording();

/// Read by whoever has something to tell.
extern constinit std::atomic<bool> recording_spans, recording_memory;
/// Of the recording that goes on.
RecordingOptions recording_options();

void note_memory(std::int64_t bytes, Device device);

/// While alive, a span of the recording that goes on, if one does.
class Span {
 public:
  Span(SpanKind kind, const char* name, Location where = {}) {
    if (recording_spans.load(std::memory_order_relaxed)) [[unlikely]]
      begin(kind, name, where);
  }
  ~Span() {
    if (record_) [[unlikely]]
      end();
  }
  Span(const Span&) = delete;
  Span& operator=(const Span&) = delete;

  /// Where more can be told; null if nobody records.
  SpanRecord* record() const { return record_.get(); }
  /// Before its time.
  void end();

 private:
  void begin(SpanKind kind, const char* name, Location where);

  std::shared_ptr<SpanRecord> record_;
};

}  // namespace triptych
