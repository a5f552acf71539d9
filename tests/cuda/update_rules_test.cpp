// The rules of core/ops/update_rules.h on a GPU (as a rule the emulated one) beside the CPU's.
#include "triptych/core/ops/update_rules.h"

#include <cmath>
#include <functional>

#include "gpu.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/composed_updates.h"
#include "triptych/core/ops/loss_scaling.h"

namespace {

namespace tt = triptych;
using tt::Tensor;
using Tensors = std::vector<Tensor>;

/// What an update is called with: two buffers, a number and a count for each parameter; the last two share the latter.
struct State {
  Tensors p, g, a, b, numbers, more, steps;
};

Tensor values(const tt::Shape& shape, tt::DType dtype, int seed) {
  std::vector<double> result(static_cast<std::size_t>(shape.size()));
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = std::sin(1.7 * static_cast<double>(i) + seed);
  return tt::cast(tt::tensor(result, shape), dtype);
}

State state() {
  State s;
  int seed = 1;
  for (const tt::DType dtype : {tt::float32, tt::float64, tt::float16, tt::bfloat16})
    for (const tt::Shape& shape : {tt::Shape({2300}), tt::Shape({0, 3}), tt::Shape({}), tt::Shape({3, 2})}) {
      s.p.push_back(values(shape, dtype, seed++));
      s.g.push_back(values(shape, dtype, 100 + seed));
      s.a.push_back(tt::full(shape, 0.5, dtype));
      s.b.push_back(tt::full(shape, 0.25, dtype));
      s.numbers.push_back(tt::full({}, 0.5, tt::float64));
      s.more.push_back(tt::full({}, 0.75, tt::float64));
      s.steps.push_back(tt::zeros({}, tt::int64));
    }
  s.steps.back() = s.steps[s.steps.size() - 2];
  s.numbers.back() = s.numbers[s.numbers.size() - 2];
  return s;
}

class CudaUpdateRules : public OnGpu {
 protected:
  State there(const State& s) const {
    const auto moved = [&](const Tensors& list) {
      Tensors result;
      for (const Tensor& tensor : list) result.push_back(tensor.to(gpu));
      return result;
    };
    State result{moved(s.p), moved(s.g), moved(s.a), moved(s.b), moved(s.numbers), moved(s.more), moved(s.steps)};
    result.steps.back() = result.steps[result.steps.size() - 2];
    result.numbers.back() = result.numbers[result.numbers.size() - 2];
    return result;
  }
};

void expect_close(const Tensors& actual, const Tensors& expected, const char* what) {
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const auto a = actual[i].to_vector<double>(), e = expected[i].to_vector<double>();
    const tt::DType dtype = expected[i].dtype();
    const double unit = dtype == tt::float64   ? 0x1p-53
                        : dtype == tt::float32 ? 0x1p-24
                        : dtype == tt::float16 ? 0x1p-11
                                               : 0x1p-8;
    for (std::size_t k = 0; k < e.size(); ++k)
      ASSERT_NEAR(a[k], e[k], 16 * unit * (std::abs(e[k]) + 0.5)) << what << ": tensor " << i << ", element " << k;
  }
}

struct Rule {
  const char* name;
  std::function<void(const Tensor& rate, const State&)> update;
};

std::vector<Rule> rules() {
  using enum tt::UpdateFormula;
  return {
      {"rmsprop", [](auto& r, auto& s) { tt::rmsprop_update(r, s.p, s.g, s.a, s.steps, {.weight_decay = 0.1}); }},
      {"centered rmsprop",
       [](auto& r, auto& s) { tt::rmsprop_update(r, s.p, s.g, s.a, s.steps, {.centered = true}, s.b); }},
      {"rmsprop with momentum",
       [](auto& r, auto& s) {
         tt::rmsprop_update(r, s.p, s.g, s.a, s.steps, {.momentum = 0.5, .formula = tf}, {}, s.b);
       }},
      {"adagrad",
       [](auto& r, auto& s) { tt::adagrad_update(r, s.p, s.g, s.a, s.steps, {.lr_decay = 0.1, .maximize = true}); }},
      {"adadelta", [](auto& r, auto& s) { tt::adadelta_update(r, s.p, s.g, s.a, s.b, s.steps); }},
      {"adamax", [](auto& r, auto& s) { tt::adamax_update(r, s.p, s.g, s.a, s.b, s.steps, {.formula = keras}); }},
      {"nadam", [](auto& r, auto& s) { tt::nadam_update(r, s.p, s.g, s.a, s.b, s.numbers, s.steps); }},
      {"radam", [](auto& r, auto& s) { tt::radam_update(r, s.p, s.g, s.a, s.b, s.steps, {.beta2 = 0.5}); }},
      {"rprop", [](auto& r, auto& s) { tt::rprop_update(r, s.p, s.g, s.a, s.b, s.steps); }},
      {"asgd", [](auto& r, auto& s) { tt::asgd_update(r, s.p, s.g, s.a, s.numbers, s.more, s.steps, {.t0 = 1}); }},
      {"lion", [](auto& r, auto& s) { tt::lion_update(r, s.p, s.g, s.a, s.steps, {.weight_decay = 0.1}); }},
      {"ftrl",
       [](auto& r, auto& s) { tt::ftrl_update(r, s.p, s.g, s.a, s.b, s.steps, {.l1 = 0.1, .l2 = 0.1, .beta = 1}); }},
      {"proximal", [](auto& r, auto& s) { tt::proximal_update(r, s.p, s.g, s.steps, {.l1 = 0.1, .l2 = 0.1}); }},
      {"proximal adagrad",
       [](auto& r, auto& s) { tt::proximal_update(r, s.p, s.g, s.steps, {.l1 = 0.1, .l2 = 0.1}, s.a); }},
      {"schedule-free", [](auto& r, auto& s) { tt::schedule_free_update(r, s.p, s.g, s.a, s.b, s.steps); }},
      {"lamb", [](auto& r, auto& s) { tt::lamb_update(r, s.p, s.g, s.a, s.b, s.steps); }}};
}

TEST_F(CudaUpdateRules, EqualTheCpus) {
  const Tensor rate = tt::full({}, 0.05, tt::float64);
  for (const Rule& rule : rules()) {
    const State here = state(), away = there(here);
    for (int i = 0; i < 3; ++i) {
      rule.update(rate, here);
      rule.update(rate, away);
    }
    expect_close(away.p, here.p, rule.name);
    expect_close(away.a, here.a, rule.name);
    expect_close(away.b, here.b, rule.name);
    expect_close(away.numbers, here.numbers, rule.name);
    expect_close(away.more, here.more, rule.name);
    for (std::size_t i = 0; i < here.steps.size(); ++i) {
      EXPECT_EQ(here.steps[i].item<int>(), 3) << rule.name;
      EXPECT_EQ(away.steps[i].item<int>(), 3) << rule.name;
    }
  }
}

TEST_F(CudaUpdateRules, AreSkippedWhereTheDeviceSaysSo) {
  const Tensor rate = tt::full({}, 0.05, tt::float64);
  const State before = state(), here = state(), away = there(here);
  for (const Rule& rule : rules()) {
    const tt::SkipUpdates skip(tt::full({}, 1.0));
    rule.update(rate, here);
    rule.update(rate, away);
  }
  for (const State* after : {&here, &away}) {
    expect_close(after->p, before.p, "skipped");
    expect_close(after->a, before.a, "skipped");
    expect_close(after->numbers, before.numbers, "skipped");
    for (const Tensor& step : after->steps) EXPECT_EQ(step.item<int>(), 0);
  }
}

}  // namespace
