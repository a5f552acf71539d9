#include "compare.h"

#include <signal.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "results.h"
#include "triptych/core/memory.h"

namespace {

volatile sig_atomic_t interrupted = 0;

/// A bar that is redrawn on a terminal, and plain lines elsewhere.
class Progress {
 public:
  explicit Progress(double total) : total_(total), terminal_(isatty(STDOUT_FILENO)) {}

  void begin(const std::string& what) {
    what_ = what;
    if (!terminal_) std::printf("%s\n", what.c_str());
    draw(0, "");
  }
  void update(double share, const std::string& detail) { draw(share, detail); }
  /// `weight` is the part of the whole that has been done since the last one.
  void finish(double weight, const std::string& detail) {
    done_ += weight;
    if (terminal_)
      std::printf("\r\033[K%s: %s\n", what_.c_str(), detail.c_str());
    else
      std::printf("  %s\n", detail.c_str());
    std::fflush(stdout);
  }

 private:
  void draw(double share, const std::string& detail) {
    if (!terminal_) return;
    const auto now = std::chrono::steady_clock::now();
    if (share > 0 && now - drawn_ < std::chrono::milliseconds(100)) return;
    drawn_ = now;
    constexpr int width = 24;
    const int filled = static_cast<int>(width * std::min(1.0, (done_ + share) / total_));
    std::printf("\r\033[K[%s%s] %s %s", std::string(static_cast<std::size_t>(filled), '=').c_str(),
                std::string(static_cast<std::size_t>(width - filled), '.').c_str(), what_.c_str(), detail.c_str());
    std::fflush(stdout);
  }

  double total_, done_ = 0;
  bool terminal_;
  std::string what_;
  std::chrono::steady_clock::time_point drawn_;
};

/// One run of `triptych measure`.
struct Job {
  std::string model, style, numerics;
  std::int64_t epochs = 1, max_steps = 0, train_samples = 0, test_samples = 0;
  double weight = 1;

  std::int64_t steps() const {
    const std::int64_t samples = train_samples ? train_samples : 60000, all = epochs * ((samples + 127) / 128);
    return max_steps ? std::min(max_steps, all) : all;
  }
};

std::vector<Job> plan(const CompareOptions& options) {
  std::vector<Job> jobs;
  for (const std::string& model : options.models) {
    const bool cnn = model == "cnn";
    const double step_cost = cnn ? 20 : 1;
    // Full trainings at `exact`, the same bits in every style; short ones for the rest.
    const std::int64_t short_steps = options.quick ? 12 : 100;
    const std::int64_t epochs = options.epochs ? options.epochs : options.quick ? 1 : 2;
    const auto add = [&](const char* style, const char* numerics, bool full) {
      Job job{.model = model, .style = style, .numerics = numerics};
      job.epochs = epochs;
      if (options.quick) {
        job.train_samples = cnn ? 128 * 24 : 128 * 100;
        job.test_samples = cnn ? 1000 : 10000;
      }
      if (!full) {
        job.max_steps = short_steps;
        job.test_samples = 1000;
      }
      job.weight = step_cost * static_cast<double>(job.steps());
      jobs.push_back(job);
    };
    for (const char* style : {"lowlevel", "eager", "keras"}) add(style, "exact", true);
    add("keras_eager", "exact", false);
    for (const char* style : {"lowlevel", "eager", "keras", "keras_eager"}) add(style, "fast", false);
  }
  return jobs;
}

/// Starts `triptych measure` and reads its lines.
class Child {
 public:
  explicit Child(const std::vector<std::string>& arguments) {
    int ends[2];
    if (pipe(ends) != 0) throw std::runtime_error(std::string("no pipe: ") + std::strerror(errno));
    pid_ = fork();
    if (pid_ < 0) throw std::runtime_error(std::string("no process: ") + std::strerror(errno));
    if (pid_ == 0) {
      dup2(ends[1], STDOUT_FILENO);
      close(ends[0]);
      close(ends[1]);
      std::vector<char*> argv;
      for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
      argv.push_back(nullptr);
      execv("/proc/self/exe", argv.data());
      _exit(127);
    }
    close(ends[1]);
    lines_ = fdopen(ends[0], "r");
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (lines_) std::fclose(lines_);
    if (pid_ > 0) {
      kill(pid_, SIGTERM);
      wait();
    }
  }

