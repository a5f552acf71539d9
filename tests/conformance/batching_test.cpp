// Each op under vmap gives what it gives example by example: all conformance samples, their gradients too, with the
// examples along axis 0 or 1, or shared, and every registered op in one of them.
#include "triptych/core/batching.h"

#include <algorithm>
#include <set>

#include "core/graph/batching/rule.h"
#include "runner.h"

namespace conformance {

namespace {

using Axis = std::optional<std::int64_t>;

const std::vector<Sample>& samples() {
  static const std::vector<Sample> all = all_samples();
  return all;
}

constexpr std::int64_t size = 3;

/// The input of example `b`: a little off, where it is floating.
Tensor example(const Tensor& input, std::int64_t b) {
  return is_float(input) ? input + 0.0001 * static_cast<double>(b) : input;
}

Tensor stacked(const Tensor& input, std::int64_t axis) {
  Tensors rows;
  for (std::int64_t b = 0; b < size; ++b) rows.push_back(example(input, b));
  return tt::stack(rows, axis);
}

/// What a sample gives, with the gradients of `order`.
Tensors outputs_of(const Sample& sample, const Tensors& inputs, bool gradients) {
  Tensors outputs = sample.call(inputs);
  if (!gradients) return outputs;
  Tensors ys, xs;
  for (const Tensor& y : only_floats(outputs))
    if (y.is_symbolic() || y.requires_grad()) ys.push_back(y);
  for (const Tensor& x : only_floats(inputs)) xs.push_back(x);
  if (ys.empty() || xs.empty()) return outputs;
  Tensors cotangent;
  for (const Tensor& y : ys) cotangent.push_back(tt::cos(y));
  for (const Tensor& g : tt::gradients(ys, xs, cotangent, {.allow_unused = true}))
    if (g.defined()) outputs.push_back(g);
  return outputs;
}

void expect_alike(const Tensors& together, const Tensors& one_by_one, const std::string& what) {
  ASSERT_EQ(together.size(), one_by_one.size()) << what;
  expect_close(together, one_by_one, 1e-9, what);
}

void check(const Sample& sample, const Tensors& inputs, const std::vector<Axis>& axes, bool gradients) {
  Tensors batches;
  for (std::size_t i = 0; i < inputs.size(); ++i) batches.push_back(axes[i] ? stacked(inputs[i], *axes[i]) : inputs[i]);
  const std::vector<Axis> front{0};
  const Tensors together = tt::detail::vmap_tensors(
      [&](std::span<const Tensor> given) { return outputs_of(sample, Tensors(given.begin(), given.end()), gradients); },
      batches, axes, front, tt::Randomness::error, 0, tt::Location::here());
  std::vector<Tensors> rows;
  for (std::int64_t b = 0; b < size; ++b) {
    Tensors at;
    for (std::size_t i = 0; i < inputs.size(); ++i) at.push_back(axes[i] ? example(inputs[i], b) : inputs[i]);
    const Tensors made = outputs_of(sample, gradients ? leaves(at) : at, gradients);
    rows.resize(made.size());
    for (std::size_t k = 0; k < made.size(); ++k) rows[k].push_back(made[k].detach());
  }
  Tensors one_by_one;
  for (const Tensors& row : rows) one_by_one.push_back(tt::stack(row, 0));
  std::string text = sample.op + "/" + sample.name + (gradients ? " with gradients" : "") + ", in_dims";
  for (const Axis& axis : axes) text += axis ? " " + std::to_string(*axis) : " none";
  expect_alike(together, one_by_one, text);
}

/// It draws numbers, or its results have other shapes for other examples.
bool is_left_out(const Sample& sample) { return sample.dynamic_shape; }

class Batching : public testing::TestWithParam<std::size_t> {};

TEST_P(Batching, IsTheLoop) {
  const Sample& sample = samples()[GetParam()];
  if (is_left_out(sample)) GTEST_SKIP() << "shapes depend on values";
  const Tensors inputs = reference(sample, "in");
  if (inputs.empty()) GTEST_SKIP() << "no input";
  std::vector<std::vector<Axis>> choices;
  choices.emplace_back(inputs.size(), 0);
  std::vector<Axis> second;
  for (const Tensor& input : inputs) second.push_back(input.ndim() > 0 ? Axis(1) : Axis(0));
  choices.push_back(second);
  if (inputs.size() > 1)
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      std::vector<Axis> only(inputs.size());
      only[i] = 0;
      choices.push_back(only);
    }
  for (const auto& axes : choices) {
    check(sample, inputs, axes, false);
    check(sample, inputs, axes, true);
  }
}

std::string name_of(const testing::TestParamInfo<std::size_t>& info) {
  std::string name = samples()[info.param].op + "_" + samples()[info.param].name + "_" + std::to_string(info.param);
  std::replace_if(
      name.begin(), name.end(), [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Samples, Batching, testing::Range<std::size_t>(0, samples().size()), name_of);

}  // namespace

TEST(Batching, EveryRuleIsOfAnOpThatThereIs) {
  tt::batching::Rules rules;
  for (const auto add :
       {tt::batching::add_shape_rules, tt::batching::add_elementwise_rules, tt::batching::add_reduction_rules,
        tt::batching::add_indexing_rules, tt::batching::add_product_rules, tt::batching::add_window_rules,
        tt::batching::add_normalization_rules, tt::batching::add_sequence_rules, tt::batching::add_loss_rules})
    add(rules);
  for (const auto& [name, rule] : rules) EXPECT_NE(tt::find_op(std::string(name)), nullptr) << name;
}

}  // namespace conformance
