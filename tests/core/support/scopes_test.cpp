// Scopes that end in another order than that of their beginning, or in another thread. Run under the thread sanitizer
// too (preset tsan).
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "triptych/core/debugging.h"
#include "triptych/core/ops.h"
#include "triptych/core/saved_tensors.h"
#include "triptych/eager.h"
#include "triptych/keras.h"
#include "triptych/lowlevel.h"

namespace {

namespace tt = triptych;
namespace eager = triptych::eager;
namespace keras = triptych::keras;
namespace tf = triptych::lowlevel;
using tt::Tensor;

/// Two scopes one in the other, of which the outer one ends first: what `now` says after each step.
template <class Scope, class Outer, class Inner, class Now>
std::vector<std::string> outer_first(Outer begin_outer, Inner begin_inner, Now now) {
  std::vector<std::string> said{now()};
  std::unique_ptr<Scope> outer(begin_outer());
  std::unique_ptr<Scope> inner(begin_inner());
  said.push_back(now());
  outer.reset();
  said.push_back(now());
  inner.reset();
  said.push_back(now());
  return said;
}
using Said = std::vector<std::string>;

/// Two scopes one in the other, of which another thread ends the outer one: what `now` says after each step.
template <class Scope, class Outer, class Inner, class Now>
Said outer_elsewhere(Outer begin_outer, Inner begin_inner, Now now) {
  Said said;
  std::unique_ptr<Scope> outer(begin_outer());
  std::unique_ptr<Scope> inner(begin_inner());
  std::thread([&] { outer.reset(); }).join();
  static_cast<void>(tt::ones({2}) + 1.0);
  said.push_back(now());
  std::thread([&] { inner.reset(); }).join();
  static_cast<void>(tt::ones({2}) + 1.0);
  said.push_back(now());
  return said;
}

std::string recorded() { return (tt::ones({2}).set_requires_grad() * 2.0).requires_grad() ? "recorded" : "not"; }

}  // namespace

TEST(Scopes, OfTheInnermostThatIsOpenHolds) {
  const auto off = [] { return new tt::GradMode(false); };
  const auto on = [] { return new tt::GradMode(true); };
  EXPECT_EQ(outer_first<tt::GradMode>(off, on, recorded), (Said{"recorded", "recorded", "recorded", "recorded"}));
  EXPECT_EQ(outer_first<tt::GradMode>(on, off, recorded), (Said{"recorded", "not", "not", "recorded"}));
  EXPECT_EQ(outer_first<tt::GradMode>(off, off, recorded), (Said{"recorded", "not", "not", "recorded"}));

  const auto dtype = [] { return std::string(tt::dtype_name(tt::matmul(tt::ones({2, 2}), tt::ones({2, 2})).dtype())); };
  EXPECT_EQ(outer_first<tt::Autocast>([] { return new tt::Autocast(tt::bfloat16); },
                                      [] { return new tt::Autocast(tt::float16); }, dtype),
            (Said{"float32", "float16", "float16", "float32"}));

  const auto skipped = [] {
    const Tensor* flag = tt::SkipUpdates::current();
    return flag ? flag->text() : std::string("none");
  };
  EXPECT_EQ(outer_first<tt::SkipUpdates>([] { return new tt::SkipUpdates(tt::full({}, 1.0)); },
                                         [] { return new tt::SkipUpdates(tt::full({}, 2.0)); }, skipped),
            (Said{"none", "2.0", "2.0", "none"}));

  int first = 0, second = 0;
  const auto counting = [](int& packed) {
    return [&packed] {
      return new tt::SavedTensorsHooks(
          [&packed](const Tensor& x) {
            ++packed;
            return x;
          },
          [](const Tensor& x) { return x; });
    };
  };
  const auto counts = [&] {
    static_cast<void>(tt::exp(tt::ones({2}).set_requires_grad()));
    return std::to_string(first) + " " + std::to_string(second);
  };
  EXPECT_EQ(outer_first<tt::SavedTensorsHooks>(counting(first), counting(second), counts),
            (Said{"0 0", "0 1", "0 2", "0 2"}));
}

TEST(Scopes, AThreadLetsGoOfWhatAnotherOneEnded) {
  const auto off = [] { return new tt::GradMode(false); };
  EXPECT_EQ(outer_elsewhere<tt::GradMode>(off, off, recorded), (Said{"not", "recorded"}));
  EXPECT_EQ(outer_elsewhere<tt::Autocast>([] { return new tt::Autocast(tt::bfloat16); },
                                          [] { return new tt::Autocast(tt::float16); },
                                          [] {
                                            const Tensor x = tt::ones({2, 2});
                                            return std::string(tt::dtype_name(tt::matmul(x, x).dtype()));
                                          }),
            (Said{"float16", "float32"}));
  // A thread that ends has none: its last objects, too, compute outside of them.
  struct Last {
    std::unique_ptr<tf::DefaultGraph> scope;
    ~Last() {
      scope.reset();
      EXPECT_FALSE(tt::zeros({2}).is_symbolic());
    }
  };
  std::thread([] {
    thread_local Last last;
    last.scope = std::make_unique<tf::DefaultGraph>(tf::Graph());
  }).join();
  // The thread that began it is gone, or one after it has the same address.
  std::unique_ptr<eager::NoGrad> left;
  std::thread([&] { left = std::make_unique<eager::NoGrad>(); }).join();
  left.reset();
  EXPECT_TRUE(tt::grad_enabled());
  for (int i = 0; i < 100; ++i) {
    auto scope = std::make_unique<eager::NoGrad>();
    EXPECT_FALSE(tt::grad_enabled());
    std::thread([&] {
      scope.reset();
      EXPECT_TRUE(tt::grad_enabled());
      const auto here = std::make_unique<eager::NoGrad>();
      EXPECT_FALSE(tt::grad_enabled());
    }).join();
    EXPECT_TRUE(tt::grad_enabled());
  }
}

