// What docs/threads.md promises of things that threads share. Run under the thread sanitizer too (preset tsan).
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "triptych/core/memory.h"
#include "triptych/core/ops.h"
#include "triptych/core/random.h"
#include "triptych/eager.h"
#include "triptych/keras.h"
#include "triptych/lowlevel.h"

namespace {

namespace tt = triptych;
namespace eager = triptych::eager;
namespace nn = triptych::eager::nn;
namespace tf = triptych::lowlevel;
using tt::Tensor;
using Values = std::vector<double>;

constexpr int thread_count = 4;
#ifdef TRIPTYCH_SANITIZED
constexpr int rounds = 20;
#else
constexpr int rounds = 200;
#endif

/// Runs `body(number)` on several threads at once.
void together(const std::function<void(int)>& body) {
  std::vector<std::thread> threads;
  for (int t = 0; t < thread_count; ++t) threads.emplace_back([&body, t] { body(t); });
  for (std::thread& thread : threads) thread.join();
}

}  // namespace

TEST(Sharing, ATensorIsReadByAll) {
  const Tensor x = tt::reshape(tt::cast(tt::arange(12), tt::float32), {3, 4});
  const Values expected = tt::matmul(x, tt::transpose(x)).to_vector<double>();
  std::atomic<int> wrong = 0;
  together([&](int) {
    for (int i = 0; i < rounds; ++i) {
      const Tensor view = x.t(), row = x[1];
      wrong += tt::matmul(x, view).to_vector<double>() != expected;
      wrong += row.text() != "[4. 5. 6. 7.]";
    }
  });
  EXPECT_EQ(wrong, 0);
}

TEST(Sharing, TensorsOverOneStorageAreWrittenEachByItsThread) {
  for (int i = 0; i < rounds; ++i) {
    const Tensor x = tt::ones({64});
    std::vector<Tensor> own;
    for (int t = 0; t < thread_count; ++t) own.push_back(tt::identity(x));
    together([&](int t) {
      Tensor& mine = own[static_cast<std::size_t>(t)];
      mine.mul_(t + 2);
      mine.set(0, -1);
      mine.mutable_data<float>()[1] = 5;
      mine += x;
    });
    EXPECT_EQ(x.to_vector<double>(), Values(64, 1));
    for (int t = 0; t < thread_count; ++t) {
      Values expected(64, t + 3);
      expected[0] = 0;
      expected[1] = 6;
      EXPECT_EQ(own[static_cast<std::size_t>(t)].to_vector<double>(), expected);
    }
  }
}

TEST(Sharing, ViewsAreMadeAndDroppedWhileTheBaseEnds) {
  for (int i = 0; i < rounds; ++i) {
    std::vector<Tensor> views;
    {
      const Tensor base = tt::ones({thread_count, 8});
      for (int t = 0; t < thread_count; ++t) views.push_back(base[t]);
    }
    together([&](int t) {
      Tensor& mine = views[static_cast<std::size_t>(t)];
      Tensor part = mine[tt::Slice(0, 4)];
      mine.reset();
      part.add_(t);
      EXPECT_EQ(part.to_vector<double>(), Values(4, 1 + t));
    });
  }
}

TEST(Sharing, EachThreadHasItsModes) {
  Tensor w = tt::ones({2}).set_requires_grad();
  std::atomic<int> wrong = 0;
  together([&](int t) {
    std::optional<eager::NoGrad> guard;
    if (t % 2) guard.emplace();
    for (int i = 0; i < rounds; ++i) wrong += (w * 2).requires_grad() == (t % 2 == 1);
  });
  EXPECT_EQ(wrong, 0);
}

TEST(Sharing, BackwardIntoOneLeafLosesNoSum) {
  for (const bool had_gradient : {false, true}) {
    Tensor w = tt::ones({33}).set_requires_grad(), unused = tt::ones({33}).set_requires_grad();
    if (had_gradient) w.set_grad(tt::ones({33}));
    together([&](int t) {
      for (int i = 0; i < rounds; ++i) {
        const Tensor x = tt::full({33}, t + 1);
        tt::sum(w * x + w).backward();
      }
    });
    const int sum = thread_count * (thread_count + 1) / 2 + thread_count;
    EXPECT_EQ(w.grad().to_vector<double>(), Values(33, rounds * sum + had_gradient));
  }
}

TEST(Sharing, BackwardIntoAModuleOfAllThreads) {
  nn::Sequential net(nn::make<nn::Linear>(4, 8), nn::make<nn::Tanh>(), nn::make<nn::Linear>(8, 2));
  const Tensor x = tt::randn({16, 4});
  tt::sum(net(x)).backward();
  std::vector<Values> once;
  for (const Tensor& parameter : net.parameters()) once.push_back(parameter.grad().to_vector<double>());
  net.zero_grad();
  together([&](int) { tt::sum(net(x)).backward(); });
  std::size_t i = 0;
  for (const Tensor& parameter : net.parameters()) {
    const Values sums = parameter.grad().to_vector<double>();
    for (std::size_t k = 0; k < sums.size(); ++k) EXPECT_NEAR(sums[k], thread_count * once[i][k], 1e-4);
    ++i;
  }
}

