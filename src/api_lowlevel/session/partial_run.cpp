// A run in parts: what one part has computed, and another needs, is fed to that.
#include <algorithm>
#include <mutex>
#include <set>

#include "core/graph/iterator.h"
#include "core/graph/runner.h"
#include "triptych/lowlevel/session.h"

namespace triptych::lowlevel {

struct PartialRun::State {
  std::mutex mutex;
  std::shared_ptr<Runner> runner;
  std::vector<Place> fetches, feeds;  // that are still to come
  std::vector<std::pair<Place, Tensor>> known;
};

namespace {

Place place_in(const Runner& runner, const Tensor& tensor, const char* role, Location where) {
  if (!tensor.defined() || !tensor.is_symbolic() || tensor.impl()->graph.get() != &runner.graph().impl())
    throw ArgumentError("partial_run", std::string(role) + " is not a tensor of the session's graph",
                        tensor.defined() ? (tensor.is_symbolic() ? "'" + describe(*tensor.impl()->node) + "'"
                                                                 : std::string("a tensor with values"))
                                         : std::string("a default-constructed Tensor"),
                        "", where);
  return place_of(tensor);
}

/// Takes a place from the list of those to come.
void take(std::vector<Place>& to_come, const Place& place, const char* role, Location where) {
  const auto found = std::find(to_come.begin(), to_come.end(), place);
  if (found == to_come.end())
    throw ArgumentError("partial_run", std::string(role) + " was not named at the beginning, or had its turn",
                        "'" + describe(*place.node) + "'", "Name all of them in partial_run_setup", where);
  to_come.erase(found);
}

/// The values that this part, the nodes `now`, computes and the nodes `later` read.
std::vector<Place> handed_on(GraphImpl& graph, const std::vector<Node*>& now, const std::vector<Node*>& later,
                             const std::vector<Place>& fetches) {
  const std::set<const Node*> computed(now.begin(), now.end());
  std::vector<Place> places;
  const auto keep = [&](const Place& place) {
    // State is read as it is then; what has no value ends where what it waits for does.
    if (computed.count(place.node) && !is_state(*place.node->op) && place.node->output_count > 0 &&
        std::find(places.begin(), places.end(), place) == places.end())
      places.push_back(place);
  };
  for (const Place& fetch : fetches) keep(fetch);
  for (const Node* node : later) {
    if (computed.count(node) && node->output_count > 0) continue;
    for (const Tensor& input : node->inputs()) keep(place_of(input));
    for (Node* before : graph.info_of(*node).control) keep({before, 0});
    for (int call = graph.info_of(*node).call; call >= 0; call = graph.calls[static_cast<std::size_t>(call)].outer)
      for (Node* effect : graph.calls[static_cast<std::size_t>(call)].effects) keep({effect, 0});
  }
  return places;
}

}  // namespace

PartialRun Session::partial_run_setup(const TensorList& fetches, const TensorList& feeds, Location where) const {
  if (fetches.empty())
    throw ArgumentError("partial_run_setup", "there is nothing to fetch", "an empty list", "", where);
  auto state = std::make_shared<PartialRun::State>();
  state->runner = runner_;
  for (const Tensor& fetch : fetches) state->fetches.push_back(place_in(*runner_, fetch, "a fetch", where));
  for (const Tensor& feed : feeds) state->feeds.push_back(place_in(*runner_, feed, "a feed", where));
  return PartialRun(std::move(state));
}

Tensor Session::partial_run(const PartialRun& handle, const Tensor& fetch, const std::vector<Feed>& feeds,
                            Location where) const {
  return partial_run(handle, std::vector<Tensor>{fetch}, feeds, where)[0];
}

std::vector<Tensor> Session::partial_run(const PartialRun& handle, std::initializer_list<Tensor> fetches,
                                         const std::vector<Feed>& feeds, Location where) const {
  return partial_run(handle, std::vector<Tensor>(fetches), feeds, where);
}

std::vector<Tensor> Session::partial_run(const PartialRun& handle, const std::vector<Tensor>& fetches,
                                         const std::vector<Feed>& feeds, Location where) const {
  PartialRun::State& state = *handle.state_;
  if (state.runner != runner_)
    throw ArgumentError("partial_run", "the handle is another session's", "a PartialRun", "", where);
  Passes passes = computed_passes;
  if (std::find(passes.begin(), passes.end(), &state) != passes.end())
    throw ArgumentError("partial_run", "a data set's function uses the handle whose part waits for it", "a PartialRun",
                        "Take another handle", where);
  passes.push_back(&state);
  const ComputingFor here(std::move(passes));
  GraphImpl& graph = runner_->graph().impl();
  const std::lock_guard lock(state.mutex);
  std::vector<Place> fetches_to_come = state.fetches, feeds_to_come = state.feeds, wanted, given;
  auto known = state.known;
  for (const Tensor& fetch : fetches) {
    wanted.push_back(place_in(*runner_, fetch, "a fetch", where));
    take(fetches_to_come, wanted.back(), "a fetch", where);
  }
  for (const Feed& feed : feeds) {
    const Place place = place_in(*runner_, feed.tensor, "a feed", where);
    take(feeds_to_come, place, "a feed", where);
    known.emplace_back(place, feed.value);
  }
  std::vector<Tensor> keys, values;
  for (const auto& [place, value] : known) {
    given.push_back(place);
    keys.push_back(graph.handle(*place.node, place.output));
    values.push_back(value);
  }
  const std::vector<Node*> now = needed_nodes(graph, wanted, given);
  for (const Place& place : feeds_to_come)
    if (std::find(now.begin(), now.end(), place.node) != now.end())
      throw ArgumentError("partial_run", "a feed is needed that has not come yet", "'" + describe(*place.node) + "'",
                          "Feed it in this part, or fetch later what needs it", where);
  std::vector<Place> later_given = given;
  later_given.insert(later_given.end(), feeds_to_come.begin(), feeds_to_come.end());
  const std::vector<Place> kept =
      handed_on(graph, now, needed_nodes(graph, fetches_to_come, later_given), fetches_to_come);
  std::vector<Tensor> all = fetches;
  for (const Place& place : kept) all.push_back(graph.handle(*place.node, place.output));
  std::vector<Tensor> results = runner_->call(*runner_->function(keys, all, where), values, where);
  for (std::size_t i = 0; i < kept.size(); ++i) known.emplace_back(kept[i], results[fetches.size() + i]);
  results.resize(fetches.size());
  state.fetches = std::move(fetches_to_come);
  state.feeds = std::move(feeds_to_come);
  state.known = std::move(known);
  return results;
}

}  // namespace triptych::lowlevel
