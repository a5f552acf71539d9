// A temporary file is locked while its process lives (flock, which ends with the process, however it ends): one that
// can be locked was left by a dead one.
#include "core/formats/atomic_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <memory>

namespace triptych {
namespace {

/// The folder that holds `path`.
std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

/// Where `path` leads if it is a link, or a link to a link, whether something is there or not.
std::string without_links(std::string path) {
  constexpr int most = 40;  // as the kernel follows
  for (int links = 0; links < most; ++links) {
    char target[PATH_MAX];
    const ssize_t length = ::readlink(path.c_str(), target, sizeof target);
    if (length <= 0) break;
    const std::string to(target, static_cast<std::size_t>(length));
    path = to.front() == '/' ? to : folder_of(path) + "/" + to;
  }
  return path;
}

constexpr std::string_view ending = ".tmp";

/// How the temporary files of `name` begin; a number and `ending` follow. A long name gives its beginning and a hash.
std::string stem_of(const std::string& name, std::size_t longest) {
  constexpr std::string_view mark = ".triptych-";
  constexpr std::size_t numbers = 22;  // "4194304-4294967295.tmp"
  if (name.size() + mark.size() + numbers <= longest) return name + std::string(mark);
  std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  char digits[18];
  const int count = std::snprintf(digits, sizeof digits, ".%016llx", static_cast<unsigned long long>(hash));
  const std::size_t rest = static_cast<std::size_t>(count) + mark.size() + numbers;
  return name.substr(0, longest - std::min(longest, rest)) + digits + std::string(mark);
}

bool is_temporary(std::string_view name, const std::string& stem) {
  if (!name.starts_with(stem) || !name.ends_with(ending)) return false;
  name.remove_prefix(stem.size());
  return name.find_first_not_of("0123456789-") == name.size() - ending.size();
}

/// Removes what dead processes left of a file, as far as this user may.
void remove_leftovers(int folder, const std::string& stem) {
  const int again = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (again < 0) return;
  const auto close = [](DIR* entries) { static_cast<void>(::closedir(entries)); };
  const std::unique_ptr<DIR, decltype(close)> entries(::fdopendir(again), close);
  if (!entries) {
    static_cast<void>(::close(again));
    return;
  }
  while (const dirent* entry = ::readdir(entries.get())) {
    if (!is_temporary(entry->d_name, stem)) continue;
    const Descriptor left(::openat(folder, entry->d_name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (left.is_open() && ::flock(left.get(), LOCK_EX | LOCK_NB) == 0)
      static_cast<void>(::unlinkat(folder, entry->d_name, 0));
  }
}

/// Takes the lock of a file that was just made; false if somebody took it for a leftover meanwhile.
bool hold(const Descriptor& file) {
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) return errno != EWOULDBLOCK;  // a file system without locks
  struct stat status;
  return ::fstat(file.get(), &status) != 0 || status.st_nlink > 0;
}

}  // namespace

AtomicFile::AtomicFile(const std::string& path, FileContext context) : path_(path), context_(context) {
  check_path(path, context);
  const std::string target = without_links(path);
  const std::string folder = folder_of(target);
  name_ = target.substr(target.rfind('/') + 1);
  folder_ = Descriptor(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder_.is_open()) refuse(errno, errno == ENOENT ? "There is no folder '" + folder + "'" : "");
  older_ = rights_of_older();

  const long longest = ::fpathconf(folder_.get(), _PC_NAME_MAX);
  const std::string stem = stem_of(name_, longest > 0 ? static_cast<std::size_t>(longest) : NAME_MAX);
  remove_leftovers(folder_.get(), stem);
  open_temporary(stem);
}

std::optional<AtomicFile::Rights> AtomicFile::rights_of_older() const {
  struct stat status;
  if (::stat(path_.c_str(), &status) != 0) {
    if (errno != ENOENT) refuse(errno);
    return {};
  }
  if (!S_ISREG(status.st_mode))
    throw ArgumentError(context_.op, "what would be replaced is not a regular file",
                        "'" + path_ + "' is " + (S_ISDIR(status.st_mode) ? "a folder" : "none"), "", context_.where);
  // An open file without a name, by its link in /proc, is nothing that can be replaced.
  if (::fstatat(folder_.get(), name_.c_str(), &status, 0) != 0) refuse(errno);
  // Replacing needs leave to write to the folder alone; a file that is protected is protected from this, too.
  if (::faccessat(folder_.get(), name_.c_str(), W_OK, AT_EACCESS) != 0) refuse(errno);
  return Rights{status.st_mode & 07777, status.st_uid, status.st_gid};
}

void AtomicFile::open_temporary(const std::string& stem) {
  static std::atomic<unsigned> count{0};
  for (;;) {
    temporary_ = stem + std::to_string(::getpid()) + "-" + std::to_string(count++) + std::string(ending);
    // Until it has the older file's rights, nobody else reads what may be secret.
    Descriptor made(::openat(folder_.get(), temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                             older_ ? 0600 : 0666));
    if (!made.is_open() && errno == EEXIST) continue;
    if (!made.is_open()) {
      temporary_.clear();
      refuse(errno,
             errno == EACCES || errno == EROFS ? "Its folder must be writable, since a file is replaced whole" : "");
    }
    if (!hold(made)) continue;
    file_ = std::move(made);
    return;
  }
}

AtomicFile::~AtomicFile() {
  if (!temporary_.empty()) static_cast<void>(::unlinkat(folder_.get(), temporary_.c_str(), 0));
}

void AtomicFile::refuse(int error, std::string_view hint) const {
  throw ArgumentError(context_.op, "the file cannot be written", path_and_reason(path_, error), hint, context_.where);
}

void AtomicFile::fail(std::string_view wrong, int error) const {
  throw UnsupportedError(context_.op, wrong, path_and_reason(path_, error), "What was there before is unchanged",
                         context_.where);
}

void AtomicFile::write(const void* bytes, std::size_t count) {
  if (!write_all(file_.get(), bytes, count)) fail("the file cannot be written", errno);
}

void AtomicFile::keep_rights() const {
  if (!older_) return;
  mode_t mode = older_->mode;
  if (::fchown(file_.get(), older_->owner, older_->group) != 0) {
    mode &= ~mode_t{S_ISUID | S_ISGID};  // which were another owner's to give
    // Without the group, its members have the rights of all others.
    if (::fchown(file_.get(), static_cast<uid_t>(-1), older_->group) != 0)
      mode = (mode & ~mode_t{S_IRWXG}) | (mode & S_IRWXO) << 3;
  }
  static_cast<void>(::fchmod(file_.get(), mode));  // some file systems have no modes
}

void AtomicFile::commit() {
  keep_rights();
  // The bytes must be on disk before the name points to them, and the folder's entry after.
  if (::fsync(file_.get()) != 0) fail("the file cannot be flushed to disk", errno);
  if (::renameat(folder_.get(), temporary_.c_str(), folder_.get(), name_.c_str()) != 0)
    fail("the file cannot be put in its place", errno);
  temporary_.clear();
  const Descriptor entries(::openat(folder_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!entries.is_open() || ::fsync(entries.get()) == 0) return;
  if (errno != EINVAL)  // a file system that knows no such thing
    throw UnsupportedError(context_.op, "the file's folder cannot be flushed to disk", path_and_reason(path_, errno),
                           "The file is in its place, but may be gone after a power failure", context_.where);
}

}  // namespace triptych
