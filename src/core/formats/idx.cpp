#include "core/formats/idx.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "core/tensor/tensor_impl.h"
#include "triptych/core/data/idx.h"

namespace triptych {
namespace {

std::string hex(unsigned char byte) {
  constexpr char digits[] = "0123456789abcdef";
  return {digits[byte >> 4], digits[byte & 15]};
}

void reverse_elements(void* data, std::size_t bytes, std::size_t element) {
  auto* next = static_cast<unsigned char*>(data);
  for (unsigned char* const end = next + bytes; next != end; next += element) std::reverse(next, next + element);
}

}  // namespace

IdxReader::IdxReader(const std::string& path, FileContext context) : context_(context), stream_(path, context) {
  std::array<unsigned char, 4> magic{};
  const std::size_t got = stream_.read(magic.data(), magic.size());
  if (got < magic.size()) fail("it has " + std::to_string(got) + " bytes, expected a header of at least 4");
  if (magic[0] != 0 || magic[1] != 0)
    fail("it begins with bytes " + hex(magic[0]) + " " + hex(magic[1]) + ", expected 00 00");
  switch (magic[2]) {
    case 0x08:
      dtype_ = uint8;
      break;
    case 0x09:
      dtype_ = int8;
      break;
    case 0x0c:
      dtype_ = int32;
      break;
    case 0x0d:
      dtype_ = float32;
      break;
    case 0x0e:
      dtype_ = float64;
      break;
    case 0x0b:
      throw UnsupportedError(context_.op, "there are no 16-bit integers", "'" + path + "' holds such", "",
                             context_.where);
    default:
      fail("its element type is " + hex(magic[2]) + ", expected 08, 09, 0c, 0d or 0e");
  }
  const int rank = magic[3];
  if (rank < 1 || rank > Shape::max_rank)
    fail("it has " + std::to_string(rank) + " dimensions, expected 1 to " + std::to_string(Shape::max_rank));

  std::int64_t bytes = static_cast<std::int64_t>(size_of(dtype_));
  bool overflow = false, empty = false;
  for (int axis = 0; axis < rank; ++axis) {
    std::array<unsigned char, 4> big_endian{};
    if (stream_.read(big_endian.data(), big_endian.size()) < big_endian.size()) fail("it ends within its header");
    const std::int64_t dim =
        std::int64_t{big_endian[0]} << 24 | big_endian[1] << 16 | big_endian[2] << 8 | big_endian[3];
    shape_.append(dim);
    empty |= dim == 0;
    overflow |= __builtin_mul_overflow(bytes, std::max<std::int64_t>(dim, 1), &bytes);
  }
  // Before memory is asked for: a header can claim anything.
  const std::uint64_t room = stream_.max_size() - std::min(header_bytes(), stream_.max_size());
  if (overflow || (!empty && static_cast<std::uint64_t>(bytes) > room))
    fail("its header promises elements of shape " + shape_.text() + ", but it is too short to hold them");
}

void IdxReader::fail(const std::string& problem) const {
  throw ArgumentError(context_.op, "not a valid IDX file for this purpose", "'" + path() + "': " + problem, "",
                      context_.where);
}

void IdxReader::read(void* destination, std::size_t bytes) {
  const std::size_t got = stream_.read(destination, bytes);
  if (got < bytes)
    fail("it ends too early: expected elements of shape " + shape_.text() + ", " + std::to_string(bytes - got) +
         " bytes more at least");
  if (const std::size_t element = size_of(dtype_); element > 1) reverse_elements(destination, bytes, element);
}

void IdxReader::finish() {
  char more = 0;
  if (stream_.read(&more, 1) != 0) fail("it goes on after its elements of shape " + shape_.text());
}

namespace data {

Tensor read_idx(const OwnedText& path, Location where) {
  IdxReader reader(path, {"read_idx", where});
  Tensor tensor = make_tensor(reader.shape(), reader.dtype());
  reader.read(tensor.impl()->data(), static_cast<std::size_t>(tensor.numel()) * size_of(tensor.dtype()));
  reader.finish();
  return tensor;
}

}  // namespace data
}  // namespace triptych
