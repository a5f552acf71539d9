// Summaries: what TensorBoard shows, as nodes of a graph, and the writer of the files that it reads.
// tf.compat.v1.summary.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "triptych/core/session_options.h"
#include "triptych/core/text.h"
#include "triptych/lowlevel/collections.h"
#include "triptych/lowlevel/graph.h"

namespace triptych::lowlevel::summary {

/// In the order of TensorFlow's arguments.
struct SummaryOptions {
  /// Where the node is added, for `merge_all`.
  std::vector<std::string> collections = {GraphKeys::SUMMARIES};
  /// Stands before the tag: TensorBoard groups by it.
  std::string family = "";
};

// Each gives the bytes of a Summary message, a vector of uint8 whose length is known when it runs, for
// `FileWriter::add_summary`. The tag is the node's name, with scopes, and a number if there is one of this name. Of a
// computed tensor the bytes are made at once, and the tag is `name`.

/// Of a tensor with one element; ArgumentError for another.
TRIPTYCH_API Tensor scalar(Text name, const Arg& tensor, const SummaryOptions& options = {});
/// Of all elements, counted in buckets whose limits grow by a tenth. ArgumentError when it runs if one is NaN or
/// infinite.
TRIPTYCH_API Tensor histogram(Text name, const Arg& values, const SummaryOptions& options = {});
/// The first `max_outputs` of images (n, height, width, 1, 3 or 4), uint8 or floating. Of floats the largest is white;
/// where there are negative ones, zero is grey 128. Pixels that are NaN or infinite are red.
TRIPTYCH_API Tensor image(Text name, const Arg& tensor, std::int64_t max_outputs = 3,
                          const SummaryOptions& options = {});
/// A text, shown as Markdown: a constant of the default graph, since no tensor holds text.
TRIPTYCH_API Tensor text(Text name, Text text, const SummaryOptions& options = {}, Location where = Location::here());
/// One summary of several, with the values of all.
TRIPTYCH_API Tensor merge(const TensorList& inputs, const std::vector<std::string>& collections = {},
                          Location where = Location::here());
/// All that are in the collection `key`, with a `scope` those whose names begin with it; undefined if there is none.
TRIPTYCH_API Tensor merge_all(Text key = GraphKeys::SUMMARIES, Text scope = "", Location where = Location::here());
TRIPTYCH_API Tensor merge_all(const Graph& graph, Text key = GraphKeys::SUMMARIES, Text scope = "",
                              Location where = Location::here());

/// Options of FileWriter, in TensorFlow's order.
struct FileWriterOptions {
  /// So many events wait in memory before the next one writes them all.
  std::int64_t max_queue = 10;
  /// So many seconds after the last writing the next event writes them, too.
  double flush_secs = 120;
  std::string filename_suffix = "";
};

/// Writes an event file into a folder, which TensorBoard shows. A handle: copies are the same writer. Events wait in
/// memory until max_queue, flush_secs, `flush`, `close` or the end of the last handle; those that were written stay
/// whole if the process is killed.
class TRIPTYCH_API FileWriter {
 public:
  explicit FileWriter(const OwnedText& logdir, const FileWriterOptions& options = {},
                      Location where = Location::here());
  /// Writes the graph at once.
  FileWriter(const OwnedText& logdir, const Graph& graph, const FileWriterOptions& options = {},
             Location where = Location::here());
  FileWriter(const FileWriter&) = default;  // moving copies it, too: one that was moved from is still a writer
  FileWriter& operator=(const FileWriter&) = default;

  /// What a session gave for a summary. ArgumentError if it is none, UnsupportedError if the disk is full, as for all
  /// that follow.
  void add_summary(const Tensor& summary, std::optional<std::int64_t> global_step = {},
                   Location where = Location::here()) const;
  void add_graph(const Graph& graph, std::optional<std::int64_t> global_step = {},
                 Location where = Location::here()) const;
  /// Times, memory and shapes of a run's nodes, which TensorBoard shows beside the graph as run `tag`. ArgumentError if
  /// the writer had this tag before.
  void add_run_metadata(const RunMetadata& run_metadata, Text tag, std::optional<std::int64_t> global_step = {},
                        Location where = Location::here()) const;
  void flush(Location where = Location::here()) const;
  /// Flushes and closes the file; ArgumentError for what is added later, before `reopen`.
  void close(Location where = Location::here()) const;
  /// After `close`: begins a new file in the same folder.
  void reopen(Location where = Location::here()) const;
  const std::string& get_logdir() const;

 private:
  friend class FileWriterCache;
  struct File;
  explicit FileWriter(std::shared_ptr<File> file) : file_(std::move(file)) {}
  std::shared_ptr<File> file_;
};

/// Writers that hooks share: one for each folder, as long as somebody holds it.
class TRIPTYCH_API FileWriterCache {
 public:
  static FileWriter get(const OwnedText& logdir, Location where = Location::here());
  /// Forgets all.
  static void clear();
};

}  // namespace triptych::lowlevel::summary
