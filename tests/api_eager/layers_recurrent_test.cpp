// Recurrent modules, packed sequences and the attention family against PyTorch's, and what is wrong input for them.
#include <limits>

#include "eager_testing.h"
#include "modules_reference.h"
#include "triptych/core/random.h"
#include "triptych/eager/autograd.h"
#include "triptych/eager/nn/recurrent.h"

namespace tt = triptych;
namespace nn = triptych::eager::nn;
namespace rnn = triptych::eager::nn::utils::rnn;
const std::string modules_reference::root = TRIPTYCH_SOURCE_DIR;
using modules_reference::check;
using modules_reference::Tensors;

namespace {

Tensors flat(const nn::RNNResult& r) { return {r.output, r.h_n}; }
Tensors flat(const nn::LSTMResult& r) { return {r.output, r.hx.first, r.hx.second}; }
Tensors flat(const nn::PackedRNNResult& r) { return {r.output.data, r.output.batch_sizes, r.h_n}; }
Tensors flat(const nn::PackedLSTMResult& r) { return {r.output.data, r.output.batch_sizes, r.hx.first, r.hx.second}; }

/// A module that may be given a first state.
template <class M>
void check_sequence(const std::string& name, M&& module) {
  check(name, module, [&](const Tensors& x) {
    if constexpr (requires { module(x[0], std::pair(x[1], x[2])); })
      return flat(x.size() == 3 ? module(x[0], {x[1], x[2]}) : module(x[0]));
    else
      return flat(x.size() == 2 ? module(x[0], x[1]) : module(x[0]));
  });
}

template <class M>
void check_packed(const std::string& name, M&& module, bool batch_first = false) {
  check(name, module, [&](const Tensors& x) {
    const auto packed = rnn::pack_padded_sequence(x[0], {2, 5, 3}, batch_first, false);
    if constexpr (requires { module(packed, x[1]); })
      return flat(x.size() == 2 ? module(packed, x[1]) : module(packed));
    else
      return flat(module(packed));
  });
}

}  // namespace

TEST(LayersRecurrent, AsPyTorch) {
  check_sequence("RNN", nn::RNN(3, 4));
  check_sequence("RNN_relu", nn::RNN(3, 4, 2, "relu", true, true));
  check_sequence("RNN_bidirectional",
                 nn::RNN({.input_size = 3, .hidden_size = 4, .num_layers = 2, .bias = false, .bidirectional = true}));
  check_sequence("RNN_unbatched", nn::RNN(3, 4));
  check_sequence("GRU", nn::GRU(3, 4, 2));
  check_sequence("GRU_bidirectional", nn::GRU(3, 4, 1, true, true, 0.0, true));
  check_sequence("LSTM", nn::LSTM(3, 4));
  check_sequence(
      "LSTM_layers",
      nn::LSTM({.input_size = 3, .hidden_size = 4, .num_layers = 2, .batch_first = true, .bidirectional = true}));
  check_sequence("LSTM_proj", nn::LSTM({.input_size = 3, .hidden_size = 4, .num_layers = 2, .proj_size = 2}));
  nn::LSTM dropped(3, 4, 2, true, false, 0.5);
  dropped.eval();
  check_sequence("LSTM_dropout", dropped);
}

TEST(LayersRecurrent, PackedAsPyTorch) {
  check_packed("LSTM_packed", nn::LSTM(3, 4, 2, true, false, 0, true));
  check_packed("GRU_packed", nn::GRU({.input_size = 3, .hidden_size = 4, .batch_first = true}), true);
  nn::RNN sorted(3, 4);
  check("RNN_packed_sorted", sorted, [&](const Tensors& x) {
    return flat(sorted(rnn::pack_padded_sequence(x[0], tt::tensor<std::int64_t>({5, 3, 2}))));
  });
}

TEST(LayersRecurrent, CellsAsPyTorch) {
  modules_reference::check2("RNNCell", nn::RNNCell(3, 4));
  check("RNNCell_relu", nn::RNNCell(3, 4, false, "relu"));
  modules_reference::check2("GRUCell", nn::GRUCell(3, 4));
  nn::LSTMCell cell(3, 4);
  check("LSTMCell", cell, [&](const Tensors& x) {
    const auto [h, c] = cell(x[0], {x[1], x[2]});
    return Tensors{h, c};
  });
}

