// Guards, grad(), hooks, in-place modification, functions with their own gradient, gradcheck.
#include "eager_testing.h"
#include "triptych/core/graph.h"
#include "triptych/core/ops.h"
#include "triptych/eager/autograd.h"

namespace tt = triptych;
namespace eager = triptych::eager;

using Floats = std::vector<float>;

TEST(EagerAutograd, GuardsNest) {
  tt::Tensor x = tt::tensor<float>({1, 2}).set_requires_grad();
  {
    eager::NoGrad off;
    EXPECT_FALSE((x * 2).requires_grad());
    {
      eager::EnableGrad on;
      EXPECT_TRUE((x * 2).requires_grad());
    }
    EXPECT_FALSE((x * 2).requires_grad());
  }
  EXPECT_TRUE((x * 2).requires_grad());
}

TEST(EagerAutograd, GradDoesNotTouchLeaves) {
  tt::Tensor x = tt::tensor<double>({3.0}).set_requires_grad(), y = tt::tensor<double>({5.0}).set_requires_grad();
  const tt::Tensor z = x * x * y;
  const auto both = eager::grad({z}, {x, y}, {.retain_graph = true});
  EXPECT_EQ(both[0].item<double>(), 30);
  EXPECT_EQ(both[1].item<double>(), 9);
  EXPECT_FALSE(x.grad().defined());
  const tt::Tensor first = eager::grad(z, x, {.create_graph = true});
  EXPECT_EQ(eager::grad(first, x, {.create_graph = true}).item<double>(), 10);
  EXPECT_EQ(eager::grad(first, y).item<double>(), 6);
}

TEST(EagerAutograd, GradOutputsWeighTheRows) {
  tt::Tensor x = tt::tensor<float>({1, 2, 3}).set_requires_grad();
  const tt::Tensor y = x * x;
  EXPECT_EQ(eager::grad({y}, {x}, {.grad_outputs = {tt::tensor<float>({1, 0, 10})}})[0].to_vector<float>(),
            (Floats{2, 0, 60}));
}

TEST(EagerAutograd, BackwardSaysWhereTheGradientEnded) {
  tt::Tensor x = tt::tensor<float>({1, 2}).set_requires_grad();
  const int line = __LINE__ + 1;
  const tt::Tensor largest = tt::argmax(x, 0), constant = tt::ones({2});
  const tt::Tensor loss = tt::mean(tt::cast(largest, tt::float32) * constant);
  const std::string at = "eager_autograd_test.cpp:" + std::to_string(line);
  EXPECT_ARGUMENT_ERROR(loss.backward(), "No gradient passes 'argmax(axes=(0), keepdims=false)', called at");
  EXPECT_ARGUMENT_ERROR(loss.backward(), at);
  EXPECT_ARGUMENT_ERROR(tt::sum(tt::cast(x, tt::int64)).backward(), "No gradient passes 'cast(");
  // Another way to a leaf is a gradient.
  tt::sum(loss * x).backward();
  EXPECT_EQ(x.grad().to_vector<float>(), (Floats{1, 1}));

  x.set_requires_grad(false);
  const std::string frozen = "was frozen at eager_autograd_test.cpp:" + std::to_string(__LINE__ - 1);
  EXPECT_ARGUMENT_ERROR(tt::sum(x * 2).backward(), frozen);
  EXPECT_ARGUMENT_ERROR(x.backward(), frozen);
  x.set_requires_grad();
  EXPECT_NO_THROW(tt::sum(x * 2).backward());
  {
    const tt::eager::NoGrad guard;
    EXPECT_ARGUMENT_ERROR(tt::sum(tt::argmax(x, 0)).backward(), "check that no NoGrad guard was active");
  }
}

