// The zoo: seven models, each written as users of each style write it. Float32, the numerics that each engine has by
// default; inputs are made once and reused, and the loss is read back every step.
//
// clang-format off
// | model | what | loss, optimizer |
// |---|---|---|
// | tiny | 2-16-16-1, tanh | mean squared error, SGD 0.1 |
// | mlp | 784-512-256-10, relu | cross-entropy, Adam 1e-3 |
// | cnn | 3x3 convolutions of 32 and 64 channels, max pool, dense 128, 10 | cross-entropy, Adam 1e-3 |
// | resnet20 | He et al., 2015 (CIFAR-10), identity shortcuts | cross-entropy, SGD 0.1, momentum 0.9, weight decay 1e-4 |
// | lstm | the rows of 28 x 28 as 28 steps, 128 units, dense 10 | cross-entropy, Adam 1e-3 |
// | gpt | 4 layers, 4 heads, width 128, context 64, 65 tokens, before each part a norm | cross-entropy, AdamW 1e-3, weight decay 0.1 |
// | vae | 784-400-(20, 20)-400-784, relu | binary cross-entropy + KL divergence, both summed, Adam 1e-3 |
// clang-format on
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "triptych/core/session_options.h"
#include "triptych/core/tensor.h"

namespace zoo {

/// Forward computations are under Autocast(bfloat16).
inline bool autocast = false;

/// What a model is trained with: images are (batch, channels, height, width), labels 0 to 9, tokens (batch, 64). The
/// vae's y is x.
struct Data {
  triptych::Tensor x, y;
};
Data make_data(const std::string& model, std::int64_t batch);

/// One training step, with its loss read back; one call without gradients.
struct Steps {
  std::function<void()> train, infer;
};
Steps lowlevel_steps(const std::string& model, std::int64_t batch);
Steps eager_steps(const std::string& model, std::int64_t batch);
/// The same modules through eager::compile.
Steps compiled_steps(const std::string& model, std::int64_t batch);
Steps keras_steps(const std::string& model, std::int64_t batch);
Steps make_steps(const std::string& style, const std::string& model, std::int64_t batch);

/// The same steps as graphs, with what each kernel took and has to do at least.
struct Profiles {
  std::function<triptych::RunMetadata()> train, infer;
};
Profiles lowlevel_profiles(const std::string& model, std::int64_t batch);

/// MODEL/BATCH/train or MODEL/BATCH/infer.
struct Row {
  std::string name, model;
  std::int64_t batch;
  bool train;
};
/// All, or those whose names contain `only`.
std::vector<Row> rows(const std::string& only);

/// Each row's time beside the least that the machine could take for its kernels, and the kernels that lose most.
void print_roofline(const std::string& style, const std::string& only, bool json);
/// Each row's first step, from nothing, and the peak of memory after `steps`: meant for one row in a process.
void print_first_steps(const std::string& style, const std::string& only, int steps);

namespace gpt {
inline constexpr std::int64_t layers = 4, heads = 4, width = 128, context = 64, vocabulary = 65;
}  // namespace gpt

}  // namespace zoo
