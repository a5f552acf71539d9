// .npy: "\x93NUMPY", a version, the length of a header, the header (a Python dictionary of 'descr', 'fortran_order' and
// 'shape'), then the elements. https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#include "triptych/core/npy.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "core/dispatch/backend.h"
#include "core/formats/atomic_file.h"
#include "core/support/checked.h"
#include "core/support/printable.h"
#include "core/tensor/tensor_impl.h"
#include "triptych/core/ops/cast.h"
#include "triptych/core/ops/shape.h"

namespace triptych {
namespace {

constexpr std::string_view magic("\x93NUMPY", 6);

/// How elements stand in the file.
struct Elements {
  char kind = 'f';  // b: bool, i, u, f
  std::size_t bytes = 4;
  bool big_endian = false;
};

struct NpyHeader {
  Elements elements;
  bool fortran_order = false;
  std::vector<std::int64_t> shape;
};

class HeaderReader {
 public:
  HeaderReader(std::string_view text, const std::string& path, FileContext context)
      : text_(text), path_(path), context_(context) {}

  NpyHeader read() {
    NpyHeader header;
    bool has_descr = false, has_order = false, has_shape = false;
    expect('{');
    while (!take('}')) {
      const std::string key = string();
      expect(':');
      if (key == "descr" && !std::exchange(has_descr, true))
        header.elements = elements(string());
      else if (key == "fortran_order" && !std::exchange(has_order, true))
        header.fortran_order = truth();
      else if (key == "shape" && !std::exchange(has_shape, true))
        header.shape = tuple();
      else
        fail("the header has an entry '" + printable(key) + "' that does not belong there");
      if (!take(',')) {
        expect('}');
        break;
      }
    }
    space();
    if (at_ != text_.size() || !has_descr || !has_order || !has_shape) fail("the header is not whole");
    return header;
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw ArgumentError(context_.op, "not a valid .npy file", "'" + path_ + "': " + what, "", context_.where);
  }

 private:
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
        throw UnsupportedError(context_.op, "the array has more than 8 dimensions", "'" + path_ + "'", "",
                               context_.where);
      if (!take(',')) {
        expect(')');
        break;
      }
    }
    return result;
  }

  Elements elements(const std::string& descr) const {
    const auto refuse = [&]() {
      throw UnsupportedError(context_.op, "the elements are of a type that the library does not have",
                             "'" + printable(descr) + "' in '" + path_ + "'",
                             "Convert them to float32 in NumPy", context_.where);
    };
    if (descr.size() != 3 || std::string_view("<>|=").find(descr[0]) == std::string_view::npos ||
        std::string_view("biuf").find(descr[1]) == std::string_view::npos)
      refuse();
    const Elements result{descr[1], static_cast<std::size_t>(descr[2] - '0'), descr[0] == '>'};
    const bool whole = result.kind == 'i' || result.kind == 'u';
    if (!(result.kind == 'b' && result.bytes == 1) &&
        !(whole && (result.bytes == 1 || result.bytes == 2 || result.bytes == 4 || result.bytes == 8)) &&
        !(result.kind == 'f' && (result.bytes == 2 || result.bytes == 4 || result.bytes == 8)))
      refuse();
    if (result.kind == 'u' && result.bytes == 8) refuse();
    return result;
  }

  std::string_view text_;
  const std::string& path_;
  FileContext context_;
  std::size_t at_ = 0;
};

DType dtype_of_elements(const Elements& elements) {
  switch (elements.kind) {
    case 'b':
      return boolean;
    case 'f':
      return elements.bytes == 2 ? float16 : elements.bytes == 4 ? float32 : float64;
    case 'i':
      return elements.bytes == 1 ? int8 : elements.bytes == 8 ? int64 : int32;
    default:
      return elements.bytes == 1 ? uint8 : elements.bytes == 2 ? int32 : int64;
  }
}

void reverse_bytes(std::string& bytes, std::size_t each) {
  for (std::size_t i = 0; i + each <= bytes.size(); i += each)
    std::reverse(bytes.begin() + static_cast<std::ptrdiff_t>(i), bytes.begin() + static_cast<std::ptrdiff_t>(i + each));
}

template <class From, class To>
void widen(const std::string& bytes, void* result) {
  auto* to = static_cast<To*>(result);
  for (std::size_t i = 0; i < bytes.size() / sizeof(From); ++i) {
    From one;
    std::memcpy(&one, bytes.data() + i * sizeof(From), sizeof(From));
    to[i] = one;
  }
}

const char* descr_of(DType dtype) {
  constexpr const char* names[dtype_count] = {"<f4", "<f8", "<f2", nullptr, "|i1", "|u1", "<i4", "<i8", "|b1"};
  return names[static_cast<int>(dtype)];
}

}  // namespace

