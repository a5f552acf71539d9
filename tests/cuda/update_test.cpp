// The optimizers' updates on a GPU (as a rule the emulated one) beside the CPU's.
#include <cmath>

#include "gpu.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/loss_scaling.h"

namespace {

namespace tt = triptych;
using tt::Tensor;
using Tensors = std::vector<Tensor>;

class CudaUpdates : public OnGpu {
 protected:
  Tensors there(const Tensors& tensors) const {
    Tensors result;
    for (const Tensor& tensor : tensors) result.push_back(tensor.to(gpu));
    return result;
  }
};

/// Numbers between -1 and 1 that differ from tensor to tensor.
Tensor values(const tt::Shape& shape, tt::DType dtype, int seed) {
  std::vector<double> result(static_cast<std::size_t>(shape.size()));
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = std::sin(1.7 * static_cast<double>(i) + seed);
  return tt::cast(tt::tensor(result, shape), dtype);
}

/// Parameters of every floating dtype: one that takes several blocks, an empty one, a number, and many small ones, so
/// that they do not fit one launch.
Tensors parameters(int seed) {
  Tensors result;
  for (const tt::DType dtype : {tt::float32, tt::float64, tt::float16, tt::bfloat16}) {
    result.push_back(values({2500}, dtype, seed++));
    result.push_back(values({0, 3}, dtype, seed++));
    result.push_back(values({}, dtype, seed++));
    for (int i = 0; i < (dtype == tt::float32 ? 170 : 2); ++i) result.push_back(values({3, 2}, dtype, seed++));
  }
  return result;
}

Tensors zeros(const Tensors& like) {
  Tensors result;
  for (const Tensor& tensor : like) result.push_back(tt::zeros_like(tensor));
  return result;
}

/// A step of its own for each, but one that the last two share.
Tensors steps(std::size_t count) {
  Tensors result;
  for (std::size_t i = 0; i + 1 < count; ++i) result.push_back(tt::zeros({}, tt::int64));
  result.push_back(result.back());
  return result;
}

void expect_close(const Tensors& actual, const Tensors& expected, const std::string& what) {
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const auto a = actual[i].to_vector<double>(), e = expected[i].to_vector<double>();
    const tt::DType dtype = expected[i].dtype();
    const double unit = dtype == tt::float64   ? 0x1p-53
                        : dtype == tt::float32 ? 0x1p-24
                        : dtype == tt::float16 ? 0x1p-11
                                               : 0x1p-8;
    for (std::size_t k = 0; k < e.size(); ++k)
      ASSERT_NEAR(a[k], e[k], 4 * unit * (std::abs(e[k]) + 0.1)) << what << ": tensor " << i << ", element " << k;
  }
}

TEST_F(CudaUpdates, Sgd) {
  for (const tt::SgdUpdate& attributes :
       {tt::SgdUpdate{}, tt::SgdUpdate{.weight_decay = 0.1, .maximize = true},
        tt::SgdUpdate{.weight_decay = 0.1, .decoupled_weight_decay = true, .formula = tt::UpdateFormula::keras}}) {
    const Tensors p = parameters(1), g = parameters(2), p_there = there(p), g_there = there(g);
    for (int i = 0; i < 3; ++i) {
      tt::sgd_update(tt::full({}, 0.05, tt::float64), p, g, attributes);
      tt::sgd_update(tt::full({}, 0.05, tt::float64), p_there, g_there, attributes);
    }
    expect_close(p_there, p, "sgd");
  }
}

TEST_F(CudaUpdates, Momentum) {
  for (const tt::UpdateFormula formula : {tt::UpdateFormula::torch, tt::UpdateFormula::tf, tt::UpdateFormula::keras})
    for (const bool nesterov : {false, true}) {
      const tt::MomentumUpdate attributes{.momentum = 0.9,
                                          .dampening = nesterov ? 0 : 0.25,
                                          .weight_decay = 0.01,
                                          .nesterov = nesterov,
                                          .formula = formula};
      const Tensors p = parameters(1), g = parameters(2), b = zeros(p), t = steps(p.size());
      const Tensors p_there = there(p), g_there = there(g), b_there = there(b);
      Tensors t_there = there(t);
      t_there.back() = t_there[t_there.size() - 2];
      for (int i = 0; i < 3; ++i) {
        tt::momentum_update(tt::full({}, 0.05, tt::float64), p, g, b, t, attributes);
        tt::momentum_update(tt::full({}, 0.05, tt::float64), p_there, g_there, b_there, t_there, attributes);
      }
      const std::string what = std::string(name_of(formula)) + (nesterov ? ", nesterov" : "");
      expect_close(p_there, p, what);
      expect_close(b_there, b, what + ", buffers");
      for (const Tensor& step : t_there) EXPECT_EQ(step.item<int>(), 3);
    }
}

