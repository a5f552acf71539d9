#include "core/support/checked.h"

namespace triptych::detail {

void overflows(std::string_view what, std::int64_t a, const char* sign, std::int64_t b, Location where) {
  throw ArgumentError("shape", std::string(what) + " does not fit in 64 bits",
                      std::to_string(a) + " " + sign + " " + std::to_string(b), "", where);
}

void divides_by_zero(std::string_view what, std::int64_t a, Location where) {
  throw ArgumentError("shape", std::string(what) + " is a quotient by 0", std::to_string(a) + " / 0", "", where);
}

}  // namespace triptych::detail
