// Dropout by channels and for SELU: dropout's mask on ones of a smaller shape, or where something else takes a place.
#include <cmath>

#include "core/ops/ops.h"
#include "core/random/random.h"
#include "core/support/hyperparameter.h"
#include "core/tensor/transaction.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/dropout.h"
#include "triptych/core/ops/shaped_dropout.h"

namespace triptych {
namespace {

/// Whether there is something to do; checks p and x.
bool drops(const char* op, const Arg& x, const DropoutOptions& options) {
  Hyperparameters(op, x.where()).share("p", options.p);
  if (!is_floating(operand(op, x).dtype()))
    throw ArgumentError(op, "x is not floating", std::string(dtype_name(x.tensor().dtype())), "Convert it with cast",
                        x.where());
  return options.training && options.p > 0;
}

/// Ones for each channel of (N, C, ...), with all further axes of length one.
Tensor ones_of_channels(const Tensor& x, std::int64_t first) {
  Tensor part = x.detach();
  for (int axis = static_cast<int>(first); axis < part.ndim(); ++axis) part = slice(part, axis, {0, 1});
  return ones_like(part);
}

Tensor channel_dropout(const char* op, const Arg& x, const DropoutOptions& options, const Tensor& state, int batched,
                       bool without_batch) {
  const Frame frame(x.where());
  const bool any = drops(op, x, options);
  const int rank = x.tensor().ndim();
  if (rank != batched && rank != batched - 1)
    throw ArgumentError(op, "x has the wrong number of dimensions", x.tensor().shape().text(),
                        "It is (N, C, ...) of " + std::to_string(batched) + " dimensions, or one less", x.where());
  if (!any) return x.tensor();
  const Transaction whole;
  const std::int64_t spatial = rank == batched || !without_batch ? 2 : 1;
  return x.tensor() * dropout(ones_of_channels(x.tensor(), spatial), options, state);
}

/// With alpha' the lower limit of SELU, a = 1 / sqrt((1 - p) (1 + p alpha'^2)): a x where x stays, else a alpha', and
/// less a p alpha' everywhere.
Tensor alpha_dropped(const char* op, const Arg& x, const DropoutOptions& options, const Tensor& state, bool channels) {
  const Frame frame(x.where());
  if (!drops(op, x, options)) return x.tensor();
  const Tensor& input = x.tensor();
  if (channels && input.ndim() < 2)
    throw ArgumentError(op, "x is not (N, C, ...)", input.shape().text(), "", x.where());
  const Transaction whole;
  const Tensor kept = greater(dropout(channels ? ones_of_channels(input, 2) : ones_like(input), options, state), 0);
  constexpr double limit = -1.7580993408473766;
  const double p = options.p;
  if (p == 1) return where(kept, input, 0);
  const double a = 1 / std::sqrt((1 - p) * (1 + p * limit * limit)), shift = -a * p * limit;
  return rounded_once(input, [&](const Tensor& wide) { return where(kept, wide * a, a * limit) + shift; });
}

}  // namespace

Tensor dropout1d(Arg x, DropoutOptions options, const Tensor& state) {
  return channel_dropout("dropout1d", x, options, state, 3, true);
}

Tensor dropout2d(Arg x, DropoutOptions options, const Tensor& state) {
  return channel_dropout("dropout2d", x, options, state, 4, false);
}

Tensor dropout3d(Arg x, DropoutOptions options, const Tensor& state) {
  return channel_dropout("dropout3d", x, options, state, 5, true);
}

Tensor alpha_dropout(Arg x, DropoutOptions options, const Tensor& state) {
  return alpha_dropped("alpha_dropout", x, options, state, false);
}

Tensor feature_alpha_dropout(Arg x, DropoutOptions options, const Tensor& state) {
  return alpha_dropped("feature_alpha_dropout", x, options, state, true);
}

Tensor shaped_dropout(Arg x, double p, const Shape& noise_shape, Generator* generator) {
  const Frame frame(x.where());
  if (!drops("dropout", x, {.p = p})) return x.tensor();
  const Transaction whole;
  const Tensor& input = x.tensor();
  const DeviceScope beside(input.device());
  const Tensor noise = ones(noise_shape, input.dtype(), x.where());
  return mul(x, dropout(noise, {.p = p}, random_state_for(input, generator)));
}

}  // namespace triptych
