#include "core/support/printable.h"

#include <array>
#include <cstdio>

namespace triptych {
namespace {

bool in(char32_t code, char32_t first, char32_t last) { return code >= first && code <= last; }

bool is_seen(char32_t code) {
  const bool control = code < 0x20 || in(code, 0x7f, 0x9f);
  const bool breaks_line = in(code, 0x2028, 0x2029);
  const bool turns_writing = in(code, 0x200e, 0x200f) || in(code, 0x202a, 0x202e) || in(code, 0x2066, 0x2069);
  const bool no_character = (code & 0xfffe) == 0xfffe || in(code, 0xfdd0, 0xfdef) || code == 0xfeff;
  return !(control || breaks_line || turns_writing || no_character);
}

std::string escape_of(char32_t code) {
  switch (code) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      std::array<char, 16> text{};
      std::snprintf(text.data(), text.size(), code < 0x80 ? "\\x%02x" : "\\u%04x", static_cast<unsigned>(code));
      return text.data();
  }
}

}  // namespace

Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  char32_t code = lead & (0xffu >> (bytes + 1));
  bool valid = lead >= 0xc2 && lead <= 0xf4;
  for (std::size_t i = 1; i < bytes; ++i) {
    valid &= (byte(i) & 0xc0) == 0x80;
    code = code << 6 | (byte(i) & 0x3f);
  }
  constexpr std::array<char32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};  // else a shorter form is the right one
  valid &= code >= smallest[bytes] && code <= 0x10ffff && !in(code, 0xd800, 0xdfff);
  return valid ? Character{code, bytes, true} : Character{lead, 1, false};
}

std::string printable(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const Character character = first_character(text);
    if (character.valid && is_seen(character.code)) {
      result += text.substr(0, character.bytes);
    } else if (character.valid) {
      result += escape_of(character.code);
    } else {
      std::array<char, 8> hex{};
      std::snprintf(hex.data(), hex.size(), "\\x%02x", static_cast<unsigned>(character.code));
      result += hex.data();
    }
    text.remove_prefix(character.bytes);
  }
  return result;
}

std::string valid_utf8(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const Character character = first_character(text);
    if (character.valid)
      result += text.substr(0, character.bytes);
    else
      result += "\xef\xbf\xbd";
    text.remove_prefix(character.bytes);
  }
  return result;
}

}  // namespace triptych
