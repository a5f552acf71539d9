#include "api_keras/callbacks/progbar.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/support/printable.h"

namespace triptych::keras {
namespace {

std::string formatted(const char* format, double value) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, format, value);
  return buffer;
}

std::string repeated(const char* text, int count) {
  std::string result;
  for (int i = 0; i < count; ++i) result += text;
  return result;
}

/// "  3/128", as wide as the largest.
std::string counter(std::int64_t current, std::int64_t target) {
  if (target <= 0)
    return std::string(current < 1000000 ? 7 - std::to_string(current).size() : 0, ' ') + std::to_string(current) +
           "/Unknown";
  const std::string of = std::to_string(target);
  std::string number = std::to_string(current);
  if (number.size() < of.size()) number.insert(0, of.size() - number.size(), ' ');
  return number + "/" + of;
}

/// Characters on the screen: escapes take none, and a multi-byte character one.
std::size_t visible(const std::string& text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b') {
      while (i < text.size() && text[i] != 'm') ++i;
      continue;
    }
    if ((text[i] & 0xc0) != 0x80) ++count;
  }
  return count;
}

}  // namespace

void print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

std::string format_time_per_step(double seconds, const std::string& unit) {
  if (seconds >= 1 || seconds == 0) return formatted(" %.0fs/", seconds) + unit;
  if (seconds >= 1e-3) return formatted(" %.0fms/", seconds * 1e3) + unit;
  return formatted(" %.0fus/", seconds * 1e6) + unit;
}

std::string format_metrics(const Logs& logs, bool on_line) {
  std::string text;
  for (const auto& [name, value] : logs) {
    text += " - " + printable(name) + ": ";
    text += formatted((on_line ? value : std::abs(value)) > 1e-3 ? "%.4f" : "%.4e", value);
  }
  return text;
}

std::string format_remaining(double seconds) {
  char buffer[64];
  const auto whole = static_cast<long long>(seconds);
  if (seconds > 3600)
    std::snprintf(buffer, sizeof buffer, "%lld:%02lld:%02lld", whole / 3600, whole % 3600 / 60, whole % 60);
  else if (seconds > 60)
    std::snprintf(buffer, sizeof buffer, "%lld:%02lld", whole / 60, whole % 60);
  else
    std::snprintf(buffer, sizeof buffer, "%llds", whole);
  return buffer;
}

std::string bar_text(const BarState& state, const Logs& logs, bool colours) {
  const std::string bold = colours ? "\x1b[1m" : "", green = colours ? "\x1b[32m" : "",
                    grey = colours ? "\x1b[37m" : "", off = colours ? "\x1b[0m" : "";
  const int width = state.style.width;
  std::string text = bold + counter(state.current, state.target) + off;
  if (state.target > 0) {
    const int done = static_cast<int>(width * static_cast<double>(state.current) / static_cast<double>(state.target));
    text += " ";
    if (done > 0) text += green + repeated("━", done) + off;
    text += grey + repeated("━", width - done) + off;
  } else {
    text = counter(state.current, 0);
  }
  const std::string time = state.finished || state.target <= 0
                               ? formatted("%.0fs", state.elapsed)
                               : format_remaining(state.per_step * static_cast<double>(state.target - state.current));
  return text + " " + bold + time + off + format_time_per_step(state.per_step, state.style.unit) + format_metrics(logs);
}

std::string line_text(const BarState& state, const Logs& logs) {
  return counter(state.current, state.target) + formatted(" - %.0fs -", state.elapsed) +
         format_time_per_step(state.per_step, state.style.unit) + format_metrics(logs, true);
}

Progbar::Progbar(std::int64_t target, int verbose, BarStyle style)
    : target_(target),
      verbose_(verbose),
      style_(std::move(style)),
      terminal_(isatty(STDOUT_FILENO) != 0),
      start_(Clock::now()) {}

void Progbar::update(std::int64_t current, const Logs& logs, bool finished) {
  const auto now = Clock::now();
  const auto seconds = [](Clock::duration duration) { return std::chrono::duration<double>(duration).count(); };
  // A sampler may give more batches than were expected; what was not known is at the end.
  BarState state{.current = current,
                 .target = target_ > 0 || finished ? std::max(target_, current) : 0,
                 .elapsed = seconds(now - start_),
                 .finished = finished,
                 .style = style_};
  // The first step is slow (it compiles), so it does not count once there are others.
  if (current > 0)
    state.per_step = has_first_ && current > 1 ? seconds(now - after_first_) / static_cast<double>(current - 1)
                                               : state.elapsed / static_cast<double>(current);
  if (current == 1 && !has_first_) {
    after_first_ = now;
    has_first_ = true;
  }
  if (verbose_ == 2) {
    if (finished) print(line_text(state, logs) + "\n");
    return;
  }
  if (!terminal_) {  // a file or a pipe gets the last state only
    if (finished) print(bar_text(state, logs, false) + "\n");
    return;
  }
  if (!finished && seconds(now - last_) < style_.interval) return;
  last_ = now;
  std::string text = bar_text(state, logs, true);
  const std::size_t length = visible(text);
  std::string message = std::string(shown_, '\b') + "\r" + text;
  if (length < shown_) message.append(shown_ - length, ' ');
  shown_ = length;
  if (finished) message += "\n";
  print(message);
}

}  // namespace triptych::keras
