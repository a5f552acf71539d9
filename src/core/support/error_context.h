// What is known further out about an error: which function the user called, what was going on.
#pragma once

#include <string>

#include "core/support/printable.h"
#include "triptych/core/error.h"

namespace triptych {

/// Adds a sentence to the end of the message; the error stays of its class. Call it where the error is caught, then
/// `throw;`.
inline void add_context(Error& error, const std::string& sentence) {
  const std::string text = error.what() + (" " + printable(sentence));
  static_cast<std::runtime_error&>(error) = std::runtime_error(text);
}

/// For what cannot know its line: an error without one says where the op before it is.
void name_last_op(Error& error);

/// While alive, errors of this thread name the function that the user called, not the op that it is made of. The
/// outermost wins. Not around users' own code, whose ops have names of their own.
class [[nodiscard]] Called {
 public:
  explicit Called(const char* function);
  ~Called();
  Called(const Called&) = delete;
  Called& operator=(const Called&) = delete;

 private:
  bool outermost_;
};

}  // namespace triptych
