// What the tests of TensorBoard's files share: records of a file, the bytes that the home frameworks write, and
// TensorBoard's own reader.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "files.h"

/// The only event file in `folder` (not in those inside of it).
inline std::string event_file_in(const std::string& folder) {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().filename().string().starts_with("events.out.tfevents.")) found.push_back(entry.path());
  if (found.size() != 1) throw std::runtime_error(std::to_string(found.size()) + " event files in " + folder);
  return found[0];
}

/// The CRC-32C of TFRecord files, bit by bit, not by the library's table.
inline std::uint32_t masked_crc(const std::string& bytes) {
  std::uint32_t crc = 0xffffffff;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc & 1 ? crc >> 1 ^ 0x82f63b78 : crc >> 1;
  }
  crc = ~crc;
  return (crc >> 15 | crc << 17) + 0xa282ead8;
}

/// The file's records, whole; an exception for one that is cut off or has a wrong checksum.
inline std::vector<std::string> event_records(const std::string& path) {
  const std::string bytes = read_file(path);
  std::vector<std::string> records;
  for (std::size_t at = 0; at < bytes.size();) {
    std::uint64_t length = 0;
    if (bytes.size() - at < 16) throw std::runtime_error("a record is cut off");
    std::memcpy(&length, bytes.data() + at, 8);
    if (length > bytes.size() - at - 16) throw std::runtime_error("a record is cut off");
    const std::string record = bytes.substr(at, length + 16);
    std::uint32_t of_length = 0, of_data = 0;
    std::memcpy(&of_length, record.data() + 8, 4);
    std::memcpy(&of_data, record.data() + 12 + length, 4);
    if (of_length != masked_crc(record.substr(0, 8)) || of_data != masked_crc(record.substr(12, length)))
      throw std::runtime_error("a record's checksum is wrong");
    records.push_back(record);
    at += record.size();
  }
  return records;
}

inline std::string to_hex(const std::string& bytes) {
  std::string text;
  for (const char c : bytes) {
    char two[3];
    std::snprintf(two, sizeof two, "%02x", static_cast<unsigned char>(c));
    text += two;
  }
  return text;
}

/// tests/references/tensorboard.txt: hexadecimal bytes by name.
inline std::map<std::string, std::string> tensorboard_references(const std::string& source_folder) {
  std::map<std::string, std::string> references;
  std::istringstream stream(read_file(source_folder + "/tests/references/tensorboard.txt"));
  for (std::string name, hex; stream >> name >> hex;) references[name] = hex;
  return references;
}

/// What a command prints; "" if it fails.
inline std::string printed_by(const std::string& command) {
  std::FILE* pipe = ::popen(command.c_str(), "r");
  if (!pipe) return "";
  std::string text;
  char buffer[4096];
  while (const std::size_t got = std::fread(buffer, 1, sizeof buffer, pipe)) text.append(buffer, got);
  return ::pclose(pipe) == 0 ? text : "";
}

/// Whether the python3 of PATH has TensorBoard's package.
inline bool has_tensorboard() { return !printed_by("python3 -c 'import tensorboard; print(1)' 2> /dev/null").empty(); }

/// What TensorBoard's own reader finds in all event files of the folder and below: tests/read_events.py.
inline std::string read_by_tensorboard(const std::string& source_folder, const std::string& folder) {
  return printed_by("python3 '" + source_folder + "/tests/read_events.py' '" + folder + "' 2> /dev/null");
}
