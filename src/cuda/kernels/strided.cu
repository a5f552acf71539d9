// Copies between any strides; a transpose goes through tiles of shared memory.
#include "cuda/kernels/elementwise.h"
#include "cuda/kernels/kernels.h"
#include "cuda/kernels/width.h"
#include "cuda/runtime/device.h"
#include "cuda/runtime/stream.h"
#include "cuda/shared_memory.h"

namespace triptych::cuda {
namespace {

struct Same {
  template <class T>
  __device__ T operator()(T x) const {
    return x;
  }
};

/// A transpose within a copy: reads run along `rows`, writes along `columns`; the same again for each of `others`.
struct Transpose {
  std::int64_t rows, columns;
  std::int64_t in_step, out_step;  // from column to column of the input, from row to row of the output
  StridedLoops<2> others;
};

constexpr int tile_side = 32;

/// Tiles are turned in shared memory, so that both reads and writes are of neighbours. A block has 32 x 8 threads.
template <class Word>
__global__ void transpose_kernel(Transpose t, const Word* in, Word* out) {
  TRIPTYCH_SHARED(tile, Word[tile_side][tile_side + 1]);  // one more, so that a column lies in different banks
  const std::int64_t down = (t.rows + tile_side - 1) / tile_side, across = (t.columns + tile_side - 1) / tile_side;
  for (std::int64_t i = blockIdx.x; i < t.others.total * down * across; i += gridDim.x) {
    const auto [out_place, in_place] = places_of(t.others, i / (down * across));
    const std::int64_t row = i / across % down * tile_side, column = i % across * tile_side;
    for (unsigned k = threadIdx.y; k < tile_side; k += blockDim.y)
      if (row + threadIdx.x < t.rows && column + k < t.columns)
        tile[k][threadIdx.x] = in[in_place + row + threadIdx.x + (column + k) * t.in_step];
    __syncthreads();
    for (unsigned k = threadIdx.y; k < tile_side; k += blockDim.y)
      if (row + k < t.rows && column + threadIdx.x < t.columns)
        out[out_place + column + threadIdx.x + (row + k) * t.out_step] = tile[threadIdx.x][k];
    __syncthreads();
  }
}

/// Whether neighbours in the output are far apart in the input, along an axis that is long enough to be worth tiles.
bool is_transpose(const StridedLoops<2>& loops, Transpose& result) {
  constexpr std::int64_t shortest = 16;
  const int inner = loops.rank - 1;
  result = {};
  result.columns = loops.lengths[inner];
  result.in_step = loops.steps[1][inner];
  result.others.narrow = loops.narrow;
  result.others.total = 1;
  if (loops.steps[0][inner] != 1 || result.in_step <= 1 || result.columns < shortest) return false;
  for (int axis = 0; axis < inner; ++axis) {
    if (result.rows == 0 && loops.steps[1][axis] == 1 && loops.lengths[axis] >= shortest) {
      result.rows = loops.lengths[axis];
      result.out_step = loops.steps[0][axis];
      continue;
    }
    StridedLoops<2>& others = result.others;
    others.lengths[others.rank] = loops.lengths[axis];
    for (int k = 0; k < 2; ++k) others.steps[k][others.rank] = loops.steps[k][axis];
    others.total *= loops.lengths[axis];
    ++others.rank;
  }
  return result.rows > 0;
}

const Op copy_op{.name = "copy", .inputs = 1};

}  // namespace

void copy_strided(const void* from, const TensorMeta& from_meta, void* to, const TensorMeta& to_meta) {
  const DeviceGuard guard(to_meta.device.index);
  const RunContext context{.device = to_meta.device, .stream = current_stream(to_meta.device.index)};
  const Operand in{const_cast<void*>(from), &from_meta}, out{to, &to_meta};
  const KernelCall call{copy_op, {&in, 1}, {&out, 1}, nullptr, nullptr, context};
  if (out.size() == 0) return;
  Transpose transpose;
  const bool tiles = is_transpose(strided_loops<2>(call), transpose);
  visit_width(to_meta.dtype, [&]<class Word>(Word*) {
    if (tiles)
      run(call, transpose_kernel<Word>, blocks_for(out.size(), tile_side * tile_side), dim3(tile_side, 8), 0, transpose,
          in.as<const Word>(), out.as<Word>());
    else
      elementwise<Word, Word>(call, Same());
  });
}

}  // namespace triptych::cuda
