// The cells of recurrent layers: what a step makes of one hidden unit, and its gradient.
#pragma once

#include "core/kernels/vector_math.h"

namespace triptych::formula {

// The long short-term memory: gates i, f, o in (0, 1), the new candidate g, and the state c = f c_prev + i g.
template <class C>
TRIPTYCH_HOST_DEVICE C lstm_state(C i, C f, C g, C c_prev) {
  return f * c_prev + i * g;
}
template <class C>
TRIPTYCH_HOST_DEVICE C lstm_output(C o, C c) {
  return o * math::tanh(c);
}
/// The gradient of c, given tanh(c), that of the output, and that which comes from the step after.
template <class C>
TRIPTYCH_HOST_DEVICE C lstm_state_grad(C o, C tanh_c, C dh, C dc) {
  return dc + dh * o * (1 - tanh_c * tanh_c);
}
/// The gradients of what a gate and the candidate are made of.
template <class C>
TRIPTYCH_HOST_DEVICE C lstm_gate_grad(C gate, C upstream) {
  return upstream * (gate * (1 - gate));
}
template <class C>
TRIPTYCH_HOST_DEVICE C lstm_candidate_grad(C g, C upstream) {
  return upstream * (1 - g * g);
}

/// The gated recurrent unit, h = (1 - z) n + z h_prev; here from its gates and its candidate.
template <class C>
TRIPTYCH_HOST_DEVICE C gru_output(C z, C n, C h_prev) {
  return (1 - z) * n + z * h_prev;
}
/// The gradients of what z and n are made of.
template <class C>
TRIPTYCH_HOST_DEVICE C gru_update_grad(C z, C n, C h_prev, C dh) {
  return dh * (h_prev - n) * (z * (1 - z));
}
template <class C>
TRIPTYCH_HOST_DEVICE C gru_candidate_grad(C z, C n, C dh) {
  return dh * (1 - z) * (1 - n * n);
}
/// The gradient of what r is made of, given that of what it multiplies.
template <class C>
TRIPTYCH_HOST_DEVICE C gru_reset_grad(C r, C factor, C upstream) {
  return upstream * factor * (r * (1 - r));
}

/// The simple cell, h = tanh(x) or max(x, 0).
template <class C>
TRIPTYCH_HOST_DEVICE C rnn_unit(C x, bool relu) {
  return relu ? (x < 0 ? C(0) : x) : math::tanh(x);
}
template <class C>
TRIPTYCH_HOST_DEVICE C rnn_unit_grad(C h, C dh, bool relu) {
  return relu ? (h > 0 ? dh : C(0)) : dh * (1 - h * h);
}

}  // namespace triptych::formula
