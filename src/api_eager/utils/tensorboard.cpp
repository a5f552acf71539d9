#include "triptych/eager/utils/tensorboard.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <map>
#include <mutex>
#include <numbers>

#include "api_eager/utils/summary_image.h"
#include "core/formats/event_file.h"
#include "core/formats/summary.h"
#include "core/graph/graph.h"
#include "core/graph/graph_def.h"
#include "core/support/error_context.h"
#include "core/support/printable.h"

namespace triptych::eager::utils::tensorboard {

struct SummaryWriter::Files {
  std::string log_dir;
  EventFileOptions options;
  std::optional<std::int64_t> purge_step;
  std::mutex mutex;
  std::map<std::string, EventFile> open;  // by folder

  /// The file of this folder, which is made if there is none.
  EventFile& file(const std::string& folder, FileContext context) {
    const auto found = open.find(folder);
    if (found != open.end()) return found->second;
    return open.try_emplace(folder, folder, options, context).first->second;
  }
  EventFile& main_file(FileContext context) {
    EventFile& main = file(log_dir, context);
    if (purge_step) main.add_restart(*purge_step, context);
    purge_step.reset();
    return main;
  }
};

namespace {

constexpr const char* op = "SummaryWriter";

EventTime time_of(SummaryWriter::Step step, SummaryWriter::Time walltime, Location where) {
  if (walltime && !std::isfinite(*walltime))
    throw ArgumentError(op, "walltime is NaN or infinite", std::to_string(*walltime), "", where);
  return {step.value_or(0), walltime};
}

std::string default_log_dir(const std::string& comment) {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm local{};
  std::array<char, 64> time{};
  if (::localtime_r(&now, &local)) std::strftime(time.data(), time.size(), "%b%d_%H-%M-%S", &local);
  std::array<char, 256> host{"localhost"};
  if (::gethostname(host.data(), host.size() - 1) != 0) host = {"localhost"};
  return "runs/" + std::string(time.data()) + "_" + host.data() + comment;
}

double number_of(const Arg& value, Location where) {
  if (value.is_scalar()) return value.scalar().to_double();
  return value.tensor().item<double>(where);
}

std::vector<double> finite_values(std::string_view tag, const Tensor& tensor, Location where) {
  std::vector<double> values = tensor.to_vector<double>(where);
  if (values.empty())
    throw ArgumentError(op, "a histogram has no value",
                        "'" + std::string(tag) + "' is of shape " + tensor.shape().text(), "", where);
  for (const double value : values)
    if (!std::isfinite(value))
      throw ArgumentError(op, "a histogram's value is not finite",
                          "'" + std::string(tag) + "' has " + (std::isnan(value) ? "a NaN" : "an infinity"), "", where);
  return values;
}

/// Of sorted values, as NumPy's percentile has it.
double quantile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

/// How wide NumPy's method makes the buckets; nothing if there is no such method.
std::optional<double> bucket_width(const std::string& method, std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto n = static_cast<double>(values.size());
  const double range = values.back() - values.front();
  const double sturges = range / (std::log2(n) + 1);
  if (method == "sturges") return sturges;
  if (method == "sqrt") return range / std::sqrt(n);
  if (method == "rice") return range / (2 * std::cbrt(n));
  if (method == "scott") {
    double mean = 0, squares = 0;
    for (const double value : values) mean += value / n;
    for (const double value : values) squares += (value - mean) * (value - mean) / n;
    return std::cbrt(24 * std::sqrt(std::numbers::pi) / n) * std::sqrt(squares);
  }
  const double fd = 2 * (quantile(values, 0.75) - quantile(values, 0.25)) / std::cbrt(n);
  if (method == "fd") return fd;
  // fd, but not more buckets than twice the square root of the values.
  if (method == "auto") return std::min(std::max(fd, range / std::sqrt(n) / 2), sturges);
  return {};
}

constexpr std::int64_t most_bins = 1 << 20;

std::vector<double> limits_of(const HistogramBins& bins, const std::vector<double>& values, Location where) {
  const auto refuse = [&](const char* wrong, const std::string& given, const char* hint) {
    throw ArgumentError(op, wrong, given, hint, where);
  };
  if (const auto* limits = std::get_if<std::vector<double>>(&bins.value())) {
    if (limits->size() < 2) refuse("bins has fewer than two limits", std::to_string(limits->size()), "");
    for (std::size_t i = 0; i < limits->size(); ++i)
      if (!std::isfinite((*limits)[i]) || (i > 0 && (*limits)[i] < (*limits)[i - 1]))
        refuse("the limits of bins fall, or one is not finite",
               "limit " + std::to_string(i) + " is " + std::to_string((*limits)[i]), "");
    return *limits;
  }
  if (const auto* count = std::get_if<std::int64_t>(&bins.value())) {
    if (*count < 1 || *count > most_bins) refuse("bins is below 1 or above 2^20", std::to_string(*count), "");
    return equal_limits(values, *count);
  }
  const std::string& method = std::get<std::string>(bins.value());
  if (method == "tensorflow") return tensorflow_limits();
  const std::optional<double> width = bucket_width(method, values);
  if (!width)
    refuse("there is no such way to choose bins", "'" + method + "'",
           "It is 'tensorflow', 'auto', 'fd', 'sturges', 'rice', 'scott' or 'sqrt', a number, or limits");
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  const double wanted = *width > 0 ? std::ceil((*most - *least) / *width) : 1;
  return equal_limits(values, static_cast<std::int64_t>(std::clamp(wanted, 1.0, static_cast<double>(most_bins))));
}

}  // namespace

SummaryWriter::SummaryWriter(OwnedText log_dir, const SummaryWriterOptions& options, Location where)
    : files_(std::make_shared<Files>()) {
  files_->log_dir = log_dir.empty() ? default_log_dir(options.comment) : std::string(std::move(log_dir));
  files_->options = {options.max_queue, options.flush_secs, options.filename_suffix};
  files_->purge_step = options.purge_step;
  static_cast<void>(files_->main_file({op, where}));
}

const std::string& SummaryWriter::get_logdir() const { return files_->log_dir; }

void SummaryWriter::add_scalar(Text tag, const Arg& scalar_value, Step global_step, Time walltime, bool new_style,
                               bool double_precision, Location where) const {
  const Called called(op);
  const double value = number_of(scalar_value, where);
  const std::string bytes =
      new_style ? scalar_tensor_summary(tag, value, double_precision) : scalar_summary(tag, value);
  const EventTime time = time_of(global_step, walltime, where);
  const std::lock_guard lock(files_->mutex);
  files_->main_file({op, where}).add_summary(bytes, time, {op, where});
}

void SummaryWriter::add_scalars(Text main_tag, const Scalars& tag_scalar_dict, Step global_step, Time walltime,
                                Location where) const {
  EventTime time = time_of(global_step, walltime, where);
  if (!time.wall_time)
    time.wall_time = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  std::string stem(main_tag);
  std::replace(stem.begin(), stem.end(), '/', '_');
  const std::lock_guard lock(files_->mutex);
  for (const auto& [tag, value] : tag_scalar_dict)
    files_->file(files_->log_dir + "/" + stem + "_" + tag, {op, where})
        .add_summary(scalar_summary(main_tag, value), time, {op, where});
}

void SummaryWriter::add_histogram(Text tag, const Tensor& values, Step global_step, const HistogramBins& bins,
                                  Time walltime, std::optional<std::int64_t> max_bins, Location where) const {
  if (max_bins && *max_bins < 1) throw ArgumentError(op, "max_bins is below 1", std::to_string(*max_bins), "", where);
  const std::vector<double> numbers = finite_values(tag, values, where);
  const BucketCounts histogram = numpy_histogram(numbers, limits_of(bins, numbers, where), max_bins.value_or(0));
  if (histogram.limits.empty())
    throw ArgumentError(op, "no value lies within the limits of bins", "'" + std::string(tag) + "'", "", where);
  const EventTime time = time_of(global_step, walltime, where);
  const std::lock_guard lock(files_->mutex);
  files_->main_file({op, where}).add_summary(histogram_summary(tag, histogram), time, {op, where});
}

void SummaryWriter::add_histogram_raw(Text tag, double min, double max, double num, double sum, double sum_squares,
                                      const std::vector<double>& bucket_limits,
                                      const std::vector<double>& bucket_counts, Step global_step, Time walltime,
                                      Location where) const {
  if (bucket_limits.size() != bucket_counts.size())
    throw ArgumentError(op, "the numbers of bucket limits and counts differ",
                        std::to_string(bucket_limits.size()) + " and " + std::to_string(bucket_counts.size()), "",
                        where);
  const BucketCounts histogram{min, max, num, sum, sum_squares, bucket_limits, bucket_counts};
  const EventTime time = time_of(global_step, walltime, where);
  const std::lock_guard lock(files_->mutex);
  files_->main_file({op, where}).add_summary(histogram_summary(tag, histogram), time, {op, where});
}

void SummaryWriter::add_image(Text tag, const Tensor& img_tensor, Step global_step, Time walltime, Text dataformats,
                              Location where) const {
  const Raster image = picture(img_tensor, dataformats, {op, where});
  const std::string bytes = image_summary(tag, image, {op, where});
  const EventTime time = time_of(global_step, walltime, where);
  const std::lock_guard lock(files_->mutex);
  files_->main_file({op, where}).add_summary(bytes, time, {op, where});
}

void SummaryWriter::add_images(Text tag, const Tensor& img_tensor, Step global_step, Time walltime, Text dataformats,
                               Location where) const {
  add_image(tag, img_tensor, global_step, walltime, dataformats, where);
}

void SummaryWriter::add_text(Text tag, Text text_string, Step global_step, Time walltime, Location where) const {
  const EventTime time = time_of(global_step, walltime, where);
  const std::lock_guard lock(files_->mutex);
  files_->main_file({op, where})
      .add_summary(text_summary(std::string(tag) + "/text_summary", text_string), time, {op, where});
}

void SummaryWriter::add_graph(nn::Module& model, const Tensor& input_to_model, bool verbose, Location where) const {
  const Frame frame(where);
  const GraphHandle graph;
  const Tensor input =
      graph_placeholder(graph, "input", input_to_model.dtype(where), input_to_model.shape(where), {}, where);
  static_cast<void>(model(Arg(input, where)));
  const std::string bytes = graph_def(graph.impl());
  if (verbose)
    for (const NodeInfo& node : graph.impl().info) std::printf("%s\n", printable(node.name).c_str());
  const std::lock_guard lock(files_->mutex);
  files_->main_file({op, where}).add_graph(bytes, {}, {op, where});
}

void SummaryWriter::add_hparams(const HParams& hparam_dict, const Scalars& metric_dict,
                                const Domains& hparam_domain_discrete, Text run_name, Step global_step,
                                Location where) const {
  std::vector<HParamColumn> columns;
  std::vector<std::string> metrics;
  for (const auto& [name, value] : hparam_dict) columns.push_back({name, value.value(), {}});
  for (const auto& [name, values] : hparam_domain_discrete) {
    const auto column =
        std::find_if(columns.begin(), columns.end(), [&wanted = name](const auto& c) { return c.name == wanted; });
    if (column == columns.end())
      throw ArgumentError(op, "a domain is of no hyperparameter", "'" + name + "'", "", where);
    for (const HParam& value : values) {
      if (value.value().index() != column->value.index())
        throw ArgumentError(op, "a domain has a value of another type than the hyperparameter", "'" + name + "'", "",
                            where);
      column->domain.push_back(value.value());
    }
  }
  for (const auto& metric : metric_dict) metrics.push_back(metric.first);
  const double now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  const std::string folder = files_->log_dir + "/" + (run_name.empty() ? std::to_string(now) : std::string(run_name));
  const EventTime time{global_step.value_or(0)};
  EventFile file(folder, {}, {op, where});
  for (const std::string& bytes : hparams_summaries(columns, metrics)) file.add_summary(bytes, time, {op, where});
  for (const auto& [name, value] : metric_dict) file.add_summary(scalar_summary(name, value), time, {op, where});
  file.flush({op, where});
}

void SummaryWriter::flush(Location where) const {
  const std::lock_guard lock(files_->mutex);
  for (auto& [folder, file] : files_->open) file.flush({op, where});
}

void SummaryWriter::close(Location where) const {
  const std::lock_guard lock(files_->mutex);
  for (auto& [folder, file] : files_->open) file.flush({op, where});
  files_->open.clear();
}

}  // namespace triptych::eager::utils::tensorboard
