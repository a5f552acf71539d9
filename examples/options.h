// The command line of an example: `PROGRAM [--epochs 3] [--out vae.png] [--save]`.
#pragma once

#include <cstdlib>
#include <iostream>
#include <map>
#include <sstream>
#include <string>

namespace examples {

/// Options are asked for with their defaults, which say of what kind they are: `options.get("epochs", 3)`; a flag has
/// no value. `end` stops the program, with the list of those that there are, if another was given, or --help.
class Options {
 public:
  Options(int argc, char** argv) : program_(argv[0]) {
    for (int i = 1; i < argc; ++i) {
      const std::string name = argv[i];
      const bool has_value = i + 1 < argc && std::string(argv[i + 1]).rfind("--", 0) != 0;
      given_[name] = has_value ? argv[++i] : "";
    }
  }

  template <class T>
  T get(const std::string& name, T value) {
    std::ostringstream text;
    text << value;
    known_["--" + name] = text.str();
    if (const std::string* given = take(name)) {
      std::istringstream stream(*given);
      if (!(stream >> value) || !stream.eof()) stop("--" + name + " has no such value: '" + *given + "'");
    }
    return value;
  }
  std::string get(const std::string& name, const char* value) {
    known_["--" + name] = value;
    const std::string* given = take(name);
    return given ? *given : value;
  }
  bool flag(const std::string& name) {
    known_["--" + name] = "";
    return take(name) != nullptr;
  }

  void end() {
    if (given_.count("--help")) stop("");
    for (const auto& [name, value] : given_)
      if (!known_.count(name)) stop("There is no option " + name);
  }

 private:
  const std::string* take(const std::string& name) const {
    const auto found = given_.find("--" + name);
    return found == given_.end() ? nullptr : &found->second;
  }
  [[noreturn]] void stop(const std::string& wrong) const {
    std::ostream& out = wrong.empty() ? std::cout : std::cerr;
    if (!wrong.empty()) out << wrong << "\n";
    out << program_;
    for (const auto& [name, value] : known_) out << " [" << name << (value.empty() ? "" : " ") << value << "]";
    out << "\n";
    std::exit(wrong.empty() ? 0 : 2);
  }

  std::string program_;
  std::map<std::string, std::string> given_, known_;
};

}  // namespace examples
