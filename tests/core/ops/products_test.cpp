// Products where samples cannot say it: errors, NaN, and the order of contraction.
#include "triptych/core/ops/products.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "triptych/core/memory.h"
#include "triptych/eager.h"

namespace tt = triptych;
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

}  // namespace

TEST(Einsum, EquationsThatAreNone) {
  const Tensor x = tt::ones({2, 3});
  for (const auto& [equation, rule] : {std::pair("ij,jk->ik", "the equation is for another number of operands: 1"),
                                       {"i1->i", "the equation is malformed"},
                                       {"i.j->i", "the equation is malformed"},
                                       {"...i...", "the equation is malformed"},
                                       {"ijk->i", "an operand has another number of axes"},
                                       {"ij->iji", "the result has an axis twice: axis i"},
                                       {"ij->k", "the result has an axis that no operand has: axis k"},
                                       {"ii->i", "an operand has two lengths for one letter"},
                                       {"ij->i->j", "the equation is malformed"}})
    EXPECT_THAT(error_of([&] { tt::einsum(equation, {x}); }), HasSubstr(std::string("[einsum] ") + rule)) << equation;
  EXPECT_THAT(error_of([&] { tt::einsum("ij,jk", {x, x}); }), HasSubstr("an axis has two lengths: axis j: 3 and 2"));
  EXPECT_THAT(error_of([&] { tt::einsum("", {}); }), HasSubstr("there are no operands"));
  EXPECT_THAT(error_of([&] { tt::einsum("ij", {tt::ones({2, 2}, tt::boolean)}); }), HasSubstr("bools are multiplied"));
  EXPECT_THAT(error_of([&] { tt::einsum("ij", {x, x}); }), HasSubstr("products_test.cpp:"));
}

TEST(Einsum, DtypesArePromoted) {
  EXPECT_EQ(tt::einsum("i,i->i", {tt::ones({2}, tt::int32), tt::ones({2}, tt::float64)}).dtype(), tt::float64);
  EXPECT_EQ(tt::einsum("ij->i", {tt::ones({2, 2}, tt::int8)}).dtype(), tt::int8);
}

// (1000, 1) (1, 1000) (1000, 1): from the left it would take a million elements on the way, from the right one.
TEST(Einsum, TheCheapestPairIsFirst) {
  const Tensor column = tt::ones({1000, 1}), row = tt::ones({1, 1000});
  const auto before = tt::statistics().bytes_in_use;
  tt::reset_statistics();
  const Tensor y = tt::einsum("ij,jk,kl->il", {column, row, column});
  EXPECT_EQ(tt::sum(y).item<double>(), 1e6);
  EXPECT_LT(tt::statistics().peak_bytes_in_use - before, 1 << 20);
}

TEST(Products, WhatIsTimesZeroIsNotRead) {
  const Tensor y = tt::addmm(tt::full({2, 2}, NAN), tt::eye(2), tt::eye(2), {.beta = 0});
  EXPECT_EQ(y.to_vector<float>(), std::vector<float>({1, 0, 0, 1}));
}

TEST(Products, ShapesAreChecked) {
  const Tensor x = tt::ones({2, 3}), v = tt::ones({3});
  EXPECT_THAT(error_of([&] { tt::dot(v, x); }),
              HasSubstr("[dot] the operands have other numbers of axes than 1 and 1"));
  EXPECT_THAT(error_of([&] { tt::mm(x, x); }), HasSubstr("[mm] inner dimensions differ"));
  EXPECT_THAT(error_of([&] {
                tt::bmm(tt::ones({2, 1, 1}), tt::ones({1, 1, 1}));
              }),
              HasSubstr("[bmm] the operands have different numbers of matrices"));
  EXPECT_THAT(error_of([&] {
                tt::addmm(tt::ones({3, 1, 1}), x, tt::transpose(x));
              }),
              HasSubstr("[addmm] the input does not broadcast to the product"));
  EXPECT_THAT(error_of([&] {
                tt::addmm(tt::ones({1}, tt::int64), tt::cast(x, tt::int64), tt::cast(tt::transpose(x), tt::int64),
                          {.alpha = 0.5});
              }),
              HasSubstr("[addmm] integers are scaled by a fraction: 0.5"));
  EXPECT_THAT(error_of([&] { tt::tensordot(x, x, 2 + 1); }), HasSubstr("[tensordot] there are not so many axes: 3"));
  EXPECT_THAT(error_of([&] {
                tt::tensordot(x, x, tt::Axes{0, 0}, tt::Axes{0, 1});
              }),
              HasSubstr("an axis is given twice"));
  EXPECT_THAT(error_of([&] { tt::cross(x, x, 0); }), HasSubstr("[cross] the length of the axis is not 3"));
  EXPECT_THAT(error_of([&] { tt::cdist(x, x, -1); }), HasSubstr("[cdist] p is negative or NaN: -1"));
  EXPECT_THAT(error_of([&] { tt::matrix_power(x, 2); }), HasSubstr("[matrix_power] the matrices are not square"));
  EXPECT_THAT(error_of([&] { tt::multi_dot({x}); }), HasSubstr("[multi_dot] there are too few matrices: 1"));
  EXPECT_THAT(error_of([&] {
                tt::kron(tt::ones({1, 1, 1, 1, 1}), x);
              }),
              HasSubstr("[kron] an operand has more than four"));
}

TEST(Distances, EqualRowsHaveNoGradient) {
  Tensor x = tt::ones({30, 3}).set_requires_grad();
  for (const double p : {0.0, 0.5, 1.0, 2.0, 3.0, HUGE_VAL}) {
    x.set_grad(tt::zeros({30, 3}));
    const Tensor d = tt::cdist(x, x, p);
    EXPECT_EQ(tt::max(d).item<double>(), 0) << p;
    if (p == 0) continue;
    tt::sum(d).backward();
    EXPECT_EQ(tt::max(tt::abs(x.grad())).item<double>(), 0) << p;
  }
}
