#include "triptych/eager/autograd.h"

#include "triptych/core/ops.h"

namespace triptych::eager {

std::vector<Tensor> grad(std::span<const Tensor> ys, std::span<const Tensor> xs, const GradOptions& options,
                         Location where) {
  if (!options.grad_outputs.empty() && options.grad_outputs.size() != ys.size())
    throw ArgumentError("grad", "the number of grad_outputs differs from that of the ys",
                        std::to_string(options.grad_outputs.size()) + " for " + std::to_string(ys.size()), "", where);
  std::vector<Tensor> found = gradients(ys, xs, options.grad_outputs,
                                        {.create_graph = options.create_graph,
                                         .retain_graph = options.retain_graph || options.create_graph,
                                         .allow_unused = options.allow_unused || options.materialize_grads},
                                        where);
  if (options.materialize_grads)
    for (std::size_t i = 0; i < found.size(); ++i)
      if (!found[i].defined()) found[i] = zeros_like(Arg(xs[i], where));
  return found;
}

}  // namespace triptych::eager
