// Regularizers, constraints, initializers and schedules of the library, which files call by their class alone,
// whatever a user has registered under that name.
#pragma once

namespace triptych::keras {

struct BuiltIn {
  template <class Object>
  static bool is(const Object& object) {
    return object.is_built_in_;
  }
  /// Marks what the library made.
  template <class Object>
  static Object made(Object object) {
    object.is_built_in_ = true;
    return object;
  }
};

}  // namespace triptych::keras
