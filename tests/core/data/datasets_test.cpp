// Data sets that are made of others, iterable ones, and what a loader does with them by its options.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <limits>
#include <set>
#include <thread>

#include "files.h"
#include "triptych/core.h"

namespace tt = triptych;
namespace data = triptych::data;
using testing::ElementsAre;
using testing::HasSubstr;
using tt::Tensor;
using Numbers = std::vector<std::int64_t>;

namespace {

std::string message(auto function) { return error_of<tt::Error>(function); }

/// Example i is i and 10 i.
data::TensorDataset numbers(std::int64_t count) {
  const Tensor x = tt::arange(count);
  return data::TensorDataset(x, x * 10);
}

std::int64_t x_of(const data::Dataset& dataset, std::int64_t i) { return dataset[i].x.item<std::int64_t>(); }

std::vector<Numbers> batches_of(data::DataLoader& loader) {
  std::vector<Numbers> batches;
  for (const auto& [x, y] : loader) batches.push_back(x.to_vector<std::int64_t>());
  return batches;
}

/// The numbers first, first + 1, ..., before `end`.
struct Count : data::IterableDataset {
  Count(std::int64_t first, std::int64_t end) : first(first), end(end) {}
  struct Pass : data::ExampleStream {
    Pass(std::int64_t next_number, std::int64_t end) : number(next_number), end(end) {}
    std::optional<data::Example> next() override {
      if (number == end) return {};
      return data::Example{tt::tensor(number++), {}};
    }
    std::int64_t number, end;
  };
  std::unique_ptr<data::ExampleStream> examples(std::int64_t) const override {
    return std::make_unique<Pass>(first, end);
  }
  std::int64_t first, end;
};

}  // namespace

TEST(Datasets, Subset) {
  const data::Subset subset(numbers(5), {4, 0, 2});
  EXPECT_EQ(subset.size(), 3);
  EXPECT_EQ(x_of(subset, 0), 4);
  const data::Batch batch = subset.get_batch(Numbers{2, 0});
  EXPECT_THAT(batch.y.to_vector<std::int64_t>(), ElementsAre(20, 40));
  EXPECT_THAT(message([&] { subset[3]; }), HasSubstr("index 3, size 3"));
  EXPECT_THAT(message([] { data::Subset(numbers(2), {2}); }), HasSubstr("datasets_test.cpp"));
}

TEST(Datasets, RandomSplit) {
  for (const std::vector<double>& lengths : {std::vector<double>{7, 2, 1}, {0.65, 0.25, 0.1}}) {
    const std::vector<data::Subset> parts = data::random_split(numbers(10), lengths, 4);
    ASSERT_EQ(parts.size(), 3U);
    EXPECT_EQ(parts[0].size(), 7);
    std::set<std::int64_t> seen;
    for (const data::Subset& part : parts)
      for (std::int64_t i = 0; i < part.size(); ++i) seen.insert(x_of(part, i));
    EXPECT_EQ(seen.size(), 10U);
    EXPECT_EQ(parts[0].indices(), data::random_split(numbers(10), lengths, 4)[0].indices());
    EXPECT_NE(parts[0].indices(), data::random_split(numbers(10), lengths, 5)[0].indices());
  }
  EXPECT_THAT(message([] { data::random_split(numbers(10), {7, 2}); }), HasSubstr("9, size 10"));
  EXPECT_THAT(message([] { data::random_split(numbers(10), {11, -1}); }), HasSubstr("a length is negative"));
  EXPECT_THAT(message([] { data::random_split(numbers(10), {9.5, 0.5}); }), HasSubstr("no whole number: 9.5"));
}

TEST(Datasets, ConcatAndStack) {
  const data::ConcatDataset both({numbers(3), data::Subset(numbers(9), {8, 7})});
  EXPECT_EQ(both.size(), 5);
  EXPECT_THAT(both.cumulative_sizes(), ElementsAre(3, 5));
  EXPECT_THAT((Numbers{x_of(both, 0), x_of(both, 2), x_of(both, 3), x_of(both, 4)}), ElementsAre(0, 2, 8, 7));
  const data::StackDataset pairs(numbers(2), data::Subset(numbers(9), {5, 6}));
  EXPECT_EQ(pairs[1].x.item<int>(), 1);
  EXPECT_EQ(pairs[1].y.item<int>(), 6);
  EXPECT_THAT(message([] { data::ConcatDataset({}); }), HasSubstr("there is no data set"));
  EXPECT_THAT(message([] { data::ConcatDataset({numbers(1), Count(0, 2)}); }), HasSubstr("ChainDataset takes those"));
  EXPECT_THAT(message([] { data::StackDataset(numbers(1), numbers(2)); }), HasSubstr("1 and 2"));
  EXPECT_THAT(message([] { data::Subset(std::shared_ptr<data::Dataset>(), {}); }), HasSubstr("a null pointer"));
}

