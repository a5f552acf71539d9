// What data sets are made of: a source begins passes, a stage is a source over another one.
#pragma once

#include <map>
#include <memory>
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
  static const SourcePointer& source(const Dataset& dataset) { return dataset.source_; }
  static const Values& of_graph(const Dataset& dataset) { return dataset.of_graph_; }
};

/// A pass that another thread makes ahead.
std::unique_ptr<Stream> prefetched(std::unique_ptr<Stream> stream, std::size_t buffer_size);

}  // namespace triptych::lowlevel::data
