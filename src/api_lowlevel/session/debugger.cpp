#include "triptych/lowlevel/debugger.h"

#include <cmath>
#include <iostream>
#include <set>
#include <sstream>
#include <utility>

#include "core/dispatch/attributes.h"
#include "core/formats/atomic_file.h"
#include "core/graph/drawing.h"
#include "core/graph/node_observer.h"
#include "core/support/printable.h"
#include "triptych/core/callable.h"
#include "triptych/core/ops.h"
#include "triptych/core/run_errors.h"

namespace triptych::lowlevel {
namespace {

std::string place_name(const Place& place) {
  return describe(*place.node) + (place.output ? ":" + std::to_string(place.output) : "");
}

/// `*` stands for any letters, `?` for one.
bool matches(std::string_view pattern, std::string_view name) {
  std::size_t p = 0, n = 0, star = std::string_view::npos, from = 0;
  while (n < name.size()) {
    if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
      ++p;
      ++n;
    } else if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      from = n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++from;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::string kind_of(const Tensor& value) { return std::string(dtype_name(value.dtype())) + " " + value.shape().text(); }

/// The value in one line, if it is short.
std::string brief(const Tensor& value) {
  constexpr std::int64_t few = 8;
  std::ostringstream text;
  if (value.numel() <= few && value.ndim() <= 1) text << value;
  return text.str();
}

std::string text_of(const Tensor& value) {
  std::ostringstream text;
  text << value;
  return text.str();
}

constexpr const char* help =
    "run, r            go on to the next breakpoint, or the end\n"
    "run -f FILTER     go on to the first tensor that the filter finds; has_inf_or_nan is one\n"
    "step, s           run the next node\n"
    "break, b NAME     stop before nodes of this name; * and ? stand for any letters and one\n"
    "delete, d NAME    take a breakpoint away\n"
    "watch, w NAME     print tensors of this name when they are computed\n"
    "lt [NAME]         list the tensors that are computed\n"
    "pt NAME           print a tensor\n"
    "ni NAME           what a node is, and the line that made it\n"
    "li NAME           the inputs of a node\n"
    "exit, quit, q     end the run; variables are as they were before it\n";

}  // namespace

bool has_inf_or_nan(const std::string&, const Tensor& value) {
  return value.defined() && !value.is_symbolic() && is_floating(value.dtype()) && !all(isfinite(value)).item<bool>();
}

struct Debugger::State : NodeObserver {
  State(const Session& session, std::istream* in, std::ostream* out) : session(session), in(in), out(out) {
    filters["has_inf_or_nan"] = has_inf_or_nan;
  }

  struct Value {
    std::string name;
    Tensor value;
    const Node* node;
  };

  // --- What the run tells ----------------------------------------------------------------------------------------

  void before(const Node& node, std::span<const Tensor* const> inputs) override {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const Place place = place_of(node.inputs()[i]);
      if (is_source(*place.node->op) && !places.contains(place.node)) keep(place, *inputs[i]);
    }
    next = &node;
    if (stepping || is_break(describe(node))) ask("before '" + printable(describe(node)) + "' (" + node.op->name + ")");
    next = nullptr;
  }

  void after(const Node& node, std::span<const Tensor* const>, std::span<const Tensor> outputs) override {
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      const Place place{const_cast<Node*>(&node), static_cast<std::uint32_t>(i)};
      keep(place, outputs[i]);
      const std::string name = place_name(place);
      if (out && !watched.empty() && is_watched(name)) print(name, outputs[i]);
      if (filter && filter(name, outputs[i])) {
        filter = nullptr;
        ask(filter_name == "has_inf_or_nan" ? "'" + printable(name) + "' has an infinite or NaN element"
                                            : "'" + printable(name) + "' passes " + filter_name);
      }
    }
  }

  void keep(const Place& place, const Tensor& value) {
    const std::string name = place_name(place);
    places[place.node] = true;
    if (!is_watched(name)) return;
    const Tensor snapshot = alias(value);
    if (const auto found = at.find(name); found != at.end()) {
      values[found->second].value = snapshot;
    } else {
      at.emplace(name, values.size());
      values.push_back({name, snapshot, place.node});
    }
  }

  bool is_watched(const std::string& name) const {
    for (const std::string& pattern : watched)
      if (matches(pattern, name)) return true;
    return watched.empty();
  }
  bool is_break(const std::string& name) const {
    for (const std::string& pattern : breakpoints)
      if (matches(pattern, name)) return true;
    return false;
  }

  // --- The terminal ----------------------------------------------------------------------------------------------

  void print(const std::string& name, const Tensor& value) {
    *out << printable(name) << ": " << kind_of(value) << "\n" << text_of(value) << "\n";
  }