TEST(Datasets, Mapped) {
  const data::MappedDataset twice(numbers(3), [](const data::Example& e) { return data::Example{e.x * 2, e.y}; });
  EXPECT_EQ(x_of(twice, 2), 4);
  const auto both = data::transformed(
      numbers(3), [](const Tensor& x) { return x + 1; }, [](const Tensor& y) { return -y; });
  EXPECT_EQ(both[2].x.item<int>(), 3);
  EXPECT_EQ(both[2].y.item<int>(), -20);
  EXPECT_THAT(message([] { data::MappedDataset(numbers(3), nullptr); }), HasSubstr("there is no function"));
  EXPECT_THAT(message([] { data::transformed(numbers(3), nullptr); }), HasSubstr("there is no function"));
}

TEST(Datasets, Iterable) {
  for (const int workers : {0, 3}) {
    data::DataLoader loader(Count(0, 7), {.batch_size = 3, .num_workers = workers});
    EXPECT_THAT(batches_of(loader), ElementsAre(ElementsAre(0, 1, 2), ElementsAre(3, 4, 5), ElementsAre(6)));
    EXPECT_THAT(batches_of(loader), testing::SizeIs(3));  // a new pass
    data::DataLoader whole(Count(0, 7), {.batch_size = 3, .num_workers = workers, .drop_last = true});
    EXPECT_THAT(batches_of(whole), testing::SizeIs(2));
    data::DataLoader chain(data::ChainDataset({std::make_shared<Count>(0, 2), std::make_shared<Count>(8, 10)}),
                           {.batch_size = 3, .num_workers = workers});
    EXPECT_THAT(batches_of(chain), ElementsAre(ElementsAre(0, 1, 8), ElementsAre(9)));
    data::DataLoader none(Count(0, 0), {.num_workers = workers});
    EXPECT_THAT(message([&] { batches_of(none); }), HasSubstr("an epoch has no batch: an iterable data set"));
  }
  data::DataLoader loader(Count(0, 7));
  EXPECT_THAT(message([&] { loader.size(); }), HasSubstr("its size is not known"));
  EXPECT_THAT(message([] { data::DataLoader(Count(0, 7), {.shuffle = true}); }), HasSubstr("an order of its own"));
  EXPECT_THAT(message([] { data::ChainDataset({nullptr}); }), HasSubstr("a null pointer"));
}

TEST(Datasets, AnIterableOneThatThrowsGoesOn) {
  struct Bad : data::IterableDataset {
    struct Pass : data::ExampleStream {
      std::optional<data::Example> next() override {
        if (++calls == 3) throw std::runtime_error("no example");
        if (calls > 6) return {};
        return data::Example{tt::tensor(std::int64_t{calls}), {}};
      }
      int calls = 0;
    };
    std::unique_ptr<data::ExampleStream> examples(std::int64_t) const override { return std::make_unique<Pass>(); }
  };
  for (const int workers : {0, 1}) {
    data::DataLoader loader(Bad(), {.batch_size = 2, .num_workers = workers});
    auto at = loader.begin();
    EXPECT_THAT(at->x.to_vector<std::int64_t>(), ElementsAre(1, 2));
    EXPECT_THROW(++at, std::runtime_error);
    ++at;
    EXPECT_THAT(at->x.to_vector<std::int64_t>(), ElementsAre(4, 5));
    ++at;
    EXPECT_THAT(at->x.to_vector<std::int64_t>(), ElementsAre(6));
    ++at;
    EXPECT_TRUE(at == loader.end());
  }
}

TEST(LoaderOptions, BatchSampler) {
  struct Pairs : data::BatchSampler {
    std::vector<Numbers> sample(std::int64_t size, std::int64_t epoch) const override {
      return {{size - 1, 0}, {epoch}};
    }
  };
  for (const int workers : {0, 2}) {
    data::DataLoader loader(numbers(5), {.batch_sampler = std::make_shared<Pairs>(), .num_workers = workers});
    EXPECT_EQ(loader.size(), 2);
    EXPECT_THAT(batches_of(loader), ElementsAre(ElementsAre(4, 0), ElementsAre(0)));
    EXPECT_THAT(batches_of(loader), ElementsAre(ElementsAre(4, 0), ElementsAre(1)));
  }
  struct Empty : data::BatchSampler {
    std::vector<Numbers> sample(std::int64_t, std::int64_t) const override { return {{}}; }
  };
  data::DataLoader loader(numbers(5), {.batch_sampler = std::make_shared<Empty>()});
  EXPECT_THAT(message([&] { batches_of(loader); }), HasSubstr("a batch has no example"));
  EXPECT_THAT(
      message([] { data::DataLoader(numbers(5), {.batch_size = 2, .batch_sampler = std::make_shared<Pairs>()}); }),
      HasSubstr("a batch_sampler decides"));
}

