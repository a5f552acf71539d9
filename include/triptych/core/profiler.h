// What a program spends its time and memory on: torch.profiler, for every style.
//
//   profiler::Profile profile({.schedule = profiler::schedule({.wait = 1, .warmup = 1, .active = 3}),
//                              .on_trace_ready = [](profiler::Profile& p) { p.export_chrome_trace("trace.json"); }});
//   for (const auto& [x, y] : loader) { train(x, y); profile.step(); }
//   profile.stop();
//   std::cout << profile.key_averages().table({.sort_by = "self_cpu_time_total", .row_limit = 10});
//
// What is recorded are the ops that run (the tape's, a graph's, an optimizer's), the walk back, optimizers' steps, runs
// of sessions, batches of loaders, and what RecordFunction names. On a GPU each op is waited for, so that its time is
// its own.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "triptych/core/device.h"
#include "triptych/core/export.h"
#include "triptych/core/location.h"
#include "triptych/core/text.h"

namespace triptych {
class Span;
struct Recording;
/// The statistics of a device's memory as a table, as torch.cuda.memory_summary. UnsupportedError for a GPU where there
/// is none.
TRIPTYCH_API std::string memory_summary(Device device = {}, Location where = Location::here());

struct RunMetadata;

/// The nodes of a session's run as JSON that chrome://tracing and Perfetto open: TensorFlow's Timeline. ArgumentError
/// if the file cannot be written.
TRIPTYCH_API void write_timeline(const OwnedText& path, const RunMetadata& metadata, Location where = Location::here());
}  // namespace triptych

namespace triptych::profiler {

/// What a profile does in a step: nothing, nothing but to become ready, record, record and then call on_trace_ready.
enum class ProfilerAction { none, warmup, record, record_and_save };

struct ScheduleOptions {
  std::int64_t wait = 0, warmup = 0, active = 0;
  /// So many times; 0: until the end.
  std::int64_t repeat = 0;
  std::int64_t skip_first = 0;
  /// Not 0: the first time without `wait`.
  std::int64_t skip_first_wait = 0;
};
using Schedule = std::function<ProfilerAction(std::int64_t step)>;
/// After `skip_first` steps: `wait` steps nothing, `warmup` steps warm up, `active` steps are recorded, and so again.
/// ArgumentError for a negative number, or if `active` is not positive.
TRIPTYCH_API Schedule schedule(const ScheduleOptions& options, Location where = Location::here());

/// One call. Times are microseconds, `start` since the recording began.
struct FunctionEvent {
  std::string name;
  double start = 0;
  double cpu_time_total = 0, self_cpu_time_total = 0;  // self: without the calls inside
  int thread = 0;
  std::int64_t cpu_memory_usage = 0, self_cpu_memory_usage = 0;  // bytes taken less bytes given back
  std::int64_t flops = 0;
  std::vector<std::string> input_shapes = {};
  Location where = {};
  std::string note = {};  // a graph's node, or an annotation's argument
  bool outermost = true;
  bool annotation = false;
};

/// All calls of one name.
struct FunctionEventAvg {
  std::string key;
  std::int64_t count = 0;
  double cpu_time_total = 0, self_cpu_time_total = 0;
  std::int64_t cpu_memory_usage = 0, self_cpu_memory_usage = 0;
  std::int64_t flops = 0;
  std::vector<std::string> input_shapes = {};
  Location where = {};
  bool outermost = true;
  double cpu_time() const { return count == 0 ? 0 : cpu_time_total / static_cast<double>(count); }
};

struct TableOptions {
  /// The name of a number of FunctionEventAvg, largest first: "cpu_time_total", "self_cpu_time_total", "cpu_time",
  /// "cpu_memory_usage", "self_cpu_memory_usage", "count", "flops"; empty: in the order of the first calls.
  OwnedText sort_by = "";
  std::int64_t row_limit = 100;
  std::int64_t max_src_column_width = 75;
  std::int64_t max_name_column_width = 55;
  std::int64_t max_shapes_column_width = 80;
  OwnedText header = "";
  bool top_level_events_only = false;
  /// "s", "ms" or "us"; empty: what fits each.
  OwnedText time_unit = "";
};

/// The averages, in the order of the first calls.
struct TRIPTYCH_API EventList {
  std::vector<FunctionEventAvg> events;
  bool profile_memory = false, with_flops = false;

