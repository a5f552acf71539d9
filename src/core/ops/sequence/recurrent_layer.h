// Attributes of one recurrent layer in one direction, and which of its operands are there.
#pragma once

#include <cstddef>
#include <initializer_list>

#include "triptych/core/op.h"
#include "triptych/core/ops/recurrent.h"

namespace triptych {

/// Some of the lengths may be unknown.
inline Shape shape_of(std::initializer_list<Dim> dims) {
  Shape shape;
  for (const Dim& dim : dims) shape.append(dim);
  return shape;
}

enum class RecurrentCell : std::uint8_t { tanh, relu, lstm, gru };
constexpr const char* name_of(RecurrentCell cell) {
  constexpr const char* names[] = {"tanh", "relu", "lstm", "gru"};
  return names[static_cast<int>(cell)];
}

/// Inputs, those in brackets if the attributes say so: gates (T, N, G H), what the inputs add to each gate; weight
/// (G H, R); [h_0 (N, R)]; [c_0 (N, H)]; [bias (3 H)] inside the candidate of a GRU; [projection (R, H)]; [mask (T,
/// N)]. Outputs: y (T, N, R), h_n (N, R), [c_n (N, H)] of an LSTM, and what the gradient needs, (T, N, K H).
struct RecurrentAttributes {
  RecurrentCell cell = RecurrentCell::lstm;
  GateOrder gate_order = GateOrder::torch;
  bool reset_after = true;
  bool reverse = false;     // from the last step to the first
  bool zero_output = true;  // at steps that the mask leaves out; else the last output stays
  bool has_state = false;
  bool has_bias = false;
  bool projected = false;
  bool masked = false;
  bool keeps = true;  // what the gradient needs; else that output is empty
  static constexpr auto fields() {
    return std::tuple{field("cell", &RecurrentAttributes::cell),
                      field("gate_order", &RecurrentAttributes::gate_order),
                      field("reset_after", &RecurrentAttributes::reset_after),
                      field("reverse", &RecurrentAttributes::reverse),
                      field("zero_output", &RecurrentAttributes::zero_output),
                      field("has_state", &RecurrentAttributes::has_state),
                      field("has_bias", &RecurrentAttributes::has_bias),
                      field("projected", &RecurrentAttributes::projected),
                      field("masked", &RecurrentAttributes::masked),
                      field("keeps", &RecurrentAttributes::keeps)};
  }

  bool lstm() const { return cell == RecurrentCell::lstm; }
  bool gru() const { return cell == RecurrentCell::gru; }
  /// G and K.
  std::int64_t gates() const { return lstm() ? 4 : gru() ? 3 : 1; }
  std::int64_t kept() const { return lstm() ? 5 : gru() ? 4 : 1; }

  // Places among the inputs; those of the gradient's op come `base` later.
  std::size_t state() const { return 2; }
  std::size_t bias() const { return state() + (has_state ? 1 + lstm() : 0); }
  std::size_t projection() const { return bias() + has_bias; }
  std::size_t mask() const { return projection() + projected; }
  std::size_t inputs() const { return mask() + masked; }
  std::size_t outputs() const { return lstm() ? 4 : 3; }
  /// Of the gradient's op: the gradients of y, h_n and c_n, y, and what was kept, come before the inputs.
  std::size_t base() const { return outputs() + 1; }
};

/// One op for each: the layer and its gradient.
extern const Op recurrent_layer_op, recurrent_layer_grad_op;

}  // namespace triptych
