// index and index_put: offsets for the places that the index tensors name are made once; around each of them lies a
// block of the axes that nobody names, cut into rows along which x steps evenly.
#include "core/kernels/indexing/pick.h"

#include <algorithm>
#include <atomic>
#include <string>

#include "core/kernels/copy_row.h"
#include "core/kernels/elementwise.h"
#include "core/kernels/indexing/combine.h"
#include "core/kernels/path.h"
#include "core/kernels/sums.h"
#include "core/tensor/tensor_impl.h"

namespace triptych {

extern const Op index_op, index_put_op;

namespace {

Path single_elements("index: single elements"), whole_rows("index: whole rows"), stepping_rows("index: stepping rows"),
    few_chosen("index: on one thread"), many_chosen("index: in parallel"), one_value("index_put: one value"),
    dense_values("index_put: dense values"), broadcast_values("index_put: values broadcast first"),
    put_alone("index_put: on one thread"), put_together("index_put: in parallel");

constexpr std::int64_t grain = 32768;

/// Axes of a tensor, walked in row-major order; neighbours that step as one are merged.
struct Steps {
  int rank = 0;
  std::int64_t lengths[Shape::max_rank] = {}, steps[Shape::max_rank] = {};

  void append(std::int64_t length, std::int64_t step) {
    if (length == 1) return;
    if (rank > 0 && steps[rank - 1] == step * length) {
      lengths[rank - 1] *= length;
      steps[rank - 1] = step;
      return;
    }
    lengths[rank] = length;
    steps[rank++] = step;
  }
  std::int64_t count() const {
    std::int64_t product = 1;
    for (int i = 0; i < rank; ++i) product *= lengths[i];
    return product;
  }
};

std::size_t bytes_for(std::int64_t count) { return static_cast<std::size_t>(count + 1) * sizeof(std::int64_t); }

/// The offset of each element.
class Offsets {
 public:
  explicit Offsets(const Steps& walk) : size_(walk.count()), list_(bytes_for(size_)) {
    auto* out = list_.as<std::int64_t>();
    out[0] = 0;
    std::int64_t done = size_ == 0 ? 0 : 1;  // each axis repeats what is there, from the innermost on
    for (int axis = walk.rank - 1; axis >= 0 && done > 0; --axis) {
      for (std::int64_t i = 1; i < walk.lengths[axis]; ++i)
        for (std::int64_t k = 0; k < done; ++k) out[i * done + k] = out[k] + i * walk.steps[axis];
      done *= walk.lengths[axis];
    }
  }
  std::int64_t size() const { return size_; }
  const std::int64_t* data() const { return list_.as<std::int64_t>(); }

 private:
  std::int64_t size_;
  Scratch list_;
};

/// An index tensor's numbers as offsets, added to `places`; the first number out of range is an error.
template <class I>
void add_places(const KernelCall& call, const I* index, std::int64_t count, int axis, const TensorMeta& x,
                std::int64_t* places) {
  const std::int64_t length = x.shape.begin()[axis];
  const auto stride = static_cast<std::uint64_t>(x.strides[static_cast<std::size_t>(axis)]);
  std::atomic<bool> all_in_range = true;
  parallel_for((count + grain - 1) / grain, [&](std::int64_t part) {
    bool outside = false;
    for (std::int64_t i = part * grain; i < std::min(count, (part + 1) * grain); ++i) {
      const std::int64_t given = index[i], place = given + (given < 0 ? length : 0);
      outside |= static_cast<std::uint64_t>(place) >= static_cast<std::uint64_t>(length);
      places[i] =
          static_cast<std::int64_t>(static_cast<std::uint64_t>(places[i]) + static_cast<std::uint64_t>(place) * stride);
    }
    if (outside) all_in_range = false;
  });
  if (all_in_range) [[likely]]
    return;
  const std::int64_t wrong =
      *std::find_if(index, index + count, [&](std::int64_t i) { return i < -length || i >= length; });
  throw ArgumentError(
      call.op.name, "an index is out of range",
      "index " + std::to_string(wrong) + " for axis " + std::to_string(axis) + " of shape " + x.shape.text(), "",
      call.context.where);
}

/// Where the chosen elements lie in x.
class Chosen {
 public:
  Chosen(const KernelCall& call, std::span<const Operand> indices, const Axes& axes, std::int64_t place,
         const TensorMeta& x)
      : together_(common_shape(indices)), count_(together_.size()), places_(bytes_for(count_)) {
    std::fill_n(places_.as<std::int64_t>(), count_, 0);
    bool named[Shape::max_rank] = {};
    for (std::size_t i = 0; i < indices.size(); ++i) {
      const std::int64_t given = axes[static_cast<int>(i)];
      const int axis = static_cast<int>(given < 0 ? given + x.shape.rank() : given);
      named[axis] = true;
      add(call, indices[i], axis, x);
    }
    int passed = 0;
    for (int axis = 0; axis < x.shape.rank(); ++axis)
      if (!named[axis])
        (passed++ < place ? outer_ : inner_).append(x.shape.begin()[axis], x.strides[static_cast<std::size_t>(axis)]);
    if (inner_.rank > 0) {
      --inner_.rank;
      length_ = inner_.lengths[inner_.rank];
      step_ = inner_.steps[inner_.rank];
    }
  }

