// "\x93NUMPY", a version, the length of a header, the header (a Python dictionary of 'descr', 'fortran_order' and
// 'shape'), then the elements. https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#include "core/formats/npy_array.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "core/dispatch/backend.h"
#include "core/support/printable.h"
#include "core/tensor/tensor_impl.h"
#include "triptych/core/ops/shape.h"

namespace triptych {
namespace {

[[noreturn]] void fail(const std::string& what, const std::string& problem, FileContext context) {
  throw ArgumentError(context.op, "not a valid NumPy array", what + ": " + problem, "", context.where);
}

class HeaderReader {
 public:
  HeaderReader(std::string_view text, const std::string& what, FileContext context)
      : text_(text), what_(what), context_(context) {}

  NpyLayout read() {
    NpyLayout layout;
    bool has_descr = false, has_order = false, has_shape = false;
    expect('{');
    while (!take('}')) {
      const std::string key = string();
      expect(':');
      if (key == "descr" && !std::exchange(has_descr, true))
        layout.descr = string();
      else if (key == "fortran_order" && !std::exchange(has_order, true))
        layout.fortran_order = truth();
      else if (key == "shape" && !std::exchange(has_shape, true))
        layout.shape = tuple();
      else
        fail("the header has an entry '" + printable(key) + "' that does not belong there");
      if (!take(',')) {
        expect('}');
        break;
      }
    }
    space();
    if (at_ != text_.size() || !has_descr || !has_order || !has_shape) fail("the header is not whole");
    return layout;
  }

 private:
  [[noreturn]] void fail(const std::string& problem) const { triptych::fail(what_, problem, context_); }

  void space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
  }
  bool take(char c) {
    space();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!take(c)) fail(std::string("'") + c + "' is missing in the header at byte " + std::to_string(at_));
  }

  std::string string() {
    const char quote = take('"') ? '"' : '\'';
    if (quote == '\'') expect('\'');
    const std::size_t end = text_.find(quote, at_);
    if (end == std::string_view::npos) fail("a text in the header has no end");
    const std::string result(text_.substr(at_, end - at_));
    at_ = end + 1;
    return result;
  }

  bool truth() {
    space();
    for (const bool value : {true, false}) {
      const std::string_view word = value ? "True" : "False";
      if (text_.substr(at_, word.size()) != word) continue;
      at_ += word.size();
      return value;
    }
    fail("fortran_order is neither True nor False");
  }

  std::int64_t number() {
    space();
    std::int64_t value = 0;
    const std::size_t first = at_;
    for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_) {
      constexpr std::int64_t most = INT64_MAX / 10 - 1;
      if (value > most) fail("a dimension is too large");
      value = value * 10 + (text_[at_] - '0');
    }
    if (at_ == first) fail("a dimension is no number");
    return value;
  }

  std::vector<std::int64_t> tuple() {
    std::vector<std::int64_t> result;
    expect('(');
    while (!take(')')) {
      result.push_back(number());
      if (result.size() > Shape::max_rank)
        throw UnsupportedError(context_.op, "the array has more than 8 dimensions", what_, "", context_.where);
      if (!take(',')) {
        expect(')');
        break;
      }
    }
    return result;
  }

  std::string_view text_;
  const std::string& what_;
  FileContext context_;
  std::size_t at_ = 0;
};

template <class From, class To>
void widen(const std::string& bytes, void* result) {
  auto* to = static_cast<To*>(result);
  for (std::size_t i = 0; i < bytes.size() / sizeof(From); ++i) {
    From one;
    std::memcpy(&one, bytes.data() + i * sizeof(From), sizeof(From));
    to[i] = one;
  }
}

/// Elements of one kind in a file, and the dtype that holds them; `widen` where that is a wider one.
struct Elements {
  std::string_view name;
  std::size_t size;
  DType dtype;
  void (*widen)(const std::string& bytes, void* to) = nullptr;
};
constexpr Elements known[] = {
    {"f4", 4, float32},
    {"f8", 8, float64},
    {"f2", 2, float16},
    {"i1", 1, int8},
    {"u1", 1, uint8},
    {"b1", 1, boolean},
    {"i4", 4, int32},
    {"i8", 8, int64},
    {"i2", 2, int32, widen<std::int16_t, std::int32_t>},
    {"u2", 2, int32, widen<std::uint16_t, std::int32_t>},
    {"u4", 4, int64, widen<std::uint32_t, std::int64_t>},
};

