// SummaryWriter: the bytes that PyTorch's writes, and what TensorBoard's own package reads of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <triptych/eager.h>
#include <unistd.h>

#include <csignal>
#include <limits>

#include "event_files.h"

namespace tt = triptych;
namespace nn = triptych::eager::nn;
using testing::HasSubstr;
using tt::Tensor;
using tt::eager::utils::tensorboard::SummaryWriter;

namespace {

const Tensor values = tt::tensor<float>({0.5F, -0.25F, 3.0F, 0.0F, 100.0F, -2.0F, 0.5F});

/// The hexadecimal summary (field 5) of a record, which begins with the time and the step, if there is one.
std::string summary_of(const std::string& record) {
  std::size_t at = 12 + 9;
  if (record[at] == 0x10) at += 2;  // the steps here are below 128
  EXPECT_EQ(record[at], 0x2a);
  do ++at;
  while (record[at] & 0x80);
  return to_hex(record.substr(at + 1, record.size() - 4 - at - 1));
}

}  // namespace

TEST(SummaryWriter, WritesPyTorchsBytes) {
  const TemporaryFolder folder;
  const SummaryWriter writer(folder / "run");
  constexpr double time = 1234.5;
  std::vector<std::string> names;
  const auto name = [&](const char* text) { names.emplace_back(text); };
  name("scalar"), writer.add_scalar("loss/train", 0.25, 3, time);
  name("scalar_zero"), writer.add_scalar("zero", 0, {}, time);
  name("scalar_tensor"), writer.add_scalar("t", tt::tensor<float>({{1.5F}}), std::int64_t{1} << 40, time);
  name("histogram"), writer.add_histogram("h", values, 1, "tensorflow", time);
  name("histogram_count"), writer.add_histogram("h", values, 2, 8, time);
  name("histogram_limits"), writer.add_histogram("h", values, 2, {-1.0, 0.0, 0.5, 1.0, 3.0}, time);
  name("histogram_auto"), writer.add_histogram("h", values, 2, "auto", time);
  name("histogram_fd"), writer.add_histogram("h", values, 2, "fd", time);
  name("histogram_sturges"), writer.add_histogram("h", values, 2, "sturges", time);
  name("histogram_sqrt"), writer.add_histogram("h", values, 2, "sqrt", time);
  name("histogram_joined"), writer.add_histogram("h", values, 2, "tensorflow", time, 100);
  name("histogram_equal"), writer.add_histogram("h", tt::full({4}, 2.0), 2, 3, time);
  name("histogram_raw"), writer.add_histogram_raw("r", -1, 2, 3, 1.5, 5.25, {0, 1, 2}, {1, 0, 2}, 7, time);
  name("text"), writer.add_text("words", "**two** words\n\u00e4", 5, time);
  writer.close();
  const auto references = tensorboard_references(TRIPTYCH_SOURCE_DIR);
  const std::vector<std::string> records = event_records(event_file_in(folder / "run"));
  ASSERT_EQ(records.size(), names.size() + 1);  // the first names the format
  for (std::size_t i = 0; i < names.size(); ++i) EXPECT_EQ(to_hex(records[i + 1]), references.at(names[i])) << names[i];
}

TEST(SummaryWriter, WritesPyTorchsHyperparameters) {
  const TemporaryFolder folder;
  const SummaryWriter writer(folder / "log");
  writer.add_hparams({{"lr", 0.1}}, {{"hparam/accuracy", 0.5}}, {{"lr", {0.1, 0.2}}}, "run", 4);
  const std::vector<std::string> records = event_records(event_file_in(folder / "log/run"));
  const auto references = tensorboard_references(TRIPTYCH_SOURCE_DIR);
  ASSERT_EQ(records.size(), 5U);
  EXPECT_EQ(summary_of(records[1]), references.at("hparams_experiment"));
  EXPECT_EQ(summary_of(records[2]), references.at("hparams_start"));
  EXPECT_EQ(summary_of(records[3]), references.at("hparams_end"));
  EXPECT_EQ(summary_of(records[4]), references.at("hparams_metric"));
}

TEST(SummaryWriter, TensorBoardReadsIt) {
  if (!has_tensorboard()) GTEST_SKIP() << "the python3 of PATH has no package tensorboard";
  const TemporaryFolder folder;
  const SummaryWriter writer(folder / "a", {.purge_step = 3});
  writer.add_scalar("loss", 0.5, 7);
  writer.add_scalar("new", 0.25, 7, {}, true);
  writer.add_scalar("double", 0.1, 7, {}, true, true);
  writer.add_scalars("both", {{"x", 1}, {"y/z", 2}}, 1);
  writer.add_histogram("h", values, 2);
  writer.add_image("pixel", tt::tensor<float>({{{0.0F, 0.5F}}, {{1.0F, 2.0F}}, {{-1.0F, 0.25F}}}), 1);
  writer.add_image("grey", tt::tensor<std::uint8_t>({{1, 2}, {3, 4}}), 1, {}, "HW");
  writer.add_images("grid", tt::full({9, 1, 1, 1}, 1.0), 1);
  writer.add_text("words", "hello", 1);
  nn::Sequential net(nn::make<nn::Linear>(2, 3), nn::make<nn::ReLU>());
  writer.add_graph(net, tt::ones({1, 2}));
  writer.add_hparams({{"lr", 0.1}, {"name", "adam"}, {"nesterov", true}}, {{"accuracy", 0.5}}, {}, "run");
  writer.flush();
  const std::string read = read_by_tensorboard(TRIPTYCH_SOURCE_DIR, folder.path());
  for (const char* line :
       {"a session 1 3\n", "a loss 7 scalar 0.5\n", "a new 7 scalars 0.25\n", "a double 7 scalars 0.1\n",
        "a/both_x both 1 scalar 1.0\n", "a h 2 histogram 7.0 7.0\n",
        "a pixel 1 image 2x1x3 [0, 255, 0, 127, 255, 63]\n",
        "a grey 1 image 2x2x3 [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]\n", "a grid 1 image 8x2x3 [255, 255, 255,",
        "a words/text_summary 1 text [b'hello']\n", "a node input placeholder []\n",
        "a/run _hparams_/session_start_info 0 hparams session_start_info\n", "a/run accuracy 0 scalar 0.5\n"})
    EXPECT_THAT(read, HasSubstr(line));
  EXPECT_THAT(read, HasSubstr("relu"));  // the op of the module
}

