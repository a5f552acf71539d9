// Good and hostile objects of what lives beside a session: files of graphs and of variables, loops with hooks.
#pragma once

#include "objects.h"

namespace battery {

namespace train = low::train;

/// A session of the case's graph, which has a variable "v", a node "mul" and a global step.
inline low::Session trained_session() {
  static_cast<void>(first_variable() * 2);
  train::get_or_create_global_step(Case::current().graph(), here());
  return Values<low::Session>::good();
}
inline low::Graph stepping_graph() { return trained_session().graph(); }
inline low::Graph stepping_default_graph() {
  train::get_or_create_global_step(low::get_default_graph(), here());
  return low::get_default_graph();
}
/// A number that the default graph computes.
inline tt::Tensor default_node() {
  return low::get_default_graph().constant(tt::full({}, 1.0, tt::float32, here()), "one", here()) * 2;
}
/// A tensor of the case's graph.
inline tt::Tensor node() { return first_variable() * 2; }

template <>
struct Values<low::GraphDef> : ObjectValues<low::GraphDef> {
  static low::GraphDef good() { return low::as_graph_def(trained_session(), here()); }
};
inline std::map<std::string, low::saved_model::SignatureDef> signatures() {
  const tt::Tensor x = Case::current().placeholder(numbers({2, 3}), {2, 3});
  low::saved_model::SignatureDef doubling;
  doubling.inputs = {{"x", x}};
  doubling.outputs = {{"y", x * 2}};
  return {{"serving_default", doubling}};
}
template <>
struct Values<low::saved_model::LoadedModel> : ObjectValues<low::saved_model::LoadedModel> {
  static low::saved_model::LoadedModel good() {
    const auto offered = signatures();
    const low::Session session = trained_session();
    return {session.graph(), session, offered};
  }
};
template <>
struct Values<train::Saver> : ObjectValues<train::Saver> {
  static train::Saver good() { return train::Saver(train::SaverOptions(), here()); }
};
template <>
struct Values<train::VariableList> : ObjectValues<train::VariableList> {
  using V = train::VariableList;
  static V good() { return V(std::vector<low::Variable>{first_variable()}, here()); }
  static void hostile(Choices<V>& choices, const Make<V>& good) {
    ObjectValues::hostile(choices, good);
    Choices<std::vector<low::Variable>> lists;
    Values<std::vector<low::Variable>>::hostile(lists, &Values<std::vector<low::Variable>>::good);
    for (const auto& [text, make] : lists) choices.add(text, [make = make] { return V(make(), here()); });
  }
};
template <>
struct Values<train::StepNumber> : ObjectValues<train::StepNumber> {
  using S = train::StepNumber;
  static S good() { return 3; }
  static void hostile(Choices<S>& choices, const Make<S>& good) {
    ObjectValues::hostile(choices, good);
    Choices<std::int64_t> integers;
    Values<std::int64_t>::hostile(integers, {});
    for (const auto& [text, make] : integers) choices.add(text, [make = make] { return S(make()); });
    Choices<tt::Tensor> tensors;
    Values<tt::Tensor>::hostile(tensors, [] { return whole({3}, {}); });
    for (const auto& [text, make] : tensors) choices.add(text, [make = make] { return S(make()); });
  }
};
template <>
struct Values<train::Scaffold> : ObjectValues<train::Scaffold> {
  static train::Scaffold good() { return train::Scaffold(); }
};
template <>
struct Values<train::MonitoredSession> : ObjectValues<train::MonitoredSession> {
  using M = train::MonitoredSession;
  static M good() { return M(stepping_graph(), {}, here()); }
  static void hostile(Choices<M>& choices, const Make<M>& good) {
    ObjectValues::hostile(choices, good);
    choices.add("a closed one", [good] {
      M session = good();
      session.close(here());
      return session;
    });
  }
};
/// A tensor that the session can run; undefined if its graph has no variable.
inline tt::Tensor fetched(const train::MonitoredSession& session) {
  const std::vector<low::Variable> variables = session.raw_session().graph().variables();
  return variables.empty() ? tt::Tensor() : tt::Tensor(variables[0]);
}
template <>
struct Values<train::SecondOrStepTimer> : ObjectValues<train::SecondOrStepTimer> {
  static train::SecondOrStepTimer good() { return {{}, 2, "hook", here()}; }
};
template <>
struct Values<low::summary::FileWriter> : ObjectValues<low::summary::FileWriter> {
  static low::summary::FileWriter good() { return low::summary::FileWriter("events", {}, here()); }
};
inline low::summary::FileWriter closed_writer() {
  const low::summary::FileWriter writer = Values<low::summary::FileWriter>::good();
  writer.close(here());
  return writer;
}
template <>
struct Values<train::CheckpointSaverListener> : ObjectValues<train::CheckpointSaverListener> {
  static train::CheckpointSaverListener good() { return {}; }
};
template <>
struct Values<train::FinalOpsHook> : ObjectValues<train::FinalOpsHook> {
  static train::FinalOpsHook good() { return train::FinalOpsHook(node()); }
};
struct ThrowingHook : train::SessionRunHook {
  train::SessionRunArgs before_run(train::SessionRunContext&) override { throw Thrown(); }
};
struct HookOfOtherFetches : train::SessionRunHook {
  train::SessionRunArgs before_run(train::SessionRunContext&) override {
    return {.fetches = {tt::Tensor(), numbers({3})}};
  }
};
template <>
struct Values<std::shared_ptr<train::SessionRunHook>> {
  using P = std::shared_ptr<train::SessionRunHook>;
  static constexpr const char* good_text = "a hook";
  static P good() { return std::make_shared<train::StopAtStepHook>(3, std::nullopt, here()); }
  static void hostile(Choices<P>& choices, const Make<P>&) {
    choices.add("nullptr", [] { return P(); });
    choices.add("one that throws", [] { return std::make_shared<ThrowingHook>(); });
    choices.add("one that fetches what is not there", [] { return std::make_shared<HookOfOtherFetches>(); });
  }
};

// Files of the case's graph, as functions give them.
inline std::string checkpoint() {
  return Values<train::Saver>::good().save(trained_session(), "model.ckpt", {}, here());
}
inline std::string meta_graph_file() {
  train::export_meta_graph("given.meta", stepping_graph(), here());
  return "given.meta";
}
inline std::string saved_model_file() {
  const auto offered = signatures();
  low::saved_model::save(trained_session(), "given.model", offered, here());
  return "given.model";
}

}  // namespace battery
