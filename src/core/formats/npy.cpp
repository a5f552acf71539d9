#include "triptych/core/npy.h"

#include "core/dispatch/backend.h"
#include "core/formats/atomic_file.h"
#include "core/formats/npy_array.h"
#include "core/tensor/tensor_impl.h"

namespace triptych {
namespace {

const char* descr_of(DType dtype) {
  constexpr const char* names[dtype_count] = {"<f4", "<f8", "<f2", nullptr, "|i1", "|u1", "<i4", "<i8", "|b1"};
  return names[static_cast<int>(dtype)];
}

}  // namespace

Tensor load_npy(const OwnedText& path, Location where) {
  const Frame frame(where);
  const FileContext context{"load_npy", where};
  const InputFile file(path, context);
  const ByteSource source{file.size(),
                          [&](std::uint64_t at, void* to, std::size_t count) { file.read_at(at, to, count, context); }};
  const std::string what = "'" + file.path() + "'";
  const NpyFile npy = read_npy(source, what, context);
  return npy_elements(npy.layout, source.from(npy.begin), what, context);
}

void save_npy(const Tensor& tensor, const OwnedText& path, Location where) {
  const Frame frame(where);
  const FileContext context{"save_npy", where};
  if (!tensor.defined() || tensor.is_symbolic())
    throw ArgumentError(context.op, "a tensor without values cannot be saved",
                        tensor.defined() ? "a symbolic tensor" : "a default-constructed Tensor", "", where);
  const char* descr = descr_of(tensor.dtype());
  if (!descr)
    throw UnsupportedError(context.op, "NumPy has no such element type", std::string(dtype_name(tensor.dtype())),
                           "Save cast(x, tt::float32)", where);
  const Tensor values = contiguous_now(on_host(tensor));
  std::string header = std::string("{'descr': '") + descr + "', 'fortran_order': False, 'shape': (";
  for (int axis = 0; axis < values.ndim(); ++axis)
    header += std::to_string(values.shape()[axis]) + (axis + 1 < values.ndim() ? ", " : values.ndim() == 1 ? "," : "");
  header += "), }";
  constexpr std::size_t fixed = 10, alignment = 64;
  header.resize((fixed + header.size() + 1 + alignment - 1) / alignment * alignment - fixed - 1, ' ');
  header += '\n';
  const char start[4] = {1, 0, static_cast<char>(header.size() & 0xff), static_cast<char>(header.size() >> 8)};
  AtomicFile file(path, context);
  file.write(std::string_view("\x93NUMPY", 6));
  file.write(start, sizeof start);
  file.write(header);
  if (values.numel() > 0)
    file.write(values.impl()->data(), static_cast<std::size_t>(values.numel()) * size_of(values.dtype()));
  file.commit();
}

}  // namespace triptych
