// The gradients of branches and loops. Both compute forward once more: a branch from what it read, an iteration from
// its variables at its beginning, which is all that the loop keeps. Random numbers are drawn again from the streams as
// they were. The gradient of a branch is a branch, that of a loop a loop over the kept rows from the last to the first,
// so that both can be differentiated again.
#include <algorithm>
#include <unordered_set>

#include "core/graph/changing_shape.h"
#include "core/graph/control_flow.h"
#include "core/graph/subgraph_code.h"
#include "core/graph/subgraph_trace.h"
#include "core/ops/creation/full.h"
#include "core/ops/indexing/pick.h"
#include "triptych/core/autograd.h"
#include "triptych/core/ops.h"

namespace triptych {

extern const Op add_op, full_like_op, index_put_op;

namespace {

/// What is added to without a change, not even in the sign of a zero.
Tensor neutral_like(const Tensor& x) { return full_like(x, -0.0); }

/// Tensors that are given to a traced function, and their places among its arguments.
class Arguments {
 public:
  std::size_t add(Tensor value, bool row = false, bool state = false) {
    TensorMeta meta = value.meta();
    if (row) meta.shape.erase(0);
    values.push_back(std::move(value));
    metas.push_back(meta);
    is_state.push_back(state);
    return values.size() - 1;
  }
  std::vector<Tensor> values;
  std::vector<TensorMeta> metas;
  std::vector<bool> is_state;
};

/// The d(ys . upstream) / d xs; zeros where there is no way.
std::vector<Tensor> gradients_or_zeros(const std::vector<Tensor>& ys, const std::vector<Tensor>& upstream,
                                       const std::vector<Tensor>& xs) {
  std::vector<Tensor> results(xs.size());
  if (!ys.empty()) results = gradients(ys, xs, upstream, {.create_graph = true, .allow_unused = true}, Location());
  for (std::size_t i = 0; i < xs.size(); ++i)
    if (!results[i].defined()) results[i] = zeros_like(xs[i]);
  return results;
}

bool floats(const Tensor& tensor) { return is_floating(tensor.dtype()); }

/// For each output whether a gradient can flow from it to one of the inputs that are `wanted`.
std::vector<bool> depending_outputs(const Subgraph& subgraph, const std::vector<bool>& wanted) {
  std::unordered_set<const Node*> depends;
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (wanted[i]) depends.insert(place_of(subgraph.inputs[i]).node);
  std::vector<Place> fetches;
  for (const Tensor& output : subgraph.outputs) fetches.push_back(place_of(output));
  for (const Node* node : needed_nodes(*subgraph.outputs[0].impl()->graph, fetches, {})) {
    if (node->no_grad || node->op->gradient_stops) continue;
    for (const Tensor& input : node->inputs())
      if (floats(input) && depends.contains(place_of(input).node)) depends.insert(node);
  }
  std::vector<bool> result;
  for (std::size_t i = 0; i < fetches.size(); ++i)
    result.push_back(floats(subgraph.outputs[i]) && depends.contains(fetches[i].node));
  return result;
}

/// A gradient that is one element or slice, the gradient of reading it, among zeros.
bool is_put_among_zeros(const Tensor& gradient) {
  const Node& node = *gradient.impl()->node;
  if (node.op != &index_put_op || node.attributes_as<IndexPutAttributes>().combine != Combine::add) return false;
  for (std::size_t i = 2; i < node.input_count; ++i)
    if (!node.inputs()[i].shape().known() || node.inputs()[i].shape().size() != 1) return false;
  const Node& zeros = *place_of(node.inputs()[0]).node;
  return zeros.op == &full_like_op && zeros.attributes_as<FullLikeAttributes>().value.to_double() == 0;
}

/// The sum `total`, which was begun with `first`, with such gradients added where they belong instead of as a whole: a
/// loop that reads a row of a long tensor in each iteration takes time for the row.
Tensor added_in_place(const Tensor& total, const Place& first) {
  if (place_of(total) == first) return total;
  const Node& node = *total.impl()->node;
  if (node.op != &add_op) return {};
  const auto operand = [&](std::size_t i) {
    const Place place = place_of(node.inputs()[i]);
    return node.graph->handle(*place.node, place.output);
  };
  const Tensor before = added_in_place(operand(0), first), part = operand(1);
  if (!before.defined()) return {};
  if (!is_put_among_zeros(part)) return place_of(before) == place_of(operand(0)) ? total : before + part;
  const Node& put_node = *part.impl()->node;
  std::vector<Tensor> indices;
  const auto input = [&](std::size_t i) {
    const Place place = place_of(put_node.inputs()[i]);
    return put_node.graph->handle(*place.node, place.output);
  };
  for (std::size_t i = 2; i < put_node.input_count; ++i) indices.push_back(input(i));
  return put(before, input(1), indices, put_node.attributes_as<IndexPutAttributes>());
}

std::vector<Tensor> slice_of(std::span<const Tensor> all, std::size_t first, std::size_t count) {
  const auto part = all.subspan(first, count);
  return {part.begin(), part.end()};
}

}  // namespace

void branch_gradient(Gradient& g) {
  const auto& a = g.attributes<BranchAttributes>();
  const Node& node = *g.output(0).impl()->node;
  GraphImpl* const outer = node.graph;
  const std::size_t count = a.branches[0].inputs.size();
  Arguments arguments;
  std::vector<std::size_t> wanted, outputs;
  for (std::size_t i = 0; i < count; ++i) {
    arguments.add(g.input(static_cast<int>(i) + 1));
    if (g.needs(static_cast<int>(i) + 1)) wanted.push_back(i);
  }
  for (int k = 0; k < g.output_count(); ++k)
    if (g.has_upstream(k) && floats(a.branches[0].outputs[static_cast<std::size_t>(k)])) {
      arguments.add(g.upstream(k));
      outputs.push_back(static_cast<std::size_t>(k));
    }
  if (outputs.empty() || wanted.empty()) return;

  std::vector<TracedSubgraph> traced;
  for (const Subgraph& branch : a.branches) {
    std::vector<bool> state;
    for (std::size_t i = 0; i < count; ++i) state.push_back(branch.code->writes(i));
    traced.push_back(trace_function(
        arguments.metas, state,
        [&](std::span<const Tensor> given) {
          const std::vector<Tensor> inputs = slice_of(given, 0, count);
          const std::vector<Tensor> results = call_subgraph(branch, inputs);
          std::vector<Tensor> ys, xs;
          for (const std::size_t k : outputs) ys.push_back(results[k]);
          for (const std::size_t i : wanted) xs.push_back(inputs[i]);
          return gradients_or_zeros(ys, slice_of(given, count, outputs.size()), xs);
        },
        outer, node.where));
  }
  BranchAttributes attributes;
  std::vector<TracedSubgraph*> all;
  for (TracedSubgraph& one : traced) all.push_back(&one);
  std::vector<Tensor> operands = arguments.values;
  const std::vector<Tensor> captured = unify_captures(all, attributes.written, node.where);
  operands.insert(operands.end(), captured.begin(), captured.end());
  std::vector<bool> used(operands.size());
  for (const TracedSubgraph& one : traced) {
    const std::vector<bool> here = used_inputs(one.subgraph);
    for (std::size_t i = 0; i < used.size(); ++i) used[i] = used[i] || here[i];
  }
  std::vector<Tensor> inputs{g.input(0)};
  for (std::size_t i = 0; i < used.size(); ++i)
    if (used[i]) inputs.push_back(operands[i]);
  for (TracedSubgraph& one : traced) {
    std::vector<Tensor> kept;
    for (std::size_t i = 0; i < used.size(); ++i)
      if (used[i]) kept.push_back(one.subgraph.inputs[i]);
    one.subgraph.inputs = std::move(kept);
    finish(one.subgraph);
    attributes.branches.push_back(std::move(one.subgraph));
  }
  std::vector<Tensor> results = apply_branch(inputs, attributes, node.where);
  for (std::size_t i = 0; i < wanted.size(); ++i) g.set(static_cast<int>(wanted[i]) + 1, std::move(results[i]));
}

namespace {

class LoopGradient {
 public:
  explicit LoopGradient(Gradient& g)
      : g_(g),
        a_(g.attributes<LoopAttributes>()),
        node_(*g.output(0).impl()->node),
        carried_(static_cast<std::size_t>(a_.carried)),
        scanned_(static_cast<std::size_t>(a_.scanned)),
        rest_(a_.body.inputs.size() - carried_ - scanned_),
        shared_(rest_ - static_cast<std::size_t>(a_.written)) {}

