// Functions that the library makes and users call later: an error of such a call names the call's line.
#pragma once

#include <utility>

#include "triptych/core/export.h"
#include "triptych/core/location.h"

namespace triptych::detail {

/// `call` if it is a user's line; else `made`: between a user and the function stands std::function, std::apply or
/// another function of the library's.
TRIPTYCH_API Location line_of_call(Location call, Location made);

/// `body(where, arguments...)`, called as `(arguments...)`. A default argument cannot follow a pack, so that each
/// number of arguments is written out; with more than four the line is that where the function was made.
template <class Body>
class LocatedFunction {
 public:
  constexpr LocatedFunction(Body body, Location made) : body_(std::move(body)), made_(made) {}

  template <class A>
  auto operator()(const A& a, Location where = Location::here()) const {
    return body_(line_of_call(where, made_), a);
  }
  template <class A, class B>
  auto operator()(const A& a, const B& b, Location where = Location::here()) const {
    return body_(line_of_call(where, made_), a, b);
  }
  template <class A, class B, class C>
  auto operator()(const A& a, const B& b, const C& c, Location where = Location::here()) const {
    return body_(line_of_call(where, made_), a, b, c);
  }
  template <class A, class B, class C, class D>
  auto operator()(const A& a, const B& b, const C& c, const D& d, Location where = Location::here()) const {
    return body_(line_of_call(where, made_), a, b, c, d);
  }
  template <class A, class B, class C, class D, class E>
  auto operator()(const A& a, const B& b, const C& c, const D& d, const E& e, Location where = Location::here()) const {
    return body_(line_of_call(where, made_), a, b, c, d, e);
  }
  template <class... A>
  requires(sizeof...(A) == 0 || sizeof...(A) > 5) auto operator()(const A&... arguments) const {
    return body_(made_, arguments...);
  }

 private:
  Body body_;
  Location made_;
};

}  // namespace triptych::detail
