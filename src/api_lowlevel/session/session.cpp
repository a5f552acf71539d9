#include "triptych/lowlevel/session.h"

#include <algorithm>

#include "api_lowlevel/saving/access.h"
#include "core/graph/runner.h"
#include "core/ops/ops.h"
#include "core/support/inline_vector.h"
#include "triptych/core/io.h"

namespace triptych::lowlevel {
namespace {

/// A fed number takes the dtype of what it is fed to.
Tensor fed_value(const Arg& value, DType dtype) {
  return value.is_scalar() ? number_as(dtype, "session", value, {}) : value.tensor();
}

const Node& variable_node(const Runner& runner, const Tensor& tensor, Location where) {
  if (!tensor.is_symbolic() || tensor.impl()->graph.get() != &runner.graph().impl() ||
      !is_state(*tensor.impl()->node->op))
    throw ArgumentError("session", "the tensor is not a variable of the session's graph",
                        tensor.is_symbolic() ? "'" + describe(*tensor.impl()->node) + "'" : std::string("not symbolic"),
                        "", where);
  return *tensor.impl()->node;
}

/// The first few names, for a message.
std::string names_text(const StateDict& state) {
  constexpr std::size_t shown = 5;
  const std::vector<std::string> names = state.names();
  std::string text = names.empty() ? "no tensors" : "";
  for (std::size_t i = 0; i < std::min(names.size(), shown); ++i) text += (i ? ", '" : "'") + names[i] + "'";
  return names.size() > shown ? text + " and " + std::to_string(names.size() - shown) + " more" : text;
}

}  // namespace

Feed::Feed(const Tensor& key, const Arg& given)
    : tensor(key), value(fed_value(given, key.defined() ? key.dtype() : float32)) {}

// --- Callable -------------------------------------------------------------------------------------------------------

std::vector<Tensor> Callable::run(const std::vector<Tensor>& values, Location where) const {
  return runner_->call(*function_, values, where);
}

std::vector<Tensor> Callable::run(const std::vector<Tensor>& values, const RunOptions& options, Location where) const {
  return runner_->call(*function_, values, where, options);
}

std::vector<Tensor> Callable::call(const Arg& first, std::initializer_list<Arg> rest) const {
  const std::vector<Place>& feeds = function_->feeds();
  InlineVector<Tensor, 6> values(1 + rest.size());
  const auto dtype = [&](std::size_t i) {
    return i < feeds.size() ? feeds[i].node->outputs()[feeds[i].output].dtype() : float32;
  };
  std::size_t i = 0;
  values[i] = fed_value(first, dtype(i));
  for (const Arg& arg : rest) {
    ++i;
    values[i] = fed_value(arg, dtype(i));
  }
  return runner_->call(*function_, values.span(), first.where());
}

StepReport Callable::report() const { return function_->report(); }

// --- Session --------------------------------------------------------------------------------------------------------

Session::Session(const GraphHandle& graph, const SessionOptions& options)
    : runner_(std::make_shared<Runner>(graph, options)) {}

Tensor Session::run(const Tensor& fetch, const std::vector<Feed>& feeds, const RunOptions& options,
                    Location where) const {
  return run(std::vector<Tensor>{fetch}, feeds, options, where)[0];
}

std::vector<Tensor> Session::run(std::initializer_list<Tensor> fetches, const std::vector<Feed>& feeds,
                                 const RunOptions& options, Location where) const {
  return run(std::vector<Tensor>(fetches), feeds, options, where);
}

std::vector<Tensor> Session::run(const std::vector<Tensor>& fetches, const std::vector<Feed>& feeds,
                                 const RunOptions& options, Location where) const {
  std::vector<Tensor> keys, values;
  for (const Feed& feed : feeds) {
    keys.push_back(feed.tensor);
    values.push_back(feed.value);
  }
  return runner_->call(*runner_->function(keys, fetches, where), values, where, options);
}

Callable Session::make_callable(const TensorList& feeds, const TensorList& fetches, Location where) const {
  return {runner_, runner_->function(feeds.tensors(), fetches.tensors(), where)};
}

Tensor Session::value(const Tensor& variable, Location where) const {
  const Node& node = variable_node(*runner_, variable, where);
  Tensor value = runner_->value(node, where);
  if (!value.defined())
    throw ArgumentError("session", "a variable is used before it is initialized", "'" + describe(node) + "'",
                        "Run graph.initializer() first", where);
  return value;
}

bool is_variable_initialized(const Session& session, const Tensor& variable, Location where) {
  Runner& runner = SessionAccess::runner(session);
  return runner.value(variable_node(runner, variable, where), where).defined();
}

std::vector<std::string> report_uninitialized_variables(const Session& session, const std::vector<Variable>& var_list,
                                                        Location where) {
  std::vector<std::string> names;
  for (const Variable& variable : var_list.empty() ? session.graph().variables() : var_list)
    if (!is_variable_initialized(session, variable, where)) names.push_back(variable.name(where));
  return names;
}

void Session::set_value(const Tensor& variable, const Tensor& value, Location where) const {
  const Node& node = variable_node(*runner_, variable, where);
  const std::pair<const Node*, Tensor> entry{&node, fitting({const_cast<Node*>(&node), 0}, value, where)};
  check_restored(node, entry.second, "the given value", "session", where);
  runner_->set_values({&entry, 1}, where);
}

void Session::save(const OwnedText& path, Location where) const {
  StateDict state;
  for (const Variable& variable : graph().variables()) state.add(variable.name(), value(variable, where), where);
  triptych::save(state, path, where);
}

void Session::restore(const OwnedText& path, Location where) const {
  const StateDict state = triptych::load(path, where);
  std::vector<std::pair<const Node*, Tensor>> values;
  for (const Variable& variable : graph().variables()) {
    const Tensor* value = state.find(variable.name());
    if (!value)
      throw ArgumentError("restore", "the file has no tensor for a variable",
                          "'" + variable.name() + "', '" + path + "'", "It has " + names_text(state), where);
    check_restored(*variable.impl()->node, *value, "'" + path + "'", "restore", where);
    values.emplace_back(variable.impl()->node.get(), *value);
  }
  runner_->set_values(values, where);
}

Graph Session::graph() const { return Graph(runner_->graph()); }

}  // namespace triptych::lowlevel