const Elements& elements_of(std::string_view descr, const std::string& what, FileContext context) {
  std::string_view kind = descr;
  if (kind.find_first_of("<>|=") == 0) kind.remove_prefix(1);
  for (const Elements& elements : known)
    if (elements.name == kind) return elements;
  throw UnsupportedError(context.op, "the elements are of a type that the library does not have",
                         "'" + printable(std::string(descr)) + "' in " + what, "Convert them to float32 in NumPy",
                         context.where);
}

void reverse_bytes(std::string& bytes, std::size_t each) {
  for (std::size_t i = 0; i + each <= bytes.size(); i += each)
    std::reverse(bytes.begin() + static_cast<std::ptrdiff_t>(i), bytes.begin() + static_cast<std::ptrdiff_t>(i + each));
}

}  // namespace

ByteSource in_memory(std::string_view bytes) {
  return {bytes.size(), [bytes](std::uint64_t at, void* to, std::size_t count) {
            if (count > 0) std::memcpy(to, bytes.data() + at, count);
          }};
}

NpyFile read_npy(const ByteSource& file, const std::string& what, FileContext context) {
  constexpr std::string_view magic("\x93NUMPY", 6);
  constexpr std::size_t least = 10, largest_header = 1 << 20;
  std::uint8_t start[12] = {};
  if (file.size < least) fail(what, "it has " + std::to_string(file.size) + " bytes, at least 10 are needed", context);
  file.read(0, start, std::min<std::size_t>(sizeof start, file.size));
  if (std::memcmp(start, magic.data(), magic.size()) != 0) fail(what, "it does not begin as one", context);
  const int version = start[6];
  if (version < 1 || version > 3) fail(what, "its version is " + std::to_string(version), context);
  std::uint64_t length = start[8] + (std::uint64_t{start[9]} << 8);
  if (version > 1) length += (std::uint64_t{start[10]} << 16) + (std::uint64_t{start[11]} << 24);
  const std::uint64_t first = version == 1 ? 10 : 12;
  if (first + length > file.size || length > largest_header)
    fail(what, "the header's length is given as " + std::to_string(length) + " bytes", context);
  std::string text(length, '\0');
  file.read(first, text.data(), text.size());
  return {HeaderReader(text, what, context).read(), first + length};
}

Tensor npy_elements(const NpyLayout& layout, const ByteSource& source, const std::string& what, FileContext context) {
  const Elements& elements = elements_of(layout.descr, what, context);
  std::vector<std::int64_t> dims = layout.shape;
  if (dims.size() > static_cast<std::size_t>(Shape::max_rank))
    throw UnsupportedError(context.op, "the array has more than 8 dimensions", what, "", context.where);
  if (std::any_of(dims.begin(), dims.end(), [](std::int64_t dim) { return dim < 0; }))
    fail(what, "a dimension is negative", context);
  if (layout.fortran_order) std::reverse(dims.begin(), dims.end());
  const Shape shape(dims, context.where);
  const std::int64_t count = shape.size(context.where);
  std::uint64_t bytes = 0;
  if (__builtin_mul_overflow(static_cast<std::uint64_t>(count), elements.size, &bytes) || source.size != bytes)
    fail(what,
         "it has " + std::to_string(source.size) + " bytes of elements, " + std::to_string(count) + " of " +
             std::to_string(elements.size) + " are needed",
         context);
  Tensor result = make_tensor(shape, elements.dtype);
  void* data = result.impl()->data();
  const bool swapped = layout.descr.starts_with('>') != (std::endian::native == std::endian::big);
  if (!swapped && !elements.widen) {
    if (bytes > 0) source.read(0, data, bytes);
  } else if (bytes > 0) {
    std::string raw(bytes, '\0');
    source.read(0, raw.data(), raw.size());
    if (swapped) reverse_bytes(raw, elements.size);
    if (elements.widen)
      elements.widen(raw, data);
    else
      std::memcpy(data, raw.data(), raw.size());
  }
  if (elements.dtype == boolean) {
    const auto* flags = static_cast<const std::uint8_t*>(data);
    if (std::any_of(flags, flags + count, [](std::uint8_t flag) { return flag > 1; }))
      fail(what, "it is of bools, but has bytes other than 0 and 1", context);
  }
  if (!layout.fortran_order || shape.rank() < 2) return result;
  Axes reversed;
  for (int axis = shape.rank(); axis-- > 0;) reversed.append(axis);
  return contiguous_now(permute(result, reversed));
}

}  // namespace triptych
