#include "triptych/core/data/datasets.h"

#include <algorithm>
#include <cmath>

#include "core/support/checked.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/data/loader.h"

namespace triptych::data {
namespace {

const std::shared_ptr<const Dataset>& not_null(const SharedDataset& dataset, const char* op, Location where) {
  if (!dataset.pointer()) throw ArgumentError(op, "there is no data set", "a null pointer", "", where);
  return dataset.pointer();
}

void check_index(const char* op, std::int64_t index, std::int64_t size, Location where) {
  if (index < 0 || index >= size)
    throw ArgumentError(op, "an index is not below the data set's size",
                        "index " + std::to_string(index) + ", size " + std::to_string(size), "", where);
}

}  // namespace

// --- Subset, random_split -------------------------------------------------------------------------------------------

Subset::Subset(const SharedDataset& dataset, std::vector<std::int64_t> indices, Location where)
    : Dataset(where), dataset_(not_null(dataset, "Subset", where)), indices_(std::move(indices)), where_(where) {
  const Frame frame(where);
  const std::int64_t size = dataset_->size();
  for (const std::int64_t index : indices_) check_index("Subset", index, size, where);
}

std::int64_t Subset::size() const { return static_cast<std::int64_t>(indices_.size()); }

Example Subset::get(std::int64_t index) const {
  check_index("Subset", index, size(), where_);
  return dataset_->get(indices_[static_cast<std::size_t>(index)]);
}

Batch Subset::get_batch(std::span<const std::int64_t> indices) const {
  std::vector<std::int64_t> of_dataset;
  for (const std::int64_t index : indices) {
    check_index("Subset", index, size(), where_);
    of_dataset.push_back(indices_[static_cast<std::size_t>(index)]);
  }
  return dataset_->get_batch(of_dataset);
}

std::vector<Subset> random_split(const SharedDataset& dataset, const std::vector<double>& lengths, std::uint64_t seed,
                                 Location where) {
  constexpr const char* op = "random_split";
  const Frame frame(where);
  const std::int64_t size = not_null(dataset, op, where)->size();
  double sum = 0;
  for (const double length : lengths) {
    if (!(length >= 0) || std::isinf(length))
      throw ArgumentError(op, "a length is negative or not finite", number_text(length), "", where);
    sum += length;
  }
  std::vector<std::int64_t> counts;
  if (std::abs(sum - 1) < 1e-9 && !(size == 1 && lengths.size() == 1)) {
    std::int64_t left = size;
    for (const double share : lengths) {
      counts.push_back(static_cast<std::int64_t>(std::floor(share * static_cast<double>(size))));
      left -= counts.back();
    }
    for (std::size_t i = 0; left > 0; ++i, --left) ++counts[i % counts.size()];
  } else {
    if (sum != static_cast<double>(size))
      throw ArgumentError(op, "the lengths add up neither to the data set's size nor to 1",
                          number_text(sum) + ", size " + std::to_string(size), "", where);
    for (const double length : lengths) {
      if (std::trunc(length) != length)
        throw ArgumentError(op, "a length is no whole number", number_text(length), "", where);
      counts.push_back(static_cast<std::int64_t>(length));
    }
  }
  const std::vector<std::int64_t> order = shuffled_order(size, seed, 0, where);
  std::vector<Subset> parts;
  auto next = order.begin();
  for (const std::int64_t count : counts) {
    parts.emplace_back(dataset, std::vector<std::int64_t>(next, next + count), where);
    next += count;
  }
  return parts;
}

// --- ConcatDataset, StackDataset ------------------------------------------------------------------------------------

ConcatDataset::ConcatDataset(const std::vector<SharedDataset>& datasets, Location where)
    : Dataset(where), where_(where) {
  const Frame frame(where);
  if (datasets.empty()) throw ArgumentError("ConcatDataset", "there is no data set", "an empty list", "", where);
  for (const SharedDataset& dataset : datasets) {
    datasets_.push_back(not_null(dataset, "ConcatDataset", where));
    if (dynamic_cast<const IterableDataset*>(datasets_.back().get()))
      throw ArgumentError("ConcatDataset", "a data set is iterable", "number " + std::to_string(datasets_.size() - 1),
                          "ChainDataset takes those", where);
    ends_.push_back(checked_add(ends_.empty() ? 0 : ends_.back(), datasets_.back()->size(), "the size", where));
  }
}

std::int64_t ConcatDataset::size() const { return ends_.back(); }

Example ConcatDataset::get(std::int64_t index) const {
  check_index("ConcatDataset", index, size(), where_);
  const auto which = static_cast<std::size_t>(std::upper_bound(ends_.begin(), ends_.end(), index) - ends_.begin());
  return datasets_[which]->get(index - (which == 0 ? 0 : ends_[which - 1]));
}

StackDataset::StackDataset(const SharedDataset& x, const SharedDataset& y, Location where)
    : Dataset(where), x_(not_null(x, "StackDataset", where)), y_(not_null(y, "StackDataset", where)), where_(where) {
  const Frame frame(where);
  if (x_->size() != y_->size())
    throw ArgumentError("StackDataset", "the data sets differ in size",
                        std::to_string(x_->size()) + " and " + std::to_string(y_->size()), "", where);
}

std::int64_t StackDataset::size() const { return x_->size(); }

Example StackDataset::get(std::int64_t index) const {
  check_index("StackDataset", index, size(), where_);
  return {x_->get(index).x, y_->get(index).x};
}

// --- MappedDataset --------------------------------------------------------------------------------------------------

MappedDataset::MappedDataset(const SharedDataset& dataset, Function function, Location where)
    : Dataset(where),
      dataset_(not_null(dataset, "MappedDataset", where)),
      function_(not_empty(std::move(function), "MappedDataset", where)),
      where_(where) {}

std::int64_t MappedDataset::size() const { return dataset_->size(); }

Example MappedDataset::get(std::int64_t index) const {
  check_index("MappedDataset", index, size(), where_);
  const Example example = dataset_->get(index);
  return function_(example);
}

MappedDataset transformed(const SharedDataset& dataset, std::function<Tensor(const Tensor&)> transform,
                          std::function<Tensor(const Tensor&)> target_transform, Location where) {
  check_callable("transformed", transform, where);
  const auto change = [x = std::move(transform), y = std::move(target_transform)](const Example& example) {
    return Example{x(example.x), y ? y(example.y) : example.y, example.more};
  };
  return MappedDataset(dataset, change, where);
}

// --- ChainDataset ---------------------------------------------------------------------------------------------------

namespace {

class Chain : public ExampleStream {
 public:
  Chain(std::vector<std::shared_ptr<const IterableDataset>> datasets, std::int64_t epoch)
      : datasets_(std::move(datasets)), epoch_(epoch) {}
  std::optional<Example> next() override {
    for (; at_ < datasets_.size(); ++at_, current_.reset()) {
      if (!current_) current_ = datasets_[at_]->examples(epoch_);
      if (!current_) continue;
      if (std::optional<Example> example = current_->next()) return example;
    }
    return {};
  }

 private:
  std::vector<std::shared_ptr<const IterableDataset>> datasets_;
  std::int64_t epoch_;
  std::size_t at_ = 0;
  std::unique_ptr<ExampleStream> current_;
};

}  // namespace

ChainDataset::ChainDataset(std::vector<std::shared_ptr<const IterableDataset>> datasets, Location where)
    : IterableDataset(where), datasets_(std::move(datasets)) {
  if (datasets_.empty()) throw ArgumentError("ChainDataset", "there is no data set", "an empty list", "", where);
  for (const auto& dataset : datasets_)
    if (!dataset) throw ArgumentError("ChainDataset", "a data set is missing", "a null pointer", "", where);
}

std::unique_ptr<ExampleStream> ChainDataset::examples(std::int64_t epoch) const {
  return std::make_unique<Chain>(datasets_, epoch);
}

}  // namespace triptych::data
