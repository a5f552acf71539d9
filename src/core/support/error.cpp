#include "triptych/core/error.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "core/dispatch/modes.h"
#include "core/support/error_context.h"
#include "core/support/printable.h"
#include "triptych/core/located_function.h"

namespace triptych {
namespace {

constinit thread_local const char* called = nullptr;

std::string_view name_of(std::string_view op) { return called ? called : op; }

std::string compose(std::string_view op, std::string_view wrong, std::string_view given, std::string_view hint,
                    Location where) {
  std::string text;
  if (!op.empty()) text.append("[").append(op).append("] ");
  text.append(wrong);
  if (!given.empty()) text.append(": ").append(given);
  if (text.back() != '.') text += '.';
  if (!hint.empty()) {
    text.append(" ").append(hint);
    if (text.back() != '.' && text.back() != '?') text += '.';
  }
  if (where) text.append(" At ").append(where.text()).append(".");
  return printable(text);
}

/// Whether a file is one of the library's, or of the standard library, on the way to a user's function.
bool is_library(std::string_view file) {
  constexpr std::string_view here = __FILE__, self = "core/support/error.cpp";
  for (std::string_view headers : {"include/triptych/", "include/c++/"})
    if (file.find(headers) != std::string_view::npos) return true;
  if (!here.ends_with(self) || !file.starts_with(here.substr(0, here.size() - self.size()))) return false;
  const std::string_view below = file.substr(here.size() - self.size());
  return std::ranges::any_of(
      std::array<std::string_view, 5>{"core/", "api_eager/", "api_keras/", "api_lowlevel/", "cuda/"},
      [&](std::string_view room) { return below.starts_with(room); });
}

/// A line of ours tells a user nothing.
Location users(Location where) { return where && is_library(where.file()) ? Location() : where; }

}  // namespace

std::string Location::text() const {
  if (!packed_) return {};
  const char* slash = std::strrchr(file(), '/');
  return std::string(slash ? slash + 1 : file()) + ":" + std::to_string(line());
}

Error::Error(std::string_view op, std::string_view wrong, std::string_view given, std::string_view hint, Location where)
    : std::runtime_error(compose(name_of(op), wrong, given, hint, users(Frame::resolve(where)))),
      op_(name_of(op)),
      where_(users(Frame::resolve(where))) {}

Error::~Error() = default;
ArgumentError::~ArgumentError() = default;
UnsupportedError::~UnsupportedError() = default;
InternalError::~InternalError() = default;

constinit thread_local Modes modes;

Frame::Frame(Location where) : outermost_(!modes.frame) {
  if (outermost_) modes.frame = resolve(where);
}
Frame::~Frame() {
  if (outermost_) modes.frame = {};
}

void name_last_op(Error& error) {
  if (!error.where() && modes.last) add_context(error, "The op before it is at " + modes.last.text() + ".");
}

Called::Called(const char* function) : outermost_(!called) {
  if (outermost_) called = function;
}
Called::~Called() {
  if (outermost_) called = nullptr;
}

UserCode::UserCode()
    : frame_(std::exchange(modes.frame, {})), around_(std::exchange(modes.around, frame_ ? frame_ : modes.around)) {}
UserCode::~UserCode() {
  modes.frame = frame_;
  modes.around = around_;
}

Location Frame::resolve(Location inner) {
  if (modes.frame) return modes.frame;
  if (!modes.around && !modes.run) return inner;
  if (!inner || is_library(inner.file())) return modes.around ? modes.around : modes.run;
  const bool in_header = std::string_view(inner.file()).find("/include/") != std::string_view::npos;
  return in_header && modes.around ? modes.around : inner;
}

Location detail::line_of_call(Location call, Location made) { return users(call) ? call : made; }

}  // namespace triptych
