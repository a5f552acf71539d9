// Files that are replaced: what stays of the older one, what is refused, and what killed processes leave.
#include "core/formats/atomic_file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "files.h"
#include "triptych/core/data.h"
#include "triptych/core/io.h"
#include "triptych/core/ops.h"

namespace tt = triptych;
namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

void write(const std::string& path, const std::string& text) {
  tt::AtomicFile file(path, {"save", {}});
  file.write(text);
  file.commit();
}

std::string error_of_write(const std::string& path) {
  return error_of<tt::ArgumentError>([&] { write(path, "text"); });
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

mode_t mode_of(const std::string& path) {
  struct stat status {};
  EXPECT_EQ(stat(path.c_str(), &status), 0);
  return status.st_mode & 07777;
}

/// Runs `work` in a process of its own, which then waits until it is killed.
class Child {
 public:
  explicit Child(const std::function<void()>& work) {
    int ready[2];
    if (pipe(ready) != 0) throw std::runtime_error("no pipe");
    process_ = fork();
    if (process_ == 0) {
      work();
      static_cast<void>(!::write(ready[1], "", 1));
      for (;;) pause();
    }
    close(ready[1]);
    char byte = 1;
    static_cast<void>(!::read(ready[0], &byte, 1));
    close(ready[0]);
  }
  ~Child() { end(); }
  void end() {
    if (process_ <= 0) return;
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
    process_ = 0;
  }

 private:
  pid_t process_;
};

/// Begins to write `path`, and never ends.
Child half_written(const std::string& path) {
  return Child([path] {
    auto* file = new tt::AtomicFile(path, {"save", {}});
    file->write("half");
  });
}

}  // namespace

TEST(AtomicFile, KeepsTheModeOfWhatItReplaces) {
  const TemporaryFolder folder;
  const std::string path = folder / "a";
  const mode_t mask = umask(022);
  write(path, "1");
  EXPECT_EQ(mode_of(path), 0644u);
  for (const mode_t mode : {0600, 0640, 0666, 0755, 0200}) {
    ASSERT_EQ(chmod(path.c_str(), mode), 0);
    write(path, "2");
    EXPECT_EQ(mode_of(path), mode) << std::oct << mode;
  }
  umask(mask);
}

TEST(AtomicFile, NobodyElseReadsASecretWhileItIsWritten) {
  const TemporaryFolder folder;
  write(folder / "a", "1");
  ASSERT_EQ(chmod((folder / "a").c_str(), 0600), 0);
  tt::AtomicFile file(folder / "a", {"save", {}});
  const auto names = names_in(folder.path());
  ASSERT_EQ(names.size(), 2u);
  EXPECT_EQ(mode_of(folder / names[1]), 0600u);
}

TEST(AtomicFile, KeepsTheOwnerWhereItMay) {
  if (geteuid() != 0) GTEST_SKIP() << "only root gives files away";
  const TemporaryFolder folder;
  write(folder / "a", "1");
  ASSERT_EQ(chown((folder / "a").c_str(), 1234, 4321), 0);
  ASSERT_EQ(chmod((folder / "a").c_str(), 0640), 0);
  write(folder / "a", "2");
  struct stat status {};
  ASSERT_EQ(stat((folder / "a").c_str(), &status), 0);
  EXPECT_EQ(status.st_uid, 1234u);
  EXPECT_EQ(status.st_gid, 4321u);
  EXPECT_EQ(status.st_mode & 07777, 0640u);

  // Who may not give it away: the file is theirs, and its group gets no more than all others.
  fs::permissions(folder.path(), fs::perms::all);
  ASSERT_EQ(chmod((folder / "a").c_str(), 0666), 0);
  ASSERT_EQ(chmod((folder / "a").c_str(), 0662), 0);
  const pid_t child = fork();
  if (child == 0) {
    if (setgid(77) != 0 || setuid(77) != 0) _exit(2);
    write(folder / "a", "3");
    _exit(0);
  }
  int result = 0;
  ASSERT_EQ(waitpid(child, &result, 0), child);
  ASSERT_EQ(result, 0);
  ASSERT_EQ(stat((folder / "a").c_str(), &status), 0);
  EXPECT_EQ(status.st_uid, 77u);
  EXPECT_EQ(status.st_mode & 07777, 0622u);
}

