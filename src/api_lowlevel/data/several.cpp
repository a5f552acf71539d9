// Elements of several data sets: those that a function makes of each element, and those that a choice takes from.
#include <algorithm>
#include <numeric>

#include "api_lowlevel/data/source.h"
#include "core/random/philox.h"
#include "triptych/core/callable.h"
#include "triptych/core/ops.h"
#include "triptych/core/random.h"

namespace triptych::lowlevel::data {
namespace {

using Streams = std::vector<std::shared_ptr<Stream>>;
using DatasetFunction = std::function<Dataset(const Element& element)>;

/// Elements of the data sets that are made of the elements of `in`: places for some of them take turns, and a place
/// whose data set has ended gets the next one when its turn comes, as in TensorFlow.
class Interleaved final : public Stream {
 public:
  Interleaved(std::unique_ptr<Stream> in, Values values, DatasetFunction function, std::size_t places,
              std::int64_t block, std::vector<DType> types, const char* op, Location where)
      : in_(std::move(in)),
        values_(std::move(values)),
        function_(std::move(function)),
        places_(places),
        block_(block),
        types_(std::move(types)),
        op_(op),
        where_(where) {}

  std::optional<Element> next() override {
    const ComputingElements here;
    while (!ended_ || open_ > 0) {
      std::unique_ptr<Stream>& place = places_[at_];
      if (!place && !ended_) {
        const auto element = in_->next();
        ended_ = !element;
        if (element) place = start(function_(*element));
        if (element) ++open_;
        continue;
      }
      if (place) {
        if (auto element = place->next()) {
          if (++taken_ == block_) turn();
          return element;
        }
        place.reset();
        --open_;
      }
      turn();
    }
    return {};
  }

 private:
  void turn() {
    at_ = (at_ + 1) % places_.size();
    taken_ = 0;
  }
  std::unique_ptr<Stream> start(const Dataset& dataset) const {
    if (dataset.output_types() != types_)
      throw ArgumentError(
          op_, "map_func gives data sets of different dtypes",
          std::to_string(dataset.output_types().size()) + " and " + std::to_string(types_.size()) + " tensors", "",
          where_);
    for (const auto& [number, tensor] : DatasetAccess::of_graph(dataset))
      if (!values_.contains(number))
        throw ArgumentError(op_, "map_func gives a data set that reads a tensor of a graph",
                            "'" + describe(*tensor.impl()->node) + "'", "Take the element's tensors, or concrete ones",
                            where_);
    return DatasetAccess::source(dataset)->start(values_);
  }

