// Functional transforms against PyTorch's (scripts/references/make_references_func.py), inside of one another, and
// misuse.
#include "triptych/eager/func.h"

#include <cmath>

#include "bad_input.h"
#include "eager_testing.h"
#include "triptych/core/io.h"
#include "triptych/core/ops.h"
#include "triptych/core/random.h"
#include "triptych/eager/autograd.h"
#include "triptych/eager/autograd_functional.h"
#include "triptych/eager/functional_call.h"
#include "triptych/eager/nn/activation.h"
#include "triptych/eager/nn/container.h"
#include "triptych/eager/nn/conv.h"
#include "triptych/eager/nn/dropout.h"
#include "triptych/eager/nn/flatten.h"
#include "triptych/eager/nn/linear.h"
#include "triptych/eager/nn/normalization.h"
#include "triptych/eager/nn/pooling.h"

namespace tt = triptych;
namespace eager = triptych::eager;
namespace nn = triptych::eager::nn;
namespace func = triptych::eager::func;
namespace functional = triptych::eager::autograd::functional;
using tt::Tensor;

namespace {

const tt::StateDict& references() {
  static const tt::StateDict all = tt::load(std::string(TRIPTYCH_SOURCE_DIR) + "/tests/references/func.safetensors");
  return all;
}

void expect_close(const Tensor& actual, const Tensor& expected, const std::string& what = "") {
  ASSERT_EQ(actual.shape().text(), expected.shape().text()) << what;
  const auto a = actual.to_vector<double>(), e = expected.to_vector<double>();
  for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], e[i], 1e-10 * (1 + std::abs(e[i]))) << what << " " << i;
}

void expect_is(const Tensor& actual, const std::string& name) { expect_close(actual, references().at(name), name); }

/// As in the script.
Tensor values(const tt::Shape& shape, double seed = 0) {
  return tt::reshape(tt::sin(tt::arange(0, shape.numel().raw(), 1, tt::float64) * 0.37 + seed), shape);
}

Tensor scalar(const Tensor& w, const Tensor& x) {
  return tt::sum(tt::square(tt::tanh(tt::matmul(x, w)))) + tt::sum(tt::pow(w, 3));
}

Tensor vector(const Tensor& x, const Tensor& a) {
  return tt::stack({x[0] * x[1] * a, tt::exp(x[0]) + x[2], tt::sum(x * x), tt::sin(x[2]) * a});
}

Tensor number(double value) { return tt::full({}, value, tt::float64); }

const Tensor w = values({3, 2}), x = values({4, 3}, 1), v = values({3}, 2), a = number(0.7);

}  // namespace

TEST(Func, Gradients) {
  expect_is(func::grad(scalar)(w, x), "grad");
  expect_is(func::grad<1>(scalar)(w, x), "grad1");
  const auto [gw, gx] = func::grad<0, 1>(scalar)(w, x);
  expect_is(gw, "grad");
  expect_is(gx, "grad1");
  const auto [gradient, value] = func::grad_and_value(scalar)(w, x);
  expect_is(gradient, "grad");
  expect_close(value, scalar(w, x));
  EXPECT_FALSE(gradient.requires_grad());
  EXPECT_FALSE(value.requires_grad());
  expect_is(func::value_and_grad(scalar)(w, x).first, "grad");
  const auto [same, extra] =
      func::grad([](const Tensor& t) { return std::pair(tt::sum(t * t), t + 1); }, func::has_aux)(v);
  expect_close(same, v * 2);
  expect_close(extra, v + 1);
  expect_is(func::grad(func::grad(func::grad([](const Tensor& t) { return tt::sin(t) * tt::pow(t, 3); })))(number(0.9)),
            "third");
  // Of structures, and of what nothing depends on.
  const auto both = func::grad([](const std::vector<Tensor>& parts) { return tt::sum(parts[0] * parts[0]); })(
      std::vector<Tensor>{v, w});
  expect_close(both[0], v * 2);
  expect_close(both[1], tt::zeros_like(w));
}

TEST(Func, WhatAFunctionReadsBesides) {
  const Tensor p = number(2).set_requires_grad();
  const Tensor gradient = func::grad([&](const Tensor& t) { return t * t * p; })(number(3));
  expect_close(gradient, number(12));
  ASSERT_TRUE(gradient.requires_grad());  // of p
  gradient.backward();
  expect_close(p.grad(), number(6));
  // An argument that requires a gradient, too.
  const Tensor q = number(3).set_requires_grad();
  func::grad([](const Tensor& t) { return t * t * t; })(q).backward();
  expect_close(q.grad(), number(18));
  const eager::NoGrad off;
  EXPECT_FALSE(func::grad([&](const Tensor& t) { return t * p; })(number(3)).requires_grad());
}

