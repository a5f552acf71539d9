#include "triptych/lowlevel/tensor_array.h"

#include "core/ops/indexing/pick.h"
#include "core/support/error_context.h"
#include "core/tensor/tensor_impl.h"
#include "triptych/core/graph.h"
#include "triptych/core/ops.h"

namespace triptych::lowlevel {
namespace {

const Tensor& defined(const char* op, const Arg& x) {
  if (!x.tensor().defined())
    throw ArgumentError(op, "an input is undefined", "a default-constructed Tensor", "Give it a value first",
                        x.where());
  return x.tensor();
}

Tensor index_tensor(const char* op, const Arg& index, Device device) {
  if (index.is_scalar()) {
    const std::int64_t number = index.scalar().to_int();
    if (index.scalar().kind() == Scalar::Kind::floating || number < 0)
      throw ArgumentError(op, "the index is negative or no integer", std::to_string(number), "", index.where());
    const DeviceScope there(device);
    return triptych::detail::number_tensor(number, true, index.where());
  }
  const Tensor& tensor = defined(op, index);
  if ((tensor.dtype() != int32 && tensor.dtype() != int64) || tensor.ndim() != 0)
    throw ArgumentError(op, "the index is not a scalar integer",
                        std::string(dtype_name(tensor.dtype())) + " " + tensor.shape().text(), "", index.where());
  return tensor;
}

}  // namespace

TensorArray::TensorArray(DType dtype, std::int64_t size, const TensorArrayOptions& options, Location where)
    : dtype_(dtype),
      count_(size),
      dynamic_(options.dynamic_size),
      shape_(options.element_shape),
      made_at_(where),
      rank_(std::make_shared<int>(shape_ ? shape_->rank() : not_settled)) {
  if (size < 0) throw ArgumentError("TensorArray", "the size is negative", std::to_string(size), "", where);
  if (*rank_ >= Shape::max_rank)
    throw ArgumentError("TensorArray", "the elements have more than 7 dimensions", shape_->text(),
                        "Stacked, they are a tensor of at most 8", where);
}

TensorArray::TensorArray(DType dtype, const Tensor& size, const TensorArrayOptions& options, Location where)
    : TensorArray(dtype, 0, options, where) {
  if (!size.defined() || size.ndim() != 0 || (size.dtype() != int32 && size.dtype() != int64))
    throw ArgumentError("TensorArray", "the size is not a scalar integer",
                        size.defined() ? std::string(dtype_name(size.dtype())) + " " + size.shape().text()
                                       : "a default-constructed Tensor",
                        "", where);
  if (size.is_symbolic())
    length_ = size;
  else
    count_ = size.item<std::int64_t>(where);
  if (count_ < 0) throw ArgumentError("TensorArray", "the size is negative", std::to_string(count_), "", where);
}

/// The array before the first write: zeros, or without elements where their shape is not known.
Tensor TensorArray::empty(int rank, Location where) const {
  const Frame frame(where);
  const Called function("TensorArray");
  Shape shape{count_};
  for (int axis = 0; axis < rank; ++axis) shape.append(shape_ && shape_->known() ? shape_->dim(axis) : Dim(0));
  if (!length_.defined()) return zeros(shape, dtype_, where);
  shape.set(0, 1);
  return repeat_interleave(zeros(shape, dtype_, where), reshape(length_, {1}), 0);
}

Shape TensorArray::element_shape(Location where) const {
  if (flow_.defined() && *rank_ != not_settled && flow_.ndim() == *rank_ + 1) {
    Shape shape = flow_.shape();
    shape.erase(0);
    return shape;
  }
  if (shape_) return *shape_;
  throw ArgumentError("TensorArray", "the shape of the elements is not known", "nothing was written",
                      "Pass element_shape", where);
}

Tensor TensorArray::flow(Location where) const {
  if (flow_.defined()) return flow_;
  if (*rank_ == not_settled)
    throw ArgumentError("TensorArray", "the shape of the elements is not known", "nothing was written",
                        "Pass element_shape", where);
  return empty(*rank_, where);
}

Tensor TensorArray::size(Location where) const {
  if (!flow_.defined())
    return length_.defined() ? cast(length_, int64) : triptych::detail::number_tensor(count_, true, where);
  Tensor length = length_along(flow_, 0);
  if (!flow_.is_symbolic() || length.is_symbolic()) return length;
  return graph_constant(GraphHandle(flow_.impl()->graph.get()), length, "size", where);
}

TensorArray TensorArray::with_flow(Tensor flow) const {
  TensorArray result = *this;
  result.flow_ = std::move(flow);
  return result;
}

void TensorArray::check_value(const char* op, const Tensor& value, int rank, Location where) const {
  if (value.dtype() != dtype_)
    throw ArgumentError(
        op, "the value's dtype is not that of the elements",
        std::string(dtype_name(value.dtype())) + ", the elements are " + std::string(dtype_name(dtype_)),
        "Convert it with cast", where);
  if (*rank_ != not_settled && *rank_ != rank)
    throw ArgumentError(op, "the value has another number of dimensions than the elements",
                        value.shape().text() + ", elements have " + std::to_string(*rank_), "", where);
}

Tensor TensorArray::read(const Arg& index) const {
  const Frame frame(index.where());
  const Called function("TensorArray.read");
  const Tensor rows = flow(index.where());
  return take(rows, index_tensor("TensorArray.read", index, rows.device()), 0);
}

TensorArray TensorArray::write(const Arg& index, const Arg& value) const {
  const Location where = value.where();
  const Frame frame(where);
  const Called function("TensorArray.write");
  const Tensor element = value.is_scalar() ? cast(triptych::detail::number_tensor(value.scalar(), true, where), dtype_)
                                           : defined("TensorArray.write", value);
  check_value("TensorArray.write", element, element.ndim(), where);
  const bool first = *rank_ == not_settled || !flow_.defined();
  Tensor rows = first ? empty(element.ndim(), where) : flow_;
  const Device device = rows.is_symbolic() ? rows.device() : element.device();
  if (rows.device() != device) rows = to(rows, device);
  rows =
      triptych::detail::array_write(rows, index_tensor("TensorArray.write", index, device), element, dynamic_, where);
  *rank_ = element.ndim();
  return with_flow(rows);
}

TensorArray TensorArray::unstack(const Arg& value) const {
  const Frame frame(value.where());
  if (defined("TensorArray.unstack", value).ndim() == 0)
    throw ArgumentError("TensorArray.unstack", "a scalar has no rows", "()", "", value.where());
  check_value("TensorArray.unstack", value.tensor(), value.tensor().ndim() - 1, value.where());
  *rank_ = value.tensor().ndim() - 1;
  return with_flow(value.tensor());
}

Tensor TensorArray::gather(const Arg& indices) const {
  const Frame frame(indices.where());
  const Called function("TensorArray.gather");
  return take(flow(indices.where()), indices, 0);
}

TensorArray TensorArray::scatter(const Arg& indices, const Arg& value) const {
  const Frame frame(value.where());
  const Called function("TensorArray.scatter");
  if (defined("TensorArray.scatter", value).ndim() == 0)
    throw ArgumentError("TensorArray.scatter", "a scalar has no rows", "()", "", value.where());
  check_value("TensorArray.scatter", value.tensor(), value.tensor().ndim() - 1, value.where());
  Tensor rows = flow_;
  if (!rows.defined() || rows.ndim() != value.tensor().ndim()) {
    Shape shape = value.tensor().shape();
    shape.set(0, count_);
    rows = zeros(shape, dtype_);
  }
  rows = index_copy(rows, 0, indices, value);
  *rank_ = rows.ndim() - 1;
  return with_flow(rows);
}

Tensor TensorArray::concat(Location where) const {
  const Tensor rows = flow(where);
  if (rows.ndim() < 2)
    throw ArgumentError("TensorArray.concat", "the elements are scalars", rows.shape().text(), "stack() joins them",
                        where);
  const Called function("TensorArray.concat");
  return flatten(Arg(rows, where), 0, 1);
}

TensorArray TensorArray::split(const Arg& value, const std::vector<std::int64_t>& lengths) const {
  const Frame frame(value.where());
  const Called function("TensorArray.split");
  if (lengths.empty()) throw ArgumentError("TensorArray.split", "there is no part", "an empty list", "", value.where());
  std::vector<Tensor> parts = triptych::split(value, lengths, 0);
  for (const std::int64_t length : lengths)
    if (length != lengths[0])
      throw ArgumentError("TensorArray.split", "the parts have different lengths",
                          std::to_string(lengths[0]) + " and " + std::to_string(length),
                          "All elements of an array have one shape", value.where());
  return unstack(Arg(triptych::stack(parts, 0, value.where()), value.where()));
}

}  // namespace triptych::lowlevel

namespace triptych::detail {

using lowlevel::TensorArray;

void Structure<TensorArray>::add(std::vector<Tensor>& out, const TensorArray& array) {
  out.push_back(array.flow_.defined() ? array.flow_ : array.empty(std::max(0, *array.rank_), array.made_at_));
}

TensorArray Structure<TensorArray>::take(const TensorArray& like, const Tensor*& next) {
  return like.with_flow(*next++);
}

LoopTrait Structure<TensorArray>::trait(const TensorArray& array) {
  LoopTrait trait{.dynamic = array.dynamic_, .unsettled = *array.rank_ == TensorArray::not_settled};
  if (trait.unsettled || *array.rank_ == 0) return trait;
  if (!array.flow_.defined()) {
    trait.grows = !(array.shape_ && array.shape_->known());
  } else {
    const Shape& shape = array.flow_.shape();
    for (int axis = 1; axis < shape.rank(); ++axis) trait.grows = trait.grows || shape.begin()[axis] <= 0;
  }
  return trait;
}

}  // namespace triptych::detail