TEST(LoaderOptions, Collate) {
  struct Growing : data::Dataset {
    std::int64_t size() const override { return 3; }
    data::Example get(std::int64_t i) const override { return {tt::ones({i + 1, 3 - i}), tt::tensor(i)}; }
  };
  data::DataLoader padded(Growing(), {.batch_size = 3, .collate_fn = data::pad_collate(-1)});
  const data::Batch batch = *padded.begin();
  EXPECT_EQ(batch.x.shape(), (tt::Shape{3, 3, 3}));
  EXPECT_THAT(batch.x[1].to_vector<float>(), ElementsAre(1, 1, -1, 1, 1, -1, -1, -1, -1));
  EXPECT_THAT(batch.y.to_vector<int>(), ElementsAre(0, 1, 2));
  const data::CollateFunction last = [](const std::vector<data::Example>& examples) {
    return data::Batch{examples.back().x, tt::tensor(static_cast<std::int64_t>(examples.size()))};
  };
  data::DataLoader own(numbers(5), {.batch_size = 2, .num_workers = 2, .collate_fn = last});
  std::vector<int> xs;
  for (const auto& [x, y] : own) xs.push_back(x.item<int>() * 10 + y.item<int>());
  EXPECT_THAT(xs, ElementsAre(12, 32, 41));
  EXPECT_EQ(data::default_collate({{tt::ones({2}), {}}, {tt::ones({2}), {}}}).x.shape(), (tt::Shape{2, 2}));
  EXPECT_THAT(message([] { data::default_collate({}); }), HasSubstr("datasets_test.cpp"));
  EXPECT_THAT(message([] {
                data::pad_collate()({{tt::ones({2}), {}}, {tt::ones({2, 2}), {}}});
              }),
              HasSubstr("differ in their number of dimensions"));
  EXPECT_THAT(message([] {
                data::pad_collate(0.5)({{tt::arange(2), {}}, {tt::arange(3), {}}});
              }),
              HasSubstr("pad_collate"));
}

TEST(LoaderOptions, MoreThanTwoTensors) {
  const data::TensorDataset whole(tt::arange(5), tt::arange(5) * 2, {{"mask", tt::arange(5) * 3}});
  for (const int workers : {0, 2}) {
    data::DataLoader loader(data::transformed(whole, [](const tt::Tensor& x) { return x + 1; }),
                            {.batch_size = 2, .num_workers = workers});
    std::vector<int> seen;
    for (const data::Batch& batch : loader) {
      const auto& [x, y] = batch;
      EXPECT_EQ((x - 1).text(), (y / 2).to(x.dtype()).text());
      for (const int value : batch["mask"].to_vector<int>()) seen.push_back(value);
    }
    EXPECT_THAT(seen, ElementsAre(0, 3, 6, 9, 12));
  }
  const data::Batch batch = data::TensorDataset(whole).get_batch(Numbers{4, 1}).to(tt::Device::cpu());
  EXPECT_THAT(batch["mask"].to_vector<int>(), ElementsAre(12, 3));
  EXPECT_EQ(whole.get(2)["mask"].item<int>(), 6);
  EXPECT_THAT(message([&] { batch["weight"]; }),
              AllOf(HasSubstr("'weight', there are 'mask'"), HasSubstr("datasets_test.cpp")));
  const auto example = [](const char* name, std::int64_t length) {
    return data::Example{tt::ones({1}), {}, {{name, tt::ones({length})}}};
  };
  EXPECT_EQ(data::pad_collate()({example("mask", 1), example("mask", 3)})["mask"].shape(), (tt::Shape{2, 3}));
  EXPECT_THAT(message([&] {
                data::default_collate({example("mask", 1), example("weight", 1)});
              }),
              HasSubstr("differ in the names of their tensors: example 0 has 'mask', example 1 has 'weight'"));
  EXPECT_THAT(message([] {
                data::TensorDataset(tt::arange(2), {}, {{"mask", tt::arange(3)}});
              }),
              HasSubstr("x and 'mask' differ in the number of examples"));
}

