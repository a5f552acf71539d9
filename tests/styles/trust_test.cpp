// What would silently be something else is refused, and who is told is the user, at their line.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include "bad_input.h"
#include "triptych/core/gradcheck.h"
#include "triptych/core/graph.h"
#include "triptych/core/init.h"
#include "triptych/core/memory.h"
#include "triptych/core/op.h"
#include "triptych/core/random.h"
#include "triptych/core/subgraph.h"
#include "triptych/eager.h"
#include "triptych/lowlevel.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;
namespace nn = triptych::eager::nn;
namespace optim = triptych::eager::optim;
using tt::Tensor;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN(),
                 infinity = std::numeric_limits<double>::infinity();
constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();

Tensor parameter(const tt::Shape& shape = {2}) { return tt::ones(shape).set_requires_grad(); }

}  // namespace

// --- Labels

TEST(Labels, TheLowestIntegerIsNoLabel) {
  const Tensor logits = tt::zeros({2, 3}), labels = tt::tensor<std::int64_t>({0, lowest});
  EXPECT_BAD("[sparse_softmax_cross_entropy] a label is out of range",
             tt::sparse_softmax_cross_entropy(logits, labels));
  EXPECT_BAD("[cross_entropy] a label is out of range", tt::cross_entropy(logits, labels));
  EXPECT_BAD("[nll_loss] a label is out of range", tt::nll_loss(logits, labels));
  // What a cast makes of NaN.
  const Tensor cast = tt::cast(tt::full({2}, not_a_number), tt::int64);
  EXPECT_BAD("[sparse_softmax_cross_entropy] a label is out of range", tt::sparse_softmax_cross_entropy(logits, cast));
  // Whoever asks for it has it ignored.
  EXPECT_NEAR(tt::cross_entropy(logits, labels, {.ignore_index = lowest}).item<float>(), std::log(3.F), 1e-6F);
}

TEST(Labels, TheLowestIntegerIsNoLabelInAGraph) {
  for (const bool compile : {true, false}) {
    tf::Graph graph;
    const Tensor labels = graph.placeholder("labels", tt::int64, {2});
    const Tensor losses = tt::sparse_softmax_cross_entropy(tt::zeros({2, 3}), labels);
    const tf::Session session(graph, {.compile = compile});
    EXPECT_NEAR(session.run(losses, {{labels, tt::zeros({2}, tt::int64)}}).to_vector<float>()[0], std::log(3.F), 1e-6F);
    EXPECT_THROW(session.run(losses, {{labels, tt::tensor<std::int64_t>({0, lowest})}}), tt::ArgumentError);
  }
}

// --- Numbers that a dtype cannot hold (docs/conventions.md)

TEST(Numbers, FitTheirDtype) {
  const std::string misfit = "the dtype cannot hold the number";
  EXPECT_BAD("[tensor] " + misfit + ": 0.5 for int32", tt::tensor(0.5, tt::int32));
  EXPECT_BAD("[tensor] " + misfit + ": 0.5 for int32", tt::tensor({0.5, 1.0}, tt::int32));
  EXPECT_BAD("[full] " + misfit, tt::full({2}, 0.5, tt::int64));
  EXPECT_BAD("[full] " + misfit, tt::full({2}, not_a_number, tt::int64));
  EXPECT_BAD("[full] " + misfit + ": 70000 for float16", tt::full({2}, 70000.0, tt::float16));
  EXPECT_BAD("[full] " + misfit, tt::full({2}, 70000, tt::float16));
  EXPECT_BAD("[full] " + misfit, tt::full({2}, -1e300));
  EXPECT_BAD("[full] " + misfit, tt::full({2}, 3.4e38, tt::bfloat16));
  EXPECT_BAD("[full_like] " + misfit, tt::full_like(tt::ones({2}, tt::int32), 2.5));
  EXPECT_BAD("[pad] " + misfit, tt::pad(tt::ones({2}, tt::int32), {{1, 1}}, 0.5));
  Tensor whole = tt::ones({3}, tt::int32), small = tt::ones({3}, tt::uint8), half = tt::ones({3}, tt::float16);
  EXPECT_BAD("[fill_] " + misfit, whole.fill_(0.5));
  EXPECT_BAD("[copy_] " + misfit, whole.copy_(0.5));
  EXPECT_BAD("[set] " + misfit, whole.set(0, 0.5));
  EXPECT_BAD("[fill_] " + misfit, half.fill_(-1e5));
  EXPECT_BAD("[copy_] floating-point values do not fit the tensor", whole.copy_(tt::tensor({0.5, 1.0, 2.0})));
  EXPECT_BAD("[set] floating-point values do not fit the tensor", whole.set(0, tt::tensor(0.5)));
  EXPECT_BAD("[copy_] the tensor cannot hold a value: int64 into uint8", small.copy_(tt::tensor({300, 1, 2})));
  EXPECT_EQ(whole.to_vector<std::int32_t>(), (std::vector<std::int32_t>{1, 1, 1}));
  EXPECT_EQ(small.to_vector<int>(), (std::vector<int>{1, 1, 1}));
}

