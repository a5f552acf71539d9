#include "triptych/keras/applications/imagenet_utils.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "core/formats/json_table.h"
#include "triptych/core/ops.h"

namespace triptych::keras::applications::imagenet_utils {
namespace {

/// A number for each channel, to broadcast to images.
Tensor for_channels(std::vector<double> values, bool first, DType dtype) {
  const Tensor all = cast(tensor(values), dtype);
  return first ? reshape(all, {3, 1, 1}) : all;
}

}  // namespace

Tensor preprocess_input(const Tensor& input, PreprocessOptions options, Location where) {
  const char* op = "preprocess_input";
  const bool caffe = options.mode == "caffe", torch = options.mode == "torch";
  if (!caffe && !torch && options.mode != "tf")
    throw ArgumentError(op, "there is no such mode", "'" + options.mode + "'", "Use 'caffe', 'tf' or 'torch'", where);
  const bool first = options.data_format == "channels_first";
  if (!first && options.data_format != "channels_last")
    throw ArgumentError(op, "there is no such data_format", "'" + options.data_format + "'",
                        "Use 'channels_last' or 'channels_first'", where);
  const Frame frame(where);
  if (!input.defined()) throw ArgumentError(op, "x is undefined", "a default-constructed Tensor", "", where);
  const int axis = first ? -3 : -1;
  if ((input.ndim() != 3 && input.ndim() != 4) || (options.mode != "tf" && input.shape().dim(axis).raw() != 3))
    throw ArgumentError(op, "x is not images with three channels", input.shape().text(), "", where);
  const Tensor x = is_floating(input.dtype()) ? input : cast(input, float32);
  if (options.mode == "tf") return x / 127.5 - 1;
  if (torch)
    return (x / 255 - for_channels({0.485, 0.456, 0.406}, first, x.dtype())) /
           for_channels({0.229, 0.224, 0.225}, first, x.dtype());
  return flip(x, axis) - for_channels({103.939, 116.779, 123.68}, first, x.dtype());
}

std::vector<std::vector<ClassPrediction>> decode_predictions(const Tensor& preds, const OwnedText& class_index,
                                                             std::int64_t top, Location where) {
  const char* op = "decode_predictions";
  if (!preds.defined() || preds.is_symbolic() || preds.ndim() != 2)
    throw ArgumentError(op, "preds are not (n, classes)",
                        preds.defined() ? preds.shape().text() + (preds.is_symbolic() ? ", symbolic" : "")
                                        : std::string("an undefined tensor"),
                        "", where);
  const std::int64_t rows = preds.size(0), classes = preds.size(1);
  if (top < 1 || top > classes)
    throw ArgumentError(op, "top is not from 1 to the number of classes",
                        std::to_string(top) + ", there are " + std::to_string(classes), "", where);
  std::map<std::string, std::vector<std::string>> names;
  for (JsonEntry& entry : read_json_table(class_index, {op, where})) names[entry.key] = std::move(entry.texts);
  const std::vector<double> scores = preds.to_vector<double>();
  std::vector<std::vector<ClassPrediction>> results;
  for (std::int64_t row = 0; row < rows; ++row) {
    const double* of = scores.data() + row * classes;
    std::vector<std::int64_t> order(static_cast<std::size_t>(classes));
    std::iota(order.begin(), order.end(), 0);
    const auto better = [of](std::int64_t a, std::int64_t b) {  // numbers that are none come last
      return std::isnan(of[b]) ? !std::isnan(of[a]) : of[a] > of[b];
    };
    std::stable_sort(order.begin(), order.end(), better);
    std::vector<ClassPrediction> best;
    for (std::int64_t i = 0; i < top; ++i) {
      const std::int64_t number = order[static_cast<std::size_t>(i)];
      const auto found = names.find(std::to_string(number));
      if (found == names.end() || found->second.size() != 2)
        throw ArgumentError(op, "the class file does not name a class",
                            "class " + std::to_string(number) + " in '" + class_index + "'",
                            "Entries are \"0\": [\"n01440764\", \"tench\"]", where);
      best.push_back({found->second[0], found->second[1], of[number]});
    }
    results.push_back(std::move(best));
  }
  return results;
}

}  // namespace triptych::keras::applications::imagenet_utils
