// Functions that users hand over.
#pragma once

#include "triptych/core/error.h"

namespace triptych {

/// While alive, a function runs that a user gave to the one that was called at `where`: errors inside of it name its
/// own lines, and where it has none (it was passed by its name, or calls a module) that one.
class [[nodiscard]] UsersFunction {
 public:
  explicit UsersFunction(Location where) : frame_(where) {}

 private:
  Frame frame_;
  UserCode its_lines_;
};

}  // namespace triptych
