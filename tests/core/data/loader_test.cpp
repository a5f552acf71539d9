// Data sets, loaders and their workers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <numeric>
#include <thread>

#include "core/random/philox.h"
#include "files.h"
#include "triptych/core/data.h"
#include "triptych/core/mean.h"
#include "triptych/core/memory.h"
#include "triptych/core/ops.h"

namespace tt = triptych;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;

namespace {

/// Example i is x = (i, i), y = 10 i.
tt::data::TensorDataset count_to(std::int64_t size) {
  std::vector<float> x;
  std::vector<std::int64_t> y;
  for (std::int64_t i = 0; i < size; ++i) {
    x.insert(x.end(), 2, static_cast<float>(i));
    y.push_back(10 * i);
  }
  return tt::data::TensorDataset(tt::tensor(x, {size, 2}), tt::tensor(y));
}

/// The labels of an epoch, one list for each batch.
std::vector<std::vector<std::int64_t>> epoch_of(tt::data::DataLoader& loader) {
  std::vector<std::vector<std::int64_t>> result;
  for (auto [x, y] : loader) result.push_back(y.to_vector<std::int64_t>());
  return result;
}

std::vector<std::int64_t> flat(const std::vector<std::vector<std::int64_t>>& lists) {
  std::vector<std::int64_t> result;
  for (const auto& list : lists) result.insert(result.end(), list.begin(), list.end());
  return result;
}

/// A user's own data set: example i is the number i. Fails at one index, and counts what it was asked for.
class Squares : public tt::data::Dataset {
 public:
  explicit Squares(std::int64_t size, std::int64_t bad = -1) : size_(size), bad_(bad) {}
  std::int64_t size() const override { return size_; }
  tt::data::Example get(std::int64_t index) const override {
    ++*calls;
    if (index == bad_) throw std::runtime_error("example " + std::to_string(index) + " cannot be read");
    return {tt::full({3}, static_cast<double>(index * index)), tt::full({}, index, tt::int64)};
  }
  std::shared_ptr<std::atomic<int>> calls = std::make_shared<std::atomic<int>>(0);

 private:
  std::int64_t size_, bad_;
};

}  // namespace

// Known answers of the Random123 distribution.
TEST(Philox, KnownAnswers) {
  EXPECT_THAT(tt::philox(0, 0, 0), ElementsAre(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8));
  EXPECT_THAT(tt::philox(~0ull, ~0ull, ~0ull), ElementsAre(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd));
  EXPECT_THAT(tt::philox(0x299f31d0a4093822, 0x85a308d3243f6a88, 0x0370734413198a2e),
              ElementsAre(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1));
}

TEST(ShuffledOrder, IsAPermutationForEachSeedAndEpoch) {
  const auto order = tt::data::shuffled_order(1000, 7, 0);
  auto sorted = order;
  std::sort(sorted.begin(), sorted.end());
  std::vector<std::int64_t> all(1000);
  std::iota(all.begin(), all.end(), 0);
  EXPECT_EQ(sorted, all);
  EXPECT_EQ(tt::data::shuffled_order(1000, 7, 0), order);
  EXPECT_NE(tt::data::shuffled_order(1000, 7, 1), order);
  EXPECT_NE(tt::data::shuffled_order(1000, 8, 0), order);
  EXPECT_TRUE(tt::data::shuffled_order(0, 7, 0).empty());
  EXPECT_THAT(tt::data::shuffled_order(1, 7, 0), ElementsAre(0));
}

// The order is part of what users rely on: a run can be repeated on another machine, with another version.
TEST(ShuffledOrder, StaysTheSame) {
  EXPECT_THAT(tt::data::shuffled_order(10, 7, 0), ElementsAre(5, 6, 9, 1, 4, 2, 7, 3, 8, 0));
}

TEST(ShuffledOrder, IsUniform) {
  // How often element 0 lands at each of 8 places in 8000 shuffles: 1000 each, with a deviation of 30.
  std::vector<int> places(8);
  for (int epoch = 0; epoch < 8000; ++epoch) {
    const auto order = tt::data::shuffled_order(8, 3, epoch);
    ++places[static_cast<std::size_t>(std::find(order.begin(), order.end(), 0) - order.begin())];
  }
  for (const int count : places) EXPECT_NEAR(count, 1000, 150);
}

