// Data sets: examples by number.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "triptych/core/tensor.h"
#include "triptych/core/text.h"

namespace triptych::data {

using NamedTensors = std::map<std::string, Tensor>;

/// The name of a tensor, with the line that asks for it.
struct TensorName {
  TensorName(const char* text, Location where = Location::here()) : text(not_null(text, where)), where(where) {}
  TensorName(std::string text, Location where = Location::here()) : text(std::move(text)), where(where) {}
  TensorName(std::nullptr_t) = delete;
  std::string text;
  Location where;
};

/// One example: an input, what it should lead to (undefined where there is none), and whatever else belongs to it, by
/// name: a mask, a weight. `auto [x, y] = example` takes the first two, `example["mask"]` is another.
struct TRIPTYCH_API Example {
  Tensor x, y;
  NamedTensors more = {};
  /// Of `more`; ArgumentError that lists the names if there is none of this one.
  const Tensor& operator[](const TensorName& name) const;
};

/// Examples stacked along a new first axis: x is (batch, ...), y is (batch, ...), and so is each of `more`.
struct TRIPTYCH_API Batch {
  Tensor x, y;
  NamedTensors more = {};
  const Tensor& operator[](const TensorName& name) const;
  /// The batch on `device`.
  Batch to(Device device, Location where = Location::here()) const;
};

/// What `auto [x, y] = ` takes.
template <std::size_t I, class E>
requires(std::same_as<std::remove_cvref_t<E>, Example> || std::same_as<std::remove_cvref_t<E>, Batch>) decltype(auto)
    get(E&& of) {
  if constexpr (I == 0)
    return (std::forward<E>(of).x);
  else
    return (std::forward<E>(of).y);
}

/// A data set of known size. Derive from it for one of your own: `size` and `get` are enough. Both are called from
/// several threads at once if a DataLoader has workers.
class TRIPTYCH_API Dataset {
 public:
  virtual ~Dataset();
  /// Number of examples.
  virtual std::int64_t size() const = 0;
  /// Example `index`, 0 <= index < size(). What it draws without a generator (`tt::rand`) depends, in a DataLoader, on
  /// the loader's seed, the epoch and `index` only.
  virtual Example get(std::int64_t index) const = 0;
  /// The same; an error names the line that asked.
  Example operator[](At index) const {
    const Frame frame(index.where());
    return get(index.number());
  }
  /// These examples as a batch; what an override draws depends on the seed, the epoch and the first index. By default
  /// stacks what `get` returns; ArgumentError if shapes or dtypes differ, which names the line of the loader, or
  /// outside of one that of the data set's constructor or class.
  virtual Batch get_batch(std::span<const std::int64_t> indices) const;

 protected:
  explicit Dataset(Location made_at = Location::here()) : made_at_(made_at) {}
  Dataset(const Dataset&) = default;
  Dataset& operator=(const Dataset&) = default;

 private:
  Location made_at_;
};

/// The examples of one pass over an IterableDataset.
class TRIPTYCH_API ExampleStream {
 public:
  virtual ~ExampleStream();
  /// The next example; nothing at the end.
  virtual std::optional<Example> next() = 0;
};

/// A data set whose examples come one after the other: from a stream, a generator, files that are too large to count.
/// Derive from it, and override `examples`. It has neither a size nor examples by number: those are errors.
class TRIPTYCH_API IterableDataset : public Dataset {
 public:
  explicit IterableDataset(Location where = Location::here()) : Dataset(where), where_(where) {}
  /// A new pass; `epoch` is the loader's number of it. One thread at a time uses it.
  virtual std::unique_ptr<ExampleStream> examples(std::int64_t epoch) const = 0;
  std::int64_t size() const final;
  Example get(std::int64_t index) const final;

 private:
  Location where_;
};

/// A data set in memory: example i is x[i] and y[i], and the same of `more`. It has the values that its tensors, or the
/// data set that it was copied from, had then: an in-place change there does not reach it. The tensors may be replaced,
/// by such as belong together: the next use checks them as the constructor does, and names the line that made the data
/// set.
class TRIPTYCH_API TensorDataset : public Dataset {
 public:
  TensorDataset() = default;
  TensorDataset(const TensorDataset& other);
  TensorDataset(TensorDataset&&) = default;
  TensorDataset& operator=(TensorDataset other);
  /// ArgumentError if a tensor is symbolic or 0-d, or their first dimensions differ. `y` may be left out.
  explicit TensorDataset(Tensor x, Tensor y = {}, Location where = Location::here());
  TensorDataset(Tensor x, Tensor y, NamedTensors more, Location where = Location::here());

  std::int64_t size() const override;
  Example get(std::int64_t index) const override;
  Batch get_batch(std::span<const std::int64_t> indices) const override;

  Tensor x, y;
  NamedTensors more;

 private:
  Location where_;
};

/// How images are laid out, and what else a data set of images leaves open.
struct ImageOptions {
  /// "channels_first": (1, height, width), or "channels_last": (height, width, 1).
  std::string data_format = "channels_first";
};

/// Images and labels in two IDX files, plain or gzip, that stay on disk: memory does not grow with their size (a
/// compressed file is unpacked into a temporary one first). x is float32 in [0, 1], y is int64, as from `mnist`. Errors
/// of its methods name the line that made it.
class TRIPTYCH_API IdxDataset : public Dataset {
 public:
  /// ArgumentError that names the file if one is not valid, or is not of uint8 images (n, height, width) and labels
  /// (n).
  IdxDataset(const OwnedText& images, const OwnedText& labels, const ImageOptions& options = {},
             Location where = Location::here());
  IdxDataset(const IdxDataset&) = default;  // moving copies it, too: one that was moved from is still a data set
  IdxDataset& operator=(const IdxDataset&) = default;

  std::int64_t size() const override;
  Example get(std::int64_t index) const override;
  Batch get_batch(std::span<const std::int64_t> indices) const override;

 private:
  struct Files;
  std::shared_ptr<const Files> files_;
  Location where_;
};

/// The MNIST database of handwritten digits.
struct Mnist {
  TensorDataset train, test;
};

/// Reads MNIST into memory: x is float32 in [0, 1], (60000, 1, 28, 28) and (10000, 1, 28, 28), or with a last axis of
/// length 1 for "channels_last"; y is int64, 0 to 9. The files are looked for in the folder `mnist` of $TRIPTYCH_DATA,
/// of the installed data, and of the source tree's data. UnsupportedError that lists the places if they are in none;
/// ArgumentError that names the file if one is damaged.
TRIPTYCH_API Mnist mnist(const ImageOptions& options = {}, Location where = Location::here());

}  // namespace triptych::data

template <>
struct std::tuple_size<triptych::data::Example> : std::integral_constant<std::size_t, 2> {};
template <>
struct std::tuple_size<triptych::data::Batch> : std::integral_constant<std::size_t, 2> {};
template <std::size_t I>
struct std::tuple_element<I, triptych::data::Example> : std::type_identity<triptych::Tensor> {};
template <std::size_t I>
struct std::tuple_element<I, triptych::data::Batch> : std::type_identity<triptych::Tensor> {};
