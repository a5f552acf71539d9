// A bar that is redrawn on a terminal, and plain lines elsewhere.
#pragma once

#include <chrono>
#include <string>

namespace triptych::compare {

class Progress {
 public:
  /// `total`: of the weights that will be finished.
  explicit Progress(double total);

  void begin(const std::string& what);
  /// `share` of the weight of what was begun.
  void update(double share, const std::string& detail);
  void finish(double weight, const std::string& detail);

 private:
  void draw(double share, const std::string& detail);

  double total_, done_ = 0;
  bool terminal_;
  std::string what_;
  std::chrono::steady_clock::time_point drawn_;
};

}  // namespace triptych::compare
