#include "triptych/core/data/dataset.h"

#include <cstring>

#include "core/data/example_numbers.h"
#include "core/data/stack.h"
#include "core/dispatch/backend.h"
#include "core/dispatch/modes.h"
#include "core/tensor/tensor_impl.h"

namespace triptych::data {
namespace {

constexpr const char* op = "Dataset";

/// The rows of a batch, copied one by one into a new tensor of shape (count, ...).
class Stack {
 public:
  Stack(std::int64_t count, const Shape& row, DType dtype) {
    Shape shape = row;
    shape.insert(0, count);
    batch_ = make_tensor(shape, dtype);
    row_bytes_ = static_cast<std::size_t>(row.size()) * size_of(dtype);
    next_ = static_cast<char*>(batch_.impl()->data());
  }
  void push(const void* row) {
    if (row_bytes_ > 0) std::memcpy(next_, row, row_bytes_);
    next_ += row_bytes_;
  }
  std::size_t row_bytes() const { return row_bytes_; }
  Tensor take() { return std::move(batch_); }

 private:
  Tensor batch_;
  std::size_t row_bytes_ = 0;
  char* next_ = nullptr;
};

std::string describe(const Tensor& tensor) {
  return tensor.defined() ? tensor.shape().text() + " " + std::string(dtype_name(tensor.dtype())) : "undefined";
}

/// Stacks one part (x or y) of the examples; undefined if it is undefined in all.
Tensor stack_part(std::span<const std::int64_t> indices, const std::vector<Example>& examples, Tensor Example::*part) {
  const Tensor& first = examples.front().*part;
  for (std::size_t i = 0; i < examples.size(); ++i) {
    const Tensor& other = examples[i].*part;
    if (other.is_symbolic())
      throw ArgumentError(op, "an example has no values", "example " + std::to_string(indices[i]) + " is symbolic");
    const bool alike = first.defined() && other.defined()
                           ? other.shape() == first.shape() && other.dtype() == first.dtype()
                           : first.defined() == other.defined();
    if (!alike)
      throw ArgumentError(op, "the examples of a batch differ in shape or dtype",
                          "example " + std::to_string(indices[0]) + " is " + describe(first) + ", example " +
                              std::to_string(indices[i]) + " is " + describe(other));
  }
  if (!first.defined()) return {};
  Stack stack(static_cast<std::int64_t>(examples.size()), first.shape(), first.dtype());
  for (const Example& example : examples) stack.push(contiguous_now(on_host(example.*part)).impl()->data());
  return stack.take();
}

void check_index(std::int64_t index, std::int64_t size, Location where) {
  if (index < 0 || index >= size)
    throw ArgumentError(op, "an index is not below the data set's size",
                        "index " + std::to_string(index) + ", size " + std::to_string(size), "", where);
}

Shape row_shape(const Tensor& tensor) {
  Shape shape = tensor.shape();
  shape.erase(0);
  return shape;
}

/// Rows `indices` of `tensor`.
Tensor take_rows(const Tensor& tensor, std::span<const std::int64_t> indices) {
  if (!tensor.defined()) return {};
  const Tensor rows = contiguous_now(on_host(tensor));
  Stack stack(static_cast<std::int64_t>(indices.size()), row_shape(tensor), tensor.dtype());
  const auto* const data = static_cast<const char*>(rows.impl()->data());
  for (const std::int64_t index : indices) stack.push(data + static_cast<std::size_t>(index) * stack.row_bytes());
  return stack.take();
}

/// What both tensors of a TensorDataset must be, when it is made and, as they are public, whenever it is used.
void check_tensors(const Tensor& x, const Tensor& y, Location where) {
  const auto check = [&](const Tensor& tensor, const char* name) {
    if (!tensor.defined() || tensor.is_symbolic() || tensor.ndim() == 0)
      throw ArgumentError("TensorDataset", "a tensor of examples has no values, or no first axis that counts them",
                          std::string(name) + " is " + (tensor.is_symbolic() ? "symbolic" : describe(tensor)), "",
                          where);
  };
  check(x, "x");
  if (!y.defined()) return;
  check(y, "y");
  if (x.size(0) != y.size(0))
    throw ArgumentError("TensorDataset", "x and y differ in the number of examples",
                        "x is " + x.shape().text() + ", y is " + y.shape().text(), "", where);
}

/// The same values on the CPU, which later in-place changes of `tensor` do not reach; no data is copied before such a
/// change. A tensor without values stays: `check_tensors` refuses it.
Tensor snapshot(const Tensor& tensor) {
  return tensor.defined() && !tensor.is_symbolic() ? alias(on_host(tensor)) : tensor;
}

}  // namespace

Dataset::~Dataset() = default;
ExampleStream::~ExampleStream() = default;

Batch stack_examples(std::span<const std::int64_t> indices, const std::vector<Example>& examples) {
  return {stack_part(indices, examples, &Example::x), stack_part(indices, examples, &Example::y)};
}

std::int64_t IterableDataset::size() const {
  throw UnsupportedError("IterableDataset", "its size is not known", "size() was called",
                         "Go through it with a DataLoader", where_);
}

Example IterableDataset::get(std::int64_t index) const {
  throw UnsupportedError("IterableDataset", "it has no examples by number", "index " + std::to_string(index),
                         "Go through it with a DataLoader", where_);
}

Batch Batch::to(Device device, Location where) const {
  const Frame frame(where);
  return {on_device(x, device), y.defined() ? on_device(y, device) : y};
}

Batch Dataset::get_batch(std::span<const std::int64_t> indices) const {
  const Frame frame(made_at_);
  const UserCode its_lines;  // of `get`
  if (indices.empty()) throw ArgumentError(op, "a batch has no example", "no index was given");
  std::vector<Example> examples;
  examples.reserve(indices.size());
  for (const std::int64_t index : indices) {
    const ExampleNumbers numbers(index);
    examples.push_back(get(index));
  }
  return stack_examples(indices, examples);
}

TensorDataset::TensorDataset(Tensor x_, Tensor y_, Location where) : x(std::move(x_)), y(std::move(y_)), where_(where) {
  check_tensors(x, y, where);
  x = snapshot(x);
  y = snapshot(y);
}

TensorDataset::TensorDataset(const TensorDataset& other)
    : Dataset(other), x(snapshot(other.x)), y(snapshot(other.y)), where_(other.where_) {}

TensorDataset& TensorDataset::operator=(TensorDataset other) {
  x = std::move(other.x);
  y = std::move(other.y);
  where_ = other.where_;
  return *this;
}

std::int64_t TensorDataset::size() const {
  if (!x.defined() && !y.defined()) return 0;
  check_tensors(x, y, where_);
  return x.size(0);
}

Example TensorDataset::get(std::int64_t index) const {
  check_index(index, size(), where_);
  const auto row = [index](const Tensor& tensor) -> Tensor {
    if (!tensor.defined()) return {};
    TensorMeta meta = tensor.meta();
    meta.shape.erase(0);
    const std::int64_t step = meta.strides[0];
    for (int axis = 0; axis < meta.shape.rank(); ++axis)
      meta.strides[static_cast<std::size_t>(axis)] = meta.strides[static_cast<std::size_t>(axis) + 1];
    Tensor row = make_view(*tensor.impl(), meta, tensor.impl()->offset + index * step);
    row.impl()->view_of.set(*tensor.impl(), modes.frame);
    return row;
  };
  return {row(x), row(y)};
}

Batch TensorDataset::get_batch(std::span<const std::int64_t> indices) const {
  const std::int64_t count = size();
  for (const std::int64_t index : indices) check_index(index, count, where_);
  return {take_rows(x, indices), take_rows(y, indices)};
}

}  // namespace triptych::data
