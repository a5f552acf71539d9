#include "triptych/keras/layers/lstm.h"

#include "api_keras/layers/recurrent.h"

namespace triptych::keras {
namespace {

class LSTMCell : public GatedCell {
 public:
  LSTMCell(CellArguments arguments, keras::Activation activation, keras::Activation recurrent_activation,
           bool unit_forget_bias)
      : GatedCell("LSTMCell", 4, std::move(arguments)),
        activation_(std::move(activation)),
        recurrent_activation_(std::move(recurrent_activation)),
        unit_forget_bias_(unit_forget_bias) {}

  std::vector<std::int64_t> state_size() const override { return {arguments_.units, arguments_.units}; }

  std::vector<Tensor> call_many(const std::vector<Tensor>& xs, bool training) override {
    check_step(xs);
    const Tensor x = like_weights(xs[0], kernel_);
    const Tensor &h = xs[1], &c = xs[2];
    const auto z = gates_of(x, kernel_, bias_, dropout_.of_input(x, training, mask_count()));
    const auto r = gates_of(h, recurrent_kernel_, {}, dropout_.of_state(h, training, mask_count()));
    const Tensor i = recurrent_activation_(z[0] + r[0]), f = recurrent_activation_(z[1] + r[1]);
    const Tensor new_c = f * c + i * activation_(z[2] + r[2]);
    const Tensor new_h = recurrent_activation_(z[3] + r[3]) * activation_(new_c);
    return {new_h, new_h, new_c};
  }

  std::optional<Sequence> run(const Tensor& x, const std::vector<Tensor>& states, const Tensor& mask,
                              const SequenceOptions& how) override {
    if (activation_.name() != "tanh" || recurrent_activation_.name() != "sigmoid" || steps_differ(how.training))
      return {};
    RecurrentOptions options{.batch_first = true,
                             .mask = mask,
                             .zero_output_for_mask = how.zero_output_for_mask,
                             .gate_order = GateOrder::keras,
                             .reverse = how.go_backwards};
    if (!states.empty()) {
      options.h_0 = unsqueeze(states[0], 0);
      options.c_0 = unsqueeze(states[1], 0);
    }
    const LstmResult result =
        lstm(with_dropout(x, how.training),
             {{.w_ih = transpose(kernel_), .w_hh = transpose(recurrent_kernel_), .b_ih = bias_}}, options);
    return ordered(result.output, {select(result.h_n, 0, 0), select(result.c_n, 0, 0)}, mask, how);
  }

  Layer copy() const override {
    return brick<LSTMCell>(name(), {}, arguments_, activation_, recurrent_activation_, unit_forget_bias_);
  }

 protected:
  Initializer bias_initializer() const override {
    return unit_forget_bias_ ? with_open_forget_gate(arguments_.bias_initializer, arguments_.units)
                             : arguments_.bias_initializer;
  }

 private:
  keras::Activation activation_, recurrent_activation_;
  bool unit_forget_bias_;
};

template <class Options>
Layer make_cell(const char* op, std::int64_t units, const Options& o, const std::string& name, Location where) {
  CellArguments arguments = cell_arguments(units, o);
  check_cell(op, arguments, where);
  return with_policy(
      brick<LSTMCell>(name, where, std::move(arguments), o.activation, o.recurrent_activation, o.unit_forget_bias), o,
      where);
}

}  // namespace

Initializer with_open_forget_gate(Initializer bias, std::int64_t units) {
  return Initializer([bias = std::move(bias), units](const Shape&, DType dtype) {
    return concat({bias({units}, dtype), ones({units}, dtype), bias({2 * units}, dtype)});
  });
}

namespace layers {

Layer LSTMCell(std::int64_t units, LSTMCellOptions options, Location where) {
  Layer cell = make_cell("LSTMCell", units, options, options.name, where);
  cell.set_trainable(options.trainable, where);
  return configured(std::move(cell), options, arg("units", units));
}
Layer LSTM(std::int64_t units, LSTMOptions options, Location where) {
  return recurrent_layer("LSTM", 3, make_cell("LSTM", units, options, "lstm_cell", where), options, where,
                         arg("units", units));
}

}  // namespace layers
}  // namespace triptych::keras
