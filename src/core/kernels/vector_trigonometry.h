// Our own float32 trigonometric functions, as vector_math.h: free of branches, at most 2 units in the last place for
// every float. Angles up to moderate_angle have a reduction of their own, five times as fast as that for all.
#pragma once

#include "core/kernels/vector_math.h"

namespace triptych::math {

// 2^e mod 2 pi for e = 0 .. 104, in two parts: the first has 29 bits, so that its product with a float's 24 is exact.
// Within functions, since a GPU sees no constants of the host's.
// clang-format off
TRIPTYCH_HOST_DEVICE inline double circle_high(std::int32_t e) {
  static constexpr double values[] = {
    1.0, 2.0, 4.0, 1.7168146818876266, 3.4336293786764145, 0.5840734541416168, 1.1681469231843948, 2.3362938463687897,
    4.6725877076387405, 3.061990112066269, 6.123980224132538, 5.964775159955025, 5.646365016698837, 5.009544730186462,
    3.735904172062874, 1.1886230558156967, 2.3772461116313934, 4.754492223262787, 3.2257991582155228,
    0.16841301321983337, 0.33682602643966675, 0.6736520528793335, 1.347304105758667, 2.694608211517334,
    5.389216437935829, 4.495247572660446, 2.707309827208519, 5.414619669318199, 4.546054050326347, 2.8089227974414825,
    5.617845594882965, 4.952505886554718, 3.621826484799385, 0.9604676812887192, 1.9209353625774384,
    3.8418707251548767, 1.4005561619997025, 2.801112323999405, 5.60222464799881, 4.9212639927864075,
    3.559342682361603, 0.8355000764131546, 1.6710001677274704, 3.342000335454941, 0.40081536769866943,
    0.8016307502985001, 1.6032615005970001, 3.2065230011940002, 0.12986069917678833, 0.25972139835357666,
    0.5194427967071533, 1.0388855934143066, 2.0777712017297745, 4.15554241836071, 2.0278995484113693,
    4.055799096822739, 1.8284129053354263, 3.6568258106708527, 1.0304663181304932, 2.0609326511621475,
    4.121865302324295, 1.9605453163385391, 3.9210906326770782, 1.5589959621429443, 3.11799193918705,
    6.235983893275261, 6.188782498240471, 6.09437969326973, 5.905574083328247, 5.527962878346443, 4.772740453481674,
    3.2622956037521362, 0.2414059042930603, 0.4828118234872818, 0.9656236618757248, 1.9312473237514496,
    3.862494647502899, 1.4418039917945862, 2.8836079835891724, 5.767215982079506, 5.2512466460466385,
    4.219308003783226, 2.15543070435524, 4.310861423611641, 2.3385375291109085, 4.677075073122978, 3.0709648579359055,
    6.141929715871811, 6.00067412853241, 5.718162968754768, 5.153140619397163, 4.023095950484276, 1.7630066126585007,
    3.5260132253170013, 0.7688411474227905, 1.5376823097467422, 3.0753646194934845, 6.150729238986969,
    6.018273159861565, 5.753361031413078, 5.223536774516106, 4.163888230919838, 2.044591173529625, 4.08918234705925,
    1.8951794058084488,
};
  return values[e];
}
TRIPTYCH_HOST_DEVICE inline double circle_low(std::int32_t e) {
  static constexpr double values[] = {
    0.0, 0.0, 0.0, 1.0932786875125494e-08, 6.964412556403333e-09, 9.960450794084503e-09, 5.019740394321351e-09,
    1.0039480788642702e-08, 5.177800383437748e-09, 6.387226448153335e-09, 1.277445289630667e-08,
    6.6793702800435195e-09, 9.390366241364878e-09, 1.4812358164007594e-08, 1.0755180815445369e-08,
    2.640826118320919e-09, 5.281652236641838e-09, 1.0563304473283675e-08, 2.257073433997531e-09,
    5.457725492729005e-10, 1.091545098545801e-09, 2.183090197091602e-09, 4.366180394183204e-09, 8.732360788366409e-09,
    2.5635603828851603e-09, 1.158746447048159e-09, 1.3250279769221812e-08, 1.1599398344595968e-08,
    4.329261176622118e-09, 4.6901480345220745e-09, 9.380296069044149e-09, 1.4792217819366134e-08,
    1.071490012616245e-08, 2.5602647397550843e-09, 5.1205294795101685e-09, 1.0241058959020337e-08,
    1.6125824054708565e-09, 3.225164810941713e-09, 6.450329621883426e-09, 8.932284925044691e-09,
    1.389619553136722e-08, 8.922855550164622e-09, 2.944549906481585e-09, 5.88909981296317e-09, 7.80982530720418e-09,
    7.18489420560702e-10, 1.436978841121404e-09, 2.873957682242808e-09, 1.7795410457634538e-09,
    3.5590820915269077e-09, 7.118164183053815e-09, 1.423632836610763e-08, 1.3571495538367607e-08,
    1.2241829882887557e-08, 5.614124253205295e-09, 1.122824850641059e-08, 3.5869615002513627e-09,
    7.173923000502725e-09, 1.037947168228329e-08, 5.857782170718922e-09, 1.1715564341437843e-08,
    4.561593170305869e-09, 9.123186340611737e-09, 1.4277998362501314e-08, 1.3654835531154971e-08,
    1.2408509868462286e-08, 5.947484224354756e-09, 7.926594129987349e-09, 1.1884813941252537e-08,
    4.900092369935255e-09, 5.831810421148348e-09, 7.695246523574533e-09, 1.1422118728426905e-08,
    7.943076263006155e-09, 9.849913321646531e-10, 1.9699826643293063e-09, 3.9399653286586126e-09,
    3.911556338595064e-09, 7.823112677190128e-09, 7.450641605325992e-10, 1.2422915196190694e-08,
    5.9762948798115675e-09, 7.984215440900974e-09, 1.0672696879542918e-09, 1.3067326251034078e-08,
    1.12334913082205e-08, 3.597447103871182e-09, 7.194894207742364e-09, 1.0421414096762565e-08, 1.973292680955312e-09,
    1.4879372237036119e-08, 1.0889208961502418e-08, 2.908882410435018e-09, 5.817764820870036e-09,
    7.66715532301791e-09, 4.331494521881655e-10, 8.66298904376331e-10, 1.732597808752662e-09, 1.4397982492630819e-08,
    9.92642947269182e-09, 9.833234328138208e-10, 1.2899433740753137e-08, 6.929331968936454e-09,
    1.3858663937872908e-08, 8.847792363175998e-09,
};
  return values[e];
}
// clang-format on

/// x = n pi / 2 + r + low, |r| <= pi / 4; only n mod 4 counts. A float of 2^24 and above is m 2^e with whole m: 2^e mod
/// 2 pi stands in a table. The rest is done in double, where pi / 2 in two parts leaves an error below 2^-56.
struct Quarters {
  float r, low;
  std::int32_t n;
};
TRIPTYCH_HOST_DEVICE inline Quarters quarters(float x) {
  const std::int32_t bits = std::bit_cast<std::int32_t>(x);
  const std::int32_t exponent = (bits >> 23 & 0xff) - 150;
  const bool large = exponent > 0;
  const std::int32_t e = exponent < 0 ? 0 : exponent > 104 ? 104 : exponent;
  const float mantissa = std::bit_cast<float>((bits & static_cast<std::int32_t>(0x807fffff)) | 150 << 23);
  const double m = large ? mantissa : x;
  const double high = m * circle_high(e), low = m * circle_low(e);
  constexpr double magic = 0x1.8p52;
  const double shifted = (high + low) * 0.63661977236758134 + magic;
  const double n = shifted - magic;
  const double r = __builtin_fma(n, -6.123233995736766e-17, __builtin_fma(n, -1.5707963267948966, high) + low);
  const float special = x - x;  // NaN for infinities and NaN, which the bit work above made numbers
  const float rounded = static_cast<float>(r);
  return {rounded + special, static_cast<float>(r - static_cast<double>(rounded)),
          static_cast<std::int32_t>(std::bit_cast<std::int64_t>(shifted))};
}

TRIPTYCH_HOST_DEVICE inline float sin_reduced(float r) {
  const float z = r * r;
  return fma(r * z, horner(z, 2.725000058e-6f, -0.0001984008704f, 0.008333331905f, -0.1666666716f), r);
}
TRIPTYCH_HOST_DEVICE inline float cos_reduced(float r) {
  const float z = r * r;
  return fma(z * z, horner(z, 2.454804053e-5f, -0.001388830366f, 0.04166666418f), fma(-0.5f, z, 1.0f));
}

/// The same for |x| <= moderate_angle: pi / 2 in three parts, of which the products with n of the first two are exact;
/// what the second sum loses is found and put back.
inline constexpr float moderate_angle = 128;
TRIPTYCH_HOST_DEVICE inline Quarters quarters_of_moderate(float x) {
  const Nearest n = nearest(x * 0.636619772f);
  const float first = fma(n.value, -0x1.922p0f, x), second = fma(n.value, 0x1.2aeep-18f, first);
  const float rest = fma(n.value, 0x1.e973dcp-35f, fma(n.value, 0x1.2aeep-18f, first - second)), r = second + rest;
  return {r, (second - r) + rest, n.integer};
}
TRIPTYCH_HOST_DEVICE inline Quarters quarters_of_any(float x) {
  return std::fabs(x) <= moderate_angle ? quarters_of_moderate(x) : quarters(x);
}

TRIPTYCH_HOST_DEVICE inline float sin_of(float x, Quarters q) {
  const float value = q.n & 1 ? cos_reduced(q.r) : sin_reduced(q.r);
  return x == 0.0f ? x : q.n & 2 ? -value : value;  // keeps -0
}
TRIPTYCH_HOST_DEVICE inline float cos_of(Quarters q) {
  const float value = q.n & 1 ? sin_reduced(q.r) : cos_reduced(q.r);
  return (q.n + 1) & 2 ? -value : value;
}
/// t = tan r, or -1 / t in every second quarter, corrected by what r + more loses when it is rounded to t.
TRIPTYCH_HOST_DEVICE inline float tan_of(float x, Quarters q) {
  const float z = q.r * q.r;
  const float p = horner(z, 0.001807841007f, -4.003232243e-5f, 0.004459168296f, 0.00859506242f, 0.02191372775f,
                         0.05396470428f, 0.1333334446f, 0.3333333433f);
  const float rough = fma(q.r * z, p, q.r), more = fma(q.r * z, p, q.low * fma(rough, rough, 1.0f));
  const float t = q.r + more, lost = (q.r - t) + more;
  const float inverse = -1.0f / t;
  const float turned = fma(inverse, fma(inverse, lost, fma(inverse, t, 1.0f)), inverse);
  const float value = q.n & 1 ? turned : t;
  return x == 0.0f ? x : value;  // keeps -0
}

TRIPTYCH_HOST_DEVICE inline float sin(float x) { return sin_of(x, quarters_of_any(x)); }
TRIPTYCH_HOST_DEVICE inline float cos(float x) { return cos_of(quarters_of_any(x)); }
TRIPTYCH_HOST_DEVICE inline float tan(float x) { return tan_of(x, quarters_of_any(x)); }
TRIPTYCH_HOST_DEVICE inline float sin_of_moderate(float x) { return sin_of(x, quarters_of_moderate(x)); }
TRIPTYCH_HOST_DEVICE inline float cos_of_moderate(float x) { return cos_of(quarters_of_moderate(x)); }
TRIPTYCH_HOST_DEVICE inline float tan_of_moderate(float x) { return tan_of(x, quarters_of_moderate(x)); }
TRIPTYCH_HOST_DEVICE inline double sin(double x) { return std::sin(x); }
TRIPTYCH_HOST_DEVICE inline double cos(double x) { return std::cos(x); }
TRIPTYCH_HOST_DEVICE inline double tan(double x) { return std::tan(x); }

}  // namespace triptych::math