  const Node* node_named(const std::string& name) const {
    for (const auto& node : session.graph().impl().nodes)
      if (describe(*node) == name) return node.get();
    return nullptr;
  }

  void list(const std::string& pattern) {
    for (const Value& one : values)
      if (pattern.empty() || matches(pattern, one.name))
        *out << "  " << printable(one.name) << " (" << one.node->op->name << "): " << kind_of(one.value) << "\n";
  }

  void print_tensor(const std::string& name) {
    const auto found = at.find(name);
    if (found == at.end())
      *out << "'" << printable(name) << "' is not computed yet, or not watched; lt lists those that are\n";
    else
      print(name, values[found->second].value);
  }

  void node_info(const std::string& name) {
    const Node* node = node_named(name);
    if (!node) {
      *out << "there is no node '" << printable(name) << "'\n";
      return;
    }
    std::string attributes;
    if (node->op->attributes && node->attributes && !is_source(*node->op))
      print_readably(*node->op->attributes, node->attributes, attributes);
    *out << printable(name) << ": " << node->op->name << "(" << attributes << ")\n";
    for (const Tensor& output : node->outputs()) *out << "  gives " << kind_of(output) << "\n";
    for (const Node* before : session.graph().impl().info_of(*node).control)
      *out << "  after " << printable(describe(*before)) << "\n";
    if (node->where) *out << "  made at " << node->where.text() << "\n";
  }

  void list_inputs(const std::string& name) {
    const Node* node = node_named(name);
    if (!node) {
      *out << "there is no node '" << printable(name) << "'\n";
      return;
    }
    for (const Tensor& input : node->inputs()) {
      const std::string of = place_name(place_of(input));
      *out << "  " << printable(of) << ": ";
      const auto found = at.find(of);
      if (found == at.end())
        *out << kind_of(input) << "\n";
      else
        *out << kind_of(values[found->second].value) << " " << brief(values[found->second].value) << "\n";
    }
  }

  /// False if the run goes on.
  bool obey(const std::string& command, const std::string& argument) {
    const auto is = [&](std::initializer_list<const char*> words) {
      for (const char* word : words)
        if (command == word) return true;
      return false;
    };
    if (is({"run", "r"})) {
      if (argument.empty()) return false;
      const std::string name = argument.starts_with("-f ") ? argument.substr(3) : "";
      const auto found = filters.find(name);
      if (found == filters.end()) {
        *out << "there is no filter '" << printable(name) << "'\n";
        return true;
      }
      filter = found->second;
      filter_name = name;
      return false;
    }
    if (is({"step", "s"})) {
      stepping = true;
      return false;
    }
    if (is({"exit", "quit", "q"}))
      throw CancelledError("debugger", "the run was ended", "exit", "State is as it was before", where);
    if (is({"break", "b"}) && !argument.empty())
      breakpoints.insert(argument);
    else if (is({"delete", "d"}) && !argument.empty())
      *out << (breakpoints.erase(argument) ? "" : "there is no breakpoint '" + printable(argument) + "'\n");
    else if (is({"watch", "w"}) && !argument.empty())
      watched.insert(argument);
    else if (is({"lt", "list_tensors"}))
      list(argument);
    else if (is({"pt", "print_tensor"}) && !argument.empty())
      print_tensor(argument);
    else if (is({"ni", "node_info"}) && !argument.empty())
      node_info(argument);
    else if (is({"li", "list_inputs"}) && !argument.empty())
      list_inputs(argument);
    else if (is({"help", "h"}))
      *out << help;
    else if (!command.empty())
      *out << "what is '" << printable(command + (argument.empty() ? "" : " " + argument))
           << "'? help lists the commands\n";
    return true;
  }

  void ask(const std::string& why) {
    if (!in || !out) return;
    stepping = false;
    *out << why << "\n";
    std::string line;
    for (;;) {
      *out << "tdb> " << std::flush;
      if (!std::getline(*in, line)) {
        *out << "\n";
        return;
      }
      const auto first = line.find_first_not_of(" \t\r");
      const auto last = line.find_last_not_of(" \t\r");
      line = first == std::string::npos ? "" : line.substr(first, last - first + 1);
      const auto space = line.find(' ');
      const std::string argument = space == std::string::npos ? "" : line.substr(line.find_first_not_of(' ', space));
      if (!obey(line.substr(0, space), argument)) return;
    }
  }

