#include "core/formats/hdf5.h"

#ifdef TRIPTYCH_HAS_KERAS_FILES

#include <hdf5.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <optional>
#include <utility>

#include "core/dispatch/backend.h"
#include "core/support/fork.h"
#include "core/tensor/tensor_impl.h"

namespace triptych {
namespace {

/// While alive, this thread is the only one in the library, which is not made for threads and prints errors itself.
class InLibrary {
 public:
  InLibrary() : lock_(mutex()) {
    is_silent_ = H5Eget_auto2(H5E_DEFAULT, &print_, &data_) >= 0 && H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr) >= 0;
  }
  ~InLibrary() { is_silent_ = is_silent_ && H5Eset_auto2(H5E_DEFAULT, print_, data_) < 0; }
  InLibrary(const InLibrary&) = delete;
  InLibrary& operator=(const InLibrary&) = delete;

 private:
  static std::mutex& mutex() {
    static std::mutex& only = process_mutex();
    return only;
  }
  std::lock_guard<std::mutex> lock_;
  bool is_silent_ = false;
  H5E_auto2_t print_ = nullptr;
  void* data_ = nullptr;
};

/// A handle of the library's.
template <herr_t (*close)(hid_t)>
class Handle {
 public:
  explicit Handle(hid_t id = H5I_INVALID_HID) : id_(id) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    return *this;
  }
  ~Handle() { reset(); }
  void reset() {
    if (id_ >= 0) static_cast<void>(close(id_));
    id_ = H5I_INVALID_HID;
  }
  hid_t get() const { return id_; }
  explicit operator bool() const { return id_ >= 0; }

 private:
  hid_t id_;
};
using FileHandle = Handle<H5Fclose>;
using Group = Handle<H5Gclose>;
using Dataset = Handle<H5Dclose>;
using Type = Handle<H5Tclose>;
using Space = Handle<H5Sclose>;
using Properties = Handle<H5Pclose>;
using Attribute = Handle<H5Aclose>;

/// The file access of a file that lives in memory.
Properties in_memory() {
  Properties access(H5Pcreate(H5P_FILE_ACCESS));
  constexpr std::size_t growth = 1 << 16;
  if (access && H5Pset_fapl_core(access.get(), growth, 0) < 0) access.reset();
  return access;
}

/// The library takes files in memory for the same one if they have one name, whoever opened them.
std::string new_name() {
  static std::atomic<std::uint64_t> count{0};
  return "weights " + std::to_string(count.fetch_add(1));
}

/// How elements lie in files: little-endian, as NumPy writes them. bfloat16 is two bytes without a meaning.
Type file_type(DType dtype) {
  switch (dtype) {
    case DType::float32:
      return Type(H5Tcopy(H5T_IEEE_F32LE));
    case DType::float64:
      return Type(H5Tcopy(H5T_IEEE_F64LE));
    case DType::float16: {
      Type half(H5Tcopy(H5T_IEEE_F32LE));
      const bool fine = H5Tset_fields(half.get(), 15, 10, 5, 0, 10) >= 0 && H5Tset_size(half.get(), 2) >= 0 &&
                        H5Tset_ebias(half.get(), 15) >= 0;
      if (!fine) half.reset();
      return half;
    }
    case DType::bfloat16: {
      Type bytes(H5Tcreate(H5T_OPAQUE, 2));
      if (bytes && H5Tset_tag(bytes.get(), "") < 0) bytes.reset();
      return bytes;
    }
    case DType::int8:
      return Type(H5Tcopy(H5T_STD_I8LE));
    case DType::uint8:
      return Type(H5Tcopy(H5T_STD_U8LE));
    case DType::int32:
      return Type(H5Tcopy(H5T_STD_I32LE));
    case DType::int64:
      return Type(H5Tcopy(H5T_STD_I64LE));
    case DType::boolean: {
      Type truth(H5Tenum_create(H5T_STD_I8LE));
      const std::int8_t no = 0, yes = 1;
      if (H5Tenum_insert(truth.get(), "FALSE", &no) < 0 || H5Tenum_insert(truth.get(), "TRUE", &yes) < 0) truth.reset();
      return truth;
    }
  }
  return Type();
}

