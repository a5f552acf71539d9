// A config's fields: the arguments that a layer or an optimizer was made with, as JSON. One description of an object
// writes them and reads them, so that the two cannot differ.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "triptych/core/init.h"
#include "triptych/core/ops/volume_sizes.h"
#include "triptych/core/option_text.h"
#include "triptych/keras/constraints.h"
#include "triptych/keras/initializers.h"
#include "triptych/keras/layer.h"
#include "triptych/keras/layers/batch_normalization.h"
#include "triptych/keras/layers/cropping.h"
#include "triptych/keras/layers/preprocessing/hashing.h"
#include "triptych/keras/layers/preprocessing/images.h"
#include "triptych/keras/optimizers/base.h"
#include "triptych/keras/regularizers.h"

namespace triptych {
class Json;
}

namespace triptych::keras {

/// Fields of one object, which are written into it or read from it. What an object that is read lacks keeps its value.
/// ArgumentError, when reading, for a value that a field cannot have.
class Fields {
 public:
  /// Writes.
  explicit Fields(Json& object) : object_(object), const_object_(object) {}
  /// Reads; `what` is "Dense", for errors.
  Fields(const Json& object, std::string what, Location where);

  bool reading() const { return reading_; }
  Location where() const { return where_; }
  [[noreturn]] void fail(const std::string& key, const std::string& problem) const;

  void field(const char* key, bool& value);
  void field(const char* key, int& value);
  void field(const char* key, std::int64_t& value);
  void field(const char* key, double& value);
  void field(const char* key, std::string& value);
  void field(const char* key, std::optional<double>& value);
  void field(const char* key, std::optional<std::int64_t>& value);
  void field(const char* key, std::optional<bool>& value);
  void field(const char* key, std::optional<std::string>& value);
  void field(const char* key, std::optional<HashingMask>& value);
  void field(const char* key, std::optional<DType>& value);
  void field(const char* key, init::Seed& value);
  void field(const char* key, DType& value);
  void field(const char* key, Axes& value);
  void field(const char* key, Shape& value);
  void field(const char* key, Size2& value);
  void field(const char* key, Size3& value);
  void field(const char* key, std::optional<Size2>& value);
  void field(const char* key, std::optional<Size3>& value);
  void field(const char* key, Padding1& value);
  void field(const char* key, Padding2& value);
  void field(const char* key, Padding3& value);
  void field(const char* key, Border1& value);
  void field(const char* key, Border2& value);
  void field(const char* key, Border3& value);
  void field(const char* key, RenormClipping& value);
  void field(const char* key, FactorRange& value);
  void field(const char* key, std::optional<FactorRange>& value);
  void field(const char* key, ValueRange& value);
  void field(const char* key, std::vector<double>& value);
  void field(const char* key, std::vector<std::int64_t>& value);
  /// A number, or lists of them; none for an undefined tensor.
  void field(const char* key, Tensor& value);
  void field(const char* key, std::vector<std::string>& value);
  void field(const char* key, keras::Initializer& value);
  void field(const char* key, Activation& value);
  void field(const char* key, Regularizer& value);
  void field(const char* key, Constraint& value);
  void field(const char* key, LearningRate& value);
  void field(const char* key, Layer& value);
  void field(const char* key, std::vector<Layer>& value);

  // Numbers and texts that Keras leaves out as None.
  /// `none` here is null there.
  void field_or_none(const char* key, std::int64_t& value, std::int64_t none);
  void field_or_none(const char* key, double& value, double none);
  void field_or_none(const char* key, std::string& value, const char* none);
  /// A number if there is only one.
  void number_or_list(const char* key, std::vector<double>& value);
  /// A list even if it has one element.
  void list(const char* key, Axes& value);
  /// Of a window of one axis: a list in files, a number here.
  void size1(const char* key, std::int64_t& value);

  /// What the object is called; only when reading.
  void name(std::string& value);
  /// What the object computes in: the name of a policy, or a policy as an object; only when reading.
  void policy(DTypePolicy& value);
  /// A field that means nothing here.
  void ignore(const char* key);
  /// ArgumentError if the object that was read has a field that nobody asked for and that says something.
  void check_all_known() const;

 private:
  /// The value that is read; null if there is none, or if it is null.
  const Json* find(const char* key);
  Json& put(const char* key);
  template <class T>
  void number(const char* key, T& value);
  template <class Size>
  void sizes(const char* key, Size& value, const std::vector<std::int64_t*>& parts);
  std::vector<std::int64_t> integers(const char* key, const Json& value) const;

