// The Operations of keras.src.ops' linalg, math and core that take more than operands.
#include "api_keras/saving/graph_call.h"
#include "triptych/keras/ops.h"

namespace triptych::keras {
namespace {

using Tensors = std::vector<Tensor>;

Tensor segments_of(const Call& c, Tensor (*reduce)(const Arg&, const Arg&, std::optional<std::int64_t>)) {
  return reduce(c.tensor(0, "data"), c.tensor(1, "segment_ids"), c.optional_integer("num_segments"));
}

constexpr KnownOp math_ops[] = {
    {"Cast", [](const Call& c) -> Tensors { return {cast(c.x(), c.dtype(float32))}; }},
    {"TopK",
     [](const Call& c) -> Tensors {
       const auto best = ops::top_k(c.x(), c.integer("k"), c.flag("sorted", true));
       return {best.values, best.indices};
     }},
    {"Norm",
     [](const Call& c) -> Tensors {
       const Tensor x = c.x();
       const bool keepdims = c.flag("keepdims");
       if (!c.given("ord")) return {norm(x, c.axes(x), keepdims)};
       const Axes axes = c.given("axis") ? c.axes(x) : Axes();
       if (c.is_text("ord")) return {ops::norm(x, Text(c.text("ord", "fro")), axes, keepdims)};
       return {ops::norm(x, c.number("ord"), axes, keepdims)};
     }},
    {"Cholesky",
     [](const Call& c) -> Tensors {
       const Tensor lower = ops::cholesky(c.x());
       return {c.flag("upper") ? swapaxes(lower, -1, -2) : lower};
     }},
    {"SolveTriangular",
     [](const Call& c) -> Tensors {
       return {ops::solve_triangular(c.tensor(0, "a"), c.tensor(1, "b"), c.flag("lower"))};
     }},
    {"Unstack", [](const Call& c) -> Tensors { return unbind(c.x(), c.integer("axis", 0)); }},
    {"CholeskyInverse", [](const Call& c) -> Tensors { return {ops::cholesky_inverse(c.x(), c.flag("upper"))}; }},
    {"Eigh",
     [](const Call& c) -> Tensors {
       const auto pairs = ops::eigh(c.x());
       return {pairs.eigenvalues, pairs.eigenvectors};
     }},
    {"LuFactor",
     [](const Call& c) -> Tensors {
       const auto factors = ops::lu_factor(c.x());
       return {factors.lu, factors.pivots};
     }},
    {"Qr",
     [](const Call& c) -> Tensors {
       const auto factors = ops::qr(c.x(), Text(c.text("mode", "reduced")));
       return {factors.Q, factors.R};
     }},
    {"SVD",
     [](const Call& c) -> Tensors {
       if (!c.flag("compute_uv", true)) return {triptych::linalg::svdvals(c.x())};
       const auto parts = ops::svd(c.x(), c.flag("full_matrices", true));
       return {parts.U, parts.S, parts.Vh};
     }},
    {"Lstsq",
     [](const Call& c) -> Tensors {
       return {ops::lstsq(c.tensor(0, "a"), c.tensor(1, "b"), c.optional_number("rcond"))};
     }},
    {"MatrixRank",
     [](const Call& c) -> Tensors { return {ops::matrix_rank(c.x(), {.rtol = c.optional_number("tol")})}; }},
    {"Pinv", [](const Call& c) -> Tensors { return {ops::pinv(c.x(), {.rtol = c.optional_number("rcond")})}; }},
    {"SegmentSum", [](const Call& c) -> Tensors { return {segments_of(c, ops::segment_sum)}; }},
    {"SegmentMax", [](const Call& c) -> Tensors { return {segments_of(c, ops::segment_max)}; }},
    {"SegmentMin", [](const Call& c) -> Tensors { return {segments_of(c, ops::segment_min)}; }},
    {"SegmentProd", [](const Call& c) -> Tensors { return {segments_of(c, ops::segment_prod)}; }},
    {"InTopK",
     [](const Call& c) -> Tensors {
       return {in_top_k(c.tensor(0, "targets"), c.tensor(1, "predictions"), c.integer("k"))};
     }},
    {"ExtractSequences",
     [](const Call& c) -> Tensors {
       return {ops::extract_sequences(c.x(), c.integer("sequence_length"), c.integer("sequence_stride"))};
     }},
    {"Scatter",
     [](const Call& c) -> Tensors {
       return {ops::scatter(c.tensor(0, "indices"), c.tensor(1, "values"), Shape(c.integers("shape")))};
     }},
    {"ScatterUpdate",
     [](const Call& c) -> Tensors {
       if (c.given("reduction")) c.fail("reduction");
       return {ops::scatter_update(c.tensor(0, "inputs"), c.tensor(1, "indices"), c.tensor(2, "updates"))};
     }},
    {"Slice",
     [](const Call& c) -> Tensors {
       return {ops::slice(c.tensor(0, "inputs"), c.tensor(1, "start_indices"), Shape(c.integers("shape")))};
     }},
    {"SliceUpdate",
     [](const Call& c) -> Tensors {
       return {ops::slice_update(c.tensor(0, "inputs"), c.tensor(1, "start_indices"), c.tensor(2, "updates"))};
     }},
    {"SaturateCast", [](const Call& c) -> Tensors { return {saturate_cast(c.x(), c.dtype(float32))}; }},
    {"ConvertToTensor",
     [](const Call& c) -> Tensors {
       const Tensor x = c.x();
       return {cast(x, c.dtype(x.dtype()))};
     }},
};

}  // namespace

std::span<const KnownOp> known_math_ops() { return math_ops; }

}  // namespace triptych::keras
