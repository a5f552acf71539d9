// Line charts in SVG. A series has a dash pattern and a marker of its own besides its colour.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "report/html_parts.h"

namespace triptych::compare {
namespace {

constexpr double width = 520, height = 320, left = 58, right = 26, top = 14, bottom = 48;

struct Series {
  std::string id, title;
  std::vector<std::pair<double, double>> points = {};
};

std::string at(const char* pattern, double a, double b = 0) {
  char text[96];
  std::snprintf(text, sizeof text, pattern, a, b);
  return text;
}

/// 10000000 as "10M": a row of zeros has no room.
std::string tick_text(double value) {
  if (value >= 1e6) return number_text(value / 1e6) + "M";
  return value >= 1e4 ? number_text(value / 1e3) + "k" : number_text(value);
}

/// From values to places on the paper, with round numbers to write at the axis.
class Axis {
 public:
  Axis(double low, double high, bool log, double from, double to) : log_(log), from_(from), to_(to) {
    if (log) {
      // From the data's least to its greatest, or to the powers around it if there are not two within.
      low_ = std::log10(low) - 0.05, high_ = std::log10(high) + 0.05;
      if (std::floor(high_) - std::ceil(low_) < 1)
        low_ = std::floor(low_), high_ = std::max(std::ceil(high_), low_ + 1);
      for (double power = std::ceil(low_); power <= high_; ++power) ticks_.push_back(std::pow(10, power));
      return;
    }
    low_ = std::min(low, 0.0);
    const double rough = std::max(high - low_, 1e-12) / 5, power = std::pow(10, std::floor(std::log10(rough)));
    double step = power;
    for (const double factor : {2.0, 5.0, 10.0})
      if (step < rough) step = factor * power;
    high_ = low_ + step * std::ceil((high - low_) / step - 1e-9);
    for (int i = 0; low_ + i * step <= high_ + step / 2; ++i) ticks_.push_back(low_ + i * step);
  }

  double place(double value) const {
    return from_ + ((log_ ? std::log10(value) : value) - low_) / (high_ - low_) * (to_ - from_);
  }
  const std::vector<double>& ticks() const { return ticks_; }