TEST(EagerAutograd, BadInput) {
  tt::Tensor x = tt::tensor<float>({1, 2}).set_requires_grad(), other = tt::tensor<float>({1}).set_requires_grad();
  const tt::Tensor y = tt::sum(x * x), plain = tt::ones({2}), wide = x * 2;
  EXPECT_ARGUMENT_ERROR(eager::grad(y, other), "no y depends on an x");
  EXPECT_ARGUMENT_ERROR(eager::grad(plain, x), "does not depend on anything that requires a gradient");
  EXPECT_ARGUMENT_ERROR(eager::grad(wide, x), "the gradient is left out, and the tensor is no scalar");
  EXPECT_ARGUMENT_ERROR(eager::grad(y, plain), "an x does not require a gradient");
  EXPECT_ARGUMENT_ERROR(eager::grad({y}, {x}, {.grad_outputs = {y, y}}), "the number of grad_outputs differs");
  EXPECT_ARGUMENT_ERROR(plain.register_hook([](const tt::Tensor&) {}), "the tensor needs no gradient");
  EXPECT_ARGUMENT_ERROR(tt::Tensor(plain).retain_grad(), "the tensor needs no gradient");
  EXPECT_FALSE(eager::grad({tt::sum(x * x)}, {other}, {.allow_unused = true})[0].defined());
  const tt::Tensor zeros = eager::grad({tt::sum(x * x)}, {other}, {.materialize_grads = true})[0];
  EXPECT_EQ(zeros.to_vector<float>(), tt::zeros_like(other).to_vector<float>());
}

TEST(EagerAutograd, HooksSeeAndReplaceGradients) {
  tt::Tensor x = tt::tensor<float>({1, 2}).set_requires_grad();
  tt::Tensor y = x * 3;
  Floats seen;
  y.register_hook([&](const tt::Tensor& gradient) { seen = gradient.to_vector<float>(); });
  tt::HookHandle doubled = y.register_hook([](const tt::Tensor& gradient) { return gradient * 2; });
  tt::sum(y * y).backward();
  EXPECT_EQ(seen, (Floats{6, 12}));
  EXPECT_EQ(x.grad().to_vector<float>(), (Floats{36, 72}));

  // On a leaf a hook sees each backward's own gradient; a removed one sees nothing.
  x.set_grad({});
  int calls = 0;
  tt::HookHandle leaf = x.register_hook([&](const tt::Tensor&) { ++calls; });
  tt::sum(x * 5).backward();
  tt::sum(x * 5).backward();
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(x.grad().to_vector<float>(), (Floats{10, 10}));
  leaf.remove();
  leaf.remove();
  tt::sum(x * 5).backward();
  EXPECT_EQ(calls, 2);
}

TEST(EagerAutograd, HandlesOutliveTheirTensors) {
  tt::HookHandle handle;
  {
    tt::Tensor x = tt::tensor<float>({1}).set_requires_grad();
    handle = (x * 2).register_hook([](const tt::Tensor&) {});
  }
  handle.remove();
}

TEST(EagerAutograd, HookThatReturnsAnotherShape) {
  tt::Tensor x = tt::tensor<float>({1, 2}).set_requires_grad();
  x.register_hook([](const tt::Tensor&) { return tt::ones({3}); });
  const tt::Tensor y = tt::sum(x * x);
  EXPECT_THROW(y.backward(), tt::ArgumentError);
}

TEST(EagerAutograd, RetainGradFollowsTheTensor) {
  tt::Tensor x = tt::tensor<float>({1, 2}).set_requires_grad();
  tt::Tensor y = x * 3;
  y.retain_grad();
  y.mul_(2);
  tt::sum(y * y).backward();
  EXPECT_EQ(y.grad().to_vector<float>(), (Floats{12, 24}));  // of the new y
  EXPECT_EQ(x.grad().to_vector<float>(), (Floats{72, 144}));
  {
    tt::Tensor gone = x * 2;
    gone.retain_grad();
    gone.add_(1);
  }
  tt::sum(x * 2).backward();
}

TEST(EagerAutograd, InPlaceNeverCorruptsWhatWasSaved) {
  tt::Tensor x = tt::tensor<float>({1, 2}).set_requires_grad();
  tt::Tensor y = x * 3;
  const tt::Tensor z = y * y;  // saves y
  y.add_(100);
  tt::sum(z).backward();
  EXPECT_EQ(x.grad().to_vector<float>(), (Floats{18, 36}));
}