TEST(Func, Jacobians) {
  expect_is(func::jacrev(vector)(v, a), "jacrev");
  expect_is(func::jacrev(vector, {.chunk_size = 3})(v, a), "jacrev");
  expect_is(func::jacrev<1>(vector)(v, a), "jacrev1");
  expect_is(func::jacfwd(vector)(v, a), "jacfwd");
  expect_is(func::jacfwd(func::jacrev(vector))(v, a), "jacfwd_jacrev");
  expect_is(func::jacrev(func::jacfwd(vector))(v, a), "jacfwd_jacrev");
  expect_is(func::hessian([](const Tensor& t) { return scalar(t, x); })(w), "hessian");
  const auto [by_v, by_a] = func::jacrev<0, 1>(vector)(v, a);
  expect_is(by_v, "jacrev");
  expect_is(by_a, "jacrev1");
  const auto rows = func::jacfwd([](const Tensor& t) { return std::tuple(t * t, tt::sum(t)); })(v);
  ASSERT_EQ(rows.size(), 2u);
  expect_close(rows[1], tt::ones({3}, tt::float64));
  // Values are known outside of vmap.
  expect_close(func::jacrev([](const Tensor& t) { return t[0].item<double>() > 100 ? t : t * 2; })(v),
               tt::eye(3, {}, tt::float64) * 2);
}

TEST(Func, ProductsWithJacobians) {
  auto [y, pull_back] = func::vjp(vector, v, a);
  expect_is(y, "vjp_value");
  for (int i = 0; i < 2; ++i) {
    auto [gv, ga] = pull_back(values({4}, 3));
    expect_is(gv, "vjp_v");
    expect_is(ga, "vjp_a");
  }
  auto [again, change] = func::jvp(vector, std::tuple(v, a), std::tuple(values({3}, 4), number(-1.5)));
  expect_is(again, "vjp_value");
  expect_is(change, "jvp");
  const auto with_norm = [](const Tensor& t, const Tensor& u) { return std::pair(vector(t, u), tt::sum(t * t)); };
  const auto [same, pull, norm] = func::vjp(with_norm, func::has_aux, v, a);
  expect_is(same, "vjp_value");
  expect_is(std::get<0>(pull(values({4}, 3))), "vjp_v");
  expect_close(norm, tt::sum(v * v));
  const auto [value, along, aux] =
      func::jvp(with_norm, func::has_aux, std::tuple(v, a), std::tuple(values({3}, 4), number(-1.5)));
  expect_is(value, "vjp_value");
  expect_is(along, "jvp");
  expect_close(aux, tt::sum(v * v));
  const auto [at, push_forward] = func::linearize(vector, v, a);
  expect_is(at, "vjp_value");
  for (int i = 0; i < 2; ++i) expect_is(push_forward(values({3}, 4), number(-1.5)), "jvp");
  expect_is(func::vmap([&](const Tensor& u) {
              return func::jvp([&](const Tensor& q) { return vector(q, a); }, v, u).second;
            })(values({5, 3}, 5)),
            "vmap_jvp");
  const auto of_w = [](const Tensor& t) { return scalar(t, x); };
  expect_is(functional::hvp(of_w, w, values({3, 2}, 7)).second, "hvp");
  expect_is(functional::vhp(of_w, w, values({3, 2}, 7)).second, "vhp");
  const auto [ja, jb] =
      functional::jacobian([](const Tensor& p, const Tensor& q) { return tt::sum(tt::exp(p), 0) * q; },
                           std::tuple(values({2, 3}), values({3}, 8)));
  expect_is(ja, "functional_jacobian0");
  expect_is(jb, "functional_jacobian1");
  expect_is(functional::hessian(of_w, w), "hessian");
  expect_is(functional::jacobian([](const Tensor& t) { return vector(t, a); }, v,
                                 {.vectorize = true, .strategy = functional::Strategy::forward_mode}),
            "jacfwd");
  EXPECT_ARGUMENT_ERROR(functional::jacobian([](const Tensor&) { return v * 2; }, v, {.strict = true}),
                        "does not depend on an input");
}

