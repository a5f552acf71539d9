// What a trace holds: the calls, their averages, the file of both.
#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "core/profiler/trace.h"
#include "core/support/span.h"
#include "triptych/core/error.h"
#include "triptych/core/profiler.h"
#include "triptych/core/session_options.h"

namespace triptych::profiler {
namespace {

constexpr double nanoseconds = 1000;  // in a microsecond

std::vector<const SpanRecord*> by_start(const Recording& recording) {
  std::vector<const SpanRecord*> spans;
  spans.reserve(recording.spans.size());
  for (const auto& span : recording.spans) spans.push_back(span.get());
  std::stable_sort(spans.begin(), spans.end(),
                   [](const SpanRecord* a, const SpanRecord* b) { return a->start < b->start; });
  return spans;
}

FunctionEvent event_of(const SpanRecord& span, bool with_stack) {
  const std::int64_t total = span.end - span.start;
  return {.name = span.name,
          .start = static_cast<double>(span.start) / nanoseconds,
          .cpu_time_total = static_cast<double>(total) / nanoseconds,
          .self_cpu_time_total = static_cast<double>(total - span.inner) / nanoseconds,
          .thread = span.thread,
          .cpu_memory_usage = span.bytes,
          .self_cpu_memory_usage = span.bytes - span.inner_bytes,
          .flops = span.flops,
          .input_shapes = span.input_shapes,
          .where = with_stack ? span.where : Location(),
          .note = span.note,
          .outermost = span.outermost,
          .annotation = span.kind == SpanKind::annotation};
}

/// All steps are one row.
std::string key_of(const FunctionEvent& event) {
  constexpr std::string_view step = "ProfilerStep#";
  return event.annotation && event.name.starts_with(step) ? "ProfilerStep*" : event.name;
}

std::string joined(const std::vector<std::string>& shapes) {
  std::string text;
  for (const std::string& shape : shapes) text += (text.empty() ? "" : ", ") + shape;
  return "[" + text + "]";
}

}  // namespace

std::vector<FunctionEvent> Profile::events(Location where) const {
  std::vector<FunctionEvent> events;
  for (const SpanRecord* span : by_start(trace("Profile::events", where)))
    events.push_back(event_of(*span, profile_options().with_stack));
  return events;
}

EventList Profile::key_averages(const KeyAveragesOptions& options, Location where) const {
  if (options.group_by_stack_n < 0 || options.group_by_stack_n > 1)
    throw ArgumentError("key_averages", "group_by_stack_n is neither 0 nor 1", std::to_string(options.group_by_stack_n),
                        "A call is known by one line", where);
  const ProfileOptions& o = profile_options();
  EventList result{.events = {}, .profile_memory = o.profile_memory, .with_flops = o.with_flops};
  std::map<std::tuple<std::string, std::string, std::string>, std::size_t> rows;
  for (const SpanRecord* span : by_start(trace("key_averages", where))) {
    const FunctionEvent event = event_of(*span, o.with_stack && options.group_by_stack_n > 0);
    std::string key = key_of(event);
    const auto [row, fresh] =
        rows.emplace(std::tuple(key, options.group_by_input_shape ? joined(event.input_shapes) : "",
                                event.where ? event.where.text() : ""),
                     result.events.size());
    if (fresh)
      result.events.push_back(
          {.key = std::move(key),
           .input_shapes = options.group_by_input_shape ? event.input_shapes : std::vector<std::string>(),
           .where = event.where,
           .outermost = event.outermost});
    FunctionEventAvg& sum = result.events[row->second];
    ++sum.count;
    sum.cpu_time_total += event.cpu_time_total;
    sum.self_cpu_time_total += event.self_cpu_time_total;
    sum.cpu_memory_usage += event.cpu_memory_usage;
    sum.self_cpu_memory_usage += event.self_cpu_memory_usage;
    sum.flops += event.flops;
  }
  return result;
}

void Profile::export_chrome_trace(const OwnedText& path, Location where) const {
  const Recording& recording = trace("export_chrome_trace", where);
  std::vector<TraceEvent> events;
  for (const SpanRecord* span : by_start(recording)) {
    constexpr const char* categories[] = {"cpu_op", "python_function", "user_annotation"};
    TraceEvent event{.name = span->name,
                     .category = categories[static_cast<int>(span->kind)],
                     .start = static_cast<double>(span->start) / nanoseconds,
                     .duration = static_cast<double>(span->end - span->start) / nanoseconds,
                     .thread = span->thread};
    if (!span->note.empty()) event.texts.emplace_back("Name", span->note);
    if (!span->input_shapes.empty()) event.texts.emplace_back("Input Dims", joined(span->input_shapes));
    if (profile_options().with_stack && span->where) event.texts.emplace_back("Call stack", span->where.text());
    if (span->flops > 0) event.numbers.emplace_back("FLOPs", span->flops);
    if (profile_options().profile_memory) event.numbers.emplace_back("Bytes", span->bytes);
    events.push_back(std::move(event));
  }
  std::vector<TraceCounter> counters;
  std::map<std::string, std::int64_t> in_use = {{"cpu", recording.began_with_bytes}};
  for (const MemoryChange& change : recording.memory) {
    const std::string device = change.device.text();
    in_use[device] += change.bytes;
    counters.push_back({"memory " + device, static_cast<double>(change.at) / nanoseconds, in_use[device]});
  }
  write_trace(path, events, counters, {"export_chrome_trace", where});
}

}  // namespace triptych::profiler

namespace triptych {

void write_timeline(const OwnedText& path, const RunMetadata& metadata, Location where) {
  std::vector<TraceEvent> events;
  for (const NodeTiming& node : metadata.nodes) {
    std::string outputs;
    for (const std::string& output : node.outputs) outputs += (outputs.empty() ? "" : ", ") + output;
    events.push_back({.name = node.name,
                      .category = "op",
                      .start = node.start,
                      .duration = node.microseconds,
                      .texts = {{"op", node.op}, {"outputs", outputs}},
                      .numbers = {{"bytes", node.output_bytes}}});
  }
  write_trace(path, events, {}, {"write_timeline", where});
}

}  // namespace triptych
