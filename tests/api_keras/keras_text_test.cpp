// What is printed, character by character as Keras 3 prints it: summary() and the progress bar.
#include <gtest/gtest.h>

#include "api_keras/callbacks/progbar.h"
#include "files.h"
#include "triptych/keras.h"

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;

TEST(KerasText, SummariesAreKeras) {
  keras::utils::clear_session();
  std::string text;
  keras::Sequential digits({Input({28, 28, 1}), Conv2D(8, 3, {.padding = "same", .activation = "relu"}),
                            MaxPooling2D(2), Flatten(), BatchNormalization(), Dropout(0.5), Dense(10)});
  text += digits.summary_text();
  digits.compile({.optimizer = "adam", .loss = keras::losses::SparseCategoricalCrossentropy({.from_logits = true})});
  digits.fit(tt::zeros({8, 28, 28, 1}), tt::zeros({8}, tt::int64), {.verbose = 0});
  text += digits.summary_text();
  auto a = Input({4}), b = Input({3}, {.name = "jj"});
  auto left = Dense(5)(a), right = Dense(5)(b);
  auto joined = Concatenate()({Add()({left, right}), left});
  keras::Sequential inner({Dense(2)});
  keras::Model model({a, b}, inner(joined));
  text += model.summary_text();
  text += model.summary_text({.expand_nested = true});
  auto shared = Dense(2, {.name = "shared"});
  text += keras::Model({a, b}, {shared(left), shared(right)}).summary_text();
  text += keras::Sequential({Dense(3)}).summary_text();
  auto x = Input({4}), y = Dense(2)(Dense(3)(x));
  text += keras::Model(x, y).summary_text();
  text += keras::Model(x, y * 2 + 1).summary_text();
  auto twice = Dense(4);
  text += keras::Model(x, twice(twice(x))).summary_text();
  a = Input({4}), b = Input({4});
  y = a + b;
  y = tt::pow((y * 2 - a) / 3, 3);
  y = tt::exp(tt::relu(-y));
  y = tt::concat({tt::abs(y), tt::maximum(a, b)}, -1);
  text += keras::Model({a, b}, tt::sum(tt::sqrt(y), {1})).summary_text();
  EXPECT_EQ(text, read_file(TRIPTYCH_SOURCE_DIR "/tests/references/keras_summary.txt"));
}

TEST(KerasText, ProgressBarIsKeras) {
  keras::Logs logs;
  logs.set("accuracy", 0.15625);
  logs.set("loss", 3.10658);
  EXPECT_EQ(keras::bar_text({.current = 1, .target = 3, .elapsed = 1.6, .per_step = 1.6}, logs, true),
            "\x1b[1m1/3\x1b[0m \x1b[32m━━━━━━\x1b[0m\x1b[37m━━━━━━━━━━━━━━\x1b[0m \x1b[1m3s\x1b[0m 2s/step - accuracy: "
            "0.1562 - "
            "loss: 3.1066");
  EXPECT_EQ(keras::bar_text({.current = 7, .target = 7, .elapsed = 0.1, .per_step = 0.008, .finished = true}, {}, true),
            "\x1b[1m7/7\x1b[0m \x1b[32m━━━━━━━━━━━━━━━━━━━━\x1b[0m\x1b[37m\x1b[0m \x1b[1m0s\x1b[0m 8ms/step");
  EXPECT_EQ(keras::bar_text({.current = 9, .target = 120, .per_step = 1}, {}, false),
            "  9/120 ━━━━━━━━━━━━━━━━━━━━ 1:51 1s/step");
}

TEST(KerasText, LineOfVerboseTwoIsKeras) {
  keras::Logs logs;
  for (const auto& [name, value] :
       {std::pair{"accuracy", 0.18888}, {"loss", 2.66422}, {"val_accuracy", 0.1}, {"val_loss", 1e-5}})
    logs.set(name, value);
  EXPECT_EQ(keras::line_text({.current = 3, .target = 3, .elapsed = 0.16, .per_step = 0.0531}, logs),
            "3/3 - 0s - 53ms/step - accuracy: 0.1889 - loss: 2.6642 - val_accuracy: 0.1000 - val_loss: 1.0000e-05");
}

TEST(KerasText, AFileGetsOneLineForEachEpoch) {
  keras::utils::set_random_seed(1);
  keras::Sequential model({Input({2}), Dense(1)});
  model.compile({.optimizer = "sgd", .loss = "mse"});
  testing::internal::CaptureStdout();
  model.fit(tt::ones({4, 2}), tt::zeros({4, 1}), {.batch_size = 2, .epochs = 2});
  const std::string text = testing::internal::GetCapturedStdout();
  EXPECT_EQ(text.find('\x1b'), std::string::npos) << text;
  EXPECT_EQ(text.find('\r'), std::string::npos) << text;
  EXPECT_EQ(text.find("Epoch 1/2\n2/2 ━━━━━━━━━━━━━━━━━━━━ 0s"), 0U) << text;
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 4);
}

