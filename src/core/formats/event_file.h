// TensorBoard's event files: records of protocol buffers with checksums, written one after the other.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/formats/descriptor.h"
#include "core/formats/file.h"
#include "core/formats/protobuf.h"

namespace triptych {

/// What an event has besides what happened.
struct EventTime {
  std::int64_t step = 0;
  /// Seconds since 1970; absent: now.
  std::optional<double> wall_time = {};
};

struct EventFileOptions {
  /// So many events wait in memory before the next one writes them all.
  std::int64_t max_queue = 10;
  /// So many seconds after the last writing the next event writes them, too.
  double flush_secs = 120;
  std::string filename_suffix = {};
};

/// A new file `events.out.tfevents.TIME.HOST.PROCESS.NUMBER` in a folder, which is made if it is not there. The file is
/// only ever appended to, whole events by whole events: what was flushed is there and readable when the process is
/// killed, and a write that fails is taken back.
class EventFile {
 public:
  /// ArgumentError if the file cannot be made, or an option is out of range.
  EventFile(const std::string& folder, const EventFileOptions& options, FileContext context);
  /// Flushes; an error stays unsaid, `close` says it.
  ~EventFile();
  EventFile(const EventFile&) = delete;
  EventFile& operator=(const EventFile&) = delete;

  const std::string& path() const { return path_; }
  // Each may flush: UnsupportedError if the file cannot be written. What waits is kept then, for the next try.
  /// `summary`: the bytes of a Summary message (core/formats/summary.h).
  void add_summary(std::string_view summary, EventTime time, FileContext context);
  /// `graph`: the bytes of a GraphDef.
  void add_graph(std::string_view graph, EventTime time, FileContext context);
  /// `metadata`: the bytes of a RunMetadata, which TensorBoard shows beside the graph under `tag`.
  void add_run_metadata(std::string_view tag, std::string_view metadata, EventTime time, FileContext context);
  /// Tells TensorBoard to forget what older files of the folder have from this step on.
  void add_restart(std::int64_t step, FileContext context);
  void flush(FileContext context);

 private:
  void add(const Message& event, FileContext context);
  Message begun(EventTime time) const;

  EventFileOptions options_;
  std::string path_;
  Descriptor file_;
  std::string waiting_;  // whole records
  std::int64_t waiting_events_ = 0;
  std::uint64_t written_ = 0;  // bytes in the file
  std::chrono::steady_clock::time_point last_flush_;
};

}  // namespace triptych