  std::unique_ptr<Stream> in_;
  Values values_;
  DatasetFunction function_;
  std::vector<std::unique_ptr<Stream>> places_;
  std::int64_t block_, taken_ = 0;
  std::vector<DType> types_;
  const char* op_;
  Location where_;
  std::size_t at_ = 0, open_ = 0;
  bool ended_ = false;
};

Dataset interleaved(const Dataset& of, const DatasetFunction& function, std::int64_t cycle_length,
                    std::int64_t block_length, const char* op, Location where) {
  check_callable(op, function, where);
  constexpr std::int64_t most = 1 << 20;
  if (cycle_length < 1 || cycle_length > most)
    throw ArgumentError(op, "cycle_length is not between 1 and 1048576", std::to_string(cycle_length), "", where);
  check_positive(op, "block_length", block_length, where);
  const SourcePointer source = DatasetAccess::source(of);
  std::vector<DType> types, unused_types;
  std::vector<Shape> shapes, unused_shapes;
  const auto look = [&](const Element& element) {
    const Dataset made = function(element);
    types = made.output_types();
    shapes = made.output_shapes();
    return element;
  };
  trace_element(*source, look, unused_types, unused_shapes, op, where);
  return DatasetAccess::make(source_of(types, shapes,
                                       [=](const Values& values) -> std::unique_ptr<Stream> {
                                         return std::make_unique<Interleaved>(source->start(values), values, function,
                                                                              static_cast<std::size_t>(cycle_length),
                                                                              block_length, types, op, where);
                                       }),
                             of);
}

/// Which of the streams is next; nothing: none. It is told those that have not ended.
using Choice = std::function<std::optional<std::size_t>(const std::vector<bool>& going)>;

std::unique_ptr<Stream> chosen(Streams streams, Choice choice, bool stop_on_empty) {
  std::vector<bool> all(streams.size(), true);
  return stream_of([streams = std::move(streams), choice = std::move(choice), stop_on_empty,
                    going = std::move(all)]() mutable -> std::optional<Element> {
    while (std::find(going.begin(), going.end(), true) != going.end()) {
      const auto which = choice(going);
      if (!which) return {};
      if (going[*which])
        if (auto element = streams[*which]->next()) return element;
      going[*which] = false;
      if (stop_on_empty) going.assign(going.size(), false);
    }
    return {};
  });
}

std::vector<Shape> all_shapes(const char* op, const std::vector<Dataset>& datasets, Location where) {
  if (datasets.empty()) throw ArgumentError(op, "there is no data set", "an empty list", "", where);
  std::vector<Shape> shapes = datasets[0].output_shapes();
  for (const Dataset& dataset : datasets) {
    const SourcePointer so_far =
        source_of(datasets[0].output_types(), shapes, [](const Values&) { return std::unique_ptr<Stream>(); });
    shapes = common_shapes(op, *so_far, *DatasetAccess::source(dataset), where);
  }
  return shapes;
}

Streams started(const std::vector<SourcePointer>& sources, const Values& values) {
  Streams streams;
  for (const SourcePointer& source : sources) streams.push_back(source->start(values));
  return streams;
}

std::vector<SourcePointer> sources_of(const std::vector<Dataset>& datasets) {
  std::vector<SourcePointer> sources;
  for (const Dataset& dataset : datasets) sources.push_back(DatasetAccess::source(dataset));
  return sources;
}

}  // namespace

Dataset Dataset::flat_map(DatasetFunction map_func, Location where) const {
  return interleaved(*this, map_func, 1, 1, "flat_map", where);
}

Dataset Dataset::interleave(DatasetFunction map_func, std::int64_t cycle_length, std::int64_t block_length,
                            Location where) const {
  return interleaved(*this, map_func, cycle_length, block_length, "interleave", where);
}

Dataset Dataset::sample_from_datasets(const std::vector<Dataset>& datasets, const std::vector<double>& weights,
                                      std::optional<std::int64_t> seed, bool stop_on_empty_dataset, Location where) {
  const char* const op = "sample_from_datasets";
  const std::vector<Shape> shapes = all_shapes(op, datasets, where);
  std::vector<double> shares = weights.empty() ? std::vector<double>(datasets.size(), 1.0) : weights;
  if (shares.size() != datasets.size())
    throw ArgumentError(op, "there is not one weight for each data set",
                        std::to_string(shares.size()) + " for " + std::to_string(datasets.size()), "", where);
  for (const double share : shares)
    if (!(share >= 0 && share < 1e300))
      throw ArgumentError(op, "a weight is negative or not finite", std::to_string(share), "", where);
  if (*std::max_element(shares.begin(), shares.end()) <= 0)
    throw ArgumentError(op, "the weights are all 0", std::to_string(shares.size()) + " of them", "", where);
  Dataset result(
      source_of(datasets[0].output_types(), shapes,
                [=, sources = sources_of(datasets)](const Values& values) {
                  const std::uint64_t key =
                      seed ? static_cast<std::uint64_t>(*seed) : static_cast<std::uint64_t>(default_generator().seed());
                  const auto draw = [shares, key, drawn = std::uint64_t{0}](
                                        const std::vector<bool>& going) mutable -> std::optional<std::size_t> {
                    double total = 0;
                    for (std::size_t i = 0; i < shares.size(); ++i) total += going[i] ? shares[i] : 0;
                    if (total <= 0) return {};
                    const auto words = philox(key, drawn++, 0);
                    double place = total * (static_cast<double>(words[0]) / 4294967296.0);
                    std::size_t which = 0;
                    for (std::size_t i = 0; i < shares.size(); ++i) {
                      if (!going[i] || shares[i] <= 0) continue;
                      which = i;
                      if (place < shares[i]) break;
                      place -= shares[i];
                    }
                    return which;
                  };
                  return chosen(started(sources, values), draw, stop_on_empty_dataset);
                }),
      datasets[0]);
  for (const Dataset& dataset : datasets) result.of_graph_.insert(dataset.of_graph_.begin(), dataset.of_graph_.end());
  return result;
}

Dataset Dataset::choose_from_datasets(const std::vector<Dataset>& datasets, const Dataset& choice_dataset,
                                      bool stop_on_empty_dataset, Location where) {
  const char* const op = "choose_from_datasets";
  const std::vector<Shape> shapes = all_shapes(op, datasets, where);
  if (choice_dataset.output_types() != std::vector<DType>{int64} || choice_dataset.output_shapes()[0].rank() != 0)
    throw ArgumentError(
        op, "the choices are no int64 scalars",
        std::string(dtype_name(choice_dataset.output_types()[0])) + " " + choice_dataset.output_shapes()[0].text(), "",
        where);
  Dataset result(source_of(datasets[0].output_types(), shapes,
                           [=, sources = sources_of(datasets), choices = choice_dataset.source_](const Values& values) {
                             const std::shared_ptr<Stream> numbers = choices->start(values);
                             const auto choose = [=](const std::vector<bool>& going) -> std::optional<std::size_t> {
                               const auto number = numbers->next();
                               if (!number) return {};
                               const auto which = (*number)[0].item<std::int64_t>();
                               if (which < 0 || which >= static_cast<std::int64_t>(going.size()))
                                 throw ArgumentError(op, "a choice is the number of no data set",
                                                     std::to_string(which) + " of " + std::to_string(going.size()), "",
                                                     where);
                               return static_cast<std::size_t>(which);
                             };
                             return chosen(started(sources, values), choose, stop_on_empty_dataset);
                           }),
                 datasets[0]);
  for (const Dataset& dataset : datasets) result.of_graph_.insert(dataset.of_graph_.begin(), dataset.of_graph_.end());
  result.of_graph_.insert(choice_dataset.of_graph_.begin(), choice_dataset.of_graph_.end());
  return result;
}

}  // namespace triptych::lowlevel::data
