// Batches of an epoch, prepared by the loop's thread or ahead of it by workers.
#include "triptych/core/data/loader.h"

#include <atomic>
#include <condition_variable>
#include <exception>
#include <limits>
#include <mutex>
#include <new>
#include <numeric>
#include <optional>
#include <system_error>
#include <thread>

#include "core/data/example_numbers.h"
#include "core/data/start_epoch.h"
#include "core/dispatch/backend.h"
#include "core/dispatch/modes.h"
#include "core/memory/allocator.h"
#include "core/random/philox.h"
#include "triptych/core/memory.h"
#include "triptych/core/pinned_memory.h"

namespace triptych::data {

Sampler::~Sampler() = default;

namespace {

/// 0, 1, ... size - 1.
std::vector<std::int64_t> in_order(const char* op, std::int64_t size, Location where) {
  // A number for each example is in memory; one for each of 2^40 will not be.
  if (size < 0 || size > std::int64_t{1} << 40)
    throw ArgumentError(op, "the number of examples is negative or more than 2^40", std::to_string(size), "", where);
  const auto count = static_cast<std::size_t>(size);
  try {
    if (count > machine_memory() / sizeof(std::int64_t)) throw std::bad_alloc();
    std::vector<std::int64_t> order(count);
    std::iota(order.begin(), order.end(), 0);
    return order;
  } catch (const std::bad_alloc&) {
    throw UnsupportedError(op, "out of memory for the order of the examples",
                           std::to_string(count) + " examples, 8 bytes for each", "", where);
  }
}

}  // namespace

std::vector<std::int64_t> shuffled_order(std::int64_t size, std::uint64_t seed, std::int64_t epoch, Location where) {
  std::vector<std::int64_t> order = in_order("shuffled_order", size, where);
  // Fisher-Yates. Step i of epoch e has the random bits of counter (i, e), and takes their product with i + 1, shifted.
  for (std::size_t i = order.size(); i-- > 1;) {
    const auto words = philox(seed, i, static_cast<std::uint64_t>(epoch));
    const std::uint64_t bits = std::uint64_t{words[1]} << 32 | words[0];
    const auto other = static_cast<std::size_t>(static_cast<unsigned __int128>(bits) * (i + 1) >> 64);
    std::swap(order[i], order[other]);
  }
  return order;
}

/// One pass over the data. Workers take batch numbers in turn and put each batch into slot `number % slots`; they stop
/// ahead when all slots hold batches that the loop has not had.
class DataLoader::Epoch {
 public:
  Epoch(std::shared_ptr<const Dataset> dataset, const DataLoaderOptions& options, std::int64_t number,
        std::vector<std::int64_t> order, Location where, Device device)
      : dataset_(std::move(dataset)),
        seed_(options.seed),
        number_(number),
        where_(where),
        device_(device),
        pin_(options.pin_memory && cuda_device_count() > 0),
        batch_size_(static_cast<std::size_t>(options.batch_size)),
        order_(std::move(order)) {
    count_ = order_.size() / batch_size_;
    if (!options.drop_last && order_.size() % batch_size_ != 0) ++count_;
    const auto workers = std::min<std::size_t>(static_cast<std::size_t>(options.num_workers), count_);
    // No more than there are batches; the product of two ints fits.
    slots_.resize(std::min(workers * static_cast<std::size_t>(options.prefetch_factor), count_));
    workers_.reserve(workers);
    try {
      for (std::size_t i = 0; i < workers; ++i) workers_.emplace_back([this] { work(); });
    } catch (const std::system_error&) {
      // As many as the system gives; without any the loop's thread makes the batches.
    } catch (...) {
      stop();
      throw;
    }
  }
  ~Epoch() { stop(); }
  Epoch(const Epoch&) = delete;
  Epoch& operator=(const Epoch&) = delete;

  bool at_end() const { return next_ > count_; }
  const Batch& batch() const { return batch_; }

  /// If that fails, the position stays before the batch, which is made anew at the next try.
  void advance() {
    batch_ = {};  // its memory can serve the next one
    if (next_ < count_) {
      Batch batch = take(next_);
      for (Tensor* part : {&batch.x, &batch.y})
        if (part->defined()) *part = on_device(*part, device_, pin_);  // nobody writes to the batch
      batch_ = std::move(batch);
    }
    ++next_;
  }

 private:
  struct Slot {
    bool filled = false;
    Batch batch;
    std::exception_ptr error;
  };

  /// The batch, made here or by a worker.
  Batch take(std::size_t number) {
    if (workers_.empty() || number < taken_) return make(number);
    Slot& slot = slots_[number % slots_.size()];
    std::unique_lock lock(mutex_);
    filled_.wait(lock, [&] { return slot.filled; });
    slot.filled = false;
    std::exception_ptr error = std::exchange(slot.error, nullptr);
    Batch batch = std::move(slot.batch);
    taken_ = number + 1;
    lock.unlock();
    emptied_.notify_all();
    if (error) std::rethrow_exception(error);
    return batch;
  }