std::optional<DType> dtype_of_file(hid_t type) {
  const std::size_t size = H5Tget_size(type);
  switch (H5Tget_class(type)) {
    case H5T_FLOAT:
      return size == 4   ? std::optional(float32)
             : size == 8 ? std::optional(float64)
             : size == 2 ? std::optional(float16)
                         : std::nullopt;
    case H5T_INTEGER:
      if (H5Tget_sign(type) == H5T_SGN_NONE) return size == 1 ? std::optional(uint8) : std::nullopt;
      return size == 1   ? std::optional(int8)
             : size == 4 ? std::optional(int32)
             : size == 8 ? std::optional(int64)
                         : std::nullopt;
    case H5T_ENUM:
      return size == 1 ? std::optional(boolean) : std::nullopt;
    case H5T_OPAQUE:
      return size == 2 ? std::optional(bfloat16) : std::nullopt;
    default:
      return {};
  }
}

std::vector<std::string> parts_of(const std::string& path) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  while (begin <= path.size()) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    if (end > begin) parts.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

/// What the library says is wrong: its innermost message.
std::string reason() {
  std::string text = "the library does not say why";
  static_cast<void>(H5Ewalk2(
      H5E_DEFAULT, H5E_WALK_UPWARD,
      [](unsigned, const H5E_error2_t* error, void* into) -> herr_t {
        if (!error->desc || !*error->desc) return 1;
        try {
          *static_cast<std::string*>(into) = error->desc;
        } catch (const std::bad_alloc&) {  // which must not go through the library
        }
        return 1;
      },
      &text));
  return text;
}

}  // namespace

// --- Writing --------------------------------------------------------------------------------------------------------

struct Hdf5Writer::File {
  FileHandle file;
  [[noreturn]] static void fail(FileContext context, const std::string& what) {
    throw UnsupportedError(context.op, "the HDF5 library cannot write a file", what + ": " + reason(), "",
                           context.where);
  }
};

Hdf5Writer::Hdf5Writer(FileContext context) : context_(context), file_(std::make_unique<File>()) {
  const InLibrary in_library;
  const Properties access = in_memory();
  file_->file = FileHandle(H5Fcreate(new_name().c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access.get()));
  if (!file_->file) File::fail(context_, "making it");
}

Hdf5Writer::~Hdf5Writer() {
  const InLibrary in_library;
  file_.reset();
}

