// What data sets are made of: a source begins passes, a stage is a source over another one.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/graph/iterator.h"
#include "triptych/lowlevel/dataset.h"

namespace triptych::lowlevel::data {

using Values = std::map<std::int64_t, Tensor>;
using Stream = ElementStream;

class Source {
 public:
  Source(std::vector<DType> types, std::vector<Shape> shapes) : types(std::move(types)), shapes(std::move(shapes)) {}
  virtual ~Source() = default;
  /// `values`: of the tensors of a graph that it reads.
  virtual std::unique_ptr<Stream> start(const Values& values) const = 0;

  const std::vector<DType> types;
  const std::vector<Shape> shapes;
};

using SourcePointer = std::shared_ptr<const Source>;

/// A stream of which `next` is a function.
template <class F>
std::unique_ptr<Stream> stream_of(F next) {
  struct Made final : Stream {
    explicit Made(F function) : function_(std::move(function)) {}
    std::optional<Element> next() override { return function_(); }
    F function_;
  };
  return std::make_unique<Made>(std::move(next));
}

/// A source of which `start` is a function.
template <class F>
SourcePointer source_of(std::vector<DType> types, std::vector<Shape> shapes, F start) {
  struct Made final : Source {
    Made(std::vector<DType> t, std::vector<Shape> s, F function)
        : Source(std::move(t), std::move(s)), function_(std::move(function)) {}
    std::unique_ptr<Stream> start(const Values& values) const override { return function_(values); }
    F function_;
  };
  return std::make_shared<Made>(std::move(types), std::move(shapes), std::move(start));
}

/// A stage like `of`, whose pass `next` makes of a pass over it: it is given the stream, by reference.
template <class F>
SourcePointer stage_of(const SourcePointer& of, std::vector<Shape> shapes, F make_next) {
  return source_of(of->types, std::move(shapes),
                   [of, make_next](const Values& values) { return make_next(of->start(values)); });
}

struct DatasetAccess {
  static Dataset make(SourcePointer source, const Dataset& from) { return {std::move(source), from}; }
  static const SourcePointer& source(const Dataset& dataset) { return dataset.source_; }
  static const Values& of_graph(const Dataset& dataset) { return dataset.of_graph_; }
};

void check_positive(const char* op, const char* what, std::int64_t number, Location where);
/// The shapes of all of them. ArgumentError if they differ in dtypes or ranks.
std::vector<Shape> common_shapes(const char* op, const Source& a, const Source& b, Location where);
/// The next `count` elements; at the end what is left, or with `drop_remainder` none.
std::vector<Element> next_elements(Stream& stream, std::int64_t count, bool drop_remainder);
/// The elements as rows of one, nothing for none. ArgumentError if shapes differ.
std::optional<Element> stacked(const std::vector<Element>& elements, Location where);
/// A user's function, called on an element of a graph, so that what it gives is known before there is data.
void trace_element(const Source& source, const std::function<Element(const Element& element)>& function,
                   std::vector<DType>& types, std::vector<Shape>& shapes, const char* op, Location where);

/// A pass that another thread makes ahead.
std::unique_ptr<Stream> prefetched(std::unique_ptr<Stream> stream, std::size_t buffer_size);

}  // namespace triptych::lowlevel::data
