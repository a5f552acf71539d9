// Elementwise ops with broadcasting, of operands in any memory order.
#include <algorithm>
#include <cmath>

#include "cases.h"
#include "triptych/core/ops.h"

namespace paths {
namespace {

using Binary = tt::Tensor (*)(tt::Arg, tt::Arg);

struct Function {
  const char* name;
  Binary op;
  double (*plain)(double, double);
};

constexpr Function functions[] = {
    {"add", tt::add, [](double a, double b) { return a + b; }},
    {"sub", tt::sub, [](double a, double b) { return a - b; }},
    {"mul", tt::mul, [](double a, double b) { return a * b; }},
    {"maximum", tt::maximum, [](double a, double b) { return std::max(a, b); }},
    {"minimum", tt::minimum, [](double a, double b) { return std::min(a, b); }},
    {"less", tt::less, [](double a, double b) { return double(a < b); }},
    {"equal", tt::equal, [](double a, double b) { return double(a == b); }},
    {"greater_equal", tt::greater_equal, [](double a, double b) { return double(a >= b); }},
};

/// `shape` with some axes of length one, or without the first ones: it broadcasts to it.
tt::Shape part_of(Dice& dice, const tt::Shape& shape) {
  tt::Shape part = shape;
  for (int i = 0; i < shape.rank(); ++i)
    if (dice.once_in(3)) part.set(i, 1);
  while (part.rank() > 0 && dice.once_in(4)) part.erase(0);
  return part;
}

}  // namespace

void elementwise_case(Dice& dice) {
  const tt::DType dtype = dice.number();
  tt::Shape shape = dice.shape(static_cast<int>(dice.between(0, 4)));
  if (dice.once_in(15)) shape = {dice.between(1, 5), dice.between(100, 200), dice.between(100, 200)};
  const bool same = dice.once_in(2);
  const Given a = dice.operand(same || dice.once_in(3) ? shape : part_of(dice, shape), dtype),
              b = dice.operand(same ? shape : part_of(dice, shape), dtype);
  tt::Shape common;
  broadcast(a.plain.shape, b.plain.shape, common);
  const int rank = common.rank();
  const Function& f = functions[dice.between(0, std::size(functions) - 1)];
  const std::string what = a.plain.shape.text() + " and " + b.plain.shape.text();
  expect(f.op(a.tensor, b.tensor),
         Plain::of(common,
                   [&](const Place& p) { return f.plain(a.plain.broadcast(p, rank), b.plain.broadcast(p, rank)); }),
         1, f.name + (" of " + what));
  const double number = static_cast<double>(dice.between(0, 2));
  expect(tt::where(a.tensor > number, b.tensor, number),
         Plain::of(
             common,
             [&](const Place& p) { return a.plain.broadcast(p, rank) > number ? b.plain.broadcast(p, rank) : number; }),
         0, "where of " + what);
  expect(tt::abs(a.tensor), Plain::of(a.plain.shape, [&](const Place& p) { return std::abs(a.plain[p]); }), 0, "abs");
  if (!tt::is_floating(dtype)) return;
  // Angles up to 512: those beyond 128 are not usual ones.
  expect(tt::sin(a.tensor * 256), Plain::of(a.plain.shape, [&](const Place& p) { return std::sin(256 * a.plain[p]); }),
         4, "sin");
  expect(tt::exp(a.tensor), Plain::of(a.plain.shape, [&](const Place& p) { return std::exp(a.plain[p]); }), 4, "exp");
}

}  // namespace paths
