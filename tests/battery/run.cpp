// The battery's program. Cases run one after the other in a forked child, which is forked anew when one kills it: by a
// signal, or by more processor time, waiting or memory than a case may take.
#include <cxxabi.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <set>

#include "progress.h"
#include "results.h"

// The address sanitizer, where it is linked: addresses are plenty then, time is scarce, and memory that nobody has is
// an answer, not a report.
extern "C" [[gnu::weak]] void __asan_init();
extern "C" [[gnu::visibility("default")]] const char* __asan_default_options() {
  return "allocator_may_return_null=1:detect_leaks=0:max_allocation_size_mb=4000:hard_rss_limit_mb=6000:quarantine_"
         "size_mb=64";
}

namespace battery {
namespace {

constexpr const char* help = R"(usage: battery [OPTION...]

Calls every public function with good arguments but one that is hostile, and with some pairs of them. What is wrong is
printed, one line for each case: the result, and the call as C++. Right are a value, and an ArgumentError or
UnsupportedError of the one form that names the line of the call.

  --list           print the functions and how many cases each has
  --only TEXT      cases whose call or function contains TEXT; may be given several times
  --function TEXT  functions whose declaration contains TEXT, and no others: faster; may be given several times
  --seed N         of the pairs and the sample (1)
  --pairs N        pairs of hostile arguments for each function (12)
  --sample N       about so many cases, chosen by the seed, and all with good arguments
  --part I/N       every N-th function, from the I-th on (1/1)
  --known FILE     findings that are known; one that is found no more is an error, too
  --write FILE     write the findings as such a file
  --patience N     N times the two seconds of processor time that a case may take (1)
  --verbose        print every case before it runs
  --help
)";

struct Options {
  std::vector<std::string> only, functions;
  std::uint64_t seed = 1;
  int pairs = 12, sample = 0, part = 1, parts = 1, patience = 1;
  std::string known, write;
  bool list = false, verbose = false;
};

/// None to look for, or one that is there.
bool has_one_of(const std::vector<std::string>& parts, std::string_view text) {
  return parts.empty() ||
         std::ranges::any_of(parts, [&](const std::string& part) { return text.find(part) != std::string_view::npos; });
}

/// A number that follows from others, as a generator's start.
std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  std::uint64_t x = a * 0x9e3779b97f4a7c15u + b;
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
  x = (x ^ x >> 27) * 0x94d049bb133111ebu;
  return x ^ x >> 31;
}

std::string filled_in(const char* call, const std::vector<std::string>& texts) {
  std::string line;
  for (const char* c = call; *c; ++c)
    if (*c == '%' && std::isdigit(static_cast<unsigned char>(c[1]))) {
      std::size_t used = 0;
      const auto number = static_cast<std::size_t>(std::stoi(c + 1, &used));
      line += number < texts.size() ? texts[number] : "?";
      c += used;
    } else {
      line += *c;
    }
  return line;
}

/// Values that nobody wrote differ from run to run.
void poison_free_memory(int byte) {
  std::vector<tt::Tensor> blocks;
  for (std::int64_t bytes = 64; bytes <= 2048; bytes += 64)
    for (int i = 0; i < 3; ++i) blocks.push_back(tt::empty({bytes}, tt::uint8));
  for (tt::Tensor& block : blocks) {
    const auto values = block.mutable_data<std::uint8_t>();
    std::memset(values.data(), byte, values.size());
  }
}

std::vector<std::string> numbers_of(const Case& c) {
  std::vector<std::string> numbers;
  for (const tt::Tensor& result : c.results()) {
    std::string text = "undefined";
    if (result.defined()) {
      text = result.shape().text() + " " + std::string(tt::dtype_name(result.dtype()));
      const auto values = result.to_vector<double>();
      text.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(double));
    }
    numbers.push_back(std::move(text));
  }
  return numbers;
}

