// Kills processes while they write files, and looks at what is there afterwards: see `kill_test --help`.
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <new>
#include <random>
#include <string>
#include <vector>

#include "files.h"
#include "triptych/eager.h"
#include "triptych/keras.h"
#include "triptych/lowlevel.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;
namespace nn = triptych::eager::nn;
namespace keras = triptych::keras;
namespace fs = std::filesystem;

namespace {

constexpr const char* usage = R"(usage: kill_test [--seconds S] [--kills N] [--seed N] [--folder PATH]

Child processes write files in a loop, with every writer that replaces a file (checkpoints of the core and of each
style, drawings and dumps of graphs), and are killed with SIGKILL at random moments. After each kill
  - the file is the one before or the one after the save that was killed, byte for byte;
  - the next save of the file removes what the dead process left, and nothing else;
and in every fourth round, before that,
  - the process is stopped, and the same file saved beside it: its own save comes to its end when it goes on.

  --seconds S    ends after S seconds (default 3)
  --kills N      ends after N kills, however long they take
  --seed N       of the moments (default 1)
  --folder PATH  where the files are written: another file system, say (default: the temporary folder)

The exit status is 0 if nothing was found, 1 if something was, 2 for options that are wrong.
)";

struct Options {
  double seconds = 3;
  long kills = 0;
  unsigned long seed = 1;
  std::string folder = fs::temp_directory_path();
};

[[noreturn]] void wrong(const std::string& what) {
  std::fprintf(stderr, "kill_test: %s\n%s", what.c_str(), usage);
  std::exit(2);
}

template <class T>
T number(const std::string& option, const char* text) {
  T value{};
  const auto [end, error] = std::from_chars(text, text + std::strlen(text), value);
  if (error != std::errc{} || *end || value < T{0}) wrong(option + " takes a number that is not negative");
  return value;
}

Options parse(int count, char** arguments) {
  Options options;
  for (int i = 1; i < count; ++i) {
    const std::string option = arguments[i];
    if (option == "--help" || option == "-h") {
      std::fputs(usage, stdout);
      std::exit(0);
    }
    if (option != "--seconds" && option != "--kills" && option != "--seed" && option != "--folder")
      wrong("there is no option " + option);
    if (++i == count) wrong(option + " takes a value");
    if (option == "--seconds") options.seconds = number<double>(option, arguments[i]);
    if (option == "--kills") options.kills = number<long>(option, arguments[i]);
    if (option == "--seed") options.seed = number<unsigned long>(option, arguments[i]);
    if (option == "--folder") options.folder = arguments[i];
  }
  return options;
}

// --- What is written -------------------------------------------------------------------------------------------------

constexpr int versions = 3;

/// Writes one of some versions of a file.
struct Writer {
  const char* name;
  std::string file;  // in the folder
  std::function<void(const std::string& path, int version)> write;
};

/// A chain of relus, of which each version has one more. (Constants would be dumped with their addresses.)
tf::Graph graph_of(int version) {
  tf::Graph graph;
  tt::Tensor x = graph.placeholder("x", tt::float32, {2});
  for (int i = 0; i < 200 + version; ++i) x = tt::relu(x);
  return graph;
}

