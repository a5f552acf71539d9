#include "core/formats/json.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "core/support/printable.h"

namespace triptych {

// --- Text to values --------------------------------------------------------------------------------------------------

class JsonReader {
 public:
  JsonReader(std::string_view text, int deepest) : text_(text), deepest_(deepest) {}

  Json read() {
    Json value = read_value();
    skip_space();
    if (at_ != text_.size()) fail("something stands behind the value");
    return value;
  }

 private:
  [[noreturn]] void fail(const std::string& problem) const {
    throw JsonError("byte " + std::to_string(at_) + ": " + problem);
  }
  void skip_space() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) ++at_;
  }
  bool take(char c) {
    skip_space();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool take_word(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  void expect(char c) {
    if (!take(c)) fail(std::string("no '") + c + "'");
  }

  Json read_value() {
    if (depth_ > deepest_) fail("nested deeper than " + std::to_string(deepest_));
    if (take('{')) return read_object();
    if (take('[')) return read_list();
    if (take('"')) return read_text();
    if (take_word("null")) return nullptr;
    if (take_word("true")) return true;
    if (take_word("false")) return false;
    if (take_word("NaN")) return std::numeric_limits<double>::quiet_NaN();
    if (take_word("Infinity")) return std::numeric_limits<double>::infinity();
    if (take_word("-Infinity")) return -std::numeric_limits<double>::infinity();
    return read_number();
  }

  Json read_list() {
    ++depth_;
    Json::List list;
    if (!take(']')) {
      do list.push_back(read_value());
      while (take(','));
      expect(']');
    }
    --depth_;
    return Json(std::move(list));
  }

  Json read_object() {
    ++depth_;
    Json::Object object;
    if (!take('}')) {
      do {
        expect('"');
        object.names.push_back(read_text());
        expect(':');
        object.values.push_back(read_value());
      } while (take(','));
      expect('}');
    }
    std::vector<std::string_view> sorted(object.names.begin(), object.names.end());
    std::sort(sorted.begin(), sorted.end());
    if (const auto twice = std::adjacent_find(sorted.begin(), sorted.end()); twice != sorted.end())
      fail("'" + printable(*twice) + "' stands twice in an object");
    --depth_;
    return Json(std::move(object));
  }

  /// -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?
  Json read_number() {
    const std::size_t begin = at_;
    const auto digits = [&] {
      const std::size_t first = at_;
      while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
      return at_ - first;
    };
    take_word("-");
    const bool zero = at_ < text_.size() && text_[at_] == '0';
    if (const std::size_t count = digits(); count == 0 || (zero && count > 1)) fail("no value");
    bool whole = true;
    if (take_word(".")) {
      whole = false;
      if (digits() == 0) fail("no digit after the point");
    }
    if (take_word("e") || take_word("E")) {
      whole = false;
      if (!take_word("+")) take_word("-");
      if (digits() == 0) fail("no digit in the exponent");
    }
    const char *first = text_.data() + begin, *last = text_.data() + at_;
    const auto as = [&](auto number) {
      return std::pair(std::from_chars(first, last, number).ec == std::errc(), number);
    };
    if (whole) {
      if (const auto [fits, number] = as(std::int64_t{}); fits) return number;
      if (const auto [fits, number] = as(std::uint64_t{}); fits) return number;
    }
    if (const auto [fits, number] = as(double{}); fits) return number;
    fail("a number that a double cannot hold");
  }

  std::string read_text() {
    std::string result;
    for (;;) {
      if (at_ == text_.size()) fail("a text does not end");
      const Character next = first_character(text_.substr(at_));
      if (!next.valid) fail("ill-formed UTF-8");
      if (next.code < 0x20) fail("a control character in a text");
      if (next.code == '\\') {
        ++at_;
        read_escape(result);
        continue;
      }
      const std::string_view bytes = text_.substr(at_, next.bytes);
      at_ += next.bytes;
      if (next.code == '"') return result;
      result += bytes;
    }
  }

  void read_escape(std::string& result) {
    if (at_ == text_.size()) fail("a text does not end");
    const char c = text_[at_++];
    constexpr std::string_view letters = "\"\\/bfnrt", meant = "\"\\/\b\f\n\r\t";
    if (const std::size_t which = letters.find(c); which != std::string_view::npos) {
      result += meant[which];
      return;
    }
    if (c != 'u') fail("an unknown escape");
    unsigned code = read_code_unit();
    if (code >= 0xd800 && code < 0xdc00) {  // the first half of a pair
      const unsigned low = take_word("\\u") ? read_code_unit() : 0;
      if (low < 0xdc00 || low > 0xdfff) fail("half of a pair of code units");
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    } else if (code >= 0xdc00 && code <= 0xdfff) {
      fail("half of a pair of code units");
    }
    append_utf8(code, result);
  }
  unsigned read_code_unit() {
    unsigned value = 0;
    const char* begin = text_.data() + at_;
    if (text_.size() - at_ < 4 || std::from_chars(begin, begin + 4, value, 16).ptr != begin + 4)
      fail("no four digits after \\u");
    at_ += 4;
    return value;
  }
  static void append_utf8(unsigned code, std::string& result) {
    const auto put = [&](unsigned byte) { result += static_cast<char>(byte); };
    if (code < 0x80) return put(code);
    if (code < 0x800) {
      put(0xc0 | (code >> 6));
    } else if (code < 0x10000) {
      put(0xe0 | (code >> 12));
      put(0x80 | ((code >> 6) & 0x3f));
    } else {
      put(0xf0 | (code >> 18));
      put(0x80 | ((code >> 12) & 0x3f));
      put(0x80 | ((code >> 6) & 0x3f));
    }
    put(0x80 | (code & 0x3f));
  }

  std::string_view text_;
  int deepest_, depth_ = 0;
  std::size_t at_ = 0;
};

Json Json::parse(std::string_view text, int deepest) { return JsonReader(text, deepest).read(); }

// --- Values to text --------------------------------------------------------------------------------------------------

class JsonWriter {
 public:
  JsonWriter(std::string_view comma, std::string_view colon) : comma_(comma), colon_(colon) {}

  void write(const Json& json) {
    std::visit([this](const auto& value) { write_value(value); }, json.value_);
  }
  std::string text;

 private:
  void write_value(std::nullptr_t) { text += "null"; }
  void write_value(bool value) { text += value ? "true" : "false"; }
  void write_value(std::int64_t number) { text += std::to_string(number); }
  void write_value(std::uint64_t number) { text += std::to_string(number); }

  /// As Python writes it: the fewest digits that are read as the same number, with a point or an exponent.
  void write_value(double number) {
    if (!std::isfinite(number)) {
      text += std::isnan(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity";
      return;
    }
    const double size = std::abs(number);
    const bool fixed = size == 0 || (size >= 1e-4 && size < 1e16);
    char buffer[32];
    const auto format = fixed ? std::chars_format::fixed : std::chars_format::scientific;
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, number, format).ptr;
    const std::string_view digits(buffer, static_cast<std::size_t>(end - buffer));
    text += digits;
    if (fixed && digits.find('.') == std::string_view::npos) text += ".0";
  }

  void write_value(const std::string& value) {
    text += '"';
    for (std::string_view rest = value; !rest.empty();) {
      const Character next = first_character(rest);
      if (!next.valid) throw JsonError("'" + printable(value) + "' is not UTF-8");
      constexpr std::string_view escaped = "\"\\\b\f\n\r\t", letters = "\"\\bfnrt";
      if (const std::size_t which = escaped.find(rest[0]); which != std::string_view::npos) {
        text += {'\\', letters[which]};
      } else if (next.code < 0x20) {
        char buffer[8];
        std::snprintf(buffer, sizeof buffer, "\\u%04x", static_cast<unsigned>(next.code));
        text += buffer;
      } else {
        text += rest.substr(0, next.bytes);
      }
      rest.remove_prefix(next.bytes);
    }
    text += '"';
  }

  void write_value(const Json::List& list) {
    text += '[';
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (i > 0) text += comma_;
      write(list[i]);
    }
    text += ']';
  }

  void write_value(const Json::Object& object) {
    text += '{';
    for (std::size_t i = 0; i < object.values.size(); ++i) {
      if (i > 0) text += comma_;
      write_value(object.names[i]);
      text += colon_;
      write(object.values[i]);
    }
    text += '}';
  }

  std::string_view comma_, colon_;
};

