#include "core/graph/runner.h"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <utility>

#include "core/dispatch/backend.h"
#include "core/dispatch/modes.h"
#include "core/graph/node_observer.h"
#include "core/graph/passes/passes.h"
#include "core/graph/run_limits.h"
#include "core/graph/subgraph_code.h"
#include "core/support/error_context.h"
#include "core/support/inline_vector.h"
#include "core/support/printable.h"
#include "core/support/span.h"
#include "core/tensor/converted.h"
#include "core/tensor/transaction.h"
#include "triptych/core/memory.h"
#include "triptych/core/numerics.h"

namespace triptych {
namespace {

std::string declared(const TensorMeta& meta) { return std::string(dtype_name(meta.dtype)) + " " + meta.shape.text(); }

/// While alive, mistakes of this thread's run are reported at `where`.
class RunLine {
 public:
  explicit RunLine(Location where) : previous_(std::exchange(modes.run, where)) {}
  ~RunLine() { modes.run = previous_; }
  RunLine(const RunLine&) = delete;
  RunLine& operator=(const RunLine&) = delete;

 private:
  Location previous_;
};

/// While alive, sub-graphs run on this thread as the session does.
class RunningOptions {
 public:
  explicit RunningOptions(const SessionOptions& options) : previous_(std::exchange(running_options, &options)) {}
  ~RunningOptions() { running_options = previous_; }
  RunningOptions(const RunningOptions&) = delete;
  RunningOptions& operator=(const RunningOptions&) = delete;

 private:
  const SessionOptions* previous_;
};

/// While alive, this thread uses a session's variables. It holds the session's lock, so that a function of the user's
/// that is called meanwhile, an initializer, would wait for itself if it used them too.
class InUse {
 public:
  InUse(const Runner& runner, Location where) : runner_(runner), outer_(std::exchange(innermost, this)) {
    for (const InUse* use = outer_; use; use = use->outer_)
      if (&use->runner_ == &runner) {
        innermost = outer_;
        throw ArgumentError("session", "a session is used while it runs, by one of its own initializers",
                            "the outer run is at " + (use->where_ ? use->where_.text() : "an unknown line"),
                            "Compute the initial value with tensors, or in a session of its own", where);
      }
    where_ = where;
  }
  ~InUse() { innermost = outer_; }
  InUse(const InUse&) = delete;
  InUse& operator=(const InUse&) = delete;

 private:
  static constinit thread_local const InUse* innermost;
  const Runner& runner_;
  const InUse* outer_;
  Location where_;
};
constinit thread_local const InUse* InUse::innermost = nullptr;

/// While alive, this thread's run has its limits.
class LimitedRun {
 public:
  LimitedRun(const RunOptions& run, const SessionOptions& session, Location where) : previous_(run_limits) {
    const double limit = run.timeout_in_ms != 0 ? run.timeout_in_ms : session.operation_timeout_in_ms;
    if (!(limit >= 0))
      throw ArgumentError("session", "the time limit is negative or NaN", std::to_string(limit) + " ms", "", where);
    if (limit == 0 && !run.cancellation) return;
    limits_.milliseconds = limit;
    limits_.cancellation = run.cancellation;
    limits_.where = where;
    constexpr double longest = 1e12;  // as good as none
    if (limit > 0 && limit < longest)
      limits_.deadline =
          std::chrono::steady_clock::now() + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                                                 std::chrono::duration<double, std::milli>(limit));
    run_limits = &limits_;
  }
  ~LimitedRun() { run_limits = previous_; }
  LimitedRun(const LimitedRun&) = delete;
  LimitedRun& operator=(const LimitedRun&) = delete;

 private:
  const RunLimits* previous_;
  RunLimits limits_;
};

/// While alive, initializers of iterators that this thread runs are those of this session.
class RunningIterators {
 public:
  explicit RunningIterators(IteratorStates& states)
      : states_(states), previous_(std::exchange(running_iterators, &states)) {}
  ~RunningIterators() {
    running_iterators = previous_;
    states_.let_go();
  }
  RunningIterators(const RunningIterators&) = delete;
  RunningIterators& operator=(const RunningIterators&) = delete;

 private:
  IteratorStates& states_;
  IteratorStates* previous_;
};

/// The elements that a run draws, one of each node; put back if it fails.
class DrawnElements {
 public:
  explicit DrawnElements(IteratorStates& states) : states_(states) {}
  ~DrawnElements() {
    if (kept_) return;
    for (auto& drawn : elements_) states_.put_back(*drawn.resource, std::move(drawn.element));
  }
  DrawnElements(const DrawnElements&) = delete;
  DrawnElements& operator=(const DrawnElements&) = delete;

