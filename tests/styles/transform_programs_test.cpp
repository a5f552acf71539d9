// The programs of examples/eager that transform functions run, each on its own, and reach what they are for.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace {

struct Ran {
  int status = -1;
  std::string output;
};

Ran run(const std::string& program) {
  Ran ran;
  FILE* pipe = popen((program + " 2>&1").c_str(), "r");
  if (!pipe) return ran;
  char buffer[4096];
  while (const std::size_t n = std::fread(buffer, 1, sizeof buffer, pipe)) ran.output.append(buffer, n);
  ran.status = pclose(pipe);
  return ran;
}

/// The number behind the last `words`; NaN if they are not there.
double number_after(const std::string& output, const std::string& words) {
  const std::size_t at = output.rfind(words);
  return at == std::string::npos ? std::strtod("nan", nullptr) : std::atof(output.c_str() + at + words.size());
}

std::string program(const std::string& name) { return TRIPTYCH_BINARY_DIR "/bin/example_eager_" + name; }

}  // namespace

TEST(TransformPrograms, GradientsOfEachExample) {
  if (!std::filesystem::exists(program("per_sample_gradients"))) GTEST_SKIP() << "the examples are not built";
  const Ran ran = run(program("per_sample_gradients"));
  EXPECT_EQ(ran.status, 0) << ran.output;
  EXPECT_NE(ran.output.find("is the gradient of the mean: yes"), std::string::npos) << ran.output;
  EXPECT_GT(number_after(ran.output, "accuracy "), 0.9) << ran.output;
}

TEST(TransformPrograms, AnEquationOfSecondDerivatives) {
  if (!std::filesystem::exists(program("pinn"))) GTEST_SKIP() << "the examples are not built";
  const Ran ran = run(program("pinn"));
  EXPECT_EQ(ran.status, 0) << ran.output;
  EXPECT_LT(number_after(ran.output, "largest error of u: "), 0.05) << ran.output;
}