  Batch make(std::size_t number) const {
    const Frame frame(where_);
    const std::size_t begin = number * batch_size_, end = std::min(begin + batch_size_, order_.size());
    const EpochNumbers epoch(seed_, number_);
    const ExampleNumbers first(order_[begin]);  // for a get_batch that makes all at once
    Batch batch = dataset_->get_batch(std::span(order_).subspan(begin, end - begin));
    for (Tensor* part : {&batch.x, &batch.y})
      if (pin_ && part->defined()) *part = pin_memory(*part);
    return batch;
  }

  void work() {
    const SingleThreaded alone;  // the cores belong to the training step
    while (true) {
      const std::size_t number = claimed_.fetch_add(1);
      if (number >= count_) return;
      {
        std::unique_lock lock(mutex_);
        emptied_.wait(lock, [&] { return stopped_ || number < taken_ + slots_.size(); });
        if (stopped_) return;
      }
      Batch batch;
      std::exception_ptr error;
      try {
        batch = make(number);
      } catch (...) {
        error = std::current_exception();
      }
      {
        const std::lock_guard lock(mutex_);
        slots_[number % slots_.size()] = {true, std::move(batch), std::move(error)};
      }
      filled_.notify_one();
    }
  }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    emptied_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }

  std::shared_ptr<const Dataset> dataset_;
  std::uint64_t seed_;
  std::int64_t number_;
  Location where_;
  Device device_;
  bool pin_;
  std::size_t batch_size_, count_;
  std::vector<std::int64_t> order_;
  std::size_t next_ = 0;  // number of the batch after the current one
  Batch batch_;

  std::mutex mutex_;
  std::condition_variable filled_, emptied_;
  std::vector<Slot> slots_;
  std::size_t taken_ = 0;  // batches that the loop has had
  bool stopped_ = false;
  std::atomic<std::size_t> claimed_{0};
  std::vector<std::thread> workers_;
};

DataLoader::DataLoader(std::shared_ptr<const Dataset> dataset, DataLoaderOptions options, Location where)
    : dataset_(std::move(dataset)), options_(std::move(options)), where_(where), device_(modes.device) {
  const auto check = [&](bool good, const char* rule, const std::string& given) {
    if (!good) throw ArgumentError("DataLoader", rule, given, "", where);
  };
  check(dataset_ != nullptr, "there is no data set", "a null pointer");
  check(options_.batch_size >= 1, "batch_size is below 1", std::to_string(options_.batch_size));
  check(options_.num_workers >= 0, "num_workers is negative", std::to_string(options_.num_workers));
  check(options_.prefetch_factor >= 1, "prefetch_factor is below 1", std::to_string(options_.prefetch_factor));
  check(!(options_.sampler && options_.shuffle), "two things decide the order", "both sampler and shuffle");
}

std::int64_t DataLoader::size() const {
  const Frame frame(where_);
  const std::int64_t examples = dataset_->size(), batch = options_.batch_size;
  return examples / batch + (!options_.drop_last && examples % batch != 0);
}

DataLoader::Iterator start_epoch(DataLoader& loader) {
  const DataLoaderOptions& options = loader.options_;
  const Location where = loader.where_;
  const Frame frame(where);  // of a data set's or sampler's own checks
  const std::int64_t size = loader.dataset_->size(), number = loader.epoch_;
  std::vector<std::int64_t> order;
  if (options.sampler) {
    order = options.sampler->sample(size, number);
  } else if (options.shuffle) {
    order = shuffled_order(size, options.seed, number, where);
  } else {
    order = in_order("DataLoader", size, where);
  }
  auto epoch =
      std::make_shared<DataLoader::Epoch>(loader.dataset_, options, number, std::move(order), where, loader.device_);
  epoch->advance();
  if (loader.epoch_ < std::numeric_limits<std::int64_t>::max()) ++loader.epoch_;
  return DataLoader::Iterator(std::move(epoch), where);
}

DataLoader::Iterator DataLoader::begin() {
  const std::int64_t number = epoch_;
  Iterator first = start_epoch(*this);
  if (first == end()) {
    epoch_ = number;
    throw ArgumentError("DataLoader", "an epoch has no batch",
                        std::to_string(dataset_->size()) + " examples, batch_size " +
                            std::to_string(options_.batch_size) + (options_.drop_last ? ", drop_last" : "") +
                            (options_.sampler ? ", a sampler that chose too few" : ""),
                        "A loop over it would do nothing", where_);
  }
  return first;
}

const Batch& DataLoader::Iterator::operator*() const {
  if (at_end())
    throw ArgumentError("DataLoader", "an iterator at the end of its epoch has no batch", "it was read", "", where_);
  return epoch_->batch();
}

DataLoader::Iterator& DataLoader::Iterator::operator++() {
  if (epoch_) epoch_->advance();
  return *this;
}

bool DataLoader::Iterator::at_end() const { return !epoch_ || epoch_->at_end(); }

}  // namespace triptych::data
