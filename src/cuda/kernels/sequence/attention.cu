// Attention in blocks: a block of threads takes a tile of queries (for the gradients of keys and values: of keys) and
// walks along the others, so that no matrix of scores is kept.
#include "core/formulas/random.h"
#include "core/kernels/sequence/attention.h"
#include "core/kernels/vector_math.h"
#include "cuda/kernels/run.h"
#include "cuda/kernels/scratch.h"
#include "cuda/shared_memory.h"

namespace triptych {

extern const Op attention_op, attention_grad_op;

namespace cuda {
namespace {

constexpr int tile = 16;  // queries and keys of a tile: a thread for each pair

template <class C>
__device__ C never() {
  return -std::numeric_limits<C>::infinity();
}

/// This thread's pair: its query, its key, and whether there are both.
struct Pair {
  std::int64_t query, key;
  bool real;
};

/// The score of a pair; minus infinity where the query may not look at the key.
template <class T>
__device__ compute_type<T> score(const AttentionCall& a, std::int64_t head, const Pair& p) {
  using C = compute_type<T>;
  if (!p.real || (a.is_causal && p.key > p.query)) return never<C>();
  const std::int64_t in_mask = p.query * a.mask.row + p.key * a.mask.column;
  if (a.masked && a.mask_is_bool && !a.mask.of<bool>(head)[in_mask]) return never<C>();
  const T *q = a.query.of<T>(head) + p.query * a.query.row, *k = a.key.of<T>(head) + p.key * a.key.row;
  C sum = 0;
  for (std::int64_t e = 0; e < a.width; ++e)
    sum += static_cast<C>(q[e * a.query.column]) * static_cast<C>(k[e * a.key.column]);
  sum *= static_cast<C>(a.scale);
  return a.masked && !a.mask_is_bool ? sum + static_cast<C>(a.mask.of<T>(head)[in_mask]) : sum;
}

/// The weight or slope of a pair after dropout.
template <class C>
__device__ C dropped(const AttentionCall& a, const formula::Dropout<C>& dropout, std::int64_t head, const Pair& p,
                     C x) {
  if (!a.draw || !p.real) return x;
  const std::int64_t i = (head * a.queries + p.query) * a.keys + p.key;
  return dropout(x, formula::random_block({a.draw[0], a.draw[1]}, i / 4)[static_cast<std::size_t>(i % 4)]);
}

template <class C>
__device__ C larger_of(C a, C b) {
  return a > b || a != a ? a : b;
}

template <class T>
__global__ void forward_kernel(AttentionCall a, formula::Dropout<compute_type<T>> dropout, std::int64_t tiles,
                               compute_type<T>* sums, T* out, compute_type<T>* log_sums) {
  using C = compute_type<T>;
  TRIPTYCH_SHARED(weights, C[tile][tile]);
  TRIPTYCH_SHARED(largest, C[tile]);
  TRIPTYCH_SHARED(totals, C[tile]);
  TRIPTYCH_SHARED(shrinks, C[tile]);
  const int column = static_cast<int>(threadIdx.x) % tile, row = static_cast<int>(threadIdx.x) / tile;
  for (std::int64_t part = blockIdx.x; part < a.heads * tiles; part += gridDim.x) {
    const std::int64_t head = part / tiles, first = part % tiles * tile, at = head * a.queries + first;
    const std::int64_t rows = a.queries - first < tile ? a.queries - first : tile;
    if (column == 0) {
      largest[row] = never<C>();
      totals[row] = 0;
    }
    for (std::int64_t i = threadIdx.x; i < rows * a.value_width; i += blockDim.x) sums[at * a.value_width + i] = 0;
    __syncthreads();
    for (std::int64_t begin = 0; begin < a.keys_before(first + rows); begin += tile) {
      const Pair pair{first + row, begin + column, row < rows && begin + column < a.keys};
      weights[row][column] = score<T>(a, head, pair);
      __syncthreads();
      if (column == 0) {
        C max = largest[row];
        for (int j = 0; j < tile; ++j) max = larger_of(weights[row][j], max);
        const C shift = max == never<C>() ? C(0) : max;
        shrinks[row] = math::exp(largest[row] - shift);
        C total = totals[row] * shrinks[row];
        for (int j = 0; j < tile; ++j) {
          weights[row][j] = math::exp(weights[row][j] - shift);
          total += weights[row][j];
        }
        totals[row] = total;
        largest[row] = max;
      }
      __syncthreads();
      weights[row][column] = dropped(a, dropout, head, pair, weights[row][column]);
      __syncthreads();
      for (std::int64_t i = threadIdx.x; i < rows * a.value_width; i += blockDim.x) {
        const std::int64_t r = i / a.value_width, e = i % a.value_width;
        const T* v = a.value.of<T>(head) + begin * a.value.row + e * a.value.column;
        C sum = sums[at * a.value_width + i] * shrinks[r];
        for (int j = 0; j < tile && begin + j < a.keys; ++j) sum += weights[r][j] * static_cast<C>(v[j * a.value.row]);
        sums[at * a.value_width + i] = sum;
      }
      __syncthreads();
    }
    for (std::int64_t i = threadIdx.x; i < rows * a.value_width; i += blockDim.x) {
      const C total = totals[i / a.value_width];
      out[at * a.value_width + i] = T(total == 0 ? C(0) : sums[at * a.value_width + i] / total);
    }
    if (column == 0 && row < rows)
      log_sums[at + row] = totals[row] == 0 ? never<C>() : largest[row] + math::log(totals[row]);
    __syncthreads();
  }
}

void attention_run(const KernelCall& call) {
  const AttentionCall a(call, 0, 3);
  if (a.heads * a.queries == 0) return;
  visit_floating(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    const Scratch sums(call.context, static_cast<std::size_t>(call.outputs[0].size() + 1) * sizeof(C));
    const std::int64_t tiles = (a.queries + tile - 1) / tile;
    run(call, forward_kernel<T>, blocks_for(a.heads * tiles, 1), tile * tile, 0, a, formula::Dropout<C>(a.dropout_p),
        tiles, sums.template as<C>(), call.outputs[0].as<T>(), call.outputs[1].as<C>());
  });
}

/// What the gradients read.
template <class T>
struct AttentionBackward {
  using C = compute_type<T>;
  AttentionCall a;
  formula::Dropout<C> dropout;
  const T *upstream, *result;
  const C* log_sums;

