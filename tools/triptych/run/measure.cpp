#include "run/measure.h"

#include <stdexcept>

#include "triptych/core/memory.h"

namespace triptych::compare {

const Program& program_of(const std::vector<Model>& models, const Job& job) {
  for (const Model& model : models)
    if (model.name == job.model)
      return job.style == "lowlevel" ? model.lowlevel : job.style == "eager" ? model.eager : model.keras;
  throw std::runtime_error("there is no model " + job.model);
}

Settings settings_of(const Job& job) {
  Settings settings;
  settings.epochs = job.epochs;
  settings.batch_size = job.batch_size;
  settings.seed = job.seed;
  settings.max_steps = job.max_steps;
  settings.train_samples = job.train_samples;
  settings.test_samples = job.test_samples;
  settings.numerics = job.numerics == "fast" ? Numerics::fast : Numerics::exact;
  settings.run_eagerly = job.style == "keras_eager";
  return settings;
}

int measure(const Job& job, const std::vector<Model>& models) {
  if (job.threads > 0) set_num_threads(job.threads);
  const DeviceScope scope(Device::from_text(job.device));  // of models and batches: the programs do not name a device
  if (job.kind == "train") return measure_training(job, models);
  if (job.kind == "batches") return measure_batches(job, models);
  if (job.kind == "sizes") return measure_sizes(job);
  return measure_stream(job);
}

}  // namespace triptych::compare
