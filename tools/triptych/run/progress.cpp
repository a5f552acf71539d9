#include "run/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "report/report.h"

namespace triptych::compare {
namespace {

std::size_t terminal_width() {
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

Progress::Progress(double total) : total_(total), terminal_(isatty(STDOUT_FILENO)) {}

void Progress::begin(const std::string& what) {
  what_ = what;
  if (!terminal_) std::printf("%s\n", what.c_str());
  std::fflush(stdout);
  draw(0, "");
}

void Progress::update(double share, const std::string& detail) { draw(share, detail); }

void Progress::finish(double weight, const std::string& detail) {
  done_ += weight;
  if (terminal_)
    std::printf("\r\033[K%s: %s\n", what_.c_str(), detail.c_str());
  else
    std::printf("  %s\n", detail.c_str());
  std::fflush(stdout);
}

void Progress::draw(double share, const std::string& detail) {
  if (!terminal_) return;
  const auto now = std::chrono::steady_clock::now();
  if (share > 0 && now - drawn_ < std::chrono::milliseconds(100)) return;
  drawn_ = now;
  constexpr std::size_t width = 24;
  const auto filled =
      static_cast<std::size_t>(static_cast<double>(width) * std::clamp((done_ + share) / total_, 0.0, 1.0));
  std::string line = "[" + std::string(filled, '=') + std::string(width - filled, '.') + "] " + what_;
  if (!detail.empty()) line += ": " + detail;
  // A line that wraps would not be drawn over.
  std::printf("\r\033[K%s", cut_to_columns(line, terminal_width() - 1).c_str());
  std::fflush(stdout);
}

}  // namespace triptych::compare
