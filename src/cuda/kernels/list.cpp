// The explicit list of the library's CUDA kernels, by file: each file has one function that registers what is in it.
#include "cuda/kernels/kernels.h"

namespace triptych::cuda {

void register_adam_update_kernels();
void register_arange_kernels();
void register_arithmetic_kernels();
void register_assign_kernels();
void register_batch_norm_kernels();
void register_binary_cross_entropy_with_logits_kernels();
void register_cast_kernels();
void register_comparison_kernels();
void register_conv2d_kernels();
void register_custom_gradient_kernels();
void register_dropout_kernels();
void register_exponential_kernels();
void register_floor_divide_kernels();
void register_full_kernels();
void register_gelu_kernels();
void register_identity_kernels();
void register_isnan_kernels();
void register_logic_kernels();
void register_matmul_kernels();
void register_maximum_kernels();
void register_momentum_update_kernels();
void register_one_hot_kernels();
void register_pool2d_kernels();
void register_power_kernels();
void register_random_kernels();
void register_relu_kernels();
void register_roll_kernels();
void register_rounding_kernels();
void register_sgd_update_kernels();
void register_sigmoid_kernels();
void register_sign_kernels();
void register_softplus_kernels();
void register_sum_kernels();
void register_trigonometric_kernels();
void register_tril_kernels();
void register_where_kernels();

void register_kernels() {
  register_adam_update_kernels();
  register_arange_kernels();
  register_arithmetic_kernels();
  register_assign_kernels();
  register_batch_norm_kernels();
  register_binary_cross_entropy_with_logits_kernels();
  register_cast_kernels();
  register_comparison_kernels();
  register_conv2d_kernels();
  register_custom_gradient_kernels();
  register_dropout_kernels();
  register_exponential_kernels();
  register_floor_divide_kernels();
  register_full_kernels();
  register_gelu_kernels();
  register_identity_kernels();
  register_isnan_kernels();
  register_logic_kernels();
  register_matmul_kernels();
  register_maximum_kernels();
  register_momentum_update_kernels();
  register_one_hot_kernels();
  register_pool2d_kernels();
  register_power_kernels();
  register_random_kernels();
  register_relu_kernels();
  register_roll_kernels();
  register_rounding_kernels();
  register_sgd_update_kernels();
  register_sigmoid_kernels();
  register_sign_kernels();
  register_softplus_kernels();
  register_sum_kernels();
  register_trigonometric_kernels();
  register_tril_kernels();
  register_where_kernels();
}

}  // namespace triptych::cuda
