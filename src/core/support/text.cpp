#include "triptych/core/text.h"

namespace triptych {

const char* not_null(const char* text, Location where) {
  if (!text) throw ArgumentError("text", "a null pointer is no text", "nullptr", "Pass \"\" for none", where);
  return text;
}

}  // namespace triptych
