// Sources as tests of the house read them.
#pragma once

#include <cctype>
#include <string>

/// Comments and texts blanked out, so that code is what is left; lines stay where they are.
inline std::string code_of(const std::string& source) {
  std::string code = source;
  enum { plain, line_comment, block_comment, text, character } state = plain;
  for (std::size_t i = 0; i < code.size(); ++i) {
    const char c = source[i], next = i + 1 < source.size() ? source[i + 1] : '\0';
    if (state == plain && c == '/' && (next == '/' || next == '*')) state = next == '/' ? line_comment : block_comment;
    const bool hidden = state != plain;
    if (hidden && c == '\\' && (state == text || state == character)) {
      code[i] = code[i + 1] = ' ';
      ++i;
      continue;
    }
    if (state == plain && c == '"') {
      state = text;
    } else if (state == plain && c == '\'' && !(i > 0 && std::isalnum(static_cast<unsigned char>(source[i - 1])))) {
      state = character;
    } else if ((state == text && c == '"') || (state == character && c == '\'') ||
               (state == line_comment && c == '\n')) {
      state = plain;
    } else if (state == block_comment && c == '/' && source[i - 1] == '*') {
      state = plain;
    }
    if (hidden && c != '\n') code[i] = ' ';
  }
  return code;
}
