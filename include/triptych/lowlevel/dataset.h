// Data sets that a graph draws its elements from: tf.data.Dataset, and the iterators of tf.compat.v1.data.
//
//   const auto dataset = tf::data::Dataset::from_tensor_slices({images, labels}).shuffle(1000).batch(32).repeat();
//   const auto element = tf::data::make_one_shot_iterator(dataset).get_next();
//   const Tensor loss = loss_of(element[0], element[1]);
//   try {
//     for (;;) session.run(train);
//   } catch (const tf::errors::OutOfRangeError&) {  // the end
//   }
//
// A run draws one element for each node of get_next that it needs, before its first op, and reads it where it is:
// nothing is copied. Each session has its own place in the data. A run that fails gives its element back.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "triptych/core/callable.h"
#include "triptych/core/data/loader.h"
#include "triptych/core/text.h"
#include "triptych/lowlevel/collections.h"
#include "triptych/lowlevel/graph.h"

namespace triptych::lowlevel::data {

/// The tensors that belong together: an image and its label.
using Element = std::vector<Tensor>;
/// Gives the next element; nothing at the end.
using ElementGenerator = std::function<std::optional<Element>()>;

/// As `num_parallel_calls`: one for each thread; as `buffer_size` of a prefetch: two elements.
inline constexpr std::int64_t AUTOTUNE = -1;

class Dataset;
class Source;

/// In the order of TensorFlow's arguments.
struct PaddedBatchOptions {
  /// For each tensor of an element the shape that it is padded to, unknown dimensions to the longest of the batch;
  /// empty: all of the declared shapes' unknown dimensions.
  std::vector<Shape> padded_shapes = {};
  /// For each tensor what it is padded with, as far as given; else 0.
  std::vector<Scalar> padding_values = {};
  bool drop_remainder = false;
};

/// Elements in an order, as often as one asks: a description, which an iterator goes through. A value; each method
/// gives a new one.
class TRIPTYCH_API Dataset {
 public:
  Dataset(const Dataset&) = default;  // moving copies it, too
  Dataset& operator=(const Dataset&) = default;

  /// Rows: element i has row i of each tensor. Tensors of a graph, placeholders say, are read when the iterator is
  /// initialized. ArgumentError if there is none, one is a scalar, or their first dimensions differ.
  static Dataset from_tensor_slices(const TensorList& tensors, Location where = Location::here());
  /// One element, of these tensors.
  static Dataset from_tensors(const TensorList& tensors, Location where = Location::here());
  /// start, start + step, ... before stop, int64. ArgumentError for a step of 0.
  static Dataset range(std::int64_t stop);
  static Dataset range(std::int64_t start, std::int64_t stop, std::int64_t step = 1, Location where = Location::here());
  /// What `generator()` gives, which is called for each pass. ArgumentError if the lists differ in length or are empty.
  static Dataset from_generator(std::function<ElementGenerator()> generator, const std::vector<DType>& output_types,
                                const std::vector<Shape>& output_shapes, Location where = Location::here());
  /// Examples (x, y) of a data set of the core; y is left out where the first example has none.
  static Dataset from_examples(std::shared_ptr<const ::triptych::data::Dataset> examples,
                               Location where = Location::here());
  template <std::derived_from<::triptych::data::Dataset> D>
  static Dataset from_examples(D examples, Location where = Location::here()) {
    return from_examples(std::make_shared<D>(std::move(examples)), where);
  }
  /// Batches (x, y) of a loader; each pass is its next epoch.
  static Dataset from_loader(const ::triptych::data::DataLoader& loader, Location where = Location::here());
  /// Elements of all in one; ends with the shortest.
  static Dataset zip(const std::vector<Dataset>& datasets, Location where = Location::here());

  /// Each element is the next one of a data set that is drawn, with these weights, or all alike; a data set that is at
  /// its end is not drawn any more, or ends all. ArgumentError if there is no data set, there is not one weight for
  /// each, none is positive, and as `concatenate`.
  static Dataset sample_from_datasets(const std::vector<Dataset>& datasets, const std::vector<double>& weights = {},
                                      std::optional<std::int64_t> seed = {}, bool stop_on_empty_dataset = false,
                                      Location where = Location::here());
  /// Each element is the next one of the data set of the number that `choice_dataset` says. ArgumentError as above, and
  /// if that does not give integer scalars, and, when it runs, if there is no data set of a number.
  static Dataset choose_from_datasets(const std::vector<Dataset>& datasets, const Dataset& choice_dataset,
                                      bool stop_on_empty_dataset = true, Location where = Location::here());