TEST(Numbers, ThatFitPass) {
  EXPECT_EQ(tt::tensor(2.0, tt::int32).item<int>(), 2);
  EXPECT_EQ(tt::full({}, 65504.0, tt::float16).item<float>(), 65504.F);
  EXPECT_EQ(tt::full({}, infinity, tt::float16).item<double>(), infinity);
  EXPECT_TRUE(std::isnan(tt::full({}, not_a_number, tt::bfloat16).item<double>()));
  EXPECT_EQ(tt::clip(tt::ones({1}, tt::float16), -1e9, 1e9).item<float>(), 1.F);  // cuts nothing
  EXPECT_EQ(tt::full({}, 0.1, tt::float16).item<float>(), 0.0999755859375F);
  EXPECT_TRUE(tt::tensor(0.5, tt::boolean).item<bool>());
  Tensor small = tt::ones({3}, tt::uint8);
  EXPECT_EQ(small.copy_(tt::tensor({250, 1, 2})).to_vector<int>(), (std::vector<int>{250, 1, 2}));
}

TEST(Numbers, FitVariablesAndFeeds) {
  tf::Graph graph;
  const Tensor x = graph.placeholder("x", tt::int32, {});
  const tf::Variable count = graph.variable("count", tt::zeros({}, tt::int64));
  EXPECT_BAD("[session] the dtype cannot hold the number: 0.5 for int32", tf::Feed(x, 0.5));
  EXPECT_BAD("[assign] the dtype cannot hold the number", count.assign(0.5));
  EXPECT_BAD("[assign_add] the dtype cannot hold the number", count.assign_add(0.5));
  EXPECT_BAD("[assign_sub] the dtype cannot hold the number", count.assign_sub(0.5));
  EXPECT_EQ(tf::Session(graph).run(x + 1, {{x, 2.0}}).item<int>(), 3);
}

TEST(Axes, AreGivenOnce) {
  const Tensor cube = tt::ones({2, 3, 1});
  EXPECT_BAD("[flip] an axis is given twice: -3", tt::flip(cube, {0, -3}));
  EXPECT_BAD("[permute] an axis is given twice", tt::permute(cube, {0, 1, 1}));
  EXPECT_BAD("[squeeze] an axis is given twice", tt::squeeze(cube, {2, 2}));
  EXPECT_BAD("[sum] an axis is given twice", tt::sum(cube, {0, 0}));
  EXPECT_BAD("[norm] an axis is given twice", tt::norm(cube, {0, 0}));
  EXPECT_BAD("[var] an axis is given twice", tt::var(cube, {0, 0}));
}

// --- Gradients

TEST(Gradients, HaveValues) {
  tf::Graph graph;
  const Tensor symbolic = graph.placeholder("x", tt::float32, {2});
  Tensor w = parameter();
  const Tensor y = w * 2;
  EXPECT_BAD("[backward] the gradient of a computed tensor is symbolic", y.backward(symbolic));
  EXPECT_BAD("[gradients] the gradient of a computed tensor is symbolic",
             tt::gradients(std::vector{y}, std::vector{w}, std::vector{symbolic}));
  EXPECT_BAD("[set_grad] a symbolic tensor has no values", w.set_grad(symbolic));
  y.backward(tt::ones({2}));
  EXPECT_EQ(w.grad().to_vector<float>(), (std::vector<float>{2, 2}));
}