  /// `resource_of(node)`: the one that the node draws from, asked once.
  template <class F>
  const std::vector<Tensor>& of(const Node& node, F&& resource_of, Location where) {
    for (const Drawn& drawn : elements_)
      if (drawn.node == &node) return drawn.element;
    std::shared_ptr<const IteratorResource> resource = resource_of(node);
    std::vector<Tensor> element = states_.draw(node, *resource, where);
    return elements_.emplace_back(Drawn{&node, std::move(resource), std::move(element)}).element;
  }
  void keep() { kept_ = true; }

 private:
  struct Drawn {
    const Node* node;
    std::shared_ptr<const IteratorResource> resource;
    std::vector<Tensor> element;
  };
  IteratorStates& states_;
  std::vector<Drawn> elements_;
  bool kept_ = false;
};

/// Fills in what a run is about as a whole.
class MetadataScope {
 public:
  explicit MetadataScope(RunMetadata* metadata) : metadata_(metadata) {
    if (!metadata) return;
    *metadata = {};
    launches_ = statistics().kernel_launches;
    start_ = std::chrono::steady_clock::now();
  }
  ~MetadataScope() {
    if (!metadata_) return;
    metadata_->microseconds =
        std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start_).count();
    const Statistics now = statistics();
    metadata_->kernel_launches = static_cast<int>(now.kernel_launches - launches_);
    metadata_->peak_bytes = now.peak_bytes_in_use;
  }

 private:
  RunMetadata* metadata_;
  std::int64_t launches_ = 0;
  std::chrono::steady_clock::time_point start_;
};

/// A line for each node, as TensorFlow writes it.
void log_placement(GraphImpl& graph, const GraphFunction& function, bool soft) {
  std::string text;
  for (const Node* node : needed_nodes(graph, function.fetches(), function.feeds())) {
    if (node->output_count == 0) continue;
    const Device device = node->outputs()[0].device();
    text += printable(describe(*node)) + ": (" + node->op->name + "): ";
    text +=
        soft && runs_on_the_host(*node->op, device) ? "cpu, there is no kernel for " + device.text() : device.text();
    text += "\n";
  }
  std::cerr << text << std::flush;
}

}  // namespace

Tensor fitting(const Place& place, const Tensor& value, Location where) {
  const TensorMeta& expected = place.node->outputs()[place.output].meta();
  const auto given = [&](const std::string& value_text) {
    std::string text = "'" + describe(*place.node) + "' is " + declared(expected) + ", fed " + value_text;
    if (place.node->where) text += " ('" + describe(*place.node) + "' was made at " + place.node->where.text() + ")";
    return text;
  };
  if (!value.defined())
    throw ArgumentError("session", "a fed value is undefined", given("a default-constructed Tensor"), "", where);
  if (value.is_symbolic())
    throw ArgumentError("session", "a fed value is symbolic",
                        given("the tensor of node '" + describe(*value.impl()->node) + "'"), "Feed a concrete tensor",
                        where);
  const Tensor converted = value.dtype() == expected.dtype ? value : converted_exactly(value, expected.dtype);
  if (!converted.defined())
    throw ArgumentError("session", "a fed value has another dtype, and '" + describe(*place.node) + "' cannot hold it",
                        given(declared(value.meta())),
                        "Convert it with cast(value, " + std::string(dtype_name(expected.dtype)) + ")", where);
  if (!value.shape().compatible(expected.shape))
    throw ArgumentError("session", "the shape of a fed value does not fit", given(declared(value.meta())),
                        value.numel() == 0 || expected.shape.rank() == value.ndim() ? "" : "Reshape it", where);
  return converted;
}

GraphFunction::GraphFunction(const GraphHandle& graph, std::vector<Place> feeds, std::vector<Place> fetches,
                             Location where)
    : graph_(graph), feeds_(std::move(feeds)), fetches_(std::move(fetches)), given_(feeds_.size()) {
  for (Node* node : needed_nodes(graph_.impl(), fetches_, feeds_)) {
    if (node->op != &iterator_next_op) continue;
    for (std::uint32_t i = 0; i < node->output_count; ++i)
      if (std::find(feeds_.begin(), feeds_.end(), Place{node, i}) == feeds_.end()) feeds_.push_back({node, i});
  }
  for (const Node* node : needed_nodes(graph_.impl(), fetches_, feeds_)) {
    if (node->op == &variable_op && node->attributes_as<VariableAttributes>().on_demand) on_demand_.push_back(node);
    if (!has_effect(*node)) continue;
    has_effects_ = true;
    for (std::size_t i = 0; i < node->input_count; ++i)
      if (node->op->writes(static_cast<int>(i), static_cast<int>(node->input_count)))
        for (const Place& feed : feeds_)
          if (feed == place_of(node->inputs()[i]))
            throw ArgumentError("session", "a run cannot write a variable that it is fed",
                                "'" + describe(*feed.node) + "' is written by '" + describe(*node) + "'",
                                "Set it with set_value or assign", where);
  }
}

