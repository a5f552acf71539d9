#include "triptych/lowlevel/summary.h"

#include <map>
#include <mutex>
#include <set>

#include "core/formats/event_file.h"
#include "core/formats/summary.h"
#include "core/graph/graph_def.h"
#include "core/graph/summary.h"
#include "core/ops/ops.h"
#include "core/support/fork.h"
#include "triptych/core/ops.h"

namespace triptych::lowlevel::summary {
namespace {

void collect(const Tensor& summary, const std::vector<std::string>& collections, Location where) {
  if (summary.is_symbolic()) add_to_collections(collections, summary, where);
}

Tensor node(const Op& op, std::string_view name, const Arg& input, std::int64_t max_outputs,
            const SummaryOptions& options) {
  const Location where = input.where();
  const Tensor value = input.is_scalar() ? number_as(input.scalar().dtype(), op.name, input, {}) : input.tensor();
  const std::string family = options.family.empty() ? "" : options.family + "/";
  Tensor result = apply_summary(op, value, family + std::string(name), family, max_outputs, where);
  collect(result, options.collections, where);
  return result;
}

/// The bytes as a vector of uint8.
Tensor bytes_tensor(std::string_view bytes) {
  Tensor tensor = make_tensor({static_cast<std::int64_t>(bytes.size())}, uint8);
  std::copy(bytes.begin(), bytes.end(), static_cast<char*>(tensor.impl()->data()));
  return tensor;
}

/// Whether these are values of a Summary message behind one another: a tag (field 1, a length), so many bytes.
bool is_summary(std::string_view bytes) {
  while (!bytes.empty()) {
    constexpr char values_begin = 1 << 3 | 2;
    if (bytes[0] != values_begin) return false;
    bytes.remove_prefix(1);
    std::uint64_t length = 0;
    for (int shift = 0;; shift += 7) {
      if (bytes.empty() || shift > 56) return false;
      const auto byte = static_cast<unsigned char>(bytes[0]);
      bytes.remove_prefix(1);
      length |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    if (length > bytes.size()) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

}  // namespace

Tensor scalar(Text name, const Arg& tensor, const SummaryOptions& options) {
  return node(scalar_summary_op, name, tensor, 1, options);
}

Tensor histogram(Text name, const Arg& values, const SummaryOptions& options) {
  return node(histogram_summary_op, name, values, 1, options);
}

Tensor image(Text name, const Arg& tensor, std::int64_t max_outputs, const SummaryOptions& options) {
  return node(image_summary_op, name, tensor, max_outputs, options);
}

Tensor text(Text name, Text text, const SummaryOptions& options, Location where) {
  const std::string family = options.family.empty() ? "" : options.family + "/";
  const Graph graph = get_default_graph();
  const std::string full = family + std::string(name);
  Tensor result = graph.constant(bytes_tensor(text_summary(graph.impl().scope + full, text, false)), full, where);
  collect(result, options.collections, where);
  return result;
}

Tensor merge(const TensorList& inputs, const std::vector<std::string>& collections, Location where) {
  if (inputs.empty()) throw ArgumentError("merge", "there is no summary", "an empty list", "", where);
  for (const Tensor& input : inputs)
    if (!input.defined() || input.dtype() != uint8 || input.ndim() != 1)
      throw ArgumentError("merge", "an input is no summary",
                          input.defined() ? std::string(dtype_name(input.dtype())) + " " + input.shape().text()
                                          : std::string("an undefined tensor"),
                          "A summary is a vector of uint8", where);
  Tensor result = concat(inputs.tensors(), 0, where);
  collect(result, collections, where);
  return result;
}

Tensor merge_all(const Graph& graph, Text key, Text scope, Location where) {
  const std::vector<Tensor> all = get_collection(graph, key, scope);
  return all.empty() ? Tensor() : merge(all, {}, where);
}
Tensor merge_all(Text key, Text scope, Location where) { return merge_all(get_default_graph(), key, scope, where); }

// --- FileWriter -----------------------------------------------------------------------------------------------------

struct FileWriter::File {
  static constexpr const char* op = "FileWriter";
  std::string folder;
  EventFileOptions options;
  std::mutex mutex;
  std::optional<EventFile> file;
  std::set<std::string> run_tags;  // of add_run_metadata

  EventFile& open(Location where) {
    if (!file) throw ArgumentError(op, "the writer is closed", "'" + folder + "'", "reopen() begins a new file", where);
    return *file;
  }
};

FileWriter::FileWriter(const OwnedText& logdir, const FileWriterOptions& options, Location where)
    : file_(std::make_shared<File>()) {
  file_->folder = logdir;
  file_->options = {options.max_queue, options.flush_secs, options.filename_suffix};
  file_->file.emplace(file_->folder, file_->options, FileContext{File::op, where});
}

FileWriter::FileWriter(const OwnedText& logdir, const Graph& graph, const FileWriterOptions& options, Location where)
    : FileWriter(logdir, options, where) {
  add_graph(graph, {}, where);
}

const std::string& FileWriter::get_logdir() const { return file_->folder; }

void FileWriter::add_summary(const Tensor& summary, std::optional<std::int64_t> global_step, Location where) const {
  std::vector<std::uint8_t> bytes;
  if (summary.dtype(where) == uint8 && summary.ndim() == 1) bytes = summary.to_vector<std::uint8_t>(where);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (text.empty() || !is_summary(text))
    throw ArgumentError(File::op, "the tensor is no summary",
                        std::string(dtype_name(summary.dtype())) + " " + summary.shape().text(),
                        "Run what scalar(), histogram(), image(), text() or merge() gave", where);
  const std::lock_guard lock(file_->mutex);
  file_->open(where).add_summary(text, {global_step.value_or(0), {}}, {File::op, where});
}

void FileWriter::add_graph(const Graph& graph, std::optional<std::int64_t> global_step, Location where) const {
  const std::string bytes = graph_def(graph.impl());
  const std::lock_guard lock(file_->mutex);
  file_->open(where).add_graph(bytes, {global_step.value_or(0), {}}, {File::op, where});
}

void FileWriter::add_run_metadata(const RunMetadata& run_metadata, Text tag, std::optional<std::int64_t> global_step,
                                  Location where) const {
  const std::string bytes = run_metadata_message(run_metadata);
  const std::lock_guard lock(file_->mutex);
  EventFile& file = file_->open(where);
  if (!file_->run_tags.insert(std::string(tag)).second)
    throw ArgumentError(File::op, "the tag was used already for a run's metadata", "'" + std::string(tag) + "'",
                        "Name each run: \"step 7\"", where);
  file.add_run_metadata(tag, bytes, {global_step.value_or(0), {}}, {File::op, where});
}

void FileWriter::flush(Location where) const {
  const std::lock_guard lock(file_->mutex);
  file_->open(where).flush({File::op, where});
}

void FileWriter::close(Location where) const {
  const std::lock_guard lock(file_->mutex);
  if (!file_->file) return;
  file_->file->flush({File::op, where});
  file_->file.reset();
}

void FileWriter::reopen(Location where) const {
  const std::lock_guard lock(file_->mutex);
  if (!file_->file) file_->file.emplace(file_->folder, file_->options, FileContext{File::op, where});
}

// --- FileWriterCache -------------------------------------------------------------------------------------------------

namespace {

struct CachedWriters {
  std::mutex& mutex = process_mutex();
  std::map<std::string, std::weak_ptr<void>> files;
};
CachedWriters& cached() {
  static CachedWriters instance;
  return instance;
}

}  // namespace

FileWriter FileWriterCache::get(const OwnedText& logdir, Location where) {
  const std::lock_guard lock(cached().mutex);
  std::weak_ptr<void>& known = cached().files[logdir];
  if (auto file = std::static_pointer_cast<FileWriter::File>(known.lock())) return FileWriter(std::move(file));
  FileWriter made(logdir, {}, where);
  known = made.file_;
  return made;
}

void FileWriterCache::clear() {
  const std::lock_guard lock(cached().mutex);
  cached().files.clear();
}

}  // namespace triptych::lowlevel::summary