/// What a subject leaves in the process, as it was before.
void start_afresh() {
  tt::manual_seed(1);
  tt::set_num_threads(2);
  tt::set_memory_limit(memory_limit);
  tt::disable_check_numerics();
  tt::set_kernel_timing(false);
  tt::set_allow_tf32(false);
  tt::keras::utils::clear_session();
  tt::keras::mixed_precision::set_global_policy("float32");
  tt::lowlevel::reset_default_graph();
  tt::lowlevel::summary::FileWriterCache::clear();
  tt::set_warning_handler({});
}

class Child {
 public:
  Child(const Options& options, Progress& progress, int output)
      : options_(options), progress_(progress), output_(output) {}

  void count(const Subject& subject, std::size_t number) {
    progress_.subject = number, progress_.ordinal = 0;
    limit_time();
    Outcome outcome = run(subject, {}, {}, false);
    write_line("#" + std::to_string(number) + " " + std::to_string(cases(outcome)));
  }

  void run_subject(const Subject& subject, std::size_t number, std::int64_t from, double share) {
    if (!has_one_of(options_.functions, subject.signature)) return;
    progress_.subject = number, progress_.ordinal = 0;
    std::int64_t ordinal = 0;
    limit_time();
    std::error_code none;  // files of other functions are not this one's to find
    for (const auto& entry : std::filesystem::directory_iterator(".", none))
      std::filesystem::remove_all(entry.path(), none);
    const Outcome good = run(subject, {}, {}, false);
    const bool by_name = wanted(subject.signature);
    const auto turn = [&](Hostile first, Hostile second, bool aliases) {
      if (ordinal >= from && chosen(number, ordinal, share)) {
        progress_.ordinal = ordinal;
        judge(subject, good, ordinal, first, second, aliases, by_name);
        ++progress_.cases;
      }
      ++ordinal;
    };
    turn({}, {}, false);
    for (std::size_t i = 0; i < good.counts.size(); ++i)
      for (int k = 0; k < good.counts[i]; ++k) turn({static_cast<int>(i), k}, {}, false);
    if (good.can_alias) turn({}, {}, true);
    std::mt19937_64 random(mix(options_.seed, number));
    const auto n = good.counts.size();
    for (int pair = 0; pair < options_.pairs && n > 1; ++pair) {
      const auto i = random() % n, j = (i + 1 + random() % (n - 1)) % n;
      const auto k = random(), l = random();
      if (good.counts[i] == 0 || good.counts[j] == 0) continue;
      turn({static_cast<int>(i), static_cast<int>(k % static_cast<std::uint64_t>(good.counts[i]))},
           {static_cast<int>(j), static_cast<int>(l % static_cast<std::uint64_t>(good.counts[j]))}, false);
    }
  }

 private:
  struct Outcome {
    std::string wrong;  // empty: right
    std::string error;  // the library's, which is right for a hostile value
    std::string line;
    std::vector<std::string> numbers;
    std::vector<int> counts;
    bool can_alias = false, same_numbers = false;
  };

  std::int64_t cases(const Outcome& good) const {
    std::int64_t count = 1 + good.can_alias + (good.counts.size() > 1 ? options_.pairs : 0);
    for (const int choices : good.counts) count += choices;
    return count;
  }
  bool wanted(const std::string& text) const { return has_one_of(options_.only, text); }
  /// Good arguments are tried in every sample.
  bool chosen(std::size_t number, std::int64_t ordinal, double share) const {
    return share >= 1 || ordinal == 0 ||
           static_cast<double>(mix(mix(options_.seed, number), static_cast<std::uint64_t>(ordinal)) >> 11) * 0x1p-53 <
               share;
  }

  void limit_time() const {
    const int slower = (__asan_init ? 8 : 1) * options_.patience;
    const itimerval processor{{0, 0}, {2 * slower, 0}}, clock{{0, 0}, {60 * slower, 0}};
    setitimer(ITIMER_PROF, &processor, nullptr);
    setitimer(ITIMER_REAL, &clock, nullptr);
  }

