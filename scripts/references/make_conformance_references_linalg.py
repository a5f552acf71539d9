#!/usr/bin/env python3
"""Makes tests/references/conformance_linalg.safetensors: the samples of tests/conformance/samples_linalg.cpp, as
make_conformance_references.py makes the others. Needs: pip install torch safetensors numpy.
"""
import math
import os

import torch
from make_conformance_references import integers, results, sample, save_file, values

LA = torch.linalg


def solid(*shape, seed=0):
    """Square matrices whose diagonal is large, so that they are far from singular."""
    return values(*shape, seed=seed) + (1.5 * shape[-1] + 1) * torch.eye(shape[-1], dtype=torch.float64)


def sym(x):
    return (x + x.mT) * 0.5


def spread(n):
    """Symmetric, with eigenvalues that lie apart."""
    return sym(values(n, n) * 0.3) + torch.diag(torch.arange(1, n + 1, dtype=torch.float64) * 2)


def einsum():
    cases = {
        "matrices": ("ij,jk->ik", (3, 4), (4, 2)), "batched": ("bqd,bkd->bqk", (2, 3, 4), (2, 5, 4)),
        "swapped": ("ij,jk->ki", (3, 4), (4, 2)), "diagonal": ("ii->i", (4, 4)), "trace": ("ii", (3, 3)),
        "diagonal_of_batches": ("...ii->...i", (2, 3, 3)), "ellipsis": ("...ij,...jk->...ik", (2, 1, 3, 4), (5, 4, 2)),
        "ellipsis_first": ("...,ij->...ij", (2,), (3, 4)), "ellipsis_summed": ("i...->i", (2, 3, 4)),
        "implicit": ("ba,ca", (3, 4), (2, 4)), "outer": ("i,j->ij", (3,), (4,)), "summed": ("ij,kj->k", (3, 4), (2, 4)),
        "scalars": (",->", (), ()), "transposed": ("ij->ji", (3, 4)), "length_one": ("ij,ij->ij", (1, 4), (3, 4)),
        "length_one_summed": ("ij,jk->ik", (3, 1), (4, 2)), "merged": ("abc,cde->abde", (2, 3, 4), (4, 3, 2)),
        "merged_in_batches": ("zabc,zcde->zabde", (2, 2, 3, 4), (2, 4, 3, 2)),
        "reordered": ("abc,cbd->dab", (2, 3, 4), (4, 3, 2)), "inner_product": ("ijk,ijk->", (2, 3, 4), (2, 3, 4)),
        "empty": ("ij,jk->ik", (3, 0), (0, 2)), "chain": ("ij,jk,kl->il", (3, 4), (4, 2), (2, 5)),
        "bilinear": ("bi,ij,bj->b", (3, 4), (4, 2), (3, 2)),
        "nine": ("ab,bc,cd,de,ef,fg,gh,hi,ia->", (2, 3), (3, 2), (2, 4), (4, 2), (2, 3), (3, 2), (2, 2), (2, 3), (3, 2)),
    }
    for name, (equation, *shapes) in cases.items():
        inputs = [values(*s, seed=i) for i, s in enumerate(shapes)]
        sample("einsum", name, lambda *x, e=equation: torch.einsum(e, *x), *inputs)
    sample("einsum", "whole", lambda *x: torch.einsum("ij,jk,k->i", *x), integers(9, 3, 4), integers(9, 4, 2), integers(9, 2))


