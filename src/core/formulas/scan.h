// What scans along an axis do with an element, for the CPU's lines and the GPU's teams. Each has the Value that is
// kept, `load`s it from the element at `at` (number `i` of its line, reached from `before`; -1 for the first), combines
// two neighbouring ones, and `store`s what belongs to an element.
#pragma once

#include "core/formulas/reduce.h"
#include "core/kernels/vector_math.h"

namespace triptych::formula {

template <class In, class Out>
struct RunningSum {
  using Value = running_sum_type<Out>;
  const In* in;
  Out* out;

  static constexpr Value identity() { return 0; }
  TRIPTYCH_HOST_DEVICE Value load(std::int64_t at, std::int64_t, std::int64_t) const {
    return static_cast<Value>(static_cast<compute_type<In>>(in[at]));
  }
  TRIPTYCH_HOST_DEVICE Value operator()(Value a, Value b) const { return a + b; }
  TRIPTYCH_HOST_DEVICE void store(std::int64_t at, Value value) const {
    out[at] = Out(static_cast<compute_type<Out>>(value));
  }
};

template <class In, class Out>
struct RunningProduct : RunningSum<In, Out> {
  using Value = running_sum_type<Out>;
  static constexpr Value identity() { return 1; }
  TRIPTYCH_HOST_DEVICE Value operator()(Value a, Value b) const { return a * b; }
};

/// log(e^a + e^b).
template <class T>
struct RunningLogSum {
  using Value = double;
  const T* in;
  T* out;

  static constexpr Value identity() { return -std::numeric_limits<double>::infinity(); }
  TRIPTYCH_HOST_DEVICE Value load(std::int64_t at, std::int64_t, std::int64_t) const {
    return static_cast<double>(static_cast<compute_type<T>>(in[at]));
  }
  TRIPTYCH_HOST_DEVICE Value operator()(Value a, Value b) const {
    const double larger = Larger()(a, b), smaller = Smaller()(a, b);
    return larger == smaller && larger - larger != 0 ? larger : larger + math::log1p(math::exp(smaller - larger));
  }
  TRIPTYCH_HOST_DEVICE void store(std::int64_t at, Value value) const {
    out[at] = T(static_cast<compute_type<T>>(value));
  }
};

/// A sum whose part so far fades with each step by e^-|the step of y|.
template <class T>
struct FadingSum {
  struct Value {
    double factor, sum;
  };
  const T *u, *y;
  T* out;
  bool reverse;

  static constexpr Value identity() { return {1, 0}; }
  TRIPTYCH_HOST_DEVICE Value load(std::int64_t at, std::int64_t, std::int64_t before) const {
    const double own = number(u[at]);
    if (before < 0) return {0, own};
    const double from = number(y[reverse ? at : before]), to = number(y[reverse ? before : at]);
    return {from == to ? 1 : math::exp(from - to), own};  // infinities do not fade
  }
  TRIPTYCH_HOST_DEVICE Value operator()(const Value& a, const Value& b) const {
    return {a.factor * b.factor, a.sum * b.factor + b.sum};
  }
  TRIPTYCH_HOST_DEVICE void store(std::int64_t at, const Value& value) const {
    out[at] = T(static_cast<compute_type<T>>(value.sum));
  }

 private:
  static TRIPTYCH_HOST_DEVICE double number(T x) { return static_cast<double>(static_cast<compute_type<T>>(x)); }
};

/// The largest (smallest) so far, of equal ones the last, and where it stands; NaN is beyond all.
template <bool largest, class T>
struct RunningExtreme {
  struct Value {
    compute_type<T> element;
    std::int64_t index;  // -1: none yet
  };
  const T* in;
  T* out;
  std::int64_t* indices;

  static constexpr Value identity() { return {compute_type<T>(0), -1}; }
  TRIPTYCH_HOST_DEVICE Value load(std::int64_t at, std::int64_t i, std::int64_t) const {
    return {static_cast<compute_type<T>>(in[at]), i};
  }
  TRIPTYCH_HOST_DEVICE Value operator()(const Value& a, const Value& b) const {
    if (a.index < 0 || b.index < 0) return a.index < 0 ? b : a;
    return Beyond<largest>()(a.element, b.element) ? a : b;
  }
  TRIPTYCH_HOST_DEVICE void store(std::int64_t at, const Value& value) const {
    out[at] = T(value.element);
    indices[at] = value.index;
  }
};

}  // namespace triptych::formula
