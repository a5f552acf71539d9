// What the tests of the eager style share.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "triptych/core/error.h"

/// `call` fails with an ArgumentError that contains `part` and names the line it is written on.
#define EXPECT_ARGUMENT_ERROR(call, part)                                                                        \
  try {                                                                                                          \
    call;                                                                                                        \
    ADD_FAILURE() << "no error, expected one with: " << (part);                                                  \
  } catch (const triptych::ArgumentError& error) {                                                               \
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();                          \
    EXPECT_EQ(error.where().text(), std::string(triptych::Location(__FILE__, __LINE__).text())) << error.what(); \
  }                                                                                                              \
  static_assert(true)
