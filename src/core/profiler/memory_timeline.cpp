// The memory in use over time, as numbers and as a picture.
#include <algorithm>
#include <cstdio>

#include "core/formats/atomic_file.h"
#include "core/support/span.h"
#include "triptych/core/error.h"
#include "triptych/core/profiler.h"

namespace triptych::profiler {
namespace {

struct Point {
  double at;  // microseconds
  std::int64_t bytes;
};

std::vector<Point> curve_of(const Recording& recording, Device device) {
  std::vector<Point> curve{{0, device == Device() ? recording.began_with_bytes : 0}};
  for (const MemoryChange& change : recording.memory)
    if (change.device == device)
      curve.push_back({static_cast<double>(change.at) / 1000, curve.back().bytes + change.bytes});
  curve.push_back({static_cast<double>(recording.duration) / 1000, curve.back().bytes});
  return curve;
}

std::string number(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

std::string as_json(const std::vector<Point>& curve) {
  std::string times, bytes;
  for (const Point& point : curve) {
    times += (times.empty() ? "" : ", ") + number(point.at);
    bytes += (bytes.empty() ? "" : ", ") + std::to_string(point.bytes);
  }
  return "[[" + times + "], [" + bytes + "]]\n";
}

/// A curve of steps, filled; the largest value and the whole time stand at the axes. Of what falls on one column of
/// the picture, the largest value is drawn.
std::string as_svg(const std::vector<Point>& curve, Device device) {
  constexpr int width = 900, height = 300, left = 90, top = 30, columns = width;
  const double duration = std::max(curve.back().at, 1.0);
  const auto most =
      std::max_element(curve.begin(), curve.end(), [](const Point& a, const Point& b) { return a.bytes < b.bytes; });
  const double highest = static_cast<double>(std::max<std::int64_t>(most->bytes, 1));
  std::vector<std::int64_t> heights(columns + 1, 0);
  for (std::size_t i = 0; i < curve.size(); ++i) {
    const auto column = [&](double at) { return static_cast<std::size_t>(at / duration * columns); };
    const double until = i + 1 < curve.size() ? curve[i + 1].at : duration;
    for (std::size_t c = column(curve[i].at); c <= column(until); ++c)
      heights[c] = std::max(heights[c], curve[i].bytes);
  }
  std::string points = std::to_string(left) + "," + std::to_string(top + height);
  for (std::size_t c = 0; c < heights.size(); ++c)
    points += " " + std::to_string(left + static_cast<int>(c)) + "," +
              number(top + height * (1 - static_cast<double>(heights[c]) / highest));
  points += " " + std::to_string(left + width) + "," + std::to_string(top + height);
  const auto text = [&](int x, int y, const char* anchor, const std::string& what) {
    return "<text x=\"" + std::to_string(x) + "\" y=\"" + std::to_string(y) + "\" text-anchor=\"" + anchor + "\">" +
           what + "</text>\n";
  };
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + std::to_string(left + width + 20) + "\" height=\"" +
         std::to_string(top + height + 40) +
         "\" font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n" +
         text(left, top - 12, "start", "memory in use on " + device.text()) + "<polygon points=\"" + points +
         "\" fill=\"#cfe3f7\" stroke=\"#3c78b4\"/>\n" + text(left - 8, top + 4, "end", number(highest / 1e6) + " MB") +
         text(left - 8, top + height, "end", "0") + text(left, top + height + 20, "middle", "0") +
         text(left + width, top + height + 20, "end", number(duration / 1000) + " ms") + "</svg>\n";
}

}  // namespace

void Profile::export_memory_timeline(const OwnedText& path, Device device, Location where) const {
  if (!profile_options().profile_memory)
    throw ArgumentError("export_memory_timeline", "the profile did not look at memory", "profile_memory is off", "",
                        where);
  const std::vector<Point> curve = curve_of(trace("export_memory_timeline", where), device);
  AtomicFile file(path, {"export_memory_timeline", where});
  file.write(path.ends_with(".svg") ? as_svg(curve, device) : as_json(curve));
  file.commit();
}

}  // namespace triptych::profiler
