#include "core/formats/file.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

namespace triptych {
namespace {

std::string describe(int error) { return std::generic_category().message(error); }

std::string in_quotes(const std::string& path) { return "'" + path + "'"; }

/// The folder that holds `path`.
std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

/// False, with errno set, if not everything could be written.
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

}  // namespace

InputFile::InputFile(const std::string& path, FileContext context) : path_(path) {
  // O_NONBLOCK: opening a pipe that nobody writes must fail below, not wait.
  descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor_ < 0)
    throw ArgumentError(context.op, "the file cannot be opened", in_quotes(path) + " (" + describe(errno) + ")", "",
                        context.where);
  struct stat status;
  if (::fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode)) {
    static_cast<void>(::close(descriptor_));
    throw ArgumentError(context.op, "this is not a regular file", in_quotes(path) + " is none", "", context.where);
  }
  size_ = static_cast<std::uint64_t>(status.st_size);
}

InputFile::~InputFile() { static_cast<void>(::close(descriptor_)); }

void InputFile::read_at(std::uint64_t offset, void* destination, std::size_t count, FileContext context) const {
  auto* bytes = static_cast<char*>(destination);
  while (count > 0) {
    const ssize_t got = ::pread(descriptor_, bytes, count, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0)
      throw UnsupportedError(context.op, "the file cannot be read", in_quotes(path_) + " (" + describe(errno) + ")", "",
                             context.where);
    if (got == 0)
      throw ArgumentError(context.op, "the file ends too early",
                          in_quotes(path_) + " has no byte " + std::to_string(offset), "", context.where);
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
  if (descriptor_ < 0)
    throw UnsupportedError(context.op, "a temporary file cannot be made", describe(errno),
                           "Set TMPDIR to a folder with space", context.where);
}

void ScratchFile::append(const void* bytes, std::size_t count, FileContext context) {
  if (!write_all(descriptor_, bytes, count))
    throw UnsupportedError(context.op, "a temporary file cannot be written", describe(errno),
                           "Set TMPDIR to a folder with space", context.where);
  size_ += count;
}

AtomicFile::AtomicFile(const std::string& path, FileContext context) : path_(path), context_(context) {
  // A link stays a link: what it points to is replaced.
  if (char resolved[PATH_MAX]; ::realpath(path.c_str(), resolved) != nullptr) path_ = resolved;
  struct stat status;
  if (::stat(path_.c_str(), &status) == 0 && !S_ISREG(status.st_mode))
    throw ArgumentError(context.op, "what would be replaced is not a regular file", in_quotes(path) + " is none", "",
                        context.where);

  static std::atomic<unsigned> count{0};
  do {  // a file of a process that was killed may have the name
    temporary_ = path_ + "." + std::to_string(::getpid()) + "-" + std::to_string(count++) + ".tmp";
    descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  } while (descriptor_ < 0 && errno == EEXIST);
  if (descriptor_ < 0)
    throw ArgumentError(context.op, "the file cannot be written", in_quotes(path) + " (" + describe(errno) + ")", "",
                        context.where);
}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0) static_cast<void>(::close(descriptor_));
  if (!temporary_.empty()) static_cast<void>(::unlink(temporary_.c_str()));
}

void AtomicFile::fail(std::string_view rule, int error) const {
  throw UnsupportedError(context_.op, rule, in_quotes(path_) + " (" + describe(error) + ")",
                         "What was there before is unchanged", context_.where);
}

void AtomicFile::write(const void* bytes, std::size_t count) {
  if (!write_all(descriptor_, bytes, count)) fail("the file cannot be written", errno);
}

void AtomicFile::commit() {
  // The bytes must be on disk before the name points to them, and the folder's entry after.
  if (::fsync(descriptor_) != 0) fail("the file cannot be flushed to disk", errno);
  if (::close(std::exchange(descriptor_, -1)) != 0) fail("the file cannot be written", errno);
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) fail("the file cannot be put in its place", errno);
  temporary_.clear();
  if (const int folder = ::open(folder_of(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); folder >= 0) {
    const int error = ::fsync(folder) != 0 ? errno : 0;
    static_cast<void>(::close(folder));
    if (error != 0 && error != EINVAL)  // a file system that knows no such thing
      throw UnsupportedError(context_.op, "the file's folder cannot be flushed to disk",
                             in_quotes(path_) + " (" + describe(error) + ")",
                             "The file is in its place, but may be gone after a power failure", context_.where);
  }
}

}  // namespace triptych
