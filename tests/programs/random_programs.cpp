// random_programs --seed N --count M: makes small valid programs and runs each in every way; what differs is reduced to
// the smallest program that still does, and printed as C++.
#include <charconv>
#include <cstring>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "chooser.h"
#include "coverage.h"
#include "find.h"
#include "generate.h"
#include "print.h"
#include "triptych/core/device.h"

namespace {

namespace tt = triptych;

constexpr const char* help = R"(random_programs: small random programs, each run in every way.

  --seed N       the first program's number (1)
  --count M      how many programs (2000)
  --device       on the GPU instead of the CPU's ways; the emulated one where this is cuda_random_programs
  --cover        fail if a registered op is in none of the programs, or a pass
                 changed none
  --statistics   say which words occurred, and what was refused
  --print        print the programs as C++ instead of running them
  --keep-going   do not stop at the first one that differs
  --help         this text

Each program (5 to 30 calls of public functions: views, methods in place, state, random numbers, all dtypes) is run
eagerly with one to three threads, with poisoned memory, with operands handed over, and as graphs: node by node,
compiled, with unknown dimensions, with each pass alone, and fast. The results, the state afterwards and the gradients of
order one and two must have the eager run's bits, at fast and on a GPU its values but for rounding. What differs is reduced
and printed as C++, and the program exits with 1. --seed N --count 1 runs program N alone.
)";

struct Options {
  std::uint64_t seed = 1, count = 2000;
  bool device = false, cover = false, statistics = false, print = false, keep_going = false;
};

bool read_number(const char* text, std::uint64_t& number) {
  const auto [end, error] = std::from_chars(text, text + std::strlen(text), number);
  return error == std::errc() && *end == '\0';
}

/// False, with the reason on the error output, if an option is unknown.
bool parse(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view option = argv[i];
    std::uint64_t* number = option == "--seed" ? &options.seed : option == "--count" ? &options.count : nullptr;
    if (number) {
      if (i + 1 < argc && read_number(argv[i + 1], *number)) {
        ++i;
        continue;
      }
      std::cerr << option << " is not followed by a number\n";
      return false;
    }
    bool* flag = option == "--device"       ? &options.device
                 : option == "--cover"      ? &options.cover
                 : option == "--statistics" ? &options.statistics
                 : option == "--print"      ? &options.print
                 : option == "--keep-going" ? &options.keep_going
                                            : nullptr;
    if (!flag) {
      std::cerr << "unknown option " << option << "; --help lists them\n";
      return false;
    }
    *flag = true;
  }
  return true;
}

void print(const programs::Statistics& statistics) {
  std::cout << statistics.rounded << " outcomes equal but for rounding\n";
  for (const auto& [name, count] : statistics.words) std::cout << "  " << name << " " << count << "\n";
  for (const auto& [pass, count] : programs::seen().rewrites) std::cout << count << " rewrites by " << pass << "\n";
  for (const auto& [text, count] : statistics.refused) std::cout << count << " refused: " << text << "\n";
}

/// Programs as they are, each in a namespace of its own.
void print_programs(const Options& options, const std::vector<programs::Way>& ways) {
  std::cout << programs::cpp_headers();
  for (std::uint64_t number = options.seed; number < options.seed + options.count; ++number) {
    const programs::Program program = programs::generate(number, programs::catalogue());
    std::cout << "\nnamespace program_" << number << " {\n"
              << programs::cpp_functions(program, ways[number % ways.size()]) << "}\n";
  }
}

/// False, and says what, if the programs so far left something out.
bool covers_everything() {
  const auto missing = programs::missing_ops(programs::seen().ops);
  for (const std::string& op : missing)
    std::cout << "no program has the op " << op << ": add a line to tests/programs/catalogue.cpp\n";
  const auto idle = programs::idle_passes(programs::seen().rewrites);
  for (const std::string& pass : idle) std::cout << "the pass " << pass << " changed no program\n";
  return missing.empty() && idle.empty();
}

int run(const Options& options) {
  const std::vector<programs::Way> ways = options.device ? programs::device_ways(tt::Device::cuda()) : programs::ways();
  if (options.print) return print_programs(options, ways), 0;
  programs::Statistics statistics;
  int differ = 0;
  for (std::uint64_t next = options.seed, end = options.seed + options.count; next < end;) {
    const auto found = programs::find(next, end - next, programs::catalogue(), ways, statistics);
    if (!found) break;
    std::cout << found->cpp() << "\n" << std::flush;
    ++differ;
    if (!options.keep_going) break;
    next = found->number + 1;
  }
  if (options.statistics) print(statistics);
  const bool covered = !options.cover || covers_everything();
  std::cout << statistics.programs << " programs, " << statistics.runs << " runs, "
            << (differ ? std::to_string(differ) + " differ" : "nothing differs") << "\n";
  return differ > 0 || !covered;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--help") {
    std::cout << help;
    return 0;
  }
  Options options;
  if (!parse(argc, argv, options)) return 2;
  if (options.device && tt::cuda_device_count() == 0) {
    std::cerr << "--device: this machine has no GPU; cuda_random_programs emulates one\n";
    return 2;
  }
  return run(options);
}
