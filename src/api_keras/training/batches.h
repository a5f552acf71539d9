// Where batches come from: arrays, a DataLoader or a generator.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "triptych/core/data.h"
#include "triptych/keras/model.h"

namespace triptych::keras {

/// What a step is fed, concrete: each input, each target, and weights of the examples (none, one, or one for each
/// output).
struct ArrayBatch {
  std::vector<Tensor> x, y, sample_weight;

  /// 0 for what has no rows, which is told where batches are checked.
  std::int64_t size() const {
    return x.empty() || !x[0].defined() || x[0].is_symbolic() || x[0].ndim() == 0 ? 0 : x[0].size(0);
  }
};

/// Gives an epoch's batches.
class Source {
 public:
  virtual ~Source() = default;
  /// Batches in an epoch; a loader's sampler may give more or less.
  virtual std::int64_t steps() const = 0;
  /// Begins epoch number `epoch`, which decides the order.
  virtual void start(std::int64_t epoch) = 0;
  /// The next batch; none at the epoch's end.
  virtual std::optional<ArrayBatch> next() = 0;
};

struct ArraySourceOptions {
  std::int64_t batch_size = 32;
  bool shuffle = false;
  std::uint64_t seed = 0;
  std::int64_t begin = 0, end = -1;  // the examples that it takes; -1: to the last
};

/// Batches of rows of arrays, in the same order as a DataLoader's with the same seed. ArgumentError unless all have the
/// same number of rows.
std::unique_ptr<Source> array_source(const char* what, const TensorList& x, const TensorList& y,
                                     const TensorList& sample_weight, const ArraySourceOptions& options,
                                     Location where);
/// Weights as they were given; none if the only one is undefined.
std::vector<Tensor> given_weights(const TensorList& sample_weight);
/// The batches of `loader`.
std::unique_ptr<Source> loader_source(const data::DataLoader& loader);
/// What `generator` gives, which goes on from epoch to epoch. Its number of steps is not known: 0.
std::unique_ptr<Source> generator_source(const char* what, const Generator& generator, Location where);

}  // namespace triptych::keras