  void run() {
    find_active();
    if (variables_.empty() && stacks_.empty() && others_.empty()) return;
    collect();
    TracedSubgraph traced = trace();
    if (forget_unread(traced.subgraph)) traced = trace();
    LoopAttributes loop;
    loop.carried = static_cast<std::int64_t>(variables_.size() + others_.size());
    for (std::size_t i = 0; i < variables_.size(); ++i)
      if (a_.sizes_of(variables_[i])) loop.changing.push_back(static_cast<std::int64_t>(i));
    loop.reverse = !a_.reverse;
    TracedSubgraph* one[] = {&traced};
    const std::vector<Tensor> captured = unify_captures(one, loop.written, node_.where);
    const std::vector<bool> used = used_inputs(traced.subgraph);
    std::vector<Tensor> inputs{g_.output(static_cast<int>(a_.count_output()))}, kept;
    for (std::size_t i = 0; i < used.size(); ++i) {
      if (!used[i] && i >= static_cast<std::size_t>(loop.carried)) continue;
      if (i >= first_row_ && i < first_rest_) ++loop.scanned;
      inputs.push_back(i < arguments_.values.size() ? arguments_.values[i] : captured[i - arguments_.values.size()]);
      kept.push_back(traced.subgraph.inputs[i]);
    }
    traced.subgraph.inputs = std::move(kept);
    finish(traced.subgraph);
    loop.body = std::move(traced.subgraph);
    loop.keep_all();
    give(apply_loop(inputs, loop, node_.where));
  }

