#include "core/ops/indexing/gather.h"
#include "cuda/kernels/add_by_index.h"
#include "cuda/kernels/combine.h"
#include "cuda/kernels/indexing/axis_fault.h"
#include "cuda/kernels/kernels.h"
#include "cuda/kernels/random/generate.h"

namespace triptych {

extern const Op gather_op, scatter_add_op, scatter_op, index_select_op, index_add_op;

namespace cuda {
namespace {

FaultReport report_for(const KernelCall& call) {
  return fault_report(call.context.device.index, call.op.name, "an index is out of range", call.context.where,
                      axis_text);
}

int from_the_front(std::int64_t axis, const Operand& x) {
  return static_cast<int>(axis < 0 ? axis + x.shape().rank() : axis);
}

int axis_of(const KernelCall& call) {
  return from_the_front(call.attributes_as<AlongAxisAttributes>().axis, call.inputs[0]);
}

/// Elements before and after an axis of a row-major tensor.
struct Around {
  std::int64_t outer = 1, inner = 1;
  Around(const Shape& shape, int axis) {
    for (int i = 0; i < axis; ++i) outer *= shape[i];
    for (int i = axis + 1; i < shape.rank(); ++i) inner *= shape[i];
  }
};

/// Where the elements of a row-major index tensor point to in a row-major x.
struct PlacesAlong {
  const void* index;
  DType dtype;
  int rank, axis;
  std::int64_t lengths[Shape::max_rank] = {};  // of the index
  std::int64_t strides[Shape::max_rank] = {};  // of x
  std::int64_t limit;                          // x's length along the axis
  FaultReport fault;

  PlacesAlong(const KernelCall& call, int along, const TensorMeta& x)
      : index(call.inputs[1].data),
        dtype(call.inputs[1].dtype()),
        rank(x.shape.rank()),
        axis(along),
        limit(x.shape.begin()[axis]),
        fault(report_for(call)) {
    for (int i = 0; i < rank; ++i) {
      lengths[i] = call.inputs[1].shape().begin()[i];
      strides[i] = x.strides[static_cast<std::size_t>(i)];
    }
  }