TEST(Sharing, ALeafMayEndWhileOthersWalk) {
  for (int i = 0; i < rounds; ++i) {
    Tensor kept = tt::ones({4}).set_requires_grad();
    std::vector<Tensor> losses;
    std::vector<Tensor> leaves;
    for (int t = 0; t < thread_count; ++t) {
      leaves.push_back(tt::ones({4}).set_requires_grad());
      losses.push_back(tt::sum(leaves.back() * kept));
    }
    together([&](int t) {
      leaves[static_cast<std::size_t>((t + 1) % thread_count)].reset();
      losses[static_cast<std::size_t>(t)].backward();
    });
    EXPECT_EQ(kept.grad().to_vector<double>(), Values(4, thread_count));
  }
}

TEST(Sharing, OneRecordingIsWalkedByAllIfItIsKept) {
  Tensor w = tt::ones({8}).set_requires_grad();
  Tensor y = w * 3;
  y.retain_grad();
  std::atomic<int> hooks = 0;
  w.register_hook([&](const Tensor&) { ++hooks; });
  const Tensor loss = tt::sum(y * y);
  together([&](int) {
    for (int i = 0; i < rounds; ++i) loss.backward({.retain_graph = true});
  });
  EXPECT_EQ(w.grad().to_vector<double>(), Values(8, 18.0 * rounds * thread_count));
  together([&](int) { EXPECT_EQ(eager::grad(loss, w, {.retain_graph = true}).to_vector<double>(), Values(8, 18)); });
  hooks -= thread_count;
  EXPECT_EQ(y.grad().to_vector<double>(), Values(8, 6));
  EXPECT_EQ(hooks, rounds * thread_count);
}

TEST(Sharing, OptimizersOfDifferentParametersStepAtOnce) {
  const Tensor start = tt::ones({16});
  std::vector<Tensor> weights;
  for (int t = 0; t < thread_count; ++t) weights.push_back(tt::identity(start).set_requires_grad());
  together([&](int t) {
    eager::optim::Adam optimizer({weights[static_cast<std::size_t>(t)]}, {.lr = 0.1});
    for (int i = 0; i < rounds; ++i) {
      optimizer.zero_grad();
      tt::sum(weights[static_cast<std::size_t>(t)]).backward();
      optimizer.step();
    }
  });
  EXPECT_EQ(start.to_vector<double>(), Values(16, 1));
  for (const Tensor& w : weights) EXPECT_EQ(w.to_vector<double>(), weights[0].to_vector<double>());
}

TEST(Sharing, AModuleInEvaluationIsCalledByAll) {
  nn::Sequential net(nn::make<nn::Linear>(4, 4), nn::make<nn::BatchNorm1d>(4), nn::make<nn::Dropout>({.p = 0.5}));
  net.eval();
  const Tensor x = tt::randn({8, 4});
  const Values expected = net(x).to_vector<double>();
  std::atomic<int> wrong = 0;
  together([&](int) {
    for (int i = 0; i < rounds; ++i) wrong += net(x).to_vector<double>() != expected;
  });
  EXPECT_EQ(wrong, 0);
}

TEST(Sharing, ALayerInEvaluationIsCalledByAll) {
  const tt::keras::Layer dense = tt::keras::layers::Dense(4), norm = tt::keras::layers::BatchNormalization();
  const Tensor x = tt::randn({8, 4});
  const auto call = [&] { return norm(dense(x), false).to_vector<double>(); };
  const Values expected = call();
  std::atomic<int> wrong = 0;
  together([&](int) {
    for (int i = 0; i < rounds; ++i) wrong += call() != expected;
  });
  EXPECT_EQ(wrong, 0);
}

TEST(Sharing, GraphsOfTheirOwnAreBuiltAtOnce) {
  std::atomic<int> wrong = 0;
  together([&](int t) {
    for (int i = 0; i < rounds / 10; ++i) {
      tf::Graph graph;
      const Tensor x = graph.placeholder("x", tt::float32, {4});
      const tf::Variable w = graph.variable("w", tt::full({4}, t));
      const Tensor y = tt::sum(x * w);
      const tf::Session session(graph);
      session.run(graph.initializer());
      wrong += session.run(y, {{x, tt::ones({4})}}).item<float>() != 4.f * static_cast<float>(t);
    }
  });
  EXPECT_EQ(wrong, 0);
}

