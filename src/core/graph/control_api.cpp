// What users call: run at once on computed tensors, else become a node of the graph.
#include <algorithm>
#include <limits>
#include <optional>

#include "core/dispatch/modes.h"
#include "core/graph/control_flow.h"
#include "core/graph/subgraph_trace.h"
#include "core/ops/indexing/pick.h"
#include "core/support/users_function.h"
#include "triptych/core/control_flow.h"
#include "triptych/core/graph.h"
#include "triptych/core/ops.h"

namespace triptych::detail {
namespace {

std::string text_of(const TensorMeta& meta) { return std::string(dtype_name(meta.dtype)) + " " + meta.shape.text(); }

void check_defined(std::string_view op, std::span<const Tensor> tensors, Location where) {
  for (const Tensor& tensor : tensors)
    if (!tensor.defined())
      throw ArgumentError(op, "a tensor is undefined", "a default-constructed Tensor", "Give it a value first", where);
}

/// Runs now: it has its value, and nobody traces a graph in which it would be state.
bool is_now(const Tensor& tensor) { return !tensor.is_symbolic() && !(modes.trace && is_captured_state(tensor)); }

std::vector<TensorMeta> metas_of(std::span<const Tensor> tensors) {
  std::vector<TensorMeta> metas;
  for (const Tensor& tensor : tensors) metas.push_back(tensor.meta());
  return metas;
}

/// All tensors where the first symbolic one is, else where the thread puts new ones.
void to_one_device(Tensors& tensors) {
  Device device = modes.device;
  const auto symbolic = std::find_if(tensors.begin(), tensors.end(), [](const Tensor& t) { return t.is_symbolic(); });
  if (!modes.device_set && symbolic != tensors.end()) device = symbolic->device();
  for (Tensor& tensor : tensors)
    if (tensor.device() != device) tensor = to(Arg(tensor), device);
}

// --- Branches --------------------------------------------------------------------------------------------------------

void check_selector(std::string_view op, const Tensor& selector, Location where) {
  const bool boolean_wanted = op == "cond";
  const DType dtype = selector.dtype();
  const bool fits = boolean_wanted ? dtype == boolean : dtype == int32 || dtype == int64;
  if (fits && selector.ndim() == 0) return;
  throw ArgumentError(op,
                      boolean_wanted ? "the condition is not a scalar boolean" : "the index is not a scalar integer",
                      text_of(selector.meta()),
                      boolean_wanted && selector.ndim() == 0 ? "Compare it with something, or cast it" : "", where);
}

std::size_t chosen(std::string_view op, const Arg& selector, std::size_t count) {
  const std::int64_t number =
      selector.is_scalar() ? selector.scalar().to_int() : selector.tensor().item<std::int64_t>(selector.where());
  if (op == "cond") return number ? 0 : 1;
  const auto last = static_cast<std::int64_t>(count) - 1;
  return static_cast<std::size_t>(number < 0 || number > last ? last : number);
}

void check_branches(std::string_view op, const std::vector<TracedSubgraph>& traced, Location where) {
  const Tensors& first = traced[0].subgraph.outputs;
  if (first.empty()) throw ArgumentError(op, "a branch gives nothing", "no tensors", "", where);
  for (std::size_t b = 1; b < traced.size(); ++b) {
    const Tensors& other = traced[b].subgraph.outputs;
    const std::string which = ", branch " + std::to_string(b) + " ";
    if (other.size() != first.size())
      throw ArgumentError(op, "the branches give different numbers of tensors",
                          "branch 0 " + std::to_string(first.size()) + which + std::to_string(other.size()), "", where);
    for (std::size_t k = 0; k < first.size(); ++k) {
      const TensorMeta &a = first[k].meta(), &b_meta = other[k].meta();
      const std::string given =
          "result " + std::to_string(k) + " of branch 0 is " + text_of(a) + which + text_of(b_meta);
      if (a.dtype != b_meta.dtype)
        throw ArgumentError(op, "the branches give different dtypes", given, "Convert one with cast", where);
      if (a.shape.rank() != b_meta.shape.rank())
        throw ArgumentError(op, "the branches give different numbers of dimensions", given, "", where);
    }
  }
}

}  // namespace

Tensor number_tensor(Scalar value, bool wide, Location where) {
  const DType dtype = value.kind() == Scalar::Kind::floating  ? float32
                      : value.kind() == Scalar::Kind::boolean ? boolean
                      : wide                                  ? int64
                                                              : int32;
  // A constant also in a graph, whatever is traced.
  GraphImpl* const traced = std::exchange(modes.trace, nullptr);
  struct Restore {
    GraphImpl* trace;
    ~Restore() { modes.trace = trace; }
  } restore{traced};
  return full({}, value, dtype, where);
}

Tensors run_branch(std::string_view op, const Arg& selector, const std::vector<std::function<Tensors()>>& branches,
                   Location where) {
  if (branches.empty()) throw ArgumentError(op, "there are no branches", "an empty list", "", where);
  if (!selector.is_scalar()) {
    check_defined(op, {&selector.tensor(), 1}, where);
    check_selector(op, selector.tensor(), where);
  }
  if (selector.is_scalar() || is_now(selector.tensor())) {
    Tensors results = branches[chosen(op, selector, branches.size())]();
    check_defined(op, results, where);
    return results;
  }
  const Tensor& index = selector.tensor();
  GraphImpl& outer = *graph_around({&index, 1});
  const TraceScope scope{GraphHandle(&outer)};
  std::vector<TracedSubgraph> traced;
  for (const auto& branch : branches)
    traced.push_back(trace_function(
        {}, {}, [&](std::span<const Tensor>) { return branch(); }, &outer, where));
  check_branches(op, traced, where);
  std::vector<TracedSubgraph*> all;
  for (TracedSubgraph& one : traced) all.push_back(&one);
  BranchAttributes attributes;
  const Tensors captured = unify_captures(all, attributes.written, where);
  for (TracedSubgraph& one : traced) {
    finish(one.subgraph);
    attributes.branches.push_back(std::move(one.subgraph));
  }
  Tensors inputs{index};
  inputs.insert(inputs.end(), captured.begin(), captured.end());
  return apply_branch(inputs, attributes, where);
}

void check_case(const std::vector<Tensor>& conditions, Location where) {
  if (conditions.empty())
    throw ArgumentError("case", "there is no pair of a condition and a function", "an empty list", "", where);
  check_defined("case", conditions, where);
  for (const Tensor& condition : conditions)
    if (condition.dtype() != boolean || condition.ndim() != 0)
      throw ArgumentError("case", "a condition is not a scalar boolean", text_of(condition.meta()), "", where);
}

CaseCheck::CaseCheck(const std::vector<Tensor>& conditions, Rule rule, Location where) {
  const bool one = rule == at_most_one;
  std::vector<Tensor> inputs = conditions;
  Tensor holds = conditions.back();
  if (one) {
    Tensors numbers;
    for (const Tensor& condition : conditions) numbers.push_back(cast(Arg(condition, where), int32));
    holds = less_equal(sum(stack(numbers, 0, where)), 1);
  }
  inputs.insert(inputs.begin(), holds);
  const AssertAttributes attributes{"case", one ? "more than one condition is true" : "no condition is true", -1};
  const Tensor check = apply_check(assert_op, inputs, &attributes, where);
  if (!check.defined()) return;
  graph_ = check.impl()->graph.get();
  graph_->control_stack.push_back(check.impl()->node.get());
}

CaseCheck::~CaseCheck() {
  if (graph_) graph_->control_stack.pop_back();
}

// --- Loops -----------------------------------------------------------------------------------------------------------

namespace {

void check_condition(std::span<const Tensor> condition, Location where) {
  if (condition.size() == 1 && condition[0].defined() && condition[0].dtype() == boolean && condition[0].ndim() == 0)
    return;
  throw ArgumentError("while_loop", "the condition is not a scalar boolean",
                      condition.size() != 1     ? std::to_string(condition.size()) + " tensors"
                      : !condition[0].defined() ? std::string("a default-constructed Tensor")
                                                : text_of(condition[0].meta()),
                      "Compare the variables with something", where);
}

/// What an iteration gives is like what it began with.
void check_next(std::string_view op, std::span<const TensorMeta> declared, std::span<const Tensor> next,
                bool shapes_too, Location where) {
  if (next.size() != declared.size())
    throw ArgumentError(op, "the body does not give one tensor for each of the loop's variables",
                        std::to_string(next.size()) + " for " + std::to_string(declared.size()), "", where);
  check_defined(op, next, where);
  for (std::size_t k = 0; k < next.size(); ++k) {
    const TensorMeta& meta = next[k].meta();
    const std::string given =
        "variable " + std::to_string(k) + " is " + text_of(declared[k]) + ", the body gives " + text_of(meta);
    if (meta.dtype != declared[k].dtype)
      throw ArgumentError(op, "a loop variable changes its dtype", given, "Convert it with cast", where);
    bool fits = !shapes_too || meta.shape.rank() == declared[k].shape.rank();
    for (int axis = 0; shapes_too && fits && axis < meta.shape.rank(); ++axis)
      fits = declared[k].shape.begin()[axis] < 0 || declared[k].shape.begin()[axis] == meta.shape.begin()[axis];
    if (!fits)
      throw ArgumentError(op, "a loop variable changes its shape against its declaration", given,
                          "Say in shape_invariants which dimensions are unknown", where);
  }
}

std::vector<TensorMeta> declared_metas(const Tensors& variables, const std::vector<Shape>& invariants, Location where) {
  std::vector<TensorMeta> metas = metas_of(variables);
  if (invariants.empty()) return metas;
  if (invariants.size() != variables.size())
    throw ArgumentError("while_loop", "there is not one shape invariant for each loop variable",
                        std::to_string(invariants.size()) + " for " + std::to_string(variables.size()), "", where);
  for (std::size_t k = 0; k < metas.size(); ++k) {
    if (!invariants[k].compatible(metas[k].shape))
      throw ArgumentError(
          "while_loop", "a loop variable does not have the shape that is declared for it",
          "variable " + std::to_string(k) + " is " + text_of(metas[k]) + ", declared " + invariants[k].text(), "",
          where);
    metas[k].shape = invariants[k];
  }
  return metas;
}

void check_options(const WhileOptions& options, Location where) {
  if (options.parallel_iterations < 1)
    throw ArgumentError("while_loop", "parallel_iterations is not positive",
                        std::to_string(options.parallel_iterations), "", where);
  const auto& most = options.maximum_iterations;
  if (most.number() && *most.number() < 0)
    throw ArgumentError("while_loop", "maximum_iterations is negative", std::to_string(*most.number()), "", where);
  const Tensor& tensor = most.tensor();
  if (tensor.defined() && (tensor.ndim() != 0 || (tensor.dtype() != int32 && tensor.dtype() != int64)))
    throw ArgumentError("while_loop", "maximum_iterations is not a scalar integer", text_of(tensor.meta()), "", where);
}

Tensor limit_tensor(const IterationLimit& limit, Device device, Location where) {
  if (limit.tensor().defined()) {
    Tensor tensor = cast(Arg(limit.tensor(), where), int64);
    return tensor.device() == device ? tensor : to(Arg(tensor, where), device);
  }
  const DeviceScope there(device);
  return number_tensor(limit.number().value_or(std::numeric_limits<std::int64_t>::max()), true, where);
}

Tensors without_gradient(Tensors tensors) {
  for (Tensor& tensor : tensors) tensor = tensor.detach();
  return tensors;
}

/// The graph of the tensors that a function gave, which may be all that holds it.
std::optional<GraphHandle> graph_of_given(const Tensors& tensors) {
  GraphImpl* graph = graph_around(tensors);
  return graph ? std::optional<GraphHandle>(graph) : std::nullopt;
}

Tensors result_of(const TensorFunction& function, const Tensors& arguments, Location where) {
  const UsersFunction its_lines(where);
  return function(arguments);
}

/// Nothing, and that graph, if the functions give tensors of one.
std::optional<Tensors> while_now(const TensorFunction& condition, const TensorFunction& body, const Tensors& first,
                                 const WhileOptions& options, std::optional<GraphHandle>& around, Location where) {
  const IterationLimit& limit = options.maximum_iterations;
  std::int64_t most = limit.number().value_or(std::numeric_limits<std::int64_t>::max());
  if (limit.tensor().defined()) {
    around = graph_of_given({limit.tensor()});
    if (around) return std::nullopt;
    most = limit.tensor().item<std::int64_t>(where);
    if (most < 0) throw ArgumentError("while_loop", "maximum_iterations is negative", std::to_string(most), "", where);
  }
  const std::vector<TensorMeta> declared = declared_metas(first, options.shape_invariants, where);
  Tensors variables = first;
  for (std::int64_t t = 0; t < most; ++t) {
    const Tensors holds = result_of(condition, variables, where);
    around = graph_of_given(holds);
    if (around) return std::nullopt;
    check_condition(holds, where);
    if (!holds[0].item<bool>()) break;
    Tensors next = result_of(body, variables, where);
    around = graph_of_given(next);
    if (around) return std::nullopt;
    check_next("while_loop", declared, next, false, where);
    variables = std::move(next);
  }
  return variables;
}

}  // namespace

Tensors run_while(const TensorFunction& condition, const TensorFunction& body, const std::function<LoopStart()>& start,
                  const WhileOptions& options, Location where) {
  LoopStart first = start();
  Tensors& variables = first.variables;
  if (variables.empty()) throw ArgumentError("while_loop", "there are no loop variables", "an empty list", "", where);
  check_defined("while_loop", variables, where);
  check_options(options, where);
  GraphImpl* around = graph_around(variables);
  const auto unsettled = [](const LoopTrait& trait) { return trait.unsettled; };
  std::optional<GraphHandle> given;
  if (!around) {
    // The functions may read a graph, which the variables do not tell.
    if (auto results = while_now(condition, body, variables, options, given, where))
      return options.back_prop ? std::move(*results) : without_gradient(std::move(*results));
    around = &given->impl();
  } else if (std::any_of(first.traits.begin(), first.traits.end(), unsettled)) {
    const TraceScope scope{GraphHandle(around)};
    trace_function(metas_of(variables), {}, body, around, where);
  }
  first = start();
  const std::vector<LoopTrait>& traits = first.traits;
  GraphImpl& outer = *around;
  const TraceScope scope{GraphHandle(&outer)};
  to_one_device(variables);
  std::vector<TensorMeta> declared = declared_metas(variables, options.shape_invariants, where);
  std::vector<std::int64_t> grown;
  for (std::size_t k = 0; k < traits.size(); ++k) {
    Shape& shape = declared[k].shape;
    if (traits[k].grows) grown.push_back(static_cast<std::int64_t>(k));
    for (int axis = traits[k].dynamic ? 0 : 1; axis < shape.rank(); ++axis)
      if (axis == 0 || traits[k].grows) shape.set(axis, unknown);
  }
  TracedSubgraph asked = trace_function(declared, {}, condition, &outer, where);
  check_condition(asked.subgraph.outputs, where);
  TracedSubgraph traced = trace_function(declared, {}, body, &outer, where);
  check_next("while_loop", declared, traced.subgraph.outputs, true, where);

  LoopAttributes loop;
  TracedSubgraph* all[] = {&asked, &traced};
  const Tensors captured = unify_captures(all, loop.written, where);
  finish(asked.subgraph);
  finish(traced.subgraph);
  loop.condition = std::move(asked.subgraph);
  loop.body = std::move(traced.subgraph);
  loop.carried = static_cast<std::int64_t>(variables.size());
  loop.grown = grown;
  Tensors inputs{limit_tensor(options.maximum_iterations, variables[0].device(), where)};
  inputs.insert(inputs.end(), variables.begin(), variables.end());
  inputs.insert(inputs.end(), captured.begin(), captured.end());
  loop.changing = changing_variables(loop, inputs);
  loop.keep_all();
  Tensors results = apply_loop(inputs, loop, where);
  results.resize(variables.size());
  return options.back_prop ? results : without_gradient(std::move(results));
}

Tensors run_rows(std::string_view op, const TensorFunction& body, Tensors variables, const Tensors& stacks,
                 bool reverse, bool back_prop, Location where) {
  if (stacks.empty()) throw ArgumentError(op, "there are no elements to go through", "an empty list", "", where);
  check_defined(op, variables, where);
  check_defined(op, stacks, where);
  for (const Tensor& stack : stacks) {
    if (stack.ndim() == 0)
      throw ArgumentError(op, "what is gone through row by row is a scalar", text_of(stack.meta()), "", where);
    const Dim a = stacks[0].shape().dim(0), b = stack.shape().dim(0);
    if (a.known() && b.known() && a.raw() != b.raw())
      throw ArgumentError(op, "elements differ in their number of rows",
                          stacks[0].shape().text() + " and " + stack.shape().text(), "", where);
  }
  const std::size_t carried = variables.size();
  Tensors all = variables;
  all.insert(all.end(), stacks.begin(), stacks.end());
  GraphImpl* around = graph_around(all);
  const std::vector<TensorMeta> declared = metas_of(variables);
  std::optional<GraphHandle> given;
  if (!around) {
    const std::int64_t count = stacks[0].size(0, where);
    std::vector<Tensors> rows;
    Tensors now = variables;
    for (std::int64_t t = 0; t < count && !around; ++t) {
      const std::int64_t row = reverse ? count - 1 - t : t;
      Tensors arguments = now;
      for (const Tensor& stack : stacks) arguments.push_back(select(Arg(stack, where), 0, row));
      Tensors next = result_of(body, arguments, where);
      given = graph_of_given(next);
      if (given) {
        around = &given->impl();
        break;
      }
      if (next.size() < carried) check_next(op, declared, next, false, where);
      check_next(op, declared, std::span(next).first(carried), false, where);
      if (t > 0 && next.size() != carried + rows.size())
        throw ArgumentError(op, "the function gives another number of results than for the first row",
                            std::to_string(next.size() - carried) + " for row " + std::to_string(row) + ", " +
                                std::to_string(rows.size()) + " for the first",
                            "", where);
      rows.resize(next.size() - carried);
      for (std::size_t k = 0; k < rows.size(); ++k) rows[k].push_back(next[carried + k]);
      next.resize(carried);
      now = std::move(next);
    }
    if (!around) {
      if (count == 0) {  // the shapes of results that there are none of
        const std::vector<TensorMeta> metas = [&] {
          std::vector<TensorMeta> result = declared;
          for (const Tensor& stack : stacks) {
            result.push_back(stack.meta());
            result.back().shape.erase(0);
          }
          return result;
        }();
        const TracedSubgraph traced = trace_function(metas, {}, body, nullptr, where);
        for (std::size_t k = carried; k < traced.subgraph.outputs.size(); ++k) {
          TensorMeta meta = traced.subgraph.outputs[k].meta();
          meta.shape.insert(0, 0);
          now.push_back(zeros(meta.shape, meta.dtype));
        }
        return now;
      }
      const Frame frame(where);
      for (Tensors& values : rows) {
        if (reverse) std::reverse(values.begin(), values.end());
        now.push_back(stack(values, 0, where));
      }
      return back_prop ? now : without_gradient(std::move(now));
    }
  }
  GraphImpl& outer = *around;
  const TraceScope scope{GraphHandle(&outer)};
  to_one_device(all);
  std::vector<TensorMeta> metas = metas_of(all);
  for (std::size_t i = carried; i < metas.size(); ++i) metas[i].shape.erase(0);
  TracedSubgraph traced = trace_function(metas, {}, body, &outer, where);
  const Tensors& next = traced.subgraph.outputs;
  check_next(op, std::span(metas).first(carried), std::span(next).first(std::min(carried, next.size())), true, where);
  LoopAttributes loop;
  TracedSubgraph* one[] = {&traced};
  const Tensors captured = unify_captures(one, loop.written, where);
  finish(traced.subgraph);
  loop.body = std::move(traced.subgraph);
  loop.carried = static_cast<std::int64_t>(carried);
  loop.scanned = static_cast<std::int64_t>(stacks.size());
  loop.reverse = reverse;
  loop.keep_all();
  Tensors inputs{length_along(all[carried], 0)};
  inputs.insert(inputs.end(), all.begin(), all.end());
  inputs.insert(inputs.end(), captured.begin(), captured.end());
  Tensors results = apply_loop(inputs, loop, where);
  results.resize(loop.count_output());
  return back_prop ? results : without_gradient(std::move(results));
}

}  // namespace triptych::detail
