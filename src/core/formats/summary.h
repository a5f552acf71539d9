// What TensorBoard shows, as the bytes of Summary messages (tensorflow/core/framework/summary.proto). Messages that
// stand behind one another are one message with the values of all.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/formats/png.h"

namespace triptych {

/// How many values lie up to each limit.
struct BucketCounts {
  double min = 0, max = 0, num = 0, sum = 0, sum_squares = 0;
  std::vector<double> limits, counts;
};
/// TensorFlow's: limits grow by a tenth from 1e-12 to 1e20 on both sides of zero, and empty buckets in turn are one.
BucketCounts tensorflow_histogram(std::span<const double> values);
/// NumPy's with these limits, without the empty buckets at either end, as PyTorch writes it; there are values and at
/// least two limits, which do not fall. With `max_bins` above 0 neighbours are joined until there are no more.
BucketCounts numpy_histogram(std::span<const double> values, std::span<const double> limits, std::int64_t max_bins);
/// PyTorch's limits for bins = "tensorflow", and NumPy's for so many bins between the smallest and the largest value.
std::vector<double> tensorflow_limits();
std::vector<double> equal_limits(std::span<const double> values, std::int64_t bins);

// The first form of each is what PyTorch and TensorFlow 1 write; `..._tensor` what TensorFlow 2 and Keras do.
std::string scalar_summary(std::string_view tag, double value);
std::string scalar_tensor_summary(std::string_view tag, double value, bool double_precision = false);
std::string histogram_summary(std::string_view tag, const BucketCounts& histogram);
std::string histogram_tensor_summary(std::string_view tag, std::span<const double> values);
std::string image_summary(std::string_view tag, const Raster& image, FileContext context);
std::string image_tensor_summary(std::string_view tag, std::span<const Raster> images, FileContext context);
/// One text, shown as Markdown; `with_shape`: as a list of one.
std::string text_summary(std::string_view tag, std::string_view text, bool with_shape = true);
/// A Keras model's configuration, which is shown as a graph of layers.
std::string keras_model_summary(std::string_view tag, std::string_view json);

/// A hyperparameter's value.
using HParamValue = std::variant<bool, double, std::string>;
struct HParamColumn {
  std::string name;
  HParamValue value;
  /// What else it may be; empty: not said.
  std::vector<HParamValue> domain;
};
/// The three messages of an experiment: what its columns are, what this run has, and that it ended well.
std::vector<std::string> hparams_summaries(std::span<const HParamColumn> hparams, std::span<const std::string> metrics);

}  // namespace triptych
