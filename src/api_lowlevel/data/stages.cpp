// What is made of elements on their way.
#include <algorithm>
#include <deque>

#include "api_lowlevel/data/source.h"
#include "core/random/philox.h"
#include "triptych/core/callable.h"
#include "triptych/core/ops.h"
#include "triptych/core/random.h"

namespace triptych::lowlevel::data {
using StreamPointer = std::unique_ptr<Stream>;

void check_positive(const char* op, const char* what, std::int64_t number, Location where) {
  if (number < 1) throw ArgumentError(op, std::string(what) + " is not positive", std::to_string(number), "", where);
}

std::vector<Shape> common_shapes(const char* op, const Source& a, const Source& b, Location where) {
  if (a.types != b.types)
    throw ArgumentError(op, "the dtypes of the elements differ",
                        std::to_string(a.types.size()) + " and " + std::to_string(b.types.size()) + " tensors", "",
                        where);
  std::vector<Shape> shapes = a.shapes;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    if (shapes[i].rank() != b.shapes[i].rank())
      throw ArgumentError(op, "the ranks of the elements differ", shapes[i].text() + " and " + b.shapes[i].text(), "",
                          where);
    for (int axis = 0; axis < shapes[i].rank(); ++axis)
      if (shapes[i].begin()[axis] != b.shapes[i].begin()[axis]) shapes[i].set(axis, unknown);
  }
  return shapes;
}

std::vector<Element> next_elements(Stream& stream, std::int64_t count, bool drop_remainder) {
  std::vector<Element> elements;
  while (static_cast<std::int64_t>(elements.size()) < count) {
    auto element = stream.next();
    if (!element) return drop_remainder ? std::vector<Element>() : elements;
    elements.push_back(std::move(*element));
  }
  return elements;
}

std::optional<Element> stacked(const std::vector<Element>& elements, Location where) {
  if (elements.empty()) return {};
  Element batch;
  for (std::size_t k = 0; k < elements[0].size(); ++k) {
    std::vector<Tensor> column;
    for (const Element& element : elements) {
      if (element[k].shape() != elements[0][k].shape())
        throw ArgumentError("batch", "elements of a batch differ in their shapes",
                            elements[0][k].shape().text() + " and " + element[k].shape().text(), "", where);
      column.push_back(element[k]);
    }
    batch.push_back(stack(column, 0, where));
  }
  return batch;
}

Dataset Dataset::batch(std::int64_t batch_size, bool drop_remainder, Location where) const {
  check_positive("batch", "batch_size", batch_size, where);
  std::vector<Shape> shapes;
  for (Shape shape : source_->shapes) {
    shape.insert(0, drop_remainder ? Dim(batch_size) : Dim(unknown), where);
    shapes.push_back(shape);
  }
  return {stage_of(source_, shapes,
                   [=](StreamPointer stream) {
                     return stream_of([=, in = std::shared_ptr<Stream>(std::move(stream))]() -> std::optional<Element> {
                       const ComputingElements here;
                       return stacked(next_elements(*in, batch_size, drop_remainder), where);
                     });
                   }),
          *this};
}

Dataset Dataset::unbatch(Location where) const {
  std::vector<Shape> shapes;
  for (Shape shape : source_->shapes) {
    if (shape.rank() == 0)
      throw ArgumentError("unbatch", "a tensor is a scalar", "tensor " + std::to_string(shapes.size()),
                          "It has no rows", where);
    shape.erase(0);
    shapes.push_back(shape);
  }
  return {stage_of(source_, shapes,
                   [where](StreamPointer stream) {
                     return stream_of([where, in = std::shared_ptr<Stream>(std::move(stream)),
                                       rows = StreamPointer()]() mutable -> std::optional<Element> {
                       for (;;) {
                         if (rows)
                           if (auto row = rows->next()) return row;
                         const auto element = in->next();
                         if (!element) return {};
                         const Dataset slices = from_tensor_slices(*element, where);
                         rows = DatasetAccess::source(slices)->start({});
                       }
                     });
                   }),
          *this};
}

