// Names as they are printed: a name comes from a user or from a file, and may hold anything.
#pragma once

#include <string>
#include <string_view>

namespace triptych {

/// A character at the front of a text, and how many bytes it takes; ill-formed UTF-8 is one byte of no character.
struct Character {
  char32_t code;
  std::size_t bytes;
  bool valid;
};
Character first_character(std::string_view text);

/// `text` with escapes (`\n`, `\x1b`, `\u202e`) for what is not to be seen as it is: control characters, bytes that are
/// not UTF-8, what turns the direction of writing, and what XML forbids. So no name steers a terminal, breaks a line or
/// ends a message, and every picture parses.
std::string printable(std::string_view text);

/// `text` with U+FFFD for every byte that is not UTF-8, for formats that have escapes of their own.
std::string valid_utf8(std::string_view text);

}  // namespace triptych