  /// The weight after dropout and the slope dS of a pair: dS = P (dP - D), D the sum of dO O.
  __device__ void pair(std::int64_t head, const Pair& p, C& weight, C& slope) const {
    weight = slope = 0;
    if (!p.real) return;
    const std::int64_t at = head * a.queries + p.query;
    if (log_sums[at] == never<C>()) return;
    weight = math::exp(score<T>(a, head, p) - log_sums[at]);
    const T *dy = upstream + at * a.value_width, *y = result + at * a.value_width,
            *v = a.value.of<T>(head) + p.key * a.value.row;
    C dot = 0, product = 0;
    for (std::int64_t e = 0; e < a.value_width; ++e) {
      dot += static_cast<C>(dy[e]) * static_cast<C>(y[e]);
      product += static_cast<C>(dy[e]) * static_cast<C>(v[e * a.value.column]);
    }
    slope = weight * (dropped(a, dropout, head, p, product) - dot);
    weight = dropped(a, dropout, head, p, weight);
  }
};

template <class T>
__global__ void query_kernel(AttentionBackward<T> of, std::int64_t tiles, compute_type<T>* sums, T* dq) {
  using C = compute_type<T>;
  TRIPTYCH_SHARED(slopes, C[tile][tile]);
  const AttentionCall& a = of.a;
  const int column = static_cast<int>(threadIdx.x) % tile, row = static_cast<int>(threadIdx.x) / tile;
  for (std::int64_t part = blockIdx.x; part < a.heads * tiles; part += gridDim.x) {
    const std::int64_t head = part / tiles, first = part % tiles * tile;
    const std::int64_t rows = a.queries - first < tile ? a.queries - first : tile;
    const std::int64_t at = (head * a.queries + first) * a.width;
    for (std::int64_t i = threadIdx.x; i < rows * a.width; i += blockDim.x) sums[at + i] = 0;
    for (std::int64_t begin = 0; begin < a.keys_before(first + rows); begin += tile) {
      C weight, slope;
      of.pair(head, {first + row, begin + column, row < rows && begin + column < a.keys}, weight, slope);
      slopes[row][column] = slope;
      __syncthreads();
      for (std::int64_t i = threadIdx.x; i < rows * a.width; i += blockDim.x) {
        const std::int64_t r = i / a.width, e = i % a.width;
        const T* k = a.key.of<T>(head) + begin * a.key.row + e * a.key.column;
        C sum = sums[at + i];
        for (int j = 0; j < tile && begin + j < a.keys; ++j) sum += slopes[r][j] * static_cast<C>(k[j * a.key.row]);
        sums[at + i] = sum;
      }
      __syncthreads();
    }
    for (std::int64_t i = threadIdx.x; i < rows * a.width; i += blockDim.x)
      dq[at + i] = T(sums[at + i] * static_cast<C>(a.scale));
  }
}

template <class T>
__global__ void key_kernel(AttentionBackward<T> of, std::int64_t tiles, compute_type<T>* key_sums,
                           compute_type<T>* value_sums, T* dk, T* dv) {
  using C = compute_type<T>;
  TRIPTYCH_SHARED(weights, C[tile][tile]);
  TRIPTYCH_SHARED(slopes, C[tile][tile]);
  const AttentionCall& a = of.a;
  const int column = static_cast<int>(threadIdx.x) % tile, row = static_cast<int>(threadIdx.x) / tile;
  for (std::int64_t part = blockIdx.x; part < a.shared_heads * tiles; part += gridDim.x) {
    const std::int64_t shared = part / tiles, begin = part % tiles * tile;
    const std::int64_t keys = a.keys - begin < tile ? a.keys - begin : tile;
    const std::int64_t key_at = (shared * a.keys + begin) * a.width,
                       value_at = (shared * a.keys + begin) * a.value_width;
    for (std::int64_t i = threadIdx.x; i < keys * a.width; i += blockDim.x) key_sums[key_at + i] = 0;
    for (std::int64_t i = threadIdx.x; i < keys * a.value_width; i += blockDim.x) value_sums[value_at + i] = 0;
    for (std::int64_t head = shared * a.groups; head < (shared + 1) * a.groups; ++head)
      for (std::int64_t first = a.is_causal ? begin : 0; first < a.queries; first += tile) {
        C weight, slope;
        of.pair(head, {first + row, begin + column, first + row < a.queries && column < keys}, weight, slope);
        weights[row][column] = weight;
        slopes[row][column] = slope;
        __syncthreads();
        const std::int64_t rows = a.queries - first < tile ? a.queries - first : tile;
        for (std::int64_t i = threadIdx.x; i < keys * a.width; i += blockDim.x) {
          const std::int64_t j = i / a.width, e = i % a.width;
          const T* q = a.query.of<T>(head) + first * a.query.row + e * a.query.column;
          C sum = key_sums[key_at + i];
          for (std::int64_t r = 0; r < rows; ++r) sum += slopes[r][j] * static_cast<C>(q[r * a.query.row]);
          key_sums[key_at + i] = sum;
        }
        for (std::int64_t i = threadIdx.x; i < keys * a.value_width; i += blockDim.x) {
          const std::int64_t j = i / a.value_width, e = i % a.value_width;
          const T* dy = of.upstream + (head * a.queries + first) * a.value_width + e;
          C sum = value_sums[value_at + i];
          for (std::int64_t r = 0; r < rows; ++r) sum += weights[r][j] * static_cast<C>(dy[r * a.value_width]);
          value_sums[value_at + i] = sum;
        }
        __syncthreads();
      }
    for (std::int64_t i = threadIdx.x; i < keys * a.width; i += blockDim.x)
      dk[key_at + i] = T(key_sums[key_at + i] * static_cast<C>(a.scale));
    for (std::int64_t i = threadIdx.x; i < keys * a.value_width; i += blockDim.x)
      dv[value_at + i] = T(value_sums[value_at + i]);
  }
}

void attention_grad_run(const KernelCall& call) {
  const AttentionCall a(call, 3, 6);
  visit_floating(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    const AttentionBackward<T> of{a, formula::Dropout<C>(a.dropout_p), call.inputs[0].as<const T>(),
                                  call.inputs[1].as<const T>(), call.inputs[2].as<const C>()};
    const auto sums_for = [&](std::size_t i) {
      return static_cast<std::size_t>(call.outputs[i].size() + 1) * sizeof(C);
    };
    const Scratch query_sums(call.context, sums_for(0)), key_sums(call.context, sums_for(1)),
        value_sums(call.context, sums_for(2));
    const std::int64_t down = (a.queries + tile - 1) / tile, across = (a.keys + tile - 1) / tile;
    if (a.heads * down > 0)
      run(call, query_kernel<T>, blocks_for(a.heads * down, 1), tile * tile, 0, of, down, query_sums.template as<C>(),
          call.outputs[0].as<T>());
    if (a.shared_heads * across > 0)
      run(call, key_kernel<T>, blocks_for(a.shared_heads * across, 1), tile * tile, 0, of, across,
          key_sums.template as<C>(), value_sums.template as<C>(), call.outputs[1].as<T>(), call.outputs[2].as<T>());
  });
}

const Kernel attention_kernel{.run = attention_run}, attention_grad_kernel{.run = attention_grad_run};

}  // namespace

void register_attention_kernels() {
  register_kernel(attention_op, Device::Type::cuda, attention_kernel);
  register_kernel(attention_grad_op, Device::Type::cuda, attention_grad_kernel);
}

}  // namespace cuda
}  // namespace triptych
