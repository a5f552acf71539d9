#include "core/formats/event_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "core/formats/crc32c.h"
#include "core/support/hyperparameter.h"

namespace triptych {
namespace {

// Numbers of fields in tensorflow/core/util/event.proto.
constexpr int wall_time = 1, step = 2, file_version = 3, graph_def = 4, summary = 5, session_log = 7,
              tagged_run_metadata = 8, source_metadata = 10;

double now() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  return name.data();
}

void append_fixed(std::string& bytes, auto value) { bytes.append(reinterpret_cast<const char*>(&value), sizeof value); }

/// A TFRecord: the length, its checksum, the data, their checksum.
void append_record(std::string& bytes, std::string_view data) {
  const std::uint64_t length = data.size();
  append_fixed(bytes, length);
  append_fixed(bytes, masked_crc32c({reinterpret_cast<const char*>(&length), sizeof length}));
  bytes += data;
  append_fixed(bytes, masked_crc32c(data));
}

}  // namespace

EventFile::EventFile(const std::string& folder, const EventFileOptions& options, FileContext context)
    : options_(options), last_flush_(std::chrono::steady_clock::now()) {
  const auto refuse = [&](const char* wrong, const std::string& given) {
    throw ArgumentError(context.op, wrong, given, "", context.where);
  };
  check_path(folder, context);
  if (options.max_queue < 0) refuse("max_queue is negative", std::to_string(options.max_queue));
  if (!(options.flush_secs >= 0)) refuse("flush_secs is negative or NaN", number_text(options.flush_secs));
  if (options.filename_suffix.find_first_of(std::string("/\0", 2)) != std::string::npos)
    refuse("filename_suffix has a slash or a byte 0", "'" + options.filename_suffix + "'");
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) refuse("the folder cannot be made", path_and_reason(folder, failed.value()));
  static std::atomic<unsigned> count{0};
  std::array<char, 24> time{};
  std::snprintf(time.data(), time.size(), "%010lld", static_cast<long long>(now()));
  const std::string stem = (std::filesystem::path(folder) / "events.out.tfevents.").string() + time.data() + "." +
                           host_name() + "." + std::to_string(::getpid()) + ".";
  do {
    path_ = stem + std::to_string(count++) + options.filename_suffix;
    file_ = Descriptor(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666));
  } while (!file_.is_open() && errno == EEXIST);
  if (!file_.is_open()) refuse("the file cannot be made", path_and_reason(path_, errno));
  add(begun({}).text(file_version, "brain.Event:2").message(source_metadata, Message().text(1, "triptych")), context);
  flush(context);
}

EventFile::~EventFile() {
  try {
    flush({});
  } catch (...) {  // a destructor cannot tell
  }
}

Message EventFile::begun(EventTime time) const {
  return Message().real(wall_time, time.wall_time ? *time.wall_time : now()).number(step, time.step);
}

void EventFile::add_summary(std::string_view bytes, EventTime time, FileContext context) {
  add(begun(time).text(summary, bytes, Message::Zero::written), context);
}

void EventFile::add_graph(std::string_view bytes, EventTime time, FileContext context) {
  add(begun(time).text(graph_def, bytes, Message::Zero::written), context);
}

void EventFile::add_run_metadata(std::string_view tag, std::string_view bytes, EventTime time, FileContext context) {
  add(begun(time).message(tagged_run_metadata, Message().text(1, tag).text(2, bytes)), context);
}

void EventFile::add_restart(std::int64_t at, FileContext context) {
  constexpr std::int64_t start = 1;
  add(begun({.step = at}).text(file_version, "brain.Event:2"), context);
  add(begun({.step = at}).message(session_log, Message().number(1, start)), context);
}

void EventFile::add(const Message& event, FileContext context) {
  append_record(waiting_, event.bytes());
  ++waiting_events_;
  const std::chrono::duration<double> waited = std::chrono::steady_clock::now() - last_flush_;
  if (waiting_events_ > options_.max_queue || waited.count() >= options_.flush_secs) flush(context);
}

void EventFile::flush(FileContext context) {
  if (!waiting_.empty() && !write_all(file_.get(), waiting_.data(), waiting_.size())) {
    const int reason = errno;
    // A part of an event would hide all that come after it.
    const bool taken_back = ::ftruncate(file_.get(), static_cast<off_t>(written_)) == 0;
    throw UnsupportedError(context.op, "the event file cannot be written", path_and_reason(path_, reason),
                           taken_back ? "The events wait for the next flush()" : "Its last event is cut off",
                           context.where);
  }
  written_ += waiting_.size();
  waiting_.clear();
  waiting_events_ = 0;
  last_flush_ = std::chrono::steady_clock::now();
}

}  // namespace triptych
