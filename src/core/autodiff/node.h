// The node: what the eager tape and the static graph are made of.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>

#include "core/autodiff/hooks.h"
#include "core/tensor/tensor_impl.h"
#include "triptych/core/op.h"

namespace triptych {

/// One application of an op. On the tape the inputs hold what the op saved (a view of the value with its gradient edge)
/// or metadata only (undefined if nobody can ask for it), and numbers; in a graph they are symbolic. An input's
/// producer is `inputs[i].impl()->node`, output `->output`.
struct Node {
  std::atomic<std::uint32_t> references{1};
  bool no_grad = false;   // made under NoGrad: the walker stops here
  bool released = false;  // tape: saved values were freed by a walk
  std::uint16_t output_count = 1;
  std::uint32_t input_count = 0;
  const Op* op = nullptr;
  const void* attributes = nullptr;  // owned; allocated behind the node
  Location where;
  std::uint64_t sequence = 0;  // order of creation: of the process on the tape, the index in its graph
  GraphImpl* graph = nullptr;  // null on the tape
  std::unique_ptr<NodeHooks> hooks;
  std::atomic<TensorImpl*> leaf = nullptr;  // of a leaf node: the tensor, while it lives
  Tensor* inputs_ = nullptr;                // input_count, behind the node
  // output_count; in a graph metadata; on the tape what the op saves (without edge, that would be a cycle), and
  // metadata where there are several.
  Tensor* outputs_ = nullptr;

  std::span<Tensor> inputs() { return {inputs_, input_count}; }
  std::span<const Tensor> inputs() const { return {inputs_, input_count}; }
  std::span<Tensor> outputs() { return {outputs_, output_count}; }
  std::span<const Tensor> outputs() const { return {outputs_, output_count}; }
  template <class A>
  const A& attributes_as() const {
    return *static_cast<const A*>(attributes);
  }
};

/// One output of a node.
struct Place {
  Node* node = nullptr;
  std::uint32_t output = 0;
  friend bool operator==(const Place& a, const Place& b) { return a.node == b.node && a.output == b.output; }
};

/// A node with room for its inputs and outputs (undefined tensors) and a copy of the attributes.
Ref<Node> make_node(const Op& op, std::size_t inputs, std::size_t outputs, const void* attributes, Location where);

/// The op of leaf nodes: tensors that gradients are accumulated in.
extern const Op leaf_op;
/// The node that stands for the source of gradients into `tensor` on the tape: its producer or its leaf node; null if
/// it needs none.
Ref<Node> gradient_edge(TensorImpl& tensor);
/// Records one application of `op` on the tape.
void record(const Op& op, std::span<const Tensor* const> inputs, const void* attributes, std::span<Tensor> outputs,
            Location where);
/// Lets go of the values that the tape saved in `node`; shapes and dtypes stay.
void release_saved(Node& node);

/// "sum(axes=(0), keepdims=false)"
std::string describe(const Node& node);

}  // namespace triptych
