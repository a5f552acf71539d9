#include "core/profiler/trace.h"

#include <unistd.h>

#include <cstdio>
#include <set>

#include "core/formats/atomic_file.h"
#include "core/formats/json.h"
#include "core/support/printable.h"

namespace triptych {
namespace {

std::string quoted(const std::string& text) { return Json(valid_utf8(text)).dump(); }

std::string number(double microseconds) {
  char text[40];
  std::snprintf(text, sizeof text, "%.3f", microseconds);
  return text;
}

}  // namespace

void write_trace(const std::string& path, const std::vector<TraceEvent>& events,
                 const std::vector<TraceCounter>& counters, FileContext context) {
  const std::string process = std::to_string(::getpid());
  AtomicFile file(path, context);
  file.write("{\"displayTimeUnit\": \"ms\", \"traceEvents\": [\n");
  file.write("{\"ph\": \"M\", \"name\": \"process_name\", \"pid\": " + process +
             ", \"args\": {\"name\": \"triptych\"}}");
  std::set<int> threads;
  for (const TraceEvent& event : events) threads.insert(event.thread);
  for (const int thread : threads)
    file.write(",\n{\"ph\": \"M\", \"name\": \"thread_name\", \"pid\": " + process + ", \"tid\": " +
               std::to_string(thread) + ", \"args\": {\"name\": \"thread " + std::to_string(thread) + "\"}}");
  for (const TraceEvent& event : events) {
    std::string text = ",\n{\"ph\": \"X\", \"cat\": " + quoted(event.category) + ", \"name\": " + quoted(event.name) +
                       ", \"pid\": " + process + ", \"tid\": " + std::to_string(event.thread) +
                       ", \"ts\": " + number(event.start) + ", \"dur\": " + number(event.duration) + ", \"args\": {";
    const char* separator = "";
    for (const auto& [name, value] : event.texts) {
      text += separator + quoted(name) + ": " + quoted(value);
      separator = ", ";
    }
    for (const auto& [name, value] : event.numbers) {
      text += separator + quoted(name) + ": " + std::to_string(value);
      separator = ", ";
    }
    file.write(text + "}}");
  }
  for (const TraceCounter& counter : counters)
    file.write(",\n{\"ph\": \"C\", \"name\": " + quoted(counter.name) + ", \"pid\": " + process +
               ", \"ts\": " + number(counter.at) + ", \"args\": {\"bytes\": " + std::to_string(counter.value) + "}}");
  file.write("\n]}\n");
  file.commit();
}

}  // namespace triptych
