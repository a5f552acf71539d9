#include "triptych/lowlevel/function.h"

#include <algorithm>

#include "core/graph/control_flow.h"
#include "core/graph/subgraph_trace.h"
#include "triptych/lowlevel/variable_scope.h"

namespace triptych::lowlevel::detail {

namespace core = triptych::detail;

struct FunctionState::Traced {
  GraphHandle graph;
  std::vector<TensorMeta> arguments;
  BranchAttributes attributes;  // one branch: the body
  core::Tensors captured;
  std::any like;  // of the result
};

namespace {

/// While alive, the body of what is traced is running.
template <class Traced>
class Running {
 public:
  Running(std::vector<std::shared_ptr<Traced>>& all, const std::shared_ptr<Traced>& traced) : all_(all) {
    all_.push_back(traced);
  }
  ~Running() { all_.pop_back(); }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

 private:
  std::vector<std::shared_ptr<Traced>>& all_;
};

}  // namespace

FunctionState::FunctionState(std::string name) : name_(std::move(name)) {}
FunctionState::~FunctionState() = default;

core::Tensors FunctionState::call(const core::TensorFunction& function, core::Tensors arguments, Location where) {
  for (const Tensor& argument : arguments)
    if (!argument.defined())
      throw ArgumentError(name_, "a tensor is undefined", "a default-constructed Tensor", "Give it a value first",
                          where);
  GraphImpl* around = graph_around(arguments);
  if (!around) return function(arguments);
  const auto alike = [&](const std::shared_ptr<Traced>& traced) {
    return traced->arguments.size() == arguments.size() &&
           std::equal(arguments.begin(), arguments.end(), traced->arguments.begin(),
                      [](const Tensor& given, const TensorMeta& meta) {
                        return given.dtype() == meta.dtype && given.shape() == meta.shape &&
                               given.device() == meta.device;
                      });
  };
  const auto fits = [&](const std::shared_ptr<Traced>& traced) {
    return &traced->graph.impl() == around && alike(traced);
  };
  constexpr std::size_t deepest = 100;
  if (tracing_.size() >= deepest || std::any_of(tracing_.begin(), tracing_.end(), alike))
    throw ArgumentError(name_, "the function calls itself while it is traced",
                        std::to_string(tracing_.size()) + " calls inside one another",
                        "A graph has no recursion: write it as a while_loop", where);
  const GraphHandle graph(around);
  const TraceScope scope(graph);
  const NameScope names(graph, name_);
  auto found = std::find_if(traced_.begin(), traced_.end(), fits);
  if (found == traced_.end()) {
    auto made = std::make_shared<Traced>(Traced{graph, {}, {}, {}, {}});
    for (const Tensor& argument : arguments) made->arguments.push_back(argument.meta());
    TracedSubgraph body;
    const Running running(tracing_, made);
    {
      const VariableScope own(graph, name_, {.reuse = AUTO_REUSE}, where);
      const TraceScope trace(graph);
      body = trace_function(made->arguments, {}, function, around, where);
    }
    TracedSubgraph* one[] = {&body};
    made->captured = unify_captures(one, made->attributes.written, where);
    finish(body.subgraph);
    made->like = like;
    made->attributes.branches.push_back(std::move(body.subgraph));
    traced_.push_back(std::move(made));
    found = std::prev(traced_.end());
  }
  const Traced& body = **found;
  like = body.like;
  core::Tensors inputs{core::number_tensor(true, false, where)};
  inputs.insert(inputs.end(), arguments.begin(), arguments.end());
  inputs.insert(inputs.end(), body.captured.begin(), body.captured.end());
  return apply_branch(inputs, body.attributes, where);
}

}  // namespace triptych::lowlevel::detail
