#include "core/support/hyperparameter.h"

#include <array>
#include <charconv>
#include <cmath>

#include "triptych/core/error.h"

namespace triptych {

void Hyperparameters::require(bool good, std::string_view name, const char* wrong, double value) const {
  if (!good) throw ArgumentError(op_, std::string(name) + wrong, number_text(value), "", where_);
}

void Hyperparameters::finite(std::string_view name, double value) const {
  require(std::isfinite(value), name, " is not finite", value);
}
void Hyperparameters::not_negative(std::string_view name, double value) const {
  require(value >= 0 && std::isfinite(value), name, " is negative or not finite", value);
}
void Hyperparameters::positive(std::string_view name, double value) const {
  require(value > 0 && std::isfinite(value), name, " is not positive, or not finite", value);
}
void Hyperparameters::share(std::string_view name, double value) const {
  require(value >= 0 && value <= 1, name, " is outside of [0, 1]", value);
}
void Hyperparameters::decay(std::string_view name, double value) const {
  require(value >= 0 && value < 1, name, " is outside of [0, 1)", value);
}

std::string number_text(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

}  // namespace triptych
