// Ops that compute each element by itself, and those that treat leading axes as examples.
#include "core/graph/batching/rule.h"
#include "core/ops/activation/softmax.h"

namespace triptych::batching {

void add_elementwise_rules(Rules& rules) {
  add(rules, broadcasting,
      {"add",         "sub",          "mul",         "div",         "floor_divide",       "remainder",
       "fmod",        "gcd",          "nextafter",   "maximum",     "minimum",            "copysign",
       "equal",       "not_equal",    "less",        "less_equal",  "greater",            "greater_equal",
       "logical_and", "logical_or",   "logical_xor", "bitwise_and", "bitwise_or",         "bitwise_xor",
       "where",       "pow",          "hypot",       "igamma",      "bitwise_left_shift", "bitwise_right_shift",
       "igammac",     "zeta",         "xlogy",       "logaddexp",   "logaddexp2",         "atan2",
       "gelu_grad",   "sigmoid_grad", "tanh_grad",   "silu_grad"});
  add(rules, leading,
      {"gelu",       "relu",      "relu_grad",   "sigmoid",
       "tanh",       "silu",      "leaky_relu",  "elu",
       "softplus",   "clip",      "neg",         "abs",
       "sign",       "isnan",     "isinf",       "isfinite",
       "cast",       "i0",        "logical_not", "bitwise_not",
       "i0e",        "i1",        "i1e",         "exp",
       "exp2",       "expm1",     "log",         "log1p",
       "log2",       "log10",     "erf",         "square",
       "sqrt",       "root",      "rsqrt",       "reciprocal",
       "erfcx",      "ndtri",     "floor",       "ceil",
       "round",      "trunc",     "erfc",        "erfinv",
       "lgamma",     "digamma",   "polygamma",   "sinc",
       "sin",        "cos",       "tan",         "asin",
       "acos",       "atan",      "sinh",        "cosh",
       "asinh",      "acosh",     "atanh",       "identity",
       "contiguous", "to_device", "one_hot",     "binary_cross_entropy",
       "tril",       "triu",      "cholesky",    "eigh",
       "eigvalsh",   "lu_factor", "qr",          "svd",
       "svdvals",    "full_like", "max_unpool",  "binary_cross_entropy_with_logits"});
  add(rules, along_axis<SoftmaxAttributes>, {"softmax", "softmax_grad", "log_softmax", "log_softmax_grad"});
}

}  // namespace triptych::batching