TEST(Func, Vmap) {
  expect_is(func::vmap(func::grad(scalar), {tt::none, 0})(w, x), "vmap_grad");
  expect_is(func::vmap(func::grad(scalar), {tt::none, 0}, 0, {.chunk_size = 3})(w, x), "vmap_grad");
  expect_is(func::vmap(func::grad(scalar), {tt::none, 1}, 2)(w, tt::transpose(x)), "vmap_grad_dims");
  const auto inner =
      func::vmap([](const Tensor& p, const Tensor& q) { return tt::sum(p * q) + tt::mean(tt::exp(p)); }, {tt::none, 0});
  expect_is(func::vmap(inner, {0, tt::none})(values({2, 3}), values({4, 3}, 6)), "nested");
  // Shapes are those of one example; what does not depend on examples is repeated.
  const auto [shapes, constant] = func::vmap([](const Tensor& t) {
    EXPECT_EQ(t.shape().text(), "(3,)");
    return std::pair(t * 2, tt::ones({2}));
  })(x);
  expect_close(shapes, x * 2);
  EXPECT_EQ(constant.shape().text(), "(4, 2)");
  // Gradients flow through to arguments and to what is read besides.
  const Tensor leaf = x.clone().set_requires_grad(), weight = w.clone().set_requires_grad();
  tt::sum(func::vmap([&](const Tensor& t) { return tt::matmul(t, weight); })(leaf)).backward();
  expect_close(weight.grad(), tt::matmul(tt::transpose(x), tt::ones({4, 2}, tt::float64)));
  expect_close(leaf.grad(), tt::matmul(tt::ones({4, 2}, tt::float64), tt::transpose(w)));
}

TEST(Func, RandomNumbersOfExamples) {
  const Tensor ones = tt::ones({8, 32});
  const auto noisy = [](const Tensor& t) { return t + tt::rand({32}); };
  EXPECT_THROW(func::vmap(noisy)(ones), tt::ArgumentError);
  const Tensor different = func::vmap(noisy, 0, 0, {.randomness = func::Randomness::different})(ones);
  EXPECT_NE(different[0].to_vector<float>(), different[1].to_vector<float>());
  const Tensor same = func::vmap(noisy, 0, 0, {.randomness = func::Randomness::same})(ones);
  EXPECT_EQ(same[0].to_vector<float>(), same[7].to_vector<float>());
  nn::Dropout dropout(0.5);
  const auto dropped = [&](const Tensor& t) {
    return func::grad([&](const Tensor& u) { return tt::sum(dropout(u) * u); })(t);
  };
  const Tensor own = func::vmap(dropped, 0, 0, {.randomness = func::Randomness::different})(ones);
  EXPECT_NE(own[0].to_vector<float>(), own[1].to_vector<float>());
  for (const float value : own.to_vector<float>()) EXPECT_TRUE(value == 0 || value == 4) << value;
  const Tensor shared = func::vmap(dropped, 0, 0, {.randomness = func::Randomness::same})(ones);
  EXPECT_EQ(shared[0].to_vector<float>(), shared[5].to_vector<float>());
  for (const float value : shared.to_vector<float>()) EXPECT_TRUE(value == 0 || value == 4) << value;
}

// As many primals as the function has arguments, of any structure.
TEST(Func, ManyPrimals) {
  const auto f = [](const tt::StateDict& p, const Tensor& s, const Tensor& t, const Tensor& u, const Tensor& q,
                    const Tensor& r) { return p.at("scale") * s * t * u * q * r; };
  const tt::StateDict parameters{{"scale", number(2)}};
  const auto [y, pull_back] = func::vjp(f, parameters, number(1), number(2), number(3), number(4), number(5));
  expect_close(y, number(240));
  const auto gradients = pull_back(number(1));
  expect_close(std::get<0>(gradients).at("scale"), number(120));
  expect_close(std::get<5>(gradients), number(48));
  const auto [at, push] = func::linearize(f, parameters, number(1), number(2), number(3), number(4), number(5));
  expect_close(at, number(240));
  expect_close(push(parameters, number(0), number(0), number(0), number(0), number(1)), number(288));
}

