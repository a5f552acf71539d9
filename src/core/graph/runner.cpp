#include "core/graph/runner.h"

#include "triptych/core/numerics.h"

namespace triptych {
namespace {

std::string declared(const TensorMeta& meta) { return std::string(dtype_name(meta.dtype)) + " " + meta.shape.text(); }

}  // namespace

void check_feed(const Place& place, const Tensor& value, Location where) {
  const TensorMeta& expected = place.node->outputs()[place.output].meta();
  const auto given = [&](const std::string& value_text) {
    std::string text = "'" + describe(*place.node) + "' is " + declared(expected) + ", fed " + value_text;
    if (place.node->where) text += " ('" + describe(*place.node) + "' was made at " + place.node->where.text() + ")";
    return text;
  };
  if (!value.defined())
    throw ArgumentError("session", "a fed value is undefined", given("a default-constructed Tensor"), "", where);
  if (value.is_symbolic())
    throw ArgumentError("session", "a fed value is symbolic", given("the tensor of node '" + describe(*value.impl()->node) + "'"),
                        "Feed a concrete tensor", where);
  if (value.dtype() != expected.dtype)
    throw ArgumentError("session", "the dtype of a fed value differs", given(declared(value.meta())),
                        "Convert it with cast(value, " + std::string(dtype_name(expected.dtype)) + ")", where);
  if (!value.shape().compatible(expected.shape))
    throw ArgumentError("session", "the shape of a fed value does not fit", given(declared(value.meta())),
                        value.numel() == 0 || expected.shape.rank() == value.ndim() ? "" : "Reshape it", where);
}

GraphFunction::GraphFunction(const GraphHandle& graph, std::vector<Place> feeds, std::vector<Place> fetches)
    : graph_(graph), feeds_(std::move(feeds)), fetches_(std::move(fetches)) {
  for (const Node* node : needed_nodes(graph_.impl(), fetches_, feeds_)) has_effects_ |= has_effect(*node);
}

StepReport GraphFunction::report() const { return {}; }

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
    fail(" belongs to another graph", "'" + describe(*tensor.impl()->node) + "'", "A session runs the graph that it was made for");
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
      throw ArgumentError("session", "an operation without a value cannot be fed", "'" + describe(*place.node) + "'", "", where);
    feed_places.push_back(place);
    key.first.emplace_back(place.node, place.output);
  }
  for (const Tensor& tensor : fetches) {
    fetch_places.push_back(place_in_graph(tensor, "a fetch", where));
    key.first.emplace_back(fetch_places.back().node, fetch_places.back().output);
  }
  std::lock_guard lock(functions_mutex_);
  auto& slot = functions_[std::move(key)];
  if (!slot) slot = std::make_shared<GraphFunction>(graph_, std::move(feed_places), std::move(fetch_places));
  return slot;
}

std::vector<Tensor> Runner::call(GraphFunction& function, std::span<const Tensor> values, Location where,
                                 RunMetadata* metadata) {
  if (values.size() != function.feeds().size())
    throw ArgumentError("session", "the number of values differs from the number of feeds",
                        std::to_string(values.size()) + " values for " + std::to_string(function.feeds().size()) + " feeds", "",
                        where);
  for (std::size_t i = 0; i < values.size(); ++i) check_feed(function.feeds()[i], values[i], where);
  const NumericsMode numerics(options_.numerics);
  if (function.has_effects()) {
    std::unique_lock lock(state_mutex_);
    return interpret(graph_.impl(), function.fetches(), function.feeds(), values, variables_, metadata);
  }
  std::shared_lock lock(state_mutex_);
  return interpret(graph_.impl(), function.fetches(), function.feeds(), values, variables_, metadata);
}

Tensor Runner::value(const Node& variable) const {
  std::shared_lock lock(state_mutex_);
  if (variable.op == &captured_op) return alias(variable.attributes_as<CapturedAttributes>().tensor);
  const auto found = variables_.values.find(&variable);
  return found == variables_.values.end() ? Tensor() : alias(found->second);
}

void Runner::set_values(std::span<const std::pair<const Node*, Tensor>> values) {
  std::unique_lock lock(state_mutex_);
  for (const auto& [node, value] : values) {
    Tensor copy = contiguous_now(alias(value));
    if (node->op == &captured_op) {
      Tensor captured = node->attributes_as<CapturedAttributes>().tensor;
      rebind(captured, std::move(copy));
    } else if (const auto [found, added] = variables_.values.try_emplace(node, copy); !added) {
      rebind(found->second, std::move(copy));
    }
  }
}

}  // namespace triptych
