// Recurrent layers, attention, normalisation, noise, activations from their configs.
#include "api_keras/saving/remake.h"
#include "triptych/keras/layers.h"

namespace triptych::keras {

std::span<const LayerClass> layers_others() {
  static constexpr LayerClass classes[] = {
      {"SimpleRNN",
       [](Fields& config) { return Remake<std::int64_t, SimpleRNNOptions>::by(layers::SimpleRNN, {"units"}, config); }},
      {"SimpleRNNCell",
       [](Fields& config) {
         return Remake<std::int64_t, SimpleRNNCellOptions>::by(layers::SimpleRNNCell, {"units"}, config);
       }},
      {"LSTM", [](Fields& config) { return Remake<std::int64_t, LSTMOptions>::by(layers::LSTM, {"units"}, config); }},
      {"LSTMCell",
       [](Fields& config) { return Remake<std::int64_t, LSTMCellOptions>::by(layers::LSTMCell, {"units"}, config); }},
      {"GRU", [](Fields& config) { return Remake<std::int64_t, GRUOptions>::by(layers::GRU, {"units"}, config); }},
      {"GRUCell",
       [](Fields& config) { return Remake<std::int64_t, GRUCellOptions>::by(layers::GRUCell, {"units"}, config); }},
      {"ConvLSTM1D",
       [](Fields& config) {
         return Remake<std::int64_t, std::int64_t, ConvLSTM1DOptions>::by(layers::ConvLSTM1D,
                                                                          {"filters", "kernel_size"}, config);
       }},
      {"ConvLSTM2D",
       [](Fields& config) {
         return Remake<std::int64_t, Size2, ConvLSTM2DOptions>::by(layers::ConvLSTM2D, {"filters", "kernel_size"},
                                                                   config);
       }},
      {"ConvLSTM3D",
       [](Fields& config) {
         return Remake<std::int64_t, Size3, ConvLSTM3DOptions>::by(layers::ConvLSTM3D, {"filters", "kernel_size"},
                                                                   config);
       }},
      {"RNN", [](Fields& config) { return Remake<const Layer&, RNNOptions>::by(layers::RNN, {"cell"}, config); }},
      {"StackedRNNCells",
       [](Fields& config) {
         return Remake<const std::vector<Layer>&, layers::StackedRNNCellsOptions>::by(layers::StackedRNNCells,
                                                                                      {"cells"}, config);
       }},
      {"Bidirectional",
       [](Fields& config) {
         return Remake<const Layer&, BidirectionalOptions>::by(layers::Bidirectional, {"layer"}, config);
       }},
      {"TimeDistributed",
       [](Fields& config) {
         return Remake<const Layer&, NameOptions>::by(layers::TimeDistributed, {"layer"}, config);
       }},
      {"SpectralNormalization",
       [](Fields& config) {
         return Remake<const Layer&, std::int64_t, NameOptions>::by(layers::SpectralNormalization,
                                                                    {"layer", "power_iterations"}, config);
       }},
      {"BatchNormalization",
       [](Fields& config) { return Remake<BatchNormalizationOptions>::by(layers::BatchNormalization, {}, config); }},
      {"LayerNormalization",
       [](Fields& config) { return Remake<LayerNormalizationOptions>::by(layers::LayerNormalization, {}, config); }},
      {"GroupNormalization",
       [](Fields& config) { return Remake<GroupNormalizationOptions>::by(layers::GroupNormalization, {}, config); }},
      {"RMSNormalization",
       [](Fields& config) { return Remake<RMSNormalizationOptions>::by(layers::RMSNormalization, {}, config); }},
      {"UnitNormalization",
       [](Fields& config) { return Remake<UnitNormalizationOptions>::by(layers::UnitNormalization, {}, config); }},
      {"Dropout", [](Fields& config) { return Remake<double, DropoutOptions>::by(layers::Dropout, {"rate"}, config); }},
      {"AlphaDropout",
       [](Fields& config) { return Remake<double, DropoutOptions>::by(layers::AlphaDropout, {"rate"}, config); }},
      {"SpatialDropout1D",
       [](Fields& config) {
         return Remake<double, SpatialDropout1DOptions>::by(layers::SpatialDropout1D, {"rate"}, config);
       }},
      {"SpatialDropout2D",
       [](Fields& config) {
         return Remake<double, SpatialDropoutOptions>::by(layers::SpatialDropout2D, {"rate"}, config);
       }},
      {"SpatialDropout3D",
       [](Fields& config) {
         return Remake<double, SpatialDropoutOptions>::by(layers::SpatialDropout3D, {"rate"}, config);
       }},
      {"GaussianNoise",
       [](Fields& config) { return Remake<double, NoiseOptions>::by(layers::GaussianNoise, {"stddev"}, config); }},
      {"GaussianDropout",
       [](Fields& config) { return Remake<double, NoiseOptions>::by(layers::GaussianDropout, {"rate"}, config); }},
      {"ActivityRegularization",
       [](Fields& config) {
         return Remake<ActivityRegularizationOptions>::by(layers::ActivityRegularization, {}, config);
       }},
      {"Attention", [](Fields& config) { return Remake<AttentionOptions>::by(layers::Attention, {}, config); }},
      {"AdditiveAttention",
       [](Fields& config) { return Remake<AdditiveAttentionOptions>::by(layers::AdditiveAttention, {}, config); }},
      {"MultiHeadAttention",
       [](Fields& config) {
         return Remake<std::int64_t, std::int64_t, MultiHeadAttentionOptions>::by(layers::MultiHeadAttention,
                                                                                  {"num_heads", "key_dim"}, config);
       }},
      {"GroupQueryAttention",
       [](Fields& config) {
         return Remake<std::int64_t, std::int64_t, std::int64_t, GroupedQueryAttentionOptions>::by(
             layers::GroupQueryAttention, {"head_dim", "num_query_heads", "num_key_value_heads"}, config);
       }},
      {"GroupedQueryAttention",
       [](Fields& config) {
         return Remake<std::int64_t, std::int64_t, std::int64_t, GroupedQueryAttentionOptions>::by(
             layers::GroupedQueryAttention, {"head_dim", "num_query_heads", "num_key_value_heads"}, config);
       }},
      {"Activation",
       [](Fields& config) {
         return Remake<keras::Activation, NameOptions>::by(layers::Activation, {"activation"}, config);
       }},
      {"ReLU", [](Fields& config) { return Remake<ReLUOptions>::by(layers::ReLU, {}, config); }},
      {"LeakyReLU", [](Fields& config) { return Remake<LeakyReLUOptions>::by(layers::LeakyReLU, {}, config); }},
      {"PReLU", [](Fields& config) { return Remake<PReLUOptions>::by(layers::PReLU, {}, config); }},
      {"ELU", [](Fields& config) { return Remake<double, NameOptions>::by(layers::ELU, {"alpha"}, config); }},
      {"Softmax", [](Fields& config) { return Remake<SoftmaxOptions>::by(layers::Softmax, {}, config); }},
  };
  return classes;
}

}  // namespace triptych::keras
