// What a user of Keras types first compiles, and means the same.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <sstream>

#include "files.h"
#include "triptych/keras.h"

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;
using testing::HasSubstr;

namespace {

std::string config_of(const keras::Layer& layer) { return layer.base().config(); }

}  // namespace

TEST(KerasWords, ArgumentsByPlace) {
  EXPECT_EQ(config_of(Dense(64, "relu")), config_of(Dense(64, {.activation = "relu"})));
  EXPECT_EQ(config_of(Dense(64, "relu", {.use_bias = false})),
            config_of(Dense(64, {.activation = "relu", .use_bias = false})));
  EXPECT_EQ(Dense(2, "relu", {.name = "mine"}).name(), "mine");
  EXPECT_EQ(config_of(Dense(64, keras::Activation("tanh"))), config_of(Dense(64, {.activation = "tanh"})));
  EXPECT_EQ(config_of(Dense(64, std::string("tanh"))), config_of(Dense(64, {.activation = "tanh"})));
  EXPECT_EQ(config_of(Dense(64, {})), config_of(Dense(64)));
  const auto doubled = Dense(1, [](const tt::Tensor& v) { return v * 2; });
  EXPECT_EQ(doubled(tt::zeros({1, 3})).item<float>(), 0);
  EXPECT_EQ(config_of(MaxPooling2D(2)), config_of(MaxPooling2D({2, 2})));
  EXPECT_EQ(config_of(MaxPooling2D(3, 2)), config_of(MaxPooling2D(3, {.strides = 2})));
  EXPECT_EQ(config_of(AveragePooling2D({3, 2}, 1)), config_of(AveragePooling2D({3, 2}, {.strides = 1})));
  EXPECT_EQ(config_of(Conv2D(8, 3)), config_of(Conv2D(8, {3, 3})));
}

TEST(KerasWords, LeakyReLU) {
  const tt::Tensor x = tt::tensor<float>({-10, 0, 10});
  EXPECT_EQ(LeakyReLU(0.2)(x).to_vector<float>(), (std::vector<float>{-2, 0, 10}));
  EXPECT_EQ(LeakyReLU(1)(x).to_vector<float>(), (std::vector<float>{-10, 0, 10}));
  EXPECT_EQ(LeakyReLU()(x).to_vector<float>(), (std::vector<float>{-3, 0, 10}));
  EXPECT_EQ(LeakyReLU({.negative_slope = 0.5})(x).to_vector<float>(), (std::vector<float>{-5, 0, 10}));
  keras::utils::clear_session();
  EXPECT_EQ(LeakyReLU(0.2).name(), "leaky_re_lu");
}

TEST(KerasWords, LearningRatesByPlace) {
  using namespace keras::optimizers;
  EXPECT_DOUBLE_EQ(Adam(1e-2).learning_rate(), 1e-2);
  EXPECT_DOUBLE_EQ(SGD(0.1F).learning_rate(), static_cast<double>(0.1F));
  EXPECT_DOUBLE_EQ(AdamW(1).learning_rate(), 1);
  EXPECT_DOUBLE_EQ(SGD(0.1, {.momentum = 0.9}).learning_rate(), 0.1);
  EXPECT_DOUBLE_EQ(Adam({}).learning_rate(), 0.001);
  EXPECT_DOUBLE_EQ(Adam({.learning_rate = 0.5}).learning_rate(), 0.5);
}

TEST(KerasWords, PaddingInAnyCase) {
  for (const char* same : {"same", "SAME"})
    EXPECT_EQ(config_of(Conv2D(2, 3, {.padding = same})), config_of(Conv2D(2, 3, {.padding = "same"})));
  EXPECT_EQ(config_of(MaxPooling2D(2, {.padding = "VALID"})), config_of(MaxPooling2D(2)));
  EXPECT_THAT(error_of<tt::ArgumentError>([] { Conv2D(2, 3, {.padding = "FULL"}); }), HasSubstr("\"FULL\""));
}

TEST(KerasWords, ALossThatIsALambda) {
  keras::Sequential model({Input({1}), Dense(1, {.kernel_initializer = "ones"})});
  model.compile({.optimizer = keras::optimizers::SGD(0.0),
                 .loss = [](const tt::Tensor& y, const tt::Tensor& p) { return tt::square(y - p) * 10; }});
  EXPECT_DOUBLE_EQ(model.evaluate(tt::ones({2, 1}), tt::zeros({2, 1}), {.verbose = 0})["loss"], 10);
}

TEST(KerasWords, LogsAndHistoriesPrint) {
  keras::Logs logs;
  logs.set("accuracy", 0.5);
  logs.set("loss", 0.1);
  std::ostringstream stream;
  stream << logs << keras::Logs();
  EXPECT_EQ(stream.str(), "{'accuracy': 0.5, 'loss': 0.1}{}");
  keras::History history;
  history.append(0, logs);
  logs.set("loss", 0.01);
  history.append(1, logs);
  stream.str("");
  stream << history;
  EXPECT_EQ(stream.str(), "{'accuracy': [0.5, 0.5], 'loss': [0.1, 0.01]}");
}

// --- What C++ must refuse -------------------------------------------------------------------------------------------

namespace {

/// What `compiler` says about a program with `line` in it; nothing if there is no such compiler.
std::string said(const std::string& compiler, const std::string& line) {
  const TemporaryFolder folder;
  write_file(folder / "main.cpp",
             "#include <triptych/keras.h>\n"
             "namespace tt = triptych;\n"
             "namespace keras = triptych::keras;\n"
             "using namespace keras::layers;\n"
             "int main() {\n"
             "  keras::Sequential model;\n"
             "  tt::Tensor x, y;\n  " +
                 line + "\n}\n");
  const std::string strict = compiler == "clang++" ? "-Werror=reorder-init-list" : "";  // as g++, always
  const std::string command = "command -v " + compiler + " >/dev/null && " + compiler + " -std=c++20 -fsyntax-only " +
                              strict + " -I" TRIPTYCH_SOURCE_DIR "/include " + (folder / "main.cpp") + " 2>&1";
  FILE* pipe = popen(command.c_str(), "r");
  std::string text;
  char buffer[4096];
  while (const std::size_t n = std::fread(buffer, 1, sizeof buffer, pipe)) text.append(buffer, n);
  pclose(pipe);
  return text;
}

}  // namespace

TEST(KerasWords, TheCompilersMessageIsShort) {
  for (const char* compiler : {"g++", "clang++"}) {
    if (said(compiler, "int wrong = nothing;").empty()) continue;  // there is no such compiler
    for (const char* line : {"Dense(3, {.use_bias = false, .activation = \"relu\"});",
                             "Conv2D(3, 3, {.padding = \"same\", .strides = 2});",
                             "keras::optimizers::Adam({.beta_1 = 0.9, .learning_rate = 0.1});",
                             "keras::callbacks::EarlyStopping({.patience = 2, .monitor = \"loss\"});",
                             "model.compile({.loss = \"mse\", .optimizer = \"adam\"});",
                             "model.fit(x, y, {.epochs = 2, .batch_size = 3});"}) {
      const std::string text = said(compiler, line);
      EXPECT_THAT(text, HasSubstr("error")) << compiler << ": " << line;
      EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 10) << compiler << ": " << line << "\n" << text;
    }
  }
}