TEST(TensorDataset, GivesExamplesAndBatches) {
  const auto dataset = count_to(5);
  EXPECT_EQ(dataset.size(), 5);
  EXPECT_THAT(dataset.get(3).x.to_vector<float>(), ElementsAre(3, 3));
  EXPECT_EQ(dataset.get(3).y.ndim(), 0);
  EXPECT_EQ(dataset.get(3).y.item<int>(), 30);
  const std::int64_t indices[] = {4, 0, 4};
  const auto [x, y] = dataset.get_batch(indices);
  EXPECT_EQ(x.shape(), (tt::Shape{3, 2}));
  EXPECT_THAT(x.to_vector<float>(), ElementsAre(4, 4, 0, 0, 4, 4));
  EXPECT_THAT(y.to_vector<std::int64_t>(), ElementsAre(40, 0, 40));
}

TEST(TensorDataset, TakesRowsOfAView) {
  const tt::Tensor matrix = tt::tensor(std::vector<float>{1, 2, 3, 4, 5, 6}, {2, 3});
  const tt::data::TensorDataset dataset(tt::transpose(matrix));
  EXPECT_EQ(dataset.size(), 3);
  EXPECT_THAT(dataset.get(1).x.to_vector<float>(), ElementsAre(2, 5));
  EXPECT_FALSE(dataset.get(1).y.defined());
  const std::int64_t indices[] = {2, 1};
  EXPECT_THAT(dataset.get_batch(indices).x.to_vector<float>(), ElementsAre(3, 6, 2, 5));
}

TEST(TensorDataset, RefusesWhatDoesNotFit) {
  const auto error = [](auto&& make) { return error_of<tt::ArgumentError>(make); };
  EXPECT_THAT(error([] {
                tt::data::TensorDataset(tt::ones({3, 2}), tt::ones({2}));
              }),
              testing::AllOf(HasSubstr("x is (3, 2), y is (2,)"), HasSubstr("loader_test.cpp")));
  EXPECT_THAT(error([] { tt::data::TensorDataset(tt::ones({})); }), HasSubstr("x is ()"));
  EXPECT_THAT(error([] { tt::data::TensorDataset(tt::Tensor{}); }), HasSubstr("x is undefined"));
  EXPECT_THAT(error([] { count_to(3).get(3); }), HasSubstr("index 3, size 3"));
  EXPECT_THAT(error([] { count_to(3).get(-1); }), HasSubstr("index -1, size 3"));
}

TEST(DataLoader, InOrderWithAShortLastBatch) {
  tt::data::DataLoader loader(count_to(7), {.batch_size = 3});
  EXPECT_EQ(loader.size(), 3);
  EXPECT_THAT(epoch_of(loader), ElementsAre(ElementsAre(0, 10, 20), ElementsAre(30, 40, 50), ElementsAre(60)));
  tt::data::DataLoader full(count_to(7), {.batch_size = 3, .drop_last = true});
  EXPECT_EQ(full.size(), 2);
  EXPECT_THAT(epoch_of(full), ElementsAre(ElementsAre(0, 10, 20), ElementsAre(30, 40, 50)));
}

// A loop that does nothing is a mistake: PyTorch says so of shuffled loaders alone.
TEST(DataLoader, AnEpochWithoutABatchIsAnError) {
  for (const int workers : {0, 2}) {
    tt::data::DataLoader loader(count_to(0), {.batch_size = 3, .shuffle = true, .num_workers = workers});
    EXPECT_EQ(loader.size(), 0);
    EXPECT_THAT(error_of<tt::ArgumentError>([&] { loader.begin(); }),
                HasSubstr("[DataLoader] an epoch has no batch: 0 examples, batch_size 3"));
  }
  tt::data::DataLoader few(count_to(2), {.batch_size = 3, .drop_last = true});
  EXPECT_THAT(error_of<tt::ArgumentError>([&] { few.begin(); }), HasSubstr("2 examples, batch_size 3, drop_last"));
}

