#include "core/formats/protobuf.h"

#include <bit>

namespace triptych {

// Fixed fields are little-endian, as the machines are that the library runs on.
static_assert(std::endian::native == std::endian::little);

void Message::append_varint(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
  bytes_ += static_cast<char>(value);
}

Message& Message::number(int field, std::int64_t value, Zero zero) {
  if (value == 0 && zero == Zero::left_out) return *this;
  begin(field, varint);
  append_varint(static_cast<std::uint64_t>(value));
  return *this;
}

Message& Message::real(int field, double value, Zero zero) {
  if (std::bit_cast<std::uint64_t>(value) == 0 && zero == Zero::left_out) return *this;
  begin(field, fixed64);
  append(&value, sizeof value);
  return *this;
}

Message& Message::real32(int field, float value, Zero zero) {
  if (std::bit_cast<std::uint32_t>(value) == 0 && zero == Zero::left_out) return *this;
  begin(field, fixed32);
  append(&value, sizeof value);
  return *this;
}

Message& Message::text(int field, std::string_view value, Zero zero) {
  if (value.empty() && zero == Zero::left_out) return *this;
  begin(field, length);
  append_varint(value.size());
  bytes_ += value;
  return *this;
}

Message& Message::reals(int field, std::span<const double> values) {
  return text(field, {reinterpret_cast<const char*>(values.data()), values.size_bytes()});
}

}  // namespace triptych
