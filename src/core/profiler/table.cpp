// The table of a trace, as torch.profiler prints it.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <map>
#include <ostream>

#include "core/support/printable.h"
#include "triptych/core/error.h"
#include "triptych/core/profiler.h"

namespace triptych::profiler {
namespace {

using Event = FunctionEventAvg;

std::string fixed(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

std::string time_text(double microseconds, const std::string& unit) {
  if (unit == "s" || (unit.empty() && microseconds >= 1e6)) return fixed(microseconds / 1e6, 3) + "s";
  if (unit == "ms" || (unit.empty() && microseconds >= 1e3)) return fixed(microseconds / 1e3, 3) + "ms";
  return fixed(microseconds, 3) + "us";
}

std::string share_text(double part, double whole) { return whole == 0 ? "NaN" : fixed(part * 100 / whole, 2) + "%"; }

std::string memory_text(std::int64_t bytes) {
  constexpr double kilo = 1024;
  const double value = static_cast<double>(bytes), size = std::fabs(value);
  if (size >= kilo * kilo * kilo) return fixed(value / (kilo * kilo * kilo), 2) + " GB";
  if (size >= kilo * kilo) return fixed(value / (kilo * kilo), 2) + " MB";
  if (size >= kilo) return fixed(value / kilo, 2) + " KB";
  return std::to_string(bytes) + " B";
}

std::string shapes_text(const std::vector<std::string>& shapes) {
  std::string text;
  for (const std::string& shape : shapes) text += (text.empty() ? "" : ", ") + shape;
  return "[" + text + "]";
}

/// In characters.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string first_characters(const std::string& text, std::size_t count) {
  std::size_t end = 0;
  for (std::size_t seen = 0; end < text.size(); ++end)
    if ((text[end] & 0xc0) != 0x80 && seen++ == count) break;
  return text.substr(0, end);
}

std::function<double(const Event&)> number_called(const std::string& name, Location where) {
  static const std::map<std::string, std::function<double(const Event&)>> numbers = {
      {"cpu_time_total", [](const Event& e) { return e.cpu_time_total; }},
      {"self_cpu_time_total", [](const Event& e) { return e.self_cpu_time_total; }},
      {"cpu_time", [](const Event& e) { return e.cpu_time(); }},
      {"cpu_memory_usage", [](const Event& e) { return static_cast<double>(e.cpu_memory_usage); }},
      {"self_cpu_memory_usage", [](const Event& e) { return static_cast<double>(e.self_cpu_memory_usage); }},
      {"count", [](const Event& e) { return static_cast<double>(e.count); }},
      {"flops", [](const Event& e) { return static_cast<double>(e.flops); }}};
  if (const auto found = numbers.find(name); found != numbers.end()) return found->second;
  std::string known;
  for (const auto& [key, number] : numbers) known += (known.empty() ? "" : ", ") + key;
  throw ArgumentError("table", "sort_by is no number of an event", "'" + name + "'", "There are " + known, where);
}

/// What 1000^i operations are called.
struct Scale {
  double factor = 1;
  const char* header = "FLOPs";
};

Scale flops_scale(const std::vector<Event>& events) {
  constexpr const char* headers[] = {"FLOPs", "KFLOPs", "MFLOPs", "GFLOPs", "TFLOPs", "PFLOPs"};
  std::int64_t least = 0;
  for (const Event& event : events)
    if (event.flops > 0) least = least == 0 ? event.flops : std::min(least, event.flops);
  const int thousands = std::clamp(static_cast<int>(std::log10(static_cast<double>(least)) / 3), 0, 5);
  return {std::pow(10.0, -3 * thousands), headers[thousands]};
}

struct Column {
  std::string header;
  std::size_t width;
  std::function<std::string(const Event&)> cell;
  bool left = false;
};

std::string padded(const std::string& text, std::size_t width, bool left) {
  const std::string space(width - std::min(width, width_of(text)), ' ');
  return left ? text + space : space + text;
}

std::size_t limited(std::size_t width, std::int64_t limit) {
  return std::min(width, static_cast<std::size_t>(std::max<std::int64_t>(limit, 4)));
}

std::vector<Column> columns_of(const EventList& list, const std::vector<Event>& events, const TableOptions& options) {
  constexpr std::size_t width = 12;
  const auto widest = [&](const auto& text_of) {
    std::size_t most = 0;
    for (const Event& event : events) most = std::max(most, width_of(text_of(event)));
    return most + 4;
  };
  double total = 0;
  for (const Event& event : events) total += event.self_cpu_time_total;
  const std::string unit = options.time_unit;
  const auto name_of = [](const Event& event) { return printable(event.key); };
  const std::size_t name_width = limited(widest(name_of), options.max_name_column_width);
  const std::size_t name_limit = static_cast<std::size_t>(std::max<std::int64_t>(options.max_name_column_width, 4)) - 3;
  std::vector<Column> columns = {
      {"Name", name_width,
       [=](const Event& event) {
         const std::string name = name_of(event);
         return width_of(name) >= name_limit ? first_characters(name, name_limit) + "..." : name;
       }},
      {"Self CPU %", width, [=](const Event& e) { return share_text(e.self_cpu_time_total, total); }},
      {"Self CPU", width, [=](const Event& e) { return time_text(e.self_cpu_time_total, unit); }},
      {"CPU total %", width, [=](const Event& e) { return share_text(e.cpu_time_total, total); }},
      {"CPU total", width, [=](const Event& e) { return time_text(e.cpu_time_total, unit); }},
      {"CPU time avg", width, [=](const Event& e) { return time_text(e.cpu_time(), unit); }}};
  if (list.profile_memory) {
    columns.push_back({"CPU Mem", width, [](const Event& e) { return memory_text(e.cpu_memory_usage); }});
    columns.push_back({"Self CPU Mem", width, [](const Event& e) { return memory_text(e.self_cpu_memory_usage); }});
  }
  columns.push_back({"# of Calls", width, [](const Event& e) { return std::to_string(e.count); }});
  const auto any = [&](const auto& has) { return std::any_of(events.begin(), events.end(), has); };
  if (any([](const Event& e) { return !e.input_shapes.empty(); })) {
    const auto text_of = [](const Event& e) { return shapes_text(e.input_shapes); };
    const std::size_t shapes_width = limited(widest(text_of), options.max_shapes_column_width);
    columns.push_back(
        {"Input Shapes", shapes_width, [=](const Event& e) { return first_characters(text_of(e), shapes_width); }});
  }
  if (any([](const Event& e) { return static_cast<bool>(e.where); })) {
    const auto text_of = [](const Event& e) { return e.where ? e.where.text() : std::string(); };
    const std::size_t source_width = limited(widest(text_of), options.max_src_column_width);
    columns.push_back({"Source Location", source_width,
                       [=](const Event& e) {
                         const std::string text = text_of(e);
                         return text.size() <= source_width ? text
                                                            : "..." + text.substr(text.size() - source_width + 3);
                       },
                       true});
  }
  if (list.with_flops && any([](const Event& e) { return e.flops > 0; })) {
    const Scale scale = flops_scale(events);
    columns.push_back({std::string("Total ") + scale.header, width, [scale](const Event& e) {
                         return e.flops > 0 ? padded(fixed(static_cast<double>(e.flops) * scale.factor, 3), 8, false)
                                            : std::string("--");
                       }});
  }
  return columns;
}

}  // namespace

std::string EventList::table(const TableOptions& options, Location where) const {
  const std::string unit = options.time_unit;
  if (!unit.empty() && unit != "s" && unit != "ms" && unit != "us")
    throw ArgumentError("table", "there is no such time_unit", "'" + unit + "'", "There are s, ms and us", where);
  std::vector<Event> sorted = events;
  if (!options.sort_by.empty()) {
    const auto number = number_called(options.sort_by, where);
    std::stable_sort(sorted.begin(), sorted.end(),
                     [&](const Event& a, const Event& b) { return number(a) > number(b); });
  }
  if (sorted.empty()) return "";
  const std::vector<Column> columns = columns_of(*this, sorted, options);
  std::string line, headers, text;
  std::size_t length = 0;
  for (const Column& column : columns) {
    line += std::string(column.width, '-') + "  ";
    headers += padded(column.header, column.width, column.left) + "  ";
    length += column.width + 2;
  }
  const std::string rule(length - 2, '=');
  if (!options.header.empty()) text += rule + "\n" + options.header + "\n";
  if (options.top_level_events_only) text += rule + "\nThis report only display top-level ops statistics\n";
  text += line + "\n" + headers + "\n" + line + "\n";
  std::int64_t rows = 0;
  for (const Event& event : sorted) {
    if (rows == options.row_limit) break;
    if (options.top_level_events_only && !event.outermost) continue;
    ++rows;
    for (const Column& column : columns) text += padded(column.cell(event), column.width, column.left) + "  ";
    text += "\n";
  }
  double total = 0;
  for (const Event& event : sorted) total += event.self_cpu_time_total;
  return text + line + "\nSelf CPU time total: " + time_text(total, unit) + "\n";
}

std::ostream& operator<<(std::ostream& out, const EventList& events) { return out << events.table(); }

}  // namespace triptych::profiler