std::string Json::dump(std::string_view comma, std::string_view colon) const {
  JsonWriter writer(comma, colon);
  writer.write(*this);
  return std::move(writer.text);
}

// --- Values ----------------------------------------------------------------------------------------------------------

Json::Json(std::initializer_list<Json> items) {
  const bool members = items.size() > 0 && std::all_of(items.begin(), items.end(), [](const Json& item) {
                         return item.is_array() && item.size() == 2 && item[0].is_string();
                       });
  if (!members) {
    value_ = List(items);
    return;
  }
  Object object;
  for (const Json& item : items) {
    object.names.push_back(item[0].text());
    object.values.push_back(item[1]);
  }
  value_ = std::move(object);
}

void Json::fail(const std::string& wanted, const Json& value) {
  constexpr std::size_t most = 60;
  std::string text = printable(value.dump());
  if (text.size() > most) text = text.substr(0, most) + "...";
  throw JsonError(wanted + ": " + text);
}

double Json::real() const {
  if (const auto* number = std::get_if<std::int64_t>(&value_)) return static_cast<double>(*number);
  if (const auto* number = std::get_if<std::uint64_t>(&value_)) return static_cast<double>(*number);
  return held<double>("number");
}

std::size_t Json::size() const {
  if (const auto* list = std::get_if<List>(&value_)) return list->size();
  if (const auto* object = std::get_if<Object>(&value_)) return object->values.size();
  return 0;
}

