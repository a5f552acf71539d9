// The progress bar of `fit`, for loops of one's own.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "triptych/core/export.h"
#include "triptych/core/text.h"
#include "triptych/keras/logs.h"

namespace triptych::keras {

/// Options, in Keras's order.
struct ProgbarOptions {
  /// Characters of the bar.
  std::int64_t width = 20;
  /// 0: silent, 1: a bar, 2: a line at the end.
  int verbose = 1;
  /// Seconds between two updates on the terminal.
  double interval = 0.05;
  /// Shown as they are; the others as their means over the steps so far.
  std::vector<std::string> stateful_metrics = {};
  OwnedText unit_name = "step";
};

namespace utils {

/// Shows how far a loop is: `bar.update(step + 1, {{"loss", loss}})`. Where standard output is no terminal, its last
/// state alone. Copies share it.
class TRIPTYCH_API Progbar {
 public:
  using Values = std::vector<std::pair<std::string, double>>;

  /// Of `target` steps; 0: it is not known how many. ArgumentError for numbers out of range.
  explicit Progbar(std::int64_t target, ProgbarOptions options = {}, Location where = Location::here());
  // Copies alone: one that was moved from is still one.
  Progbar(const Progbar&) = default;
  Progbar& operator=(const Progbar&) = default;
  ~Progbar() = default;

  /// `current` steps are done; `values` are of the latest. It is the last update if `finalize` says so, by default at
  /// the target. ArgumentError for a negative number.
  void update(std::int64_t current, const Values& values = {}, std::optional<bool> finalize = {},
              Location where = Location::here());
  /// `n` steps more.
  void add(std::int64_t n, const Values& values = {}, Location where = Location::here());

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace utils
}  // namespace triptych::keras
