#include "core/formats/byte_stream.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <vector>

namespace triptych {

struct ByteStream::Inflate {
  z_stream stream{};
  std::vector<unsigned char> input = std::vector<unsigned char>(1 << 16);
  bool member_ended = false;

  Inflate() {
    constexpr int gzip_only = MAX_WBITS + 16;
    if (inflateInit2(&stream, gzip_only) != Z_OK) throw std::bad_alloc();
  }
  ~Inflate() { static_cast<void>(inflateEnd(&stream)); }
  Inflate(const Inflate&) = delete;
  Inflate& operator=(const Inflate&) = delete;
};

ByteStream::ByteStream(const std::string& path, FileContext context) : context_(context), file_(path, context) {
  std::array<unsigned char, 2> magic{};
  if (file_.size() >= magic.size()) file_.read_at(0, magic.data(), magic.size(), context);
  if (magic[0] == 0x1f && magic[1] == 0x8b) inflate_ = std::make_unique<Inflate>();
}

ByteStream::~ByteStream() = default;

std::uint64_t ByteStream::max_size() const {
  // Deflate codes at most 258 bytes in two bits.
  return inflate_ ? file_.size() * 1032 : file_.size();
}

/// Takes the next piece of the compressed file; false at its end.
bool ByteStream::refill() {
  const auto count = std::min<std::uint64_t>(inflate_->input.size(), file_.size() - position_);
  file_.read_at(position_, inflate_->input.data(), count, context_);
  position_ += count;
  inflate_->stream.next_in = inflate_->input.data();
  inflate_->stream.avail_in = static_cast<uInt>(count);
  return count > 0;
}

std::size_t ByteStream::read(void* destination, std::size_t count) {
  if (!inflate_) {
    count = std::min<std::uint64_t>(count, file_.size() - position_);
    file_.read_at(position_, destination, count, context_);
    position_ += count;
    return count;
  }
  const auto fail = [&](const std::string& problem) {
    throw ArgumentError(context_.op, "not a valid gzip file", "'" + path() + "': " + problem, "", context_.where);
  };
  z_stream& stream = inflate_->stream;
  std::size_t done = 0;
  while (done < count) {
    if (stream.avail_in == 0 && !refill()) {
      if (!inflate_->member_ended) fail("it ends in the middle of the compressed data");
      break;
    }
    if (inflate_->member_ended) {  // a gzip file may hold several compressed streams in turn, and nothing else
      if (inflateReset(&stream) != Z_OK) fail("zlib cannot begin another stream");
      inflate_->member_ended = false;
    }
    stream.next_out = static_cast<unsigned char*>(destination) + done;
    const auto space = static_cast<uInt>(std::min<std::size_t>(count - done, 1u << 30));
    stream.avail_out = space;
    const int status = inflate(&stream, Z_NO_FLUSH);
    done += space - stream.avail_out;
    if (status == Z_STREAM_END)
      inflate_->member_ended = true;
    else if (status != Z_OK)
      fail(std::string("the compressed data is corrupt (") + (stream.msg ? stream.msg : zError(status)) + ")");
  }
  return done;
}

}  // namespace triptych