  Outcome run(const Subject& subject, Hostile first, Hostile second, bool aliases) {
    Outcome outcome;
    start_afresh();
    Case c(first, second, aliases);
    try {
      subject.run(c);
      outcome.numbers = numbers_of(c);
    } catch (const Finding& finding) {
      outcome.wrong = finding.text;
    } catch (const tt::InternalError& error) {
      outcome.wrong = std::string("InternalError: ") + error.what();
    } catch (const tt::Error& error) {
      outcome.error = error.what();
      try {
        check_error(error);
      } catch (const Finding& finding) {
        outcome.wrong = finding.text;
      }
    } catch (const Thrown&) {
      outcome.error = "the user's own";
    } catch (const std::exception& error) {
      int status = 0;
      char* name = abi::__cxa_demangle(typeid(error).name(), nullptr, nullptr, &status);
      outcome.wrong = std::string(name ? name : "an exception") + ": " + error.what();
      std::free(name);
    }
    outcome.line = filled_in(subject.call, c.texts());
    outcome.counts = c.counts();
    outcome.can_alias = c.can_alias();
    // A placeholder that is fed with the good value gives what the good value gives.
    outcome.same_numbers = first.argument >= 0 && second.argument < 0 &&
                           c.texts()[static_cast<std::size_t>(first.argument)].starts_with("a placeholder");
    return outcome;
  }

  void judge(const Subject& subject, const Outcome& good, std::int64_t ordinal, Hostile first, Hostile second,
             bool aliases, bool by_name) {
    limit_time();
    if (!by_name) {  // its call has to be known
      Outcome told = run(subject, first, second, aliases);
      if (!wanted(told.line)) return;
    }
    Outcome outcome = run(subject, first, second, aliases);
    if (options_.verbose) write_line("  " + outcome.line + (outcome.error.empty() ? "" : "  // " + outcome.error));
    if (outcome.wrong.empty() && ordinal == 0 && !outcome.error.empty() && !subject.refused)
      outcome.wrong = "good arguments are refused: " + outcome.error;
    if (outcome.wrong.empty() && outcome.error.empty() && !subject.random && !outcome.numbers.empty()) {
      poison_free_memory(ordinal % 2 ? 0xff : 0x55);
      const Outcome again = run(subject, first, second, aliases);
      const bool late = again.error.find("longer than its time limit") != std::string::npos;  // by the machine's clock
      if (again.numbers != outcome.numbers && !late) outcome.wrong = "other numbers in a second run";
      if (outcome.wrong.empty() && outcome.same_numbers && !subject.history && good.error.empty() &&
          !good.numbers.empty() && !outcome.numbers.empty() && outcome.numbers[0] != good.numbers[0])
        outcome.wrong = "a session computes other numbers";
    }
    if (!outcome.wrong.empty())
      write_line("!" + std::to_string(progress_.subject) + " " + outcome.wrong + "  IN  " + outcome.line);
  }

  void write_line(std::string line) const {
    for (char& c : line)
      if (static_cast<unsigned char>(c) < ' ' || c == 127) c = ' ';
    if (line.size() > 1500) line = line.substr(0, 900) + " ... " + line.substr(line.size() - 500);
    line += '\n';
    if (::write(output_, line.data(), line.size()) < 0) std::_Exit(3);
  }

  const Options& options_;
  Progress& progress_;
  int output_;
};

std::string last_error_line(const std::string& path) {
  std::ifstream file(path);
  std::string line, found;
  while (std::getline(file, line))
    if (line.find("ERROR:") != std::string::npos || line.find("runtime error:") != std::string::npos ||
        line.find("terminate called") != std::string::npos || line.find("what():") != std::string::npos ||
        line.find("Assertion") != std::string::npos)
      found += (found.empty() ? "" : " ") + line;
  return found.empty() ? "" : " (" + found + ")";
}

