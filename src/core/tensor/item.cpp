#include "triptych/core/item.h"

#include <cmath>
#include <ostream>
#include <string>

#include "core/support/hyperparameter.h"
#include "triptych/core/error.h"

namespace triptych {

std::int64_t Item::whole(std::int64_t bytes, bool is_signed) const {
  const double number = value_.to_double();
  if (!is_whole() && number != std::trunc(number))
    throw ArgumentError("item", "the number is not whole", number_text(number),
                        "A double holds it; x.item<int>() cuts the fraction off", where_);
  const bool fits = is_whole() || (number >= -0x1p63 && number < 0x1p63);
  const std::int64_t result = fits ? value_.to_int() : 0;
  const int bits = static_cast<int>(8 * bytes) - (is_signed ? 1 : 0);
  const bool too_large = bits < 63 && result >> bits != (result < 0 && is_signed ? -1 : 0);
  if (!fits || too_large || (!is_signed && result < 0))
    throw ArgumentError("item", "the type does not hold the number",
                        is_whole() ? std::to_string(result) : number_text(number), "A wider type may", where_);
  return result;
}

Item Item::exact(const Item& other, bool overflow, std::int64_t result) const {
  const Location where = where_ ? where_ : other.where_;
  if (overflow)
    throw ArgumentError("item", "64 bits do not hold the result",
                        "of " + std::to_string(value_.to_int()) + " and " + std::to_string(other.value_.to_int()),
                        "Compute with x.item<double>()", where);
  return Item(result, where);
}

Item Item::plus(const Item& other) const {
  if (is_whole() && other.is_whole()) {
    std::int64_t sum = 0;
    const bool overflow = __builtin_add_overflow(value_.to_int(), other.value_.to_int(), &sum);
    return exact(other, overflow, sum);
  }
  return Item(value_.to_double() + other.value_.to_double(), where_ ? where_ : other.where_);
}
Item Item::minus(const Item& other) const {
  if (is_whole() && other.is_whole()) {
    std::int64_t difference = 0;
    const bool overflow = __builtin_sub_overflow(value_.to_int(), other.value_.to_int(), &difference);
    return exact(other, overflow, difference);
  }
  return Item(value_.to_double() - other.value_.to_double(), where_ ? where_ : other.where_);
}
Item Item::times(const Item& other) const {
  if (is_whole() && other.is_whole()) {
    std::int64_t product = 0;
    const bool overflow = __builtin_mul_overflow(value_.to_int(), other.value_.to_int(), &product);
    return exact(other, overflow, product);
  }
  return Item(value_.to_double() * other.value_.to_double(), where_ ? where_ : other.where_);
}
Item Item::divided_by(const Item& other) const {
  return Item(value_.to_double() / other.value_.to_double(), where_ ? where_ : other.where_);
}

std::partial_ordering Item::compare(const Item& other) const {
  if (is_whole() && other.is_whole()) return value_.to_int() <=> other.value_.to_int();
  return value_.to_double() <=> other.value_.to_double();
}

std::ostream& operator<<(std::ostream& out, const Item& item) {
  const Scalar value = item;
  if (value.kind() == Scalar::Kind::floating) return out << value.to_double();
  if (value.kind() == Scalar::Kind::boolean) return out << (value.to_int() != 0);
  return out << value.to_int();
}

}  // namespace triptych
