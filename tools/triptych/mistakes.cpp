// Makes the planted mistakes, and catches them.
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <nlohmann/json.hpp>
#include <regex>
#include <stdexcept>

#include "../../examples/compare/mistakes/mistake.h"
#include "sources.h"
#include "sources_files.h"
#include "triptych/core/debugging.h"

// The files of examples/compare/mistakes/ that compile, a function each.
using Program = std::string(const mistakes::Enter& enter);
Program lowlevel_wrong_shape, lowlevel_wrong_dtype, lowlevel_nan_loss, lowlevel_label_range, lowlevel_forgotten_call,
    lowlevel_nan_loss_checked, lowlevel_no_gradient, lowlevel_missing_input, lowlevel_frozen, lowlevel_wrong_checkpoint;
Program eager_wrong_shape, eager_wrong_dtype, eager_nan_loss, eager_label_range, eager_forgotten_call,
    eager_nan_loss_checked, eager_no_gradient, eager_frozen, eager_wrong_checkpoint;
Program keras_wrong_shape, keras_wrong_dtype, keras_nan_loss, keras_label_range, keras_forgotten_call,
    keras_nan_loss_checked, keras_no_gradient, keras_missing_input, keras_misspelled, keras_frozen,
    keras_wrong_checkpoint;

namespace triptych::compare {
namespace {

Program& program_of(const std::string& name) {
  static const std::map<std::string, Program*> programs = {
      {"lowlevel/wrong_shape", lowlevel_wrong_shape},
      {"lowlevel/wrong_dtype", lowlevel_wrong_dtype},
      {"lowlevel/nan_loss", lowlevel_nan_loss},
      {"lowlevel/nan_loss_checked", lowlevel_nan_loss_checked},
      {"lowlevel/label_range", lowlevel_label_range},
      {"lowlevel/forgotten_call", lowlevel_forgotten_call},
      {"lowlevel/no_gradient", lowlevel_no_gradient},
      {"lowlevel/missing_input", lowlevel_missing_input},
      {"lowlevel/frozen", lowlevel_frozen},
      {"lowlevel/wrong_checkpoint", lowlevel_wrong_checkpoint},
      {"eager/wrong_shape", eager_wrong_shape},
      {"eager/wrong_dtype", eager_wrong_dtype},
      {"eager/nan_loss", eager_nan_loss},
      {"eager/nan_loss_checked", eager_nan_loss_checked},
      {"eager/label_range", eager_label_range},
      {"eager/forgotten_call", eager_forgotten_call},
      {"eager/no_gradient", eager_no_gradient},
      {"eager/frozen", eager_frozen},
      {"eager/wrong_checkpoint", eager_wrong_checkpoint},
      {"keras/wrong_shape", keras_wrong_shape},
      {"keras/wrong_dtype", keras_wrong_dtype},
      {"keras/nan_loss", keras_nan_loss},
      {"keras/nan_loss_checked", keras_nan_loss_checked},
      {"keras/label_range", keras_label_range},
      {"keras/forgotten_call", keras_forgotten_call},
      {"keras/no_gradient", keras_no_gradient},
      {"keras/missing_input", keras_missing_input},
      {"keras/misspelled", keras_misspelled},
      {"keras/frozen", keras_frozen},
      {"keras/wrong_checkpoint", keras_wrong_checkpoint},
  };
  return *programs.at(name);
}

int guilty_line(const std::string& code) {
  const std::vector<std::string> lines = lines_of(code);
  for (std::size_t i = 0; i < lines.size(); ++i)
    if (lines[i].find("// <- mistake") != std::string::npos) return static_cast<int>(i) + 1;
  throw std::logic_error("a planted mistake is not marked");
}

/// Of the lines of the user's file that `message` names, the nearest to the guilty one; 0: it names none.
int named_line(const std::string& message, const PlantedMistake& mistake) {
  const std::string name = mistake.file.substr(mistake.file.rfind('/') + 1) + ":";
  int nearest = 0;
  for (std::size_t at = message.find(name); at != std::string::npos; at = message.find(name, at + 1)) {
    const int line = std::atoi(message.c_str() + at + name.size());
    if (line && (!nearest || std::abs(line - mistake.guilty_line) < std::abs(nearest - mistake.guilty_line)))
      nearest = line;
  }
  return nearest;
}

void compiled(PlantedMistake& mistake, const CompileRecord& record) {
  mistake.caught = record.status ? "compile" : "never";
  mistake.message = record.output;
}

/// While alive, what the process prints is kept from the terminal: it is part of what the user of a mistake sees.
class Printed {
 public:
  Printed() : file_(std::tmpfile()) {
    std::fflush(stdout);
    terminal_ = ::dup(STDOUT_FILENO);
    if (!file_ || terminal_ < 0 || ::dup2(fileno(file_), STDOUT_FILENO) < 0)
      throw std::runtime_error(std::string("what is printed cannot be kept: ") + std::strerror(errno));
  }
  Printed(const Printed&) = delete;
  Printed& operator=(const Printed&) = delete;
  ~Printed() {
    std::fflush(stdout);
    if (::dup2(terminal_, STDOUT_FILENO) < 0) std::abort();  // nothing could be told any more
    static_cast<void>(::close(terminal_));
    static_cast<void>(std::fclose(file_));
  }
  std::string text() const {
    std::fflush(stdout);
    std::string result;
    std::rewind(file_);
    for (int c = std::fgetc(file_); c != EOF; c = std::fgetc(file_)) result += static_cast<char>(c);
    return result.substr(std::min(result.find_first_not_of('\n'), result.size()));
  }

 private:
  std::FILE* file_;
  int terminal_;
};

void run(PlantedMistake& mistake) {
  std::string moment;
  try {
    triptych::manual_seed(7);
    const Printed printed;
    const std::string ending = program_of(mistake.style + "/" + mistake.kind)([&](const char* now) { moment = now; });
    mistake.message = printed.text() + ending;
    mistake.caught = moment == "ended" ? "training" : "never";
  } catch (const std::exception& error) {
    mistake.caught = moment;
    mistake.message = error.what();
  }
  triptych::disable_check_numerics();
}

std::vector<PlantedMistake> made(std::initializer_list<const char*> kinds) {
  std::vector<PlantedMistake> result;
  const auto& notes = source_texts()["mistake_notes"];
  for (const char* kind : kinds)
    for (const std::string& style : three_styles) {
      PlantedMistake mistake{.kind = kind, .title = text_of(source_texts()["mistakes"].at(kind)), .style = style};
      mistake.file = "compare/mistakes/" + style + "/" + kind + ".cpp";
      mistake.code = source_file(mistake.file);
      mistake.guilty_line = guilty_line(mistake.code);
      if (const auto note = notes.find(style + "/" + kind); note != notes.end()) mistake.note = text_of(*note);
      if (const std::string record = style + "_" + kind; has_compile_record(record))
        compiled(mistake, compile_record(record));
      else
        run(mistake);
      mistake.reported_line = named_line(mistake.message, mistake);
      result.push_back(std::move(mistake));
    }
  return result;
}

}  // namespace

std::vector<PlantedMistake> planted_mistakes() {
  return made({"wrong_shape", "wrong_dtype", "nan_loss", "label_range", "forgotten_call", "no_gradient",
               "missing_input", "misspelled", "frozen", "wrong_checkpoint"});
}

std::vector<PlantedMistake> checked_mistakes() { return made({"nan_loss_checked"}); }

}  // namespace triptych::compare
