// From a data set to batches: in order or shuffled, prepared by this thread or by workers.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

#include "triptych/core/data/dataset.h"

namespace triptych::data {

/// Says which examples an epoch takes, in which order.
class TRIPTYCH_API Sampler {
 public:
  virtual ~Sampler();
  /// Indices of a data set of `size` examples, for epoch number `epoch`.
  virtual std::vector<std::int64_t> sample(std::int64_t size, std::int64_t epoch) const = 0;
};

/// The order of examples in a shuffled epoch: a permutation of 0..size-1 that depends on these three numbers only, and
/// is the same on every machine. ArgumentError for a negative size, or one of more than 2^40; UnsupportedError if there
/// is no memory for so many.
TRIPTYCH_API std::vector<std::int64_t> shuffled_order(std::int64_t size, std::uint64_t seed, std::int64_t epoch,
                                                      Location where = Location::here());

/// Options of DataLoader, in PyTorch's order.
struct DataLoaderOptions {
  std::int64_t batch_size = 1;
  /// A new order in every epoch.
  bool shuffle = false;
  /// Decides the order itself; excludes `shuffle`.
  std::shared_ptr<const Sampler> sampler = nullptr;
  /// Threads that prepare batches ahead; 0: the loop's own thread prepares each. The batches do not depend on it.
  int num_workers = 0;
  /// Batches are made in pinned memory, so that copying one to a GPU does not wait (in a DeviceScope the loader copies
  /// them). Without effect on a machine without a GPU.
  bool pin_memory = false;
  /// Leaves out a last batch that is not full.
  bool drop_last = false;
  /// Batches that each worker may be ahead.
  int prefetch_factor = 2;
  /// Of the order, and of the numbers that are drawn while examples are made.
  std::uint64_t seed = 0;
};

/// Goes through a data set in batches: `for (auto [x, y] : loader)`. Each loop is an epoch; with `shuffle` each has an
/// order of its own. A loader made in a DeviceScope gives its batches on that device. An exception of the data set, in
/// a worker too, comes out of the loop. A loop may be left early.
class TRIPTYCH_API DataLoader {
 public:
  /// Keeps a copy of `dataset`. ArgumentError for a batch size below one and the like.
  template <std::derived_from<Dataset> D>
  explicit DataLoader(D dataset, DataLoaderOptions options = {}, Location where = Location::here())
      : DataLoader(std::shared_ptr<const Dataset>(std::make_shared<D>(std::move(dataset))), std::move(options), where) {
  }
  /// `DataLoader(dataset, 32, true)`: the first two options.
  template <std::derived_from<Dataset> D, Number B>
  DataLoader(D dataset, B batch_size, bool shuffle = false, Location where = Location::here())
      : DataLoader(std::move(dataset),
                   DataLoaderOptions{.batch_size = static_cast<std::int64_t>(batch_size), .shuffle = shuffle}, where) {}
  /// Shares `dataset`, for one that cannot be copied.
  explicit DataLoader(std::shared_ptr<const Dataset> dataset, DataLoaderOptions options = {},
                      Location where = Location::here());

  DataLoader(const DataLoader&) = default;  // moving copies it, too: one that was moved from is still a loader
  DataLoader& operator=(const DataLoader&) = default;

  /// Batches in an epoch without a sampler.
  std::int64_t size() const;
  const Dataset& dataset() const { return *dataset_; }
  const DataLoaderOptions& options() const { return options_; }
  /// The number of the next epoch; it decides the order.
  void set_epoch(std::int64_t epoch) { epoch_ = epoch; }

  class Epoch;

  /// A position in an epoch; copies share it.
  class TRIPTYCH_API Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Batch;
    using difference_type = std::ptrdiff_t;
    using pointer = const Batch*;
    using reference = const Batch&;

    Iterator(std::shared_ptr<Epoch> epoch, Location where) : epoch_(std::move(epoch)), where_(where) {}
    const Batch& operator*() const;
    const Batch* operator->() const { return &**this; }
    Iterator& operator++();
    void operator++(int) { ++*this; }
    friend bool operator==(const Iterator& a, std::default_sentinel_t) { return a.at_end(); }

   private:
    bool at_end() const;
    std::shared_ptr<Epoch> epoch_;
    Location where_;
  };

  /// Starts an epoch. ArgumentError if it has no batch: no example, or with `drop_last` less than a batch of them.
  Iterator begin();
  std::default_sentinel_t end() const { return {}; }

 private:
  friend Iterator start_epoch(DataLoader& loader);  // core/data/start_epoch.h
  std::shared_ptr<const Dataset> dataset_;
  DataLoaderOptions options_;
  Location where_;  // errors of a batch name the line that made the loader
  Device device_;
  std::int64_t epoch_ = 0;
};

/// Options of `batches`.
struct BatchesOptions {
  std::int64_t batch_size = 32;
  bool shuffle = false;
  std::uint64_t seed = 0;
  bool drop_last = false;
};

/// A data set as batches that this thread prepares, as needed. With the options of a DataLoader it gives the same
/// batches.
template <std::derived_from<Dataset> D>
DataLoader batches(D dataset, const BatchesOptions& options = {}, Location where = Location::here()) {
  return DataLoader(std::move(dataset),
                    {.batch_size = options.batch_size,
                     .shuffle = options.shuffle,
                     .drop_last = options.drop_last,
                     .seed = options.seed},
                    where);
}

}  // namespace triptych::data
