// What a training loop's parts share: the global step as hooks read it, from the session between runs; nodes that are
// made once for a graph.
#pragma once

#include "triptych/core/error.h"
#include "triptych/lowlevel/session.h"
#include "triptych/lowlevel/train.h"

namespace triptych::lowlevel::train {

/// ArgumentError of `hook` if the graph has none.
inline Variable needed_step(const Graph& graph, const char* hook, Location where = {}) {
  const Variable step = get_global_step(graph);
  if (step.defined()) return step;
  throw ArgumentError(hook, "the graph has no global step", std::to_string(graph.size()) + " nodes",
                      "Make it by train::get_or_create_global_step(graph), and hand it to the optimizer", where);
}

/// What the collection has already, so that a finalized graph can be trained again, or what is made now; undefined if
/// nothing is.
template <class F>
Tensor made_once(const Graph& graph, const char* collection, F make) {
  const std::vector<Tensor> known = get_collection(graph, collection);
  if (!known.empty()) return known[0];
  const Tensor made = make();
  if (made.defined()) add_to_collection(collection, made);
  return made;
}

inline std::int64_t step_in(const Session& session, const Variable& global_step) {
  return session.value(global_step).item<std::int64_t>();
}

}  // namespace triptych::lowlevel::train
