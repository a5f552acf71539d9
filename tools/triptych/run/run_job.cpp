// Runs a job in a child process and takes in what it prints.
#include <signal.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "run/child.h"
#include "run/compare.h"
#include "run/progress.h"

namespace triptych::compare {
namespace {

volatile sig_atomic_t signalled = 0;

StepReport step_from(const nlohmann::json& json) {
  StepReport step;
  step.graph_nodes = json["graph_nodes"];
  step.needed_nodes = json["needed_nodes"];
  step.kernel_calls = json["kernel_calls"];
  step.views = json["views"];
  step.copies = json["copies"];
  step.arena_bytes = json["arena_bytes"];
  step.unplanned_bytes = json["unplanned_bytes"];
  for (const auto& pass : json["passes"]) step.passes.push_back({pass[0], pass[1], pass[2], pass[3], "", ""});
  return step;
}

void take_result(const nlohmann::json& r, Training& training) {
  training.complete = true;
  training.accuracy = r["accuracy"];
  training.weights = r["weights"];
  training.load_ms = r["load_ms"];
  training.first_step_ms = r["first_step_ms"];
  training.total_ms = r["total_ms"];
  training.peak_resident_mb = r["peak_resident_mb"];
  training.peak_tensor_mb = r["peak_tensor_mb"];
  training.launches_per_step = r["launches_per_step"];
  training.allocations_per_step = r["allocations_per_step"];
  training.copies_per_step = r["copies_per_step"];
  training.step = step_from(r["step"]);
}

/// What a line of the child adds to what was measured; a text for the progress bar.
class Reader {
 public:
  Reader(const Job& job, Measured& measured, Language language) : job_(job), measured_(measured), language_(language) {
    training_ = {.model = job.model, .style = job.style, .numerics = job.numerics, .full = job.max_steps == 0};
  }

  void read(const nlohmann::json& line, Progress& progress) {
    if (line.contains("loss")) {
      training_.losses.push_back(line["loss"].is_number() ? line["loss"].get<double>() : std::nan(""));
      training_.step_ms.push_back(line["ms"]);
      last_ = say("step",
                  {static_cast<double>(training_.losses.size()), training_.losses.back(), training_.step_ms.back()});
      const double done = 1 - std::exp(-static_cast<double>(training_.losses.size()) / 200);
      progress.update(job_.weight * done, last_);
    } else if (line.contains("result")) {
      take_result(line["result"], training_);
      finished_ = true;
    } else if (line.contains("batches")) {
      const auto& b = line["batches"];
      measured_.batches.push_back({.model = job_.model,
                                   .style = job_.style,
                                   .numerics = job_.numerics,
                                   .onednn = job_.onednn,
                                   .batch = b["batch"],
                                   .first_ms = b["first_ms"],
                                   .step_ms = spread(b["step_ms"]),
                                   .kernel_ms = spread(b["kernel_ms"]),
                                   .framework_ms = spread(b["framework_ms"]),
                                   .launches = b["launches"],
                                   .onednn_calls = b["onednn_calls"]});
      last_ =
          say("batch", {static_cast<double>(measured_.batches.back().batch), measured_.batches.back().step_ms.median});
      finished_ = true;
    } else if (line.contains("sizes")) {
      const auto& s = line["sizes"];
      measured_.sizes.push_back({job_.style, s["parameters"], s["first_ms"], spread(s["step_ms"])});
      last_ =
          say("size", {static_cast<double>(measured_.sizes.back().parameters), measured_.sizes.back().step_ms.median});
      finished_ = true;
    } else if (line.contains("stream")) {
      const auto& s = line["stream"];
      StreamRun run{.style = job_.style, .multiple = job_.multiple};
      run.limit_mb = static_cast<double>(job_.memory_limit) / (1 << 20);
      run.file_mb = run.limit_mb * static_cast<double>(job_.multiple);
      run.complete = s.contains("samples_per_second");
      if (run.complete) run.samples_per_second = s["samples_per_second"];
      if (s.contains("error")) run.error = s["error"];
      run.peak_mb = s["peak_mb"];
      run.peak_tensor_mb = s["peak_tensor_mb"];
      last_ = run.complete ? say("stream", {run.samples_per_second, run.peak_mb}) : run.error;
      measured_.streams.push_back(std::move(run));
      finished_ = true;
    } else if (line.contains("progress")) {
      progress.update(job_.weight * line["progress"].get<double>(), last_);
    }
  }

  /// A training that was interrupted counts with the steps that it took.
  void close() {
    if (job_.kind == "train" && !training_.losses.empty()) {
      if (training_.complete && training_.full) last_ += say("accuracy", {100 * training_.accuracy});
      measured_.trainings.push_back(training_);
    }
  }
  bool finished() const { return finished_; }
  const std::string& last() const { return last_; }

 private:
  static Spread spread(const nlohmann::json& values) { return spread_of(values.get<std::vector<double>>()); }

  std::string say(const char* what, const std::vector<Cell>& values) const {
    return filled(std::string("detail.") + what, values, language_);
  }

  const Job& job_;
  Measured& measured_;
  Language language_;
  Training training_;
  bool finished_ = false;
  std::string last_;
};

}  // namespace

bool interrupted() { return signalled; }

void watch_for_interrupts() {
  struct sigaction action {};
  action.sa_handler = [](int) { signalled = 1; };
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool run_job(const Job& job, Measured& measured, Progress& progress, Language language) {
  Reader reader(job, measured, language);
  std::map<std::string, std::string> environment;
  if (!job.onednn) environment["TRIPTYCH_ONEDNN"] = "OFF";
  Child child({"/proc/self/exe", "measure", to_text(job)}, environment);
  for (std::string line; !interrupted() && child.read(line);) {
    const auto json = nlohmann::json::parse(line, nullptr, false);
    if (json.is_object()) reader.read(json, progress);
  }
  reader.close();
  if (interrupted()) return false;
  const int status = child.wait();
  if (status != 0 || !reader.finished()) {
    measured.failures.push_back(filled(status > 128 ? "detail.signal" : "detail.status",
                                       {describe(job, language), number_text(status > 128 ? status - 128 : status)},
                                       language));
  }
  progress.finish(job.weight, reader.last());
  return true;
}

}  // namespace triptych::compare
