// NumPy's indexing: `x[{...}]`, `x.set({...}, value)` and their functions.
#include "core/ops/indexing/index.h"

#include "core/ops/ops.h"
#include "core/support/error_context.h"
#include "core/tensor/converted.h"
#include "core/tensor/tensor_impl.h"
#include "triptych/core/ops.h"

namespace triptych {

Index::Index(const Tensor& value, Location where)
    : kind(Kind::tensor), tensor(std::make_shared<const Tensor>(value)), where(where) {}

void append_slice(SliceAttributes& attributes, const Slice& slice) {
  const bool forward = slice.step >= 0;
  attributes.append(!slice.start.open ? slice.start.value
                    : forward         ? 0
                                      : SliceAttributes::last,
                    !slice.stop.open ? slice.stop.value
                    : forward        ? SliceAttributes::last
                                     : SliceAttributes::first,
                    slice.step);
}

void append_integer(SliceAttributes& attributes, std::int64_t index) {
  attributes.dropped |= std::int64_t{1} << attributes.starts.size();
  attributes.append(index, index, 1);
}

namespace {

bool is_mask(const Tensor& tensor) { return tensor.dtype() == boolean || tensor.dtype() == uint8; }

/// How many axes of the tensor an element of an index takes.
int axes_taken(const Index& index) {
  switch (index.kind) {
    case Index::Kind::integer:
    case Index::Kind::slice:
      return 1;
    case Index::Kind::tensor:
      return is_mask(*index.tensor) ? index.tensor->ndim() : 1;
    default:
      return 0;
  }
}

void check_tensor(const Index& index, Location where) {
  const Tensor& tensor = *index.tensor;
  if (!tensor.defined())
    throw ArgumentError("index", "an index is undefined", "a default-constructed Tensor", "Give it a value first",
                        where);
  if (!is_mask(tensor) && tensor.dtype() != int64 && tensor.dtype() != int32)
    throw ArgumentError("index", "an index tensor is neither of integers (int32, int64) nor a mask (bool, uint8)",
                        std::string(dtype_name(tensor.dtype())) + " " + tensor.shape().text(), "Convert with cast",
                        where);
}

/// A mask over the axes of `shape` from `first` on has their lengths.
void check_mask(const Tensor& mask, const Shape& shape, int first, Location where) {
  for (int i = 0; i < mask.ndim(); ++i)
    if (conflict(mask.shape().dim(i), shape.dim(first + i)))
      throw ArgumentError(
          "index", "the mask's shape differs from the tensor's",
          "mask " + mask.shape().text() + " from axis " + std::to_string(first) + " of shape " + shape.text() + " on",
          "", where);
}

/// NumPy's rule for where the index tensors' dimensions go: where they stand side by side, an integer among them being
/// one of them, in their place; else first.
class PlaceOfIndices {
 public:
  void chooses(int kept) {
    if (state_ == State::before) place_ = kept;
    if (state_ == State::behind) apart_ = true;
    state_ = State::among;
  }
  void keeps() {
    if (state_ == State::among) state_ = State::behind;
  }
  std::int64_t place() const { return apart_ ? 0 : place_; }

