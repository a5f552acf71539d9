#include "triptych/keras/utils/arrays.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/support/checked.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops.h"
#include "triptych/core/random.h"

namespace triptych::keras::utils {
namespace {

void check_side(const char* option, const std::string& side, Location where) {
  if (side != "pre" && side != "post")
    throw ArgumentError("pad_sequences", std::string("there is no such ") + option, "'" + side + "'",
                        "Use 'pre' or 'post'", where);
}

template <class T>
Tensor padded(const std::vector<std::vector<T>>& sequences, const PadSequencesOptions& o, Location where) {
  check_side("padding", o.padding, where);
  check_side("truncating", o.truncating, where);
  if (sequences.empty()) throw ArgumentError("pad_sequences", "there are no sequences", "an empty list", "", where);
  if (o.maxlen.value_or(0) < 0)
    throw ArgumentError("pad_sequences", "maxlen is negative", std::to_string(*o.maxlen), "", where);
  std::size_t length = 0;
  for (const std::vector<T>& sequence : sequences) length = std::max(length, sequence.size());
  if (o.maxlen) length = static_cast<std::size_t>(*o.maxlen);
  const Frame frame(where);
  const auto rows = static_cast<std::int64_t>(sequences.size()), columns = static_cast<std::int64_t>(length);
  // Through float64 only where there are floats: int64 has numbers that it lacks.
  const Tensor padding = full({}, Scalar(o.value), o.dtype);
  const std::vector<T> values_of_padding = cast(padding, dtype_of<T>::value).template to_vector<T>();
  Tensor wide = full({rows, columns}, Scalar(values_of_padding[0]), dtype_of<T>::value);
  const std::span<T> values = wide.mutable_data<T>();
  for (std::size_t row = 0; row < sequences.size(); ++row) {
    const std::vector<T>& sequence = sequences[row];
    const std::size_t kept = std::min(sequence.size(), length);
    const auto from =
        sequence.begin() + static_cast<std::ptrdiff_t>(o.truncating == "pre" ? sequence.size() - kept : 0);
    const std::size_t to = row * length + (o.padding == "pre" ? length - kept : 0);
    std::copy_n(from, kept, values.begin() + static_cast<std::ptrdiff_t>(to));
  }
  const Tensor result = cast(wide, o.dtype);
  if (is_integral(o.dtype) && !array_equal(cast(result, wide.dtype()), wide))
    throw ArgumentError("pad_sequences", "a number is none of the dtype", std::string(dtype_name(o.dtype)), "", where);
  return result;
}

/// Rows that the two parts begin and end with, of `count`.
std::pair<std::int64_t, std::int64_t> sizes_of(const SplitOptions& o, std::int64_t count, Location where) {
  const char* op = "split_dataset";
  if (!o.left_size && !o.right_size)
    throw ArgumentError(op, "neither left_size nor right_size is given", "nothing", "", where);
  const auto size = [&](const SplitSize& of, const char* name) -> std::int64_t {
    if (of.counts ? of.count <= 0 || of.count >= count : !(of.share > 0 && of.share < 1))
      throw ArgumentError(
          op, std::string(name) + " is neither a share between 0 and 1 nor a part of the examples",
          (of.counts ? std::to_string(of.count) : number_text(of.share)) + " of " + std::to_string(count), "", where);
    // Half to even, as Python rounds.
    return of.counts ? of.count : static_cast<std::int64_t>(std::nearbyint(of.share * static_cast<double>(count)));
  };
  std::int64_t left = o.left_size ? size(*o.left_size, "left_size") : 0;
  const std::int64_t right = o.right_size ? size(*o.right_size, "right_size") : count - left;
  if (!o.left_size) left = count - right;
  if (left <= 0 || right <= 0 || left + right > count)
    throw ArgumentError(op, "a part is empty, or both are more than there is",
                        std::to_string(left) + " and " + std::to_string(right) + " of " + std::to_string(count), "",
                        where);
  return {left, right};
}

std::uint64_t seed_of(std::int64_t seed, const char* op, Location where) {
  if (seed < -1) throw ArgumentError(op, "seed is below -1", std::to_string(seed), "", where);
  return seed < 0 ? default_generator().seed() : static_cast<std::uint64_t>(seed);
}

/// Windows of a series; which row they begin at is a list.
class Windows : public data::Dataset {
 public:
  Windows(Tensor rows, Tensor targets, std::vector<std::int64_t> starts, std::int64_t length, std::int64_t rate,
          Location where)
      : Dataset(where),
        rows_(std::move(rows)),
        targets_(std::move(targets)),
        starts_(std::move(starts)),
        length_(length),
        rate_(rate) {}

