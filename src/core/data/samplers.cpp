#include "triptych/core/data/samplers.h"

#include <algorithm>
#include <cmath>
#include <new>
#include <numeric>

#include "core/random/philox.h"
#include "core/random/random.h"
#include "core/support/hyperparameter.h"
#include "core/memory/allocator.h"
#include "triptych/core/memory.h"

namespace triptych::data {
namespace {

constexpr std::int64_t most_samples = std::int64_t{1} << 40;

void check_count(const char* op, std::int64_t num_samples, Location where) {
  if (num_samples < 1 || num_samples > most_samples)
    throw ArgumentError(op, "num_samples is below 1 or above 2^40", std::to_string(num_samples), "", where);
}

/// An empty order with room for so many; UnsupportedError if there is no memory for them.
std::vector<std::int64_t> room_for(const char* op, std::int64_t count, Location where) {
  std::vector<std::int64_t> order;
  const auto wanted = static_cast<std::size_t>(std::max<std::int64_t>(count, 0));
  try {
    if (wanted > machine_memory() / sizeof(std::int64_t)) throw std::bad_alloc();
    order.reserve(wanted);
  } catch (const std::bad_alloc&) {
    throw UnsupportedError(op, "out of memory for the order of the examples",
                           std::to_string(count) + " examples, 8 bytes for each", "", where);
  }
  return order;
}

/// 53 random bits of draw i in an epoch.
std::uint64_t bits_of(std::uint64_t seed, std::int64_t epoch, std::int64_t i) {
  const auto words = philox(random_key(seed, RandomPurpose::example, static_cast<std::uint64_t>(epoch)),
                            static_cast<std::uint64_t>(i));
  return (std::uint64_t{words[1]} << 32 | words[0]) >> 11;
}

/// In (0, 1).
double share_of(std::uint64_t seed, std::int64_t epoch, std::int64_t i) {
  return (static_cast<double>(bits_of(seed, epoch, i)) + 0.5) * 0x1p-53;
}

}  // namespace

std::vector<std::int64_t> SequentialSampler::sample(std::int64_t size, std::int64_t) const {
  if (size < 0 || size > most_samples)
    throw ArgumentError("SequentialSampler", "the number of examples is negative or more than 2^40",
                        std::to_string(size), "", where_);
  std::vector<std::int64_t> order = room_for("SequentialSampler", size, where_);
  for (std::int64_t i = 0; i < size; ++i) order.push_back(i);
  return order;
}

RandomSampler::RandomSampler(const RandomSamplerOptions& options, Location where) : options_(options), where_(where) {
  if (options.num_samples) check_count("RandomSampler", *options.num_samples, where);
}

std::vector<std::int64_t> RandomSampler::sample(std::int64_t size, std::int64_t epoch) const {
  if (!options_.replacement && !options_.num_samples) return shuffled_order(size, options_.seed, epoch, where_);
  const std::int64_t count = options_.num_samples.value_or(size);
  if (size < 0 || size > most_samples)
    throw ArgumentError("RandomSampler", "the number of examples is negative or more than 2^40", std::to_string(size),
                        "", where_);
  if (size == 0) return {};
  std::vector<std::int64_t> order = room_for("RandomSampler", count, where_);
  if (options_.replacement) {
    for (std::int64_t i = 0; i < count; ++i)
      order.push_back(static_cast<std::int64_t>(share_of(options_.seed, epoch, i) * static_cast<double>(size)));
    return order;
  }
  for (std::int64_t pass = 0; static_cast<std::int64_t>(order.size()) < count; ++pass) {
    // The first is that of a loader that shuffles.
    const std::uint64_t seed =
        pass == 0 ? options_.seed
                  : random_key(options_.seed, RandomPurpose::example, ~static_cast<std::uint64_t>(pass));
    const std::vector<std::int64_t> all = shuffled_order(size, seed, epoch, where_);
    const std::int64_t taken = std::min(size, count - static_cast<std::int64_t>(order.size()));
    order.insert(order.end(), all.begin(), all.begin() + taken);
  }
  return order;
}

SubsetRandomSampler::SubsetRandomSampler(std::vector<std::int64_t> indices, std::uint64_t seed, Location where)
    : indices_(std::move(indices)), seed_(seed), where_(where) {}

std::vector<std::int64_t> SubsetRandomSampler::sample(std::int64_t size, std::int64_t epoch) const {
  std::vector<std::int64_t> order = shuffled_order(static_cast<std::int64_t>(indices_.size()), seed_, epoch, where_);
  for (std::int64_t& place : order) {
    place = indices_[static_cast<std::size_t>(place)];
    if (place < 0 || place >= size)
      throw ArgumentError("SubsetRandomSampler", "an index is not below the data set's size",
                          "index " + std::to_string(place) + ", size " + std::to_string(size), "", where_);
  }
  return order;
}

WeightedRandomSampler::WeightedRandomSampler(std::vector<double> weights, std::int64_t num_samples, bool replacement,
                                             std::uint64_t seed, Location where)
    : weights_(std::move(weights)), num_samples_(num_samples), replacement_(replacement), seed_(seed), where_(where) {
  constexpr const char* op = "WeightedRandomSampler";
  check_count(op, num_samples, where);
  std::int64_t positive = 0;
  double sum = 0;
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    if (!(weights_[i] >= 0) || std::isinf(weights_[i]))
      throw ArgumentError(op, "a weight is negative or not finite",
                          "weight " + std::to_string(i) + " is " + number_text(weights_[i]), "", where);
    positive += weights_[i] > 0;
    sum += weights_[i];
  }
  if (positive == 0 || std::isinf(sum))
    throw ArgumentError(op, "the weights do not add up to a number above 0", number_text(sum), "", where);
  if (!replacement && num_samples > positive)
    throw ArgumentError(op, "more examples are drawn than have a weight",
                        std::to_string(num_samples) + " of " + std::to_string(positive), "", where);
}

