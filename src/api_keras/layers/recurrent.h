// Recurrent layers: one class runs any cell, step by step, or by the cell's own op for all steps.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api_keras/layers/brick.h"
#include "api_keras/saving/configured.h"
#include "triptych/keras/constraints.h"
#include "triptych/keras/layers/rnn.h"
#include "triptych/keras/regularizers.h"

namespace triptych::keras {

/// What a sequence gives.
struct Sequence {
  Tensor outputs;  // (n, steps, ...), in the order in which they were computed; where all are asked for
  Tensor last;
  std::vector<Tensor> states;
};

/// How a sequence is run.
struct SequenceOptions {
  bool training = false, go_backwards = false, zero_output_for_mask = false, return_sequences = true;
};

/// Base of the built-in cells: dropout masks that are the same at all steps, and an op for all steps.
class SequenceCell : public RNNCellBase {
 public:
  /// While a sequence runs, masks are drawn at its first step and kept.
  virtual void begin_sequence() {}
  virtual void end_sequence() {}
  /// All steps of x (n, steps, in) by one op, from `states` (none: zeros), with mask (n, steps) or none; nothing if the
  /// cell has no such op for its arguments.
  virtual std::optional<Sequence> run(const Tensor&, const std::vector<Tensor>&, const Tensor&,
                                      const SequenceOptions&) {
    return {};
  }
};

/// What the options of LSTM, GRU and SimpleRNN have in common.
struct CellArguments {
  std::int64_t units;
  bool use_bias;
  Initializer kernel_initializer, recurrent_initializer, bias_initializer;
  Regularizer kernel_regularizer, recurrent_regularizer, bias_regularizer;
  Constraint kernel_constraint, recurrent_constraint, bias_constraint;
  double dropout, recurrent_dropout;
  std::int64_t seed;
};
template <class Options>
CellArguments cell_arguments(std::int64_t units, const Options& o) {
  return {units,
          o.use_bias,
          o.kernel_initializer,
          o.recurrent_initializer,
          o.bias_initializer,
          o.kernel_regularizer,
          o.recurrent_regularizer,
          o.bias_regularizer,
          o.kernel_constraint,
          o.recurrent_constraint,
          o.bias_constraint,
          o.dropout,
          o.recurrent_dropout,
          o.seed};
}
/// ArgumentError of `layer` for units below 1, shares outside of [0, 1], or a bad seed.
void check_cell(const char* layer, const CellArguments& arguments, Location where);

/// A bias initializer of an LSTM whose forget gate starts open: at one, the others as `bias` says.
Initializer with_open_forget_gate(Initializer bias, std::int64_t units);
/// What the core gives, outputs at their inputs' places, in the order of computation.
Sequence ordered(const Tensor& outputs, std::vector<Tensor> states, const Tensor& mask, const SequenceOptions& how);

/// Random masks for a step's input and state, for the gates of a cell.
class StepDropout {
 public:
  void build(const CellArguments& arguments, const Tensor& stream);
  /// Masks like x, `count` of them; none without dropout.
  const std::vector<Tensor>& of_input(const Tensor& x, bool training, int count);
  const std::vector<Tensor>& of_state(const Tensor& h, bool training, int count);
  void begin() { keeps_ = true; }
  void end() {
    keeps_ = false;
    input_.clear();
    state_.clear();
  }

 private:
  const std::vector<Tensor>& masks(std::vector<Tensor>& kept, const Tensor& like, double rate, bool training,
                                   int count) const;
  double dropout_ = 0, recurrent_dropout_ = 0;
  Tensor stream_;
  bool keeps_ = false;
  std::vector<Tensor> input_, state_;
};

/// A cell with a kernel, a recurrent kernel and a bias for `gates` gates side by side.
class GatedCell : public SequenceCell {
 public:
  GatedCell(const char* class_name, int gates, CellArguments arguments)
      : class_name_(class_name), gates_(gates), arguments_(std::move(arguments)) {}
  std::string class_name() const override { return class_name_; }
  void build_many(const std::vector<Shape>& shapes) override;
  void begin_sequence() override { dropout_.begin(); }
  void end_sequence() override { dropout_.end(); }

