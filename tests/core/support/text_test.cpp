// A null pointer as text is an error at the user's line, and 0 does not compile, wherever text is taken.
#include "triptych/core/text.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "../../bad_input.h"
#include "triptych/eager.h"
#include "triptych/keras.h"
#include "triptych/lowlevel.h"

namespace {

namespace tt = triptych;
namespace keras = triptych::keras;

template <class T>
concept from_zero = requires {
  T(0);
};
template <class T>
concept from_null = requires {
  T(nullptr);
};
template <class T>
concept indexed_by_zero = requires(const T& logs) {
  logs[0];
};

static_assert(!from_zero<tt::Text> && !from_zero<tt::OwnedText> && !from_zero<tt::eager::nn::Name>);
static_assert(!from_zero<keras::Loss> && !from_zero<keras::Metric> && !from_zero<keras::Optimizer>);
static_assert(!from_zero<keras::Initializer> && !from_zero<keras::Activation> && !from_zero<keras::MetricName>);
static_assert(!from_null<tt::Text> && !from_null<tt::OwnedText> && !from_null<tt::eager::nn::Name>);
static_assert(!from_null<keras::Loss> && !from_null<keras::Metric> && !from_null<keras::Optimizer>);
static_assert(!from_null<keras::Initializer> && !from_null<keras::Activation> && !from_null<keras::MetricName>);
static_assert(!from_null<keras::LossList> && !from_null<tt::Padding2> && from_zero<tt::Padding2>);
static_assert(!indexed_by_zero<keras::Logs> && !indexed_by_zero<keras::History>);

/// What only a run knows.
const char* null() { return nullptr; }

}  // namespace

#define EXPECT_NULL(...) EXPECT_BAD("[text] a null pointer is no text: nullptr", __VA_ARGS__)

TEST(Text, NullIsAnErrorInTheCore) {
  const tt::Tensor x = tt::ones({2});
  tt::StateDict state;
  EXPECT_NULL(state.set(null(), x));
  EXPECT_NULL(state.find(null()));
  EXPECT_NULL(state.at(null()));
  EXPECT_NULL(state.contains(null()));
  EXPECT_NULL(state.erase(null()));
  EXPECT_NULL(tt::save(state, null()));
  EXPECT_NULL(tt::load(null()));
  EXPECT_NULL(tt::data::read_idx(null()));
  EXPECT_NULL(tt::Device::from_text(null()));
  EXPECT_NULL(tt::dtype_from_name(null()));
  EXPECT_NULL(tt::init::calculate_gain(null()));
  EXPECT_NULL(tt::Padding2(null()));
  EXPECT_NULL(tt::find_op(null()));
}

TEST(Text, NullIsAnErrorInTheStyles) {
  const tt::lowlevel::Graph graph;
  EXPECT_NULL(graph.placeholder(null(), tt::float32, {1}));
  EXPECT_NULL(graph.constant(tt::ones({1}), null()));
  EXPECT_NULL(graph.variable(null(), tt::ones({1})));
  EXPECT_NULL(graph.scope(null()));
  EXPECT_NULL(graph.find(null()));
  EXPECT_NULL(graph.contains(null()));
  EXPECT_NULL(graph.write_dot(null()));
  const tt::lowlevel::Session session(graph);
  EXPECT_NULL(session.save(null()));
  EXPECT_NULL(session.restore(null()));

  EXPECT_NULL(tt::eager::nn::Name(null()));
  EXPECT_NULL(keras::Loss(null()));
  EXPECT_NULL(keras::LossList(null()));
  EXPECT_NULL(keras::Metric(null()));
  EXPECT_NULL(keras::Optimizer(null()));
  EXPECT_NULL(keras::Initializer(null()));
  EXPECT_NULL(keras::Activation(null()));
  keras::Logs logs;
  EXPECT_NULL(logs[null()]);
  EXPECT_NULL(logs.find(null()));
  EXPECT_NULL(logs.set(null(), 1));
  EXPECT_NULL(keras::History()[null()]);
  EXPECT_NULL(keras::callbacks::CSVLogger(null()));
  EXPECT_NULL(keras::callbacks::ModelCheckpoint(null()));
  keras::Sequential model({keras::layers::Dense(1)});
  EXPECT_NULL(model.get_layer(null()));
  EXPECT_NULL(model.save(null()));
}

TEST(Text, EveryKindOfTextIsTaken) {
  tt::StateDict state;
  const std::string name = "b";
  state.set("a", tt::ones({1}));
  state.set(name, tt::ones({1}));
  state.set(std::string_view("c"), tt::ones({1}));
  EXPECT_TRUE(state.contains("a") && state.contains(name) && state.contains(std::string_view("c")));
  EXPECT_THROW(tt::load(std::filesystem::path("no") / "such" / "file"), tt::ArgumentError);
}