  /// Elements stacked; the last batch may be smaller. ArgumentError if batch_size is not positive, and, when it runs,
  /// if shapes differ.
  Dataset batch(std::int64_t batch_size, bool drop_remainder = false, Location where = Location::here()) const;
  /// Elements padded at the ends of their dimensions, then stacked. ArgumentError if there is not one shape or value
  /// for each tensor, a shape is not of the elements' rank, a value does not fit the dtype, and, when it runs, if an
  /// element is larger than its shape.
  Dataset padded_batch(std::int64_t batch_size, const PaddedBatchOptions& options = {},
                       Location where = Location::here()) const;
  /// Rows of each element. ArgumentError if a tensor is a scalar.
  Dataset unbatch(Location where = Location::here()) const;
  /// Each element is drawn from the next `buffer_size`. Without a seed it follows from the default generator's when the
  /// pass begins. Else each pass has the same order, or with `reshuffle_each_iteration` an order that follows from it.
  Dataset shuffle(std::int64_t buffer_size, std::optional<std::int64_t> seed = {}, bool reshuffle_each_iteration = true,
                  Location where = Location::here()) const;
  /// So many passes; less than 0: without end.
  Dataset repeat(std::int64_t count = -1) const;
  /// What `map_func` makes of each element. Dtypes and shapes are found by calling it on tensors of a graph. With
  /// `num_parallel_calls` above 1 so many elements are made ahead, each on a thread of its own, and handed out in their
  /// order. ArgumentError if it is neither positive nor AUTOTUNE.
  Dataset map(std::function<Element(const Element& element)> map_func, std::int64_t num_parallel_calls = 1,
              Location where = Location::here()) const;
  Dataset map(std::function<Tensor(const Tensor& x)> map_func, std::int64_t num_parallel_calls = 1,
              Location where = Location::here()) const;
  /// The elements of the data sets that `map_func` makes of each element, one data set after the other.
  Dataset flat_map(std::function<Dataset(const Element& element)> map_func, Location where = Location::here()) const;
  /// The same from `cycle_length` data sets by turns, `block_length` elements each. ArgumentError if one is not
  /// positive.
  Dataset interleave(std::function<Dataset(const Element& element)> map_func, std::int64_t cycle_length,
                     std::int64_t block_length = 1, Location where = Location::here()) const;
  /// `scan_func(state, element)` gives the next state and what stands in the element's place. ArgumentError, when it
  /// runs, if the state's dtypes or shapes change.
  Dataset scan(const Element& initial_state,
               std::function<std::pair<Element, Element>(const Element& state, const Element& element)> scan_func,
               Location where = Location::here()) const;
  /// `transformation_func(*this)`.
  template <class F>
  Dataset apply(F&& transformation_func, Location where = Location::here()) const {
    check_callable("apply", transformation_func, where);
    return std::forward<F>(transformation_func)(*this);
  }
  /// Those of which it is true.
  Dataset filter(std::function<bool(const Element& element)> predicate, Location where = Location::here()) const;
  /// Those before the first of which it is false.
  Dataset take_while(std::function<bool(const Element& element)> predicate, Location where = Location::here()) const;
  /// The first `count`, and all but them; less than 0: all, and none.
  Dataset take(std::int64_t count) const;
  Dataset skip(std::int64_t count) const;
  /// Every `num_shards`-th one, from number `index` on.
  Dataset shard(std::int64_t num_shards, std::int64_t index, Location where = Location::here()) const;
  /// These, then those. ArgumentError if dtypes differ.
  Dataset concatenate(const Dataset& dataset, Location where = Location::here()) const;
  /// A number in front of each element: int64.
  Dataset enumerate(std::int64_t start = 0, Location where = Location::here()) const;
  /// The first pass keeps its elements in memory for the others.
  Dataset cache() const;
  /// Another thread makes so many elements ahead; AUTOTUNE: two.
  Dataset prefetch(std::int64_t buffer_size, Location where = Location::here()) const;

  const std::vector<DType>& output_types() const;
  /// Dimensions may be unknown.
  const std::vector<Shape>& output_shapes() const;

 private:
  friend struct DatasetAccess;
  explicit Dataset(std::shared_ptr<const Source> source) : source_(std::move(source)) {}
  Dataset(std::shared_ptr<const Source> source, const Dataset& from)
      : source_(std::move(source)), of_graph_(from.of_graph_) {}
  std::shared_ptr<const Source> source_;
  std::map<std::int64_t, Tensor> of_graph_;  // what is read when an iterator is initialized, by number
};

/// A place in a data set, as nodes of a graph.
class TRIPTYCH_API Iterator {
 public:
  Iterator(const Iterator&) = default;  // moving copies it, too
  Iterator& operator=(const Iterator&) = default;

  /// One for data sets of these dtypes and shapes; `make_initializer` says which.
  static Iterator from_structure(const std::vector<DType>& output_types, const std::vector<Shape>& output_shapes,
                                 const Graph& graph = get_default_graph(), Location where = Location::here());
  /// The one that a run says by `handle`, an int64 scalar of the graph: the value of another's `string_handle`. It
  /// begins as that does. ArgumentError if `handle` is none, and, when it runs, if there is no such iterator, or it has
  /// other dtypes or shapes.
  static Iterator from_string_handle(const Tensor& handle, const std::vector<DType>& output_types,
                                     const std::vector<Shape>& output_shapes, Location where = Location::here());

  /// Nodes that are the next element; a run that needs one of them draws it. Each call makes nodes of its own, which
  /// draw elements of their own.
  std::vector<Tensor> get_next(Text name = "IteratorGetNext", Location where = Location::here()) const;
  /// What says which iterator it is: a number, int64, as no tensor holds text. ArgumentError for one of a handle.
  Tensor string_handle(Text name = "string_handle", Location where = Location::here()) const;
  /// An operation that begins a pass. ArgumentError for a one-shot iterator, and one of a structure.
  Tensor initializer(Location where = Location::here()) const;
  /// An operation that begins a pass over this data set. ArgumentError if it has other dtypes, or its shapes do not
  /// fit.
  Tensor make_initializer(const Dataset& dataset, Text name = "make_initializer",
                          Location where = Location::here()) const;
  const std::vector<DType>& output_types() const;
  const std::vector<Shape>& output_shapes() const;

 private:
  friend struct IteratorAccess;
  struct State;
  explicit Iterator(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

/// Begins by itself, once. ArgumentError if the data set reads tensors of a graph.
TRIPTYCH_API Iterator make_one_shot_iterator(const Dataset& dataset, const Graph& graph = get_default_graph(),
                                             Location where = Location::here());
/// Begins whenever its initializer runs.
TRIPTYCH_API Iterator make_initializable_iterator(const Dataset& dataset, const Graph& graph = get_default_graph(),
                                                  Location where = Location::here());

}  // namespace triptych::lowlevel::data