  auto begin() const { return events.begin(); }
  auto end() const { return events.end(); }
  std::size_t size() const { return events.size(); }
  /// As torch.profiler prints it. ArgumentError for another sort_by or time_unit.
  std::string table(const TableOptions& options = {}, Location where = Location::here()) const;
};
TRIPTYCH_API std::ostream& operator<<(std::ostream& out, const EventList& events);

struct KeyAveragesOptions {
  /// Calls with other shapes are another row (with record_shapes).
  bool group_by_input_shape = false;
  /// 1: calls from another line are another row (with with_stack); 0: they are not.
  std::int64_t group_by_stack_n = 0;
};

class Profile;

struct ProfileOptions {
  Schedule schedule = {};  // empty: record from the beginning to the end
  /// Is given each trace when it is complete.
  std::function<void(Profile&)> on_trace_ready = {};
  bool record_shapes = false;
  /// Bytes of each call, and the memory in use over time.
  bool profile_memory = false;
  /// The user's line of each call.
  bool with_stack = false;
  /// Operations of products, convolutions, attention and recurrent layers (2 for each multiplication with its
  /// addition), and one for each element that elementwise arithmetic of two operands gives; 0 for the rest.
  bool with_flops = false;
  /// The calls of the eager style's modules, too.
  bool with_modules = false;
};

/// Records from its construction to its end or `stop`. One at a time in a process: ArgumentError if there is another.
class TRIPTYCH_API Profile {
 public:
  explicit Profile(ProfileOptions options = {}, Location where = Location::here());
  ~Profile();
  Profile(const Profile&) = delete;
  Profile& operator=(const Profile&) = delete;

  /// A step of the program is over. ArgumentError after stop(), or on another thread than the profile's.
  void step(Location where = Location::here());
  /// Ends it; on_trace_ready is called if something was being recorded. A second call does nothing.
  void stop(Location where = Location::here());
  /// How many steps there were.
  std::int64_t step_num() const;

  // Of the last trace that is complete. ArgumentError if there is none.
  EventList key_averages(const KeyAveragesOptions& options = {}, Location where = Location::here()) const;
  /// All calls, in the order in which they began.
  std::vector<FunctionEvent> events(Location where = Location::here()) const;
  /// JSON that chrome://tracing and Perfetto open: threads, calls, and with profile_memory the bytes in use.
  void export_chrome_trace(const OwnedText& path, Location where = Location::here()) const;
  /// The bytes in use over time: as SVG if the path ends in ".svg", else as JSON, `[[microseconds, ...], [bytes,
  /// ...]]`. ArgumentError without profile_memory.
  void export_memory_timeline(const OwnedText& path, Device device = {}, Location where = Location::here()) const;

 private:
  void begin_step(ProfilerAction action);
  void end_step(ProfilerAction next, Location where);
  const Recording& trace(const char* function, Location where) const;
  const ProfileOptions& profile_options() const;
  ProfilerAction action_at(std::int64_t step, Location where) const;

  struct State;
  std::unique_ptr<State> state_;
};

/// While alive, a span of this name in the profile, around what is called meanwhile: torch.profiler.record_function.
class [[nodiscard]] TRIPTYCH_API RecordFunction {
 public:
  explicit RecordFunction(const OwnedText& name, const OwnedText& args = "", Location where = Location::here());
  ~RecordFunction();
  RecordFunction(const RecordFunction&) = delete;
  RecordFunction& operator=(const RecordFunction&) = delete;

 private:
  std::unique_ptr<Span> span_;
};

/// For on_trace_ready: writes each trace into `folder` (which is made), as "<name>.<milliseconds>.pt.trace.json". An
/// empty worker_name is host and process.
TRIPTYCH_API std::function<void(Profile&)> tensorboard_trace_handler(const OwnedText& folder,
                                                                     const OwnedText& worker_name = "",
                                                                     Location where = Location::here());

}  // namespace triptych::profiler
