// safetensors: eight bytes with the length of a JSON header, the header, then the tensors' bytes, little-endian.
// https://huggingface.co/docs/safetensors
#include <algorithm>
#include <bit>
#include <cstring>
#include <numeric>

#include "core/dispatch/backend.h"
#include "core/formats/atomic_file.h"
#include "core/formats/safetensors_header.h"
#include "core/tensor/tensor_impl.h"
#include "triptych/core/io.h"

namespace triptych {
namespace {

static_assert(std::endian::native == std::endian::little, "the bytes of a file are written as they lie in memory");

constexpr std::size_t length_bytes = 8;

/// A bool is 0 or 1 in memory; a file may hold anything.
void check_bools(const Tensor& tensor, const std::string& name, const std::string& path, FileContext context) {
  const auto* bytes = static_cast<const std::uint8_t*>(tensor.impl()->data());
  if (std::any_of(bytes, bytes + tensor.numel(), [](std::uint8_t byte) { return byte > 1; }))
    throw ArgumentError(context.op, "not a valid safetensors file",
                        "'" + path + "': tensor '" + name + "' is of bools, but has bytes other than 0 and 1", "",
                        context.where);
}

}  // namespace

void save(const StateDict& tensors, const OwnedText& path, Location where) {
  const Frame frame(where);
  const FileContext context{"save", where};
  SafetensorsHeader header;
  header.metadata = tensors.metadata;
  std::vector<Tensor> values;
  for (const auto& [name, tensor] : tensors) {
    if (!tensor.defined() || tensor.is_symbolic())
      throw ArgumentError(context.op, "a tensor without values cannot be saved",
                          "'" + name + "' is " + (tensor.defined() ? "symbolic" : "undefined"), "", where);
    if (name == "__metadata__")
      throw ArgumentError(context.op, "the format keeps the name '__metadata__' for itself", "a tensor of that name",
                          "", where);
    values.push_back(contiguous_now(on_host(tensor)));
    header.entries.push_back({name, tensor.dtype(), tensor.shape(), 0, 0});
  }

  // Widest elements first: every tensor then begins at a multiple of its element size.
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return size_of(values[a].dtype()) > size_of(values[b].dtype());
  });
  std::uint64_t offset = 0;
  for (const std::size_t i : order) {
    header.entries[i].begin = offset;
    offset += static_cast<std::uint64_t>(values[i].numel()) * size_of(values[i].dtype());
    header.entries[i].end = offset;
  }
  std::string json = format_safetensors_header(header, context);
  json.resize((json.size() + 7) / 8 * 8, ' ');
  if (json.size() > max_safetensors_header)
    throw ArgumentError(context.op, "the header is longer than 100 MB",
                        std::to_string(json.size()) + " bytes are needed", "Save fewer tensors to one file", where);

  AtomicFile file(path, context);
  const std::uint64_t length = json.size();
  file.write(&length, length_bytes);
  file.write(json);
  for (const std::size_t i : order)
    if (values[i].numel() > 0)
      file.write(values[i].impl()->data(), static_cast<std::size_t>(values[i].numel()) * size_of(values[i].dtype()));
  file.commit();
}

StateDict load(const OwnedText& path, Location where) {
  const FileContext context{"load", where};
  const InputFile file(path, context);
  const auto fail = [&](const std::string& problem) {
    throw ArgumentError(context.op, "not a valid safetensors file", "'" + path + "': " + problem, "", where);
  };
  if (file.size() < length_bytes) fail("it has " + std::to_string(file.size()) + " bytes, at least 8 are needed");
  std::uint64_t length = 0;
  file.read_at(0, &length, length_bytes, context);
  if (length > max_safetensors_header) fail("the header's length is given as " + std::to_string(length) + " bytes");
  if (length > file.size() - length_bytes)
    fail("the header's length is given as " + std::to_string(length) + " bytes, the file has " +
         std::to_string(file.size()));
  const std::uint64_t data_start = length_bytes + length;
  const auto read_header = [&] {
    std::string json(length, '\0');
    file.read_at(length_bytes, json.data(), json.size(), context);
    return parse_safetensors_header(json, file.size() - data_start, path, context);
  };
  SafetensorsHeader header = read_header();

  StateDict tensors;
  tensors.metadata = std::move(header.metadata);
  for (auto& entry : header.entries) {
    Tensor tensor = make_tensor(entry.shape, entry.dtype);
    if (entry.end > entry.begin)
      file.read_at(data_start + entry.begin, tensor.impl()->data(), entry.end - entry.begin, context);
    if (entry.dtype == boolean) check_bools(tensor, entry.name, path, context);
    tensors.add(std::move(entry.name), std::move(tensor), where);
  }
  return tensors;
}

}  // namespace triptych