void Hdf5Writer::group(const std::string& path) {
  const InLibrary in_library;
  std::string so_far;
  for (const std::string& part : parts_of(path)) {
    so_far += "/" + part;
    if (H5Lexists(file_->file.get(), so_far.c_str(), H5P_DEFAULT) > 0) continue;
    const Group made(H5Gcreate2(file_->file.get(), so_far.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    if (!made) File::fail(context_, "group '" + so_far + "'");
  }
}

void Hdf5Writer::attribute(const std::string& group, const std::string& name, const std::string& text) {
  const InLibrary in_library;
  const Group holder(H5Gopen2(file_->file.get(), group.c_str(), H5P_DEFAULT));
  const Type type(H5Tcopy(H5T_C_S1));
  const Space space(H5Screate(H5S_SCALAR));
  const char* value = text.c_str();
  bool fine = H5Tset_size(type.get(), H5T_VARIABLE) >= 0 && H5Tset_cset(type.get(), H5T_CSET_UTF8) >= 0;
  const Attribute made(H5Acreate2(holder.get(), name.c_str(), type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT));
  fine = fine && made && H5Awrite(made.get(), type.get(), &value) >= 0;
  if (!fine) File::fail(context_, "attribute '" + name + "' of '" + group + "'");
}

void Hdf5Writer::dataset(const std::string& path, const Tensor& value) {
  const Tensor whole = contiguous_now(on_host(value));
  const InLibrary in_library;
  std::vector<hsize_t> dims;
  for (const std::int64_t dim : whole.shape()) dims.push_back(static_cast<hsize_t>(dim));
  const Space space(dims.empty() ? H5Screate(H5S_SCALAR)
                                 : H5Screate_simple(static_cast<int>(dims.size()), dims.data(), nullptr));
  const Type type = file_type(whole.dtype());
  const Properties timeless(H5Pcreate(H5P_DATASET_CREATE));  // equal tensors give equal bytes
  if (H5Pset_obj_track_times(timeless.get(), false) < 0) File::fail(context_, "array '" + path + "'");
  const Dataset made(
      H5Dcreate2(file_->file.get(), path.c_str(), type.get(), space.get(), H5P_DEFAULT, timeless.get(), H5P_DEFAULT));
  bool fine = static_cast<bool>(made);
  if (fine && whole.numel() > 0)
    fine = H5Dwrite(made.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, whole.impl()->data()) >= 0;
  if (fine && whole.dtype() == bfloat16) {  // as Keras marks it
    const Type text(H5Tcopy(H5T_C_S1));
    const Space one(H5Screate(H5S_SCALAR));
    const char* name = "bfloat16";
    fine = H5Tset_size(text.get(), H5T_VARIABLE) >= 0 && H5Tset_cset(text.get(), H5T_CSET_UTF8) >= 0;
    const Attribute mark(H5Acreate2(made.get(), "dtype", text.get(), one.get(), H5P_DEFAULT, H5P_DEFAULT));
    fine = fine && mark && H5Awrite(mark.get(), text.get(), &name) >= 0;
  }
  if (!fine) File::fail(context_, "array '" + path + "'");
}

std::string Hdf5Writer::finish() {
  const InLibrary in_library;
  if (H5Fflush(file_->file.get(), H5F_SCOPE_GLOBAL) < 0) File::fail(context_, "its end");
  const ssize_t size = H5Fget_file_image(file_->file.get(), nullptr, 0);
  if (size <= 0) File::fail(context_, "its bytes");
  std::string bytes(static_cast<std::size_t>(size), '\0');
  if (H5Fget_file_image(file_->file.get(), bytes.data(), bytes.size()) != size) File::fail(context_, "its bytes");
  file_->file.reset();
  return bytes;
}

// --- Reading --------------------------------------------------------------------------------------------------------

struct Hdf5Reader::File {
  std::string bytes, name;
  FileContext context;
  FileHandle file;

  [[noreturn]] void fail(const std::string& problem) const {
    throw ArgumentError(context.op, "not a valid file of weights", name + ": " + problem, "", context.where);
  }

  /// The object at `path`, found link by link: only those that lead to somewhere in this file are followed.
  template <class Object, hid_t (*open)(hid_t, const char*, hid_t)>
  std::optional<Object> find(const std::string& path, H5O_type_t wanted) const {
    const std::vector<std::string> parts = parts_of(path);
    Group at(H5Gopen2(file.get(), "/", H5P_DEFAULT));
    if (!at) fail("its root cannot be opened: " + reason());
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const char* part = parts[i].c_str();
      const htri_t exists = H5Lexists(at.get(), part, H5P_DEFAULT);
      if (exists < 0) fail("'" + path + "' cannot be looked up: " + reason());
      if (exists == 0) return {};
      H5L_info_t link;
      if (H5Lget_info(at.get(), part, &link, H5P_DEFAULT) < 0) fail("'" + path + "' cannot be looked up: " + reason());
      if (link.type != H5L_TYPE_HARD) fail("'" + path + "' is a link to somewhere else");
      H5O_info_t object;
      if (H5Oget_info_by_name2(at.get(), part, &object, H5O_INFO_BASIC, H5P_DEFAULT) < 0)
        fail("'" + path + "' is damaged: " + reason());
      const bool last = i + 1 == parts.size();
      if (object.type != (last ? wanted : H5O_TYPE_GROUP)) return {};
      if (last) {
        Object found(open(at.get(), part, H5P_DEFAULT));
        if (!found) fail("'" + path + "' is damaged: " + reason());
        return found;
      }
      Group next(H5Gopen2(at.get(), part, H5P_DEFAULT));
      if (!next) fail("'" + path + "' is damaged: " + reason());
      at = std::move(next);
    }
    if constexpr (std::is_same_v<Object, Group>) return at;
    return {};
  }
};

Hdf5Reader::Hdf5Reader(std::string bytes, std::string name, FileContext context)
    : op_(context.op), file_(std::make_unique<File>()) {
  file_->bytes = std::move(bytes);
  file_->name = std::move(name);
  file_->context = {op_, context.where};
  const InLibrary in_library;
  const Properties access = in_memory();
  if (file_->bytes.empty()) file_->fail("it is empty");
  if (H5Pset_file_image(access.get(), file_->bytes.data(), file_->bytes.size()) < 0)
    file_->fail("there is no memory for it");
  file_->file = FileHandle(H5Fopen(new_name().c_str(), H5F_ACC_RDONLY, access.get()));
  if (!file_->file) file_->fail("it is no HDF5 file, or a damaged one: " + reason());
}

Hdf5Reader::~Hdf5Reader() {
  const InLibrary in_library;
  file_.reset();
}

std::size_t Hdf5Reader::size() const { return file_->bytes.size(); }

bool Hdf5Reader::has_group(const std::string& path) const {
  const InLibrary in_library;
  return file_->find<Group, H5Gopen2>(path, H5O_TYPE_GROUP).has_value();
}

std::vector<std::string> Hdf5Reader::names(const std::string& path) const {
  const InLibrary in_library;
  const std::optional<Group> group = file_->find<Group, H5Gopen2>(path, H5O_TYPE_GROUP);
  if (!group) return {};
  struct Found {
    std::vector<std::string> names;
    std::exception_ptr error;  // which must not go through the library
  } found;
  const herr_t done = H5Literate(
      group->get(), H5_INDEX_NAME, H5_ITER_INC, nullptr,
      [](hid_t, const char* name, const H5L_info_t*, void* into) -> herr_t {
        auto& all = *static_cast<Found*>(into);
        try {
          all.names.emplace_back(name);
          return 0;
        } catch (...) {
          all.error = std::current_exception();
          return -1;
        }
      },
      &found);
  if (found.error) std::rethrow_exception(found.error);
  if (done < 0) file_->fail("the group '" + path + "' is damaged: " + reason());
  return found.names;
}

Tensor Hdf5Reader::read(const std::string& path) const {
  const InLibrary in_library;
  const std::optional<Dataset> dataset = file_->find<Dataset, H5Dopen2>(path, H5O_TYPE_DATASET);
  if (!dataset) file_->fail("there is no array '" + path + "'");
  const auto damaged = [&] { file_->fail("the array '" + path + "' is damaged: " + reason()); };
  const Space space(H5Dget_space(dataset->get()));
  const Type type(H5Dget_type(dataset->get()));
  const Properties made(H5Dget_create_plist(dataset->get()));
  if (!space || !type || !made) damaged();
  if (H5Pget_layout(made.get()) == H5D_VIRTUAL || H5Pget_external_count(made.get()) != 0)
    file_->fail("the elements of '" + path + "' lie in another file");
  const std::optional<DType> dtype = dtype_of_file(type.get());
  if (!dtype) file_->fail("the elements of '" + path + "' are of a type that tensors do not have");
  const int rank = H5Sget_simple_extent_ndims(space.get());
  constexpr int most_axes = 8;
  if (rank < 0 || rank > most_axes || H5Sget_simple_extent_type(space.get()) == H5S_NULL)
    file_->fail("the array '" + path + "' has no shape that tensors have");
  std::vector<hsize_t> dims(static_cast<std::size_t>(rank));
  if (rank > 0 && H5Sget_simple_extent_dims(space.get(), dims.data(), nullptr) < 0) damaged();
  // A file has each element, but for what compression saves.
  constexpr std::uint64_t most_expansion = 1100;
  const std::uint64_t most = static_cast<std::uint64_t>(file_->bytes.size()) * most_expansion;
  std::uint64_t bytes = size_of(*dtype);
  Shape shape;
  for (const hsize_t dim : dims) {
    if (dim != 0 && bytes > most / dim) file_->fail("the array '" + path + "' is said to be far larger than the file");
    bytes *= dim;
    shape.append(static_cast<std::int64_t>(dim));
  }
  Tensor result = make_tensor(shape, *dtype);
  if (result.numel() == 0) return result;
  if (H5Dread(dataset->get(), file_type(*dtype).get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, result.impl()->data()) < 0)
    damaged();
  if (*dtype == boolean) {
    const auto* truths = static_cast<const std::uint8_t*>(result.impl()->data());
    if (std::any_of(truths, truths + result.numel(), [](std::uint8_t byte) { return byte > 1; }))
      file_->fail("the array '" + path + "' is of bools, but has bytes other than 0 and 1");
  }
  return result;
}

}  // namespace triptych

#else

#include "core/formats/keras_files.h"

namespace triptych {

struct Hdf5Writer::File {};
Hdf5Writer::Hdf5Writer(FileContext context) : context_(context) { no_keras_files(context); }
Hdf5Writer::~Hdf5Writer() = default;
void Hdf5Writer::group(const std::string&) {}
void Hdf5Writer::attribute(const std::string&, const std::string&, const std::string&) {}
void Hdf5Writer::dataset(const std::string&, const Tensor&) {}
std::string Hdf5Writer::finish() { return {}; }

struct Hdf5Reader::File {};
Hdf5Reader::Hdf5Reader(std::string, std::string, FileContext context) { no_keras_files(context); }
Hdf5Reader::~Hdf5Reader() = default;
std::size_t Hdf5Reader::size() const { return 0; }
bool Hdf5Reader::has_group(const std::string&) const { return false; }
std::vector<std::string> Hdf5Reader::names(const std::string&) const { return {}; }
Tensor Hdf5Reader::read(const std::string&) const { return {}; }

}  // namespace triptych

#endif
