// What the four kinds of measurement share.
#pragma once

#include <chrono>

#include "run/job.h"

namespace triptych::compare {

using Clock = std::chrono::steady_clock;
inline double milliseconds(Clock::duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

/// The program of a model in a style, and the settings that a job asks for.
const Program& program_of(const std::vector<Model>& models, const Job& job);
Settings settings_of(const Job& job);

int measure_training(const Job& job, const std::vector<Model>& models);
int measure_batches(const Job& job, const std::vector<Model>& models);
int measure_sizes(const Job& job);
int measure_stream(const Job& job);

}  // namespace triptych::compare
