#include "triptych/eager/nn/padding.h"

#include "api_eager/repr.h"
#include "triptych/eager/functional.h"

namespace triptych::eager::nn {
namespace {

/// Two numbers for each axis.
Axes sides(const char* name, int axes, const Axes& padding, Location where) {
  if (padding.size() == 2 * axes) return padding;
  if (padding.size() != 1)
    throw ArgumentError(name, "padding is neither one number nor two for each axis",
                        tuple_text({padding.begin(), padding.end()}), "", where);
  Axes all;
  for (int i = 0; i < 2 * axes; ++i) all.append(padding[0]);
  return all;
}

void check_rank(const char* name, int axes, const Tensor& x) {
  if (x.ndim() != axes + 1 && x.ndim() != axes + 2)
    throw ArgumentError(name, "the input does not have " + std::to_string(axes + 2) + " dimensions, or one less",
                        "x is " + x.shape().text());
}

std::vector<std::int64_t> numbers(const Axes& axes) { return {axes.begin(), axes.end()}; }

}  // namespace

PaddingModule::PaddingModule(const char* name, int axes, const char* mode, const Axes& padding, Location where)
    : options(sides(name, axes, padding, where)), name_(name), axes_(axes), mode_(mode) {}
Tensor PaddingModule::forward(const Tensor& x) {
  check_rank(name_, axes_, x);
  return functional::pad(x, numbers(options), Text(mode_));
}
std::string PaddingModule::extra_repr() const { return tuple_text(numbers(options)); }

ConstantPad::ConstantPad(const char* name, int axes, const Options& given, Location where)
    : options{sides(name, axes, given.padding, where), given.value}, name_(name), axes_(axes) {}
Tensor ConstantPad::forward(const Tensor& x) {
  check_rank(name_, axes_, x);
  return functional::pad(x, numbers(options.padding), options.value);
}
std::string ConstantPad::extra_repr() const {
  return "padding=" + tuple_text(numbers(options.padding)) + ", value=" + python_text(options.value);
}

}  // namespace triptych::eager::nn
