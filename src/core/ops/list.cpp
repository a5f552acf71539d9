// The explicit list of the library's ops: two lines for each file, in the order of their names.
#include "core/ops/ops.h"

namespace triptych {

// clang-format off
extern const Op adam_update_op, amsgrad_update_op;
extern const Op any_op, all_op;
extern const Op arange_op, linspace_op, eye_op;
extern const Op argmax_op, argmin_op;
extern const Op add_op, sub_op, mul_op, div_op;
extern const Op assign_op, assign_add_op, assign_sub_op;
extern const Op batch_norm_op, batch_norm_grad_op, batch_norm_inference_op;
extern const Op binary_cross_entropy_with_logits_op;
extern const Op cast_op;
extern const Op equal_op, not_equal_op, less_op, less_equal_op, greater_op, greater_equal_op;
extern const Op concat_op, concat_grad_op, split_op;
extern const Op conv2d_op, conv2d_input_grad_op, conv2d_weight_grad_op;
extern const Op cross_entropy_op, cross_entropy_grad_op;
extern const Op cumsum_op;
extern const Op custom_gradient_op;
extern const Op dropout_op, dropout_grad_op;
extern const Op embedding_op, embedding_grad_op;
extern const Op expand_op, expand_like_op;
extern const Op exp_op, exp2_op, expm1_op, log_op, log1p_op, log2_op, log10_op, erf_op;
extern const Op floor_divide_op, remainder_op;
extern const Op full_op, full_like_op;
extern const Op gather_op, scatter_add_op, index_select_op, index_add_op;
extern const Op gelu_op, gelu_grad_op;
extern const Op identity_op, contiguous_op;
extern const Op isnan_op, isinf_op, isfinite_op;
extern const Op layer_norm_op, layer_norm_grad_op;
extern const Op linear_op;
extern const Op logical_and_op, logical_or_op, logical_xor_op, logical_not_op, bitwise_and_op, bitwise_or_op, bitwise_xor_op, bitwise_not_op;
extern const Op logsumexp_op;
extern const Op masked_select_op, masked_select_grad_op;
extern const Op matmul_op, matmul_weight_grad_op;
extern const Op max_op, min_op, tie_shares_op;
extern const Op maximum_op, minimum_op, clip_op;
extern const Op momentum_update_op;
extern const Op nll_loss_op, nll_loss_grad_op;
extern const Op nonzero_op;
extern const Op one_hot_op;
extern const Op pad_op;
extern const Op permute_op;
extern const Op max_pool2d_op, max_pool2d_grad_op, max_pool2d_gather_op, avg_pool2d_op, avg_pool2d_grad_op;
extern const Op pow_op, square_op, sqrt_op, rsqrt_op, reciprocal_op, hypot_op;
extern const Op prod_op, prod_of_others_op, prod_of_others_grad_op;
extern const Op random_uniform_op, random_normal_op, random_truncated_normal_op, random_uniform_like_op, random_normal_like_op, random_integers_op, random_bernoulli_op, random_permutation_op, random_multinomial_op;
extern const Op relu_op, relu_grad_op;
extern const Op reshape_op, reshape_like_op, flatten_op, squeeze_op, unsqueeze_op;
extern const Op roll_op;
extern const Op floor_op, ceil_op, round_op, trunc_op;
extern const Op sgd_update_op;
extern const Op sigmoid_op, tanh_op, silu_op, sigmoid_grad_op, tanh_grad_op, silu_grad_op;
extern const Op neg_op, abs_op, sign_op;
extern const Op slice_op, slice_grad_op, slice_update_op;
extern const Op softmax_op, softmax_grad_op, log_softmax_op, log_softmax_grad_op;
extern const Op leaky_relu_op, elu_op, softplus_op;
extern const Op sum_op, sum_grad_op, mean_op, divide_by_count_op, sum_to_like_op;
extern const Op sin_op, cos_op, tan_op, asin_op, acos_op, atan_op, sinh_op, cosh_op, asinh_op, acosh_op, atanh_op, atan2_op;
extern const Op to_device_op;
extern const Op tril_op, triu_op;
extern const Op var_op, std_op;
extern const Op where_op;

std::vector<const Op*> builtin_ops() {
  return {
      &adam_update_op, &amsgrad_update_op,
      &any_op, &all_op,
      &arange_op, &linspace_op, &eye_op,
      &argmax_op, &argmin_op,
      &add_op, &sub_op, &mul_op, &div_op,
      &assign_op, &assign_add_op, &assign_sub_op,
      &batch_norm_op, &batch_norm_grad_op, &batch_norm_inference_op,
      &binary_cross_entropy_with_logits_op,
      &cast_op,
      &equal_op, &not_equal_op, &less_op, &less_equal_op, &greater_op, &greater_equal_op,
      &concat_op, &concat_grad_op, &split_op,
      &conv2d_op, &conv2d_input_grad_op, &conv2d_weight_grad_op,
      &cross_entropy_op, &cross_entropy_grad_op,
      &cumsum_op,
      &custom_gradient_op,
      &dropout_op, &dropout_grad_op,
      &embedding_op, &embedding_grad_op,
      &expand_op, &expand_like_op,
      &exp_op, &exp2_op, &expm1_op, &log_op, &log1p_op, &log2_op, &log10_op, &erf_op,
      &floor_divide_op, &remainder_op,
      &full_op, &full_like_op,
      &gather_op, &scatter_add_op, &index_select_op, &index_add_op,
      &gelu_op, &gelu_grad_op,
      &identity_op, &contiguous_op,
      &isnan_op, &isinf_op, &isfinite_op,
      &layer_norm_op, &layer_norm_grad_op,
      &linear_op,
      &logical_and_op, &logical_or_op, &logical_xor_op, &logical_not_op, &bitwise_and_op, &bitwise_or_op, &bitwise_xor_op, &bitwise_not_op,
      &logsumexp_op,
      &masked_select_op, &masked_select_grad_op,
      &matmul_op, &matmul_weight_grad_op,
      &max_op, &min_op, &tie_shares_op,
      &maximum_op, &minimum_op, &clip_op,
      &momentum_update_op,
      &nll_loss_op, &nll_loss_grad_op,
      &nonzero_op,
      &one_hot_op,
      &pad_op,
      &permute_op,
      &max_pool2d_op, &max_pool2d_grad_op, &max_pool2d_gather_op, &avg_pool2d_op, &avg_pool2d_grad_op,
      &pow_op, &square_op, &sqrt_op, &rsqrt_op, &reciprocal_op, &hypot_op,
      &prod_op, &prod_of_others_op, &prod_of_others_grad_op,
      &random_uniform_op, &random_normal_op, &random_truncated_normal_op, &random_uniform_like_op, &random_normal_like_op, &random_integers_op, &random_bernoulli_op, &random_permutation_op, &random_multinomial_op,
      &relu_op, &relu_grad_op,
      &reshape_op, &reshape_like_op, &flatten_op, &squeeze_op, &unsqueeze_op,
      &roll_op,
      &floor_op, &ceil_op, &round_op, &trunc_op,
      &sgd_update_op,
      &sigmoid_op, &tanh_op, &silu_op, &sigmoid_grad_op, &tanh_grad_op, &silu_grad_op,
      &neg_op, &abs_op, &sign_op,
      &slice_op, &slice_grad_op, &slice_update_op,
      &softmax_op, &softmax_grad_op, &log_softmax_op, &log_softmax_grad_op,
      &leaky_relu_op, &elu_op, &softplus_op,
      &sum_op, &sum_grad_op, &mean_op, &divide_by_count_op, &sum_to_like_op,
      &sin_op, &cos_op, &tan_op, &asin_op, &acos_op, &atan_op, &sinh_op, &cosh_op, &asinh_op, &acosh_op, &atanh_op, &atan2_op,
      &to_device_op,
      &tril_op, &triu_op,
      &var_op, &std_op,
      &where_op,
  };
}
// clang-format on

}  // namespace triptych