TEST(Func, GradientsOfEachExampleOfANetwork) {
  nn::Sequential net(nn::make<nn::Conv2d>(1, 3, 3), nn::make<nn::ReLU>(), nn::make<nn::MaxPool2d>(2),
                     nn::make<nn::Flatten>(), nn::make<nn::Linear>(27, 5), nn::make<nn::LayerNorm>(5));
  net.to(tt::float64);
  tt::StateDict state;
  int i = 0;
  for (const auto& [name, p] : net.named_parameters()) state.add(name, values(p.shape(), 9 + i++) * 0.5);
  const auto loss = [&](const tt::StateDict& parameters, const Tensor& image, const Tensor& label) {
    return tt::cross_entropy(func::functional_call(net, parameters, tt::unsqueeze(image, 0)), tt::unsqueeze(label, 0));
  };
  const tt::StateDict gradients = func::vmap(func::grad(loss), {tt::none, 0, 0})(
      state, values({6, 1, 8, 8}, 20), tt::tensor({0, 3, 1, 4, 2, 2}, tt::int64));
  for (const auto& [name, gradient] : gradients) expect_is(gradient, "net." + name);
  EXPECT_FALSE(net.parameters()[0].grad().defined());
}

TEST(Func, Ensembles) {
  std::vector<std::unique_ptr<nn::Linear>> models;
  std::vector<nn::Module*> pointers;
  for (int i = 0; i < 3; ++i) {
    models.push_back(std::make_unique<nn::Linear>(3, 2));
    models.back()->to(tt::float64);
    models.back()->load_state_dict({{"weight", values({2, 3}, 30 + i)}, {"bias", values({2}, 40 + i)}});
    pointers.push_back(models.back().get());
  }
  const auto [parameters, buffers] = func::stack_module_state(pointers);
  EXPECT_TRUE(buffers.empty());
  EXPECT_TRUE(parameters.at("weight").requires_grad());
  const Tensor outputs =
      func::vmap([&](const tt::StateDict& p, const Tensor& t) { return func::functional_call(*models[0], p, t); },
                 {0, tt::none})(parameters, x);
  expect_is(outputs, "ensemble");
}

TEST(Func, Misuse) {
  const auto square = [](const Tensor& t) { return t * t; };
  EXPECT_ARGUMENT_ERROR(func::grad(square)(v), "does not give a scalar");
  EXPECT_ARGUMENT_ERROR(func::grad(square)(tt::ones({2}, tt::int64)), "is not floating-point");
  EXPECT_ARGUMENT_ERROR(func::vmap(square, tt::none)(v), "no argument has an axis of examples");
  EXPECT_ARGUMENT_ERROR(func::vmap(square, 1)(v), "out of range");
  EXPECT_ARGUMENT_ERROR(func::vmap(square, 0, 5)(v), "out of range");
  EXPECT_ARGUMENT_ERROR(func::vmap(square, {0, 0})(v), "in_dims do not fit");
  EXPECT_ARGUMENT_ERROR(func::vmap([](const Tensor& s, const Tensor& t) { return s + t; })(v, tt::ones({2})),
                        "differ in the number of examples");
  EXPECT_ARGUMENT_ERROR(func::vmap(square)(tt::ones({0, 2})), "there is no example");
  EXPECT_ARGUMENT_ERROR(func::vmap(square, 0, 0, {.chunk_size = -1})(v), "chunk_size is negative");
  EXPECT_ARGUMENT_ERROR(func::vmap(square)(Tensor()), "undefined");
  EXPECT_THROW(func::vmap([](const Tensor& t) { return t * t.item<double>(); })(v), tt::ArgumentError);
  EXPECT_THROW(func::vmap([](const Tensor& t) { return tt::masked_select(t, tt::greater(t, 0)); })(x), tt::Error);
  nn::Linear linear(3, 2);
  EXPECT_ARGUMENT_ERROR(func::functional_call(linear, {{"weigth", tt::ones({2, 3})}}, tt::ones({3})),
                        "no parameter or buffer of this name");
  EXPECT_ARGUMENT_ERROR(func::functional_call(linear, {{"weight", tt::ones({3, 2})}}, tt::ones({3})),
                        "differs in shape");
  EXPECT_ARGUMENT_ERROR(func::stack_module_state(std::vector<nn::Module*>()), "there is no model");
  EXPECT_TRUE(linear.parameters()[0].is_same(linear.weight));
}

// What a transform gives is called later, and elsewhere: an error is that line's.
TEST(Func, ChunksGiveAsManyResults) {
  int calls = 0;
  const auto more =
      func::vmap([&](const Tensor& x) { return std::vector<Tensor>(static_cast<std::size_t>(++calls), x); }, 0, 0,
                 {.chunk_size = 1});
  EXPECT_THROW(more(tt::ones({3})), tt::ArgumentError);
}