TEST(Gradients, HooksKeepShapeAndDtype) {
  const auto text_of = [](auto hook) {
    const Tensor w = parameter();
    const int line = __LINE__ + 1;
    w.register_hook(hook);
    try {
      tt::sum(w).backward();
      return std::string("no error");
    } catch (const tt::ArgumentError& error) {
      EXPECT_EQ(error.where().text(), "trust_test.cpp:" + std::to_string(line)) << error.what();
      return std::string(error.what());
    }
  };
  const std::string wrong = "[register_hook] a hook returned a gradient of another shape, dtype or kind";
  tf::Graph graph;
  const Tensor symbolic = graph.placeholder("x", tt::float32, {2});
  EXPECT_EQ(text_of([](const Tensor& g) { return g.to(tt::float64); }).substr(0, wrong.size()), wrong);
  EXPECT_EQ(text_of([](const Tensor& g) { return tt::sum(g); }).substr(0, wrong.size()), wrong);
  EXPECT_EQ(text_of([&](const Tensor&) { return symbolic; }).substr(0, wrong.size()), wrong);
  const Tensor w = parameter();
  EXPECT_BAD("[register_hook] there is no function", w.register_hook(std::function<Tensor(const Tensor&)>()));
}

TEST(Gradients, RulesKeepShapeAndDtype) {
  static const tt::Op wrong_shape{.name = "wrong_shape",
                                  .infer = [](tt::Infer& infer) { infer.output(0, infer.shape(0), infer.dtype(0)); },
                                  .gradient = [](tt::Gradient& g) { g.set(0, tt::sum(g.upstream())); }};
  static const tt::Op wrong_dtype{.name = "wrong_dtype",
                                  .infer = [](tt::Infer& infer) { infer.output(0, infer.shape(0), infer.dtype(0)); },
                                  .gradient = [](tt::Gradient& g) { g.set(0, tt::cast(g.upstream(), tt::float64)); }};
  static const tt::Kernel nothing{.run = [](const tt::KernelCall&) {}};
  for (const tt::Op* op : {&wrong_shape, &wrong_dtype}) {
    tt::register_kernel(*op, tt::Device::Type::cpu, nothing);
    const Tensor w = parameter();
    const tt::Arg x(w, tt::Location(__FILE__, __LINE__));
    const Tensor y = tt::apply(*op, {&x});
    try {
      tt::sum(y).backward();
      ADD_FAILURE() << op->name;
    } catch (const tt::ArgumentError& error) {
      EXPECT_EQ(
          std::string(error.what())
              .find("[" + std::string(op->name) + "] the gradient rule gives a gradient of another shape or dtype"),
          0U)
          << error.what();
      EXPECT_EQ(error.where().text(), x.where().text());
    }
  }
}

TEST(Gradients, ReachThroughALongChainOfSums) {
  const tt::GraphHandle graph;
  const Tensor x = tt::graph_placeholder(graph, "x", tt::float32, {tt::unknown}, {}, {});
  Tensor y = x;
  for (int i = 0; i < 40000; ++i) y = tt::sum_to_like(y, x);
  const Tensor ys[] = {tt::sum(y)}, xs[] = {x};
  EXPECT_TRUE(tt::gradients(ys, xs)[0].defined());  // as deep on the call stack it would not end well
}

// --- Numbers that tune something

