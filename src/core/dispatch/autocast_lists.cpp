// The ops that autocast casts for: PyTorch's lists for GPUs, on all devices (ATen/autocast_mode.h). autocast_test holds
// them against PyTorch, and asks for a word on every op of the families that they are about.
#include "core/dispatch/autocast.h"

namespace triptych {
namespace {

/// Mostly products: they are fast in 16 bits, and their sums are float32 inside.
constexpr std::string_view lower[] = {"attention",        "conv1d",           "conv2d", "conv3d", "conv_transpose1d",
                                      "conv_transpose2d", "conv_transpose3d", "linear", "matmul", "recurrent_layer"};

/// What overflows in 16 bits, loses its digits, or adds up much.
constexpr std::string_view single[] = {
    // elementary, activation
    "acos", "asin", "cosh", "erfinv", "exp", "expm1", "log", "log10", "log1p", "log2", "log_softmax", "pow",
    "reciprocal", "rsqrt", "sinh", "softmax", "softplus", "square", "tan",
    // reduce
    "cumprod", "cumsum", "logsumexp", "norm", "prod", "sum",
    // normalization
    "group_norm", "layer_norm", "rms_norm",
    // loss
    "binary_cross_entropy", "binary_cross_entropy_with_logits", "cross_entropy", "ctc_loss", "nll_loss"};

/// They take several operands of one dtype. (Functions of numbers and tensors, as add and where, promote by
/// themselves.)
constexpr std::string_view widest[] = {"atan2", "concat", "index_add", "scatter_add"};

/// In the families of the ops above, but PyTorch leaves them alone.
constexpr std::string_view as_given[] = {
    // reduce
    "all", "any", "argmax", "argmin", "cummax", "cummin", "divide_by_count", "fading_sum", "logcumsumexp", "max",
    "mean", "min", "prod_of_others", "std", "sum_to_like", "tie_shares", "var",
    // normalization
    "batch_norm", "batch_norm_inference", "dropout"};

}  // namespace

std::span<const std::string_view> autocast_list(Autocasting to) {
  switch (to) {
    case Autocasting::lower:
      return lower;
    case Autocasting::single:
      return single;
    case Autocasting::widest:
      return widest;
    case Autocasting::as_given:
      break;
  }
  return as_given;
}

}  // namespace triptych