  Session session;
  std::istream* in;
  std::ostream* out;
  std::set<std::string> breakpoints, watched;
  std::map<std::string, TensorFilter> filters;
  std::vector<Value> values;  // of the latest run
  std::map<std::string, std::size_t> at;
  std::map<const Node*, bool> places;
  bool stepping = false;
  TensorFilter filter;
  std::string filter_name;
  const Node* next = nullptr;
  int runs = 0;
  Location where;
};

Debugger Session::debugger() const { return Debugger(*this, &std::cin, &std::cout); }
Debugger Session::debugger(std::istream& in, std::ostream& out) const { return Debugger(*this, &in, &out); }

Debugger::Debugger(const Session& session, std::istream* in, std::ostream* out)
    : state_(std::make_shared<State>(session, in, out)) {}

Tensor Debugger::run(const Tensor& fetch, const std::vector<Feed>& feeds, Location where) const {
  return run(std::vector<Tensor>{fetch}, feeds, where)[0];
}

std::vector<Tensor> Debugger::run(const std::vector<Tensor>& fetches, const std::vector<Feed>& feeds,
                                  Location where) const {
  State& state = *state_;
  state.values.clear();
  state.at.clear();
  state.places.clear();
  state.filter = nullptr;
  state.stepping = false;
  state.where = where;
  const auto counted = [](std::size_t n, const std::string& what, const char* plural) {
    return std::to_string(n) + " " + what + (n == 1 ? "" : plural);
  };
  state.ask("--- run " + std::to_string(++state.runs) + ": " + counted(fetches.size(), "fetch", "es") + ", " +
            counted(feeds.size(), "feed", "s"));
  struct Observed {
    NodeObserver* previous;
    explicit Observed(NodeObserver& observer) : previous(std::exchange(node_observer, &observer)) {}
    ~Observed() { node_observer = previous; }
  };
  std::vector<Tensor> results;
  try {
    const Observed observed(state);
    results = state.session.run(fetches, feeds, {}, where);
  } catch (const CancelledError&) {
    throw;
  } catch (const Error& error) {
    state.ask(std::string("the run failed: ") + error.what());
    throw;
  }
  state.ask("--- end of run " + std::to_string(state.runs));
  return results;
}

void Debugger::add_breakpoint(Text pattern) const { state_->breakpoints.insert(std::string(pattern)); }
bool Debugger::remove_breakpoint(Text pattern) const { return state_->breakpoints.erase(std::string(pattern)) > 0; }
void Debugger::watch(Text pattern) const { state_->watched.insert(std::string(pattern)); }

void Debugger::add_tensor_filter(const OwnedText& name, TensorFilter filter, Location where) const {
  if (name.empty()) throw ArgumentError("add_tensor_filter", "the name is empty", "''", "", where);
  check_callable("add_tensor_filter", filter, where);
  state_->filters[name] = std::move(filter);
}

std::vector<std::pair<std::string, Tensor>> Debugger::dumped_tensors() const {
  std::vector<std::pair<std::string, Tensor>> result;
  for (const State::Value& one : state_->values) result.emplace_back(one.name, one.value);
  return result;
}

std::optional<FoundTensor> Debugger::find_first(Text filter, Location where) const {
  const auto found = state_->filters.find(std::string(filter));
  if (found == state_->filters.end())
    throw ArgumentError("find_first", "there is no filter of this name", "'" + std::string(filter) + "'",
                        "add_tensor_filter adds one", where);
  for (const State::Value& one : state_->values) {
    if (!found->second(one.name, one.value)) continue;
    FoundTensor result{one.name, one.value};
    for (const Tensor& input : one.node->inputs()) {
      const std::string name = place_name(place_of(input));
      const auto value = state_->at.find(name);
      result.inputs.emplace_back(name, value == state_->at.end() ? Tensor() : state_->values[value->second].value);
    }
    return result;
  }
  return {};
}

namespace {

void write_drawing(const std::string& path, const std::string& text, const char* op, Location where) {
  AtomicFile file(path, {op, where});
  file.write(text);
  file.commit();
}

}  // namespace

void Debugger::write_dot(const OwnedText& path, Location where) const {
  NodeTexts texts;
  for (const State::Value& one : state_->values)
    if (const std::string text = brief(one.value); !text.empty()) texts.emplace(one.node, text);
  write_drawing(path, graph_as_dot(state_->session.graph().impl(), texts), "write_dot", where);
}

void Debugger::write_svg(const OwnedText& path, Location where) const {
  NodeTexts texts;
  for (const State::Value& one : state_->values)
    if (const std::string text = brief(one.value); !text.empty()) texts.emplace(one.node, text);
  const Frame frame(where);
  write_drawing(path, graph_as_svg(state_->session.graph().impl(), texts), "write_svg", where);
}

}  // namespace triptych::lowlevel