 private:
  enum class State : std::uint8_t { before, among, behind };
  State state_ = State::before;
  int place_ = 0;
  bool apart_ = false;
};

Tensor as_bool(const Tensor& mask, Location where) {
  return mask.dtype() == boolean ? mask : not_equal(Arg(mask, where), 0);
}

/// The slice takes everything.
bool is_whole(const SliceAttributes& a) {
  for (int i = 0; i < a.starts.size(); ++i)
    if (a.starts[i] != 0 || a.stops[i] != SliceAttributes::last || a.steps[i] != 1) return false;
  return a.dropped == 0;
}

/// The places where the mask, over the axes from `first` on, is true: a vector for each of its axes.
void append_mask(CompiledIndex& result, const Tensor& mask, int first, Location where) {
  const Tensor places = nonzero(Arg(mask, where));
  for (int i = 0; i < mask.ndim(); ++i) {
    result.tensors.push_back(select(Arg(places, where), 1, i));
    result.chosen.axes.append(first + i, where);
  }
}

}  // namespace

CompiledIndex compile_index(std::span<const Index> indices, const Shape& shape, Location where) {
  int taken = 0, ellipses = 0;
  for (const Index& index : indices) {
    if (index.kind == Index::Kind::tensor) check_tensor(index, where);
    taken += axes_taken(index);
    ellipses += index.kind == Index::Kind::ellipsis;
  }
  if (ellipses > 1)
    throw ArgumentError("index", "an index has more than one ellipsis", std::to_string(ellipses) + " are given", "",
                        where);
  if (taken > shape.rank())
    throw ArgumentError("index", "there are more indices than dimensions",
                        std::to_string(taken) + " for shape " + shape.text(), "", where);
  CompiledIndex result;
  PlaceOfIndices place;
  const auto kept = [&] { return result.sliced_rank - result.chosen.axes.size(); };
  const auto new_axis = [&] { result.new_axes.append(result.sliced_rank++, where); };
  const auto whole_axis = [&] { append_slice(result.slice, {}), ++result.sliced_rank; };
  for (const Index& index : indices) {
    switch (index.kind) {
      case Index::Kind::integer:
        place.chooses(kept());
        append_integer(result.slice, index.integer);
        break;
      case Index::Kind::slice:
        place.keeps();
        append_slice(result.slice, index.slice);
        ++result.sliced_rank;
        break;
      case Index::Kind::ellipsis:
        place.keeps();
        for (int i = taken; i < shape.rank(); ++i) whole_axis();
        break;
      case Index::Kind::newaxis:
        place.keeps();
        new_axis();
        break;
      case Index::Kind::tensor: {
        const Tensor& tensor = *index.tensor;
        place.chooses(kept());
        const int first = result.sliced_rank;
        if (!is_mask(tensor)) {
          whole_axis();
          result.tensors.push_back(tensor);
          result.chosen.axes.append(first, where);
        } else if (tensor.ndim() == 0) {  // over a new axis of length one
          new_axis();
          append_mask(result, unsqueeze(Arg(tensor, where), 0), first, where);
        } else {
          check_mask(tensor, shape, result.slice.starts.size(), where);
          for (int i = 0; i < tensor.ndim(); ++i) whole_axis();
          if (indices.size() == 1)
            result.mask = as_bool(tensor, where);
          else
            append_mask(result, tensor, first, where);
        }
        break;
      }
    }
  }
  result.chosen.place = place.place();
  result.sliced_rank += shape.rank() - result.slice.starts.size();
  const int rank = result.sliced_rank;
  if (rank > Shape::max_rank)
    throw ArgumentError("index", "a tensor has more than 8 dimensions",
                        std::to_string(rank) + " would come of shape " + shape.text(), "", where);
  return result;
}

namespace {

/// x sliced and with the new axes: what index tensors choose from.
Tensor sliced(const Arg& x, const CompiledIndex& compiled) {
  const bool whole = is_whole(compiled.slice) && (compiled.mask.defined() || !compiled.tensors.empty());
  Tensor result = whole ? x.tensor() : apply_slice(x, compiled.slice);
  for (std::int64_t axis : compiled.new_axes) result = unsqueeze(Arg(result, x.where()), axis);
  return result;
}

/// The mask, whose shape a graph may not know, where it is as large as x.
Tensor mask_like(const Tensor& mask, const Tensor& x, Location where) {
  return mask.shape().known() && x.shape().known() ? mask : reshape_like(Arg(mask, where), x);
}

/// `value` where the mask over the first axes is true.
Tensor put_by_mask(const Tensor& x, const Tensor& given, const Tensor& value, Location where) {
  Shape part, result;
  for (int i = given.ndim(); i < x.ndim(); ++i) part.append(x.shape().dim(i));
  if (!broadcast(part, value.shape(), result) || !result.compatible(part))
    throw ArgumentError("index_put", "the value does not broadcast to the selected part",
                        "the value is " + value.shape().text() + ", the part of each place " + part.text(), "", where);
  Tensor mask = given.ndim() == x.ndim() ? mask_like(given, x, where) : given;
  while (mask.ndim() < x.ndim()) mask = unsqueeze(Arg(mask, where), -1);
  return triptych::where(Arg(mask, where), Arg(value, where), Arg(x, where));
}

Tensor put_chosen(const Tensor& x, CompiledIndex& compiled, const Tensor& value, Location where) {
  if (compiled.mask.defined()) {
    if (value.ndim() <= x.ndim() - compiled.mask.ndim()) return put_by_mask(x, compiled.mask, value, where);
    append_mask(compiled, compiled.mask, 0, where);
  }
  return put(Arg(x, where), Arg(value, where), compiled.tensors, {compiled.chosen.axes, compiled.chosen.place});
}

}  // namespace

Tensor apply_index(Arg x, std::span<const Index> indices) {
  const Called called("index");
  const Frame frame(x.where());
  const Location where = x.where();
  CompiledIndex compiled = compile_index(indices, operand("index", x).shape(), where);
  const Tensor from = sliced(x, compiled);
  if (compiled.mask.defined()) {
    if (compiled.mask.ndim() == from.ndim())
      return masked_select(Arg(from, where), mask_like(compiled.mask, from, where));
    append_mask(compiled, compiled.mask, 0, where);
  }
  return compiled.tensors.empty() ? from : pick(Arg(from, where), compiled.tensors, compiled.chosen);
}

Tensor apply_index_update(Arg x, std::span<const Index> indices, const Arg& value) {
  const Called called("index_update");
  const Frame frame(x.where());
  CompiledIndex compiled = compile_index(indices, operand("index_update", x).shape(), x.where());
  const DType dtype = x.tensor().dtype();
  Tensor part = value.is_scalar() ? number_as(dtype, "index_update", value, x.tensor().device())
                                  : converted_to_fit("index_update", value, dtype);
  if (compiled.mask.defined() || !compiled.tensors.empty()) {
    part = put_chosen(sliced(x, compiled), compiled, part, value.where());
    if (is_whole(compiled.slice) && compiled.new_axes.empty()) return part;
  }
  Axes new_axes;  // counted from the end, as the value may have fewer dimensions
  for (std::int64_t axis : compiled.new_axes)
    if (const std::int64_t from_end = axis - compiled.sliced_rank; - from_end <= part.ndim()) new_axes.append(from_end);
  if (!new_axes.empty()) part = squeeze(Arg(part, value.where()), new_axes);
  const Arg replaced(part, value.where());
  return apply_slice_update(x, replaced, compiled.slice);
}

Tensor index(Arg x, const std::vector<Index>& indices) { return apply_index(std::move(x), indices); }

Tensor index_update(Arg x, const std::vector<Index>& indices, Arg value) {
  return apply_index_update(std::move(x), indices, value);
}

Tensor Tensor::operator[](const Index& index) const { return apply_index(Arg(*this, index.where), {&index, 1}); }

Tensor Tensor::operator[](std::initializer_list<Index> indices) const {
  return apply_index(Arg(*this, indices.size() ? indices.begin()->where : Location()),
                     {indices.begin(), indices.size()});
}

}  // namespace triptych