// Whoever is killed leaves all events that were flushed, each of them whole.
TEST(SummaryWriter, AKilledProcessLeavesWhatItFlushed) {
  const TemporaryFolder folder;
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const SummaryWriter writer(folder / "run", {.max_queue = 1000});
    for (int i = 0; i < 20; ++i) writer.add_scalar("flushed", i, i);
    writer.flush();
    for (int i = 0; i < 20; ++i) writer.add_scalar("waiting", i, i);
    ::raise(SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status));
  const std::vector<std::string> records = event_records(event_file_in(folder / "run"));
  ASSERT_EQ(records.size(), 21U);
  EXPECT_THAT(records.back(), HasSubstr("flushed"));
}

TEST(SummaryWriter, WritesWhenItIsTime) {
  const TemporaryFolder folder;
  const SummaryWriter writer(folder / "run", {.max_queue = 2});
  const std::string file = event_file_in(folder / "run");
  writer.add_scalar("x", 1);
  writer.add_scalar("x", 2);
  EXPECT_EQ(event_records(file).size(), 1U);
  writer.add_scalar("x", 3);
  EXPECT_EQ(event_records(file).size(), 4U);
  const SummaryWriter at_once(folder / "at_once", {.max_queue = 100, .flush_secs = 0});
  at_once.add_scalar("x", 1);
  EXPECT_EQ(event_records(event_file_in(folder / "at_once")).size(), 2U);
  writer.close();
  EXPECT_NO_THROW(writer.add_scalar("x", 4));                       // in a new file
  EXPECT_THROW(event_file_in(folder / "run"), std::runtime_error);  // there are two now
}

TEST(SummaryWriter, BadInput) {
  const TemporaryFolder folder;
  write_file(folder / "file", "");
  const auto message = [](auto function) { return error_of<tt::Error>(function); };
  EXPECT_THAT(message([&] { SummaryWriter(folder / "file"); }), HasSubstr("[SummaryWriter] the f"));
  EXPECT_THAT(message([&] { SummaryWriter(folder / "x", {.max_queue = -1}); }), HasSubstr("max_queue is negative: -1"));
  EXPECT_THAT(message([&] { SummaryWriter(folder / "x", {.filename_suffix = "/../y"}); }), HasSubstr("a slash"));
  const SummaryWriter writer(folder / "run");
  const auto nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(message([&] { writer.add_scalar("x", tt::ones({2})); }), HasSubstr("summary_writer_test.cpp"));
  EXPECT_THAT(message([&] { writer.add_scalar("x", Tensor()); }), HasSubstr("undefined"));
  EXPECT_THAT(message([&] { writer.add_scalar("x", 1, 1, nan); }), HasSubstr("walltime is NaN"));
  EXPECT_THAT(message([&] { writer.add_histogram("x", tt::ones({0})); }), HasSubstr("has no value: 'x'"));
  EXPECT_THAT(message([&] { writer.add_histogram("x", tt::full({2}, nan)); }), HasSubstr("not finite: 'x' has a NaN"));
  EXPECT_THAT(message([&] { writer.add_histogram("x", values, 0, "autos"); }), HasSubstr("no such way"));
  EXPECT_THAT(message([&] { writer.add_histogram("x", values, 0, 0); }), HasSubstr("bins is below 1"));
  EXPECT_THAT(message([&] { writer.add_histogram("x", values, 0, {2.0, 1.0}); }), HasSubstr("fall"));
  EXPECT_THAT(message([&] { writer.add_histogram("x", values, 0, {1000.0, 1001.0}); }), HasSubstr("no value lies"));
  EXPECT_THAT(message([&] { writer.add_histogram_raw("x", 0, 0, 0, 0, 0, {1}, {}); }), HasSubstr("differ: 1 and 0"));
  EXPECT_THAT(message([&] { writer.add_image("x", tt::ones({2, 2})); }), HasSubstr("'CHW' for shape (2, 2)"));
  EXPECT_THAT(message([&] { writer.add_image("x", tt::ones({2, 2, 2})); }), HasSubstr("not 1 or 3 channels"));
  EXPECT_THAT(message([&] { writer.add_image("x", tt::ones({1, 0, 2})); }), HasSubstr("no pixel"));
  EXPECT_THAT(message([&] { writer.add_image("x", tt::ones({1, 2, 2}), 0, {}, "CHC"); }), HasSubstr("one twice"));
  EXPECT_THAT(message([&] { writer.add_hparams({}, {}, {{"lr", {1}}}); }), HasSubstr("no hyperparameter: 'lr'"));
  nn::Linear linear(2, 3);
  EXPECT_THAT(message([&] { writer.add_graph(linear, tt::ones({1, 5})); }), HasSubstr("summary_writer_test.cpp"));
  writer.flush();
  EXPECT_EQ(event_records(event_file_in(folder / "run")).size(), 1U);  // nothing was written
}
