// Sequences, and normalization beyond batch and layer; references by
// scripts/references/make_conformance_references_sequence.py.
#include <limits>

#include "samples.h"
#include "triptych/core/ops/attention.h"
#include "triptych/core/ops/ctc.h"
#include "triptych/core/ops/embedding_bag.h"
#include "triptych/core/ops/group_norm.h"
#include "triptych/core/ops/normalize.h"
#include "triptych/core/ops/padding.h"
#include "triptych/core/ops/positions.h"
#include "triptych/core/ops/recurrent.h"
#include "triptych/core/ops/rms_norm.h"
#include "triptych/core/ops/sync_batch_norm.h"

namespace tt = triptych;

namespace conformance {
namespace {

void add_attention_samples(std::vector<Sample>& samples) {
  const auto add = [&](const char* name, tt::AttentionOptions options) -> Sample& {
    samples.push_back({"attention", name, [options](const Tensors& x) {
                         tt::AttentionOptions with = options;
                         if (x.size() > 3) with.attn_mask = x[3];
                         return Tensors{tt::scaled_dot_product_attention(x[0], x[1], x[2], with)};
                       }});
    samples.back().rounds_parts = true;
    return samples.back();
  };
  add("plain", {});
  add("matrices", {});
  add("heads", {});
  add("broadcast", {}).unknown_dims = false;  // what is expanded must be known
  add("causal", {.is_causal = true});
  add("causal_more_queries", {.is_causal = true});
  add("scale", {.scale = 0.3});
  add("mask", {});
  add("mask_of_heads", {});
  add("bias", {});
  add("bias_of_keys", {});
  add("groups", {.enable_gqa = true}).unknown_dims = false;  // how many heads share one must be known
  add("no_keys", {}).unknown_dims = false;                   // the largest of no scores is an error
  add("no_queries", {});
}

/// The weights that inputs `first` on are, for one layer and direction.
tt::RecurrentWeights weights_at(const Tensors& x, std::size_t first, bool bias, bool projected) {
  tt::RecurrentWeights w{x[first], x[first + 1]};
  if (bias) {
    w.b_ih = x[first + 2];
    w.b_hh = x[first + 3];
  }
  if (projected) w.w_hr = x[first + (bias ? 4 : 2)];
  return w;
}

/// How the inputs of a sample are to be read.
struct Form {
  std::size_t count = 1;  // of layers and directions
  bool bias = true, projected = false, state = false, lengths = false;
  tt::RecurrentOptions options = {};
};

using Layers = std::function<Tensors(const Tensor&, const std::vector<tt::RecurrentWeights>&, tt::RecurrentOptions)>;

Tensors run(const Layers& layers, const Form& form, const Tensors& x) {
  tt::RecurrentOptions options = form.options;
  if (form.lengths) options.lengths = x[1];
  const std::size_t first = form.lengths ? 2 : 1, each = 2 + (form.bias ? 2 : 0) + form.projected;
  std::vector<tt::RecurrentWeights> weights;
  for (std::size_t i = 0; i < form.count; ++i)
    weights.push_back(weights_at(x, first + i * each, form.bias, form.projected));
  if (form.state) {
    options.h_0 = x[first + form.count * each];
    if (x.size() > first + form.count * each + 1) options.c_0 = x[first + form.count * each + 1];
  }
  return layers(x[0], weights, options);
}

void add_recurrent_samples(std::vector<Sample>& samples) {
  const auto add = [&](const char* op, const char* name, const Layers& layers, const Form& form) {
    samples.push_back({op, name, [=](const Tensors& x) { return run(layers, form, x); }});
    samples.back().tolerance = 1e-9;
    samples.back().unknown_dims = false;  // second derivatives go through steps whose number is known
    samples.back().roundings = 64;        // a state is rounded in each step
  };
  const Layers lstm = [](const Tensor& x, const auto& w, tt::RecurrentOptions o) {
    auto [output, h, c] = tt::lstm(x, w, o);
    return Tensors{output, h, c};
  };
  const Layers gru = [](const Tensor& x, const auto& w, tt::RecurrentOptions o) {
    auto [output, h] = tt::gru(x, w, o);
    return Tensors{output, h};
  };
  const Layers rnn_tanh = [](const Tensor& x, const auto& w, tt::RecurrentOptions o) {
    auto [output, h] = tt::rnn_tanh(x, w, o);
    return Tensors{output, h};
  };
  const Layers rnn_relu = [](const Tensor& x, const auto& w, tt::RecurrentOptions o) {
    auto [output, h] = tt::rnn_relu(x, w, o);
    return Tensors{output, h};
  };
  const std::pair<const char*, Layers> kinds[] = {
      {"lstm", lstm}, {"gru", gru}, {"rnn_tanh", rnn_tanh}, {"rnn_relu", rnn_relu}};
  for (const auto& [op, layers] : kinds) {
    add(op, "plain", layers, {});
    add(op, "no_bias", layers, {.bias = false});
    add(op, "state", layers, {.state = true});
    add(op, "two_layers_both_ways", layers, {.count = 4, .options = {.bidirectional = true}});
    add(op, "lengths", layers, {.count = 2, .lengths = true, .options = {.bidirectional = true, .batch_first = true}});
    add(op, "one_sequence", layers, {});
  }
  add("lstm", "projection", lstm, {.projected = true});
  add("lstm", "projection_state", lstm, {.projected = true, .state = true});
  add("lstm", "projection_lengths", lstm, {.projected = true, .lengths = true});

  const auto cell = [&](const char* op, std::function<Tensors(const Tensors&, const tt::RecurrentWeights&)> step) {
    samples.push_back({op, "cell", [=](const Tensors& x) { return step(x, weights_at(x, 1, true, false)); }});
    samples.back().tolerance = 1e-9;
    samples.back().roundings = 32;
  };
  cell("lstm", [](const Tensors& x, const tt::RecurrentWeights& w) {
    auto [h, c] = tt::lstm_cell(x[0], {x[5], x[6]}, w);
    return Tensors{h, c};
  });
  cell("gru", [](const Tensors& x, const tt::RecurrentWeights& w) { return Tensors{tt::gru_cell(x[0], x[5], w)}; });
  cell("rnn_tanh",
       [](const Tensors& x, const tt::RecurrentWeights& w) { return Tensors{tt::rnn_tanh_cell(x[0], x[5], w)}; });
  cell("rnn_relu",
       [](const Tensors& x, const tt::RecurrentWeights& w) { return Tensors{tt::rnn_relu_cell(x[0], x[5], w)}; });

  // Keras's: inputs x, both kernels transposed, one bias a row[, a mask].
  const auto keras = [&](const char* name, bool reset_after) {
    samples.push_back({"gru", name, [=](const Tensors& x) {
                         tt::RecurrentWeights w{x[1], x[2], tt::select(x[3], 0, 0)};
                         if (reset_after) w.b_hh = tt::select(x[3], 0, 1);
                         tt::RecurrentOptions options{.gate_order = tt::GateOrder::keras, .reset_after = reset_after};
                         if (x.size() > 4) {
                           options.mask = x[4];
                           options.zero_output_for_mask = false;
                         }
                         auto [output, h] = tt::gru(x[0], {w}, options);
                         return Tensors{output, h};
                       }});
    samples.back().tolerance = 1e-9;
    samples.back().unknown_dims = false;
    samples.back().roundings = 64;
  };
  keras("keras", true);
  keras("keras_reset_before", false);
  keras("keras_mask", true);
  keras("keras_mask_reset_before", false);
}

void add_normalization_samples(std::vector<Sample>& samples) {
  const auto add = [&](const char* op, const char* name, std::function<Tensor(const Tensors&)> f) -> Sample& {
    samples.push_back({op, name, [f = std::move(f)](const Tensors& x) { return Tensors{f(x)}; }});
    return samples.back();
  };
  add("group_norm", "plain", [](const Tensors& x) { return tt::group_norm(x[0], 3, x[1], x[2]); });
  add("group_norm", "without_parameters", [](const Tensors& x) { return tt::group_norm(x[0], 2); });
  add("group_norm", "scale", [](const Tensors& x) { return tt::group_norm(x[0], 2, x[1], {}, 0.1); });
  add("group_norm", "vectors", [](const Tensors& x) { return tt::group_norm(x[0], 2, x[1], x[2]); });
  add("group_norm", "no_examples", [](const Tensors& x) { return tt::group_norm(x[0], 2, x[1], x[2]); });
  add("instance_norm", "plain", [](const Tensors& x) {
    return tt::instance_norm(x[0], {.gamma = x[1], .beta = x[2]});
  }).unknown_dims = false;  // how many channels there are must be known
  add("instance_norm", "running", [](const Tensors& x) {
    return tt::instance_norm(
        x[0], {.running_mean = x[3], .running_var = x[4], .gamma = x[1], .beta = x[2], .use_input_stats = false});
  });
  add("rms_norm", "plain", [](const Tensors& x) { return tt::rms_norm(x[0], {4}, x[1], 1e-5); });
  add("rms_norm", "without_weight", [](const Tensors& x) { return tt::rms_norm(x[0], {3, 4}, {}, 0.1); });
  add("rms_norm", "two_axes", [](const Tensors& x) { return tt::rms_norm(x[0], {3, 4}, x[1], 1e-3); });
  add("rms_norm", "no_rows", [](const Tensors& x) { return tt::rms_norm(x[0], {4}, x[1]); });
  add("local_response_norm", "odd", [](const Tensors& x) { return tt::local_response_norm(x[0], 3, 0.5, 0.75, 2); });
  add("local_response_norm", "even", [](const Tensors& x) { return tt::local_response_norm(x[0], 4, 0.5); });
  add("local_response_norm", "one", [](const Tensors& x) { return tt::local_response_norm(x[0], 1); });
  add("normalize", "plain", [](const Tensors& x) { return tt::normalize(x[0]); });
  add("normalize", "one", [](const Tensors& x) { return tt::normalize(x[0], 1); });
  add("normalize", "three", [](const Tensors& x) { return tt::normalize(x[0], 3); });
  add("normalize", "infinity",
      [](const Tensors& x) { return tt::normalize(x[0], std::numeric_limits<double>::infinity()); });
  add("normalize", "first", [](const Tensors& x) { return tt::normalize(x[0], 2, 0, 3); });
  add("l2_normalize", "last", [](const Tensors& x) { return tt::l2_normalize(x[0], {-1}); });
  add("l2_normalize", "all", [](const Tensors& x) { return tt::l2_normalize(x[0]); });
  add("weight_norm", "first", [](const Tensors& x) { return tt::weight_norm(x[0], x[1]); });
  add("weight_norm", "last", [](const Tensors& x) { return tt::weight_norm(x[0], x[1], 2); });
  add("weight_norm", "whole", [](const Tensors& x) { return tt::weight_norm(x[0], x[1], std::nullopt); });
  const auto spectral = [&](const char* name, tt::SpectralNormOptions options) {
    samples.push_back({"spectral_norm", name, [options](const Tensors& x) {
                         auto [weight, u, v] = tt::spectral_norm(x[0], x[1], x[2], options);
                         return Tensors{weight, u, v};
                       }});
    // u and v are made without a gradient, which differences would see; and what is divided by amplifies rounding.
    samples.back().smooth = false;
    samples.back().roundings = 64;
  };
  spectral("one_step", {});
  spectral("second_axis", {.n_power_iterations = 3, .dim = 1});
  add("sync_batch_norm", "two_processes", [](const Tensors& x) {  // the other one has the same batch
    return tt::sync_batch_norm(x[0], {}, {}, x[1], x[2], {.training = true}, [](const Tensor& t) { return t * 2; });
  });
}

void add_ctc_samples(std::vector<Sample>& samples) {
  const auto add = [&](const char* name, tt::CtcLossOptions options, bool scores = true) {
    samples.push_back({"ctc_loss", name, [=](const Tensors& x) {
                         const Tensor log_probs = scores ? tt::log_softmax(x[0], -1) : x[0];
                         return Tensors{tt::ctc_loss(log_probs, x[1], x[2], x[3], options)};
                       }});
    samples.back().smooth = scores;       // the gradient of log_probs is that of scores
    samples.back().unknown_dims = false;  // second derivatives go through steps whose number is known
    samples.back().rounds_parts = true;
    samples.back().roundings = 32;
  };
  add("mean", {});
  add("none", {.reduction = tt::Reduction::none});
  add("sum", {.reduction = tt::Reduction::sum});
  add("blank", {.blank = 3});
  add("empty_target", {});
  add("impossible", {.zero_infinity = true});
  add("one_sequence", {});
  add("log_probs", {}, false);
}

void add_bag_samples(std::vector<Sample>& samples) {
  const auto add = [&](const std::string& name, tt::EmbeddingBagOptions options) -> Sample& {
    samples.push_back({"embedding_bag", name, [options](const Tensors& x) {
                         tt::EmbeddingBagOptions with = options;
                         if (x.size() > 2) (is_floating(x[2].dtype()) ? with.per_sample_weights : with.offsets) = x[2];
                         return Tensors{tt::embedding_bag(x[0], x[1], with)};
                       }});
    samples.back().smooth = options.mode != tt::BagMode::max;
    return samples.back();
  };
  for (const tt::BagMode mode : {tt::BagMode::sum, tt::BagMode::mean, tt::BagMode::max}) {
    const std::string name = name_of(mode);
    const bool unknown = mode != tt::BagMode::max;  // of a maximum the number of indices must be known
    add(name, {.mode = mode});
    add(name + "_offsets", {.mode = mode}).unknown_dims = unknown;
    add(name + "_padding", {.mode = mode, .padding_idx = 2});
    add(name + "_offsets_padding", {.mode = mode, .padding_idx = 2}).unknown_dims = unknown;
  }
  add("weights", {.mode = tt::BagMode::sum});
  add("last_offset", {.mode = tt::BagMode::sum, .include_last_offset = true});
}

void add_position_samples(std::vector<Sample>& samples) {
  const auto add = [&](const char* op, const char* name, std::function<Tensor(const Tensors&)> f) -> Sample& {
    samples.push_back({op, name, [f = std::move(f)](const Tensors& x) { return Tensors{f(x)}; }});
    samples.back().integers = false;
    return samples.back();
  };
  add("rotary_embedding", "halves", [](const Tensors& x) { return tt::rotary_embedding(x[0]); }).unknown_dims = false;
  add("rotary_embedding", "neighbours", [](const Tensors& x) {
    return tt::rotary_embedding(x[0], tt::RotaryOptions{.base = 100, .interleaved = true});
  }).unknown_dims = false;
  add("rotary_embedding", "positions", [](const Tensors& x) {
    return tt::rotary_embedding(x[0], x[1], tt::RotaryOptions{.offset = 2});
  }).unknown_dims = false;
  add("sinusoidal_positions", "plain",
      [](const Tensors&) { return tt::sinusoidal_positions(4, 6, 10000, tt::float64); });
  add("alibi_bias", "six_heads", [](const Tensors&) { return tt::alibi_bias(6, 3, 4, tt::float64); });
  add("pad_sequence", "plain", [](const Tensors& x) { return tt::pad_sequence(x); }).unknown_dims = false;
  add("pad_sequence", "left", [](const Tensors& x) {
    return tt::pad_sequence(x, true, 2, tt::PaddingSide::left);
  }).unknown_dims = false;
  add("sequence_mask", "plain", [](const Tensors& x) { return tt::sequence_mask(x[0], 5, tt::float64); });
}

}  // namespace

void add_sequence_samples(std::vector<Sample>& samples) {
  add_attention_samples(samples);
  add_recurrent_samples(samples);
  add_normalization_samples(samples);
  add_ctc_samples(samples);
  add_bag_samples(samples);
  add_position_samples(samples);
}

}  // namespace conformance
