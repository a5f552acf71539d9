// From a program that shows something to the smallest one that still does.
#pragma once

#include <functional>

#include "program.h"

namespace programs {

/// `shows` must be true of the program; it is asked of smaller and smaller ones, and says false to those that are not
/// valid.
Program reduce(Program program, const std::function<bool(const Program&)>& shows);

}  // namespace programs
