#!/usr/bin/env python3
"""Makes tests/references/conformance_order.safetensors: the samples of tests/conformance/samples_order.cpp, as
make_conformance_references.py makes the others. Needs: pip install torch safetensors numpy pyfarmhash csiphash24.
"""
import os
import struct

import csiphash24
import farmhash
import torch
from make_conformance_references import integers, positive, results, sample, save_file, values


def steps(*shape, seed=0):
    """Numbers of which many are equal."""
    return torch.round(values(*shape, seed=seed) * 2) / 2


def order():
    sample("sort", "last", torch.sort, values(3, 7))
    sample("sort", "first_descending", lambda x: x.sort(0, descending=True), values(5, 3))
    sample("sort", "middle", lambda x: x.sort(1), values(2, 5, 3))
    sample("sort", "long", lambda x: x.sort(1, descending=True), values(2, 70))
    sample("sort", "ties", lambda x: x.sort(dim=-1, descending=True, stable=True), steps(3, 40))
    sample("sort", "integers", lambda x: x.sort(dim=-1, stable=True), integers(9, 3, 40))
    sample("sort", "scalar", torch.sort, values())
    sample("sort", "no_rows", lambda x: x.sort(1), values(0, 3))
    sample("sort", "empty_rows", lambda x: x.sort(1), values(2, 0))
    sample("argsort", "descending", lambda x: x.argsort(1, descending=True), values(4, 6), differentiable=False)
    sample("msort", "plain", torch.msort, values(4, 3))
    sample("topk", "largest", lambda x: x.topk(3), values(3, 7))
    sample("topk", "smallest_first", lambda x: x.topk(2, 0, largest=False), values(5, 3))
    sample("topk", "many", lambda x: x.topk(40, 1), values(2, 50))
    sample("topk", "none", lambda x: x.topk(0), values(3, 7))
    sample("topk", "scalar", lambda x: x.topk(1), values())
    sample("kthvalue", "plain", lambda x: x.kthvalue(2), values(3, 7))
    sample("kthvalue", "kept", lambda x: x.kthvalue(3, 0, keepdim=True), values(5, 3))


def repeats():
    x, whole = steps(5, 6), integers(4, 4, 5)
    rows = torch.stack([whole[0], whole[1], whole[0], whole[3], whole[1], whole[0]]).double()
    sample("unique", "elements", torch.unique, x, differentiable=False)
    sample("unique", "nothing", torch.unique, values(0, 3), differentiable=False)
    sample("unique", "counts", lambda x: torch.unique(x, return_counts=True), whole)
    sample("unique", "inverse", lambda x: torch.unique(x, return_inverse=True)[1], x, differentiable=False)
    sample("unique", "rows", lambda x: torch.unique(x, return_counts=True, dim=0), rows, differentiable=False)
    sample("unique", "columns", lambda x: torch.unique(x, dim=-1), rows.T.contiguous(), differentiable=False)
    sample("unique", "inverse_of_columns", lambda x: torch.unique(x, return_inverse=True, dim=1)[1], rows.T.contiguous(),
           differentiable=False)
    sample("unique_consecutive", "elements", torch.unique_consecutive, integers(2, 3, 8))
    sample("unique_consecutive", "counts", lambda x: torch.unique_consecutive(x, return_counts=True)[1], integers(2, 30))
    sample("unique_consecutive", "inverse", lambda x: torch.unique_consecutive(x, return_inverse=True)[1],
           integers(2, 3, 8))
    sample("unique_consecutive", "rows", lambda x: torch.unique_consecutive(x, dim=0), rows[[0, 2, 5, 1, 4, 3]],
           differentiable=False)


def sequences():
    sequence, wanted = steps(9).sort()[0], steps(3, 4, seed=1)
    for name, right in {"left": False, "right": True}.items():
        sample("searchsorted", name, lambda s, x, r=right: torch.searchsorted(s, x, right=r), sequence, wanted,
               differentiable=False)
    sample("searchsorted", "batched", torch.searchsorted, steps(2, 3, 6).sort(-1)[0], values(2, 3, 4), differentiable=False)
    sample("searchsorted", "sorter", lambda s, x: torch.searchsorted(s, x, out_int32=True, sorter=s.argsort(stable=True)),
           steps(2, 9), steps(2, 4, seed=1), differentiable=False)
    sample("searchsorted", "empty", torch.searchsorted, values(0), wanted, differentiable=False)
    sample("bucketize", "right", lambda x, b: torch.bucketize(x, b, right=True), wanted, sequence, differentiable=False)
    sample("bincount", "plain", torch.bincount, integers(6, 20))
    sample("bincount", "long", lambda x: torch.bincount(x, minlength=12), integers(6, 20))
    sample("bincount", "nothing", torch.bincount, integers(6, 0))

    def weighed(x, w):  # PyTorch's own has no gradient
        return torch.zeros(6, dtype=torch.float64).index_add(0, x, w)

    x = integers(6, 20)
    assert x.max() == 5
    sample("bincount", "weights", weighed, x, values(20))
    x = values(5, 9)
    sample("histc", "given", lambda x: torch.histc(x, 5, -1, 1.5), x, differentiable=False)
    sample("histc", "found", lambda x: torch.histc(x, 4), x, differentiable=False)
    sample("histogram", "number", lambda x: torch.histogram(x, 4), x, differentiable=False)
    sample("histogram", "density", lambda x, w: torch.histogram(x, 3, range=(-1, 2), weight=w, density=True), x,
           positive(5, 9), differentiable=False)
    sample("histogram", "edges", lambda x, e: torch.histogram(x, e)[0], x, torch.tensor([-1.5, -0.25, 0.5, 2],
                                                                                     dtype=torch.float64),
           differentiable=False)
    sample("isin", "plain", torch.isin, integers(9, 3, 4), integers(9, 4, seed=1))
    sample("isin", "inverted", lambda x, t: torch.isin(x, t, invert=True), integers(9, 3, 4), integers(9, 4, seed=1))
    sample("isin", "nothing", torch.isin, integers(9, 3, 4), integers(9, 0))


def hashes():
    """By the hashes of other libraries, as keras.layers.Hashing has them."""
    x = torch.tensor([[0, 3, -12], [1234567, 1234567890123456, -(2**63)]])

    def bins(hash_of, count, mask=None):
        def bin_of(number):
            return 0 if number == mask else hash_of(str(number)) % (count - (mask is not None)) + (mask is not None)
        return lambda x: torch.tensor([[bin_of(number) for number in row] for row in x.tolist()])

    def salted(text, key=(133, 137)):
        return int.from_bytes(csiphash24.siphash24(struct.pack("<2Q", *key), text.encode()), "big")

    sample("hash_bucket", "plain", bins(farmhash.fingerprint64, 1000003), x)
    sample("hash_bucket", "salted", bins(salted, 1000, mask=3), x)


if __name__ == "__main__":
    order()
    repeats()
    sequences()
    hashes()
    save_file(results, os.path.join(os.path.dirname(__file__), "..", "..", "tests", "references", "conformance_order.safetensors"))
