// One model trained in one style, in a process of its own, so that memory and first-step times are its own.
#pragma once

#include <cstdint>
#include <string>

struct MeasureOptions {
  std::string model = "cnn";
  std::string style = "lowlevel";
  std::string numerics = "exact";
  std::int64_t epochs = 1, max_steps = 0, train_samples = 0, test_samples = 0;
  std::uint64_t seed = 7;
  int threads = 0;
};

/// Trains and prints JSON lines: {"loss": ..., "ms": ...} for each step, at last {"result": {...}}.
int run_measure(const MeasureOptions& options);