TEST(Hyperparameters, OfOptimizers) {
  const std::vector<Tensor> w{parameter()};
  for (const double bad : {-1.0, not_a_number, infinity}) {
    EXPECT_BAD("[SGD] lr is negative or not finite", optim::SGD(w, bad));
    EXPECT_BAD("[SGD] momentum is negative or not finite", optim::SGD(w, {.momentum = bad}));
    EXPECT_BAD("[SGD] weight_decay is negative or not finite", optim::SGD(w, {.weight_decay = bad}));
    EXPECT_BAD("[Adam] lr is negative or not finite", optim::Adam(w, bad));
    EXPECT_BAD("[Adam] eps is negative or not finite", optim::Adam(w, {.eps = bad}));
    EXPECT_BAD("[AdamW] weight_decay is negative or not finite", optim::AdamW(w, {.weight_decay = bad}));
    EXPECT_BAD("[GradientDescent] learning_rate is negative or not finite", tf::GradientDescent(bad));
    EXPECT_BAD("[Momentum] learning_rate is negative or not finite", tf::Momentum(bad, 0.9));
    EXPECT_BAD("[Momentum] momentum is negative or not finite", tf::Momentum(0.1, bad));
    EXPECT_BAD("[Adam] learning_rate is negative or not finite", tf::Adam(bad));
    EXPECT_BAD("[Adam] epsilon is negative or not finite", tf::Adam({.epsilon = bad}));
  }
  for (const double bad : {-0.1, 1.0, not_a_number}) {
    EXPECT_BAD("[Adam] a beta is outside of [0, 1)", optim::Adam(w, {.betas = {0.9, bad}}));
    EXPECT_BAD("[Adam] beta1 is outside of [0, 1)", tf::Adam({.beta1 = bad}));
  }
  EXPECT_BAD("[SGD] dampening is not finite", optim::SGD(w, {.momentum = 0.9, .dampening = not_a_number}));
  optim::SGD sgd(w, 0.1);
  sgd.set_lr(not_a_number);
  EXPECT_BAD("[SGD] lr is negative or not finite: nan", sgd.step());
  const Tensor rate = tt::tensor(0.1, tt::float64), g = tt::ones({2});
  EXPECT_BAD("[sgd_update] weight_decay is negative or not finite",
             tt::sgd_update(rate, w, std::vector{g}, {.weight_decay = not_a_number}));
}

TEST(Hyperparameters, OfLayersAndLosses) {
  const Tensor x = tt::ones({2, 3}), labels = tt::zeros({2}, tt::int64);
  EXPECT_BAD("[Dropout] p is outside of [0, 1]", nn::Dropout(not_a_number));
  EXPECT_BAD("[dropout] p is outside of [0, 1]", tt::dropout(x, not_a_number));
  for (const double bad : {-1.0, not_a_number, infinity}) {
    EXPECT_BAD("[BatchNorm1d] eps is negative or not finite", nn::BatchNorm1d({.num_features = 3, .eps = bad}));
    EXPECT_BAD("[LayerNorm] eps is negative or not finite", nn::LayerNorm({.normalized_shape = {3}, .eps = bad}));
    EXPECT_BAD("[layer_norm] eps is negative or not finite", tt::layer_norm(x, {3}, {}, {}, bad));
    EXPECT_BAD("[batch_norm] eps is negative or not finite", tt::batch_norm(x, {}, {}, {}, {}, {.eps = bad}));
    EXPECT_BAD("[huber_loss] delta is not positive, or not finite", tt::huber_loss(x, x, {.delta = bad}));
    EXPECT_BAD("[softplus] beta is not positive, or not finite", tt::softplus(x, bad));
    EXPECT_BAD("[variance_scaling] the scale is not positive, or not finite", tt::init::variance_scaling(bad));
  }
  EXPECT_BAD("[BatchNorm1d] momentum is not finite", nn::BatchNorm1d({.num_features = 3, .momentum = not_a_number}));
  EXPECT_BAD("[cross_entropy] label_smoothing is outside of [0, 1]",
             tt::cross_entropy(x, labels, {.label_smoothing = not_a_number}));
  EXPECT_BAD("[elu] alpha is not finite", tt::elu(x, not_a_number));
  EXPECT_BAD("[leaky_relu] negative_slope is not finite", tt::leaky_relu(x, infinity));
  EXPECT_BAD("[gradcheck] eps is not positive, or not finite",
             tt::gradcheck([](const Tensor& t) { return t * t; }, std::vector{x}, {.eps = 0}));
}

// --- States of optimizers