  bool read(std::string& line) {
    char* text = nullptr;
    std::size_t size = 0;
    const ssize_t length = getline(&text, &size, lines_);
    if (length > 0) line.assign(text, static_cast<std::size_t>(length));
    std::free(text);
    return length > 0;
  }
  int wait() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return status;
  }

 private:
  pid_t pid_ = -1;
  std::FILE* lines_ = nullptr;
};

RunResult run_job(const Job& job, const CompareOptions& options, Progress& progress) {
  RunResult result{.model = job.model, .style = job.style, .numerics = job.numerics};
  result.full_training = job.max_steps == 0;
  const auto number = [](std::int64_t value) { return std::to_string(value); };
  Child child({"triptych",        "measure",
               "--model",         job.model,
               "--style",         job.style,
               "--numerics",      job.numerics,
               "--epochs",        number(job.epochs),
               "--max-steps",     number(job.max_steps),
               "--train-samples", number(job.train_samples),
               "--test-samples",  number(job.test_samples),
               "--seed",          std::to_string(options.seed),
               "--threads",       number(options.threads)});
  const std::int64_t steps = job.steps();
  for (std::string line; !interrupted && child.read(line);) {
    const auto json = nlohmann::json::parse(line, nullptr, false);
    if (json.is_discarded()) continue;
    if (json.contains("loss")) {
      // A NaN is written as null or nan, which JSON does not have.
      result.losses.push_back(json["loss"].is_number() ? json["loss"].get<double>() : std::nan(""));
      result.step_ms.push_back(json["ms"].get<double>());
      const auto done = static_cast<double>(result.losses.size());
      char detail[96];
      std::snprintf(detail, sizeof detail, "step %zu of %lld, loss %.4f, %.2f ms a step", result.losses.size(),
                    static_cast<long long>(steps), result.losses.back(), result.step_ms.back());
      progress.update(job.weight * done / static_cast<double>(steps), detail);
    } else if (json.contains("result")) {
      const auto& r = json["result"];
      result.complete = true;
      result.accuracy = r["accuracy"];
      result.weights = r["weights"];
      result.load_ms = r["load_ms"];
      result.first_step_ms = r["first_step_ms"];
      result.total_ms = r["total_ms"];
      result.peak_resident_mb = r["peak_resident_mb"];
      result.peak_tensor_mb = r["peak_tensor_mb"];
      result.launches_per_step = r["launches_per_step"];
      result.allocations_per_step = r["allocations_per_step"];
      result.copies_per_step = r["copies_per_step"];
    }
  }
  if (interrupted) return result;
  const int status = child.wait();
  if (!result.complete) {
    result.error = WIFSIGNALED(status) ? "ended by signal " + std::to_string(WTERMSIG(status))
                                       : "ended with status " + std::to_string(WEXITSTATUS(status));
    throw std::runtime_error("the " + job.model + " in the style " + job.style + " " + result.error);
  }
  return result;
}

/// Compares the runs at `exact` of one model, over the steps that all of them took.
Identity compare_bits(const std::string& model, const std::vector<RunResult>& runs) {
  Identity identity{.model = model};
  std::vector<const RunResult*> exact;
  for (const RunResult& run : runs)
    if (run.model == model && run.numerics == "exact" && run.complete) exact.push_back(&run);
  if (exact.size() < 2) return identity;
  identity.compared = true;
  std::size_t steps = exact[0]->losses.size();
  for (const RunResult* run : exact) {
    identity.styles.push_back(run->style);
    steps = std::min(steps, run->losses.size());
  }
  for (std::size_t step = 0; step < steps && identity.first_difference < 0; ++step)
    for (const RunResult* run : exact)
      if (run->losses[step] != exact[0]->losses[step]) identity.first_difference = static_cast<std::int64_t>(step);
  identity.steps = static_cast<std::int64_t>(steps);
  identity.same_weights = true;
  const RunResult* first_full = nullptr;
  for (const RunResult* run : exact) {
    if (!run->full_training) continue;
    if (!first_full) first_full = run;
    identity.same_weights &= run->weights == first_full->weights && run->losses == first_full->losses;
  }
  return identity;
}