std::vector<Writer> writers() {
  constexpr std::int64_t size = 50'000;
  const auto filled = [](int version) { return tt::full({size}, static_cast<float>(version)); };
  std::vector<Writer> all;
  all.push_back({"tt::save", "checkpoint.safetensors", [=](const std::string& path, int version) {
                   tt::save({{"a", filled(version)}, {"b", filled(version)}}, path);
                 }});
  all.push_back({"tt::save, the longest name", std::string(255, 'x'), [=](const std::string& path, int version) {
                   tt::save({{"a", filled(version)}}, path);
                 }});
  all.push_back({"Module::state_dict", "module.safetensors", [=](const std::string& path, int version) {
                   nn::Linear module(8, 8 + version);
                   for (tt::Tensor& parameter : module.parameters()) {
                     const tt::eager::NoGrad off;
                     parameter.fill_(version);
                   }
                   tt::save(module.state_dict(), path);
                 }});
  all.push_back({"Session::save", "session.safetensors", [=](const std::string& path, int version) {
                   tf::Graph graph;
                   graph.variable("w", filled(version));
                   tf::Session session(graph);
                   session.run(graph.initializer());
                   session.save(path);
                 }});
  const auto model = [](int version) {
    keras::Sequential model(
        {keras::layers::Input({3 + version}, {.name = "i"}), keras::layers::Dense(4, {.name = "d"})}, {.name = "m"});
    for (const keras::Weight& weight : model.weights()) {
      tt::Tensor value = weight.value;
      const tt::eager::NoGrad off;
      value.fill_(version);
    }
    return model;
  };
  all.push_back(
      {"Model::save", "model.keras", [=](const std::string& path, int version) { model(version).save(path); }});
  all.push_back({"Model::save as safetensors", "model.safetensors",
                 [=](const std::string& path, int version) { model(version).save(path); }});
  all.push_back({"Model::save_weights as HDF5", "model.weights.h5",
                 [=](const std::string& path, int version) { model(version).save_weights(path); }});
  all.push_back({"Model::save_weights", "model.weights",
                 [=](const std::string& path, int version) { model(version).save_weights(path); }});
  all.push_back({"Graph::write_dot", "graph.dot",
                 [](const std::string& path, int version) { graph_of(version).write_dot(path); }});
  all.push_back({"Graph::write_svg", "graph.svg",
                 [](const std::string& path, int version) { graph_of(version).write_svg(path); }});
  all.push_back({"SessionOptions::dump_directory", "00_graph.txt", [](const std::string& path, int version) {
                   const tf::Graph graph = graph_of(version);
                   const tf::Session session(graph, {.dump_directory = fs::path(path).parent_path()});
                   session.run(graph.find(graph.node_names().back()), {{graph.find("x"), tt::ones({2})}});
                 }});
  return all;
}

// --- Killing ---------------------------------------------------------------------------------------------------------

/// How many saves a child has begun and ended, in memory that outlives it.
struct Progress {
  std::atomic<long> begun, ended;

  static Progress* shared() {
    void* memory = mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
      std::perror("mmap");
      std::exit(2);
    }
    return new (memory) Progress{};
  }
};

class Killing {
 public:
  Killing(const Options& options) : options_(options), random_(options.seed) {
    std::string pattern = options.folder + "/triptych-kill-XXXXXX";
    if (!mkdtemp(pattern.data())) wrong("no folder can be made in " + options.folder + ": " + std::strerror(errno));
    folder_ = pattern;
  }
  ~Killing() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  int run() {
    const auto all = writers();
    for (const Writer& writer : all) learn(writer);
    const auto start = Clock::now();
    const auto over = [&] {
      if (options_.kills > 0) return kills_ >= options_.kills;
      return std::chrono::duration<double>(Clock::now() - start).count() >= options_.seconds;
    };
    for (std::size_t i = 0; found_ == 0 && !over(); ++i) round(i % all.size(), all[i % all.size()]);
    std::printf("%ld kills, %ld saves that came to their end, %ld files that dead processes left: ", kills_, saves_,
                left_);
    std::printf(found_ == 0 ? "every file was whole\n" : "not every file was whole\n");
    return found_ == 0 ? 0 : 1;
  }

 private:
  using Clock = std::chrono::steady_clock;

  fs::path folder_of(const Writer& writer) const { return folder_ / std::to_string(&writer - first_); }

  void fail(const Writer& writer, const std::string& what) {
    ++found_;
    std::printf("%s: %s (--seed %lu, after %ld kills)\n", writer.name, what.c_str(), options_.seed, kills_);
  }