TEST(OptimizerStates, AreWhole) {
  const std::vector<Tensor> w{parameter()};
  optim::Adam adam(w, 0.1);
  tt::sum(w[0] * w[0]).backward();
  adam.step();
  const tt::StateDict good = adam.state_dict();
  const auto with = [&](const std::string& name, const Tensor& value) {
    tt::StateDict state;
    for (const auto& [key, tensor] : good)
      if (key != name) state.set(key, tensor);
    if (value.defined()) state.set(name, value);
    return state;
  };
  const auto count = [](double number) { return tt::tensor(number, tt::float64); };
  EXPECT_BAD("[Adam] the state lacks an entry: 'state.0.exp_avg' is missing",
             adam.load_state_dict(with("state.0.exp_avg", {})));
  EXPECT_BAD("[Adam] the state lacks an entry: 'state.0.step' is missing",
             adam.load_state_dict(with("state.0.step", {})));
  EXPECT_BAD("[Adam] the state lacks an entry: 'state.0.max_exp_avg_sq' is missing",
             adam.load_state_dict(with("param_groups.0.amsgrad", count(1))));
  for (const double bad : {-5.0, 2.5, not_a_number})
    EXPECT_BAD("[Adam] a count of steps is negative or no whole number",
               adam.load_state_dict(with("state.0.step", count(bad))));
  tf::Graph graph;
  EXPECT_BAD("[Adam] an entry is symbolic: 'state.0.exp_avg'",
             adam.load_state_dict(with("state.0.exp_avg", graph.placeholder("x", tt::float32, {2}))));
  EXPECT_BAD("[Adam] lr is negative or not finite",
             adam.load_state_dict(with("param_groups.0.lr", count(not_a_number))));
  EXPECT_EQ(adam.param_groups()[0].options.lr, 0.1);  // nothing changed
  EXPECT_EQ(adam.state_dict().at("state.0.step").item<int>(), 1);
  adam.load_state_dict(with("state.0.step", count(7)));
  EXPECT_EQ(adam.state_dict().at("state.0.step").item<int>(), 7);
}

TEST(OptimizerStates, CountStepsFromZeroInAGraph) {
  tf::Graph graph;
  const tf::Variable w = graph.variable("w", tt::ones({2}));
  const tf::Variable other = graph.variable("other", tt::zeros({}, tt::int64));
  tf::Adam adam;
  adam.minimize(tt::sum(w * w));
  const tf::Session session(graph);
  session.run(graph.initializer());
  const Tensor steps = graph.find("Adam/steps");
  EXPECT_BAD("[session] a count of steps is negative: 'Adam/steps', -5", session.set_value(steps, tt::tensor(-5)));
  session.set_value(other, tt::tensor(-5));  // is no such count
  session.set_value(steps, tt::tensor(5));
}

// --- What is empty, null or gone

TEST(Empty, FunctionsAndKernels) {
  const std::function<Tensor(const Tensor&)> none;
  const tt::Initializer no_values;
  const tt::GraphHandle graph;
  EXPECT_BAD("[init] there is no function", tt::init::make(no_values, {2, 3}, tt::float32, tt::init::Layout::in_out));
  Tensor x = tt::ones({2, 3});
  EXPECT_BAD("[init] there is no function", nn::init::fill_(x, no_values));
  EXPECT_BAD("[graph_variable] there is no function",
             tt::graph_variable(graph, "v", {2}, tt::float32, no_values, true, tt::Location::here()));
  EXPECT_BAD(
      "[custom_gradient] there is no function",
      tt::custom_gradient(x, std::function<std::pair<Tensor, std::function<Tensor(const Tensor&)>>(const Tensor&)>()));
  EXPECT_BAD("[rule] there is no function", tt::custom_gradient("rule", std::vector{x}, std::vector{x}, {}, {}));
  EXPECT_BAD("[gradcheck] there is no function", tt::gradcheck(none, std::vector{x}));
  EXPECT_BAD("[gradcheck] the function has no input",
             tt::TestedFunction([](const Tensor& in) { return in; })(std::vector<Tensor>()));
  EXPECT_BAD("[trace_subgraph] there is no function", tt::trace_subgraph({}, nullptr));
  nn::Sequential model;
  EXPECT_BAD("[Sequential] there is no function", model.push_back(none));
  EXPECT_BAD("[Module::apply] there is no function", model.apply(nullptr));
  optim::SGD sgd({parameter()}, 0.1);
  EXPECT_BAD("[step] there is no function", sgd.step(std::function<Tensor()>()));
  static const tt::Op op{.name = "no_kernel"};
  const tt::Arg argument(x, tt::Location(__FILE__, __LINE__));
  EXPECT_THROW(tt::apply(op, {&argument}), tt::ArgumentError);
  EXPECT_THROW(tt::apply(*tt::find_op("sum"), {&argument}), tt::ArgumentError);  // without attributes
}

