#include "triptych/keras/layers/gru.h"

#include "api_keras/layers/recurrent.h"

namespace triptych::keras {
namespace {

class GRUCell : public GatedCell {
 public:
  GRUCell(CellArguments arguments, keras::Activation activation, keras::Activation recurrent_activation,
          bool reset_after)
      : GatedCell("GRUCell", 3, std::move(arguments)),
        activation_(std::move(activation)),
        recurrent_activation_(std::move(recurrent_activation)),
        reset_after_(reset_after) {}

  std::vector<std::int64_t> state_size() const override { return {arguments_.units}; }

  std::vector<Tensor> call_many(const std::vector<Tensor>& xs, bool training) override {
    check_step(xs);
    const Tensor x = like_weights(xs[0], kernel_);
    const Tensor& h = xs[1];
    const std::vector<Tensor> a = gates_of(x, kernel_, bias_of_input(), dropout_.of_input(x, training, mask_count()));
    const std::vector<Tensor>& masks = dropout_.of_state(h, training, mask_count());
    Tensor z, r, candidate;
    if (reset_after_) {
      const std::vector<Tensor> b = gates_of(h, recurrent_kernel_, bias_of_state(), masks);
      z = recurrent_activation_(a[0] + b[0]);
      r = recurrent_activation_(a[1] + b[1]);
      candidate = activation_(a[2] + r * b[2]);
    } else {
      const std::vector<Tensor> kernels = split(recurrent_kernel_, {2 * arguments_.units, arguments_.units}, 1);
      const std::vector<Tensor> b = gates_of(h, contiguous(kernels[0]), {}, masks);
      z = recurrent_activation_(a[0] + b[0]);
      r = recurrent_activation_(a[1] + b[1]);
      const Tensor reset = r * (masks.empty() ? h : h * masks.back());
      candidate = activation_(a[2] + matmul(reset, kernels[1]));
    }
    const Tensor new_h = z * h + (1 - z) * candidate;
    return {new_h, new_h};
  }

  std::optional<Sequence> run(const Tensor& x, const std::vector<Tensor>& states, const Tensor& mask,
                              const SequenceOptions& how) override {
    if (activation_.name() != "tanh" || recurrent_activation_.name() != "sigmoid" || steps_differ(how.training))
      return {};
    RecurrentOptions options{.batch_first = true,
                             .mask = mask,
                             .zero_output_for_mask = how.zero_output_for_mask,
                             .gate_order = GateOrder::keras,
                             .reset_after = reset_after_,
                             .reverse = how.go_backwards};
    if (!states.empty()) options.h_0 = unsqueeze(states[0], 0);
    const RecurrentResult result = gru(with_dropout(x, how.training),
                                       {{.w_ih = transpose(kernel_),
                                         .w_hh = transpose(recurrent_kernel_),
                                         .b_ih = bias_of_input(),
                                         .b_hh = bias_of_state()}},
                                       options);
    return ordered(result.output, {select(result.h_n, 0, 0)}, mask, how);
  }

  Layer copy() const override {
    return brick<GRUCell>(name(), {}, arguments_, activation_, recurrent_activation_, reset_after_);
  }

 protected:
  Shape bias_shape() const override {
    return reset_after_ ? Shape{2, 3 * arguments_.units} : Shape{3 * arguments_.units};
  }

 private:
  Tensor bias_of_input() const { return bias_.defined() && reset_after_ ? select(bias_, 0, 0) : bias_; }
  Tensor bias_of_state() const { return bias_.defined() && reset_after_ ? select(bias_, 0, 1) : Tensor(); }

  keras::Activation activation_, recurrent_activation_;
  bool reset_after_;
};

template <class Options>
Layer make_cell(const char* op, std::int64_t units, const Options& o, const std::string& name, Location where) {
  CellArguments arguments = cell_arguments(units, o);
  check_cell(op, arguments, where);
  return with_policy(
      brick<GRUCell>(name, where, std::move(arguments), o.activation, o.recurrent_activation, o.reset_after), o, where);
}

}  // namespace

namespace layers {

Layer GRUCell(std::int64_t units, GRUCellOptions options, Location where) {
  Layer cell = make_cell("GRUCell", units, options, options.name, where);
  cell.set_trainable(options.trainable, where);
  return configured(std::move(cell), options, arg("units", units));
}
Layer GRU(std::int64_t units, GRUOptions options, Location where) {
  return recurrent_layer("GRU", 3, make_cell("GRU", units, options, "gru_cell", where), options, where,
                         arg("units", units));
}

}  // namespace layers
}  // namespace triptych::keras
