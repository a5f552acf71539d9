// What the planted mistakes share. Each is a small training program, a function, with one mistake that a comment marks.
// The report runs it and shows when it is caught, what its user reads, and how far the named line is from the marked
// one.
#pragma once

#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "triptych/core/ops.h"
#include "triptych/core/random.h"

namespace mistakes {

namespace tt = triptych;

/// Called with "build", "first_step" or "training" when the program gets there; with "ended" if training ended early
/// without an error.
using Enter = std::function<void(const char* moment)>;

inline tt::Tensor some_images() { return tt::rand({64, 784}); }
/// `first`, ..., `first` + 9, again and again.
inline tt::Tensor some_labels(std::int64_t first = 0) {
  std::vector<std::int64_t> labels(64);
  for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = first + static_cast<std::int64_t>(i % 10);
  return tt::tensor(labels);
}

/// A checkpoint to write and read.
inline std::string temporary_file() {
  return (std::filesystem::temp_directory_path() / ("triptych_mistake_" + std::to_string(getpid()) + ".safetensors"))
      .string();
}

/// What a program prints that nothing stops.
inline std::string losses_text(const std::vector<double>& losses) {
  std::string text = "loss";
  for (const double loss : losses) {
    char number[32];
    std::snprintf(number, sizeof number, " %.4g", std::isnan(loss) ? std::nan("") : loss);
    text += number;
  }
  return text;
}

}  // namespace mistakes
