// Batches of an epoch, prepared by the loop's thread or ahead of it by workers.
#include "triptych/core/data/loader.h"

#include <atomic>
#include <chrono>
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
#include "core/data/stack.h"
#include "core/data/start_epoch.h"
#include "core/dispatch/backend.h"
#include "core/dispatch/modes.h"
#include "core/memory/allocator.h"
#include "core/random/philox.h"
#include "core/support/error_context.h"
#include "core/support/hyperparameter.h"
#include "core/support/span.h"
#include "triptych/core/memory.h"
#include "triptych/core/ops.h"
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

/// Threads that make batches, for one epoch or, if they are persistent, for all that follow.
class DataLoader::Workers {
 public:
  /// What each worker does for an epoch; `failed` is what its worker_init_fn threw.
  using Job = std::function<void(const std::exception_ptr& failed)>;

  /// As many threads as the system gives.
  Workers(std::size_t count, const DataLoaderOptions& options) : initialize_(options.worker_init_fn) {
    threads_.reserve(count);
    try {
      for (std::size_t i = 0; i < count; ++i) {
        const auto id = static_cast<int>(i);
        const WorkerInfo info{id, static_cast<int>(count), random_key(options.seed, RandomPurpose::example, i)};
        threads_.emplace_back([this, info] { live(info); });
      }
    } catch (const std::system_error&) {
    } catch (...) {
      end();
      throw;
    }
  }
  ~Workers() { end(); }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  std::size_t size() const { return threads_.size(); }
  /// False if they work for another epoch.
  bool take() { return !taken_.exchange(true); }
  void begin(Job job) {
    {
      const std::lock_guard lock(mutex_);
      job_ = std::move(job);
      working_ = threads_.size();
      ++jobs_;
    }
    changed_.notify_all();
  }
  /// Waits until all have ended the job.
  void finish() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return working_ == 0; });
    job_ = {};
    taken_ = false;
  }

 private:
  void live(const WorkerInfo& info);
  void end() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  std::function<void(int)> initialize_;
  std::atomic<bool> taken_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  Job job_;
  std::size_t working_ = 0;
  std::uint64_t jobs_ = 0;
  bool ended_ = false;
  std::vector<std::thread> threads_;
};

namespace {

thread_local const WorkerInfo* this_worker = nullptr;

}  // namespace

const WorkerInfo* get_worker_info() { return this_worker; }

void DataLoader::Workers::live(const WorkerInfo& info) {
  modes.single_threaded = true;  // the cores belong to the training step
  this_worker = &info;
  std::exception_ptr failed;
  try {
    if (initialize_) initialize_(info.id);
  } catch (...) {
    failed = std::current_exception();
  }
  for (std::uint64_t seen = 0;;) {
    Job job;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return ended_ || jobs_ != seen; });
      if (ended_) return;
      seen = jobs_;
      job = job_;
    }
    job(failed);
    {
      const std::lock_guard lock(mutex_);
      --working_;
    }
    changed_.notify_all();
  }
}

/// The examples of an epoch, batch by batch.
struct Plan {
  std::vector<std::int64_t> order;
  std::size_t batch_size = 1;
  std::vector<std::size_t> ends;  // of a batch_sampler's batches in `order`; empty: all are of batch_size
  std::size_t count = 0;

  std::span<const std::int64_t> batch(std::size_t number) const {
    const std::size_t begin = ends.empty() ? number * batch_size : number == 0 ? 0 : ends[number - 1];
    const std::size_t end = ends.empty() ? std::min(begin + batch_size, order.size()) : ends[number];
    return std::span(order).subspan(begin, end - begin);
  }
};

