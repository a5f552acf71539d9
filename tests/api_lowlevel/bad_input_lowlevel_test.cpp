// The obvious wrong arguments of the low-level API.
#include "bad_input.h"
#include "files.h"
#include "triptych/lowlevel.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;
using tt::Tensor;

namespace {

class BadInputLowlevel : public testing::Test {
 protected:
  tf::Graph graph, other;
  const Tensor none{}, concrete = tt::ones({2});
  const Tensor x = graph.placeholder("x", tt::float32, {tt::unknown, 3}), y = tt::sum(x * 2);
  const tf::Variable w = graph.variable("w", tt::ones({3}));
  const Tensor elsewhere = other.placeholder("e", tt::float32, {3});
  const tf::Session session{graph};
};

TEST_F(BadInputLowlevel, Names) {
  const Tensor m = tt::ones({2, 3});
  EXPECT_BAD("[slice] there is not one begin and one size for each dimension", tf::slice(m, {0, 1}, {1}));
  EXPECT_BAD("[slice] the axis has no such elements", tf::slice(m, {0, 1}, {1, 3}));
  EXPECT_BAD("[slice] the axis has no such elements", tf::slice(m, {0, -1}, {1, 1}));
  EXPECT_EQ(tf::slice(m, {0, 1}, {1, -1}).shape(), (tt::Shape{1, 2}));
  EXPECT_BAD("[add] the dtype cannot hold the number", tf::image::adjust_brightness(m, 1e300));
}

TEST_F(BadInputLowlevel, Building) {
  EXPECT_BAD("[graph] a name is empty", graph.placeholder("", tt::float32, {2}));
  EXPECT_BAD("[placeholder] the default value does not fit", graph.placeholder("p", tt::float32, {2}, tt::ones({3})));
  EXPECT_BAD("[placeholder] the default value does not fit",
             graph.placeholder("p", tt::float32, {2}, tt::ones({2}, tt::int64)));
  EXPECT_BAD("[placeholder] the default value is not concrete", graph.placeholder("p", tt::float32, {3}, elsewhere));
  EXPECT_BAD("[constant] the value is not concrete", graph.constant(none));
  EXPECT_BAD("[constant] the value is not concrete", graph.constant(x));
  EXPECT_BAD("[variable] a variable's shape is not known", graph.variable("v", {tt::unknown}, tt::init::zeros()));
  EXPECT_BAD("[variable] the initializer is empty", graph.variable("v", {2}, nullptr));
  EXPECT_BAD("[variable] a variable's shape is not known: 'v': 'x' (?, 3)", graph.variable("v", x));
  EXPECT_BAD("[variable] the first value is undefined", graph.variable("v", none));
  EXPECT_BAD("[variable] the first value reads another variable: 'v': 'mul", graph.variable("v", w * 2));
  EXPECT_BAD("[variable] the first value belongs to another graph", graph.variable("v", elsewhere));
  EXPECT_BAD("[random_normal] the shape is not known: (?,)", graph.random_normal({tt::unknown}));
  EXPECT_BAD("[random_normal] the standard deviation is negative", graph.random_normal({2}, {.stddev = -1}));
  EXPECT_BAD("[random_uniform] low is greater than high", graph.random_uniform({2}, {.minval = 1, .maxval = 0}));
  EXPECT_BAD("[truncated_normal] the dtype is not floating", graph.truncated_normal({2}, {.dtype = tt::int64}));
  EXPECT_BAD("[find] the graph has no node of this name: 'z'", graph.find("z"));
  EXPECT_BAD("[find] the node has fewer outputs", graph.find("x:7"));
  EXPECT_BAD("[find] the node has fewer outputs", graph.find("x:99999999999999999999"));
  EXPECT_BAD("[name_of] the tensor is not one of a graph", tf::name_of(concrete));
  EXPECT_BAD("[name_of] the tensor is not one of a graph", tf::name_of(none));
  EXPECT_BAD("[graph_of] the tensor is not symbolic", tf::graph_of(concrete));
  EXPECT_BAD("[group] there is no tensor of a graph", tf::group({}));
  EXPECT_BAD("[group]", tf::group({concrete}));
  EXPECT_BAD("[control_dependencies] a dependency is not a tensor of this graph", tf::group({x, elsewhere}));
  EXPECT_BAD("[control_dependencies] a dependency is not a tensor of this graph", graph.control_dependencies({none}));
  EXPECT_BAD("[graph] the tensor belongs to another graph", x + elsewhere);
  EXPECT_BAD("[graph] an operation without a value cannot be an operand", graph.no_op() + 1);
  EXPECT_BAD("[write_dot]", graph.write_dot("/nowhere/graph.dot"));
  EXPECT_BAD("[write_svg]", graph.write_svg("/nowhere/graph.svg"));
  graph.finalize();
  EXPECT_BAD("[constant] the graph is finalized", x + 1);
  EXPECT_BAD("[add] the graph is finalized", x + x);
  EXPECT_BAD("[placeholder] the graph is finalized", graph.placeholder("late", tt::float32, {}));
  EXPECT_BAD("[variable] the graph is finalized", graph.variable("late", tt::ones({2})));
}

// A concrete tensor is no variable: `tf::Variable W(tt::zeros({4, 2}))` does not compile.
static_assert(!std::is_constructible_v<tf::Variable, Tensor> && !std::is_convertible_v<Tensor, tf::Variable>);

TEST_F(BadInputLowlevel, State) {
  const tf::Variable empty;
  EXPECT_BAD("[assign]", w.assign(tt::ones({2})));
  EXPECT_BAD("[assign]", w.assign(tt::ones({3}, tt::float64)));
  EXPECT_BAD("[assign_add]", w.assign_add(none));
  EXPECT_BAD("[assign]", empty.assign(tt::ones({3})));
  EXPECT_BAD("[graph]", w.assign(elsewhere));
  EXPECT_BAD("[assign]", tt::assign(x, tt::ones({2, 3})));
  EXPECT_BAD("[variable] the Variable is undefined", empty.name());
  EXPECT_BAD("[variable] the Variable is undefined", empty.trainable());
}

TEST_F(BadInputLowlevel, Gradients) {
  EXPECT_BAD("[gradients] there is no y", tf::gradients({}, x));
  EXPECT_BAD("[gradients] a y is not a tensor of a graph", tf::gradients(concrete, x));
  EXPECT_BAD("[gradients] a y is not a tensor of a graph", tf::gradients(none, x));
  EXPECT_BAD("[gradients] an x is undefined", tf::gradients(y, none));
  EXPECT_BAD("[graph] the tensor belongs to another graph", tf::gradients(y, elsewhere));
  EXPECT_BAD("[gradients] the number of grad_ys differs from that of the ys",
             tf::gradients(y, x, {concrete, concrete}));
  EXPECT_BAD("[gradients] a gradient differs from its tensor in shape", tf::gradients(y, x, tt::ones({2})));
  EXPECT_BAD("[gradients] a gradient differs from its tensor in shape", tf::gradients(y, x, tt::ones({}, tt::float64)));
  EXPECT_BAD("[graph] the tensor belongs to another graph", tf::gradients({y, tt::sum(elsewhere)}, x));
}

TEST_F(BadInputLowlevel, Optimizers) {
  tf::GradientDescent sgd;
  tf::Adam adam;
  EXPECT_BAD("[minimize] the loss is not a tensor of a graph", sgd.minimize(concrete));
  EXPECT_BAD("[minimize] the loss is not a tensor of a graph", sgd.minimize(none));
  EXPECT_BAD("[minimize] the loss is not floating-point", sgd.minimize(tt::sum(tt::cast(x, tt::int64))));
  EXPECT_BAD("[minimize] the loss depends on nothing trainable", sgd.minimize(y));
  EXPECT_BAD("[apply_gradients] a tensor to train is neither", sgd.minimize(tt::sum(w * x), {x}));
  EXPECT_BAD("[gradients] an x is undefined", sgd.minimize(tt::sum(w * x), {none}));
  EXPECT_BAD("[optimizer] there is no learning rate before the first update", sgd.learning_rate());
  EXPECT_BAD("[apply_gradients] no gradient is", adam.apply_gradients({}));
  EXPECT_BAD("[apply_gradients] no gradient is", adam.apply_gradients({{none, w}}));
  EXPECT_BAD("[apply_gradients] a tensor to train is neither", adam.apply_gradients({{tt::sum(x), x}}));
  EXPECT_BAD("[adam_update]", adam.apply_gradients({{tt::sum(x), w}}));
  EXPECT_BAD("[graph] an undefined tensor", adam.apply_gradients({{tt::sum(x), none}}));
}

TEST_F(BadInputLowlevel, Running) {
  const Tensor rows = tt::ones({2, 3});
  EXPECT_BAD("[session] a placeholder that is needed was not fed", session.run(y));
  EXPECT_BAD("[session] a fetch is undefined", session.run(none));
  EXPECT_BAD("[session] a fetch is not a tensor of the graph", session.run(concrete));
  EXPECT_BAD("[session] a fetch belongs to another graph", session.run(elsewhere));
  EXPECT_BAD("[session] the shape of a fed value does not fit", session.run(y, {{x, tt::ones({2, 4})}}));
  EXPECT_BAD("[session] the shape of a fed value does not fit", session.run(y, {{x, tt::ones({3})}}));
  EXPECT_BAD("[session] a fed value has another dtype, and 'x' cannot hold it",
             session.run(y, {{x, tt::full({2, 3}, 0.1, tt::float64)}}));
  EXPECT_BAD("[session] a fed value is undefined", session.run(y, {{x, none}}));
  EXPECT_BAD("[session] a fed value is symbolic", session.run(y, {{x, x}}));
  EXPECT_BAD("[session]", session.run(y, {{none, rows}}));
  EXPECT_BAD("[session]", session.run(y, {{concrete, rows}}));
  EXPECT_BAD("[session]", session.run(y, {{elsewhere, concrete}}));
  EXPECT_BAD("[session]", session.run(y, {{x, rows}, {x, rows}}));
  EXPECT_BAD("[session] a variable is used before it is initialized", session.run(w + 1));
  const tf::Callable call = session.make_callable({x}, {y});
  EXPECT_BAD("[session]", call());
  EXPECT_BAD("[session]", call(rows, rows));
  EXPECT_BAD("[session] a fed value is undefined", call(none));
  EXPECT_BAD("[session]", session.make_callable({concrete}, {y}));
  EXPECT_BAD("[session]", session.make_callable({x}, {none}));
  const Tensor index = graph.placeholder("index", tt::int64, {1});
  EXPECT_BAD("[index_select]", session.run(tt::index_select(graph.constant(concrete), 0, index),
                                           {{index, tt::tensor<std::int64_t>({2})}}));
}

TEST_F(BadInputLowlevel, Values) {
  const TemporaryFolder folder;
  EXPECT_BAD("[session] a variable is used before it is initialized", session.value(w));
  EXPECT_BAD("[session] a variable is used before it is initialized", session.save(folder / "early"));
  session.run(graph.initializer());
  EXPECT_BAD("[session] the tensor is not a variable", session.value(x));
  EXPECT_BAD("[session] the tensor is not a variable", session.value(none));
  EXPECT_BAD("[session] the tensor is not a variable", session.value(elsewhere));
  EXPECT_BAD("[session] the tensor is not a variable", session.set_value(x, concrete));
  EXPECT_BAD("[session] the shape of a fed value does not fit", session.set_value(w, concrete));
  EXPECT_BAD("[session] a fed value is undefined", session.set_value(w, none));
  EXPECT_BAD("[save] the file cannot be written", session.save("/nowhere/w"));
  EXPECT_BAD("[load] the file cannot be opened", session.restore("/nowhere/w"));
  tt::save({{"v", concrete}}, folder / "v");
  EXPECT_BAD("[restore] the file has no tensor for a variable: 'w', '" + (folder / "v") + "'. It has 'v'.",
             session.restore(folder / "v"));
  tt::save({{"w", concrete}}, folder / "w");
  EXPECT_BAD("[restore] a saved tensor does not have the variable's shape", session.restore(folder / "w"));
}

TEST_F(BadInputLowlevel, TensorArrays) {
  const tf::TensorArray array(tt::float32, 2, {.element_shape = tt::Shape{3}}), open(tt::float32, 2);
  const Tensor row = tt::ones({3}), whole = tt::ones({2, 3});
  EXPECT_BAD("[TensorArray] the elements have more than 7 dimensions: (1, 1, 1, 1, 1, 1, 1, 1)",
             tf::TensorArray(tt::float32, 2, {.element_shape = tt::Shape{1, 1, 1, 1, 1, 1, 1, 1}}));
  EXPECT_BAD("[TensorArray] a tensor has more than",
             tf::TensorArray(tt::float32, std::int64_t{1} << 62, {.element_shape = tt::Shape{1024}}).stack());
  EXPECT_UNSUPPORTED("[TensorArray] out of memory on cpu",
                     tf::TensorArray(tt::float32, std::int64_t{1} << 45, {.element_shape = tt::Shape{}}).flow());
  EXPECT_BAD("[TensorArray.read] an input is undefined", array.read(none));
  EXPECT_BAD("[TensorArray.read] the index is not a scalar integer", array.read(row));
  EXPECT_BAD("[TensorArray.write] an input is undefined", array.write(0, none));
  EXPECT_BAD("[TensorArray.write] an input is undefined", array.write(none, row));
  EXPECT_BAD("[TensorArray.unstack] an input is undefined", array.unstack(none));
  EXPECT_BAD("[TensorArray.unstack] a scalar has no rows", array.unstack(tt::ones({})));
  EXPECT_BAD("[TensorArray.gather] indices are neither int32 nor int64", array.gather(row));
  EXPECT_BAD("[TensorArray.gather] an input is undefined", array.gather(none));
  EXPECT_BAD("[TensorArray.gather] an index is out of range", array.gather(tt::tensor({7})));
  EXPECT_BAD("[TensorArray.gather] a C++ number stands", array.gather(1));
  EXPECT_BAD("[TensorArray.scatter] an input is undefined", array.scatter(tt::tensor({0, 1}), none));
  EXPECT_BAD("[TensorArray.scatter] an input is undefined", array.scatter(none, whole));
  EXPECT_BAD("[TensorArray.scatter] the index is not a vector", array.scatter(tt::tensor({{0, 1}}), whole));
  EXPECT_BAD("[TensorArray.split] there is no part", array.split(whole, {}));
  EXPECT_BAD("[TensorArray.write] the index is out of range", open.write(5, row));
  EXPECT_BAD("[TensorArray] the shape of the elements is not known", open.stack());  // nothing was written
}

TEST_F(BadInputLowlevel, Asserts) {
  EXPECT_BAD("[tensor] the tensor is undefined", tf::assert_rank(none, 1));
  EXPECT_BAD("[tensor] the tensor is undefined", tf::assert_rank_at_least(none, 1));
  EXPECT_BAD("[tensor] the tensor is undefined", tf::assert_rank_in(none, {1}));
  EXPECT_BAD("[tensor] the tensor is undefined", tf::assert_scalar(none));
  EXPECT_BAD("[tensor] the tensor is undefined", tf::assert_type(none, tt::float32));
  EXPECT_BAD("[tensor] the tensor is undefined", tf::assert_integer(none));
  EXPECT_BAD("[assert_negative] x is no negative number: [1 1]", tf::assert_negative(concrete));
  EXPECT_BAD("[assert_non_positive] x is above zero: [1 1]", tf::assert_non_positive(concrete));
  const Tensor broken = concrete / tt::zeros({2});
  EXPECT_BAD("[check_numerics] x: the tensor is not finite: infinity in float32 (2,)", tf::check_numerics(broken, "x"));
  EXPECT_BAD("[check_numerics] an input is undefined", tf::check_numerics(none, "x"));
  EXPECT_BAD("[check_numerics] the dtype is not floating-point", tf::check_numerics(tt::arange(3), "x"));
  EXPECT_BAD("[assert_all_finite] the tensor is not finite: NaN", tf::assert_all_finite(broken - broken, ""));
  EXPECT_BAD("[add_check_numerics_ops] there is no floating-point tensor", tf::add_check_numerics_ops(tf::Graph()));
}

TEST_F(BadInputLowlevel, Cases) {
  using Function = std::function<Tensor()>;
  const Function one = [&] { return concrete; };
  const Tensor yes = tt::tensor(true), no = tt::tensor(false);
  EXPECT_BAD("[case] a condition is not a scalar boolean", tf::case_<Function>({{concrete, one}}));
  EXPECT_BAD("[case] a tensor is undefined", tf::case_<Function>({{none, one}}));
  EXPECT_BAD("[case] there is no function", tf::case_<Function>({{yes, nullptr}}));
  EXPECT_BAD("[case] there is no function", tf::case_<Function>({{yes, one}}, Function()));
  EXPECT_BAD("[case] no condition is true: 0, 0", tf::case_<Function>({{no, one}, {no, one}}));
  EXPECT_BAD("[case] more than one condition is true: 1, 0, 1",
             tf::case_<Function>({{yes, one}, {no, one}, {yes, one}}, one, true));
}

TEST_F(BadInputLowlevel, Averages) {
  tf::train::ExponentialMovingAverage average(0.9);
  average.apply(graph);
  EXPECT_BAD("[average_name] the tensor is not of a graph", average.variables_to_restore(graph, {tf::Variable()}));
}

}  // namespace
