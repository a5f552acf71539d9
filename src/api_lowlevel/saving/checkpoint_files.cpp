#include "api_lowlevel/saving/checkpoint_files.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>

#include "core/formats/atomic_file.h"
#include "triptych/core/error.h"
#include "triptych/lowlevel/saver.h"

namespace triptych::lowlevel::train {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_shards = 99999;
constexpr const char* suffix = ".safetensors";
// Metadata of shards: which save they are of.
constexpr const char* save_key = "save";

std::string five_digits(std::size_t number) {
  const std::string digits = std::to_string(number);
  return std::string(digits.size() < 5 ? 5 - digits.size() : 0, '0') + digits;
}

std::string shard_name(const std::string& path, std::size_t shard, std::size_t count) {
  return path + "-" + five_digits(shard) + "-of-" + five_digits(count) + suffix;
}

bool is_file(const std::string& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

/// How many shards `name` speaks of, if it is a shard of `stem`; 0: it is none.
std::size_t shards_named(const std::string& name, const std::string& stem) {
  constexpr std::size_t digits = 5;
  const std::string of = "-of-";
  if (name.size() != stem.size() + 1 + digits + of.size() + digits + std::string_view(suffix).size() ||
      !name.starts_with(stem + "-") || !name.ends_with(suffix))
    return 0;
  const std::string shard = name.substr(stem.size() + 1, digits), count = name.substr(stem.size() + 10, digits);
  const auto is_number = [](const std::string& text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  if (name.substr(stem.size() + 6, of.size()) != of || !is_number(shard) || !is_number(count)) return 0;
  return std::stoul(count);
}

/// All files of the checkpoint's shards that there are, with the count in their names.
std::map<std::string, std::size_t> shard_files(const std::string& path) {
  std::map<std::string, std::size_t> files;
  const fs::path whole(path);
  const fs::path folder = whole.parent_path().empty() ? fs::path(".") : whole.parent_path();
  const std::string stem = whole.filename();
  // Not the standard library's iterator, which ends the program where there is no memory.
  const auto close = [](DIR* entries) { static_cast<void>(::closedir(entries)); };
  const std::unique_ptr<DIR, decltype(close)> entries(::opendir(folder.c_str()), close);
  while (const dirent* entry = entries ? ::readdir(entries.get()) : nullptr)
    if (const std::size_t count = shards_named(entry->d_name, stem))
      files.emplace(whole.parent_path() / entry->d_name, count);
  return files;
}

bool remove_file(const std::string& path, Location where) {
  std::error_code error;
  const bool removed = fs::remove(path, error);
  if (error)
    throw ArgumentError("remove_checkpoint", "a file cannot be removed", path_and_reason(path, error.value()), "",
                        where);
  return removed;
}

std::int64_t bytes_of(const Tensor& tensor) {
  return tensor.numel() * static_cast<std::int64_t>(size_of(tensor.dtype()));
}

/// The tensors in parts: one for each device, none above the limit but for a tensor alone.
std::vector<StateDict> parts_of(const StateDict& state, bool by_device, std::int64_t limit, Location where) {
  std::vector<std::pair<std::string, StateDict>> parts;
  std::vector<std::int64_t> sizes;
  for (const auto& [name, tensor] : state) {
    const std::string device = by_device ? tensor.device().text() : "";
    const std::int64_t bytes = bytes_of(tensor);
    std::size_t part = parts.size();
    for (std::size_t i = 0; i < parts.size(); ++i)
      if (parts[i].first == device && (limit == 0 || sizes[i] + bytes <= limit)) part = i;
    if (part == parts.size()) {
      parts.emplace_back(device, StateDict());
      sizes.push_back(0);
    }
    parts[part].second.add(name, tensor, where);
    sizes[part] += bytes;
  }
  if (parts.size() > most_shards)
    throw ArgumentError("save", "the checkpoint would have too many files", std::to_string(parts.size()),
                        "Choose a larger max_shard_bytes", where);
  std::vector<StateDict> result;
  for (auto& [device, part] : parts) result.push_back(std::move(part));
  return result;
}

std::string new_save() {
  return std::to_string(std::chrono::system_clock::now().time_since_epoch().count()) + "-" + std::to_string(getpid());
}

// --- The file "checkpoint", protocol buffers' text ------------------------------------------------------------------

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '\n') {
      result += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + "\"";
}

std::optional<std::string> unquoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return {};
  std::string result;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    if (text[i] == '"') return {};
    if (text[i] == '\\') {
      if (++i + 1 == text.size()) return {};
      result += text[i] == 'n' ? '\n' : text[i];
    } else {
      result += text[i];
    }
  }
  return result;
}

