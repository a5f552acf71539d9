// What TensorBoard shows, written while a program trains: torch.utils.tensorboard.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "triptych/core/tensor.h"
#include "triptych/core/text.h"
#include "triptych/eager/module.h"

namespace triptych::eager::utils::tensorboard {

/// Options of SummaryWriter, in PyTorch's order.
struct SummaryWriterOptions {
  /// Stands behind the default log_dir.
  OwnedText comment = "";
  /// A run that goes on: TensorBoard forgets what older files of the folder have from this step on.
  std::optional<std::int64_t> purge_step = {};
  /// So many events wait in memory before the next one writes them all.
  std::int64_t max_queue = 10;
  /// So many seconds after the last writing the next event writes them, too.
  double flush_secs = 120;
  OwnedText filename_suffix = "";
};

/// The value of a hyperparameter: a truth, a number or a text.
class TRIPTYCH_API HParam {
 public:
  template <class T>
  requires std::is_arithmetic_v<T> HParam(T value) {
    if constexpr (std::same_as<T, bool>)
      value_ = value;
    else
      value_ = static_cast<double>(value);
  }
  HParam(const char* text, Location where = Location::here()) : value_(std::string(not_null(text, where))) {}
  HParam(std::string text) : value_(std::move(text)) {}
  HParam(std::nullptr_t) = delete;
  const std::variant<bool, double, std::string>& value() const { return value_; }

 private:
  std::variant<bool, double, std::string> value_;
};

/// How a histogram's values are counted: "tensorflow" (limits that grow by a tenth); NumPy's "auto", "fd", "sturges",
/// "rice", "scott" or "sqrt"; so many buckets of one width; or these limits.
class TRIPTYCH_API HistogramBins {
 public:
  HistogramBins(const char* method, Location where = Location::here()) : value_(std::string(not_null(method, where))) {}
  HistogramBins(std::string method) : value_(std::move(method)) {}
  template <std::integral T>
  requires(!std::same_as<T, bool>) HistogramBins(T count) : value_(static_cast<std::int64_t>(count)) {}
  HistogramBins(std::vector<double> limits) : value_(std::move(limits)) {}
  HistogramBins(std::initializer_list<double> limits) : value_(std::vector<double>(limits)) {}
  HistogramBins(std::nullptr_t) = delete;
  const std::variant<std::string, std::int64_t, std::vector<double>>& value() const { return value_; }

 private:
  std::variant<std::string, std::int64_t, std::vector<double>> value_;
};

/// Writes event files into a folder, which TensorBoard shows (`tensorboard --logdir=runs`). A handle: copies are the
/// same writer. Events wait in memory until max_queue, flush_secs, `flush`, `close` or the end of the last handle;
/// those that were written stay whole if the process is killed. Nothing runs in the background.
///
/// `global_step` is 0 if it is left out, `walltime` (seconds since 1970) now. Every function raises an ArgumentError
/// for tensors that are undefined, symbolic or of a wrong shape, and an UnsupportedError if the disk is full.
class TRIPTYCH_API SummaryWriter {
 public:
  using Scalars = std::vector<std::pair<std::string, double>>;
  using HParams = std::vector<std::pair<std::string, HParam>>;
  using Domains = std::vector<std::pair<std::string, std::vector<HParam>>>;
  using Step = std::optional<std::int64_t>;
  using Time = std::optional<double>;

  /// An empty `log_dir` is "runs/Nov30_10-08-47_HOST" and the comment.
  explicit SummaryWriter(OwnedText log_dir = "", const SummaryWriterOptions& options = {},
                         Location where = Location::here());
  SummaryWriter(const SummaryWriter&) = default;  // moving copies it, too: one that was moved from is still a writer
  SummaryWriter& operator=(const SummaryWriter&) = default;

  /// A number, or a tensor of one element.
  void add_scalar(Text tag, const Arg& scalar_value, Step global_step = {}, Time walltime = {}, bool new_style = false,
                  bool double_precision = false, Location where = Location::here()) const;
  /// Several curves in one picture: each has a folder of its own, log_dir/MAIN-TAG_TAG.
  void add_scalars(Text main_tag, const Scalars& tag_scalar_dict, Step global_step = {}, Time walltime = {},
                   Location where = Location::here()) const;
  /// All elements; with `max_bins` buckets are joined until there are no more than so many. ArgumentError if there is
  /// no element, or one is NaN or infinite.
  void add_histogram(Text tag, const Tensor& values, Step global_step = {}, const HistogramBins& bins = "tensorflow",
                     Time walltime = {}, std::optional<std::int64_t> max_bins = {},
                     Location where = Location::here()) const;
  /// One that is counted already: bucket i holds what is above limit i - 1 and at most limit i.
  void add_histogram_raw(Text tag, double min, double max, double num, double sum, double sum_squares,
                         const std::vector<double>& bucket_limits, const std::vector<double>& bucket_counts,
                         Step global_step = {}, Time walltime = {}, Location where = Location::here()) const;
  /// uint8 0 to 255, or floats 0 to 1; `dataformats` says what the dimensions are: "CHW", "HWC", "HW". Grey images are
  /// written as coloured ones.
  void add_image(Text tag, const Tensor& img_tensor, Step global_step = {}, Time walltime = {},
                 Text dataformats = "CHW", Location where = Location::here()) const;
  /// Several images beside one another, eight in a row.
  void add_images(Text tag, const Tensor& img_tensor, Step global_step = {}, Time walltime = {},
                  Text dataformats = "NCHW", Location where = Location::here()) const;
  /// Markdown.
  void add_text(Text tag, Text text_string, Step global_step = {}, Time walltime = {},
                Location where = Location::here()) const;
  /// The ops that `model` is made of, traced with an input of that shape and dtype.
  void add_graph(nn::Module& model, const Tensor& input_to_model, bool verbose = false,
                 Location where = Location::here()) const;
  /// One row of the table of hyperparameters and what they led to, in a folder log_dir/RUN-NAME (the time, if there is
  /// no name).
  void add_hparams(const HParams& hparam_dict, const Scalars& metric_dict, const Domains& hparam_domain_discrete = {},
                   Text run_name = "", Step global_step = {}, Location where = Location::here()) const;

  void flush(Location where = Location::here()) const;
  /// Flushes and closes the files; what is added later goes into a new one.
  void close(Location where = Location::here()) const;
  const std::string& get_logdir() const;

 private:
  struct Files;
  std::shared_ptr<Files> files_;
};

}  // namespace triptych::eager::utils::tensorboard
