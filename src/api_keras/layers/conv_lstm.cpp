#include "triptych/keras/layers/conv_lstm.h"

#include "api_keras/layers/convolve.h"
#include "api_keras/layers/recurrent.h"

namespace triptych::keras {
namespace {

class ConvLSTMCell : public SequenceCell {
 public:
  ConvLSTMCell(CellArguments arguments, Window window, keras::Activation activation,
               keras::Activation recurrent_activation, bool unit_forget_bias)
      : arguments_(std::move(arguments)),
        window_(std::move(window)),
        activation_(std::move(activation)),
        recurrent_activation_(std::move(recurrent_activation)),
        unit_forget_bias_(unit_forget_bias) {
    of_state_ = {.kernel = window_.kernel,
                 .strides = ones_of(window_.rank()),
                 .dilation = ones_of(window_.rank()),
                 .padding = PaddingMode::same,
                 .before = {},
                 .channels_first = window_.channels_first};
  }

  std::vector<std::int64_t> state_size() const override { return {arguments_.units, arguments_.units}; }

  /// Zeros of the shape that the convolution of the input gives.
  std::vector<Tensor> get_initial_state(const Tensor& x) const override {
    const int rank = window_.rank(), first = window_.channels_first ? 2 : 1;
    Tensor one = zeros_like(first_along(x, window_.channel_axis()));
    Shape shape = x.shape();
    shape.set(window_.channel_axis(), arguments_.units);
    for (int i = 0; i < rank; ++i) {
      one = first_along(one, first + i);
      const std::int64_t length = x.shape()[first + i], stride = window_.strides[i],
                         kernel = (window_.kernel[i] - 1) * window_.dilation[i] + 1;
      shape.set(first + i,
                window_.padding == PaddingMode::same ? (length + stride - 1) / stride : (length - kernel) / stride + 1);
    }
    shape.set(0, unknown);
    const Tensor state = expand(one, shape);
    return {state, state};
  }

  void build_many(const std::vector<Shape>& shapes) override {
    const Shape& input = shapes.at(0);
    const CellArguments& a = arguments_;
    const std::int64_t channels = channels_of(*this, window_, input), filters = a.units;
    for (int i = 1; i < input.rank(); ++i)
      if (!input.dim(i).known())
        throw ArgumentError(class_name(), "the size of a step's input is not known",
                            "layer '" + name() + "' got " + input.text(), "Give Input its size");
    Shape kernel(window_.kernel), recurrent_kernel(window_.kernel);
    kernel.append(channels);
    kernel.append(4 * filters);
    recurrent_kernel.append(filters);
    recurrent_kernel.append(4 * filters);
    kernel_ = add_weight({.shape = kernel,
                          .initializer = a.kernel_initializer,
                          .regularizer = a.kernel_regularizer,
                          .constraint = a.kernel_constraint,
                          .name = "kernel"});
    recurrent_kernel_ = add_weight({.shape = recurrent_kernel,
                                    .initializer = a.recurrent_initializer,
                                    .regularizer = a.recurrent_regularizer,
                                    .constraint = a.recurrent_constraint,
                                    .name = "recurrent_kernel"});
    if (a.use_bias)
      bias_ = add_weight(
          {.shape = {4 * filters},
           .initializer = unit_forget_bias_ ? with_open_forget_gate(a.bias_initializer, filters) : a.bias_initializer,
           .regularizer = a.bias_regularizer,
           .constraint = a.bias_constraint,
           .name = "bias"});
    if (a.dropout == 0 && a.recurrent_dropout == 0) return;
    const Tensor stream = random_stream(a.seed);
    add_state("stream", stream);
    dropout_.build(a, stream);
  }

