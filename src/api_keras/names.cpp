#include "api_keras/names.h"

#include <cxxabi.h>

#include <cctype>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "core/support/fork.h"
#include "core/support/near_names.h"
#include "triptych/keras/model.h"

namespace triptych::keras {
namespace {

std::mutex& mutex = process_mutex();
std::map<std::string, int> used;

}  // namespace

std::string to_snake_case(std::string_view class_name) {
  const auto upper = [&](std::size_t i) { return std::isupper(static_cast<unsigned char>(class_name[i])) != 0; };
  const auto lower = [&](std::size_t i) {
    return i < class_name.size() && std::islower(static_cast<unsigned char>(class_name[i]));
  };
  std::string result;
  for (std::size_t i = 0; i < class_name.size(); ++i) {
    // A capital begins a word if a small letter follows it (not so the D of "2D") or stands before it.
    if (i > 0 && upper(i) && (lower(i + 1) || lower(i - 1))) result += '_';
    result += static_cast<char>(std::tolower(static_cast<unsigned char>(class_name[i])));
  }
  return result;
}

std::string unique_name(const std::string& base) {
  std::lock_guard lock(mutex);
  const int count = used[base]++;
  return count == 0 ? base : base + "_" + std::to_string(count);
}

std::string operation_name(std::string_view op) {
  constexpr std::pair<std::string_view, std::string_view> others[] = {
      {"sub", "subtract"},      {"mul", "multiply"},         {"div", "true_divide"}, {"neg", "negative"},
      {"pow", "power"},         {"abs", "absolute"},         {"slice", "get_item"},  {"concat", "concatenate"},
      {"permute", "transpose"}, {"unsqueeze", "expand_dims"}};
  for (const auto& [ours, theirs] : others)
    if (op == ours) return std::string(theirs);
  return std::string(op);
}

std::string to_camel_case(std::string_view name) {
  std::string result;
  bool begins = true;
  for (const char c : name) {
    if (c != '_') result += begins ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    begins = c == '_';
  }
  return result;
}

namespace {

std::string full_name_of(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(abi::__cxa_demangle(type.name(), nullptr, nullptr, &status),
                                                    std::free);
  return status == 0 ? text.get() : type.name();
}

}  // namespace

bool is_built_in(const std::type_info& type) { return full_name_of(type).starts_with("triptych::"); }

std::string class_name_of(const std::type_info& type) {
  std::string name = full_name_of(type);
  if (const auto colon = name.rfind("::"); colon != std::string::npos) name.erase(0, colon + 2);
  return name;
}

std::string quoted_list(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " and " : ", ";
    text += "'" + names[i] + "'";
  }
  return text;
}

void no_such(const char* what, const std::string& name, const std::vector<std::string>& names, Location where) {
  const std::string near = near_names(name, names);
  throw ArgumentError(what, std::string("there is no ") + what + " of this name", "'" + name + "'",
                      (near.empty() ? "" : "Did you mean " + near + "? ") + "There are " + quoted_list(names), where);
}

namespace utils {

void clear_session() {
  std::lock_guard lock(mutex);
  used.clear();
}

}  // namespace utils
}  // namespace triptych::keras