  std::int64_t size() const override { return static_cast<std::int64_t>(starts_.size()); }
  data::Example get(std::int64_t index) const override {
    const std::int64_t start = starts_[static_cast<std::size_t>(index)];
    const Tensor x = slice(rows_, 0, {start, start + (length_ - 1) * rate_ + 1, rate_});
    return {x, targets_.defined() ? select(targets_, 0, start) : Tensor()};
  }

 private:
  Tensor rows_, targets_;
  std::vector<std::int64_t> starts_;
  std::int64_t length_, rate_;
};

}  // namespace

Tensor pad_sequences(const std::vector<std::vector<std::int64_t>>& sequences, PadSequencesOptions options,
                     Location where) {
  return padded(sequences, options, where);
}
Tensor pad_sequences(const std::vector<std::vector<double>>& sequences, PadSequencesOptions options, Location where) {
  return padded(sequences, options, where);
}

Tensor to_categorical(const Tensor& x, std::int64_t num_classes, Location where) {
  const char* op = "to_categorical";
  if (!x.defined() || x.is_symbolic())
    throw ArgumentError(op, "x has no values", x.defined() ? "a symbolic tensor" : "an undefined tensor", "", where);
  if (num_classes < 0) throw ArgumentError(op, "num_classes is negative", std::to_string(num_classes), "", where);
  const Frame frame(where);
  const Tensor numbers = x.ndim() > 1 && x.size(-1) == 1 ? squeeze(x, -1) : x;
  const Tensor classes = numbers.dtype() == int64 ? numbers : cast(numbers, int64);
  if (num_classes == 0 && classes.numel() == 0)
    throw ArgumentError(op, "there is no class to count", x.shape().text(), "Give num_classes", where);
  const std::int64_t largest = classes.numel() == 0 ? -1 : max(classes).item<std::int64_t>();
  const std::int64_t smallest = classes.numel() == 0 ? 0 : min(classes).item<std::int64_t>();
  const std::int64_t count = num_classes > 0 ? num_classes : checked_add(largest, 1, "the number of classes", where);
  if (smallest < 0 || largest >= count)
    throw ArgumentError(op, "a class number is not from 0 to num_classes - 1",
                        std::to_string(smallest < 0 ? smallest : largest) + " of " + std::to_string(count) + " classes",
                        "", where);
  return cast(one_hot(classes, count), float32);
}

Tensor normalize(const Tensor& x, NormalizeOptions options, Location where) {
  const Frame frame(where);
  if (!x.defined()) throw ArgumentError("normalize", "x is undefined", "a default-constructed Tensor", "", where);
  Hyperparameters("normalize", where).positive("order", options.order);
  const Tensor real = is_floating(x.dtype()) ? x : cast(x, float64);
  const Tensor length = vector_norm(real, options.order, Axes{options.axis}, true);
  return real / triptych::where(equal(length, 0), ones_like(length), length);
}

std::pair<std::vector<Tensor>, std::vector<Tensor>> split_dataset(const std::vector<Tensor>& arrays,
                                                                  SplitOptions options, Location where) {
  const char* op = "split_dataset";
  if (arrays.empty()) throw ArgumentError(op, "there are no arrays", "an empty list", "", where);
  for (const Tensor& array : arrays)
    if (!array.defined() || array.is_symbolic() || array.ndim() == 0 || array.size(0) != arrays[0].size(0))
      throw ArgumentError(op, "the arrays are not of one number of examples",
                          array.defined() ? array.shape().text() : std::string("an undefined tensor"), "", where);
  const Frame frame(where);
  const std::int64_t count = arrays[0].size(0);
  const auto [left, right] = sizes_of(options, count, where);
  std::vector<std::int64_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  if (options.shuffle) order = data::shuffled_order(count, seed_of(options.seed, op, where), 0, where);
  const Tensor rows = tensor(order);
  std::pair<std::vector<Tensor>, std::vector<Tensor>> parts;
  for (const Tensor& array : arrays) {
    parts.first.push_back(index_select(array, 0, slice(rows, 0, {0, left})));
    parts.second.push_back(index_select(array, 0, slice(rows, 0, {count - right, count})));
  }
  return parts;
}

std::pair<data::TensorDataset, data::TensorDataset> split_dataset(const data::TensorDataset& dataset,
                                                                  SplitOptions options, Location where) {
  std::vector<Tensor> arrays{dataset.x};
  if (dataset.y.defined()) arrays.push_back(dataset.y);
  const auto [left, right] = split_dataset(arrays, options, where);
  const auto made = [&](const std::vector<Tensor>& part) {
    return data::TensorDataset(part[0], part.size() > 1 ? part[1] : Tensor(), where);
  };
  return {made(left), made(right)};
}

data::DataLoader timeseries_dataset_from_array(const Tensor& series, const Tensor& targets,
                                               std::int64_t sequence_length, TimeseriesOptions o, Location where) {
  const char* op = "timeseries_dataset_from_array";
  const auto fail = [&](const std::string& wrong, const std::string& given) {
    throw ArgumentError(op, wrong, given, "", where);
  };
  for (const Tensor* array : {&series, &targets})
    if (array->defined() && (array->is_symbolic() || array->ndim() == 0))
      fail("an array has no rows", "it is symbolic or one number");
  if (!series.defined()) fail("the data are undefined", "a default-constructed Tensor");
  const std::int64_t rows = series.size(0);
  const auto below = [&](const char* name, std::int64_t value) {
    if (value < 1) fail(std::string(name) + " is below 1", std::to_string(value));
  };
  below("sequence_length", sequence_length);
  below("sequence_stride", o.sequence_stride);
  below("sampling_rate", o.sampling_rate);
  below("batch_size", o.batch_size);
  const std::int64_t start = o.start_index.value_or(0), end = o.end_index.value_or(rows);
  if (start < 0 || end > rows || end <= start)
    fail("start_index and end_index are not rows of the data, in this order",
         std::to_string(start) + " and " + std::to_string(end) + " of " + std::to_string(rows));
  const std::int64_t reach = checked_multiply(sequence_length - 1, o.sampling_rate, "the length of a window", where);
  std::int64_t count = end - start - reach;
  if (targets.defined()) count = std::min(count, targets.size(0) - start);
  if (count < 1)
    fail("there is no whole window", std::to_string(end - start) + " rows, a window spans " +
                                         std::to_string(checked_add(reach, 1, "a window", where)));
  std::vector<std::int64_t> starts;
  for (std::int64_t i = 0; i < count;) {
    starts.push_back(start + i);
    if (o.sequence_stride > count - i) break;
    i += o.sequence_stride;
  }
  return data::DataLoader(Windows(series, targets, std::move(starts), sequence_length, o.sampling_rate, where),
                          {.batch_size = o.batch_size, .shuffle = o.shuffle, .seed = seed_of(o.seed, op, where)},
                          where);
}

}  // namespace triptych::keras::utils
