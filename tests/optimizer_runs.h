// Long runs of the homes' optimizers (scripts/references/make_references_optimizer_runs.py).
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "triptych/core/io.h"
#include "triptych/core/ops.h"

/// The file of a home, by names: "gradients.a" (steps, ...), "<case>.a" (kept steps, ...).
class OptimizerRuns {
 public:
  explicit OptimizerRuns(const std::string& path) : all_(triptych::load(path)) {
    for (const auto step : all_.at("kept").to_vector<std::int64_t>()) kept_.push_back(step);
  }
  triptych::Tensor start(const std::string& key) const { return all_.at("start." + key).clone(); }
  std::int64_t steps() const { return all_.at("gradients.a").shape().dim(0).raw(); }
  /// Of step t, from 1.
  triptych::Tensor gradient(const std::string& key, std::int64_t t) const {
    return all_.at("gradients." + key)[triptych::Index(t - 1)].clone();
  }
  bool contains(const std::string& name) const { return all_.contains(name); }
  std::vector<double> values(const std::string& name) const { return all_.at(name).to_vector<double>(); }
  const triptych::Tensor& tensor(const std::string& name) const { return all_.at(name); }

  /// After step t `value` is what the home has, where the file has that step.
  void expect(const std::string& name, std::int64_t t, const triptych::Tensor& value, double tolerance) const {
    for (std::size_t row = 0; row < kept_.size(); ++row)
      if (kept_[row] == t) {
        const std::vector<double> all = values(name),
                                  own = triptych::cast(value, triptych::float64).to_vector<double>();
        for (std::size_t i = 0; i < own.size(); ++i) {
          const double expected = all[row * own.size() + i];
          ASSERT_NEAR(own[i], expected, tolerance * (1 + std::abs(expected))) << name << ", step " << t << ", " << i;
        }
      }
  }

 private:
  triptych::StateDict all_;
  std::vector<std::int64_t> kept_;
};
