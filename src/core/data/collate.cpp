// From examples to a batch.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "core/data/stack.h"
#include "core/dispatch/backend.h"
#include "core/support/error_context.h"
#include "core/tensor/tensor_impl.h"
#include "triptych/core/data/loader.h"
#include "triptych/core/ops.h"

namespace triptych::data {
namespace {

Batch stacked(const char* op, const std::vector<Example>& examples, Location where) {
  if (examples.empty()) throw ArgumentError(op, "a batch has no example", "an empty list", "", where);
  const Called called(op);
  std::vector<std::int64_t> numbers(examples.size());
  std::iota(numbers.begin(), numbers.end(), 0);
  return stack_examples(numbers, examples);
}

/// `tensor` in a corner of a new one of this shape.
Tensor padded(const Tensor& tensor, const Shape& shape, double value) {
  if (tensor.shape() == shape) return tensor;
  Tensor whole = full(shape, value, tensor.dtype());
  const Tensor dense = contiguous_now(on_host(tensor));
  const std::size_t element = size_of(tensor.dtype());
  const auto* from = static_cast<const char*>(dense.impl()->data());
  auto* const to = static_cast<char*>(whole.impl()->data());
  const int last = shape.rank() - 1;
  const std::int64_t row = tensor.size(last), rows = tensor.numel() / std::max<std::int64_t>(row, 1);
  for (std::int64_t i = 0; row > 0 && i < rows; ++i) {
    std::int64_t place = 0, rest = i, step = shape[last];
    for (int axis = last - 1; axis >= 0; --axis) {
      place += rest % tensor.size(axis) * step;
      rest /= tensor.size(axis);
      step *= shape[axis];
    }
    std::memcpy(to + static_cast<std::size_t>(place) * element, from, static_cast<std::size_t>(row) * element);
    from += static_cast<std::size_t>(row) * element;
  }
  return whole;
}

/// Makes one part of all examples (`part` of an example says which) as large as the largest.
template <class Part>
void pad_part(std::vector<Example>& examples, const Part& part, double value, Location where) {
  Shape largest;
  for (std::size_t i = 0; i < examples.size(); ++i) {
    const Tensor& tensor = part(examples[i]);
    if (!tensor.defined()) return;  // stacking says what is wrong, if only some are
    if (tensor.is_symbolic() || tensor.ndim() != part(examples[0]).ndim())
      throw ArgumentError("pad_collate", "the examples of a batch differ in their number of dimensions",
                          "example 0 is " + part(examples[0]).shape().text() + ", example " + std::to_string(i) +
                              " is " + tensor.shape().text(),
                          "", where);
    if (i == 0) largest = tensor.shape();
    for (int axis = 0; axis < largest.rank(); ++axis) largest.set(axis, std::max(largest[axis], tensor.size(axis)));
  }
  for (Example& example : examples) part(example) = padded(part(example), largest, value);
}

}  // namespace

Batch default_collate(const std::vector<Example>& examples, Location where) {
  const Frame frame(where);
  return stacked("default_collate", examples, where);
}

CollateFunction pad_collate(double padding_value, Location where) {
  return [=](const std::vector<Example>& examples) {
    const Frame frame(where);
    const Called called("pad_collate");
    std::vector<Example> alike = examples;
    pad_part(
        alike, [](Example& example) -> Tensor& { return example.x; }, padding_value, where);
    pad_part(
        alike, [](Example& example) -> Tensor& { return example.y; }, padding_value, where);
    if (!alike.empty())
      for (const auto& [name, tensor] : NamedTensors(alike[0].more))
        pad_part(
            alike, [&key = name](Example& example) -> Tensor& { return example.more[key]; }, padding_value, where);
    return stacked("pad_collate", alike, where);
  };
}

}  // namespace triptych::data
