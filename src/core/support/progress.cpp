#include "triptych/core/progress.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <iostream>

#include "core/support/hyperparameter.h"
#include "core/support/printable.h"

namespace triptych {
namespace {

using Clock = std::chrono::steady_clock;

/// "00:05", "1:02:03".
std::string interval(double seconds) {
  const auto all = static_cast<long long>(seconds > 0 ? std::min(seconds, 1e15) : 0.0);  // NaN is 0
  char text[48];
  if (all >= 3600)
    std::snprintf(text, sizeof text, "%lld:%02lld:%02lld", all / 3600, all / 60 % 60, all % 60);
  else
    std::snprintf(text, sizeof text, "%02lld:%02lld", all / 60, all % 60);
  return text;
}

std::string two_places(double value) {
  char text[400];
  std::snprintf(text, sizeof text, "%5.2f", value);
  return text;
}

/// Ten places, the last one filled by eighths.
std::string blocks(double share) {
  constexpr int places = 10, eighths = 8;
  static constexpr const char* parts[] = {" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};
  const auto filled = static_cast<int>(std::clamp(share, 0.0, 1.0) * places * eighths);
  std::string bar;
  for (int place = 0; place < places; ++place) bar += parts[std::clamp(filled - place * eighths, 0, eighths)];
  return bar;
}

}  // namespace

std::string format_meter(std::int64_t n, std::optional<std::int64_t> total, double elapsed, Text desc, Text unit,
                         Text postfix) {
  const double rate = elapsed > 0 && n > 0 ? static_cast<double>(n) / elapsed : 0;
  const std::string speed = rate == 0  ? "?" + std::string(unit) + "/s"
                            : rate < 1 ? two_places(1 / rate) + "s/" + std::string(unit)
                                       : two_places(rate) + std::string(unit) + "/s";
  const std::string prefix = desc.empty() ? "" : std::string(desc) + ": ";
  const std::string end = speed + (postfix.empty() ? "" : ", " + std::string(postfix)) + "]";
  if (!total || *total <= 0 || n > *total)
    return prefix + std::to_string(n) + std::string(unit) + " [" + interval(elapsed) + ", " + end;
  const double share = static_cast<double>(n) / static_cast<double>(*total);
  char percent[16];
  std::snprintf(percent, sizeof percent, "%3.0f%%|", std::clamp(100 * share, 0.0, 100.0));
  const std::string left = rate == 0 ? "?" : interval((static_cast<double>(*total) - static_cast<double>(n)) / rate);
  return prefix + percent + blocks(share) + "| " + std::to_string(n) + "/" + std::to_string(*total) + " [" +
         interval(elapsed) + "<" + left + ", " + end;
}

struct ProgressBar::State {
  ProgressOptions options;
  bool terminal = false;
  double interval = 0;
  std::int64_t n = 0;
  std::string postfix;
  Clock::time_point begin = Clock::now(), drawn = begin;
  bool closed = false;

  ~State() { close(); }

  void draw() {
    if (options.disable || closed) return;
    drawn = Clock::now();
    const double elapsed = std::chrono::duration<double>(drawn - begin).count();
    const std::string line = printable(format_meter(n, options.total, elapsed, options.desc, options.unit, postfix));
    std::ostream& stream = options.file ? *options.file : std::cerr;
    if (terminal)
      stream << "\r" << line << "\x1b[K" << std::flush;
    else
      stream << line << "\n" << std::flush;
  }
  void draw_if_due() {
    if (std::chrono::duration<double>(Clock::now() - drawn).count() >= interval) draw();
  }
  void close() {
    if (options.disable || closed) return;
    if (options.leave) {
      draw();
      if (terminal) (options.file ? *options.file : std::cerr) << std::endl;
    } else if (terminal) {
      (options.file ? *options.file : std::cerr) << "\r\x1b[K" << std::flush;
    }
    closed = true;
  }
};

ProgressBar::ProgressBar(const ProgressOptions& options, Location where) : state_(std::make_shared<State>()) {
  if (options.total && *options.total < 0) {
    state_->closed = true;
    throw ArgumentError("progress", "total is negative", std::to_string(*options.total), "", where);
  }
  if (options.mininterval && !(*options.mininterval >= 0)) {
    state_->closed = true;
    throw ArgumentError("progress", "mininterval is negative or NaN", number_text(*options.mininterval), "", where);
  }
  state_->options = options;
  state_->terminal = !options.file && ::isatty(STDERR_FILENO) == 1;
  state_->interval = options.mininterval.value_or(state_->terminal ? 0.1 : 10.0);
  if (state_->terminal) state_->draw();
}

void ProgressBar::update(std::int64_t n) const {
  if (__builtin_add_overflow(state_->n, n, &state_->n)) state_->n = 0;
  state_->draw_if_due();
}
void ProgressBar::set_description(Text desc) const {
  state_->options.desc = OwnedText(std::string_view(desc));
  state_->draw_if_due();
}
void ProgressBar::set_postfix(Text postfix) const {
  state_->postfix = postfix;
  state_->draw_if_due();
}
void ProgressBar::close() const { state_->close(); }
std::int64_t ProgressBar::n() const { return state_->n; }

}  // namespace triptych
