#include "core/autodiff/second_order.h"

#include "triptych/core/autograd.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

/// Whether a gradient can be asked of it.
bool differentiable(const Tensor& x) {
  return x.defined() && is_floating(x.dtype()) && (x.requires_grad() || x.is_symbolic());
}

/// d(ys . upstream) / d xs for those that take part; the others are undefined.
std::vector<Tensor> gradients_of(std::span<const Tensor> ys, std::span<const Tensor> upstream,
                                 std::span<const Tensor> xs) {
  std::vector<Tensor> outputs, cotangents, wanted, results(xs.size());
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < ys.size() && i < upstream.size(); ++i)
    if (differentiable(ys[i]) && upstream[i].defined()) {
      outputs.push_back(ys[i]);
      cotangents.push_back(upstream[i]);
    }
  for (std::size_t i = 0; i < xs.size(); ++i)
    if (differentiable(xs[i])) {
      wanted.push_back(xs[i]);
      places.push_back(i);
    }
  if (outputs.empty() || wanted.empty()) return results;
  std::vector<Tensor> found =
      gradients(outputs, wanted, cotangents, {.create_graph = true, .allow_unused = true}, Location());
  for (std::size_t i = 0; i < places.size(); ++i) results[places[i]] = std::move(found[i]);
  return results;
}

}  // namespace

void differentiate_gradient(Gradient& g, const GradientRoles& roles,
                            const std::function<std::vector<Tensor>(std::span<const Tensor>)>& function) {
  GradMode recording(true);
  // Identities of their own, so that one input's gradient does not run on into another that depends on it.
  const auto inputs_at = [&](const std::vector<int>& places) {
    std::vector<Tensor> result;
    for (const int place : places) {
      const Tensor input = g.input(place);
      result.push_back(is_floating(input.dtype()) ? identity(input) : input);
    }
    return result;
  };
  const std::vector<Tensor> arguments = inputs_at(roles.arguments), upstream = inputs_at(roles.upstream);
  const std::vector<Tensor> results = function(arguments);
  const std::vector<Tensor> all = gradients_of(results, upstream, arguments);
  std::vector<Tensor> first, again;
  for (int k = 0; k < g.output_count(); ++k) {
    first.push_back(all[static_cast<std::size_t>(roles.of_argument[static_cast<std::size_t>(k)])]);
    again.push_back(g.has_upstream(k) ? g.upstream(k) : Tensor());
  }
  std::vector<Tensor> inputs = arguments;
  inputs.insert(inputs.end(), upstream.begin(), upstream.end());
  std::vector<int> places = roles.arguments;
  places.insert(places.end(), roles.upstream.begin(), roles.upstream.end());
  std::vector<Tensor> second = gradients_of(first, again, inputs);
  for (std::size_t i = 0; i < places.size(); ++i)
    if (g.needs(places[i]) && second[i].defined()) g.set(places[i], std::move(second[i]));
}

}  // namespace triptych
