// keras.activations: the functions behind the names that layers take, with Keras 3's order of arguments and defaults.
#pragma once

#include <cstdint>
#include <optional>

#include "triptych/keras/initializers.h"
#include "triptych/keras/ops/math.h"
#include "triptych/keras/ops/nn.h"
#include "triptych/keras/ops/numpy.h"

namespace triptych::keras::activations {

using ops::celu;
using ops::elu;
using ops::glu;
using ops::hard_shrink;
using ops::hard_sigmoid;
using ops::hard_silu;
using ops::hard_swish;
using ops::hard_tanh;
using ops::leaky_relu;
using ops::log_sigmoid;
using ops::log_softmax;
using ops::relu6;
using ops::selu;
using ops::sigmoid;
using ops::silu;
using ops::soft_shrink;
using ops::softmax;
using ops::softplus;
using ops::softsign;
using ops::sparse_plus;
using ops::sparse_sigmoid;
using ops::sparsemax;
using ops::squareplus;
using ops::swish;
using ops::tanh;
using ops::tanh_shrink;
using ops::threshold;
using triptych::mish;
inline Tensor exponential(const Arg& x) { return exp(x); }
inline Tensor linear(const Arg& x) { return x.tensor(); }
/// By its definition, unlike ops::gelu, whose default is the tanh approximation; as in Keras.
inline Tensor gelu(const Arg& x, bool approximate = false) { return ops::gelu(x, approximate); }
/// max(x, 0); with options x where x >= threshold, at most max_value, else negative_slope (x - threshold).
TRIPTYCH_API Tensor relu(const Arg& x, double negative_slope = 0, std::optional<double> max_value = {},
                         double threshold = 0);
/// The activation of one of Keras's names, or the function that is given.
inline Activation get(Activation identifier) { return identifier; }

}  // namespace triptych::keras::activations
