// Where elements come from.
#include "triptych/lowlevel/dataset.h"

#include <atomic>

#include "api_lowlevel/data/source.h"
#include "core/data/start_epoch.h"
#include "core/tensor/tensor_impl.h"
#include "triptych/core/callable.h"
#include "triptych/core/ops.h"

namespace triptych::lowlevel::data {
namespace {

std::int64_t new_number() {
  static std::atomic<std::int64_t> numbers{0};
  return numbers.fetch_add(1, std::memory_order_relaxed);
}

/// Row `i` of each tensor, without a copy.
Element rows_of(const Element& tensors, std::int64_t i) {
  Element rows;
  for (const Tensor& tensor : tensors) {
    TensorMeta meta = tensor.meta();
    const std::int64_t step = meta.strides[0];
    for (int axis = 1; axis < meta.shape.rank(); ++axis)
      meta.strides[static_cast<std::size_t>(axis) - 1] = meta.strides[static_cast<std::size_t>(axis)];
    meta.shape.erase(0);
    rows.push_back(make_view(*tensor.impl(), meta, tensor.impl()->offset + i * step));
  }
  return rows;
}

Shape without_first(Shape shape) {
  shape.erase(0);
  return shape;
}

struct Given {
  std::vector<DType> types;
  std::vector<Shape> shapes;
  std::vector<std::int64_t> numbers;  // -1: known now
  Element now;
  Values of_graph;