def products():
    sample("tensordot", "two", lambda a, b: torch.tensordot(a, b, 2), values(2, 3, 4), values(3, 4, 5))
    sample("tensordot", "none", lambda a, b: torch.tensordot(a, b, 0), values(2, 3), values(4))
    sample("tensordot", "axes", lambda a, b: torch.tensordot(a, b, ([0, -1], [1, 0])), values(2, 3, 4), values(4, 2, 5))
    sample("dot", "plain", torch.dot, values(5), values(5, seed=1))
    sample("vdot", "plain", torch.vdot, values(5), values(5, seed=1))
    sample("inner", "matrices", torch.inner, values(2, 3, 4), values(5, 4))
    sample("inner", "scalar", torch.inner, values(), values(3))
    sample("mv", "plain", torch.mv, values(3, 4), values(4))
    sample("mm", "plain", torch.mm, values(3, 4), values(4, 2))
    sample("bmm", "plain", torch.bmm, values(2, 3, 4), values(2, 4, 5))
    sample("outer", "plain", torch.outer, values(3), values(4))
    sample("ger", "plain", torch.outer, values(3), values(4))
    scaled = {"beta": 2, "alpha": -3}
    sample("addmm", "plain", torch.addmm, values(2), values(3, 4), values(4, 2))
    sample("addmm", "scaled", lambda i, a, b: torch.addmm(i, a, b, **scaled), values(3, 1), values(3, 4), values(4, 2))
    sample("addmm", "not_read", lambda i, a, b: torch.addmm(i.detach(), a, b, beta=0), values(3, 2) * math.nan, values(3, 4), values(4, 2))
    sample("addmv", "scaled", lambda i, a, b: torch.addmv(i, a, b, **scaled), values(3), values(3, 4), values(4))
    sample("addbmm", "scaled", lambda i, a, b: torch.addbmm(i, a, b, **scaled), values(3, 5), values(2, 3, 4), values(2, 4, 5))
    sample("baddbmm", "scaled", lambda i, a, b: torch.baddbmm(i, a, b, **scaled), values(3, 5), values(2, 3, 4), values(2, 4, 5))
    sample("addr", "scaled", lambda i, a, b: torch.addr(i, a, b, **scaled), values(3, 4), values(3), values(4))
    sample("kron", "matrices", torch.kron, values(2, 3), values(3, 2))
    sample("kron", "ranks", torch.kron, values(2, 3), values(4))
    sample("kron", "scalar", torch.kron, values(), values(2, 3))
    sample("cross", "last", LA.cross, values(4, 3), values(1, 3))
    sample("cross", "first", lambda a, b: LA.cross(a, b, dim=0), values(3, 2), values(3, 2, seed=1))
    sample("matrix_power", "zero", lambda x: LA.matrix_power(x, 0), values(2, 3, 3), differentiable=False)
    sample("matrix_power", "one", lambda x: LA.matrix_power(x, 1), values(3, 3))
    sample("matrix_power", "five", lambda x: LA.matrix_power(x, 5), values(2, 3, 3) / 2)
    sample("matrix_power", "inverse", lambda x: LA.matrix_power(x, -3), solid(3, 3))
    sample("multi_dot", "matrices", lambda *x: LA.multi_dot(x), values(3, 7), values(7, 2), values(2, 5), values(5, 4))
    sample("multi_dot", "ends", lambda *x: LA.multi_dot(x), values(3), values(3, 4), values(4, 2), values(2))
    sample("chain_matmul", "plain", lambda *x: LA.multi_dot(x), values(3, 7), values(7, 2), values(2, 5))


def distances():
    a, b = values(3, 4), values(5, 4)
    plain = {"compute_mode": "donot_use_mm_for_euclid_dist"}
    for name, p in {"euclidean": 2, "sum": 1, "cubes": 3, "roots": 0.5, "largest": math.inf}.items():
        sample("cdist", name, lambda x, y, p=p: torch.cdist(x, y, p=float(p), **plain), a, b)
    sample("cdist", "batches", lambda x, y: torch.cdist(x, y, **plain), values(2, 3, 4), values(2, 5, 4))
    sample("cdist", "count", lambda x, y: torch.cdist(x, y, p=0.0), integers(3, 3, 4).double(), integers(3, 5, 4, seed=1).double(),
           differentiable=False)
    sample("cdist", "by_product", lambda x, y: torch.cdist(x, y, **plain), values(26, 3), values(4, 3))
    equal = torch.cat([a[:2], values(1, 4)])
    for name, p in {"equal_rows": 2, "equal_rows_cubes": 3, "equal_rows_roots": 0.5}.items():
        sample("cdist", name, lambda x, y, p=p: torch.cdist(x, y, p=float(p), **plain), a, equal)
    sample("pdist", "plain", torch.pdist, values(5, 3))