 private:
  bool log_;
  double from_, to_, low_ = 0, high_ = 1;
  std::vector<double> ticks_;
};

std::vector<Series> series_of(const Chart& chart, const Table& table, Language language) {
  const std::size_t x = column_of(table, chart.x), y = column_of(table, chart.y), name = column_of(table, chart.series);
  std::vector<Series> all;
  for (const auto& row : table.rows) {
    bool wanted = true;
    for (const auto& [column, value] : chart.where) wanted &= cell_id(row[column_of(table, column)]) == value;
    const double* px = std::get_if<double>(&row[x]);
    const double* py = std::get_if<double>(&row[y]);
    if (!wanted || !px || !py || !std::isfinite(*px) || !std::isfinite(*py)) continue;
    if ((chart.log_x && *px <= 0) || (chart.log_y && *py <= 0)) continue;
    const std::string id = cell_id(row[name]);
    auto found = std::find_if(all.begin(), all.end(), [&](const Series& s) { return s.id == id; });
    if (found == all.end()) found = all.insert(found, Series{id, plain_text(row[name], language)});
    found->points.emplace_back(*px, *py);
  }
  return all;
}

/// Circle, square, triangle, diamond.
std::string marker(std::size_t kind, double x, double y) {
  const std::string style = " class=\"mark m" + std::to_string(kind % 4) + "\"";
  switch (kind % 4) {
    case 0:
      return "<circle" + style + at(" cx=\"%.1f\" cy=\"%.1f\"", x, y) + " r=\"4\"/>";
    case 1:
      return "<rect" + style + at(" x=\"%.1f\" y=\"%.1f\"", x - 3.5, y - 3.5) + " width=\"7\" height=\"7\"/>";
    case 2:
      return "<path" + style + at(" d=\"M%.1f %.1f", x, y - 5) + "l5 9h-10z\"/>";
    default:
      return "<path" + style + at(" d=\"M%.1f %.1f", x, y - 5.5) + "l5.5 5.5-5.5 5.5-5.5-5.5z\"/>";
  }
}

std::string axes(const Axis& x, const Axis& y, const std::string& x_title, const std::string& y_title) {
  std::string svg;
  for (const double tick : y.ticks()) {
    const double place = y.place(tick);
    svg += at("<line x1=\"58\" x2=\"494\" y1=\"%.1f\" y2=\"%.1f\"/>", place, place) +
           at("<text x=\"52\" y=\"%.1f\" text-anchor=\"end\">", place + 4) + tick_text(tick) + "</text>";
  }
  for (const double tick : x.ticks())
    svg += at("<line class=\"tick\" x1=\"%.1f\" x2=\"%.1f\"", x.place(tick), x.place(tick)) +
           at(" y1=\"%.1f\" y2=\"%.1f\"/>", height - bottom, height - bottom + 5) +
           at("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">", x.place(tick), height - bottom + 18) +
           tick_text(tick) + "</text>";
  svg += at("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">", (left + width - right) / 2, height - 8) +
         escape(x_title) + "</text>";
  return element("g", svg, " class=\"axes\"") + element("title", escape(y_title));
}

}  // namespace

std::string chart_html(const Chart& chart, const Table& table, Language language) {
  const std::vector<Series> all = series_of(chart, table, language);
  if (all.empty()) return "";
  double low_x = all[0].points[0].first, high_x = low_x, low_y = all[0].points[0].second, high_y = low_y;
  for (const Series& series : all)
    for (const auto& [x, y] : series.points) {
      low_x = std::min(low_x, x), high_x = std::max(high_x, x);
      low_y = std::min(low_y, y), high_y = std::max(high_y, y);
    }
  const Axis x(low_x, high_x, chart.log_x, left, width - right), y(low_y, high_y, chart.log_y, height - bottom, top);
  const std::string title = text_of("chart." + chart.id, language);
  const std::string x_title = text_of("column." + chart.x, language), y_title = text_of("column." + chart.y, language);

  std::string svg = axes(x, y, x_title, y_title), legend;
  for (std::size_t k = 0; k < all.size(); ++k) {
    const std::string kind = std::to_string(k % 4);
    std::string points, marks;
    // Markers at most every few points, and at other ones for each series, so that they do not hide each other.
    const std::size_t every = std::max<std::size_t>(1, all[k].points.size() / 8);
    for (std::size_t i = 0; i < all[k].points.size(); ++i) {
      const double px = x.place(all[k].points[i].first), py = y.place(all[k].points[i].second);
      points += at("%.1f,%.1f ", px, py);
      if (every == 1 || i % every == (k * every / all.size()) % every) marks += marker(k, px, py);
    }
    svg += "<polyline class=\"curve c" + kind + "\" points=\"" + points + "\"/>" + marks;
    legend +=
        element("span",
                "<svg viewBox=\"0 0 36 12\" aria-hidden=\"true\"><line class=\"curve c" + kind +
                    "\" x1=\"0\" x2=\"36\" y1=\"6\" y2=\"6\"/>" + marker(k, 18, 6) + "</svg>" + escape(all[k].title),
                " class=\"key\"");
  }
  std::string caption = element("b", escape(title));
  for (const auto& [column, value] : chart.where)
    caption += ", " + escape(has_text(column + "." + value) ? text_of(column + "." + value, language) : value);
  caption += "<br>" + escape(y_title) + " / " + escape(x_title);
  return element("figure",
                 element("figcaption", caption) +
                     element("svg", svg, " viewBox=\"0 0 520 320\" role=\"img\" aria-label=\"" + escape(title) + "\"") +
                     element("div", legend, " class=\"legend\""));
}

}  // namespace triptych::compare
