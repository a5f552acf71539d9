#include "triptych/keras/layers/simple_rnn.h"

#include "api_keras/layers/recurrent.h"

namespace triptych::keras {
namespace {

class SimpleRNNCell : public GatedCell {
 public:
  SimpleRNNCell(CellArguments arguments, keras::Activation activation)
      : GatedCell("SimpleRNNCell", 1, std::move(arguments)), activation_(std::move(activation)) {}

  std::vector<std::int64_t> state_size() const override { return {arguments_.units}; }

  std::vector<Tensor> call_many(const std::vector<Tensor>& xs, bool training) override {
    check_step(xs);
    const Tensor x = like_weights(xs[0], kernel_);
    const Tensor of_input = gates_of(x, kernel_, bias_, dropout_.of_input(x, training, 1))[0];
    const Tensor of_state = gates_of(xs[1], recurrent_kernel_, {}, dropout_.of_state(xs[1], training, 1))[0];
    const Tensor h = activation_(of_input + of_state);
    return {h, h};
  }

  std::optional<Sequence> run(const Tensor& x, const std::vector<Tensor>& states, const Tensor& mask,
                              const SequenceOptions& how) override {
    const bool is_tanh = activation_.name() == "tanh";
    if ((!is_tanh && activation_.name() != "relu") || steps_differ(how.training)) return {};
    RecurrentOptions options{.batch_first = true,
                             .mask = mask,
                             .zero_output_for_mask = how.zero_output_for_mask,
                             .reverse = how.go_backwards};
    if (!states.empty()) options.h_0 = unsqueeze(states[0], 0);
    const std::vector<RecurrentWeights> weights{
        {.w_ih = transpose(kernel_), .w_hh = transpose(recurrent_kernel_), .b_ih = bias_}};
    const Tensor input = with_dropout(x, how.training);
    const RecurrentResult result = is_tanh ? rnn_tanh(input, weights, options) : rnn_relu(input, weights, options);
    return ordered(result.output, {select(result.h_n, 0, 0)}, mask, how);
  }

  Layer copy() const override { return brick<SimpleRNNCell>(name(), {}, arguments_, activation_); }

 private:
  keras::Activation activation_;
};

template <class Options>
Layer make_cell(const char* op, std::int64_t units, const Options& o, const std::string& name, Location where) {
  CellArguments arguments = cell_arguments(units, o);
  check_cell(op, arguments, where);
  return with_policy(brick<SimpleRNNCell>(name, where, std::move(arguments), o.activation), o, where);
}

}  // namespace

namespace layers {

Layer SimpleRNNCell(std::int64_t units, SimpleRNNCellOptions options, Location where) {
  Layer cell = make_cell("SimpleRNNCell", units, options, options.name, where);
  cell.set_trainable(options.trainable, where);
  return configured(std::move(cell), options, arg("units", units));
}
Layer SimpleRNN(std::int64_t units, SimpleRNNOptions options, Location where) {
  return recurrent_layer("SimpleRNN", 3, make_cell("SimpleRNN", units, options, "simple_rnn_cell", where), options,
                         where, arg("units", units));
}

}  // namespace layers
}  // namespace triptych::keras
