// What the library's formulas need of the C++ standard library, for NVRTC, which brings none: this text stands in for
// each of its headers. Compiled with --device-as-default-execution-space.
#pragma once

namespace std {

using size_t = decltype(sizeof 0);
using int8_t = signed char;
using uint8_t = unsigned char;
using int16_t = short;
using uint16_t = unsigned short;
using int32_t = int;
using uint32_t = unsigned;
using int64_t = long;
using uint64_t = unsigned long;
using uintptr_t = unsigned long;

class string;  // in declarations only
class ostream;
class string_view;

template <class A, class B>
inline constexpr bool is_same_v = false;
template <class A>
inline constexpr bool is_same_v<A, A> = true;
template <class A, class B>
concept same_as = is_same_v<A, B>;
template <class T, class... Any>
inline constexpr bool is_one_of = (is_same_v<T, Any> || ...);
template <class T>
inline constexpr bool is_floating_point_v = is_one_of<T, float, double>;
template <class T>
inline constexpr bool is_integral_v = is_one_of<T, bool, char, int8_t, uint8_t, int16_t, uint16_t, int32_t, uint32_t,
                                                int64_t, uint64_t, long long, unsigned long long>;
template <class T>
constexpr bool has_sign() {
  if constexpr (is_floating_point_v<T> || is_integral_v<T>)
    return T(-1) < T(0);
  else
    return false;
}
template <class T>
inline constexpr bool is_signed_v = has_sign<T>();
template <class T>
inline constexpr bool is_unsigned_v = is_integral_v<T> && !has_sign<T>();

template <bool condition, class A, class B>
struct choice {
  using type = A;
};
template <class A, class B>
struct choice<false, A, B> {
  using type = B;
};
template <bool condition, class A, class B>
using conditional_t = typename choice<condition, A, B>::type;
template <class T>
using make_unsigned_t = conditional_t<sizeof(T) == 1, uint8_t, conditional_t<sizeof(T) == 4, uint32_t, uint64_t>>;

template <class T>
struct bare {
  using type = T;
};
template <class T>
struct bare<T*> {
  using type = T;
};
template <class T>
struct bare<const T> {
  using type = T;
};
template <class T>
using remove_pointer_t = typename bare<T>::type;
template <class T>
using remove_const_t = typename bare<T>::type;

template <size_t... I>
struct index_sequence {};
template <size_t n, size_t... I>
struct count_down : count_down<n - 1, n - 1, I...> {};
template <size_t... I>
struct count_down<0, I...> {
  using type = index_sequence<I...>;
};
template <size_t n>
using make_index_sequence = typename count_down<n>::type;

template <class T, size_t n>
struct array {
  T values[n];
  constexpr T& operator[](size_t i) { return values[i]; }
  constexpr const T& operator[](size_t i) const { return values[i]; }
};

template <class To, class From>
constexpr To bit_cast(const From& value) {
  return __builtin_bit_cast(To, value);
}
using ::memcpy;

template <class T>
struct numeric_limits;
template <>
struct numeric_limits<float> {
  static constexpr float min() { return 0x1p-126f; }
  static constexpr float infinity() { return bit_cast<float>(0x7f800000u); }
  static constexpr float quiet_NaN() { return bit_cast<float>(0x7fc00000u); }
};
template <>
struct numeric_limits<double> {
  static constexpr double infinity() { return bit_cast<double>(0x7ff0000000000000ul); }
  static constexpr double quiet_NaN() { return bit_cast<double>(0x7ff8000000000000ul); }
};

namespace numbers {
inline constexpr double sqrt2 = 0x1.6a09e667f3bcdp+0;
inline constexpr double inv_sqrtpi = 0x1.20dd750429b6dp-1;
}  // namespace numbers

using ::acos, ::acosh, ::asin, ::asinh, ::atan, ::atan2, ::atanh, ::ceil, ::copysign, ::cos, ::cosh, ::erf, ::erfc,
    ::exp, ::exp2, ::expm1, ::fabs, ::floor, ::fmod, ::hypot, ::lgamma, ::log, ::log10, ::log1p, ::log2, ::nextafter,
    ::pow, ::rint, ::sin, ::sinh, ::sqrt, ::tan, ::tanh, ::tgamma, ::trunc;

}  // namespace std

// Builtins of other compilers.
inline float __builtin_fmaf(float a, float b, float c) { return ::fmaf(a, b, c); }
inline double __builtin_fma(double a, double b, double c) { return ::fma(a, b, c); }
