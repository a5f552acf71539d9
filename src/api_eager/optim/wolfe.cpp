#include "api_eager/optim/wolfe.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

namespace triptych::eager::optim {
namespace {

constexpr double sufficient_decrease = 1e-4, curvature = 0.9, tolerance_change = 1e-9;

/// Where the cubic through two points with their slopes is smallest, within the bounds.
double cubic_minimum(const LinePoint& a, const LinePoint& b, std::optional<std::pair<double, double>> bounds = {}) {
  const auto [low, high] = bounds.value_or(std::minmax(a.t, b.t));
  const double d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t), square = d1 * d1 - a.slope * b.slope;
  if (!(square >= 0)) return (low + high) / 2;
  const double d2 = std::sqrt(square);
  const double place = a.t <= b.t ? b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2))
                                  : a.t - (a.t - b.t) * ((a.slope + d2 - d1) / (a.slope - b.slope + 2 * d2));
  return std::min(std::max(place, low), high);
}

}  // namespace

LinePoint strong_wolfe(const std::function<LinePoint(double)>& at, double t, const LinePoint& start, double largest,
                       std::int64_t max_evaluations, std::int64_t& evaluations) {
  const auto too_high = [&](const LinePoint& p) {
    return p.loss > start.loss + sufficient_decrease * p.t * start.slope;
  };
  const auto flat = [&](const LinePoint& p) { return std::abs(p.slope) <= -curvature * start.slope; };

  // First an interval that holds a good point.
  LinePoint point = at(t), previous = start;
  evaluations = 1;
  std::array<LinePoint, 2> bracket{start, point};
  std::int64_t iteration = 0;
  bool done = false;
  for (; iteration < max_evaluations; ++iteration) {
    if (too_high(point) || (iteration > 1 && point.loss >= previous.loss)) {
      bracket = {previous, point};
      break;
    }
    if (flat(point)) return point;
    if (point.slope >= 0) {
      bracket = {previous, point};
      break;
    }
    const double next =
        cubic_minimum(previous, point, std::pair(point.t + 0.01 * (point.t - previous.t), point.t * 10));
    previous = std::exchange(point, at(next));
    ++evaluations;
  }
  if (iteration == max_evaluations) bracket = {start, point};

  // Then the interval is made smaller until the point is found.
  bool slow = false;
  std::size_t low = bracket[0].loss <= bracket[1].loss ? 0 : 1;
  while (!done && iteration < max_evaluations) {
    const auto [least, most] = std::minmax(bracket[0].t, bracket[1].t);
    if ((most - least) * largest < tolerance_change) break;
    double next = cubic_minimum(bracket[0], bracket[1]);
    const double margin = 0.1 * (most - least);
    if (std::min(most - next, next - least) < margin) {  // too near the ends
      if (slow || next >= most || next <= least) {
        next = std::abs(next - most) < std::abs(next - least) ? most - margin : least + margin;
        slow = false;
      } else {
        slow = true;
      }
    } else {
      slow = false;
    }
    point = at(next);
    ++evaluations;
    ++iteration;
    LinePoint &best = bracket[low], &other = bracket[1 - low];
    if (too_high(point) || point.loss >= best.loss) {
      other = point;
      low = bracket[0].loss <= bracket[1].loss ? 0 : 1;
    } else {
      if (flat(point))
        done = true;
      else if (point.slope * (other.t - best.t) >= 0)
        other = best;
      best = point;
    }
  }
  return bracket[low];
}

}  // namespace triptych::eager::optim
