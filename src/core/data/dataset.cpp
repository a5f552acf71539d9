#include "triptych/core/data/dataset.h"

#include <algorithm>
#include <cstring>

#include "core/data/example_numbers.h"
#include "core/data/stack.h"
#include "core/dispatch/backend.h"
#include "core/dispatch/modes.h"
#include "core/support/printable.h"
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

/// Stacks one part of the examples (`part` of an example says which); undefined if it is undefined in all.
template <class Part>
Tensor stack_part(std::span<const std::int64_t> indices, const std::vector<Example>& examples, const Part& part) {
  const Tensor& first = part(examples.front());
  for (std::size_t i = 0; i < examples.size(); ++i) {
    const Tensor& other = part(examples[i]);
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
  for (const Example& example : examples) stack.push(contiguous_now(on_host(part(example))).impl()->data());
  return stack.take();
}

std::string names_of(const NamedTensors& tensors) {
  std::string names;
  for (const auto& [name, tensor] : tensors) names += (names.empty() ? "'" : ", '") + printable(name) + "'";
  return names.empty() ? "none" : names;
}

const Tensor& named(const NamedTensors& tensors, const TensorName& name) {
  const auto found = tensors.find(name.text);
  if (found == tensors.end())
    throw ArgumentError(op, "there is no tensor of this name",
                        "'" + printable(name.text) + "', there are " + names_of(tensors), "", name.where);
  return found->second;
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

/// What the tensors of a TensorDataset must be, when it is made and, as they are public, whenever it is used.
void check_tensors(const Tensor& x, const Tensor& y, const NamedTensors& more, Location where) {
  const auto check = [&](const Tensor& tensor, const std::string& name) {
    if (!tensor.defined() || tensor.is_symbolic() || tensor.ndim() == 0)
      throw ArgumentError("TensorDataset", "a tensor of examples has no values, or no first axis that counts them",
                          name + " is " + (tensor.is_symbolic() ? "symbolic" : describe(tensor)), "", where);
    if (tensor.size(0) != x.size(0))
      throw ArgumentError("TensorDataset", "x and " + name + " differ in the number of examples",
                          "x is " + x.shape().text() + ", " + name + " is " + tensor.shape().text(), "", where);
  };
  check(x, "x");
  if (y.defined()) check(y, "y");
  for (const auto& [name, tensor] : more) check(tensor, "'" + printable(name) + "'");
}

/// The same values on the CPU, which later in-place changes of `tensor` do not reach; no data is copied before such a
/// change. A tensor without values stays: `check_tensors` refuses it.
Tensor snapshot(const Tensor& tensor) {
  return tensor.defined() && !tensor.is_symbolic() ? alias(on_host(tensor)) : tensor;
}

/// The same of all, each by `function`.
template <class F>
NamedTensors each(const NamedTensors& tensors, const F& function) {
  NamedTensors results;
  for (const auto& [name, tensor] : tensors) results.emplace(name, function(tensor));
  return results;
}

}  // namespace

Dataset::~Dataset() = default;
ExampleStream::~ExampleStream() = default;

Batch stack_examples(std::span<const std::int64_t> indices, const std::vector<Example>& examples) {
  Batch batch{stack_part(indices, examples, [](const Example& e) -> const Tensor& { return e.x; }),
              stack_part(indices, examples, [](const Example& e) -> const Tensor& { return e.y; })};
  const NamedTensors& first = examples.front().more;
  for (std::size_t i = 0; i < examples.size(); ++i)
    if (!std::equal(first.begin(), first.end(), examples[i].more.begin(), examples[i].more.end(),
                    [](const auto& a, const auto& b) { return a.first == b.first; }))
      throw ArgumentError(op, "the examples of a batch differ in the names of their tensors",
                          "example " + std::to_string(indices[0]) + " has " + names_of(first) + ", example " +
                              std::to_string(indices[i]) + " has " + names_of(examples[i].more));
  for (const auto& [name, tensor] : first)
    batch.more.emplace(name, stack_part(indices, examples,
                                        [&key = name](const Example& e) -> const Tensor& { return e.more.at(key); }));
  return batch;
}

const Tensor& Example::operator[](const TensorName& name) const { return named(more, name); }
const Tensor& Batch::operator[](const TensorName& name) const { return named(more, name); }

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
  const auto moved = [device](const Tensor& tensor) {
    if (tensor.defined() && tensor.is_symbolic()) return tensor.to(device);
    return tensor.defined() ? on_device(tensor, device) : tensor;
  };
  return {x.defined() ? moved(x) : on_device(x, device), moved(y), each(more, moved)};
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

TensorDataset::TensorDataset(Tensor x_, Tensor y_, Location where)
    : TensorDataset(std::move(x_), std::move(y_), {}, where) {}

TensorDataset::TensorDataset(Tensor x_, Tensor y_, NamedTensors more_, Location where)
    : x(std::move(x_)), y(std::move(y_)), more(std::move(more_)), where_(where) {
  check_tensors(x, y, more, where);
  x = snapshot(x);
  y = snapshot(y);
  more = each(more, snapshot);
}

TensorDataset::TensorDataset(const TensorDataset& other)
    : Dataset(other),
      x(snapshot(other.x)),
      y(snapshot(other.y)),
      more(each(other.more, snapshot)),
      where_(other.where_) {}

TensorDataset& TensorDataset::operator=(TensorDataset other) {
  x = std::move(other.x);
  y = std::move(other.y);
  more = std::move(other.more);
  where_ = other.where_;
  return *this;
}

std::int64_t TensorDataset::size() const {
  if (!x.defined() && !y.defined()) return 0;
  check_tensors(x, y, more, where_);
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
  return {row(x), row(y), each(more, row)};
}

Batch TensorDataset::get_batch(std::span<const std::int64_t> indices) const {
  const std::int64_t count = size();
  for (const std::int64_t index : indices) check_index(index, count, where_);
  return {take_rows(x, indices), take_rows(y, indices),
          each(more, [&](const Tensor& tensor) { return take_rows(tensor, indices); })};
}

}  // namespace triptych::data
