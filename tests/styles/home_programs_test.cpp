// The programs of examples/home run, each on its own, and learn. (That they compile silently: examples_silent.)
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "api_keras/keras_files.h"
#include "files.h"
#include "triptych/core/io.h"
#include "triptych/keras/saving.h"

namespace {

struct Ran {
  int status;
  std::string output;
};

Ran run(const std::string& command) {
  Ran ran{-1, ""};
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (!pipe) return ran;
  char buffer[4096];
  while (const std::size_t n = std::fread(buffer, 1, sizeof buffer, pipe)) ran.output.append(buffer, n);
  ran.status = pclose(pipe);
  return ran;
}

/// An IDX file of bytes.
void write_idx(const std::string& path, std::vector<std::uint32_t> shape, const std::string& bytes) {
  std::string text{0, 0, 8, static_cast<char>(shape.size())};
  for (const std::uint32_t length : shape)
    for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(length >> shift & 255);
  write_file(path, text + bytes);
}

/// Digits that are easy to tell apart: a bright square, whose place is the label.
void write_digits(const std::string& folder, const std::string& part, std::uint32_t count) {
  std::string images(count * 784, '\0'), labels(count, '\0');
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t label = i * 7 % 10, row = label / 4 * 9, column = label % 4 * 7;
    labels[i] = static_cast<char>(label);
    for (std::uint32_t k = 0; k < 6; ++k) std::memset(&images[i * 784 + (row + k) * 28 + column], 150 + i % 100, 6);
  }
  write_idx(folder + "/" + part + "-images-idx3-ubyte", {count, 28, 28}, images);
  write_idx(folder + "/" + part + "-labels-idx1-ubyte", {count}, labels);
}

class HomePrograms : public testing::TestWithParam<const char*> {};

}  // namespace

TEST_P(HomePrograms, Run) {
  const std::string program = TRIPTYCH_BINARY_DIR "/bin/example_home_" + std::string(GetParam());
  if (!std::filesystem::exists(program)) GTEST_SKIP() << "the examples are not built";
  const bool is_keras = std::string(GetParam()) == "keras_digits";
  if (is_keras && !has_keras_files()) GTEST_SKIP() << "built without HDF5 and libzip";
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder / "mnist");
  write_digits(folder / "mnist", "train", 4000);
  write_digits(folder / "mnist", "t10k", 1000);
  const Ran ran = run("cd " + folder.path().string() + " && TRIPTYCH_DATA=. " + program);
  EXPECT_EQ(ran.status, 0) << ran.output;
  if (std::string(GetParam()) == "any_style") {
    EXPECT_NE(ran.output.find("now softmax, later Tensor('softmax', float32 (?, 10))\nequal True True\n"),
              std::string::npos)
        << ran.output;
    return;
  }
  const std::size_t accuracy = ran.output.rfind("accuracy ");
  ASSERT_NE(accuracy, std::string::npos) << ran.output;
  EXPECT_GT(std::atof(ran.output.c_str() + accuracy + 9), 0.9) << ran.output;
  if (is_keras) {
    EXPECT_EQ(triptych::keras::models::load_model(folder / "digits.keras").layers().size(), 4u);
  } else {
    EXPECT_GE(triptych::load(folder / "digits.safetensors").size(), 3u);
  }
  if (std::string(GetParam()) == "lowlevel_digits") {
    EXPECT_TRUE(read_file(folder / "digits.dot").starts_with("digraph {"));
  }
}

INSTANTIATE_TEST_SUITE_P(Home, HomePrograms,
                         testing::Values("lowlevel_digits", "eager_digits", "keras_digits", "any_style"),
                         [](const auto& info) { return std::string(info.param); });
