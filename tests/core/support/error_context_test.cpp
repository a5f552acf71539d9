// Errors say what is known further out: the module, the line of the run, the op that stops a gradient.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "files.h"
#include "triptych/eager.h"
#include "triptych/keras.h"
#include "triptych/lowlevel.h"

namespace {

namespace tt = triptych;
namespace tf = triptych::lowlevel;
namespace nn = triptych::eager::nn;
namespace keras = triptych::keras;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

template <class F>
std::string message(F&& function) {
  return error_of<tt::ArgumentError>(std::forward<F>(function));
}

std::string here(int line) { return "error_context_test.cpp:" + std::to_string(line); }

TEST(ErrorContext, TheInnermostModuleIsNamed) {
  struct Block : nn::Module {
    nn::Linear& fc = add<nn::Linear>("fc", 3, 2);
    tt::Tensor forward(const tt::Tensor& x) override { return fc(x); }
  };
  struct Net : nn::Module {
    Block& block = add<Block>("block");
    tt::Tensor forward(const tt::Tensor& x) override { return block(x); }
  };
  Net net;
  const int line = __LINE__ + 1;
  const std::string text = message([&] { net(tt::ones({1, 4})); });
  EXPECT_THAT(text, HasSubstr("At " + here(line) + ". In module 'fc', a Linear made at error_context_test.cpp:"));
  EXPECT_THAT(text, Not(HasSubstr("'block'")));
}

TEST(ErrorContext, ModulesOfASequentialToo) {
  const int line = __LINE__ + 1;
  nn::Sequential net(nn::make<nn::ReLU>(), nn::make<nn::Linear>(3, 2));
  EXPECT_THAT(message([&] { net(tt::ones({1, 4})); }), EndsWith("In module '1', a Linear made at " + here(line) + "."));
  // A module that stands alone has no name, and the line says all.
  nn::Linear alone(3, 2);
  EXPECT_THAT(message([&] { alone(tt::ones({1, 4})); }), Not(HasSubstr("In module")));
}

TEST(ErrorContext, ASessionNamesTheRun) {
  tf::Graph graph;
  auto labels = graph.placeholder("labels", tt::int64, {tt::unknown});
  const int made = __LINE__ + 1;
  auto loss = tt::sum(tt::sparse_softmax_cross_entropy(tt::ones({1, 2}), labels));
  tf::Session session(graph);
  const tt::Tensor wrong = tt::tensor<std::int64_t>({2});
  const int line = __LINE__ + 1;
  const std::string text = message([&] { session.run(loss, {{labels, wrong}}); });
  EXPECT_THAT(text, EndsWith("At " + here(made) + ". Run at " + here(line) + "."));
  auto step = session.make_callable({labels}, {loss});
  EXPECT_THAT(message([&] { step(wrong); }), EndsWith("Run at " + here(__LINE__) + "."));
  // Once is enough where the run's line is what is wrong.
  EXPECT_THAT(message([&] { session.run(loss); }), Not(HasSubstr("Run at")));
}

TEST(ErrorContext, MinimizeNamesWhatStopsTheGradient) {
  tf::Graph graph;
  auto w = graph.variable("w", tt::ones({2}));
  const int line = __LINE__ + 1;
  auto whole = tt::cast(tt::cast(w * 2, tt::int64), tt::float32);
  EXPECT_THAT(message([&] { tf::GradientDescent().minimize(tt::sum(tt::cast(tt::argmax(w, 0), tt::float32))); }),
              HasSubstr("No gradient passes 'argmax', made at"));
  EXPECT_THAT(message([&] { tf::GradientDescent().minimize(tt::sum(whole)); }),
              HasSubstr("No gradient passes 'cast', made at " + here(line)));
}

TEST(ErrorContext, FitNamesItOnBothEngines) {
  for (const bool eagerly : {false, true}) {
    keras::Sequential model({keras::Input({2}), keras::layers::Dense(2)});
    model.compile({.loss = keras::Loss([](const tt::Tensor&, const tt::Tensor& y) {
                     return tt::mean(tt::cast(tt::argmax(y, 1), tt::float32));
                   }),
                   .run_eagerly = eagerly});
    const std::string text = message([&] { model.fit(tt::ones({4, 2}), tt::ones({4, 2}), {.verbose = 0}); });
    EXPECT_THAT(text, HasSubstr("[fit] the loss has no gradient"));
    EXPECT_THAT(text, HasSubstr("argmax"));
  }
}

}  // namespace