std::string number_text(double number) {
  char text[40];
  return {text, std::to_chars(text, text + sizeof text, number).ptr};
}

/// As the file has it: relative to the folder if it is in there.
std::string relative(const std::string& path, const std::string& folder) {
  const fs::path whole(path);
  return whole.parent_path() == fs::path(folder) || (whole.parent_path().empty() && folder == ".")
             ? whole.filename().string()
             : path;
}
std::string absolute(const std::string& path, const std::string& folder) {
  return fs::path(path).is_absolute() || folder == "." ? path : (fs::path(folder) / path).string();
}

std::string state_path(const std::string& folder, Text latest_filename) {
  return fs::path(folder.empty() ? "." : folder) / std::string(latest_filename);
}

}  // namespace

void write_checkpoint(const StateDict& state, const std::string& path, bool sharded, std::int64_t max_shard_bytes,
                      Location where) {
  std::vector<std::string> written;
  if (!sharded && max_shard_bytes == 0) {
    written.push_back(path + suffix);
    save(state, written.back(), where);
  } else {
    std::vector<StateDict> parts = parts_of(state, sharded, max_shard_bytes, where);
    const std::string id = new_save();
    for (std::size_t i = 0; i < parts.size(); ++i) {
      parts[i].metadata[save_key] = id;
      written.push_back(shard_name(path, i, parts.size()));
      save(parts[i], written.back(), where);
    }
    remove_file(path + suffix, where);
  }
  for (const auto& [file, count] : shard_files(path))
    if (std::find(written.begin(), written.end(), file) == written.end()) remove_file(file, where);
}

StateDict read_checkpoint(const std::string& path, std::string_view op, Location where) {
  if (is_file(path + suffix)) return load(path + suffix, where);
  const std::map<std::string, std::size_t> files = shard_files(path);
  if (files.empty())
    throw ArgumentError(op, "there is no checkpoint of this name", "'" + path + "'",
                        path.ends_with(suffix) || path.ends_with(".meta")
                            ? "Give the path without its last part, as Saver::save returns it"
                            : "latest_checkpoint(folder) gives the latest",
                        where);
  const std::size_t count = files.begin()->second;
  if (files.size() != count)
    throw ArgumentError(op, "files of the checkpoint are missing",
                        "'" + path + "' has " + std::to_string(files.size()) + " of " + std::to_string(count), "",
                        where);
  StateDict result;
  std::string id;
  for (const auto& [file, of] : files) {
    const StateDict part = load(file, where);
    const auto found = part.metadata.find(save_key);
    const std::string this_id = found == part.metadata.end() ? "" : found->second;
    if (of != count || (!id.empty() && id != this_id))
      throw ArgumentError(op, "the files of the checkpoint are of several saves", "'" + file + "'",
                          "A save was interrupted: take an older checkpoint", where);
    id = this_id;
    for (const auto& [name, tensor] : part) {
      if (result.contains(name))
        throw ArgumentError(op, "two files of the checkpoint have one tensor", "'" + name + "', '" + path + "'", "",
                            where);
      result.add(name, tensor, where);
    }
  }
  return result;
}

std::optional<double> checkpoint_time(const std::string& path) {
  std::string file = path + suffix;
  if (!is_file(file)) {
    const auto files = shard_files(path);
    if (files.empty()) return {};
    file = files.begin()->first;
  }
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return {};
  return static_cast<double>(status.st_mtim.tv_sec) + static_cast<double>(status.st_mtim.tv_nsec) * 1e-9;
}

bool checkpoint_exists(const OwnedText& checkpoint_prefix) { return checkpoint_time(checkpoint_prefix).has_value(); }

bool remove_checkpoint(const OwnedText& checkpoint_prefix, Location where) {
  bool any = remove_file(checkpoint_prefix + suffix, where);
  for (const auto& [file, count] : shard_files(checkpoint_prefix)) any |= remove_file(file, where);
  remove_file(checkpoint_prefix + ".meta", where);
  return any;
}