 protected:
  virtual Shape bias_shape() const { return {gates_ * arguments_.units}; }
  virtual Initializer bias_initializer() const { return arguments_.bias_initializer; }
  /// x times each gate's part of the kernel, plus the bias; with a mask for each gate, or one for all.
  std::vector<Tensor> gates_of(const Tensor& x, const Tensor& kernel, const Tensor& bias,
                               const std::vector<Tensor>& masks) const;
  /// {x, states...}; ArgumentError for another number.
  void check_step(const std::vector<Tensor>& xs) const;
  /// How many masks a step's input and state have: one for each gate once the state has some, as in Keras.
  int mask_count() const { return arguments_.recurrent_dropout != 0 ? gates_ : 1; }
  bool steps_differ(bool training) const { return training && arguments_.recurrent_dropout > 0; }
  /// x (n, steps, in) with the same random zeros at all steps.
  Tensor with_dropout(const Tensor& x, bool training);

  const char* class_name_;
  int gates_;
  CellArguments arguments_;
  Tensor kernel_, recurrent_kernel_, bias_;
  StepDropout dropout_;
};

/// LSTM, GRU, ConvLSTM2D, RNN(cell): whatever its name, it has a cell.
class Recurrent : public MaskedLayer {
 public:
  /// `rank`: axes of the input; 0: any from three on.
  Recurrent(std::string class_name, int rank, const Layer& cell, RNNOptions options, Location where);
  std::string class_name() const override { return class_name_; }
  void build(const Shape& input) override;
  std::vector<Tensor> call_with(const std::vector<Tensor>& xs, const CallOptions& options) override;
  std::vector<Tensor> compute_mask(const std::vector<Tensor>& inputs, const std::vector<Tensor>& mask) override;
  void reset_states() override;
  std::string config() const override;

  const RNNOptions& options() const { return options_; }
  void set_zero_output_for_mask(bool value) { options_.zero_output_for_mask = value; }
  /// A new layer with the same arguments; undefined if the cell cannot be copied.
  Layer remake(const std::string& name, bool go_backwards, Location where) const;

 private:
  RNNCellBase& cell() const { return static_cast<RNNCellBase&>(cell_.base()); }
  std::vector<Tensor> step(const Tensor& x, const std::vector<Tensor>& states, bool training) const;
  /// What a step gives: its output, what the next one has where the mask leaves it out, and the states.
  struct Step {
    Tensor output, last;
    std::vector<Tensor> states;
  };
  Step advanced(const Step& before, const Tensor& x, const Tensor& there, const SequenceOptions& how) const;
  /// All steps, one after the other: each written out, or as a loop of the graph.
  Sequence loop(const Tensor& x, std::vector<Tensor> states, const Tensor& mask, const SequenceOptions& how);
  Sequence rolled(const Tensor& x, std::vector<Tensor> states, const Tensor& mask, const SequenceOptions& how) const;
  /// The states that the last batch ended with.
  const std::vector<Tensor>& kept_states(const Tensor& x);

  std::string class_name_;
  int rank_;
  Layer cell_;
  RNNOptions options_;
  std::vector<Tensor> states_;
};

/// The layer of a built-in cell.
template <class Options, class... T>
Layer recurrent_layer(const char* class_name, int rank, const Layer& cell, const Options& o, Location where,
                      NamedArgument<T>... arguments) {
  RNNOptions options{.return_sequences = o.return_sequences,
                     .return_state = o.return_state,
                     .go_backwards = o.go_backwards,
                     .stateful = o.stateful};
  if constexpr (requires { o.unroll; }) options.unroll = o.unroll;
  return configured(with_options(brick<Recurrent>(o.name, where, class_name, rank, cell, options, where), o, where), o,
                    arguments...);
}

}  // namespace triptych::keras
