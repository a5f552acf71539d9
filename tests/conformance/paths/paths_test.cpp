// Every way in which a kernel computes is reached, and gives what plain loops give: random odd shapes in memory of
// every kind, with NaN in all memory that nobody wrote. TRIPTYCH_PATHS_CASES is their number, TRIPTYCH_PATHS_SEED where
// they begin (a failure names its case: that seed and one case run it alone).
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <numeric>
#include <set>

#include "cases.h"
#include "core/kernels/path.h"
#include "core/memory/allocator.h"
#include "triptych/core/autograd.h"
#include "triptych/core/ops.h"

namespace paths {

std::vector<tt::Tensor> gradients_of(const tt::Tensor& y, const std::vector<tt::Tensor>& xs,
                                     const tt::Tensor& upstream) {
  return tt::gradients(std::vector{y}, xs, std::vector{upstream});
}

tt::Tensor leaf(const tt::Tensor& x) { return x.detach().set_requires_grad(); }

namespace {

constexpr Family families[] = {
    {"product", product_case, 5},
    {"convolution", convolution_case, 5},
    {"depthwise convolution", depthwise_case, 2},
    {"volume", volume_case, 3},
    {"pool", pool_case, 3},
    {"image", image_case, 3},
    {"reduction", reduction_case, 4},
    {"row", row_case, 3},
    {"normalization", normalization_case, 3},
    {"elementwise", elementwise_case, 4},
    {"movement", movement_case, 5},
    {"index", index_case, 4},
    {"line", line_case, 4},
    {"sequence", sequence_case, 1},
};

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

void run_case(std::uint64_t number) {
  Dice dice(number);
  std::int64_t pick =
      dice.between(1, std::accumulate(std::begin(families), std::end(families), std::int64_t{0},
                                      [](std::int64_t sum, const Family& f) { return sum + f.weight; }));
  const Family* family = families;
  while ((pick -= family->weight) > 0) ++family;
  SCOPED_TRACE(std::string(family->name) + ": TRIPTYCH_PATHS_SEED=" + std::to_string(number) +
               " TRIPTYCH_PATHS_CASES=1");
  try {
    family->run(dice);
  } catch (const std::exception& error) {
    ADD_FAILURE() << error.what();
  }
}

}  // namespace

#ifdef TRIPTYCH_SANITIZED
constexpr std::uint64_t usual_cases = 1000;  // they take ten times as long
#else
constexpr std::uint64_t usual_cases = 10000;
#endif

TEST(Paths, AreReachedAndRight) {
  const std::uint64_t cases = setting("TRIPTYCH_PATHS_CASES", usual_cases), seed = setting("TRIPTYCH_PATHS_SEED", 1);
  tt::poison_new_blocks(true);
  for (std::uint64_t i = seed; i < seed + cases; ++i) {
    run_case(i);
  }
  tt::poison_new_blocks(false);
  std::set<std::string> names;
  for (const tt::Path* path : tt::declared_paths()) {
    EXPECT_TRUE(names.insert(path->name()).second) << "two paths are called " << path->name();
    EXPECT_TRUE(path->possible() || !path->taken()) << path->name() << " was taken, though it says it cannot be";
    if (cases >= 5000) {
      EXPECT_TRUE(path->taken() || !path->possible()) << path->name() << " was not reached";
    }
  }
  EXPECT_GT(names.size(), 50u);
}

// oneDNN's gradients of bfloat16 weights once added what lay in memory where few strided windows are in a row.
TEST(Paths, WeightGradientsOfFewWindowsInBFloat16) {
  tt::poison_new_blocks(true);
  std::uint64_t seed = 0;
  for (const std::int64_t channels : {1, 2, 7, 16})
    for (const std::int64_t length : {1, 2, 3, 5, 8})
      for (const std::int64_t kernel : {1, 2, 3})
        for (const std::int64_t stride : {1, 2}) {
          Dice dice(++seed);
          const Given x = dice.operand({2, channels, length, length, length}, tt::bfloat16),
                      w = dice.operand({channels, channels, kernel, kernel, kernel}, tt::bfloat16);
          const auto gradients = [&](tt::DType dtype) {
            const tt::Tensor lx = leaf(tt::cast(x.tensor, dtype)), lw = leaf(tt::cast(w.tensor, dtype));
            const tt::Tensor y = tt::conv3d(lx, lw, {.stride = stride, .padding = kernel / 2});
            return gradients_of(y, {lx, lw}, tt::ones_like(y));
          };
          const auto wide = gradients(tt::float32), narrow = gradients(tt::bfloat16);
          for (std::size_t i = 0; i < wide.size(); ++i) {
            const auto expected = wide[i].to_vector<float>(), actual = narrow[i].to_vector<float>();
            for (std::size_t k = 0; k < expected.size(); ++k)
              ASSERT_NEAR(actual[k], expected[k], 0.01 * std::abs(expected[k]) + 0.01)
                  << channels << " channels, length " << length << ", kernel " << kernel << ", stride " << stride;
          }
        }
  tt::poison_new_blocks(false);
}

// What the comparison is worth: memory is poisoned, and one wrong element is seen.
TEST(Paths, TheComparisonSees) {
  tt::poison_new_blocks(true);
  const tt::Tensor fresh = tt::empty({3, 5});
  EXPECT_TRUE(std::isnan(fresh.to_vector<float>()[7]));
  tt::poison_new_blocks(false);
  Plain expected({2}, 1);
  EXPECT_NONFATAL_FAILURE(expect(tt::empty({2}) * std::nan(""), expected, 100, ""), "instead of 1");
  EXPECT_NONFATAL_FAILURE(expect(tt::tensor<float>({1, 1.001f}), expected, 100, ""), "element 1 is 1.001");
  EXPECT_NONFATAL_FAILURE(expect(tt::ones({2, 1}), expected, 100, ""), "shape (2, 1) instead of (2,)");
  expect(tt::tensor<std::int8_t>({1, 1}), Plain({2}, 257), 0, "whole numbers wrap around");
}

}  // namespace paths
