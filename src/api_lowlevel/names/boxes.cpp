// tf.image: boxes cut out, and the best of those that overlap.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "triptych/lowlevel/names/image.h"

namespace triptych::lowlevel::image {
namespace {

/// The values of a tensor that is no node.
std::vector<double> values_of(const char* op, const Arg& x) {
  if (x.tensor().is_symbolic())
    throw UnsupportedError(op, "the values are not known", "a tensor of a graph", "Run it on what a session gives",
                           x.where());
  return x.tensor().to_vector<double>(x.where());
}

/// Scores from the best on that are above the threshold, without those that `overlap` one that was taken.
template <class Overlap>
Tensor best(const char* op, const Arg& scores, std::int64_t boxes, std::int64_t most, double score_threshold,
            Overlap overlaps) {
  const std::vector<double> values = values_of(op, scores);
  if (scores.tensor().ndim() != 1 || static_cast<std::int64_t>(values.size()) != boxes)
    throw ArgumentError(op, "there is not one score for each box",
                        scores.tensor().shape().text() + " for " + std::to_string(boxes) + " boxes", "",
                        scores.where());
  if (most < 0) throw ArgumentError(op, "max_output_size is negative", std::to_string(most), "", scores.where());
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (values[i] > score_threshold) order.push_back(i);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] > values[b]; });
  std::vector<std::int32_t> taken;
  for (const std::size_t candidate : order) {
    if (static_cast<std::int64_t>(taken.size()) == most) break;
    const auto beaten = [&](std::int32_t other) { return overlaps(candidate, static_cast<std::size_t>(other)); };
    if (std::none_of(taken.begin(), taken.end(), beaten)) taken.push_back(static_cast<std::int32_t>(candidate));
  }
  return tensor(taken, scores.where());
}

void check_threshold(const char* op, const char* name, double threshold, Location where) {
  if (!(threshold >= 0 && threshold <= 1))
    throw ArgumentError(op, std::string(name) + " is outside of [0, 1]", std::to_string(threshold), "", where);
}

}  // namespace

Tensor non_max_suppression(const Arg& boxes, const Arg& scores, std::int64_t max_output_size, double iou_threshold,
                           double score_threshold) {
  const char* op = "non_max_suppression";
  const Frame frame(boxes.where());
  check_threshold(op, "iou_threshold", iou_threshold, boxes.where());
  const Shape& shape = boxes.tensor().shape(boxes.where());
  if (shape.rank() != 2 || conflict(shape.dim(1), 4))
    throw ArgumentError(op, "boxes are not (m, 4)", shape.text(), "", boxes.where());
  const std::vector<double> corners = values_of(op, boxes);
  struct Box {
    double top, left, bottom, right;
    double area() const { return (bottom - top) * (right - left); }
  };
  std::vector<Box> all;
  for (std::size_t i = 0; i + 3 < corners.size(); i += 4)
    all.push_back({std::min(corners[i], corners[i + 2]), std::min(corners[i + 1], corners[i + 3]),
                   std::max(corners[i], corners[i + 2]), std::max(corners[i + 1], corners[i + 3])});
  const auto overlap = [&](std::size_t i, std::size_t j) {
    const Box &a = all[i], &b = all[j];
    if (a.area() <= 0 || b.area() <= 0) return false;
    const double height = std::min(a.bottom, b.bottom) - std::max(a.top, b.top),
                 width = std::min(a.right, b.right) - std::max(a.left, b.left);
    const double common = std::max(height, 0.0) * std::max(width, 0.0);
    return common / (a.area() + b.area() - common) > iou_threshold;
  };
  return best(op, scores, static_cast<std::int64_t>(all.size()), max_output_size, score_threshold, overlap);
}

