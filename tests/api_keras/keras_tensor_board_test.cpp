// The callback TensorBoard: what TensorBoard's own package reads of its files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <triptych/keras.h>

#include "api_keras/keras_files.h"
#include "event_files.h"

namespace tt = triptych;
namespace keras = triptych::keras;
using testing::HasSubstr;
using tt::Tensor;

namespace {

keras::Model small_model() {
  using namespace keras::layers;
  keras::utils::set_random_seed(1);
  const keras::Model model = keras::Sequential({Input({2}), Dense(3, {.name = "hidden"}), Dense(1, {.name = "out"})});
  model.compile({.optimizer = keras::optimizers::SGD(0.125), .loss = "mse"});
  return model;
}

}  // namespace

TEST(KerasTensorBoard, WritesWhatKerasDoes) {
  const TemporaryFolder folder;
  const keras::Model model = small_model();
  const Tensor x = tt::ones({8, 2}), y = tt::zeros({8, 1});
  const keras::Callback board = keras::callbacks::TensorBoard(
      folder / "logs",
      {.histogram_freq = 1, .write_images = true, .write_steps_per_second = true, .update_freq = "batch"});
  const keras::History history =
      model.fit(x, y, {.batch_size = 4, .epochs = 2, .verbose = 0, .callbacks = {board}, .validation_data = {x, y}});
  EXPECT_EQ(event_records(event_file_in(folder / "logs/validation")).size(), 1U + 2 * 2);
  // Format; model; 2 epochs of 2 batches with 2 values, 3 of the epoch, 4 weights, 3 as images (one has a single
  // number).
  EXPECT_EQ(event_records(event_file_in(folder / "logs/train")).size(), 2U + 2 * (2 * 2 + 3 + 4 + 3));
  if (!has_tensorboard()) GTEST_SKIP() << "the python3 of PATH has no package tensorboard";
  const std::string read = read_by_tensorboard(TRIPTYCH_SOURCE_DIR, folder / "logs");
  for (const char* text :
       {"train keras 0 graph_keras_model b'{\"module\": \"keras\", \"class_name\": \"Sequential\"",
        "train batch_loss 4 scalars ", "train epoch_loss 1 scalars ", "train epoch_learning_rate 0 scalars 0.125\n",
        "train epoch_steps_per_second 1 scalars ", "validation epoch_loss 1 scalars ",
        "validation evaluation_loss_vs_iterations 4 scalars ",
        "train hidden/kernel/histogram 1 histograms (30, 3) 6.0\n", "train hidden/kernel/image 1 images 3 2 3x2x1 [",
        "train hidden/bias/image 0 images 1 3 1x3x1 ["})
    EXPECT_THAT(read, HasSubstr(text));
  std::ostringstream loss;
  loss << "train epoch_loss 0 scalars " << static_cast<float>(history["loss"][0]);
  EXPECT_THAT(read, HasSubstr(loss.str().substr(0, 32)));
}

TEST(KerasTensorBoard, WritesLittleUnlessAsked) {
  const TemporaryFolder folder;
  const keras::Model model = small_model();
  const Tensor x = tt::ones({8, 2}), y = tt::zeros({8, 1});
  const keras::Callback board = keras::callbacks::TensorBoard(folder / "logs", {.write_graph = false});
  model.fit(x, y, {.epochs = 3, .verbose = 0, .callbacks = {board}});
  EXPECT_EQ(event_records(event_file_in(folder / "logs/train")).size(), 1U + 3 * 2);
  EXPECT_FALSE(std::filesystem::exists(folder / "logs/validation"));
}

