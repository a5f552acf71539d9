// Data sets as part of a graph: a node whose outputs are the next element. A run draws the element first and feeds it,
// so that nothing is copied; each session has its own place in the data.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/dispatch/modes.h"
#include "core/graph/graph.h"

namespace triptych {

/// One pass over a data set.
class ElementStream {
 public:
  virtual ~ElementStream();
  /// Nothing at the end.
  virtual std::optional<std::vector<Tensor>> next() = 0;
};

/// While alive, what a data set computes is computed: nothing is recorded, or added to the graph that this thread
/// builds.
class ComputingElements {
 public:
  ComputingElements() : trace_(std::exchange(modes.trace, nullptr)), no_grad_(std::exchange(modes.no_grad, true)) {}
  ~ComputingElements() {
    modes.trace = trace_;
    modes.no_grad = no_grad_;
  }
  ComputingElements(const ComputingElements&) = delete;
  ComputingElements& operator=(const ComputingElements&) = delete;

 private:
  GraphImpl* trace_;
  bool no_grad_;
};

/// The passes whose elements this thread computes, and runs in parts that it is in: what a data set's function must not
/// wait for. A thread that computes ahead for another one has its list.
using Passes = std::vector<const void*>;
extern thread_local Passes computed_passes;
class ComputingFor {
 public:
  explicit ComputingFor(Passes passes) : outer_(std::exchange(computed_passes, std::move(passes))) {}
  ~ComputingFor() { computed_passes = std::move(outer_); }
  ComputingFor(const ComputingFor&) = delete;
  ComputingFor& operator=(const ComputingFor&) = delete;

 private:
  Passes outer_;
};

/// Begins a pass, with the values that tensors of the graph had, by their numbers.
using StartStream = std::function<std::unique_ptr<ElementStream>(const std::map<std::int64_t, Tensor>& values)>;

/// ArgumentError unless `element` is as its data set says: so many tensors with values, of these dtypes, and of shapes
/// that fit these.
void check_element(const std::vector<Tensor>& element, const std::vector<DType>& types,
                   const std::vector<Shape>& shapes, const char* op, Location where);

/// What the nodes of one iterator share.
struct IteratorResource {
  std::vector<DType> types;
  std::vector<Shape> shapes;
  StartStream one_shot;      // begins by itself; empty: an initializer begins
  std::int64_t number = -1;  // by which a run says that it means this one: see `numbered`
};

/// Gives a resource its number, the first time.
std::int64_t number_of(const std::shared_ptr<IteratorResource>& resource);
/// The resource of this number; null: there is none, or none any more.
std::shared_ptr<const IteratorResource> numbered(std::int64_t number);

/// Of the node that gives the next element. With an input, that is the number of the resource whose element it is.
struct IteratorAttributes {
  std::shared_ptr<const IteratorResource> resource;  // null in a loaded graph: elements must be fed
  static constexpr auto fields() { return std::tuple<>(); }
};

/// Of the node that begins a pass. Its inputs are the values of `slots`.
struct IteratorStartAttributes {
  std::shared_ptr<const IteratorResource> resource;
  StartStream start;
  std::vector<std::int64_t> slots;
  static constexpr auto fields() { return std::tuple<>(); }
};

extern const Op iterator_next_op, iterator_start_op;

/// Where a session is in its data sets.
class IteratorStates {
 public:
  /// The next element for a node; what `put_back` was given comes first. OutOfRangeError at the end, ArgumentError
  /// before the beginning or if it is not as declared.
  std::vector<Tensor> draw(const Node& node, const IteratorResource& resource, Location where);
  /// A run failed: its element was not used.
  void put_back(const IteratorResource& resource, std::vector<Tensor> element) noexcept;
  void start(const IteratorResource& resource, const StartStream& start, const std::map<std::int64_t, Tensor>& values);
  /// Passes that gave way to others end here, not where a run holds a lock: their threads may wait for it.
  void let_go() noexcept {
    if (any_replaced_.load(std::memory_order_relaxed)) [[unlikely]]
      end_replaced();
  }

 private:
  /// Users' functions run under `drawing`, and may run the session: who holds one of its locks takes `changing` alone.
  struct State {
    std::mutex drawing, changing;
    // Under `drawing`.
    std::unique_ptr<ElementStream> stream;
    bool ended = false;
    // Under `changing`.
    std::optional<std::unique_ptr<ElementStream>> begun;  // the pass that the next draw is of
    std::deque<std::vector<Tensor>> returned;
  };
  /// Goes over to the pass that was begun, if one was, and returns the one before; the caller has `drawing`.
  static std::unique_ptr<ElementStream> go_over(State& state);
  std::shared_ptr<State> state_of(const IteratorResource& resource);
  /// With `state` among them. ArgumentError if it is: a data set's function would wait for itself.
  static Passes passes_with(const State& state, Location where);
  std::mutex mutex_;
  std::map<const IteratorResource*, std::shared_ptr<State>> states_;
  void end_replaced() noexcept;
  std::vector<std::unique_ptr<ElementStream>> replaced_;
  std::atomic<bool> any_replaced_{false};
};

/// Of the session that this thread runs.
extern constinit thread_local IteratorStates* running_iterators;

/// A new node that gives the next element; `handle`: the number of the resource that is meant, if it is defined.
std::vector<Tensor> add_iterator_next(GraphImpl& graph, std::shared_ptr<const IteratorResource> resource,
                                      const std::vector<DType>& types, const std::vector<Shape>& shapes,
                                      const Tensor& handle, std::string_view name, Location where);
/// A new node that begins a pass.
Tensor add_iterator_start(GraphImpl& graph, const IteratorStartAttributes& attributes, std::span<const Tensor> inputs,
                          Location where);

}  // namespace triptych
