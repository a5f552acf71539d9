// Convolutions and pools. Examples are more images, or, where each has a weight of its own, more groups of channels.
#include "core/graph/batching/rule.h"
#include "core/ops/conv/convolution.h"
#include "triptych/core/ops.h"

namespace triptych::batching {
namespace {

/// Axis 0 of an example is that of the images.
Tensors more_images(const Call& c) {
  Tensors inputs, results;
  for (std::size_t i = 0; i < c.count(); ++i) inputs.push_back(merged(c.all(i)));
  for (const Tensor& result : c.run(inputs, c.attributes)) results.push_back(parted(result, c.size));
  return results;
}

template <std::size_t N>
ConvolutionAttributes<N> grouped(const Call& c) {
  auto attributes = c.attributes_as<ConvolutionAttributes<N>>();
  attributes.groups *= c.size;
  attributes.activation = Activation::none;
  return attributes;
}

template <std::size_t N>
bool channels_first(const Call& c) {
  return c.attributes_as<ConvolutionAttributes<N>>().data_format == DataFormat::nchw;
}

/// Inputs x, weight[, bias].
template <std::size_t N>
Tensors convolved(const Call& c) {
  const bool own_bias = c.count() > 2 && c.batched(2);
  if (!c.batched(1) && !own_bias) {
    Tensors inputs{merged(c.all(0)), c.inputs[1].tensor};
    if (c.count() > 2) inputs.push_back(c.inputs[2].tensor);
    return {parted(c.run(inputs, c.attributes)[0], c.size)};
  }
  if (!channels_first<N>(c)) return {};
  const auto attributes = grouped<N>(c);
  Tensor y = in_front(c.run({behind_first(c.all(0)), merged(c.all(1))}, &attributes)[0], c.size);
  if (c.count() > 2) {
    Tensor bias = unsqueeze(c.all(2), 1);
    for (std::size_t i = 0; i < N; ++i) bias = unsqueeze(bias, -1);
    y = y + bias;
  }
  return {c.attributes_as<ConvolutionAttributes<N>>().activation == Activation::relu ? relu(y) : y};
}

/// Inputs upstream, weight, x (its shape).
template <std::size_t N>
Tensors input_grads(const Call& c) {
  if (!c.batched(1))
    return {parted(c.run({merged(c.all(0)), c.inputs[1].tensor, merged(c.all(2))}, c.attributes)[0], c.size)};
  if (!channels_first<N>(c)) return {};
  const auto attributes = grouped<N>(c);
  return {in_front(c.run({behind_first(c.all(0)), merged(c.all(1)), behind_first(c.all(2))}, &attributes)[0], c.size)};
}

/// Inputs x, upstream, weight (its shape).
template <std::size_t N>
Tensors weight_grads(const Call& c) {
  if (!channels_first<N>(c)) return {};
  const auto attributes = grouped<N>(c);
  return {parted(c.run({behind_first(c.all(0)), behind_first(c.all(1)), merged(c.all(2))}, &attributes)[0], c.size)};
}

/// Inputs x, weight.
template <std::size_t N>
Tensors transposed(const Call& c) {
  if (!c.batched(1)) return {parted(c.run({merged(c.all(0)), c.inputs[1].tensor}, c.attributes)[0], c.size)};
  if (!channels_first<N>(c)) return {};
  const auto attributes = grouped<N>(c);
  return {in_front(c.run({behind_first(c.all(0)), merged(c.all(1))}, &attributes)[0], c.size)};
}

template <std::size_t N>
void add_convolutions(Rules& rules) {
  const ConvolutionOps& ops = convolution_ops(N);
  add(rules, convolved<N>, {ops.forward.name});
  add(rules, input_grads<N>, {ops.input_grad.name});
  add(rules, weight_grads<N>, {ops.weight_grad.name});
  add(rules, transposed<N>, {ops.transposed.name});
}

}  // namespace

void add_window_rules(Rules& rules) {
  add_convolutions<1>(rules);
  add_convolutions<2>(rules);
  add_convolutions<3>(rules);
  add(rules, more_images,
      {"max_pool1d",
       "max_pool1d_grad",
       "max_pool1d_gather",
       "max_pool1d_places",
       "avg_pool1d",
       "avg_pool1d_grad",
       "max_pool2d",
       "max_pool2d_grad",
       "max_pool2d_gather",
       "max_pool2d_places",
       "avg_pool2d",
       "avg_pool2d_grad",
       "max_pool3d",
       "max_pool3d_grad",
       "max_pool3d_gather",
       "max_pool3d_places",
       "avg_pool3d",
       "avg_pool3d_grad",
       "unfold",
       "unfold_grad",
       "fold"});
}

}  // namespace triptych::batching
