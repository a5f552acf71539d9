// Calls by the homes' names, and what the homes give for them.
#pragma once

#include <cmath>
#include <functional>
#include <string>
#include <type_traits>
#include <vector>

#include "triptych/core/ops/pytorch_names.h"
#include "triptych/eager.h"
#include "triptych/keras.h"
#include "triptych/lowlevel.h"

namespace names {

namespace tt = triptych;
namespace tf = triptych::lowlevel;
namespace F = triptych::eager::nn::functional;
namespace K = triptych::keras::ops;
namespace R = triptych::keras::random;

using tt::Tensor;

/// What calls are made with; scripts/references/make_references_names.py makes them, in float64 but for integers and
/// booleans.
struct Inputs {
  Tensor x, y;    // (2, 3): between -1.5 and 1.5
  Tensor p;       // (2, 3): above 0
  Tensor u;       // (2, 3): between 0 and 1
  Tensor q;       // (2, 3): rows that add up to 1
  Tensor m;       // (3, 3): symmetric, positive definite
  Tensor s;       // (3,)
  Tensor i;       // (2, 3) integers: 0 to 2
  Tensor b;       // (2, 3) booleans
  Tensor image;   // (1, 4, 4, 2)
  Tensor signal;  // (1, 2, 6)
  Tensor labels;  // (2,) integers: 0 to 2
  Tensor words;   // (2,) integers: 0 or 1
};

struct Call {
  std::string text;  // as the home writes it
  std::function<std::vector<Tensor>(const Inputs&)> call;
};

/// For the names of the tests: what is called.
inline void PrintTo(const Call& call, std::ostream* out) { *out << call.text.substr(0, call.text.find('(')); }

const std::vector<Call>& pytorch_calls();
const std::vector<Call>& tensorflow_calls();
const std::vector<Call>& keras_calls();

/// The tensors of a result: one, a list, or a struct of two to four; numbers become some.
inline std::vector<Tensor> parts(Tensor result) { return {std::move(result)}; }
inline std::vector<Tensor> parts(std::vector<Tensor> result) { return result; }
inline std::vector<Tensor> parts(bool result) { return {tt::tensor(result)}; }
inline std::vector<Tensor> parts(int result) { return {tt::tensor(result)}; }
inline std::vector<Tensor> parts(const tt::Shape& result) {
  std::vector<Tensor> all;
  for (const std::int64_t length : result) all.push_back(tt::tensor(length));
  return all;
}
/// What an in-place function makes of a copy.
template <class F>
Tensor changed(const Tensor& x, F function) {
  Tensor copy = x.clone();
  function(copy);
  return copy;
}
struct AnyTensor {
  operator Tensor() const { return {}; }
};
template <class T>
requires(std::is_aggregate_v<T>) std::vector<Tensor> parts(const T& result) {
  if constexpr (requires { T{AnyTensor(), AnyTensor(), AnyTensor(), AnyTensor()}; }) {
    const auto& [a, b, c, d] = result;
    return {a, b, c, d};
  } else if constexpr (requires { T{AnyTensor(), AnyTensor(), AnyTensor()}; }) {
    const auto& [a, b, c] = result;
    return {a, b, c};
  } else {
    const auto& [a, b] = result;
    return {a, b};
  }
}

}  // namespace names
