#!/usr/bin/env python3
"""Writes tests/references/optimizer_texts.txt: how PyTorch prints each optimizer with its defaults, but for the options that choose
among its implementations.
"""
import os

import torch

IMPLEMENTATION = ("capturable", "differentiable", "foreach", "fused")
NAMES = ("SGD Adam AdamW NAdam RAdam Adamax Adagrad Adadelta RMSprop Rprop ASGD LBFGS Adafactor Muon").split()

with open(os.path.join(os.path.dirname(__file__), "..", "..", "tests", "references", "optimizer_texts.txt"), "w") as file:
    for name in NAMES:
        optimizer = getattr(torch.optim, name)([torch.ones(2, 2, requires_grad=True)])
        for line in repr(optimizer).splitlines():
            if line.split(":")[0].strip() not in IMPLEMENTATION:
                file.write(line + "\n")
