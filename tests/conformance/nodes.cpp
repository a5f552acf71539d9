// Every node of a sample's graph on its own.
#include "core/kernels/elementwise.h"
#include "core/tensor/tensor_impl.h"
#include "runner.h"

namespace conformance {
namespace {

/// One node with concrete operands.
struct Application {
  const tt::Node& node;
  Tensors inputs;

  Tensors run(const Tensors& operands) const {
    Tensors outputs(node.output_count);
    tt::apply(*node.op, operands, node.attributes, outputs, {});
    return outputs;
  }
  std::string name() const { return node.op->name; }
};

/// A copy that is dense and nobody else's.
Tensor fresh(const Tensor& x) {
  Tensor copy = tt::make_tensor(x.shape(), x.dtype());
  tt::copy_strided(x.impl()->data(), x.meta(), copy.impl()->data(), copy.meta());
  return copy;
}

/// The same values with the last two dimensions lying the other way round in memory.
Tensor transposed_in_memory(const Tensor& x) { return x.ndim() < 2 ? x : tt::transpose(fresh(tt::transpose(x))); }

/// The same values with gaps between them and the last axis backwards in memory.
Tensor spread(const Tensor& x) {
  if (x.ndim() == 0) return x;
  Tensor doubled = tt::flip(fresh(tt::repeat(x, 2, -1)), -1);
  return tt::flip(doubled, -1)[{tt::ellipsis, tt::Slice(tt::none, tt::none, 2)}];
}

void check_donation(const Application& a, const Tensors& expected) {
  Tensors copies;
  for (const Tensor& x : a.inputs) copies.push_back(fresh(x));
  std::vector<tt::Arg> args;
  std::vector<const tt::Arg*> pointers;
  args.reserve(copies.size());
  for (Tensor& copy : copies) args.emplace_back(std::move(copy));
  for (const tt::Arg& arg : args) pointers.push_back(&arg);
  Tensors outputs(a.node.output_count);
  poison_free_memory();
  tt::apply(*a.node.op, std::span<const tt::Arg* const>(pointers), a.node.attributes, outputs, {});
  expect_same_bits(outputs, expected, a.name() + " with donated operands and poisoned memory");
}

void check_strides(const Application& a, const Tensors& expected) {
  Tensors transposed, gaps;
  for (const Tensor& x : a.inputs) {
    transposed.push_back(transposed_in_memory(x));
    gaps.push_back(spread(x));
  }
  expect_same_bits(a.run(transposed), expected, a.name() + " with transposed operands");
  expect_same_bits(a.run(gaps), expected, a.name() + " with sliced operands");
  for (std::size_t i = 0; i < a.inputs.size(); ++i) {
    if (a.inputs[i].ndim() == 0 || a.inputs[i].size(0) == 0) continue;
    Tensors expanded = a.inputs, dense = a.inputs;
    expanded[i] = tt::expand(tt::slice(a.inputs[i], 0, {0, 1}), a.inputs[i].shape());
    dense[i] = fresh(expanded[i]);
    if (const std::string refused = refusal([&] { a.run(dense); }); !refused.empty()) {  // a singular matrix
      EXPECT_EQ(refusal([&] { a.run(expanded); }), refused) << a.name() << " with an expanded operand";
      continue;
    }
    expect_same_bits(a.run(expanded), a.run(dense), a.name() + " with an expanded operand");
  }
}

void check_metadata(const Application& a, const Tensors& expected) {
  if (!a.node.op->metadata_inputs) return;
  Tensors inputs = a.inputs;
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (tt::in_mask(a.node.op->metadata_inputs, i)) inputs[i] = tt::make_metadata_only(inputs[i].meta());
  expect_same_bits(a.run(inputs), expected, a.name() + " without the values that it does not read");
}

bool is_elementwise(const tt::Op& op) {
  const tt::Kernel* kernel = op.kernels[0].load();
  return kernel && kernel->layout == tt::elementwise_layout && kernel->donates == tt::every_one;
}

/// An element's bits depend on its value only, and no elements are no error.
void check_small(const Application& a, const Tensors& expected) {
  if (!is_elementwise(*a.node.op) || expected[0].numel() == 0) return;
  Tensors first, none;
  for (const Tensor& x : a.inputs) {
    first.push_back(tt::reshape(tt::slice(tt::flatten(x), 0, {0, 1}), {}));
    const bool varies = x.ndim() > 0 && x.ndim() == expected[0].ndim() && x.size(0) == expected[0].size(0);
    none.push_back(varies ? tt::slice(x, 0, {0, 0}) : x);
  }
  expect_same_bits(a.run(first), {tt::reshape(tt::slice(tt::flatten(expected[0]), 0, {0, 1}), {})},
                   a.name() + " of 0-d tensors");
  if (expected[0].ndim() == 0) return;
  const Tensor empty = a.run(none)[0];
  EXPECT_EQ(empty.numel(), 0) << a.name();
  EXPECT_EQ(empty.dtype(), expected[0].dtype()) << a.name();
}

void check_decomposition(const Application& a, const Tensors& expected) {
  if (!a.node.op->decompose) return;
  // It may leave out outputs that nobody differentiates.
  const Tensors parts = a.node.op->decompose(a.inputs, a.node.attributes);
  ASSERT_FALSE(parts.empty());
  ASSERT_LE(parts.size(), expected.size());
  expect_same_bits(parts, {expected.begin(), expected.begin() + static_cast<std::ptrdiff_t>(parts.size())},
                   a.name() + " decomposed");
}

}  // namespace

void check_nodes(const Sample& sample, const Tensors& inputs) {
  for_each_node(trace(sample, inputs, false, sample.smooth ? 2 : 1), inputs,
                [](const tt::Node& node, const Tensors& operands, const Tensors& results) {
                  if (testing::Test::HasFatalFailure()) return;
                  const Application a{node, operands};
                  check_donation(a, results);
                  check_strides(a, results);
                  check_metadata(a, results);
                  check_small(a, results);
                  check_decomposition(a, results);
                });
}

}  // namespace conformance