Dataset Dataset::shuffle(std::int64_t buffer_size, std::optional<std::int64_t> seed, bool reshuffle_each_iteration,
                         Location where) const {
  check_positive("shuffle", "buffer_size", buffer_size, where);
  const auto passes = std::make_shared<std::atomic<std::uint64_t>>(0);
  return {
      stage_of(source_, source_->shapes,
               [=](StreamPointer stream) {
                 const std::uint64_t key =
                     seed ? static_cast<std::uint64_t>(*seed) : static_cast<std::uint64_t>(default_generator().seed());
                 const std::uint64_t pass = reshuffle_each_iteration ? passes->fetch_add(1) : 0;
                 return stream_of([=, in = std::shared_ptr<Stream>(std::move(stream)), buffer = std::vector<Element>(),
                                   drawn = std::uint64_t{0}, ended = false]() mutable -> std::optional<Element> {
                   while (!ended && static_cast<std::int64_t>(buffer.size()) < buffer_size)
                     if (auto element = in->next())
                       buffer.push_back(std::move(*element));
                     else
                       ended = true;
                   if (buffer.empty()) return {};
                   const auto words = philox(key, drawn++, pass);
                   const std::uint64_t bits = std::uint64_t{words[1]} << 32 | words[0];
                   const auto place =
                       static_cast<std::size_t>(static_cast<unsigned __int128>(bits) * buffer.size() >> 64);
                   std::swap(buffer[place], buffer.back());
                   Element element = std::move(buffer.back());
                   buffer.pop_back();
                   return element;
                 });
               }),
      *this};
}

Dataset Dataset::repeat(std::int64_t count) const {
  return {source_of(source_->types, source_->shapes,
                    [of = source_, count](const Values& values) {
                      return stream_of([=, in = StreamPointer(), left = count]() mutable -> std::optional<Element> {
                        for (bool fresh = false;; fresh = true) {
                          if (!in) {
                            if (left == 0) return {};
                            if (left > 0) --left;
                            in = of->start(values);
                          }
                          if (auto element = in->next()) return element;
                          in.reset();
                          if (fresh) return {};  // what gives nothing would give nothing for ever, or very often
                        }
                      });
                    }),
          *this};
}

Dataset Dataset::filter(std::function<bool(const Element& element)> predicate, Location where) const {
  check_callable("filter", predicate, where);
  return {stage_of(source_, source_->shapes,
                   [predicate](StreamPointer stream) {
                     return stream_of(
                         [predicate, in = std::shared_ptr<Stream>(std::move(stream))]() -> std::optional<Element> {
                           const ComputingElements here;
                           while (auto element = in->next())
                             if (predicate(*element)) return element;
                           return {};
                         });
                   }),
          *this};
}

Dataset Dataset::take_while(std::function<bool(const Element& element)> predicate, Location where) const {
  check_callable("take_while", predicate, where);
  return {stage_of(source_, source_->shapes,
                   [predicate](StreamPointer stream) {
                     return stream_of([predicate, in = std::shared_ptr<Stream>(std::move(stream)),
                                       ended = false]() mutable -> std::optional<Element> {
                       if (ended) return {};
                       const ComputingElements here;
                       auto element = in->next();
                       if (element && predicate(*element)) return element;
                       ended = true;
                       return {};
                     });
                   }),
          *this};
}

Dataset Dataset::take(std::int64_t count) const {
  return {stage_of(source_, source_->shapes,
                   [count](StreamPointer stream) {
                     return stream_of([in = std::shared_ptr<Stream>(std::move(stream)),
                                       left = count]() mutable -> std::optional<Element> {
                       if (left == 0) return {};
                       if (left > 0) --left;
                       return in->next();
                     });
                   }),
          *this};
}

Dataset Dataset::skip(std::int64_t count) const {
  return {stage_of(source_, source_->shapes,
                   [count](StreamPointer stream) {
                     return stream_of([in = std::shared_ptr<Stream>(std::move(stream)),
                                       left = count]() mutable -> std::optional<Element> {
                       while (left != 0) {
                         if (!in->next()) return {};
                         if (left > 0) --left;
                       }
                       return in->next();
                     });
                   }),
          *this};
}

Dataset Dataset::shard(std::int64_t num_shards, std::int64_t index, Location where) const {
  check_positive("shard", "num_shards", num_shards, where);
  if (index < 0 || index >= num_shards)
    throw ArgumentError("shard", "there is no shard of this number",
                        std::to_string(index) + " of " + std::to_string(num_shards), "", where);
  return {stage_of(source_, source_->shapes,
                   [=](StreamPointer stream) {
                     return stream_of([=, in = std::shared_ptr<Stream>(std::move(stream)),
                                       i = std::int64_t{0}]() mutable -> std::optional<Element> {
                       while (auto element = in->next())
                         if (i++ % num_shards == index) return element;
                       return {};
                     });
                   }),
          *this};
}

