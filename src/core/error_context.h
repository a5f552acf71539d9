// What is known further out about an error that passes by.
#pragma once

#include <string>

#include "triptych/core/error.h"

namespace triptych {

/// Adds a sentence to the end of the message; the error stays of its class. Call it where the error is caught, then
/// `throw;`.
inline void add_context(Error& error, const std::string& sentence) {
  const std::string text = error.what() + (" " + sentence);
  static_cast<std::runtime_error&>(error) = std::runtime_error(text);
}

}  // namespace triptych
