#include "run/child.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace triptych::compare {

Child::Child(const std::vector<std::string>& arguments, const std::map<std::string, std::string>& environment,
             bool quiet) {
  // Made before the fork: between it and exec nothing may be allocated.
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  std::vector<std::string> variables;
  for (char** variable = environ; *variable; ++variable)
    if (!environment.contains(std::string(*variable, std::strcspn(*variable, "=")))) variables.push_back(*variable);
  for (const auto& [name, value] : environment) variables.push_back(name + "=" + value);
  std::vector<char*> envp;
  for (std::string& variable : variables) envp.push_back(variable.data());
  envp.push_back(nullptr);

  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error(std::string("no pipe: ") + std::strerror(errno));
  pid_ = fork();
  if (pid_ < 0) throw std::runtime_error(std::string("no process: ") + std::strerror(errno));
  if (pid_ == 0) {
    if (::dup2(ends[1], STDOUT_FILENO) < 0) _exit(127);
    if (quiet && ::dup2(::open("/dev/null", O_WRONLY), STDERR_FILENO) < 0) _exit(127);
    execvpe(argv[0], argv.data(), envp.data());
    _exit(127);
  }
  static_cast<void>(::close(ends[1]));
  lines_ = ::fdopen(ends[0], "r");
  if (!lines_) throw std::runtime_error(std::string("no stream: ") + std::strerror(errno));
}

Child::~Child() {
  if (lines_) static_cast<void>(std::fclose(lines_));
  if (pid_ > 0) {
    static_cast<void>(::kill(pid_, SIGTERM));  // it may have ended by itself
    static_cast<void>(wait());
  }
}

bool Child::read(std::string& line) {
  char* text = nullptr;
  std::size_t size = 0;
  const ssize_t length = getline(&text, &size, lines_);
  if (length > 0) line.assign(text, static_cast<std::size_t>(length));
  std::free(text);
  return length > 0;
}

int Child::wait() {
  int status = 0;
  pid_t ended;
  do ended = ::waitpid(pid_, &status, 0);
  while (ended < 0 && errno == EINTR);
  pid_ = -1;
  if (ended < 0) return 127;  // nobody knows how it ended: not well
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int run_tool(const std::vector<std::string>& arguments, std::string& output) {
  Child child(arguments, {}, true);
  output.clear();
  for (std::string line; child.read(line);) output += line;
  return child.wait();
}

}  // namespace triptych::compare