// What a thread has made and recorded is part of another's graph, also when the thread has ended.
TEST(Sharing, AGraphIsBuiltOverTensorsOfAnotherThread) {
  Tensor w, scaled;
  std::thread([&] {
    w = tt::full({4}, 3.0).set_requires_grad();
    scaled = w * 2;
  }).join();
  tf::Graph graph;
  const Tensor x = graph.placeholder("x", tt::float32, {4});
  const Tensor y = tt::sum(x * scaled), gradient = tf::gradients(y, w)[0];
  const auto run = [&](const Tensor& fetch) {
    return tf::Session(graph).run(fetch, {{x, tt::ones({4})}}).to_vector<double>();
  };
  EXPECT_EQ(run(gradient), Values(4, 2));
  std::thread([&] {
    EXPECT_EQ(run(y), Values{24});
    const tt::eager::NoGrad guard;
    w.fill_(1);  // the graph holds the tensor, not a copy
  }).join();
  EXPECT_EQ(run(y), Values{8});
}

// More of sessions: graph_step_test.
TEST(Sharing, OneSessionRunsForAll) {
  tf::Graph graph;
  const Tensor x = graph.placeholder("x", tt::float32, {4});
  const tf::Variable n = graph.variable("n", tt::zeros({4}));
  const Tensor up = n.assign_add(x), doubled = x * 2;
  const tf::Session session(graph);
  session.run(graph.initializer());
  together([&](int t) {
    for (int i = 0; i < rounds; ++i) {
      session.run(up, {{x, tt::ones({4})}});
      EXPECT_EQ(session.run(doubled, {{x, tt::full({4}, t)}}).to_vector<double>(), Values(4, 2 * t));
    }
  });
  EXPECT_EQ(session.value(n).to_vector<double>(), Values(4, rounds * thread_count));
}

TEST(Sharing, OneCallableRunsForAll) {
  tf::Graph graph;
  const Tensor x = graph.placeholder("x", tt::float32, {4});
  const tf::Variable n = graph.variable("n", tt::zeros({4}));
  const tf::Session session(graph);
  session.run(graph.initializer());
  const auto step = session.make_callable({x}, {n.assign_add(x), x * 2});
  together([&](int t) {
    for (int i = 0; i < rounds; ++i) EXPECT_EQ(step(tt::full({4}, t))[1].to_vector<double>(), Values(4, 2 * t));
  });
  EXPECT_EQ(session.value(n).to_vector<double>(), Values(4, rounds * thread_count * (thread_count - 1) / 2));
}

TEST(Sharing, ModelsOfTheirOwnTrainAtOnce) {
  std::vector<Values> results(thread_count);
  const Tensor x = tt::randn({32, 4}), y = tt::sum(x, 1, true);
  for (const char* engine : {"graph", "eager"}) {
    together([&](int t) {
      tt::keras::Sequential model({tt::keras::layers::Dense(1, {.kernel_initializer = "ones"})});
      model.compile({.optimizer = "sgd", .loss = "mse", .engine = engine});
      model.fit(x, y, {.batch_size = 8, .epochs = 2, .verbose = 0, .shuffle = false});
      results[static_cast<std::size_t>(t)] = model.get_weights()[0].to_vector<double>();
    });
    for (const Values& result : results) EXPECT_EQ(result, results[0]);
  }
}

TEST(Sharing, AGeneratorGivesEachDrawOnce) {
  tt::Generator generator(5);
  std::mutex mutex;
  std::set<Values> seen;
  together([&](int) {
    for (int i = 0; i < rounds; ++i) {
      const Values drawn = tt::rand({4}, tt::float64, &generator).to_vector<double>();
      std::lock_guard lock(mutex);
      seen.insert(drawn);
    }
  });
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(rounds * thread_count));
  tt::Generator alone(5);
  for (int i = 0; i < rounds * thread_count; ++i)
    EXPECT_TRUE(seen.contains(tt::rand({4}, tt::float64, &alone).to_vector<double>()));
}

TEST(Sharing, LoadersOfOneDatasetAreReadAtOnce) {
  const tt::data::TensorDataset numbers(tt::reshape(tt::arange(64), {64, 1}), {});
  together([&](int) {
    std::int64_t sum = 0;
    for (const auto& batch : tt::data::DataLoader(numbers, {.batch_size = 8, .num_workers = 2}))
      sum += tt::sum(batch.x).item<std::int64_t>();
    EXPECT_EQ(sum, 64 * 63 / 2);
  });
}

TEST(Sharing, SessionsOfOneGraphRunAtOnce) {
  tf::Graph graph;
  const Tensor x = graph.placeholder("x", tt::float32, {4});
  const tf::Variable n = graph.variable("n", tt::zeros({4}));
  const Tensor up = n.assign_add(x);
  const auto start = graph.initializer();  // a node: one thread adds it
  together([&](int t) {
    const tf::Session session(graph);
    session.run(start);
    for (int i = 0; i < rounds; ++i) session.run(up, {{x, tt::full({4}, t)}});
    EXPECT_EQ(session.value(n).to_vector<double>(), Values(4, rounds * t));
  });
}

