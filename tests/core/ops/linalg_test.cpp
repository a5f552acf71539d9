// Linear algebra where samples cannot say it: errors that name a matrix, matrices that are singular, empty or large.
#include "triptych/core/ops/linalg.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "triptych/eager.h"

namespace tt = triptych;
namespace linalg = triptych::linalg;
using testing::HasSubstr;
using tt::Tensor;

namespace {

template <class Call>
std::string error_of(Call call) {
  try {
    call();
  } catch (const tt::ArgumentError& error) {
    return error.what();
  }
  return "";
}

/// Numbers between -1 and 1 without a pattern.
Tensor numbers(const tt::Shape& shape, tt::DType dtype = tt::float64) {
  std::vector<double> values(static_cast<std::size_t>(shape.size()));
  double state = 0.37;
  for (double& value : values) {
    state = std::fmod(state * 997.31 + 0.173, 1.0);
    value = 2 * state - 1;
  }
  return tt::cast(tt::tensor(values, shape), dtype);
}

double largest(const Tensor& x) { return x.numel() == 0 ? 0 : tt::max(tt::abs(x)).item<double>(); }

double distance(const Tensor& a, const Tensor& b) { return largest(a - b); }

Tensor identity_of(std::int64_t n, tt::DType dtype) { return tt::eye(n, {}, dtype); }

}  // namespace

TEST(Linalg, ErrorsNameTheMatrixInTheBatch) {
  Tensor x = tt::stack({tt::eye(3), tt::zeros({3, 3}), tt::eye(3)});
  EXPECT_THAT(error_of([&] { linalg::inv(x); }),
              HasSubstr("[inv] a matrix is singular: pivot 1 of batch entry 1 is 0"));
  EXPECT_THAT(error_of([&] { linalg::inv(x); }), HasSubstr("linalg_test.cpp:"));
  EXPECT_THAT(error_of([&] { linalg::solve(x, tt::ones({3, 3, 1})); }), HasSubstr("[solve] a matrix is singular"));
  EXPECT_THAT(error_of([&] { linalg::lu_factor(x); }), HasSubstr("[lu_factor] a matrix is singular"));
  EXPECT_THAT(error_of([&] {
                linalg::cholesky(tt::tensor({{1.0, 0.0}, {0.0, -1.0}}));
              }),
              HasSubstr("[cholesky] a matrix is not positive-definite: the leading minor of order 2 of batch entry 0"));
  EXPECT_THAT(error_of([&] { linalg::cholesky(tt::full({2, 2}, NAN)); }), HasSubstr("order 1 of batch entry 0"));
  for (const double value : {std::nan(""), std::numeric_limits<double>::infinity()}) {
    const Tensor bad = tt::stack({tt::ones({2, 2}), tt::full({2, 2}, value)});
    EXPECT_THAT(error_of([&] { linalg::svd(bad); }), HasSubstr("[svd] the algorithm did not converge: batch entry 1"));
    EXPECT_THAT(error_of([&] { linalg::svdvals(bad); }), HasSubstr("[svdvals] the algorithm did not converge"));
    EXPECT_THAT(error_of([&] { linalg::eigh(bad); }), HasSubstr("[eigh] the algorithm did not converge"));
    EXPECT_THAT(error_of([&] { linalg::eigvalsh(bad); }), HasSubstr("[eigvalsh] the algorithm did not converge"));
  }
}

TEST(Linalg, ShapesAndDtypesAreChecked) {
  const Tensor wide = tt::ones({2, 3});
  EXPECT_THAT(error_of([&] { linalg::inv(wide); }), HasSubstr("[inv] the matrices are not square: (2, 3)"));
  EXPECT_THAT(error_of([&] { linalg::det(tt::ones({3})); }), HasSubstr("[det] an operand has too few dimensions"));
  EXPECT_THAT(error_of([&] { linalg::qr(wide, "full"); }), HasSubstr("[qr] there is no such mode: \"full\""));
  EXPECT_THAT(error_of([&] { linalg::eigh(tt::eye(2), "X"); }), HasSubstr("[eigh] UPLO is neither"));
  EXPECT_THAT(error_of([&] {
                linalg::svd(tt::ones({2, 2}, tt::int64));
              }),
              HasSubstr("[svd] the dtype is not floating"));
  EXPECT_THAT(error_of([&] {
                linalg::solve(tt::eye(3), tt::ones({2, 1}));
              }),
              HasSubstr("[solve] the sides have different numbers of rows"));
  EXPECT_THAT(error_of([&] {
                linalg::solve(tt::stack({tt::eye(2), tt::eye(2)}), tt::ones({3, 2, 1}));
              }),
              HasSubstr("[solve] the batches do not broadcast"));
  EXPECT_THAT(error_of([&] { linalg::matrix_norm(wide, 3); }), HasSubstr("[matrix_norm] there is no such norm: 3"));
  EXPECT_THAT(error_of([&] { linalg::matrix_norm(wide, "fro", {0, -2}); }), HasSubstr("an axis is given twice"));
  EXPECT_THAT(error_of([&] {
                linalg::lu_solve(tt::eye(2), tt::tensor({1, 7}, tt::int32), tt::ones({2, 1}));
              }),
              HasSubstr("[lu_solve] a pivot is out of range: 7 for 2"));
}