TEST(EagerAutograd, InPlaceRewritesHistory) {
  tt::Tensor x = tt::tensor<float>({1, 2}).set_requires_grad();
  tt::Tensor y = x * 3;
  y.mul_(x);
  tt::sum(y).backward();
  EXPECT_EQ(x.grad().to_vector<float>(), (Floats{6, 12}));

  x.set_grad({});
  tt::Tensor w = x * 3;
  w.zero_();  // depends on x no more
  tt::sum(w + x).backward();
  EXPECT_EQ(x.grad().to_vector<float>(), (Floats{1, 1}));

  x.set_grad({});
  tt::Tensor v = x * 3;
  {
    eager::NoGrad off;
    v.fill_(7);  // as PyTorch: unrecorded
  }
  tt::sum(v).backward();
  EXPECT_EQ(x.grad().to_vector<float>(), (Floats{3, 3}));
}

TEST(EagerAutograd, LeavesThatNeedGradientsChangeOnlyUnrecorded) {
  tt::Tensor x = tt::tensor<float>({1, 2}).set_requires_grad();
  EXPECT_ARGUMENT_ERROR(x.add_(1), "a leaf that requires a gradient cannot be changed in place");
  {
    eager::NoGrad off;
    x.add_(1);
  }
  EXPECT_EQ(x.to_vector<float>(), (Floats{2, 3}));
  EXPECT_TRUE(x.is_leaf());
}

