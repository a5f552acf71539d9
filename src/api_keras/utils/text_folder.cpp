#include "triptych/keras/utils/text_folder.h"

#include <algorithm>

#include "api_keras/utils/class_files.h"

namespace triptych::keras::utils {

TextFolder text_dataset_from_directory(const OwnedText& directory, TextFolderOptions options, Location where) {
  const Frame frame(where);
  const FileContext context{"text_dataset_from_directory", where};
  if (options.max_length.value_or(0) < 0)
    throw ArgumentError(context.op, "max_length is negative", std::to_string(*options.max_length), "", where);
  ClassFiles files = class_files(directory, folder_options(options), {".txt"}, "text", context);
  TextFolder result{{}, std::move(files.labels), std::move(files.class_names), std::move(files.paths)};
  for (const std::string& path : result.file_paths) {
    const InputFile file(path, context);
    const std::uint64_t kept =
        options.max_length ? std::min<std::uint64_t>(file.size(), static_cast<std::uint64_t>(*options.max_length))
                           : file.size();
    std::string text(kept, '\0');
    file.read_at(0, text.data(), text.size(), context);
    result.texts.push_back(std::move(text));
  }
  return result;
}

}  // namespace triptych::keras::utils
