// For tables of wrong calls: each fails with the class, the op and the rule that it should, at the user's own line.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <typeinfo>

#include "triptych/core/error.h"

template <class Expected>
void expect_bad(const std::string& start, const std::function<void()>& call, triptych::Location where) {
  const std::string line = where.text();
  try {
    call();
    ADD_FAILURE() << line << ": no error, expected " << start;
  } catch (const triptych::Error& error) {
    const std::string text = error.what();
    EXPECT_TRUE(typeid(error) == typeid(Expected)) << line << ": another class: " << text;
    EXPECT_EQ(text.substr(0, start.size()), start) << line;
    EXPECT_EQ(text[0], '[') << line << ": " << text;
    EXPECT_EQ(error.where().text(), line) << text;
  } catch (const std::exception& error) {
    ADD_FAILURE() << line << ": an error that is not ours: " << error.what();
  }
}

/// `call` throws an ArgumentError whose text begins with `start`, at this line.
#define EXPECT_BAD(start, ...)         \
  expect_bad<triptych::ArgumentError>( \
      start, [&] { static_cast<void>(__VA_ARGS__); }, triptych::Location(__FILE__, __LINE__))
/// The same for an UnsupportedError.
#define EXPECT_UNSUPPORTED(start, ...)    \
  expect_bad<triptych::UnsupportedError>( \
      start, [&] { static_cast<void>(__VA_ARGS__); }, triptych::Location(__FILE__, __LINE__))