TEST_F(CudaUpdates, Adam) {
  for (const tt::UpdateFormula formula : {tt::UpdateFormula::torch, tt::UpdateFormula::keras})
    for (const bool amsgrad : {false, true}) {
      const tt::AdamUpdate attributes{.weight_decay = 0.01, .decoupled_weight_decay = amsgrad, .formula = formula};
      const Tensors p = parameters(1), g = parameters(2), m = zeros(p), v = zeros(p), t = steps(p.size());
      const Tensors largest = amsgrad ? zeros(p) : Tensors();
      const Tensors p_there = there(p), g_there = there(g), m_there = there(m), v_there = there(v),
                    largest_there = there(largest);
      Tensors t_there = there(t);
      t_there.back() = t_there[t_there.size() - 2];
      for (int i = 0; i < 3; ++i) {
        tt::adam_update(tt::full({}, 0.05, tt::float64), p, g, m, v, t, attributes, largest);
        tt::adam_update(tt::full({}, 0.05, tt::float64), p_there, g_there, m_there, v_there, t_there, attributes,
                        largest_there);
      }
      const std::string what = std::string(name_of(formula)) + (amsgrad ? ", amsgrad" : "");
      expect_close(p_there, p, what);
      expect_close(m_there, m, what + ", m");
      expect_close(v_there, v, what + ", v");
      expect_close(largest_there, largest, what + ", the largest v");
      for (const Tensor& step : t_there) EXPECT_EQ(step.item<int>(), 3);
    }
}

TEST_F(CudaUpdates, AreSkippedWhereTheDeviceSaysSo) {
  const auto all_updates = [&](const Tensors& p, const Tensors& g, const Tensors& a, const Tensors& b,
                               const Tensors& t) {
    const Tensor rate = tt::full({}, 0.05, tt::float64);
    tt::sgd_update(rate, p, g);
    tt::momentum_update(rate, p, g, a, t, {.momentum = 0.9});
    tt::adam_update(rate, p, g, a, b, t);
    tt::adam_update(rate, p, g, a, b, t, {}, there(zeros(p)));
  };
  const Tensors g = there(parameters(2)), p = there(parameters(1)), a = there(zeros(p)), b = there(zeros(p)),
                t = there(steps(p.size()));
  {
    const tt::SkipUpdates skip(tt::full({}, 1.0).to(gpu));
    all_updates(p, g, a, b, t);
  }
  expect_close(p, parameters(1), "skipped");
  for (const Tensor& step : t) EXPECT_EQ(step.item<int>(), 0);
  {
    const tt::SkipUpdates go(tt::full({}, 0.0));
    all_updates(p, g, a, b, t);
  }
  const Tensors q = there(parameters(1));
  all_updates(q, g, there(zeros(p)), there(zeros(p)), there(steps(p.size())));
  expect_close(p, q, "not skipped");
  for (const Tensor& step : t) EXPECT_EQ(step.item<int>(), 3);
}

TEST_F(CudaUpdates, UnscaleAndUpdateTheScale) {
  const Tensors g = parameters(2), g_there = there(g);
  const Tensor inv_scale = tt::full({}, 0.125);
  const auto here = tt::amp_check_finite_and_unscale(g, inv_scale);
  const auto found = tt::amp_check_finite_and_unscale(g_there, inv_scale.to(gpu));
  expect_close(found.gradients, here.gradients, "unscaled");
  EXPECT_EQ(found.found_inf.item<float>(), 0);
  for (const float bad : {INFINITY, NAN}) {
    Tensors spoilt = g_there;
    spoilt.push_back(tt::tensor({1.0F, bad}).to(gpu));
    EXPECT_EQ(tt::amp_check_finite_and_unscale(spoilt, inv_scale.to(gpu)).found_inf.item<float>(), 1);
  }
  const Tensor scale = tt::full({}, 8.0).to(gpu), tracker = tt::zeros({}, tt::int32).to(gpu);
  tt::amp_update_scale(scale, tracker, found.found_inf, {.growth_interval = 2});
  EXPECT_EQ(tracker.item<int>(), 1);
  tt::amp_update_scale(scale, tracker, found.found_inf, {.growth_interval = 2});
  EXPECT_EQ(scale.item<float>(), 16);
  tt::amp_update_scale(scale, tracker, tt::full({}, 1.0).to(gpu));
  EXPECT_EQ(scale.item<float>(), 8);
}

}  // namespace
