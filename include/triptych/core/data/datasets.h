// Data sets that are made of others: parts of them, several together, with their examples changed.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "triptych/core/callable.h"
#include "triptych/core/data/dataset.h"

namespace triptych::data {

/// A data set as one of another takes it: copied, or shared.
class SharedDataset {
 public:
  SharedDataset(const SharedDataset&) = default;  // moving copies it, too
  SharedDataset& operator=(const SharedDataset&) = default;
  template <std::derived_from<Dataset> D>
  SharedDataset(D dataset) : pointer_(std::make_shared<D>(std::move(dataset))) {}
  template <std::derived_from<Dataset> D>
  SharedDataset(std::shared_ptr<D> dataset) : pointer_(std::move(dataset)) {}
  const std::shared_ptr<const Dataset>& pointer() const { return pointer_; }

 private:
  std::shared_ptr<const Dataset> pointer_;
};

/// The examples with these numbers, in this order.
class TRIPTYCH_API Subset : public Dataset {
 public:
  Subset(const Subset&) = default;
  Subset& operator=(const Subset&) = default;
  /// ArgumentError if there is no data set, or an index is not below its size.
  Subset(const SharedDataset& dataset, std::vector<std::int64_t> indices, Location where = Location::here());
  std::int64_t size() const override;
  Example get(std::int64_t index) const override;
  Batch get_batch(std::span<const std::int64_t> indices) const override;
  const std::vector<std::int64_t>& indices() const { return indices_; }

 private:
  std::shared_ptr<const Dataset> dataset_;
  std::vector<std::int64_t> indices_;
  Location where_;
};

/// Parts without common examples, of these lengths, or of these shares, which add up to 1: what is left over goes to
/// the first ones, an example each. The parts follow from the seed. ArgumentError if the lengths are negative, no whole
/// numbers, or do not add up to the size.
TRIPTYCH_API std::vector<Subset> random_split(const SharedDataset& dataset, const std::vector<double>& lengths,
                                              std::uint64_t seed = 0, Location where = Location::here());

/// One data set behind the other.
class TRIPTYCH_API ConcatDataset : public Dataset {
 public:
  ConcatDataset(const ConcatDataset&) = default;
  ConcatDataset& operator=(const ConcatDataset&) = default;
  /// ArgumentError if there is none, or a null pointer, or an IterableDataset among them (ChainDataset takes those).
  explicit ConcatDataset(const std::vector<SharedDataset>& datasets, Location where = Location::here());
  std::int64_t size() const override;
  Example get(std::int64_t index) const override;
  /// Where each data set ends.
  const std::vector<std::int64_t>& cumulative_sizes() const { return ends_; }

 private:
  std::vector<std::shared_ptr<const Dataset>> datasets_;
  std::vector<std::int64_t> ends_;
  Location where_;
};

/// The x of one data set and the x of another as x and y of an example.
class TRIPTYCH_API StackDataset : public Dataset {
 public:
  StackDataset(const StackDataset&) = default;
  StackDataset& operator=(const StackDataset&) = default;
  /// ArgumentError if one is a null pointer, or their sizes differ.
  StackDataset(const SharedDataset& x, const SharedDataset& y, Location where = Location::here());
  std::int64_t size() const override;
  Example get(std::int64_t index) const override;

 private:
  std::shared_ptr<const Dataset> x_, y_;
  Location where_;
};

/// What a function makes of the examples of a data set. It is called by workers, several at once; what it draws is the
/// example's own.
class TRIPTYCH_API MappedDataset : public Dataset {
 public:
  MappedDataset(const MappedDataset&) = default;
  MappedDataset& operator=(const MappedDataset&) = default;
  using Function = std::function<Example(const Example& example)>;
  MappedDataset(const SharedDataset& dataset, Function function, Location where = Location::here());
  std::int64_t size() const override;
  Example get(std::int64_t index) const override;

 private:
  std::shared_ptr<const Dataset> dataset_;
  Function function_;
  Location where_;
};

/// The data set with its inputs changed by `transform`, and its targets by `target_transform`, if there is one.
TRIPTYCH_API MappedDataset transformed(const SharedDataset& dataset, std::function<Tensor(const Tensor&)> transform,
                                       std::function<Tensor(const Tensor&)> target_transform = {},
                                       Location where = Location::here());

/// One iterable data set behind the other.
class TRIPTYCH_API ChainDataset : public IterableDataset {
 public:
  /// ArgumentError if there is none, or a null pointer among them.
  explicit ChainDataset(std::vector<std::shared_ptr<const IterableDataset>> datasets,
                        Location where = Location::here());
  std::unique_ptr<ExampleStream> examples(std::int64_t epoch) const override;

 private:
  std::vector<std::shared_ptr<const IterableDataset>> datasets_;
};

}  // namespace triptych::data