Dataset Dataset::concatenate(const Dataset& dataset, Location where) const {
  const std::vector<Shape> shapes = common_shapes("concatenate", *source_, *dataset.source_, where);
  Dataset result(source_of(source_->types, shapes,
                           [a = source_, b = dataset.source_](const Values& values) {
                             return stream_of([b, values, in = std::shared_ptr<Stream>(a->start(values)),
                                               second = false]() mutable -> std::optional<Element> {
                               for (;;) {
                                 if (auto element = in->next()) return element;
                                 if (std::exchange(second, true)) return {};
                                 in = b->start(values);
                               }
                             });
                           }),
                 *this);
  result.of_graph_.insert(dataset.of_graph_.begin(), dataset.of_graph_.end());
  return result;
}

Dataset Dataset::enumerate(std::int64_t start, Location where) const {
  std::vector<DType> types{int64};
  std::vector<Shape> shapes{Shape{}};
  types.insert(types.end(), source_->types.begin(), source_->types.end());
  shapes.insert(shapes.end(), source_->shapes.begin(), source_->shapes.end());
  return {source_of(types, shapes,
                    [of = source_, start, where](const Values& values) {
                      return stream_of([in = std::shared_ptr<Stream>(of->start(values)), start, where,
                                        i = std::int64_t{0}]() mutable -> std::optional<Element> {
                        auto element = in->next();
                        if (!element) return element;
                        std::int64_t number = 0;
                        if (__builtin_add_overflow(start, i++, &number))
                          throw ArgumentError("enumerate", "an element's number does not fit in 64 bits",
                                              std::to_string(start) + " + " + std::to_string(i - 1),
                                              "Begin with a smaller one", where);
                        element->insert(element->begin(), full({}, number, int64));
                        return element;
                      });
                    }),
          *this};
}

Dataset Dataset::cache() const {
  struct Kept {
    std::mutex mutex;
    bool whole = false;
    std::vector<Element> elements;
  };
  const auto kept = std::make_shared<Kept>();
  return {source_of(source_->types, source_->shapes,
                    [of = source_, kept](const Values& values) -> StreamPointer {
                      {
                        const std::lock_guard lock(kept->mutex);
                        if (kept->whole)
                          return stream_of([kept, i = std::size_t{0}]() mutable -> std::optional<Element> {
                            if (i == kept->elements.size()) return {};
                            return kept->elements[i++];
                          });
                      }
                      return stream_of([kept, in = std::shared_ptr<Stream>(of->start(values)),
                                        seen = std::vector<Element>()]() mutable -> std::optional<Element> {
                        auto element = in->next();
                        if (element) {
                          seen.push_back(*element);
                          return element;
                        }
                        const std::lock_guard lock(kept->mutex);
                        if (!std::exchange(kept->whole, true)) kept->elements = std::move(seen);
                        return {};
                      });
                    }),
          *this};
}

Dataset Dataset::prefetch(std::int64_t buffer_size, Location where) const {
  if (buffer_size == AUTOTUNE) buffer_size = 2;
  check_positive("prefetch", "buffer_size", buffer_size, where);
  return {stage_of(source_, source_->shapes,
                   [buffer_size](StreamPointer stream) {
                     return prefetched(std::move(stream), static_cast<std::size_t>(buffer_size));
                   }),
          *this};
}

Dataset Dataset::zip(const std::vector<Dataset>& datasets, Location where) {
  if (datasets.empty()) throw ArgumentError("zip", "there is no data set", "an empty list", "", where);
  std::vector<DType> types;
  std::vector<Shape> shapes;
  std::vector<SourcePointer> sources;
  for (const Dataset& dataset : datasets) {
    types.insert(types.end(), dataset.output_types().begin(), dataset.output_types().end());
    shapes.insert(shapes.end(), dataset.output_shapes().begin(), dataset.output_shapes().end());
    sources.push_back(dataset.source_);
  }
  Dataset result(source_of(types, shapes, [sources](const Values& values) {
    std::vector<std::shared_ptr<Stream>> streams;
    for (const SourcePointer& source : sources) streams.push_back(source->start(values));
    return stream_of([streams]() -> std::optional<Element> {
      Element all;
      for (const auto& stream : streams) {
        auto element = stream->next();
        if (!element) return {};
        all.insert(all.end(), element->begin(), element->end());
      }
      return all;
    });
  }));
  for (const Dataset& dataset : datasets) result.of_graph_.insert(dataset.of_graph_.begin(), dataset.of_graph_.end());
  return result;
}

}  // namespace triptych::lowlevel::data