/// One pass over the data. Workers take batch numbers in turn and put each batch into slot `number % slots`; they stop
/// ahead when all slots hold batches that the loop has not had. Of an iterable data set nobody knows the number of
/// batches before its end, and one worker reads it.
class DataLoader::Epoch {
 public:
  Epoch(const DataLoader& loader, std::int64_t number, Plan plan, std::unique_ptr<ExampleStream> stream,
        std::size_t skipped, std::shared_ptr<Workers> workers)
      : dataset_(loader.dataset_),
        options_(loader.options_),
        number_(number),
        where_(loader.where_),
        device_(loader.device_),
        pin_(options_.pin_memory && cuda_device_count() > 0),
        plan_(std::move(plan)),
        stream_(std::move(stream)),
        count_(stream_ ? std::size_t{1} << 62 : plan_.count),
        next_(skipped),
        taken_(skipped),
        claimed_(skipped) {
    for (std::size_t i = 0; stream_ && i < skipped && i < count_; ++i)
      if (!make(i)) count_ = i;
    if (!workers || workers->size() == 0) return;
    // No more than there are batches; the product of two ints fits.
    slots_.resize(std::min(workers->size() * static_cast<std::size_t>(options_.prefetch_factor), count_.load()));
    workers_ = std::move(workers);
    workers_->begin([this](const std::exception_ptr& failed) { work(failed); });
  }
  ~Epoch() {
    if (!workers_) return;
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    emptied_.notify_all();
    workers_->finish();
  }
  Epoch(const Epoch&) = delete;
  Epoch& operator=(const Epoch&) = delete;

  bool at_end() const { return next_ > count_; }
  const Batch& batch() const { return batch_; }
  std::int64_t number() const { return number_; }
  /// Batches that the loop has had.
  std::size_t had() const { return next_; }

  /// If that fails, the position stays before the batch, which is made anew at the next try.
  void advance() {
    batch_ = {};  // its memory can serve the next one
    if (next_ < count_) {
      if (std::optional<Batch> batch = take(next_)) {
        for (Tensor* part : {&batch->x, &batch->y})
          if (part->defined()) *part = on_device(*part, device_, pin_);  // nobody writes to the batch
        batch_ = std::move(*batch);
      } else {
        count_ = next_;
      }
    }
    ++next_;
  }

 private:
  struct Slot {
    bool filled = false;
    std::optional<Batch> batch;
    std::exception_ptr error;
  };

  /// The batch, made here or by a worker; nothing at the end of an iterable data set.
  std::optional<Batch> take(std::size_t number) {
    const Span span(SpanKind::annotation, "enumerate(DataLoader)#next");
    if (!workers_ || number < taken_) return make(number);
    Slot& slot = slots_[number % slots_.size()];
    std::unique_lock lock(mutex_);
    const auto filled = [&] { return slot.filled || left_; };
    if (options_.timeout == 0) {
      filled_.wait(lock, filled);
    } else if (!filled_.wait_for(lock, std::chrono::duration<double>(std::min(options_.timeout, 1e8)), filled)) {
      throw UnsupportedError("DataLoader", "a worker did not make its batch in time",
                             "batch " + std::to_string(number) + ", timeout " + number_text(options_.timeout),
                             "The loop may be continued", where_);
    }
    if (!slot.filled) {
      lock.unlock();
      return make(number);
    }
    slot.filled = false;
    std::exception_ptr error = std::exchange(slot.error, nullptr);
    std::optional<Batch> batch = std::move(slot.batch);
    taken_ = number + 1;
    lock.unlock();
    emptied_.notify_all();
    if (error) std::rethrow_exception(error);
    return batch;
  }

  std::optional<Batch> make(std::size_t number) {
    const Frame frame(where_);
    const EpochNumbers epoch(options_.seed, number_);
    std::optional<Batch> batch = stream_ ? read() : gather(plan_.batch(number));
    if (!batch) return {};
    if (!pin_) return batch;
    const auto pin = [](Tensor& part) {
      if (part.defined()) part = pin_memory(part);
    };
    pin(batch->x), pin(batch->y);
    for (auto& [name, part] : batch->more) pin(part);
    return batch;
  }

  Batch gather(std::span<const std::int64_t> indices) const {
    if (indices.empty())
      throw ArgumentError("DataLoader", "a batch has no example", "the batch_sampler gave an empty list", "", where_);
    const ExampleNumbers first(indices[0]);  // for a get_batch that makes all at once
    if (!options_.collate_fn) return dataset_->get_batch(indices);
    std::vector<Example> examples;
    const UserCode its_lines;
    for (const std::int64_t index : indices) {
      const ExampleNumbers numbers(index);
      examples.push_back(dataset_->get(index));
    }
    return options_.collate_fn(examples);
  }

