// Gradients are tensors of their own: changing one in place changes no other, no input and nothing that was passed.
#include "runner.h"

namespace conformance {

void check_independence(const Sample& sample, const Tensors& inputs) {
  const Tensors x = leaves(inputs);
  Tensors outputs;
  for (Tensor output : sample.call(x))
    if (output.requires_grad()) {
      output.retain_grad();
      outputs.push_back(output);
    }
  if (outputs.empty()) return;
  const Tensors seeds = cotangents(outputs), floats = only_floats(x);
  // Asked for twice, and with the leaves' own.
  Tensors wanted = floats;
  wanted.insert(wanted.end(), floats.begin(), floats.end());
  Tensors all = only_defined(tt::gradients(outputs, wanted, seeds, {.retain_graph = true, .allow_unused = true}));
  for (std::size_t i = 0; i < outputs.size(); ++i) outputs[i].backward(seeds[i], true);
  for (const Tensor& tensor : x)
    if (tensor.grad().defined()) all.push_back(tensor.grad());
  for (const Tensor& tensor : outputs)
    if (!tensor.is_leaf()) all.push_back(tensor.grad());  // else it is an input, handed on
  const std::size_t gradients = all.size();
  for (const Tensors& tensors : {seeds, x, outputs}) all.insert(all.end(), tensors.begin(), tensors.end());

  const tt::GradMode off(false);
  Tensors before;
  for (const Tensor& tensor : all) before.push_back(tensor.clone());
  for (std::size_t i = 0; i < gradients; ++i) {
    ASSERT_NO_THROW(all[i].fill_(77)) << "gradient " << i;
    for (std::size_t k = 0; k < all.size(); ++k) {
      if (k == i) continue;
      ASSERT_FALSE(all[k].is_same(all[i])) << i << " and " << k;
      expect_same_bits({all[k]}, {before[k]}, "after a change of gradient " + std::to_string(i));
    }
    before[i] = all[i].clone();
  }
}

}  // namespace conformance