TEST(KerasText, OneEpochHasNoHeading) {
  keras::Sequential model({Input({2}), Dense(1)});
  model.compile({.optimizer = "sgd", .loss = "mse"});
  testing::internal::CaptureStdout();
  model.fit(tt::ones({4, 2}), tt::zeros({4, 1}), {.batch_size = 2});
  const std::string text = testing::internal::GetCapturedStdout();
  EXPECT_EQ(text.find("2/2 ━━━━━━━━━━━━━━━━━━━━ 0s"), 0U) << text;
}

namespace {

struct Net : keras::ModelBase {
  keras::Layer conv = Conv2D(2, 3), pool = MaxPooling2D(2), norm = BatchNormalization(), relu = Activation("relu"),
               mean = GlobalAveragePooling2D(), flat = Flatten(), drop = Dropout(0.5), joined = Concatenate();
  keras::Sequential head{Dense(3)};
  tt::Tensor call(const tt::Tensor& image, bool) override {
    const tt::Tensor x = flat(mean(relu(norm(pool(conv(image))))));
    return head(joined({drop(x), x}));
  }
};

}  // namespace

TEST(KerasText, SummariesOfModelsOfOnesOwnAreKeras) {
  const std::string expected = read_file(TRIPTYCH_SOURCE_DIR "/tests/references/keras_summary_subclassed.txt");
  for (const std::string how : {"called", "graph", "eager"}) {
    keras::utils::clear_session();
    const keras::Model net = keras::model<Net>();
    if (how != "called") net.compile({.engine = how});
    const auto run = [&](std::int64_t images) {
      const tt::Tensor x = tt::zeros({images, 8, 8, 1});
      if (how == "called")
        net(x);
      else
        net.predict(x, {.verbose = 0});
    };
    std::string text = net.summary_text();
    run(2);
    text += net.summary_text();
    run(3);
    text += net.summary_text();
    const tt::Tensor a = Input({4}), unused = Input({3});
    const auto last = Dense(2), first = Dense(2);
    text += keras::Model({unused, a}, last(first(a))).summary_text();
    EXPECT_EQ(text, expected) << how;
  }
}

// dropout gives a mask too, which is nobody's concern.
TEST(KerasText, OutputsThatNobodyReadsAreNotShown) {
  keras::utils::clear_session();
  const tt::Tensor x = Input({4});
  const std::string text = keras::Model(x, tt::relu(tt::dropout(x, {.p = 0.5, .training = true}))).summary_text();
  EXPECT_NE(text.find("│ dropout (Dropout)               │ (None, 4)              │"), std::string::npos) << text;
}

// Keras 3.15: model_checkpoint.py.
TEST(KerasText, LinesOfAModelCheckpointAreKeras) {
  const TemporaryFolder folder;
  const std::string path = folder / "new folder/best";
  keras::Sequential model({Input({2}), Dense(1)});
  model.compile({.optimizer = "sgd", .loss = "mse"});
  const auto scripted = keras::callbacks::LambdaCallback({.on_epoch_end = [](int epoch, keras::Logs& logs) {
    logs.set("score", std::vector<double>{2, 1, 3}[static_cast<std::size_t>(epoch)]);
  }});
  const auto text_of = [&](keras::ModelCheckpointOptions options, int epochs) {
    testing::internal::CaptureStdout();
    model.fit(
        tt::ones({4, 2}), tt::zeros({4, 1}),
        {.epochs = epochs, .verbose = 0, .callbacks = {scripted, keras::callbacks::ModelCheckpoint(path, options)}});
    return testing::internal::GetCapturedStdout();
  };
  EXPECT_EQ(text_of({.monitor = "score", .verbose = 1, .save_best_only = true, .mode = "min"}, 3),
            "\nEpoch 1: score improved from None to 2.00000, saving model to " + path +
                "\n\nEpoch 1: finished saving model to " + path +
                "\n\nEpoch 2: score improved from 2.00000 to 1.00000, saving model to " + path +
                "\n\nEpoch 2: finished saving model to " + path + "\n\nEpoch 3: score did not improve from 1.00000\n");
  EXPECT_EQ(text_of({.verbose = 1}, 1),
            "\nEpoch 1: saving model to " + path + "\n\nEpoch 1: finished saving model to " + path + "\n");
  EXPECT_EQ(text_of({}, 1), "");
}