  /// The next examples of the stream; those of a try that failed are kept.
  std::optional<Batch> read() {
    const auto whole = static_cast<std::size_t>(options_.batch_size);
    const UserCode its_lines;
    while (collected_.size() < whole) {
      const ExampleNumbers numbers(read_);
      std::optional<Example> example = stream_->next();
      if (!example) break;
      collected_.push_back(std::move(*example));
      ++read_;
    }
    if (collected_.empty() || (options_.drop_last && collected_.size() < whole)) return {};
    std::vector<std::int64_t> indices(collected_.size());
    std::iota(indices.begin(), indices.end(), read_ - static_cast<std::int64_t>(collected_.size()));
    const ExampleNumbers first(indices[0]);
    Batch batch = options_.collate_fn ? options_.collate_fn(collected_) : stack_examples(indices, collected_);
    collected_.clear();
    return batch;
  }

  void work(const std::exception_ptr& failed) {
    while (true) {
      const std::size_t number = claimed_.fetch_add(1);
      if (number >= count_) return;
      {
        std::unique_lock lock(mutex_);
        emptied_.wait(lock, [&] { return stopped_ || number < taken_ + slots_.size(); });
        if (stopped_) return;
      }
      std::optional<Batch> batch;
      std::exception_ptr error = failed;
      try {
        if (!failed) batch = make(number);
      } catch (...) {
        error = std::current_exception();
      }
      const bool leaves = stream_ && !batch;  // at the end; after an error the loop's thread reads on
      {
        const std::lock_guard lock(mutex_);
        slots_[number % slots_.size()] = {true, std::move(batch), std::move(error)};
        left_ |= leaves;
      }
      filled_.notify_one();
      if (leaves) return;
    }
  }

  std::shared_ptr<const Dataset> dataset_;
  DataLoaderOptions options_;
  std::int64_t number_;
  Location where_;
  Device device_;
  bool pin_;
  Plan plan_;
  std::unique_ptr<ExampleStream> stream_;  // of an iterable data set
  std::vector<Example> collected_;
  std::int64_t read_ = 0;
  std::atomic<std::size_t> count_;
  std::size_t next_;  // number of the batch after the current one
  Batch batch_;

  std::mutex mutex_;
  std::condition_variable filled_, emptied_;
  std::vector<Slot> slots_;
  std::size_t taken_;  // batches that the loop has had
  bool stopped_ = false, left_ = false;
  std::atomic<std::size_t> claimed_;
  std::shared_ptr<Workers> workers_;
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
  check(options_.timeout >= 0, "timeout is negative or NaN", number_text(options_.timeout));
  check(!(options_.sampler && options_.shuffle), "two things decide the order", "both sampler and shuffle");
  if (options_.batch_sampler)
    check(options_.batch_size == 1 && !options_.shuffle && !options_.sampler && !options_.drop_last,
          "a batch_sampler decides what is given besides", "batch_size, shuffle, sampler or drop_last");
  if (dynamic_cast<const IterableDataset*>(dataset_.get()))
    check(!options_.shuffle && !options_.sampler && !options_.batch_sampler,
          "an iterable data set has an order of its own", "shuffle, a sampler or a batch_sampler");
}

namespace {

Plan plan_of(const Dataset& dataset, const DataLoaderOptions& options, std::int64_t epoch, Location where) {
  const std::int64_t size = dataset.size();
  Plan plan;
  if (options.batch_sampler) {
    for (const std::vector<std::int64_t>& batch : options.batch_sampler->sample(size, epoch)) {
      plan.order.insert(plan.order.end(), batch.begin(), batch.end());
      plan.ends.push_back(plan.order.size());
    }
    plan.count = plan.ends.size();
    return plan;
  }
  plan.order = options.sampler   ? options.sampler->sample(size, epoch)
               : options.shuffle ? shuffled_order(size, options.seed, epoch, where)
                                 : in_order("DataLoader", size, where);
  plan.batch_size = static_cast<std::size_t>(options.batch_size);
  plan.count = plan.order.size() / plan.batch_size;
  if (!options.drop_last && plan.order.size() % plan.batch_size != 0) ++plan.count;
  return plan;
}

}  // namespace

std::int64_t DataLoader::size() const {
  const Frame frame(where_);
  const std::int64_t examples = dataset_->size(), batch = options_.batch_size;
  if (options_.batch_sampler) return static_cast<std::int64_t>(options_.batch_sampler->sample(examples, epoch_).size());
  return examples / batch + (!options_.drop_last && examples % batch != 0);
}

