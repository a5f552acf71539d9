// The progress bar, as Keras prints it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "triptych/keras/logs.h"

namespace triptych::keras {

/// How a bar looks.
struct BarStyle {
  int width = 20;
  double interval = 0.05;  // seconds between two updates
  std::string unit = "step";
};

/// "1ms/step" behind a space.
std::string format_time_per_step(double seconds, const std::string& unit = "step");
/// " - loss: 0.1234 - ..."; on lines of verbose = 2 negative numbers have exponents, as in Keras.
std::string format_metrics(const Logs& logs, bool on_line = false);
/// "37s", "1:05", "1:01:05".
std::string format_remaining(double seconds);

/// What a bar shows at one moment, without escapes of its own timing: a pure function, so that it can be tested.
struct BarState {
  std::int64_t current = 0, target = 0;  // 0: not known
  double elapsed = 0;                    // since the start, seconds
  double per_step = 0;                   // seconds
  bool finished = false;
  BarStyle style = {};
};
/// With terminal colours: "\x1b[1m1/3\x1b[0m ..."; else plain.
std::string bar_text(const BarState& state, const Logs& logs, bool colours);
/// verbose = 2: "3/3 - 0s - 53ms/step - loss: ...".
std::string line_text(const BarState& state, const Logs& logs);

class Progbar {
 public:
  Progbar(std::int64_t target, int verbose, BarStyle style = {});
  void update(std::int64_t current, const Logs& logs, bool finished = false);

 private:
  using Clock = std::chrono::steady_clock;

  std::int64_t target_;
  int verbose_;
  BarStyle style_;
  bool terminal_;
  Clock::time_point start_, last_, after_first_;
  bool has_first_ = false;
  std::size_t shown_ = 0;  // visible characters of what stands there now
};

/// Writes to standard output and flushes.
void print(const std::string& text);

}  // namespace triptych::keras
