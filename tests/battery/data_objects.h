// Good and hostile objects of what gives examples: data sets made of others, samplers, the graph's data sets and
// iterators.
#pragma once

#include "session_objects.h"

namespace battery {

namespace data = tt::data;
namespace tf_data = low::data;

// --- Data sets of examples -------------------------------------------------------------------------------------------

/// A user's own stream, of two examples.
struct Countdown : data::IterableDataset {
  enum class Fault { none, empty, throws, undefined, ragged, null };
  explicit Countdown(Fault fault = Fault::none) : data::IterableDataset(here()), fault(fault) {}
  struct Stream : data::ExampleStream {
    explicit Stream(Fault f) : fault(f) {}
    std::optional<data::Example> next() override {
      if (fault == Fault::throws) throw Thrown();
      if (fault == Fault::empty || left-- == 0) return {};
      if (fault == Fault::undefined) return data::Example{};
      return data::Example{numbers({fault == Fault::ragged ? left + 1 : 3}), numbers({1})};
    }
    Fault fault;
    int left = 2;
  };
  std::unique_ptr<data::ExampleStream> examples(std::int64_t) const override {
    if (fault == Fault::null) return nullptr;
    return std::make_unique<Stream>(fault);
  }
  Fault fault;
};
template <>
struct Values<data::IterableDataset> : ObjectValues<data::IterableDataset> {
  static std::shared_ptr<data::IterableDataset> good() { return std::make_shared<Countdown>(); }
};
template <>
struct Values<std::shared_ptr<const data::IterableDataset>> {
  using P = std::shared_ptr<const data::IterableDataset>;
  static constexpr const char* good_text = "a stream of two examples";
  static P good() { return std::make_shared<Countdown>(); }
  static void hostile(Choices<P>& choices, const Make<P>&) {
    choices.add("nullptr", [] { return P(); });
    using F = Countdown::Fault;
    const std::pair<const char*, F> faults[] = {{"one of no example", F::empty},
                                                {"one that throws", F::throws},
                                                {"one of undefined examples", F::undefined},
                                                {"one of ragged examples", F::ragged},
                                                {"one without a stream", F::null}};
    for (const auto& [text, fault] : faults)
      choices.add(text, [fault = fault] { return P(std::make_shared<Countdown>(fault)); });
  }
};
template <>
struct Values<data::SharedDataset> {
  using S = data::SharedDataset;
  using P = std::shared_ptr<const data::Dataset>;
  static constexpr const char* good_text = "examples()";
  static S good() { return examples(); }
  static void hostile(Choices<S>& choices, const Make<S>&) {
    Choices<P> pointers;
    Values<P>::hostile(pointers, &Values<P>::good);
    for (const auto& [text, make] : pointers) choices.add(text, [make = make] { return S(make()); });
    choices.add("a stream", [] { return S(std::make_shared<Countdown>()); });
  }
};
template <>
struct Values<data::Subset> : ObjectValues<data::Subset> {
  static data::Subset good() { return data::Subset(examples(), {4, 0, 4}, here()); }
};
template <>
struct Values<data::ConcatDataset> : ObjectValues<data::ConcatDataset> {
  static data::ConcatDataset good() { return data::ConcatDataset({examples(), Squares()}, here()); }
};
template <>
struct Values<data::StackDataset> : ObjectValues<data::StackDataset> {
  static data::StackDataset good() { return data::StackDataset(examples(), examples(), here()); }
};
template <>
struct Values<data::MappedDataset> : ObjectValues<data::MappedDataset> {
  static data::MappedDataset good() {
    return data::MappedDataset(
        examples(), [](const data::Example& example) { return example; }, here());
  }
};
template <>
struct Values<data::ChainDataset> : ObjectValues<data::ChainDataset> {
  static data::ChainDataset good() { return data::ChainDataset({std::make_shared<Countdown>()}, here()); }
};

// --- Samplers --------------------------------------------------------------------------------------------------------

template <>
struct Values<data::SequentialSampler> : ObjectValues<data::SequentialSampler> {
  static data::SequentialSampler good() { return data::SequentialSampler(here()); }
};
template <>
struct Values<data::RandomSampler> : ObjectValues<data::RandomSampler> {
  static data::RandomSampler good() { return data::RandomSampler({}, here()); }
};
template <>
struct Values<data::SubsetRandomSampler> : ObjectValues<data::SubsetRandomSampler> {
  static data::SubsetRandomSampler good() { return data::SubsetRandomSampler({3, 0}, 1, here()); }
};
template <>
struct Values<data::WeightedRandomSampler> : ObjectValues<data::WeightedRandomSampler> {
  static data::WeightedRandomSampler good() { return data::WeightedRandomSampler({1, 2}, 3, true, 1, here()); }
};
template <>
struct Values<data::DistributedSampler> : ObjectValues<data::DistributedSampler> {
  static data::DistributedSampler good() { return data::DistributedSampler({.num_replicas = 2}, here()); }
};
template <>
struct Values<data::BatchSampler> : ObjectValues<data::BatchSampler> {
  static data::BatchSampler good() {
    return data::BatchSampler(std::make_shared<data::SequentialSampler>(here()), 2, false, here());
  }
};

// --- Data sets of a graph --------------------------------------------------------------------------------------------

template <>
struct Values<tf_data::Dataset> : ObjectValues<tf_data::Dataset> {
  using D = tf_data::Dataset;
  static D good() { return D::from_tensor_slices({numbers({4, 3}), whole({0, 1, 2, 3}, {4})}, here()); }
  static void hostile(Choices<D>& choices, const Make<D>& good) {
    ObjectValues::hostile(choices, good);
    choices.add("one of no element", [] { return D::range(0); });
    choices.add("one of numbers", [] { return D::range(5); });
    choices.add("one of 2^62 numbers", [] { return D::range(std::int64_t{1} << 62); });
    choices.add("one without end", [good] { return good().repeat(); });
    choices.add("one of a placeholder", [] {
      return D::from_tensor_slices({Case::current().placeholder(numbers({4, 3}), {tt::unknown, 3})}, here());
    });
    choices.add("one of ragged elements", [] {
      return D::from_generator(
          [] { return [n = 0]() mutable -> std::optional<tf_data::Element> { return {{numbers({++n % 3})}}; }; },
          {tt::float32}, {tt::Shape{tt::unknown}}, here());
    });
    const auto generated = [](tf_data::Element element) {
      return D::from_generator(
          [element]() -> tf_data::ElementGenerator {
            return [element, left = 2]() mutable -> std::optional<tf_data::Element> {
              if (left-- == 0) return {};
              return element;
            };
          },
          {tt::float32}, {tt::Shape{3}}, here());
    };
    choices.add("one of a generator", [generated] { return generated({numbers({3})}); });
    choices.add("one of a generator of nothing", [generated] { return generated({}); });
    choices.add("one of a generator of undefined tensors", [generated] { return generated({tt::Tensor()}); });
    choices.add("one of a generator of another dtype", [generated] { return generated({whole({1, 2, 3}, {3})}); });
    choices.add("one of a generator of another shape", [generated] { return generated({numbers({2, 3})}); });
    choices.add("one of a generator of placeholders",
                [generated] { return generated({Case::current().placeholder(numbers({3}), {3})}); });
    choices.add("one of a generator that throws", [] {
      return D::from_generator([]() -> tf_data::ElementGenerator { throw Thrown(); }, {tt::float32}, {tt::Shape{3}},
                               here());
    });
    choices.add("one of an empty generator", [] {
      return D::from_generator([] { return tf_data::ElementGenerator(); }, {tt::float32}, {tt::Shape{3}}, here());
    });
  }
};
template <>
struct Values<tf_data::Iterator> : ObjectValues<tf_data::Iterator> {
  static tf_data::Iterator good() {
    return tf_data::make_initializable_iterator(Values<tf_data::Dataset>::good(), Case::current().graph(), here());
  }
  static void hostile(Choices<tf_data::Iterator>& choices, const Make<tf_data::Iterator>& good) {
    ObjectValues::hostile(choices, good);
    choices.add("a one-shot one", [] {
      return tf_data::make_one_shot_iterator(Values<tf_data::Dataset>::good(), Case::current().graph(), here());
    });
    choices.add("one of a structure", [] {
      return tf_data::Iterator::from_structure({tt::float32}, {tt::Shape{tt::unknown}}, Case::current().graph(),
                                               here());
    });
    choices.add("one of a handle", [] {
      const tt::Tensor handle = Case::current().placeholder(whole({7}, {}), {});
      return tf_data::Iterator::from_string_handle(handle, {tt::float32}, {tt::Shape{3}}, here());
    });
  }
};

}  // namespace battery
