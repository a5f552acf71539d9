#include "run/job.h"

#include <nlohmann/json.hpp>

namespace triptych::compare {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Job, kind, model, style, numerics, epochs, max_steps, train_samples, test_samples,
                                   batch_size, values, seconds, images, labels, memory_limit, onednn, seed, threads,
                                   device, multiple, weight)

std::string to_text(const Job& job) { return nlohmann::json(job).dump(); }
Job job_from(const std::string& text) { return nlohmann::json::parse(text).get<Job>(); }

}  // namespace triptych::compare
