// A training that is killed at any step and goes on from its checkpoint ends with the same bits as one that was not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <triptych/eager.h>
#include <unistd.h>

#include <csignal>
#include <random>

#include "files.h"

namespace tt = triptych;
namespace nn = triptych::eager::nn;
namespace optim = triptych::eager::optim;
namespace data = triptych::data;
using testing::HasSubstr;
using tt::Tensor;

namespace {

struct Net : nn::Module {
  nn::Linear& hidden = add<nn::Linear>("hidden", 4, 8);
  nn::BatchNorm1d& norm = add<nn::BatchNorm1d>("norm", 8);
  nn::Dropout& dropout = add<nn::Dropout>("dropout", 0.25);
  nn::Linear& out = add<nn::Linear>("out", 8, 1);
  Tensor forward(const Tensor& x) override { return out(dropout(tt::relu(norm(hidden(x))))); }
};

/// Trains for 3 epochs of 7 steps, writes a checkpoint after each step, and goes on from the one that there is. Kills
/// the process after `kill_after` steps, within the step; at the end writes the weights.
void train(const std::string& folder, int kill_after) {
  tt::manual_seed(11);
  const Tensor x = tt::randn({27, 4}), y = tt::sum(x, {1}, true);
  Net net;
  optim::AdamW optimizer(net.parameters(), {.lr = 0.01});
  optim::lr_scheduler::StepLR scheduler(optimizer, 5, 0.5);
  tt::eager::amp::GradScaler scaler({.growth_interval = 4});
  data::DataLoader loader(data::transformed(data::TensorDataset(x, y),
                                            [](const Tensor& row) { return row + 0.01 * tt::randn(row.shape()); }),
                          {.batch_size = 4, .shuffle = true, .num_workers = 1, .seed = 3});
  int epoch = 0;
  const std::string path = folder + "/checkpoint.safetensors";
  if (std::filesystem::exists(path)) {
    const tt::Checkpoint checkpoint = tt::load_checkpoint(path, tt::Device());
    net.load_state_dict(checkpoint["model"]);
    optimizer.load_state_dict(checkpoint["optimizer"]);
    scheduler.load_state_dict(checkpoint["scheduler"]);
    scaler.load_state_dict(checkpoint["scaler"]);
    loader.load_state_dict(checkpoint["loader"]);
    tt::default_generator().set_state(checkpoint["random"].at("state"));
    epoch = checkpoint["loader"].at("epoch").item<int>();
  }
  int steps = 0;
  for (; epoch < 3; ++epoch)
    for (const auto& [inputs, targets] : loader) {
      optimizer.zero_grad();
      const Tensor noise = 0.1 * tt::randn(targets.shape());
      scaler.scale(tt::mse_loss(net(inputs), targets + noise)).backward();
      if (++steps == kill_after) ::raise(SIGKILL);
      scaler.step(optimizer);
      scaler.update();
      scheduler.step();
      tt::save(tt::Checkpoint{{"model", net.state_dict()},
                              {"optimizer", optimizer.state_dict()},
                              {"scheduler", scheduler.state_dict()},
                              {"scaler", scaler.state_dict()},
                              {"loader", loader.state_dict()},
                              {"random", {{"state", tt::default_generator().get_state()}}}},
               path);
    }
  tt::save(net.state_dict(), folder + "/weights.safetensors");
}

/// In a process of its own; whether it was killed.
bool train_and_die(const std::string& folder, int kill_after) {
  const pid_t child = ::fork();
  if (child == 0) {
    train(folder, kill_after);
    ::_exit(0);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
  return WIFSIGNALED(status);
}

}  // namespace

TEST(Resume, AKilledTrainingGoesOnWithTheSameBits) {
  const TemporaryFolder whole;
  ASSERT_FALSE(train_and_die(whole.path(), 0));
  const std::string expected = read_file(whole / "weights.safetensors");
  ASSERT_FALSE(expected.empty());
  std::mt19937 random(5);
  int kills = 0;
  for (int trial = 0; trial < 4; ++trial) {
    const TemporaryFolder folder;
    while (train_and_die(folder.path(), 1 + static_cast<int>(random() % 6))) ASSERT_LT(++kills, 200);
    EXPECT_EQ(read_file(folder / "weights.safetensors"), expected) << trial;
  }
  EXPECT_GE(kills, 20);
}

TEST(Checkpoint, HasPartsByName) {
  const TemporaryFolder folder;
  tt::StateDict first{{"w", tt::ones({2})}};
  first.metadata["kind"] = "test";
  tt::save(tt::Checkpoint{{"a", first}, {"empty", {}}}, folder / "file");
  const tt::Checkpoint read = tt::load_checkpoint(folder / "file");
  EXPECT_THAT(read.names(), testing::ElementsAre("a", "empty"));
  EXPECT_TRUE(read["a"].at("w").equal(tt::ones({2})));
  EXPECT_EQ(read["a"].metadata.at("kind"), "test");
  EXPECT_TRUE(read["empty"].empty());
  EXPECT_TRUE(tt::load(folder / "file", tt::Device::cpu()).at("a/w").equal(tt::ones({2})));

  const auto message = [](auto function) { return error_of<tt::Error>(function); };
  EXPECT_THAT(message([&] { read.at("b"); }), HasSubstr("there is no part of that name: 'b'. It has 'a', 'empty'"));
  EXPECT_THAT(message([&] { tt::Checkpoint({{"a/b", {}}}); }), HasSubstr("'a/b'"));
  EXPECT_THAT(message([&] { tt::Checkpoint({{"a", {}}, {"a", {}}}); }), HasSubstr("two parts have one name"));
  tt::save(first, folder / "plain");
  EXPECT_THAT(message([&] { tt::load_checkpoint(folder / "plain"); }), HasSubstr("no checkpoint of several parts"));
  EXPECT_THAT(message([&] { tt::load(folder / "plain", tt::Device::cuda(99)); }), HasSubstr("resume_test.cpp"));
}