std::string line_of(const char* path, const std::string& prefix) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.rfind(prefix, 0) != 0) continue;
    const std::size_t start = line.find_first_not_of(" \t:", prefix.size());
    return start == std::string::npos ? "" : line.substr(start);
  }
  return "";
}

Machine describe_machine(const CompareOptions& options) {
  Machine machine;
  utsname system{};
  uname(&system);
  machine.processor = line_of("/proc/cpuinfo", "model name");
  std::string distribution = line_of("/etc/os-release", "PRETTY_NAME=");
  std::erase(distribution, '"');
  machine.system = distribution + ", " + system.sysname + " " + system.release + ", " + system.machine;
  machine.compiler = TRIPTYCH_BUILD_TEXT;
  machine.version = TRIPTYCH_VERSION;
  machine.cores = static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
  machine.threads = options.threads ? options.threads : triptych::num_threads();
  machine.memory_gb = static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGE_SIZE)) / 1e9;
  const std::time_t now = std::time(nullptr);
  char date[32];
  std::strftime(date, sizeof date, "%Y-%m-%d %H:%M", std::localtime(&now));
  machine.date = date;
  return machine;
}

/// Written whole or not at all.
void write_file(const std::string& path, const std::string& text) {
  const std::string temporary = path + ".tmp";
  std::ofstream file(temporary, std::ios::binary);
  file << text;
  file.close();
  if (!file || std::rename(temporary.c_str(), path.c_str()) != 0) {
    const std::string reason = std::strerror(errno);
    std::remove(temporary.c_str());
    throw std::runtime_error("cannot write " + path + ": " + reason + ". Choose another folder with --output");
  }
}

}  // namespace

double RunResult::percentile_ms(double fraction) const {
  std::vector<double> times(
      step_ms.begin() + static_cast<std::ptrdiff_t>(std::min(step_ms.size(), step_ms.size() / 10 + 1)), step_ms.end());
  if (times.empty()) return step_ms.empty() ? 0 : step_ms.back();
  std::sort(times.begin(), times.end());
  return times[static_cast<std::size_t>(fraction * static_cast<double>(times.size() - 1))];
}

double RunResult::median_ms() const { return percentile_ms(0.5); }

std::string style_title(const std::string& style) {
  if (style == "lowlevel") return "low level";
  if (style == "keras") return "Keras";
  if (style == "keras_eager") return "Keras, eager engine";
  return style;
}

int run_compare(const CompareOptions& options) {
  struct sigaction action {};
  action.sa_handler = [](int) { interrupted = 1; };
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);

  const auto start = std::chrono::steady_clock::now();
  Comparison comparison;
  comparison.machine = describe_machine(options);
  comparison.quick = options.quick;
  comparison.seed = options.seed;
  // Found out now rather than after minutes of training.
  write_file(options.output + "/compare.json", "{}\n");

  const std::vector<Job> jobs = plan(options);
  double total = 0;
  for (const Job& job : jobs) {
    total += job.weight;
    comparison.epochs = job.epochs;
  }
  Progress progress(total);
  for (const Job& job : jobs) {
    if (interrupted) break;
    progress.begin(job.model + ", " + style_title(job.style) + ", " + job.numerics);
    const RunResult result = run_job(job, options, progress);
    comparison.runs.push_back(result);
    char detail[128];
    std::snprintf(detail, sizeof detail, "%zu steps, %.2f ms a step, loss %.4f, accuracy %.2f %%", result.losses.size(),
                  result.median_ms(), result.losses.empty() ? 0.0 : result.losses.back(), 100 * result.accuracy);
    progress.finish(job.weight, detail);
  }
  comparison.interrupted = interrupted;
  for (const std::string& model : options.models) comparison.identities.push_back(compare_bits(model, comparison.runs));
  comparison.mistakes = collect_mistakes();
  comparison.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

  write_file(options.output + "/compare.json", to_json(comparison));
  write_file(options.output + "/compare.html", to_html(comparison));
  std::printf("\n%s\n%s%s/compare.html and %s/compare.json are written (%.0f s).\n", to_table(comparison).c_str(),
              comparison.interrupted ? "Interrupted: what was measured so far. " : "", options.output.c_str(),
              options.output.c_str(), comparison.seconds);
  return comparison.interrupted ? 130 : 0;
}
