// How public functions take text: a null pointer is an error that names the caller's line, and 0 does not compile.
#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "triptych/core/error.h"
#include "triptych/core/export.h"
#include "triptych/core/location.h"

namespace triptych {

/// `text`; ArgumentError if it is null.
TRIPTYCH_API const char* not_null(const char* text, Location where);

/// A parameter that reads text.
class Text : public std::string_view {
 public:
  // Templates, so that a literal 0 is a number where a function takes either.
  template <class T>
  requires(std::convertible_to<const T&, const char*> && !std::same_as<T, std::nullptr_t>)
      Text(const T& text, Location where = Location::here())
      : std::string_view(not_null(text, where)) {}
  Text(const std::string& text) : std::string_view(text) {}
  Text(std::string_view text) : std::string_view(text) {}
  template <std::same_as<std::nullptr_t> T>
  Text(T) = delete;
};

/// A parameter that keeps text, or is handed on as a std::string; a std::filesystem::path is one too.
class OwnedText : public std::string {
 public:
  OwnedText(const char* text, Location where = Location::here()) : std::string(not_null(text, where)) {}
  OwnedText(std::string text) : std::string(std::move(text)) {}
  OwnedText(std::string_view text) : std::string(text) {}
  template <class T>
  requires(std::convertible_to<T, std::string> && !std::convertible_to<T, std::string_view>) OwnedText(T&& text)
      : std::string(std::forward<T>(text)) {}
  OwnedText(std::nullptr_t) = delete;
};

}  // namespace triptych