class Parent {
 public:
  explicit Parent(const Options& options)
      : options_(options), folder_(std::filesystem::temp_directory_path() / "battery-XXXXXX") {
    void* memory = mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED || !mkdtemp(folder_.data())) throw std::runtime_error("no shared memory or folder");
    progress_ = new (memory) Progress;
    progress = progress_;
    std::filesystem::create_directories(folder_ + "/one/two");
  }
  ~Parent() { std::filesystem::remove_all(folder_); }

  int run() {
    const auto& all = subjects();
    double share = 1;
    if (options_.list || options_.sample) {
      std::vector<std::int64_t> counts(all.size(), 0);
      go(
          all.size(), [&](Child& child, std::size_t number, std::int64_t) { child.count(all[number], number); },
          [&](const std::string& line) {
            std::size_t number = 0;
            long long count = 0;
            if (std::sscanf(line.c_str(), "#%zu %lld", &number, &count) == 2) counts[number] = count;
          });
      std::int64_t total = 0;
      for (std::size_t i = 0; i < all.size(); ++i) {
        total += counts[i];
        if (options_.list) std::cout << counts[i] << "\t" << all[i].signature << "\n";
      }
      if (options_.list) return std::cout << total << " cases of " << all.size() << " functions\n", 0;
      share = static_cast<double>(options_.sample) / static_cast<double>(total);
    }
    go(
        all.size(),
        [&](Child& child, std::size_t number, std::int64_t from) {
          child.run_subject(all[number], number, from, share);
        },
        [&](const std::string& line) {
          if (line[0] == '!')
            found(std::stoul(line.substr(1)), line.substr(line.find(' ') + 1));
          else
            std::cout << line << "\n";
        });
    return tell();
  }

 private:
  /// Calls `task` in a child for each function of this part, from where the last child died.
  template <class Task, class Told>
  void go(std::size_t count, const Task& task, const Told& told) {
    const auto step = static_cast<std::size_t>(options_.parts);
    std::size_t number = static_cast<std::size_t>(options_.part - 1);
    std::int64_t from = 0;
    while (number < count) {
      int ends[2];
      if (pipe(ends)) throw std::runtime_error("no pipe");
      progress_->subject = number, progress_->ordinal = from;
      std::cout.flush();
      const pid_t child = fork();
      if (child == 0) {
        close(ends[0]);
        live(ends[1], [&](Child& made) {
          for (std::size_t i = number; i < count; i += step) task(made, i, i == number ? from : 0);
        });
      }
      close(ends[1]);
      std::string rest;
      char buffer[4096];
      for (ssize_t n; (n = ::read(ends[0], buffer, sizeof buffer)) > 0;) {
        rest.append(buffer, static_cast<std::size_t>(n));
        for (std::size_t end; (end = rest.find('\n')) != std::string::npos; rest.erase(0, end + 1))
          told(rest.substr(0, end));
      }
      close(ends[0]);
      int status = 0;
      waitpid(child, &status, 0);
      if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
      const Subject& subject = subjects()[progress_->subject];
      std::vector<std::string> texts;
      for (int i = 0; i < progress_->count; ++i) texts.emplace_back(progress_->texts[i]);
      const int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
      std::string death = signal == SIGPROF || signal == SIGALRM ? "a hang"
                          : signal                               ? std::string("death by ") + strsignal(signal)
                                                                 : "exit";
      found(progress_->subject,
            death + last_error_line(folder_ + "/errors") + "  IN  " + filled_in(subject.call, texts));
      number = progress_->subject;
      from = progress_->ordinal + 1;
      if (progress_->good) number += step, from = 0;  // with good arguments: the others cannot be told
    }
  }

  template <class Task>
  [[noreturn]] void live(int output, const Task& task) {
    if (chdir((folder_ + "/one/two").c_str())) std::_Exit(3);
    const int nowhere = open("/dev/null", O_RDWR),
              errors = open((folder_ + "/errors").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    dup2(nowhere, 0);  // a debugger asks its user
    dup2(nowhere, 1);
    dup2(errors, 2);
    const rlimit none{0, 0}, memory{std::size_t{6} << 30, std::size_t{6} << 30};
    setrlimit(RLIMIT_CORE, &none);
    if (!__asan_init) setrlimit(RLIMIT_AS, &memory);
    Child child(options_, *progress_, output);
    task(child);
    std::_Exit(0);
  }

  /// One kind of finding at one function: its text without numbers.
  static std::string kind_of(std::size_t subject, const std::string& finding) {
    std::string kind;
    for (const char c : finding.substr(0, finding.find("  IN  "))) {
      const bool digit = std::isdigit(static_cast<unsigned char>(c)) != 0;
      if (!digit) kind += static_cast<unsigned char>(c) < 127 ? c : '?';
      if (digit && (kind.empty() || kind.back() != '#')) kind += '#';
      if (kind.size() == 70) break;
    }
    return std::string(subjects()[subject].signature) + "  |  " + kind;
  }

  void found(std::size_t subject, const std::string& finding) {
    ++found_;
    const std::string kind = kind_of(subject, finding);
    if (kinds_.insert(kind).second && !options_.write.empty())
      std::ofstream(options_.write, std::ios::app) << kind << "\n";
    if (const auto known = known_.find(kind); known != known_.end()) {
      known->second = true;
      ++expected_;
      return;
    }
    std::cout << finding << "\n";
  }

  /// Whether this run had to find it: it has all cases of the finding's function.
  bool is_due(const std::string& kind) const {
    if (!options_.only.empty() || !options_.functions.empty() || options_.sample) return false;
    if (kind.ends_with("a hang")) return false;  // which a fast machine may not call so
    const std::string signature = kind.substr(0, kind.find("  |  "));
    const auto& all = subjects();
    for (std::size_t i = 0; i < all.size(); ++i)
      if (all[i].signature == signature &&
          i % static_cast<std::size_t>(options_.parts) + 1 != static_cast<std::size_t>(options_.part))
        return false;
    return true;
  }

  int tell() {
    int mended = 0;
    for (const auto& [kind, seen] : known_)
      if (!seen && is_due(kind)) {
        ++mended;
        std::cout << "found no more, take it out of " << options_.known << ": " << kind << "\n";
      }
    std::cout << progress_->cases << " cases of " << subjects().size() << " functions, " << found_ << " findings, "
              << expected_ << " of them known; seed " << options_.seed << "\n";
    return found_ > expected_ || mended ? 1 : 0;
  }

 public:
  void read_known() {
    std::ifstream file(options_.known);
    if (!file) throw std::runtime_error("cannot read " + options_.known);
    for (std::string line; std::getline(file, line);)
      if (!line.empty() && line[0] != '#') known_[line] = false;
  }

 private:
  const Options& options_;
  std::string folder_;
  Progress* progress_;
  std::map<std::string, bool> known_;  // and whether it was found
  std::set<std::string> kinds_;
  int found_ = 0, expected_ = 0;
};

