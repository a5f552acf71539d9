// Elements that a user's function makes: of one element, by itself or on several threads; of a state and an element.
#include <deque>
#include <future>

#include "api_lowlevel/data/source.h"
#include "core/graph/subgraph_trace.h"
#include "triptych/core/callable.h"
#include "triptych/core/memory.h"
#include "triptych/core/ops.h"

namespace triptych::lowlevel::data {
namespace {

using MapFunction = std::function<Element(const Element& element)>;

/// Makes up to `ahead` elements on threads of their own, and gives them in their order.
class ParallelMap final : public Stream {
 public:
  ParallelMap(std::unique_ptr<Stream> stream, MapFunction function, std::size_t ahead)
      : stream_(std::move(stream)), function_(std::move(function)), ahead_(ahead) {}

  std::optional<Element> next() override {
    while (!ended_ && made_.size() < ahead_) {
      std::optional<Element> element = stream_->next();
      ended_ = !element;
      if (element)
        // Where no thread can be had, it is made when its turn comes.
        made_.push_back(std::async(std::launch::async | std::launch::deferred,
                                   [this, element = std::move(*element), passes = computed_passes] {
                                     const ComputingElements here;
                                     const ComputingFor those(passes);
                                     return function_(element);
                                   }));
    }
    if (made_.empty()) return {};
    std::future<Element> first = std::move(made_.front());
    made_.pop_front();
    return first.get();
  }

 private:
  std::unique_ptr<Stream> stream_;
  MapFunction function_;
  std::size_t ahead_;
  bool ended_ = false;
  std::deque<std::future<Element>> made_;  // last: its threads use the others, and it waits for them
};

std::vector<TensorMeta> metas_of(const Source& source) {
  std::vector<TensorMeta> metas;
  for (std::size_t i = 0; i < source.types.size(); ++i)
    metas.push_back({.shape = source.shapes[i], .strides = {}, .dtype = source.types[i], .device = {}});
  return metas;
}

bool same_kind(const Element& a, const Element& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Tensor& x, const Tensor& y) {
    return x.defined() && y.defined() && x.dtype() == y.dtype() && x.shape() == y.shape();
  });
}

}  // namespace

void trace_element(const Source& source, const MapFunction& function, std::vector<DType>& types,
                   std::vector<Shape>& shapes, const char* op, Location where) {
  const auto on_element = [&](std::span<const Tensor> arguments) {
    return function(Element(arguments.begin(), arguments.end()));
  };
  const Subgraph traced = trace_function(metas_of(source), {}, on_element, nullptr, where).subgraph;
  if (traced.outputs.empty()) throw ArgumentError(op, "the function gives no tensor", "an empty list", "", where);
  for (const Tensor& output : traced.outputs) {
    types.push_back(output.dtype());
    shapes.push_back(output.shape());
  }
}

Dataset Dataset::map(MapFunction map_func, std::int64_t num_parallel_calls, Location where) const {
  check_callable("map", map_func, where);
  constexpr std::int64_t most = 1024;
  const std::int64_t calls = num_parallel_calls == AUTOTUNE ? num_threads() : num_parallel_calls;
  if (calls < 1 || calls > most)
    throw ArgumentError("map", "num_parallel_calls is neither between 1 and 1024 nor AUTOTUNE",
                        std::to_string(num_parallel_calls), "", where);
  std::vector<DType> types;
  std::vector<Shape> shapes;
  trace_element(*source_, map_func, types, shapes, "map", where);
  const MapFunction checked = [=](const Element& element) {
    Element result = map_func(element);
    check_element(result, types, shapes, "map", where);
    return result;
  };
  return {source_of(types, shapes,
                    [of = source_, checked, calls](const Values& values) -> std::unique_ptr<Stream> {
                      std::unique_ptr<Stream> stream = of->start(values);
                      if (calls > 1)
                        return std::make_unique<ParallelMap>(std::move(stream), checked,
                                                             static_cast<std::size_t>(calls));
                      return stream_of(
                          [checked, in = std::shared_ptr<Stream>(std::move(stream))]() -> std::optional<Element> {
                            const auto element = in->next();
                            if (!element) return {};
                            const ComputingElements here;
                            return checked(*element);
                          });
                    }),
          *this};
}

Dataset Dataset::map(std::function<Tensor(const Tensor& x)> map_func, std::int64_t num_parallel_calls,
                     Location where) const {
  check_callable("map", map_func, where);
  if (source_->types.size() != 1)
    throw ArgumentError("map", "map_func takes one tensor, and an element has several",
                        std::to_string(source_->types.size()), "Take a tf::data::Element", where);
  return map(MapFunction([map_func](const Element& element) { return Element{map_func(element[0])}; }),
             num_parallel_calls, where);
}

Dataset Dataset::scan(
    const Element& initial_state,
    std::function<std::pair<Element, Element>(const Element& state, const Element& element)> scan_func,
    Location where) const {
  check_callable("scan", scan_func, where);
  Element first;
  for (const Tensor& tensor : initial_state) {
    if (!tensor.defined() || tensor.is_symbolic())
      throw ArgumentError("scan", "a tensor of the first state has no values",
                          tensor.defined() ? "a tensor of a graph" : "a default-constructed Tensor", "", where);
    first.push_back(alias(tensor.detach()));
  }
  std::vector<DType> types;
  std::vector<Shape> shapes;
  trace_element(
      *source_, [&](const Element& element) { return scan_func(first, element).second; }, types, shapes, "scan", where);
  return {source_of(
              types, shapes,
              [=, of = source_](const Values& values) {
                return stream_of([=, state = first,
                                  in = std::shared_ptr<Stream>(of->start(values))]() mutable -> std::optional<Element> {
                  const auto element = in->next();
                  if (!element) return {};
                  const ComputingElements here;
                  auto [next, result] = scan_func(state, *element);
                  if (!same_kind(state, next))
                    throw ArgumentError("scan", "scan_func gives a state of other dtypes or shapes",
                                        std::to_string(next.size()) + " tensors for " + std::to_string(state.size()),
                                        "Return the state as it was given", where);
                  check_element(result, types, shapes, "scan", where);
                  state = std::move(next);
                  return std::move(result);
                });
              }),
          *this};
}

}  // namespace triptych::lowlevel::data
