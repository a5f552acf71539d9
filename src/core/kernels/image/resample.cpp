// Kernels of resample and its transpose: products with a sparse matrix along one axis, whose rows are made once for a
// call.
#include <algorithm>
#include <vector>

#include "core/kernels/elementwise.h"
#include "core/kernels/image/resampling.h"
#include "core/kernels/path.h"

namespace triptych {

extern const Op resample_op, resample_grad_op;

namespace {

Path in_rows("resample: elements side by side"), in_lines("resample: along the last axis"),
    even("resample: as many terms for each element"), uneven("resample: any number of terms"),
    copied("resample: elements copied"), several_parts("resample: several parts");

/// Row r has terms starts[r] up to starts[r + 1]: so much of element places[i].
template <class C>
struct SparseMatrix {
  std::vector<std::int64_t> starts;
  std::vector<std::int32_t> places;
  std::vector<C> weights;

  std::int64_t rows() const { return static_cast<std::int64_t>(starts.size()) - 1; }
  std::int64_t start(std::int64_t row) const { return starts[static_cast<std::size_t>(row)]; }
  std::int64_t place(std::int64_t i) const { return places[static_cast<std::size_t>(i)]; }
  C weight(std::int64_t i) const { return weights[static_cast<std::size_t>(i)]; }
  /// How many terms each row has; 0: it differs.
  std::int64_t terms() const {
    const std::int64_t count = start(rows()) / std::max<std::int64_t>(rows(), 1);
    for (std::int64_t row = 0; row < rows(); ++row)
      if (start(row + 1) - start(row) != count) return 0;
    return count;
  }
};

template <class C>
SparseMatrix<C> matrix_of(const Resampling& resampling) {
  SparseMatrix<C> matrix;
  matrix.starts.push_back(0);
  for (std::int64_t j = 0; j < resampling.m; ++j) {
    const auto span = resampling.span(j);
    for (std::int64_t k = 0; k < span.count; ++k) {
      matrix.places.push_back(static_cast<std::int32_t>(resampling.place(span, k)));
      matrix.weights.push_back(static_cast<C>(resampling.weight(span, k)));
    }
    matrix.starts.push_back(static_cast<std::int64_t>(matrix.places.size()));
  }
  return matrix;
}

/// With terms of a row in the order of the rows that they come from.
template <class C>
SparseMatrix<C> transposed(const SparseMatrix<C>& matrix, std::int64_t columns) {
  SparseMatrix<C> result;
  result.starts.resize(static_cast<std::size_t>(columns + 1));
  result.places.resize(matrix.places.size());
  result.weights.resize(matrix.weights.size());
  for (const std::int32_t place : matrix.places) ++result.starts[static_cast<std::size_t>(place) + 1];
  for (std::size_t i = 1; i < result.starts.size(); ++i) result.starts[i] += result.starts[i - 1];
  std::vector<std::int64_t> next = result.starts;
  for (std::int64_t row = 0; row < matrix.rows(); ++row)
    for (std::int64_t i = matrix.start(row); i < matrix.start(row + 1); ++i) {
      const auto to = static_cast<std::size_t>(next[static_cast<std::size_t>(matrix.place(i))]++);
      result.places[to] = static_cast<std::int32_t>(row);
      result.weights[to] = matrix.weight(i);
    }
  return result;
}

/// A row-major tensor as (outer, axis, inner).
struct Blocks {
  std::int64_t outer = 1, inner = 1;
  Blocks(const Shape& shape, int axis) {
    for (int i = 0; i < axis; ++i) outer *= shape.begin()[i];
    for (int i = axis + 1; i < shape.rank(); ++i) inner *= shape.begin()[i];
  }
  /// Calls work(first, last) for parts of the outer places, of so many elements each.
  template <class Work>
  void each_part(std::int64_t elements, Work work) const {
    const std::int64_t size = std::max<std::int64_t>(1, elementwise_grain / std::max<std::int64_t>(elements, 1)),
                       parts = (outer + size - 1) / size;
    if (parts <= 1) return work(0, outer);
    several_parts.take();
    parallel_for(parts, [&](std::int64_t part) { work(part * size, std::min(outer, (part + 1) * size)); });
  }
};

/// One row of elements that lie side by side: the sum of rows.
template <class T, class C>
void add_rows(const SparseMatrix<C>& matrix, std::int64_t row, const T* x, std::int64_t inner, T* y, C* sums) {
  const std::int64_t first = matrix.start(row), last = matrix.start(row + 1);
  if (last - first == 2) {
    const T *a = x + matrix.place(first) * inner, *b = x + matrix.place(first + 1) * inner;
    const C wa = matrix.weight(first), wb = matrix.weight(first + 1);
    for (std::int64_t k = 0; k < inner; ++k) y[k] = T(wa * static_cast<C>(a[k]) + wb * static_cast<C>(b[k]));
    return;
  }
  std::fill_n(sums, inner, C(0));
  for (std::int64_t i = first; i < last; ++i) {
    const T* from = x + matrix.place(i) * inner;
    const C weight = matrix.weight(i);
    for (std::int64_t k = 0; k < inner; ++k) sums[k] += weight * static_cast<C>(from[k]);
  }
  for (std::int64_t k = 0; k < inner; ++k) y[k] = T(sums[k]);
}

/// Elements along the last axis, each of `terms` old ones.
template <int terms, class T, class C>
void add_terms(const SparseMatrix<C>& matrix, const T* x, T* y) {
  const std::int32_t* places = matrix.places.data();
  const C* weights = matrix.weights.data();
  for (std::int64_t row = 0, rows = matrix.rows(); row < rows; ++row, places += terms, weights += terms) {
    C sum = weights[0] * static_cast<C>(x[places[0]]);
    for (int i = 1; i < terms; ++i) sum += weights[i] * static_cast<C>(x[places[i]]);
    y[row] = T(sum);
  }
}
template <class T, class C>
void add_terms(const SparseMatrix<C>& matrix, const T* x, T* y) {
  for (std::int64_t row = 0; row < matrix.rows(); ++row) {
    C sum = 0;
    for (std::int64_t i = matrix.start(row); i < matrix.start(row + 1); ++i)
      sum += matrix.weight(i) * static_cast<C>(x[matrix.place(i)]);
    y[row] = T(sum);
  }
}

template <class T>
void multiply(const SparseMatrix<compute_type<T>>& matrix, std::int64_t columns, const Blocks& blocks, const T* x,
              T* y) {
  using C = compute_type<T>;
  const std::int64_t rows = matrix.rows(), terms = matrix.terms(), inner = blocks.inner;
  (inner > 1 ? in_rows : in_lines).take();
  if (inner == 1) (terms == 2 || terms == 4 ? even : uneven).take();
  blocks.each_part(rows * inner, [&](std::int64_t first, std::int64_t last) {
    Scratch sums(static_cast<std::size_t>(inner) * sizeof(C));
    for (std::int64_t o = first; o < last; ++o) {
      const T* from = x + o * columns * inner;
      T* to = y + o * rows * inner;
      if (inner > 1)
        for (std::int64_t row = 0; row < rows; ++row)
          add_rows(matrix, row, from, inner, to + row * inner, sums.as<C>());
      else if (terms == 2)
        add_terms<2>(matrix, from, to);
      else if (terms == 4)
        add_terms<4>(matrix, from, to);
      else
        add_terms(matrix, from, to);
    }
  });
}

/// The nearest elements, of any dtype.
template <class Word>
void copy_nearest(const SparseMatrix<float>& matrix, std::int64_t columns, const Blocks& blocks, const Word* x,
                  Word* y) {
  copied.take();
  const std::int64_t rows = matrix.rows(), inner = blocks.inner;
  const std::int32_t* places = matrix.places.data();
  blocks.each_part(rows * inner, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t o = first; o < last; ++o) {
      const Word* from = x + o * columns * inner;
      Word* to = y + o * rows * inner;
      if (inner == 1)
        for (std::int64_t row = 0; row < rows; ++row) to[row] = from[places[row]];
      else
        for (std::int64_t row = 0; row < rows; ++row) std::copy_n(from + places[row] * inner, inner, to + row * inner);
    }
  });
}