  /// What the versions of a file are, written where nobody is killed.
  void learn(const Writer& writer) {
    if (bytes_.empty()) first_ = &writer;
    auto& bytes = bytes_.emplace_back();
    fs::create_directory(folder_of(writer));
    const auto start = Clock::now();
    for (int version = 0; version < versions; ++version) {
      writer.write(folder_of(writer) / writer.file, version);
      bytes.push_back(read_file(folder_of(writer) / writer.file));
    }
    durations_.push_back(Clock::now() - start);
    names_.push_back(names_in(folder_of(writer)));
  }

  static std::vector<std::string> names_in(const fs::path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
  }

  /// A process that saves version after version, beginning with the one of `first`, until it is killed.
  pid_t start(const Writer& writer, Progress& progress, long first) {
    progress.begun = progress.ended = first;
    const pid_t child = fork();
    if (child != 0) return child;
    for (long save = first;; ++save) {
      progress.begun = save + 1;
      writer.write(folder_of(writer) / writer.file, static_cast<int>(save % versions));
      progress.ended = save + 1;
    }
  }

  /// Some moment of the first few saves.
  void wait_a_while(std::size_t place) {
    const double longest = std::chrono::duration<double, std::micro>(durations_[place]).count();
    usleep(static_cast<useconds_t>(std::uniform_real_distribution<>(0, longest)(random_)));
  }

  /// The child ended by itself; it still waits for `end`.
  static bool is_dead(pid_t child) {
    siginfo_t info{};
    return waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid != 0;
  }

  void end(pid_t child) {
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    ++kills_;
  }

  void round(std::size_t place, const Writer& writer) {
    const std::string path = folder_of(writer) / writer.file;
    const auto& versions_of = bytes_[place];
    writer.write(path, 0);
    const pid_t child = start(writer, *progress_, 1);
    while (progress_->begun == 1 && !is_dead(child)) usleep(100);
    wait_a_while(place);
    if (kills_ % 4 == 3) stop_another(writer, child, versions_of);
    end(child);
    const long begun = progress_->begun, ended = progress_->ended;
    saves_ += ended - 1;

    // The save that was killed is the one behind `ended`, if it was begun.
    const std::string now = read_file(path);
    const auto version = [&](long save) {
      return versions_of[static_cast<std::size_t>((save + versions - 1) % versions)];
    };
    if (now != version(ended) && (begun == ended || now != version(ended + 1)))
      fail(writer, "the file is neither that of save " + std::to_string(ended) + " nor the one after");
    left_ += static_cast<long>(names_in(folder_of(writer)).size() - names_[place].size());
    writer.write(path, 0);
    if (names_in(folder_of(writer)) != names_[place]) fail(writer, "the next save did not remove what was left");
    if (read_file(path) != versions_of[0]) fail(writer, "the next save did not write the file");
  }

  /// Stops the child, perhaps within a save, and saves the same file from here.
  void stop_another(const Writer& writer, pid_t child, const std::vector<std::string>& versions_of) {
    kill(child, SIGSTOP);
    waitpid(child, nullptr, WUNTRACED);
    const std::string path = folder_of(writer) / writer.file;
    const long ended = progress_->ended;
    writer.write(path, 0);
    if (read_file(path) != versions_of[0]) fail(writer, "a save beside a stopped one did not write the file");
    kill(child, SIGCONT);
    while (progress_->ended < ended + 2 && !is_dead(child)) usleep(200);
    if (progress_->ended < ended + 2) fail(writer, "a process that was stopped within a save did not end it");
  }

  Options options_;
  std::mt19937 random_;
  fs::path folder_;
  Progress* progress_ = Progress::shared();
  const Writer* first_ = nullptr;
  std::vector<std::vector<std::string>> bytes_, names_;
  std::vector<Clock::duration> durations_;  // of all versions
  long kills_ = 0, saves_ = 0, left_ = 0;
  int found_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
  ::setenv("SOURCE_DATE_EPOCH", "0", 1);  // archives say when they were made
  const Options options = parse(count, arguments);
  tt::set_num_threads(1);  // so that a fork has all threads of its parent
  return Killing(options).run();
}
