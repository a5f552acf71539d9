// From a data set to batches: in order or shuffled, prepared by this thread or by workers.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

#include "triptych/core/data/dataset.h"
#include "triptych/core/io.h"

namespace triptych::data {

/// Says which examples an epoch takes, in which order.
class TRIPTYCH_API Sampler {
 public:
  virtual ~Sampler();
  /// Indices of a data set of `size` examples, for epoch number `epoch`.
  virtual std::vector<std::int64_t> sample(std::int64_t size, std::int64_t epoch) const = 0;
};

/// Says which examples stand together in each batch of an epoch: those of a sampler, so many at a time. Derive from it
/// for batches of one's own.
class TRIPTYCH_API BatchSampler {
 public:
  /// ArgumentError if there is no sampler, or batch_size is below 1.
  BatchSampler(std::shared_ptr<const Sampler> sampler, std::int64_t batch_size, bool drop_last,
               Location where = Location::here());
  virtual ~BatchSampler();
  /// Indices of a data set of `size` examples, a list for each batch of epoch number `epoch`.
  virtual std::vector<std::vector<std::int64_t>> sample(std::int64_t size, std::int64_t epoch) const;

 protected:
  BatchSampler() = default;

 private:
  std::shared_ptr<const Sampler> sampler_;
  std::int64_t batch_size_ = 1;
  bool drop_last_ = false;
};

/// The order of examples in a shuffled epoch: a permutation of 0..size-1 that depends on these three numbers only, and
/// is the same on every machine. ArgumentError for a negative size, or one of more than 2^40; UnsupportedError if there
/// is no memory for so many.
TRIPTYCH_API std::vector<std::int64_t> shuffled_order(std::int64_t size, std::uint64_t seed, std::int64_t epoch,
                                                      Location where = Location::here());

/// Makes a batch of examples. It is called by workers, several at once.
using CollateFunction = std::function<Batch(const std::vector<Example>& examples)>;
/// Stacks examples, as loaders do that are given no function: `x` of all, `y`, and each of `more`. ArgumentError if
/// they differ in shape or dtype, or there is none.
TRIPTYCH_API Batch default_collate(const std::vector<Example>& examples, Location where = Location::here());
/// A function that makes examples of different lengths alike first: each dimension of x, y and `more` becomes that of
/// the largest example, filled up with `padding_value` at its end.
TRIPTYCH_API CollateFunction pad_collate(double padding_value = 0, Location where = Location::here());

/// Which worker of a loader this thread is.
struct WorkerInfo {
  int id = 0;
  int num_workers = 0;
  /// The loader's seed and the id make it: other numbers in each worker.
  std::uint64_t seed = 0;
};
/// Of this thread; null outside of workers.
TRIPTYCH_API const WorkerInfo* get_worker_info();

/// Options of DataLoader, in PyTorch's order.
struct DataLoaderOptions {
  std::int64_t batch_size = 1;
  /// A new order in every epoch.
  bool shuffle = false;
  /// Decides the order itself; excludes `shuffle`.
  std::shared_ptr<const Sampler> sampler = nullptr;
  /// Decides what each batch is; excludes `batch_size`, `shuffle`, `sampler` and `drop_last`.
  std::shared_ptr<const BatchSampler> batch_sampler = nullptr;
  /// Threads that prepare batches ahead; 0: the loop's own thread prepares each. The batches do not depend on it. An
  /// IterableDataset has one at most.
  int num_workers = 0;
  /// Makes batches of the examples that the data set's `get` gives; none: its `get_batch` makes them.
  CollateFunction collate_fn = {};
  /// Batches are made in pinned memory, so that copying one to a GPU does not wait (in a DeviceScope the loader copies
  /// them). Without effect on a machine without a GPU.
  bool pin_memory = false;
  /// Leaves out a last batch that is not full.
  bool drop_last = false;
  /// Seconds that the loop waits for a worker's batch before it gets an UnsupportedError; 0: as long as it takes.
  double timeout = 0;
  /// Is called in each worker with its number, before it makes anything.
  std::function<void(int worker_id)> worker_init_fn = {};
  /// Batches that each worker may be ahead.
  int prefetch_factor = 2;
  /// The workers of an epoch go on with the next one, so that `worker_init_fn` and what threads keep are of all epochs.
  bool persistent_workers = false;
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
  template <std::derived_from<Dataset> D, WholeNumber B>
  DataLoader(D dataset, B batch_size, bool shuffle = false, Location where = Location::here())
      : DataLoader(std::move(dataset),
                   DataLoaderOptions{.batch_size = static_cast<std::int64_t>(batch_size), .shuffle = shuffle}, where) {}
  /// Shares `dataset`, for one that cannot be copied.
  explicit DataLoader(std::shared_ptr<const Dataset> dataset, DataLoaderOptions options = {},
                      Location where = Location::here());

  DataLoader(const DataLoader&) = default;  // moving copies it, too: one that was moved from is still a loader
  DataLoader& operator=(const DataLoader&) = default;

  /// Batches in an epoch without a sampler; with a batch_sampler, in the next one. UnsupportedError for an
  /// IterableDataset.
  std::int64_t size() const;
  const Dataset& dataset() const { return *dataset_; }
  const DataLoaderOptions& options() const { return options_; }
  /// The number of the next epoch; it decides the order.
  void set_epoch(std::int64_t epoch) {
    epoch_ = epoch;
    skip_ = 0;
  }

  /// Where it is: "epoch", and "batches" that the latest loop has had, if that is not at its end. A loader that loads
  /// it begins its next loop behind those batches, with the same batches as this one would give.
  StateDict state_dict(Location where = Location::here()) const;
  /// ArgumentError, and nothing changes, if an entry is missing or negative, or the seed is another one.
  void load_state_dict(const StateDict& state, Location where = Location::here());

  class Epoch;
  class Workers;

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
  std::int64_t skip_ = 0;  // batches of the next epoch, which were had before
  std::weak_ptr<const Epoch> current_;
  std::shared_ptr<Workers> workers_;  // persistent ones
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
