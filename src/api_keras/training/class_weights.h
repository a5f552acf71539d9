// Weights of examples by their class.
#pragma once

#include <utility>
#include <vector>

#include "api_keras/training/batches.h"

namespace triptych::keras {

/// The batches of `source`, every example of which counts as its class does. Both arguments outlive it.
class ClassWeighted : public Source {
 public:
  using Weights = std::vector<std::pair<std::int64_t, double>>;
  ClassWeighted(Source& source, const Weights& weights, Location where)
      : source_(source), weights_(weights), where_(where) {}
  std::int64_t steps() const override { return source_.steps(); }
  void start(std::int64_t epoch) override { source_.start(epoch); }
  std::optional<ArrayBatch> next() override;

 private:
  Source& source_;
  const Weights& weights_;
  Location where_;
};

}  // namespace triptych::keras