// NOLINTBEGIN(bugprone-use-after-move)
TEST(Func, AfterAMove) {
  const std::function<Tensor(const Tensor&)> square = [](const Tensor& x) { return tt::sum(x * x); };
  const Tensor x = tt::ones({2});
  const auto moved_from = [](auto function) {
    [[maybe_unused]] const auto taken = std::move(function);
    return function;
  };
  EXPECT_THROW(moved_from(func::grad(square))(x), tt::ArgumentError);
  EXPECT_THROW(moved_from(func::jacrev(square))(x), tt::ArgumentError);
  EXPECT_THROW(moved_from(func::vmap(square))(x), tt::ArgumentError);
  EXPECT_EQ(std::get<0>(moved_from(func::vjp(square, x).second)(tt::ones({})))[0].item<float>(), 2);
  EXPECT_EQ(moved_from(func::linearize(square, x).second)(x).item<float>(), 4);
}
// NOLINTEND(bugprone-use-after-move)

TEST(Func, ErrorsOfCallsNameTheirLine) {
  const Tensor none, two = tt::ones({2}), three = tt::ones({3});
  const auto square = [](const Tensor& t) { return t * t; };
  const auto product = [](const Tensor& s, const Tensor& t) { return s * t; };
  const auto of_three = [](const Tensor& s, const Tensor& t, const Tensor& u) { return s * t * u; };
  const auto of_four = [](const Tensor& s, const Tensor& t, const Tensor& u, const Tensor& q) { return s * t * u * q; };
  const auto pull_back = func::vjp(square, two).second;
  EXPECT_BAD("[vjp] one of the cotangents differs from what it belongs to: number 0 is float32 (3,) for float32 (2,)",
             pull_back(three));
  EXPECT_BAD("[vjp] one of the cotangents differs", pull_back(none));
  EXPECT_BAD("[vjp] one of the cotangents differs", pull_back(tt::ones({2}, tt::float64)));
  EXPECT_BAD("[vjp] an argument is undefined", func::vjp(square, none));
  EXPECT_BAD("[vjp] an argument is undefined", func::vjp(product, two, none));
  EXPECT_BAD("[vjp] an argument is undefined", func::vjp(of_three, two, two, none));
  EXPECT_BAD("[vjp] an argument is undefined", func::vjp(of_four, two, two, two, none));
  const auto fourth = [](const tt::StateDict& p, const Tensor& s, const Tensor& t, const Tensor& u) {
    return p.at("scale") * s * t * u;
  };
  EXPECT_BAD("[vjp] an argument is undefined", func::vjp(fourth, tt::StateDict{{"scale", two}}, two, two, none));
  EXPECT_BAD("[vjp] there is no function", func::vjp(std::function<Tensor(const Tensor&)>(), two));
  const auto push_forward = func::linearize(product, two, two).second;
  EXPECT_BAD("[linearize] one of the tangents differs", push_forward(two, three));
  EXPECT_BAD("[linearize] an argument is undefined", func::linearize(square, none));
  EXPECT_BAD("[linearize] an argument is undefined", func::linearize(product, two, none));
  EXPECT_BAD("[linearize] an argument is undefined", func::linearize(of_three, two, none, two));
  EXPECT_BAD("[linearize] an argument is undefined", func::linearize(of_four, two, none, two, two));
  EXPECT_BAD("[jvp] one of the tangents differs", func::jvp(square, two, three));
  const auto slope = func::grad(square);
  const auto both = func::value_and_grad(product);
  const auto rows = func::jacrev(of_three);
  const auto columns = func::jacfwd(of_four);
  const auto curvature = func::hessian(square);
  const auto mapped = func::vmap(product);
  EXPECT_BAD("[grad] the function does not give a scalar", slope(two));
  EXPECT_BAD("[value_and_grad] the function does not give a scalar", both(two, two));
  EXPECT_BAD("[jacrev] an argument is undefined", rows(two, two, none));
  EXPECT_BAD("[jacfwd] an argument is undefined", columns(two, two, two, none));
  EXPECT_BAD("[hessian] an argument is undefined", curvature(none));
  EXPECT_BAD("[vmap] the arguments differ in the number of examples", mapped(two, three));
  // Between the user and the function stand others: the line that made it.
  const std::function<Tensor(const Tensor&)> kept = slope;
  try {
    kept(two);
    ADD_FAILURE();
  } catch (const tt::ArgumentError& error) {
    EXPECT_EQ(error.where().text().substr(0, 14), "func_test.cpp:") << error.what();
  }
}
