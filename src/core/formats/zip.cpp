#include "core/formats/zip.h"

#ifdef TRIPTYCH_HAS_KERAS_FILES

#include <zip.h>

#include <cstdint>
#include <ctime>

namespace triptych {
namespace {

/// More than this may not come out of a member that is a hundred times smaller.
constexpr std::uint64_t suspicious_size = std::uint64_t{1} << 26, most_expansion = 100;

using Source = std::unique_ptr<zip_source_t, decltype(&zip_source_free)>;

std::string text_of(zip_error_t* error) {
  std::string text = zip_error_strerror(error);
  zip_error_fini(error);
  return text;
}

}  // namespace

struct ZipReader::Archive {
  std::string bytes;
  zip_t* zip = nullptr;
  ~Archive() {
    if (zip) zip_discard(zip);
  }
};

ZipReader::ZipReader(const std::string& path, FileContext context)
    : path_(path), op_(context.op), context_{op_, context.where}, archive_(std::make_unique<Archive>()) {
  const InputFile file(path, context_);
  archive_->bytes.resize(file.size());
  file.read_at(0, archive_->bytes.data(), archive_->bytes.size(), context_);
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(archive_->bytes.data(), archive_->bytes.size(), 0, &error);
  if (!source) fail(text_of(&error));
  archive_->zip = zip_open_from_source(source, ZIP_RDONLY, &error);
  if (!archive_->zip) {
    zip_source_free(source);
    fail("it is no zip archive: " + text_of(&error));
  }
  zip_error_fini(&error);
}

ZipReader::~ZipReader() = default;

void ZipReader::fail(const std::string& problem) const {
  throw ArgumentError(op_, "not a valid archive", "'" + path_ + "': " + problem, "", context_.where);
}

bool ZipReader::has(const std::string& name) const { return zip_name_locate(archive_->zip, name.c_str(), 0) >= 0; }

std::vector<std::string> ZipReader::names() const {
  std::vector<std::string> names;
  for (zip_int64_t i = 0; i < zip_get_num_entries(archive_->zip, 0); ++i)
    if (const char* name = zip_get_name(archive_->zip, static_cast<zip_uint64_t>(i), 0)) names.emplace_back(name);
  return names;
}

std::optional<std::string> ZipReader::read(const std::string& name) const {
  zip_stat_t stat;
  zip_stat_init(&stat);
  if (zip_stat(archive_->zip, name.c_str(), 0, &stat) != 0) return {};
  if (!(stat.valid & ZIP_STAT_SIZE) || !(stat.valid & ZIP_STAT_COMP_SIZE) || !(stat.valid & ZIP_STAT_INDEX))
    fail("the size of '" + name + "' is not known");
  if (stat.comp_size > archive_->bytes.size() ||
      (stat.size > suspicious_size && stat.size / most_expansion > stat.comp_size))
    fail("'" + name + "' would be " + std::to_string(stat.size) + " bytes, of " + std::to_string(stat.comp_size) +
         " in the archive");
  const std::unique_ptr<zip_file_t, decltype(&zip_fclose)> member(zip_fopen_index(archive_->zip, stat.index, 0),
                                                                  &zip_fclose);
  if (!member) fail("'" + name + "' cannot be read: " + zip_strerror(archive_->zip));
  std::string bytes(stat.size, '\0');
  std::size_t have = 0;
  while (have < bytes.size()) {
    const zip_int64_t got = zip_fread(member.get(), bytes.data() + have, bytes.size() - have);
    if (got <= 0) fail("'" + name + "' is damaged: " + zip_file_strerror(member.get()));
    have += static_cast<std::size_t>(got);
  }
  char more = 0;  // the checksum is looked at where the member ends
  if (zip_fread(member.get(), &more, 1) != 0) fail("'" + name + "' is damaged: " + zip_file_strerror(member.get()));
  return bytes;
}

std::string make_zip(const std::vector<std::pair<std::string, std::string_view>>& members, FileContext context) {
  zip_error_t error;
  zip_error_init(&error);
  const auto fail = [&](const std::string& why) {
    throw UnsupportedError(context.op, "the archive cannot be made", why, "", context.where);
  };
  const Source whole(zip_source_buffer_create(nullptr, 0, 0, &error), &zip_source_free);
  if (!whole) fail(text_of(&error));
  zip_source_keep(whole.get());  // the archive takes one of the two
  zip_t* zip = zip_open_from_source(whole.get(), ZIP_TRUNCATE, &error);
  if (!zip) {
    zip_source_free(whole.get());
    fail(text_of(&error));
  }
  const auto check = [&](bool fine) {
    if (fine) return;
    const std::string why = zip_strerror(zip);
    zip_discard(zip);
    fail(why);
  };
  for (const auto& [name, bytes] : members) {
    zip_source_t* source = zip_source_buffer(zip, bytes.data(), bytes.size(), 0);
    check(source != nullptr);
    const zip_int64_t index = zip_file_add(zip, name.c_str(), source, ZIP_FL_ENC_UTF_8);
    if (index < 0) zip_source_free(source);
    check(index >= 0);
    const auto number = static_cast<zip_uint64_t>(index);
    constexpr std::time_t noon_of_1980 = 315576000;  // the format's first day: equal models give equal bytes
    check(zip_set_file_compression(zip, number, ZIP_CM_STORE, 0) == 0);
    check(zip_file_set_mtime(zip, number, noon_of_1980, 0) == 0);
  }
  check(zip_close(zip) == 0);
  zip_error_fini(&error);

  zip_stat_t stat;
  zip_stat_init(&stat);
  if (zip_source_stat(whole.get(), &stat) != 0 || zip_source_open(whole.get()) != 0) fail("it cannot be read back");
  std::string bytes(stat.size, '\0');
  const zip_int64_t got = zip_source_read(whole.get(), bytes.data(), bytes.size());
  static_cast<void>(zip_source_close(whole.get()));
  if (got != static_cast<zip_int64_t>(bytes.size())) fail("it cannot be read back");
  return bytes;
}

}  // namespace triptych

#else

#include "core/formats/keras_files.h"

namespace triptych {

struct ZipReader::Archive {};
ZipReader::ZipReader(const std::string&, FileContext context) { no_keras_files(context); }
ZipReader::~ZipReader() = default;
bool ZipReader::has(const std::string&) const { return false; }
std::vector<std::string> ZipReader::names() const { return {}; }
std::optional<std::string> ZipReader::read(const std::string&) const { return {}; }
std::string make_zip(const std::vector<std::pair<std::string, std::string_view>>&, FileContext context) {
  no_keras_files(context);
}

}  // namespace triptych

#endif
