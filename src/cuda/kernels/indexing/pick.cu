// index and index_put. Elements of a row-major result are counted as (outer, index, inner): the axes before the
// indices, the indices, the axes behind them.
#include <string>

#include "core/kernels/strided.h"
#include "cuda/kernels/add_by_index.h"
#include "cuda/kernels/bitonic_sort.h"
#include "cuda/kernels/combine.h"
#include "cuda/kernels/elementwise.h"
#include "cuda/kernels/indexing/axis_fault.h"
#include "cuda/kernels/kernels.h"
#include "cuda/kernels/random/generate.h"

namespace triptych {

extern const Op index_op, index_put_op;

namespace cuda {
namespace {

/// Dimensions, walked in row-major order.
struct Walked {
  int rank = 0;
  std::int64_t count = 1;
  std::int64_t lengths[Shape::max_rank] = {}, steps[Shape::max_rank] = {};

  void append(std::int64_t length, std::int64_t step) {
    lengths[rank] = length;
    steps[rank++] = step;
    count *= length;
  }
  __device__ std::int64_t operator()(std::int64_t i) const {
    std::int64_t place = 0;
    for (int axis = rank - 1; axis >= 0; --axis) {
      place += i % lengths[axis] * steps[axis];
      i /= lengths[axis];
    }
    return place;
  }
};

/// Index tensors of one shape, and where they point to in x.
struct ChosenPlaces {
  int tensors = 0;
  const void* index[Shape::max_rank] = {};
  DType dtypes[Shape::max_rank] = {};
  Walked walk[Shape::max_rank];  // of each index tensor
  std::int64_t limits[Shape::max_rank] = {}, strides[Shape::max_rank] = {};
  Walked outer, inner;
  std::int64_t count = 1;  // of indices
  FaultReport fault;

  ChosenPlaces(const KernelCall& call, std::span<const Operand> indices, const Axes& axes, std::int64_t place,
               const TensorMeta& x)
      : tensors(axes.size()),
        fault(fault_report(call.context.device.index, call.op.name, "an index is out of range", call.context.where,
                           axis_text)) {
    Shape together;
    for (const Operand& operand : indices) broadcast(together, operand.shape(), together);
    count = together.size();
    bool named[Shape::max_rank] = {};
    for (int i = 0; i < tensors; ++i) {
      const Operand& operand = indices[static_cast<std::size_t>(i)];
      const auto axis = static_cast<std::size_t>(axes[i] < 0 ? axes[i] + x.shape.rank() : axes[i]);
      const TensorMeta meta = broadcast_meta(*operand.meta, together);
      named[axis] = true;
      index[i] = operand.data;
      dtypes[i] = operand.dtype();
      limits[i] = x.shape.begin()[axis];
      strides[i] = x.strides[axis];
      for (int k = 0; k < together.rank(); ++k)
        walk[i].append(together.begin()[k], meta.strides[static_cast<std::size_t>(k)]);
    }
    int passed = 0;
    for (int axis = 0; axis < x.shape.rank(); ++axis)
      if (!named[axis])
        (passed++ < place ? outer : inner).append(x.shape.begin()[axis], x.strides[static_cast<std::size_t>(axis)]);
  }