 private:
  TracedSubgraph trace() {
    return trace_function(
        arguments_.metas, arguments_.is_state, [&](std::span<const Tensor> given) { return iteration(given); },
        node_.graph, node_.where);
  }
  int variable(std::size_t k) const { return static_cast<int>(1 + k); }
  int stack(std::size_t k) const { return static_cast<int>(1 + carried_ + k); }
  int rest(std::size_t k) const { return static_cast<int>(1 + carried_ + scanned_ + k); }
  int history(std::size_t h) const { return static_cast<int>(a_.count_output() + 1 + h); }

  /// Variables that a gradient flows through, stacks and other operands whose gradient is wanted.
  void find_active() {
    std::vector<bool> wanted(a_.body.inputs.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) wanted[i] = g_.needs(static_cast<int>(i) + 1);
    for (bool changed = true; changed;) {
      changed = false;
      const std::vector<bool> depends = depending_outputs(a_.body, wanted);
      for (std::size_t k = 0; k < carried_; ++k)
        if (depends[k] && !wanted[k]) wanted[k] = changed = true;
    }
    for (std::size_t k = 0; k < carried_; ++k)
      if (wanted[k]) variables_.push_back(k);
    for (std::size_t k = 0; k < scanned_; ++k)
      if (wanted[carried_ + k]) stacks_.push_back(k);
    for (std::size_t k = 0; k < rest_; ++k)
      if (wanted[carried_ + scanned_ + k]) others_.push_back(k);
  }

  /// The arguments of an iteration of the gradient, in the order: variables, rows, what does not change.
  void collect() {
    for (const std::size_t k : variables_) {
      const int output = static_cast<int>(k);
      arguments_.add(g_.has_upstream(output) ? g_.upstream(output) : neutral_like(g_.output(output)));
      if (a_.sizes_of(k)) arguments_.metas.back().shape = a_.body.inputs[k].shape();
    }
    for (const std::size_t k : others_) arguments_.add(neutral_like(g_.input(rest(k))));
    first_row_ = arguments_.values.size();
    body_at_.resize(a_.body.inputs.size());
    const auto add_input = [&](std::size_t input, Tensor value, bool row) {
      body_at_[input] = arguments_.add(std::move(value), row, a_.body.code->writes(input));
    };
    for (std::size_t k = 0; k < carried_; ++k) {
      add_input(k, g_.output(history(k)), true);
      if (const std::size_t sizes = a_.sizes_of(k))
        cuts_.push_back({k, arguments_.add(g_.output(history(sizes)), true)});
    }
    for (std::size_t k = 0; k < scanned_; ++k) add_input(carried_ + k, g_.input(stack(k)), true);
    for (std::size_t k = shared_; k < rest_; ++k)
      add_input(carried_ + scanned_ + k, g_.output(history(carried_ + k - shared_)), true);
    for (std::size_t k = carried_; k < a_.count_output(); ++k)
      if (g_.has_upstream(static_cast<int>(k)) && floats(a_.body.outputs[k]))
        rows_.emplace_back(k, arguments_.add(g_.upstream(static_cast<int>(k)), true));
    for (const std::size_t k : variables_)
      if (g_.has_upstream(history(k))) begins_.emplace_back(k, arguments_.add(g_.upstream(history(k)), true));
    first_rest_ = arguments_.values.size();
    for (std::size_t k = 0; k < shared_; ++k) add_input(carried_ + scanned_ + k, g_.input(rest(k)), false);
  }

