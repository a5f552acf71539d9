#!/usr/bin/env python3
"""Makes tests/references/promotion.txt: for every pair of dtypes what PyTorch promotes them to, when both are tensors, when
the second is a 0-d tensor, and when it is a Python number. Needs: pip install torch numpy.

Lines: kind a b result, kind being pair, single or number. PyTorch has int16, which Triptych does not have: int32 stands
for it.
"""
import os
import warnings

import torch

warnings.simplefilter("ignore")
names = ("float32", "float64", "float16", "bfloat16", "int8", "uint8", "int32", "int64", "bool")


def name_of(dtype):
    name = str(dtype).removeprefix("torch.")
    return "int32" if name == "int16" else name


lines = []
for a in names:
    wide = torch.zeros(2, dtype=getattr(torch, a))
    for b in names:
        lines.append(f"pair {a} {b} {name_of(torch.promote_types(getattr(torch, a), getattr(torch, b)))}")
        lines.append(f"single {a} {b} {name_of(torch.result_type(wide, torch.zeros((), dtype=getattr(torch, b))))}")
    for kind, number in {"bool": True, "integer": 3, "floating": 2.5}.items():
        lines.append(f"number {a} {kind} {name_of(torch.result_type(wide, number))}")
with open(os.path.join(os.path.dirname(__file__), "..", "..", "tests", "references", "promotion.txt"), "w") as file:
    file.write("\n".join(lines) + "\n")