std::vector<std::int64_t> WeightedRandomSampler::sample(std::int64_t size, std::int64_t epoch) const {
  const auto count = static_cast<std::int64_t>(weights_.size());
  if (count == 0)
    throw ArgumentError("WeightedRandomSampler", "there are no weights", "the sampler was moved from", "", where_);
  if (count > size)
    throw ArgumentError("WeightedRandomSampler", "there are more weights than examples",
                        std::to_string(count) + " weights, " + std::to_string(size) + " examples", "", where_);
  std::vector<std::int64_t> order = room_for("WeightedRandomSampler", num_samples_, where_);
  if (replacement_) {
    std::vector<double> sums(weights_.size());
    std::partial_sum(weights_.begin(), weights_.end(), sums.begin());
    for (std::int64_t i = 0; i < num_samples_; ++i) {
      const auto found = std::upper_bound(sums.begin(), sums.end(), share_of(seed_, epoch, i) * sums.back());
      std::int64_t index = std::min<std::int64_t>(found - sums.begin(), count - 1);
      while (weights_[static_cast<std::size_t>(index)] == 0) --index;  // rounded to the end
      order.push_back(index);
    }
    return order;
  }
  // Each waits a time that is exponential in its weight; who comes first is drawn first (Efraimidis and Spirakis 2006).
  std::vector<std::pair<double, std::int64_t>> arrivals;
  for (std::int64_t i = 0; i < count; ++i)
    if (const double weight = weights_[static_cast<std::size_t>(i)]; weight > 0)
      arrivals.emplace_back(-std::log(share_of(seed_, epoch, i)) / weight, i);
  std::sort(arrivals.begin(), arrivals.end());
  for (std::int64_t i = 0; i < num_samples_; ++i) order.push_back(arrivals[static_cast<std::size_t>(i)].second);
  return order;
}

DistributedSampler::DistributedSampler(const DistributedSamplerOptions& options, Location where)
    : options_(options), where_(where) {
  if (options.num_replicas < 1)
    throw ArgumentError("DistributedSampler", "num_replicas is below 1", std::to_string(options.num_replicas), "",
                        where);
  if (options.rank < 0 || options.rank >= options.num_replicas)
    throw ArgumentError("DistributedSampler", "rank is not below num_replicas",
                        std::to_string(options.rank) + " of " + std::to_string(options.num_replicas), "Count from 0",
                        where);
}

std::vector<std::int64_t> DistributedSampler::sample(std::int64_t size, std::int64_t epoch) const {
  const std::vector<std::int64_t> all = options_.shuffle ? shuffled_order(size, options_.seed, epoch, where_)
                                                         : SequentialSampler(where_).sample(size, epoch);
  const std::int64_t replicas = options_.num_replicas;
  const std::int64_t each = size / replicas + (!options_.drop_last && size % replicas != 0);
  std::vector<std::int64_t> order = room_for("DistributedSampler", each, where_);
  for (std::int64_t i = 0; size > 0 && i < each; ++i) {
    const auto place = static_cast<std::uint64_t>(options_.rank) +
                       static_cast<std::uint64_t>(i) * static_cast<std::uint64_t>(replicas);
    order.push_back(all[place % static_cast<std::uint64_t>(size)]);  // from the beginning again
  }
  return order;
}

BatchSampler::BatchSampler(std::shared_ptr<const Sampler> sampler, std::int64_t batch_size, bool drop_last,
                           Location where)
    : sampler_(std::move(sampler)), batch_size_(batch_size), drop_last_(drop_last) {
  if (!sampler_) throw ArgumentError("BatchSampler", "there is no sampler", "a null pointer", "", where);
  if (batch_size < 1)
    throw ArgumentError("BatchSampler", "batch_size is below 1", std::to_string(batch_size), "", where);
}
BatchSampler::~BatchSampler() = default;

std::vector<std::vector<std::int64_t>> BatchSampler::sample(std::int64_t size, std::int64_t epoch) const {
  std::vector<std::vector<std::int64_t>> batches;
  if (!sampler_) return batches;
  for (const std::int64_t index : sampler_->sample(size, epoch)) {
    if (batches.empty() || static_cast<std::int64_t>(batches.back().size()) == batch_size_) batches.emplace_back();
    batches.back().push_back(index);
  }
  if (drop_last_ && !batches.empty() && static_cast<std::int64_t>(batches.back().size()) < batch_size_)
    batches.pop_back();
  return batches;
}

}  // namespace triptych::data
