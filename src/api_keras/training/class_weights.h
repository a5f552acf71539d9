// Weights of examples by their class.
#pragma once

#include <utility>
#include <vector>

#include "api_keras/training/batches.h"

namespace triptych::keras {

using ClassWeights = std::vector<std::pair<std::int64_t, double>>;
/// Every example of the batch counts as its class does. ArgumentError of `caller` if one does not have one class.
void weigh_by_class(ArrayBatch& batch, const ClassWeights& weights, const char* caller, Location where);

/// The batches of `source`, every example of which counts as its class does. Both arguments outlive it.
class ClassWeighted : public Source {
 public:
  ClassWeighted(Source& source, const ClassWeights& weights, Location where)
      : source_(source), weights_(weights), where_(where) {}
  std::int64_t steps() const override { return source_.steps(); }
  void start(std::int64_t epoch) override { source_.start(epoch); }
  std::optional<ArrayBatch> next() override;

 private:
  Source& source_;
  const ClassWeights& weights_;
  Location where_;
};

}  // namespace triptych::keras
