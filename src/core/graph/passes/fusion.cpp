#include "core/graph/passes/passes.h"
#include "core/ops/conv/convolution.h"
#include "core/ops/pool/pool.h"
#include "core/ops/product/matmul.h"

namespace triptych {

extern const Op add_op, relu_op, relu_grad_op, matmul_op, linear_op;

namespace {

class Fusion {
 public:
  explicit Fusion(const Program& program) : program_(program), rewriter_(program) {}

  PassResult run() {
    for (std::size_t i = 0; i < program_.instructions.size(); ++i) {
      Instruction instruction = rewriter_.renamed(i);
      if (fuse(instruction)) ++rewrites_;
      rewriter_.keep(i, std::move(instruction));
    }
    return {rewriter_.finish(), rewrites_};
  }

 private:
  template <class A>
  static void set(Instruction& instruction, const Op& op, std::vector<Value> inputs, const A& attributes) {
    auto owned = std::make_shared<A>(attributes);
    instruction.op = &op;
    instruction.inputs = std::move(inputs);
    instruction.attributes = owned.get();
    instruction.owned_attributes = std::move(owned);
  }

  bool fuse(Instruction& instruction) const {
    if (!instruction.is_pure()) return false;
    if (instruction.op == &add_op) return fuse_bias(instruction, 0, 1) || fuse_bias(instruction, 1, 0);
    if (instruction.op == &relu_op) return fuse_relu(instruction);
    if (instruction.op == &relu_grad_op) return fuse_pool_grad(instruction);
    return false;
  }

  /// matmul(x, w) + b.
  bool fuse_bias(Instruction& add, std::size_t product_at, std::size_t bias_at) const {
    const Instruction* product = rewriter_.movable(add.inputs[product_at]);
    if (!product || product->op != &matmul_op) return false;
    const TensorMeta& weight = rewriter_.result.meta(product->inputs[1]);
    const TensorMeta& bias = rewriter_.result.meta(add.inputs[bias_at]);
    if (weight.shape.rank() != 2 || bias.shape.rank() != 1 || !bias.shape.known() ||
        bias.shape.begin()[0] != weight.shape.begin()[1] || add.outputs[0].shape != product->outputs[0].shape)
      return false;
    set(add, linear_op, {product->inputs[0], product->inputs[1], add.inputs[bias_at]},
        LinearAttributes{.transpose_weight = false, .activation = Activation::none});
    return true;
  }

  bool fuse_relu(Instruction& relu) const {
    const Instruction* producer = rewriter_.movable(relu.inputs[0]);
    if (!producer) return false;
    if (producer->op == &linear_op) {
      auto attributes = producer->attributes_as<LinearAttributes>();
      if (attributes.activation != Activation::none) return false;
      attributes.activation = Activation::relu;
      set(relu, linear_op, producer->inputs, attributes);
      return true;
    }
    return fuse_into_convolution<1>(relu, *producer) || fuse_into_convolution<2>(relu, *producer) ||
           fuse_into_convolution<3>(relu, *producer);
  }

  template <std::size_t N>
  static bool fuse_into_convolution(Instruction& relu, const Instruction& producer) {
    const Op& convolution = convolution_ops(N).forward;
    if (producer.op != &convolution) return false;
    auto attributes = producer.attributes_as<ConvolutionAttributes<N>>();
    if (attributes.activation != Activation::none) return false;
    attributes.activation = Activation::relu;
    set(relu, convolution, producer.inputs, attributes);
    return true;
  }

  /// The gradients of a relu and of the pool behind it: relu_grad(max_pool_grad(upstream, y), y), y being the relu's
  /// output.
  bool fuse_pool_grad(Instruction& relu_grad) const {
    const Instruction* pool = rewriter_.movable(relu_grad.inputs[0]);
    return pool && pool->inputs.size() == 2 && pool->inputs[1] == relu_grad.inputs[1] &&
           (fuse_into_pool_grad<1>(relu_grad, *pool) || fuse_into_pool_grad<2>(relu_grad, *pool) ||
            fuse_into_pool_grad<3>(relu_grad, *pool));
  }

  template <std::size_t N>
  static bool fuse_into_pool_grad(Instruction& relu_grad, const Instruction& pool) {
    const Op& max_grad = pool_ops(N).max_grad;
    if (pool.op != &max_grad) return false;
    auto attributes = pool.attributes_as<PoolAttributes<N>>();
    attributes.after_relu = true;
    set(relu_grad, max_grad, pool.inputs, attributes);
    return true;
  }

  const Program& program_;
  FusingRewriter rewriter_;
  int rewrites_ = 0;
};

}  // namespace

PassResult fusion(const Program& program) { return Fusion(program).run(); }

}  // namespace triptych
