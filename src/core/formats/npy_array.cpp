#include "core/formats/npy_array.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>

#include "core/support/printable.h"
#include "core/tensor/tensor_impl.h"
#include "triptych/core/ops/shape.h"

namespace triptych {
namespace {

[[noreturn]] void fail(const std::string& what, const std::string& problem, FileContext context) {
  throw ArgumentError(context.op, "the file does not hold a NumPy array that can be read", what + ": " + problem, "",
                      context.where);
}

template <class From, class To>
void convert(std::string_view bytes, bool swap, void* to) {
  auto* out = static_cast<To*>(to);
  for (std::size_t i = 0; i < bytes.size() / sizeof(From); ++i) {
    char raw[sizeof(From)];
    std::memcpy(raw, bytes.data() + i * sizeof(From), sizeof(From));
    if (swap) std::reverse(raw, raw + sizeof(From));
    From value;
    std::memcpy(&value, raw, sizeof(From));
    out[i] = static_cast<To>(value);
  }
}

/// How elements of one kind and size are read.
struct Elements {
  std::string_view name;
  DType dtype;
  std::size_t size;
  void (*read)(std::string_view bytes, bool swap, void* to);
};
constexpr Elements known[] = {
    {"f4", float32, 4, convert<float, float>},
    {"f8", float64, 8, convert<double, double>},
    {"f2", float16, 2, convert<std::uint16_t, std::uint16_t>},
    {"i1", int8, 1, convert<std::int8_t, std::int8_t>},
    {"u1", uint8, 1, convert<std::uint8_t, std::uint8_t>},
    {"b1", boolean, 1, convert<bool, bool>},
    {"i2", int32, 2, convert<std::int16_t, std::int32_t>},
    {"u2", int32, 2, convert<std::uint16_t, std::int32_t>},
    {"i4", int32, 4, convert<std::int32_t, std::int32_t>},
    {"u4", int64, 4, convert<std::uint32_t, std::int64_t>},
    {"i8", int64, 8, convert<std::int64_t, std::int64_t>},
};

/// The value of an entry of the header, a Python dictionary: what stands behind 'key':.
std::string_view entry(std::string_view header, std::string_view key) {
  const std::size_t at = header.find("'" + std::string(key) + "'");
  if (at == std::string_view::npos) return {};
  std::string_view rest = header.substr(at + key.size() + 2);
  const std::size_t begin = rest.find_first_not_of(": ");
  return begin == std::string_view::npos ? std::string_view() : rest.substr(begin);
}

}  // namespace

Tensor npy_elements(const NpyLayout& layout, std::string_view bytes, const std::string& what, FileContext context) {
  std::string_view kind = layout.descr;
  const bool big = kind.starts_with('>');
  if (kind.find_first_of("<>|=") == 0) kind.remove_prefix(1);
  const auto* elements =
      std::find_if(std::begin(known), std::end(known), [&](const Elements& e) { return e.name == kind; });
  if (elements == std::end(known)) fail(what, "elements of the type '" + printable(layout.descr) + "'", context);
  const std::vector<std::int64_t>& dims = layout.shape;
  std::uint64_t count = 1;
  for (const std::int64_t dim : dims) {
    if (dim < 0) fail(what, "a negative length", context);
    if (__builtin_mul_overflow(count, static_cast<std::uint64_t>(dim), &count)) count = ~std::uint64_t(0);
  }
  if (dims.size() > static_cast<std::size_t>(Shape::max_rank)) fail(what, "more axes than a tensor has", context);
  if (bytes.size() % elements->size != 0 || bytes.size() / elements->size != count)
    fail(what, std::to_string(bytes.size()) + " bytes, its shape wants another number", context);
  if (elements->dtype == boolean &&
      std::any_of(bytes.begin(), bytes.end(), [](char c) { return static_cast<unsigned char>(c) > 1; }))
    fail(what, "a truth value that is neither 0 nor 1", context);
  std::vector<std::int64_t> order = dims;
  if (layout.fortran_order) std::reverse(order.begin(), order.end());
  Tensor result = make_tensor(Shape(order), elements->dtype);
  elements->read(bytes, big != (std::endian::native == std::endian::big), result.impl()->data());
  if (!layout.fortran_order || dims.size() < 2) return result;
  Axes axes;
  for (std::size_t i = dims.size(); i-- > 0;) axes.append(static_cast<std::int64_t>(i));
  return permute(result, axes).clone();
}

NpyFile read_npy(std::string_view file, const std::string& what, FileContext context) {
  constexpr std::string_view magic("\x93NUMPY", 6);
  if (!file.starts_with(magic) || file.size() < 12) fail(what, "it does not begin as a .npy file", context);
  const bool old = file[6] == 1;
  const std::size_t begin = old ? 10 : 12;
  std::uint64_t length = 0;
  for (std::size_t i = begin; i-- > 8;) length = length << 8 | static_cast<unsigned char>(file[i]);
  if (length > file.size() - begin) fail(what, "its header ends too early", context);
  const std::string_view header = file.substr(begin, length);
  NpyFile result;
  result.bytes = file.substr(begin + length);
  const std::string_view descr = entry(header, "descr");
  if (!descr.starts_with('\'') || descr.find('\'', 1) == std::string_view::npos)
    fail(what, "its header has no 'descr' of one type", context);
  result.layout.descr = descr.substr(1, descr.find('\'', 1) - 1);
  const std::string_view order = entry(header, "fortran_order");
  if (!order.starts_with("True") && !order.starts_with("False"))
    fail(what, "its header has no 'fortran_order'", context);
  result.layout.fortran_order = order.starts_with("True");
  std::string_view shape = entry(header, "shape");
  if (!shape.starts_with('(') || shape.find(')') == std::string_view::npos)
    fail(what, "its header has no 'shape'", context);
  shape = shape.substr(1, shape.find(')') - 1);
  while (true) {
    shape.remove_prefix(std::min(shape.find_first_not_of(", "), shape.size()));
    if (shape.empty()) break;
    std::int64_t dim = 0;
    const auto [end, error] = std::from_chars(shape.data(), shape.data() + shape.size(), dim);
    if (error != std::errc()) fail(what, "a length that is no number", context);
    result.layout.shape.push_back(dim);
    shape.remove_prefix(static_cast<std::size_t>(end - shape.data()));
  }
  return result;
}

}  // namespace triptych