TEST(DataLoader, MayBeMovedFrom) {
  tt::data::DataLoader loader(count_to(3), 2, true);
  EXPECT_EQ(loader.options().batch_size, 2);
  EXPECT_TRUE(loader.options().shuffle);
  const tt::data::DataLoader moved = std::move(loader);
  EXPECT_EQ(epoch_of(loader).size(), 2U);  // NOLINT(bugprone-use-after-move): a handle that was moved from is one
}

TEST(DataLoader, BatchesHaveXAndY) {
  for (auto batch : tt::data::batches(count_to(4), {.batch_size = 4})) {
    EXPECT_EQ(batch.x.shape(), (tt::Shape{4, 2}));
    EXPECT_EQ(batch.y.shape(), (tt::Shape{4}));
  }
}

TEST(DataLoader, OrderDependsOnSeedAndEpochOnly) {
  tt::data::DataLoader loader(count_to(100), {.batch_size = 8, .shuffle = true, .seed = 7});
  const auto first = epoch_of(loader), second = epoch_of(loader);
  EXPECT_NE(first, second);
  for (const int workers : {1, 2, 5}) {
    tt::data::DataLoader other(
        count_to(100), {.batch_size = 8, .shuffle = true, .num_workers = workers, .prefetch_factor = 1, .seed = 7});
    EXPECT_EQ(epoch_of(other), first) << workers;
    EXPECT_EQ(epoch_of(other), second) << workers;
    other.set_epoch(0);
    EXPECT_EQ(epoch_of(other), first) << workers;
  }
  auto batches = tt::data::batches(count_to(100), {.batch_size = 8, .shuffle = true, .seed = 7});
  EXPECT_EQ(epoch_of(batches), first);
  auto all = flat(first);
  std::sort(all.begin(), all.end());
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i], static_cast<std::int64_t>(10 * i));
}

TEST(DataLoader, ASamplerDecides) {
  struct Backwards : tt::data::Sampler {
    std::vector<std::int64_t> sample(std::int64_t size, std::int64_t) const override { return {size - 1, 0, 0}; }
  };
  tt::data::DataLoader loader(count_to(9), {.batch_size = 2, .sampler = std::make_shared<Backwards>()});
  EXPECT_THAT(epoch_of(loader), ElementsAre(ElementsAre(80, 0), ElementsAre(0)));
}

TEST(DataLoader, AUsersOwnDataSetIsStacked) {
  for (const int workers : {0, 2}) {
    tt::data::DataLoader loader(Squares(5), {.batch_size = 2, .num_workers = workers});
    std::vector<float> seen;
    for (auto [x, y] : loader) {
      EXPECT_EQ(x.shape(), (tt::Shape{y.size(0), 3}));
      for (const float value : x.to_vector<float>()) seen.push_back(value);
    }
    EXPECT_THAT(seen, ElementsAre(0, 0, 0, 1, 1, 1, 4, 4, 4, 9, 9, 9, 16, 16, 16));
  }
}

TEST(DataLoader, ExamplesOfDifferentShapes) {
  struct Growing : tt::data::Dataset {
    std::int64_t size() const override { return 4; }
    tt::data::Example get(std::int64_t index) const override { return {tt::ones({index + 1}), tt::Tensor()}; }
  };
  tt::data::DataLoader loader(Growing(), {.batch_size = 2});
  EXPECT_THAT(error_of<tt::ArgumentError>([&] { loader.begin(); }),
              HasSubstr("example 0 is (1,) float32, example 1 is (2,) float32"));
}

TEST(DataLoader, HoldsItsDataSetByValue) {
  auto dataset = count_to(4);
  tt::data::DataLoader loader(dataset, {.batch_size = 4, .num_workers = 1});
  dataset.y.fill_(-1);
  dataset = count_to(1);
  EXPECT_THAT(flat(epoch_of(loader)), ElementsAre(0, 10, 20, 30));
}

TEST(DataLoader, ABatchStaysValidAfterTheLoop) {
  std::vector<tt::Tensor> kept;
  for (auto [x, y] : tt::data::DataLoader(count_to(6), {.batch_size = 2, .num_workers = 2})) kept.push_back(y);
  ASSERT_EQ(kept.size(), 3u);
  EXPECT_THAT(kept[0].to_vector<std::int64_t>(), ElementsAre(0, 10));
  EXPECT_THAT(kept[2].to_vector<std::int64_t>(), ElementsAre(40, 50));
}