namespace {

struct Cube : eager::Function<Cube> {
  static tt::Tensor forward(eager::FunctionContext& context, const tt::Tensor& x) {
    context.save_for_backward({x});
    return x * x * x;
  }
  static std::vector<tt::Tensor> backward(eager::FunctionContext& context, std::span<const tt::Tensor> grad_outputs) {
    const tt::Tensor& x = context.saved_tensors()[0];
    return {grad_outputs[0] * 3 * x * x};
  }
};

/// 1 / x, from its saved result: d(1 / x) = -(1 / x)^2.
struct Reciprocal : eager::Function<Reciprocal> {
  static tt::Tensor forward(eager::FunctionContext& context, const tt::Tensor& x) {
    tt::Tensor y = tt::div(1, x);
    context.save_for_backward({y});
    return y;
  }
  static std::vector<tt::Tensor> backward(eager::FunctionContext& context, std::span<const tt::Tensor> grad_outputs) {
    const tt::Tensor& y = context.saved_tensors()[0];
    return {grad_outputs[0] * y * y * -1};
  }
};

/// Two tensors, a number and two results: (a b, a + c b).
struct Pair : eager::Function<Pair> {
  static std::vector<tt::Tensor> forward(eager::FunctionContext& context, const tt::Tensor& a, const tt::Tensor& b,
                                         double c) {
    context.save_for_backward({a, b});
    context.saved_data = c;
    return {a * b, a + b * c};
  }
  static std::vector<tt::Tensor> backward(eager::FunctionContext& context, std::span<const tt::Tensor> g) {
    const auto& saved = context.saved_tensors();
    const double c = std::any_cast<double>(context.saved_data);
    std::vector<tt::Tensor> result(2);
    if (context.needs_input_grad(0)) result[0] = g[0] * saved[1] + g[1];
    if (context.needs_input_grad(1)) result[1] = g[0] * saved[0] + g[1] * c;
    return result;
  }
};

/// x w + b, or x w where b is left out.
struct Affine : eager::Function<Affine> {
  static tt::Tensor forward(eager::FunctionContext& context, const tt::Tensor& b, const tt::Tensor& x,
                            const tt::Tensor& w) {
    context.save_for_backward({b, x, w});
    return b.defined() ? x * w + b : x * w;
  }
  static std::vector<tt::Tensor> backward(eager::FunctionContext& context, std::span<const tt::Tensor> g) {
    const auto& saved = context.saved_tensors();
    EXPECT_EQ(saved[0].defined(), context.needs_input_grad(0));
    return {saved[0].defined() ? g[0] : tt::Tensor(), g[0] * saved[2], g[0] * saved[1]};
  }
};

/// The context is filled behind forward; the second result passes no gradient.
struct Scaled : eager::Function<Scaled> {
  static std::vector<tt::Tensor> forward(const tt::Tensor& x, double factor) { return {x * factor, x - 1}; }
  static void setup_context(eager::FunctionContext& context, const std::tuple<const tt::Tensor&, const double&>& inputs,
                            const std::vector<tt::Tensor>& output) {
    context.saved_data = std::get<1>(inputs);
    context.mark_non_differentiable({output[1]});
  }
  static std::vector<tt::Tensor> backward(eager::FunctionContext& context, std::span<const tt::Tensor> g) {
    return {g[0] * std::any_cast<double>(context.saved_data) + g[1]};
  }
};

/// Gradients one by one, as PyTorch hands them to backward.
struct Exp : eager::Function<Exp> {
  static tt::Tensor forward(eager::FunctionContext& ctx, const tt::Tensor& i) {
    tt::Tensor result = i.exp();
    ctx.save_for_backward({result});
    return result;
  }
  static tt::Tensor backward(eager::FunctionContext& ctx, const tt::Tensor& grad_output) {
    return grad_output * ctx.saved_tensors()[0];
  }
};
struct SumAndProduct : eager::Function<SumAndProduct> {
  static std::vector<tt::Tensor> forward(eager::FunctionContext& ctx, const tt::Tensor& a, const tt::Tensor& b) {
    ctx.save_for_backward({a, b});
    return {a + b, a * b};
  }
  static std::vector<tt::Tensor> backward(eager::FunctionContext& ctx, const tt::Tensor& of_sum,
                                          const tt::Tensor& of_product) {
    const auto& saved = ctx.saved_tensors();
    return {of_sum + of_product * saved[1], of_sum + of_product * saved[0]};
  }
};
struct TakesTwo : eager::Function<TakesTwo> {
  static tt::Tensor forward(eager::FunctionContext&, const tt::Tensor& x) { return x * 2; }
  static tt::Tensor backward(eager::FunctionContext&, const tt::Tensor& g, const tt::Tensor&) { return g; }
};

struct Forgetful : eager::Function<Forgetful> {
  static tt::Tensor forward(eager::FunctionContext&, const tt::Tensor& x) { return x * 2; }
  static std::vector<tt::Tensor> backward(eager::FunctionContext&, std::span<const tt::Tensor>) { return {}; }
};

struct WrongShape : eager::Function<WrongShape> {
  static tt::Tensor forward(eager::FunctionContext&, const tt::Tensor& x) { return x * 2; }
  static std::vector<tt::Tensor> backward(eager::FunctionContext&, std::span<const tt::Tensor>) {
    return {tt::ones({7})};
  }
};

std::vector<tt::Tensor> doubles(std::initializer_list<std::vector<double>> lists) {
  std::vector<tt::Tensor> result;
  for (const auto& values : lists) result.push_back(tt::tensor(values).set_requires_grad());
  return result;
}

}  // namespace

TEST(EagerFunction, FirstAndSecondDerivatives) {
  const auto x = doubles({{0.5, -1.5, 2}});
  EXPECT_TRUE(eager::gradcheck([](const tt::Tensor& t) { return Cube::apply(t); }, x));
  EXPECT_TRUE(eager::gradgradcheck([](const tt::Tensor& t) { return Cube::apply(t); }, x));
  EXPECT_TRUE(eager::gradcheck([](const tt::Tensor& t) { return Reciprocal::apply(t); }, x));
  EXPECT_TRUE(eager::gradgradcheck([](const tt::Tensor& t) { return Reciprocal::apply(t); }, x));
}

