#include "core/graph/subgraph_code.h"

#include <algorithm>
#include <unordered_map>

#include "core/dispatch/check_numerics.h"
#include "core/dispatch/infer.h"
#include "core/dispatch/modes.h"
#include "core/graph/loop_history.h"
#include "core/graph/node_observer.h"
#include "core/support/inline_vector.h"

namespace triptych {

constinit thread_local const SessionOptions* running_options = nullptr;

struct SubgraphCode::Shapes {
  std::vector<Shape> inputs;
  std::vector<TensorMeta> outputs;
  std::vector<std::pair<std::uint64_t, std::shared_ptr<const SubgraphStep>>>
      steps;  // by what they depend on; null: run by replay
};

namespace {

constexpr std::size_t most_shapes = 16;

bool known(std::span<const TensorMeta* const> metas) {
  return std::all_of(metas.begin(), metas.end(), [](const TensorMeta* meta) { return meta->shape.known(); });
}

/// What a step depends on besides shapes.
std::uint64_t key_of(const SessionOptions& options, std::size_t owned) {
  std::uint64_t key = owned;
  for (const bool bit :
       {options.numerics == Numerics::exact, options.constant_folding, options.algebraic_simplification,
        options.common_subexpressions, options.fusion, options.fuse_elementwise, options.memory_planning, options.prune,
        options.allow_soft_placement, check_numerics_enabled.load(std::memory_order_relaxed)})
    key = key << 1 | (bit ? 1 : 0);
  return key;
}

}  // namespace

SubgraphCode::SubgraphCode(const Subgraph& subgraph)
    : graph_(*(subgraph.inputs.empty() ? subgraph.outputs.empty() ? subgraph.effects : subgraph.outputs
                                       : subgraph.inputs)[0]
                  .impl()
                  ->graph),
      output_count_(subgraph.outputs.size()) {
  for (const Tensor& input : subgraph.inputs) {
    inputs_.push_back(place_of(input));
    written_.push_back(graph_.writes.contains(inputs_.back().node));
  }
  for (const auto* list : {&subgraph.outputs, &subgraph.effects})
    for (const Tensor& fetch : *list) fetches_.push_back(place_of(fetch));
  nodes_ = needed_nodes(graph_, fetches_, {});
}

SubgraphCode::~SubgraphCode() = default;

std::shared_ptr<SubgraphCode::Shapes> SubgraphCode::shapes_for(std::span<const TensorMeta* const> inputs) {
  const auto fits = [&](const std::shared_ptr<Shapes>& shapes) {
    for (std::size_t i = 0; i < inputs.size(); ++i)
      if (inputs[i]->shape != shapes->inputs[i]) return false;
    return true;
  };
  {
    std::lock_guard lock(mutex_);
    if (const auto found = std::find_if(shapes_.rbegin(), shapes_.rend(), fits); found != shapes_.rend()) return *found;
  }
  auto made = std::make_shared<Shapes>();
  for (const TensorMeta* input : inputs) made->inputs.push_back(input->shape);
  made->outputs = infer(inputs);
  std::lock_guard lock(mutex_);
  if (shapes_.size() == most_shapes) shapes_.erase(shapes_.begin());
  shapes_.push_back(made);
  return made;
}

std::vector<TensorMeta> SubgraphCode::outputs_for(std::span<const TensorMeta* const> inputs) {
  return shapes_for(inputs)->outputs;
}

std::vector<TensorMeta> SubgraphCode::infer(std::span<const TensorMeta* const> inputs) const {
  std::unordered_map<const Node*, std::vector<TensorMeta>> values;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    TensorMeta meta = inputs_[i].node->outputs()[0].meta();
    meta.shape = inputs[i]->shape;
    values[inputs_[i].node] = {meta};
  }
  for (const Node* node : nodes_) {
    std::vector<TensorMeta>& outputs = values[node];
    if (!outputs.empty()) continue;
    for (const Tensor& output : node->outputs()) outputs.push_back(output.meta());
    if (is_source(*node->op) || node->op == &group_op) continue;
    InlineVector<const TensorMeta*, 4> metas(node->input_count);
    for (std::size_t i = 0; i < metas.size(); ++i) {
      const Place place = place_of(node->inputs()[i]);
      metas[i] = &values.at(place.node)[place.output];
    }
    infer_outputs(*node->op, metas.span(), node->attributes, outputs, node->where);
  }
  std::vector<TensorMeta> results;
  for (std::size_t i = 0; i < output_count_; ++i) results.push_back(values.at(fetches_[i].node)[fetches_[i].output]);
  return results;
}

