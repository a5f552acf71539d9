// What the tests that are made of pages share: what their blocks print.
#pragma once

#include <gtest/gtest.h>

#include <iostream>
#include <sstream>
#include <string>

/// Catches what is written to std::cout while it lives.
class Printed {
 public:
  Printed() : previous_(std::cout.rdbuf(text_.rdbuf())) {}
  ~Printed() { std::cout.rdbuf(previous_); }
  Printed(const Printed&) = delete;
  Printed& operator=(const Printed&) = delete;

  /// Compares what was printed since the last call, and reports at the caller's line.
  void expect(const std::string& text, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    if (text_.str() != text)
      GTEST_MESSAGE_AT_(file, line, "", testing::TestPartResult::kNonFatalFailure) << "The page shows:\n"
                                                                                   << text << "The program prints:\n"
                                                                                   << text_.str();
    text_.str("");
  }

 private:
  std::ostringstream text_;
  std::streambuf* previous_;
};
