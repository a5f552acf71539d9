// The plane rotations that iterations for eigenvalues and singular values are made of. Their coefficients are computed
// in double; only columns of vectors are in the operand's type.
#pragma once

#include <cmath>

#include "core/kernels/linalg/matrices.h"

namespace triptych::linalg {

/// (c, s) with c y + s z = r, -s y + c z = 0.
struct Rotation {
  double c = 1, s = 0, r = 0;

  Rotation(double y, double z) {
    const double square = y * y + z * z;
    r = square > 1e-280 && square < 1e280 ? std::sqrt(square) : std::hypot(y, z);
    if (r == 0) return;
    c = y / r;
    s = z / r;
  }
};

/// Columns i and k become c a + s b and c b - s a.
template <class T>
void rotate_columns(Matrix<T>& x, Eigen::Index i, Eigen::Index k, double cosine, double sine) {
  const T c = static_cast<T>(cosine), s = static_cast<T>(sine);
  T* __restrict a = x.data() + i * x.rows();
  T* __restrict b = x.data() + k * x.rows();
  for (Eigen::Index row = 0; row < x.rows(); ++row) {
    const T first = a[row], second = b[row];
    a[row] = c * first + s * second;
    b[row] = c * second - s * first;
  }
}

/// The order that sorts `values`, equal ones as they stand.
template <class Less>
std::vector<Eigen::Index> sorted_places(const std::vector<double>& values, Less less) {
  std::vector<Eigen::Index> places(values.size());
  for (std::size_t i = 0; i < places.size(); ++i) places[i] = static_cast<Eigen::Index>(i);
  std::stable_sort(places.begin(), places.end(), [&](Eigen::Index a, Eigen::Index b) {
    return less(values[static_cast<std::size_t>(a)], values[static_cast<std::size_t>(b)]);
  });
  return places;
}

}  // namespace triptych::linalg