std::shared_ptr<const SubgraphStep> SubgraphCode::compile(std::span<const TensorMeta* const> inputs, std::size_t owned,
                                                          const SessionOptions& options) const {
  std::vector<Place> feeds;
  std::vector<Tensor> values;
  std::vector<bool> donated;
  VariableStore state;
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    TensorMeta meta = inputs_[i].node->outputs()[0].meta();
    meta.shape = inputs[i]->shape;
    meta.strides = contiguous_strides(meta.shape);
    if (written_[i]) {
      state.values.emplace(inputs_[i].node, make_metadata_only(meta));
      continue;
    }
    feeds.push_back(inputs_[i]);
    values.push_back(make_metadata_only(meta));
    donated.push_back(i < owned);
  }
  try {
    auto step = std::make_shared<Step>(graph_, fetches_, feeds, values, state, options, donated);
    if (step->report().data_dependent_calls > 0) return nullptr;
    return std::make_shared<const SubgraphStep>(*this, std::move(step));
  } catch (const NotCompilable&) {
    return nullptr;
  }
}

std::shared_ptr<const SubgraphStep> SubgraphCode::step_for(std::span<const TensorMeta* const> inputs,
                                                           std::size_t owned) {
  SessionOptions outside;
  outside.numerics = modes.numerics;
  const SessionOptions& options = running_options ? *running_options : outside;
  if (!options.compile || node_observer || !known(inputs)) return nullptr;
  const std::shared_ptr<Shapes> shapes = shapes_for(inputs);
  const std::uint64_t key = key_of(options, owned);
  const auto has_key = [&](const auto& entry) { return entry.first == key; };
  {
    std::lock_guard lock(mutex_);
    const auto found = std::find_if(shapes->steps.begin(), shapes->steps.end(), has_key);
    if (found != shapes->steps.end()) return found->second;
  }
  SessionOptions quiet = options;  // the passes of a step inside of another are not dumped over its own
  quiet.dump = false;
  quiet.dump_directory.clear();
  quiet.inter_op_parallelism_threads = 1;
  std::shared_ptr<const SubgraphStep> step = compile(inputs, owned, quiet);
  std::lock_guard lock(mutex_);
  shapes->steps.emplace_back(key, step);
  return step;
}

std::vector<Tensor> SubgraphCode::replay(std::span<const Tensor> inputs) {
  std::vector<Place> feeds;
  std::vector<Tensor> values;
  VariableStore state;
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    if (written_[i]) {
      state.values.emplace(inputs_[i].node, inputs[i]);
    } else {
      feeds.push_back(inputs_[i]);
      values.push_back(inputs[i]);
    }
  }
  std::vector<Tensor> results = run_nodes(nodes_, fetches_, feeds, values, state);
  results.resize(output_count_);
  return results;
}

SubgraphStep::SubgraphStep(const SubgraphCode& code, std::shared_ptr<Step> compiled) : step(std::move(compiled)) {
  std::vector<int> feed_of(code.input_count(), -1);
  for (std::size_t i = 0; i < code.input_count(); ++i) {
    if (code.writes(i)) continue;
    feed_of[i] = static_cast<int>(feeds.size());
    feeds.push_back(i);
  }
  for (const Node* node : step->state_nodes())
    for (std::size_t i = 0; i < code.input_count(); ++i)
      if (code.input_node(i) == node) states.push_back(i);
  for (std::size_t i = 0; i < std::min(code.output_count(), code.input_count()); ++i)
    stays.push_back(feed_of[i] >= 0 && step->gives_feed(i) == feed_of[i]);
}

void SubgraphFlight::run(std::span<char* const> inputs, std::span<char* const> results) {
  InlineVector<char*, 16> feeds(step_.feeds.size()), states(step_.states.size());
  for (std::size_t i = 0; i < feeds.size(); ++i) feeds[i] = inputs[step_.feeds[i]];
  for (std::size_t i = 0; i < states.size(); ++i) states[i] = inputs[step_.states[i]];
  flight_.run(feeds.span(), states.span(), results);
}

}  // namespace triptych
