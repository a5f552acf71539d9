// A progress bar for any range, as tqdm's: `for (auto [x, y] : progress(loader)) ...`.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "triptych/core/text.h"

namespace triptych {

/// Options of `progress`, in tqdm's order.
struct ProgressOptions {
  /// Stands before the bar.
  OwnedText desc = "";
  /// How many there will be, where the range does not say.
  std::optional<std::int64_t> total = {};
  /// The bar stays when it is done.
  bool leave = true;
  /// Where it goes; null: the standard error output.
  std::ostream* file = nullptr;
  /// Seconds between two pictures; absent: 0.1 on a terminal, else 10.
  std::optional<double> mininterval = {};
  OwnedText unit = "it";
  /// Shows nothing.
  bool disable = false;
};

/// What tqdm writes after `n` of `total` in so many seconds: " 40%|####      | 4/10 [00:02<00:03,  2.00it/s]", the bar
/// of ten places in blocks; without a total "4it [00:02,  2.00it/s]".
TRIPTYCH_API std::string format_meter(std::int64_t n, std::optional<std::int64_t> total, double elapsed, Text desc = "",
                                      Text unit = "it", Text postfix = "");

/// A bar that is moved by hand. On a terminal it is drawn over itself; elsewhere each picture is a line. A handle:
/// copies move the same bar, and the last one closes it.
class TRIPTYCH_API ProgressBar {
 public:
  ProgressBar(const ProgressBar&) = default;  // moving copies it, too
  ProgressBar& operator=(const ProgressBar&) = default;

  /// ArgumentError if the total or mininterval is negative or NaN.
  explicit ProgressBar(const ProgressOptions& options = {}, Location where = Location::here());
  void update(std::int64_t n = 1) const;
  void set_description(Text desc) const;
  /// Stands at the end: "loss=0.5".
  void set_postfix(Text postfix) const;
  /// Draws it a last time.
  void close() const;
  std::int64_t n() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// A range that moves a bar while it is gone through. `bar` is for descriptions and postfixes.
template <class Range>
class Progress {
 public:
  Progress(Range&& range, ProgressBar bar) : bar(std::move(bar)), range_(std::forward<Range>(range)) {}

  template <class I>
  struct Iterator {
    I at;
    const ProgressBar* bar;
    using Reference = decltype(*std::declval<I&>());
    Reference operator*() const { return *at; }
    Iterator& operator++() {
      ++at;
      bar->update();
      return *this;
    }
    template <class E>
    bool operator!=(const E& end) const {
      if (at != end) return true;
      bar->close();
      return false;
    }
  };
  auto begin() {
    return Iterator<decltype(std::begin(std::declval<std::remove_reference_t<Range>&>()))>{std::begin(range_), &bar};
  }
  auto end() { return std::end(range_); }

  ProgressBar bar;

 private:
  Range range_;
};

/// `range`, a container or what has begin and end, under a bar. Its size is that of `std::size`, if there is one.
template <class Range>
auto progress(Range&& range, ProgressOptions options = {}, Location where = Location::here()) {
  if constexpr (requires { range.size(); })
    if (!options.total) options.total = static_cast<std::int64_t>(range.size());
  return Progress<Range>(std::forward<Range>(range), ProgressBar(options, where));
}

}  // namespace triptych
