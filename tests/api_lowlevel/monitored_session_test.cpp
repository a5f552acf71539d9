// The training loop with hooks: when each is called, what it prints and writes, and going on after a kill.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <random>
#include <sstream>
#include <thread>

#include "event_files.h"
#include "files.h"
#include "triptych/lowlevel.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;
namespace train = triptych::lowlevel::train;
using tt::Tensor;

namespace {

/// A little model with random numbers in each step.
struct Model {
  tf::Graph graph;
  tf::Variable w = graph.variable("w", tt::tensor<float>({1, -1, 2}));
  tf::Variable step = train::create_global_step(graph);
  Tensor loss = tt::sum(tt::square(w * graph.random_normal({3})));
  Tensor update;
  Model() {
    tf::Adam optimizer(0.01);
    update = optimizer.apply_gradients(optimizer.compute_gradients(loss), step);
  }
};

/// Writes down what is called.
class Recorder : public train::SessionRunHook {
 public:
  void begin(const tf::Graph&) override { calls += "begin "; }
  void after_create_session(const tf::Session&) override { calls += "created "; }
  train::SessionRunArgs before_run(train::SessionRunContext&) override {
    calls += "before ";
    return {};
  }
  void after_run(train::SessionRunContext& context, const train::SessionRunValues&) override {
    calls += "after ";
    if (context.session().value(train::get_global_step(context.session().graph())).item<std::int64_t>() == throw_at)
      throw std::runtime_error("mine");
  }
  void end(const tf::Session&) override { calls += "end "; }
  std::string calls;
  std::int64_t throw_at = -1;
};

}  // namespace

TEST(MonitoredSession, CallsHooksInOrder) {
  const Model model;
  const auto recorder = std::make_shared<Recorder>();
  const auto final_ops = std::make_shared<train::FinalOpsHook>(model.step);
  const train::MonitoredSession session(model.graph,
                                        {.hooks = {recorder, std::make_shared<train::StopAtStepHook>(3), final_ops}});
  EXPECT_TRUE(model.graph.finalized());
  int steps = 0;
  while (!session.should_stop()) {
    session.run(model.update);
    ++steps;
  }
  EXPECT_EQ(steps, 3);
  EXPECT_TRUE(final_ops->final_ops_values().empty());
  session.close();
  session.close();
  EXPECT_EQ(recorder->calls, "begin created before after before after before after end ");
  EXPECT_EQ(final_ops->final_ops_values().at(0).item<std::int64_t>(), 3);
  EXPECT_NE(error_of<tt::ArgumentError>([&] { session.run(model.update); }).find("the session is closed"),
            std::string::npos);
}

TEST(MonitoredSession, AHookThatThrowsLeavesTheSession) {
  const Model model;
  const auto recorder = std::make_shared<Recorder>();
  recorder->throw_at = 2;
  const train::MonitoredSession session(model.graph, {.hooks = {recorder}});
  session.run(model.update);
  EXPECT_THROW(session.run(model.update), std::runtime_error);
  EXPECT_FALSE(session.should_stop());
  session.run(model.update);
  EXPECT_EQ(train::global_step(session.raw_session()), 3);
  session.close();
}

TEST(MonitoredSession, GoesOnFromTheLatestCheckpoint) {
  const TemporaryFolder folder;
  const auto run = [&](std::int64_t last_step) {
    const Model model;
    const train::MonitoredSession session = train::MonitoredTrainingSession(
        model.graph, {.checkpoint_dir = folder.path().string(),
                      .hooks = {std::make_shared<train::StopAtStepHook>(std::nullopt, last_step)},
                      .log_step_count_steps = 0,
                      .save_checkpoint_steps = 4});
    while (!session.should_stop()) session.run(model.update);
    session.close();
    return train::global_step(session.raw_session());
  };
  EXPECT_EQ(run(6), 6);
  EXPECT_EQ(train::latest_checkpoint(folder.path()), folder / "model.ckpt-6");
  EXPECT_TRUE(train::checkpoint_exists(folder / "model.ckpt-4"));
  EXPECT_EQ(run(9), 9);
  EXPECT_EQ(train::get_checkpoint_state(folder.path())->all_model_checkpoint_paths.size(), 4u);  // 0, 4, 6, 9
}

TEST(MonitoredSession, LogsAsTensorFlow) {
  const Model model;
  std::ostringstream out;
  const auto logging = std::make_shared<train::LoggingTensorHook>(
      std::map<std::string, Tensor>{{"step", model.step}},
      train::LoggingTensorHookOptions{.every_n_iter = 2, .at_end = true, .stream = &out});
  double rate = 0;
  std::int64_t counted = 0;
  const auto counter = std::make_shared<train::StepCounterHook>(
      train::StepCounterHookOptions{.every_n_steps = 2, .report = [&](double per_sec, std::int64_t step) {
                                      rate = per_sec;
                                      counted = step;
                                    }});
  const train::MonitoredSession session(model.graph, {.hooks = {logging, counter}});
  for (int i = 0; i < 5; ++i) session.run(model.update);
  session.close();
  std::istringstream lines(out.str());
  std::string line;
  std::getline(lines, line);
  EXPECT_TRUE(line.starts_with("step = ")) << line;
  EXPECT_EQ(line.find("sec"), std::string::npos) << line;
  std::getline(lines, line);
  EXPECT_NE(line.find("step = "), std::string::npos) << line;
  EXPECT_NE(line.find(" sec)"), std::string::npos) << line;
  EXPECT_GT(rate, 0);
  EXPECT_EQ(counted, 4);
}