TEST(KerasTensorBoard, EmbeddingsAndProfiles) {
  if (!has_keras_files()) GTEST_SKIP() << "built without HDF5 and libzip";
  using namespace keras::layers;
  const TemporaryFolder folder;
  keras::utils::set_random_seed(1);
  const keras::Sequential model(
      {Input({3}, {.dtype = tt::int64}), Embedding(5, 2, {.name = "words"}), Flatten(), Dense(1)});
  model.compile({.loss = "mse"});
  const Tensor x = tt::ones({8, 3}, tt::int64), y = tt::zeros({8, 1});
  const auto fit = [&](const keras::TensorBoardOptions& options) {
    const keras::Callback board = keras::callbacks::TensorBoard(folder / "logs", options);
    model.fit(x, y, {.batch_size = 2, .epochs = 3, .verbose = 0, .callbacks = {board}});
  };
  const std::string name = "  tensor_name: \"layer_with_weights-0/embeddings/.ATTRIBUTES/VARIABLE_VALUE\"\n";
  fit({.write_graph = false, .embeddings_freq = 2, .embeddings_metadata = "a \"b\"\n.tsv"});
  EXPECT_EQ(read_file(folder / "logs/projector_config.pbtxt"),
            "embeddings {\n" + name + "  metadata_path: \"a \\\"b\\\"\\012.tsv\"\n}\n");
  const auto weights = [&](int epoch) {
    return folder / "logs/train/keras_embedding.ckpt-" + std::to_string(epoch) + ".weights.h5";
  };
  EXPECT_TRUE(std::filesystem::exists(weights(0)));
  EXPECT_FALSE(std::filesystem::exists(weights(1)));
  const std::vector<float> last = model.get_weights()[0].to_vector<float>();
  model.load_weights(weights(2));
  EXPECT_EQ(model.get_weights()[0].to_vector<float>(), last);
  fit({.embeddings_freq = 1, .embeddings_metadata = std::map<std::string, std::string>{{"words", "w.tsv"}}});
  EXPECT_THAT(read_file(folder / "logs/projector_config.pbtxt"), HasSubstr("metadata_path: \"w.tsv\""));
  EXPECT_THAT(error_of<tt::ArgumentError>([&] {
                fit({.embeddings_freq = 1, .embeddings_metadata = std::map<std::string, std::string>{{"wrods", "w"}}});
              }),
              HasSubstr("embeddings_metadata names no Embedding layer of the model: 'wrods'. It has 'words'"));

  fit({.write_graph = false, .profile_batch = {2, 3}});
  std::vector<std::string> traces;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "logs/train"))
    if (entry.path().string().ends_with(".pt.trace.json")) traces.push_back(entry.path());
  ASSERT_EQ(traces.size(), 1U);
  EXPECT_THAT(read_file(traces[0]), HasSubstr("traceEvents"));
}

TEST(KerasTensorBoard, BadInput) {
  using keras::callbacks::TensorBoard;
  const auto message = [](auto function) { return error_of<tt::Error>(function); };
  EXPECT_THAT(message([] { TensorBoard(""); }), HasSubstr("[TensorBoard] log_dir is empty"));
  EXPECT_THAT(message([] { TensorBoard("x", {.histogram_freq = -1}); }), HasSubstr("histogram_freq is negative: -1"));
  EXPECT_THAT(message([] { TensorBoard("x", {.update_freq = "step"}); }), HasSubstr("no such update_freq: 'step'"));
  EXPECT_THAT(message([] { TensorBoard("x", {.update_freq = 0}); }), HasSubstr("update_freq is below 1: 0"));
  const TemporaryFolder folder;
  write_file(folder / "file", "");
  const keras::Model model = small_model();
  const auto board = TensorBoard(folder / "file");
  EXPECT_THAT(message([&] {
                model.fit(tt::ones({2, 2}), tt::ones({2, 1}), {.verbose = 0, .callbacks = {board}});
              }),
              HasSubstr("keras_tensor_board_test.cpp"));
  EXPECT_THAT(message([] {
                TensorBoard("x", {.profile_batch = {3, 2}});
              }),
              HasSubstr("profile_batch is no range of batches: 3 to 2"));
  EXPECT_THAT(message([] { TensorBoard("x", {.embeddings_freq = -1}); }), HasSubstr("embeddings_freq is negative: -1"));
}
