#include "find.h"

#include "generate.h"
#include "print.h"
#include "reduce.h"
#include "triptych/core/error.h"

namespace programs {
namespace {

/// As `check`; gradients that there are not, of an op without one, are left out of the program.
std::optional<Finding> check_what_there_is(Program& program, const std::vector<Way>& ways, Statistics& statistics) {
  while (true) {
    try {
      return check(program, ways, &statistics);
    } catch (const tt::Error& error) {
      if (program.order == 0 || dynamic_cast<const tt::InternalError*>(&error)) throw;
      --program.order;
    }
  }
}

Found smallest(std::uint64_t number, const Program& program, const Finding& finding) {
  Found found{.number = number, .program = {}, .way = *finding.way, .text = finding.text};
  const std::vector<Way> only{found.way};
  found.program = reduce(program, [&](const Program& candidate) {
    try {
      const auto again = check(candidate, only);
      if (!again || again->error != finding.error) return false;
      found.text = again->text;
      return true;
    } catch (const std::exception&) {
      return false;  // no valid program
    }
  });
  return found;
}

}  // namespace

std::string Found::cpp() const {
  return to_cpp(program, way,
                "program " + std::to_string(number) + ", reduced to " + std::to_string(program.words()) + " steps\n" +
                    way.name + ": " + text);
}

std::optional<Found> find(std::uint64_t first, std::uint64_t count, const std::vector<Word>& words,
                          const std::vector<Way>& ways, Statistics& statistics) {
  for (std::uint64_t number = first; number < first + count; ++number) {
    Program program = generate(number, words);
    ++statistics.programs;
    for (const Step& step : program.steps)
      if (step.word) ++statistics.words[step.word->name];
    if (const auto finding = check_what_there_is(program, ways, statistics)) return smallest(number, program, *finding);
  }
  return {};
}

}  // namespace programs
