#include "core/formats/json_table.h"

#include <charconv>

namespace triptych {
namespace {

class Reader {
 public:
  Reader(std::string text, const std::string& path, FileContext context)
      : text_(std::move(text)), path_(path), context_(context) {}

  std::vector<JsonEntry> read() {
    std::vector<JsonEntry> entries;
    expect('{');
    if (!take('}')) {
      do {
        JsonEntry entry;
        entry.key = string();
        expect(':');
        if (take('[')) {
          if (!take(']')) {
            do entry.texts.push_back(string());
            while (take(','));
            expect(']');
          }
        } else {
          entry.number = number();
        }
        entries.push_back(std::move(entry));
      } while (take(','));
      expect('}');
    }
    space();
    if (at_ != text_.size()) fail("something stands behind the object");
    return entries;
  }

 private:
  [[noreturn]] void fail(const std::string& problem) const {
    throw ArgumentError(context_.op, "the file is not a table in JSON",
                        "'" + path_ + "', byte " + std::to_string(at_) + ": " + problem, "", context_.where);
  }
  void space() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) ++at_;
  }
  bool take(char c) {
    space();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!take(c)) fail(std::string("no '") + c + "'");
  }
  std::int64_t number() {
    space();
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
    if (error != std::errc()) fail("neither an integer nor a list");
    at_ = static_cast<std::size_t>(end - text_.data());
    return value;
  }
  unsigned code_unit() {
    unsigned value = 0;
    const char* begin = text_.data() + at_;
    if (text_.size() - at_ < 4 || std::from_chars(begin, begin + 4, value, 16).ptr != begin + 4)
      fail("no four digits after \\u");
    at_ += 4;
    return value;
  }
  void append_escaped(std::string& result) {
    if (at_ == text_.size()) fail("a string does not end");
    const char c = text_[at_++];
    constexpr std::string_view letters = "\"\\/bfnrt", meant = "\"\\/\b\f\n\r\t";
    if (const std::size_t which = letters.find(c); which != std::string_view::npos) {
      result += meant[which];
      return;
    }
    if (c != 'u') fail("an unknown escape");
    unsigned code = code_unit();
    if (code >= 0xd800 && code < 0xdc00) {  // the first half of a pair
      if (text_.compare(at_, 2, "\\u") != 0) fail("half of a pair of code units");
      at_ += 2;
      const unsigned low = code_unit();
      if (low < 0xdc00 || low > 0xdfff) fail("half of a pair of code units");
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    } else if (code >= 0xdc00 && code <= 0xdfff) {
      fail("half of a pair of code units");
    }
    append_utf8(code, result);
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
  std::string string() {
    expect('"');
    std::string result;
    for (;;) {
      if (at_ == text_.size()) fail("a string does not end");
      const char c = text_[at_++];
      if (c == '"') return result;
      if (c == '\\')
        append_escaped(result);
      else
        result += c;
    }
  }

  std::string text_;
  const std::string& path_;
  FileContext context_;
  std::size_t at_ = 0;
};

}  // namespace

std::vector<JsonEntry> read_json_table(const std::string& path, FileContext context) {
  const InputFile file(path, context);
  if (file.size() > (1U << 28))
    throw ArgumentError(context.op, "the file is too large for a table in JSON",
                        "'" + path + "' has " + std::to_string(file.size()) + " bytes", "", context.where);
  std::string text(file.size(), '\0');
  file.read_at(0, text.data(), text.size(), context);
  return Reader(std::move(text), path, context).read();
}

}  // namespace triptych