TEST(Linalg, FactorsMultiplyToWhatTheyAreOf) {
  for (const tt::DType dtype : {tt::float32, tt::float64}) {
    const double bound = dtype == tt::float32 ? 2e-5 : 1e-12;
    for (const tt::Shape& shape :
         {tt::Shape{1, 1}, {5, 5}, {40, 25}, {25, 40}, {70, 70}, {200, 3}, {3, 90}, {130, 130}}) {
      const Tensor a = numbers(shape, dtype);
      for (const bool full : {false, true}) {
        const auto [u, s, vh] = linalg::svd(a, full);
        const std::int64_t k = s.size(-1);
        const Tensor product = tt::matmul(tt::slice(u, -1, {0, k}) * s, tt::slice(vh, -2, {0, k}));
        EXPECT_LT(distance(product, a), bound * 10) << shape.text();
        EXPECT_LT(distance(tt::matmul(tt::transpose(u), u), identity_of(u.size(-1), dtype)), bound) << shape.text();
        EXPECT_LT(distance(tt::matmul(vh, tt::transpose(vh)), identity_of(vh.size(0), dtype)), bound) << shape.text();
        EXPECT_LT(distance(linalg::svdvals(a), s), bound * 10);
      }
      for (const char* mode : {"reduced", "complete"}) {
        const auto [q, r] = linalg::qr(a, mode);
        EXPECT_LT(distance(tt::matmul(q, r), a), bound) << shape.text();
        EXPECT_LT(distance(tt::matmul(tt::transpose(q), q), identity_of(q.size(-1), dtype)), bound) << shape.text();
        EXPECT_EQ(largest(tt::tril(r, -1)), 0);
      }
      const auto [p, l, u] = linalg::lu(a);
      EXPECT_LT(distance(tt::matmul(p, tt::matmul(l, u)), a), bound) << shape.text();
      if (shape[0] != shape[1]) continue;
      const Tensor symmetric = a + tt::transpose(a);
      const auto [values, vectors] = linalg::eigh(symmetric);
      EXPECT_LT(distance(tt::matmul(vectors * values, tt::transpose(vectors)), symmetric), bound * 10) << shape.text();
      EXPECT_LT(distance(linalg::eigvalsh(symmetric, "U"), values), bound * 10);
      const Tensor positive = tt::matmul(a, tt::transpose(a)) + identity_of(shape[0], dtype);
      const Tensor lower = linalg::cholesky(positive);
      EXPECT_LT(distance(tt::matmul(lower, tt::transpose(lower)), positive), bound * 10) << shape.text();
      EXPECT_LT(distance(tt::matmul(linalg::inv(positive), positive), identity_of(shape[0], dtype)), bound * 10);
    }
  }
}

// Zeros on the diagonals that the iterations work on, and values that are all equal.
TEST(Linalg, DegenerateMatrices) {
  for (const Tensor& a :
       {tt::zeros({4, 4}), tt::eye(4), tt::ones({5, 3}), tt::tril(tt::triu(tt::ones({4, 4})), -1),
        tt::triu(tt::tril(tt::ones({5, 5}), 1), 1), tt::full({3, 3}, 1e-38), tt::full({3, 3}, 1e38)}) {
    const auto [u, s, vh] = linalg::svd(a, false);
    const double size = std::max(largest(a), 1e-30);
    EXPECT_LT(distance(tt::matmul(u * s, vh), a) / size, 1e-5) << a;
    EXPECT_LT(distance(tt::matmul(tt::transpose(u), u), tt::eye(u.size(-1))), 1e-5) << a;
    if (a.size(0) != a.size(1)) continue;
    const auto [values, vectors] = linalg::eigh(a);
    EXPECT_LT(distance(tt::matmul(tt::transpose(vectors), vectors), tt::eye(a.size(0))), 1e-5) << a;
  }
  EXPECT_EQ(linalg::svdvals(tt::zeros({3, 2})).to_vector<float>(), std::vector<float>({0, 0}));
}

