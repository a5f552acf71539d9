#include "run/compare.h"

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>
#include <stdexcept>

#include "points/points.h"
#include "run/machine.h"
#include "run/progress.h"

namespace triptych::compare {
namespace {

/// Written whole or not at all.
void write_file(const std::string& path, const std::string& text) {
  const std::string temporary = path + ".tmp";
  std::ofstream file(temporary, std::ios::binary);
  file << text;
  file.close();
  if (!file || std::rename(temporary.c_str(), path.c_str()) != 0) {
    const std::string reason = std::strerror(errno);
    static_cast<void>(std::remove(temporary.c_str()));
    throw std::runtime_error("cannot write " + path + ": " + reason + ". Choose another folder with --output");
  }
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read the source file " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The sources of a registered model; of our own, those that the program has in itself.
std::vector<ProgramSource> sources_of(const Model& model) {
  std::vector<ProgramSource> programs;
  for (const auto& [style, path] : {std::pair{"lowlevel", model.lowlevel_source},
                                    std::pair{"eager", model.eager_source}, std::pair{"keras", model.keras_source}}) {
    if (path.empty()) continue;
    ProgramSource program{.name = model.name, .style = style, .file = path, .code = read_file(path), .uses = {}};
    program.lines = count_code_lines(program.code);
    programs.push_back(std::move(program));
  }
  return programs.empty() ? program_sources(model.name) : programs;
}

/// What needs no child process: counted from the sources, tried out here.
void collect_facts(const Options& options, const std::vector<Model>& models, Measured& measured) {
  for (const Model& model : models)
    if (options.wants("training") || options.wants("architecture") || options.wants("api_level"))
      if (auto sources = sources_of(model); !sources.empty()) measured.programs[model.name] = std::move(sources);
  if (options.wants("beginner")) {
    measured.edits = edits();
    measured.programs["digits"] = program_sources("digits");
  }
  if (options.wants("architecture")) {
    measured.folders = api_folders();
    measured.chains = call_chains();
    measured.objects = step_objects();
    measured.owners = find_state_owners();
  }
  if (options.wants("api_level")) measured.uncommon = uncommon_things();
  if (options.wants("debugging")) {
    measured.mistakes = planted_mistakes();
    measured.checked_mistakes = checked_mistakes();
  }
  if (options.wants("popularity")) measured.round_trips = make_round_trips();
}

}  // namespace

int run_compare(const Options& options, const std::vector<Model>& models) {
  watch_for_interrupts();
  const auto start = std::chrono::steady_clock::now();
  Measured measured{
      .machine = describe_machine(options.threads), .quick = options.quick, .has_onednn = built_with_onednn()};
  measured.seed = options.seed;
  measured.device = device_text(options.device);
  measured.emulated = is_emulated(options.device);
  measured.only = options.only;
  measured.models = options.models;
  // Found out now rather than after minutes of training; an older report stays until there is a new one.
  const std::string trial = options.output + "/compare.tmp";
  write_file(trial, "");
  static_cast<void>(std::remove(trial.c_str()));

  std::vector<Job> jobs = plan(options, models);
  double total = 0;
  for (const Job& job : jobs) total += job.weight;
  Progress progress(total + 2);
  progress.begin(text_of("job.facts", options.language));
  collect_facts(options, models, measured);
  progress.finish(2, text_of("job.done", options.language));

  std::unique_ptr<GeneratedFiles> files;
  std::int64_t file_bytes = 0;
  for (Job& job : jobs) {
    if (interrupted()) break;
    progress.begin(describe(job, options.language));
    if (job.kind == "stream") {
      if (const std::int64_t bytes = job.multiple * job.memory_limit; bytes != file_bytes) {
        files.reset();
        files = std::make_unique<GeneratedFiles>(bytes);
        file_bytes = bytes;
      }
      job.images = files->images();
      job.labels = files->labels();
    }
    if (built_with_onednn() && !job.onednn && !onednn_ran(measured, job.model)) {
      // The same code would be measured twice.
      progress.finish(job.weight, text_of("detail.onednn_unused", options.language));
      continue;
    }
    if (!run_job(job, measured, progress, options.language)) break;
  }
  files.reset();
  measured.interrupted = interrupted();
  measured.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

  const Report report = make_report(measured);
  write_file(options.output + "/compare.json", to_json(report, options.language));
  write_file(options.output + "/compare.html", to_html(report, options.language));
  std::printf("\n%s\n", to_text(report, options.language).c_str());
  for (const std::string& failure : measured.failures) std::fprintf(stderr, "%s\n", failure.c_str());
  std::printf("%s%s/compare.html, %s/compare.json (%.0f s)\n",
              measured.interrupted ? (text_of("page.interrupted", options.language) + "\n").c_str() : "",
              options.output.c_str(), options.output.c_str(), measured.seconds);
  return measured.interrupted ? 130 : measured.failures.empty() ? 0 : 1;
}

}  // namespace triptych::compare