def solvers():
    for name, x in {"plain": solid(4, 4), "batch": solid(2, 3, 3), "one": solid(1, 1), "none": values(0, 3, 3)}.items():
        sample("inv", name, LA.inv, x)
    for name, (a, b) in {"matrix": (solid(4, 4), values(4, 2)), "vector": (solid(4, 4), values(4)),
                         "batch": (solid(2, 3, 3), values(2, 3, 5)), "vectors": (solid(2, 3, 3), values(2, 3)),
                         "broadcast": (solid(2, 1, 3, 3), values(4, 3, 2))}.items():
        sample("solve", name, LA.solve, a, b)
    sample("solve", "right", lambda a, b: LA.solve(a, b, left=False), solid(4, 4), values(2, 4))
    sample("solve", "right_batch", lambda a, b: LA.solve(a, b, left=False), solid(2, 3, 3), values(2, 5, 3))
    tri = LA.solve_triangular
    sample("solve_triangular", "lower", lambda a, b: tri(a, b, upper=False), solid(4, 4), values(4, 2))
    sample("solve_triangular", "upper", lambda a, b: tri(a, b, upper=True), solid(2, 3, 3), values(2, 3, 2))
    sample("solve_triangular", "unit", lambda a, b: tri(a, b, upper=False, unitriangular=True), values(3, 3) / 2, values(3, 2))
    sample("solve_triangular", "right", lambda a, b: tri(a, b, upper=True, left=False), solid(3, 3), values(2, 3))
    sample("solve_triangular", "broadcast", lambda a, b: tri(a, b, upper=True, unitriangular=True), values(2, 1, 3, 3) / 2,
           values(4, 3, 2))
    sample("triangular_solve", "plain", lambda b, a: (tri(a, b, upper=True), a.clone()), values(4, 2), solid(4, 4))
    sample("triangular_solve", "transposed", lambda b, a: tri(a.mT, b, upper=True), values(4, 2), solid(4, 4))
    sample("lu_factor", "plain", lambda x: tuple(LA.lu_factor(x)), values(4, 4))
    for name, shape in {"square": (4, 4), "wide": (3, 5), "tall": (5, 3), "batch": (2, 3, 3)}.items():
        sample("lu", name, lambda x: (lambda p, l, u: (l, u, p))(*LA.lu(x)), values(*shape, seed=3))
    for left in (True, False):
        for adjoint in (False, True):
            name = ("adjoint" if adjoint else "plain") if left else ("right_adjoint" if adjoint else "right")
            sample("lu_solve", name,
                   lambda a, b, l=left, h=adjoint: LA.lu_solve(*LA.lu_factor(a), b, left=l, adjoint=h),
                   solid(4, 4).flip(0), values(4, 4, seed=5))


def determinants():
    for name, x in {"plain": values(4, 4), "batch": values(2, 3, 3), "one": values(1, 1), "none": values(2, 0, 0)}.items():
        sample("det", name, LA.det, x)
    low = values(3, 2) @ values(2, 3)
    cofactor = torch.stack([torch.stack([(-1) ** (i + j) * LA.det(low[[r for r in range(3) if r != i]][:, [c for c in range(3) if c != j]])
                                         for j in range(3)]) for i in range(3)])
    sample("det", "singular", lambda x: (cofactor * x).sum() - (cofactor * low).sum(), low)  # det is 0, its derivative the cofactors
    for name, x in {"plain": values(4, 4), "batch": values(2, 3, 3)}.items():
        sample("slogdet", name, lambda x: (LA.slogdet(x)[1], LA.slogdet(x)[0].detach()), x)
    sample("logdet", "plain", torch.logdet, solid(3, 3))


def factorizations():
    spd = lambda *shape: (lambda x: x @ x.mT + torch.eye(shape[-1]))(values(*shape))
    sample("cholesky", "lower", lambda x: LA.cholesky(sym(x)), spd(4, 4))
    sample("cholesky", "batch", lambda x: LA.cholesky(sym(x)), spd(2, 3, 3))
    sample("cholesky", "upper", lambda x: LA.cholesky(sym(x), upper=True), spd(4, 4))
    sample("cholesky_solve", "lower", lambda b, x: torch.cholesky_solve(b, x.tril()), values(4, 2), solid(4, 4))
    sample("cholesky_solve", "upper", lambda b, x: torch.cholesky_solve(b, x.triu(), upper=True), values(2, 3, 2), solid(2, 3, 3))
    sample("cholesky_inverse", "plain", lambda x: torch.cholesky_inverse(x.tril()), solid(4, 4))
    sample("qr", "tall", lambda x: tuple(LA.qr(x)), values(5, 3))
    sample("qr", "square", lambda x: tuple(LA.qr(x)), values(2, 3, 3))
    sample("qr", "wide", lambda x: tuple(LA.qr(x)), values(3, 5))
    sample("qr", "complete", lambda x: tuple(LA.qr(x, "complete")), values(3, 4))
    sample("qr", "r", lambda x: LA.qr(x)[1], values(5, 3))
    svd = lambda x, full=False: (lambda u, s, vh: (u.abs(), s, vh.abs()))(*LA.svd(x, full_matrices=full))
    sample("svd", "tall", svd, values(5, 3))
    sample("svd", "wide", svd, values(3, 5))
    sample("svd", "batch", svd, values(2, 3, 3))
    sample("svd", "square_full", lambda x: svd(x, True), values(4, 4))
    for name, shape in {"tall": (5, 3), "wide": (3, 5), "batch": (2, 3, 3), "none": (2, 0, 3)}.items():
        sample("svdvals", name, LA.svdvals, values(*shape))
    for uplo in "LU":
        sample("eigh", uplo, lambda x: (lambda l, v: (l, v.abs()))(*LA.eigh(sym(x), uplo)), spread(4))
        sample("eigvalsh", uplo, lambda x: LA.eigvalsh(sym(x), uplo), spread(5))


