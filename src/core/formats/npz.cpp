// Zip, as NumPy writes it: the directory stands at the end, and members are stored or deflated.
// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
#include "core/formats/npz.h"

#include <zlib.h>

#include <algorithm>
#include <array>

#include "core/formats/npy_array.h"
#include "core/support/printable.h"

namespace triptych {
namespace {

std::uint64_t little(const char* bytes, int count) {
  std::uint64_t value = 0;
  for (int i = count; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

constexpr std::size_t end_bytes = 22, entry_bytes = 46, header_bytes = 30;
constexpr std::uint64_t longest_comment = 0xffff;

}  // namespace

NpzReader::NpzReader(const std::string& path, FileContext context) : context_(context), file_(path, context) {
  if (file_.size() < end_bytes) fail("it is too short");
  const std::uint64_t tail = std::min<std::uint64_t>(file_.size(), end_bytes + longest_comment);
  std::string end(tail, '\0');
  file_.read_at(file_.size() - tail, end.data(), end.size(), context);
  const std::size_t at = end.rfind("PK\5\6");
  if (at == std::string::npos || end.size() - at < end_bytes) fail("it has no directory");
  const std::uint64_t count = little(&end[at + 10], 2), size = little(&end[at + 12], 4),
                      begin = little(&end[at + 16], 4);
  if (begin > file_.size() || size > file_.size() - begin) fail("its directory lies outside of it");
  std::string directory(size, '\0');
  file_.read_at(begin, directory.data(), directory.size(), context);
  std::size_t place = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (directory.size() - place < entry_bytes || directory.compare(place, 4, "PK\1\2") != 0)
      fail("its directory is damaged");
    const char* of = &directory[place];
    const std::uint64_t name = little(of + 28, 2), extra = little(of + 30, 2), comment = little(of + 32, 2);
    if (directory.size() - place - entry_bytes < name + extra + comment) fail("its directory is damaged");
    const std::uint64_t method = little(of + 10, 2);
    Member member{.name = directory.substr(place + entry_bytes, name),
                  .header = little(of + 42, 4),
                  .packed = little(of + 20, 4),
                  .size = little(of + 24, 4),
                  .checksum = static_cast<std::uint32_t>(little(of + 16, 4)),
                  .deflated = method == 8};
    if (method != 0 && method != 8) fail("'" + printable(member.name) + "' is packed in an unknown way");
    if ((little(of + 8, 2) & 1) != 0) fail("'" + printable(member.name) + "' is encrypted");
    if (member.size == 0xffffffff || member.packed == 0xffffffff)
      fail("'" + printable(member.name) + "' is of 4 GiB or more");
    if (member.name.ends_with(".npy")) {
      member.name.resize(member.name.size() - 4);
      members_.push_back(std::move(member));
    }
    place += entry_bytes + name + extra + comment;
  }
}

void NpzReader::fail(const std::string& problem) const {
  throw ArgumentError(context_.op, "not a valid .npz file", "'" + file_.path() + "': " + problem, "", context_.where);
}

std::vector<std::string> NpzReader::names() const {
  std::vector<std::string> all;
  for (const Member& member : members_) all.push_back(member.name);
  return all;
}

std::string NpzReader::bytes(const std::string& name) const {
  const auto found = std::find_if(members_.begin(), members_.end(), [&](const Member& m) { return m.name == name; });
  if (found == members_.end()) {
    std::string names;
    for (const Member& member : members_) names += (names.empty() ? "" : ", ") + printable(member.name);
    fail("it has no array '" + name + "', but " + (names.empty() ? "none at all" : names));
  }
  std::array<char, header_bytes> header{};
  if (found->header > file_.size() - header.size()) fail("'" + name + "' lies outside of it");
  file_.read_at(found->header, header.data(), header.size(), context_);
  const std::uint64_t begin = found->header + header.size() + little(&header[26], 2) + little(&header[28], 2);
  if (little(header.data(), 4) != 0x04034b50 || begin > file_.size() || found->packed > file_.size() - begin)
    fail("'" + name + "' is damaged");
  std::string packed(found->packed, '\0');
  file_.read_at(begin, packed.data(), packed.size(), context_);
  std::string result = found->deflated ? inflated(packed, *found) : std::move(packed);
  if (result.size() != found->size) fail("'" + name + "' is damaged");
  uLong checksum = crc32(0, nullptr, 0);
  checksum = crc32_z(checksum, reinterpret_cast<const Bytef*>(result.data()), result.size());
  if (checksum != found->checksum) fail("'" + name + "' is damaged: its checksum is another one");
  return result;
}

std::string NpzReader::inflated(const std::string& packed, const Member& member) const {
  if (member.size / 1032 > packed.size() + 1) fail("'" + member.name + "' is far larger than what it is packed in");
  struct Stream {
    z_stream z{};
    ~Stream() { static_cast<void>(inflateEnd(&z)); }
  } stream;
  if (inflateInit2(&stream.z, -MAX_WBITS) != Z_OK) throw std::bad_alloc();
  std::string result(member.size, '\0');
  stream.z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.z.avail_in = static_cast<uInt>(packed.size());
  stream.z.next_out = reinterpret_cast<Bytef*>(result.data());
  stream.z.avail_out = static_cast<uInt>(result.size());
  if (inflate(&stream.z, Z_FINISH) != Z_STREAM_END) fail("'" + member.name + "' is damaged");
  result.resize(stream.z.total_out);
  return result;
}

Tensor NpzReader::array(const std::string& name) const {
  const std::string file = bytes(name), what = "'" + name + "' of '" + file_.path() + "'";
  const ByteSource source = in_memory(file);
  const NpyFile npy = read_npy(source, what, context_);
  return npy_elements(npy.layout, source.from(npy.begin), what, context_);
}

std::vector<PickleRef> NpzReader::objects(const std::string& name) const {
  const std::string file = bytes(name), what = "'" + name + "' of '" + file_.path() + "'";
  const NpyFile npy = read_npy(in_memory(file), what, context_);
  if (npy.layout.descr.find('O') == std::string::npos) fail("'" + name + "' does not hold objects");
  return read_pickle(std::string_view(file).substr(npy.begin), what, context_)->items;
}

}  // namespace triptych
