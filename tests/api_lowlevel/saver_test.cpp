// Checkpoints: names, parts, rotation, shards, the file "checkpoint".
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "files.h"
#include "triptych/lowlevel.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;
namespace train = triptych::lowlevel::train;
using tt::Tensor;
using Floats = std::vector<float>;

namespace {

struct Model {
  tf::Graph graph;
  tf::Variable a = graph.variable("net/a", tt::tensor<float>({1, 2}));
  tf::Variable b = graph.variable("net/b", tt::tensor<float>({3, 4, 5}));
  tf::Variable step = train::create_global_step(graph);
  Tensor next = tf::group({a.assign_add(1.0f), step.assign_add(1)});
  tf::Session session{graph};
  Model() { session.run(graph.initializer()); }
};

std::vector<std::string> files_in(const TemporaryFolder& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

TEST(Saver, SavesAndRestoresByName) {
  const TemporaryFolder folder;
  Model model;
  const train::Saver saver;
  model.session.run(model.next);
  const std::string path = saver.save(model.session, folder / "model.ckpt", {.global_step = model.step});
  EXPECT_EQ(path, folder / "model.ckpt-1");
  EXPECT_EQ(files_in(folder),
            (std::vector<std::string>{"checkpoint", "model.ckpt-1.meta", "model.ckpt-1.safetensors"}));
  EXPECT_EQ(train::latest_checkpoint(folder.path()), path);
  model.session.run(model.next);
  saver.restore(model.session, path);
  EXPECT_EQ(model.session.value(model.a).to_vector<float>(), (Floats{2, 3}));
  EXPECT_EQ(model.session.value(model.step).item<std::int64_t>(), 1);
  const auto listed = train::list_variables(folder.path());
  ASSERT_EQ(listed.size(), 3u);
  EXPECT_EQ(listed[1].first, "net/a");
  EXPECT_EQ(listed[2].second, tt::Shape({3}));
  EXPECT_EQ(train::load_variable(path, "net/b").to_vector<float>(), (Floats{3, 4, 5}));
}

TEST(Saver, RestoresAPartAndUnderOtherNames) {
  const TemporaryFolder folder;
  Model model;
  const std::string path = train::Saver({model.b}).save(model.session, folder / "b");
  EXPECT_EQ(train::list_variables(path).size(), 1u);
  const std::string all = train::Saver().save(model.session, folder / "all");
  model.session.set_value(model.a, tt::tensor<float>({0, 0}));
  model.session.set_value(model.b, tt::tensor<float>({0, 0, 0}));
  train::Saver({model.b}).restore(model.session, all);
  EXPECT_EQ(model.session.value(model.b).to_vector<float>(), (Floats{3, 4, 5}));
  EXPECT_EQ(model.session.value(model.a).to_vector<float>(), (Floats{0, 0}));

  const std::map<std::string, tf::Variable> other{{"net/a", model.graph.variables()[0]}};
  train::Saver(other).restore(model.session, all);
  EXPECT_EQ(model.session.value(model.a).to_vector<float>(), (Floats{1, 2}));
  model.session.set_value(model.a, tt::tensor<float>({0, 0}));
  train::Saver({{"net/a", model.graph.variables()[0]}}).restore(model.session, all);
  EXPECT_EQ(model.session.value(model.a).to_vector<float>(), (Floats{1, 2}));

  tf::Graph graph;
  const tf::Variable mine = graph.variable("mine/a", tt::tensor<float>({0, 0}));
  const tf::Session session(graph);
  train::init_from_checkpoint(session, all, {{"net/", "mine/"}});
  EXPECT_EQ(session.value(mine).to_vector<float>(), (Floats{1, 2}));
}

TEST(Saver, AllOrNothing) {
  const TemporaryFolder folder;
  Model model;
  const std::string path = train::Saver().save(model.session, folder / "m");
  tf::Graph graph;
  const tf::Variable a = graph.variable("net/a", tt::tensor<float>({7, 7}));
  const tf::Variable b = graph.variable("net/b", tt::tensor<float>({7}));
  const tf::Session session(graph);
  session.run(graph.initializer());
  const std::string text = error_of<tt::ArgumentError>([&] { train::Saver().restore(session, path); });
  EXPECT_NE(text.find("[restore] a saved tensor does not have the variable's shape and dtype: 'net/b' is float32 (1,)"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("saver_test.cpp"), std::string::npos) << text;
  EXPECT_EQ(session.value(a).to_vector<float>(), (Floats{7, 7}));
  tf::Graph third;
  third.variable("net/aa", tt::tensor<float>({7, 7}));
  const std::string missing = error_of<tt::ArgumentError>([&] { train::Saver().restore(tf::Session(third), path); });
  EXPECT_NE(missing.find("no tensor for a variable: 'net/aa'"), std::string::npos) << missing;
  EXPECT_NE(missing.find("net/a"), std::string::npos) << missing;
}

TEST(Saver, KeepsTheLatest) {
  const TemporaryFolder folder;
  Model model;
  const train::Saver saver({.max_to_keep = 2});
  for (int i = 0; i < 5; ++i) saver.save(model.session, folder / "m", {.global_step = i, .write_meta_graph = false});
  EXPECT_EQ(files_in(folder), (std::vector<std::string>{"checkpoint", "m-3.safetensors", "m-4.safetensors"}));
  EXPECT_EQ(saver.last_checkpoints(), (std::vector<std::string>{folder / "m-3", folder / "m-4"}));
  const auto state = train::get_checkpoint_state(folder.path());
  ASSERT_TRUE(state);
  EXPECT_EQ(state->model_checkpoint_path, folder / "m-4");
  EXPECT_EQ(state->all_model_checkpoint_paths, saver.last_checkpoints());
  EXPECT_EQ(state->all_model_checkpoint_timestamps.size(), 2u);
  // As TensorFlow's file says it.
  EXPECT_EQ(read_file(folder / "checkpoint")
                .starts_with("model_checkpoint_path: \"m-4\"\nall_model_checkpoint_paths: \"m-3\"\n"
                             "all_model_checkpoint_paths: \"m-4\"\nall_model_checkpoint_timestamps: "),
            true);
  const train::Saver next({.max_to_keep = 2});
  next.recover_last_checkpoints({folder / "m-3", folder / "m-4", folder / "gone"});
  next.save(model.session, folder / "m", {.global_step = 5, .write_meta_graph = false});
  EXPECT_EQ(files_in(folder), (std::vector<std::string>{"checkpoint", "m-4.safetensors", "m-5.safetensors"}));
  const train::Saver kept({.max_to_keep = 1, .keep_checkpoint_every_n_hours = 1e-9});
  for (int i = 6; i < 9; ++i) kept.save(model.session, folder / "m", {.global_step = i, .write_meta_graph = false});
  EXPECT_TRUE(train::checkpoint_exists(folder / "m-6"));
  EXPECT_GT(train::get_checkpoint_state(folder.path())->last_preserved_timestamp, 0);
}

TEST(Saver, Shards) {
  const TemporaryFolder folder;
  Model model;
  const train::Saver saver({.max_shard_bytes = 12});
  const std::string path = saver.save(model.session, folder / "m", {.write_meta_graph = false});
  EXPECT_EQ(files_in(folder).size(), 4u);
  model.session.run(model.next);
  saver.restore(model.session, path);
  EXPECT_EQ(model.session.value(model.step).item<std::int64_t>(), 0);
  const std::string first = folder / "m-00000-of-00003.safetensors", old = read_file(first);
  saver.save(model.session, folder / "m", {.write_meta_graph = false});
  write_file(first, old);
  EXPECT_NE(error_of<tt::ArgumentError>([&] { saver.restore(model.session, path); }).find("of several saves"),
            std::string::npos);
  std::filesystem::remove(first);
  EXPECT_NE(error_of<tt::ArgumentError>([&] { saver.restore(model.session, path); }).find("2 of 3"), std::string::npos);
  train::Saver().save(model.session, folder / "m", {.write_meta_graph = false});
  EXPECT_EQ(files_in(folder), (std::vector<std::string>{"checkpoint", "m.safetensors"}));
  EXPECT_TRUE(train::remove_checkpoint(path));
  EXPECT_FALSE(train::remove_checkpoint(path));
  EXPECT_EQ(train::latest_checkpoint(folder.path()), "");
}

TEST(Saver, AMetaGraphIsImportedAndRestored) {
  const TemporaryFolder folder;
  Model model;
  model.session.run(model.next);
  const std::string path = train::Saver().save(model.session, folder / "m");
  for (const char* scope : {"", "copy"}) {
    tf::Graph graph;
    const train::Saver saver = train::import_meta_graph(path + ".meta", graph, {.import_scope = scope});
    const tf::Session session(graph);
    const std::string prefix = *scope ? "copy/" : "";
    const auto early = [&] { session.run(graph.initializer()); };
    EXPECT_NE(error_of<tt::ArgumentError>(early).find("the file has the graph, not the values"), std::string::npos);
    saver.restore(session, path);
    session.run(graph.find(prefix + tf::name_of(model.next)));
    EXPECT_EQ(session.value(graph.find(prefix + "net/a")).to_vector<float>(), (Floats{3, 4}));
  }
  EXPECT_NE(error_of<tt::ArgumentError>([&] {
              train::import_meta_graph(path + ".meta", model.graph);
            }).find("has a node of this name"),
            std::string::npos);
}

TEST(Saver, TheFileOfCheckpointsIsRead) {
  const TemporaryFolder folder;
  EXPECT_FALSE(train::get_checkpoint_state(folder.path()));
  EXPECT_EQ(train::latest_checkpoint(folder / "none"), "");
  train::update_checkpoint_state(folder.path(), {.model_checkpoint_path = "/else/a \"b\"\n\\"});
  EXPECT_EQ(train::get_checkpoint_state(folder.path())->model_checkpoint_path, "/else/a \"b\"\n\\");
  for (const char* text :
       {"model_checkpoint_path: m", "model_checkpoint_path: \"m", "model: \"m\"", "x", "model_checkpoint_path: \"\"",
        "", "all_model_checkpoint_timestamps: 1e", "model_checkpoint_path: \"\\\"", "last_preserved_timestamp: 3\n"}) {
    write_file(folder / "checkpoint", text);
    const std::string error = error_of<tt::ArgumentError>([&] { train::get_checkpoint_state(folder.path()); });
    EXPECT_NE(error.find("not a file of checkpoints"), std::string::npos) << text << ": " << error;
  }
}

TEST(Saver, BadInput) {
  const TemporaryFolder folder;
  Model model;
  const auto error = [](const auto& body) { return error_of<tt::ArgumentError>(body); };
  EXPECT_NE(error([] { train::Saver({.max_to_keep = -1}); }).find("max_to_keep is negative"), std::string::npos);
  EXPECT_NE(error([] { train::Saver({.keep_checkpoint_every_n_hours = NAN}); }), "no error");
  EXPECT_NE(error([] { train::Saver(std::vector<tf::Variable>{}); }), "no error");
  EXPECT_NE(error([] { train::Saver({tf::Variable()}); }), "no error");
  EXPECT_NE(error([&] { train::Saver({model.a, model.a}); }), "no error");
  EXPECT_NE(error([&] { train::Saver().save(model.session, ""); }), "no error");
  EXPECT_NE(error([&] { train::Saver().save(model.session, folder / "none/m"); }), "no error");
  EXPECT_NE(error([&] { train::Saver().save(model.session, folder / "m", {.global_step = model.a}); }), "no error");
  EXPECT_NE(error([&] { train::Saver().restore(model.session, folder / "m"); }), "no error");
  const Model other;
  EXPECT_NE(error([&] { train::Saver({other.a}).save(model.session, folder / "m"); }), "no error");
  EXPECT_EQ(files_in(folder).size(), 0u);
  tf::Graph empty;
  EXPECT_NE(error([&] { train::Saver().save(tf::Session(empty), folder / "m"); }), "no error");
}