  /// The tensors of a pass.
  Element with(const Values& values) const {
    Element all = now;
    for (std::size_t i = 0; i < all.size(); ++i)
      if (numbers[i] >= 0) all[i] = values.at(numbers[i]);
    return all;
  }
};

Given given(const char* op, const TensorList& tensors, Location where) {
  if (tensors.empty()) throw ArgumentError(op, "there is no tensor", "an empty list", "", where);
  Given result;
  for (const Tensor& tensor : tensors) {
    if (!tensor.defined()) throw ArgumentError(op, "a tensor is undefined", "a default-constructed Tensor", "", where);
    result.types.push_back(tensor.dtype());
    result.shapes.push_back(tensor.shape());
    result.numbers.push_back(tensor.is_symbolic() ? new_number() : -1);
    // A snapshot: what is written into the tensor later does not reach the data.
    result.now.push_back(tensor.is_symbolic() ? Tensor() : alias(tensor.detach()));
    if (tensor.is_symbolic()) result.of_graph.emplace(result.numbers.back(), tensor);
  }
  return result;
}

void check_input(const char* op, const Tensor& x, Location where) {
  if (!x.defined()) throw ArgumentError(op, "the first example has no x", "an undefined tensor", "", where);
}

}  // namespace

const std::vector<DType>& Dataset::output_types() const { return source_->types; }
const std::vector<Shape>& Dataset::output_shapes() const { return source_->shapes; }

Dataset Dataset::from_tensors(const TensorList& tensors, Location where) {
  const Given all = given("from_tensors", tensors, where);
  Dataset result(source_of(all.types, all.shapes, [all](const Values& values) {
    return stream_of([element = std::optional(all.with(values))]() mutable { return std::exchange(element, {}); });
  }));
  result.of_graph_ = all.of_graph;
  return result;
}

Dataset Dataset::from_tensor_slices(const TensorList& tensors, Location where) {
  const Given all = given("from_tensor_slices", tensors, where);
  std::vector<Shape> shapes;
  for (const Shape& shape : all.shapes) {
    if (shape.rank() == 0)
      throw ArgumentError("from_tensor_slices", "a tensor is a scalar", "tensor " + std::to_string(shapes.size()),
                          "It has no rows", where);
    if (conflict(shape.dim(0), all.shapes[0].dim(0)))
      throw ArgumentError("from_tensor_slices", "the first dimensions differ",
                          all.shapes[0].text() + " and " + shape.text(), "", where);
    shapes.push_back(without_first(shape));
  }
  Dataset result(source_of(all.types, shapes, [all, where](const Values& values) {
    const Element tensors_now = all.with(values);
    const std::int64_t count = tensors_now[0].shape()[0];
    for (const Tensor& tensor : tensors_now)
      if (tensor.shape()[0] != count)
        throw ArgumentError("from_tensor_slices", "the first dimensions differ",
                            tensors_now[0].shape().text() + " and " + tensor.shape().text(), "", where);
    return stream_of([tensors_now, count, i = std::int64_t{0}]() mutable -> std::optional<Element> {
      if (i == count) return {};
      return rows_of(tensors_now, i++);
    });
  }));
  result.of_graph_ = all.of_graph;
  return result;
}

Dataset Dataset::range(std::int64_t stop) { return range(0, stop); }

Dataset Dataset::range(std::int64_t start, std::int64_t stop, std::int64_t step, Location where) {
  if (step == 0) throw ArgumentError("range", "the step is 0", "0", "", where);
  return Dataset(source_of({int64}, {Shape{}}, [=](const Values&) {
    return stream_of([=, next = std::optional(start)]() mutable -> std::optional<Element> {
      if (!next || (step > 0 ? *next >= stop : *next <= stop)) return {};
      Element element{full({}, *next, int64)};
      std::int64_t after = 0;
      next = __builtin_add_overflow(*next, step, &after) ? std::nullopt : std::optional(after);
      return element;
    });
  }));
}

Dataset Dataset::from_generator(std::function<ElementGenerator()> generator, const std::vector<DType>& output_types,
                                const std::vector<Shape>& output_shapes, Location where) {
  check_callable("from_generator", generator, where);
  if (output_types.empty() || output_types.size() != output_shapes.size())
    throw ArgumentError(
        "from_generator", "there is not one shape for each dtype",
        std::to_string(output_types.size()) + " dtypes, " + std::to_string(output_shapes.size()) + " shapes", "",
        where);
  return Dataset(source_of(output_types, output_shapes, [=](const Values&) {
    ElementGenerator next = generator();
    check_callable("from_generator", next, where);
    return stream_of([=, next = std::move(next)]() -> std::optional<Element> {
      std::optional<Element> element = next();
      if (element) check_element(*element, output_types, output_shapes, "from_generator", where);
      return element;
    });
  }));
}

Dataset Dataset::from_examples(std::shared_ptr<const ::triptych::data::Dataset> examples, Location where) {
  if (!examples) throw ArgumentError("from_examples", "the data set is null", "an empty pointer", "", where);
  if (examples->size() <= 0)
    throw ArgumentError("from_examples", "the data set has no example", std::to_string(examples->size()), "", where);
  const ::triptych::data::Example first = examples->get(0);
  check_input("from_examples", first.x, where);
  std::vector<DType> types{first.x.dtype()};
  std::vector<Shape> shapes{first.x.shape()};
  const bool has_y = first.y.defined();
  if (has_y) {
    types.push_back(first.y.dtype());
    shapes.push_back(first.y.shape());
  }
  return Dataset(source_of(types, shapes, [=](const Values&) {
    return stream_of([=, i = std::int64_t{0}]() mutable -> std::optional<Element> {
      if (i >= examples->size()) return {};
      const ::triptych::data::Example example = examples->get(i++);
      Element element = has_y ? Element{example.x, example.y} : Element{example.x};
      check_element(element, types, shapes, "from_examples", where);
      return element;
    });
  }));
}

Dataset Dataset::from_loader(const ::triptych::data::DataLoader& loader, Location where) {
  const ::triptych::data::Dataset& examples = loader.dataset();
  if (examples.size() <= 0)
    throw ArgumentError("from_loader", "the data set has no example", std::to_string(examples.size()), "", where);
  const std::int64_t one[] = {0};
  const ::triptych::data::Batch first = examples.get_batch(one);
  check_input("from_loader", first.x, where);
  std::vector<DType> types{first.x.dtype()};
  Shape x = first.x.shape();
  x.set(0, unknown);
  std::vector<Shape> shapes{x};
  const bool has_y = first.y.defined();
  if (has_y) {
    types.push_back(first.y.dtype());
    Shape y = first.y.shape();
    y.set(0, unknown);
    shapes.push_back(y);
  }
  struct Shared {
    std::mutex mutex;
    ::triptych::data::DataLoader loader;
  };
  const std::shared_ptr<Shared> shared(new Shared{{}, loader});
  return Dataset(source_of(types, shapes, [=](const Values&) {
    const std::lock_guard lock(shared->mutex);
    return stream_of([=, position = shared->loader.begin(), begun = false]() mutable -> std::optional<Element> {
      if (std::exchange(begun, true)) ++position;
      if (position == std::default_sentinel) return {};
      Element element = has_y ? Element{position->x, position->y} : Element{position->x};
      check_element(element, types, shapes, "from_loader", where);
      return element;
    });
  }));
}

}  // namespace triptych::lowlevel::data
