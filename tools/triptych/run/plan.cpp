// Which measurements a comparison makes.
#include <algorithm>

#include "run/compare.h"
#include "run/machine.h"
#include "triptych/core/device.h"

namespace triptych::compare {
namespace {

const char* const engines[] = {"lowlevel", "eager", "keras", "keras_eager"};

bool has(const Model& model, const std::string& style) {
  return static_cast<bool>(style == "lowlevel" ? model.lowlevel : style == "eager" ? model.eager : model.keras);
}

void plan_trainings(const Options& options, const Model& model, std::vector<Job>& jobs) {
  const auto add = [&](const char* style, const char* numerics, bool full) {
    if (!has(model, style)) return;
    Job job{.kind = "train", .model = model.name, .style = style, .numerics = numerics};
    job.epochs = options.epochs ? options.epochs : options.quick ? 1 : model.epochs;
    if (options.quick)
      job.train_samples = model.quick_samples, job.test_samples = std::min<std::int64_t>(model.quick_samples, 1000);
    if (!full) {
      job.max_steps = options.quick ? 8 : 60;
      job.test_samples = 100;
    }
    const std::int64_t epoch = job.train_samples ? std::min(job.train_samples, model.samples) : model.samples;
    const std::int64_t steps = job.epochs * ((epoch + 127) / 128);
    job.weight = 1 + model.step_seconds * static_cast<double>(full ? steps : std::min(job.max_steps, steps));
    jobs.push_back(job);
  };
  for (const char* style : {"lowlevel", "eager", "keras"}) add(style, "exact", true);
  add("keras_eager", "exact", false);
  for (const char* style : engines) add(style, "fast", false);
}

void plan_batches(const Options& options, const Model& model, std::vector<Job>& jobs) {
  const auto add = [&](const char* style, const char* numerics, bool onednn) {
    if (!has(model, style)) return;
    Job job{.kind = "batches", .model = model.name, .style = style, .numerics = numerics};
    job.values = options.quick ? std::vector<std::int64_t>{1, 16, 128} : std::vector<std::int64_t>{1, 16, 128, 1024};
    job.seconds = options.quick ? 0.1 : 0.4;
    job.onednn = onednn;
    job.weight = 1;
    for (const std::int64_t batch : job.values)
      job.weight += std::max(1.5 * job.seconds, 10 * model.step_seconds * static_cast<double>(batch) / 128);
    jobs.push_back(job);
  };
  const bool onednn = built_with_onednn(), on_cpu = Device::from_text(options.device) == Device::cpu();
  for (const char* style : engines) {
    add(style, "exact", onednn);
    if (!options.quick) add(style, "fast", onednn);
  }
  if (onednn && on_cpu && !options.quick)
    for (const char* style : {"lowlevel", "eager", "keras"}) add(style, "exact", false);
}

void plan_sizes(const Options& options, std::vector<Job>& jobs) {
  for (const char* style : engines) {
    Job job{.kind = "sizes", .style = style};
    job.values = {10000, 100000, 1000000, 10000000};
    job.seconds = options.quick ? 0.1 : 0.7;
    job.weight = 1 + 4 * job.seconds;
    jobs.push_back(job);
  }
}

void plan_streams(const Options& options, std::vector<Job>& jobs) {
  const std::int64_t limit = (options.quick ? 8 : 32) << 20;
  for (const std::int64_t multiple : {1, 4, 16})
    for (const char* style : engines) {
      Job job{.kind = "stream", .style = style};
      job.memory_limit = limit;
      job.multiple = multiple;
      job.weight = 0.2 + static_cast<double>(multiple * limit) / (200 << 20);
      jobs.push_back(job);
    }
}

/// The emulated GPU takes a second for what a GPU does in a millisecond: every measurement, of the smallest sizes.
void shorten(Job& job, const Options& options) {
  job.batch_size = 8;
  job.epochs = std::max<std::int64_t>(options.epochs, 1);
  job.train_samples = job.test_samples = 64;
  if (job.max_steps) job.max_steps = 4;
  if (job.kind == "batches") job.values = {1, 8};
  if (job.kind == "sizes") job.values = {10000, 100000, 1000000};
  if (job.kind == "stream") job.memory_limit = 2 << 20;
  job.seconds = 0.1;
  job.weight = 5;
}

}  // namespace

bool Options::wants(const std::string& point) const {
  return only.empty() || std::count(only.begin(), only.end(), point) > 0;
}

std::vector<Job> plan(const Options& options, const std::vector<Model>& models) {
  std::vector<Job> jobs;
  for (const Model& model : models) {
    if (!std::count(options.models.begin(), options.models.end(), model.name)) continue;
    // The same bits, and what the graph's passes did, come from trainings.
    if (options.wants("training") || options.wants("api_level") || options.wants("speed"))
      plan_trainings(options, model, jobs);
    if (options.wants("speed")) plan_batches(options, model, jobs);
  }
  if (options.wants("architecture")) plan_sizes(options, jobs);
  if (options.wants("data_sets")) plan_streams(options, jobs);
  const bool emulated = is_emulated(options.device);
  for (Job& job : jobs) {
    job.seed = options.seed;
    job.threads = options.threads;
    job.device = options.device;
    if (emulated) shorten(job, options);
  }
  return jobs;
}

std::string describe(const Job& job, Language language) {
  std::string text = text_of("job." + job.kind, language);
  if (!job.model.empty()) text += ", " + job.model;
  text += ", " + text_of("style." + job.style, language);
  if (!job.model.empty()) text += ", " + text_of("numerics." + job.numerics, language);
  if (built_with_onednn() && !job.onednn) text += ", " + text_of("onednn.no", language);
  if (job.multiple) text += ", " + std::to_string(job.multiple) + "x";
  return text;
}

}  // namespace triptych::compare
