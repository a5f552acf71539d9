// Products by their names, and linear algebra. What is not unique, the signs of vectors, is left out: absolute
// values are compared, which round nothing.
#include <limits>
#include <string_view>

#include "samples.h"
#include "triptych/core/ops/linalg.h"
#include "triptych/core/ops/products.h"

namespace tt = triptych;
namespace linalg = triptych::linalg;

namespace conformance {
namespace {

/// What is symmetric stays so when elements are moved one by one, as for finite differences. Whole numbers are refused
/// as they are.
Tensor symmetric(const Tensor& x) { return tt::is_floating(x.dtype()) ? (x + tt::transpose(x)) * 0.5 : x; }

/// A first step's result is not rounded to 16 bits before the second one uses it.
Tensor wide(const Tensor& x) { return tt::size_of(x.dtype()) == 2 ? tt::cast(x, tt::float32) : x; }

struct Adder {
  std::vector<Sample>& samples;

  Sample& operator()(const char* op, const char* name, std::function<Tensors(const Tensors&)> call) const {
    samples.push_back({op, name, std::move(call)});
    return samples.back();
  }
};

void add_einsum(const Adder& add) {
  const auto einsum = [&](const char* name, const char* equation) -> Sample& {
    return add("einsum", name, [equation](const Tensors& x) { return Tensors{tt::einsum(equation, x)}; });
  };
  einsum("matrices", "ij,jk->ik");
  einsum("batched", "bqd,bkd->bqk");
  einsum("swapped", "ij,jk->ki");
  einsum("diagonal", "ii->i");
  einsum("trace", "ii");
  einsum("diagonal_of_batches", "...ii->...i");
  einsum("ellipsis", "...ij,...jk->...ik").unknown_dims = false;  // a length of one is dropped
  einsum("ellipsis_first", "...,ij -> ...ij");
  einsum("ellipsis_summed", "i...->i");
  einsum("implicit", "ba,ca");
  einsum("outer", "i,j->ij");
  einsum("summed", "ij,kj->k");
  einsum("scalars", ",->");
  einsum("transposed", "ij->ji");
  einsum("length_one", "ij,ij->ij");
  einsum("length_one_summed", "ij,jk->ik").unknown_dims = false;
  // Unknown lengths are broadcast where known ones are merged, and so gradients are added in another order.
  einsum("merged", "abc,cde->abde").unknown_dims = false;
  einsum("merged_in_batches", "zabc,zcde->zabde").unknown_dims = false;
  einsum("reordered", "abc,cbd->dab");
  einsum("inner_product", "ijk,ijk->");
  einsum("empty", "ij,jk->ik");
  einsum("whole", "ij,jk,k->i").unknown_dims = false;  // what is multiplied first depends on the lengths
  einsum("chain", "ij,jk,kl->il").unknown_dims = false;
  einsum("bilinear", "bi,ij,bj->b").unknown_dims = false;
  einsum("nine", "ab,bc,cd,de,ef,fg,gh,hi,ia->").unknown_dims = false;
  add.samples.back().roundings = 100;
}

void add_products(const Adder& add) {
  add("tensordot", "two", [](const Tensors& x) { return Tensors{tt::tensordot(x[0], x[1])}; });
  add("tensordot", "none", [](const Tensors& x) { return Tensors{tt::tensordot(x[0], x[1], 0)}; });
  add("tensordot", "axes", [](const Tensors& x) {
    return Tensors{tt::tensordot(x[0], x[1], tt::Axes{0, -1}, tt::Axes{1, 0})};
  });
  add("dot", "plain", [](const Tensors& x) { return Tensors{tt::dot(x[0], x[1])}; });
  add("vdot", "plain", [](const Tensors& x) { return Tensors{tt::vdot(x[0], x[1])}; });
  add("inner", "matrices", [](const Tensors& x) { return Tensors{tt::inner(x[0], x[1])}; }).unknown_dims = false;
  add("inner", "scalar", [](const Tensors& x) { return Tensors{tt::inner(x[0], x[1])}; });
  add("mv", "plain", [](const Tensors& x) { return Tensors{tt::mv(x[0], x[1])}; });
  add("mm", "plain", [](const Tensors& x) { return Tensors{tt::mm(x[0], x[1])}; });
  add("bmm", "plain", [](const Tensors& x) { return Tensors{tt::bmm(x[0], x[1])}; });
  add("outer", "plain", [](const Tensors& x) { return Tensors{tt::outer(x[0], x[1])}; });
  add("ger", "plain", [](const Tensors& x) { return Tensors{tt::ger(x[0], x[1])}; });
  const tt::ScaledSumOptions scaled{.beta = 2, .alpha = -3};
  add("addmm", "plain", [](const Tensors& x) { return Tensors{tt::addmm(x[0], x[1], x[2])}; });
  add("addmm", "scaled", [=](const Tensors& x) { return Tensors{tt::addmm(x[0], x[1], x[2], scaled)}; });
  add("addmm", "not_read", [](const Tensors& x) { return Tensors{tt::addmm(x[0], x[1], x[2], {.beta = 0})}; });
  add("addmv", "scaled", [=](const Tensors& x) { return Tensors{tt::addmv(x[0], x[1], x[2], scaled)}; });
  add("addbmm", "scaled", [=](const Tensors& x) { return Tensors{tt::addbmm(x[0], x[1], x[2], scaled)}; });
  add("baddbmm", "scaled", [=](const Tensors& x) { return Tensors{tt::baddbmm(x[0], x[1], x[2], scaled)}; });
  add("addr", "scaled", [=](const Tensors& x) { return Tensors{tt::addr(x[0], x[1], x[2], scaled)}; });
  for (const char* name : {"matrices", "ranks", "scalar"})
    add("kron", name, [](const Tensors& x) { return Tensors{tt::kron(x[0], x[1])}; });
  add("cross", "last", [](const Tensors& x) { return Tensors{tt::cross(x[0], x[1])}; });
  add("cross", "first", [](const Tensors& x) { return Tensors{tt::cross(x[0], x[1], 0)}; });
  add("matrix_power", "zero", [](const Tensors& x) { return Tensors{tt::matrix_power(x[0], 0)}; });
  add("matrix_power", "one", [](const Tensors& x) { return Tensors{tt::matrix_power(x[0], 1)}; });
  add("matrix_power", "five", [](const Tensors& x) { return Tensors{tt::matrix_power(x[0], 5)}; }).roundings = 60;
  Sample& inverse =
      add("matrix_power", "inverse", [](const Tensors& x) { return Tensors{tt::matrix_power(x[0], -3)}; });
  inverse.roundings = 60;
  inverse.integers = false;
  for (const char* name : {"matrices", "ends"}) {
    Sample& s = add("multi_dot", name, [](const Tensors& x) { return Tensors{tt::multi_dot(x)}; });
    s.unknown_dims = false;
    s.roundings = 60;
  }
  add("chain_matmul", "plain", [](const Tensors& x) { return Tensors{tt::chain_matmul(x)}; }).unknown_dims = false;
}

void add_distances(const Adder& add) {
  const auto cdist = [&](const char* name, double p) -> Sample& {
    return add("cdist", name, [p](const Tensors& x) { return Tensors{tt::cdist(x[0], x[1], p)}; });
  };
  cdist("euclidean", 2);
  cdist("batches", 2);
  cdist("sum", 1);
  cdist("cubes", 3);
  cdist("roots", 0.5).roundings = 60;
  cdist("largest", std::numeric_limits<double>::infinity());
  cdist("count", 0).smooth = false;
  Sample& many = cdist("by_product", 2);
  many.unknown_dims = false;  // which way it goes depends on the lengths
  many.roundings = 200;
  many.float32 = false;
  for (const auto& [name, p] :
       {std::pair("equal_rows", 2.0), std::pair("equal_rows_cubes", 3.0), std::pair("equal_rows_roots", 0.5)})
    cdist(name, p).smooth = false;
  Sample& pdist = add("pdist", "plain", [](const Tensors& x) { return Tensors{tt::pdist(x[0])}; });
  pdist.unknown_dims = false;
}

/// Well-conditioned, but each step rounds.
void in_many_steps(Sample& s) {
  s.roundings = 100;
  s.integers = false;
}

void add_solvers(const Adder& add) {
  for (const char* name : {"plain", "batch", "one", "none"})
    in_many_steps(add("inv", name, [](const Tensors& x) { return Tensors{linalg::inv(x[0])}; }));
  for (const char* name : {"matrix", "vector", "batch", "vectors", "broadcast"}) {
    Sample& s = add("solve", name, [](const Tensors& x) { return Tensors{linalg::solve(x[0], x[1])}; });
    in_many_steps(s);
    s.unknown_dims = std::string_view(name) != "broadcast";  // of unknown shape they might be vectors
  }
  for (const char* name : {"right", "right_batch"})
    in_many_steps(add("solve", name, [](const Tensors& x) { return Tensors{linalg::solve(x[0], x[1], false)}; }));
  const auto triangular = [&](const char* name, linalg::SolveTriangularOptions options) {
    in_many_steps(add("solve_triangular", name,
                      [options](const Tensors& x) { return Tensors{linalg::solve_triangular(x[0], x[1], options)}; }));
  };
  triangular("lower", {});
  triangular("upper", {.upper = true});
  triangular("unit", {.unitriangular = true});
  triangular("right", {.upper = true, .left = false});
  triangular("broadcast", {.upper = true, .unitriangular = true});
  in_many_steps(add("triangular_solve", "plain", [](const Tensors& x) {
    const auto [solution, coefficient] = linalg::triangular_solve(x[0], x[1]);
    return Tensors{solution, coefficient};
  }));
  in_many_steps(add("triangular_solve", "transposed", [](const Tensors& x) {
    return Tensors{linalg::triangular_solve(x[0], x[1], {.upper = false, .transpose = true}).solution};
  }));
  in_many_steps(add("lu_factor", "plain", [](const Tensors& x) {
    const auto [factors, pivots] = linalg::lu_factor(x[0]);
    return Tensors{factors, pivots};
  }));
  for (const char* name : {"square", "wide", "tall", "batch"}) {
    Sample& s = add("lu", name, [](const Tensors& x) {
      const auto [p, l, u] = linalg::lu(x[0]);
      return Tensors{l, u, p};
    });
    in_many_steps(s);
    s.unknown_dims = std::string_view(name) == "square" || std::string_view(name) == "batch";
  }
  for (const bool left : {true, false})
    for (const bool adjoint : {false, true})
      in_many_steps(add("lu_solve", left ? (adjoint ? "adjoint" : "plain") : (adjoint ? "right_adjoint" : "right"),
                        [=](const Tensors& x) {
                          const auto [factors, pivots] = linalg::lu_factor(wide(x[0]));
                          return Tensors{linalg::lu_solve(factors, pivots, x[1], {.left = left, .adjoint = adjoint})};
                        }));
}

void add_determinants(const Adder& add) {
  for (const char* name : {"plain", "batch", "one", "none"})
    in_many_steps(add("det", name, [](const Tensors& x) { return Tensors{linalg::det(x[0])}; }));
  Sample& singular = add("det", "singular", [](const Tensors& x) { return Tensors{linalg::det(x[0])}; });
  in_many_steps(singular);
  singular.smooth = false;  // of order 2: its derivative divides by the determinant
  for (const char* name : {"plain", "batch"})
    in_many_steps(add("slogdet", name, [](const Tensors& x) {
      const auto [sign, logabsdet] = linalg::slogdet(x[0]);
      return Tensors{logabsdet, sign};
    }));
  in_many_steps(add("logdet", "plain", [](const Tensors& x) { return Tensors{linalg::logdet(x[0])}; }));
}

void add_factorizations(const Adder& add) {
  for (const char* name : {"lower", "batch"})
    in_many_steps(add("cholesky", name, [](const Tensors& x) { return Tensors{linalg::cholesky(symmetric(x[0]))}; }));
  in_many_steps(
      add("cholesky", "upper", [](const Tensors& x) { return Tensors{linalg::cholesky(symmetric(x[0]), true)}; }));
  in_many_steps(add("cholesky_solve", "lower",
                    [](const Tensors& x) { return Tensors{linalg::cholesky_solve(x[0], tt::tril(x[1]))}; }));
  in_many_steps(add("cholesky_solve", "upper",
                    [](const Tensors& x) { return Tensors{linalg::cholesky_solve(x[0], tt::triu(x[1]), true)}; }));
  in_many_steps(add("cholesky_inverse", "plain",
                    [](const Tensors& x) { return Tensors{linalg::cholesky_inverse(tt::tril(x[0]))}; }));
  const auto qr = [&](const char* name, const char* mode, bool unknown_dims) {
    Sample& s = add("qr", name, [mode](const Tensors& x) {
      const auto [q, r] = linalg::qr(x[0], mode);
      return q.ndim() == 1 ? Tensors{r} : Tensors{q, r};
    });
    in_many_steps(s);
    s.unknown_dims = unknown_dims;
  };
  qr("tall", "reduced", true);
  qr("square", "reduced", true);
  qr("wide", "reduced", false);
  qr("complete", "complete", false);
  qr("r", "r", true);
  const auto svd = [&](const char* name, bool full, bool unknown_dims) {
    Sample& s = add("svd", name, [full](const Tensors& x) {
      const auto [u, s, vh] = linalg::svd(x[0], full);
      return Tensors{tt::abs(u), s, tt::abs(vh)};
    });
    in_many_steps(s);
    s.unknown_dims = unknown_dims;
  };
  svd("tall", false, true);
  svd("wide", false, true);
  svd("batch", false, true);
  svd("square_full", true, false);
  for (const char* name : {"tall", "wide", "batch", "none"})
    in_many_steps(add("svdvals", name, [](const Tensors& x) { return Tensors{linalg::svdvals(x[0])}; }));
  for (const char* uplo : {"L", "U"}) {
    in_many_steps(add("eigh", uplo, [uplo](const Tensors& x) {
      const auto [values, vectors] = linalg::eigh(symmetric(x[0]), uplo);
      return Tensors{values, tt::abs(vectors)};
    }));
    in_many_steps(
        add("eigvalsh", uplo, [uplo](const Tensors& x) { return Tensors{linalg::eigvalsh(symmetric(x[0]), uplo)}; }));
  }
}

void add_by_singular_values(const Adder& add) {
  for (const char* name : {"tall", "wide", "square", "batch"})
    in_many_steps(add("pinv", name, [](const Tensors& x) { return Tensors{linalg::pinv(x[0])}; }));
  in_many_steps(add("pinv", "hermitian",
                    [](const Tensors& x) { return Tensors{linalg::pinv(symmetric(x[0]), {.hermitian = true})}; }));
  in_many_steps(add("matrix_rank", "plain", [](const Tensors& x) { return Tensors{linalg::matrix_rank(x[0])}; }));
  in_many_steps(add("matrix_rank", "tolerance",
                    [](const Tensors& x) { return Tensors{linalg::matrix_rank(x[0], {.atol = 0.5})}; }));
  in_many_steps(add("matrix_rank", "hermitian", [](const Tensors& x) {
    return Tensors{linalg::matrix_rank(symmetric(x[0]), {.hermitian = true})};
  }));
  for (const char* name : {"tall", "wide", "vector", "batch"})
    in_many_steps(add("lstsq", name, [](const Tensors& x) { return Tensors{linalg::lstsq(x[0], x[1]).solution}; }));
  for (const char* name : {"values", "values_of_vectors", "values_of_wide"}) {
    Sample& s = add("lstsq", name, [](const Tensors& x) {
      const linalg::Lstsq result = linalg::lstsq(x[0].detach(), x[1].detach());
      return Tensors{result.residuals, result.rank, result.singular_values};
    });
    in_many_steps(s);
    s.unknown_dims = std::string_view(name) != "values_of_wide";  // whose residuals are empty
  }
  in_many_steps(add("cond", "plain", [](const Tensors& x) { return Tensors{linalg::cond(x[0])}; }));
  in_many_steps(add("cond", "norms", [](const Tensors& x) {
    return Tensors{linalg::cond(x[0], "fro"), linalg::cond(x[0], 1), linalg::cond(x[0], -2), linalg::cond(x[0], "nuc")};
  }));
}

void add_functions(const Adder& add) {
  for (const char* name : {"small", "large", "batch"}) {
    Sample& s = add("matrix_exp", name, [](const Tensors& x) { return Tensors{linalg::matrix_exp(x[0])}; });
    in_many_steps(s);
    s.tolerance = 1e-9;
  }
  const auto norm = [&](const char* name, auto ord, bool smooth = true) {
    Sample& s = add("matrix_norm", name, [ord](const Tensors& x) {
      return Tensors{linalg::matrix_norm(x[0], ord), linalg::matrix_norm(x[0], ord, {0, 2}, true)};
    });
    in_many_steps(s);
    s.smooth = smooth;
  };
  norm("fro", "fro");
  norm("nuc", "nuc");
  norm("one", 1.0);
  norm("minus_one", -1.0);
  norm("two", 2.0);
  norm("minus_two", -2.0);
  norm("infinity", std::numeric_limits<double>::infinity());
  norm("minus_infinity", -std::numeric_limits<double>::infinity());
  add("trace", "batch", [](const Tensors& x) { return Tensors{linalg::trace(x[0])}; });
  Sample& diagonal = add("diagonal", "offsets", [](const Tensors& x) {
    return Tensors{linalg::diagonal(x[0]), linalg::diagonal(x[0], 1), linalg::diagonal(x[0], -2, 0, 1),
                   linalg::diagonal(x[0], 9)};
  });
  diagonal.unknown_dims = false;
  add("vander", "plain", [](const Tensors& x) { return Tensors{linalg::vander(x[0], 4)}; });
  add("vander", "square", [](const Tensors& x) { return Tensors{linalg::vander(x[0])}; }).unknown_dims = false;
}

}  // namespace

void add_linalg_samples(std::vector<Sample>& samples) {
  const Adder add{samples};
  add_einsum(add);
  add_products(add);
  add_distances(add);
  add_solvers(add);
  add_determinants(add);
  add_factorizations(add);
  add_by_singular_values(add);
  add_functions(add);
}

}  // namespace conformance
