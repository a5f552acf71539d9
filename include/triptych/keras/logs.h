// Numbers that training reports, by name and in order.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "triptych/core/error.h"
#include "triptych/core/export.h"
#include "triptych/core/text.h"

namespace triptych::keras {

/// A metric's name, and the line that asks for it.
struct MetricName {
  MetricName(const char* text, Location line = Location::here()) : name(not_null(text, line)), where(line) {}
  MetricName(const std::string& text, Location line = Location::here()) : name(text), where(line) {}
  MetricName(std::nullptr_t) = delete;
  std::string_view name;
  Location where;
};

/// Metrics by name, in the order in which they are shown: what `evaluate` returns and callbacks see.
class TRIPTYCH_API Logs {
 public:
  using Item = std::pair<std::string, double>;

  /// The number called `name`; ArgumentError that lists the names if there is none.
  double operator[](MetricName name) const;
  /// Metrics have names: logs["loss"].
  double operator[](int) const = delete;
  bool contains(Text name) const { return find(name) != nullptr; }
  /// Null if there is none.
  const double* find(Text name) const;
  /// Replaces the number called `name`, or adds it at the end.
  void set(OwnedText name, double value);

  bool empty() const { return items_.empty(); }
  std::size_t size() const { return items_.size(); }
  std::vector<Item>::const_iterator begin() const { return items_.begin(); }
  std::vector<Item>::const_iterator end() const { return items_.end(); }

 private:
  std::vector<Item> items_;
};

/// Prints them as Python does a dict: {'accuracy': 0.5, 'loss': 0.75}.
TRIPTYCH_API std::ostream& operator<<(std::ostream& stream, const Logs& logs);

/// What `fit` returns: each metric's value after every epoch.
class TRIPTYCH_API History {
 public:
  using Item = std::pair<std::string, std::vector<double>>;

  /// Numbers of the epochs that ran.
  std::vector<int> epoch;

  /// The values called `name`, one for each epoch; ArgumentError that lists the names if there is none.
  const std::vector<double>& operator[](MetricName name) const;
  /// Metrics have names: history["loss"].
  const std::vector<double>& operator[](int) const = delete;
  bool contains(Text name) const;
  void append(int number, const Logs& logs);

  bool empty() const { return items_.empty(); }
  std::size_t size() const { return items_.size(); }
  std::vector<Item>::const_iterator begin() const { return items_.begin(); }
  std::vector<Item>::const_iterator end() const { return items_.end(); }

 private:
  std::vector<Item> items_;
};

TRIPTYCH_API std::ostream& operator<<(std::ostream& stream, const History& history);

}  // namespace triptych::keras