TEST(Scopes, ADeadDefaultIsNone) {
  const tf::Graph whole = tf::get_default_graph();
  auto first = std::make_unique<tf::Graph>(), second = std::make_unique<tf::Graph>();
  std::unique_ptr<tf::DefaultGraph> outer(new tf::DefaultGraph(*first)), inner(new tf::DefaultGraph(*second));
  outer.reset();
  first.reset();
  EXPECT_TRUE(tf::get_default_graph() == *second);
  EXPECT_TRUE(tf::graph_of(tt::zeros({2})) == *second);
  inner.reset();
  second.reset();
  EXPECT_TRUE(tf::get_default_graph() == whole);
  EXPECT_FALSE(tt::zeros({2}).is_symbolic());

  const tf::Graph graph;
  const Tensor two = graph.constant(tt::full({}, 2), "two");
  std::unique_ptr<tf::DefaultSession> early(new tf::DefaultSession(tf::Session(tf::Graph())));
  const std::unique_ptr<tf::DefaultSession> late(new tf::DefaultSession(tf::Session(graph)));
  early.reset();
  EXPECT_EQ(tf::eval(two).item<float>(), 2);
}

TEST(Scopes, OfAGraph) {
  const tf::Graph graph;
  const Tensor one = tt::ones({});
  const auto name = [&] { return tf::name_of(graph.constant(one, "c")); };
  std::unique_ptr<tf::NameScope> a(new tf::NameScope(graph, "a")), b(new tf::NameScope(graph, "b"));
  EXPECT_EQ(name(), "a/b/c");
  a.reset();
  EXPECT_EQ(name(), "a/b/c_1");
  b.reset();
  EXPECT_EQ(name(), "c");
  EXPECT_FALSE(tt::zeros({2}).is_symbolic());

  // What waits for it runs: an update that nobody waits for does not.
  const tf::Variable v = graph.variable("v", {}, tt::init::zeros()), w = graph.variable("w", {}, tt::init::zeros());
  const Tensor add_v = v.assign_add(1), add_w = w.assign_add(1);
  std::unique_ptr<tf::ControlDependencies> of_v(new tf::ControlDependencies(graph, {add_v}, {})),
      of_w(new tf::ControlDependencies(graph, {add_w}, {}));
  of_v.reset();
  const Tensor after_w = graph.constant(one, "after_w") * 2.0;
  of_w.reset();
  const Tensor after_none = graph.constant(one, "after_none") * 2.0;
  tf::Session session(graph);
  static_cast<void>(session.run(graph.initializer()));
  static_cast<void>(session.run({after_w, after_none}));
  EXPECT_EQ(session.run(v).item<float>(), 0);
  EXPECT_EQ(session.run(w).item<float>(), 1);

  std::unique_ptr<tf::VariableScope> outer(new tf::VariableScope(graph, "outer", {.dtype = tt::float64})),
      inner(new tf::VariableScope(graph, "inner"));
  outer.reset();
  EXPECT_EQ(tf::get_variable("x", tt::Shape{}).name(), "outer/inner/x");
  EXPECT_EQ(tf::get_variable("y", tt::Shape{}).dtype(), tt::float64);
  inner.reset();
  const tf::DefaultGraph here(graph);
  EXPECT_EQ(tf::get_variable("x", tt::Shape{}).name(), "x");
}

TEST(Scopes, OfObjectsThatAreLookedForInAll) {
  using keras::saving::custom_object_scope;
  const keras::saving::LayerMaker maker = [](const keras::Config&) -> keras::Layer { return keras::layers::Dense(1); };
  const std::size_t before = keras::saving::get_custom_objects().size();
  std::unique_ptr<custom_object_scope> outer(new custom_object_scope({{"A", maker}})),
      inner(new custom_object_scope({{"B", maker}}));
  EXPECT_EQ(keras::saving::get_custom_objects().size(), before + 2);
  outer.reset();
  EXPECT_EQ(keras::saving::get_custom_objects().size(), before + 1);
  EXPECT_EQ(keras::saving::get_custom_objects()[0], "B");
  inner.reset();
  EXPECT_EQ(keras::saving::get_custom_objects().size(), before);
}
