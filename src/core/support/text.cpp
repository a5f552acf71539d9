#include "triptych/core/text.h"

#include "triptych/core/callable.h"

namespace triptych {

void detail::empty_function(std::string_view op, Location where) {
  throw ArgumentError(op, "the function is empty", "a default-constructed std::function or a null pointer", "", where);
}

const char* not_null(const char* text, Location where) {
  if (!text) throw ArgumentError("text", "a null pointer is no text", "nullptr", "Pass \"\" for none", where);
  return text;
}

}  // namespace triptych