TEST(MonitoredSession, NaNStopsOrFails) {
  tf::Graph graph;
  train::create_global_step(graph);
  const Tensor x = graph.placeholder("x", tt::float32, {});
  const Tensor loss = x * 2;
  const auto failing = std::make_shared<train::NanTensorHook>(loss);
  const train::MonitoredSession session(graph, {.hooks = {failing}});
  session.run(loss, {{x, 1.0}});
  const std::string text = error_of<train::NanLossDuringTrainingError>([&] {
    session.run(loss, {{x, tt::tensor(NAN)}});
  });
  EXPECT_NE(text.find("the loss is NaN"), std::string::npos) << text;
  EXPECT_NE(text.find("monitored_session_test.cpp"), std::string::npos) << text;
  tf::Graph other;
  const Tensor given = other.placeholder("x", tt::float32, {}), doubled = given * 2;
  const train::MonitoredSession stopping(other, {.hooks = {std::make_shared<train::NanTensorHook>(doubled, false)}});
  stopping.run(doubled, {{given, tt::tensor(NAN)}});
  EXPECT_TRUE(stopping.should_stop());
}

TEST(MonitoredSession, SummariesProfilesAndFeeds) {
  const TemporaryFolder folder;
  tf::Graph graph;
  const tf::Variable step = train::create_global_step(graph);
  const Tensor x = graph.placeholder("x", tt::float32, {});
  const Tensor y = x * 2, next = tf::group({step.assign_add(1), y});
  const tf::summary::FileWriter writer(folder / "run");
  const auto summaries = std::make_shared<train::SummarySaverHook>(train::SummarySaverHookOptions{
      .save_steps = 3, .summary_writer = writer, .summary_op = tf::summary::scalar("y", y)});
  const auto profiler = std::make_shared<train::ProfilerHook>(
      train::ProfilerHookOptions{.save_steps = 2, .output_dir = folder.path().string()});
  const auto feeder = std::make_shared<train::FeedFnHook>([&] { return std::vector<tf::Feed>{{x, 4.0}}; });
  const train::MonitoredSession session(graph, {.hooks = {summaries, profiler, feeder}});
  for (int i = 0; i < 5; ++i) session.run(next);
  session.close();
  // The file begins with its version; steps 1 and 4 follow, with the tag.
  const std::vector<std::string> records = event_records(event_file_in(folder / "run"));
  ASSERT_EQ(records.size(), 3U);
  for (const std::size_t i : {1, 2}) EXPECT_NE(records[i].find("\n\x01y"), std::string::npos);
  EXPECT_TRUE(std::filesystem::exists(folder / "timeline-1.json"));
  EXPECT_TRUE(std::filesystem::exists(folder / "timeline-5.json"));
  EXPECT_NE(read_file(folder / "timeline-3.json").find("\"traceEvents\""), std::string::npos);
  const train::MonitoredSession fed(graph, {.hooks = {feeder}});
  EXPECT_NE(error_of<tt::ArgumentError>([&] { fed.run(y, {{x, 1.0}}); }).find("fed already: 'x'"), std::string::npos);
}

// What MonitoredTrainingSession writes besides checkpoints, into one file: summaries of the collection, steps in a
// second. Listeners hear of each checkpoint, and may end the loop.
TEST(MonitoredSession, WritesSummariesAndTellsListeners) {
  struct Listener : train::CheckpointSaverListener {
    void begin() override { calls += "begin"; }
    void before_save(const tf::Session&, std::int64_t step) override { calls += " before" + std::to_string(step); }
    bool after_save(const tf::Session&, std::int64_t step) override {
      calls += " after" + std::to_string(step);
      return step >= 4;
    }
    void end(const tf::Session&, std::int64_t step) override { calls += " end" + std::to_string(step); }
    std::string calls;
  };
  const TemporaryFolder folder;
  const Model model;
  tf::summary::scalar("the_loss", model.loss);
  const auto listener = std::make_shared<Listener>();
  const auto saver = std::make_shared<train::CheckpointSaverHook>(
      folder / "apart", train::CheckpointSaverHookOptions{.save_steps = 2, .listeners = {listener}});
  const train::MonitoredSession session =
      train::MonitoredTrainingSession(model.graph, {.hooks = {saver},
                                                    .save_checkpoint_secs = 0,
                                                    .save_summaries_steps = 3,
                                                    .log_step_count_steps = 2,
                                                    .summary_dir = folder / "logs"});
  while (!session.should_stop()) session.run(model.update);
  session.close();
  EXPECT_EQ(listener->calls, "begin before0 after0 before2 after2 before4 after4 end4");
  std::string tags;
  for (const std::string& record : event_records(event_file_in(folder / "logs")))
    for (const char* tag : {"the_loss", "global_step/sec"})
      if (record.find(tag) != std::string::npos) tags += std::string(tag) + " ";
  EXPECT_EQ(tags, "the_loss global_step/sec global_step/sec the_loss ");
  EXPECT_NE(error_of<tt::ArgumentError>([&] {
              train::CheckpointSaverHook("folder", {.save_steps = 1, .listeners = {nullptr}});
            }).find("a listener is null"),
            std::string::npos);
}

