// An LSTM as a loop of the graph. Hochreiter and Schmidhuber, 1997.
#pragma once

#include <triptych/lowlevel.h>

#include <tuple>

namespace examples {

struct LSTMState {
  triptych::Tensor c, h;  // (batch, units)
};

/// One layer with its variables, of the default graph.
class LSTM {
 public:
  LSTM(std::int64_t width, std::int64_t units, const char* name)
      : scope_(name),
        units_(units),
        kernel_(variable("kernel", {width + units, 4 * units}, {})),
        bias_(variable("bias", {4 * units}, triptych::init::zeros())) {}

  LSTMState zero_state(std::int64_t batch) const {
    const triptych::Tensor zeros = triptych::zeros({batch, units_});
    return {zeros, zeros};
  }

  /// One step on x (batch, width).
  LSTMState operator()(const triptych::Tensor& x, const LSTMState& before) const {
    namespace tf = triptych::lowlevel;
    const auto gates = tf::split(tf::matmul(tf::concat({x, before.h}, 1), kernel_) + bias_, 4, 1);
    const triptych::Tensor c = tf::sigmoid(gates[1] + 1.0f) * before.c + tf::sigmoid(gates[0]) * tf::tanh(gates[2]);
    return {c, tf::sigmoid(gates[3]) * tf::tanh(c)};
  }

  /// All steps of x (time, batch, width): the outputs (time, batch, units), and the last state.
  std::pair<triptych::Tensor, LSTMState> unroll(const triptych::Tensor& x, const LSTMState& first) const {
    namespace tf = triptych::lowlevel;
    using triptych::Tensor;
    const std::int64_t steps = x.size(0);
    const tf::TensorArray inputs = tf::TensorArray(triptych::float32, steps).unstack(x);
    const auto body = [&](const Tensor& i, const Tensor& c, const Tensor& h, const tf::TensorArray& outputs) {
      const LSTMState next = (*this)(inputs.read(i), {c, h});
      return std::tuple(i + 1, next.c, next.h, outputs.write(i, next.h));
    };
    const auto [i, c, h, outputs] =
        tf::while_loop([&](const Tensor& i, const Tensor&, const Tensor&, const tf::TensorArray&) { return i < steps; },
                       body, std::tuple(0, first.c, first.h, tf::TensorArray(triptych::float32, steps)));
    return {outputs.stack(), {c, h}};
  }

 private:
  triptych::lowlevel::Variable variable(const char* name, const triptych::Shape& shape,
                                        const triptych::Initializer& initializer) const {
    const auto scope = triptych::lowlevel::variable_scope(scope_, {.reuse = triptych::lowlevel::AUTO_REUSE});
    return triptych::lowlevel::get_variable(name, shape, {.initializer = initializer});
  }

  const char* scope_;
  std::int64_t units_;
  triptych::lowlevel::Variable kernel_, bias_;
};

}  // namespace examples