  Json& object_;
  const Json& const_object_;
  bool reading_ = false;
  std::string what_;
  Location where_;
  std::vector<std::string> known_;
};

/// The fields of any struct of options, by the names of its members, which are those of Keras's arguments. The name and
/// whether the object is trained stand elsewhere.
template <class Options>
void option_fields(Fields& fields, Options& options) {
#define TRIPTYCH_FIELD(member) \
  if constexpr (requires { options.member; }) fields.field(#member, options.member)
#define TRIPTYCH_FIELD_OR_NONE(member, none) \
  if constexpr (requires { options.member; }) fields.field_or_none(#member, options.member, none)
  if constexpr (requires { options.strides; }) {
    if constexpr (std::is_same_v<decltype(options.strides), std::int64_t>)
      fields.size1("strides", options.strides);
    else
      fields.field("strides", options.strides);
  }
  if constexpr (requires { options.dilation_rate; }) {
    if constexpr (std::is_same_v<decltype(options.dilation_rate), std::int64_t>)
      fields.size1("dilation_rate", options.dilation_rate);
    else
      fields.field("dilation_rate", options.dilation_rate);
  }
  TRIPTYCH_FIELD(padding);
  TRIPTYCH_FIELD(output_padding);
  TRIPTYCH_FIELD(data_format);
  TRIPTYCH_FIELD(groups);
  TRIPTYCH_FIELD(depth_multiplier);
  TRIPTYCH_FIELD(activation);
  TRIPTYCH_FIELD(recurrent_activation);
  TRIPTYCH_FIELD(use_bias);
  TRIPTYCH_FIELD(unit_forget_bias);
  TRIPTYCH_FIELD(reset_after);
  TRIPTYCH_FIELD(kernel_initializer);
  TRIPTYCH_FIELD(recurrent_initializer);
  TRIPTYCH_FIELD(depthwise_initializer);
  TRIPTYCH_FIELD(pointwise_initializer);
  TRIPTYCH_FIELD(bias_initializer);
  TRIPTYCH_FIELD(embeddings_initializer);
  TRIPTYCH_FIELD(alpha_initializer);
  TRIPTYCH_FIELD(beta_initializer);
  TRIPTYCH_FIELD(gamma_initializer);
  TRIPTYCH_FIELD(moving_mean_initializer);
  TRIPTYCH_FIELD(moving_variance_initializer);
  TRIPTYCH_FIELD(kernel_regularizer);
  TRIPTYCH_FIELD(recurrent_regularizer);
  TRIPTYCH_FIELD(depthwise_regularizer);
  TRIPTYCH_FIELD(pointwise_regularizer);
  TRIPTYCH_FIELD(bias_regularizer);
  TRIPTYCH_FIELD(embeddings_regularizer);
  TRIPTYCH_FIELD(alpha_regularizer);
  TRIPTYCH_FIELD(beta_regularizer);
  TRIPTYCH_FIELD(gamma_regularizer);
  TRIPTYCH_FIELD(activity_regularizer);
  TRIPTYCH_FIELD(kernel_constraint);
  TRIPTYCH_FIELD(recurrent_constraint);
  TRIPTYCH_FIELD(depthwise_constraint);
  TRIPTYCH_FIELD(pointwise_constraint);
  TRIPTYCH_FIELD(bias_constraint);
  TRIPTYCH_FIELD(embeddings_constraint);
  TRIPTYCH_FIELD(alpha_constraint);
  TRIPTYCH_FIELD(beta_constraint);
  TRIPTYCH_FIELD(gamma_constraint);
  // Of initializers.
  TRIPTYCH_FIELD(mean);
  TRIPTYCH_FIELD(stddev);
  TRIPTYCH_FIELD(minval);
  TRIPTYCH_FIELD(maxval);
  TRIPTYCH_FIELD(mode);
  TRIPTYCH_FIELD(distribution);
  TRIPTYCH_FIELD(input_axes);
  TRIPTYCH_FIELD(output_axes);
  TRIPTYCH_FIELD(gain);
  // Of constraints.
  TRIPTYCH_FIELD(min_value);
  TRIPTYCH_FIELD(rate);
  TRIPTYCH_FIELD(factor);
  // Of layers.
  TRIPTYCH_FIELD(axis);
  TRIPTYCH_FIELD(momentum);
  TRIPTYCH_FIELD(epsilon);
  TRIPTYCH_FIELD(center);
  TRIPTYCH_FIELD(scale);
  TRIPTYCH_FIELD(renorm);
  TRIPTYCH_FIELD(renorm_clipping);
  TRIPTYCH_FIELD(renorm_momentum);
  TRIPTYCH_FIELD(synchronized);
  TRIPTYCH_FIELD(rms_scaling);
  TRIPTYCH_FIELD(power_iterations);
  TRIPTYCH_FIELD(dropout);
  TRIPTYCH_FIELD(recurrent_dropout);
  TRIPTYCH_FIELD(noise_shape);
  if constexpr (requires { options.seed; }) {
    if constexpr (std::is_same_v<decltype(options.seed), std::int64_t>)
      fields.field_or_none("seed", options.seed, -1);
    else
      fields.field("seed", options.seed);
  }
  TRIPTYCH_FIELD(return_sequences);
  TRIPTYCH_FIELD(return_state);
  TRIPTYCH_FIELD(go_backwards);
  TRIPTYCH_FIELD(stateful);
  TRIPTYCH_FIELD(unroll);
  TRIPTYCH_FIELD(zero_output_for_mask);
  TRIPTYCH_FIELD_OR_NONE(merge_mode, "none");
  TRIPTYCH_FIELD(backward_layer);
  TRIPTYCH_FIELD(use_scale);
  TRIPTYCH_FIELD(score_mode);
  TRIPTYCH_FIELD_OR_NONE(value_dim, 0);
  TRIPTYCH_FIELD(output_shape);
  TRIPTYCH_FIELD(attention_axes);
  TRIPTYCH_FIELD_OR_NONE(sliding_window, 0);
  TRIPTYCH_FIELD(use_gate);
  TRIPTYCH_FIELD(keepdims);
  TRIPTYCH_FIELD(interpolation);
  TRIPTYCH_FIELD(normalize);
  TRIPTYCH_FIELD(l1);
  TRIPTYCH_FIELD(l2);
  TRIPTYCH_FIELD(max_value);
  TRIPTYCH_FIELD(negative_slope);
  TRIPTYCH_FIELD(threshold);
  TRIPTYCH_FIELD(shared_axes);
  TRIPTYCH_FIELD_OR_NONE(bias_axes, "");
  TRIPTYCH_FIELD(mask_zero);
  TRIPTYCH_FIELD(tie_weights);
  TRIPTYCH_FIELD(reverse_dtype);
  TRIPTYCH_FIELD_OR_NONE(logit_soft_cap, 0.0);
  // Of preprocessing layers.
  TRIPTYCH_FIELD(variance);
  TRIPTYCH_FIELD(invert);
  TRIPTYCH_FIELD(bin_boundaries);
  TRIPTYCH_FIELD_OR_NONE(num_bins, 0);
  TRIPTYCH_FIELD(output_mode);
  TRIPTYCH_FIELD(crop_to_aspect_ratio);
  TRIPTYCH_FIELD(pad_to_aspect_ratio);
  TRIPTYCH_FIELD(antialias);
  TRIPTYCH_FIELD(fill_mode);
  if constexpr (requires { options.fill_value.empty(); })
    fields.number_or_list("fill_value", options.fill_value);
  else
    TRIPTYCH_FIELD(fill_value);
  TRIPTYCH_FIELD(width_factor);
  TRIPTYCH_FIELD(value_range);
  TRIPTYCH_FIELD(x_factor);
  TRIPTYCH_FIELD(y_factor);
  TRIPTYCH_FIELD(addition_factor);
  TRIPTYCH_FIELD(threshold_factor);
  TRIPTYCH_FIELD(brightness_factor);
  TRIPTYCH_FIELD(contrast_factor);
  TRIPTYCH_FIELD(saturation_factor);
  TRIPTYCH_FIELD(hue_factor);
  TRIPTYCH_FIELD(bins);
  TRIPTYCH_FIELD(kernel_size);
  TRIPTYCH_FIELD(sigma);
  TRIPTYCH_FIELD(num_ops);
  TRIPTYCH_FIELD(num_chains);
  TRIPTYCH_FIELD(chain_depth);
  TRIPTYCH_FIELD(all_ops);
  TRIPTYCH_FIELD(clip_limit);
  TRIPTYCH_FIELD(tile_grid_size);
  // Of optimizers.
  TRIPTYCH_FIELD(learning_rate);
  TRIPTYCH_FIELD(nesterov);
  TRIPTYCH_FIELD(rho);
  TRIPTYCH_FIELD(centered);
  TRIPTYCH_FIELD(beta_1);
  TRIPTYCH_FIELD(beta_2);
  TRIPTYCH_FIELD(beta_2_decay);
  TRIPTYCH_FIELD(amsgrad);
  TRIPTYCH_FIELD(initial_accumulator_value);
  TRIPTYCH_FIELD(learning_rate_power);
  TRIPTYCH_FIELD(l1_regularization_strength);
  TRIPTYCH_FIELD(l2_regularization_strength);
  TRIPTYCH_FIELD(l2_shrinkage_regularization_strength);
  TRIPTYCH_FIELD(beta);
  TRIPTYCH_FIELD(epsilon_1);
  TRIPTYCH_FIELD(epsilon_2);
  TRIPTYCH_FIELD(clip_threshold);
  TRIPTYCH_FIELD(relative_step);
  TRIPTYCH_FIELD(warmup_steps);
  TRIPTYCH_FIELD(adam_beta_1);
  TRIPTYCH_FIELD(adam_beta_2);
  TRIPTYCH_FIELD(adam_weight_decay);
  TRIPTYCH_FIELD(exclude_layers);
  TRIPTYCH_FIELD(exclude_embeddings);
  TRIPTYCH_FIELD(muon_a);
  TRIPTYCH_FIELD(muon_b);
  TRIPTYCH_FIELD(muon_c);
  TRIPTYCH_FIELD(adam_lr_ratio);
  TRIPTYCH_FIELD(ns_steps);
  TRIPTYCH_FIELD(rms_rate);
  TRIPTYCH_FIELD_OR_NONE(weight_decay, 0.0);
  TRIPTYCH_FIELD(clipnorm);
  TRIPTYCH_FIELD(clipvalue);
  TRIPTYCH_FIELD(global_clipnorm);
  TRIPTYCH_FIELD(use_ema);
  TRIPTYCH_FIELD(ema_momentum);
  TRIPTYCH_FIELD(ema_overwrite_frequency);
  TRIPTYCH_FIELD(loss_scale_factor);
  TRIPTYCH_FIELD(gradient_accumulation_steps);
  TRIPTYCH_FIELD(initial_scale);
  TRIPTYCH_FIELD(dynamic_growth_steps);
  // Of losses and metrics.
  TRIPTYCH_FIELD(reduction);
  TRIPTYCH_FIELD(from_logits);
  TRIPTYCH_FIELD(label_smoothing);
  TRIPTYCH_FIELD(apply_class_balancing);
  TRIPTYCH_FIELD(alpha);
  TRIPTYCH_FIELD(gamma);
  TRIPTYCH_FIELD(delta);
  TRIPTYCH_FIELD(ignore_class);
  TRIPTYCH_FIELD(k);
  TRIPTYCH_FIELD(from_sorted_ids);
  TRIPTYCH_FIELD(num_thresholds);
  TRIPTYCH_FIELD(curve);
  TRIPTYCH_FIELD(summation_method);
  if constexpr (requires { options.thresholds; }) fields.number_or_list("thresholds", options.thresholds);
  TRIPTYCH_FIELD(multi_label);
  TRIPTYCH_FIELD(num_labels);
  TRIPTYCH_FIELD(label_weights);
  TRIPTYCH_FIELD(top_k);
  TRIPTYCH_FIELD(class_id);
  TRIPTYCH_FIELD_OR_NONE(average, "");
  TRIPTYCH_FIELD_OR_NONE(class_aggregation, "");
  TRIPTYCH_FIELD(num_regressors);
  TRIPTYCH_FIELD(target_class_ids);
  TRIPTYCH_FIELD(sparse_y_true);
  TRIPTYCH_FIELD(sparse_y_pred);
#undef TRIPTYCH_FIELD_OR_NONE
#undef TRIPTYCH_FIELD
}

/// An argument that stands before the options.
template <class T>
struct NamedArgument {
  const char* key;
  const T& value;
};
template <class T>
NamedArgument<T> arg(const char* key, const T& value) {
  return {key, value};
}

/// One field, by its own form where it is a window's size.
inline void argument_field(Fields& fields, const char* key, std::int64_t& value, bool is_window) {
  is_window ? fields.size1(key, value) : fields.field(key, value);
}
/// Of an argument that is called so.
bool is_window_size(const char* key);

template <class T>
void argument(Fields& fields, const char* key, T& value) {
  if constexpr (std::is_same_v<T, std::int64_t>)
    argument_field(fields, key, value, is_window_size(key));
  else if constexpr (std::is_same_v<T, std::vector<double>>)
    fields.number_or_list(key, value);
  else if constexpr (std::is_same_v<T, Axes>)
    std::string_view(key) == "dims" ? fields.list(key, value) : fields.field(key, value);
  else
    fields.field(key, value);
}

/// The object's text, and new ones from texts: what keeps JSON out of most files.
class ConfigWriter {
 public:
  ConfigWriter();
  ~ConfigWriter();
  ConfigWriter(const ConfigWriter&) = delete;
  ConfigWriter& operator=(const ConfigWriter&) = delete;
  Fields fields();
  std::string text() const;

 private:
  std::unique_ptr<Json> object_;
};

/// The arguments of a call as a config.
template <class Options, class... T>
std::string config_of(const Options& options, NamedArgument<T>... arguments) {
  ConfigWriter writer;
  Fields fields = writer.fields();
  (argument(fields, arguments.key, const_cast<T&>(arguments.value)), ...);  // it is only written from
  option_fields(fields, const_cast<Options&>(options));
  return writer.text();
}

/// The config with the layer as it is now; the second for a list of them.
std::string with_layer(const std::string& config, const char* key, const Layer& layer);
std::string with_layers(const std::string& config, const char* key, const std::vector<Layer>& layers);
std::string with_flag(const std::string& config, const char* key, bool value);

}  // namespace triptych::keras