Options read_options(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    const auto value = [&]() -> std::string {
      if (++i == argc) throw std::runtime_error(name + " without a value; see --help");
      return argv[i];
    };
    if (name == "--help")
      std::cout << help, std::exit(0);
    else if (name == "--list")
      options.list = true;
    else if (name == "--verbose")
      options.verbose = true;
    else if (name == "--only")
      options.only.push_back(value());
    else if (name == "--function")
      options.functions.push_back(value());
    else if (name == "--seed")
      options.seed = std::stoull(value());
    else if (name == "--pairs")
      options.pairs = std::stoi(value());
    else if (name == "--sample")
      options.sample = std::stoi(value());
    else if (name == "--patience")
      options.patience = std::max(1, std::stoi(value()));
    else if (name == "--write")
      options.write = value();
    else if (name == "--known")
      options.known = value();
    else if (name == "--part") {
      if (std::sscanf(value().c_str(), "%d/%d", &options.part, &options.parts) != 2 || options.part < 1 ||
          options.part > options.parts)
        throw std::runtime_error("--part takes I/N");
    } else {
      throw std::runtime_error("unknown option " + name + "; see --help");
    }
  }
  return options;
}

}  // namespace
}  // namespace battery

int main(int argc, char** argv) try {
  const battery::Options options = battery::read_options(argc, argv);
  battery::Parent parent(options);
  if (!options.known.empty()) parent.read_known();
  return parent.run();
} catch (const std::exception& error) {
  std::cerr << "battery: " << error.what() << "\n";
  return 2;
}
