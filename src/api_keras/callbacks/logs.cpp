#include "triptych/keras/logs.h"

#include <charconv>
#include <ostream>

#include "api_keras/names.h"
#include "core/support/printable.h"

namespace triptych::keras {
namespace {

template <class Items>
[[noreturn]] void no_such_name(const char* what, std::string_view name, const Items& items, Location where) {
  std::vector<std::string> names;
  for (const auto& item : items) names.push_back(item.first);
  throw ArgumentError(what, "there is no metric of this name", "'" + std::string(name) + "'",
                      names.empty() ? "It is empty" : "It has " + quoted_list(names), where);
}

/// The shortest text that gives `value` back.
std::string shortest(double value) {
  char buffer[32];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr};
}

}  // namespace

const double* Logs::find(Text name) const {
  for (const Item& item : items_)
    if (item.first == name) return &item.second;
  return nullptr;
}

double Logs::operator[](MetricName name) const {
  if (const double* value = find(name.name)) return *value;
  no_such_name("Logs", name.name, items_, name.where);
}

void Logs::set(OwnedText name, double value) {
  for (Item& item : items_)
    if (item.first == name) {
      item.second = value;
      return;
    }
  items_.emplace_back(std::move(name), value);
}

bool History::contains(Text name) const {
  for (const Item& item : items_)
    if (item.first == name) return true;
  return false;
}

const std::vector<double>& History::operator[](MetricName name) const {
  for (const Item& item : items_)
    if (item.first == name.name) return item.second;
  no_such_name("History", name.name, items_, name.where);
}

std::ostream& operator<<(std::ostream& stream, const Logs& logs) {
  stream << "{";
  const char* between = "";
  for (const auto& [name, value] : logs) {
    stream << between << "'" << printable(name) << "': " << shortest(value);
    between = ", ";
  }
  return stream << "}";
}

std::ostream& operator<<(std::ostream& stream, const History& history) {
  stream << "{";
  const char* between = "";
  for (const auto& [name, values] : history) {
    stream << between << "'" << printable(name) << "': [";
    between = "";
    for (const double value : values) {
      stream << between << shortest(value);
      between = ", ";
    }
    stream << "]";
    between = ", ";
  }
  return stream << "}";
}

void History::append(int number, const Logs& logs) {
  epoch.push_back(number);
  for (const auto& [name, value] : logs) {
    auto found = items_.begin();
    while (found != items_.end() && found->first != name) ++found;
    if (found == items_.end()) found = items_.insert(found, {name, {}});
    found->second.push_back(value);
  }
}

}  // namespace triptych::keras