std::optional<CheckpointState> get_checkpoint_state(const OwnedText& checkpoint_dir, Text latest_filename,
                                                    Location where) {
  const FileContext context{"get_checkpoint_state", where};
  const std::string path = state_path(checkpoint_dir, latest_filename);
  if (!is_file(path)) return {};
  const InputFile file(path, context);
  constexpr std::uint64_t largest = 16 << 20;
  const auto fail = [&](const std::string& what) {
    throw ArgumentError(context.op, "not a file of checkpoints", "'" + path + "': " + what, "", where);
  };
  if (file.size() > largest) fail("it has " + std::to_string(file.size()) + " bytes");
  std::string text(file.size(), '\0');
  file.read_at(0, text.data(), text.size(), context);
  CheckpointState state;
  std::size_t number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = std::string_view(text).substr(begin, end - begin);
    begin = end + 1;
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const std::size_t colon = line.find(": ");
    const std::string_view key = line.substr(0, colon);
    const std::string_view value = colon == std::string_view::npos ? "" : line.substr(colon + 2);
    const auto wrong = [&] {
      fail("line " + std::to_string(number) + " is '" + std::string(line.substr(0, 80)) + "'");
    };
    if (key == "model_checkpoint_path" || key == "all_model_checkpoint_paths") {
      const std::optional<std::string> one = unquoted(value);
      if (!one || one->empty()) wrong();
      const std::string full = absolute(*one, checkpoint_dir);
      if (key == "model_checkpoint_path")
        state.model_checkpoint_path = full;
      else
        state.all_model_checkpoint_paths.push_back(full);
    } else if (key == "all_model_checkpoint_timestamps" || key == "last_preserved_timestamp") {
      double seconds = 0;
      const auto [last, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
      if (error != std::errc() || last != value.data() + value.size()) wrong();
      if (key == "last_preserved_timestamp")
        state.last_preserved_timestamp = seconds;
      else
        state.all_model_checkpoint_timestamps.push_back(seconds);
    } else {
      wrong();
    }
  }
  if (state.model_checkpoint_path.empty()) fail("it names no latest one");
  return state;
}

void update_checkpoint_state(const OwnedText& save_dir, const CheckpointState& state, Text latest_filename,
                             Location where) {
  const FileContext context{"update_checkpoint_state", where};
  if (state.model_checkpoint_path.empty())
    throw ArgumentError(context.op, "the latest checkpoint has no path", "''", "", where);
  if (!state.all_model_checkpoint_timestamps.empty() &&
      state.all_model_checkpoint_timestamps.size() != state.all_model_checkpoint_paths.size())
    throw ArgumentError(context.op, "there is not one time for each path",
                        std::to_string(state.all_model_checkpoint_timestamps.size()) + " for " +
                            std::to_string(state.all_model_checkpoint_paths.size()),
                        "", where);
  std::string text = "model_checkpoint_path: " + quoted(relative(state.model_checkpoint_path, save_dir)) + "\n";
  std::vector<std::string> paths = state.all_model_checkpoint_paths;
  std::vector<double> times = state.all_model_checkpoint_timestamps;
  if (paths.empty() || paths.back() != state.model_checkpoint_path) {
    paths.push_back(state.model_checkpoint_path);
    if (!times.empty()) times.push_back(times.back());
  }
  for (const std::string& path : paths)
    text += "all_model_checkpoint_paths: " + quoted(relative(path, save_dir)) + "\n";
  for (const double time : times) text += "all_model_checkpoint_timestamps: " + number_text(time) + "\n";
  if (state.last_preserved_timestamp > 0)
    text += "last_preserved_timestamp: " + number_text(state.last_preserved_timestamp) + "\n";
  AtomicFile file(state_path(save_dir, latest_filename), context);
  file.write(text);
  file.commit();
}

std::string latest_checkpoint(const OwnedText& checkpoint_dir, Text latest_filename, Location where) {
  const std::optional<CheckpointState> state = get_checkpoint_state(checkpoint_dir, latest_filename, where);
  return state && checkpoint_exists(state->model_checkpoint_path) ? state->model_checkpoint_path : "";
}

}  // namespace triptych::lowlevel::train