  std::int64_t count() const { return count_; }
  const std::int64_t* places() const { return places_.as<std::int64_t>(); }
  /// Before the indices, behind them but for the last axis, and that axis.
  const Steps& outer() const { return outer_; }
  const Steps& inner() const { return inner_; }
  std::int64_t length() const { return length_; }
  std::int64_t step() const { return step_; }

 private:
  static Shape common_shape(std::span<const Operand> indices) {
    Shape shape;
    for (const Operand& index : indices) broadcast(shape, index.shape(), shape);
    return shape;
  }

  void add(const KernelCall& call, const Operand& index, int axis, const TensorMeta& x) {
    const bool dense = index.shape() == together_ && index.meta->is_contiguous();
    const Scratch copy(dense ? 1 : static_cast<std::size_t>(count_ + 1) * size_of(index.dtype()));
    const void* numbers = index.data;
    if (!dense) {
      TensorMeta meta = *index.meta;
      meta.shape = together_;
      meta.strides = contiguous_strides(together_);
      copy_strided(index.data, broadcast_meta(*index.meta, together_), copy.as<void>(), meta);
      numbers = copy.as<void>();
    }
    if (index.dtype() == int64)
      add_places(call, static_cast<const std::int64_t*>(numbers), count_, axis, x, places_.as<std::int64_t>());
    else
      add_places(call, static_cast<const std::int32_t*>(numbers), count_, axis, x, places_.as<std::int64_t>());
  }

  Shape together_;
  std::int64_t count_;
  Scratch places_;
  Steps outer_, inner_;
  std::int64_t length_ = 1, step_ = 1;
};

template <class Word>
void copy_row(const Word* from, std::int64_t step, Word* to, std::int64_t length) {
  if (step == 1 && length >= 16)
    triptych::copy_row(to, from, static_cast<std::size_t>(length) * sizeof(Word));
  else
    for (std::int64_t i = 0; i < length; ++i) to[i] = from[i * step];
}

/// Runs `body(begin, end)` over `count` pieces of work of `size` elements each.
template <class F>
void in_parts(std::int64_t count, std::int64_t size, Path& alone, Path& together, F body) {
  const std::int64_t step = std::max<std::int64_t>(1, grain / std::max<std::int64_t>(size, 1));
  (count <= step ? alone : together).take();
  if (count <= step) return body(0, count);
  parallel_for((count + step - 1) / step,
               [&](std::int64_t part) { body(part * step, std::min(count, (part + 1) * step)); });
}

template <class Word>
void pick_words(const Chosen& chosen, const Word* x, Word* out) {
  const Offsets outer(chosen.outer()), inner(chosen.inner());
  const std::int64_t count = chosen.count(), rows = inner.size(), length = chosen.length();
  const std::int64_t* places = chosen.places();
  if (rows * length == 1) {
    single_elements.take();
    return in_parts(outer.size() * count, 1, few_chosen, many_chosen, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end;) {
        const std::int64_t first = i % count, n = std::min(count - first, end - i);
        const Word* from = x + outer.data()[i / count];
        for (std::int64_t k = 0; k < n; ++k) out[i + k] = from[places[first + k]];
        i += n;
      }
    });
  }
  (chosen.step() == 1 ? whole_rows : stepping_rows).take();
  const auto blocks = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const Word* from = x + outer.data()[i / count] + places[i % count];
      for (std::int64_t r = 0; r < rows; ++r)
        copy_row(from + inner.data()[r], chosen.step(), out + (i * rows + r) * length, length);
    }
  };
  in_parts(outer.size() * count, rows * length, few_chosen, many_chosen, blocks);
}

/// Puts values, `step` apart, to `out`: combine(there, value). What may meet at one place is put there by one thread.
template <class There, class Value, class F>
void put_values(const Chosen& chosen, const Value* values, std::int64_t step, There* out, F combine) {
  const Offsets outer(chosen.outer()), inner(chosen.inner());
  const std::int64_t count = chosen.count(), rows = inner.size(), length = chosen.length();
  const std::int64_t block = std::max<std::int64_t>(256, (length + 7) / 8), blocks = (length + block - 1) / block;
  in_parts(outer.size() * rows * blocks, count * std::min(block, length), put_alone, put_together,
           [&](std::int64_t begin, std::int64_t end) {
             for (std::int64_t i = begin; i < end; ++i) {
               const std::int64_t first = i % blocks * block, n = std::min(block, length - first);
               const std::int64_t r = i / blocks % rows, o = i / blocks / rows;
               There* to = out + outer.data()[o] + inner.data()[r] + first * chosen.step();
               for (std::int64_t j = 0; j < count; ++j) {
                 There* there = to + chosen.places()[j];
                 const Value* value = values + (((o * count + j) * rows + r) * length + first) * step;
                 if (chosen.step() == 1 && step == 1)
                   for (std::int64_t k = 0; k < n; ++k) there[k] = combine(there[k], value[k]);
                 else
                   for (std::int64_t k = 0; k < n; ++k)
                     there[k * chosen.step()] = combine(there[k * chosen.step()], value[k * step]);
               }
             }
           });
}

