// Results do not depend on the number of threads: each function on tensors that are large enough to be shared out,
// forward and backward, with one thread and with three (on any machine: more threads than cores are as good here).
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>

#include "core/tensor/tensor_impl.h"
#include "triptych/core/autograd.h"
#include "triptych/core/backends.h"
#include "triptych/core/memory.h"
#include "triptych/core/ops.h"
#include "triptych/core/random.h"

namespace tt = triptych;
using tt::Tensor;
using Tensors = std::vector<Tensor>;

namespace {

struct Case {
  std::string name;
  Tensors inputs;
  std::function<Tensor(const Tensors&)> call;
};

std::vector<Case> cases() {
  tt::manual_seed(11);
  const Tensor x = tt::randn({300, 400}), y = tt::randn({300, 400}), row = tt::randn({400}),
               positive = tt::rand({300, 400}) + 0.1;
  const Tensor images = tt::randn({16, 8, 28, 28}), kernel = tt::randn({16, 8, 3, 3}), bias = tt::randn({16});
  const Tensor labels = tt::randint(0, 400, {300}), places = tt::randint(0, 300, {500});
  std::vector<Case> all;
  const auto one = [&](const char* name, Tensor (*f)(tt::Arg), const Tensor& at) {
    all.push_back({name, {at}, [f](const Tensors& t) { return f(t[0]); }});
  };
  const auto add = [&](const char* name, Tensors inputs, std::function<Tensor(const Tensors&)> call) {
    all.push_back({name, std::move(inputs), std::move(call)});
  };
  for (const auto& [name, f] :
       std::initializer_list<std::pair<const char*, Tensor (*)(tt::Arg)>>{{"exp", tt::exp},
                                                                          {"tanh", tt::tanh},
                                                                          {"sigmoid", tt::sigmoid},
                                                                          {"silu", tt::silu},
                                                                          {"erf", tt::erf},
                                                                          {"relu", tt::relu},
                                                                          {"sin", tt::sin},
                                                                          {"abs", tt::abs},
                                                                          {"square", tt::square},
                                                                          {"mish", tt::mish}})
    one(name, f, x);
  for (const auto& [name, f] :
       std::initializer_list<std::pair<const char*, Tensor (*)(tt::Arg)>>{{"log", tt::log},
                                                                          {"sqrt", tt::sqrt},
                                                                          {"sum", tt::sum},
                                                                          {"mean", tt::mean},
                                                                          {"var", tt::var},
                                                                          {"max", tt::max},
                                                                          {"logsumexp", tt::logsumexp},
                                                                          {"norm", tt::norm}})
    one(name, f, positive);
  add("add", {x, row}, [](const Tensors& t) { return t[0] + t[1]; });
  add("mul of transposed", {x, y}, [](const Tensors& t) { return tt::transpose(t[0]) * tt::transpose(t[1]); });
  add("div", {x, positive}, [](const Tensors& t) { return t[0] / t[1]; });
  add("pow", {positive, row}, [](const Tensors& t) { return tt::pow(t[0], t[1]); });
  add("where", {x, y}, [](const Tensors& t) { return tt::where(t[0] > t[1], t[0], t[1]); });
  add("gelu", {x}, [](const Tensors& t) { return tt::gelu(t[0]); });
  for (const std::int64_t axis : {0, 1}) {
    add("sum over an axis", {x}, [=](const Tensors& t) { return tt::sum(t[0], axis); });
    add("mean over an axis", {x}, [=](const Tensors& t) { return tt::mean(t[0], axis); });
    add("prod over an axis", {positive}, [=](const Tensors& t) { return tt::prod(t[0], axis); });
    add("max over an axis", {x}, [=](const Tensors& t) { return tt::max(t[0], axis); });
    add("var over an axis", {x}, [=](const Tensors& t) { return tt::var(t[0], axis); });
    add("softmax", {x}, [=](const Tensors& t) { return tt::softmax(t[0], axis); });
    add("log_softmax", {x}, [=](const Tensors& t) { return tt::log_softmax(t[0], axis); });
    add("cumsum", {x}, [=](const Tensors& t) { return tt::cumsum(t[0], axis); });
    add("concat", {x, y}, [=](const Tensors& t) { return tt::concat(t, axis); });
    add("argmax", {x}, [=](const Tensors& t) { return tt::cast(tt::argmax(t[0], axis), tt::float32) + tt::sum(t[0]); });
  }
  add("transposed copy", {x}, [](const Tensors& t) { return tt::contiguous(tt::transpose(t[0])); });
  add("cast", {x}, [](const Tensors& t) { return tt::cast(t[0], tt::float64); });
  add("pad", {x}, [](const Tensors& t) { return tt::pad(t[0], {{1, 2}, {3, 4}}); });
  add("matmul", {x, y}, [](const Tensors& t) { return tt::matmul(t[0], tt::transpose(t[1])); });
  add("linear", {x, y, tt::randn({300})}, [](const Tensors& t) { return tt::linear(t[0], t[1], t[2]); });
  add("conv2d", {images, kernel, bias}, [](const Tensors& t) { return tt::conv2d(t[0], t[1], t[2], {.padding = 1}); });
  add("strided conv2d", {images, kernel}, [](const Tensors& t) { return tt::conv2d(t[0], t[1], {.stride = 2}); });
  add("max_pool2d", {images}, [](const Tensors& t) { return tt::max_pool2d(t[0]); });
  add("avg_pool2d", {images}, [](const Tensors& t) { return tt::avg_pool2d(t[0], {.kernel_size = 3, .stride = 1}); });
  add("batch_norm", {images, tt::randn({8}), tt::randn({8})},
      [](const Tensors& t) { return tt::batch_norm(t[0], {}, {}, t[1], t[2], {.training = true}); });
  add("layer_norm", {x, row, tt::randn({400})},
      [](const Tensors& t) { return tt::layer_norm(t[0], {400}, t[1], t[2]); });
  add("cross_entropy", {x}, [=](const Tensors& t) { return tt::cross_entropy(t[0], labels); });
  add("mse_loss", {x, y}, [](const Tensors& t) { return tt::mse_loss(t[0], t[1]); });
  add("embedding", {x}, [=](const Tensors& t) { return tt::embedding(t[0], places); });
  add("index_select", {x}, [=](const Tensors& t) { return tt::index_select(t[0], 0, places); });
  const Tensor state = tt::tensor<std::int64_t>({5, 0});
  add("dropout", {x}, [=](const Tensors& t) { return tt::dropout(t[0], {}, state.clone()); });
  add("random", {x}, [=](const Tensors& t) {
    return t[0] * tt::random_normal(state.clone(), {300, 400}) + tt::random_uniform(state.clone(), {300, 400});
  });
  return all;
}

/// The result and the gradients of its product with a fixed tensor.
Tensors run(const Case& c) {
  Tensors x;
  for (const Tensor& input : c.inputs) x.push_back(input.detach().set_requires_grad());
  Tensors results{c.call(x)};
  const std::vector<Tensor> weights{
      tt::cast(tt::cos(tt::reshape(tt::arange(results[0].numel()), results[0].shape())), results[0].dtype())};
  for (const Tensor& grad : tt::gradients(results, x, weights, {.allow_unused = true}))
    if (grad.defined()) results.push_back(grad);
  return results;
}

}  // namespace

