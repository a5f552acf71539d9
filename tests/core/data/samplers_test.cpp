// Samplers: which examples they take, and that seed, epoch and size alone say so.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>

#include "files.h"
#include "triptych/core/data.h"

namespace tt = triptych;
namespace data = triptych::data;
using testing::ElementsAre;
using testing::HasSubstr;
using Order = std::vector<std::int64_t>;

namespace {

std::string message(auto function) { return error_of<tt::Error>(function); }

Order sorted(Order order) {
  std::sort(order.begin(), order.end());
  return order;
}

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST(Samplers, Sequential) { EXPECT_THAT(data::SequentialSampler().sample(4, 7), ElementsAre(0, 1, 2, 3)); }

TEST(Samplers, Random) {
  const data::RandomSampler all({.seed = 3});
  EXPECT_EQ(all.sample(20, 1), data::shuffled_order(20, 3, 1));
  Order five = all.sample(20, 1);
  five.resize(5);
  EXPECT_EQ(data::RandomSampler({.num_samples = 5, .seed = 3}).sample(20, 1), five);
  // More than there are: whole orders, one after the other.
  const Order more = data::RandomSampler({.num_samples = 25}).sample(10, 0);
  ASSERT_EQ(more.size(), 25U);
  const Order every = sorted(all.sample(10, 0));
  EXPECT_EQ(sorted({more.begin(), more.begin() + 10}), every);
  EXPECT_EQ(sorted({more.begin() + 10, more.begin() + 20}), every);
  EXPECT_NE(Order(more.begin(), more.begin() + 10), Order(more.begin() + 10, more.begin() + 20));
  // With replacement every example is as likely.
  std::map<std::int64_t, int> counts;
  const data::RandomSampler drawn({.replacement = true, .num_samples = 30000});
  for (const std::int64_t i : drawn.sample(3, 0)) ++counts[i];
  ASSERT_EQ(counts.size(), 3U);
  for (const auto& [i, count] : counts) EXPECT_NEAR(count, 10000, 400) << i;
  EXPECT_NE(drawn.sample(3, 0), drawn.sample(3, 1));
  EXPECT_EQ(drawn.sample(3, 1), drawn.sample(3, 1));
}

TEST(Samplers, OfASubset) {
  const data::SubsetRandomSampler sampler({4, 2, 8}, 5);
  EXPECT_THAT(sorted(sampler.sample(9, 0)), ElementsAre(2, 4, 8));
  EXPECT_THAT(message([&] { sampler.sample(8, 0); }), HasSubstr("index 8, size 8"));
}

TEST(Samplers, Weighted) {
  const data::WeightedRandomSampler sampler({1, 0, 3}, 40000);
  std::map<std::int64_t, int> counts;
  for (const std::int64_t i : sampler.sample(3, 0)) ++counts[i];
  EXPECT_EQ(counts.size(), 2U);
  EXPECT_NEAR(counts[2], 30000, 500);
  // Without replacement the first is drawn in proportion to the weights, none twice.
  int first = 0;
  const data::WeightedRandomSampler once({1, 2, 0, 1}, 3, false);
  for (int epoch = 0; epoch < 4000; ++epoch) {
    const Order order = once.sample(4, epoch);
    EXPECT_THAT(sorted(order), ElementsAre(0, 1, 3));
    first += order[0] == 1;
  }
  EXPECT_NEAR(first, 2000, 150);
}

TEST(Samplers, Distributed) {
  Order all;
  for (std::int64_t rank = 0; rank < 3; ++rank) {
    const Order part = data::DistributedSampler({.num_replicas = 3, .rank = rank}).sample(10, 2);
    EXPECT_EQ(part.size(), 4U);
    all.insert(all.end(), part.begin(), part.end());
  }
  std::sort(all.begin(), all.end());
  EXPECT_EQ(std::unique(all.begin(), all.end()) - all.begin(), 10);
  EXPECT_THAT(data::DistributedSampler({.num_replicas = 3, .rank = 2, .shuffle = false}).sample(10, 0),
              ElementsAre(2, 5, 8, 1));  // as PyTorch's: from the beginning again
  EXPECT_THAT(
      data::DistributedSampler({.num_replicas = 3, .rank = 2, .shuffle = false, .drop_last = true}).sample(10, 0),
      ElementsAre(2, 5, 8));
  EXPECT_THAT(data::DistributedSampler({.num_replicas = 5, .rank = 4, .shuffle = false}).sample(2, 0), ElementsAre(0));
}

TEST(Samplers, InBatches) {
  const auto order = std::make_shared<data::SequentialSampler>();
  EXPECT_THAT(data::BatchSampler(order, 2, false).sample(5, 0),
              ElementsAre(ElementsAre(0, 1), ElementsAre(2, 3), ElementsAre(4)));
  EXPECT_THAT(data::BatchSampler(order, 2, true).sample(5, 0), ElementsAre(ElementsAre(0, 1), ElementsAre(2, 3)));
}

TEST(Samplers, BadInput) {
  EXPECT_THAT(message([] { data::SequentialSampler().sample(-1, 0); }), HasSubstr("samplers_test.cpp"));
  EXPECT_THAT(message([] { data::RandomSampler({.num_samples = 0}); }), HasSubstr("num_samples is below 1"));
  EXPECT_THAT(message([] { data::WeightedRandomSampler({1, -1}, 1); }), HasSubstr("weight 1 is -1"));
  EXPECT_THAT(message([] { data::WeightedRandomSampler({1, not_a_number}, 1); }), HasSubstr("weight 1 is nan"));
  EXPECT_THAT(message([] { data::WeightedRandomSampler({0, 0}, 1); }), HasSubstr("do not add up"));
  EXPECT_THAT(message([] { data::WeightedRandomSampler({}, 1); }), HasSubstr("do not add up"));
  EXPECT_THAT(message([] { data::WeightedRandomSampler({1, 0}, 2, false); }), HasSubstr("2 of 1"));
  EXPECT_THAT(message([] { data::WeightedRandomSampler({1, 1}, 2).sample(1, 0); }), HasSubstr("2 weights, 1 examples"));
  EXPECT_THAT(message([] {
                data::WeightedRandomSampler sampler({1, 1}, 2);
                const data::WeightedRandomSampler taken = std::move(sampler);
                sampler.sample(2, 0);  // NOLINT(bugprone-use-after-move)
              }),
              HasSubstr("there are no weights"));
  EXPECT_THAT(message([] { data::DistributedSampler({.num_replicas = 0}); }), HasSubstr("num_replicas is below 1"));
  EXPECT_THAT(message([] { data::DistributedSampler({.num_replicas = 2, .rank = 2}); }), HasSubstr("2 of 2"));
  EXPECT_THAT(message([] { data::BatchSampler(nullptr, 2, false); }), HasSubstr("there is no sampler"));
  EXPECT_THAT(message([] { data::BatchSampler(std::make_shared<data::SequentialSampler>(), 0, false); }),
              HasSubstr("batch_size is below 1"));
}