const Json* Json::begin() const {
  if (const auto* list = std::get_if<List>(&value_)) return list->data();
  if (const auto* object = std::get_if<Object>(&value_)) return object->values.data();
  return nullptr;
}

void Json::push_back(Json value) {
  if (is_null()) value_ = List();
  if (auto* list = std::get_if<List>(&value_))
    list->push_back(std::move(value));
  else
    fail("not a list", *this);
}

const Json& Json::operator[](std::size_t index) const {
  if (index >= held<List>("list").size()) fail("a list without element " + std::to_string(index), *this);
  return begin()[index];
}

std::vector<Json::Member> Json::items() const {
  const auto& object = held<Object>("object");
  std::vector<Member> members;
  members.reserve(object.names.size());
  for (std::size_t i = 0; i < object.names.size(); ++i) members.push_back({object.names[i], object.values[i]});
  return members;
}

const Json* Json::find(std::string_view name) const {
  const auto* object = std::get_if<Object>(&value_);
  if (!object) return end();
  return begin() + (std::find(object->names.begin(), object->names.end(), name) - object->names.begin());
}

const Json& Json::operator[](std::string_view name) const {
  const Json* found = find(name);
  if (found == end()) fail("no member '" + printable(name) + "'", *this);
  return *found;
}

Json::Object& Json::as_object() {
  if (is_null()) value_ = Object();
  if (auto* object = std::get_if<Object>(&value_)) return *object;
  fail("not an object", *this);
}

Json& Json::operator[](std::string_view name) {
  Object& object = as_object();
  if (Json* found = find(name); found != end()) return *found;
  object.values.emplace_back();
  try {
    object.names.emplace_back(name);
  } catch (...) {
    object.values.pop_back();
    throw;
  }
  return object.values.back();
}

void Json::erase(std::string_view name) {
  Object& object = as_object();
  if (const Json* found = find(name); found != end()) {
    const auto at = found - begin();
    object.names.erase(object.names.begin() + at);
    object.values.erase(object.values.begin() + at);
  }
}

void Json::update(const Json& other) {
  for (const auto& [name, value] : other.items()) (*this)[name] = value;
}

}  // namespace triptych
