// full and full_like: one value everywhere. Tensors from a caller's numbers.
#include "core/ops/creation/full.h"

#include <algorithm>
#include <cstring>

#include "core/dispatch/backend.h"
#include "core/dispatch/modes.h"
#include "core/ops/ops.h"
#include "core/support/error_context.h"
#include "core/tensor/tensor_impl.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

void full_infer(Infer& infer) {
  const auto& a = infer.attributes<FullAttributes>();
  if (!a.shape.known()) infer.fail("the shape is not known", a.shape.text(), "Use full_like where the feeds decide it");
  check_fits(infer, a.value, a.dtype);
  infer.output(0, a.shape, a.dtype);
}

void full_like_infer(Infer& infer) {
  check_fits(infer, infer.attributes<FullLikeAttributes>().value, infer.dtype(0));
  infer.output(0, infer.shape(0), infer.dtype(0));
}

/// Collects the numbers of a nested list, and its shape along the first rows.
class ListReader {
 public:
  explicit ListReader(Location where) : where_(where) {}

  void read(std::initializer_list<NumberList> list, int axis) {
    const auto length = static_cast<std::int64_t>(list.size());
    if (axis == shape_.rank() && numbers_.empty()) shape_.append(length);
    if (axis >= shape_.rank()) ragged("a list beside a number");
    if (shape_[axis] != length) ragged("lengths " + std::to_string(shape_[axis]) + " and " + std::to_string(length));
    for (const NumberList& element : list) {
      if (element.is_list()) {
        read(element.list(), axis + 1);
      } else {
        if (axis + 1 != shape_.rank()) ragged("a number beside a list");
        numbers_.push_back(element.number());
      }
    }
  }

  Tensor tensor(std::optional<DType> given) const {
    const DType dtype = given.value_or(natural_dtype());
    for (const Scalar number : numbers_) check_fits("tensor", number, dtype, where_);
    const bool floating = std::any_of(numbers_.begin(), numbers_.end(), is_floating_number);
    return cast(Arg(floating ? values<double>() : values<std::int64_t>(), where_), dtype);
  }

 private:
  static bool is_floating_number(Scalar number) { return number.kind() == Scalar::Kind::floating; }

  DType natural_dtype() const {
    if (numbers_.empty()) return float32;
    DType dtype = numbers_[0].dtype();
    for (const Scalar number : numbers_) dtype = promote_types(dtype, number.dtype());
    return dtype;
  }

  template <class T>
  Tensor values() const {
    std::vector<T> values;
    for (const Scalar number : numbers_)
      values.push_back(std::is_same_v<T, double> ? static_cast<T>(number.to_double())
                                                 : static_cast<T>(number.to_int()));
    return from_span(std::span<const T>(values), shape_, where_);
  }

  [[noreturn]] void ragged(const std::string& given) const {
    throw ArgumentError("tensor", "the rows of a nested list differ", given, "", where_);
  }

  Location where_;
  Shape shape_;
  std::vector<Scalar> numbers_;
};

}  // namespace

extern const Op full_op{
    .name = "full", .inputs = 0, .attributes = &attribute_type<FullAttributes>, .infer = full_infer};
extern const Op full_like_op{.name = "full_like",
                             .inputs = 1,
                             .attributes = &attribute_type<FullLikeAttributes>,
                             .infer = full_like_infer,
                             .gradient_stops = true,
                             .metadata_inputs = 0b1};

Tensor full(const Shape& shape, Scalar value, std::optional<DType> dtype, Location where) {
  const FullAttributes attributes{shape, value, dtype.value_or(value.dtype())};
  return apply(full_op, std::span<const Arg* const>(), &attributes, where);
}
Tensor zeros(const Shape& shape, DType dtype, Location where) {
  const Called called("zeros");
  return full(shape, 0, dtype, where);
}
Tensor ones(const Shape& shape, DType dtype, Location where) {
  const Called called("ones");
  return full(shape, 1, dtype, where);
}

Tensor full_like(Arg x, Scalar value) {
  const FullLikeAttributes attributes{value};
  return apply(full_like_op, {&x}, &attributes);
}
Tensor zeros_like(Arg x) {
  const Called called("zeros_like");
  return full_like(std::move(x), 0);
}
Tensor ones_like(Arg x) {
  const Called called("ones_like");
  return full_like(std::move(x), 1);
}

Tensor detail::from_foreign(const void* values, const Shape& shape, DType dtype, std::function<void()> release,
                            Location where) {
  if (!values && shape.size(where) > 0)
    throw ArgumentError("from_blob", "the pointer is null", "shape " + shape.text(), "", where);
  const Frame frame(where);
  auto* impl = new TensorImpl;
  Tensor result = adopt(impl);
  impl->meta = {shape, contiguous_strides(shape), dtype, Device::cpu()};
  impl->storage = foreign_storage(const_cast<void*>(values),
                                  static_cast<std::size_t>(shape.size(where)) * size_of(dtype), std::move(release));
  return result;
}

Tensor tensor(Scalar value, std::optional<DType> dtype, Location where) {
  const Frame frame(where);
  return number_as(dtype.value_or(value.dtype()), "tensor", Arg(value, where), Device::cpu());
}

Tensor tensor(std::initializer_list<NumberList> values, std::optional<DType> dtype, Location where) {
  const Frame frame(where);
  ListReader reader{where};
  reader.read(values, 0);
  return reader.tensor(dtype);
}

Tensor detail::from_bytes(const void* values, std::size_t count, const Shape& shape, DType dtype, Location where) {
  if (static_cast<std::int64_t>(count) != shape.size(where))
    throw ArgumentError("tensor", "the number of values differs from the shape's",
                        std::to_string(count) + " values for shape " + shape.text(), "", where);
  const Frame frame(where);
  Tensor result = make_tensor(shape, dtype);
  if (count) std::memcpy(result.impl()->data(), values, count * size_of(dtype));
  return on_device(result, modes.device);
}

Tensor detail::from_truths(const std::vector<bool>& values, const Shape& shape, Location where) {
  const std::vector<std::uint8_t> bytes(values.begin(), values.end());
  return from_bytes(bytes.data(), bytes.size(), shape, boolean, where);
}

}  // namespace triptych
