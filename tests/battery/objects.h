// Good and hostile objects of the classes that the headers declare: a class without them does not compile.
#pragma once

#include <array>
#include <fstream>
#include <iterator>

#include "values.h"

namespace battery {

/// What classes have in common: an object whose content was moved away, and one that was made from nothing.
template <class T>
struct ObjectValues {
  static constexpr const char* good_text = "a good one";
  static void hostile(Choices<T>& choices, const Make<T>& good) {
    if constexpr (is_value<T>) {
      choices.any.push_back({"a moved-from one", changed(good, &move_away)});
      if constexpr (std::is_default_constructible_v<T>)
        choices.any.push_back({"one made from nothing", made_by(&from_nothing)});
    }
  }
  static void move_away(void* object) { [[maybe_unused]] const T taken = std::move(*static_cast<T*>(object)); }
  static Object from_nothing() { return held<T>(T()); }
};

// --- Core ------------------------------------------------------------------------------------------------------------

template <>
struct Values<tt::Generator> : ObjectValues<tt::Generator> {
  static std::shared_ptr<tt::Generator> good() { return std::make_shared<tt::Generator>(7); }
};
template <>
struct Values<tt::Seed> : ObjectValues<tt::Seed> {
  static tt::Seed good() { return 7; }
  static void hostile(Choices<tt::Seed>& choices, const Make<tt::Seed>& good) {
    ObjectValues::hostile(choices, good);
    Choices<std::int64_t> integers;
    Values<std::int64_t>::hostile(integers, {});
    for (const auto& [text, make] : integers) choices.add(text, [make = make] { return tt::Seed(make()); });
    choices.add("a null generator", [] { return tt::Seed(std::shared_ptr<tt::Generator>()); });
  }
};
template <>
struct Values<tt::Cancellation> : ObjectValues<tt::Cancellation> {
  static tt::Cancellation good() { return {}; }
};
template <>
struct Values<tt::IterationLimit> : ObjectValues<tt::IterationLimit> {
  static tt::IterationLimit good() { return 3; }
  static void hostile(Choices<tt::IterationLimit>& choices, const Make<tt::IterationLimit>& good) {
    ObjectValues::hostile(choices, good);
    Choices<std::int64_t> integers;
    Values<std::int64_t>::hostile(integers, {});
    for (const auto& [text, make] : integers) choices.add(text, [make = make] { return tt::IterationLimit(make()); });
    Choices<tt::Tensor> tensors;
    Values<tt::Tensor>::hostile(tensors, [] { return whole({3}, {}); });
    for (const auto& [text, make] : tensors)
      choices.add("tensor " + text, [make = make] { return tt::IterationLimit(make()); });
  }
};
template <>
struct Values<tt::TapeDrawing> : ObjectValues<tt::TapeDrawing> {
  static tt::TapeDrawing good() { return tt::make_dot(tt::sum(trained({3}) * 2), {}, {}, here()); }
};
/// A picture of two pixels, 24 bits each: a BMP.
inline const std::string& bitmap() {
  static std::string bytes(62, '\0');
  bytes.replace(0, 2, "BM");
  const std::vector<std::pair<int, int>> header = {{2, 62}, {10, 54}, {14, 40}, {18, 2}, {22, 1}, {26, 1}, {28, 24}};
  for (const auto& [place, value] : header) bytes[static_cast<std::size_t>(place)] = static_cast<char>(value);
  return bytes;
}
inline std::string bitmap_file() {
  std::ofstream("given.bmp", std::ios::binary) << bitmap();
  return "given.bmp";
}
/// A PNG, as bytes.
inline const std::string& picture() {
  static const std::string bytes = [] {
    tt::keras::utils::save_img("given.png", numbers({4, 5, 3}), {}, here());
    std::ifstream file("given.png", std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }();
  return bytes;
}
/// What is made from a text, a good one or a hostile one.
template <class T>
struct FromText {
  static constexpr const char* good_text = "\"name\"";
  static T good() { return T("name", here()); }
  static void hostile(Choices<T>& choices, const Make<T>&) {
    for (const auto& [text, value] : hostile_texts()) choices.add(text, [&value = value] { return T(value); });
  }
};
template <>
struct Values<tt::data::TensorName> : FromText<tt::data::TensorName> {};
template <>
struct Values<tt::distributions::Distribution> : ObjectValues<tt::distributions::Distribution> {
  static std::shared_ptr<tt::distributions::Distribution> good() {
    return std::make_shared<tt::distributions::Normal>(numbers({3}), tt::full({3}, 2.0, tt::float32, here()));
  }
};
template <>
struct Values<tt::distributions::Normal> : ObjectValues<tt::distributions::Normal> {
  static tt::distributions::Normal good() { return {numbers({3}), tt::full({3}, 2.0, tt::float32, here())}; }
};
template <>
struct Values<tt::distributions::Bernoulli> : ObjectValues<tt::distributions::Bernoulli> {
  static tt::distributions::Bernoulli good() { return tt::distributions::Bernoulli({.logits = numbers({3})}, here()); }
};
template <>
struct Values<tt::distributions::Categorical> : ObjectValues<tt::distributions::Categorical> {
  static tt::distributions::Categorical good() {
    return tt::distributions::Categorical({.logits = numbers({2, 3})}, here());
  }
};
template <>
struct Values<tt::distributions::Uniform> : ObjectValues<tt::distributions::Uniform> {
  static tt::distributions::Uniform good() { return {numbers({3}), numbers({3}) + 2}; }
};
template <>
struct Values<tt::distributions::Exponential> : ObjectValues<tt::distributions::Exponential> {
  static tt::distributions::Exponential good() {
    return tt::distributions::Exponential(tt::full({3}, 2.0, tt::float32, here()));
  }
};
template <>
struct Values<tt::distributions::Laplace> : ObjectValues<tt::distributions::Laplace> {
  static tt::distributions::Laplace good() { return {numbers({3}), tt::full({3}, 2.0, tt::float32, here())}; }
};
template <>
struct Values<tt::distributions::MultivariateNormal> : ObjectValues<tt::distributions::MultivariateNormal> {
  static tt::distributions::MultivariateNormal good() { return {numbers({3}), tt::eye(3)}; }
};
template <class D>
struct Values<tt::distributions::Independent<D>> : ObjectValues<tt::distributions::Independent<D>> {
  static tt::distributions::Independent<D> good() { return {Values<D>::good(), 1, here()}; }
};
template <>
struct Values<tt::GraphHandle> : ObjectValues<tt::GraphHandle> {
  static tt::GraphHandle good() { return Case::current().graph(); }
};
template <>
struct Values<tt::GradientHook> : ObjectValues<tt::GradientHook> {
  static tt::GradientHook good() {
    return tt::GradientHook([](const tt::Tensor& gradient) { return gradient; });
  }
  static void hostile(Choices<tt::GradientHook>& choices, const Make<tt::GradientHook>&) {
    using F = std::function<tt::Tensor(const tt::Tensor&)>;
    Choices<F> functions;
    Values<F>::hostile(functions, &Values<F>::good);
    for (const auto& [text, make] : functions) choices.add(text, [make = make] { return tt::GradientHook(make()); });
  }
};
template <>
struct Values<tt::HookHandle> : ObjectValues<tt::HookHandle> {
  static tt::HookHandle good() { return trained({3}).register_hook(Values<tt::GradientHook>::good(), here()); }
};
template <>
struct Values<tt::TestedFunction> : ObjectValues<tt::TestedFunction> {
  using F = std::function<tt::Tensor(const tt::Tensor&)>;
  static tt::TestedFunction good() { return Values<F>::good(); }
  static tt::TestedFunction of_lists() {
    return tt::TestedFunction([](std::span<const tt::Tensor> inputs) {
      std::vector<tt::Tensor> squares;
      for (const tt::Tensor& x : inputs) squares.push_back(x * x);
      return squares;
    });
  }
  static void hostile(Choices<tt::TestedFunction>& choices, const Make<tt::TestedFunction>&) {
    Choices<F> functions;
    Values<F>::hostile(functions, &Values<F>::good);
    for (const auto& [text, make] : functions) choices.add(text, [make = make] { return tt::TestedFunction(make()); });
  }
};
/// Functions that have a gradient, and one that gives something besides.
inline tt::Tensor squares(const tt::Tensor& x) { return tt::sum(x * x); }
inline std::pair<tt::Tensor, tt::Tensor> squares_and_values(const tt::Tensor& x) { return {squares(x), x * 2}; }
template <>
struct Values<tt::StateDict> : ObjectValues<tt::StateDict> {
  static tt::StateDict good() { return {{"name", numbers({2, 3})}, {"other", whole({1, 2}, {2})}}; }
  static void hostile(Choices<tt::StateDict>& choices, const Make<tt::StateDict>& good) {
    ObjectValues::hostile(choices, good);
    // Each of its tensors in turn, and each of its metadata.
    for (const bool last : {false, true}) {
      Choices<tt::Tensor> tensors;
      const auto item = [good, last] {
        const tt::StateDict state = good();
        return state.empty() ? std::pair(std::string("name"), numbers({2}))
               : last        ? *std::prev(state.end())
                             : *state.begin();
      };
      Values<tt::Tensor>::hostile(tensors, [item] { return item().second; });
      for (const auto& [text, make] : tensors)
        choices.add(std::string(last ? "its last tensor " : "its first tensor ") + text, [good, item, make = make] {
          tt::StateDict state = good();
          state.set(item().first, make());
          return state;
        });
      choices.add(last ? "without its last tensor" : "without its first tensor", [good, item] {
        tt::StateDict state = good();
        state.erase(item().first);
        return state;
      });
    }
    for (const auto& [text, value] : hostile_texts()) {
      choices.add(std::string("with a tensor called ") + text, [good, &value = value] {
        tt::StateDict state = good();
        state.set(value, numbers({2}));
        return state;
      });
      choices.add(std::string("its metadata all ") + text, [good, &value = value] {
        tt::StateDict state = good();
        for (auto& [key, entry] : state.metadata) entry = value;
        state.metadata[value] = value;
        return state;
      });
    }
  }
};
template <>
struct Values<tt::Checkpoint> : ObjectValues<tt::Checkpoint> {
  static tt::Checkpoint good() { return {{"name", Values<tt::StateDict>::good()}}; }
};
template <>
struct Values<tt::Mean> : ObjectValues<tt::Mean> {
  static tt::Mean good() { return {}; }
};
inline tt::TracedSubgraph doubled() {
  const tt::TensorMeta meta = numbers({2, 3}).meta();
  return tt::trace_subgraph(
      {&meta, 1}, [](std::span<const tt::Tensor> x) { return std::vector{x[0] * 2}; }, here());
}
template <>
struct Values<tt::Subgraph> : ObjectValues<tt::Subgraph> {
  static tt::Subgraph good() { return doubled().subgraph; }
};
template <class T>
concept Half = std::is_same_v<T, tt::Float16> || std::is_same_v<T, tt::BFloat16>;
template <Half T>
struct Values<T> : ObjectValues<T> {
  static T good() { return T(0.5f); }
};
template <>
struct Values<tt::Error> : ObjectValues<tt::Error> {
  static tt::Error good() { return {"op", "x is wrong", "1", "Use 2", here()}; }
};
template <>
struct Values<tt::NumberList> : ObjectValues<tt::NumberList> {
  static tt::NumberList good() { return 1.5; }
  static void hostile(Choices<tt::NumberList>& choices, const Make<tt::NumberList>&) {
    Choices<double> numbers;
    Values<double>::hostile(numbers, {});
    for (const auto& [text, make] : numbers) choices.add(text, [make = make] { return tt::NumberList(make()); });
    Choices<std::int64_t> integers;
    Values<std::int64_t>::hostile(integers, {});
    for (const auto& [text, make] : integers) choices.add(text, [make = make] { return tt::NumberList(make()); });
    // A list refers to its numbers: they are static.
    static const std::initializer_list<tt::NumberList> none = {}, two = {1, 2}, deep = {two, none};
    choices.add("{}", [] { return tt::NumberList(none); });
    choices.add("{1, 2}", [] { return tt::NumberList(two); });
    choices.add("{{1, 2}, {}}", [] { return tt::NumberList(deep); });
  }
};
template <>
struct Values<tt::Tensor::Rows> : ObjectValues<tt::Tensor::Rows> {
  static tt::Tensor::Rows good() { return numbers({2, 3}).begin(here()); }
};
template <>
struct Values<tt::ProgressBar> : ObjectValues<tt::ProgressBar> {
  static tt::ProgressBar good() { return tt::ProgressBar({.total = 3, .file = &Case::current().stream()}, here()); }
};
template <class R>
struct Values<tt::Progress<R>> : ObjectValues<tt::Progress<R>> {
  static tt::Progress<R> good() { return {R{numbers({2}), numbers({3})}, Values<tt::ProgressBar>::good()}; }
};
template <>
struct Values<tt::profiler::Profile> : ObjectValues<tt::profiler::Profile> {
  static std::shared_ptr<tt::profiler::Profile> good() {
    return std::make_shared<tt::profiler::Profile>(
        tt::profiler::ProfileOptions{.record_shapes = true, .profile_memory = true}, here());
  }
};
inline std::shared_ptr<tt::profiler::Profile> stopped_profile() {
  const auto profile = Values<tt::profiler::Profile>::good();
  static_cast<void>(numbers({2, 3}) * 2);
  profile->stop(here());
  return profile;
}
template <>
struct Values<tt::compare::Settings> : ObjectValues<tt::compare::Settings> {
  static tt::compare::Settings good() { return {}; }
};

// --- Data ------------------------------------------------------------------------------------------------------------

inline tt::data::TensorDataset examples() {
  return tt::data::TensorDataset(numbers({10, 3}), numbers({10, 1}), here());
}
template <>
struct Values<tt::data::TensorDataset> : ObjectValues<tt::data::TensorDataset> {
  static tt::data::TensorDataset good() { return examples(); }
  static void hostile(Choices<tt::data::TensorDataset>& choices, const Make<tt::data::TensorDataset>& good) {
    ObjectValues::hostile(choices, good);
    for (const auto member : {&tt::data::TensorDataset::x, &tt::data::TensorDataset::y}) {
      Choices<tt::Tensor> tensors;
      Values<tt::Tensor>::hostile(tensors, [good, member] { return good().*member; });
      for (const auto& [text, make] : tensors)
        choices.add(std::string(member == &tt::data::TensorDataset::x ? "x " : "y ") + text,
                    [good, member, make = make] {
                      tt::data::TensorDataset dataset = good();
                      dataset.*member = make();
                      return dataset;
                    });
    }
  }
};
/// A user's own data set.
struct Squares : tt::data::Dataset {
  enum class Fault { none, negative, huge, throws, undefined, ragged };
  explicit Squares(Fault fault = Fault::none) : fault(fault) {}
  std::int64_t size() const override {
    return fault == Fault::negative ? -1 : fault == Fault::huge ? std::numeric_limits<std::int64_t>::max() : 6;
  }
  tt::data::Example get(std::int64_t index) const override {
    if (fault == Fault::throws) throw Thrown();
    if (fault == Fault::undefined) return {};
    return {numbers({fault == Fault::ragged ? index + 1 : 3}), numbers({1})};
  }
  Fault fault;
};
template <>
struct Values<tt::data::Dataset> : ObjectValues<tt::data::Dataset> {
  static std::shared_ptr<tt::data::Dataset> good() { return std::make_shared<Squares>(); }
};
template <>
struct Values<std::shared_ptr<const tt::data::Dataset>> {
  using P = std::shared_ptr<const tt::data::Dataset>;
  static constexpr const char* good_text = "a data set";
  static P good() { return std::make_shared<Squares>(); }
  static void hostile(Choices<P>& choices, const Make<P>&) {
    choices.add("nullptr", [] { return P(); });
    using F = Squares::Fault;
    const std::pair<const char*, F> faults[] = {{"one of size -1", F::negative},
                                                {"one of size INT64_MAX", F::huge},
                                                {"one that throws", F::throws},
                                                {"one of undefined examples", F::undefined},
                                                {"one of ragged examples", F::ragged}};
    for (const auto& [text, fault] : faults)
      choices.add(text, [fault = fault] { return P(std::make_shared<Squares>(fault)); });
    Choices<tt::data::TensorDataset> datasets;
    Values<tt::data::TensorDataset>::hostile(datasets, &Values<tt::data::TensorDataset>::good);
    for (const auto& [text, make] : datasets)
      choices.add("a TensorDataset: " + text,
                  [make = make] { return P(std::make_shared<tt::data::TensorDataset>(make())); });
  }
};
/// Writes two small IDX files.
tt::data::IdxDataset small_idx();
std::string small_idx_file();
std::string small_idx_labels();
template <>
struct Values<tt::data::IdxDataset> : ObjectValues<tt::data::IdxDataset> {
  static tt::data::IdxDataset good() { return small_idx(); }
};
struct Orders : tt::data::Sampler {
  explicit Orders(std::vector<std::int64_t> order, bool throws = false) : order(std::move(order)), throws(throws) {}
  std::vector<std::int64_t> sample(std::int64_t, std::int64_t) const override {
    if (throws) throw Thrown();
    return order;
  }
  std::vector<std::int64_t> order;
  bool throws;
};
template <>
struct Values<tt::data::Sampler> : ObjectValues<tt::data::Sampler> {
  static std::shared_ptr<tt::data::Sampler> good() { return std::make_shared<Orders>(std::vector<std::int64_t>{1, 0}); }
};
template <>
struct Values<std::shared_ptr<const tt::data::Sampler>> {
  using P = std::shared_ptr<const tt::data::Sampler>;
  static constexpr const char* good_text = "a sampler";
  static P good() { return std::make_shared<Orders>(std::vector<std::int64_t>{1, 0}); }
  static void hostile(Choices<P>& choices, const Make<P>&) {
    choices.add("nullptr", [] { return P(); });
    choices.add("one that throws", [] { return P(std::make_shared<Orders>(std::vector<std::int64_t>{}, true)); });
    for (const auto& list : hostile_lists())
      choices.add("one that gives " + text_of(list), [&list] { return P(std::make_shared<Orders>(list)); });
  }
};
struct OrdersInBatches : tt::data::BatchSampler {
  explicit OrdersInBatches(std::vector<std::vector<std::int64_t>> batches) : batches(std::move(batches)) {}
  std::vector<std::vector<std::int64_t>> sample(std::int64_t, std::int64_t) const override { return batches; }
  std::vector<std::vector<std::int64_t>> batches;
};
template <>
struct Values<std::shared_ptr<const tt::data::BatchSampler>> {
  using P = std::shared_ptr<const tt::data::BatchSampler>;
  static constexpr const char* good_text = "nullptr";
  static P good() { return nullptr; }
  static void hostile(Choices<P>& choices, const Make<P>&) {
    choices.add("one that gives {{}}",
                [] { return P(std::make_shared<OrdersInBatches>(std::vector<std::vector<std::int64_t>>{{}})); });
    for (const auto& list : hostile_lists())
      choices.add("one that gives " + text_of(list), [&list] {
        return P(std::make_shared<OrdersInBatches>(std::vector<std::vector<std::int64_t>>{list, {0}}));
      });
  }
};
template <>
struct Values<tt::data::DataLoader> : ObjectValues<tt::data::DataLoader> {
  static tt::data::DataLoader good() { return tt::data::DataLoader(examples(), {.batch_size = 4}, here()); }
};
template <>
struct Values<tt::data::DataLoader::Iterator> : ObjectValues<tt::data::DataLoader::Iterator> {
  static tt::data::DataLoader::Iterator good() {
    static thread_local std::unique_ptr<tt::data::DataLoader> loader;
    loader = std::make_unique<tt::data::DataLoader>(Values<tt::data::DataLoader>::good());
    return loader->begin();
  }
};

// --- Low level -------------------------------------------------------------------------------------------------------

namespace low = tt::lowlevel;

template <class T>
concept SomeTensorList = std::is_same_v<T, low::TensorList> || std::is_same_v<T, tt::keras::TensorList>;
template <SomeTensorList T>
struct Values<T> {
  using V = std::vector<tt::Tensor>;
  static constexpr const char* good_text = "numbers({2, 3})";
  static T good() { return numbers({2, 3}); }
  static V list(const T& tensors) { return V(tensors.begin(), tensors.end()); }
  static void hostile(Choices<T>& choices, const Make<T>& good) {
    Choices<V> lists;
    Values<V>::hostile(lists, [good] { return list(good()); });
    for (const auto& [text, make] : lists) choices.add(text, [make = make] { return T(make()); });
    Choices<tt::Tensor> tensors;
    Values<tt::Tensor>::hostile(tensors, [good] {
      const V all = list(good());
      return all.empty() ? tt::Tensor() : all[0];
    });
    for (const auto& [text, make] : tensors) choices.add(text, [make = make] { return T(make()); });
  }
};
inline low::Variable variable(const tt::Shape& shape = {2, 3}) {
  return Case::current().graph().variable("v", numbers(shape), {}, here());
}
template <>
struct Values<low::Variable> : ObjectValues<low::Variable> {
  static low::Variable good() { return variable(); }
};
template <>
struct Values<low::Graph> : ObjectValues<low::Graph> {
  static low::Graph good() { return Case::current().graph(); }
  static void hostile(Choices<low::Graph>& choices, const Make<low::Graph>& good) {
    ObjectValues::hostile(choices, good);
    choices.add("a finalized one", [] {
      low::Graph graph;
      graph.finalize();
      return graph;
    });
  }
};
template <>
struct Values<low::NameScope> : ObjectValues<low::NameScope> {
  static std::shared_ptr<low::NameScope> good() {
    return std::make_shared<low::NameScope>(Case::current().graph(), "scope");
  }
};
template <>
struct Values<low::VariableScope> : ObjectValues<low::VariableScope> {
  static std::shared_ptr<low::VariableScope> good() {
    return std::make_shared<low::VariableScope>(Case::current().graph(), "scope", low::VariableScopeOptions(), here());
  }
};
template <>
struct Values<low::TensorArray> : ObjectValues<low::TensorArray> {
  static low::TensorArray good() {
    return low::TensorArray(tt::float32, 3, {}, here()).write(tt::Arg(0, here()), Values<tt::Arg>::of(numbers({2, 3})));
  }
  static void hostile(Choices<low::TensorArray>& choices, const Make<low::TensorArray>& good) {
    ObjectValues::hostile(choices, good);
    for (const std::int64_t size : {0, 3})
      choices.add("one of size " + std::to_string(size) + ", not written",
                  [size] { return low::TensorArray(tt::float32, size, {}, here()); });
    choices.add("one of integers",
                [] { return low::TensorArray(tt::int64, 3, {.element_shape = tt::Shape{}}, here()); });
    choices.add("one of unknown elements",
                [] { return low::TensorArray(tt::float32, 3, {.element_shape = tt::Shape{tt::unknown}}, here()); });
    choices.add("one that grows", [] { return low::TensorArray(tt::float32, 0, {.dynamic_size = true}, here()); });
    choices.add("one of a size that is fed", [] {
      return low::TensorArray(tt::float32, Case::current().placeholder(whole({3}, {}), {}), {}, here());
    });
  }
};
template <>
struct Values<low::Printed> : ObjectValues<low::Printed> {
  static low::Printed good() { return low::Printed(numbers({2, 3})); }
  static void hostile(Choices<low::Printed>& choices, const Make<low::Printed>& good) {
    ObjectValues::hostile(choices, good);
    for (const auto& [text, value] : hostile_texts())
      choices.add(text, [&value = value] { return low::Printed(value); });
    choices.add("nullptr", [] { return low::Printed(static_cast<const char*>(nullptr), here()); });
    Choices<tt::Tensor> tensors;
    Values<tt::Tensor>::hostile(tensors, &Values<tt::Tensor>::good);
    for (const auto& [text, make] : tensors) choices.add(text, [make = make] { return low::Printed(make()); });
  }
};
/// A variable of the case's graph, made if there is none: a loss that another argument made depends on the first.
inline low::Variable first_variable() {
  const auto variables = Case::current().graph().variables();
  return variables.empty() ? variable() : variables[0];
}
/// A loss that depends on a variable.
inline tt::Tensor symbolic_loss() { return tt::mean(tt::square(variable() * 2)); }
inline low::Variable global_step() { return Case::current().graph().variable("step", whole({0}, {}), {}, here()); }
/// Of what the process keeps.
inline std::string new_name() {
  static int count = 0;
  return "name" + std::to_string(++count);
}
/// A variable of the default graph, in a scope where it is shared.
inline const char* name_in_reusing_scope() {
  const auto open = [](low::Reuse reuse) {
    return std::make_shared<low::VariableScope>(low::get_default_graph(), "scope",
                                                low::VariableScopeOptions{.reuse = reuse}, here());
  };
  {
    const auto scope = open(low::Reuse::no);
    low::get_variable("v", {2, 3}, {}, here());
  }
  Case::current().held.push_back(open(low::Reuse::yes));
  return "v";
}
template <>
struct Values<low::GradientAndVariable> : ObjectValues<low::GradientAndVariable> {
  static low::GradientAndVariable good() {
    const low::Variable v = variable();
    return {tt::ones_like(v), v};
  }
  static void hostile(Choices<low::GradientAndVariable>& choices, const Make<low::GradientAndVariable>& good) {
    add_field(choices, good, "gradient", &low::GradientAndVariable::gradient);
    add_field(choices, good, "variable", &low::GradientAndVariable::variable);
  }
};
template <>
struct Values<low::Optimizer> : ObjectValues<low::Optimizer> {
  static std::shared_ptr<low::Optimizer> good() {
    auto optimizer = std::make_shared<low::Momentum>();
    optimizer->minimize(symbolic_loss(), {}, here());
    return optimizer;
  }
};
template <>
struct Values<low::Feed> : ObjectValues<low::Feed> {
  static low::Feed good() {
    return {Case::current().placeholder(numbers({2, 3}), {2, 3}), tt::Arg(numbers({2, 3}), here())};
  }
  static void hostile(Choices<low::Feed>& choices, const Make<low::Feed>& good) {
    add_field(choices, good, "tensor", &low::Feed::tensor);
    add_field(choices, good, "value", &low::Feed::value);
  }
};
template <>
struct Values<low::Session> : ObjectValues<low::Session> {
  static low::Session good() {
    const low::Session session(Case::current().graph());
    session.run(Case::current().graph().initializer());
    return session;
  }
};
template <>
struct Values<low::Callable> : ObjectValues<low::Callable> {
  static low::Callable good() {
    const tt::Tensor x = Case::current().placeholder(numbers({2, 3}), {2, 3});
    return Values<low::Session>::good().make_callable(x, x * 2, here());
  }
};
/// A session and a run in parts that it has begun, of the nodes of this case.
struct BegunInParts {
  low::Session session;
  tt::Tensor fetch;
  low::PartialRun handle;
};
inline BegunInParts& begun_in_parts(bool anew = false) {
  static std::optional<BegunInParts> begun;
  if (anew || !begun) {
    const low::Session session = Values<low::Session>::good();
    const tt::Tensor fetch = Case::current().graph().constant(numbers({2, 3})) * 2;
    begun = BegunInParts{session, fetch, session.partial_run_setup({fetch, fetch}, {}, here())};
  }
  return *begun;
}
template <>
struct Values<low::PartialRun> : ObjectValues<low::PartialRun> {
  static low::PartialRun good() { return begun_in_parts().handle; }
};
/// The session of the case's graph is the default one from here on.
inline void open_default_session() {
  static_cast<void>(first_variable());
  Case::current().held.push_back(std::make_shared<low::DefaultSession>(Values<low::Session>::good()));
}
template <>
struct Values<std::istream> : ObjectValues<std::istream> {
  static constexpr const char* good_text = "\"run\"";
  static std::shared_ptr<std::istream> good() { return std::make_shared<std::istringstream>("run\n"); }
};
template <>
struct Values<std::istream*> {
  static constexpr const char* good_text = "nullptr";
  static std::istream* good() { return nullptr; }
  static void hostile(Choices<std::istream*>& choices, const Make<std::istream*>&) {
    const std::pair<const char*, const char*> texts[] = {
        {"an empty stream", ""},
        {"empty lines", "\n\n"},
        {"commands", "run -f\nrun -f none\nli\npt\nbreak *\nrun\nstep\nexit\n"},
        {"control characters", "\x1b[31m\xff\nrun\n"}};
    for (const auto& [text, commands] : texts)
      choices.add(text, [commands = commands] {
        auto kept = std::make_shared<std::istringstream>(commands);
        Case::current().held.push_back(kept);
        return static_cast<std::istream*>(kept.get());
      });
  }
};
template <>
struct Values<low::Debugger> : ObjectValues<low::Debugger> {
  static low::Debugger good() {
    static_cast<void>(first_variable());
    return low::Debugger(Values<low::Session>::good());
  }
};
template <class F>
struct Values<low::Function<F>> : ObjectValues<low::Function<F>> {
  static low::Function<F> good() { return low::function(Values<F>::good(), "function", here()); }
};
inline low::Callable callable_without_feeds() {
  const tt::Tensor two = Case::current().graph().constant(numbers({2, 3})) * 2;
  return Values<low::Session>::good().make_callable({}, two, here());
}

// --- Eager -----------------------------------------------------------------------------------------------------------

namespace nn = tt::eager::nn;
namespace optim = tt::eager::optim;

/// A module whose weight is what another one makes of it.
inline std::shared_ptr<nn::Linear> parametrized() {
  auto module = std::make_shared<nn::Linear>(3, 4);
  nn::utils::parametrize::register_parametrization(*module, "weight", {nn::make<nn::ReLU>(here()), here()}, false,
                                                   here());
  return module;
}
/// A module by the smallest arguments that make one.
template <std::derived_from<nn::Module> M>
struct Values<M> : ObjectValues<M> {
  static std::shared_ptr<M> good() {
    if constexpr (std::is_same_v<M, nn::Loss>)
      return std::make_shared<nn::MSELoss>();
    else if constexpr (std::is_same_v<M, nn::InplaceActivation>)
      return std::make_shared<nn::ReLU>();
    else if constexpr (std::is_same_v<M, nn::DropoutBase>)
      return std::make_shared<nn::Dropout>();
    else if constexpr (std::is_same_v<M, nn::InstanceNorm>)
      return std::make_shared<nn::InstanceNorm1d>(3);
    else if constexpr (std::is_same_v<M, nn::PaddingModule>)
      return std::make_shared<nn::ReflectionPad1d>(1);
    else if constexpr (std::is_same_v<M, nn::ConstantPad>)
      return std::make_shared<nn::ConstantPad1d>(1, 2);
    else if constexpr (std::is_same_v<M, nn::RNNBase>)
      return std::make_shared<nn::GRU>(3, 4);
    else if constexpr (std::is_same_v<M, nn::utils::parametrize::ParametrizationList>) {
      const std::shared_ptr<nn::Linear> owner = parametrized();
      return {owner, &owner->get_submodule("parametrizations.weight").template as<M>()};
    } else if constexpr (std::is_same_v<M, optim::swa_utils::AveragedModelBase>)
      return std::make_shared<optim::swa_utils::AveragedModel<nn::Linear>>(nn::Linear(3, 4));
    else if constexpr (std::is_same_v<M, nn::RNNCellBase>)
      return std::make_shared<nn::GRUCell>(3, 4);
    else if constexpr (std::is_same_v<M, nn::Upsample>)
      return std::make_shared<M>(nn::UpsampleOptions{.scale_factor = 2});
    else if constexpr (std::is_same_v<M, nn::Bilinear>)
      return std::make_shared<M>(3, 3, 2);
    else if constexpr (std::is_same_v<M, nn::GroupNorm>)
      return std::make_shared<M>(1, 3);
    else if constexpr (std::is_same_v<M, nn::Fold>)
      return std::make_shared<M>(4, 2);
    else if constexpr (std::is_same_v<M, nn::Unflatten>)
      return std::make_shared<M>(1, tt::Shape{3, 1});
    else if constexpr (std::is_same_v<M, nn::MultiheadAttention>)
      return std::make_shared<M>(4, 2);
    else if constexpr (std::is_same_v<M, nn::TransformerEncoderLayer> || std::is_same_v<M, nn::TransformerDecoderLayer>)
      return std::make_shared<M>(4, 2, 8);
    else if constexpr (std::is_same_v<M, nn::TransformerEncoder>)
      return std::make_shared<M>(nn::TransformerEncoderLayer(4, 2, 8), 2);
    else if constexpr (std::is_same_v<M, nn::TransformerDecoder>)
      return std::make_shared<M>(nn::TransformerDecoderLayer(4, 2, 8), 2);
    else if constexpr (std::is_same_v<M, nn::Transformer>)
      return std::make_shared<M>(4, 2, 1, 1, 8);
    else if constexpr (std::is_same_v<M, nn::ModuleList>)
      return std::make_shared<M>(std::initializer_list<nn::AnyModule>{nn::make<nn::Linear>(3, 4, here())});
    else if constexpr (std::is_same_v<M, nn::ModuleDict>)
      return std::make_shared<M>(std::initializer_list<nn::NamedPart>{{"name", nn::make<nn::Linear>(3, 4, here())}});
    else if constexpr (std::is_same_v<M, nn::ParameterList>)
      return std::make_shared<M>(std::vector<tt::Tensor>{numbers({2, 3})});
    else if constexpr (std::is_same_v<M, nn::ParameterDict>)
      return std::make_shared<M>(std::initializer_list<nn::NamedTensor>{{"name", numbers({2, 3})}});
    else if constexpr (std::is_same_v<M, nn::Module> || std::is_same_v<M, nn::Sequential> ||
                       std::is_same_v<M, nn::ModuleSequence>)
      return std::make_shared<nn::Sequential>(nn::make<nn::Linear>(3, 4, here()), nn::make<nn::BatchNorm1d>(4, here()),
                                              nn::make<nn::Dropout>(0.5, here()), nn::make<nn::Linear>(4, 2, here()));
    else if constexpr (std::is_same_v<M, nn::Lambda>)
      return std::make_shared<M>([](const tt::Tensor& x) { return x * 2; }, here());
    else if constexpr (requires {
                         typename M::Options;
                         requires requires(typename M::Options o) { o.in_channels; };
                       })
      return std::make_shared<M>(4, 3, 2);
    else if constexpr (std::is_same_v<M, nn::BatchNorm>)
      return std::make_shared<nn::BatchNorm1d>(3);
    else if constexpr (std::is_same_v<M, nn::BatchNorm2d>)
      return std::make_shared<M>(4);
    else if constexpr (std::is_same_v<M, nn::AdaptiveLogSoftmaxWithLoss>)
      return std::make_shared<M>(8, 5, std::vector<std::int64_t>{2}, 4, false, here());
    else if constexpr (std::is_same_v<M, nn::Softmax> || std::is_same_v<M, nn::LogSoftmax> ||
                       std::is_same_v<M, nn::Softmin>)
      return std::make_shared<M>(1);
    else if constexpr (std::is_default_constructible_v<M>)
      return std::make_shared<M>();
    else if constexpr (std::is_constructible_v<M, int, int> && !std::is_constructible_v<M, tt::Size2>)
      return std::make_shared<M>(3, 4);
    else
      return std::make_shared<M>(3);
  }
};
template <class M>
std::shared_ptr<M> in_evaluation(std::shared_ptr<M> module) {
  module->eval();
  return module;
}
/// Pointers to modules that live as long as the case.
inline std::vector<nn::Module*> two_modules() {
  std::vector<nn::Module*> modules;
  for (int i = 0; i < 2; ++i) {
    const auto module = std::make_shared<nn::Linear>(3, 4);
    Case::current().held.push_back(module);
    modules.push_back(module.get());
  }
  return modules;
}
template <class F>
struct Values<tt::eager::Compiled<F>> : ObjectValues<tt::eager::Compiled<F>> {
  static tt::eager::Compiled<F> good() { return tt::eager::compile(Values<F>::good(), {}, here()); }
};
template <>
struct Values<tt::eager::func::ExampleDim> {
  using D = tt::eager::func::ExampleDim;
  static constexpr const char* good_text = "0";
  static D good() { return 0; }
  static void hostile(Choices<D>& choices, const Make<D>&) {
    Choices<std::int64_t> integers;
    Values<std::int64_t>::hostile(integers, {});
    for (const auto& [text, make] : integers) choices.add(text, [make = make] { return D(make()); });
    choices.add("none", [] { return D(tt::none); });
  }
};
template <>
struct Values<tt::eager::func::ExampleDims> {
  using D = tt::eager::func::ExampleDims;
  static constexpr const char* good_text = "0";
  static D good() { return 0; }
  static void hostile(Choices<D>& choices, const Make<D>&) {
    Choices<tt::eager::func::ExampleDim> dims;
    Values<tt::eager::func::ExampleDim>::hostile(dims, {});
    for (const auto& [text, make] : dims) {
      choices.add(text, [make = make] { return D(make()); });
      choices.add("{" + text + "}", [make = make] { return D{make()}; });
      choices.add("{0, " + text + "}", [make = make] { return D{0, make()}; });
    }
    choices.add("{}", [] { return D(std::initializer_list<tt::eager::func::ExampleDim>{}); });
  }
};
template <>
struct Values<tt::eager::amp::GradScaler> : ObjectValues<tt::eager::amp::GradScaler> {
  static std::shared_ptr<tt::eager::amp::GradScaler> good() {
    return std::make_shared<tt::eager::amp::GradScaler>(tt::eager::amp::GradScalerOptions{}, here());
  }
};
inline std::shared_ptr<tt::eager::amp::GradScaler> stepped_scaler() {
  const auto scaler = Values<tt::eager::amp::GradScaler>::good();
  optim::SGD optimizer({with_gradient({2, 3})}, optim::SGDOptions{}, here());
  scaler->step(optimizer, here());
  return scaler;
}
namespace tensorboard = tt::eager::utils::tensorboard;
template <>
struct Values<tensorboard::HParam> : FromText<tensorboard::HParam> {
  static void hostile(Choices<tensorboard::HParam>& choices, const Make<tensorboard::HParam>& good) {
    FromText::hostile(choices, good);
    Choices<double> numbers;
    Values<double>::hostile(numbers, {});
    for (const auto& [text, make] : numbers) choices.add(text, [make = make] { return tensorboard::HParam(make()); });
    choices.add("true", [] { return tensorboard::HParam(true); });
  }
};
template <>
struct Values<tensorboard::HistogramBins> {
  using B = tensorboard::HistogramBins;
  static constexpr const char* good_text = "\"auto\"";
  static B good() { return B("auto", here()); }
  static void hostile(Choices<B>& choices, const Make<B>&) {
    for (const auto& [text, value] : hostile_texts()) choices.add(text, [&value = value] { return B(value); });
    for (const char* method : {"fd", "sturges", "rice", "scott", "sqrt"})
      choices.add(method, [method] { return B(method, here()); });
    Choices<std::int64_t> counts;
    Values<std::int64_t>::hostile(counts, {});
    for (const auto& [text, make] : counts) choices.add(text, [make = make] { return B(make()); });
    Choices<std::vector<double>> limits;
    Values<std::vector<double>>::hostile(limits, &Values<std::vector<double>>::good);
    for (const auto& [text, make] : limits) choices.add(text, [make = make] { return B(make()); });
  }
};
template <>
struct Values<tensorboard::SummaryWriter> : ObjectValues<tensorboard::SummaryWriter> {
  static tensorboard::SummaryWriter good() { return tensorboard::SummaryWriter("runs", {}, here()); }
};
template <class O>
struct Values<optim::GroupOf<O>> : ObjectValues<optim::GroupOf<O>> {
  using G = optim::GroupOf<O>;
  static G good() { return {{with_gradient({2, 3})}}; }
  static void hostile(Choices<G>& choices, const Make<G>& good) {
    ObjectValues<G>::hostile(choices, good);
    add_field(choices, good, "params", &G::params);
    add_field(choices, good, "options", &G::options);
  }
};
/// What a closure of LBFGS's computes, and the optimizer of its parameter.
inline tt::Tensor loss_of_leaf() {
  tt::Tensor leaf = Case::current().leaf();
  leaf.set_grad(tt::Tensor());
  const tt::Tensor loss = tt::sum(leaf * leaf);
  loss.backward();
  return loss;
}
inline std::shared_ptr<optim::Optimizer> lbfgs() {
  return std::make_shared<optim::LBFGS>(std::vector<tt::Tensor>{Case::current().leaf()}, optim::LBFGSOptions{}, here());
}
using RuleOfSgd = optim::RuleOptimizer<optim::SGD, optim::SGDOptions>;
template <std::derived_from<optim::Optimizer> O>
struct Values<O> : ObjectValues<O> {
  static std::shared_ptr<O> good() {
    const std::vector<tt::Tensor> parameters = {with_gradient({2, 3})};
    if constexpr (std::is_same_v<O, optim::Optimizer> || std::is_same_v<O, RuleOfSgd> ||
                  std::is_same_v<O, optim::GroupedOptimizer<optim::SGDOptions>>)
      return std::make_shared<optim::SGD>(parameters, optim::SGDOptions{.momentum = 0.9}, here());
    else if constexpr (std::is_same_v<O, optim::GroupedOptimizer<optim::AdamOptions>>)
      return std::make_shared<optim::Adam>(parameters, optim::AdamOptions{}, here());
    else
      return std::make_shared<O>(parameters, 0.1);
  }
};
namespace rates = optim::lr_scheduler;
inline std::shared_ptr<rates::LRScheduler> scheduler_of(optim::Optimizer& optimizer) {
  return std::make_shared<rates::StepLR>(optimizer, 2, 0.5, -1, here());
}
/// A scheduler of an optimizer that lives as long as the case.
template <std::derived_from<rates::LRScheduler> S>
struct Values<S> : ObjectValues<S> {
  static std::shared_ptr<S> good() {
    auto optimizer = Values<optim::Optimizer>::good();
    Case::current().held.push_back(optimizer);
    if constexpr (std::is_same_v<S, rates::LRScheduler>)
      return scheduler_of(*optimizer);
    else if constexpr (std::is_same_v<S, rates::SequentialLR>)
      return std::make_shared<S>(*optimizer, std::vector{scheduler_of(*optimizer), scheduler_of(*optimizer)},
                                 std::vector<std::int64_t>{2});
    else if constexpr (std::is_same_v<S, rates::ChainedScheduler>)
      return std::make_shared<S>(std::vector{scheduler_of(*optimizer), scheduler_of(*optimizer)});
    else if constexpr (std::is_same_v<S, rates::CosineAnnealingWarmRestarts>)
      return std::make_shared<S>(*optimizer, 3);
    else
      return std::make_shared<S>(*optimizer);
  }
};
template <>
struct Values<rates::PerGroup> : ObjectValues<rates::PerGroup> {
  static constexpr const char* good_text = "0.1";
  static rates::PerGroup good() { return 0.1; }
  static void hostile(Choices<rates::PerGroup>& choices, const Make<rates::PerGroup>& good) {
    ObjectValues::hostile(choices, good);
    Choices<double> numbers;
    Values<double>::hostile(numbers, {});
    for (const auto& [text, make] : numbers) {
      choices.add(text, [make = make] { return rates::PerGroup(make()); });
      choices.add("{" + text + "}", [make = make] { return rates::PerGroup{make()}; });
    }
    choices.add("{}", [] { return rates::PerGroup(std::vector<double>()); });
    choices.add("{0.1, 0.2}", [] { return rates::PerGroup(std::vector{0.1, 0.2}); });
  }
};
template <>
struct Values<rates::LRLambdas> : ObjectValues<rates::LRLambdas> {
  using F = rates::LRLambda;
  static rates::LRLambdas good() {
    return F([](std::int64_t epoch) { return 1.0 / static_cast<double>(1 + epoch); });
  }
  static void hostile(Choices<rates::LRLambdas>& choices, const Make<rates::LRLambdas>& good) {
    ObjectValues::hostile(choices, good);
    Choices<F> functions;
    Values<F>::hostile(functions, &Values<F>::good);
    for (const auto& [text, make] : functions) choices.add(text, [make = make] { return rates::LRLambdas(make()); });
    for (const std::size_t count : {0, 1, 2})
      choices.add(std::to_string(count) + " empty functions",
                  [count] { return rates::LRLambdas(std::vector<F>(count)); });
  }
};
/// Keeps what its backward is given.
struct Keeping : tt::eager::Function<Keeping> {
  static inline thread_local tt::eager::FunctionContext kept;
  static tt::Tensor forward(tt::eager::FunctionContext& context, const tt::Tensor& x) {
    context.save_for_backward({x});
    return x * 1;
  }
  static std::vector<tt::Tensor> backward(tt::eager::FunctionContext& context, std::span<const tt::Tensor> upstream) {
    kept = context;
    return {upstream[0]};
  }
};
template <>
struct Values<tt::eager::FunctionContext> : ObjectValues<tt::eager::FunctionContext> {
  static tt::eager::FunctionContext good() {
    tt::sum(Keeping::apply(with_gradient({2, 3}))).backward();
    return std::exchange(Keeping::kept, {});
  }
};
template <>
struct Values<nn::CallScope> : ObjectValues<nn::CallScope> {
  static std::shared_ptr<nn::CallScope> good() { return std::make_shared<nn::CallScope>(Values<tt::Arg>::good()); }
};
template <>
struct Values<nn::AnyModule> : ObjectValues<nn::AnyModule> {
  static nn::AnyModule good() { return {nn::make<nn::ReLU>(here()), here()}; }
  static void hostile(Choices<nn::AnyModule>& choices, const Make<nn::AnyModule>&) {
    choices.add("a null pointer", [] { return nn::AnyModule(std::shared_ptr<nn::Linear>(), here()); });
    choices.add("a function that gives an undefined tensor",
                [] { return nn::AnyModule([](const tt::Tensor&) { return tt::Tensor(); }, here()); });
  }
};
template <>
struct Values<nn::TransformerActivation> : ObjectValues<nn::TransformerActivation> {
  static nn::TransformerActivation good() { return {"relu", here()}; }
};
/// Hooks that hand on what they see, and those that give something else.
template <class Hook>
struct HookValues : ObjectValues<Hook> {
  using Tensors = std::vector<tt::Tensor>;
  template <class F>
  static Hook made(const F& f) {
    if constexpr (std::is_same_v<Hook, nn::ForwardPreHook> || std::is_same_v<Hook, nn::FullBackwardPreHook>)
      return Hook([f](nn::Module&, const Tensors& inputs) { return f(inputs); }, here());
    else
      return Hook([f](nn::Module&, const Tensors& inputs, const Tensors&) { return f(inputs); }, here());
  }
  static Hook good() {
    return made([](const Tensors& all) { return all; });
  }
  static void hostile(Choices<Hook>& choices, const Make<Hook>&) {
    choices.add("one that throws", [] { return made([](const Tensors&) -> Tensors { throw Thrown(); }); });
    choices.add("one that gives undefined tensors",
                [] { return made([](const Tensors& all) { return Tensors(all.size()); }); });
    choices.add("one that gives too many", [] { return made([](const Tensors&) { return Tensors(9); }); });
  }
};
template <>
struct Values<nn::ForwardPreHook> : HookValues<nn::ForwardPreHook> {};
template <>
struct Values<nn::ForwardHook> : HookValues<nn::ForwardHook> {};
template <>
struct Values<nn::FullBackwardPreHook> : HookValues<nn::FullBackwardPreHook> {};
template <>
struct Values<nn::FullBackwardHook> : HookValues<nn::FullBackwardHook> {};
template <>
struct Values<nn::RemovableHandle> : ObjectValues<nn::RemovableHandle> {
  static nn::RemovableHandle good() { return {}; }
};
template <>
struct Values<tt::TracedCall> : ObjectValues<tt::TracedCall> {
  static std::shared_ptr<tt::TracedCall> good() { return std::make_shared<tt::TracedCall>(Case::current().graph()); }
};
template <class M>
struct Values<nn::Made<M>> : ObjectValues<nn::Made<M>> {
  static nn::Made<M> good() { return {std::make_unique<M>(3, 4), here()}; }
};
/// What tt::custom_gradient takes: a value and the function from its gradient to x's.
using OwnGradient =
    std::function<std::pair<tt::Tensor, std::function<tt::Tensor(const tt::Tensor&)>>(const tt::Tensor&)>;
template <>
struct Values<OwnGradient> : ObjectValues<OwnGradient> {
  using Back = std::function<tt::Tensor(const tt::Tensor&)>;
  static OwnGradient good() {
    return [](const tt::Tensor& x) {
      return std::pair(x * 2, Back([](const tt::Tensor& upstream) { return upstream * 2; }));
    };
  }
  static void hostile(Choices<OwnGradient>& choices, const Make<OwnGradient>&) {
    choices.add("an empty function", [] { return OwnGradient(); });
    Choices<tt::Tensor> tensors;
    Values<tt::Tensor>::hostile(tensors, &Values<tt::Tensor>::good);
    for (const auto& [text, make] : tensors) {
      choices.add("one of value " + text, [make = make] {
        return OwnGradient(
            [make](const tt::Tensor&) { return std::pair(make(), Back([](const tt::Tensor& g) { return g; })); });
      });
      choices.add("one of gradient " + text, [make = make] {
        return OwnGradient(
            [make](const tt::Tensor& x) { return std::pair(x, Back([make](const tt::Tensor&) { return make(); })); });
      });
    }
    choices.add("one of an empty gradient",
                [] { return OwnGradient([](const tt::Tensor& x) { return std::pair(x, Back()); }); });
  }
};
/// A user's own function with a gradient.
struct Cube : tt::eager::Function<Cube> {
  static tt::Tensor forward(tt::eager::FunctionContext& context, const tt::Tensor& x) {
    context.save_for_backward({x});
    return x * x * x;
  }
  static std::vector<tt::Tensor> backward(tt::eager::FunctionContext& context, std::span<const tt::Tensor> upstream) {
    const tt::Tensor x = context.saved_tensors()[0];
    return {upstream[0] * 3 * x * x};
  }
};

// --- Keras -----------------------------------------------------------------------------------------------------------

namespace keras = tt::keras;
namespace layers = tt::keras::layers;

/// A layer of the user's own.
struct Scale : keras::LayerBase {
  tt::Tensor factor;
  void build(const tt::Shape& input) override {
    factor = add_weight({.shape = {input[-1]}, .initializer = "ones", .name = "factor"});
  }
  tt::Tensor call(const tt::Tensor& x, bool) override { return x * factor; }
};
struct OwnModel : keras::ModelBase {
  keras::Layer hidden = layers::Dense(4, {.activation = "relu"}), out = layers::Dense(1);
  tt::Tensor call(const tt::Tensor& x, bool) override { return out(hidden(x)); }
};
/// A layer whose loss is all that there is.
struct Penalty : keras::LayerBase {
  tt::Tensor call(const tt::Tensor& x, bool) override {
    add_loss(tt::mean(tt::square(x)));
    return x;
  }
};
inline std::shared_ptr<keras::LayerBase> built_layer() {
  const keras::Layer layer = keras::layer<Scale>();
  layer.build({2, 3});
  return layer.shared();
}
inline std::shared_ptr<keras::ModelBase> compiled_own_model() {
  const keras::Model model = keras::model<OwnModel>();
  model.compile({.loss = "mse"}, here());
  return std::static_pointer_cast<keras::ModelBase>(model.shared());
}
/// The functional model's data.
inline tt::Tensor xs() { return numbers({4, 3}); }
inline tt::Tensor ys() { return numbers({4, 1}); }
inline keras::Layer built_convolution() {
  const keras::Layer layer = layers::Conv2D(2, 3);
  layer.build({1, 4, 4, 3});
  return layer;
}
inline keras::Model small_model() {
  const tt::Tensor x = layers::Input({3}, {}, here());
  return keras::Model(x, layers::Dense(1)(layers::BatchNormalization()(layers::Dense(4, "relu")(x))), {}, here());
}
inline keras::Model compiled_model() {
  keras::Model model = small_model();
  model.compile({.optimizer = "adam", .loss = "mse", .metrics = {"mae"}}, here());
  return model;
}
inline keras::Model model_with_own_loss() {
  const keras::Sequential model({layers::Input({3}, {}, here()), layers::Dense(1), keras::layer<Penalty>()}, {},
                                here());
  model.compile({}, here());
  return model;
}
template <>
struct Values<keras::EmbeddingsMetadata> : FromText<keras::EmbeddingsMetadata> {};
template <>
struct Values<keras::FolderLabels> : FromText<keras::FolderLabels> {
  static keras::FolderLabels good() { return "inferred"; }
};
template <>
struct Values<keras::ProfileBatches> {
  static constexpr const char* good_text = "{1, 2}";
  static keras::ProfileBatches good() { return {1, 2}; }
  static void hostile(Choices<keras::ProfileBatches>& choices, const Make<keras::ProfileBatches>&) {
    Choices<std::int64_t> integers;
    Values<std::int64_t>::hostile(integers, {});
    for (const auto& [text, make] : integers) {
      choices.add("{" + text + ", 2}", [make = make] { return keras::ProfileBatches(make(), 2); });
      choices.add("{1, " + text + "}", [make = make] { return keras::ProfileBatches(1, make()); });
    }
  }
};
template <>
struct Values<keras::FactorRange> {
  static constexpr const char* good_text = "0.2";
  static keras::FactorRange good() { return 0.2; }
  static void hostile(Choices<keras::FactorRange>& choices, const Make<keras::FactorRange>&) {
    Choices<double> numbers;
    Values<double>::hostile(numbers, {});
    for (const auto& [text, make] : numbers) {
      choices.add(text, [make = make] { return keras::FactorRange(make()); });
      choices.add("{0.1, " + text + "}", [make = make] { return keras::FactorRange(0.1, make()); });
    }
  }
};
/// A layer that stands in a model.
inline keras::Layer placed_layer() {
  static thread_local keras::Model model;  // whom it asks
  const tt::Tensor x = layers::Input({3}, {}, here());
  const keras::Layer layer = layers::Dense(4, {}, here());
  model = keras::Model(x, layer(x, {}, here()), {}, here());
  return layer;
}
template <>
struct Values<keras::Config> : ObjectValues<keras::Config> {
  static keras::Config good() { return keras::Config(R"({"a": 1})", here()); }
};
template <>
struct Values<keras::Layer> : ObjectValues<keras::Layer> {
  static keras::Layer good() { return layers::Dense(4, {}, here()); }
};
template <>
struct Values<keras::Model> : ObjectValues<keras::Model> {
  static keras::Model good() { return compiled_model(); }
};
template <>
struct Values<keras::Sequential> : ObjectValues<keras::Sequential> {
  static keras::Sequential good() { return keras::Sequential({layers::Dense(4), layers::Dense(1)}, {}, here()); }
};
template <>
struct Values<keras::LayerBase> : ObjectValues<keras::LayerBase> {
  static std::shared_ptr<keras::LayerBase> good() { return keras::layer<Scale>().shared(); }
};
template <>
struct Values<keras::RNNCellBase> : ObjectValues<keras::RNNCellBase> {
  static std::shared_ptr<keras::RNNCellBase> good() {
    return std::dynamic_pointer_cast<keras::RNNCellBase>(keras::layers::SimpleRNNCell(2).shared());
  }
};
template <>
struct Values<std::shared_ptr<keras::LayerBase>> {
  using P = std::shared_ptr<keras::LayerBase>;
  static constexpr const char* good_text = "a layer of one's own";
  static P good() { return std::make_shared<Scale>(); }
  static void hostile(Choices<P>& choices, const Make<P>&) {
    choices.add("nullptr", [] { return P(); });
    choices.add("one with a handle already", [] { return keras::layer<Scale>().shared(); });
    choices.add("a LayerBase", [] { return std::make_shared<keras::LayerBase>(); });
  }
};
template <>
struct Values<keras::ModelBase> : ObjectValues<keras::ModelBase> {
  static std::shared_ptr<keras::ModelBase> good() {
    return std::static_pointer_cast<keras::ModelBase>(keras::model<OwnModel>().shared());
  }
};
template <>
struct Values<std::shared_ptr<keras::ModelBase>> {
  using P = std::shared_ptr<keras::ModelBase>;
  static constexpr const char* good_text = "a model of one's own";
  static P good() { return std::make_shared<OwnModel>(); }
  static void hostile(Choices<P>& choices, const Make<P>&) {
    choices.add("nullptr", [] { return P(); });
    choices.add("one with a handle already", [] { return Values<keras::ModelBase>::good(); });
    choices.add("a ModelBase", [] { return std::make_shared<keras::ModelBase>(); });
  }
};
/// Handles that take one of Keras's names or an object.
template <class T>
concept Named = std::is_same_v<T, keras::Optimizer> || std::is_same_v<T, keras::Loss> ||
    std::is_same_v<T, keras::Metric> || std::is_same_v<T, keras::Initializer> || std::is_same_v<T, keras::Activation> ||
    std::is_same_v<T, keras::Regularizer> || std::is_same_v<T, keras::Constraint> ||
    std::is_same_v<T, keras::DTypePolicy>;
template <Named T>
struct Values<T> : ObjectValues<T> {
  static constexpr bool is_optimizer = std::is_same_v<T, keras::Optimizer>;
  static T named(const char* name) { return T(name, here()); }
  static T good() {
    return named(is_optimizer                            ? "adam"
                 : std::is_same_v<T, keras::Initializer> ? "ones"
                 : std::is_same_v<T, keras::Activation>  ? "relu"
                 : std::is_same_v<T, keras::Regularizer> ? "l2"
                 : std::is_same_v<T, keras::Constraint>  ? "max_norm"
                 : std::is_same_v<T, keras::DTypePolicy> ? "float32"
                                                         : "mse");
  }
  static void hostile(Choices<T>& choices, const Make<T>& good) {
    ObjectValues<T>::hostile(choices, good);
    for (const auto& [text, value] : hostile_texts()) choices.add(text, [&value = value] { return T(value, here()); });
    choices.add("nullptr", [] { return T(static_cast<const char*>(nullptr), here()); });
    for (const char* name : {"sgd", "mse", "binary_crossentropy", "sparse_categorical_crossentropy", "accuracy",
                             "softmax", "orthogonal", "glorot_uniform", "l1", "unit_norm", "mixed_float16", "int64"})
      choices.add(std::string("\"") + name + "\"", [name] { return named(name); });
    if constexpr (std::is_same_v<T, keras::Initializer>) {
      Choices<tt::Initializer> functions;
      Values<tt::Initializer>::hostile(functions, &Values<tt::Initializer>::good);
      for (const auto& [text, make] : functions) choices.add(text, [make = make] { return T(make()); });
    } else if constexpr (std::is_same_v<T, keras::Activation>) {
      using F = std::function<tt::Tensor(const tt::Tensor&)>;
      Choices<F> functions;
      Values<F>::hostile(functions, &Values<F>::good);
      for (const auto& [text, make] : functions) choices.add(text, [make = make] { return T(make()); });
    } else if constexpr (std::is_same_v<T, keras::Loss>) {
      using F = std::function<tt::Tensor(const tt::Tensor&, const tt::Tensor&)>;
      Choices<F> functions;
      Values<F>::hostile(functions, &Values<F>::good);
      for (const auto& [text, make] : functions) choices.add(text, [make = make] { return T(make(), here()); });
    }
  }
};
template <>
struct Values<keras::LossList> : ObjectValues<keras::LossList> {
  static keras::LossList good() { return keras::LossList("mse", here()); }
  static void hostile(Choices<keras::LossList>& choices, const Make<keras::LossList>& good) {
    ObjectValues::hostile(choices, good);
    Choices<keras::Loss> losses;
    Values<keras::Loss>::hostile(losses, &Values<keras::Loss>::good);
    for (const auto& [text, make] : losses) choices.add(text, [make = make] { return keras::LossList(make()); });
    choices.add("{mse, mse}", [] { return keras::LossList{keras::Loss("mse"), keras::Loss("mse")}; });
  }
};
template <>
struct Values<keras::OutputMetrics> : ObjectValues<keras::OutputMetrics> {
  using M = keras::OutputMetrics;
  static M good() { return M("mae", here()); }
  static void hostile(Choices<M>& choices, const Make<M>& good) {
    ObjectValues::hostile(choices, good);
    Choices<std::vector<keras::Metric>> lists;
    Values<std::vector<keras::Metric>>::hostile(lists, [good] { return std::vector<keras::Metric>(good()); });
    for (const auto& [text, make] : lists) choices.add(text, [make = make] { return M(make()); });
    choices.add("nullptr", [] { return M(static_cast<const char*>(nullptr), here()); });
  }
};
template <>
struct Values<keras::MetricList> : ObjectValues<keras::MetricList> {
  using M = keras::MetricList;
  static M good() { return M(std::vector<keras::Metric>{keras::Metric("mae", here())}); }
  static void hostile(Choices<M>& choices, const Make<M>& good) {
    ObjectValues::hostile(choices, good);
    Choices<keras::OutputMetrics> metrics;
    Values<keras::OutputMetrics>::hostile(metrics, &Values<keras::OutputMetrics>::good);
    for (const auto& [text, make] : metrics) {
      choices.add(text, [make = make] { return M(std::vector<keras::Metric>(make())); });
      choices.add("{{\"name\", " + text + "}}", [make = make] {
        M list;
        list.by_output.push_back({"name", make()});
        return list;
      });
    }
    for (const auto& [text, value] : hostile_texts())
      choices.add(std::string("{{") + text + ", \"mae\"}}", [&value = value] {
        M list;
        list.by_output.push_back({text_as<tt::OwnedText>(value), keras::OutputMetrics("mae", here())});
        return list;
      });
    choices.add("{{\"name\", \"mae\"}, {\"name\", \"mse\"}}", [] {
      M list;
      for (const char* metric : {"mae", "mse"})
        list.by_output.push_back({"name", keras::OutputMetrics(metric, here())});
      return list;
    });
  }
};
template <>
struct Values<keras::LossWeights> : ObjectValues<keras::LossWeights> {
  using W = keras::LossWeights;
  static W good() { return W(std::vector<double>{0.5}); }
  static void hostile(Choices<W>& choices, const Make<W>& good) {
    ObjectValues::hostile(choices, good);
    Choices<std::vector<double>> lists;
    Values<std::vector<double>>::hostile(lists, &Values<std::vector<double>>::good);
    for (const auto& [text, make] : lists) choices.add(text, [make = make] { return W(make()); });
    for (const auto& [text, value] : hostile_texts())
      choices.add(std::string("{{") + text + ", 0.5}}", [&value = value] {
        return W{keras::NamedLossWeight{text_as<tt::OwnedText>(value), 0.5}};
      });
  }
};
template <>
struct Values<keras::Thresholds> : ObjectValues<keras::Thresholds> {
  using T = keras::Thresholds;
  static T good() { return 0.5; }
  static void hostile(Choices<T>& choices, const Make<T>& good) {
    ObjectValues::hostile(choices, good);
    Choices<std::vector<double>> lists;
    Values<std::vector<double>>::hostile(lists, &Values<std::vector<double>>::good);
    for (const auto& [text, make] : lists) choices.add(text, [make = make] { return T(make()); });
  }
};
template <>
struct Values<keras::SaveFrequency> {
  using F = keras::SaveFrequency;
  static constexpr const char* good_text = "\"epoch\"";
  static F good() { return F("epoch", here()); }
  static void hostile(Choices<F>& choices, const Make<F>&) {
    Choices<std::int64_t> integers;
    Values<std::int64_t>::hostile(integers, {});
    for (const auto& [text, make] : integers) choices.add(text, [make = make] { return F(make(), here()); });
    for (const auto& [text, value] : hostile_texts())
      choices.add(text, [&value = value] { return F(value.c_str(), here()); });
    choices.add("nullptr", [] { return F(static_cast<const char*>(nullptr), here()); });
  }
};
template <>
struct Values<keras::SplitSize> {
  using S = keras::SplitSize;
  static constexpr const char* good_text = "0.5";
  static S good() { return 0.5; }
  static void hostile(Choices<S>& choices, const Make<S>&) {
    Choices<double> shares;
    Values<double>::hostile(shares, {});
    for (const auto& [text, make] : shares) choices.add(text, [make = make] { return S(make()); });
    Choices<std::int64_t> counts;
    Values<std::int64_t>::hostile(counts, {});
    for (const auto& [text, make] : counts) choices.add(text, [make = make] { return S(make()); });
  }
};
template <>
struct Values<keras::UpdateFrequency> {
  using F = keras::UpdateFrequency;
  static constexpr const char* good_text = "\"epoch\"";
  static F good() { return F("epoch", here()); }
  static void hostile(Choices<F>& choices, const Make<F>&) {
    Choices<std::int64_t> integers;
    Values<std::int64_t>::hostile(integers, {});
    for (const auto& [text, make] : integers) choices.add(text, [make = make] { return F(make(), here()); });
    for (const auto& [text, value] : hostile_texts())
      choices.add(text, [&value = value] { return F(value.c_str(), here()); });
    choices.add("nullptr", [] { return F(static_cast<const char*>(nullptr), here()); });
  }
};
template <>
struct Values<keras::GeneratorBatch> {
  using B = keras::GeneratorBatch;
  static constexpr const char* good_text = "{xs(), ys()}";
  static B good() { return {xs(), ys()}; }
  static void hostile(Choices<B>& choices, const Make<B>& good) {
    add_field(choices, good, "x", &B::x);
    add_field(choices, good, "y", &B::y);
    add_field(choices, good, "sample_weight", &B::sample_weight);
  }
};
template <>
struct Values<keras::saving::CustomObject> : ObjectValues<keras::saving::CustomObject> {
  using C = keras::saving::CustomObject;
  using F = std::function<tt::Tensor(const tt::Tensor&)>;
  static C good() { return Values<F>::good(); }
  static void hostile(Choices<C>& choices, const Make<C>& good) {
    ObjectValues::hostile(choices, good);
    Choices<F> functions;
    Values<F>::hostile(functions, &Values<F>::good);
    for (const auto& [text, make] : functions) choices.add(text, [make = make] { return C(make()); });
    choices.add("one that gives no layer", [] { return C([](const keras::Config&) { return keras::Layer(); }); });
  }
};
/// Two batches and the end, again and again.
template <>
struct Values<keras::Generator> : ObjectValues<keras::Generator> {
  using G = keras::Generator;
  using Batch = std::optional<keras::GeneratorBatch>;
  static G of(const Make<keras::GeneratorBatch>& make) {
    return G([make, calls = 0]() mutable { return ++calls % 3 == 0 ? Batch() : Batch(make()); }, here());
  }
  static G good() { return of(&Values<keras::GeneratorBatch>::good); }
  static void hostile(Choices<G>& choices, const Make<G>&) {
    choices.add("an empty function", [] { return G(std::function<Batch()>(), here()); });
    choices.add("one that throws", [] { return G([]() -> Batch { throw Thrown(); }, here()); });
    choices.add("one without batches", [] { return G([] { return Batch(); }, here()); });
    Choices<keras::GeneratorBatch> batches;
    Values<keras::GeneratorBatch>::hostile(batches, &Values<keras::GeneratorBatch>::good);
    for (const auto& [text, make] : batches) choices.add("one of " + text, [make = make] { return of(make); });
  }
};
template <>
struct Values<keras::EpochSchedule> : ObjectValues<keras::EpochSchedule> {
  using F = std::function<double(int, double)>;
  static keras::EpochSchedule good() {
    return keras::EpochSchedule(F([](int, double rate) { return rate / 2; }), here());
  }
  static void hostile(Choices<keras::EpochSchedule>& choices, const Make<keras::EpochSchedule>&) {
    Choices<F> functions;
    Values<F>::hostile(functions, &Values<F>::good);
    for (const auto& [text, make] : functions)
      choices.add(text, [make = make] { return keras::EpochSchedule(make(), here()); });
  }
};
template <>
struct Values<keras::random::SeedGenerator> : ObjectValues<keras::random::SeedGenerator> {
  static keras::random::SeedGenerator good() { return keras::random::SeedGenerator(7); }
};
/// A learning rate that is a number.
template <class Rate>
struct RateValues {
  static constexpr const char* good_text = "0.01";
  static Rate good() { return 0.01; }
  static void hostile(Choices<Rate>& choices, const Make<Rate>&) {
    Choices<double> numbers;
    Values<double>::hostile(numbers, {});
    for (const auto& [text, make] : numbers) choices.add(text, [make = make] { return Rate(make()); });
  }
};
template <>
struct Values<keras::LearningRate> : RateValues<keras::LearningRate> {};
template <>
struct Values<low::LearningRate> : RateValues<low::LearningRate> {};
template <>
struct Values<keras::optimizers::schedules::LearningRateSchedule>
    : ObjectValues<keras::optimizers::schedules::LearningRateSchedule> {
  static keras::optimizers::schedules::LearningRateSchedule good() {
    return keras::optimizers::schedules::ExponentialDecay(0.1, 10, 0.5);
  }
};
template <>
struct Values<low::train::ExponentialMovingAverage> : ObjectValues<low::train::ExponentialMovingAverage> {
  static std::shared_ptr<low::train::ExponentialMovingAverage> good() {
    return std::make_shared<low::train::ExponentialMovingAverage>(0.9);
  }
};
template <>
struct Values<std::array<double, 3>> {
  static constexpr const char* good_text = "{3, -4, 2}";
  static std::array<double, 3> good() { return {3, -4, 2}; }
  static void hostile(Choices<std::array<double, 3>>& choices, const Make<std::array<double, 3>>&) {
    Choices<double> numbers;
    Values<double>::hostile(numbers, {});
    for (const auto& [text, make] : numbers)
      choices.add("{" + text + ", -4, 2}", [make = make] { return std::array<double, 3>{make(), -4, 2}; });
  }
};
template <>
struct Values<std::array<std::int64_t, 2>> {
  static constexpr const char* good_text = "{3, 4}";
  static std::array<std::int64_t, 2> good() { return {3, 4}; }
  static void hostile(Choices<std::array<std::int64_t, 2>>& choices, const Make<std::array<std::int64_t, 2>>&) {
    Choices<std::int64_t> numbers;
    Values<std::int64_t>::hostile(numbers, {});
    for (const auto& [text, make] : numbers)
      choices.add("{" + text + ", 4}", [make = make] { return std::array<std::int64_t, 2>{make(), 4}; });
  }
};
template <>
struct Values<keras::ops::Size> : ObjectValues<keras::ops::Size> {
  static keras::ops::Size good() { return 3; }
  static void hostile(Choices<keras::ops::Size>& choices, const Make<keras::ops::Size>& good) {
    ObjectValues::hostile(choices, good);
    Choices<std::int64_t> integers;
    Values<std::int64_t>::hostile(integers, {});
    for (const auto& [text, make] : integers) choices.add(text, [make = make] { return keras::ops::Size(make()); });
  }
};
template <>
struct Values<keras::ops::Sizes> : ObjectValues<keras::ops::Sizes> {
  static keras::ops::Sizes good() { return {2, 3}; }
  static void hostile(Choices<keras::ops::Sizes>& choices, const Make<keras::ops::Sizes>& good) {
    ObjectValues::hostile(choices, good);
    Choices<tt::Shape> shapes;
    Values<tt::Shape>::hostile(shapes, [] { return Values<tt::Shape>::good(); });
    for (const auto& [text, make] : shapes) choices.add(text, [make = make] { return keras::ops::Sizes(make()); });
  }
};
template <>
struct Values<keras::OptimizerBase> : ObjectValues<keras::OptimizerBase> {
  static std::shared_ptr<keras::OptimizerBase> good() {
    static thread_local std::vector<keras::Optimizer> kept;  // the handle is what owns it
    kept.assign(1, keras::optimizers::Adam());
    return {std::shared_ptr<void>(), &kept[0].base()};
  }
};
/// One that has met its weights: the case's leaf.
inline std::shared_ptr<keras::OptimizerBase> built_optimizer() {
  std::shared_ptr<keras::OptimizerBase> optimizer = Values<keras::OptimizerBase>::good();
  const std::vector<tt::Tensor> weights = {Case::current().leaf()};
  optimizer->build(weights);
  return optimizer;
}
struct OwnOptimizer : keras::OptimizerBase {
  OwnOptimizer() : OptimizerBase("own", 0.1, here()) {}
  void apply(std::span<const tt::Tensor>, std::span<const tt::Tensor>) override {}
};
struct OwnLoss : keras::LossBase {
  OwnLoss() : LossBase("own") {}
  tt::Tensor call(const tt::Tensor& y, const tt::Tensor& p) override { return tt::mean(tt::square(y - p), -1); }
};
template <>
struct Values<keras::LossBase> : ObjectValues<keras::LossBase> {
  static std::shared_ptr<keras::LossBase> good() { return std::make_shared<OwnLoss>(); }
};
/// A metric of the user's own, with faults.
struct OwnMetric : keras::MetricBase {
  explicit OwnMetric(int given = 1) : MetricBase("own"), given(given) {
    sum = add_variable({.shape = {given < 1 ? 1 : given}, .name = "sum"});
  }
  void update_state(const tt::Tensor&, const tt::Tensor& p, const tt::Tensor&) override {
    if (given < 0) throw Thrown();
    tt::assign_add(sum, tt::ones_like(sum) * tt::mean(tt::cast(p, tt::float32)));
  }
  tt::Tensor result() override { return given == 0 ? tt::Tensor() : sum; }
  int given;
  tt::Tensor sum;
};
/// One by its values.
struct Distance : keras::MetricBase {
  Distance() : MetricBase("distance") {}
  tt::Tensor values(const tt::Tensor& y, const tt::Tensor& p) override { return tt::abs(y - p); }
};
/// One of numbers that were computed elsewhere.
struct Average : keras::MetricBase {
  Average() : MetricBase("average") {}
  void update_values(const tt::Tensor& numbers, const tt::Tensor& weights) override { add_to_mean(numbers, weights); }
};
template <>
struct Values<keras::MetricBase> : ObjectValues<keras::MetricBase> {
  static std::shared_ptr<keras::MetricBase> good() { return std::make_shared<Distance>(); }
};
template <>
struct Values<std::shared_ptr<keras::MetricBase>> {
  using P = std::shared_ptr<keras::MetricBase>;
  static constexpr const char* good_text = "a metric of one's own";
  static P good() { return std::make_shared<OwnMetric>(); }
  static void hostile(Choices<P>& choices, const Make<P>&) {
    choices.add("nullptr", [] { return P(); });
    choices.add("one that throws", [] { return std::make_shared<OwnMetric>(-1); });
    for (const int given : {0, 3})
      choices.add("one that has " + std::to_string(given) + " numbers",
                  [given] { return std::make_shared<OwnMetric>(given); });
    choices.add("a MetricBase", [] { return std::make_shared<keras::MetricBase>("base"); });
  }
};
struct OwnCallback : keras::CallbackBase {
  explicit OwnCallback(bool throws = false) : throws(throws) {}
  void on_epoch_end(int, keras::Logs& logs) override {
    if (throws) throw Thrown();
    logs.set("own", 1);
  }
  bool throws;
};
template <>
struct Values<keras::CallbackBase> : ObjectValues<keras::CallbackBase> {
  static std::shared_ptr<keras::CallbackBase> good() { return std::make_shared<OwnCallback>(); }
};
template <>
struct Values<keras::Callback> : ObjectValues<keras::Callback> {
  static keras::Callback good() { return keras::callback<OwnCallback>(); }
  static void hostile(Choices<keras::Callback>& choices, const Make<keras::Callback>& good) {
    ObjectValues::hostile(choices, good);
    choices.add("one that throws", [] { return keras::callback<OwnCallback>(true); });
  }
};
template <>
struct Values<keras::HistoryCallback> : ObjectValues<keras::HistoryCallback> {
  static std::shared_ptr<keras::HistoryCallback> good() { return std::make_shared<keras::HistoryCallback>(); }
};
template <>
struct Values<keras::ValidationData> : ObjectValues<keras::ValidationData> {
  using V = keras::ValidationData;
  static V good() { return {xs(), ys()}; }
  static void hostile(Choices<V>& choices, const Make<V>& good) {
    ObjectValues::hostile(choices, good);
    add_field(choices, good, "x", &V::x);
    add_field(choices, good, "y", &V::y);
    add_field(choices, good, "sample_weight", &V::sample_weight);
    add_field(choices, good, "loader", &V::loader);
    add_field(choices, good, "generator", &V::generator);
    add_field(choices, good, "dataset", &V::dataset);
  }
};
template <>
struct Values<keras::Logs> : ObjectValues<keras::Logs> {
  static keras::Logs good() {
    keras::Logs logs;
    logs.set("name", 0.5);
    return logs;
  }
};
template <>
struct Values<keras::History> : ObjectValues<keras::History> {
  static keras::History good() {
    keras::History history;
    history.append(0, Values<keras::Logs>::good());
    return history;
  }
};

// --- Keras: layers of tokens
// ------------------------------------------------------------------------------------------

template <>
struct Values<keras::TextBatch> : ObjectValues<keras::TextBatch> {
  static keras::TextBatch good() { return keras::TextBatch(std::vector<std::string>{"a b", "c"}); }
};
template <>
struct Values<keras::TextStandardize> : ObjectValues<keras::TextStandardize> {
  static keras::TextStandardize good() { return "lower"; }
};
template <>
struct Values<keras::TextSplit> : ObjectValues<keras::TextSplit> {
  static keras::TextSplit good() { return "character"; }
};
template <>
struct Values<keras::HashingMask> : ObjectValues<keras::HashingMask> {
  static keras::HashingMask good() { return 0; }
};
inline keras::VocabularyLayer lookup_of_words() {
  const keras::VocabularyLayer layer = layers::StringLookup({}, here());
  layer.adapt(std::vector<std::string>{"a", "b"}, here());
  return layer;
}
template <>
struct Values<keras::TextLayer> : ObjectValues<keras::TextLayer> {
  static keras::TextLayer good() { return lookup_of_words(); }
};
template <>
struct Values<keras::VocabularyLayer> : ObjectValues<keras::VocabularyLayer> {
  static keras::VocabularyLayer good() { return lookup_of_words(); }
};
template <>
struct Values<keras::HashingLayer> : ObjectValues<keras::HashingLayer> {
  static keras::HashingLayer good() { return layers::Hashing(3, {}, here()); }
};
template <>
struct Values<keras::IntegerLookupLayer> : ObjectValues<keras::IntegerLookupLayer> {
  static keras::IntegerLookupLayer good() { return layers::IntegerLookup({.vocabulary = {1, 2}}, here()); }
};
template <>
struct Values<keras::AdaptiveLayer> : ObjectValues<keras::AdaptiveLayer> {
  static keras::AdaptiveLayer good() { return layers::Discretization({.num_bins = 2}, here()); }
};
template <>
struct Values<keras::AdaptiveLayerBase> : ObjectValues<keras::AdaptiveLayerBase> {
  static std::shared_ptr<keras::AdaptiveLayerBase> good() {
    return std::dynamic_pointer_cast<keras::AdaptiveLayerBase>(Values<keras::AdaptiveLayer>::good().shared());
  }
};
template <>
struct Values<keras::TextLayerBase> : ObjectValues<keras::TextLayerBase> {
  static std::shared_ptr<keras::TextLayerBase> good() {
    return std::dynamic_pointer_cast<keras::TextLayerBase>(lookup_of_words().shared());
  }
};
template <>
struct Values<keras::VocabularyLayerBase> : ObjectValues<keras::VocabularyLayerBase> {
  static std::shared_ptr<keras::VocabularyLayerBase> good() {
    return std::dynamic_pointer_cast<keras::VocabularyLayerBase>(lookup_of_words().shared());
  }
};

template <>
struct Values<keras::CrossedFeature> : ObjectValues<keras::CrossedFeature> {
  static keras::CrossedFeature good() { return tt::tensor<std::int64_t>({1, 2}); }
};
template <>
struct Values<keras::HashedCrossingLayer> : ObjectValues<keras::HashedCrossingLayer> {
  static keras::HashedCrossingLayer good() { return layers::HashedCrossing(3, {}, here()); }
};
template <>
struct Values<keras::FeatureColumn> : ObjectValues<keras::FeatureColumn> {
  static keras::FeatureColumn good() { return tt::ones({2}); }
};
template <>
struct Values<keras::utils::FeatureSpace::Feature> : ObjectValues<keras::utils::FeatureSpace::Feature> {
  static keras::utils::FeatureSpace::Feature good() { return "float"; }
};
template <>
struct Values<keras::utils::FeatureSpace::Features> : ObjectValues<keras::utils::FeatureSpace::Features> {
  static keras::utils::FeatureSpace::Features good() { return {{"name", "float"}}; }
};
template <>
struct Values<keras::utils::FeatureSpace::Cross> : ObjectValues<keras::utils::FeatureSpace::Cross> {
  static keras::utils::FeatureSpace::Cross good() { return std::vector<std::string>{"a", "b"}; }
};
template <>
struct Values<keras::utils::Progbar> : ObjectValues<keras::utils::Progbar> {
  static keras::utils::Progbar good() { return keras::utils::Progbar(10, {.verbose = 0}, here()); }
};
template <>
struct Values<keras::utils::FeatureSpace> : ObjectValues<keras::utils::FeatureSpace> {
  static keras::utils::FeatureSpace good() { return keras::utils::FeatureSpace({{"name", "float"}}, here()); }
};
template <>
struct Values<keras::callbacks::CallbackList> : ObjectValues<keras::callbacks::CallbackList> {
  static keras::callbacks::CallbackList good() {
    return keras::callbacks::CallbackList({keras::callbacks::History()}, compiled_model(), {}, here());
  }
};

}  // namespace battery