TEST(Empty, Handles) {
  EXPECT_THROW(tt::GraphHandle(nullptr), tt::ArgumentError);
  nn::Sequential model;
  EXPECT_BAD("[Sequential] a child module is a null pointer", model.adopt("child", std::unique_ptr<nn::Linear>()));
}

TEST(MovedFrom, SessionsAndCallablesGoOn) {
  tf::Graph graph;
  const Tensor x = graph.placeholder("x", tt::float32, {});
  tf::Session session(graph);
  tf::Callable twice = session.make_callable(x, x * 2);
  const tf::Session moved = std::move(session);
  const tf::Callable moved_callable = std::move(twice);
  EXPECT_EQ(session.run(x + 1, {{x, 1}}).item<int>(), 2);  // NOLINT(bugprone-use-after-move): handles
  EXPECT_EQ(twice(3)[0].item<int>(), 6);                   // NOLINT(bugprone-use-after-move)
  Tensor tensor = tt::ones({2});
  const Tensor taken = std::move(tensor);
  EXPECT_BAD("[tensor] the tensor is undefined", tensor.size(0));  // NOLINT(bugprone-use-after-move)
}

// --- Lines

TEST(MovedFrom, FunctionsSeedsAndArraysGoOn) {
  nn::TransformerActivation gelu = "gelu";
  const nn::TransformerActivation other = std::move(gelu);
  EXPECT_EQ(gelu(tt::ones({2})).to_vector<float>(), other(tt::ones({2})).to_vector<float>());
  tt::Seed seed(7);
  const tt::Seed other_seed = std::move(seed);
  EXPECT_EQ(seed.generator(), other_seed.generator());
  EXPECT_EQ(tf::random::uniform({2}, 0, 1, tt::float32, seed).shape(), (tt::Shape{2}));
  tf::TensorArray array(tt::float32, 2, {.element_shape = tt::Shape{}});
  const tf::TensorArray other_array = std::move(array);
  EXPECT_EQ(array.write(1, 3.0).stack().to_vector<float>(), (std::vector<float>{0, 3}));
  EXPECT_EQ(array.identity().size().item<int>(), 2);
}

TEST(UsersLine, IsNeverTheLibrarys) {
  const std::string text =
      tt::ArgumentError("op", "wrong", "given", "", tt::Location("/usr/include/triptych/core/tensor.h", 126)).what();
  EXPECT_EQ(text, "[op] wrong: given.");
  const tt::ArgumentError users("op", "wrong", "given", "", tt::Location("/home/me/train.cpp", 126));
  EXPECT_EQ(std::string(users.what()), "[op] wrong: given. At train.cpp:126.");
  try {
    tt::init::zeros()({tt::unknown}, tt::float32);  // the line that made the initializer: who calls it, it cannot know
    ADD_FAILURE();
  } catch (const tt::ArgumentError& error) {
    EXPECT_EQ(std::string(error.where().text()), "trust_test.cpp:" + std::to_string(__LINE__ - 3)) << error.what();
  }
}

TEST(UsersLine, IsToldByFunctionsOfSeveralSteps) {
  const Tensor deep = tt::ones({1, 1, 1, 1, 1, 1, 1, 1}), none;
  EXPECT_BAD("[", tt::unsqueeze(deep, 0));
  EXPECT_BAD("[", tt::tile(deep, {2, 1, 1, 1, 1, 1, 1, 1}));
  EXPECT_BAD("[", tt::repeat(deep, 2, 0));
  EXPECT_BAD("[index]", deep[tt::newaxis]);
  EXPECT_BAD("[allclose]", tt::allclose(none, none));
  Tensor x = tt::ones({2});
  EXPECT_BAD("[add_]", x.add_(tt::ones({3})));
  EXPECT_BAD("[copy_]", x.copy_(tt::ones({3})));
  EXPECT_BAD("[set]", x.set(5, 1));
  EXPECT_BAD("[empty]", tt::empty({tt::unknown}));
  nn::Sequential model(nn::make<nn::ReLU>());
  EXPECT_BAD("[Sequential] there is no module at this index", model[3]);
}