// The error comes at the batch that has it, after the batches before it, however many workers there are.
TEST(DataLoader, AnExceptionComesOutOfTheLoop) {
  for (const int workers : {0, 1, 3}) {
    tt::data::DataLoader loader(Squares(100, 50), {.batch_size = 8, .num_workers = workers});
    int batches = 0;
    try {
      for (auto [x, y] : loader) ++batches;
      FAIL() << "no exception with " << workers << " workers";
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "example 50 cannot be read");
    }
    EXPECT_EQ(batches, 6) << workers;
  }
}

TEST(DataLoader, LeavingALoopEarlyStopsTheWorkers) {
  for (int round = 0; round < 20; ++round) {
    Squares squares(1'000'000);
    const auto calls = squares.calls;
    for (auto batch : tt::data::DataLoader(squares, {.batch_size = 10, .num_workers = 3, .prefetch_factor = 2})) {
      EXPECT_EQ(batch.y.size(0), 10);
      break;
    }
    const int after = *calls;
    // One batch for the loop, six in slots, and the one in each worker's hands.
    EXPECT_LE(after, 10 * (1 + 6 + 3));
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    EXPECT_EQ(*calls, after) << "a worker went on after the loop was left";
  }
}

TEST(DataLoader, PrefetchIsBounded) {
  Squares squares(1000);
  const auto calls = squares.calls;
  tt::data::DataLoader loader(squares, {.batch_size = 1, .num_workers = 2, .prefetch_factor = 3});
  auto position = loader.begin();
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_LE(*calls, 1 + 6);
  ++position;
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_LE(*calls, 2 + 6);
}

// Workers compute with ops too: alone, while the loop uses all threads.
TEST(DataLoader, WorkersAndLoopComputeAtOnce) {
  struct Products : tt::data::Dataset {
    std::int64_t size() const override { return 24; }
    tt::data::Example get(std::int64_t index) const override {
      const tt::Tensor a = tt::full({64, 64}, 1.0 / 64) + static_cast<double>(index);
      return {tt::matmul(a, tt::ones({64, 64})), tt::Tensor()};
    }
  };
  std::vector<float> alone, together;
  for (const int workers : {0, 3}) {
    auto& sums = workers == 0 ? alone : together;
    for (auto batch : tt::data::DataLoader(Products(), {.batch_size = 2, .num_workers = workers}))
      sums.push_back(tt::sum(tt::matmul(tt::reshape(batch.x, {-1, 64}), tt::ones({64, 64}))).item<float>());
  }
  EXPECT_THAT(together, ElementsAreArray(alone));
}

TEST(DataLoader, RefusesOptionsThatMakeNoSense) {
  using tt::data::DataLoader;
  const auto error = [](const tt::data::DataLoaderOptions& options) {
    return error_of<tt::ArgumentError>([&] { DataLoader(count_to(3), options); });
  };
  struct None : tt::data::Sampler {
    std::vector<std::int64_t> sample(std::int64_t, std::int64_t) const override { return {}; }
  };
  EXPECT_THAT(error({.batch_size = 0}), HasSubstr("[DataLoader] batch_size is below 1: 0. At loader_test.cpp"));
  EXPECT_THAT(error({.num_workers = -1}), HasSubstr("num_workers is negative: -1"));
  EXPECT_THAT(error({.prefetch_factor = 0}), HasSubstr("prefetch_factor is below 1: 0"));
  EXPECT_THAT(error({.shuffle = true, .sampler = std::make_shared<None>()}), HasSubstr("both sampler and shuffle"));
  EXPECT_THAT(error_of<tt::ArgumentError>([] { DataLoader(std::shared_ptr<const tt::data::Dataset>()); }),
              HasSubstr("a null pointer"));
}

TEST(Mean, OfTensorsAndNumbers) {
  tt::Mean mean;
  EXPECT_EQ(mean.result(), 0);
  mean.update(tt::tensor({1.0f, 2.0f, 6.0f}));
  EXPECT_EQ(mean.result(), 3);
  mean.update(7.0);
  EXPECT_EQ(mean.result(), 4);
  mean.update(1.0, 4);
  EXPECT_EQ(mean.result(), 2.5);
  mean.reset();
  mean.update(tt::tensor({true, false, true, true}));
  EXPECT_EQ(mean.result(), 0.75);
}

