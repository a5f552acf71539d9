// The core alone: data, ops, a gradient, a checkpoint.
#include <triptych/core/autograd.h>
#include <triptych/core/data.h>
#include <triptych/core/io.h>
#include <triptych/core/ops.h>

#include <cstdio>
#include <string>

namespace tt = triptych;

int main() {
  const tt::data::TensorDataset dataset(tt::tensor(std::vector<float>{1, 2, 3, 4}, {4, 1}));
  tt::Tensor w = tt::ones({1, 2}).set_requires_grad();
  for (auto [x, y] : tt::data::DataLoader(dataset, {.batch_size = 2, .num_workers = 1}))
    tt::sum(tt::matmul(x, w)).backward();
  if (w.grad().to_vector<float>() != std::vector<float>{10, 10}) return 1;

  const std::string path = "triptych-consumer.safetensors";
  tt::save({{"w", w}}, path);
  const bool same = tt::load(path).at("w").to_vector<float>() == w.to_vector<float>();
  std::remove(path.c_str());
  if (!same) return 2;

  try {
    tt::matmul(tt::ones({2, 3}), tt::ones({2, 3}));
    return 3;
  } catch (const tt::ArgumentError& error) {  // the class is one on both sides of the library's border
    return std::string(error.what()).find("core.cpp") == std::string::npos ? 4 : 0;
  }
}