TEST(Threads, ChangeNoBit) {
  const int before = tt::num_threads();
  for (const Case& c : cases()) {
    tt::set_num_threads(1);
    const Tensors alone = run(c);
    tt::set_num_threads(3);
    const Tensors together = run(c);
    ASSERT_EQ(alone.size(), together.size());
    for (std::size_t i = 0; i < alone.size(); ++i) {
      const Tensor a = tt::contiguous_now(alone[i]), b = tt::contiguous_now(together[i]);
      EXPECT_EQ(
          std::memcmp(a.impl()->data(), b.impl()->data(), static_cast<std::size_t>(a.numel()) * tt::size_of(a.dtype())),
          0)
          << c.name << (i ? ", gradient " + std::to_string(i - 1) : "");
    }
  }
  tt::set_num_threads(before);
}

/// The counter by which a comparison says whether oneDNN had any part in what it measured.
TEST(OneDnn, CallsAreCounted) {
  const std::int64_t before = tt::onednn_calls();
  tt::matmul(tt::ones({48, 256}), tt::ones({256, 256}));  // larger ones are packed, for our own kernel
  std::ifstream file("/proc/cpuinfo");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const bool its_own = text.find("avx512") != std::string::npos && HAS_ONEDNN;
  const char* wanted = std::getenv("TRIPTYCH_ONEDNN");
  EXPECT_EQ(tt::onednn_calls() > before, its_own && !(wanted && std::string(wanted) == "OFF"));
}
