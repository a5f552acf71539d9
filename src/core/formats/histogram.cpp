// Histograms as the home frameworks make them.
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/formats/summary.h"

namespace triptych {
namespace {

constexpr double largest = std::numeric_limits<double>::max();

BucketCounts statistics(std::span<const double> values) {
  BucketCounts result;
  result.num = static_cast<double>(values.size());
  // TensorFlow's of nothing: what any value would replace.
  result.min = largest;
  result.max = -largest;
  for (const double value : values) {
    result.min = std::min(result.min, value);
    result.max = std::max(result.max, value);
    result.sum += value;
    result.sum_squares += value * value;
  }
  return result;
}

std::vector<double> both_sides(double first, double last, double growth) {
  std::vector<double> up;
  for (double v = first; v < last; v *= growth) up.push_back(v);
  std::vector<double> limits(up.rbegin(), up.rend());
  for (double& limit : limits) limit = -limit;
  limits.push_back(0);
  limits.insert(limits.end(), up.begin(), up.end());
  return limits;
}

}  // namespace

std::vector<double> tensorflow_limits() { return both_sides(1e-12, 1e20, 1.1); }

std::vector<double> equal_limits(std::span<const double> values, std::int64_t bins) {
  const auto [smallest, greatest] = std::minmax_element(values.begin(), values.end());
  double first = *smallest, last = *greatest;
  if (first == last) {
    first -= 0.5;
    last += 0.5;
  }
  const double step = (last - first) / static_cast<double>(bins);
  std::vector<double> limits(static_cast<std::size_t>(bins) + 1);
  for (std::size_t i = 0; i < limits.size(); ++i) limits[i] = static_cast<double>(i) * step + first;
  limits.back() = last;
  return limits;
}

BucketCounts tensorflow_histogram(std::span<const double> values) {
  static const std::vector<double> limits = [] {
    std::vector<double> all = tensorflow_limits();
    all.insert(all.begin(), -largest);
    all.push_back(largest);
    return all;
  }();
  std::vector<double> counts(limits.size());
  for (const double value : values) {
    const auto above = std::upper_bound(limits.begin(), limits.end(), value) - limits.begin();
    ++counts[std::min(static_cast<std::size_t>(above), limits.size() - 1)];
  }
  BucketCounts result = statistics(values);
  for (std::size_t i = 0; i < limits.size(); ++i) {
    if (counts[i] == 0)
      while (i + 1 < limits.size() && counts[i + 1] == 0) ++i;
    result.limits.push_back(limits[i]);
    result.counts.push_back(counts[i]);
  }
  return result;
}

BucketCounts numpy_histogram(std::span<const double> values, std::span<const double> limits_given,
                             std::int64_t max_bins) {
  std::vector<double> limits(limits_given.begin(), limits_given.end());
  std::vector<double> counts(limits.size() - 1);
  for (const double value : values) {
    if (!(value >= limits.front() && value <= limits.back())) continue;
    const auto above = std::upper_bound(limits.begin(), limits.end(), value) - limits.begin();
    ++counts[std::min(static_cast<std::size_t>(above), counts.size()) - 1];  // the last bucket has its limit, too
  }
  if (max_bins > 0 && static_cast<std::int64_t>(counts.size()) > max_bins) {
    const std::size_t joined = counts.size() / static_cast<std::size_t>(max_bins);
    std::vector<double> fewer_counts, fewer_limits;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      if (i % joined == 0) {
        fewer_counts.push_back(0);
        fewer_limits.push_back(limits[i]);
      }
      fewer_counts.back() += counts[i];
    }
    fewer_limits.push_back(limits.back());
    counts = std::move(fewer_counts);
    limits = std::move(fewer_limits);
  }
  BucketCounts result = statistics(values);
  const auto holds = [](double count) { return count > 0; };
  const auto first = static_cast<std::size_t>(std::find_if(counts.begin(), counts.end(), holds) - counts.begin());
  if (first == counts.size()) return result;  // no value is within the limits
  const auto end =
      static_cast<std::size_t>(std::find_if(counts.rbegin(), counts.rend(), holds).base() - counts.begin());
  // A bucket is told by its upper limit alone: an empty one before the first says where that begins.
  result.limits.push_back(limits[first]);
  result.counts.push_back(0);
  for (std::size_t i = first; i < end; ++i) {
    result.limits.push_back(limits[i + 1]);
    result.counts.push_back(counts[i]);
  }
  return result;
}

}  // namespace triptych
