// Messages of protocol buffers, written field by field (https://protobuf.dev/programming-guides/encoding/). The event
// files need a dozen small messages, and only to write them: a library with a compiler of its own would be a thousand
// times this.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace triptych {

/// A message that is being written. Fields go in by their numbers, in the order of the calls. As protocol buffers
/// version 3 want it, a number that is zero and an empty text are left out, unless the field is part of a choice (a
/// `oneof`): those are `written`.
class Message {
 public:
  enum class Zero : bool { left_out, written };

  /// Integers, booleans and enums.
  Message& number(int field, std::int64_t value, Zero zero = Zero::left_out);
  Message& real(int field, double value, Zero zero = Zero::left_out);
  Message& real32(int field, float value, Zero zero = Zero::left_out);
  /// Text and bytes.
  Message& text(int field, std::string_view value, Zero zero = Zero::left_out);
  Message& message(int field, const Message& value) { return text(field, value.bytes_, Zero::written); }
  /// A list of numbers as one field.
  Message& reals(int field, std::span<const double> values);

  const std::string& bytes() const { return bytes_; }

 private:
  enum Wire : std::uint8_t { varint = 0, fixed64 = 1, length = 2, fixed32 = 5 };
  void append_varint(std::uint64_t value);
  void begin(int field, Wire wire) { append_varint(static_cast<std::uint64_t>(field) << 3 | wire); }
  void append(const void* data, std::size_t size) { bytes_.append(static_cast<const char*>(data), size); }

  std::string bytes_;
};

}  // namespace triptych