TEST(LayersRecurrent, StartUniformInOneOverTheRootOfTheHiddenSize) {
  tt::manual_seed(1);
  nn::LSTM lstm(10, 100, 2);
  for (const tt::Tensor& parameter : lstm.parameters()) {
    EXPECT_LE(tt::max(tt::abs(parameter)).item<float>(), 0.1f);
    EXPECT_GT(tt::max(parameter).item<float>(), 0.09f);
    EXPECT_LT(tt::min(parameter).item<float>(), -0.09f);
  }
}

TEST(LayersRecurrent, DropoutBetweenLayersInTraining) {
  tt::manual_seed(1);
  nn::GRU gru({.input_size = 3, .hidden_size = 4, .num_layers = 2, .dropout = 0.5});
  const tt::Tensor x = tt::ones({5, 2, 3});
  const auto state = gru.state_dict();
  const auto first = gru(x).output.to_vector<float>();
  EXPECT_NE(gru(x).output.to_vector<float>(), first);
  gru.load_state_dict(state);  // with the stream
  EXPECT_EQ(gru(x).output.to_vector<float>(), first);
}

TEST(LayersRecurrent, ThroughACallOnTheBase) {
  nn::GRUCell cell(3, 4);
  nn::Module& base = cell;
  EXPECT_EQ(base(tt::ones({2, 3})).to_vector<float>(), cell(tt::ones({2, 3})).to_vector<float>());
  nn::LSTM lstm(3, 4);
  nn::Module& sequence = lstm;
  EXPECT_ARGUMENT_ERROR(sequence(tt::ones({5, 2, 3})), "the module has no forward for one tensor");
}

TEST(LayersRecurrent, Clones) {
  nn::LSTM lstm({.input_size = 3, .hidden_size = 4, .dropout = 0.5, .bidirectional = true});
  const auto copy = nn::clone(lstm);
  const tt::Tensor x = tt::ones({5, 2, 3});
  EXPECT_EQ((*copy)(x).output.to_vector<float>(), lstm(x).output.to_vector<float>());
  EXPECT_FALSE(copy->get_parameter("weight_ih_l0").is_same(lstm.get_parameter("weight_ih_l0")));
}

// --- Packing --------------------------------------------------------------------------------------------------------