TEST(Linalg, SingularMatrices) {
  const Tensor x = tt::tensor<double>({{1, 2}, {2, 4}});
  EXPECT_EQ(linalg::det(x).item<double>(), 0);
  const auto [sign, logabsdet] = linalg::slogdet(x);
  EXPECT_EQ(sign.item<double>(), 0);
  EXPECT_EQ(logabsdet.item<double>(), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(linalg::cond(tt::zeros({2, 2}), 1).item<double>(), std::numeric_limits<double>::infinity());
  EXPECT_EQ(linalg::matrix_rank(x).item<int>(), 1);
  const auto [p, l, u] = linalg::lu(x);
  EXPECT_EQ(distance(tt::matmul(p, tt::matmul(l, u)), x), 0);
  // The shortest of all solutions that are as near.
  const linalg::Lstsq nearest = linalg::lstsq(x, tt::tensor<double>({1, 1}));
  EXPECT_LT(distance(nearest.solution, tt::tensor<double>({0.12, 0.24})), 1e-12);
  EXPECT_EQ(nearest.rank.item<int>(), 1);
  EXPECT_TRUE(std::isnan(linalg::logdet(tt::tensor<double>({{0, 1}, {1, 0}})).item<double>()));
}

TEST(Linalg, Empty) {
  EXPECT_EQ(linalg::inv(tt::zeros({0, 0})).shape().text(), "(0, 0)");
  EXPECT_EQ(linalg::det(tt::zeros({2, 0, 0})).to_vector<float>(), std::vector<float>({1, 1}));
  EXPECT_EQ(linalg::solve(tt::zeros({0, 0}), tt::zeros({0, 3})).shape().text(), "(0, 3)");
  EXPECT_EQ(linalg::pinv(tt::zeros({0, 3})).shape().text(), "(3, 0)");
  EXPECT_EQ(linalg::matrix_rank(tt::zeros({0, 3})).item<int>(), 0);
  const auto [u, s, vh] = linalg::svd(tt::zeros({0, 3}));
  EXPECT_EQ(u.shape().text() + s.shape().text() + vh.shape().text(), "(0, 0)(0,)(3, 3)");
  EXPECT_EQ(distance(vh, tt::eye(3)), 0);
  const auto [q, r] = linalg::qr(tt::zeros({3, 0}), "complete");
  EXPECT_EQ(distance(q, tt::eye(3)), 0);
  EXPECT_EQ(r.shape().text(), "(3, 0)");
  EXPECT_EQ(linalg::cholesky(tt::zeros({0, 2, 2})).shape().text(), "(0, 2, 2)");
  EXPECT_EQ(linalg::eigvalsh(tt::zeros({0, 0})).shape().text(), "(0,)");
  EXPECT_EQ(linalg::matrix_exp(tt::zeros({0, 0})).shape().text(), "(0, 0)");
}

// In 16 bits it is computed in float32, and rounded once.
TEST(Linalg, SixteenBits) {
  const Tensor x = tt::cast(tt::tensor({{3.0, 1.0}, {1.0, 2.0}}), tt::float16);
  const Tensor inverse = linalg::inv(x);
  EXPECT_EQ(inverse.dtype(), tt::float16);
  EXPECT_LT(distance(tt::cast(inverse, tt::float64), tt::tensor<double>({{0.4, -0.2}, {-0.2, 0.6}})), 3e-4);
}

TEST(Linalg, MatrixExponentials) {
  // Squared thirteen times.
  const Tensor turn = tt::tensor<double>({{0, -40000}, {40000, 0}});
  const Tensor expected =
      tt::tensor<double>({{std::cos(40000.0), -std::sin(40000.0)}, {std::sin(40000.0), std::cos(40000.0)}});
  EXPECT_LT(distance(linalg::matrix_exp(turn), expected), 1e-7);
  EXPECT_EQ(distance(linalg::matrix_exp(tt::zeros({3, 3})), tt::eye(3)), 0);
}