TEST(EagerFunction, SeveralTensorsAndResults) {
  const auto pair = [](std::span<const tt::Tensor> in) { return Pair::apply(in[0], in[1], 2.5); };
  const auto x = doubles({{0.5, -1.5, 2}, {3, 1, -1}});
  EXPECT_TRUE(eager::gradcheck(pair, x));
  EXPECT_TRUE(eager::gradcheck(pair, {x[0], x[1]}));
  EXPECT_TRUE(eager::gradgradcheck(pair, x));
  // Only one of the tensors wants a gradient, only one result is used.
  tt::Tensor a = tt::tensor<float>({1, 2}).set_requires_grad();
  const tt::Tensor b = tt::tensor<float>({3, 4});
  tt::sum(Pair::apply(a, b, 2.0)[0]).backward();
  EXPECT_EQ(a.grad().to_vector<float>(), (Floats{3, 4}));
}

TEST(EagerFunction, TakesGradientsOneByOne) {
  const auto x = doubles({{0.5, -1.5, 2}, {3, 1, -1}});
  EXPECT_TRUE(eager::gradcheck([](const tt::Tensor& t) { return Exp::apply(t); }, {x[0]}));
  EXPECT_TRUE(eager::gradgradcheck([](const tt::Tensor& t) { return Exp::apply(t); }, {x[0]}));
  EXPECT_TRUE(eager::gradcheck([](std::span<const tt::Tensor> in) { return SumAndProduct::apply(in[0], in[1]); }, x));
  EXPECT_ARGUMENT_ERROR(tt::sum(TakesTwo::apply(x[0])).backward(),
                        "[Function] backward takes another number of gradients than forward has results: 2, not 1");
}

TEST(EagerFunction, TakesAndSavesUndefinedTensors) {
  for (const bool with_bias : {true, false}) {
    tt::Tensor x = tt::tensor({2.0}).set_requires_grad(), w = tt::tensor({3.0}).set_requires_grad(), b;
    if (with_bias) b = tt::tensor({5.0}).set_requires_grad();
    const tt::Tensor y = Affine::apply(b, x, w);
    EXPECT_EQ(y.item<float>(), with_bias ? 11 : 6);
    y.backward();
    EXPECT_EQ(x.grad().item<float>(), 3);
    EXPECT_EQ(w.grad().item<float>(), 2);
    if (with_bias) {
      EXPECT_EQ(b.grad().item<float>(), 1);
    }
  }
}

TEST(EagerFunction, SetsUpItsContextAndMarksResults) {
  tt::Tensor x = tt::ones({2}).set_requires_grad();
  const auto results = Scaled::apply(x, 3.0);
  EXPECT_TRUE(results[0].requires_grad());
  EXPECT_FALSE(results[1].requires_grad());
  tt::sum(results[0] + results[1]).backward();
  EXPECT_EQ(x.grad().to_vector<float>(), (Floats{3, 3}));
}

TEST(EagerBackward, OfSeveralAtOnce) {
  tt::Tensor x = tt::tensor<float>({1, 2}).set_requires_grad(), w = tt::ones({}).set_requires_grad();
  const tt::Tensor shared = x * w;
  eager::backward({tt::sum(shared), tt::sum(shared * shared)});
  EXPECT_EQ(x.grad().to_vector<float>(), (Floats{3, 5}));  // w + 2 x w^2
  EXPECT_EQ(w.grad().item<float>(), 13);
  x.set_grad({});
  const tt::Tensor y = x * 2, z = x * 3;
  eager::backward({y, z}, {tt::tensor<float>({1, 0}), tt::tensor<float>({0, 1})}, {.retain_graph = true});
  EXPECT_EQ(x.grad().to_vector<float>(), (Floats{2, 3}));
  EXPECT_ARGUMENT_ERROR(eager::backward({y, z}), "the gradient is left out, and the tensor is no scalar");
  EXPECT_ARGUMENT_ERROR(eager::backward(std::vector<tt::Tensor>()), "there is no y");
  EXPECT_ARGUMENT_ERROR(eager::backward({tt::ones({})}), "does not depend on anything that requires a gradient");
  EXPECT_ARGUMENT_ERROR(eager::backward({tt::sum(y)}, {tt::ones({}), tt::ones({})}), "more grad_ys than ys");
}