TEST(MonitoredSession, InitializesAsTheScaffoldSays) {
  tf::Graph graph;
  const auto scope = tf::as_default(graph);
  const tf::Variable a = graph.variable("a", tt::tensor(1.0f));
  const tf::Variable table = graph.variable("table", tt::tensor(0.0f));
  tf::add_to_collection(tf::GraphKeys::TABLE_INITIALIZERS, table.assign(5.0f));
  const auto accuracy = tf::metrics::mean(a);
  const train::MonitoredSession session(
      graph,
      {.scaffold = train::Scaffold({.init_fn = [&](const tf::Session& raw) { raw.set_value(a, tt::tensor(7.0f)); }})});
  EXPECT_EQ(session.run(a).item<float>(), 7.0f);
  EXPECT_EQ(session.run(table).item<float>(), 5.0f);
  EXPECT_EQ(session.run(accuracy.second).item<float>(), 7.0f);
}

TEST(MonitoredSession, BadInput) {
  const Model model;
  const auto error = [](const auto& body) { return error_of<tt::ArgumentError>(body); };
  EXPECT_NE(error([&] { train::MonitoredSession(model.graph, {.hooks = {nullptr}}); }).find("a hook is null"),
            std::string::npos);
  EXPECT_FALSE(model.graph.finalized());
  EXPECT_NE(error([] { train::StopAtStepHook(1, 2); }), "no error");
  EXPECT_NE(error([] { train::StopAtStepHook(std::nullopt); }), "no error");
  EXPECT_NE(error([] { train::StopAtStepHook(-1); }), "no error");
  EXPECT_NE(error([] { train::CheckpointSaverHook("folder"); }), "no error");
  EXPECT_NE(error([] { train::CheckpointSaverHook("", {.save_steps = 1}); }), "no error");
  EXPECT_NE(error([] { train::CheckpointSaverHook("folder", {.save_secs = -1}); }), "no error");
  EXPECT_NE(error([] { train::LoggingTensorHook({}); }), "no error");
  EXPECT_NE(error([&] { train::LoggingTensorHook({{"x", tt::ones({1})}}, {.every_n_iter = 1}); }), "no error");
  EXPECT_NE(error([&] { train::NanTensorHook(model.step); }), "no error");
  EXPECT_NE(error([&] {
              train::SummarySaverHook({.save_steps = 1, .summary_op = model.loss});
            }).find("nothing says where summaries go"),
            std::string::npos);
  EXPECT_NE(error([&] {
              train::SummarySaverHook({.save_steps = 1, .output_dir = "logs", .summary_op = tt::ones({})});
            }).find("not a tensor of a graph"),
            std::string::npos);
  EXPECT_NE(error([] { train::FeedFnHook(nullptr); }), "no error");
  tf::Graph empty;
  EXPECT_NE(error([&] {
              train::MonitoredSession(empty, {.hooks = {std::make_shared<train::StopAtStepHook>(1)}});
            }).find("no global step"),
            std::string::npos);
  EXPECT_NE(
      error([&] { train::MonitoredTrainingSession(empty, {.save_checkpoint_secs = 1, .save_checkpoint_steps = 1}); }),
      "no error");
}

TEST(MonitoredSession, AfterKillsTheBitsAreTheSame) {
  static constexpr std::int64_t last = 300;
  const auto train_in = [](const std::string& folder) {
    tt::manual_seed(5);
    const Model model;
    const train::MonitoredSession session = train::MonitoredTrainingSession(
        model.graph, {.checkpoint_dir = folder,
                      .hooks = {std::make_shared<train::StopAtStepHook>(std::nullopt, last)},
                      .log_step_count_steps = 0,
                      .save_checkpoint_steps = 10});
    while (!session.should_stop()) session.run(model.update);
    session.close();
  };
  const TemporaryFolder whole, killed;
  train_in(whole.path());
  std::mt19937 random(7);
  int kills = 0;
  for (bool finished = false; !finished;) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      try {
        train_in(killed.path());
      } catch (...) {
        _exit(1);
      }
      _exit(0);
    }
    if (kills < 15) {
      std::this_thread::sleep_for(std::chrono::milliseconds(random() % 60));
      kill(child, SIGKILL);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    if (WIFSIGNALED(status)) {
      ++kills;
      continue;
    }
    ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    finished = true;
  }
  const std::string name = "/model.ckpt-" + std::to_string(last) + ".safetensors";
  EXPECT_EQ(read_file(killed.path().string() + name), read_file(whole.path().string() + name));
  EXPECT_GT(read_file(whole.path().string() + name).size(), 100u);
}
