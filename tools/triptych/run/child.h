// Child processes: this program again, or a tool of the system.
#pragma once

#include <sys/types.h>

#include <cstdio>
#include <map>
#include <string>
#include <vector>

namespace triptych::compare {

/// A running process whose standard output is read line by line. Ended when destroyed.
class Child {
 public:
  /// `arguments[0]` is looked for in PATH; `environment` is added to ours. With `quiet` its errors are not shown.
  explicit Child(const std::vector<std::string>& arguments, const std::map<std::string, std::string>& environment = {},
                 bool quiet = false);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  /// False at the end of the output, or when a signal interrupted the wait.
  bool read(std::string& line);
  /// 0 if it ended well; 127 if there is no such program; 128 + n if signal n ended it.
  int wait();

 private:
  pid_t pid_ = -1;
  std::FILE* lines_ = nullptr;
};

/// Runs a tool to its end; `output` is what it wrote.
int run_tool(const std::vector<std::string>& arguments, std::string& output);

}  // namespace triptych::compare