TEST(AtomicFile, AProtectedFileIsNotReplaced) {
  if (geteuid() == 0) {  // to root nothing is protected
    const TemporaryFolder folder;
    fs::permissions(folder.path(), fs::perms::all);
    write(folder / "a", "old");
    const pid_t child = fork();
    if (child == 0) {
      if (setgid(77) != 0 || setuid(77) != 0) _exit(2);
      _exit(error_of_write(folder / "a").find("(Permission denied)") != std::string::npos ? 0 : 1);
    }
    int result = 0;
    ASSERT_EQ(waitpid(child, &result, 0), child);
    EXPECT_EQ(result, 0);
    EXPECT_EQ(read_file(folder / "a"), "old");
    return;
  }
  const TemporaryFolder folder;
  write(folder / "a", "old");
  ASSERT_EQ(chmod((folder / "a").c_str(), 0400), 0);
  EXPECT_THAT(error_of_write(folder / "a"), HasSubstr("(Permission denied)"));
  EXPECT_EQ(read_file(folder / "a"), "old");
}

TEST(AtomicFile, WritesThroughLinks) {
  const TemporaryFolder folder;
  fs::create_directory(folder / "other");
  fs::create_symlink("other/missing", folder / "first");    // relative to its own folder
  fs::create_symlink(folder / "first", folder / "second");  // absolute
  fs::create_symlink("../second", folder / "other/third");
  for (const char* text : {"made", "replaced"}) {
    write(folder / "other/third", text);
    for (const char* link : {"first", "second", "other/third"}) EXPECT_TRUE(fs::is_symlink(folder / link)) << link;
    EXPECT_FALSE(fs::is_symlink(folder / "other/missing"));
    EXPECT_EQ(read_file(folder / "other/missing"), text);
  }
  EXPECT_THAT(names_in(folder.path()), ElementsAre("first", "other", "second"));

  fs::create_symlink("ring", folder / "ring");
  EXPECT_THAT(error_of_write(folder / "ring"), HasSubstr("/ring' (Too many levels of symbolic links)"));
  fs::create_symlink("no/such/place", folder / "lost");
  EXPECT_THAT(error_of_write(folder / "lost"), AllOf(HasSubstr("/lost' (No such file or directory)"),
                                                     HasSubstr("There is no folder '" + (folder / "no/such") + "'")));
}

