// Modules against PyTorch's: scripts/references/make_references_modules.py made what they are compared with.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "triptych/core/io.h"
#include "triptych/core/ops.h"
#include "triptych/eager/module.h"

namespace modules_reference {

namespace tt = triptych;
using Tensors = std::vector<tt::Tensor>;

/// The project's folder; each test says it.
extern const std::string root;

inline const tt::StateDict& tensors() {
  static const tt::StateDict all = tt::load(root + "/tests/references/modules.safetensors");
  return all;
}

/// What print(module) writes.
inline std::string text(const std::string& name) {
  static const std::map<std::string, std::string> all = [] {
    std::map<std::string, std::string> texts;
    std::ifstream in(root + "/tests/references/modules.txt");
    std::string line, current;
    while (std::getline(in, line)) {
      if (line.rfind("=== ", 0) == 0)
        current = line.substr(4);
      else
        texts[current] += (texts[current].empty() ? "" : "\n") + line;
    }
    return texts;
  }();
  const auto found = all.find(name);
  return found == all.end() ? "there is no case " + name : found->second;
}

inline void expect_near(const tt::Tensor& actual, const tt::Tensor& expected, const std::string& what) {
  ASSERT_TRUE(actual.defined()) << what;
  ASSERT_EQ(actual.shape(), expected.shape()) << what;
  const auto a = actual.to_vector<double>(), e = expected.to_vector<double>();
  for (std::size_t i = 0; i < a.size(); ++i)
    ASSERT_NEAR(a[i], e[i], 2e-5 * std::max(1.0, std::abs(e[i]))) << what << ", element " << i;
}

/// Loads PyTorch's state (strictly, so the keys are the same), and compares text, outputs, gradients and buffers.
/// `run` gives the outputs for the inputs.
template <class M, class F>
void check(const std::string& name, M& module, const F& run) {
  SCOPED_TRACE(name);
  const auto find = [&](const std::string& key) { return tensors().find(name + "|" + key); };
  EXPECT_EQ(module.text(), text(name));
  tt::StateDict state;
  const std::string start = name + "|state|";
  for (const auto& [key, tensor] : tensors())
    if (key.rfind(start, 0) == 0) state.add(key.substr(start.size()), tensor);
  EXPECT_EQ(module.state_dict().names(), state.names());
  module.load_state_dict(state);
  Tensors inputs;
  for (int i = 0; const tt::Tensor* x = find("x" + std::to_string(i)); ++i) {
    inputs.push_back(x->clone());
    if (find("gx" + std::to_string(i))) inputs.back().set_requires_grad();
  }
  const Tensors outputs = run(inputs);
  tt::Tensor loss = tt::zeros({});
  std::size_t count = 0;
  for (; const tt::Tensor* y = find("y" + std::to_string(count)); ++count) {
    ASSERT_LT(count, outputs.size());
    const tt::Tensor& output = outputs[count];
    expect_near(output, *y, "output " + std::to_string(count));
    if (testing::Test::HasFatalFailure()) return;
    if (output.requires_grad())
      loss = loss +
             tt::sum(output * tt::reshape(tt::cos(tt::cast(tt::arange(output.numel()), tt::float32)), output.shape()));
  }
  EXPECT_EQ(count, outputs.size());
  for (const auto& [key, buffer] : module.named_buffers())
    if (const tt::Tensor* after = find("after|" + key)) expect_near(buffer, *after, "buffer " + key);
  if (!loss.requires_grad()) return;
  loss.backward();
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (const tt::Tensor* gradient = find("gx" + std::to_string(i)))
      expect_near(inputs[i].grad(), *gradient, "gradient of input " + std::to_string(i));
  for (const auto& [key, parameter] : module.named_parameters())
    if (const tt::Tensor* gradient = find("g|" + key)) expect_near(parameter.grad(), *gradient, "gradient of " + key);
}

/// Of modules of one tensor.
template <class M>
void check(const std::string& name, M&& module) {
  check(name, module, [&](const Tensors& x) { return Tensors{module(x[0])}; });
}
template <class M>
void check_evaluated(const std::string& name, M&& module) {
  module.eval();
  check(name, module);
}
/// Of modules of two or three.
template <class M>
void check2(const std::string& name, M&& module) {
  check(name, module, [&](const Tensors& x) { return Tensors{module(x[0], x[1])}; });
}
template <class M>
void check3(const std::string& name, M&& module) {
  check(name, module, [&](const Tensors& x) { return Tensors{module(x[0], x[1], x[2])}; });
}

}  // namespace modules_reference