Tensor non_max_suppression_overlaps(const Arg& overlaps, const Arg& scores, std::int64_t max_output_size,
                                    double overlap_threshold, double score_threshold) {
  const char* op = "non_max_suppression_overlaps";
  const Frame frame(overlaps.where());
  const Shape& shape = overlaps.tensor().shape(overlaps.where());
  if (shape.rank() != 2 || conflict(shape.dim(0), shape.dim(1)))
    throw ArgumentError(op, "overlaps are not (m, m)", shape.text(), "", overlaps.where());
  const std::vector<double> values = values_of(op, overlaps);
  const auto boxes = static_cast<std::size_t>(shape[0]);
  return best(op, scores, shape[0], max_output_size, score_threshold,
              [&](std::size_t i, std::size_t j) { return values[i * boxes + j] > overlap_threshold; });
}

Tensor crop_and_resize(const Arg& image, const Arg& boxes, const Arg& box_indices, const Axes& crop_size, Text method,
                       double extrapolation_value) {
  const char* op = "crop_and_resize";
  const Location where = image.where();
  const Frame frame(where);
  const Tensor &given = image.tensor(), &corners = boxes.tensor();
  if (given.ndim(where) != 4) throw ArgumentError(op, "images are not (n, h, w, c)", given.shape().text(), "", where);
  if (corners.ndim(where) != 2 || conflict(corners.shape().dim(1), 4))
    throw ArgumentError(op, "boxes are not (m, 4)", corners.shape().text(), "", where);
  if (crop_size.size() != 2 || crop_size[0] < 1 || crop_size[1] < 1)
    throw ArgumentError(op, "crop_size is not a positive height and width",
                        std::to_string(crop_size.size()) + " numbers", "", where);
  const bool nearest = method == "nearest";
  if (!nearest && method != "bilinear")
    throw ArgumentError(op, "there is no such method", "\"" + std::string(method) + "\"",
                        "It is \"bilinear\" or \"nearest\"", where);
  const Tensor x = is_floating(given.dtype()) ? given : cast(image, float32), wide = cast(boxes, x.dtype());
  const DeviceScope beside(x.device());
  // (m, crop): where each row (column) of the crops is read, in elements of the image.
  const auto places = [&](int axis, std::int64_t crop, std::int64_t from, std::int64_t to) {
    const auto last = static_cast<double>(x.size(axis, where) - 1);
    const Tensor begin = slice(wide, 1, {from, from + 1}) * last, end = slice(wide, 1, {to, to + 1}) * last;
    if (crop == 1) return (begin + end) * 0.5;
    return begin + arange(0, crop, 1, x.dtype()) * ((end - begin) / static_cast<double>(crop - 1));
  };
  const Tensor rows = places(1, crop_size[0], 0, 2), columns = places(2, crop_size[1], 1, 3);
  const auto inside = [&](const Tensor& place, int axis) {
    return logical_and(greater_equal(place, 0), less_equal(place, static_cast<double>(x.size(axis) - 1)));
  };
  const Tensor chosen = take(x, box_indices, 0);  // (m, h, w, c)
  // Along an axis of (m, h, w, c): the elements at places (m, crop), between two of them by their distance.
  const auto read = [&](const Tensor& from, const Tensor& place, int axis) {
    const Tensor safe = clip(place, 0, static_cast<double>(x.size(axis) - 1));
    const auto at = [&](const Tensor& whole) {
      const Tensor index = cast(whole, int64);
      return take_along_axis(from, axis == 1 ? unsqueeze(unsqueeze(index, -1), -1) : unsqueeze(unsqueeze(index, 1), -1),
                             axis);
    };
    if (nearest) return at(floor(safe + 0.5));
    const Tensor share = safe - floor(safe);
    const Tensor weight = axis == 1 ? unsqueeze(unsqueeze(share, -1), -1) : unsqueeze(unsqueeze(share, 1), -1);
    return lerp(at(floor(safe)), at(ceil(safe)), weight);
  };
  const Tensor crops = read(read(chosen, rows, 1), columns, 2);
  const Tensor within = logical_and(unsqueeze(inside(rows, 1), -1), unsqueeze(inside(columns, 2), 1));
  return triptych::where(unsqueeze(within, -1), crops, extrapolation_value);
}

}  // namespace triptych::lowlevel::image