DataLoader::Iterator start_epoch(DataLoader& loader) {
  const DataLoaderOptions& options = loader.options_;
  const Frame frame(loader.where_);  // of a data set's or sampler's own checks
  const std::int64_t number = loader.epoch_;
  const auto* iterable = dynamic_cast<const IterableDataset*>(loader.dataset_.get());
  std::unique_ptr<ExampleStream> stream;
  Plan plan;
  if (iterable) {
    stream = iterable->examples(number);
    if (!stream)
      throw ArgumentError("DataLoader", "an iterable data set gave no examples", "a null pointer", "", loader.where_);
  } else {
    plan = plan_of(*loader.dataset_, options, number, loader.where_);
  }
  std::size_t skipped = static_cast<std::size_t>(loader.skip_);
  if (!iterable) skipped = std::min(skipped, plan.count);
  std::shared_ptr<DataLoader::Workers> workers;
  if (options.num_workers > 0) {
    const auto wanted = static_cast<std::size_t>(options.num_workers);
    const std::size_t count = iterable                     ? 1
                              : options.persistent_workers ? wanted
                                                           : std::min(wanted, plan.count - skipped);
    if (options.persistent_workers && !loader.workers_)
      loader.workers_ = std::make_shared<DataLoader::Workers>(count, options);
    // Of a loop inside of another over the same loader the workers are its own.
    if (loader.workers_ && loader.workers_->take())
      workers = loader.workers_;
    else if (count > 0)
      workers = std::make_shared<DataLoader::Workers>(count, options);
  }
  auto epoch = std::make_shared<DataLoader::Epoch>(loader, number, std::move(plan), std::move(stream), skipped,
                                                   std::move(workers));
  epoch->advance();
  loader.skip_ = 0;
  loader.current_ = epoch;
  if (loader.epoch_ < std::numeric_limits<std::int64_t>::max()) ++loader.epoch_;
  return DataLoader::Iterator(std::move(epoch), loader.where_);
}

DataLoader::Iterator DataLoader::begin() {
  const std::int64_t number = epoch_, skipped = skip_;
  Iterator first = start_epoch(*this);
  if (first == end() && skipped == 0) {
    epoch_ = number;
    current_.reset();
    const bool iterable = dynamic_cast<const IterableDataset*>(dataset_.get()) != nullptr;
    throw ArgumentError("DataLoader", "an epoch has no batch",
                        (iterable ? "an iterable data set" : std::to_string(dataset_->size()) + " examples") +
                            ", batch_size " + std::to_string(options_.batch_size) +
                            (options_.drop_last ? ", drop_last" : "") +
                            (options_.sampler || options_.batch_sampler ? ", a sampler that chose too few" : ""),
                        "A loop over it would do nothing", where_);
  }
  return first;
}

StateDict DataLoader::state_dict(Location where) const {
  const Frame frame(where);
  std::int64_t epoch = epoch_, batches = skip_;
  if (const std::shared_ptr<const Epoch> current = current_.lock(); current && !current->at_end()) {
    epoch = current->number();
    batches = static_cast<std::int64_t>(current->had());
  }
  const auto number = [](std::int64_t value) { return tensor(value); };
  return {{"epoch", number(epoch)},
          {"batches", number(batches)},
          {"seed", number(static_cast<std::int64_t>(options_.seed))}};
}

void DataLoader::load_state_dict(const StateDict& state, Location where) {
  const Called called("DataLoader");
  const auto number = [&](const char* name) {
    const Tensor& value = state.at(name, where);
    if (!value.defined() || value.is_symbolic() || value.dtype() != int64 || value.numel() != 1)
      throw ArgumentError("DataLoader", "an entry of the state is no int64 number", "'" + std::string(name) + "'", "",
                          where);
    return value.item<std::int64_t>(where);
  };
  const std::int64_t epoch = number("epoch"), batches = number("batches"), seed = number("seed");
  if (epoch < 0 || batches < 0)
    throw ArgumentError("DataLoader", "an entry of the state is negative",
                        "epoch " + std::to_string(epoch) + ", batches " + std::to_string(batches), "", where);
  if (seed != static_cast<std::int64_t>(options_.seed))
    throw ArgumentError("DataLoader", "the state is of a loader with another seed",
                        std::to_string(static_cast<std::uint64_t>(seed)) + ", not " + std::to_string(options_.seed),
                        "Its batches would be others", where);
  epoch_ = epoch;
  skip_ = batches;
  current_.reset();
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