/// `value` as it is if it is dense or one element, else broadcast to the shape of what is chosen.
class DenseValue {
 public:
  DenseValue(const Operand& value, const Shape& shape)
      : data_(value.data), step_(value.size() == 1 ? 0 : 1), copy_(bytes_of_copy(value, shape)) {
    const bool dense = is_dense(value, shape);
    (step_ == 0 ? one_value : dense ? dense_values : broadcast_values).take();
    if (step_ == 0 || dense) return;
    TensorMeta meta = *value.meta;
    meta.shape = shape;
    meta.strides = contiguous_strides(shape);
    copy_strided(value.data, broadcast_meta(*value.meta, shape), copy_.as<void>(), meta);
    data_ = copy_.as<void>();
  }
  template <class T>
  const T* as() const {
    return static_cast<const T*>(data_);
  }
  std::int64_t step() const { return step_; }

 private:
  static bool is_dense(const Operand& value, const Shape& shape) {
    return value.shape() == shape && value.meta->is_contiguous();
  }
  static std::size_t bytes_of_copy(const Operand& value, const Shape& shape) {
    if (value.size() == 1 || is_dense(value, shape)) return 1;
    return static_cast<std::size_t>(shape.size() + 1) * size_of(value.dtype());
  }

  const void* data_;
  std::int64_t step_;
  Scratch copy_;
};

/// The shape of what is chosen: that of the index tensors between the axes that nobody names.
Shape chosen_shape(const TensorMeta& x, std::span<const Operand> indices, const Axes& axes, std::int64_t place) {
  Shape together, out;
  bool named[Shape::max_rank] = {};
  for (const Operand& index : indices) broadcast(together, index.shape(), together);
  for (const std::int64_t axis : axes) named[axis < 0 ? axis + x.shape.rank() : axis] = true;
  for (int axis = 0; axis < x.shape.rank(); ++axis)
    if (!named[axis]) out.append(x.shape.dim(axis));
  for (int i = 0; i < together.rank(); ++i) out.insert(static_cast<int>(place) + i, together.dim(i));
  return out;
}

void index_run(const KernelCall& call) {
  const auto& [axes, place] = call.attributes_as<IndexAttributes>();
  pick_elements(call, call.inputs[0], call.inputs.subspan(1), axes, place);
}

void index_put_run(const KernelCall& call) {
  const auto& [axes, place, combine] = call.attributes_as<IndexPutAttributes>();
  put_elements(call, call.inputs[0], call.inputs[1], call.inputs.subspan(2), axes, place, combine);
}

const Kernel index_kernel{.run = index_run, .any_strides = true},
    index_put_kernel{.run = index_put_run, .any_strides = true, .donates = 0b1};

}  // namespace

void pick_elements(const KernelCall& call, const Operand& x, std::span<const Operand> indices, const Axes& axes,
                   std::int64_t place) {
  const Operand& out = call.outputs[0];
  const Chosen chosen(call, indices, axes, place, *x.meta);
  if (out.size() == 0) return;
  visit_width(x.dtype(), [&]<class Word>(Word*) { pick_words(chosen, x.as<const Word>(), out.as<Word>()); });
}

void put_elements(const KernelCall& call, const Operand& x, const Operand& value, std::span<const Operand> indices,
                  const Axes& axes, std::int64_t place, Combine combine) {
  const Operand& out = call.outputs[0];
  const Chosen chosen(call, indices, axes, place, *out.meta);
  if (x.data != out.data) copy_strided(x.data, *x.meta, out.data, *out.meta);
  const Shape shape = chosen_shape(*out.meta, indices, axes, place);
  if (shape.size() == 0) return;
  const DenseValue values(value, shape);
  if (combine == Combine::replace)
    return visit_width(out.dtype(), [&]<class Word>(Word*) {
      put_values(chosen, values.as<Word>(), values.step(), out.as<Word>(), [](Word, Word b) { return b; });
    });
  visit_dtype(out.dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    const Sums<T> sums(out);
    sums.start_from(out.as<const T>());
    visit_combine<C>(combine, [&](auto how) {
      put_values(chosen, values.as<T>(), values.step(), sums.data(),
                 [how](C a, T b) { return how(a, static_cast<C>(b)); });
    });
    sums.finish();
  });
}

void register_pick_kernels() {
  register_kernel(index_op, Device::Type::cpu, index_kernel);
  register_kernel(index_put_op, Device::Type::cpu, index_put_kernel);
}

}  // namespace triptych