  std::vector<Tensor> call_many(const std::vector<Tensor>& xs, bool training) override {
    if (xs.size() != 3)
      throw ArgumentError(class_name(), "a cell is not called on an input and its states",
                          "layer '" + name() + "' was called on " + std::to_string(xs.size()) + " tensors",
                          "Write cell.call({x, h, c})");
    const Tensor x = like_weights(xs[0], kernel_);
    const Tensor &h = xs[1], &c = xs[2];
    const auto z = gates_of(x, kernel_, bias_, window_, dropout_.of_input(x, training, 4));
    const auto r = gates_of(h, recurrent_kernel_, {}, of_state_, dropout_.of_state(h, training, 4));
    const Tensor i = recurrent_activation_(z[0] + r[0]), f = recurrent_activation_(z[1] + r[1]);
    const Tensor new_c = f * c + i * activation_(z[2] + r[2]);
    const Tensor new_h = recurrent_activation_(z[3] + r[3]) * activation_(new_c);
    return {new_h, new_h, new_c};
  }

  void begin_sequence() override { dropout_.begin(); }
  void end_sequence() override { dropout_.end(); }
  Layer copy() const override {
    return brick<ConvLSTMCell>(name(), {}, arguments_, window_, activation_, recurrent_activation_, unit_forget_bias_);
  }

 private:
  static Axes ones_of(int rank) {
    Axes axes;
    for (int i = 0; i < rank; ++i) axes.append(1);
    return axes;
  }
  /// The four gates: one convolution, or one for each where each has random zeros of its own.
  std::vector<Tensor> gates_of(const Tensor& x, const Tensor& kernel, const Tensor& bias, const Window& window,
                               const std::vector<Tensor>& masks) const {
    if (masks.empty()) return chunk(convolve(x, kernel, bias, window), 4, window.channel_axis());
    const std::vector<Tensor> kernels = chunk(kernel, 4, -1);
    const std::vector<Tensor> biases = bias.defined() ? chunk(bias, 4, 0) : std::vector<Tensor>(4);
    std::vector<Tensor> gates;
    for (std::size_t i = 0; i < 4; ++i) gates.push_back(convolve(x * masks[i], kernels[i], biases[i], window));
    return gates;
  }

  CellArguments arguments_;  // units: the filters
  Window window_, of_state_;
  keras::Activation activation_, recurrent_activation_;
  bool unit_forget_bias_;
  Tensor kernel_, recurrent_kernel_, bias_;
  StepDropout dropout_;
};

template <class Options, class Size>
Layer make(const char* name, std::int64_t filters, Size kernel_size, const Options& o, Location where) {
  check_positive(name, "filters", filters, where);
  CellArguments arguments = cell_arguments(filters, o);
  check_cell(name, arguments, where);
  Window window{.kernel = axes_of(kernel_size),
                .strides = axes_of(o.strides),
                .dilation = axes_of(o.dilation_rate),
                .before = {},
                .channels_first = is_channels_first(o.data_format, name, where)};
  check_window(name, window, where);
  window.set_padding(o.padding, false, name, where);
  const Layer cell = with_policy(brick<ConvLSTMCell>("conv_lstm_cell", where, std::move(arguments), window,
                                                     o.activation, o.recurrent_activation, o.unit_forget_bias),
                                 o, where);
  return recurrent_layer(name, window.rank() + 3, cell, o, where, arg("filters", filters),
                         arg("kernel_size", kernel_size));
}

}  // namespace

namespace layers {

Layer ConvLSTM1D(std::int64_t filters, std::int64_t kernel_size, ConvLSTM1DOptions options, Location where) {
  return make("ConvLSTM1D", filters, kernel_size, options, where);
}
Layer ConvLSTM2D(std::int64_t filters, Size2 kernel_size, ConvLSTM2DOptions options, Location where) {
  return make("ConvLSTM2D", filters, kernel_size, options, where);
}
Layer ConvLSTM3D(std::int64_t filters, Size3 kernel_size, ConvLSTM3DOptions options, Location where) {
  return make("ConvLSTM3D", filters, kernel_size, options, where);
}

}  // namespace layers
}  // namespace triptych::keras