std::shared_ptr<Step> GraphFunction::step(std::span<const Tensor> values, const VariableStore& variables,
                                          const SessionOptions& options) {
  std::lock_guard lock(mutex_);
  for (std::size_t i = steps_.size(); i-- > 0;)
    if (steps_[i]->fits(values)) {
      std::rotate(steps_.begin() + static_cast<std::ptrdiff_t>(i), steps_.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                  steps_.end());
      reason_.clear();
      return steps_.back();
    }
  if (never_) return nullptr;
  if (static_cast<int>(steps_.size()) >= options.max_compiled_shapes) {
    reason_ = "more than " + std::to_string(options.max_compiled_shapes) + " different shapes were fed";
    return nullptr;
  }
  try {
    steps_.push_back(std::make_shared<Step>(graph_.impl(), fetches_, feeds_, values, variables, options));
  } catch (const NotCompilable& why) {
    never_ = why.for_ever;
    reason_ = why.reason;
    return nullptr;
  }
  reason_.clear();
  return steps_.back();
}

void GraphFunction::drop(const std::shared_ptr<Step>& step) {
  std::lock_guard lock(mutex_);
  std::erase(steps_, step);
}

StepReport GraphFunction::report() const {
  std::lock_guard lock(mutex_);
  if (!reason_.empty() || steps_.empty())
    return {.reason = reason_.empty() ? "it has not run yet" : reason_, .capture_reason = {}, .passes = {}};
  return steps_.back()->report();
}

Place Runner::place_in_graph(const Tensor& tensor, const char* role, Location where) const {
  const auto fail = [&](const char* rule, const std::string& given, const char* hint) {
    throw ArgumentError("session", std::string(role) + rule, given, hint, where);
  };
  if (!tensor.defined()) fail(" is undefined", "a default-constructed Tensor", "");
  if (!tensor.is_symbolic()) {
    const auto& captured = graph_.impl().captured;
    if (auto found = captured.find(tensor.impl()); found != captured.end()) return {found->second, 0};
    fail(" is not a tensor of the graph", "a concrete " + declared(tensor.meta()),
         "Only symbolic tensors can be run and fed; this one has its value already");
  }
  if (tensor.impl()->graph.get() != &graph_.impl())
    fail(" belongs to another graph", "'" + describe(*tensor.impl()->node) + "'",
         "A session runs the graph that it was made for");
  return place_of(tensor);
}

std::shared_ptr<GraphFunction> Runner::function(std::span<const Tensor> feeds, std::span<const Tensor> fetches,
                                                Location where) {
  std::vector<Place> feed_places, fetch_places;
  Key key{{}, feeds.size()};
  for (const Tensor& tensor : feeds) {
    const Place place = place_in_graph(tensor, "a feed", where);
    for (const Place& other : feed_places)
      if (other == place)
        throw ArgumentError("session", "a tensor is fed twice", "'" + describe(*place.node) + "'", "", where);
    if (place.node->output_count == 0)
      throw ArgumentError("session", "an operation without a value cannot be fed", "'" + describe(*place.node) + "'",
                          "", where);
    feed_places.push_back(place);
    key.first.emplace_back(place.node, place.output);
  }
  for (const Tensor& tensor : fetches) {
    fetch_places.push_back(place_in_graph(tensor, "a fetch", where));
    key.first.emplace_back(fetch_places.back().node, fetch_places.back().output);
  }
  std::lock_guard lock(functions_mutex_);
  auto& slot = functions_[std::move(key)];
  if (slot) return slot;
  auto made = std::make_shared<GraphFunction>(graph_, std::move(feed_places), std::move(fetch_places), where);
  if (options_.log_device_placement) log_placement(graph_.impl(), *made, options_.allow_soft_placement);
  slot = std::move(made);
  return slot;
}

std::shared_ptr<const IteratorResource> Runner::resource_of(const Node& node, const GraphFunction& function,
                                                            std::span<const Tensor> values, Location where) {
  std::shared_ptr<const IteratorResource> declared = node.attributes_as<IteratorAttributes>().resource;
  if (!declared)
    throw ArgumentError("get_next", "a loaded graph has no data", "'" + describe(node) + "'",
                        "Feed the outputs of this node", where);
  if (node.input_count == 0) return declared;
  // What the run is given decides; the handle is computed from that, in a run of its own.
  std::vector<Tensor> feeds, given;
  for (std::size_t i = 0; i < function.given(); ++i) {
    const Place& feed = function.feeds()[i];
    feeds.push_back(graph_.impl().handle(*feed.node, feed.output));
    given.push_back(values[i]);
  }
  const Tensor handle = node.inputs()[0];
  const auto number = call(*this->function(feeds, {&handle, 1}, where), given, where)[0].item<std::int64_t>();
  const auto fail = [&](const char* what, const std::string& given_text) {
    throw ArgumentError("get_next", what, given_text + ", by '" + describe(node) + "'",
                        "Feed what a run gave for the string_handle of an iterator of the same elements", where);
  };
  std::shared_ptr<const IteratorResource> resource = numbered(number);
  if (!resource) fail("there is no iterator of this handle", std::to_string(number));
  bool fits = resource->types == declared->types;
  for (std::size_t i = 0; fits && i < declared->shapes.size(); ++i)
    fits = resource->shapes[i].compatible(declared->shapes[i]);
  if (!fits) fail("the iterator of this handle has other elements", std::to_string(number));
  return resource;
}