  /// From the gradients of an iteration's results to those of what it began with. Sums go on where the later iterations
  /// left them, in the order in which an unrolled loop has them.
  std::vector<Tensor> iteration(std::span<const Tensor> given) {
    std::vector<Tensor> inputs, ys, upstream, xs;
    for (const std::size_t at : body_at_) inputs.push_back(given[at]);
    for (Cut& of : cuts_) {
      Tensor& input = inputs[of.variable];
      input = of.is_read ? cut(input, given[of.sizes]) : zeros_of_sizes(given[of.sizes], input.dtype());
      of.made = place_of(input);
    }
    const std::vector<Tensor> results = call_subgraph(a_.body, inputs);
    for (std::size_t i = 0; i < variables_.size(); ++i) {
      ys.push_back(results[variables_[i]]);
      upstream.push_back(given[i]);
      xs.push_back(inputs[variables_[i]]);
    }
    for (std::size_t i = 0; i < others_.size(); ++i) {
      xs.push_back(inputs[carried_ + scanned_ + others_[i]]);
      ys.push_back(xs.back());
      upstream.push_back(given[variables_.size() + i]);
    }
    for (const auto& [output, at] : rows_) {
      ys.push_back(results[output]);
      upstream.push_back(given[at]);
    }
    for (const auto& [k, at] : begins_) {
      ys.push_back(inputs[k]);
      upstream.push_back(a_.sizes_of(k) ? fit_like(given[at], inputs[k]) : given[at]);
    }
    for (const std::size_t k : stacks_) xs.push_back(inputs[carried_ + k]);
    std::vector<Tensor> found = gradients_or_zeros(ys, upstream, xs);
    for (std::size_t i = variables_.size(); i < variables_.size() + others_.size(); ++i)
      if (Tensor sum = added_in_place(found[i], place_of(given[i])); sum.defined()) found[i] = std::move(sum);
    return found;
  }

  /// Values of which only the sizes are read need not be kept; true if there are some that were.
  bool forget_unread(const Subgraph& subgraph) {
    bool any = false;
    std::vector<Place> fetches;
    for (const auto* list : {&subgraph.outputs, &subgraph.effects})
      for (const Tensor& fetch : *list) fetches.push_back(place_of(fetch));
    const std::vector<Node*> needed = needed_nodes(*subgraph.outputs[0].impl()->graph, fetches, {});
    for (Cut& of : cuts_) {
      bool read = std::find(fetches.begin(), fetches.end(), of.made) != fetches.end();
      for (const Node* node : needed)
        for (std::size_t i = 0; i < node->input_count; ++i)
          read = read || (place_of(node->inputs()[i]) == of.made && !in_mask(node->op->metadata_inputs, i));
      any = any || (of.is_read && !read);
      of.is_read = read;
    }
    return any;
  }

  void give(std::vector<Tensor> results) {
    for (std::size_t i = 0; i < variables_.size(); ++i)
      if (g_.needs(variable(variables_[i]))) g_.set(variable(variables_[i]), std::move(results[i]));
    for (std::size_t i = 0; i < others_.size(); ++i)  // without iterations the sum is the neutral one
      g_.set(rest(others_[i]), std::move(results[variables_.size() + i]) + 0.0);
    for (std::size_t i = 0; i < stacks_.size(); ++i)
      g_.set(stack(stacks_[i]), std::move(results[variables_.size() + others_.size() + i]));
  }

  Gradient& g_;
  const LoopAttributes& a_;
  const Node& node_;
  const std::size_t carried_, scanned_, rest_, shared_;
  std::vector<std::size_t> variables_, stacks_, others_;
  Arguments arguments_;
  std::size_t first_row_ = 0, first_rest_ = 0;
  struct Cut {
    std::size_t variable, sizes;  // whose history is padded, and where the arguments have its sizes
    Place made = {};              // what it is cut to
    bool is_read = true;
  };
  std::vector<Cut> cuts_;
  std::vector<std::size_t> body_at_;                         // where the inputs of the body are
  std::vector<std::pair<std::size_t, std::size_t>> rows_;    // outputs of the body, and where their gradients are
  std::vector<std::pair<std::size_t, std::size_t>> begins_;  // the same for the kept values of variables
};

}  // namespace

void loop_gradient(Gradient& g) { LoopGradient(g).run(); }

}  // namespace triptych