  /// The offset in x for element i; -1: nowhere.
  __device__ std::int64_t operator()(std::int64_t i) const {
    const auto given = loaded<std::int64_t>(index, dtype, i);
    if (given < -limit || given >= limit) {
      report_fault(fault, given, limit);
      return -1;
    }
    std::int64_t place = (given < 0 ? given + limit : given) * strides[axis];
    for (int k = rank - 1; k >= 0; --k) {
      if (k != axis) place += i % lengths[k] * strides[k];
      i /= lengths[k];
    }
    return place;
  }
};

template <class Word>
struct Gathered {
  PlacesAlong places;
  const Word* x;
  __device__ Word operator()(std::int64_t i) const {
    const std::int64_t place = places(i);
    return place < 0 ? Word(0) : x[place];
  }
};

void gather_run(const KernelCall& call) {
  const Operand& x = call.inputs[0];
  visit_width(x.dtype(), [&]<class Word>(Word*) {
    generate<Word>(call, Gathered<Word>{PlacesAlong(call, axis_of(call), *x.meta), x.as<const Word>()});
  });
}

template <class T>
__global__ void scatter_atomically(PlacesAlong places, std::int64_t total, const T* from, compute_type<T>* to) {
  for (std::int64_t i = thread_index(); i < total; i += thread_count())
    if (const std::int64_t place = places(i); place >= 0) atomicAdd(to + place, static_cast<compute_type<T>>(from[i]));
}

/// A thread for each line of the index along the axis, which are those that may add to one element.
template <class T>
__global__ void scatter_in_order(PlacesAlong places, std::int64_t lines, std::int64_t length, std::int64_t step,
                                 const T* from, compute_type<T>* to) {
  for (std::int64_t line = thread_index(); line < lines; line += thread_count()) {
    const std::int64_t start = line / step * length * step + line % step;
    for (std::int64_t i = start; i < start + length * step; i += step)
      if (const std::int64_t place = places(i); place >= 0)
        to[place] = static_cast<compute_type<T>>(add_one(as_added(to[place]), as_added(from[i])));
  }
}

void copy_first(const KernelCall& call) {
  const Operand &x = call.inputs[0], &out = call.outputs[0];
  if (x.data != out.data) cuda::copy_strided(x.data, *x.meta, out.data, *out.meta);
}

void scatter_add_run(const KernelCall& call) {
  const Operand &index = call.inputs[1], &out = call.outputs[0];
  copy_first(call);
  const std::int64_t total = index.size();
  if (total == 0) return;
  const PlacesAlong places(call, axis_of(call), *out.meta);
  const std::int64_t length = places.lengths[places.axis];
  visit_dtype(out.dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    const T* from = call.inputs[2].as<const T>();
    grow_sums<T>(call, out, [&](compute_type<T>* sums) {
      if constexpr (has_atomics<T>) {
        if (call.context.numerics == Numerics::fast)
          return run(call, scatter_atomically<T>, blocks_for(total), block_threads, 0, places, total, from, sums);
      }
      run(call, scatter_in_order<T>, blocks_for(total / length), block_threads, 0, places, total / length, length,
          Around(index.shape(), places.axis).inner, from, sums);
    });
  });
}

/// As scatter_in_order, for other ways than sums.
template <class T>
__global__ void combine_in_order(PlacesAlong places, Combine how, std::int64_t lines, std::int64_t length,
                                 std::int64_t step, const T* from, compute_type<T>* to) {
  using C = compute_type<T>;
  for (std::int64_t line = thread_index(); line < lines; line += thread_count()) {
    const std::int64_t start = line / step * length * step + line % step;
    for (std::int64_t i = start; i < start + length * step; i += step)
      if (const std::int64_t place = places(i); place >= 0)
        to[place] = combined(how, to[place], static_cast<C>(from[i]));
  }
}

void scatter_run(const KernelCall& call) {
  const Operand &index = call.inputs[1], &out = call.outputs[0];
  const auto& attributes = call.attributes_as<ScatterAttributes>();
  copy_first(call);
  const std::int64_t total = index.size();
  if (total == 0) return;
  const PlacesAlong places(call, from_the_front(attributes.axis, out), *out.meta);
  const std::int64_t length = places.lengths[places.axis];
  visit_dtype(out.dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    grow_sums<T>(call, out, [&](compute_type<T>* sums) {
      run(call, combine_in_order<T>, blocks_for(total / length), block_threads, 0, places, attributes.combine,
          total / length, length, Around(index.shape(), places.axis).inner, call.inputs[2].as<const T>(), sums);
    });
  });
}

template <class Word>
struct Selected {
  const void* index;
  DType dtype;
  std::int64_t count, length, inner;
  FaultReport fault;
  const Word* x;
  __device__ Word operator()(std::int64_t t) const {
    const std::int64_t k = t % inner, i = t / inner % count, o = t / inner / count;
    const auto given = loaded<std::int64_t>(index, dtype, i);
    const std::int64_t place = checked_index(given, length, fault);
    return length == 0 ? Word(0) : x[(o * length + place) * inner + k];
  }
};

void index_select_run(const KernelCall& call) {
  const Operand &x = call.inputs[0], &index = call.inputs[1];
  const int axis = axis_of(call);
  visit_width(x.dtype(), [&]<class Word>(Word*) {
    generate<Word>(call, Selected<Word>{index.data, index.dtype(), index.size(), x.shape()[axis],
                                        Around(x.shape(), axis).inner, report_for(call), x.as<const Word>()});
  });
}

void index_add_run(const KernelCall& call) {
  const Operand &index = call.inputs[1], &out = call.outputs[0];
  copy_first(call);
  const int axis = axis_of(call);
  const Around around(out.shape(), axis);
  visit_dtype(out.dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    add_rows<T>(call, {index.data, index.dtype(), true, -1, report_for(call), around.outer, index.size(),
                       out.shape()[axis], around.inner, call.inputs[2].as<const T>(), out.as<T>()});
  });
}

const Kernel gather_kernel{.run = gather_run}, scatter_add_kernel{.run = scatter_add_run, .donates = 0b1},
    scatter_kernel{.run = scatter_run, .donates = 0b1}, index_select_kernel{.run = index_select_run},
    index_add_kernel{.run = index_add_run, .donates = 0b1};

}  // namespace

void register_gather_kernels() {
  register_kernel(gather_op, Device::Type::cuda, gather_kernel);
  register_kernel(scatter_add_op, Device::Type::cuda, scatter_add_kernel);
  register_kernel(scatter_op, Device::Type::cuda, scatter_kernel);
  register_kernel(index_select_op, Device::Type::cuda, index_select_kernel);
  register_kernel(index_add_op, Device::Type::cuda, index_add_kernel);
}

}  // namespace cuda
}  // namespace triptych
