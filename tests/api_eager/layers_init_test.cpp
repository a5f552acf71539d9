// nn::init: values, bounds and deviations of what it fills tensors with.
#include <cmath>

#include "eager_testing.h"
#include "triptych/core/ops.h"
#include "triptych/core/random.h"
#include "triptych/eager/nn/init.h"

namespace tt = triptych;
namespace init = triptych::eager::nn::init;

using Floats = std::vector<float>;

namespace {

double deviation(const tt::Tensor& x) { return tt::std(x).item<double>(); }
double largest(const tt::Tensor& x) { return tt::max(tt::abs(x)).item<double>(); }

}  // namespace

TEST(NnInit, FillsOutsideOfTheTape) {
  tt::Tensor w = tt::ones({2, 3}).set_requires_grad();
  EXPECT_TRUE(init::zeros_(w).is_same(w));
  EXPECT_EQ(w.to_vector<float>(), (Floats(6, 0)));
  EXPECT_TRUE(w.is_leaf() && w.requires_grad());
  init::constant_(w, 0.3);
  EXPECT_EQ(w.to_vector<float>(), (Floats(6, 0.3f)));
  init::eye_(w);
  EXPECT_EQ(w.to_vector<float>(), (Floats{1, 0, 0, 0, 1, 0}));
}

// The bounds and deviations are PyTorch's formulas: fan_in 60, fan_out 100.
TEST(NnInit, BoundsAndDeviations) {
  tt::manual_seed(1);
  tt::Tensor w = tt::zeros({100, 60});
  EXPECT_NEAR(largest(init::xavier_uniform_(w)), std::sqrt(6.0 / 160), 1e-3);
  EXPECT_NEAR(deviation(init::xavier_normal_(w, 2)), 2 * std::sqrt(2.0 / 160), 1e-2);
  EXPECT_NEAR(largest(init::kaiming_uniform_(w, 0, "fan_out")), std::sqrt(2.0) * std::sqrt(3.0 / 100), 1e-3);
  EXPECT_NEAR(deviation(init::kaiming_normal_(w, 0, "fan_in", "relu")), std::sqrt(2.0 / 60), 1e-2);
  EXPECT_NEAR(deviation(init::kaiming_normal_(w, 1)), std::sqrt(1.0 / 60), 1e-2);
  EXPECT_NEAR(largest(init::uniform_(w, -3, 3)), 3, 1e-2);
  EXPECT_NEAR(deviation(init::normal_(w, 5, 0.1)), 0.1, 1e-2);
  EXPECT_NEAR(init::calculate_gain("leaky_relu", 0.2), 1.3867504905630728, 1e-12);
  EXPECT_NEAR(init::calculate_gain("leaky_relu"), 1.4141428569978354, 1e-12);
  EXPECT_EQ(init::calculate_gain("conv_transpose3d"), 1);
  tt::Tensor kernel = tt::zeros({8, 4, 3, 3, 2});
  EXPECT_NEAR(largest(init::kaiming_uniform_(kernel, std::sqrt(5.0))), 1 / std::sqrt(4.0 * 18), 1e-2);
}

TEST(NnInit, TruncatedNormals) {
  tt::manual_seed(1);
  tt::Tensor w = tt::zeros({4000});
  init::trunc_normal_(w, 1, 2, 0, 4);
  EXPECT_GE(tt::min(w).item<double>(), 0);
  EXPECT_LE(tt::max(w).item<double>(), 4);
  EXPECT_NEAR(tt::mean(w).item<double>(), 1.7125, 0.06);  // scipy.stats.truncnorm(-0.5, 1.5, 1, 2).mean()
  init::trunc_normal_(w);
  EXPECT_NEAR(deviation(w), 0.8796, 0.03);
}

TEST(NnInit, OrthogonalDiracAndSparse) {
  tt::manual_seed(1);
  tt::Tensor w = tt::zeros({3, 5});
  init::orthogonal_(w, 2);
  const auto gram = tt::matmul(w, tt::transpose(w)).to_vector<float>();
  for (std::size_t i = 0; i < 9; ++i) EXPECT_NEAR(gram[i], i % 4 == 0 ? 4 : 0, 1e-5);
  tt::Tensor kernel = tt::ones({4, 2, 3});
  init::dirac_(kernel);
  EXPECT_EQ(kernel.to_vector<float>(),
            (Floats{0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
  init::dirac_(kernel, 2);  // torch.nn.init.dirac_(w, 2)
  EXPECT_EQ(kernel.to_vector<float>(),
            (Floats{0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0}));
  tt::Tensor sparse = tt::zeros({10, 6});
  init::sparse_(sparse, 0.25, 0.5);
  const auto zeros = tt::sum(tt::cast(sparse == 0, tt::int64), {0}).to_vector<std::int64_t>();
  EXPECT_EQ(zeros, (std::vector<std::int64_t>(6, 3)));  // ceil(2.5) in each column
}

TEST(NnInit, BadInput) {
  tt::Tensor vector = tt::ones({3}), matrix = tt::ones({4, 3}), kernel = tt::ones({4, 2, 3});
  EXPECT_ARGUMENT_ERROR(init::xavier_uniform_(vector),
                        "[xavier_uniform_] the tensor has less than two dimensions: (3,)");
  EXPECT_ARGUMENT_ERROR(init::kaiming_normal_(matrix, 0, "fan"), "there is no such mode: 'fan'");
  EXPECT_ARGUMENT_ERROR(init::kaiming_normal_(matrix, 0, "fan_in", "relo"), "no nonlinearity has this name: 'relo'");
  EXPECT_ARGUMENT_ERROR(init::eye_(kernel), "the tensor is not a matrix: (4, 2, 3)");
  EXPECT_ARGUMENT_ERROR(init::dirac_(matrix), "three to five dimensions");
  EXPECT_ARGUMENT_ERROR(init::dirac_(kernel, 3), "groups does not divide the output channels: 3 and 4");
  EXPECT_ARGUMENT_ERROR(init::sparse_(matrix, 2), "sparsity is outside of [0, 1]");
  EXPECT_ARGUMENT_ERROR(init::trunc_normal_(matrix, 0, 1, 2, 1), "a is not less than b: 2 and 1");
  EXPECT_ARGUMENT_ERROR(init::orthogonal_(vector), "less than two dimensions");
}
