// A gradient is a tensor of its own, wherever it comes out: what a user changes in place changes nothing else. (Over
// all ops: conformance/independence.cpp.) And backward's inputs, InferenceMode.
#include "eager_testing.h"
#include "triptych/core/ops.h"
#include "triptych/eager.h"

namespace tt = triptych;
namespace eager = triptych::eager;

using Floats = std::vector<float>;
using tt::Tensor;

namespace {

Tensor leaf(Floats values) { return tt::tensor(values).set_requires_grad(); }

Floats values(const Tensor& x) { return x.to_vector<float>(); }

}  // namespace

TEST(GradientOwnership, TwoLeavesAndTheSeed) {
  Tensor w = leaf({1, 2}), d = leaf({3, 4});
  Tensor seed = tt::tensor<float>({10, 20});
  (w + d).backward(seed);
  Tensor g = w.grad();
  g.mul_(0.5);
  EXPECT_EQ(values(w.grad()), (Floats{5, 10}));  // the handle names w's gradient
  EXPECT_EQ(values(d.grad()), (Floats{10, 20}));
  EXPECT_EQ(values(seed), (Floats{10, 20}));
  seed.fill_(0);
  EXPECT_EQ(values(d.grad()), (Floats{10, 20}));
}

TEST(GradientOwnership, AViewOfTheSeed) {
  Tensor w = leaf({1, 2, 3, 4});
  const Tensor seed = tt::ones({2, 2});
  w.reshape({2, 2}).backward(seed);
  Tensor g = w.grad();
  g.mul_(3);
  EXPECT_EQ(values(seed), Floats(4, 1));
  EXPECT_EQ(values(w.grad()), Floats(4, 3));
  Tensor other = eager::grad({w.reshape({2, 2})}, {w}, {.grad_outputs = {seed}})[0];
  other.set(0, 9);
  EXPECT_EQ(values(seed), Floats(4, 1));
}

TEST(GradientOwnership, TheLeafItself) {
  Tensor w = leaf({1, 2});
  const Tensor seed = tt::ones({2});
  w.backward(seed);
  Tensor g = w.grad();
  g.add_(1);
  EXPECT_EQ(values(seed), (Floats{1, 1}));
}

TEST(GradientOwnership, RetainedOnes) {
  Tensor w = leaf({1, 2});
  Tensor y = w * 1, z = y + 0;
  y.retain_grad();
  z.retain_grad();
  const Tensor seed = tt::tensor<float>({3, 5});
  z.backward(seed);
  for (Tensor g : {y.grad(), z.grad(), w.grad()}) {
    EXPECT_EQ(values(g), (Floats{3, 5}));
    g.fill_(0);
  }
  EXPECT_EQ(values(seed), (Floats{3, 5}));
}

TEST(GradientOwnership, GradGivesTensorsOfTheirOwn) {
  Tensor w = leaf({1, 2}), d = leaf({3, 4});
  const Tensor seed = tt::ones({2});
  auto gradients = eager::grad({w + d}, {w, d, w}, {.grad_outputs = {seed}});
  for (Tensor& g : gradients) {
    EXPECT_EQ(values(g), (Floats{1, 1}));
    g.fill_(7);
  }
  EXPECT_EQ(values(seed), (Floats{1, 1}));
}

TEST(GradientOwnership, SetGradTakesTheValue) {
  Tensor w = leaf({1, 2}), d = leaf({3, 4}), g = tt::ones({2});
  w.set_grad(g);
  d.set_grad(g);
  EXPECT_FALSE(w.grad().is_same(d.grad()));
  g.fill_(5);
  Tensor of_w = w.grad();
  of_w.fill_(6);
  EXPECT_EQ(values(d.grad()), (Floats{1, 1}));
  EXPECT_EQ(values(w.grad()), (Floats{6, 6}));
}

TEST(GradientOwnership, HooksChangeTheirGradientOnly) {
  Tensor w = leaf({1, 2}), d = leaf({3, 4});
  Tensor kept;
  d.register_hook([&](const Tensor& gradient) { kept = gradient; });
  w.register_hook([](const Tensor& gradient) {
    Tensor handle = gradient;  // as PyTorch's lambda g: g.clamp_(...)
    handle.mul_(10);
  });
  const Tensor seed = tt::ones({2});
  (w + d).backward(seed);
  EXPECT_EQ(values(w.grad()), (Floats{10, 10}));
  EXPECT_EQ(values(d.grad()), (Floats{1, 1}));
  EXPECT_EQ(values(seed), (Floats{1, 1}));
  kept.fill_(0);
  EXPECT_EQ(values(d.grad()), (Floats{1, 1}));
}