Tensor load_npy(const OwnedText& path, Location where) {
  const FileContext context{"load_npy", where};
  const InputFile file(path, context);
  const HeaderReader errors("", path, context);
  constexpr std::size_t fixed = 10, largest_header = 1 << 20;
  std::uint8_t start[12] = {};
  if (file.size() < fixed) errors.fail("it has " + std::to_string(file.size()) + " bytes, at least 10 are needed");
  file.read_at(0, start, std::min<std::size_t>(sizeof start, file.size()), context);
  if (std::memcmp(start, magic.data(), magic.size()) != 0) errors.fail("it does not begin as one");
  const int version = start[6];
  if (version < 1 || version > 3) errors.fail("its version is " + std::to_string(version));
  const std::uint64_t length_bytes = version == 1 ? 2 : 4;
  std::uint64_t length = start[8] + (std::uint64_t{start[9]} << 8);
  if (version > 1) length += (std::uint64_t{start[10]} << 16) + (std::uint64_t{start[11]} << 24);
  const std::uint64_t first = 8 + length_bytes;
  if (first + length > file.size() || length > largest_header)
    errors.fail("the header's length is given as " + std::to_string(length) + " bytes");
  std::string text(length, '\0');
  file.read_at(first, text.data(), text.size(), context);
  const NpyHeader header = HeaderReader(text, path, context).read();

  std::vector<std::int64_t> dims = header.shape;
  if (header.fortran_order) std::reverse(dims.begin(), dims.end());
  const Shape shape(dims, where);
  const std::int64_t count = shape.size(where);
  const std::uint64_t bytes = static_cast<std::uint64_t>(count) * header.elements.bytes;
  if (file.size() - first - length != bytes)
    errors.fail("it has " + std::to_string(file.size() - first - length) + " bytes of elements, " +
                std::to_string(bytes) + " are needed");
  const DType dtype = dtype_of_elements(header.elements);
  Tensor result = make_tensor(shape, dtype);
  void* data = result.impl()->data();
  const bool as_is = size_of(dtype) == header.elements.bytes && !header.elements.big_endian;
  if (as_is && bytes > 0) {
    file.read_at(first + length, data, bytes, context);
  } else if (bytes > 0) {
    std::string raw(bytes, '\0');
    file.read_at(first + length, raw.data(), raw.size(), context);
    if (header.elements.big_endian) reverse_bytes(raw, header.elements.bytes);
    if (size_of(dtype) == header.elements.bytes)
      std::memcpy(data, raw.data(), raw.size());
    else if (header.elements.bytes == 4)
      widen<std::uint32_t, std::int64_t>(raw, data);
    else if (header.elements.kind == 'i')
      widen<std::int16_t, std::int32_t>(raw, data);
    else
      widen<std::uint16_t, std::int32_t>(raw, data);
  }
  if (dtype == boolean) {
    const auto* flags = static_cast<const std::uint8_t*>(data);
    if (std::any_of(flags, flags + count, [](std::uint8_t flag) { return flag > 1; }))
      errors.fail("it is of bools, but has bytes other than 0 and 1");
  }
  if (!header.fortran_order || shape.rank() < 2) return result;
  Axes reversed;
  for (int axis = shape.rank(); axis-- > 0;) reversed.append(axis);
  return contiguous_now(permute(result, reversed));
}

void save_npy(const Tensor& tensor, const OwnedText& path, Location where) {
  const FileContext context{"save_npy", where};
  if (!tensor.defined() || tensor.is_symbolic())
    throw ArgumentError(context.op, "a tensor without values cannot be saved",
                        tensor.defined() ? "a symbolic tensor" : "a default-constructed Tensor", "", where);
  const char* descr = descr_of(tensor.dtype());
  if (!descr)
    throw UnsupportedError(context.op, "NumPy has no such element type", std::string(dtype_name(tensor.dtype())),
                           "Save cast(x, tt::float32)", where);
  const Tensor values = contiguous_now(on_host(tensor));
  std::string header = std::string("{'descr': '") + descr + "', 'fortran_order': False, 'shape': (";
  for (int axis = 0; axis < values.ndim(); ++axis)
    header += std::to_string(values.shape()[axis]) + (axis + 1 < values.ndim() ? ", " : values.ndim() == 1 ? "," : "");
  header += "), }";
  constexpr std::size_t fixed = 10, alignment = 64;
  header.resize((fixed + header.size() + 1 + alignment - 1) / alignment * alignment - fixed - 1, ' ');
  header += '\n';
  const char start[4] = {1, 0, static_cast<char>(header.size() & 0xff), static_cast<char>(header.size() >> 8)};
  AtomicFile file(path, context);
  file.write(magic);
  file.write(start, sizeof start);
  file.write(header);
  if (values.numel() > 0)
    file.write(values.impl()->data(), static_cast<std::size_t>(values.numel()) * size_of(values.dtype()));
  file.commit();
}

}  // namespace triptych