TEST(AtomicFile, AByteZeroIsNoEndOfAPath) {
  const TemporaryFolder folder;
  const std::string path = folder / std::string("a\0b", 3);
  for (const std::string& error :
       {error_of_write(path), error_of<tt::ArgumentError>([&] { tt::save(tt::StateDict(), path); }),
        error_of<tt::ArgumentError>([&] { tt::load(path); }),
        error_of<tt::ArgumentError>([&] { tt::data::read_idx(path); })})
    EXPECT_THAT(error, AllOf(HasSubstr("the path has a byte 0"), HasSubstr("/a\\x00b'")));
  EXPECT_THAT(error_of_write(""), HasSubstr("the path is empty"));
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(AtomicFile, WhatAKilledProcessLeftIsRemovedByTheNextWriterOfThatFile) {
  const TemporaryFolder folder;
  {
    const Child one = half_written(folder / "a"), two = half_written(folder / "a"), other = half_written(folder / "b");
  }
  ASSERT_EQ(names_in(folder.path()).size(), 3u);
  write_file(folder / "a.triptych-notes.tmp", "of somebody else");
  write(folder / "a", "whole");
  const auto names = names_in(folder.path());
  ASSERT_EQ(names.size(), 3u);
  EXPECT_EQ(names[0], "a");
  EXPECT_EQ(names[1], "a.triptych-notes.tmp");
  EXPECT_THAT(names[2], HasSubstr("b.triptych-"));
}

TEST(AtomicFile, WhatALiveProcessWritesIsLeftAlone) {
  const TemporaryFolder folder;
  Child alive = half_written(folder / "a");
  write(folder / "a", "whole");
  EXPECT_EQ(names_in(folder.path()).size(), 2u);
  // Nor what this process writes.
  tt::AtomicFile slow(folder / "a", {"save", {}});
  write(folder / "a", "fast");
  slow.write("slow");
  slow.commit();
  EXPECT_EQ(read_file(folder / "a"), "slow");
  alive.end();
  write(folder / "a", "last");
  EXPECT_THAT(names_in(folder.path()), ElementsAre("a"));
}

TEST(AtomicFile, NamesAsLongAsTheyMayBe) {
  const TemporaryFolder folder;
  const std::string longest(255, 'x');
  for (const std::string& name : {longest, longest.substr(1), longest.substr(40), longest.substr(50)}) {
    half_written(folder / name).end();
    write(folder / name, name);
    EXPECT_THAT(names_in(folder.path()), ElementsAre(name));
    EXPECT_EQ(read_file(folder / name), name);
    fs::remove(folder / name);
  }
  // Two that differ at the end do not take each other's leftovers.
  half_written(folder / (std::string(254, 'x') + "y")).end();
  write(folder / longest, "");
  EXPECT_EQ(names_in(folder.path()).size(), 2u);

  const std::string too_long = error_of_write(folder / (longest + "x"));
  EXPECT_THAT(too_long, HasSubstr("x' (File name too long)"));
}

TEST(AtomicFile, WhereNoFileCanBe) {
  const TemporaryFolder folder;
  write(folder / "file", "old");
  EXPECT_THAT(
      error_of_write(folder / "missing/a"),
      AllOf(HasSubstr("[save] the file cannot be written: '"), HasSubstr("/missing/a' (No such file or directory)."),
            HasSubstr("There is no folder '" + (folder / "missing") + "'.")));
  EXPECT_THAT(error_of_write(folder / "missing/"), HasSubstr("/missing/' (No such file or directory)"));
  EXPECT_THAT(error_of_write(folder / "file/a"), HasSubstr("/file/a' (Not a directory)"));
  EXPECT_THAT(error_of_write(folder / "file/"), HasSubstr("/file/' (Not a directory)"));
  EXPECT_THAT(error_of_write(folder.path()), HasSubstr("what would be replaced is not a regular file"));
  EXPECT_THAT(error_of_write(folder.path()), HasSubstr("' is a folder"));
  EXPECT_THAT(error_of_write("/dev/full"), HasSubstr("what would be replaced is not a regular file: '/dev/full'"));
  EXPECT_THAT(names_in(folder.path()), ElementsAre("file"));
  EXPECT_EQ(read_file(folder / "file"), "old");
}

TEST(AtomicFile, AFolderThatMayNotBeWritten) {
  const TemporaryFolder folder;
  fs::permissions(folder.path(), fs::perms::all);
  write(folder / "a", "old");
  ASSERT_EQ(chmod((folder / "a").c_str(), 0666), 0);
  ASSERT_EQ(chmod(folder.path().c_str(), 0555), 0);
  const pid_t child = fork();
  if (child == 0) {
    if (geteuid() == 0 && (setgid(77) != 0 || setuid(77) != 0)) _exit(2);
    const std::string error = error_of_write(folder / "a");
    const bool clear = error.find("/a' (Permission denied)") != std::string::npos &&
                       error.find("Its folder must be writable") != std::string::npos;
    _exit(clear ? 0 : 1);
  }
  int result = 0;
  ASSERT_EQ(waitpid(child, &result, 0), child);
  EXPECT_EQ(result, 0);
  ASSERT_EQ(chmod(folder.path().c_str(), 0755), 0);
  EXPECT_EQ(read_file(folder / "a"), "old");
  EXPECT_THAT(names_in(folder.path()), ElementsAre("a"));
}

// An open file that has lost its name cannot be replaced: there is nothing that a new name could be put in place of.
TEST(AtomicFile, AFileWithoutANameIsNotReplaced) {
  const TemporaryFolder folder;
  write(folder / "a", "old");
  const int descriptor = open((folder / "a").c_str(), O_RDWR);
  const std::string path = "/proc/self/fd/" + std::to_string(descriptor);
  write(path, "by its link");
  EXPECT_EQ(read_file(folder / "a"), "by its link");
  // That link leads to the older file, which has no name any more.
  EXPECT_THAT(error_of_write(path), HasSubstr("the file cannot be written: '" + path + "'"));
  close(descriptor);
  EXPECT_THAT(names_in(folder.path()), ElementsAre("a"));
}