TEST(UsersLine, IsToldWhereNoOpRuns) {
  const Tensor none, x = parameter();
  tf::Graph graph;
  const Tensor symbolic = graph.placeholder("s", tt::int64, {3});
  EXPECT_BAD("[set_memory_limit] the limit is negative: -1.", tt::set_memory_limit(-1));
  EXPECT_BAD("[set_memory_limit] the limit is negative: -1.", tt::set_memory_limit(-1, tt::Device::cpu()));
  EXPECT_BAD("[to_vector]", tt::default_generator().set_state(symbolic));
  EXPECT_BAD("[shape] a dimension is negative", nn::LayerNorm(-2));
  EXPECT_BAD("[shape]", tt::init::fans({tt::unknown, 3}));
  EXPECT_BAD("[tensor] the tensor is undefined", none.is_contiguous());
  EXPECT_BAD("[shape]", graph.placeholder("open", tt::float32, {tt::unknown}).meta().size());
  EXPECT_BAD("[register_hook] there is no function", x.register_hook(std::function<void(const Tensor&)>()));
  EXPECT_BAD("[clone]", nn::clone(nn::Linear(3, 4), 5, 4));
  EXPECT_UNSUPPORTED("[to_vector] there is no memory for so many elements: float32",
                     tt::expand(x.detach()[0], {std::int64_t{1} << 58}).to_vector<float>());
  static const tt::Op op{.name = "no_kernel"}, nameless{.name = nullptr};
  EXPECT_BAD("[register_op] an op has no infer function: no_kernel.", tt::register_op(op));
  EXPECT_BAD("[register_op] an op has no name", tt::register_op(nameless));
  EXPECT_BAD("[register_kernel] a kernel has no run function: no_kernel.",
             tt::register_kernel(op, tt::Device::Type::cpu, tt::Kernel()));
  if (tt::cuda_device_count() > 0) return;
  const tt::Device gpu{tt::Device::Type::cuda, 0};
  EXPECT_UNSUPPORTED("[device]", tt::set_memory_limit(1, gpu));
  EXPECT_UNSUPPORTED("[device]", tt::statistics(gpu));
  EXPECT_UNSUPPORTED("[device]", tt::reset_statistics(gpu));
  EXPECT_UNSUPPORTED("[device]", tt::empty_cache(gpu));
  EXPECT_UNSUPPORTED("[device]", tt::synchronize(gpu));
}

// `!x` and `if (x)` cannot know their line: the op before them is near.
TEST(UsersLine, IsNearWhereAnOperatorCannotKnowIt) {
  const Tensor none, x = tt::ones({2}) * 2;
  const int line = __LINE__ - 1;
  const auto told = [&](const auto& call) {
    try {
      static_cast<void>(call());
      return std::string("no error");
    } catch (const tt::ArgumentError& error) {
      return std::string(error.what());
    }
  };
  const std::string near = "The op before it is at trust_test.cpp:" + std::to_string(line) + ".";
  EXPECT_NE(told([&] { return !none; }).find(near), std::string::npos) << told([&] { return !none; });
  EXPECT_NE(told([&] { return static_cast<bool>(x); }).find(near), std::string::npos);
}

// A data set of one's own that knows no line: its class or constructor, where no loader stands around it.
TEST(UsersLine, OfADatasetIsItsClass) {
  const int line = __LINE__ + 1;
  struct Uneven : tt::data::Dataset {
    std::int64_t size() const override { return 2; }
    tt::data::Example get(std::int64_t index) const override { return {tt::ones({index + 1}), {}}; }
  };
  const std::vector<std::int64_t> both{0, 1};
  try {
    static_cast<void>(Uneven().get_batch(both));
    ADD_FAILURE();
  } catch (const tt::ArgumentError& error) {
    EXPECT_EQ(error.where().text(), "trust_test.cpp:" + std::to_string(line)) << error.what();
  }
}