void resample_run(const KernelCall& call) {
  const Operand &x = call.inputs[0], &out = call.outputs[0];
  if (out.size() == 0) return;
  const auto& attributes = call.attributes_as<ResampleAttributes>();
  const int axis = normalize_axis(call.op.name, attributes.axis, out.shape().rank());
  const std::int64_t n = x.shape().begin()[axis], m = out.shape().begin()[axis];
  const Resampling resampling(attributes, n, m);
  const Blocks blocks(out.shape(), axis);
  if (resampling.is_nearest()) {
    const auto matrix = matrix_of<float>(resampling);
    return visit_width(out.dtype(), [&]<class Word>(Word*) {
      copy_nearest<Word>(matrix, n, blocks, x.as<const Word>(), out.as<Word>());
    });
  }
  visit_floating(out.dtype(), [&]<class T>(T*) {
    multiply<T>(matrix_of<compute_type<T>>(resampling), n, blocks, x.as<const T>(), out.as<T>());
  });
}

void resample_grad_run(const KernelCall& call) {
  const Operand &upstream = call.inputs[0], &out = call.outputs[0];
  if (out.size() == 0) return;
  const auto& attributes = call.attributes_as<ResampleAttributes>();
  const int axis = normalize_axis(call.op.name, attributes.axis, out.shape().rank());
  const std::int64_t n = out.shape().begin()[axis], m = upstream.shape().begin()[axis];
  visit_floating(out.dtype(), [&]<class T>(T*) {
    multiply<T>(transposed(matrix_of<compute_type<T>>(Resampling(attributes, n, m)), n), m, Blocks(out.shape(), axis),
                upstream.as<const T>(), out.as<T>());
  });
}

const Kernel resample_kernel{.run = resample_run}, resample_grad_kernel{.run = resample_grad_run};

}  // namespace

void register_resample_kernels() {
  register_kernel(resample_op, Device::Type::cpu, resample_kernel);
  register_kernel(resample_grad_op, Device::Type::cpu, resample_grad_kernel);
}

}  // namespace triptych