  /// Where index `j` points to; -1: nowhere.
  __device__ std::int64_t operator()(std::int64_t j) const {
    std::int64_t place = 0;
    for (int i = 0; i < tensors; ++i) {
      const auto given = loaded<std::int64_t>(index[i], dtypes[i], walk[i](j));
      if (given < -limits[i] || given >= limits[i]) {
        report_fault(fault, given, limits[i]);
        return -1;
      }
      place += (given < 0 ? given + limits[i] : given) * strides[i];
    }
    return place;
  }
};

/// Looks at every index, for errors.
__global__ void check_indices(ChosenPlaces places) {
  for (std::int64_t j = thread_index(); j < places.count; j += thread_count()) places(j);
}

template <class Word>
struct Picked {
  ChosenPlaces places;
  const Word* x;
  __device__ Word operator()(std::int64_t t) const {
    const std::int64_t i = t % places.inner.count, j = t / places.inner.count % places.count;
    const std::int64_t place = places(j);
    return place < 0 ? Word(0) : x[places.outer(t / places.inner.count / places.count) + place + places.inner(i)];
  }
};

/// Values for the chosen elements, broadcast, and what they are put into.
template <class T>
struct Put {
  ChosenPlaces places;
  Combine combine;
  const T* values;
  Walked value_walk;
  T* out;
};

template <class T>
__global__ void put_atomically(Put<T> put, std::int64_t total, compute_type<T>* out) {
  for (std::int64_t t = thread_index(); t < total; t += thread_count()) {
    const ChosenPlaces& places = put.places;
    const std::int64_t i = t % places.inner.count, j = t / places.inner.count % places.count;
    const std::int64_t place = places(j), o = t / places.inner.count / places.count;
    if (place >= 0)
      atomicAdd(out + places.outer(o) + place + places.inner(i),
                static_cast<compute_type<T>>(put.values[put.value_walk(t)]));
  }
}

/// The places as keys to be sorted, up to `width` of them; what points nowhere is -1.
__global__ void list_places(ChosenPlaces places, std::int64_t width, std::int64_t* keys, std::int64_t* order) {
  for (std::int64_t j = thread_index(); j < width; j += thread_count()) {
    keys[j] = j < places.count ? places(j) : -1;
    order[j] = j;
  }
}

/// Equal keys stand together, in the order of the indices: the thread of the first of them takes them all.
template <class T>
__global__ void put_in_order(Put<T> put, std::int64_t width, const std::int64_t* keys, const std::int64_t* order) {
  using C = compute_type<T>;
  const ChosenPlaces& places = put.places;
  const std::int64_t lines = places.outer.count * places.inner.count;
  for (std::int64_t t = thread_index(); t < width * lines; t += thread_count()) {
    const std::int64_t line = t % lines, i = line % places.inner.count, o = line / places.inner.count;
    std::int64_t run = t / lines;
    const std::int64_t key = keys[run];
    if (key < 0 || (run > 0 && keys[run - 1] == key)) continue;
    T* to = put.out + places.outer(o) + key + places.inner(i);
    C sum = static_cast<C>(*to);
    for (; run < width && keys[run] == key; ++run) {
      const std::int64_t value = (o * places.count + order[run]) * places.inner.count + i;
      sum = combined(put.combine, sum, static_cast<C>(put.values[put.value_walk(value)]));
    }
    *to = T(sum);
  }
}

void index_run(const KernelCall& call) {
  const Operand& x = call.inputs[0];
  const auto& [axes, place] = call.attributes_as<IndexAttributes>();
  const ChosenPlaces places(call, call.inputs.subspan(1), axes, place, *x.meta);
  if (call.outputs[0].size() == 0) return run(call, check_indices, blocks_for(places.count), block_threads, 0, places);
  visit_width(x.dtype(), [&]<class Word>(Word*) { generate<Word>(call, Picked<Word>{places, x.as<const Word>()}); });
}

/// The steps of a value that is broadcast to what `places` choose.
Walked walk_of(const ChosenPlaces& places, const KernelCall& call, std::int64_t place) {
  Shape chosen;
  for (int i = 0; i < places.outer.rank; ++i) chosen.append(places.outer.lengths[i]);
  for (int i = 0; i < places.inner.rank; ++i) chosen.append(places.inner.lengths[i]);
  for (int i = 0; i < places.walk[0].rank; ++i) chosen.insert(static_cast<int>(place) + i, places.walk[0].lengths[i]);
  const TensorMeta meta = broadcast_meta(*call.inputs[1].meta, chosen);
  Walked walk;
  for (int i = 0; i < chosen.rank(); ++i) walk.append(chosen.begin()[i], meta.strides[static_cast<std::size_t>(i)]);
  return walk;
}

void index_put_run(const KernelCall& call) {
  const Operand &x = call.inputs[0], &out = call.outputs[0];
  const auto& [axes, place, combine] = call.attributes_as<IndexPutAttributes>();
  if (x.data != out.data) cuda::copy_strided(x.data, *x.meta, out.data, *out.meta);
  const ChosenPlaces places(call, call.inputs.subspan(2), axes, place, *out.meta);
  const std::int64_t lines = places.outer.count * places.inner.count, total = places.count * lines;
  if (places.count == 0) return;
  if (total == 0) return run(call, check_indices, blocks_for(places.count), block_threads, 0, places);
  const Walked values = walk_of(places, call, place);
  const Combine how = combine;
  visit_dtype(out.dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    const Put<T> put{places, how, call.inputs[1].as<const T>(), values, out.as<T>()};
    if constexpr (has_atomics<T>) {
      if (how == Combine::add && call.context.numerics == Numerics::fast)
        return grow_sums<T>(call, out, [&](compute_type<T>* sums) {
          run(call, put_atomically<T>, blocks_for(total), block_threads, 0, put, total, sums);
        });
    }
    const std::int64_t width = sorting_width(places.count);
    const std::size_t bytes = static_cast<std::size_t>(width) * sizeof(std::int64_t);
    const Scratch keys(call.context, bytes), order(call.context, bytes);
    run(call, list_places, blocks_for(width), block_threads, 0, places, width, keys.as<std::int64_t>(),
        order.as<std::int64_t>());
    bitonic_sort<std::int64_t>(call, {keys.as<std::int64_t>(), order.as<std::int64_t>(), 1, width});
    run(call, put_in_order<T>, blocks_for(width * lines), block_threads, 0, put, width, keys.as<const std::int64_t>(),
        order.as<const std::int64_t>());
  });
}

const Kernel index_kernel{.run = index_run}, index_put_kernel{.run = index_put_run, .donates = 0b1};

}  // namespace

void register_pick_kernels() {
  register_kernel(index_op, Device::Type::cuda, index_kernel);
  register_kernel(index_put_op, Device::Type::cuda, index_put_kernel);
}

}  // namespace cuda
}  // namespace triptych
