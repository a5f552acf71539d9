// Intersection over union, of classes: true positives / (true positives + false positives + false negatives).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "triptych/keras/metrics/metric.h"

namespace triptych::keras {

/// Options, in Keras's order.
struct IoUOptions {
  OptionText name = {};
  /// Of the counts. None: int64, which cuts weights to integers.
  std::optional<DType> dtype = {};
  std::optional<std::int64_t> ignore_class = {};
  /// Class numbers; else a number for each class along `axis`, of which the largest one counts.
  bool sparse_y_true = true;
  bool sparse_y_pred = true;
  std::int64_t axis = -1;
};
struct BinaryIoUOptions {
  std::vector<std::int64_t> target_class_ids = {0, 1};
  double threshold = 0.5;
  OptionText name = {};
  std::optional<DType> dtype = {};
};
struct OneHotIoUOptions {
  OptionText name = {};
  std::optional<DType> dtype = {};
  std::optional<std::int64_t> ignore_class = {};
  bool sparse_y_pred = false;
  std::int64_t axis = -1;
};

namespace metrics {

// Class numbers out of range do not count. ArgumentError for a number of classes that is not positive, or a target
// class that is none.

/// The mean over the target classes that there are.
TRIPTYCH_API Metric IoU(std::int64_t num_classes, std::vector<std::int64_t> target_class_ids, IoUOptions options = {},
                        Location where = Location::here());
/// Of two classes: y_pred >= threshold is 1.
TRIPTYCH_API Metric BinaryIoU(BinaryIoUOptions options = {}, Location where = Location::here());
/// The mean over all classes.
TRIPTYCH_API Metric MeanIoU(std::int64_t num_classes, IoUOptions options = {}, Location where = Location::here());
/// Of one-hot targets and, unless it says otherwise, scores of classes.
TRIPTYCH_API Metric OneHotIoU(std::int64_t num_classes, std::vector<std::int64_t> target_class_ids,
                              OneHotIoUOptions options = {}, Location where = Location::here());
TRIPTYCH_API Metric OneHotMeanIoU(std::int64_t num_classes, OneHotIoUOptions options = {},
                                  Location where = Location::here());

}  // namespace metrics
}  // namespace triptych::keras