def by_singular_values():
    for name, shape in {"tall": (5, 3), "wide": (3, 5), "square": (3, 3), "batch": (2, 4, 3)}.items():
        sample("pinv", name, LA.pinv, values(*shape, seed=2))
    sample("pinv", "hermitian", lambda x: LA.pinv(sym(x), hermitian=True), spread(4))
    low = torch.stack([integers(5, 4, 2).double() @ integers(5, 2, 3).double(), values(4, 3)])
    sample("matrix_rank", "plain", LA.matrix_rank, low, differentiable=False)
    sample("matrix_rank", "tolerance", lambda x: LA.matrix_rank(x, atol=0.5), torch.diag(torch.tensor([2, 0.4, 0.6]).double()), differentiable=False)
    sample("matrix_rank", "hermitian", lambda x: LA.matrix_rank(sym(x), hermitian=True), spread(4), differentiable=False)

    def lstsq(a, b):
        r = LA.lstsq(a, b if b.ndim > 1 and b.ndim == a.ndim else b.unsqueeze(-1))
        out = r.solution if b.ndim == a.ndim else r.solution.squeeze(-1)
        residuals = ((a @ r.solution - (b if b.ndim == a.ndim else b.unsqueeze(-1))) ** 2).sum(-2).detach()
        if a.shape[-2] <= a.shape[-1]:
            residuals = residuals.new_zeros(0)
        elif b.ndim != a.ndim:
            residuals = residuals.squeeze(-1)
        return out, residuals, LA.matrix_rank(a.detach()), LA.svdvals(a.detach())

    def solution(a, b):
        return lstsq(a, b)[0]

    def rest(a, b):
        return lstsq(a.detach(), b.detach())[1:]

    sample("lstsq", "tall", solution, values(5, 3), values(5, 2))
    sample("lstsq", "wide", solution, values(3, 5), values(3, 2))
    sample("lstsq", "vector", solution, values(5, 3), values(5))
    sample("lstsq", "batch", solution, values(2, 4, 3), values(2, 4, 2))
    sample("lstsq", "values", rest, values(2, 5, 3), values(2, 5, 2))
    sample("lstsq", "values_of_vectors", rest, values(5, 3), values(5))
    sample("lstsq", "values_of_wide", rest, values(3, 5), values(3, 2))
    sample("cond", "plain", LA.cond, values(2, 4, 3))
    sample("cond", "norms", lambda x: tuple(  # PyTorch's own has no gradient here
        LA.cond(x, p) if p == -2 else LA.matrix_norm(x, p) * LA.matrix_norm(LA.inv(x), p) for p in ("fro", 1, -2, "nuc")), solid(3, 3))


def functions():
    sample("matrix_exp", "small", torch.matrix_exp, values(3, 3) / 3)
    sample("matrix_exp", "large", torch.matrix_exp, values(4, 4) * 2)
    sample("matrix_exp", "batch", torch.matrix_exp, values(2, 3, 3) * torch.tensor([0.1, 3.0]).double().reshape(2, 1, 1))
    for name, p in {"fro": "fro", "nuc": "nuc", "one": 1, "minus_one": -1, "two": 2, "minus_two": -2, "infinity": math.inf,
                    "minus_infinity": -math.inf}.items():
        sample("matrix_norm", name, lambda x, p=p: (LA.matrix_norm(x, p), LA.matrix_norm(x, p, dim=(0, 2), keepdim=True)), values(3, 2, 4))
    sample("trace", "batch", lambda x: x.diagonal(dim1=-2, dim2=-1).sum(-1), values(2, 3, 4))
    sample("diagonal", "offsets", lambda x: (x.diagonal(0, -2, -1), x.diagonal(1, -2, -1), x.diagonal(-2, 0, 1),
                                             torch.zeros(4, 0, dtype=x.dtype)), values(4, 3, 5))
    sample("vander", "plain", lambda x: LA.vander(x, N=4), values(2, 3))
    sample("vander", "square", LA.vander, values(3))


if __name__ == "__main__":
    einsum()
    products()
    distances()
    solvers()
    determinants()
    factorizations()
    by_singular_values()
    functions()
    save_file(results, os.path.join(os.path.dirname(__file__), "..", "..", "tests", "references", "conformance_linalg.safetensors"))
