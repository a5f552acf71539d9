#include <algorithm>

#include "api_lowlevel/data/source.h"
#include "triptych/core/ops.h"

namespace triptych::lowlevel::data {
namespace {

/// All as large as the shape says, or as the largest of them.
void pad_alike(std::vector<Element>& elements, std::size_t tensor, const Shape& to, Scalar value, Location where) {
  Shape size = to;
  for (const Element& element : elements) {
    const Shape& shape = element[tensor].shape();
    for (int axis = 0; axis < to.rank(); ++axis) {
      if (!to.dim(axis).known() && (!size.dim(axis).known() || size[axis] < shape[axis])) size.set(axis, shape[axis]);
      if (to.dim(axis).known() && shape[axis] > to[axis])
        throw ArgumentError("padded_batch", "an element is larger than the shape that it is padded to",
                            shape.text() + ", padded to " + to.text(), "", where);
    }
  }
  for (Element& element : elements) {
    const Shape& shape = element[tensor].shape();
    std::vector<std::pair<std::int64_t, std::int64_t>> padding;
    for (int axis = 0; axis < to.rank(); ++axis) padding.emplace_back(0, size[axis] - shape[axis]);
    if (shape != size) element[tensor] = pad(Arg(element[tensor], where), padding, value);
  }
}

}  // namespace

Dataset Dataset::padded_batch(std::int64_t batch_size, const PaddedBatchOptions& options, Location where) const {
  check_positive("padded_batch", "batch_size", batch_size, where);
  const std::size_t count = source_->shapes.size();
  if (!options.padded_shapes.empty() && options.padded_shapes.size() != count)
    throw ArgumentError("padded_batch", "there is not one shape for each tensor",
                        std::to_string(options.padded_shapes.size()) + " for " + std::to_string(count), "", where);
  if (options.padding_values.size() > count)
    throw ArgumentError("padded_batch", "there are more padding values than tensors",
                        std::to_string(options.padding_values.size()) + " for " + std::to_string(count), "", where);
  std::vector<Shape> padded = options.padded_shapes.empty() ? source_->shapes : options.padded_shapes, batched;
  std::vector<Scalar> values = options.padding_values;
  values.resize(count, Scalar(0));
  for (std::size_t i = 0; i < count; ++i) {
    if (padded[i].rank() != source_->shapes[i].rank())
      throw ArgumentError("padded_batch", "a shape to pad to has another rank than its tensor",
                          padded[i].text() + " for " + source_->shapes[i].text(), "", where);
    static_cast<void>(full({}, values[i], source_->types[i], where));  // whether the dtype can hold it
    batched.push_back(padded[i]);
    batched.back().insert(0, options.drop_remainder ? Dim(batch_size) : Dim(unknown), where);
    batched.back().check_size(where);
  }
  return {stage_of(source_, batched,
                   [=, drop = options.drop_remainder](std::unique_ptr<Stream> stream) {
                     return stream_of([=, in = std::shared_ptr<Stream>(std::move(stream))]() -> std::optional<Element> {
                       const ComputingElements here;
                       std::vector<Element> elements = next_elements(*in, batch_size, drop);
                       if (!elements.empty())
                         for (std::size_t i = 0; i < padded.size(); ++i)
                           pad_alike(elements, i, padded[i], values[i], where);
                       return stacked(elements, where);
                     });
                   }),
          *this};
}

}  // namespace triptych::lowlevel::data
