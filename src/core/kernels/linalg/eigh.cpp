// eigh and eigvalsh: Householder's reflections to a tridiagonal matrix, then QL steps with implicit shifts. Source: the
// procedure imtql2 of EISPACK.
#include <Eigen/Eigenvalues>
#include <functional>
#include <limits>

#include "core/kernels/linalg/rotations.h"
#include "core/ops/linalg/linalg.h"

namespace triptych {

extern const Op eigh_op, eigvalsh_op;

namespace {

using namespace linalg;

constexpr int most_steps = 60;  // for one eigenvalue

/// The eigenvalues of the tridiagonal matrix with diagonal d and off-diagonal e (one longer than needed), in place of
/// d; the vectors' columns are turned along, unless null. False: it does not converge.
template <class T>
bool iterate(std::vector<double>& d, std::vector<double>& e, Matrix<T>* vectors, double epsilon) {
  const std::size_t n = d.size();
  for (std::size_t low = 0; low < n; ++low)
    for (int step = 0;; ++step) {
      std::size_t high = low;
      while (high + 1 < n && !(std::abs(e[high]) <= epsilon * (std::abs(d[high]) + std::abs(d[high + 1])))) ++high;
      if (high == low) break;
      if (step == most_steps) return false;
      const double half = (d[low + 1] - d[low]) / (2 * e[low]);
      double g = d[high] - d[low] + e[low] / (half + std::copysign(std::hypot(half, 1), half));
      double c = 1, s = 1, p = 0;
      bool split = false;
      for (std::size_t i = high; i-- > low;) {
        const double f = s * e[i], b = c * e[i];
        const Rotation rotation(g, f);
        e[i + 1] = rotation.r;
        if (rotation.r == 0) {
          d[i + 1] -= p;
          e[high] = 0;
          split = true;
          break;
        }
        s = rotation.s;
        c = rotation.c;
        g = d[i + 1] - p;
        const double r = (d[i] - g) * s + 2 * c * b;
        p = s * r;
        d[i + 1] = g + p;
        g = c * r - b;
        if (vectors) rotate_columns(*vectors, static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(i) + 1, c, -s);
      }
      if (split) continue;
      d[low] -= p;
      e[low] = g;
      e[high] = 0;
    }
  return true;
}

/// Calls put(i, values, order, vectors) for each matrix; `vectors` are as they were computed, or empty.
template <class T, class Put>
void decompose(const KernelCall& call, bool wants_vectors, Put put_result) {
  const Operand& x = call.inputs[0];
  const Batches batches(x, x.shape());
  const std::int64_t n = x.shape()[-1];
  Failures failures(batches.count());
  each_matrix(batches.count(), static_cast<double>(n) * n * n * (wants_vectors ? 6 : 2), [&](std::int64_t i) {
    Matrix<T> a = matrix_of<T>(x, batches, i);
    if (call.attributes_as<EighAttributes>().upper) a.transposeInPlace();
    a.template triangularView<Eigen::StrictlyUpper>() = a.transpose();
    const bool finite = a.allFinite();
    const double largest = finite && n > 0 ? static_cast<double>(a.cwiseAbs().maxCoeff()) : 0;
    const double scale = largest > 0 ? largest : 1;
    std::vector<double> d(static_cast<std::size_t>(n), 0), e(static_cast<std::size_t>(n), 0);
    Matrix<T> vectors;
    if (finite && n > 1) {
      a /= static_cast<T>(scale);
      const Eigen::Tridiagonalization<Matrix<T>> tridiagonal(a);
      for (std::int64_t k = 0; k < n; ++k) d[static_cast<std::size_t>(k)] = double(tridiagonal.diagonal()(k));
      for (std::int64_t k = 0; k + 1 < n; ++k) e[static_cast<std::size_t>(k)] = double(tridiagonal.subDiagonal()(k));
      if (wants_vectors) vectors = tridiagonal.matrixQ();
    } else if (finite && n == 1) {
      d[0] = static_cast<double>(a(0, 0)) / scale;
      if (wants_vectors) vectors = Matrix<T>::Identity(1, 1);
    }
    const double epsilon = static_cast<double>(std::numeric_limits<T>::epsilon()) / 2;
    if (!finite || !iterate(d, e, wants_vectors ? &vectors : nullptr, epsilon)) return failures.note(i, 1);
    for (double& value : d) value *= scale;
    put_result(i, d, sorted_places(d, std::less<double>()), vectors);
  });
  failures.throw_first(call, no_convergence_rule, entry_text, not_finite_hint);
}

template <class T>
void put_values(const Operand& y, std::int64_t i, const std::vector<double>& d,
                const std::vector<Eigen::Index>& order) {
  T* values = y.as<T>() + i * static_cast<std::int64_t>(d.size());
  for (std::size_t k = 0; k < d.size(); ++k) values[k] = static_cast<T>(d[static_cast<std::size_t>(order[k])]);
}

template <class T>
void pairs(const KernelCall& call) {
  decompose<T>(call, true, [&](std::int64_t i, const auto& d, const auto& order, const Matrix<T>& vectors) {
    put_values<T>(call.outputs[0], i, d, order);
    Matrix<T> sorted(vectors.rows(), vectors.cols());
    for (std::size_t k = 0; k < order.size(); ++k) sorted.col(static_cast<Eigen::Index>(k)) = vectors.col(order[k]);
    put<T>(call.outputs[1], i, sorted);
  });
}

template <class T>
void values(const KernelCall& call) {
  decompose<T>(call, false, [&](std::int64_t i, const auto& d, const auto& order, const Matrix<T>&) {
    put_values<T>(call.outputs[0], i, d, order);
  });
}

void eigh_run(const KernelCall& call) { call.outputs[0].dtype() == float32 ? pairs<float>(call) : pairs<double>(call); }
void eigvalsh_run(const KernelCall& call) {
  call.outputs[0].dtype() == float32 ? values<float>(call) : values<double>(call);
}

const Kernel eigh_kernel{.run = eigh_run, .any_strides = true};
const Kernel eigvalsh_kernel{.run = eigvalsh_run, .any_strides = true};

}  // namespace

void register_eigh_kernels() {
  register_kernel(eigh_op, Device::Type::cpu, eigh_kernel);
  register_kernel(eigvalsh_op, Device::Type::cpu, eigvalsh_kernel);
}

}  // namespace triptych
