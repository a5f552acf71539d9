#include "triptych/keras/utils/plot_history.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

#include "core/formats/atomic_file.h"
#include "core/support/markup.h"
#include "core/support/printable.h"

namespace triptych::keras {
namespace {

constexpr double panel_width = 400, panel_height = 260, left = 64, right = 16, top = 34, bottom = 34;

/// An axis from `low` to `high`, which is drawn from `start` to `end`.
struct Axis {
  double low, high, start, end;

  double at(double value) const { return start + (value - low) / (high - low) * (end - start); }

  /// Round numbers: 1, 2 or 5 times a power of ten apart.
  std::vector<double> ticks() const {
    const double wish = (high - low) / 5, power = std::pow(10, std::floor(std::log10(wish)));
    double step = 10 * power;
    for (const double digit : {5.0, 2.0, 1.0})
      if (digit * power >= wish) step = digit * power;
    std::vector<double> result;
    for (double i = std::ceil(low / step); i * step <= high; ++i) result.push_back(i * step);
    return result;
  }
};

struct Series {
  std::string label;
  const char* colour;
  std::vector<std::pair<double, double>> points;  // epoch, value
};

std::string tick_text(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

std::string text_at(double x, double y, const char* anchor, const std::string& text) {
  return "<text x=\"" + coordinate(x) + "\" y=\"" + coordinate(y) + "\" text-anchor=\"" + anchor + "\">" +
         markup_text(text) + "</text>\n";
}

std::string line(double x1, double y1, double x2, double y2) {
  return "<path d=\"M" + coordinate(x1) + " " + coordinate(y1) + "L" + coordinate(x2) + " " + coordinate(y2) +
         "\" stroke=\"#ccc\"/>\n";
}

/// Values of fewer epochs than there are, of a validation_freq, are those of the last of so many each.
Series series_of(const std::string& label, const char* colour, const std::vector<double>& values,
                 const std::vector<int>& epochs) {
  Series series{label, colour, {}};
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t epoch = (i + 1) * epochs.size() / values.size();
    series.points.emplace_back(epoch == 0 ? 0 : epochs[epoch - 1], values[i]);
  }
  return series;
}

/// A line between numbers that are finite, and a point at each.
std::string curve(const Series& series, const Axis& x, const Axis& y) {
  std::string path, points;
  bool pen_is_down = false;
  for (const auto& [epoch, value] : series.points) {
    if (!std::isfinite(value)) {
      pen_is_down = false;
      continue;
    }
    char place[64];
    std::snprintf(place, sizeof place, "%.1f %.1f", x.at(epoch), y.at(value));
    path += (pen_is_down ? "L" : "M") + std::string(place);
    std::snprintf(place, sizeof place, "cx=\"%.1f\" cy=\"%.1f\"", x.at(epoch), y.at(value));
    points += "<circle " + std::string(place) + " r=\"2\" fill=\"" + series.colour + "\"><title>" + tick_text(epoch) +
              ": " + tick_text(value) + "</title></circle>\n";
    pen_is_down = true;
  }
  return "<path d=\"" + path + "\" fill=\"none\" stroke=\"" + series.colour + "\" stroke-width=\"2\"/>\n" + points;
}

std::string panel(const std::string& title, const std::vector<Series>& all) {
  std::string text = "<text x=\"" + coordinate(panel_width / 2) +
                     "\" y=\"20\" text-anchor=\"middle\" font-weight=\"bold\" font-size=\"13\">" + markup_text(title) +
                     "</text>\n";
  constexpr double infinity = std::numeric_limits<double>::infinity();
  Axis x{infinity, -infinity, left, panel_width - right}, y{infinity, -infinity, panel_height - bottom, top};
  for (const Series& series : all)
    for (const auto& [epoch, value] : series.points) {
      x.low = std::min(x.low, epoch), x.high = std::max(x.high, epoch);
      if (std::isfinite(value)) y.low = std::min(y.low, value), y.high = std::max(y.high, value);
    }
  if (y.low > y.high) return text + text_at(panel_width / 2, panel_height / 2, "middle", "no finite numbers");
  const double room = y.high > y.low ? 0.05 * (y.high - y.low) : std::max(std::abs(y.low) * 0.1, 1e-3);
  y.low -= room, y.high += room;
  if (x.low == x.high) x.low -= 0.5, x.high += 0.5;
  for (const double value : y.ticks())
    text += line(left, y.at(value), panel_width - right, y.at(value)) +
            text_at(left - 6, y.at(value) + 4, "end", tick_text(value));
  for (const double epoch : x.ticks())
    if (epoch == std::floor(epoch))
      text += text_at(x.at(epoch), panel_height - bottom + 16, "middle", tick_text(epoch));
  text += text_at(panel_width / 2, panel_height - 4, "middle", "epoch");
  double legend = top + 12;
  for (const Series& series : all) {
    text += curve(series, x, y);
    if (all.size() == 1) continue;
    text += "<text x=\"" + coordinate(panel_width - right - 6) + "\" y=\"" + coordinate(legend) +
            "\" text-anchor=\"end\" fill=\"" + series.colour + "\">" + markup_text(series.label) + "</text>\n";
    legend += 14;
  }
  return text;
}

}  // namespace

void utils::plot_history(const History& history, const OwnedText& to_file, Location where) {
  const std::string validation = "val_";
  std::vector<std::string> panels;
  for (const auto& [name, values] : history) {
    const bool has_own = name.starts_with(validation) && history.contains(name.substr(validation.size()));
    if (values.empty() || has_own) continue;
    std::vector<Series> all{series_of("training", "#1f77b4", values, history.epoch)};
    for (const auto& [other, numbers] : history)
      if (other == validation + name) all.push_back(series_of("validation", "#ff7f0e", numbers, history.epoch));
    panels.push_back(panel(printable(name), all));
  }
  if (panels.empty())
    throw ArgumentError("plot_history", "the history has no epoch", "it is empty", "Give it what fit returned", where);
  const std::size_t columns = std::min<std::size_t>(panels.size(), 3), rows = (panels.size() + columns - 1) / columns;
  std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" +
                    coordinate(panel_width * static_cast<double>(columns)) + "\" height=\"" +
                    coordinate(panel_height * static_cast<double>(rows)) +
                    "\" font-family=\"sans-serif\" font-size=\"11\">\n<rect width=\"100%\" height=\"100%\" "
                    "fill=\"white\"/>\n";
  for (std::size_t i = 0; i < panels.size(); ++i)
    svg += "<g transform=\"translate(" + coordinate(panel_width * static_cast<double>(i % columns)) + "," +
           coordinate(panel_height * static_cast<double>(i / columns)) + ")\">\n" + panels[i] + "</g>\n";
  AtomicFile file(to_file, {"plot_history", where});
  file.write(svg + "</svg>\n");
  file.commit();
}

}  // namespace triptych::keras
