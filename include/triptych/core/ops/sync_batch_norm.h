// Batch normalization over the batches of several processes.
#pragma once

#include <functional>

#include "triptych/core/ops/normalization.h"
#include "triptych/core/tensor.h"

namespace triptych {

/// The sum of a tensor over all processes, the same in each of them, and differentiable: the gradient is summed, too.
using SumOverProcesses = std::function<Tensor(const Tensor& x)>;

/// `batch_norm` whose statistics in training are those of all processes' batches together: `sum` adds up, over the
/// processes, the sums over each batch. It is called twice, with 2 C and with C elements of float32 (float64 for a
/// float64 x). Without training, or without running statistics to use, as `batch_norm`.
/// @throws ArgumentError as `batch_norm`, or if `sum` is empty.
/// Source: torch.nn.SyncBatchNorm.
TRIPTYCH_API Tensor sync_batch_norm(Arg x, const Tensor& running_mean, const Tensor& running_var, const Tensor& gamma,
                                    const Tensor& beta, BatchNormOptions options, const SumOverProcesses& sum);

}  // namespace triptych