// --- Of a thread, and of the process
// ----------------------------------------------------------------------------------

TEST(Sharing, ScopesBelongToTheirThread) {
  const eager::NoGrad off;
  const tt::DeviceScope device(tt::Device::cpu());
  const tt::SingleThreaded alone;
  const eager::DetectAnomaly anomaly;
  const Tensor found_inf = tt::ones({});
  const tt::SkipUpdates skipped(found_inf);
  const tt::Autocast autocast;
  const Tensor w = tt::ones({2}).set_requires_grad(), zero = tt::zeros({1}).set_requires_grad();
  EXPECT_FALSE((w * 2).requires_grad());
  together([&](int t) {
    EXPECT_TRUE((w * 2).requires_grad()) << "a new thread starts with recording on";
    tt::sum(tt::log(zero) * 0).backward();  // zero divided by zero, which nobody looks for here
    EXPECT_EQ(tt::SkipUpdates::current(), nullptr);
    EXPECT_EQ(tt::matmul(tt::ones({2, 2}), tt::ones({2, 2})).dtype(), tt::float32);
    const eager::InferenceMode inference(t % 2 == 0);
    for (int i = 0; i < rounds; ++i) EXPECT_EQ((w * 2).requires_grad(), t % 2 == 1);
    const eager::EnableGrad on;
    EXPECT_TRUE((w * 2).requires_grad());
  });
  EXPECT_FALSE((w * 2).requires_grad());
  const eager::EnableGrad on;
  EXPECT_THROW(tt::sum(tt::log(zero) * 0).backward(), tt::ArgumentError);
}

TEST(Sharing, SettingsAreOfTheProcess) {
  const int before = tt::num_threads();
  std::thread([] {
    tt::set_num_threads(2);
    tt::manual_seed(17);
    tt::set_memory_limit(tt::statistics().bytes_in_use + 1000000);
  }).join();
  EXPECT_EQ(tt::num_threads(), 2);
  EXPECT_EQ(tt::default_generator().seed(), 17u);
  EXPECT_THROW(tt::ones({1000000}), tt::UnsupportedError);
  tt::set_memory_limit(0);
  tt::set_num_threads(before);
  tt::manual_seed(0);
  tt::enable_check_numerics();
  std::thread([] { EXPECT_THROW(tt::log(tt::zeros({1})), tt::ArgumentError); }).join();
  tt::disable_check_numerics();
}

TEST(Sharing, KernelsAtOnceGiveTheSameBits) {
  const int before = tt::num_threads();
  tt::set_num_threads(3);
  const Tensor x = tt::reshape(tt::sin(tt::cast(tt::arange(200 * 200), tt::float32)), {200, 200});
  const Values expected = tt::softmax(tt::matmul(x, x), 1).to_vector<double>();
  std::atomic<int> wrong = 0;
  together([&](int) {
    for (int i = 0; i < rounds / 10; ++i) wrong += tt::softmax(tt::matmul(x, x), 1).to_vector<double>() != expected;
  });
  EXPECT_EQ(wrong, 0);
  tt::set_num_threads(before);
}

TEST(Sharing, HooksRunOnTheThreadThatWalks) {
  const Tensor w = tt::ones({2}).set_requires_grad();
  std::mutex mutex;
  std::set<std::thread::id> walked, hooked;
  w.register_hook([&](const Tensor&) {
    std::lock_guard lock(mutex);
    hooked.insert(std::this_thread::get_id());
  });
  together([&](int) {
    tt::sum(w * 2).backward();
    std::lock_guard lock(mutex);
    walked.insert(std::this_thread::get_id());
  });
  EXPECT_EQ(hooked, walked);
  EXPECT_EQ(walked.size(), static_cast<std::size_t>(thread_count));
}

// A failing walk among others: nobody's sum is lost, and it gives nothing.
TEST(Sharing, AWalkThatFailsGivesNothing) {
  Tensor w = tt::ones({8}).set_requires_grad();
  std::atomic<int> failed = 0;
  together([&](int t) {
    for (int i = 0; i < rounds; ++i) {
      Tensor y = w * 1;
      if (t == 0) y.register_hook([](const Tensor&) -> Tensor { throw std::runtime_error("no"); });
      try {
        tt::sum(w * 2 + y).backward();
      } catch (const std::runtime_error&) {
        ++failed;
      }
    }
  });
  EXPECT_EQ(failed, rounds);
  EXPECT_EQ(w.grad().to_vector<double>(), Values(8, 3.0 * rounds * (thread_count - 1)));
}
