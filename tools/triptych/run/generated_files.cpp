// Images and labels for streaming, in MNIST's format.
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "run/compare.h"

namespace triptych::compare {
namespace {

void write_header(std::ofstream& file, unsigned char dimensions, std::initializer_list<std::uint32_t> sizes) {
  const std::array<char, 4> magic = {0, 0, 8, static_cast<char>(dimensions)};
  file.write(magic.data(), 4);
  for (const std::uint32_t size : sizes)
    for (int shift = 24; shift >= 0; shift -= 8) file.put(static_cast<char>(size >> shift & 0xff));
}

}  // namespace

GeneratedFiles::GeneratedFiles(std::int64_t bytes) {
  std::string name = (std::filesystem::temp_directory_path() / "triptych-compare-XXXXXX").string();
  if (!mkdtemp(name.data()))
    throw std::runtime_error("cannot make a folder in " + std::filesystem::temp_directory_path().string());
  folder_ = name;
  constexpr std::int64_t pixels = 28 * 28;
  const auto count = static_cast<std::uint32_t>(bytes / pixels);
  std::ofstream images(this->images(), std::ios::binary), labels(this->labels(), std::ios::binary);
  write_header(images, 3, {count, 28, 28});
  write_header(labels, 1, {count});
  std::uint64_t state = 1;
  std::array<char, pixels> image{};
  for (std::uint32_t i = 0; i < count; ++i) {
    for (char& pixel : image) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      pixel = static_cast<char>(state >> 56);
    }
    images.write(image.data(), image.size());
    labels.put(static_cast<char>((state >> 32) % 10));
  }
  images.close();
  labels.close();
  if (!images || !labels) {
    std::filesystem::remove_all(folder_);
    throw std::runtime_error("cannot write " + std::to_string(bytes >> 20) + " MB in " + folder_);
  }
}

GeneratedFiles::~GeneratedFiles() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace triptych::compare
