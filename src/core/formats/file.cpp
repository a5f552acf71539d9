#include "core/formats/file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace triptych {
namespace {

std::string reason(int error) { return std::generic_category().message(error); }

}  // namespace

void check_path(const std::string& path, FileContext context) {
  if (path.empty()) throw ArgumentError(context.op, "the path is empty", "''", "", context.where);
  if (path.find('\0') != std::string::npos)
    throw ArgumentError(context.op, "the path has a byte 0, at which its name would end", "'" + path + "'", "",
                        context.where);
}

bool write_all(int descriptor, const void* bytes, std::size_t count) {
  const auto* next = static_cast<const char*>(bytes);
  while (count > 0) {
    const ssize_t written = ::write(descriptor, next, count);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    next += written;
    count -= static_cast<std::size_t>(written);
  }
  return true;
}

std::string path_and_reason(const std::string& path, int error) { return "'" + path + "' (" + reason(error) + ")"; }

InputFile::InputFile(const std::string& path, FileContext context) : path_(path) {
  check_path(path, context);
  // O_NONBLOCK: opening a pipe that nobody writes must fail below, not wait.
  descriptor_ = Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!descriptor_.is_open())
    throw ArgumentError(context.op, "the file cannot be opened", path_and_reason(path, errno), "", context.where);
  struct stat status;
  if (::fstat(descriptor_.get(), &status) != 0 || !S_ISREG(status.st_mode))
    throw ArgumentError(context.op, "this is not a regular file",
                        "'" + path + "' is " + (S_ISDIR(status.st_mode) ? "a folder" : "none"), "", context.where);
  size_ = static_cast<std::uint64_t>(status.st_size);
}

void InputFile::read_at(std::uint64_t offset, void* destination, std::size_t count, FileContext context) const {
  auto* bytes = static_cast<char*>(destination);
  while (count > 0) {
    const ssize_t got = ::pread(descriptor_.get(), bytes, count, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0)
      throw UnsupportedError(context.op, "the file cannot be read", path_and_reason(path_, errno), "", context.where);
    if (got == 0)
      throw ArgumentError(context.op, "the file ends too early",
                          "'" + path_ + "' has no byte " + std::to_string(offset), "", context.where);
    bytes += got;
    offset += static_cast<std::uint64_t>(got);
    count -= static_cast<std::size_t>(got);
  }
}

namespace {

int open_scratch(const std::string& folder) {
  if (const int descriptor = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600); descriptor >= 0)
    return descriptor;
  // A file system without nameless files: take the name away at once.
  std::string path = folder + "/triptych-XXXXXX";
  const int descriptor = ::mkostemp(path.data(), O_CLOEXEC);
  if (descriptor >= 0) static_cast<void>(::unlink(path.c_str()));
  return descriptor;
}

std::string temporary_folder() {
  const char* folder = ::getenv("TMPDIR");
  return folder && *folder ? folder : "/tmp";
}

}  // namespace

ScratchFile::ScratchFile(FileContext context)
    : InputFile(open_scratch(temporary_folder()), "a temporary file in " + temporary_folder()) {
  if (!descriptor_.is_open())
    throw UnsupportedError(context.op, "a temporary file cannot be made", path_and_reason(temporary_folder(), errno),
                           "Set TMPDIR to a folder with space", context.where);
}

void ScratchFile::append(const void* bytes, std::size_t count, FileContext context) {
  if (!write_all(descriptor_.get(), bytes, count))
    throw UnsupportedError(context.op, "a temporary file cannot be written", path_and_reason(temporary_folder(), errno),
                           "Set TMPDIR to a folder with space", context.where);
  size_ += count;
}

}  // namespace triptych
