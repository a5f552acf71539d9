// What programs are made of: a line for each call of a public function. Every registered op must occur in what these
// give and in their gradients (coverage.cpp), so a new op needs a line here.
#include <utility>

#include "choices.h"
#include "triptych/core/autocast.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/loss_scaling.h"
#include "triptych/core/ops/order.h"
#include "triptych/core/ops/scans.h"
#include "triptych/core/ops/statistics.h"
#include "triptych/core/random.h"

namespace programs {
namespace {

Tensors results(Tensor x) { return {std::move(x)}; }
Tensors results(Tensors x) { return x; }

// A call, and its text.
#define CALL(...)                                                            \
  [](Operands& x, const Arguments& a) -> Tensors {                           \
    return static_cast<void>(x), static_cast<void>(a), results(__VA_ARGS__); \
  },                                                                         \
      #__VA_ARGS__
#define EFFECT(...) \
  [](Operands& x, const Arguments& a) -> Tensors { return static_cast<void>(a), __VA_ARGS__, Tensors(); }, #__VA_ARGS__
#define UNARY(name) \
  { #name, any_one, CALL(tt::name(x[0])) }
#define BINARY(name) \
  { #name, any_two, CALL(tt::name(x[0], x[1])) }
#define BITWISE(name) \
  { #name, whole_two, CALL(tt::name(x[0], x[1])) }
#define REDUCTION(name) \
  {#name, reduction, CALL(tt::name(x[0], a.axes, a.flag))}, { #name "_all", any_one, CALL(tt::name(x[0])) }
#define IN_PLACE(method, function) \
  { #method, in_place, CALL(x.target().method(x[1])), CALL(tt::cast(tt::function(x[0], x[1]), a.dtype)) }

std::vector<Word> words() {
  return {
      // arithmetic
      BINARY(add),
      BINARY(sub),
      BINARY(mul),
      BINARY(div),
      BINARY(floor_divide),
      BINARY(remainder),
      BINARY(pow),
      BINARY(maximum),
      BINARY(minimum),
      BINARY(hypot),
      BINARY(atan2),
      UNARY(neg),
      UNARY(abs),
      UNARY(sign),
      UNARY(square),
      UNARY(sqrt),
      UNARY(rsqrt),
      UNARY(reciprocal),
      {"add_number", with_number, CALL(tt::add(x[0], a.number))},
      {"add_whole", with_number, CALL(tt::add(a.n, x[0]))},
      {"sub_number", with_number, CALL(tt::sub(x[0], a.number))},
      {"sub_from_number", with_number, CALL(tt::sub(a.number, x[0]))},
      {"mul_number", with_number, CALL(tt::mul(x[0], a.number))},
      {"mul_whole", with_number, CALL(tt::mul(x[0], a.n))},
      {"div_number", with_number, CALL(tt::div(x[0], a.number))},
      {"pow_number", with_number, CALL(tt::pow(x[0], a.number))},
      {"floor_divide_whole", with_number, CALL(tt::floor_divide(x[0], a.n))},
      {"clip", with_number, CALL(tt::clip(x[0], -1, a.n))},
      {"lerp", interpolation, CALL(tt::lerp(x[0], x[1], x[2]))},
      // comparison
      BINARY(equal),
      BINARY(not_equal),
      BINARY(less),
      BINARY(less_equal),
      BINARY(greater),
      BINARY(greater_equal),
      BINARY(logical_and),
      BINARY(logical_or),
      BINARY(logical_xor),
      UNARY(logical_not),
      BITWISE(bitwise_and),
      BITWISE(bitwise_or),
      BITWISE(bitwise_xor),
      {"bitwise_not", whole_one, CALL(tt::bitwise_not(x[0]))},
      UNARY(isnan),
      UNARY(isinf),
      UNARY(isfinite),
      {"where", choice, CALL(tt::where(x[1], x[0], x[2]))},
      // elementary
      UNARY(exp),
      UNARY(exp2),
      UNARY(expm1),
      UNARY(log),
      UNARY(log1p),
      UNARY(log2),
      UNARY(log10),
      UNARY(erf),
      UNARY(sin),
      UNARY(cos),
      UNARY(tan),
      UNARY(asin),
      UNARY(acos),
      UNARY(atan),
      UNARY(sinh),
      UNARY(cosh),
      UNARY(asinh),
      UNARY(acosh),
      UNARY(atanh),
      UNARY(floor),
      UNARY(ceil),
      UNARY(round),
      UNARY(trunc),
      {"log_of_positive", floating_one, CALL(tt::log(tt::abs(x[0]) + 0.5))},
      {"cast", [](Chooser& c) { return c.a.dtype = c.dtype(), c.take(); }, CALL(tt::cast(x[0], a.dtype))},
      // activation
      UNARY(relu),
      UNARY(elu),
      UNARY(gelu),
      UNARY(silu),
      UNARY(sigmoid),
      UNARY(tanh),
      UNARY(relu6),
      UNARY(hardtanh),
      UNARY(hardsigmoid),
      UNARY(hardswish),
      UNARY(selu),
      UNARY(celu),
      UNARY(mish),
      UNARY(softsign),
      UNARY(log_sigmoid),
      {"gelu_tanh", any_one, CALL(tt::gelu(x[0], {.approximate = "tanh"}))},
      {"leaky_relu", any_one, CALL(tt::leaky_relu(x[0], 0.25))},
      {"softplus", any_one, CALL(tt::softplus(x[0], 2, 3))},
      {"glu", even_axis, CALL(tt::glu(x[0]))},
      {"softmax", axis_of_floating, CALL(tt::softmax(x[0], a.axis))},
      {"log_softmax", axis_of_floating, CALL(tt::log_softmax(x[0], a.axis))},
      // reduce
      REDUCTION(sum),
      REDUCTION(mean),
      REDUCTION(prod),
      REDUCTION(max),
      REDUCTION(min),
      REDUCTION(any),
      REDUCTION(all),
      REDUCTION(count_nonzero),
      REDUCTION(logsumexp),
      REDUCTION(norm),
      {"var", floating_reduction, CALL(tt::var(x[0], a.axes, {.correction = a.number, .keepdims = a.flag}))},
      {"std", floating_reduction, CALL(tt::std(x[0], a.axes, {.correction = a.number, .keepdims = a.flag}))},
      {"argmax", axis_of_any, CALL(tt::argmax(x[0], a.axis, a.flag))},
      {"argmin", axis_of_any, CALL(tt::argmin(x[0], a.axis, a.flag))},
      {"argmax_all", any_one, CALL(tt::argmax(x[0]))},
      {"cumsum", axis_of_any, CALL(tt::cumsum(x[0], a.axis))},
      {"cumprod", axis_of_any, CALL(tt::cumprod(x[0], a.axis))},
      {"cummax", axis_of_any, CALL(tt::cummax(x[0], a.axis).values)},
      {"cummin_indices", axis_of_any, CALL(tt::cummin(x[0], a.axis).indices)},
      {"logcumsumexp", axis_of_floating, CALL(tt::logcumsumexp(x[0], a.axis))},
      {"diff", one_of_axis, CALL(tt::diff(x[0], 2, a.axis))},
      {"trapezoid", axis_of_floating, CALL(tt::trapezoid(x[0], 0.5, a.axis))},
      {"max_with_indices", one_of_axis, CALL(tt::max_with_indices(x[0], a.axis, a.flag).values)},
      {"min_with_indices", one_of_axis, CALL(tt::min_with_indices(x[0], a.axis).indices)},
      {"var_mean", floating_reduction, CALL(tt::var_mean(x[0], a.axes, {.correction = 0, .keepdims = a.flag}).mean)},
      {"vector_norm", floating_reduction, CALL(tt::vector_norm(x[0], 3, a.axes, a.flag))},
      REDUCTION(nansum),
      {"nanmean", floating_reduction, CALL(tt::nanmean(x[0], a.axes, a.flag))},
      {"median", one_of_axis, CALL(tt::median(x[0], a.axis, a.flag).values)},
      {"nanmedian", one_of_axis, CALL(tt::nanmedian(x[0], a.axis).indices)},
      {"mode", one_of_axis, CALL(tt::mode(x[0], a.axis, a.flag).values)},
      {"sum_to_like", sum_to, CALL(tt::sum_to_like(x[0], x[1]))},
      // shape
      UNARY(identity),
      UNARY(contiguous),
      UNARY(squeeze),
      {"clone", any_one, CALL(x[0].clone())},
      {"detach", any_one, CALL(x[0].detach())},
      {"reshape", reshaped, CALL(tt::reshape(x[0], a.shape))},
      {"reshape_like", masked, CALL(tt::reshape_like(tt::flatten(x[0]), x[1]))},
      {"flatten", flattened, CALL(tt::flatten(x[0], a.start, a.stop))},
      {"unsqueeze", new_axis, CALL(tt::unsqueeze(x[0], a.axis))},
      {"squeeze_axes", axes_of_length_one, CALL(tt::squeeze(x[0], a.axes))},
      {"permute", permuted, CALL(tt::permute(x[0], a.axes))},
      {"transpose", two_axes, CALL(tt::transpose(x[0], a.axis, a.other))},
      {"moveaxis", two_axes, CALL(tt::moveaxis(x[0], a.axis, a.other))},
      {"expand", expanded, CALL(tt::expand(x[0], a.shape))},
      {"expand_like", one_and_like, CALL(tt::expand_like(x[0], x[1]))},
      {"tile", tiled, CALL(tt::tile(x[0], a.axes))},
      {"repeat", repeated, CALL(tt::repeat(x[0], a.n, a.axis))},
      {"roll", rolled, CALL(tt::roll(x[0], a.n, a.axis))},
      {"tril", matrix_part, CALL(tt::tril(x[0], a.n))},
      {"triu", matrix_part, CALL(tt::triu(x[0], a.n))},
      {"diag", diagonal, CALL(tt::diag(x[0], a.n))},
      {"concat", joined, CALL(tt::concat(x.all(), a.axis))},
      {"stack", stacked, CALL(tt::stack(x.all(), a.axis))},
      {"split", parts, CALL(tt::split(x[0], a.n, a.axis))},
      {"split_sizes", parts, CALL(tt::split(x[0], a.shape, a.axis))},
      {"chunk", parts, CALL(tt::chunk(x[0], 2, a.axis))},
      {"slice", sliced, CALL(tt::slice(x[0], a.axis, tt::Slice(a.start, a.stop, a.step)))},
      {"select", one_of_axis, CALL(tt::select(x[0], a.axis, a.n))},
      {"flip", reduction, CALL(tt::flip(x[0], a.axes))},
      {"index", one_of_axis, CALL(tt::index(x[0], {tt::ellipsis, tt::Slice(tt::none, tt::none, 2), tt::newaxis}))},
      {"index_update", part_and_value, CALL(tt::index_update(x[0], {tt::Slice(a.start, a.stop)}, x[1]))},
      {"pad", padded, CALL(tt::pad(x[0], a.pairs, a.n))},
      // indexing
      {"gather", gathered, CALL(tt::gather(x[0], a.axis, x[1]))},
      {"scatter_add", scattered, CALL(tt::scatter_add(x[0], a.axis, x[1], x[2]))},
      {"index_select", selected, CALL(tt::index_select(x[0], a.axis, x[1]))},
      {"index_add", added_at, CALL(tt::index_add(x[0], a.axis, x[1], x[2]))},
      {"nonzero", any_one, CALL(tt::nonzero(x[0]))},
      {"masked_select", masked, CALL(tt::masked_select(x[0], x[1]))},
      {"one_hot", indices, CALL(tt::one_hot(x[0], a.n, a.dtype))},
      {"embedding", table_and_indices, CALL(tt::embedding(x[0], x[1], {.padding_idx = a.n}))},
      // order
      {"sort", axis_of_any, CALL(tt::sort(x[0], a.axis, a.flag).values)},
      {"sort_indices", axis_of_any, CALL(tt::sort(x[0], a.axis, a.flag).indices)},
      {"topk", some_of_axis, CALL(tt::topk(x[0], a.n, a.axis, a.flag).values)},
      {"kthvalue", some_of_axis, CALL(tt::kthvalue(x[0], a.n, a.axis, a.flag).values)},
      UNARY(unique),
      UNARY(unique_consecutive),
      {"unique_inverse", any_one, CALL(tt::unique(x[0], {.return_inverse = true}).inverse_indices)},
      {"unique_slices", axis_of_any, CALL(tt::unique(x[0], {.return_counts = true, .axis = a.axis}).counts)},
      {"searchsorted", any_two, CALL(tt::searchsorted(tt::sort(tt::flatten(x[0])).values, x[1], {.right = true}))},
      {"isin", any_two, CALL(tt::isin(x[0], x[1]))},
      {"bincount", indices, CALL(tt::bincount(tt::flatten(x[0])))},
      {"bincount_weights", labelled, CALL(tt::bincount(x[1], {.weights = tt::select(x[0], 1, 0)}))},
      // product
      {"matmul", product, CALL(tt::matmul(x[0], x[1]))},
      {"linear", affine, CALL(tt::linear(x[0], x[1], x[2]))},
      {"linear_relu", affine, CALL(tt::linear(x[0], x[1], x[2], {.activation = tt::Activation::relu}))},
      {"matmul_add", affine_by_hand, CALL(tt::add(tt::matmul(x[0], x[1]), x[2]))},
      {"matmul_add_relu", affine_by_hand, CALL(tt::relu(tt::add(tt::matmul(x[0], x[1]), x[2])))},
      // conv, pool
      {"conv2d", convolution,
       CALL(tt::conv2d(x[0], x[1], x[2], {.stride = a.n, .padding = a.start, .dilation = a.step, .groups = a.other}))},
      {"conv2d_relu", convolution,
       CALL(tt::relu(tt::conv2d(x[0], x[1], x[2], {.stride = a.n, .padding = a.start, .groups = a.other})))},
      {"conv2d_wide", wide_convolution, CALL(tt::conv2d(x[0], x[1], {.padding = 1}))},
      {"max_pool2d", pooling,
       CALL(tt::max_pool2d(x[0], {.kernel_size = a.n, .stride = a.step, .padding = a.start, .ceil_mode = a.flag}))},
      {"relu_max_pool2d", pooling,
       CALL(tt::max_pool2d(tt::relu(x[0]), {.kernel_size = a.n, .stride = a.step, .padding = a.start}))},
      {"avg_pool2d", pooling,
       CALL(tt::avg_pool2d(x[0], {.kernel_size = a.n, .stride = a.step, .padding = a.start, .ceil_mode = a.flag}))},
      {"global_avg_pool2d", whole_image, CALL(tt::global_avg_pool2d(x[0], {.keepdims = a.flag}))},
      {"global_max_pool2d", whole_image, CALL(tt::global_max_pool2d(x[0], {.keepdims = a.flag}))},
      // normalization
      {"batch_norm", batch, CALL(tt::batch_norm(x[0], x[1], x[2], x[3], x[4], {.training = true}))},
      {"batch_norm_inference", batch, CALL(tt::batch_norm(x[0], x[1], x[2], x[3], x[4]))},
      {"layer_norm", rows, CALL(tt::layer_norm(x[0], a.shape, x[1], x[2]))},
      {"dropout", dropped, CALL(tt::dropout(x[0], {.p = a.number}, x[1]))},
      // loss
      {"cross_entropy", labelled, CALL(tt::cross_entropy(x[0], x[1], {.label_smoothing = a.number}))},
      {"nll_loss", labelled, CALL(tt::nll_loss(tt::log_softmax(x[0], 1), x[1]))},
      {"sparse_softmax_cross_entropy", labelled, CALL(tt::sparse_softmax_cross_entropy(x[0], x[1]))},
      {"softmax_cross_entropy", with_probabilities, CALL(tt::softmax_cross_entropy(x[0], x[1]))},
      {"mse_loss", with_target, CALL(tt::mse_loss(x[0], x[1]))},
      {"l1_loss", with_target, CALL(tt::l1_loss(x[0], x[1], {.reduction = tt::Reduction::sum}))},
      {"huber_loss", with_target, CALL(tt::huber_loss(x[0], x[1], {.reduction = tt::Reduction::none}))},
      {"binary_cross_entropy_with_logits", with_target, CALL(tt::binary_cross_entropy_with_logits(x[0], x[1]))},
      // in an Autocast, which lives to the end of the expression
      {"autocast_matmul", product, CALL((static_cast<void>(tt::Autocast(tt::bfloat16)), tt::matmul(x[0], x[1])))},
      {"autocast_linear", affine,
       CALL((static_cast<void>(tt::Autocast(tt::float16)), tt::relu(tt::linear(x[0], x[1], x[2]))))},
      {"autocast_softmax", axis_of_floating,
       CALL((static_cast<void>(tt::Autocast(tt::float16)), tt::softmax(x[0], a.axis)))},
      {"autocast_sum", reduction, CALL((static_cast<void>(tt::Autocast(tt::bfloat16)), tt::sum(x[0], a.axes, a.flag)))},
      {"autocast_mse_loss", with_target,
       CALL((static_cast<void>(tt::Autocast(tt::bfloat16)), tt::mse_loss(x[0], x[1])))},
      // creation
      {"full", created, CALL(tt::full(a.shape, a.number, a.dtype))},
      {"arange", created, CALL(tt::arange(0, a.n, 1, a.dtype))},
      {"linspace", created, CALL(tt::linspace(-1, 2, a.n))},
      {"eye", created, CALL(tt::eye(a.n, a.other))},
      {"full_like", with_number, CALL(tt::full_like(x[0], a.n))},
      {"zeros_like", any_one, CALL(tt::zeros_like(x[0]))},
      // random
      {"random_uniform", drawn, CALL(tt::random_uniform(x[0], a.shape, -1, 1, a.dtype))},
      {"random_normal", drawn, CALL(tt::random_normal(x[0], a.shape, 0, 1, a.dtype))},
      {"random_truncated_normal", drawn, CALL(tt::random_truncated_normal(x[0], a.shape, 0, 1, a.dtype))},
      {"random_integers", drawn_whole, CALL(tt::random_integers(x[0], 0, 5, a.shape, a.dtype))},
      {"random_permutation", drawn, CALL(tt::random_permutation(x[0], a.n))},
      {"random_uniform_like", drawn_like, CALL(tt::random_uniform_like(x[0], x[1]))},
      {"random_normal_like", drawn_like, CALL(tt::random_normal_like(x[0], x[1]))},
      {"random_bernoulli", drawn_by, CALL(tt::random_bernoulli(x[0], x[1]))},
      {"random_multinomial", drawn_by, CALL(tt::random_multinomial(x[0], x[1], a.n, a.flag))},
      // state, and what is changed in place
      {"assign", state_and_value, EFFECT(tt::assign(x[0], x[1]))},
      {"assign_add", state_and_value, EFFECT(tt::assign_add(x[0], x[1]))},
      {"assign_sub", state_and_value, EFFECT(tt::assign_sub(x[0], x[1]))},
      {"sgd_update", updated, EFFECT(tt::sgd_update(x[0], Tensors{x[1]}, Tensors{x[2]}, {.weight_decay = 0.5}))},
      {"momentum_update", updated,
       EFFECT(tt::momentum_update(x[0], Tensors{x[1]}, Tensors{x[2]}, Tensors{x[3]}, Tensors{x[6]},
                                  {.momentum = 0.5, .nesterov = a.flag}))},
      {"adam_update", updated,
       EFFECT(tt::adam_update(x[0], Tensors{x[1]}, Tensors{x[2]}, Tensors{x[3]}, Tensors{x[4]}, Tensors{x[6]}))},
      {"amsgrad_update", updated,
       EFFECT(tt::adam_update(x[0], Tensors{x[1]}, Tensors{x[2]}, Tensors{x[3]}, Tensors{x[4]}, Tensors{x[6]}, {},
                              Tensors{x[5]}))},
      {"skipped_update", updated,
       EFFECT((static_cast<void>(tt::SkipUpdates(tt::full({}, a.flag ? 1.0 : 0.0))),
               tt::sgd_update(x[0], Tensors{x[1]}, Tensors{x[2]})))},
      {"amp_check_finite_and_unscale", floating_one,
       CALL(tt::amp_check_finite_and_unscale(Tensors{x[0]}, tt::tensor(0.5, tt::float32)).gradients)},
      {"amp_found_inf", floating_one,
       CALL(tt::amp_check_finite_and_unscale(x.all(), tt::tensor(0.5, tt::float32)).found_inf)},
      {"amp_update_scale", loss_scale, EFFECT(tt::amp_update_scale(x[0], x[1], x[2], {.growth_interval = 2}))},
      IN_PLACE(add_, add),
      IN_PLACE(sub_, sub),
      IN_PLACE(mul_, mul),
      IN_PLACE(div_, div),
      {"copy_", in_place, CALL(x.target().copy_(x[1])),
       CALL(tt::cast(tt::identity(tt::expand_like(x[1], x[0])), a.dtype))},
      {"fill_", filled, CALL(x.target().fill_(a.n)), CALL(tt::full_like(x[0], a.n))},
      {"set", part_and_value, CALL(x.target().set(tt::Slice(a.start, a.stop), x[1])),
       CALL(tt::index_update(x[0], {tt::Slice(a.start, a.stop)}, x[1]))},
  };
}

}  // namespace

const std::vector<Word>& catalogue() {
  static const std::vector<Word> all = words();
  return all;
}

}  // namespace programs