TEST(EagerFunction, SavedValuesAreFreedByBackward) {
  tt::Tensor x = tt::tensor<float>({2}).set_requires_grad();
  const tt::Tensor y = Cube::apply(x);
  y.backward();
  EXPECT_EQ(x.grad().item<float>(), 12);
  EXPECT_THROW(y.backward(), tt::ArgumentError);
}

TEST(EagerFunction, UnrecordedWithoutNeed) {
  EXPECT_FALSE(Cube::apply(tt::ones({2})).requires_grad());
  tt::Tensor x = tt::ones({2}).set_requires_grad();
  eager::NoGrad off;
  EXPECT_FALSE(Cube::apply(x).requires_grad());
}

TEST(EagerFunction, InAGraph) {
  tt::GraphHandle graph;
  const tt::Tensor x = tt::graph_placeholder(graph, "x", tt::float32, {tt::unknown}, {}, tt::Location::here());
  const tt::Tensor ys[] = {tt::sum(Reciprocal::apply(x))}, xs[] = {x};
  const auto gradient = tt::gradients(ys, xs);
  EXPECT_TRUE(gradient[0].is_symbolic());
}

TEST(EagerFunction, WrongBackwardIsReportedAtTheApplication) {
  tt::Tensor x = tt::tensor<float>({1, 2}).set_requires_grad();
  const tt::Tensor none;
  EXPECT_ARGUMENT_ERROR(tt::sum(Forgetful::apply(x)).backward(),
                        "one gradient for each tensor that forward takes: 0 for 1");
  EXPECT_ARGUMENT_ERROR(tt::sum(WrongShape::apply(x)).backward(), "backward returned float32 (7,)");
}

TEST(Gradcheck, FindsAWrongRule) {
  struct Wrong : eager::Function<Wrong> {
    static tt::Tensor forward(eager::FunctionContext&, const tt::Tensor& x) { return x * x; }
    static std::vector<tt::Tensor> backward(eager::FunctionContext&, std::span<const tt::Tensor> g) {
      return {g[0] * 1};
    }
  };
  const auto wrong = [](const tt::Tensor& t) { return Wrong::apply(t); };
  const auto x = doubles({{0.5, 3}});
  EXPECT_ARGUMENT_ERROR(eager::gradcheck(wrong, x),
                        "output 0 at (1) with respect to input 0 at (1): analytical 1, numerical 6");
  EXPECT_FALSE(eager::gradcheck(wrong, x, {.raise_exception = false}));
}

TEST(Gradcheck, FindsAWrongSecondDerivative) {
  // The saved value is detached: the first derivative is right, the second misses a term.
  struct Detached : eager::Function<Detached> {
    static tt::Tensor forward(eager::FunctionContext& context, const tt::Tensor& x) {
      context.save_for_backward({x});
      return x * x;
    }
    static std::vector<tt::Tensor> backward(eager::FunctionContext& context, std::span<const tt::Tensor> g) {
      return {g[0] * 2 * context.saved_tensors()[0].detach()};
    }
  };
  const auto detached = [](const tt::Tensor& t) { return Detached::apply(t); };
  const auto x = doubles({{0.5, 3}});
  EXPECT_TRUE(eager::gradcheck(detached, x));
  EXPECT_FALSE(eager::gradgradcheck(detached, x, {}, {.raise_exception = false}));
}

TEST(Gradcheck, BadInput) {
  const auto twice = [](const tt::Tensor& t) { return t * 2; };
  const std::vector<tt::Tensor> single{tt::ones({2}).set_requires_grad()}, none{tt::ones({2}, tt::float64)};
  EXPECT_ARGUMENT_ERROR(eager::gradcheck(twice, single),
                        "an input that requires a gradient is not float64: input 0 is float32");
  EXPECT_ARGUMENT_ERROR(eager::gradcheck(twice, none), "no input requires a gradient");
  EXPECT_ARGUMENT_ERROR(eager::gradgradcheck(twice, single), "an input that requires a gradient is not float64");
  const auto x = doubles({{1, 2}});
  EXPECT_ARGUMENT_ERROR(eager::gradgradcheck(twice, x, doubles({{1, 2}, {3, 4}})),
                        "differs from that of the differentiable results: 2 for 1");
}