TEST(UsersLine, AndTheOpAreToldWhereMemoryEnds) {
  const Tensor x = tt::ones({1000});
  tt::set_memory_limit(tt::statistics().bytes_in_use + (1 << 20));
  try {
    x.reshape({1000, 1}) * x;
    ADD_FAILURE();
  } catch (const tt::UnsupportedError& error) {
    EXPECT_NE(std::string(error.what()).find("While 'mul' ran."), std::string::npos) << error.what();
    EXPECT_EQ(error.where().text().substr(0, 15), "trust_test.cpp:") << error.what();
  }
  tt::set_memory_limit(0);
}

// --- Words of the homes

TEST(Words, EmptyLikeHasTheShapeDtypeAndPlace) {
  const Tensor like = tt::ones({2, 3}, tt::int32), same = tt::empty_like(like);
  EXPECT_EQ(same.shape(), like.shape());
  EXPECT_EQ(same.dtype(), tt::int32);
  EXPECT_TRUE(same.is_contiguous());
  EXPECT_FALSE(same.requires_grad());
  tf::Graph graph;
  const Tensor x = graph.placeholder("x", tt::float64, {tt::unknown});
  EXPECT_EQ(tf::Session(graph).run(tt::empty_like(x), {{x, tt::ones({3}, tt::float64)}}).shape(), (tt::Shape{3}));
  EXPECT_BAD("[empty_like]", tt::empty_like(Tensor()));
}

TEST(Words, StandInPyTorchsOrder) {
  const Tensor a = tt::ones({3}), b = tt::full({3}, 1.01), nan = tt::full({3}, not_a_number);
  EXPECT_FALSE(tt::allclose(a, b));
  EXPECT_TRUE(tt::allclose(a, b, 0.1));
  EXPECT_TRUE(tt::allclose(a, b, 0, 0.02));
  EXPECT_FALSE(tt::allclose(nan, nan, 1e-5, 1e-8));
  EXPECT_TRUE(tt::allclose(nan, nan, 1e-5, 1e-8, true));
  EXPECT_BAD("[allclose] rtol is negative", tt::allclose(a, b, -1));

  const Tensor x = tt::tensor<float>({1, 2, 3, 0, 1, 2}, {2, 3}), labels = tt::tensor({2, 0}),
               weight = tt::tensor<float>({1, 2, 3});
  const auto same = [](const Tensor& one, const Tensor& other) {
    EXPECT_EQ(one.to_vector<float>(), other.to_vector<float>());
  };
  same(tt::cross_entropy(x, labels, weight), tt::cross_entropy(x, labels, {.weight = weight}));
  same(tt::nll_loss(x, labels, weight), tt::nll_loss(x, labels, {.weight = weight}));
  same(tt::binary_cross_entropy_with_logits(x, tt::ones({2, 3}), weight),
       tt::binary_cross_entropy_with_logits(x, tt::ones({2, 3}), {.weight = weight}));
}

// A parameter that is cut between bounds before it meets the graph is trained there, too.
TEST(Words, HardActivationsOfParametersAreRetraced) {
  for (Tensor (*f)(tt::Arg) :
       {+[](tt::Arg x) { return tt::relu6(std::move(x)); }, +[](tt::Arg x) { return tt::hardtanh(std::move(x)); },
        +[](tt::Arg x) { return tt::hardsigmoid(std::move(x)); }}) {
    const Tensor w = tt::tensor<float>({0.5F, 9.F}).set_requires_grad();
    const Tensor computed = f(w);
    tf::Graph graph;
    const Tensor x = graph.placeholder("x", tt::float32, {2});
    const Tensor gradient = tf::gradients(tt::sum(x * computed), w)[0];
    const auto values = tf::Session(graph).run(gradient, {{x, tt::ones({2})}}).to_vector<float>();
    EXPECT_GT(values[0], 0);
    EXPECT_EQ(values[1], 0);
  }
}