TEST(LoaderOptions, WorkersAreInitializedAndPersist) {
  for (const bool persistent : {false, true}) {
    std::atomic<int> calls = 0;
    std::atomic<bool> right = true;
    struct Seen : data::Dataset {
      explicit Seen(std::atomic<bool>& right) : right(right) {}
      std::int64_t size() const override { return 8; }
      data::Example get(std::int64_t i) const override {
        const data::WorkerInfo* info = data::get_worker_info();
        if (!info || info->num_workers != 2 || info->id < 0 || info->id > 1) right = false;
        return {tt::tensor(i), {}};
      }
      std::atomic<bool>& right;
    };
    data::DataLoader loader(
        std::make_shared<Seen>(right),
        {.num_workers = 2, .worker_init_fn = [&](int) { ++calls; }, .persistent_workers = persistent});
    for (int epoch = 0; epoch < 3; ++epoch) EXPECT_THAT(batches_of(loader), testing::SizeIs(8));
    EXPECT_EQ(calls, persistent ? 2 : 6);
    EXPECT_TRUE(right);
    // A loop inside of a loop.
    int pairs = 0;
    for (const auto& outer : loader)
      for (const auto& inner : loader) pairs += outer.x.defined() && inner.x.defined();
    EXPECT_EQ(pairs, 64);
  }
  EXPECT_EQ(data::get_worker_info(), nullptr);
  data::DataLoader bad(numbers(4),
                       {.num_workers = 1, .worker_init_fn = [](int) { throw std::runtime_error("not today"); }});
  EXPECT_THROW(bad.begin(), std::runtime_error);
}

TEST(LoaderOptions, Timeout) {
  struct Slow : data::Dataset {
    std::int64_t size() const override { return 1; }
    data::Example get(std::int64_t i) const override {
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
      return {tt::tensor(i), {}};
    }
  };
  data::DataLoader loader(Slow(), {.num_workers = 1, .timeout = 0.01});
  EXPECT_THAT(message([&] { loader.begin(); }), HasSubstr("in time: batch 0, timeout 0.01"));
  data::DataLoader patient(Slow(), {.num_workers = 1, .timeout = 1e300});
  EXPECT_THAT(batches_of(patient), testing::SizeIs(1));
  EXPECT_THAT(message([] { data::DataLoader(numbers(1), {.timeout = -1}); }), HasSubstr("timeout is negative"));
}

TEST(LoaderState, GoesOnWhereItWas) {
  struct Noisy : data::Dataset {
    std::int64_t size() const override { return 7; }
    data::Example get(std::int64_t i) const override { return {tt::tensor(i), tt::rand({2})}; }
  };
  const auto loader_of = [](int workers) {
    return data::DataLoader(Noisy(), {.batch_size = 2, .shuffle = true, .num_workers = workers, .seed = 5});
  };
  std::vector<data::Batch> all;
  std::vector<tt::StateDict> states;
  data::DataLoader loader = loader_of(0);
  for (int epoch = 0; epoch < 2; ++epoch)
    for (const data::Batch& batch : loader) {
      all.push_back(batch);
      states.push_back(loader.state_dict());
    }
  for (std::size_t after = 0; after < states.size(); ++after)
    for (const int workers : {0, 2}) {
      data::DataLoader other = loader_of(workers);
      other.load_state_dict(states[after]);
      std::size_t next = after + 1;
      for (std::int64_t epoch = states[after].at("epoch").item<std::int64_t>(); epoch < 2; ++epoch)
        for (const data::Batch& batch : other) {
          ASSERT_LT(next, all.size());
          EXPECT_TRUE(batch.x.equal(all[next].x) && batch.y.equal(all[next].y)) << after << " " << next;
          ++next;
        }
      EXPECT_EQ(next, all.size()) << after;
    }
  data::DataLoader stream(Count(0, 7), {.batch_size = 2});
  auto at = stream.begin();
  ++at;
  data::DataLoader rest(Count(0, 7), {.batch_size = 2});
  rest.load_state_dict(stream.state_dict());
  EXPECT_THAT(batches_of(rest), ElementsAre(ElementsAre(4, 5), ElementsAre(6)));
  tt::StateDict far = stream.state_dict();
  far.set("batches", tt::tensor(std::numeric_limits<std::int64_t>::max()));
  rest.load_state_dict(far);
  EXPECT_THAT(batches_of(rest), testing::IsEmpty());

  tt::StateDict bad = states[0];
  bad.set("batches", tt::tensor(std::int64_t{-1}));
  EXPECT_THAT(message([&] { loader.load_state_dict(bad); }), HasSubstr("batches -1"));
  bad.set("batches", tt::ones({2}));
  EXPECT_THAT(message([&] { loader.load_state_dict(bad); }), HasSubstr("'batches'"));
  EXPECT_THAT(message([&] { loader.load_state_dict({}); }), HasSubstr("datasets_test.cpp"));
  EXPECT_THAT(message([&] { rest.load_state_dict(states[0]); }), HasSubstr("another seed: 5, not 0"));
}