TEST(GradientOwnership, WhatAHookKeepsLaterStepsDoNotSee) {
  Tensor w = leaf({1, 2});
  Tensor y = w * 2;
  Tensor kept;
  y.register_hook([&](const Tensor& gradient) { kept = gradient; });
  w.register_hook([&](const Tensor&) { kept.fill_(100); });
  tt::sum(y + w).backward();
  EXPECT_EQ(values(w.grad()), (Floats{3, 3}));
}

namespace {

/// d(x^2 / 2) = x: backward hands out what was saved, and writes to what it gets.
struct HalfSquare : eager::Function<HalfSquare> {
  static Tensor forward(eager::FunctionContext& context, const Tensor& x) {
    context.save_for_backward({x});
    return x * x * 0.5;
  }
  static std::vector<Tensor> backward(eager::FunctionContext& context, std::span<const Tensor> grad_outputs) {
    Tensor upstream = grad_outputs[0];
    upstream.fill_(0);
    return {context.saved_tensors()[0]};
  }
};

}  // namespace

TEST(GradientOwnership, AFunctionThatHandsOutWhatItSaved) {
  Tensor w = leaf({3, 4});
  const Tensor seed = tt::ones({2});
  Tensor y = HalfSquare::apply(w);
  y.backward(seed, true);
  Tensor g = w.grad();
  EXPECT_EQ(values(g), (Floats{3, 4}));
  g.fill_(0);
  EXPECT_EQ(values(w), (Floats{3, 4}));
  EXPECT_EQ(values(seed), (Floats{1, 1}));
  w.set_grad({});
  y.backward(seed);  // and what it saved is freed, but not what it gave
  EXPECT_EQ(values(w.grad()), (Floats{3, 4}));
}

TEST(GradientOwnership, WithAGraphOfTheGradient) {
  Tensor w = leaf({2}), seed = leaf({5});
  (w * w).backward(seed, false, true);
  EXPECT_TRUE(w.grad().requires_grad());
  EXPECT_EQ(values(eager::grad(w.grad(), seed)), (Floats{4}));
  Tensor d = leaf({1});
  d.backward(seed, false, true);  // handed on as it is
  EXPECT_FALSE(d.grad().is_same(seed));
  EXPECT_EQ(values(eager::grad(d.grad(), seed)), (Floats{1}));
}

TEST(Backward, OnlySomeInputs) {
  Tensor a = leaf({1, 2}), b = leaf({3, 4}), unused = leaf({0, 0});
  const Tensor product = a * b, loss = tt::sum(product * 2);
  loss.backward({.retain_graph = true, .inputs = {a, unused}});
  EXPECT_EQ(values(a.grad()), (Floats{6, 8}));
  EXPECT_FALSE(b.grad().defined());
  EXPECT_FALSE(unused.grad().defined());
  loss.backward({.retain_graph = true, .inputs = {a, a}});  // added, once
  EXPECT_EQ(values(a.grad()), (Floats{12, 16}));
  loss.backward({.inputs = {product}});  // a tensor that is no leaf
  EXPECT_EQ(values(product.grad()), (Floats{2, 2}));
  EXPECT_EQ(values(a.grad()), (Floats{12, 16}));
  EXPECT_ARGUMENT_ERROR(tt::sum(a).backward({.inputs = {tt::ones({2})}}), "an input does not require a gradient");
}

TEST(InferenceMode, RecordsNothing) {
  Tensor x = leaf({1, 2});
  Tensor inside;
  {
    eager::InferenceMode guard;
    inside = x * 2;
    EXPECT_FALSE(inside.requires_grad());
    x.add_(1);
    {
      eager::InferenceMode off(false);
      EXPECT_TRUE((x * 2).requires_grad());
    }
    EXPECT_FALSE((x * 2).requires_grad());
  }
  EXPECT_TRUE((x * inside).requires_grad());  // an ordinary tensor
  EXPECT_EQ(values(x), (Floats{2, 3}));
}
