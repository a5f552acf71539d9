// The comparison: plans, measures in child processes, reports.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "measured.h"
#include "report/report.h"
#include "run/job.h"
#include "triptych/compare.h"

namespace triptych::compare {

struct Options {
  bool quick = false;
  std::vector<std::string> only = {}, models = {};
  std::uint64_t seed = 7;
  int threads = 0;
  std::string device = "cpu";
  std::int64_t epochs = 0;  // 0: as the model asks
  Language language = Language::english;
  std::string output = ".";

  bool wants(const std::string& point) const;
};

/// The measurements that the options ask for, in the order in which they are made.
std::vector<Job> plan(const Options& options, const std::vector<Model>& models);
/// "cnn, Keras, exact: training": for the progress bar.
std::string describe(const Job& job, Language language);

/// Runs a job in a child process and adds what it found. False if it was interrupted.
class Progress;
bool run_job(const Job& job, Measured& measured, Progress& progress, Language language);
/// After SIGINT or SIGTERM, which from here on only set this.
bool interrupted();
void watch_for_interrupts();

/// Files of random images and labels as MNIST's, removed at the end. `images` are of 28 x 28 bytes.
class GeneratedFiles {
 public:
  explicit GeneratedFiles(std::int64_t bytes);
  GeneratedFiles(const GeneratedFiles&) = delete;
  GeneratedFiles& operator=(const GeneratedFiles&) = delete;
  ~GeneratedFiles();
  std::string images() const { return folder_ + "/images"; }
  std::string labels() const { return folder_ + "/labels"; }

 private:
  std::string folder_;
};

/// Tries out in this process who holds the weights.
std::vector<StateOwner> find_state_owners();
/// Writes files, has tools read and rewrite them, reads them back.
std::vector<RoundTrip> make_round_trips();

/// Runs, prints one table, writes compare.html and compare.json. Interrupted, writes what it has.
int run_compare(const Options& options, const std::vector<Model>& models);

}  // namespace triptych::compare
