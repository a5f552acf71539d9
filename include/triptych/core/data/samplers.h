// Samplers: which examples an epoch takes, in which order. torch.utils.data's, but that the order follows from a seed
// and the epoch's number alone, so that a training that goes on gets the same one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "triptych/core/data/loader.h"

namespace triptych::data {

/// 0, 1, 2, ...
class TRIPTYCH_API SequentialSampler : public Sampler {
 public:
  explicit SequentialSampler(Location where = Location::here()) : where_(where) {}
  std::vector<std::int64_t> sample(std::int64_t size, std::int64_t epoch) const override;

 private:
  Location where_;
};

/// Options of RandomSampler, in PyTorch's order.
struct RandomSamplerOptions {
  /// Each is drawn from all examples.
  bool replacement = false;
  /// Nothing: as many as there are. More without replacement: one order after the other.
  std::optional<std::int64_t> num_samples = {};
  std::uint64_t seed = 0;
};

/// All examples in a random order, or random ones. ArgumentError if num_samples is below 1.
class TRIPTYCH_API RandomSampler : public Sampler {
 public:
  explicit RandomSampler(const RandomSamplerOptions& options = {}, Location where = Location::here());
  std::vector<std::int64_t> sample(std::int64_t size, std::int64_t epoch) const override;

 private:
  RandomSamplerOptions options_;
  Location where_;
};

/// These examples in a random order. ArgumentError when it is used if an index is not below the data set's size.
class TRIPTYCH_API SubsetRandomSampler : public Sampler {
 public:
  explicit SubsetRandomSampler(std::vector<std::int64_t> indices, std::uint64_t seed = 0,
                               Location where = Location::here());
  std::vector<std::int64_t> sample(std::int64_t size, std::int64_t epoch) const override;

 private:
  std::vector<std::int64_t> indices_;
  std::uint64_t seed_;
  Location where_;
};

/// `num_samples` examples, example i with a probability in proportion to weights[i]; without `replacement` none twice.
/// ArgumentError if a weight is negative or not finite, all are 0, num_samples is below 1, or there are fewer positive
/// weights than are drawn without replacement; when it is used, if there are more weights than examples.
class TRIPTYCH_API WeightedRandomSampler : public Sampler {
 public:
  WeightedRandomSampler(std::vector<double> weights, std::int64_t num_samples, bool replacement = true,
                        std::uint64_t seed = 0, Location where = Location::here());
  std::vector<std::int64_t> sample(std::int64_t size, std::int64_t epoch) const override;

 private:
  std::vector<double> weights_;
  std::int64_t num_samples_;
  bool replacement_;
  std::uint64_t seed_;
  Location where_;
};

/// Options of DistributedSampler, in PyTorch's order.
struct DistributedSamplerOptions {
  std::int64_t num_replicas = 1;
  std::int64_t rank = 0;
  bool shuffle = true;
  std::uint64_t seed = 0;
  /// Leaves out examples at the end, so that all have as many; else some are taken twice.
  bool drop_last = false;
};

/// The examples of one of several processes that share a data set: in the common order every num_replicas-th, from
/// `rank` on. ArgumentError unless 0 <= rank < num_replicas.
class TRIPTYCH_API DistributedSampler : public Sampler {
 public:
  explicit DistributedSampler(const DistributedSamplerOptions& options, Location where = Location::here());
  std::vector<std::int64_t> sample(std::int64_t size, std::int64_t epoch) const override;

 private:
  DistributedSamplerOptions options_;
  Location where_;
};

}  // namespace triptych::data
