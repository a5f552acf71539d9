// Errors, in three classes by whose fault it is.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "triptych/core/export.h"
#include "triptych/core/location.h"

namespace triptych {

/// Base of all errors that the library throws. `what()` reads
/// `[op] what is wrong: what was given. Hint. Where.`
class TRIPTYCH_API Error : public std::runtime_error {
 public:
  /// `wrong` says what does not hold, `given` what was passed, `hint` how to mend it (may be empty).
  Error(std::string_view op, std::string_view wrong, std::string_view given, std::string_view hint = {},
        Location where = {});
  Error(const Error&) = default;
  ~Error() override;

  const std::string& op() const { return op_; }
  Location where() const { return where_; }

 private:
  std::string op_;
  Location where_;
};

/// The caller's argument is wrong.
class TRIPTYCH_API ArgumentError : public Error {
 public:
  using Error::Error;
  ~ArgumentError() override;
};

/// The request is sound, but not supported, or something is missing on this machine.
class TRIPTYCH_API UnsupportedError : public Error {
 public:
  using Error::Error;
  ~UnsupportedError() override;
};

/// A bug in this library (or in a custom op).
class TRIPTYCH_API InternalError : public Error {
 public:
  using Error::Error;
  ~InternalError() override;
};

/// While alive, errors and nodes on this thread carry `where` instead of the innermost call's location, and errors and
/// nodes made from other threads are not touched. Modules and layers set it, so that a mistake inside our own
/// `linear.cpp` is reported at the user's line. The outermost frame wins.
class [[nodiscard]] TRIPTYCH_API Frame {
 public:
  explicit Frame(Location where);
  ~Frame();
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;

  /// The outermost frame's location, else `inner`.
  static Location resolve(Location inner);

 private:
  bool outermost_;
};

/// While alive, a function of the user's runs inside of a frame (a loss, a Lambda layer), and its own lines are named.
/// Lines of headers are not: std::function's, or where a function that was passed by its name is called.
class [[nodiscard]] TRIPTYCH_API UserCode {
 public:
  UserCode();
  ~UserCode();
  UserCode(const UserCode&) = delete;
  UserCode& operator=(const UserCode&) = delete;

 private:
  Location frame_, around_;
};

}  // namespace triptych