TEST(PackedSequences, TheWayAndBack) {
  // torch.nn.utils.rnn on sequences [1, 2], [3, 4, 5], [6].
  const Tensors sequences{tt::tensor<float>({1, 2}), tt::tensor<float>({3, 4, 5}), tt::tensor<float>({6})};
  const auto packed = rnn::pack_sequence(sequences, false);
  EXPECT_EQ(packed.data.to_vector<float>(), (std::vector<float>{3, 1, 6, 4, 2, 5}));
  EXPECT_EQ(packed.batch_sizes.to_vector<std::int64_t>(), (std::vector<std::int64_t>{3, 2, 1}));
  EXPECT_EQ(packed.sorted_indices.to_vector<std::int64_t>(), (std::vector<std::int64_t>{1, 0, 2}));
  EXPECT_EQ(packed.unsorted_indices.to_vector<std::int64_t>(), (std::vector<std::int64_t>{1, 0, 2}));
  const auto [padded, lengths] = rnn::pad_packed_sequence(packed, true, -1, 4);
  EXPECT_EQ(padded.shape(), (tt::Shape{3, 4}));
  EXPECT_EQ(padded.to_vector<float>(), (std::vector<float>{1, 2, -1, -1, 3, 4, 5, -1, 6, -1, -1, -1}));
  EXPECT_EQ(lengths.to_vector<std::int64_t>(), (std::vector<std::int64_t>{2, 3, 1}));
  const Tensors back = rnn::unpack_sequence(packed);
  ASSERT_EQ(back.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(back[i].to_vector<float>(), sequences[i].to_vector<float>());
  EXPECT_EQ(rnn::pad_sequence(sequences, true).shape(), (tt::Shape{3, 3}));
}

TEST(PackedSequences, GradientsPass) {
  tt::Tensor x = tt::ones({3, 2, 2}).set_requires_grad();
  const auto packed = rnn::pack_padded_sequence(x, {3, 1});
  tt::sum(rnn::pad_packed_sequence(packed).first * 2).backward();
  EXPECT_EQ(x.grad().to_vector<float>(), (std::vector<float>{2, 2, 2, 2, 2, 2, 0, 0, 2, 2, 0, 0}));
}

TEST(PackedSequences, BadInput) {
  const tt::Tensor x = tt::ones({3, 2, 4});
  EXPECT_ARGUMENT_ERROR(rnn::pack_padded_sequence(x, {1, 3}), "the lengths do not descend");
  EXPECT_ARGUMENT_ERROR(rnn::pack_padded_sequence(x, {3}), "not one length for each sequence: 1 lengths for 2");
  EXPECT_ARGUMENT_ERROR(rnn::pack_padded_sequence(x, {3, 0}), "a length is not between 1 and the number of steps: 0");
  EXPECT_ARGUMENT_ERROR(rnn::pack_padded_sequence(x, {4, 1}), "a length is not between 1 and the number of steps: 4");
  EXPECT_ARGUMENT_ERROR(rnn::pack_padded_sequence(x, tt::ones({2})), "the lengths are not a vector of integers");
  EXPECT_ARGUMENT_ERROR(rnn::pack_padded_sequence(tt::ones({3}), {3}), "less than two dimensions");
  auto packed = rnn::pack_padded_sequence(x, {3, 1});
  EXPECT_ARGUMENT_ERROR(rnn::pad_packed_sequence(packed, false, 0, 2), "total_length is less than");
  packed.batch_sizes = tt::tensor<std::int64_t>({1, 2, 1});
  EXPECT_ARGUMENT_ERROR(rnn::pad_packed_sequence(packed), "batch_sizes do not descend and add up");
  EXPECT_ARGUMENT_ERROR(rnn::pad_packed_sequence({}), "undefined");
  EXPECT_ARGUMENT_ERROR(rnn::unpad_sequence(x, tt::tensor<std::int64_t>({9, 1})), "a length is not between 1");
  EXPECT_ARGUMENT_ERROR(nn::GRU(4, 2)(rnn::PackedSequence{}), "undefined");
}

TEST(LayersRecurrent, BadInput) {
  EXPECT_ARGUMENT_ERROR(nn::LSTM(0, 3), "[LSTM] input_size or hidden_size is not positive: 0 and 3");
  EXPECT_ARGUMENT_ERROR(nn::LSTM(2, 3, 0), "num_layers is not positive: 0");
  EXPECT_ARGUMENT_ERROR(nn::GRU({.input_size = 2, .hidden_size = 3, .dropout = 1.5}), "dropout is outside of [0, 1]");
  EXPECT_ARGUMENT_ERROR(nn::LSTM({.input_size = 2, .hidden_size = 3, .proj_size = 3}), "proj_size is negative or not");
  EXPECT_ARGUMENT_ERROR(nn::RNN(2, 3, 1, "sigmoid"), "there is no such nonlinearity: 'sigmoid'");
  EXPECT_ARGUMENT_ERROR(nn::RNNCell(2, 3, true, "elu"), "there is no such nonlinearity: 'elu'");
  EXPECT_ARGUMENT_ERROR(nn::LSTM(2, 3)(tt::ones({5, 2, 4})),
                        "[LSTM] the last dimension of the input is not input_size: (5, 2, 4) for 2");
  EXPECT_ARGUMENT_ERROR(nn::GRU(2, 3)(tt::ones({5, 2, 2}), tt::ones({2, 2, 3})), "gru");
  EXPECT_ARGUMENT_ERROR(nn::LSTMCell(2, 3)(tt::ones({4, 5})), "[LSTMCell] the last dimension of the input");
}
