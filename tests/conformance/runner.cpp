#include "runner.h"

#include <cmath>
#include <cstring>
#include <unordered_map>

#include "core/tensor/tensor_impl.h"
#include "triptych/core/io.h"
#include "triptych/lowlevel.h"

namespace conformance {
namespace {

const tt::StateDict& references() {
  static const tt::StateDict all = [] {
    tt::StateDict gathered = tt::load(TRIPTYCH_SOURCE_DIR "/tests/references/conformance.safetensors");
    for (const char* family : {"products", "elementary", "reduce", "views", "more", "order", "statistics",
                               "elementwise", "indexing", "sequence", "images", "linalg", "vocabulary"})
      for (const auto& [name, values] :
           tt::load(std::string(TRIPTYCH_SOURCE_DIR "/tests/references/conformance_") + family + ".safetensors"))
        gathered.set(name, values);
    return gathered;
  }();
  return all;
}

}  // namespace

std::vector<Sample> all_samples() {
  std::vector<Sample> samples;
  add_elementwise_samples(samples);
  add_elementary_samples(samples);
  add_reduction_samples(samples);
  add_shape_samples(samples);
  add_network_samples(samples);
  add_product_samples(samples);
  add_view_samples(samples);
  add_composed_samples(samples);
  add_edge_samples(samples);
  add_dynamic_samples(samples);
  add_order_samples(samples);
  add_statistics_samples(samples);
  add_pointwise_samples(samples);
  add_rectifier_samples(samples);
  add_loss_family_samples(samples);
  add_indexing_samples(samples);
  add_rearrange_samples(samples);
  add_sequence_samples(samples);
  add_image_samples(samples);
  add_linalg_samples(samples);
  add_vocabulary_samples(samples);
  return samples;
}

Tensors reference(const Sample& sample, const std::string& kind) {
  Tensors result;
  const std::string prefix = sample.op + "/" + sample.name + "/" + kind + "/";
  while (references().contains(prefix + std::to_string(result.size())))
    result.push_back(references().at(prefix + std::to_string(result.size())));
  return result;
}

Tensors only_floats(const Tensors& tensors) {
  Tensors result;
  for (const Tensor& tensor : tensors)
    if (is_float(tensor)) result.push_back(tensor);
  return result;
}

Tensors only_defined(const Tensors& tensors) {
  Tensors result;
  for (const Tensor& tensor : tensors)
    if (tensor.defined()) result.push_back(tensor);
  return result;
}

Tensors cast_floats(const Tensors& tensors, tt::DType dtype) {
  Tensors result;
  for (const Tensor& tensor : tensors) result.push_back(is_float(tensor) ? tt::cast(tensor, dtype) : tensor);
  return result;
}

Tensors leaves(const Tensors& values) {
  Tensors result;
  for (const Tensor& value : values) {
    Tensor leaf = value.detach();
    if (is_float(leaf)) leaf.set_requires_grad();
    result.push_back(leaf);
  }
  return result;
}

void expect_close(const Tensors& actual, const Tensors& expected, double tolerance, const std::string& what) {
  ASSERT_EQ(actual.size(), expected.size()) << what;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    ASSERT_EQ(actual[i].shape().text(), expected[i].shape().text()) << what << " " << i;
    const auto a = actual[i].to_vector<double>(), e = expected[i].to_vector<double>();
    for (std::size_t k = 0; k < a.size(); ++k) {
      if (std::isnan(e[k]) ? std::isnan(a[k]) : a[k] == e[k]) continue;
      ASSERT_LE(std::abs(a[k] - e[k]), tolerance * (1 + std::abs(e[k])))
          << what << " " << i << ", element " << k << ": " << a[k] << " for " << e[k];
    }
  }
}

void expect_same_bits(const Tensors& actual, const Tensors& expected, const std::string& what) {
  ASSERT_EQ(actual.size(), expected.size()) << what;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    ASSERT_EQ(actual[i].shape().text(), expected[i].shape().text()) << what << " " << i;
    ASSERT_EQ(actual[i].dtype(), expected[i].dtype()) << what << " " << i;
    const Tensor a = tt::contiguous_now(actual[i]), e = tt::contiguous_now(expected[i]);
    const std::size_t bytes = static_cast<std::size_t>(a.numel()) * tt::size_of(a.dtype());
    ASSERT_TRUE(bytes == 0 || std::memcmp(a.impl()->data(), e.impl()->data(), bytes) == 0) << what << " " << i << ":\n"
                                                                                           << a << "\nfor\n"
                                                                                           << e;
  }
}

