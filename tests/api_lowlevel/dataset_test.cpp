// Data sets as nodes of a graph: stages, iterators, the end, several sessions.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <future>
#include <mutex>
#include <numeric>
#include <thread>

#include "files.h"
#include "triptych/lowlevel.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;
namespace data = triptych::lowlevel::data;
using tt::Tensor;
using Numbers = std::vector<std::int64_t>;

namespace {

/// The first tensors of all elements, one after the other.
Numbers all_of(const data::Dataset& dataset) {
  tf::Graph graph;
  const Tensor next = data::make_one_shot_iterator(dataset, graph).get_next()[0];
  const tf::Session session(graph);
  Numbers numbers;
  try {
    for (;;) {
      const Numbers some = session.run(next).to_vector<std::int64_t>();
      numbers.insert(numbers.end(), some.begin(), some.end());
    }
  } catch (const tf::errors::OutOfRangeError&) {
  }
  return numbers;
}

Numbers sorted(Numbers numbers) {
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

}  // namespace

TEST(Dataset, Stages) {
  const auto five = data::Dataset::range(5);
  EXPECT_EQ(all_of(five), (Numbers{0, 1, 2, 3, 4}));
  EXPECT_EQ(all_of(data::Dataset::range(5, 0, -2)), (Numbers{5, 3, 1}));
  EXPECT_EQ(all_of(five.repeat(2)), (Numbers{0, 1, 2, 3, 4, 0, 1, 2, 3, 4}));
  EXPECT_EQ(all_of(five.take(2)), (Numbers{0, 1}));
  EXPECT_EQ(all_of(five.skip(3)), (Numbers{3, 4}));
  EXPECT_EQ(all_of(five.skip(-1)), Numbers{});
  EXPECT_EQ(all_of(five.repeat().take(7)), (Numbers{0, 1, 2, 3, 4, 0, 1}));
  EXPECT_EQ(all_of(five.take(0).repeat()), Numbers{});
  EXPECT_EQ(all_of(five.shard(2, 1)), (Numbers{1, 3}));
  EXPECT_EQ(all_of(five.concatenate(data::Dataset::range(2))), (Numbers{0, 1, 2, 3, 4, 0, 1}));
  EXPECT_EQ(all_of(five.map([](const Tensor& x) { return x * x; })), (Numbers{0, 1, 4, 9, 16}));
  EXPECT_EQ(all_of(five.filter([](const data::Element& e) { return e[0].item<std::int64_t>() % 2 == 0; })),
            (Numbers{0, 2, 4}));
  EXPECT_EQ(all_of(five.batch(2).map([](const Tensor& x) { return tt::sum(x); })), (Numbers{1, 5, 4}));
  EXPECT_EQ(all_of(five.batch(2, true)), (Numbers{0, 1, 2, 3}));
  EXPECT_EQ(all_of(five.batch(2).unbatch()), (Numbers{0, 1, 2, 3, 4}));
  EXPECT_EQ(all_of(five.enumerate(10)), (Numbers{10, 11, 12, 13, 14}));
  EXPECT_EQ(all_of(data::Dataset::zip({five.skip(2), five})), (Numbers{2, 3, 4}));
  EXPECT_EQ(all_of(five.prefetch(2)), (Numbers{0, 1, 2, 3, 4}));
  EXPECT_EQ(all_of(data::Dataset::from_tensors(tt::tensor({7, 8}))), (Numbers{7, 8}));
  int made = 0;
  const auto counted = five.map([&](const Tensor& x) {
    ++made;
    return x + 1;
  });
  made = 0;
  EXPECT_EQ(all_of(counted.cache().repeat(3)).size(), 15u);
  EXPECT_EQ(made, 5);
}

// The orders are TensorFlow's.
TEST(Dataset, StagesOverSeveral) {
  const auto five = data::Dataset::range(5);
  const auto copies = [](std::int64_t count) {
    return [=](const data::Element& e) { return data::Dataset::from_tensors(e).repeat(count); };
  };
  EXPECT_EQ(all_of(data::Dataset::range(3).flat_map(copies(2))), (Numbers{0, 0, 1, 1, 2, 2}));
  EXPECT_EQ(all_of(data::Dataset::range(1, 6).interleave(copies(6), 2, 4)),
            (Numbers{1, 1, 1, 1, 2, 2, 2, 2, 1, 1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 3, 3, 4, 4, 5, 5, 5, 5, 5, 5}));
  EXPECT_EQ(all_of(five.take_while([](const data::Element& e) { return e[0].item<std::int64_t>() < 3; })),
            (Numbers{0, 1, 2}));
  const auto sums = [](const data::Element& state, const data::Element& e) {
    const Tensor sum = state[0] + e[0];
    return std::pair(data::Element{sum}, data::Element{sum});
  };
  EXPECT_EQ(all_of(five.scan({tt::tensor(10)}, sums)), (Numbers{10, 11, 13, 16, 20}));
  EXPECT_EQ(all_of(five.apply([](const data::Dataset& d) { return d.take(1); })), Numbers{0});
  const auto tens = data::Dataset::range(10, 13);
  EXPECT_EQ(all_of(data::Dataset::choose_from_datasets({five, tens},
                                                       data::Dataset::from_tensor_slices(tt::tensor({0, 1, 1, 0, 1})))),
            (Numbers{0, 10, 11, 1, 12}));
  const Numbers drawn = all_of(data::Dataset::sample_from_datasets({five, tens}, {0.5, 0.5}, 7));
  EXPECT_EQ(sorted(drawn), (Numbers{0, 1, 2, 3, 4, 10, 11, 12}));
  EXPECT_EQ(drawn, all_of(data::Dataset::sample_from_datasets({five, tens}, {0.5, 0.5}, 7)));
  EXPECT_EQ(all_of(data::Dataset::sample_from_datasets({five, tens}, {0, 1}, 7)), (Numbers{10, 11, 12}));
  EXPECT_THROW(five.flat_map(nullptr), tt::ArgumentError);
  EXPECT_THROW(five.interleave(copies(1), 0), tt::ArgumentError);
  EXPECT_THROW(data::Dataset::sample_from_datasets({five, tens}, {0, 0}), tt::ArgumentError);
  EXPECT_THROW(all_of(data::Dataset::choose_from_datasets({five}, data::Dataset::range(2))), tt::ArgumentError);
  EXPECT_THROW(all_of(five.scan({tt::tensor(1)}, [](const data::Element&,
                                                    const data::Element& e) { return std::pair(data::Element{}, e); })),
               tt::ArgumentError);
}

TEST(Dataset, PadsToTheLongestOfABatch) {
  const auto ragged = data::Dataset::range(1, 5).map(
      [](const Tensor& n) { return tt::arange(0, 4).masked_select(tt::less(tt::arange(0, 4), n)); });
  const auto batches = ragged.padded_batch(2);
  EXPECT_EQ(batches.output_shapes()[0], (tt::Shape{tt::unknown, tt::unknown}));
  EXPECT_EQ(all_of(batches), (Numbers{0, 0, 0, 1, 0, 1, 2, 0, 0, 1, 2, 3}));
  EXPECT_EQ(all_of(ragged.take(3).padded_batch(2, {.padded_shapes = {{4}}, .padding_values = {-1}})),
            (Numbers{0, -1, -1, -1, 0, 1, -1, -1, 0, 1, 2, -1}));
  EXPECT_EQ(all_of(ragged.take(3).padded_batch(2, {.drop_remainder = true})), (Numbers{0, 0, 0, 1}));
  EXPECT_THROW(all_of(ragged.padded_batch(2, {.padded_shapes = {{2}}})), tt::ArgumentError);
  EXPECT_THROW(ragged.padded_batch(2, {.padded_shapes = {{2, 2}}}), tt::ArgumentError);
  EXPECT_THROW(ragged.padded_batch(2, {.padding_values = {0.5}}), tt::ArgumentError);
  EXPECT_THROW(ragged.padded_batch(0), tt::ArgumentError);
}

TEST(Dataset, MapsOnSeveralThreadsInOrder) {
  Numbers squares(50);
  for (std::size_t i = 0; i < squares.size(); ++i) squares[i] = static_cast<std::int64_t>(i * i);
  const auto square = [](const Tensor& x) { return x * x; };
  EXPECT_EQ(all_of(data::Dataset::range(50).map(square, 4)), squares);
  EXPECT_EQ(all_of(data::Dataset::range(50).map(square, data::AUTOTUNE).prefetch(data::AUTOTUNE)), squares);
  EXPECT_THROW(data::Dataset::range(5).map(square, 0), tt::ArgumentError);
  const auto fails = [](const Tensor& x) {
    if (!x.is_symbolic() && x.item<std::int64_t>() == 3) throw std::runtime_error("three");
    return x;
  };
  EXPECT_THROW(all_of(data::Dataset::range(9).map(fails, 3)), std::runtime_error);
}

TEST(Iterator, ARunChoosesByTheHandle) {
  tf::Graph graph;
  const Tensor handle = graph.placeholder("handle", tt::int64, {});
  const auto training = data::make_one_shot_iterator(data::Dataset::range(3), graph);
  const auto validation = data::make_initializable_iterator(data::Dataset::range(10, 12), graph);
  const auto iterator = data::Iterator::from_string_handle(handle, training.output_types(), training.output_shapes());
  const Tensor next = iterator.get_next()[0] * 2;
  const tf::Session session(graph);
  const Tensor train = session.run(training.string_handle()), validate = session.run(validation.string_handle());
  const auto drawn = [&](const Tensor& which) { return session.run(next, {{handle, which}}).item<std::int64_t>(); };
  EXPECT_EQ(drawn(train), 0);
  EXPECT_THROW(drawn(validate), tt::ArgumentError);  // not initialized
  session.run(validation.initializer());
  EXPECT_EQ(drawn(validate), 20);
  EXPECT_EQ(drawn(train), 2);
  EXPECT_EQ(drawn(validate), 22);
  EXPECT_THROW(drawn(validate), tf::errors::OutOfRangeError);
  EXPECT_EQ(drawn(train), 4);
  EXPECT_THROW(drawn(tt::tensor(1 << 30)), tt::ArgumentError);
  EXPECT_THROW(session.run(next), tt::ArgumentError);
  EXPECT_THROW(iterator.initializer(), tt::ArgumentError);
  EXPECT_THROW(iterator.string_handle(), tt::ArgumentError);
  const auto floats = data::make_one_shot_iterator(data::Dataset::from_tensors(tt::ones({2})), graph);
  EXPECT_THROW(drawn(session.run(floats.string_handle())), tt::ArgumentError);
}

TEST(Dataset, ShufflesByTheSeed) {
  const auto hundred = data::Dataset::range(100);
  Numbers in_order(100);
  std::iota(in_order.begin(), in_order.end(), 0);
  const Numbers once = all_of(hundred.shuffle(100, 3));
  EXPECT_NE(once, in_order);
  EXPECT_EQ(sorted(once), in_order);
  EXPECT_EQ(all_of(hundred.shuffle(100, 3)), once);
  EXPECT_NE(all_of(hundred.shuffle(100, 4)), once);
  const Numbers twice = all_of(hundred.shuffle(100, 3).repeat(2));
  EXPECT_NE(Numbers(twice.begin(), twice.begin() + 100), Numbers(twice.begin() + 100, twice.end()));
  const Numbers same = all_of(hundred.shuffle(100, 3, false).repeat(2));
  EXPECT_EQ(Numbers(same.begin(), same.begin() + 100), Numbers(same.begin() + 100, same.end()));
  const Numbers near = all_of(hundred.shuffle(5, 3));
  for (std::size_t i = 0; i < near.size(); ++i) EXPECT_LT(near[i], static_cast<std::int64_t>(i) + 5);
}

TEST(Dataset, FeedsAStepWithoutACopy) {
  tf::Graph graph;
  const Tensor x = tt::tensor<float>({{1, 2}, {3, 4}, {5, 6}});
  const auto element = data::make_one_shot_iterator(data::Dataset::from_tensor_slices(x), graph).get_next();
  EXPECT_EQ(element[0].shape(), tt::Shape({2}));
  const tf::Session session(graph);
  session.run(element[0] * 2);
  const Tensor row = session.run(element[0]);
  EXPECT_EQ(row.to_vector<float>(), (std::vector<float>{3, 4}));
}

TEST(Dataset, TheSameElementForOneRun) {
  tf::Graph graph;
  const auto element =
      data::make_one_shot_iterator(data::Dataset::zip({data::Dataset::range(3), data::Dataset::range(10, 13)}), graph)
          .get_next();
  const Tensor sum = element[0] + element[1], difference = element[1] - element[0];
  for (const bool compile : {true, false}) {
    const tf::Session session(graph, {.compile = compile});
    for (std::int64_t i = 0; i < 3; ++i) {
      const auto both = session.run({sum, difference});
      EXPECT_EQ(both[0].item<std::int64_t>(), 10 + 2 * i);
      EXPECT_EQ(both[1].item<std::int64_t>(), 10);
    }
    for (int again = 0; again < 2; ++again) {
      const std::string text = error_of<tf::errors::OutOfRangeError>([&] { session.run(sum); });
      EXPECT_NE(text.find("[get_next] end of sequence: 'IteratorGetNext'"), std::string::npos) << text;
      EXPECT_NE(text.find("dataset_test.cpp"), std::string::npos) << text;
    }
  }
}

TEST(Dataset, AnInitializableIteratorReadsWhatIsFed) {
  tf::Graph graph;
  const Tensor values = graph.placeholder("values", tt::int64, {tt::unknown});
  const auto dataset = data::Dataset::from_tensor_slices(values).batch(2);
  const auto iterator = data::make_initializable_iterator(dataset, graph);
  const Tensor next = iterator.get_next()[0], begin = iterator.initializer();
  const tf::Session session(graph);
  EXPECT_NE(error_of<tt::ArgumentError>([&] { session.run(next); }).find("not initialized"), std::string::npos);
  for (const std::int64_t first : {1, 5}) {
    session.run(begin, {{values, tt::tensor({first, first + 1, first + 2})}});
    EXPECT_EQ(session.run(next).to_vector<std::int64_t>(), (Numbers{first, first + 1}));
    EXPECT_EQ(session.run(next).to_vector<std::int64_t>(), (Numbers{first + 2}));
    EXPECT_THROW(session.run(next), tf::errors::OutOfRangeError);
  }
  EXPECT_NE(error_of<tt::ArgumentError>([&] { data::make_one_shot_iterator(dataset, graph); }), "no error");
}

TEST(Dataset, OneIteratorForTrainingAndEvaluation) {
  tf::Graph graph;
  const auto iterator = data::Iterator::from_structure({tt::int64}, {{}}, graph);
  const Tensor next = iterator.get_next()[0] * 10;
  const Tensor train = iterator.make_initializer(data::Dataset::range(2));
  const Tensor evaluate = iterator.make_initializer(data::Dataset::range(5, 7));
  const tf::Session session(graph);
  for (int epoch = 0; epoch < 2; ++epoch) {
    session.run(train);
    EXPECT_EQ(session.run(next).item<std::int64_t>(), 0);
    session.run(evaluate);
    EXPECT_EQ(session.run(next).item<std::int64_t>(), 50);
    EXPECT_EQ(session.run(next).item<std::int64_t>(), 60);
    EXPECT_THROW(session.run(next), tf::errors::OutOfRangeError);
  }
  const auto error = [](const auto& body) { return error_of<tt::ArgumentError>(body); };
  EXPECT_NE(error([&] { iterator.initializer(); }), "no error");
  EXPECT_NE(error([&] { iterator.make_initializer(data::Dataset::from_tensors(tt::tensor(1.0f))); }), "no error");
  EXPECT_NE(error([&] { iterator.make_initializer(data::Dataset::range(4).batch(2)); }), "no error");
}

TEST(Dataset, EachSessionHasItsPlace) {
  tf::Graph graph;
  const Tensor next = data::make_one_shot_iterator(data::Dataset::range(3), graph).get_next()[0];
  const tf::Session a(graph), b(graph);
  EXPECT_EQ(a.run(next).item<std::int64_t>(), 0);
  EXPECT_EQ(a.run(next).item<std::int64_t>(), 1);
  EXPECT_EQ(b.run(next).item<std::int64_t>(), 0);
}

TEST(Dataset, ARunThatFailsGivesItsElementBack) {
  tf::Graph graph;
  const auto scope = tf::as_default(graph);
  const Tensor next = data::make_one_shot_iterator(data::Dataset::range(3), graph).get_next()[0];
  const Tensor limit = graph.placeholder("limit", tt::int64, {});
  const Tensor check = tf::assert_less(next, limit);
  const tf::Session session(graph);
  session.run(check, {{limit, tt::tensor(1)}});
  EXPECT_THROW(session.run(check, {{limit, tt::tensor(1)}}), tt::ArgumentError);
  EXPECT_EQ(session.run(next).item<std::int64_t>(), 1);
  EXPECT_EQ(session.run(next, {{next, tt::tensor(9)}}).item<std::int64_t>(), 9);  // fed: none is drawn
  EXPECT_EQ(session.run(next).item<std::int64_t>(), 2);
}

TEST(Dataset, AnotherThreadIsAhead) {
  std::atomic<int> made = 0;
  const auto dataset = data::Dataset::from_generator(
      [&]() -> data::ElementGenerator {
        return [&, i = 0]() mutable -> std::optional<data::Element> {
          if (i == 6) throw std::runtime_error("no more");
          ++made;
          return data::Element{tt::tensor(static_cast<std::int64_t>(i++))};
        };
      },
      {tt::int64}, {{}});
  tf::Graph graph;
  const Tensor next = data::make_one_shot_iterator(dataset.prefetch(3), graph).get_next()[0];
  const tf::Session session(graph);
  EXPECT_EQ(session.run(next).item<std::int64_t>(), 0);
  for (int wait = 0; wait < 2000 && made < 4; ++wait) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_GE(made, 4);
  for (std::int64_t i = 1; i < 6; ++i) EXPECT_EQ(session.run(next).item<std::int64_t>(), i);
  EXPECT_THROW(session.run(next), std::runtime_error);
  {
    const tf::Session left_early(graph);
    EXPECT_EQ(left_early.run(next).item<std::int64_t>(), 0);
  }
}

TEST(Dataset, FromTheCoresDataSets) {
  const tt::data::TensorDataset examples(tt::tensor<float>({{1, 2}, {3, 4}, {5, 6}}), tt::tensor({7, 8, 9}));
  tf::Graph graph;
  const auto one = data::make_one_shot_iterator(data::Dataset::from_examples(examples).batch(2), graph).get_next();
  const auto batch =
      data::make_one_shot_iterator(data::Dataset::from_loader(tt::data::DataLoader(examples, 2)).repeat(2), graph)
          .get_next();
  const tf::Session session(graph);
  for (const auto& element : {one, batch}) {
    ASSERT_EQ(element.size(), 2u);
    const auto values = session.run({element[0], element[1]});
    EXPECT_EQ(values[0].to_vector<float>(), (std::vector<float>{1, 2, 3, 4}));
    EXPECT_EQ(values[1].to_vector<std::int64_t>(), (Numbers{7, 8}));
  }
  for (int i = 0; i < 3; ++i) session.run(batch[0]);
  EXPECT_THROW(session.run(batch[0]), tf::errors::OutOfRangeError);
}

TEST(Dataset, ManyThreadsGetEachElementOnce) {
  tf::Graph graph;
  const Tensor next = data::make_one_shot_iterator(data::Dataset::range(200).prefetch(4), graph).get_next()[0];
  const tf::Session session(graph);
  std::vector<Numbers> seen(8);
  std::vector<std::thread> threads;
  for (Numbers& mine : seen)
    threads.emplace_back([&] {
      try {
        for (;;) mine.push_back(session.run(next).item<std::int64_t>());
      } catch (const tf::errors::OutOfRangeError&) {
      }
    });
  for (std::thread& thread : threads) thread.join();
  Numbers all, expected(200);
  for (const Numbers& mine : seen) all.insert(all.end(), mine.begin(), mine.end());
  std::iota(expected.begin(), expected.end(), 0);
  EXPECT_EQ(sorted(all), expected);
}

TEST(Dataset, ALoadedGraphIsFed) {
  const TemporaryFolder folder;
  {
    tf::Graph graph;
    const auto element = data::make_one_shot_iterator(data::Dataset::range(3).batch(2), graph).get_next("next");
    const tf::Session session(graph);
    tf::saved_model::simple_save(session, folder / "m.tt", {{"x", element[0]}}, {{"y", element[0] + 1}});
  }
  const auto model = tf::saved_model::load(folder / "m.tt");
  EXPECT_EQ(model({{"x", tt::tensor({1, 2})}}).at("y").to_vector<std::int64_t>(), (Numbers{2, 3}));
  EXPECT_NE(error_of<tt::ArgumentError>([&] { model({}); }).find("a loaded graph has no data"), std::string::npos);
}

TEST(Dataset, BadInput) {
  const auto error = [](const auto& body) {
    const std::string text = error_of<tt::ArgumentError>(body);
    EXPECT_NE(text.find("dataset_test.cpp"), std::string::npos) << text;
  };
  const auto five = data::Dataset::range(5);
  error([] { data::Dataset::from_tensor_slices({}); });
  error([] { data::Dataset::from_tensor_slices(Tensor()); });
  error([] { data::Dataset::from_tensor_slices(tt::tensor(1)); });
  error([] { data::Dataset::from_tensor_slices({tt::ones({2}), tt::ones({3})}); });
  error([] { data::Dataset::from_generator(nullptr, {tt::int64}, {{}}); });
  error([] { data::Dataset::from_generator([] { return data::ElementGenerator(); }, {}, {}); });
  error([] { data::Dataset::from_examples(std::shared_ptr<const tt::data::Dataset>()); });
  error([] { data::Dataset::zip({}); });
  error([] { data::Dataset::range(0, 1, 0); });
  error([&] { five.batch(0); });
  error([&] { five.unbatch(); });
  error([&] { five.shuffle(-1); });
  error([&] { five.shard(2, 2); });
  error([&] { five.prefetch(0); });
  error([&] { five.concatenate(data::Dataset::from_tensors(tt::ones({1}))); });
  error([&] { five.filter(nullptr); });
  tf::Graph graph;
  const auto wrong = data::Dataset::from_generator(
      [] { return data::ElementGenerator([] { return data::Element{tt::ones({2})}; }); }, {tt::float32}, {{3}});
  const Tensor next = data::make_one_shot_iterator(wrong, graph).get_next()[0];
  const tf::Session session(graph);
  error([&] { session.run(next); });
  const auto empty = data::Dataset::from_generator([] { return data::ElementGenerator(); }, {tt::float32}, {{3}});
  const Tensor never = data::make_one_shot_iterator(empty, graph).get_next()[0];
  error([&] { session.run(never); });
  const Tensor uneven = data::make_one_shot_iterator(data::Dataset::from_generator(
                                                         [] {
                                                           return data::ElementGenerator([n = 0]() mutable {
                                                             return std::optional(data::Element{tt::ones({++n})});
                                                           });
                                                         },
                                                         {tt::float32}, {{tt::unknown}})
                                                         .batch(2),
                                                     graph)
                            .get_next()[0];
  error([&] { session.run(uneven); });
  error([&] { five.batch(3).padded_batch(2, {.padded_shapes = {{std::int64_t{1} << 62}}}); });
}

// A function that writes a variable of the session while another thread begins the iterator anew: neither waits for
// what the other holds.
TEST(Dataset, AFunctionThatRunsTheSessionWhileTheIteratorBegins) {
  const tf::Graph graph;
  const Tensor count = graph.variable("count", tt::zeros({}, tt::int64)), add = tt::assign_add(count, 1);
  std::optional<tf::Session> session;
  std::promise<void> drawing, begun;
  std::atomic<int> passes{0};
  const auto dataset = data::Dataset::from_generator(
      [&] {
        if (passes++ == 1) begun.set_value();  // in the run of the initializer
        return data::ElementGenerator([&, first = passes == 1] {
          if (first) {
            drawing.set_value();
            begun.get_future().wait();
          }
          return std::optional(data::Element{session->run(add)});
        });
      },
      {tt::int64}, {{}});
  const auto iterator = data::make_initializable_iterator(dataset, graph);
  const Tensor next = iterator.get_next()[0], begins = iterator.initializer();
  session.emplace(graph);
  session->run(graph.initializer());
  session->run(begins);
  std::thread other([&] {
    drawing.get_future().wait();
    session->run(begins);
  });
  EXPECT_EQ(session->run(next).item<std::int64_t>(), 1);
  other.join();
  EXPECT_EQ(session->run(next).item<std::int64_t>(), 2);
  EXPECT_EQ(passes, 2);
}

TEST(Dataset, AFunctionThatWaitsForItself) {
  const tf::Graph graph;
  const Tensor ten = graph.constant(tt::full({}, 10, tt::int64), "ten");
  // What computes ahead asks in a thread of its own.
  std::mutex asks;
  std::function<Tensor()> question;
  const auto set_question = [&](std::function<Tensor()> asked) {
    const std::lock_guard lock(asks);
    question = std::move(asked);
  };
  const auto ask = [&] {
    std::unique_lock lock(asks);
    const std::function<Tensor()> asked = question;
    lock.unlock();
    return asked();
  };
  const auto asking = data::Dataset::from_generator(
      [&] { return data::ElementGenerator([&] { return std::optional(data::Element{ask()}); }); }, {tt::int64}, {{}});
  for (const auto& dataset : {asking, asking.prefetch(2)}) {
    const auto iterator = data::make_initializable_iterator(dataset, graph);
    const Tensor next = iterator.get_next()[0], begins = iterator.initializer();
    const tf::Session session(graph);
    set_question([=] { return session.run(ten); });
    session.run(begins);
    EXPECT_EQ(session.run(next).item<std::int64_t>(), 10);
    const auto waits = [&](const std::function<Tensor()>& asked) {
      set_question(asked);
      return error_of<tt::ArgumentError>([&] {
        session.run(begins);
        session.run(next);
      });
    };
    EXPECT_NE(waits([=] { return session.run(next); }).find("the iterator that waits for it"), std::string::npos);
    EXPECT_NE(waits([=] { return session.run(begins); }).find("the iterator that waits for it"), std::string::npos);
    EXPECT_NE(waits([=] { return next; }).find("a tensor of a graph"), std::string::npos);
  }
  const Tensor element = data::make_one_shot_iterator(asking, graph).get_next()[0];
  const tf::Session session(graph);
  const tf::PartialRun parts = session.partial_run_setup({element, ten});
  set_question([=] { return session.partial_run(parts, ten); });
  EXPECT_NE(error_of<tt::ArgumentError>([&] { session.partial_run(parts, element); }).find("waits for it"),
            std::string::npos);
  EXPECT_EQ(session.partial_run(parts, ten).item<std::int64_t>(), 10);
}

TEST(Dataset, NumbersThatDoNotFit) {
  const tf::Graph graph;
  const auto numbered = data::Dataset::range(2).enumerate(INT64_MAX);
  const Tensor next = data::make_one_shot_iterator(numbered, graph).get_next()[0];
  const tf::Session session(graph);
  EXPECT_EQ(session.run(next).item<std::int64_t>(), INT64_MAX);
  EXPECT_NE(error_of<tt::ArgumentError>([&] { session.run(next); }).find("9223372036854775807 + 1"), std::string::npos);
}

TEST(Dataset, OneThatWasMovedFromIsStillOne) {
  data::Dataset five = data::Dataset::range(5);
  const data::Dataset taken = std::move(five);
  EXPECT_EQ(all_of(five), all_of(taken));  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(all_of(taken.flat_map([&](const data::Element&) {
              data::Dataset two = data::Dataset::range(2);
              const data::Dataset other = std::move(two);
              return two;  // NOLINT(bugprone-use-after-move)
            })),
            (Numbers{0, 1, 0, 1, 0, 1, 0, 1, 0, 1}));
}

// What a user's function gives is looked at where it comes in: stages read tensors by number.
TEST(Dataset, ElementsThatAreNotAsTheDataSetSays) {
  const tf::Graph graph;
  const Tensor held = graph.placeholder("held", tt::float32, {2});
  const auto giving = [](const data::Element& element) {
    return data::Dataset::from_generator(
        [element] { return data::ElementGenerator([element] { return std::optional(element); }); }, {tt::float32},
        {{2}});
  };
  const auto wrong = [&](const data::Dataset& dataset, const std::string& what) {
    const std::string text = error_of<tt::ArgumentError>([&] { all_of(dataset); });
    EXPECT_NE(text.find(what), std::string::npos) << text;
    EXPECT_NE(text.find("dataset_test.cpp"), std::string::npos) << text;
  };
  const std::vector<std::pair<data::Element, std::string>> elements = {
      {{}, "0, not 1"},
      {{tt::ones({2}), tt::ones({2})}, "2, not 1"},
      {{Tensor()}, "undefined, not float32 (2,)"},
      {{tt::ones({3})}, "float32 (3,), not float32 (2,)"},
      {{tt::ones({2}, tt::int64)}, "int64 (2,), not float32 (2,)"},
      {{held}, "'held'"}};
  for (const auto& [element, what] : elements) {
    wrong(giving(element).batch(2), what);
    wrong(giving(element).padded_batch(2), what);
    wrong(giving(element).unbatch(), what);
    wrong(giving(element).map([](const Tensor& x) { return x + 1; }), what);
  }
  const auto odd = [calls = 0](const Tensor& x) mutable { return calls++ == 0 ? x : tt::ones({3}); };
  wrong(giving({tt::ones({2})}).map(odd).batch(2), "float32 (3,), not float32 (2,)");
  const data::Dataset of_graph = data::Dataset::from_tensor_slices(held);
  wrong(data::Dataset::range(2).flat_map([&](const data::Element&) { return of_graph; }), "'held'");
  struct Undefined : tt::data::Dataset {
    std::int64_t size() const override { return 2; }
    tt::data::Example get(std::int64_t) const override { return {}; }
  };
  EXPECT_NE(error_of<tt::ArgumentError>([] { data::Dataset::from_examples(Undefined()); }).find("has no x"),
            std::string::npos);
}

TEST(Dataset, NothingManyTimesIsNothing) {
  for (const std::int64_t count : {std::int64_t{-1}, std::int64_t{1} << 62, INT64_MAX})
    EXPECT_EQ(all_of(data::Dataset::range(0).repeat(count)), Numbers());
}