namespace {

/// Example i is `draws` of random numbers: what they are is decided by i, whoever makes it.
class Noise : public tt::data::Dataset {
 public:
  std::int64_t size() const override { return 20; }
  tt::data::Example get(std::int64_t index) const override {
    if (index % 3 == 0) tt::rand({7});  // others draw more or less
    return {tt::concat({tt::randn({2}), tt::cast(tt::permutation(5), tt::float32), tt::rand({1})}, 0),
            tt::full({}, index, tt::int64)};
  }
};

/// What is drawn for each example, by its index.
std::map<std::int64_t, std::vector<float>> noise_of(tt::data::DataLoader& loader) {
  std::map<std::int64_t, std::vector<float>> result;
  for (auto [x, y] : loader)
    for (std::int64_t row = 0; row < x.size(0); ++row) result[y[row].item<std::int64_t>()] = x[row].to_vector<float>();
  return result;
}

}  // namespace

TEST(DataLoader, NumbersDependOnTheSeedTheEpochAndTheExample) {
  tt::data::DataLoader first(Noise(), {.batch_size = 3, .seed = 5});
  const auto epoch0 = noise_of(first), epoch1 = noise_of(first);
  ASSERT_EQ(epoch0.size(), 20u);
  EXPECT_NE(epoch0.at(1), epoch0.at(2));
  EXPECT_NE(epoch0, epoch1);
  for (const int workers : {0, 1, 3})
    for (int again = 0; again < 2; ++again) {
      tt::manual_seed(static_cast<std::uint64_t>(17 * workers + again));  // is not asked
      tt::data::DataLoader loader(Noise(), {.batch_size = 4, .shuffle = true, .num_workers = workers, .seed = 5});
      tt::rand({3});
      EXPECT_EQ(noise_of(loader), epoch0) << workers;
      EXPECT_EQ(noise_of(loader), epoch1) << workers;
      loader.set_epoch(0);
      EXPECT_EQ(noise_of(loader), epoch0) << workers;
    }
  tt::data::DataLoader other(Noise(), {.batch_size = 3, .seed = 6});
  EXPECT_NE(noise_of(other), epoch0);
}

// The loop's own numbers do not depend on what the data set draws, and outside of a loader it draws from the default
// generator, as everybody.
TEST(DataLoader, TheLoopsNumbersAreItsOwn) {
  tt::manual_seed(3);
  const auto expected = tt::rand({4}).to_vector<float>();
  for (const int workers : {0, 2}) {
    tt::manual_seed(3);
    tt::data::DataLoader loader(Noise(), {.batch_size = 4, .num_workers = workers});
    noise_of(loader);
    EXPECT_EQ(tt::rand({4}).to_vector<float>(), expected) << workers;
  }
  const Noise noise;
  tt::manual_seed(3);
  const auto one = noise[1].x.to_vector<float>();
  EXPECT_NE(noise[1].x.to_vector<float>(), one);
  tt::manual_seed(3);
  EXPECT_EQ(noise[1].x.to_vector<float>(), one);
}

// A data set that makes a batch at once: its numbers follow from the batch.
TEST(DataLoader, NumbersOfAWholeBatch) {
  struct Augmented : tt::data::TensorDataset {
    using TensorDataset::TensorDataset;
    tt::data::Batch get_batch(std::span<const std::int64_t> indices) const override {
      tt::data::Batch batch = TensorDataset::get_batch(indices);
      batch.x = batch.x + tt::randn_like(batch.x);
      return batch;
    }
  };
  const auto epoch = [](int workers) {
    tt::data::DataLoader loader(Augmented(tt::zeros({12, 2})), {.batch_size = 4, .num_workers = workers});
    std::vector<float> all;
    for (auto [x, y] : loader)
      for (const float value : x.to_vector<float>()) all.push_back(value);
    return all;
  };
  const auto alone = epoch(0);
  EXPECT_NE(alone[0], alone[8]);
  for (const int workers : {0, 1, 3}) EXPECT_EQ(epoch(workers), alone) << workers;
}