std::vector<Tensor> Runner::call(GraphFunction& function, std::span<const Tensor> values, Location where,
                                 const RunOptions& options) {
  RunMetadata* metadata = options.metadata;
  if (values.size() != function.given())
    throw ArgumentError("session", "the number of values differs from the number of feeds",
                        std::to_string(values.size()) + " values for " + std::to_string(function.given()) + " feeds",
                        "", where);
  InlineVector<Tensor, 6> placed(function.feeds().size());  // where the fed tensors of the graph are
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Place& feed = function.feeds()[i];
    placed[i] = on_device(fitting(feed, values[i], where), feed.node->outputs()[feed.output].device());
  }
  DrawnElements drawn(iterators_);
  for (std::size_t i = values.size(); i < placed.size(); ++i) {
    const Place& feed = function.feeds()[i];
    const auto resource = [&](const Node& node) { return resource_of(node, function, placed.span(), where); };
    placed[i] =
        on_device(drawn.of(*feed.node, resource, where)[feed.output], feed.node->outputs()[feed.output].device());
  }
  values = placed.span();
  const NumericsMode numerics(options_.numerics);
  const RunningOptions running(options_);
  const InUse use(*this, where);
  const RunLine line(where);
  const LimitedRun limited(options, options_, where);
  const RunningIterators iterators(iterators_);
  const MetadataScope measured(metadata);
  const Span span(SpanKind::annotation, "Session.run", where);
  try {
    if (function.has_effects()) {
      std::unique_lock lock(state_mutex_);
      for (const Node* variable : function.on_demand())
        if (!variables_.values.contains(variable)) variables_.values.emplace(variable, initial_value(*variable));
      std::vector<Tensor> results = run(function, values, metadata);
      drawn.keep();
      return results;
    }
    std::shared_lock lock(state_mutex_);
    std::vector<Tensor> results = run(function, values, metadata);
    drawn.keep();
    return results;
  } catch (Error& error) {
    // Nodes name the line that made them.
    const std::string here = Frame::resolve(where).text();
    if (!here.empty() && here != error.where().text()) add_context(error, "Run at " + here + ".");
    throw;
  }
}

std::vector<Tensor> Runner::run(GraphFunction& function, std::span<const Tensor> values, RunMetadata* metadata) {
  for (int attempt = 0; options_.compile && !node_observer && attempt < 2; ++attempt) {
    const std::shared_ptr<Step> step = function.step(values, variables_, options_);
    if (!step) break;
    if (auto results = step->run(values, metadata)) return std::move(*results);
    function.drop(step);
  }
  return interpret(graph_.impl(), function.fetches(), function.feeds(), values, variables_, metadata);
}

Tensor Runner::value(const Node& variable, Location where) const {
  const InUse use(*this, where);
  std::shared_lock lock(state_mutex_);
  if (variable.op == &captured_op) return alias(variable.attributes_as<CapturedAttributes>().tensor);
  if (const auto found = variables_.values.find(&variable); found != variables_.values.end())
    return alias(found->second);
  return variable.attributes_as<VariableAttributes>().on_demand ? initial_value(variable) : Tensor();
}

void Runner::set_values(std::span<const std::pair<const Node*, Tensor>> values, Location where) {
  const InUse use(*this, where);
  std::unique_lock lock(state_mutex_);
  Transaction whole;  // all values, or none
  whole.keep_for_good();
  VariableStore fresh;
  for (const auto& [node, value] : values) {
    Tensor copy = contiguous_now(on_device(alias(value), node->outputs()[0].device()));
    if (node->op == &captured_op) {
      Tensor captured = node->attributes_as<CapturedAttributes>().tensor;
      rebind(captured, std::move(copy));
    } else if (const auto found = variables_.values.find(node); found != variables_.values.end()) {
      rebind(found->second, std::move(copy));
    } else {
      fresh.values.insert_or_assign(node, std::move(copy));
    }
  }
  variables_.values.reserve(variables_.values.size() + fresh.values.size());
  variables_.values.merge(fresh.values);  // which needs no memory any more
}

}  // namespace triptych