Tensors cotangents(const Tensors& outputs, int seed) {
  Tensors result;
  for (const Tensor& like : outputs) {
    std::vector<double> values(static_cast<std::size_t>(like.numel()));
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::cos(0.7 * static_cast<double>(i) + seed) + 0.25;
    result.push_back(tt::cast(tt::tensor(values, like.shape()), like.dtype()));
    ++seed;
  }
  return result;
}

Tensors gradient(const Sample& sample, const Tensors& inputs, bool create_graph) {
  Tensors outputs;
  for (const Tensor& output : sample.call(inputs))
    if (output.requires_grad()) outputs.push_back(output);
  if (outputs.empty()) return {};
  return tt::gradients(outputs, only_floats(inputs), cotangents(outputs),
                       {.create_graph = create_graph, .allow_unused = true});
}

Tensors placeholders(const tt::GraphHandle& graph, const Tensors& like, bool unknown) {
  Tensors result;
  for (const Tensor& tensor : like) {
    tt::Shape shape = tensor.shape();
    if (unknown)
      for (int axis = 0; axis < shape.rank(); ++axis) shape.set(axis, tt::unknown);
    result.push_back(tt::graph_placeholder(graph, "x", tensor.dtype(), shape, {}, tt::Location::here()));
  }
  return result;
}

Traced trace(const Sample& sample, const Tensors& inputs, bool unknown, int order) {
  Traced traced;
  traced.inputs = placeholders(traced.graph, inputs, unknown);
  // Cotangents are constants, made for the true shapes.
  Tensors shapes;
  if (order > 0) shapes = only_floats(sample.call(inputs));
  const tt::TraceScope scope(traced.graph);
  traced.outputs = sample.call(traced.inputs);
  Tensors current = only_floats(traced.outputs);
  for (int k = 0; k < order && !current.empty(); ++k) {
    const Tensors u = k == 0 ? cotangents(shapes) : Tensors();  // of ones at order 2
    current = only_defined(tt::gradients(current, only_floats(traced.inputs), u, {.allow_unused = true}));
    traced.outputs.insert(traced.outputs.end(), current.begin(), current.end());
  }
  return traced;
}

Tensors interpret(const Traced& traced, const Tensors& inputs) {
  std::vector<tt::Place> fed, fetched;
  for (const Tensor& tensor : traced.inputs) fed.push_back(tt::place_of(tensor));
  for (const Tensor& tensor : traced.outputs) fetched.push_back(tt::place_of(tensor));
  tt::VariableStore variables;
  Tensors results = tt::interpret(traced.graph.impl(), fetched, fed, inputs, variables);
  for (std::size_t i = 0; i < results.size(); ++i) {
    EXPECT_TRUE(traced.outputs[i].shape().compatible(results[i].shape()))
        << "inferred " << traced.outputs[i].shape().text() << ", ran " << results[i].shape().text();
    EXPECT_EQ(traced.outputs[i].dtype(), results[i].dtype());
  }
  return results;
}

void for_each_node(const Traced& traced, const Tensors& inputs,
                   const std::function<void(const tt::Node&, const Tensors&, const Tensors&)>& visit) {
  const tt::GradMode off(false);
  std::unordered_map<const tt::Node*, Tensors> values;
  for (std::size_t i = 0; i < inputs.size(); ++i) values[tt::place_of(traced.inputs[i]).node] = {inputs[i]};
  for (const auto& node : traced.graph.impl().nodes) {
    Tensors& results = values[node.get()];
    if (!results.empty()) continue;
    if (node->op == &tt::constant_op) {
      results = {node->attributes_as<tt::ConstantAttributes>().value};
      continue;
    }
    Tensors operands;
    for (const Tensor& input : node->inputs()) {
      const tt::Place place = tt::place_of(input);
      operands.push_back(values[place.node][place.output]);
    }
    results.resize(node->output_count);
    tt::apply(*node->op, operands, node->attributes, results, {});
    visit(*node, operands, results);
  }
}

Tensors run_compiled(const Traced& traced, const Tensors& inputs) {
  const tt::lowlevel::Session session(traced.graph, {.numerics = tt::Numerics::exact});
  std::vector<tt::lowlevel::Feed> feeds;
  for (std::size_t i = 0; i < inputs.size(); ++i) feeds.emplace_back(traced.inputs[i], inputs[i]);
  return session.run(traced.outputs, feeds);
}

void poison_free_memory() {
  std::vector<Tensor> blocks;
  for (std::int64_t bytes = 64; bytes <= 4096; bytes += 64)
    for (int i = 0; i < 4; ++i) blocks.push_back(tt::make_tensor({bytes}, tt::uint8));
  for (const Tensor& block : blocks) std::memset(block.impl()->data(), 0xff, static_cast<std::size_t>(block.numel()));
}

}  // namespace conformance
